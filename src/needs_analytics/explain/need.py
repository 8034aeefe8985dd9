"""A need explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.messages import text
from needs_analytics.explain.explanation import Explanation
from needs_analytics.explain.lookup import row_of
from needs_analytics.explain.saying import place_name, say, word
from needs_analytics.explain.sources import answers_behind, dictionary_lines, place_lines, place_table

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import MonthResult


def explain_need(result: MonthResult, need: str, community: str, grid: str, language: str) -> Explanation:
    """Return how many need something in a place, and from what that is known."""
    row = row_of(result, result.needs.table, need, community, grid)
    name = str(row["need_name"])
    method = str(row["method"])
    formula = {"composite": "composite_formula", "rank_only": "ranked_formula"}.get(method, "needed_formula")
    lines = [say("share", language, share=row["share"], low=row["share_low"], high=row["share_high"])]
    if np.isfinite(row["persons"]):
        lines.append(
            say(
                "persons",
                language,
                persons=row["persons"],
                low=row["persons_low"],
                high=row["persons_high"],
                population=row["population"],
            )
        )
    lines.append(say("sample", language, n=int(row["n"]), yes=int(row["n_yes"]), n_eff=row["n_eff"]))
    if np.isfinite(row["direct_share"]):
        lines.append(say("direct", language, share=row["direct_share"], se=row["direct_se"]))
    flag, how = (word(place, language) for place in (f"flag.{row['flag']}", f"report.word.{method}"))
    lines.append(say("flag", language, flag=flag + _reasons(row, result, language), method=how))
    rows, weights = answers_behind(result, need, community, grid, method)
    if len(weights):
        lines.append(say("weight_range", language, low=weights.min(), middle=np.median(weights), high=weights.max()))
    sources = [*dictionary_lines(result, need, rows, method, language), *place_lines(rows, language)]
    return Explanation(
        say("needed_title", language, need=name, place=place_name(community, grid, language)),
        say(formula, language),
        tuple(lines),
        tuple(sources),
        language,
        tables={"sources": place_table([rows])},
    )


def _reasons(row: pd.Series, result: MonthResult, language: str) -> str:
    """Return in brackets why an estimate is not 可发布."""
    options = result.options
    details = {"least": f"{options.needs.least_n_eff:g}", "threshold": options.disclosure.threshold}
    told = [text(f"reason.{code}", language, **details) for code in str(row["flag_reason"]).split(";") if code]
    return text("report.bracketed", language, text=text("error.comma", language).join(told)) if told else ""
