"""Careless and copied answers put into the town's own: how many are found, how many honest ones are suspected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.cleaning import clean

from .thresholds import CARELESS_FOUND, COPIES_FOUND, HONEST_FLAGGED

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.records import Cleaned

    from .conftest import Measured, Sent


def after(sent: Sent, survey: pd.DataFrame) -> Cleaned:
    """Return the month cleaned with another survey."""
    return clean(replace(sent.intake, tables={**sent.intake.tables, "survey": survey}))


def found(cleaned: Cleaned, planted: pd.DataFrame, kind: str) -> float:
    """Return the share of the planted answers that are still there and flagged."""
    kept = planted["answer_id"][planted["answer_id"].isin(cleaned.survey["answer_id"])]
    doubtful = cleaned.doubtful[cleaned.doubtful["kind"] == kind]
    return float(kept.isin(doubtful["answer_id"]).mean())


def test_honest_answers_are_rarely_suspected(sent: Sent, measured: Measured) -> None:
    suspected = sent.cleaned.doubtful["answer_id"].nunique()
    measured("honest answers flagged", suspected / len(sent.cleaned.survey), most=HONEST_FLAGGED)


def test_speeders_are_found(sent: Sent, measured: Measured) -> None:
    survey, rng = sent.intake.tables["survey"].copy(), np.random.default_rng(1)
    rows = rng.choice(survey.index[survey["seconds"].notna()], 40, replace=False)
    survey.loc[rows, "seconds"] = rng.integers(3, 20, 40).astype(float)
    measured("speeders found", found(after(sent, survey), survey.loc[rows], "speed"), least=CARELESS_FOUND)


def test_straight_liners_are_found(sent: Sent, measured: Measured) -> None:
    survey, rng = sent.intake.tables["survey"].copy(), np.random.default_rng(2)
    form = survey.index[survey["file"] == survey["file"].value_counts().index[0]]
    survey.loc[form, "same_step"] = np.where(rng.random(len(form)) < 0.02, 9.0, 0.0)
    planted = survey[survey["same_step"] == 9.0]
    measured("straight-liners found", found(after(sent, survey), planted, "straight"), least=CARELESS_FOUND)


def test_answers_copied_by_an_interviewer_are_found(sent: Sent, measured: Measured) -> None:
    """Each interviewer fills in five sheets from one of his own with four wishes.

    Of the town's 13 questions most are answered no: a copied sheet with one wish looks like a fifth of the honest
    ones, and one with an answer changed like one in a hundred; neither can be told.
    """
    survey, rng = sent.intake.tables["survey"].copy(), np.random.default_rng(3)
    columns = [name for name in survey if name.startswith(("need:", "rank:"))] + ["satisfaction", "participation"]
    copies: list[int] = []
    for _, rows in survey[survey["interviewer"].notna()].groupby("interviewer"):
        asked = [name for name in columns if rows[name].notna().any()]
        source, *others = [*rows.index[rows[asked].eq(1).sum(axis=1) >= 4][:1], *rng.permutation(rows.index)]
        copied = [row for row in others if row != source][:5]
        survey.loc[copied, asked] = survey.loc[source, asked].to_numpy(float)
        copies += copied
    share = found(after(sent, survey), survey.loc[copies], "copy")
    measured("exact copies found", share, least=COPIES_FOUND)
