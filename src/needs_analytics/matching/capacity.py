"""What a service at a site can do in a month, in units and in persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.order import in_order
from needs_analytics.core.placed_use import NO_SITE, place_use

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned


def service_sinks(cleaned: Cleaned) -> tuple[pd.DataFrame, list[Issue]]:
    """Return one row per service@site with what it can do in a month.

    Columns: ``service, site, capacity`` (units), ``capacity_persons, uses_per_person, unit, capacity_known,
    capacity_stated, max_extra_persons``.

    Where the capacity is not known (masked, or the service has no capacity row), the month's use stands for it and
    ``capacity_known`` is false; where there is none either, the plan serves nobody there and ``capacity_stated`` is
    false: what it can do is unknown. Without a known frequency a person uses a service once a month.
    """
    menu = cleaned.menu.set_index("service")
    supply = cleaned.supply[cleaned.supply["service"].isin(menu.index)].copy()
    issues = [
        Issue("W703", value=str(menu.loc[service, "name"]))
        for service in menu.index
        if service not in set(supply["service"])
    ]
    missing = [service for service in menu.index if service not in set(supply["service"])]
    supply = (
        pd.concat([supply, pd.DataFrame({"service": missing, "site": None})], ignore_index=True) if missing else supply
    )
    supply["site"] = supply["site"].fillna(NO_SITE)
    supply["monthly"] = supply["monthly"].where(supply["monthly"] >= 0)  # nobody can do less than nothing: unknown
    supply["extra"] = supply["max_extra"].astype(float) * supply["times"]
    grouped = supply.groupby(["service", "site"], sort=True)
    sinks = pd.DataFrame({
        "capacity": grouped["monthly"].sum(min_count=1), "known": grouped["monthly"].count() == grouped.size(),
        "max_extra": grouped["extra"].sum(min_count=1), "cost_per_unit": grouped["cost_per_unit"].mean(),
    }).reset_index()  # fmt: skip
    sinks, said = _with_frequency(sinks, menu)
    return _with_unknown_capacity(sinks, cleaned), [*issues, *said]


def _with_frequency(sinks: pd.DataFrame, menu: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    frequency = menu["uses_per_person_month"].astype(float)
    given = frequency.where(frequency > 0)
    issues = [
        Issue("W702", value=str(menu.loc[service, "name"]))
        for service in given.index[given.isna()]
        if service in set(sinks["service"])
    ]
    return sinks.assign(
        uses_per_person=sinks["service"].map(given).fillna(1.0), unit=sinks["service"].map(menu["unit"]).fillna("人次"),
        frequency_known=sinks["service"].map(given).notna(), service_name=sinks["service"].map(menu["name"]),
    ), issues  # fmt: skip


def _with_unknown_capacity(sinks: pd.DataFrame, cleaned: Cleaned) -> pd.DataFrame:
    used = in_order(cleaned.usage.loc[cleaned.usage["status"] == "完成", ["service", "site", "count"]])
    placed = place_use(sinks, used)
    counts = used["count"].fillna(0.0).to_numpy(float)[placed["use"]] * placed["share"].to_numpy(float)
    lower = np.bincount(placed["sink"].to_numpy(int), counts, len(sinks))
    known = sinks["capacity"].notna() & sinks["known"]
    capacity = sinks["capacity"].where(known, np.fmax(sinks["capacity"].fillna(0.0), lower))
    persons = capacity / sinks["uses_per_person"]
    return sinks.assign(
        capacity=capacity,
        capacity_known=known,
        capacity_stated=known | (capacity > 0),
        capacity_persons=persons,
        max_extra_persons=sinks["max_extra"] / sinks["uses_per_person"],
    ).drop(columns="known")
