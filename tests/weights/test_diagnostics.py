"""What is told of the weights: figures worked out by hand, each in a sentence, nobody named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.town import MEALS, no_segments, residents, survey, table, town
from needs_analytics.core.messages import LANGUAGES
from needs_analytics.needs import list_needs
from needs_analytics.weights import diagnose, weigh
from needs_analytics.weights.diagnostics import sentences

if TYPE_CHECKING:
    from needs_analytics.core.results import NeedsList, Weights

REGISTER = "community|age_low|age_high|persons\n甲|16|59|600\n甲|60|120|400"


def month() -> tuple[Weights, NeedsList]:
    answers = survey(residents(20, age=30, yes={MEALS: 5}), residents(80, age=70, yes={MEALS: 40}))
    cleaned = town(answers, register=REGISTER)
    weights = weigh(cleaned.survey, cleaned.register)
    return weights, list_needs(cleaned, weights, no_segments())


def test_figures_are_those_worked_out_by_hand() -> None:
    """20 answers of weight 30, 80 of weight 5; the mean is 10."""
    weights, needs = month()
    told = diagnose(weights, needs).table.set_index("figure")["value"]
    assert told[["n", "largest", "smallest"]].tolist() == pytest.approx([100, 3.0, 0.5])
    assert told["top_share"] == pytest.approx(5 * 30 / 1000)
    assert told["deff"] == pytest.approx(100 * (20 * 900 + 80 * 25) / 1000**2)
    assert told["n_eff"] == pytest.approx(100 / told["deff"])
    assert told["asmd_before"] == pytest.approx(0.4 / np.sqrt(0.24))
    assert told["asmd_after"] == pytest.approx(0, abs=1e-6)


def test_the_design_effect_achieved_is_the_estimates() -> None:
    weights, needs = month()
    row = needs.totals().iloc[0]
    simple = row["share"] * (1 - row["share"]) / row["n"]
    effects = diagnose(weights, needs).effects
    assert effects["need"].tolist() == [MEALS]
    assert effects["deff"].iloc[0] == pytest.approx(row["share_se"] ** 2 / simple)


def test_the_balance_has_everything_a_love_plot_draws_the_worst_first() -> None:
    weights, _ = month()
    balance = diagnose(weights).balance
    assert balance["asmd_before"].is_monotonic_decreasing
    assert balance.set_index("label")["residents"]["16-59岁"] == pytest.approx(600)
    assert {"margin", "n", "before", "after", "asmd_after"} <= set(balance)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_a_sentence(language: str) -> None:
    weights, needs = month()
    told = diagnose(weights, needs)
    said = sentences(told, language)
    assert len(said) == len(told.table) == 9
    assert (said == sentences(told)) == (language == "zh")
    assert not any("?" in sentence or "{" in sentence for sentence in said)


def test_nobody_can_be_found_by_the_largest_weights() -> None:
    weights, needs = month()
    assert list(diagnose(weights, needs).largest) == ["ratio", "share"]


def test_without_a_register_or_without_answers_only_what_is_known_is_told() -> None:
    equal = diagnose(weigh(survey(residents(10, age=30)), None))
    assert set(equal.table["figure"]) == {"n", "n_eff", "deff", "largest", "smallest", "top_share"}
    nothing = diagnose(weigh(survey(), table("register", REGISTER)))
    assert set(nothing.table["figure"]) == {"n", "n_eff"}
    assert nothing.largest.empty
    assert list(nothing.largest) == ["ratio", "share"]
    assert list(equal.effects) == ["need", "n", "n_eff", "deff"]
