"""The true parts of every gap and the causes planted: counted on the whole population, apart from any stage.

For a need and a community the *demand* D is the number of residents of 16 or more who have the need. Of them A1 have
some service in the menu, A2 may use one of these (the rule ``who``), A3 may use one at a site in reach (a *stand* is a
service at a site; 上门 and 线上 reach everybody). These are heads counted: ``no_service = D - A1``,
``not_eligible = A1 - A2`` and ``too_far = A2 - A3`` are exact. The other parts hang on F, how many of A3 the best plan
serves, and on U, how many were observed using. Neither is a fact of the town, so no more is claimed than every reading
of METHODS must give:

F
    Whoever comes first, a plan that serves "priority tiers first, then as many as possible" serves as many as can be
    served at all, M (who can be served together is a matroid: putting some first costs no place). So an area gets at
    most what it could get if nobody else came, and at least M less what all others could get without it. These are
    largest flows, all needs that share a stand together: a service for several needs has one room, and a resident with
    two such needs asks twice, as in METHODS. Where room abounds the two bounds meet; where stands of several
    communities overlap they part, and that is the honest answer.
U
    A resident noted down by name is counted once, in the own cell, if the service means no other need of hers: that is
    the lower bound. The upper one adds the area's residents who are noted down without the need or with several, and
    all uses by nobody named (uses over the uses of one person and month) at stands in reach, wherever they belong; but
    no more than the area's people can take. The place an office gives to a month's total narrows nothing here.
Idle or busy
    Of a cell whose stands all ran below nine tenths with nobody waiting or refused, nothing is ``full`` and
    ``not_taken_up = A3 - U``. It is busy if somebody waits at one of its stands, or all are at nine tenths. Between
    (one full, another idle, nobody waiting) METHODS can be read both ways: both are inside the bounds.
dissatisfied
    The users times the share of bad ratings of their stand. METHODS leaves open whether that is the stand's own share
    or the service's; the bounds take both, and anything where a service has fewer than ten ratings. People observed
    beyond A3 are ``used_other`` and may displace users of a badly rated stand: the lower bound gives up one user for
    each of the others in sight, unless all stands in reach are rated badly.
No record
    of a service in reach: U lies between 0 and A3, and so do the parts made of it. A cause is claimed then only if an
    exact part is larger than all that is unknown.

Parts are sums over cells (grid × need × class), and ``max(F, U)`` is taken per cell, where nobody knows how F and U
meet: over an area it lies between ``max(F, U)`` and ``min(F + U, A3)``. A cause is *planted* where its lower bound
exceeds the upper bound of every other part but ``met`` by :data:`MARGIN` of the demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.results import ALL
from needs_analytics.samples.asking import EXACT, group_askers
from needs_analytics.samples.bounds import bound_parts, largest_flow
from needs_analytics.samples.stands import set_up_stands

if TYPE_CHECKING:
    from needs_analytics.samples.snapshot import Snapshot
    from needs_analytics.samples.stands import Stands

MARGIN = 0.15
"""By how much of the demand the planted cause exceeds every other part."""
LEAST_DEMAND = 120
"""Persons a community must want of a need for its cause to be seen in a survey."""
CAUSES = (*EXACT, "full", "not_taken_up", "dissatisfied")
_BOUNDED = ("full", "not_taken_up", "dissatisfied", "met")
COLUMNS = (
    *("need", "community", "demand", *EXACT),
    *(f"{part}_{end}" for part in _BOUNDED for end in ("low", "high")),
    *("use_known", "cause", "margin"),
)


def find_causes(snapshot: Snapshot, use: pd.DataFrame, *, grids: bool = False) -> pd.DataFrame:
    """Count where the demand of every need of every community goes.

    Parameters
    ----------
    use
        The month's record, as :func:`~needs_analytics.samples.usage.record_use` makes it.
    grids
        By grid instead, with a column ``grid`` (its number) behind the community.

    Returns
    -------
    One row per need that enters the gap and community, and for the whole sub-district; columns :data:`COLUMNS`, in
    persons. ``cause`` is ``""`` where the bounds do not decide it; ``margin`` is a share of the demand.
    """
    stands = set_up_stands(snapshot, use)
    people = snapshot.people
    keys, area_of = _areas(snapshot, grids=grids)
    columns = [column for name in COLUMNS for column in (list(keys.columns) if name == "community" else [name])]
    rows: list[dict[str, object]] = []
    for family in _families(snapshot.needs, stands):
        wanting = snapshot.needs[list(family)].to_numpy() & snapshot.adults[:, None]
        asking, exact = group_askers(family, wanting, people["place"].to_numpy(), area_of, stands)
        served = largest_flow(asking, asking.persons > 0, asking.stands["capacity"].to_numpy(float))
        for need, counts in exact.items():
            for number, names in [(-1, (ALL,) * keys.shape[1]), *enumerate(keys.itertuples(index=False, name=None))]:
                area = (asking.need == need) & ((asking.area == number) | (number < 0))
                heads = counts.sum() if number < 0 else counts.iloc[number]
                row: dict[str, object] = dict(zip(keys.columns, names, strict=True))
                rows.append({"need": need, **row, **heads, **bound_parts(area, asking, served)})
    table = pd.DataFrame(rows).sort_values("need", kind="stable", ignore_index=True)
    return _with_cause(table)[columns].round(3)


def _areas(snapshot: Snapshot, *, grids: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the names of the areas, ``(areas,)`` rows, and the number of each resident's, ``(people,)``."""
    if grids:
        names = snapshot.town.grids[["community", "number"]].rename(columns={"number": "grid"})
        return names, snapshot.people["place"].to_numpy(int)
    keys = snapshot.town.communities[["community"]]
    return keys, pd.Index(keys["community"]).get_indexer(snapshot.people["community"])


def planted_areas(causes: pd.DataFrame) -> pd.DataFrame:
    """Return the communities' rows with a cause and enough demand to see it."""
    seen = (causes["cause"] != "") & (causes["community"] != ALL) & (causes["demand"] >= LEAST_DEMAND)
    return causes[seen].reset_index(drop=True)


def _families(needs: pd.DataFrame, stands: Stands) -> list[tuple[str, ...]]:
    """Group the needs that enter the gap by the stands they share, directly or through others."""
    direct = Codebook.default().needs["resolution_path"].eq("直接服务")
    able = {need for text in stands.table["needs"] for need in text}
    entering = [str(need) for need in needs.columns if direct.get(need, False) or need in able]
    families = {need: {need} for need in entering}
    for shared in stands.table["needs"]:
        together = {other for need in shared if need in families for other in families[need]}
        families |= dict.fromkeys(together, together)
    return sorted({tuple(sorted(family)) for family in families.values()})


def _with_cause(table: pd.DataFrame) -> pd.DataFrame:
    """Name the part that is larger than every other whatever the plan and the use, and by how much of the demand."""
    low, high = (
        table[[cause if cause in EXACT else f"{cause}_{end}" for cause in CAUSES]].to_numpy(float)
        for end in ("low", "high")
    )
    largest, rows = low.argmax(axis=1), np.arange(len(table))
    others = high.copy()
    others[rows, largest] = 0.0
    margin = (low[rows, largest] - others.max(axis=1)) / table["demand"].clip(lower=1.0)
    return table.assign(margin=margin, cause=np.where(margin >= MARGIN, np.array(CAUSES, dtype=object)[largest], ""))
