"""A month is given, read, shifted and printed; never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.core.month import Month
from needs_analytics.errors import UsageError

months = st.builds(Month, st.integers(1900, 2199), st.integers(1, 12))


@pytest.mark.parametrize(
    "text",
    ["2026-10", "2026年10月", "202610", "2026.10", "2026/10", " 2026-10 ", "2026 10", "2026年10", "２０２６-１０"],
)
def test_a_month_is_read_in_any_usual_spelling(text: str) -> None:
    assert Month.parse(text) == Month(2026, 10)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "10月", "26-10", "2026-10-05", "1899-12", "2200-01"]
)
def test_what_is_no_month_is_a_wrong_request_that_names_it(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Month.parse(text)
    assert text in refusal.value.in_language("zh")
    assert text in refusal.value.in_language("en")


def test_a_month_is_itself_when_parsed_again() -> None:
    assert Month.parse(Month(2026, 10)) is not None
    assert Month.parse(str(Month(2026, 1))) == Month(2026, 1)


def test_a_month_is_printed_as_people_write_it() -> None:
    assert (str(Month(2026, 3)), Month(2026, 3).label(), Month(2026, 3).label("en")) == (
        "2026-03",
        "2026年3月",
        "2026-03",
    )


@pytest.mark.parametrize(("month", "last"), [("2026-02", 28), ("2028-02", 29), ("2026-12", 31), ("2026-11", 30)])
def test_the_last_day_follows_the_calendar(month: str, last: int) -> None:
    assert Month.parse(month).last_day.day == last


@settings(derandomize=True)
@given(months, st.integers(-600, 600))
def test_shifting_there_and_back_is_where_one_was(month: Month, months_later: int) -> None:
    assert month.shift(months_later).shift(-months_later) == month


@settings(derandomize=True)
@given(months)
def test_a_month_ends_the_day_before_the_next_begins(month: Month) -> None:
    assert month.last_day + dt.timedelta(days=1) == month.shift(1).first_day
    assert Month.parse(str(month)) == month


@settings(derandomize=True)
@given(months, months)
def test_months_are_ordered_as_their_names(one: Month, other: Month) -> None:
    assert (one < other) == (str(one) < str(other))
