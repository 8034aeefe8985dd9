"""Dates as offices and platforms write them; the month given decides what is left open."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import sheet, survey, take, told
from needs_analytics.core.month import Month
from needs_analytics.intake.dates import date_reader, read_birth_date, read_month
from needs_analytics.intake.linkage import link, read_people

at = pd.Timestamp
OCTOBER = date_reader(Month(2026, 10))


@pytest.mark.parametrize(
    "written",
    [
        "2026-10-05",
        "2026/10/5",
        "2026.10.5",
        "2026年10月5日",
        "2026年10月5号",
        "２０２６年１０月５日",
        "20261005",
        20261005.0,
        46300.0,
        "46300",
        "10月5日",
        "10.5",
        "10/5",
        "5日",
        10.05,
        "2026，10.5",
        "2026年10月5日（星期一）",
    ],
)
def test_a_day_is_read_in_every_usual_way(written: object) -> None:
    assert OCTOBER(written).value == at(2026, 10, 5)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026/10/05 5:42:10 PM GMT+8", 17),
        ("2026/10/05 5:42:10 AM GMT+8", 5),
        ("2026/10/05 12:42:10 AM", 0),
        ("2026/10/05 12:42:10 PM", 12),
        ("2026年10月5日 下午5:42", 17),
        ("2026-10-05T17:42:10.087+08:00", 17),
        ("2026-10-05 17:42", 17),
        ("2026/10/05 5:42:10 下午 GMT+8", 17),
        ("2026/10/05 12:42:10 下午 GMT+8", 12),
        ("2026/10/05 5:42:10 上午 GMT+8", 5),
    ],
)
def test_a_time_of_day_is_read_with_am_pm_and_zone(written: str, hour: int) -> None:
    value = OCTOBER(written).value
    assert isinstance(value, dt.datetime)
    assert (value.date(), value.hour, value.minute) == (dt.date(2026, 10, 5), hour, 42)


@pytest.mark.parametrize(("written", "code"), [(10.1, "W129"), ("9.3", "W129"), (10.12, ""), ("9.8", "")])
def test_a_day_kept_as_a_decimal_may_have_lost_its_last_digit(written: object, code: str) -> None:
    assert (OCTOBER(written).value is not None, OCTOBER(written).code) == (True, code)


@pytest.mark.parametrize(
    ("years", "ages"), [(["1956", "63", "1990年", "07"], [70, 63, 36, None]), (["63", "70"], [None, None])]
)
def test_a_birth_year_of_two_digits_is_one_where_the_others_are_whole(years: list[str], ages: list[object]) -> None:
    rows = "\n".join(f"和平社区|女|{year}|助餐、助浴" for year in years)
    found = take(sheet(f"社区|性别|出生年份|您需要哪些服务\n{rows}"))
    assert found.tables["survey"]["age_low"].astype(object).where(lambda age: age.notna(), None).tolist() == ages
    assert ("W154" in {issue.code for issue in found.issues}) == (len(years) > 2)


def test_december_in_januarys_tables_is_last_years() -> None:
    assert date_reader(Month(2026, 1))("12月30日").value == at(2025, 12, 30)


def test_a_date_far_ahead_is_refused() -> None:
    assert OCTOBER("2027-03-05").code == "E124"
    assert OCTOBER("1899-03-05").code == "E124"


def test_a_deadline_may_lie_far_ahead() -> None:
    found = take(
        sheet("""
            工单编号|受理时间|诉求内容|办理状态|办理时限
            G1|2026-10-05|路灯不亮|办理中|2027-03-05
        """)
    )
    assert found.tables["requests"]["due"].tolist() == [at(2027, 3, 5)]
    assert told(found, "E124") == []


@pytest.mark.parametrize("written", ["2026-13-05", "2026-10-32", "昨天", "2026年2月30日"])
def test_what_is_no_day_is_refused(written: str) -> None:
    assert OCTOBER(written).code == "E120"


@given(st.dates(dt.date(2000, 1, 1), dt.date(2026, 11, 30)))
def test_every_day_of_the_past_survives_every_style(day: dt.date) -> None:
    for style in ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"):
        assert OCTOBER(day.strftime(style)).value == at(day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("1951-03-12", at(1951, 3, 12)),
        ("1951.03", at(1951, 3, 1)),
        ("195103", at(1951, 3, 1)),
        ("1951年", at(1951, 7, 1)),
        ("1951", at(1951, 7, 1)),
    ],
)
def test_a_birth_is_read_as_far_as_it_is_given(written: str, born: dt.datetime) -> None:
    assert read_birth_date(written).value == born


def test_an_age_follows_from_a_year_of_birth() -> None:
    answers = survey("""
        姓名|性别|出生日期|社区|您需要哪些服务
        王秀英|女|1951年|和平社区|助餐
    """)
    assert answers["age"].tolist() == [75.0]


def test_a_name_with_a_year_of_birth_is_no_identity() -> None:
    rows = pd.DataFrame({"name": ["王秀英", "王秀英"], "birth_date": ["1951", "1951"],
                         "digest": "0", "sheet": "s", "row": [1, 2]})  # fmt: skip
    asked = np.ones(2, dtype=bool)
    keys = link(read_people([rows]), b"k" * 32, asked=asked).keys
    assert keys[0] != keys[1]
    whole = rows.assign(birth_date="1951-03-12", sex="女", community="和平社区")
    keys = link(read_people([whole]), b"k" * 32, asked=asked).keys
    assert keys[0] == keys[1]


@pytest.mark.parametrize("written", ["2026-10", "2026年10月", "2026.10", "202610"])
def test_a_month_is_text(written: str) -> None:
    assert read_month(written).value == "2026-10"


@pytest.mark.parametrize(
    "written",
    [
        "二〇二六年十月五日",
        "十月五日",
        "2026年十月五日",
        "26.10.5",
        "'26/10/5",
        "2026-10-05上午",
        "10月5日上午",
        "2026.10.5.",
    ],
)
def test_a_day_in_characters_and_short_is_read(written: str) -> None:
    assert OCTOBER(written).value == at(2026, 10, 5)


@pytest.mark.parametrize("written", ["10月5日 14:30", "10/5 14:30", "10月5日下午2:30", "2026-10-05T06:30:00Z"])
def test_a_time_stands_after_any_date(written: str) -> None:
    assert OCTOBER(written).value == at(2026, 10, 5, 14, 30)


@pytest.mark.parametrize(
    "written", ["2-3次", "3.5万", "65/66", "1.2.3", "10月", "3-5人", "10.5元", "2026年10月5-7日", "10月上旬", "1/2/3/4"]
)
def test_what_only_looks_like_a_day_is_refused(written: str) -> None:
    assert OCTOBER(written).code == "E120"


def test_a_column_that_writes_the_day_first_does_so_throughout() -> None:
    days = survey("""
        日期|社区|年龄|性别|助餐|助浴
        5/10/2026|甲|70|女|√|
        25/10/2026|甲|71|男||√
    """)["date"]
    assert days.tolist() == [at(2026, 10, 5), at(2026, 10, 25)]


def test_a_date_of_birth_that_cannot_be_read_is_said() -> None:
    found = take(sheet("社区|出生日期|性别|助餐|助浴\n甲|'属龙|女|√|\n甲|'1958-03-05|男||√"))
    assert [cell for cell, _ in told(found, "W152")] == ["B2"]


@given(st.text(max_size=14) | st.floats())
def test_no_cell_breaks_a_reader_of_dates(cell: object) -> None:
    for reader in (OCTOBER, read_birth_date, read_month):
        reader(cell)


@pytest.mark.parametrize("written", ["2026-10-05", "2026年10月5日", 46300.0])
def test_a_day_gives_its_month(written: object) -> None:
    assert read_month(written).value == "2026-10"
