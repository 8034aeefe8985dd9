"""Visits on a tablet as KoboToolbox exports them: ``group/field`` headers, codes, a column of 0/1 per option."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.samples.phrases import given_or, grid_names, join_ticked, spell_grids
from needs_analytics.samples.sheets import Cell, Table, open_workbook, write_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan

_SEXES = {"男": "nan", "女": "nv"}


def tabulate_kobo(answers: Answers, office: str) -> Table:
    """Lay out the export; one row per visit, header in the first row."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form = plan.form(office)
    columns = _about(rows, plan, form, rng)
    for name, question in form["questions"].items():
        ticked = rows if question.get("about") == "groups" else needs
        columns |= _several(f"{question['group']}/{name}", ticked, question["options"])
    columns["jieshu/manyi"] = [f"m{5 - level}" for level in rows["satisfaction"]]
    columns |= _meta(rows, rng)
    cells = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(plan.office(office)["sheet"], tuple(columns), cells, tuple(rows.index))


def write_kobo(path: Path, table: Table, month: Month, _sender: Mapping[str, Any]) -> None:
    """Write the export as the platform does: one plain sheet."""
    with open_workbook(path, "KoboToolbox", month) as book:
        sheet = book.add_worksheet(table.sheet)
        sheet.write_row(0, 0, table.columns)
        write_cells(sheet, table, [None] * len(table.columns))


def write_form(path: Path, plan: Plan, office: str, month: Month) -> str:
    """Write the form beside the answers: its questions and choices, from which the codes can be read."""
    form = plan.form(office)
    questions: list[tuple[str, str, str]] = [
        ("text", "xingming", "姓名"),
        ("text", "dianhua", "联系电话"),
        ("select_one xingbie", "xingbie", "性别"),
        ("integer", "nianling", "年龄"),
        ("select_one cun", "cun", "村（屯）"),
        ("text", "zu", "小组或网格"),
        ("integer", "renkou", "家里住几口人"),
    ]
    questions += [(f"select_multiple {name}", name, asked["label"]) for name, asked in form["questions"].items()]
    questions.append(("select_one manyi", "manyi", "对村里的服务满意吗"))
    choices = [("xingbie", code, label) for label, code in _SEXES.items()]
    choices += [("cun", code, community) for community, code in form["communities"].items()]
    for name, asked in form["questions"].items():
        choices += [(name, code, label) for label, _, code in asked["options"]]
    levels = plan.words("forms")["levels"]["satisfaction"]
    choices += [("manyi", f"m{5 - level}", word) for level, word in enumerate(levels)]
    file = f"{path.stem}_表单.xlsx"
    with open_workbook(path.with_name(file), "KoboToolbox", month) as book:
        _write_rows(book.add_worksheet("survey"), ("type", "name", "label"), questions)
        _write_rows(book.add_worksheet("choices"), ("list_name", "name", "label"), choices)
    return file


def _write_rows(sheet: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate((header, *rows)):
        sheet.write_row(number, 0, row)


def _about(
    rows: pd.DataFrame, plan: Plan, form: Mapping[str, Any], rng: np.random.Generator
) -> dict[str, Sequence[Cell]]:
    names = grid_names(plan, rows["community"], rows["grid_told"])
    lengths = rows["seconds"].to_numpy().astype("timedelta64[s]")
    return {
        "start": [f"{at:%Y-%m-%dT%H:%M:%S}.000+08:00" for at in rows["moment"] - lengths],
        "end": [f"{at:%Y-%m-%dT%H:%M:%S}.000+08:00" for at in rows["moment"]],
        "jiben/xingming": given_or(rows["name"], rows["gives_name"]),
        "jiben/dianhua": given_or(rows["phone"], rows["gives_phone"]),
        "jiben/xingbie": [_SEXES[sex] for sex in rows["sex"]],
        "jiben/nianling": [int(age) for age in rows["age"]],
        "jiben/cun": [form["communities"][community] for community in rows["community"]],
        "jiben/zu": spell_grids(rows["grid_told"].to_numpy(), (0.3, 0.1, 0.2, 0.2, 0, 0.2, 0), rng, names),
        "jiben/renkou": [int(size) for size in rows["household_size"]],
    }


def _several(path: str, ticked: pd.DataFrame, options: Sequence[Sequence[str]]) -> dict[str, Sequence[Cell]]:
    """Return a column of joined codes, then one of 0/1 per option."""
    coded = [(code, meaning) for _, meaning, code in options]
    columns: dict[str, Sequence[Cell]] = {path: join_ticked(ticked, coded, " ")}
    for code, meaning in coded:
        columns[f"{path}/{code}"] = ticked[meaning].astype(int).tolist()
    return columns


def _meta(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, Sequence[Cell]]:
    first = 281_000_000 + int(rng.integers(1_000_000))
    marks = rng.integers(0, 2**32, (len(rows), 2))
    return {
        "_id": (first + np.cumsum(rng.geometric(0.15, len(rows)))).tolist(),
        "_uuid": [f"{high:08x}-0000-4000-8000-{low:012x}" for high, low in marks],
        "_submission_time": [f"{at:%Y-%m-%dT%H:%M:%S}" for at in rows["moment"]],
        "_index": [*range(1, len(rows) + 1)],
    }
