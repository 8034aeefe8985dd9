"""What an official may ask of the weights: how much they cost, how large they get, how like the residents they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.messages import text
from needs_analytics.core.results import WeightDiagnostics
from needs_analytics.weights.margins import UNKNOWN

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.results import NeedsList, Weights

_TOP = 0.05  # share of the answers whose weights are summed up
_SHOWN = 10  # largest weights


def diagnose(weights: Weights, needs: NeedsList | None = None) -> WeightDiagnostics:
    """Return the figures behind 样本与代表性.

    Parameters
    ----------
    needs
        For the design effect achieved: variance of the estimates over that of a simple random sample.

    Notes
    -----
    Kish's design effect counts what unequal weights cost; the achieved one also what strata, households and
    calibration change, so it may lie below. ASMD: absolute difference of shares over the binomial deviation of the
    register's (as in Meta's ``balance``).
    """
    weight = weights.table["weight"].to_numpy(float)
    effects = _effects(needs)
    balance = weights.margins.assign(residents=weights.margins["target"] * weights.population)
    balance = balance[balance["label"] != UNKNOWN].sort_values("asmd_before", ascending=False, ignore_index=True)
    figures = {"n": float(len(weight)), "n_eff": weights.n_eff, "deff": weights.deff}
    figures["deff_achieved"] = float(effects["deff"].median()) if len(effects) else np.nan
    figures |= _sizes(weight)
    for when in ("asmd_before", "asmd_after"):
        figures[when] = float(balance[when].max()) if len(balance) else np.nan
    table = pd.DataFrame({"figure": list(figures), "value": list(figures.values())}).dropna(ignore_index=True)
    largest = np.sort(weight)[::-1][:_SHOWN]
    largest_table = pd.DataFrame(
        {"ratio": largest / weight.mean(), "share": largest / weight.sum()}
        if len(weight)
        else {"ratio": [], "share": []}
    )
    return WeightDiagnostics(table, balance, largest_table, effects)


def sentences(diagnostics: WeightDiagnostics, language: str = "zh") -> list[str]:
    """Return every figure in a sentence, in the order of the table."""
    return [
        text(f"diagnostic.{figure}", language, value=value, root=float(np.sqrt(value)))
        for figure, value in diagnostics.table[["figure", "value"]].itertuples(index=False)
    ]


def _sizes(weight: Floats) -> dict[str, float]:
    if not len(weight):
        return {}
    top = np.sort(weight)[::-1][: max(1, round(_TOP * len(weight)))]
    ratio = weight / weight.mean()
    return {
        "largest": float(ratio.max()),
        "smallest": float(ratio.min()),
        "top_share": float(top.sum() / weight.sum()),
    }


def _effects(needs: NeedsList | None) -> pd.DataFrame:
    """Return ``need, n, n_eff, deff`` of the whole sub-district; needs of share 0 or 1 have no design effect."""
    if needs is None:
        return pd.DataFrame({"need": pd.Series(dtype=object), "n": [], "n_eff": [], "deff": []})
    rows = needs.totals()
    share, se, n = (rows[column].to_numpy(float) for column in ("share", "share_se", "n"))
    simple = share * (1 - share) / np.maximum(n, 1)
    known = (simple > 0) & (se > 0)
    found: pd.DataFrame = rows.loc[known, ["need", "n", "n_eff"]].reset_index(drop=True)
    found["deff"] = se[known] ** 2 / simple[known]
    return found
