"""Which margins the answers are raked to: what is collapsed, left out or kept, by counts worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from helpers.town import codes, residents, survey, table
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from needs_analytics.core.results import Weights

AGES = "age_low|age_high|persons\n16|59|600\n60|120|400"
GROUPED = "community|age_low|age_high|group|persons\n甲|16|59|-|600\n甲|60|120|-|400\n甲|-|-|alone_elder|{alone}"


def weighed(people: pd.DataFrame, rows: str) -> Weights:
    return weigh(people, table("register", rows))


def after(weights: Weights, margin: str) -> dict[str, float]:
    """Return the persons the weights stand for, by class of a margin."""
    rows = weights.margins[weights.margins["margin"] == margin]
    return dict(zip(rows["label"], rows["after"] * weights.population, strict=True))


def test_a_register_of_special_groups_alone_gives_no_persons() -> None:
    weights = weighed(survey(residents(20, age=30)), "community|group|persons\n甲|dibao|30")
    assert weights.status == "equal"
    assert codes(weights) == ["W601"]


def test_a_register_without_communities_is_raked_by_age_alone() -> None:
    weights = weighed(survey(residents(30, age=30), residents(10, age=70)), AGES)
    assert set(weights.margins["margin"]) == {"age"}
    assert after(weights, "age") == pytest.approx({"16-59岁": 600, "60岁以上": 400})


def test_communities_that_are_all_thin_each_keep_their_own_class() -> None:
    people = survey(residents(4, community="甲", age=30), residents(3, community="乙", age=30))
    weights = weighed(people, "community|persons\n甲|300\n乙|100")
    assert after(weights, "community") == pytest.approx({"甲": 300, "乙": 100})
    assert "I616" not in codes(weights)


def test_a_group_a_class_already_settles_becomes_no_margin() -> None:
    """All above 60 live alone and nobody below: who is a margin by age is so by group."""
    people = survey(residents(30, age=30), residents(30, age=70, groups="alone_elder"))
    weights = weighed(people, GROUPED.format(alone=380))
    assert set(weights.margins["margin"]) == {"community", "age"}
    assert codes(weights) == []
