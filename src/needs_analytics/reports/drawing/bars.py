"""Horizontal bars: one value with its interval, or the parts of a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.reports.charts import Bar, BarChart, StackedBarChart, as_number
from needs_analytics.reports.drawing.axes import (
    AXIS_HEIGHT,
    AXIS_LABEL_HEIGHT,
    LegendEntry,
    axis_title,
    blank_band,
    draw_legend,
    legend_height,
    nice_limits,
    number_axis,
    row_axes,
    side_texts,
)
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
from needs_analytics.reports.drawing.labels import is_chinese
from needs_analytics.reports.formats import interval_text
from needs_analytics.reports.palette import FLAG_COLOURS, GREY, INK, PARTS
from needs_analytics.reports.tables import FLAG_TONES, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FLAG_HATCHES: dict[Tone, str] = {"good": "", "caution": "////", "bad": "xxxx", "neutral": ""}


def draw_bars(chart: BarChart, title: str = "") -> Figure:
    """Draw horizontal bars with whiskers; the value and its interval are written at the right."""
    labels, left, row = label_column([bar.label for bar in chart.bars])
    values = [_bar_text(bar, chart) for bar in chart.bars]
    right = max(text_width(text, SMALL_SIZE) for text in values) + 0.15
    legend = _flag_legend(chart.bars)
    foot = AXIS_HEIGHT + (AXIS_LABEL_HEIGHT if chart.axis else 0)
    above = MARGIN + legend_height(legend, WIDTH - left - MARGIN)
    canvas, head = new_canvas(above + len(labels) * row + foot, title)
    draw_legend(canvas, legend, left + MARGIN, head + MARGIN, WIDTH - left - MARGIN)
    axes = canvas.axes(left + MARGIN, head + above, WIDTH - left - right - 2 * MARGIN, len(labels) * row)
    row_axes(axes, labels)
    axes.set_xlim(
        *nice_limits((as_number(v) for bar in chart.bars for v in (bar.value, bar.low, bar.high)), chart.kind)
    )
    number_axis(axes.xaxis, chart.kind)
    for place, bar in enumerate(chart.bars):
        _draw_bar(axes, place, bar)
    axes.axvline(0, color=GREY, linewidth=0.8)
    side_texts(axes, values)
    axis_title(canvas, axes, chart.axis)
    return canvas.figure


def _draw_bar(axes: Axes, place: int, bar: Bar) -> None:
    value, low, high = as_number(bar.value), as_number(bar.low), as_number(bar.high)
    if value is None:
        start, end = axes.get_xlim()
        blank_band(axes, max(start, 0), place - 0.14, (end - start) * 0.06, 0.28)
        return
    colour, hatch = _flag_fill(bar.flag)
    axes.barh(place, value, height=0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
    if low is not None and high is not None:
        # A value below its own interval happens after rounding; a whisker has no negative length.
        reach = [[max(value - low, 0)], [max(high - value, 0)]]
        axes.errorbar(value, place, xerr=reach, fmt="none", ecolor="white", elinewidth=2.6, capsize=0)
        axes.errorbar(value, place, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.0, capsize=2.2, capthick=1.0)


def _bar_text(bar: Bar, chart: BarChart) -> str:
    interval = interval_text(bar.low, bar.high, chart.kind)
    brackets = "（{}）" if is_chinese(chart.title) else " ({})"
    return value_text(bar.value, chart.kind) + (brackets.format(interval) if interval else "")


def _flag_fill(flag: str) -> tuple[str, str]:
    tone = FLAG_TONES.get(flag, "neutral") if flag else "good"
    return FLAG_COLOURS[tone], _FLAG_HATCHES[tone]


def _flag_legend(bars: Sequence[Bar]) -> list[LegendEntry]:
    """Explain the colours where there is more than one."""
    flags = list(dict.fromkeys(bar.flag for bar in bars if bar.flag and as_number(bar.value) is not None))
    if len(flags) < 2:
        return []
    fills = ((flag, _flag_fill(flag)) for flag in flags)
    return [LegendEntry(flag, colour, hatch) for flag, (colour, hatch) in fills]


def draw_stacked_bars(chart: StackedBarChart, title: str = "") -> Figure:
    """Draw the parts of each row side by side; the total is written at the right where all parts are shown."""
    labels, left, row = label_column([label for label, _ in chart.rows])
    totals = [_total_text(chart, place) for place in range(len(labels))]
    right = max(text_width(text, SMALL_SIZE) for text in totals) + 0.15
    legend = [LegendEntry(part, colour, hatch) for part, (colour, hatch) in _part_fills(chart)]
    foot = AXIS_HEIGHT + (AXIS_LABEL_HEIGHT if chart.axis else 0)
    above = MARGIN + legend_height(legend, WIDTH - left - MARGIN)
    canvas, head = new_canvas(above + len(labels) * row + foot, title)
    draw_legend(canvas, legend, left + MARGIN, head + MARGIN, WIDTH - left - MARGIN)
    width = WIDTH - left - right - 2 * MARGIN
    axes = canvas.axes(left + MARGIN, head + above, width, len(labels) * row)
    row_axes(axes, labels)
    limits = nice_limits((sum(as_number(v) or 0 for v in values) for _, values in chart.rows), chart.kind)
    axes.set_xlim(*limits)
    number_axis(axes.xaxis, chart.kind)
    for place, (_, values) in enumerate(chart.rows):
        _draw_parts(axes, chart, place, [as_number(v) for v in values], width / (limits[1] - limits[0]))
    side_texts(axes, totals)
    axis_title(canvas, axes, chart.axis)
    return canvas.figure


def _draw_parts(axes: Axes, chart: StackedBarChart, place: int, values: list[float | None], inches: float) -> None:
    """Draw one row; a part's number is written in it where it fits (``inches`` per unit)."""
    start = 0.0
    for value, (_, (colour, hatch)) in zip(values, _part_fills(chart), strict=True):
        if not value:
            continue
        axes.barh(place, value, left=start, height=0.68, color=colour, hatch=hatch, edgecolor="white", linewidth=0.6)
        text = value_text(value, chart.kind)
        if text_width(text, SMALL_SIZE) + 0.05 < value * inches:
            number = axes.text(start + value / 2, place, text, ha="center", va="center_baseline", fontsize=SMALL_SIZE)
            number.set_color("white" if is_dark(colour) else INK)
            if hatch:
                number.set_bbox({"facecolor": colour, "edgecolor": "none", "pad": 0.8})
        start += value
    if None in values:
        blank_band(axes, start, place - 0.2, 0.12 / inches, 0.4)


def _part_fills(chart: StackedBarChart) -> list[tuple[str, tuple[str, str]]]:
    return [(part, PARTS[number % len(PARTS)][:2]) for number, part in enumerate(chart.parts)]


def _total_text(chart: StackedBarChart, place: int) -> str:
    """Write the total; where a part is not shown its symbol stands instead, for the total would tell the part."""
    values = chart.rows[place][1]
    numbers = [as_number(value) for value in values]
    if None in numbers:
        return value_text(values[numbers.index(None)], chart.kind)
    total = chart.totals[place] if chart.totals else sum(number or 0 for number in numbers)
    return value_text(total, chart.kind)
