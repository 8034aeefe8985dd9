"""Every row that came in is kept, merged or returned, whatever the offices send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grids import sheet, take_clean

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned, Sheet

SURVEY = "姓名|身份证号|日期|性别|年龄|社区|您需要哪些服务"
ANSWERS = (
    "王秀英|'420106195201011246|2026-10-03|女|74|和平社区|助餐、助浴",
    "王秀英|'420106195201011246|2026-10-20|女|74|和平社区|助浴",
    "赵建国||2026-09-03|男|12|河平社区|助餐",
    "李四||约10月|？|230||",
    "钱七||2026-10-03|||和平社区|未问",
    "||||||",
    "合计|||||2|",
    "填表说明：可以不填||||||",
)
USES = ("2026-10-03|助餐|食堂|-3", "2026-10-04||食堂|12", "2062-10-03|助餐|帐篷|若干", "2026-10-05|助浴|食堂|4")
SHEETS = {
    "nothing": "今天天气好|不知道\n甲|乙\n丙|丁",
    "cover": "2026年10月报表\n\n编制单位：和平社区",
    "across": "服务项目|8月|9月|10月|合计\n助餐|30|31|28|89\n助浴|5||6|12\n合计|35|31|34|100",
    "register": "社区|年龄段|性别|人数\n和平社区|60岁以上|女|*\n和平社区|60岁以上|女|30\n|60岁以上|男|20",
    "wide": "社区|男16-59|女16-59|男60+|女60+\n和平社区|200|210|90|99\n和平社区|200|210|90|98",
    "places": "社区|网格|户数\n和平社区|第1网格|300\n和平社区|1号网格|310\n|第2网格|20",
    "supply": "服务项目|服务点|容量|容量周期\n助餐|食堂|30|日\n助餐|食堂|40|日\n|浴室|20|月",
    "beside": "服务项目|服务点|容量|||社区|网格|户数\n助餐|食堂|30|||和平社区|1|30\n助浴|浴室|20|||和平社区|2|31",
    "below": "服务项目|服务点|容量\n助餐|食堂|30\n\n\n社区|年龄段|性别|人数\n和平社区|60岁以上|女|30",
}
BOOKS = st.tuples(
    st.lists(st.sampled_from(ANSWERS), max_size=6),
    st.lists(st.sampled_from(USES), max_size=4),
    st.lists(st.sampled_from(sorted(SHEETS)), max_size=4, unique=True),
    st.booleans(),
)


def month_of(answers: list[str], uses: list[str], others: list[str], again: bool) -> list[Sheet]:
    """Return a month: a survey, uses, other sheets, and the survey once more as a copy under another name."""
    written = "\n".join([SURVEY, *answers])
    sent = [
        sheet(written, file="和平社区.xlsx"),
        sheet("\n".join(["日期|服务项目|服务点|人次", *uses]), file="使用.xlsx"),
    ]
    sent += [sheet(SHEETS[name], file="其他.xlsx", name=name) for name in others]
    return [*sent, sheet(written, file="和平社区.xlsx", name="Sheet1 (2)")] if again else sent


def is_balanced(cleaned: Cleaned) -> bool:
    parts = cleaned.counts[["kept", "merged", "returned"]]
    return bool((cleaned.counts["rows_in"] == parts.sum(axis=1)).all() and (parts >= 0).all(axis=None))


def test_rows_of_other_months_are_kept_and_told_apart_from_those_of_the_month() -> None:
    rows = "2026-10-03|女|助餐、助浴\n2026-09-03|男|助浴\n2026-08-03|男|助餐"
    (counts,) = take_clean(sheet("走访日期|性别|您需要哪些服务\n" + rows)).counts.to_dict("records")
    assert [counts[name] for name in ("rows_in", "kept", "merged", "returned", "other_months")] == [3, 3, 0, 0, 2]


@settings(max_examples=30, deadline=None)
@given(BOOKS)
def test_rows_in_are_kept_merged_or_returned_in_every_file_and_in_all(
    book: tuple[list[str], list[str], list[str], bool],
) -> None:
    cleaned = take_clean(*month_of(*book))
    counts = cleaned.counts

    assert is_balanced(cleaned), counts
    assert (counts["other_months"] <= counts["kept"]).all()
    assert (counts["replaced"] <= counts["merged"]).all()
    assert counts["rows_in"].sum() == cleaned.sheets["rows"].sum()
    assert set(zip(counts["file"], counts["sheet"], strict=True)) == set(
        zip(cleaned.sheets["file"], cleaned.sheets["sheet"], strict=True)
    )


@settings(max_examples=15, deadline=None)
@given(BOOKS)
def test_a_row_is_in_one_place_only(book: tuple[list[str], list[str], list[str], bool]) -> None:
    cleaned = take_clean(*month_of(*book))
    place = ["table", "file", "sheet", "row"]
    for table, frame in (("survey", cleaned.survey), ("usage", cleaned.usage)):
        rows = pd.concat([frame, cleaned.earlier[table]])[["file", "sheet", "row"]].assign(table=table)
        gone = pd.concat([part[part["table"] == table][place] for part in (cleaned.merged, cleaned.returned)])
        kept = set(rows[place].itertuples(index=False, name=None))
        assert kept & set(gone.itertuples(index=False, name=None)) == set()


@settings(max_examples=15, deadline=None)
@given(BOOKS)
def test_every_cell_of_the_ledger_stands_in_a_sheet_that_was_sent(
    book: tuple[list[str], list[str], list[str], bool],
) -> None:
    sent = {(one.file, one.name): one for one in month_of(*book)}
    ledger = take_clean(*sent.values()).ledger
    for file, name, row in zip(ledger["file"], ledger["sheet"], ledger["row"], strict=True):
        own = sent[(file, name.split("!")[0])]
        assert pd.isna(row) or 1 <= row <= own.n_rows
