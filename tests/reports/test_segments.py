"""Types of residents in the report: what is told of them and drawn, and what is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.town import CLASSES, MEALS, residents, run_stages, segments_of, survey, town
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.continuity import crosswalk_frame, drift_frame, migration_frame, services_frame, sizes_frame
from needs_analytics.core.flags import FLAGS
from needs_analytics.core.options import GapsOptions, NeedsOptions, Options
from needs_analytics.reports.charts import HeatMap, LineChart, as_number
from needs_analytics.reports.content.build import build_document, report_wording
from needs_analytics.reports.content.segment_charts import hidden_moves, migration_matrix, size_lines, trait_heat
from needs_analytics.reports.document import Paragraph, TableBlock
from needs_analytics.reports.drawing import draw
from needs_analytics.segments.contrast import Members, tell_apart
from needs_analytics.segments.residents import read_residents

from .test_charts import text_boxes

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

NAMES = ("独居老人·少参与·要助餐、助医", "中年多口之家·常参与·要课后托管", "年轻新就业群体·常用服务·要充电设施")
MONTHS = ("2026-08", "2026-09", "2026-10")


def month(k: int = 3, *, size: int = 60) -> MonthResult:
    """Return a month of `k` types; of every third, the old ones, 40 residents want meals, of the others three."""
    old = [number % 3 == 0 for number in range(k)]
    answers = survey(*(
        residents(size, age=70 if aged else 40, sex="男", yes={MEALS: 40 if aged else 3, CLASSES: 20 + number})
        for number, aged in enumerate(old)
    ))  # fmt: skip
    numbers = np.array(answers["answer_id"]).reshape(k, size)
    ids = [f"S{number + 1}" for number in range(k)]
    codebook = Codebook.default()
    members = Members(
        read_residents(answers, None, codebook).answers, np.ones(k * size), np.repeat(np.arange(k), size), k
    )
    segments = segments_of(dict(zip(ids, map(list, numbers), strict=True)))
    names = [f"{NAMES[number % 3]}{number // 3 or ''}" for number in range(k)]
    segments = replace(
        segments,
        profiles=segments.profiles.assign(name=names),
        traits=tell_apart(members, codebook),
        sizes=sizes_frame(
            (when, code, name, 1 / k, 1 / k - 0.02, 1 / k + 0.02, np.nan)
            for when, (code, name) in product(MONTHS, zip(ids, names, strict=True))
        ),
        migration=migration_frame(
            (one, other, 30 if one == other else 3 + (place + 2 * row) % 6)
            for row, one in enumerate(ids) for place, other in enumerate(ids)
        ),
    )  # fmt: skip
    register = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 9000"
    return run_stages(
        town(answers, register=register, menu="service | needs\nS | ELD01"), segments=segments,
        options=Options(gaps=GapsOptions(replicates=5)),
    )  # fmt: skip


def charts(result: MonthResult) -> tuple[HeatMap | None, LineChart | None, HeatMap | None]:
    words = report_wording(result, "zh")
    return trait_heat(result, words), size_lines(result, words), migration_matrix(result, words)


@pytest.mark.parametrize("k", [2, 6, 12])
def test_no_text_of_the_figures_touches_another(k: int) -> None:
    for chart in charts(month(k)):
        if chart is None:
            continue
        figure = draw(chart)
        texts, boxes = text_boxes(figure)
        left, low, right, high = boxes.T
        touching = (left < right[:, None]) & (left[:, None] < right) & (low < high[:, None]) & (low[:, None] < high)
        np.fill_diagonal(touching, val=False)
        assert [(texts[one], texts[other]) for one, other in np.argwhere(touching)] == []
        assert min(left.min(), low.min()) >= 0


def test_a_lift_of_few_is_not_drawn_and_not_told() -> None:
    result = month()
    heat = charts(result)[0]
    assert heat is not None
    meals = heat.columns.index("要助餐")
    shown = [as_number(row[meals]) for row in heat.values]
    assert shown == [pytest.approx(2.6), None, None]  # three of sixty stand behind the others
    table = next(table for table in build_document(result).tables if table.id == "segment_traits")
    assert {row[0] for row in table.rows if row[1] == "需要助餐"} == {NAMES[0]}
    assert all(row[table.column_index("flag")] in FLAGS for row in table.rows)


def test_a_trait_that_would_be_withheld_is_neither_drawn_nor_told() -> None:
    result = month(size=40)
    careful = replace(result, options=replace(result.options, needs=NeedsOptions(least_n_eff=50)))
    shown = {place: chart for place, chart in enumerate(charts(careful)) if chart is not None}
    assert 0 not in shown or {as_number(value) for row in shown[0].values for value in row} == {None}
    assert "segment_traits" not in {table.id for table in build_document(careful).tables}


def test_on_paper_every_type_has_its_strongest_traits() -> None:
    document = build_document(month(6))
    (block,) = [
        block for section in document.sections for block in section.blocks
        if isinstance(block, TableBlock) and block.table == "segment_traits"
    ]  # fmt: skip
    table = next(table for table in document.tables if table.id == "segment_traits")
    shown = {table.rows[place][0] for place in block.also}
    assert shown == {row[0] for row in table.rows}


def test_sizes_are_drawn_with_their_intervals_from_two_months_on() -> None:
    result = month()
    lines = charts(result)[1]
    assert lines is not None
    assert lines.steps == ("2026年8月", "2026年9月", "2026年10月")
    assert lines.lines[0].low == (0.31, 0.31, 0.31)
    one = replace(result.segments, sizes=result.segments.sizes[result.segments.sizes["month"] == "2026-10"])
    assert charts(replace(result, segments=one))[1] is None


def test_moves_of_few_are_hidden_and_the_others_rounded() -> None:
    matrix = charts(month(6))[2]
    assert matrix is not None
    shown = [as_number(value) for row in matrix.values for value in row]
    assert None in shown
    assert all(value is None or value % 5 == 0 for value in shown)


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_hidden_move_follows_from_a_total(counts: list[list[int]]) -> None:
    frame = pd.DataFrame(counts)
    hidden = hidden_moves(frame, 5)
    few = (frame > 0) & (frame < 5)
    assert (hidden >= few.to_numpy()).all()
    for axis in (0, 1):
        assert (hidden.sum(axis=axis) != 1).all()


def test_a_small_move_is_hidden_with_a_move_of_nobody_not_with_the_many_who_stayed() -> None:
    hidden = hidden_moves(pd.DataFrame([[90, 2, 0], [0, 40, 0], [0, 0, 50]]), 5)
    assert not hidden.diagonal().any()


def test_services_that_few_of_a_type_used_are_not_named() -> None:
    result = month()
    used = services_frame([("S1", "食堂", 30, 60, 0.5, 0.2, 2.5), ("S1", "浴室", 4, 60, 0.07, 0.1, 0.7),
                           ("S2", "浴室", 57, 60, 0.95, 0.1, 9.5)])  # fmt: skip
    document = build_document(replace(result, segments=replace(result.segments, services=used)))
    table = next(table for table in document.tables if table.id == "segments")
    at = [column.key for column in table.columns].index("used_services")
    assert sorted(str(row[at] or "") for row in table.cells)[-1] == "食堂"
    assert "浴室" not in repr([row[at] for row in table.cells])
    blocks = (block for section in document.sections for block in section.blocks if isinstance(block, TableBlock))
    assert "used_services" not in next(block for block in blocks if block.table == "segments").columns


def test_what_became_of_last_months_types_is_told() -> None:
    result = month()
    names = list(result.segments.profiles["name"])
    crosswalk = crosswalk_frame([
        ("S1", names[0], "S1", names[0], 0.93, "same"), ("", "", "S2", names[1], np.nan, "new"),
        ("S9", "老人·少用服务", "", "", np.nan, "gone"),
    ])  # fmt: skip
    drift = drift_frame([("age", "年龄", 0.1, 0.001, True), ("sex", "性别", 0.0, 0.9, False)])
    document = build_document(replace(result, segments=replace(result.segments, crosswalk=crosswalk, drift=drift)))
    said = [block.text for section in document.sections for block in section.blocks if isinstance(block, Paragraph)]
    (sentence,) = [text for text in said if text.startswith("与上月相比，")]
    assert sentence == (
        f"与上月相比，1种类型延续；新出现{names[1]}；老人·少用服务不再单独成类。居民在年龄方面的构成与上月有明显差别。"
    )
    table = next(table for table in document.tables if table.id == "crosswalk")
    assert [(row[0], row[-1]) for row in table.cells] == [(names[0], "延续"), (table.rows[1][0], "新出现"),
                                                          ("老人·少用服务", "不再单独成类")]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "zh", "en"),
    [("", "上月", "last month"), ("2026-09", "上月", "last month"), ("2026-08", "2026年8月", "2026-08")],
)
def test_types_kept_from_an_older_month_name_it(before: str, zh: str, en: str) -> None:
    result = month()
    assert str(result.month) == "2026-10"
    crosswalk = crosswalk_frame([("S1", "甲", "S1", "甲", 0.9, "same")])
    drift = drift_frame([("age", "年龄", 0.1, 0.001, True)])
    segments = replace(result.segments, crosswalk=crosswalk, drift=drift, before_month=before)
    for language, said in (
        ("zh", f"与{zh}相比，1种类型延续。居民在年龄方面的构成与{zh}有明显差别。"),
        ("en", f"Residents differ clearly from those of {en} in age."),
    ):
        document = build_document(replace(result, segments=segments), language=language)
        blocks = [block for section in document.sections for block in section.blocks]
        assert [block.text for block in blocks if isinstance(block, Paragraph) and block.text.endswith(said)]


def test_a_type_nobody_was_told_of_is_no_row_of_the_moves() -> None:
    result = month()
    unknown = migration_frame([("S9", "S1", 40)])
    moves = pd.concat([result.segments.migration, unknown], ignore_index=True)
    matrix = charts(replace(result, segments=replace(result.segments, migration=moves)))[2]
    assert matrix is not None
    assert list(matrix.rows) == list(NAMES)


def test_what_drifted_is_told_in_english_too() -> None:
    result = month()
    drift = drift_frame([("age", "年龄", 0.1, 0.001, True), ("", "各题回答的组合", 0.1, 0.001, True)])
    crosswalk = crosswalk_frame([("S1", "甲", "S1", "甲", 0.9, "same")])
    segments = replace(result.segments, crosswalk=crosswalk, drift=drift)
    document = build_document(replace(result, segments=segments), language="en")
    said = [block.text for section in document.sections for block in section.blocks if isinstance(block, Paragraph)]
    (sentence,) = [text for text in said if text.startswith("Compared with last month")]
    assert sentence.endswith("in age, how answers go together.")


def test_without_an_earlier_month_nothing_is_compared() -> None:
    document = build_document(month())
    assert "crosswalk" not in {table.id for table in document.tables}
    assert "与上月相比，" not in str(document.sections[4].blocks)
