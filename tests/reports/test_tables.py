from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from needs_analytics.reports import HIDDEN, NOT_APPLICABLE, UNKNOWN, Column, Table

COLUMNS = [
    Column("need", "需求"),
    Column("share", "占比", "share"),
    Column("n", "人数", "integer", blank=HIDDEN),
    Column("flag", "标志", "flag"),
]


def small_table() -> Table:
    frame = pd.DataFrame(
        {
            "need": ["助餐", "助医", None],
            "share": [0.41349, 0.2, math.nan],
            "n": np.array([507.0, np.nan, 3.0]),
            "flag": ["可发布", "慎用", ""],
            "secret": [1, 2, 3],
        }
    )
    return Table.from_frame("t", "表", frame, COLUMNS, emphasis={2: "total"})


def test_a_frame_becomes_rounded_cells_and_blanks_and_only_the_listed_columns():
    assert small_table().cells == (
        ("助餐", 0.41, 507, "可发布"),
        ("助医", 0.2, HIDDEN, "慎用"),
        (NOT_APPLICABLE, NOT_APPLICABLE, 3, NOT_APPLICABLE),
    )


def test_a_table_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        small_table().caption = "别的"


def test_cells_are_written_by_the_kind_of_their_column():
    need, share, _, flag = COLUMNS
    assert need.text("助餐") == "助餐"
    assert share.text(0.41) == "41%"
    assert share.text(UNKNOWN) == "…"
    assert (flag.tone("慎用"), flag.tone("别的"), flag.tone(HIDDEN)) == ("caution", "neutral", "neutral")
    assert Column("x", "x", "bar").text(0.5) == "50%"
    assert Column("x", "x", "bar").has_bar
    assert Column("x", "x", "integer", bar=True).has_bar
    assert not Column("x", "x", "text", bar=True).has_bar
    assert Column("x", "x", "text").cell("甲\x00乙") == "甲乙"


def test_columns_are_found_by_name():
    table = small_table()
    assert table.row_label_index() == 0
    assert Table("t", "表", COLUMNS[1:3], [(0.1, 2)]).row_label_index() == 0
    assert table.blanks() == (HIDDEN, NOT_APPLICABLE)
    with pytest.raises(KeyError, match="no column gap"):
        table.column_index("gap")


def test_a_table_that_cannot_be_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="every row needs 4 cells"):
        Table("t", "表", COLUMNS, [(1, 2)])
    with pytest.raises(ValueError, match="different keys"):
        Table("t", "表", [COLUMNS[0], COLUMNS[0]], [])
    with pytest.raises(ValueError, match=r"no columns \['share', 'n', 'flag'\]"):
        Table.from_frame("t", "表", pd.DataFrame({"need": []}), COLUMNS)
