"""What is doubtful about a gap: the need it comes from; use not recorded, of unknown place, above the capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.issue import Issue
from needs_analytics.core.placed_use import NO_SITE, place_use
from needs_analytics.core.results import ALL

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.options import GapsOptions
    from needs_analytics.core.records import Cleaned

_NEARLY = 1e-6
_FAR_ABOVE = 1.2  # use over capacity from which rows were perhaps sent twice
_FEW, _BASE = 10, 5  # the sentences are printed: no small number, and none exactly


def no_surer_than_need(table: pd.DataFrame) -> pd.DataFrame:
    """Widen the limits of a gap to those of its need, in proportion, on the side where they are narrower.

    The replicates redraw the persons of each cell; of communities that were not asked, and of whatever else makes the
    need of the whole less sure than its cells, they know nothing. A gap that is the whole demand, because nothing
    serves it, is the same quantity as the need and has its limits.

    Parameters
    ----------
    table
        ``gap, gap_low, gap_high, demand, segment`` with the need's ``persons, persons_low, persons_high``.
    """
    known = (table["persons"] > 0) & (table["demand"] > 0)
    same = known & (table["gap"] >= table["demand"] * (1 - _NEARLY)) & (table["segment"] == ALL)
    own = table["gap"] / table["persons"].where(known)
    whole_below, whole_above = own * table["persons_low"], own * table["persons_high"]
    low = table["gap_low"].where(~(whole_below < table["gap_low"]), whole_below)
    high = table["gap_high"].where(~(whole_above > table["gap_high"]), whole_above)
    return table.assign(gap_low=low.mask(same, whole_below), gap_high=high.mask(same, whole_above))


def doubts_of_use(sinks: pd.DataFrame, cleaned: Cleaned, options: GapsOptions) -> list[Issue]:
    """Return what has to be said about the use of the plan's services."""
    if cleaned.usage.empty:
        return [Issue("W720")]
    misnamed = sinks[sinks["other_names"] != ""]
    unrecorded = sinks.loc[~sinks["recorded"] & (sinks["other_names"] == ""), "service_name"].drop_duplicates()
    few = sinks[sinks["recorded"] & (sinks["ratings"] < options.fewest_ratings)]["service_name"].drop_duplicates()
    return [
        *(Issue("W721", value=str(name)) for name in unrecorded),
        *(
            Issue("W726", value=str(service), details={"names": names})
            for service, names in misnamed[["service_name", "other_names"]].drop_duplicates().to_numpy()
        ),
        *([Issue("I722", value="、".join(few), details={"count": len(few)})] if len(few) else []),
        *_of_unknown_place(sinks, cleaned),
        *_far_above(sinks),
    ]


def _of_unknown_place(sinks: pd.DataFrame, cleaned: Cleaned) -> list[Issue]:
    """Say, service by service, which use was put where it was not recorded.

    Nothing is lost, and nothing said, where the capacity is not told by site or there is only one site to go to.
    """
    placed = place_use(sinks, cleaned.usage)
    moved = placed[~placed["at_site"]].drop_duplicates("use")
    moved = moved[(sinks["site"] != NO_SITE).to_numpy()[moved["sink"]]]
    site = cleaned.usage["site"].fillna(NO_SITE).to_numpy()[moved["use"]]
    rows = moved.assign(service=sinks["service_name"].to_numpy()[moved["sink"]], site=site)
    said = {issue.value for issue in cleaned.issues if issue.code == "W503"}
    issues = []
    for service, part in rows.groupby("service", sort=True):
        elsewhere = part[~part["site"].isin({NO_SITE, *said})]
        if len(elsewhere):
            names = "、".join(sorted(set(elsewhere["site"])))
            issues.append(Issue("W723", value=str(service), details={"sites": names, "count": len(elsewhere)}))
        if len(part) > len(elsewhere) and (part["share"] < 1).any():
            issues.append(Issue("I724", value=str(service), details={"count": len(part) - len(elsewhere)}))
    return issues


def _far_above(sinks: pd.DataFrame) -> list[Issue]:
    above = sinks[sinks["capacity_known"] & (sinks["utilisation"] > _FAR_ABOVE) & (sinks["used_units"] >= _FEW)]
    return [
        Issue(
            "W725",
            value=str(row["service_name"]) + (f"（{row['site']}）" if row["site"] else ""),
            details={
                "used": f"{round(row['used_units'] / _BASE) * _BASE:,.0f}",
                "capacity": f"{row['capacity']:,.0f}",
                "unit": row["unit"],
            },
        )
        for row in above.to_dict("records")
    ]
