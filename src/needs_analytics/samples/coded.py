"""A questionnaire as 问卷网 exports it: GB18030 text, questions as Q1 … Qn, the list of questions in a second file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.samples.phrases import (
    given_or,
    grid_names,
    join_ticked,
    scaled,
    spell_grids,
    worded,
    write_comments,
)
from needs_analytics.samples.sheets import Cell, Table, open_workbook, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan

_SEVERAL = "\n"
"""Between the options ticked: the platform breaks the line inside the cell."""
_BANDS = {"18岁以下": 0, "18-30岁": 18, "31-45岁": 31, "46-60岁": 46, "60岁以上": 61}
_ABOUT = ("您的性别是？", "您的年龄是？", "您住在哪个社区或村？", "您家在哪个网格？", "您家属于以下哪些情况？")
_LAST = ("您对镇里公共服务满意吗？", "您还有什么想说的？", "留个称呼吧", "联系方式")


def tabulate_coded(answers: Answers, office: str) -> Table:
    """Lay out the export; header in the first line, what the platform adds in the last columns."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form, levels = plan.form(office), plan.words("forms")["levels"]
    asked = _about(rows, plan, form, rng) | scaled(needs, form["scaled"], rng)
    ticked = join_ticked(needs, form["ticked"]["options"], _SEVERAL)
    asked[form["ticked"]["header"]] = [text or form["ticked"]["nothing"] for text in ticked]
    last = (
        worded(rows["satisfaction"], levels["satisfaction"]),
        write_comments(rows, plan.words("texts"), 0.25, 0.02, rng),
        given_or(rows["name"], rows["gives_name"]),
        given_or(rows["phone"], rows["gives_phone"]),
    )
    asked |= dict(zip(_LAST, last, strict=True))
    numbers = numbered(form)
    columns = {numbers[header]: cells for header, cells in asked.items()} | _meta(rows, rng)
    cells: list[list[Cell]] = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table("", tuple(columns), cells, tuple(rows.index))


def write_coded(path: Path, table: Table, _month: Month, _sender: Mapping[str, Any]) -> None:
    """Write the text file as the platform does."""
    write_text(path, table.columns, table.rows)


def write_codes(path: Path, plan: Plan, office: str, month: Month) -> str:
    """Write the list of questions beside the answers."""
    file = f"{path.stem}_题目对照表.xlsx"
    form = plan.form(office)
    kinds = dict.fromkeys(_ABOUT, "单选题") | {_ABOUT[4]: "多选题", form["ticked"]["header"]: "多选题"}
    kinds |= dict.fromkeys(_LAST[1:], "填空题")
    with open_workbook(path.with_name(file), "问卷网", month) as book:
        sheet = book.add_worksheet("题目对照表")
        sheet.set_column(1, 1, 48)
        sheet.write_row(0, 0, ("题号", "题目", "题型"))
        for row, (header, number) in enumerate(numbered(form).items(), start=1):
            sheet.write_row(row, 0, (number, header, kinds.get(header, "量表题")))
    return file


def numbered(form: Mapping[str, Any]) -> dict[str, str]:
    """Number the questions; the options of a scale share one number."""
    scale = form["scaled"]
    first = len(_ABOUT) + 1
    numbers = {header: f"Q{place}" for place, header in enumerate(_ABOUT, start=1)}
    for place, (option, _) in enumerate(scale["options"], start=1):
        numbers[scale["header"].format(option=option)] = f"Q{first}_{place}"
    rest = (form["ticked"]["header"], *_LAST)
    return numbers | {header: f"Q{place}" for place, header in enumerate(rest, start=first + 1)}


def _about(rows: pd.DataFrame, plan: Plan, form: Mapping[str, Any], rng: np.random.Generator) -> dict[str, list[str]]:
    names = grid_names(plan, rows["community"], rows["grid_told"])
    bands = np.array(list(_BANDS))[np.searchsorted(list(_BANDS.values()), rows["age"], side="right") - 1]
    cells = (
        rows["sex"].tolist(),
        [str(band) for band in bands],
        rows["community"].tolist(),
        spell_grids(rows["grid_told"].to_numpy(), (0.3, 0.2, 0.1, 0.1, 0, 0.2, 0.1), rng, names),
        [text or "都不是" for text in join_ticked(rows, form["groups"], _SEVERAL)],
    )
    return dict(zip(_ABOUT, cells, strict=True))


def _meta(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, list[str]]:
    sources = rng.choice(["微信", "链接", "二维码"], len(rows), p=[0.7, 0.1, 0.2])
    return {
        "答题序号": [str(number) for number in range(1, len(rows) + 1)],
        "来源渠道": [str(source) for source in sources],
        "答题时长": [f"{seconds // 60}分{seconds % 60}秒" for seconds in rows["seconds"]],
        "提交时间": [f"{at:%Y-%m-%d %H:%M:%S}" for at in rows["moment"]],
    }
