"""Charts of points: before and after, four fields, and lines over months."""

from __future__ import annotations

from math import ceil, nan
from typing import TYPE_CHECKING, Any

from needs_analytics.reports.charts import DotChart, LineChart, as_number
from needs_analytics.reports.drawing.axes import (
    AXIS_HEIGHT,
    AXIS_LABEL_HEIGHT,
    LegendEntry,
    axis_title,
    draw_legend,
    legend_height,
    nice_limits,
    number_axis,
    row_axes,
)
from needs_analytics.reports.drawing.canvas import (
    LINE,
    MARGIN,
    SMALL_SIZE,
    WIDTH,
    label_column,
    new_canvas,
    text_width,
    value_text,
)
from needs_analytics.reports.drawing.labels import wrap_label
from needs_analytics.reports.palette import AMBER, BLUE, GREY, LINES, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from needs_analytics.reports.charts import Line
    from needs_analytics.reports.formats import Value

# Colour, marker and dashes all differ, so that lines stay apart in grey print.
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
_DASHES = ("-", "--", "-.", (0, (1, 1)))
LOOKS = tuple((colour, _MARKERS[n], _DASHES[n % len(_DASHES)]) for n, colour in enumerate(LINES))
_LINE_HEIGHT = 2.6


def draw_dots(chart: DotChart, title: str = "") -> Figure:
    """Draw before (hollow) and after (filled) on one row each, with the limit as a dashed line."""
    labels, left, row = label_column([label for label, _, _ in chart.rows])
    legend = [LegendEntry(chart.before, MUTED, marker="o", hollow=True), LegendEntry(chart.after, BLUE, marker="o")]
    if chart.limit is not None:
        legend.append(LegendEntry(value_text(chart.limit, chart.kind, chart.digits), AMBER, line="--"))
    foot = AXIS_HEIGHT + (AXIS_LABEL_HEIGHT if chart.axis else 0)
    above = MARGIN + legend_height(legend, WIDTH)
    canvas, head = new_canvas(above + len(labels) * row + foot, title)
    draw_legend(canvas, legend, left + MARGIN, head + MARGIN, WIDTH - left)
    axes = canvas.axes(left + MARGIN, head + above, WIDTH - left - 4 * MARGIN, len(labels) * row)
    row_axes(axes, labels)
    numbers = [as_number(value) for _, *pair in chart.rows for value in pair]
    axes.set_xlim(*nice_limits([*numbers, chart.limit], chart.kind))
    number_axis(axes.xaxis, chart.kind, chart.digits)
    for place, (_, before, after) in enumerate(chart.rows):
        _draw_pair(axes, place, as_number(before), as_number(after))
    axes.axvline(0, color=GREY, linewidth=0.8)
    if chart.limit is not None:
        axes.axvline(chart.limit, color=AMBER, linewidth=1.0, linestyle=(0, (4, 2)))
    axis_title(canvas, axes, chart.axis)
    return canvas.figure


def _draw_pair(axes: Axes, place: int, before: float | None, after: float | None) -> None:
    if before is not None and after is not None:
        axes.plot([before, after], [place, place], color=GREY, linewidth=1.2, zorder=2)
    if before is not None:
        axes.plot(before, place, marker="o", markersize=5.5, mfc="white", mec=MUTED, mew=1.2, zorder=3, clip_on=False)
    if after is not None:
        axes.plot(after, place, marker="o", markersize=5.5, color=BLUE, zorder=3, clip_on=False)


def draw_lines(chart: LineChart, title: str = "") -> Figure:
    """Draw lines over months; up to eight are named at their end, more in a legend."""
    named = len(chart.lines) <= len(LOOKS)
    names = [wrap_label(line.label, 16) for line in chart.lines]
    right = max(text_width(name, SMALL_SIZE) for name in names) + 0.25 if named else 0.2
    legend = [] if named else [_entry(number, line) for number, line in enumerate(chart.lines)]
    limits = nice_limits(_line_numbers(chart), chart.kind, from_zero=chart.kind != "change")
    left = max(text_width(value_text(limit, chart.kind), SMALL_SIZE) for limit in limits) + 0.12
    steps, step_lines = _step_labels(chart.steps, WIDTH - left - right - 2 * MARGIN)
    above = 2 * MARGIN + legend_height(legend, WIDTH)
    foot = 0.12 + step_lines * LINE + (AXIS_LABEL_HEIGHT if chart.axis else 0)
    canvas, head = new_canvas(above + _LINE_HEIGHT + foot, title)
    draw_legend(canvas, legend, left + MARGIN, head + MARGIN, WIDTH - left)
    axes = canvas.axes(left + MARGIN, head + above, WIDTH - left - right - 2 * MARGIN, _LINE_HEIGHT)
    axes.set(xlim=(-0.3, len(chart.steps) - 0.7), ylim=limits)
    axes.set_xticks([place for place, _ in steps], [label for _, label in steps])
    number_axis(axes.yaxis, chart.kind)
    axes.tick_params(axis="y", labelsize=SMALL_SIZE, labelcolor=MUTED)
    axes.spines["bottom"].set_visible(True)
    for number, line in enumerate(chart.lines):
        _draw_line(axes, chart, number, line)
    if named:
        _name_ends(axes, chart, names)
    axis_title(canvas, axes, chart.axis)
    return canvas.figure


def _draw_line(axes: Axes, chart: LineChart, number: int, line: Line) -> None:
    colour, marker, dashes = LOOKS[number % len(LOOKS)]
    values = _with_gaps(line.points)
    cut = len(values) if chart.forecast_from is None else chart.forecast_from
    face = "white" if number >= len(LOOKS) else colour
    look: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 3.8, "linewidth": 1.5, "mfc": face}
    steps = range(len(values))
    axes.plot(steps[:cut], values[:cut], linestyle=dashes, **look)
    if cut < len(values):
        start = max(cut - 1, 0)
        axes.plot(steps[start:], values[start:], linestyle=(0, (2, 2)), **look | {"mfc": "white"})
        axes.axvline(cut - 0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    if line.low and line.high:
        axes.fill_between(steps, _with_gaps(line.low), _with_gaps(line.high), color=colour, alpha=0.13, linewidth=0)


def _name_ends(axes: Axes, chart: LineChart, names: list[str]) -> None:
    """Write each line's name beside its last value, pushed apart where they would touch."""
    low, high = axes.get_ylim()
    needed = (2 if any("\n" in name for name in names) else 1) * SMALL_SIZE * 1.3 / 72 / _LINE_HEIGHT * (high - low)
    ends = [(_last(line.points), number) for number, line in enumerate(chart.lines)]
    known = sorted((end[1], end[0], number) for end, number in ends if end is not None)
    heights = spread([height for height, _, _ in known], needed, low, high)
    for (_, _, number), height in zip(known, heights, strict=True):
        axes.annotate(
            names[number],
            (1, height),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_SIZE,
            color=LOOKS[number % len(LOOKS)][0],
            linespacing=1.1,
        )


def spread(heights: list[float], needed: float, low: float, high: float) -> list[float]:
    """Push sorted heights at least so far apart, within limits where they fit.

    Examples
    --------
    >>> spread([1.0, 1.0, 5.0], 1.0, 0.0, 6.0)
    [1.0, 2.0, 5.0]
    """
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + needed) if placed else max(height, low))
    ceiling = high
    for number in range(len(placed) - 1, -1, -1):
        placed[number] = min(placed[number], ceiling)
        ceiling = placed[number] - needed
    return placed


def _step_labels(steps: Sequence[str], width: float) -> tuple[list[tuple[int, str]], int]:
    """Return the steps that are labelled: as many, evenly, as fit without touching; and the lines they take."""
    shown = [wrap_label(step, 10) for step in steps]
    room = width / max(len(steps), 1)
    every = max(1, ceil((max(text_width(step, SMALL_SIZE) for step in shown) + 0.08) / room))
    last = len(steps) - 1
    return [(place, shown[place]) for place in range(last % every, last + 1, every)], 1 + max(
        s.count("\n") for s in shown
    )


def _with_gaps(values: Sequence[Value]) -> list[float]:
    return [nan if (number := as_number(value)) is None else number for value in values]


def _last(values: Sequence[Value]) -> tuple[int, float] | None:
    known = [(place, number) for place, value in enumerate(values) if (number := as_number(value)) is not None]
    return known[-1] if known else None


def _line_numbers(chart: LineChart) -> list[float | None]:
    return [as_number(value) for line in chart.lines for part in (line.points, line.low, line.high) for value in part]


def _entry(number: int, line: Line) -> LegendEntry:
    colour, marker, _ = LOOKS[number % len(LOOKS)]
    return LegendEntry(line.label, colour, marker=marker, line="-", hollow=number >= len(LOOKS))
