"""Heat maps: printed numbers on classed shades; what is hidden is hatched."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from needs_analytics.reports.charts import HeatMap, as_number
from needs_analytics.reports.drawing.axes import axis_title, blank_band
from needs_analytics.reports.drawing.canvas import (
    MARGIN,
    SMALL_SIZE,
    WIDTH,
    is_dark,
    label_column,
    new_canvas,
    text_width,
    value_text,
)
from needs_analytics.reports.drawing.labels import is_chinese, stack_label, wrap_label
from needs_analytics.reports.palette import INK, ONE_WAY, TWO_WAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from needs_analytics.reports.formats import Value

_STACKED_LINES = 10
_MIN_COLUMNS = 5


def draw_heat_map(chart: HeatMap, title: str = "") -> Figure:
    """Draw a grid of numbers; column labels lie flat where they fit, else stand upright."""
    labels, left, row = label_column(chart.rows, max_width=1.7)
    row = max(row, 0.235)
    cell = (WIDTH - left - 2 * MARGIN) / max(len(chart.columns), _MIN_COLUMNS)
    columns, above, turned = _column_labels(chart.columns, cell)
    foot = 0.26 if chart.axis else MARGIN
    canvas, head = new_canvas(MARGIN + above + len(labels) * row + foot, title)
    axes = canvas.axes(left + MARGIN, head + MARGIN + above, cell * len(columns), len(labels) * row)
    axes.set(xlim=(0, len(columns)), ylim=(len(labels), 0))
    axes.set_yticks([place + 0.5 for place in range(len(labels))], labels, linespacing=1.1)
    axes.xaxis.tick_top()
    axes.set_xticks([place + 0.5 for place in range(len(columns))], columns, rotation=90 if turned else 0)
    axes.tick_params(axis="x", labelcolor=INK, labelsize=SMALL_SIZE, pad=3)
    _shade_cells(axes, chart)
    _print_numbers(axes, chart, cell)
    axis_title(canvas, axes, chart.axis)
    return canvas.figure


def _column_labels(labels: Sequence[str], cell: float) -> tuple[list[str], float, bool]:
    """Return the labels as they are written, the height they take, and whether they are turned."""
    line = SMALL_SIZE * 1.3 / 72
    characters = int((cell - 0.04) / (0.56 * SMALL_SIZE / 72))
    flat = [wrap_label(label, characters, lines=3) for label in labels]
    if characters >= 4 and not any("…" in label for label in flat):
        return flat, (max(label.count("\n") for label in flat) + 1) * line + 0.08, False
    if all(is_chinese(label) for label in labels):
        upright = [stack_label(label, _STACKED_LINES) for label in labels]
        return upright, (max(label.count("\n") for label in upright) + 1) * line + 0.1, False
    turned = [wrap_label(label, 24, lines=1) for label in labels]
    return turned, max(text_width(label, SMALL_SIZE) for label in turned) + 0.1, True


def _shade_cells(axes: Axes, chart: HeatMap) -> None:
    """Fill the cells class by class: one outline per shade keeps the page small."""
    shades = _shades(chart)
    squares: dict[str, list[tuple[int, int]]] = {}
    for y, values in enumerate(chart.values):
        for x, value in enumerate(values):
            number = as_number(value)
            if number is None:
                blank_band(axes, x, y, 1, 1)
            else:
                squares.setdefault(shades(number), []).append((x, y))
    for shade, corners in sorted(squares.items()):
        outline = Outline.make_compound_path(*(_square(x, y) for x, y in corners))
        axes.add_patch(PathPatch(outline, facecolor=shade, linewidth=0))
    axes.vlines(range(len(chart.columns) + 1), 0, len(chart.rows), color="white", linewidth=1)
    axes.hlines(range(len(chart.rows) + 1), 0, len(chart.columns), color="white", linewidth=1)


def _print_numbers(axes: Axes, chart: HeatMap, cell: float) -> None:
    texts = [[value_text(value, chart.kind) for value in values] for values in chart.values]
    widest = max(text_width(text, 1.0) for row in texts for text in row)
    size = min(SMALL_SIZE, max(5.0, (cell - 0.03) / widest))
    shades = _shades(chart)
    for y, values in enumerate(chart.values):
        for x, value in enumerate(values):
            ink = _ink(value, shades)
            place = (x + 0.5, y + 0.5)
            axes.text(*place, texts[y][x], ha="center", va="center_baseline", fontsize=size, color=ink)


def _ink(value: Value, shades: Callable[[float], str]) -> str:
    number = as_number(value)
    return "white" if number is not None and is_dark(shades(number)) else INK


def _square(x: int, y: int) -> Outline:
    return Outline([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)], closed=True)


def _shades(chart: HeatMap) -> Callable[[float], str]:
    """Return the function from a value to its shade: seven equal classes from zero up, or about a centre."""
    known = [number for values in chart.values for value in values if (number := as_number(value)) is not None]
    if chart.ratio and chart.centre:
        return _ratio_shades(chart.centre)
    if chart.centre is None:
        low, high, ramp = min([0, *known]), max(known, default=1), ONE_WAY
    else:
        centre = chart.centre
        reach = max((abs(number - centre) for number in known), default=1)
        low, high, ramp = centre - reach, centre + reach, TWO_WAY
    step = (high - low) / len(ramp) or 1
    return lambda value: ramp[min(int((value - low) / step), len(ramp) - 1)]


def _ratio_shades(centre: float) -> Callable[[float], str]:
    """Return shades of ratios: nearly the same, half as much again, twice and three times, and as much less."""
    bounds = [1 / 3, 1 / 2, 1 / 1.25, 1.25, 2, 3]
    return lambda value: TWO_WAY[bisect_right(bounds, value / centre)]
