"""A village's form for whole households: one row a household, what anybody in it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from needs_analytics.samples.phrases import given_or, grid_names, join_ticked, spell_grids
from needs_analytics.samples.sheets import Cell, Table, column_widths, open_workbook, write_cells

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers

HEADER = "您家目前需要哪些服务（可多选）"
NOTHING = "暂无"
_FIRST_ROW = 3


def tabulate_household(answers: Answers, office: str) -> Table:
    """Lay out the form; header below a title and a line on how to fill it in."""
    rows, needs = answers.of_office(office)
    rng, plan, people = answers.stream(office), answers.snapshot.plan, answers.snapshot.people
    ages = people[people["household"].isin(rows["household"])].groupby("household")["age"]
    old, young = ages.apply(lambda age: (age >= 60).sum()), ages.apply(lambda age: (age < 16).sum())
    names = grid_names(plan, rows["community"], rows["grid_told"])
    officers = rng.choice(plan.words("texts")["officers"], 2, replace=False)
    columns: dict[str, list[Cell]] = {
        "户号": [f"{number:03d}" for number in range(1, len(rows) + 1)],
        "户主姓名": [*rows["name"]],
        "联系电话": [*given_or(rows["phone"], rows["gives_phone"])],
        "社区（村）": [*rows["community"]],
        "网格": [*spell_grids(rows["grid_told"].to_numpy(), (0, 1, 0, 0, 0, 0, 0), rng, names)],
        "家庭人口数": [int(size) for size in rows["household_size"]],
        "60岁以上人数": [int(old[home]) for home in rows["household"]],
        "16岁以下人数": [int(young[home]) for home in rows["household"]],
        HEADER: [text or NOTHING for text in join_ticked(needs, plan.form(office)["needs"], "、")],
        "登记日期": [at.date() for at in rows["moment"]],
        "登记人": [str(officer) for officer in rng.choice(officers, len(rows), p=[0.6, 0.4])],
    }
    cells = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(plan.office(office)["sheet"], tuple(columns), cells, tuple(rows.index), _FIRST_ROW)


def write_household(path: Path, table: Table, month: Month, sender: Mapping[str, Any]) -> None:
    """Write the sheet as the village prints it."""
    with open_workbook(path, sender["office"], month) as book:
        look = {"font_name": "宋体", "font_size": 11, "border": 1, "align": "center", "valign": "vcenter"}
        title = book.add_format({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"})
        head = book.add_format(look | {"bold": True, "text_wrap": True})
        cell, day = book.add_format(look), book.add_format(look | {"num_format": "yyyy/m/d"})
        sheet = book.add_worksheet(table.sheet)
        last = len(table.columns) - 1
        place = str(sender["office"]).removesuffix("村民委员会").removesuffix("居民委员会")
        sheet.merge_range(0, 0, 0, last, f"{place}{month.label()}居民家庭需求登记汇总表", title)
        sheet.write_string(
            1, 0, "说明：以户为单位填写，家中任何人有需要即可勾选。", book.add_format({"font_name": "宋体"})
        )
        for column, (header, width) in enumerate(zip(table.columns, column_widths(table, most=36), strict=True)):
            sheet.write_string(table.first_row - 1, column, header, head)
            sheet.set_column(column, column, width)
        write_cells(sheet, table, [cell] * len(table.columns), day)
        sheet.freeze_panes(table.first_row, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
