"""What may be printed: no small cell, no way back to one, in no table, chart, sentence or file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from helpers.town import BATHING, CLASSES, MEALS, PARKING, residents, run_stages, segments_of, survey, town
from needs_analytics.core.options import DisclosureOptions, GapsOptions, Options
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.content.disclose import (
    blanked,
    companions,
    public_counts,
    public_gaps,
    public_shares,
    rounded_counts,
    rounded_persons,
    too_few,
    without_few_users,
)
from needs_analytics.reports.formats import HIDDEN, UNKNOWN, Blank
from needs_analytics.reports.month import write_reports

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.document import Document
    from needs_analytics.reports.tables import Table

OPTIONS = DisclosureOptions()
calm = settings(derandomize=True, max_examples=40, deadline=None)
counts = st.integers(0, 400)
PERSONS = frozenset(
    {
        *("n", "persons", "demand", "gap", "met", "no_service", "not_eligible", "too_far", "full", "not_taken_up"),
        *("dissatisfied", "unknown_use", "used_other", "used_persons", "used_units", "waiting", "requests", "closed"),
        *("overdue", "gain", "shorter", "given", "longer", "point"),
    }
)


# --- rules of one cell -----------------------------------------------------------------------------------------------


@calm
@given(st.lists(st.floats(0, 1e6), max_size=20), st.sampled_from([3, 5, 10]))
def test_counts_are_rounded_to_the_nearest_multiple_of_the_base(values: list[float], base: int) -> None:
    shown = rounded_counts(values, base)
    assert (shown % base == 0).all()
    assert (np.abs(shown - np.array(values)) <= base / 2).all()


@calm
@given(st.floats(0, 1e6))
def test_persons_have_two_significant_digits_and_small_ones_are_multiples_of_the_base(value: float) -> None:
    shown = float(rounded_persons([value], 5)[0])
    assert shown % 5 == 0
    assert len(str(int(shown)).rstrip("0")) <= 2
    assert abs(shown - value) <= max(0.05 * value, 2.5) + 1e-9


def test_nothing_known_stays_nothing_known() -> None:
    assert np.isnan(rounded_counts([np.nan], 5)).all()
    assert np.isnan(rounded_persons([np.nan], 5)).all()


@calm
@given(counts, counts)
def test_a_cell_is_hidden_for_few_who_have_it_and_for_few_who_have_it_not(yes: int, no: int) -> None:
    hidden = bool(too_few([yes], [yes + no], OPTIONS)[0])
    assert hidden == (0 < yes < 5 or 0 < no < 5 or yes + no < 5)


def test_an_unknown_number_of_contributors_counts_as_few() -> None:
    assert too_few([np.nan], None, OPTIONS).all()


@calm
@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=1, max_size=12))
def test_printed_counts_are_hidden_unknown_or_rounded(values: list[int | None]) -> None:
    for value, shown in zip(values, public_counts(pd.Series(values, dtype=float), OPTIONS), strict=True):
        if value is None:
            assert shown is UNKNOWN
        elif 0 < value < 5:
            assert shown is HIDDEN
        else:
            assert shown % 5 == 0
            assert abs(shown - value) <= 2.5


@calm
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30)), min_size=1, max_size=10))
def test_no_class_of_a_known_total_is_hidden_alone_where_there_is_another(classes: list[tuple[str, int]]) -> None:
    groups, sizes = pd.Series([name for name, _ in classes]), np.array([size for _, size in classes])
    few = too_few(sizes, None, OPTIONS)
    hidden = companions(few, sizes, groups)
    assert (hidden >= few).all()
    for name in set(groups):
        mine = (groups == name).to_numpy()
        if hidden[mine].any() and (sizes[mine] > 0).sum() > 1:
            assert hidden[mine].sum() > 1


# --- rows of the needs list and of the gap table ---------------------------------------------------------------------


def needs_rows(pairs: list[tuple[int, int]], population: float = 4321.0) -> pd.DataFrame:
    """Return rows of a needs list from (yes, no)."""
    yes, n = (np.array(column, dtype=float) for column in ([y for y, _ in pairs], [y + x for y, x in pairs]))
    share = np.divide(yes, n, out=np.zeros_like(yes), where=n > 0)
    return pd.DataFrame({
        "n": n, "n_yes": yes, "share": share, "share_low": share * 0.8, "share_high": np.minimum(share * 1.2, 1),
        "population": population, "persons": share * population, "persons_low": share * 0.8 * population,
        "persons_high": np.minimum(share * 1.2, 1) * population, "change": "无明显变化", "change_diff": 0.0123,
        "n_before": n, "n_yes_before": yes, "flag": "可发布",
    })  # fmt: skip


@calm
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_shares_are_whole_per_cents_and_persons_follow_from_them(pairs: list[tuple[int, int]]) -> None:
    shown = public_shares(needs_rows(pairs), OPTIONS)
    np.testing.assert_allclose(shown["share"] * 100, np.round(shown["share"] * 100), atol=1e-9)
    np.testing.assert_array_equal(shown["persons"], rounded_persons(shown["share"] * 4321, 5))
    assert (shown["n"] % 5 == 0).all()


@calm
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_a_hidden_row_of_the_needs_list_tells_nothing(pairs: list[tuple[int, int]]) -> None:
    telling = ["share", "persons", "n", "change"]
    frame = blanked(public_shares(needs_rows(pairs), OPTIONS), telling)
    few = too_few([y for y, _ in pairs], [y + x for y, x in pairs], OPTIONS)
    for column in telling:
        assert [isinstance(cell, Blank) for cell in frame[column]] == few.tolist()


def test_a_change_is_hidden_where_it_would_tell_last_months_hidden_share() -> None:
    rows = needs_rows([(40, 60), (40, 60)]).assign(n_yes_before=[30.0, 3.0], n_before=100.0)
    shown = blanked(public_shares(rows, OPTIONS), ["share", "change"])
    assert shown["share"].tolist() == [0.4, 0.4]
    assert shown["change"].iloc[0] != HIDDEN
    assert shown["change"].iloc[1] is HIDDEN


def test_a_sample_too_small_is_withheld_and_a_small_cell_in_it_hidden() -> None:
    rows = needs_rows([(10, 10), (2, 18)]).assign(flag="不发布")
    assert blanked(public_shares(rows, OPTIONS), ["share"])["share"].tolist() == [UNKNOWN, HIDDEN]


@st.composite
def gap_rows(draw: st.DrawFn) -> pd.DataFrame:
    """Rows of a gap table whose parts sum to the demand."""
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        yes, no, population = draw(counts), draw(counts), draw(st.integers(100, 90_000))
        demand = population * yes / max(yes + no, 1)
        cuts = sorted(draw(st.lists(st.floats(0, 1), min_size=6, max_size=6)))
        parts = np.diff([0.0, *cuts, 1.0]) * demand
        names = ["met", "no_service", "not_eligible", "too_far", "full", "not_taken_up", "dissatisfied"]
        gap = parts[1:5].sum()
        rows.append(dict(zip(names, parts, strict=True)) | {
            "demand": demand, "gap": gap, "gap_low": 0.7 * gap, "gap_high": 1.3 * gap, "unknown_use": 0.0,
            "used_other": 0.0, "used_persons": parts[0] + parts[6], "capacity_persons": 50.0, "n": float(yes),
            "answers": float(yes + no), "population": float(population), "flag": "可发布",
        })  # fmt: skip
    return pd.DataFrame(rows)


@calm
@given(gap_rows())
def test_the_printed_demand_is_the_needs_lists_and_its_parts_still_add_up(rows: pd.DataFrame) -> None:
    shown = public_gaps(rows, OPTIONS)
    share = np.floor(rows["demand"] / rows["population"] * 100 + 0.5) / 100
    np.testing.assert_array_equal(shown["demand"], rounded_persons(share * rows["population"], 5))
    parts = shown[["met", "no_service", "not_eligible", "too_far", "full", "not_taken_up", "dissatisfied"]]
    assert (np.abs(parts.sum(axis=1) - shown["demand"]) <= 0.05 * (parts.sum(axis=1) + shown["demand"]) + 20).all()
    assert (shown["gap_low"] <= shown["gap"]).all()
    assert (shown["gap"] <= shown["gap_high"]).all()


@calm
@given(gap_rows())
def test_a_gap_is_silent_exactly_where_its_need_is(rows: pd.DataFrame) -> None:
    """Nobody has to be hidden where nobody answered; nothing is told there either."""
    shown, few = public_gaps(rows, OPTIONS), too_few(rows["n"], rows["answers"], OPTIONS)
    nobody = (rows["answers"] == 0).to_numpy()
    np.testing.assert_array_equal(shown["hidden"], few & ~nobody)
    np.testing.assert_array_equal(shown["withheld"], nobody)


def test_a_handful_of_users_is_not_printed() -> None:
    exact = pd.DataFrame({"met": [3.0, 60.0], "dissatisfied": 0.0, "used_persons": [3.0, 60.0], "used_other": 0.0})
    shown = without_few_users(exact.assign(withheld=False), exact, OPTIONS)
    assert shown["met"].tolist() == [HIDDEN, 60.0]
    assert shown["used_persons"].tolist() == [HIDDEN, 60.0]
    assert shown["dissatisfied"].tolist() == [0.0, 0.0]


# --- a whole month ---------------------------------------------------------------------------------------------------

REGISTER = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 59 | 男 | 500
    甲 | 60 | 120 | 女 | 500
    乙 | 16 | 59 | 男 | 500
    乙 | 60 | 120 | 女 | 500
"""
SUPPLY: dict[str, Any] = {
    "menu": "service | needs\nS1 | ELD01\nS2 | ELD02\nS3 | CHD02",
    "supply": "service | site | capacity\nS1 | P | 100\nS2 | Q | 500\nS3 | P | 40",
    "sites": "site | tier\nP | 片区\nQ | 片区",
}


def people(first: dict[str, int], second: dict[str, int], size: int = 60) -> pd.DataFrame:
    """Return two communities of the same make-up with so many who have each need."""
    parts = []
    for place, wanted in (("甲", first), ("乙", second)):
        ages, sexes = [40] * (size // 2) + [70] * (size // 2), ["男"] * (size // 2) + ["女"] * (size // 2)
        columns = {need: count if count >= 0 else None for need, count in wanted.items()}
        parts.append(residents(size, community=place, age=ages, sex=sexes, yes=columns))
    return survey(*parts)


def month(first: dict[str, int], second: dict[str, int], **given: Any) -> MonthResult:
    """Return the month of a town of two communities."""
    settings = {name: given.pop(name) for name in ("segments", "previous", "history") if name in given}
    cleaned = town(people(first, second), register=REGISTER, **{**SUPPLY, **given})
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=20)), **settings)


@pytest.fixture(scope="module")
def result() -> MonthResult:
    """Return a month in which a bit of everything is small."""
    uses = [{"service": "S1", "site": "P", "count": 30.0, "rating": 5.0}, {"service": "S1", "site": "P", "count": 2.0,
             "rating": 1.0}, {"service": "S3", "site": "P", "count": 3.0}]  # fmt: skip
    calls = [{"request_id": str(i), "need": need, "status": "完成" if i % 7 else "办理中"} for i, need in
             enumerate([MEALS] * 17 + [PARKING] * 4 + [BATHING] * 12)]  # fmt: skip
    months = pd.DataFrame([(f"2026-{m:02d}", "S3", "P", 3.0) for m in range(1, 11)],
                          columns=["month", "service", "site", "count"])  # fmt: skip
    return month(
        {MEALS: 25, BATHING: 3, CLASSES: 57, PARKING: 2}, {MEALS: 12, BATHING: 30, CLASSES: 20, PARKING: 40},
        usage=uses, requests=calls, history=months,
        segments=segments_of({"A": [f"a{i:04d}" for i in range(1, 58)], "B": [f"a{i:04d}" for i in range(58, 61)],
                              "C": [f"a{i:04d}" for i in range(61, 121)]}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def document(result: MonthResult) -> Document:
    return build_document(result)


def rows_of(document: Document, name: str) -> list[dict[str, Any]]:
    table = by_id(document)[name]
    return [dict(zip([column.key for column in table.columns], row, strict=True)) for row in table.rows]


def by_id(document: Document) -> dict[str, Table]:
    return {table.id: table for table in document.tables}


def test_no_printed_count_is_small_and_every_one_is_rounded(document: Document) -> None:
    seen = 0
    for name in by_id(document):
        for row in rows_of(document, name):
            for key in PERSONS & set(row):
                if not isinstance(row[key], Blank):
                    assert row[key] == 0 or (row[key] >= 5 and row[key] % 5 == 0), (name, key, row)
                    seen += 1
    assert seen > 100


@pytest.mark.parametrize(("community", "need"), [("甲", "助浴"), ("甲", "课后托管"), ("甲", "停车")])
def test_what_is_hidden_in_one_table_is_hidden_in_all(document: Document, community: str, need: str) -> None:
    found = 0
    for name in ("needs_by_community", "gaps_by_community"):
        for row in rows_of(document, name):
            if row["community"] == community and row["need"].startswith(need):
                assert all(row[key] is HIDDEN for key in {"share", "demand", "gap", "persons", "n"} & set(row)), name
                found += 1
    assert found >= 1


def test_requests_hidden_in_their_table_are_hidden_beside_the_referred_needs(document: Document) -> None:
    (parking,) = [row for row in rows_of(document, "requests") if row["need"].startswith("停车")]
    (referred,) = [row for row in rows_of(document, "referred") if row["need"].startswith("停车")]
    assert parking["requests"] is HIDDEN
    assert referred["requests"] is HIDDEN


def test_the_total_of_requests_does_not_tell_the_hidden_need(result: MonthResult, document: Document) -> None:
    hidden = [row["need"] for row in rows_of(document, "requests") if row["requests"] is HIDDEN]
    assert len(hidden) >= 2  # the file's rows are counted exactly
    assert "33件" not in repr(document.sections)


def test_few_open_entries_are_not_told_by_the_number_of_closed_ones(document: Document) -> None:
    (meals,) = [row for row in rows_of(document, "requests") if row["need"].startswith("助餐")]
    assert meals["requests"] == 15
    assert meals["closed"] is HIDDEN  # 3 of 17 are open
    assert meals["closed_rate"] is HIDDEN


def test_a_service_few_used_shows_neither_use_nor_rate_nor_forecast(document: Document) -> None:
    (classes,) = [row for row in rows_of(document, "services") if row["service"] == "S3"]
    assert classes["used_units"] is HIDDEN
    assert classes["utilisation"] is HIDDEN
    for row in rows_of(document, "outlook"):
        assert row["point"] is HIDDEN
        assert row["forecast_interval"] is HIDDEN


def test_the_share_of_bad_ratings_is_hidden_where_few_rated_badly(document: Document) -> None:
    (meals,) = [row for row in rows_of(document, "services") if row["service"] == "S1"]
    assert meals["bad_share"] is HIDDEN


def test_a_segment_of_three_is_hidden_with_a_companion(document: Document) -> None:
    rows = {row["name"]: row for row in rows_of(document, "segments")}
    assert rows["类型B"]["n"] is HIDDEN
    assert rows["类型A"]["n"] is HIDDEN  # all respondents less A and C would be B
    assert rows["类型C"]["n"] == 60


@pytest.mark.parametrize("name", ["segments", "needs", "gaps"])
def test_how_figures_are_rounded_stands_below_their_table(document: Document, name: str) -> None:
    below = "".join(by_id(document)[name].notes)
    assert f"取到{OPTIONS.base}的倍数，比例取到百分之一，推算人数取两位有效数字" in below
    assert f"少于{OPTIONS.threshold}人的数字不公开" in below


def test_no_suggestion_comes_from_a_hidden_or_withheld_gap() -> None:
    small = {"menu": "service | needs\nS2 | ELD02", "supply": "service | capacity\nS2 | 20"}
    made = month({MEALS: 2, BATHING: 30}, {MEALS: 2, BATHING: 30}, usage="service | count\nS2 | 20", **small)
    assert {MEALS, BATHING} <= set(made.plans.table["need"])
    assert all(not row["need"].startswith("助餐") for row in rows_of(build_document(made), "actions"))


def test_a_suggestion_names_no_community_whose_gap_is_hidden() -> None:
    made = month({MEALS: 3}, {MEALS: 30}, sites="site | community\nP | 乙\nQ | 乙")
    (row,) = [row for row in made.plans.table.to_dict("records") if row["kind"] == "new_site"] or [None]
    if row is not None:
        assert row["community"] == "甲"
        (shown,) = [r for r in rows_of(build_document(made), "actions") if r["kind"] == "增设网点"]
        assert "甲" not in shown["action"]


def test_a_margin_class_of_few_respondents_is_not_alone(result: MonthResult) -> None:
    margins = pd.DataFrame({
        "margin": "age_sex", "label": ["一", "二", "三"], "n": [60, 57, 3], "target": [0.5, 0.4, 0.1],
        "before": [0.5, 0.475, 0.025], "after": [0.5, 0.4, 0.1], "asmd_before": [0.0, 0.15, 0.25], "asmd_after": 0.0,
    })  # fmt: skip
    document = build_document(replace(result, weights=replace(result.weights, margins=margins)))
    assert [row["n"] for row in rows_of(document, "margins")] == [60, HIDDEN, HIDDEN]
    assert [row["before"] for row in rows_of(document, "margins")] == [0.5, HIDDEN, HIDDEN]


def test_the_share_of_a_population_does_not_tell_the_few_whose_class_is_unknown(result: MonthResult) -> None:
    margins = pd.DataFrame({
        "margin": "sex", "label": ["男", "女", "未知"], "n": [58, 63, 4], "target": [0.384, 0.576, 0.04],
        "before": [0.464, 0.504, 0.032], "after": [0.384, 0.576, 0.04], "asmd_before": 0.1, "asmd_after": 0.0,
    })  # fmt: skip
    document = build_document(replace(result, weights=replace(result.weights, margins=margins)))
    told = {row["label"]: row for row in rows_of(document, "margins")}
    assert [told[label]["target"] for label in ("男", "女")] == pytest.approx([0.4, 0.6])
    assert not isinstance(told["未知"]["target"], float)
    assert "4.00%" not in "".join(table.columns[2].text(row[2]) for table in document.tables
                                  if table.id == "margins" for row in table.cells)  # fmt: skip


def test_the_sample_share_of_a_margin_tells_no_more_than_its_rounded_count(result: MonthResult) -> None:
    margins = pd.DataFrame({
        "margin": "sex", "label": ["男", "女"], "n": [58, 63], "target": 0.5, "before": [58 / 121, 63 / 121],
        "after": 0.5, "asmd_before": [0.041, 0.041], "asmd_after": 0.0,
    })  # fmt: skip
    document = build_document(replace(result, weights=replace(result.weights, margins=margins)))
    told = {row["label"]: row["before"] for row in rows_of(document, "margins")}
    assert told == {"男": 0.5, "女": 0.54}
    dots = next(chart for chart in charts_of(document) if chart.id == "balance")
    assert [before for _, before, _ in dots.rows] == pytest.approx([0.08, 0.0], abs=0.006)


def test_a_community_of_few_respondents_has_no_gap_rate_in_table_or_sentence() -> None:
    answers = survey(
        residents(60, community="甲", age=40, sex="男", yes={MEALS: 30}),
        residents(3, community="乙", age=40, sex="男", yes={MEALS: 2}),
    )
    made = run_stages(
        town(
            answers,
            register="community | age_low | age_high | sex | persons\n甲|16|120|男|600\n乙|16|120|男|60",
            **SUPPLY,
        )
    )
    document = build_document(made)
    small, large = sorted(rows_of(document, "communities"), key=lambda row: row["community"])
    assert (small["community"], large["community"]) == ("乙", "甲")
    assert small["gap_rate"] is HIDDEN
    assert "乙（" not in repr(document.sections)


def test_the_gap_rate_of_a_group_with_too_small_a_sample_is_withheld() -> None:
    groups = ["alone_elder"] * 20 + [""] * 400
    answers = survey(residents(420, community="甲", age=70, sex="男", groups=groups, yes={MEALS: 210}))
    register = "community | age_low | age_high | sex | persons\n甲|16|120|男|600"
    made = run_stages(town(answers, register=register, **SUPPLY))
    everyone, elders = rows_of(build_document(made), "equity")
    assert made.gaps.equity["n_eff"].iloc[1] <= 20
    assert (elders["flag"], elders["gap_rate"], elders["rate_interval"]) == ("不发布", UNKNOWN, UNKNOWN)
    assert everyone["flag"] != "不发布"


def test_a_hidden_change_is_in_no_sentence() -> None:
    now = month({MEALS: 2, PARKING: 30}, {MEALS: 1, PARKING: 30})
    before = now.needs.table.assign(share=0.6, share_low=0.5, share_high=0.7, n_yes=70.0)
    changed = month({MEALS: 2, PARKING: 30}, {MEALS: 1, PARKING: 30}, previous=before)
    fallen = changed.needs.totals().set_index("need")["change"]
    assert fallen[MEALS] == "明显下降"
    document = build_document(changed)
    told = [line for line in (repr(document.highlights) + repr(document.sections[6])).split("'") if "下降" in line]
    assert told
    assert not any("助餐" in line for line in told)


def charts_of(document: Document) -> list[Any]:
    return [block.chart for section in document.sections for block in section.blocks if hasattr(block, "chart")]


@pytest.mark.parametrize("pair", [(3, 2), (57, 58)])
def test_a_report_is_the_same_whatever_stands_in_its_hidden_cells(pair: tuple[int, int]) -> None:
    """Two respondents change places between hidden cells: an attacker must not see any difference."""
    one, other = pair
    first = month({PARKING: one, MEALS: 20}, {PARKING: other, MEALS: 20})
    second = month({PARKING: other, MEALS: 20}, {PARKING: one, MEALS: 20})
    assert repr(build_document(first)) == repr(build_document(second))


@pytest.mark.parametrize("counts", [((1, 2), (2, 2)), ((3, 2), (2, 3)), ((57, 58), (58, 57))])
def test_a_need_with_a_gap_gives_the_same_tables_whatever_stands_in_its_hidden_cells(
    counts: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    """The rates over all needs together are left out: they may move, and tell no single need."""
    made = [month({MEALS: one, PARKING: 30}, {MEALS: other, PARKING: 30}) for one, other in counts]
    tables = [{t.id: t.rows for t in build_document(m).tables if t.id not in {"communities", "equity"}} for m in made]
    assert tables[0] == tables[1]


# --- the files -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(result: MonthResult, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {path.suffix: path for path in write_reports(result, folder)}


def test_every_number_of_the_workbook_stands_in_a_disclosed_table_or_chart(
    files: dict[str, Path], document: Document
) -> None:
    allowed = {
        cell for table in document.tables for row in table.rows for cell in row if isinstance(cell, (int, float))
    }
    # the first sheet numbers its lines and counts the rows of the others
    allowed |= set(_chart_numbers(document)) | {round(number / 100, 6) for number in range(101)}
    with CalamineWorkbook.from_path(files[".xlsx"]) as book:
        lines = [line for name in book.sheet_names[1:] for line in book.get_sheet_by_name(name).to_python()]
    numbers = {cell for line in lines for cell in line if isinstance(cell, (int, float))}
    assert numbers
    assert not {number for number in numbers if round(number, 6) not in {round(a, 6) for a in allowed}}


def _chart_numbers(document: Document) -> list[float]:
    return [float(number) for chart in charts_of(document) for number in re.findall(r"-?\d+\.?\d*", repr(chart))]


def test_no_file_holds_an_exact_figure_of_a_hidden_cell(files: dict[str, Path], result: MonthResult) -> None:
    import zipfile

    html = files[".html"].read_text(encoding="utf-8")
    texts = [re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.S)]
    for suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(files[suffix]) as archive:
            texts += [
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.endswith("xml")
            ]
    hidden = result.needs.table[too_few(result.needs.table["n_yes"], result.needs.table["n"], OPTIONS)]
    secrets = {f"{value:.6g}" for column in ("share", "share_low", "share_high") for value in hidden[column]}
    secrets = {secret for secret in secrets if len(secret) > 5}
    assert secrets
    assert not [secret for secret in secrets for text in texts if secret in text]
