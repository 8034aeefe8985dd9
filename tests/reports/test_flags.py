"""No number without its flag: every estimate of every table, in every format; what is withheld stands nowhere."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from helpers.town import ALL, BATHING, CLASSES, MEALS, PARKING, residents, run_stages, segments_of, survey, town
from needs_analytics.core.flags import CAUTION, FLAGS, PUBLISH, WITHHOLD
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.content.need_tables import printable_needs
from needs_analytics.reports.content.wording import Wording
from needs_analytics.reports.document import TableBlock
from needs_analytics.reports.docx import render_docx
from needs_analytics.reports.formats import Blank
from needs_analytics.reports.html import render_html
from needs_analytics.reports.words import render_words
from needs_analytics.reports.xlsx import render_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports import Document
    from needs_analytics.reports.tables import Table

ESTIMATES = frozenset(
    {
        "share", "interval", "persons", "persons_interval", "rank", "rank_interval", "tier", "change", "verdict",
        "demand", "gap", "gap_interval", "gap_rate", "rate_interval", "p_short", "met", "no_service", "not_eligible",
        "too_far", "full", "not_taken_up", "dissatisfied", "unknown_use", "used_other", "met_share", "largest",
        "quadrant", "cause", "shorter", "given", "longer", "gain", "units", "cost", "point", "forecast_interval",
    }
)  # fmt: skip
RENDERED: tuple[Callable[..., bytes], ...] = (render_xlsx, render_html, render_docx)
GRIDS = "community | grid | households\n甲 | 1 | 100\n甲 | 2 | 300\n乙 | 1 | 100\n丙 | 1 | 20"
REGISTER = "\n".join(
    ["community | age_low | age_high | sex | persons"]
    + [f"{place}|{low}|{high}|{sex}|{count}" for place, count in (("甲", 500), ("乙", 300), ("丙", 40))
       for low, high, sex in ((16, 59, "男"), (60, 120, "女"))]
)  # fmt: skip


def answers(first: int = 40) -> pd.DataFrame:
    """Return three communities: many answers, fewer, and a dozen; one question was asked in one of them only."""

    def people(place: str, size: int, asked: int | None, meals: int, bathing: int) -> pd.DataFrame:
        half = size // 2
        return residents(
            size, community=place, grid="1", age=[40] * half + [70] * half, sex=["男"] * half + ["女"] * half,
            groups=["alone_elder" if place == "甲" and at < 20 else "" for at in range(size)], channel="微信",
            yes={MEALS: meals, BATHING: bathing, PARKING: half, CLASSES: asked, f"rank:{PARKING}": size // 3},
        )  # fmt: skip

    parts = [people("甲", 120, None, meals=first, bathing=30), people("乙", 60, 20, meals=20, bathing=7),
             people("丙", 12, None, meals=6, bathing=6)]  # fmt: skip
    return survey(*parts)


def made(**given: Any) -> MonthResult:
    cleaned = town(
        answers(), register=REGISTER, places=GRIDS, menu="service | needs\nS1 | ELD01\nS2 | ELD02\nS3 | CHD02",
        supply="service | site | capacity\nS1 | P | 100\nS2 | Q | 500\nS3 | P | 40",
        sites="site | tier\nP | 片区\nQ | 片区", usage="service | site | count\nS1 | P | 80\nS2 | Q | 20",
    )  # fmt: skip
    numbers = [f"a{place:04d}" for place in range(1, 193)]
    return run_stages(
        cleaned, segments=segments_of({"A": numbers[::2], "B": numbers[1::2]}),
        options=Options(gaps=GapsOptions(replicates=20)), **given,
    )  # fmt: skip


@pytest.fixture(scope="module")
def result() -> MonthResult:
    """Return a second month with publishable, doubtful and withheld cells at every level."""
    before = made().needs.table
    few = (before["need"] == BATHING) & (before["community"] == "乙")
    before = before.assign(flag=before["flag"].mask(few, WITHHOLD), share=before["share"] * 0.8)
    months = pd.DataFrame([(f"2025-{m:02d}", "S1", "P", 60.0 + m) for m in range(1, 13)],
                          columns=["month", "service", "site", "count"])  # fmt: skip
    return made(previous=before, history=months)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> MonthResult:
    """Return the sample village's month, from its workbooks."""
    from needs_analytics.pipeline import run_month
    from needs_analytics.samples import read_plan, write_town
    from needs_analytics.workspace import Workspace

    plan = read_plan("village")
    there = Workspace.create(tmp_path_factory.mktemp("village") / "村", plan.place)
    write_town(there.inbox("2026-10").parent, month="2026-10", seed=20261001, plan=plan)
    return run_month(there, "2026-10")


@pytest.fixture(scope="module", params=["result", "village"])
def document(request: pytest.FixtureRequest) -> Document:
    return build_document(request.getfixturevalue(request.param))


def with_estimates(document: Document) -> list[Table]:
    return [table for table in document.tables if ESTIMATES & {column.key for column in table.columns}]


def rows_of(table: Table) -> Iterator[dict[str, Any]]:
    keys = [column.key for column in table.columns]
    return (dict(zip(keys, cells, strict=True)) for cells in table.cells)


def test_the_months_hold_all_three_flags(result: MonthResult, village: MonthResult) -> None:
    for month in (result.needs.table, result.gaps.table):
        assert set(month["flag"]) == set(FLAGS)
    assert {CAUTION, WITHHOLD} == set(village.needs.table["flag"])


def test_every_table_with_an_estimate_has_a_flag_and_a_reason_in_every_row(document: Document) -> None:
    tables = with_estimates(document)
    assert len(tables) >= 5
    for table in tables:
        for row in rows_of(table):
            assert row["flag"] in FLAGS, table.id
            assert isinstance(row["reason"], Blank) == (row["flag"] == PUBLISH), (table.id, row)


def test_the_tables_of_the_month_are_all_looked_at(result: MonthResult) -> None:
    names = {table.id for table in with_estimates(build_document(result))}
    assert names >= {
        "needs", "needs_by_community", "needs_by_cut", "needs_by_grid", "rankings", "gaps", "parts",
        "gaps_by_community", "gaps_by_segment", "gaps_by_grid", "equity", "communities", "segments", "actions",
        "referred", "changes", "outlook",
    }  # fmt: skip


def test_a_table_cut_down_for_paper_keeps_its_flags(document: Document) -> None:
    flagged = {table.id for table in with_estimates(document)}
    blocks = [block for section in document.sections for block in section.blocks if isinstance(block, TableBlock)]
    cut = [block for block in blocks if block.columns and block.table in flagged]
    assert cut
    assert all("flag" in block.columns for block in cut)


def test_a_withheld_row_shows_no_estimate(document: Document) -> None:
    silent = 0
    for table in with_estimates(document):
        if table.id == "changes":
            continue  # there a share may be told while its change is not
        for row in rows_of(table):
            if row["flag"] == WITHHOLD:
                silent += 1
                told = {key: row[key] for key in ESTIMATES & row.keys() if not isinstance(row[key], Blank)}
                assert not told, (table.id, row)
    assert silent


def changed(result: MonthResult) -> MonthResult:
    """Return the month with other figures in every cell that is withheld."""

    def other(frame: pd.DataFrame, names: str) -> pd.DataFrame:
        rows = (frame["flag"] == WITHHOLD).to_numpy()
        return frame.assign(**{name: frame[name].mask(rows, frame[name] * 0.37 + 0.11) for name in names.split()})

    shares = "share share_low share_high"
    more = f"{shares} share_se direct_share persons persons_low persons_high rank_low rank_high change_diff"
    parts = "demand met no_service not_eligible too_far full not_taken_up gap gap_low gap_high p_short gap_rate"
    needs = replace(result.needs, table=other(result.needs.table, more), rankings=other(result.needs.rankings, shares))
    equity, few = result.gaps.equity, result.gaps.equity["n_eff"] < result.options.needs.least_n_eff
    rates = ("gap_rate", "gap_rate_low", "gap_rate_high")
    moved = {name: equity[name].mask(few, equity[name] + 0.01) for name in rates}
    gaps = replace(result.gaps, table=other(result.gaps.table, parts), equity=equity.assign(**moved))
    assert few.any()
    assert not gaps.table.equals(result.gaps.table)
    assert not needs.table.equals(result.needs.table)
    matches = replace(result.matches, referred=other(result.matches.referred, shares))
    plans = replace(result.plans, table=other(result.plans.table, "persons units cost"))
    return replace(result, needs=needs, gaps=gaps, matches=matches, plans=plans)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_is_the_same_whatever_stands_in_its_withheld_cells(result: MonthResult, language: str) -> None:
    """No share, interval, rank, colour, order, figure, title attribute or description of a picture tells them."""
    words, day = render_words(language), dt.date(2026, 10, 31)
    one, two = (build_document(month, language=language) for month in (result, changed(result)))
    assert repr(one) == repr(two)
    for render in RENDERED:
        assert render(one, words, day) == render(two, words, day)


def test_a_cell_hidden_for_privacy_is_not_published_for_that_reason() -> None:
    small = survey(residents(100, community="甲", age=40, sex="男", yes={MEALS: 3, PARKING: 50}))
    month = run_stages(town(small, register="community | age_low | age_high | sex | persons\n甲|16|120|男|600"))
    rows = {row["need"]: row for row in rows_of(build_document(month).table("needs"))}
    meals = next(row for name, row in rows.items() if "助餐" in name)
    assert (meals["flag"], meals["reason"], str(meals["share"])) == (WITHHOLD, "人数少于5，保密", "*")


def test_where_nobody_was_asked_or_answered_that_is_said_and_not_that_few_did() -> None:
    """Meals were asked in 甲 and 丙; of 丙's second grid nobody answered that, of its third nobody anything."""
    wanted = {"甲": 40, "乙": None, "丙": 20}
    parts = [
        residents(60, community=c, grid="1", office=c, age=40, yes={MEALS: wanted[c], PARKING: 30}) for c in "甲乙丙"
    ]
    silent = residents(40, community="丙", grid="2", office="丙", age=40, yes={MEALS: None, PARKING: 20})
    grids = "community | grid | population\n" + "\n".join(f"{c} | {n} | 300" for c in "甲乙丙" for n in (1, 2, 3))
    register = "community | persons\n甲 | 900\n乙 | 900\n丙 | 900"
    month = run_stages(town(survey(*parts, silent), register=register, places=grids))
    shown = printable_needs(month, Wording.of(month.cleaned.codebook, {}, "zh", month.options))
    rows = shown[(shown["code"] == MEALS) & (shown["segment"] == ALL) & (shown["group"] == ALL)]
    told = {(row["community"], row["grid"]): row["reason"] for _, row in rows.iterrows()}
    assert told["乙", ALL] == told["乙", "1"] == "未询问"
    assert told["丙", "2"] == told["丙", "3"] == "没有答卷"
    assert "保密" not in "".join(told.values())
    (unasked,) = [
        row for row in rows_of(build_document(month).table("needs_by_community"))
        if row["community"] == "乙" and "助餐" in row["need"]
    ]  # fmt: skip
    assert (unasked["flag"], unasked["reason"], str(unasked["share"]), str(unasked["n"])) == (
        WITHHOLD, "未询问", "…", "…",
    )  # fmt: skip


def test_the_chance_of_shortage_is_told_in_tens_of_per_cent(result: MonthResult) -> None:
    exact = result.gaps.table["p_short"].dropna()
    told = [
        row["p_short"] for row in rows_of(build_document(result).table("gaps")) if isinstance(row["p_short"], float)
    ]
    assert told
    assert all(round(p * 10) == pytest.approx(p * 10) for p in told)
    assert len(set(exact)) > len(set(np.floor(exact * 10 + 0.5)))


def test_a_change_from_a_month_that_was_withheld_is_not_told(result: MonthResult) -> None:
    table = result.needs.table
    row = table[(table["need"] == BATHING) & (table["community"] == "乙") & (table["segment"] == ALL)].iloc[0]
    assert (row["flag_before"], np.isfinite(row["change_diff"])) == (WITHHOLD, True)
    (shown,) = [
        row for row in rows_of(build_document(result).table("needs_by_community"))
        if row["community"] == "乙" and "助浴" in row["need"]
    ]  # fmt: skip
    assert str(shown["verdict"]) == "…"


def test_a_figure_to_be_used_with_caution_is_marked_in_the_text(result: MonthResult) -> None:
    doubtful = replace(result, needs=replace(result.needs, table=result.needs.table.assign(flag=CAUTION)))
    document = build_document(doubtful)
    top = next(line.text for line in document.highlights if line.text.startswith("需求最集中"))
    assert re.findall(r"（\d+%(.*?)）", top) == ["，慎用"] * top.count("（")


def test_the_reasons_stand_in_all_three_files(result: MonthResult) -> None:
    document, words, day = build_document(result), render_words("zh"), dt.date(2026, 10, 31)
    page = render_html(document, words, day).decode()
    word = zipfile.ZipFile(BytesIO(render_docx(document, words, day))).read("word/document.xml").decode()
    book = zipfile.ZipFile(BytesIO(render_xlsx(document, words, day))).read("xl/sharedStrings.xml").decode()
    for text in (page, word, book):
        assert "区间偏宽" in text
        assert "发布标志" in text
