"""Workbooks to time reading on: a survey as a platform exports it, of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

_NEEDS = ["助餐", "助医陪诊", "助浴", "上门理发", "家政保洁", "日间照料", "课后托管", "心理疏导", "法律咨询", "就业"]
_QUESTIONS = (
    "您平时参加社区活动的次数",
    "您使用社区服务的次数",
    "您对社区服务的满意度",
    "您家一共几口人",
    "您的文化程度",
    "您的婚姻状况",
    "您的就业状况",
    "您的住房类型",
    "您是否独居",
    "您是否办理了老年优待证",
    "您是否使用智能手机",
    "您多久体检一次",
    "您家是否有未成年子女",
    "您从哪里了解社区活动",
    "您希望活动安排在什么时间",
    "您每月用于服务的支出（元）",
    "您是否愿意当志愿者",
    "您是否签约家庭医生",
)
_WORDS = {
    "性别": ("男", "女"),
    "社区": ("和平社区", "光明社区", "建设社区", "红旗社区", "滨河社区", "文昌社区"),
    "渠道": ("微信", "入户", "窗口", "电话"),
    "是否": ("是", "否"),
    "程度": ("小学及以下", "初中", "高中或中专", "大专", "本科及以上"),
}


def write_survey(path: Path, rows: int, *, seed: int = 1) -> Path:
    """Write ``rows`` answers of 30 columns: numbers, choices, several options in a cell, names, a free text."""
    rng = np.random.default_rng(seed)
    columns = _columns(rows, rng)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("居民需求调查")
        for number, (header, cells) in enumerate(columns.items()):
            sheet.write(0, number, header)
            sheet.write_column(1, number, cells)
    return path


def _columns(rows: int, rng: np.random.Generator) -> dict[str, list[object]]:
    chosen = rng.random((rows, len(_NEEDS))) < 0.25
    needs = np.array(_NEEDS)
    grids = rng.integers(1, 20, rows)
    columns: dict[str, list[object]] = {
        "序号": list(range(1, rows + 1)),
        "提交答卷时间": [f"2026/10/{day} {hour}:{minute:02d}:00" for day, hour, minute in zip(
            rng.integers(1, 29, rows), rng.integers(8, 21, rows), rng.integers(0, 60, rows), strict=True)],
        "所用时间": [f"{seconds}秒" for seconds in rng.integers(40, 400, rows)],
        "1、您的姓名": [f"居民{number}" for number in range(rows)],
        "2、您的年龄": rng.integers(16, 95, rows).tolist(),
        "3、您的性别": _drawn("性别", rows, rng),
        "4、您所在的社区": _drawn("社区", rows, rng),
        "5、您所在的网格": [f"第{grid}网格" for grid in grids],
        "6、您需要哪些服务（多选）": ["┋".join(needs[row]) or "(空)" for row in chosen],
        "7、您最需要的是哪一项": needs[rng.integers(0, len(needs), rows)].tolist(),
        "8、您还有什么意见和建议": [f"希望{needs[n % 10]}多一些，{n}号楼" if n % 9 == 0 else "" for n in range(rows)],
    }  # fmt: skip
    for number, question in enumerate(_QUESTIONS, start=9):
        columns[f"{number}、{question}"] = _answers(question, rows, rng)
    columns["来源"] = _drawn("渠道", rows, rng)
    return columns


def _answers(question: str, rows: int, rng: np.random.Generator) -> list[object]:
    if "次数" in question or "几口" in question or "支出" in question:
        return list(rng.integers(1, 12, rows).tolist())
    if "满意度" in question:
        return list(rng.integers(1, 6, rows).tolist())
    return _drawn("是否" if "是否" in question else "程度", rows, rng)


def _drawn(kind: str, rows: int, rng: np.random.Generator) -> list[object]:
    words: npt.NDArray[np.str_] = np.array(_WORDS[kind])
    return list(words[rng.integers(0, len(words), rows)].tolist())
