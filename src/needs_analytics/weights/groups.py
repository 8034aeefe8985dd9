"""The register's counts of special groups as yes/no margins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.weights.countings import TOWN, disjoint
from needs_analytics.weights.margins import finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Bools
    from needs_analytics.core.options import WeightsOptions
    from needs_analytics.weights.margins import Margin
    from needs_analytics.weights.population import Population


def group_margins(
    survey: pd.DataFrame,
    register: pd.DataFrame,
    population: Population,
    found: Sequence[Margin],
    *,
    options: WeightsOptions,
    youngest: int,
) -> tuple[list[Margin], list[Issue]]:
    """Return a yes/no margin for every special group the register counts and enough respondents were asked about.

    A group that an earlier margin already settles (高龄老人 beside a class 80岁以上) is left out. Who lives where the
    register does not count the group, or answered where nobody was asked about it, is unknown.
    """
    issues, margins = [], []
    least = max(options.smallest_class, 20)
    codes = survey["groups"].fillna("").str.split(";")
    for group, (persons, residents, communities) in _group_counts(register, population, youngest).items():
        has = codes.map(lambda own, group=group: group in own).to_numpy()
        reached = survey["office"].isin(survey.loc[has, "office"].unique()) & survey["groups"].notna()
        asked = (reached & (survey["community"].isin(communities) | (not communities))).to_numpy()
        yes, no = int((has & asked).sum()), int((asked & ~has).sum())
        if persons >= residents > 0:
            issues.append(Issue("W619", value=group, details={"group": group}))
        if not 0 < persons < residents or _settled(has, found):
            continue
        if min(yes, no) < least:
            details = {"group": group, "persons": f"{persons:.0f}", "count": yes, "fewest": least}
            issues.append(Issue("I607", value=group, details=details))
            continue
        targets = np.array([persons, residents - persons])
        places = np.where(~asked, -1, np.where(has, 0, 1))
        margin = finished(f"group:{group}", ["是", "否"], targets, places, population.total)
        margins += [margin] if margin else []
    return margins, issues


def _settled(has: Bools, margins: Sequence[Margin]) -> bool:
    """Whether each class of some margin is of one mind."""
    return any(
        all(len(np.unique(has[margin.codes == code])) == 1 for code in range(len(margin.labels))) for margin in margins
    )


def _group_counts(
    register: pd.DataFrame, population: Population, youngest: int
) -> dict[str, tuple[float, float, set[str]]]:
    """Return persons of each special group, residents where it is counted, and which communities (none: all) those are.

    Of a total for the whole and the sum of the communities the fuller counts, as does that of a community, its grids,
    and its sums over sexes and ages.
    """
    rows = register[register["group"].notna() & register["persons"].notna() & ~(register["age_high"] < youngest)]
    rows = rows.assign(
        community=rows["community"].fillna(TOWN), aged=rows["age_low"].notna(), sexed=rows["sex"].notna()
    )
    rows = pd.concat([disjoint(own) for _, own in rows.groupby(["group", "aged", "sexed"])] or [rows])
    sums = rows.groupby(["group", "community", rows["grid"].notna(), "aged", "sexed"])["persons"].sum()
    best = sums.groupby(level=["group", "community"]).max()
    counts = {}
    for group, own in best.groupby(level="group"):
        by_place = own.droplevel("group")
        whole, parts = float(by_place.get(TOWN, -1.0)), by_place.drop(TOWN, errors="ignore")
        listed = set(parts.index) & set(population.communities.index)
        if listed and parts.sum() >= whole:
            counts[str(group)] = (float(parts.sum()), float(population.communities[sorted(listed)].sum()), listed)
        else:
            counts[str(group)] = (max(whole, float(parts.sum())), population.total, set())
    return counts
