"""Demand cells: grid × need × eligibility class, with the persons in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.matching.classes import place_in_classes
from needs_analytics.matching.eligibility import group_rules, meets
from needs_analytics.matching.estimates import estimates_of
from needs_analytics.matching.mixes import class_mixes, class_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.options import MatchingOptions
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import NeedsList
    from needs_analytics.matching.estimates import Estimates
    from needs_analytics.matching.mixes import Mix

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
CLASS_COLUMNS = ("need", "eligible_class", "tier", "community", "weight", "n_eff", "prior")
CUT_COLUMNS = ("need", "eligible_class", "tier", "segment", "group", "share", "n")


class Demand(NamedTuple):
    """The demand of a month.

    Attributes
    ----------
    cells
        Persons of every need, place, class and tier.
    cuts
        For each need, class and tier the weighted share of every segment and special group.
    classes
        The answers on which the split over classes and tiers rests, by community.
    """

    cells: pd.DataFrame
    cuts: pd.DataFrame
    classes: pd.DataFrame


def demand_cells(
    needs: NeedsList, cleaned: Cleaned, people: pd.DataFrame, wanted: Sequence[str], options: MatchingOptions
) -> Demand:
    """Return the demand cells of the wanted needs and who stands in them.

    A respondent's eligibility class for a need is the set of services covering it whose rule they meet, together with
    whether they belong to a special group that is served first (tier 1, everybody else tier 2); where it is not known
    whether they meet a rule, they stand in the classes they may be of. A grid's persons come
    from its estimate; their split over classes from those who have the need in the grid's community, with a prior of
    ten answers from the whole sub-district.

    Parameters
    ----------
    people
        Weighted respondents with ``segment, groups`` and their ``need:`` columns.
    """
    rules = group_rules(cleaned.codebook)
    menu = cleaned.menu
    eligible = {
        service: meets(rule or "all", people, rules)
        for service, rule in zip(menu["service"], menu["eligibility"], strict=True)
    }
    if not wanted:
        return Demand(*(pd.DataFrame(columns=list(columns)) for columns in (COLUMNS, CUT_COLUMNS, CLASS_COLUMNS)))
    groups = people["groups"].fillna("").str.split(";").explode()
    served_first = groups[groups.isin(set(options.priority_groups))].index
    tier = np.where(people.index.isin(served_first), 1, 2)
    having, shut_out = _having(people, wanted, {need: covering(menu, need) for need in wanted}, eligible)
    having = having.assign(tier=tier[having["person"].to_numpy()])
    places = needs.places.reset_index(drop=True)
    table = needs.table[(needs.table["segment"] == ALL) & (needs.table["group"] == ALL)]
    table = table[table["need"].isin(wanted)].reset_index(drop=True)
    typical = float(people["weight"].mean())
    mixes = class_mixes(having, typical, len(wanted))
    return Demand(
        _cells(wanted, mixes, places, estimates_of(table, wanted, places)),
        _cuts(having, groups, wanted),
        class_weights(having, typical, wanted, shut_out),
    )


def covering(menu: pd.DataFrame, need: str) -> list[str]:
    """Return the services of a menu that cover a need."""
    return [
        service
        for service, needs in zip(menu["service"], menu["needs"], strict=True)
        if need in (needs or "").split(";")
    ]


def _having(
    people: pd.DataFrame, wanted: Sequence[str], services: Mapping[str, Sequence[str]], eligible: Mapping[str, Floats]
) -> tuple[pd.DataFrame, list[int]]:
    """Return, need by need, the respondents who have it, with class and weight; see :func:`place_in_classes`.

    Everybody where nobody was found to have it. ``need`` is the position in ``wanted``. Beside them stand the covered
    needs of which some respondents may use no service, though nobody who has the need is among them.
    """
    community = people["community"].fillna("").to_numpy(object)
    segment = people["segment"].to_numpy(object)
    weight = people["weight"].to_numpy(float)
    parts, shut_out = [], []
    for number, need in enumerate(wanted):
        mine = _telling(services[need], eligible, len(people))
        person, label, part = place_in_classes(mine, weight, (people[f"need:{need}"] == 1).to_numpy())
        if services[need] and (mine == 0).all(axis=1).any() and not (label == "").any():
            shut_out.append(number)
        parts.append((np.full(len(person), number), person, label, weight[person] * part))
    numbers, person, label, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    names = {"eligible_class": label, "community": community[person], "segment": segment[person]}
    categories = {name: pd.Categorical(values) for name, values in names.items()}
    return pd.DataFrame({"need": numbers, "person": person, **categories, "weight": weights}), shut_out


def _telling(services: Sequence[str], eligible: Mapping[str, Floats], n: int) -> pd.DataFrame:
    """Return who may use which service, ``(people, services)``.

    A rule that nobody's answers can tell counts as met: the demand is then shown as short or too far rather than as not
    eligible.
    """
    met = {name: np.ones(n) if np.isnan(eligible[name]).all() else eligible[name] for name in services}
    return pd.DataFrame(met, index=range(n))


def _cuts(having: pd.DataFrame, groups: pd.Series, wanted: Sequence[str]) -> pd.DataFrame:
    """Return the share of every segment and every group inside each class and tier, with the respondents behind it.

    Parameters
    ----------
    groups
        The special groups of every respondent, a row each, by the respondent's position.
    """
    keys = ["need", "eligible_class", "tier"]
    total = having.groupby(keys, observed=True).agg(total=("weight", "sum"), n=("person", "nunique")).reset_index()
    stated = groups[groups != ""]
    member = having.merge(pd.DataFrame({"person": stated.index, "group": pd.Categorical(stated)}), on="person")
    segments = having[having["segment"] != ""].groupby([*keys, "segment"], observed=True)["weight"].sum().reset_index()
    grouped = member.groupby([*keys, "group"], observed=True)["weight"].sum().reset_index()
    both = pd.concat(
        [segments.assign(group=ALL).astype({"segment": object}), grouped.assign(segment=ALL).astype({"group": object})],
        ignore_index=True,
    )
    both = both.sort_values("need", kind="stable").merge(total, on=keys)
    names = np.array(wanted, dtype=object)[both["need"].to_numpy(int)]
    labels = both["eligible_class"].astype(object)
    cuts: pd.DataFrame = both.assign(share=both["weight"] / both["total"], need=names, eligible_class=labels)
    return cuts[list(CUT_COLUMNS)]


def _cells(wanted: Sequence[str], mixes: Sequence[Mix], places: pd.DataFrame, estimates: Estimates) -> pd.DataFrame:
    """Spread the persons of every need and place over the classes."""
    code = {name: number for number, name in enumerate(mixes[0].communities)}
    home = np.array([code.get(name, -1) for name in places["community"]], dtype=int)
    size = len(places)
    parts: list[tuple[Any, ...]] = []
    for number, mix in enumerate(mixes):
        classes = mix.of(home) * estimates.asked[number]
        row, place = np.nonzero(classes > 0)
        parts.append((np.full(row.size, number), mix.labels[row], mix.tiers[row], place, classes[row, place]))
    need, label, tier, place, part = (np.concatenate(column) for column in zip(*parts, strict=True))
    population = places["population"].to_numpy(float)
    own = need * size + place
    share = estimates.share.ravel()[own]
    cells = {
        "need": np.array(wanted, dtype=object)[need],
        "community": places["community"].to_numpy(object)[place],
        "grid": places["grid"].to_numpy(object)[place],
        "eligible_class": label,
        "tier": tier,
        "class_share": part,
        "share": share,
        "share_se": estimates.share_se.ravel()[own],
        "community_se": estimates.community_se.ravel()[own],
        "population": population[place],
        # a place that only answers name is not in the register: nobody of the population lives there as far as known
        "demand": share * np.nan_to_num(population)[place] * part,
        "place": place,
    }
    return pd.DataFrame(cells)[list(COLUMNS)]
