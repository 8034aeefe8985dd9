"""A month without a survey: the answers of the months before it, the older the lighter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.month import Month
from needs_analytics.core.tables import conform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.records import Cleaned

DECAY = 0.5
"""What an answer a month older weighs."""


def with_older_answers(cleaned: Cleaned, older: Sequence[Cleaned]) -> Cleaned:
    """Return the month with the answers of earlier months where it has none of its own; else as it is.

    Each resident counts with the latest answer, and an answer weighs ``0.5`` for every month it is old, on top of its
    base weight (whose mean is 1 in every month). A month with a survey stays by itself: mixed with older answers it
    would lag behind, and part of every change would be the same answers twice.

    Parameters
    ----------
    cleaned
        The month.
    older
        Earlier months of the window, in any order; those without answers add nothing.

    Returns
    -------
    Cleaned
        With the answers, the questions of the latest survey among them and ``I624``; ``month`` of each answer says
        when it was given, and its ``file`` is named with the month's folder.
    """
    months = sorted((month for month in older if len(month.survey)), key=lambda month: month.month)
    if len(cleaned.survey) or not months:
        return cleaned
    survey = pd.concat([_aged(month, _age(month.month, cleaned.month)) for month in months], ignore_index=True)
    repeated = survey["person_key"].notna() & survey.duplicated("person_key", keep="last")
    repeated |= survey.duplicated("answer_id", keep="last")  # one file left in two months
    survey = conform(survey[~repeated], "survey")
    said = Issue("I624", value="、".join(answer_months(survey)), details={"rule": decay_rule(survey, cleaned.month)})
    questions = cleaned.questions if len(cleaned.questions) else months[-1].questions
    return replace(cleaned, survey=survey, questions=questions, issues=(*cleaned.issues, said))


def answer_months(survey: pd.DataFrame) -> list[str]:
    """Return the months answers were given in, the first one first."""
    return sorted(survey["month"].dropna().unique())


def decay_rule(survey: pd.DataFrame, month: Month) -> str:
    """Return what the answers of each month weigh: ``2026-09 ×0.5、2026-08 ×0.25``."""
    months = answer_months(survey)[::-1]
    return "、".join(f"{one} ×{DECAY ** _age(Month.parse(one), month):g}" for one in months)


def _age(earlier: Month, month: Month) -> int:
    """Return how many months one month lies before another."""
    return (month.year - earlier.year) * 12 + month.number - earlier.number


def _aged(month: Cleaned, age: int) -> pd.DataFrame:
    survey = month.survey
    base = survey["base_weight"].to_numpy(float)
    given = np.isfinite(base) & (base > 0)
    mean = base[given].mean() if given.any() else 1.0
    return survey.assign(
        base_weight=np.where(given, base / mean, 1.0) * DECAY**age,
        file=f"{month.month}/" + survey["file"].astype(str),
    )
