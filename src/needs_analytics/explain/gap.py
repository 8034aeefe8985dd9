"""A gap explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.messages import text
from needs_analytics.core.placed import no_distances
from needs_analytics.core.results import PARTS
from needs_analytics.core.tables import iter_rows
from needs_analytics.explain.considered import considered_lines, considered_services
from needs_analytics.explain.explanation import Explanation
from needs_analytics.explain.lookup import row_of, serving, within
from needs_analytics.explain.saying import place_name, say
from needs_analytics.explain.sources import answers_behind, place_lines, place_table

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

_SURE = 0.05  # persons: printed with one decimal, such limits are one figure


def explain_gap(result: MonthResult, need: str, community: str, grid: str, language: str) -> Explanation:
    """Return where the demand for something goes in a place, and what decided for every service considered."""
    row = row_of(result, result.gaps.table, need, community, grid)
    cells = result.matches.cells
    inside = within(cells[cells["need"] == need], community, grid)
    sums = {str(name): value for name, value in inside[["covered", "eligible", "reachable", "served"]].sum().items()}
    unknown = say("unknown", language)
    used = f"{row['used_persons']:,.1f}" if np.isfinite(row["used_persons"]) else unknown
    limits = _limits(result, need, community, grid)
    lines = [say("demand_line", language, demand=row["demand"], used=used, **sums)]
    for part in (*PARTS, "unknown_use"):
        label = text(f"part.{part}", language)
        lines.append(_part_line(label, row[part], limits.get(part), language) or f"{label} {unknown}")
    cause = text(f"part.{row['cause']}", language) if row["cause"] else "—"
    lines.append(
        say(
            "gap_line",
            language,
            gap=row["gap"],
            low=row["gap_low"],
            high=row["gap_high"],
            rate=row["gap_rate"],
            cause=cause,
        )
    )
    if np.isfinite(row["p_short"]):
        lines.append(say("short_line", language, p=row["p_short"], capacity=row["capacity_persons"]))
    waiting = sums["reachable"] - np.fmax(sums["served"], row["used_persons"]) - row["full"]
    if waiting >= 1 and np.isfinite(row["not_taken_up"]):
        lines.append(say("idle_line", language, persons=waiting))
    if no_distances(result.cleaned):
        lines.append(text("report.text.no_sites", language))
    lines += _plan(result, need, community, grid, language)
    considered = considered_services(result, need, community, grid)
    rows, _ = answers_behind(result, need, community, grid, "direct")
    inputs = [rows, *_of_services(result, need)]
    sources = [line for table in inputs for line in place_lines(table, language)]
    told = considered_lines(result, considered, float(row["demand"]), language)
    return Explanation(
        say("gap_title", language, need=row["need_name"], place=place_name(community, grid, language)),
        say("gap_formula", language), tuple(lines), tuple(sources), language, services=tuple(told),
        tables={"parts": _parts(row, sums), "services": considered, "sources": place_table(inputs)},
    )  # fmt: skip


def _of_services(result: MonthResult, need: str) -> list[pd.DataFrame]:
    """Return the rows that tell of the services for a need: menu, capacity, sites and distances, use."""
    cleaned, services = result.cleaned, serving(result, need)
    sinks = result.matches.sinks
    sites = {str(site) for site in sinks.loc[sinks["service"].isin(services), "site"]}
    return [
        cleaned.menu[cleaned.menu["service"].isin(services)],
        cleaned.supply[cleaned.supply["service"].isin(services)],
        cleaned.sites[cleaned.sites["site"].isin(sites)], cleaned.distances[cleaned.distances["site"].isin(sites)],
        cleaned.usage[cleaned.usage["service"].isin(services)],
    ]  # fmt: skip


def _limits(result: MonthResult, need: str, community: str, grid: str) -> dict[str, tuple[float, float]]:
    """Return part to its interval."""
    parts = result.gaps.parts
    rows = parts[(parts["need"] == need) & (parts["community"] == community) & (parts["grid"] == grid)]
    return {part: (low, high) for part, low, high in iter_rows(rows, "part", "persons_low", "persons_high")}


def _part_line(label: str, persons: float, limits: tuple[float, float] | None, language: str) -> str:
    """Return a part with its interval where it has one; ``""`` where it is unknown."""
    if not np.isfinite(persons):
        return ""
    if limits is None or limits[1] - limits[0] < _SURE:
        return say("part_line", language, part=label, persons=persons)
    return say("part_line_between", language, part=label, persons=persons, low=limits[0], high=limits[1])


def _parts(row: pd.Series, sums: dict[str, float]) -> pd.DataFrame:
    """Return the figures of a gap as one row."""
    figures = ["demand", *PARTS, "unknown_use", "used_persons", "gap", "gap_low", "gap_high", "gap_rate", "p_short",
               "capacity_persons", "cause"]  # fmt: skip
    return pd.DataFrame([{**sums, **{name: row[name] for name in figures}}])


def _plan(result: MonthResult, need: str, community: str, grid: str, language: str) -> list[str]:
    plan = result.matches.table
    plan = within(plan[plan["need"] == need], community, grid)
    names = result.cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    sums = plan.groupby(["service", "site", "unit"])[["persons", "units"]].sum().reset_index()
    return [
        say(
            "plan_line",
            language,
            service=names.get(row.service, row.service),
            site=row.site or say("no_site", language),
            persons=row.persons,
            units=row.units,
            unit=row.unit,
        )
        for row in sums.itertuples()
    ]
