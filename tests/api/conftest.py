"""A month of an invented town, run through all stages once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import BATHING, CLASSES, MEALS, PARKING, residents, run_stages, segments_of, survey, town

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

SUPPLY = {
    "register": """
        community | age_low | age_high | sex | persons
        甲 | 16 | 59 | 男 | 400
        甲 | 60 | 99 | 女 | 300
        乙 | 16 | 59 | 男 | 500
        乙 | 60 | 99 | 女 | 200
    """,
    "menu": """
        service | needs | eligibility | mode | uses_per_person
        饭堂 | ELD01 | age>=60 | 到点 | 20
        浴车 | ELD02 | all | 上门 | 2
    """,
    "sites": """
        site | community | radius_m
        甲饭堂 | 甲 | 1000
    """,
    "supply": """
        service | site | capacity
        饭堂 | 甲饭堂 | 1000
        浴车 | - | 60
    """,
    "usage": """
        date | service | site | count | community
        2026-10-08 | 饭堂 | 甲饭堂 | 700 | 甲
        2026-10-09 | 浴车 | - | 50 | 乙
    """,
}


@pytest.fixture(scope="session")
def month() -> MonthResult:
    """Return a small month: two communities, old and young, two services."""
    answers = survey(
        *(
            residents(40, community=place, sex=sex, age=age, yes={MEALS: meals, BATHING: 12, CLASSES: 9, PARKING: 20})
            for place in ("甲", "乙")
            for sex, age, meals in (("男", 40, 6), ("女", 70, 25))
        )
    )
    numbers = list(answers["answer_id"])
    segments = segments_of({"S1": numbers[::2], "S2": numbers[1::2]})
    return run_stages(town(answers, **SUPPLY), segments=segments, name="<b>小镇</b>")
