"""What a report says of a month that rests on the answers of earlier months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.weights.window import answer_months, decay_rule

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording


def rests_on_older(result: MonthResult) -> bool:
    """Whether the needs are estimated from the answers of earlier months."""
    return bool(set(answer_months(result.cleaned.survey)) - {str(result.month)})


def older_answers(result: MonthResult, words: Wording) -> str:
    """Say of which months the answers are and what they weigh."""
    survey = result.cleaned.survey
    months = words.listed(answer_months(survey), 12)
    return words.say("text.older_answers", months=months, n=len(survey), rule=decay_rule(survey, result.month))
