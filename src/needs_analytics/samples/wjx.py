"""The street's online questionnaire as 问卷星 exports it by text: everything a text, options joined by ┋."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.samples.phrases import (
    Options,
    given_or,
    grid_names,
    join_ticked,
    spell_grids,
    worded,
    write_comments,
)
from needs_analytics.samples.sheets import Cell, Table, open_workbook, write_cells, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan

EMPTY, SKIPPED, NOTHING, OTHER = "(空)", "(跳过)", "以上都不需要", "其他【请注明】"
RANKED_HEADER = "12、以上服务和问题中，您认为最需要优先解决的三项是（请按先后排序）"
_UNANSWERED = 0.03
"""Share of a question's sheets left empty by chance."""
_Columns = dict[str, list[str]]


def tabulate_wjx(answers: Answers, office: str) -> Table:
    """Lay out the export; one row per answer sheet, header in the first row."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form, levels = plan.form(office), plan.words("forms")["levels"]
    columns = _meta(rows, rng) | _about(rows, plan, form["groups"], rng)
    for question in form["needs"]:
        columns[question["header"]] = _ticked(needs, question["options"], plan.words("texts")["others"], rng)
    columns |= _after(rows, plan.words("texts"), _ranked(needs, form["ranked"], rng), levels, rng)
    cells: list[list[Cell]] = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(plan.office(office)["sheet"], tuple(columns), cells, tuple(rows.index))


def write_wjx(path: Path, table: Table, month: Month, _sender: Mapping[str, Any]) -> None:
    """Write the export as the platform does: one plain sheet."""
    with open_workbook(path, "问卷星", month) as book:
        book.formats[0].set_font_name("宋体")
        sheet = book.add_worksheet(table.sheet)
        sheet.write_row(0, 0, table.columns)
        write_cells(sheet, table, [None] * len(table.columns))


def write_portal(path: Path, table: Table, _month: Month, _sender: Mapping[str, Any]) -> None:
    """Write the export as a portal of the office's own does: UTF-8 text with a byte-order mark."""
    write_text(path, table.columns, table.rows, "utf-8-sig")


def _meta(rows: pd.DataFrame, rng: np.random.Generator) -> _Columns:
    sources = rng.choice(["微信", "手机提交", "链接"], len(rows), p=[0.72, 0.20, 0.08])
    addresses = rng.integers(1, 255, len(rows))
    return {
        "序号": [str(number) for number in range(1, len(rows) + 1)],
        "提交答卷时间": [f"{at.year}/{at.month}/{at.day} {at:%H:%M:%S}" for at in rows["moment"]],
        "所用时间": [f"{seconds}秒" for seconds in rows["seconds"]],
        "来源": [str(source) for source in sources],
        "来源详情": ["N/A"] * len(rows),
        "来自IP": [f"203.0.113.{number}(未知)" for number in addresses],
    }


def _about(rows: pd.DataFrame, plan: Plan, groups: Options, rng: np.random.Generator) -> _Columns:
    names = grid_names(plan, rows["community"], rows["grid_told"])
    grids = spell_grids(rows["grid_told"].to_numpy(), (0.30, 0.22, 0.14, 0.10, 0, 0.20, 0.04), rng, names)
    return {
        "1、您的性别": rows["sex"].tolist(),
        "2、您的年龄（周岁）": [str(age) for age in rows["age"]],
        "3、您居住的社区（村）": rows["community"].tolist(),
        "4、您所在的网格（不清楚可不填）": [grid or EMPTY for grid in grids],
        "5、您属于以下哪类人群？（可多选）": [text or "以上都不是" for text in join_ticked(rows, groups, "┋")],
        "6、家里常住几口人（含您本人）": [str(size) for size in rows["household_size"]],
    }


def _after(
    rows: pd.DataFrame,
    texts: Mapping[str, Any],
    ranked: list[str],
    levels: Mapping[str, list[str]],
    rng: np.random.Generator,
) -> _Columns:
    """Write what follows the needs; who never used a service is not asked how satisfied they are."""
    satisfied = worded(rows["satisfaction"], levels["satisfaction"])
    comments = write_comments(rows, texts, 0.30, 0.025, rng)
    return {
        RANKED_HEADER: ranked,
        "13、您参加社区活动的频率": worded(rows["participation"], levels["participation"]),
        "14、您使用社区公共服务的频率": worded(rows["use"], levels["use"]),
        "15、您对社区服务的总体满意度": [
            text if use else SKIPPED for use, text in zip(rows["use"], satisfied, strict=True)
        ],
        "16、您对社区公共服务还有哪些意见和建议？": [text or EMPTY for text in comments],
        "17、您的称呼（选填）": given_or(_calls(rows, rng), rows["gives_name"], EMPTY),
        "18、您的联系电话（选填）": given_or(rows["phone"], rows["gives_phone"], EMPTY),
    }


def _ticked(needs: pd.DataFrame, options: Options, others: list[str], rng: np.random.Generator) -> list[str]:
    """Join a question's options; some write a wish of their own, some leave the question out."""
    luck, wishes = rng.random(len(needs)), rng.choice(others, len(needs))
    answers = []
    for chosen, draw, wish in zip(join_ticked(needs, options, "┋"), luck, wishes, strict=True):
        own = f"{chosen}┋{OTHER}〖{wish}〗" if chosen and draw > 0.975 else chosen or NOTHING
        answers.append(EMPTY if draw < _UNANSWERED else own)
    return answers


def _ranked(needs: pd.DataFrame, options: Options, rng: np.random.Generator) -> list[str]:
    """Put up to three of the needs named in an order; who named none of them is not asked."""
    texts = np.array([text for text, _ in options], dtype=object)
    lines = needs[[need for _, need in options]].to_numpy()
    orders = (rng.permutation(np.flatnonzero(line))[:3] for line in lines)
    return ["→".join(texts[order]) or SKIPPED for order in orders]


def _calls(rows: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Return the full name, or 王女士 from the shy; who answers twice gives the full name."""
    shy = (rng.random(len(rows)) < 0.3) & (rows["by"] == "")
    titles = rows["sex"].map({"男": "先生", "女": "女士"})
    return rows["name"].where(~shy, rows["surname"] + titles)
