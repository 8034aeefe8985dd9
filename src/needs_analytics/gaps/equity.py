"""Who is furthest behind: met share and gap rate of every special group against everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.records import ALL
from needs_analytics.gaps.parts import sum_parts

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned, MatchPlan

COLUMNS = ("group", "group_name", "n", "demand", "met", "gap", "met_share", "gap_rate")
_FEWEST = 10


def group_equity(matches: MatchPlan, parts: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    """Return one row per printable special group and one for everyone (``全部``), over all needs in the gap.

    The met share counts only needs whose use is known. Groups of fewer than ten respondents are left out.
    """
    cuts = matches.cuts[matches.cuts["group"] != ALL]
    columns = list(parts.columns)
    cells = pd.concat([matches.cells[["need", "eligible_class", "tier"]], parts], axis=1)
    grouped = cells.groupby(["need", "eligible_class", "tier"], as_index=False)[columns].sum()
    both = grouped.merge(cuts[["need", "eligible_class", "tier", "group", "share"]], on=["need", "eligible_class", "tier"])
    both[columns] = both[columns].mul(both["share"], axis=0)
    everyone = grouped.assign(group=ALL)
    sums = sum_parts(pd.concat([both[columns], everyone[columns]], ignore_index=True),
                     pd.concat([both[["need", "group"]], everyone[["need", "group"]]], ignore_index=True), ["need", "group"])  # fmt: skip
    groups = cleaned.codebook.groups
    counts = cleaned.survey["groups"].fillna("").str.split(";").explode().value_counts()
    counts[ALL] = len(cleaned.survey)
    rows = [_row(str(group), part, int(counts.get(group, 0))) for group, part in sums.groupby("group")]
    table = pd.DataFrame(rows)
    printable = table["group"].map(groups["sensitivity"]).fillna("").map(lambda text: not str(text).startswith("高度敏感"))
    table = table[printable & (table["n"] >= _FEWEST)]
    table["group_name"] = table["group"].map(groups["name"]).fillna(ALL)
    order = table.assign(last=table["group"] != ALL).sort_values(["last", "gap_rate", "group"], ascending=[True, False, True])
    return order[list(COLUMNS)].reset_index(drop=True)


def _row(group: str, part: pd.DataFrame, n: int) -> dict[str, object]:
    known = part[part["met"].notna()]
    demand, gap = part["demand"].sum(), part["gap"].sum()
    met, base = known["met"].sum(), known["demand"].sum()
    return {"group": group, "n": n, "demand": demand, "met": met, "gap": gap, "met_share": met / base if base > 0 else np.nan,
            "gap_rate": gap / demand if demand > 0 else np.nan}  # fmt: skip
