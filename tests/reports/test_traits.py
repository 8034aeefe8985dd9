"""What clearly sets a segment apart is said with its direction: more or less, older or younger."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.town import MEALS, residents, run_stages, segments_of, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.reports.content.build import build_document
from needs_analytics.segments.contrast import TRAITS as CONTRASTS

TRAITS = [
    ("A", "age:old", "老年", "older", 1.3, True),
    ("A", "age", "年龄", "age", 1.2, True),
    ("A", "need:ELD01", "助餐", "meals", -1.1, True),
    ("A", "home:alone", "独居", "living alone", 0.9, True),
    ("B", "age", "年龄", "age", -1.2, True),
    ("B", "need:ELD01", "助餐", "meals", 1.1, True),
    ("B", "household_size", "家庭人口", "household size", 0.4, False),
]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ["年龄偏大、助餐需求少、独居多", "年龄偏小、助餐需求多"]),
        ("en", ["higher age, less need of meals, more living alone", "lower age, more need of meals"]),
    ],
)
def test_a_trait_says_whether_it_is_more_or_less(language: str, said: list[str]) -> None:
    answers = survey(residents(120, age=70, sex="男", yes={MEALS: 60}))
    register = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 800"
    numbers = [f"a{place:04d}" for place in range(1, 121)]
    segments = segments_of({"A": numbers[:60], "B": numbers[60:]})
    traits = pd.DataFrame(TRAITS, columns=["segment", "feature", "label", "label_en", "effect", "clear"]).reindex(
        columns=CONTRASTS
    )
    found = run_stages(
        town(answers, register=register),
        segments=replace(segments, traits=traits),
        options=Options(gaps=GapsOptions(replicates=10)),
    )
    (table,) = [table for table in build_document(found, language=language).tables if table.id == "segments"]
    column = [column.key for column in table.columns].index("traits")
    assert [row[column] for row in table.rows] == said
