"""The weights explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.explain.explanation import Explanation
from needs_analytics.explain.saying import say, word
from needs_analytics.explain.sources import place_lines
from needs_analytics.reports.content.sample import UNKNOWN_CLASS, among_known

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult


def explain_weights(result: MonthResult, language: str) -> Explanation:
    """Return how the answers were weighted to the population."""
    weights = result.weights
    population = f"{weights.population:,.0f}" if np.isfinite(weights.population) else say("unknown", language)
    lines = [
        say(
            "status_line",
            language,
            status=say(f"status_{weights.status}", language),
            n=len(weights.table),
            deff=weights.deff,
            n_eff=weights.n_eff,
            population=population,
        )
    ]
    names = result.cleaned.codebook.group_names(language)
    margins = weights.margins.assign(  # as the report prints them: the population has nobody of unknown class
        **{name: among_known(weights.margins, name) for name in ("target", "before", "after") if len(weights.margins)}
    )
    for row in margins.to_dict("records"):
        margin = names.get(str(row["margin"]).removeprefix("group:")) or word(f"report.word.{row['margin']}", language)
        line = "margin_unknown" if row["label"] == UNKNOWN_CLASS else "margin_line"
        lines.append(say(line, language, **{str(key): row[key] for key in row} | {"margin": margin}))
    return Explanation(say("weights_title", language), say("weights_formula", language), tuple(lines),
                       tuple(place_lines(result.cleaned.register, language)), language)  # fmt: skip
