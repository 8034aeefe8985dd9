"""Four new communities' form as 腾讯文档 collects it: suffixes in the headers, Chinese dates, joined options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.samples.phrases import (
    Options,
    as_worded,
    given_or,
    grid_names,
    join_ticked,
    scaled,
    spell_grids,
    worded,
    write_comments,
)
from needs_analytics.samples.sheets import Cell, Table, column_widths, open_workbook, write_cells

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan

AGE_BANDS = {
    "16岁以下": 0,
    "16-24岁": 16,
    "25-34岁": 25,
    "35-44岁": 35,
    "45-59岁": 45,
    "60-69岁": 60,
    "70-79岁": 70,
    "80岁及以上": 80,
}
NOTHING = "暂无需求"
_USED_AT = 1
"""Level of use from which somebody has used the services they need."""


def tabulate_tencent(answers: Answers, office: str) -> Table:
    """Lay out the collected answers; header in the first row."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form, levels = plan.form(office), plan.words("forms")["levels"]
    columns = _about(rows, plan, form, rng)
    for question in form["needs"]:
        header, said = as_worded(question, needs, answers.snapshot.month, rng)
        if "scale" in question:
            columns |= scaled(said, question, rng)
            continue
        ticked = join_ticked(said, question["options"], question["separator"])
        columns[header] = [text or form.get("nothing", NOTHING) for text in ticked]
    if "top" in form:
        columns[form["top"]["header"]] = _most_wanted(needs, form["top"], rng)
    if "used" in form:
        columns["近三个月您使用过哪些社区服务？（可多选）"] = _used(rows, needs, form["used"], rng)
    columns |= {
        "您参加社区活动的频率（必填）": worded(rows["participation"], levels["participation"]),
        "您使用社区服务的频率（必填）": worded(rows["use"], levels["use"]),
        "您对社区服务的总体满意度（必填）": worded(rows["satisfaction"], levels["satisfaction"]),
        "其他意见建议": write_comments(rows, plan.words("texts"), 0.18, 0.015, rng),
    }
    cells: list[list[Cell]] = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(plan.office(office)["sheet"], tuple(columns), cells, tuple(rows.index))


def write_tencent(path: Path, table: Table, month: Month, sender: Mapping[str, Any]) -> None:
    """Write the sheet as the platform does: bold header, first row frozen."""
    with open_workbook(path, sender["office"], month) as book:
        look = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
        head = book.add_format(look | {"bold": True, "bg_color": "#E7F1FF", "text_wrap": True})
        plain = book.add_format(look)
        sheet = book.add_worksheet(table.sheet)
        for column, (header, width) in enumerate(zip(table.columns, column_widths(table, most=34), strict=True)):
            sheet.write_string(0, column, header, head)
            sheet.set_column(column, column, width)
        sheet.set_row(0, 30)
        sheet.freeze_panes(1, 0)
        write_cells(sheet, table, [plain] * len(table.columns))


def _about(rows: pd.DataFrame, plan: Plan, form: Mapping[str, Any], rng: np.random.Generator) -> dict[str, list[str]]:
    nicknames = rng.choice(plan.words("texts")["nicknames"], len(rows))
    first_years = form.get("age_bands", AGE_BANDS)
    bands = np.array(list(first_years))[np.searchsorted(list(first_years.values()), rows["age"], side="right") - 1]
    names = grid_names(plan, rows["community"], rows["grid_told"])
    counter = np.where(rng.random(len(rows)) < 0.15, "人", "")
    return {
        "提交者（自动）": [str(nickname) for nickname in nicknames],
        "提交时间（自动）": [f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}" for at in rows["moment"]],
        "姓名（必填）": given_or(rows["name"], rows["gives_name"]),
        "性别（必填）": rows["sex"].tolist(),
        "年龄段（必填）": [str(band) for band in bands],
        "手机号码": given_or(rows["phone"], rows["gives_phone"]),
        "所在社区（必填）": rows["community"].tolist(),
        "所在网格": spell_grids(rows["grid_told"].to_numpy(), (0.25, 0.25, 0.10, 0.15, 0.05, 0.20, 0), rng, names),
        "家庭常住人口（必填）": [f"{size}{unit}" for size, unit in zip(rows["household_size"], counter, strict=True)],
        "家庭情况（可多选）": [text or "以上都不是" for text in join_ticked(rows, form["groups"], "、")],
    }


def _most_wanted(needs: pd.DataFrame, question: Mapping[str, Any], rng: np.random.Generator) -> list[str]:
    """Name at most so many of the needs one has, in the order of the form."""
    options = question["options"]
    lines = needs[[need for _, need in options]].to_numpy()
    luck = np.where(lines, rng.random(lines.shape), 2.0)
    chosen = lines & (luck <= np.sort(luck, axis=1)[:, [question["most"] - 1]])
    ticked = pd.DataFrame(chosen, columns=[need for _, need in options])
    return [text or NOTHING for text in join_ticked(ticked, options, "、")]


def _used(rows: pd.DataFrame, needs: pd.DataFrame, options: Options, rng: np.random.Generator) -> list[str]:
    """Write what was used, which is not what is needed."""
    chance = np.where(needs[[need for _, need in options]], 0.45, 0.08)
    used = (rng.random(chance.shape) < chance) & (rows["use"] >= _USED_AT).to_numpy()[:, None]
    ticked = pd.DataFrame(used, columns=[need for _, need in options], index=rows.index)
    return [text or "都没有使用过" for text in join_ticked(ticked, options, "、")]
