"""One community's door-to-door sheet, made by hand: title, two-row header, ticks, a sum and signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.samples.names import chinese_number
from needs_analytics.samples.phrases import call_communities, given_or, grid_names, spell_grids, write_remarks
from needs_analytics.samples.services import open_days
from needs_analytics.samples.sheets import Cell, Table, column_widths, open_workbook, with_empty_rows, write_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan

EMPTY_ROWS = 4
_FIRST_ROW = 5
_WIDTHS = {"序号": 5, "姓名": 8, "性别": 5, "年龄": 7, "身份证号": 20, "联系电话": 13, "社区": 11, "网格": 13}
_TICK_WIDTH = 6.3
_TICKS = ("√", "✓", "是", "")


def tabulate_handmade(answers: Answers, office: str) -> Table:
    """Lay out the records; the header takes the two rows above them."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form, texts = plan.form(office), plan.words("texts")
    remarks = write_remarks(rows, 0.14, texts, rng)
    columns: dict[str, list[Cell]] = {"序号": [*range(1, len(rows) + 1)]}
    columns |= _about(rows, plan, rng)
    columns |= {name: _ticks(rows[group], _TICKS, rng) for name, group in form["flags"]}
    columns |= {name: _ticks(needs[need], form.get("marks", _TICKS), rng) for name, need in form["needs"]}
    columns |= {
        "走访日期": [f"{at.month}月{at.day}日" for at in rows["moment"]],
        "走访人": [str(officer) for officer in np.resize(texts["officers"], rows["grid"].max())[rows["grid"] - 1]],
        "备注": [*remarks],
    }
    cells = [list(row) for row in zip(*columns.values(), strict=True)]
    about, flags, wanted = form.get("blocks", ("基本情况", "困难情况", "需要的服务"))
    blocks = ((about, 8), (flags, len(form["flags"])), (wanted, len(form["needs"])))
    table = Table(plan.office(office)["sheet"], tuple(columns), cells, tuple(rows.index), _FIRST_ROW, blocks)
    return with_empty_rows(table, form.get("empty_rows", EMPTY_ROWS), rng)


def write_handmade(path: Path, table: Table, month: Month, sender: Mapping[str, Any]) -> None:
    """Write the sheet as the community would print it: A3, framed, 宋体."""
    with open_workbook(path, sender["office"], month) as book:
        title = book.add_format(
            {"font_name": "方正小标宋简体", "font_size": 18, "align": "center", "valign": "vcenter"}
        )
        plain = book.add_format({"font_name": "宋体", "font_size": 11, "valign": "vcenter"})
        head = book.add_format(_framed(bold=True, text_wrap=True, bg_color="#F2F2F2"))
        middle, left = book.add_format(_framed()), book.add_format(_framed(align="left"))
        sheet = book.add_worksheet(table.sheet)
        _write_top(sheet, table, month, sender["office"], (title, plain))
        _write_header(sheet, table, head)
        write_cells(sheet, table, [left if name == "备注" else middle for name in table.columns])
        _write_bottom(sheet, table, sender["signed"], (head, plain))
        _set_up_page(sheet, table)


def _about(rows: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> dict[str, list[Cell]]:
    style = rng.choice(3, len(rows), p=[0.72, 0.18, 0.10])
    called = call_communities(plan, rows["community"])
    communities = np.select([style == 0, style == 1], [rows["community"], called["short"]], called["committee"])
    names = grid_names(plan, rows["community"], rows["grid"])
    grids = spell_grids(rows["grid"].to_numpy(), (0.12, 0.10, 0.48, 0, 0.30, 0, 0), rng, names)
    return {
        "姓名": [*rows["name"]],
        "性别": [*rows["sex"]],
        "年龄": _ages(rows["age"].to_numpy(), rng),
        "身份证号": [*given_or(rows["id_card"], rows["gives_id_card"])],
        "联系电话": [*given_or(rows["phone"], rows["gives_phone"])],
        "社区": [str(community) for community in communities],
        "网格": [*grids],
        "家庭人口": [int(size) for size in rows["household_size"]],
    }


def _ages(ages: np.ndarray, rng: np.random.Generator) -> list[Cell]:
    """Write ages as several hands do: 65, 65岁, 六十五."""
    style = rng.choice(3, len(ages), p=[0.82, 0.13, 0.05])
    ways: list[tuple[Cell, ...]] = [(int(age), f"{age}岁", chinese_number(int(age))) for age in ages]
    return [way[number] for way, number in zip(ways, style, strict=True)]


def _ticks(flags: pd.Series, marks: Sequence[str], rng: np.random.Generator) -> list[Cell]:
    """Mark what is so in the usual way or in one of two seldom ones; what is not so with the fourth mark, or not."""
    *yes, no = marks
    drawn = rng.choice(yes, len(flags), p=[0.94, 0.03, 0.03])
    return [str(mark) if flag else no or None for mark, flag in zip(drawn, flags, strict=True)]


def _is_yes(cell: Cell) -> bool:
    return bool(cell) and not str(cell).startswith("不")


def _framed(**more: object) -> dict[str, object]:
    return {"font_name": "宋体", "font_size": 10, "border": 1, "align": "center", "valign": "vcenter"} | more


def _write_top(sheet: Worksheet, table: Table, month: Month, author: str, looks: tuple[Format, Format]) -> None:
    title, plain = looks
    last = len(table.columns) - 1
    place = author.removesuffix("居民委员会").removesuffix("村民委员会")
    filled = open_days(month, "12345")[-1]
    sheet.merge_range(0, 0, 0, last, f"{place}{month.year}年{month.number}月入户走访登记表", title)
    sheet.set_row(0, 34)
    sheet.merge_range(1, 0, 1, 14, f"填报单位：{author}（盖章）", plain)
    sheet.merge_range(1, 15, 1, last, f"填表日期：{month.year}年{month.number}月{filled.day}日", plain)
    said = {cell for cells in table.rows for cell in cells}
    how = "需要的服务逐项填“需要”或“不需要”" if "不需要" in said else "需要的服务符合的打“√”，不需要的不填"
    note = f"填表说明：困难情况、{how}；年龄按周岁；每户至少登记一名常住成年人。"
    sheet.merge_range(2, 0, 2, last, note, plain)


def _write_header(sheet: Worksheet, table: Table, head: Format) -> None:
    upper, lower, column = _FIRST_ROW - 2, _FIRST_ROW - 1, 1
    sheet.merge_range(upper, 0, lower, 0, table.columns[0], head)
    for block, width in table.blocks:
        sheet.merge_range(upper, column, upper, column + width - 1, block, head)
        for offset in range(column, column + width):
            sheet.write_string(lower, offset, table.columns[offset], head)
        column += width
    for offset in range(column, len(table.columns)):
        sheet.merge_range(upper, offset, lower, offset, table.columns[offset], head)
    sheet.set_row(lower, 30)


def _write_bottom(sheet: Worksheet, table: Table, signed: Sequence[str], looks: tuple[Format, Format]) -> None:
    """Write the sum of the ticks and the line of signatures."""
    head, plain = looks
    row = table.first_row + len(table.rows)
    people = sum(key >= 0 for key in table.keys)
    (_, about), *ticks = table.blocks
    ticked = range(1 + about, 1 + about + sum(width for _, width in ticks))
    sheet.write_string(row, 0, "合计", head)
    sheet.write_string(row, 1, f"{people}人", head)
    for column in range(2, len(table.columns)):
        if column in ticked:
            sheet.write_number(row, column, sum(_is_yes(cells[column]) for cells in table.rows), head)
        else:
            sheet.write_blank(row, column, None, head)
    sheet.merge_range(row + 2, 0, row + 2, 8, f"审核人：{signed[0]}", plain)
    sheet.merge_range(row + 2, 9, row + 2, len(table.columns) - 1, f"制表人：{signed[1]}", plain)


def _set_up_page(sheet: Worksheet, table: Table) -> None:
    widths = _WIDTHS | {"家庭人口": 6, "走访日期": 10, "走访人": 8, "备注": 24}
    (_, about), *ticks = table.blocks
    ticked = range(1 + about, 1 + about + sum(width for _, width in ticks))
    for column, (name, fitting) in enumerate(zip(table.columns, column_widths(table, most=24), strict=True)):
        sheet.set_column(column, column, _TICK_WIDTH if column in ticked else widths.get(name, fitting))
    sheet.set_default_row(16.5)
    sheet.freeze_panes(_FIRST_ROW, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_FIRST_ROW - 2, _FIRST_ROW - 1)
    sheet.set_footer("&C第 &P 页 / 共 &N 页")
