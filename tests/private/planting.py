"""A month of an office's workbooks with a canary wherever an office would leave a resident's name or number."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.comments import Comment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .canaries import Canaries

COMMUNITIES = ("和平社区", "滨河社区")
_NEEDS = ("助餐", "助浴", "助餐┋助浴", "暂无需求")
_NOTES = (
    "我叫{name}，电话{phone}，希望早点送餐",
    "和{name}住一起，身份证{card}",
    "请联系{name}，住{door}",
    "低保金打到{bank}，户名{name}",
    "希望食堂晚上也开，{name}",
    "楼下{name}家老人摔倒过，{phone}",
    "{name}（{card}）申请助浴",
    "隔壁{door}常年没人，找{name}",
    "加微信或发到{account}，{name}的手机{phone}",
    "{name}的车{account}堵了消防通道",
)


def book(sheets: Mapping[str, Sequence[Sequence[object]]], canaries: Canaries, *, hidden: str = "") -> bytes:
    """Return a workbook with canaries in its comments, its properties and its hidden sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append([*row])
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for place in ("A1", "B2", "C3"):
            told = f"{canaries.name('comment')} {canaries.phone('comment')}"
            sheet[place].comment = Comment(told, canaries.name("author of a comment"))
        sheet.oddHeader.center.text = canaries.name("page header")
    made.properties.creator = canaries.name("document property")
    made.properties.title = f"{canaries.name('document property')}{canaries.card('document property')}"
    made.properties.description = canaries.phone("document property")
    made.defined_names["联系人"] = openpyxl.workbook.defined_name.DefinedName(
        "联系人", attr_text='"{}"'.format(canaries.name("defined name"))
    )
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def note(canaries: Canaries, number: int, where: str) -> str:
    """Return a sentence that tells residents, as so many residents write them."""
    wording = _NOTES[number % len(_NOTES)]
    told = {
        kind: getattr(canaries, kind)(where)
        for kind in ("name", "phone", "card", "bank", "door", "account")
        if kind in wording
    }
    return wording.format(**told)


def survey(canaries: Canaries, rows: int, *, first: int = 0) -> list[list[object]]:
    """Return a survey with names, numbers and free words; options have other-texts and a header may name a contact."""
    contact = f"意见建议（请交{canaries.name('header')}，{canaries.phone('header')}）" if first else "意见建议"
    lines: list[list[object]] = [
        [
            "姓名",
            "联系电话",
            "身份证号",
            "银行卡号",
            "家庭住址",
            "户主",
            "社区",
            "性别",
            "年龄",
            "走访日期",
            "您需要哪些服务（多选）",
            contact,
            "备注",
            f"{canaries.name('header')}填写",
            f"您最信任哪位工作人员（有事打{canaries.phone('question')}）",
            "满意度（单选）",
        ],
    ]
    staff = [f"{canaries.name('option')}（{canaries.phone('option')}）" for _ in range(3)]
    for number in range(first, first + rows):
        other = f"┋其他：想请{canaries.name('other text')}来" if number % 4 == 0 else ""
        lines.append(
            [
                canaries.name("name column"),
                canaries.phone("phone column"),
                canaries.card("card column"),
                canaries.bank("bank column"),
                canaries.door("address column"),
                canaries.name("household head") if number % 2 else "",
                COMMUNITIES[number % 2],
                "男女"[number // 2 % 2],
                30 + number * 7 % 55,
                f"2026-10-{number % 28 + 1:02d}",
                _NEEDS[number % 4] + other,
                note(canaries, number, "free note") if number % 2 else "希望食堂晚上也开",
                canaries.name("remark") if number % 3 == 0 else "",
                "",
                staff[number % 3],
                "满意",
            ]
        )
    return lines


def csv(*rows: Sequence[object]) -> bytes:
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in rows).encode()


def month(canaries: Canaries) -> dict[str, bytes]:
    """Return file name to content: survey, register, menu, capacity, use, requests and roster, all with canaries."""
    bands = ("16-44", "45-59", "60-79", "80+")
    note_of = partial(note, canaries)
    sheet_of_one, hidden = canaries.name("sheet name"), canaries.name("hidden sheet's name")
    return {
        "需求调查.xlsx": book(
            {"调查": survey(canaries, 66), hidden: [["姓名"], [canaries.name("hidden sheet")]]}, canaries, hidden=hidden
        ),
        f"{canaries.name('file name')}低保申请{canaries.phone('file name', ways=3)}.xlsx": book(
            {sheet_of_one: survey(canaries, 12, first=66), f"{canaries.name('sheet name')}家": [["说明"], ["已上报"]]},
            canaries,
        ),
        f"{canaries.name('folder')}家/{canaries.door('file name')}情况.csv": csv(
            ["姓名", "社区", "性别", "年龄", "您需要哪些服务（多选）", "意见建议"],
            *(
                [canaries.name("name column"), COMMUNITIES[n % 2], "女", 70 + n, _NEEDS[n % 4], note_of(n, "free note")]
                for n in range(12)
            ),
        ),
        "人口底册.csv": csv(
            ["社区", "年龄段", "性别", "人数", "备注"],
            *(
                [place, band, sex, 200, note_of(n, "register's remark")]
                for n, (place, band, sex) in enumerate((p, b, s) for p in COMMUNITIES for b in bands for s in "男女")
            ),
        ),
        "服务菜单.csv": csv(
            ["服务名称", "对应需求", "服务对象", "服务方式", "计量单位", "人均月使用次数", "联系人"],
            ["老年食堂", "助餐", "60岁及以上", "到点", "人次", 20, canaries.name("menu's contact")],
            ["上门助浴", "助浴", "60岁及以上", "上门", "人次", 2, canaries.name("menu's contact")],
        ),
        "服务容量.csv": csv(
            ["服务项目", "服务点", "容量", "容量周期", "备注"],
            ["老年食堂", "和平食堂", 2000, "月", note_of(1, "capacity's remark")],
            ["上门助浴", "和平站", 40, "月", note_of(2, "capacity's remark")],
        ),
        "使用记录.csv": csv(
            ["服务项目", "服务点", "日期", "姓名", "联系电话", "状态", "备注"],
            *(
                [
                    "老年食堂",
                    "和平食堂",
                    f"2026-10-{n % 28 + 1:02d}",
                    canaries.name("user"),
                    canaries.phone("user"),
                    "完成" if n % 5 else canaries.name("state of a use"),
                    note_of(n, "use's remark"),
                ]
                for n in range(20)
            ),
        ),
        "诉求工单.csv": csv(
            ["工单编号", "受理日期", "来源", "社区", "诉求人", "联系电话", "诉求内容", "诉求分类", "办理状态", "备注"],
            *(
                [
                    f"GD{n:04d}",
                    f"2026-10-{n % 28 + 1:02d}",
                    "12345热线",
                    COMMUNITIES[n % 2] if n % 7 else canaries.name("place"),
                    canaries.name("caller"),
                    canaries.phone("caller"),
                    note_of(n, "request"),
                    "助餐",
                    "已办结",
                    note_of(n, "request's remark"),
                ]
                for n in range(24)
            ),
        ),
        "重点人群台账.csv": csv(
            ["姓名", "身份证号", "联系电话", "社区", "人群类别", "走访要求", "最近走访日期"],
            *(
                [
                    canaries.name("roster"),
                    canaries.card("roster"),
                    canaries.phone("roster"),
                    COMMUNITIES[n % 2],
                    "独居老人" if n % 6 else canaries.name("group"),
                    note_of(n, "visiting duty"),
                    "2026-10-08" if n % 5 else canaries.name("date"),
                ]
                for n in range(24)
            ),
        ),
        f"{canaries.name('name of no workbook')}情况.docx": b"no table",
        f"{canaries.name('name of a damaged workbook')}.xlsx": b"PK\x03\x04"
        + canaries.name("damaged workbook").encode(),
    }
