"""Sampling weights that cannot be used are said, and those that cannot be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.sentences import complete
from helpers.town import residents, survey, town
from needs_analytics.core.messages import issue_sentence
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from needs_analytics.core.results import Weights

REGISTER = "community|age_low|age_high|sex|persons\n甲|16|120|男|1000"


def weighed(*base: float | None, register: str | None = REGISTER) -> Weights:
    people = survey(residents(len(base), community="甲", age=40, sex="男"))
    people["base_weight"] = np.array(base, dtype=float)
    month = town(people, register=register)
    return weigh(month.survey, month.register)


def said(weights: Weights) -> dict[str, str]:
    return {issue.code: issue_sentence(issue) for issue in complete(weights.issues)}


@pytest.mark.parametrize("register", [REGISTER, None])
def test_what_cannot_be_used_counts_with_the_median_and_is_said(register: str | None) -> None:
    weights = weighed(*[1.0] * 10, *[3.0] * 10, None, 0.0, -2.0, np.inf, register=register)
    assert "W644" in said(weights)
    sentence = said(weights)["W644"]
    assert (
        "有 4 份答卷没有可用的抽样权重（空白或不是数字 2 份，0 或负数 2 份）：按其他答卷权重的中位数 2 计" in sentence
    )
    assert weights.table["base_weight"].tolist() == [1.0] * 10 + [3.0] * 10 + [2.0] * 4


def test_without_any_weight_there_is_nothing_to_say() -> None:
    weights = weighed(*[None] * 20)
    assert weights.table["base_weight"].tolist() == [1.0] * 20
    assert not {"W644", "W645"} & set(said(weights))


@pytest.mark.parametrize(("most", "told"), [(100.0, False), (101.0, True)])
def test_a_weight_a_hundred_times_the_median_is_said(most: float, told: bool) -> None:
    assert ("W645" in said(weighed(*[1.0] * 20, most))) == told


def test_how_little_such_answers_are_worth_is_said() -> None:
    assert "为中位数的 1000000 倍：21 份答卷只相当于约 1 份" in said(weighed(*[1.0] * 20, 1e6))["W645"]
