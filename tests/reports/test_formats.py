from __future__ import annotations

import doctest
import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.reports import document, formats, placing
from needs_analytics.reports.drawing import labels, points
from needs_analytics.reports.formats import (
    HIDDEN,
    NOT_APPLICABLE,
    NUMBER_KINDS,
    Blank,
    clean_text,
    excel_number_format,
    interval_text,
    is_absent,
    is_number,
    number_text,
    round_as_shown,
    shown_value,
)
from needs_analytics.reports.html import pages


@pytest.mark.parametrize("module", [formats, document, placing, labels, points, pages], ids=lambda m: m.__name__)
def test_the_examples_in_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (0.125, "share", "13%"),
        (0.004, "share", "0%"),
        (-0.004, "share", "0%"),
        (1.0, "share", "100%"),
        (0.98765, "rate", "98.77%"),
        (1234567, "integer", "1,234,567"),
        (2.5, "integer", "3"),
        (7, "rank", "7"),
        (0.25, "decimal", "0.3"),
        (3.25, "change", "+3.3"),
        (-3.25, "change", "−3.3"),
        (0.01, "change", "0.0"),
        (HIDDEN, "share", "*"),
    ],
)
def test_numbers_are_written_as_people_read_them(value, kind, expected):
    assert number_text(value, kind) == expected


@given(st.floats(-1e6, 1e6), st.sampled_from(["share", "rate", "integer", "decimal", "change"]))
def test_rounding_goes_half_away_from_zero_and_rounding_twice_changes_nothing(value, kind):
    once = round_as_shown(value, kind)
    kept = {"share": 2, "rate": 4, "integer": 0}.get(kind, 1)
    assert float(once) == float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-kept), ROUND_HALF_UP))
    assert round_as_shown(once, kind) == once
    assert math.copysign(1, once) == 1 or once < 0


def test_what_is_missing_becomes_the_blank_and_a_wrong_value_is_refused():
    for missing in (None, math.nan, math.inf, np.nan, pd.NA, pd.NaT):
        assert is_absent(missing)
        assert shown_value(missing, "share", NOT_APPLICABLE) is NOT_APPLICABLE
    assert shown_value(HIDDEN, "share", NOT_APPLICABLE) is HIDDEN
    assert shown_value(np.int64(3), "integer", HIDDEN) == 3
    assert not is_number(True)
    with pytest.raises(ValueError, match="'12%' is no number"):
        shown_value("12%", "share", HIDDEN)


def test_an_interval_needs_both_ends():
    assert interval_text(0.314, 0.426) == "31%–43%"
    assert interval_text(-2.04, 1.0, "change") == "−2.0–+1.0"
    assert interval_text(None, 0.4) is None
    assert interval_text(0.3, HIDDEN) is None


def test_every_kind_has_a_spreadsheet_format():
    assert all(excel_number_format(kind) for kind in NUMBER_KINDS)
    assert excel_number_format("decimal", 0) == "#,##0"


def test_text_loses_what_no_file_can_hold():
    assert clean_text("甲\x00\x0b\x1f\ud800乙\r\n丙\t\x85\ufffe𠮷") == "甲乙\n丙\t𠮷"
    assert clean_text(12) == "12"
    assert str(Blank("—", "other")) == "—"
