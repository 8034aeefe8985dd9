"""The numbers of a chart as rows and columns, as they stand beside it on the sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from needs_analytics.reports.charts import (
    Bar,
    BarChart,
    DotChart,
    FlowChart,
    HeatMap,
    LineChart,
    PlaceMap,
    QuadrantChart,
    StackedBarChart,
    as_number,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.reports.formats import NumberKind, Value
    from needs_analytics.reports.words import Words


BAR_BELOW, BAR_ABOVE = 4, 5


@dataclass(frozen=True, slots=True)
class Grid:
    """Labelled rows of numbers.

    Attributes
    ----------
    gaps_stay_empty
        Write nothing for a missing number: in a line or among points the spreadsheet would draw its symbol as zero.
    """

    labels: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[Value | str]]
    kind: NumberKind
    digits: int = 1
    gaps_stay_empty: bool = False


@singledispatch
def grid_of(chart: object, words: Words) -> Grid:
    """Return the numbers that a chart draws."""
    raise TypeError(f"{type(chart).__name__} is no chart")


@grid_of.register(BarChart)
def _(chart: BarChart, words: Words) -> Grid:
    heads = [words[head] for head in ("value", "low", "high", "below", "above", "flag")]
    rows = [(bar.value, bar.low, bar.high, *_reach(bar), bar.flag) for bar in chart.bars]
    return Grid([bar.label for bar in chart.bars], heads, rows, chart.kind)


def _reach(bar: Bar) -> tuple[float | None, float | None]:
    """Return how far the interval reaches below and above the value, as error bars want it."""
    value, low, high = as_number(bar.value), as_number(bar.low), as_number(bar.high)
    if value is None or low is None or high is None:
        return None, None
    # What is subtracted has at most four decimals; more would be noise. Rounding may put a value past its interval.
    return max(round(value - low, 4), 0), max(round(high - value, 4), 0)


@grid_of.register(StackedBarChart)
def _(chart: StackedBarChart, words: Words) -> Grid:
    return Grid([label for label, _ in chart.rows], chart.parts, [values for _, values in chart.rows], chart.kind)


@grid_of.register(HeatMap)
def _(chart: HeatMap, words: Words) -> Grid:
    return Grid(chart.rows, chart.columns, chart.values, chart.kind)


@grid_of.register(DotChart)
def _(chart: DotChart, words: Words) -> Grid:
    rows = [(before, after) for _, before, after in chart.rows]
    labels = [label for label, _, _ in chart.rows]
    return Grid(labels, [chart.before, chart.after], rows, chart.kind, chart.digits, gaps_stay_empty=True)


@grid_of.register(QuadrantChart)
def _(chart: QuadrantChart, words: Words) -> Grid:
    """Points that are shown come first, for the chart's range ends with them."""
    points = sorted(chart.points, key=lambda point: None in (as_number(point[1]), as_number(point[2])))
    rows = [(x, y) for _, x, y in points]
    return Grid([label for label, _, _ in points], [chart.x_label, chart.y_label], rows, chart.x_kind)


@grid_of.register(LineChart)
def _(chart: LineChart, words: Words) -> Grid:
    rows = list(zip(*(line.points for line in chart.lines), strict=True))
    return Grid(chart.steps, [line.label for line in chart.lines], rows, chart.kind, gaps_stay_empty=True)


@grid_of.register(FlowChart)
def _(chart: FlowChart, words: Words) -> Grid:
    return Grid([label for label, _ in chart.rows], chart.targets, [values for _, values in chart.rows], chart.kind)


@grid_of.register(PlaceMap)
def _(chart: PlaceMap, words: Words) -> Grid:
    return Grid([point.label for point in chart.points], [chart.words.points], [[p.value] for p in chart.points],
                chart.kind)  # fmt: skip
