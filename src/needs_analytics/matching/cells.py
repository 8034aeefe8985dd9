"""Demand cells: grid × need × eligibility class, with the persons in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.confidence import Z
from needs_analytics.core.results import ALL
from needs_analytics.matching.eligibility import meets

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from needs_analytics.core.arrays import Bools, Floats, Objects
    from needs_analytics.core.options import MatchingOptions
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import NeedsList

    Row = Mapping[Hashable, Any]

_PRIOR = 10.0  # answers a community borrows from the sub-district for its mix of classes
COLUMNS = (
    "need",
    "community",
    "grid",
    "eligible_class",
    "tier",
    "class_share",
    "share",
    "share_se",
    "community_se",
    "population",
    "demand",
    "place",
)
CUT_COLUMNS = ("need", "eligible_class", "tier", "segment", "group", "share", "n")


def demand_cells(
    needs: NeedsList, cleaned: Cleaned, people: pd.DataFrame, wanted: Sequence[str], options: MatchingOptions
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the demand cells of the wanted needs and who stands in them.

    A respondent's eligibility class for a need is the set of services covering it whose rule they meet, together with
    whether they belong to a special group that is served first (tier 1, everybody else tier 2). A grid's persons come
    from its estimate; their split over classes from those who have the need in the grid's community, with a prior of
    ten answers from the whole sub-district.

    Parameters
    ----------
    people
        Weighted respondents with ``segment, groups`` and their ``need:`` columns.

    Returns
    -------
    cells, cuts
        ``cuts`` tells for each need, class and tier the weighted share of every segment and special group.
    """
    rules = dict(cleaned.codebook.groups["rule"])
    menu = cleaned.menu
    eligible = {
        service: meets(rule or "all", people, rules)
        for service, rule in zip(menu["service"], menu["eligibility"], strict=True)
    }
    codes = people["groups"].fillna("").str.split(";")
    first = np.array([bool(set(groups) & set(options.priority_groups)) for groups in codes], dtype=bool)
    places = needs.places.reset_index(drop=True)
    table = needs.table[(needs.table["segment"] == ALL) & (needs.table["group"] == ALL)]
    cells, cuts = [], []
    for need in wanted:
        labels = class_labels(people, covering(menu, need), eligible)
        having = _having(people, labels, first, codes, need)
        cells.append(
            _need_cells(need, _mix(having, float(people["weight"].mean())), places, table[table["need"] == need])
        )
        cuts.append(_cuts(having).assign(need=need))
    if not cells:
        return pd.DataFrame(columns=list(COLUMNS)), pd.DataFrame(columns=list(CUT_COLUMNS))
    return pd.concat(cells, ignore_index=True), pd.concat(cuts, ignore_index=True)[list(CUT_COLUMNS)]


def covering(menu: pd.DataFrame, need: str) -> list[str]:
    """Return the services of a menu that cover a need."""
    return [
        service
        for service, needs in zip(menu["service"], menu["needs"], strict=True)
        if need in (needs or "").split(";")
    ]


def class_labels(people: pd.DataFrame, services: Sequence[str], eligible: dict[str, Floats]) -> Objects:
    """Return each respondent's eligibility class: the services they may use, joined by ``;``.

    ``None`` where it is not known whether they may use one of them. A rule that nobody's answers can tell counts as
    met: the demand is then shown as short or too far rather than as not eligible.
    """
    labels = np.full(len(people), "", dtype=object)
    unknown = np.zeros(len(people), dtype=bool)
    for service in services:
        mine = eligible[service]
        mine = np.ones(len(people)) if np.isnan(mine).all() else mine
        unknown |= np.isnan(mine)
        yes = mine == 1
        labels[yes] = np.array([f"{label};{service}" if label else service for label in labels[yes]], dtype=object)
    labels[unknown] = None
    return labels


def _having(people: pd.DataFrame, labels: Objects, first: Bools, codes: pd.Series, need: str) -> pd.DataFrame:
    """Return the respondents who have a need and whose class is known, with class, tier and cuts.

    Everybody of known class where nobody was found to have it.
    """
    known = np.array([label is not None for label in labels], dtype=bool)
    yes = (people[f"need:{need}"] == 1).to_numpy() & known
    if not yes.any():
        yes = known if known.any() else np.ones(len(people), dtype=bool)
        labels = np.where(known, labels, "") if known.any() else np.full(len(people), "", dtype=object)
    return pd.DataFrame(
        {
            "eligible_class": labels[yes],
            "tier": np.where(first[yes], 1, 2),
            "community": people["community"].fillna("").to_numpy()[yes],
            "segment": people["segment"].to_numpy()[yes],
            "group": codes.to_numpy()[yes],
            "weight": people["weight"].to_numpy(float)[yes],
        }
    )


def _mix(having: pd.DataFrame, typical: float) -> pd.DataFrame:
    """Return the split over classes and tiers: one column per community and one for the sub-district."""
    keys = ["eligible_class", "tier"]
    whole = having.groupby(keys)["weight"].sum()
    whole = whole / whole.sum()
    own = having.pivot_table(index=keys, columns="community", values="weight", aggfunc="sum", fill_value=0.0)
    mixed = own.add(_PRIOR * typical * whole, axis=0)
    mixed = mixed / mixed.sum()
    mixed[ALL] = whole
    return mixed


def _cuts(having: pd.DataFrame) -> pd.DataFrame:
    """Return the share of every segment and every group inside each class and tier, with the respondents behind it."""
    keys = ["eligible_class", "tier"]
    total = having.groupby(keys)["weight"].agg(total="sum", n="size")
    segments = (
        having[having["segment"] != ""].groupby([*keys, "segment"])["weight"].sum().reset_index().assign(group=ALL)
    )
    groups = having.explode("group")
    groups = groups[groups["group"] != ""].groupby([*keys, "group"])["weight"].sum().reset_index().assign(segment=ALL)
    both = pd.concat([segments, groups], ignore_index=True).merge(total.reset_index(), on=keys)
    return both.assign(share=both["weight"] / both["total"])


def _need_cells(need: str, mix: pd.DataFrame, places: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Spread a need's persons of every place over the classes."""
    rows = table[np.isfinite(table["share"].to_numpy(float))].to_dict("records")
    known = {(row["community"], row["grid"]): row for row in rows}
    estimates = [
        _estimate(known, community, grid) for community, grid in zip(places["community"], places["grid"], strict=True)
    ]
    share, se, upper = (np.array(column, dtype=float) for column in zip(*estimates, strict=True))
    columns = [place if place in mix else ALL for place in places["community"]]
    classes = mix[columns].to_numpy(float) * _asked_parts(table, places)
    index = mix.index.to_frame(index=False)
    size, number = classes.shape
    cells = pd.DataFrame(
        {
            "need": need,
            "community": np.tile(places["community"], size),
            "grid": np.tile(places["grid"], size),
            "eligible_class": np.repeat(index["eligible_class"].to_numpy(), number),
            "tier": np.repeat(index["tier"].to_numpy(), number),
            "class_share": classes.ravel(),
            "share": np.tile(share, size),
            "share_se": np.tile(se, size),
            "community_se": np.tile(upper, size),
            "population": np.tile(places["population"].to_numpy(float), size),
            "place": np.tile(np.arange(number), size),
        }
    )
    # a place that only answers name is not in the register: nobody of the population lives there as far as is known
    cells["demand"] = cells["share"] * cells["population"].fillna(0.0) * cells["class_share"]
    return cells.loc[cells["class_share"] > 0, list(COLUMNS)]


def _asked_parts(table: pd.DataFrame, places: pd.DataFrame) -> Floats:
    """Return the part of every place's residents that the need was asked of: nobody else's demand is known."""
    whole = table[table["grid"] == ALL].set_index("community")["population"]
    sizes = places.groupby("community")["population"].sum()
    part = whole.reindex(sizes.index) / sizes.where(sizes > 0)
    return places["community"].map(part).fillna(1.0).clip(upper=1.0).to_numpy(float)


def _estimate(known: Mapping[tuple[str, str], Row], community: str, grid: str) -> tuple[float, float, float]:
    """Return share, standard error and the community's standard error; those of the sub-district where unknown."""
    upper = known.get((community, ALL)) or known.get((ALL, ALL))
    own = known.get((community, grid)) if grid else upper
    if upper is None:
        return 0.0, 0.0, 0.0
    row, spread = own or upper, _spread(upper)
    se = float(row["share_se"]) if row["method"] == "composite" else spread
    return float(row["share"]), se, min(spread, se)


def _spread(row: Row) -> float:
    """Return half an interval over its normal quantile: a standard error that is not 0 at a share of 0."""
    return float(row["share_high"] - row["share_low"]) / (2 * Z)
