"""Charts of the report, from the same disclosed figures as its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL, PARTS
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.charts import (
    Bar,
    BarChart,
    Chart,
    FlowChart,
    HeatMap,
    QuadrantChart,
    Quadrants,
    StackedBarChart,
    as_number,
)
from needs_analytics.reports.content.disclose import rounded_persons

if TYPE_CHECKING:
    import numpy.typing as npt

    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

_SHOWN = 15
_HEAT_NEEDS = 12
_FLOWING = 8
_FEWEST_POINTS = 2
_BUSY, _PRESSED = ("供不应求", "供需适配"), ("供不应求", "潜在需求")
_BUSY_FROM, _PRESSED_FROM, _OVER = 0.8, 1.0, 0.02
_LARGEST_USE, _LARGEST_PRESSURE = 1.2, 4.0  # beyond it a point stands at the edge


def need_bars(result: MonthResult, shown: pd.DataFrame, words: Wording) -> BarChart | None:
    """Return the leading needs of the sub-district with their intervals."""
    rows = shown[
        (shown["community"] == ALL) & (shown["segment"] == ALL) & (shown["group"] == ALL) & (shown["sort_share"] >= 0)
    ]
    rows = rows.sort_values(["sort_share", "order", "code"], ascending=[False, True, True]).head(_SHOWN)
    if rows.empty:
        return None
    bars = [Bar(*row) for row in iter_rows(rows, "need", "share", "share_low", "share_high", "flag")]
    return BarChart("needs_chart", words.say("chart.needs", count=len(bars)), bars, axis=share_axis(result, words))


def need_heat(result: MonthResult, shown: pd.DataFrame, words: Wording) -> HeatMap | None:
    """Return need × community shares of the leading needs."""
    whole = (shown["segment"] == ALL) & (shown["group"] == ALL) & (shown["grid"] == ALL)
    district = shown[whole & (shown["community"] == ALL) & (shown["sort_share"] >= 0)]
    leading = district.sort_values(["sort_share", "order", "code"], ascending=[False, True, True])["need"].head(
        _HEAT_NEEDS
    )
    rows = shown[whole & (shown["community"] != ALL) & shown["need"].isin(leading)]
    if rows["community"].nunique() < _FEWEST_POINTS:
        return None
    values = rows.assign(value=rows["sort_share"].where(rows["sort_share"] >= 0))
    pivot = values.pivot_table(
        index="need", columns="community", values="value", aggfunc="first", dropna=False
    ).reindex(leading)
    return HeatMap.from_frame("needs_heat", words.say("chart.heat"), pivot, axis=share_axis(result, words))


def share_axis(result: MonthResult, words: Wording) -> str:
    """Return what shares are of: the target population, or the respondents only."""
    return words.say("chart.axis_share" if result.weights.representative else "chart.axis_share_plain")


def gap_parts(shown: pd.DataFrame, words: Wording) -> StackedBarChart | None:
    """Return where the demand of the needs with the largest gaps goes."""
    rows = shown[(shown["community_code"] == ALL) & (shown["segment_code"] == ALL) & (shown["sort_gap"] > 0)]
    rows = rows.sort_values(["sort_gap", "code"], ascending=[False, True]).head(_HEAT_NEEDS)
    if rows.empty:
        return None
    parts = [*PARTS, "unknown_use"] if (pd.to_numeric(rows["unknown_use"], errors="coerce") > 0).any() else list(PARTS)
    data = [(row["need"], [_number(row[part]) for part in parts]) for _, row in rows.iterrows()]
    return StackedBarChart(
        "gaps_chart",
        words.say("chart.gaps"),
        [words.label("part", part) for part in parts],
        data,
        axis=words.say("chart.axis_persons"),
        totals=[_number(demand) for demand in rows["demand"]],
    )


def gap_flows(result: MonthResult, shown: pd.DataFrame, words: Wording) -> FlowChart | None:
    """Return how much of the largest gaps' demand goes where, all of them together at each end."""
    bars = gap_parts(shown, words)
    if bars is None or len(bars.rows) < _FEWEST_POINTS:
        return None
    figures = [[as_number(value) or 0.0 for value in values] for _, values in bars.rows[:_FLOWING]]
    arrived = rounded_persons(np.array(figures).sum(axis=0), result.options.disclosure.base)
    return FlowChart(
        "gap_flows",
        words.say("chart.flows", count=min(len(bars.rows), _FLOWING)),
        bars.parts,
        bars.rows[:_FLOWING],
        axis=words.say("chart.axis_flows"),
        totals=bars.totals[:_FLOWING],
        arrived=arrived.tolist(),
    )


def gap_heat(result: MonthResult, shown: pd.DataFrame, words: Wording) -> HeatMap | None:
    """Return need × community gap rates of the needs with the largest gaps."""
    whole = (shown["segment_code"] == ALL) & (shown["grid"] == ALL)
    district = shown[whole & (shown["community_code"] == ALL) & (shown["sort_gap"] > 0)]
    leading = district.sort_values(["sort_gap", "code"], ascending=[False, True])["need"].head(_HEAT_NEEDS)
    rows = shown[whole & (shown["community_code"] != ALL) & shown["need"].isin(leading)]
    if rows["community"].nunique() < _FEWEST_POINTS:
        return None
    values = rows.assign(value=pd.to_numeric(rows["gap_rate"].map(_number), errors="coerce"))
    pivot = values.pivot_table(
        index="need", columns="community", values="value", aggfunc="first", dropna=False
    ).reindex(leading)
    return HeatMap.from_frame("gap_heat", words.say("chart.gap_heat"), pivot)


def use_quadrants(shown: pd.DataFrame, words: Wording) -> QuadrantChart | None:
    """Return needs by utilisation and by how often those who can would fill the capacity, from the printed figures."""
    rows = shown[(shown["community_code"] == ALL) & (shown["segment_code"] == ALL) & (shown["quadrant_code"] != "")]
    columns = ["used_persons", "capacity_persons", "demand", "no_service", "not_eligible", "too_far"]
    figures = rows[columns].map(_number).astype(float)
    known = figures.notna().all(axis=1) & (figures["capacity_persons"] > 0)
    rows, figures = rows[known], figures[known]
    if len(rows) < _FEWEST_POINTS:
        return None
    use = np.minimum(figures["used_persons"] / figures["capacity_persons"], _LARGEST_USE)
    able = figures["demand"] - figures["no_service"] - figures["not_eligible"] - figures["too_far"]
    pressure = np.clip(able / figures["capacity_persons"], 0.0, _LARGEST_PRESSURE)
    busy, pressed = rows["quadrant_code"].isin(_BUSY), rows["quadrant_code"].isin(_PRESSED)
    places = _on_side(use, busy, _BUSY_FROM), _on_side(pressure, pressed, _PRESSED_FROM)
    points = [(str(need), float(x), float(y)) for need, x, y in zip(rows["need"], *places, strict=True)]
    names = Quadrants(*(words.label("quadrant", name) for name in ("供不应求", "潜在需求", "供需适配", "闲置")))
    return QuadrantChart(
        "quadrants",
        words.say("chart.quadrant"),
        points,
        x_label=words.say("chart.axis_use"),
        y_label=words.say("chart.axis_pressure"),
        x_split=_BUSY_FROM,
        y_split=_PRESSED_FROM,
        quadrants=names,
    )


def _on_side(values: npt.ArrayLike, above: npt.ArrayLike, split: float) -> Floats:
    """Move points that rounding has put into another field than the tables say just over the border."""
    figures = np.asarray(values, dtype=np.float64)
    return np.where(above, np.maximum(figures, split + _OVER), np.minimum(figures, split - _OVER))


def present(*charts: Chart | None) -> list[Chart]:
    """Return the charts there is something to show in."""
    return [chart for chart in charts if chart is not None]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and np.isfinite(value) else None
