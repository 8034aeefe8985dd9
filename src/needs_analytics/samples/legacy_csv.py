"""The register of an old system, exported as GB18030 text: one column of needs, dates and digits in several ways."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from needs_analytics.samples.phrases import (
    Options,
    call_communities,
    given_or,
    grid_names,
    join_ticked,
    spell_grids,
    write_remarks,
)
from needs_analytics.samples.sheets import Cell, Table, with_empty_rows, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.snapshot import Snapshot

HEADER = "需求事项"
NOTHING = "暂无需求"
EMPTY_ROWS = 2
_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of spreadsheet serial dates."""
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_UNANSWERED = 0.02
_SATISFACTION = ("很不满意", "不满意", "一般", "满意", "很满意")


def tabulate_legacy(answers: Answers, office: str) -> Table:
    """Lay out the export; header in the first line."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form, levels, texts = plan.form(office), plan.words("forms")["levels"], plan.words("texts")
    remarks = write_remarks(rows, 0.12, texts, rng)
    ways = rng.choice(["入户走访", "电话联系", "来访登记"], len(rows), p=[0.6, 0.25, 0.15])
    columns = _about(rows, answers.snapshot, form["groups"], rng)
    columns |= {
        "登记日期": _dates(rows["moment"], rng),
        "登记方式": [str(way) for way in ways],
        HEADER: _listed(needs, form, rng),
        "紧急程度": _urgency(rows, needs, levels["urgency"]),
        "满意度": [form.get("satisfaction", _SATISFACTION)[level] for level in rows["satisfaction"]],
        "备注": remarks,
        "登记人": [str(officer) for officer in rng.choice(texts["officers"], len(rows))],
    }
    cells: list[list[Cell]] = [list(row) for row in zip(*columns.values(), strict=True)]
    return with_empty_rows(Table("", tuple(columns), cells, tuple(rows.index)), EMPTY_ROWS, rng)


def write_legacy(path: Path, table: Table, _month: Month, _sender: Mapping[str, Any]) -> None:
    """Write the text file in the encoding of an old Windows program."""
    write_text(path, table.columns, table.rows)


def _about(rows: pd.DataFrame, snapshot: Snapshot, groups: Options, rng: np.random.Generator) -> dict[str, list[str]]:
    long = rng.choice(["", "居委会"], len(rows), p=[0.85, 0.15]) == "居委会"
    called = call_communities(snapshot.plan, rows["community"])
    communities = called["long"].where(long, rows["community"])
    communities = communities.mask(rng.random(len(rows)) < 0.12, called["short"])
    names = grid_names(snapshot.plan, rows["community"], rows["grid_told"])
    # the trailing tab keeps spreadsheets from turning the number into 9.99999E+17
    cards = [f"{card}\t" if card else "" for card in given_or(rows["id_card"], rows["gives_id_card"])]
    return {
        "登记编号": [
            f"MQ{snapshot.month.year}{snapshot.month.number:02d}{number:04d}" for number in range(1, len(rows) + 1)
        ],
        "姓名": given_or(rows["name"], rows["gives_name"]),
        "性别": rows["sex"].tolist(),
        "年龄": _ages(rows["age"].to_numpy(), rng),
        "身份证号码": cards,
        "联系电话": given_or(rows["phone"], rows["gives_phone"]),
        "街道": [snapshot.plan.place] * len(rows),
        "社区": communities.tolist(),
        "网格": spell_grids(rows["grid_told"].to_numpy(), (0.20, 0.10, 0.35, 0.10, 0.20, 0.05, 0), rng, names),
        "人员类别": join_ticked(rows, groups, "；"),
    }


def _ages(ages: np.ndarray, rng: np.random.Generator) -> list[str]:
    style = rng.choice(3, len(ages), p=[0.84, 0.10, 0.06])
    ways = [(str(age), str(age).translate(_FULL_WIDTH), f"{age}周岁") for age in ages]
    return [way[number] for way, number in zip(ways, style, strict=True)]


def _dates(moments: pd.Series, rng: np.random.Generator) -> list[str]:
    """Write dates as 2026/10/5, as a spreadsheet's serial number, or with the time."""
    style = rng.choice(3, len(moments), p=[0.55, 0.30, 0.15])
    ways = [
        (f"{at.year}/{at.month}/{at.day}", str((at.date() - _EPOCH).days), f"{at:%Y-%m-%d %H:%M:%S}") for at in moments
    ]
    return [way[number] for way, number in zip(ways, style, strict=True)]


def _listed(needs: pd.DataFrame, form: Mapping[str, Any], rng: np.random.Generator) -> list[str]:
    """List the needs behind ``；`` or ``/``, as the clerk was used to; a few sheets were left empty."""
    luck = rng.random(len(needs))
    slashed = rng.random(len(needs)) < 0.25
    lists = zip(join_ticked(needs, form["needs"], "；"), luck, slashed, strict=True)
    return [
        "" if draw < _UNANSWERED else (text.replace("；", "/") if slash else text) or form.get("nothing", NOTHING)
        for text, draw, slash in lists
    ]


def _urgency(rows: pd.DataFrame, needs: pd.DataFrame, words: list[str]) -> list[str]:
    """Write how pressing it is: the more needs and the frailer, the more."""
    score = needs.sum(axis=1) + 2 * rows["disabled_elder"] + rows["alone_elder"] + rows["dibao"]
    return [
        words[level] if any_need else "" for level, any_need in zip((score // 4).clip(0, 2), score > 0, strict=True)
    ]
