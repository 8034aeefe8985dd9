"""Points in four named fields; each point carries its name where all names fit, else a number with a key below."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from needs_analytics.reports.charts import QuadrantChart, as_number
from needs_analytics.reports.drawing.axes import nice_limits, number_axis
from needs_analytics.reports.drawing.canvas import (
    LINE,
    MARGIN,
    SMALL_SIZE,
    WIDTH,
    Canvas,
    new_canvas,
    text_width,
    value_text,
)
from needs_analytics.reports.drawing.labels import elide
from needs_analytics.reports.drawing.placing import Box, centred, first_free, label_places, marker_places
from needs_analytics.reports.formats import Blank
from needs_analytics.reports.palette import BLUE, GREY, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 3.7
_FOOT = 0.46
_FILLS = {"high_right": "#f9e6e0", "high_left": "#fdf3df", "low_right": "#e6f0f7", "low_left": "#f3f4f5"}
_NAME_SIZE = 9.0
_KEY_COLUMNS = 3
_DOT = 0.1
_MARKER = 0.2
_MOST_NAMES = 14


@dataclass(frozen=True, slots=True)
class _Place:
    """A point in inches from the lower left corner of the axes."""

    label: str
    x: float
    y: float


def draw_quadrants(chart: QuadrantChart, title: str = "") -> Figure:
    """Draw points on two measures in four fields; what is not shown stands in the key with its symbol."""
    points = [
        (n, x, y) for n, a, b in chart.points if (x := as_number(a)) is not None and (y := as_number(b)) is not None
    ]
    x_limits = nice_limits([x for _, x, _ in points] + [chart.x_split], chart.x_kind)
    y_limits = nice_limits([y for _, _, y in points] + [chart.y_split], chart.y_kind)
    left = MARGIN + max(text_width(value_text(limit, chart.y_kind), SMALL_SIZE) for limit in y_limits) + 0.12
    bounds = Box(0, 0, WIDTH - left - 2 * MARGIN, _HEIGHT)
    places = [_Place(n, _scaled(x, x_limits) * bounds.width, _scaled(y, y_limits) * _HEIGHT) for n, x, y in points]
    across, up = (_scaled(chart.x_split, x_limits) * bounds.width, _scaled(chart.y_split, y_limits) * _HEIGHT)
    lines = [Box(across, 0, 0.01, _HEIGHT), Box(0, up, bounds.width, 0.01)]
    names = _place_names(places, _corner_boxes(chart, bounds), lines, bounds)
    key = _key(chart, [] if names else [place.label for place in places])
    above = MARGIN + LINE
    canvas, head = new_canvas(above + _HEIGHT + _FOOT + ceil(len(key) / _KEY_COLUMNS) * LINE, title)
    canvas.text(left, head + MARGIN / 2, chart.y_label, fontsize=SMALL_SIZE, color=MUTED)
    axes = canvas.axes(left, head + above, bounds.width, _HEIGHT)
    axes.set(xlim=x_limits, ylim=y_limits)
    number_axis(axes.xaxis, chart.x_kind)
    number_axis(axes.yaxis, chart.y_kind)
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelsize=SMALL_SIZE, labelcolor=MUTED)
    _draw_fields(axes, chart)
    overlay = _overlay(canvas, axes, bounds)
    for name, x, y, side, edge in _corners(chart, bounds):
        overlay.text(x, y, name, ha=side, va=edge, fontsize=_NAME_SIZE, color=MUTED)
    if names:
        _draw_named(overlay, places, names)
    else:
        _draw_numbered(overlay, places, _corner_boxes(chart, bounds), bounds)
    label_top = head + above + _HEIGHT + 0.24
    canvas.text(left + bounds.width / 2, label_top, chart.x_label, ha="center", fontsize=SMALL_SIZE, color=MUTED)
    _write_key(canvas, key, left, label_top + 0.2, bounds.width)
    return canvas.figure


def _scaled(value: float, limits: tuple[float, float]) -> float:
    return (value - limits[0]) / (limits[1] - limits[0])


def _place_names(places: Sequence[_Place], corners: list[Box], lines: list[Box], bounds: Box) -> list[Box]:
    """Return a free place for every name, off the dividing lines if it can be; nothing unless all of them fit."""
    if len(places) > _MOST_NAMES:
        return []
    taken = corners + [centred(place.x, place.y, _DOT, _DOT) for place in places]
    found: list[Box] = []
    for place in places:
        width, height = text_width(place.label, SMALL_SIZE), SMALL_SIZE * 1.2 / 72
        choices = label_places(place.x, place.y, width, height, 0.07)
        free = first_free(choices, taken + found + lines, bounds) or first_free(choices, taken + found, bounds)
        if free is None:
            return []
        found.append(free)
    return found


def _corners(chart: QuadrantChart, bounds: Box) -> list[tuple[str, float, float, str, str]]:
    """Return the names of the fields with the corner each stands in and how it is aligned there."""
    low, high, left, right = 0.06, bounds.height - 0.06, 0.08, bounds.width - 0.08
    names = chart.quadrants
    return [
        (names.high_right, right, high, "right", "top"),
        (names.high_left, left, high, "left", "top"),
        (names.low_right, right, low, "right", "bottom"),
        (names.low_left, left, low, "left", "bottom"),
    ]


def _corner_boxes(chart: QuadrantChart, bounds: Box) -> list[Box]:
    height = _NAME_SIZE * 1.3 / 72
    boxes = []
    for name, x, y, across, up in _corners(chart, bounds):
        width = text_width(name, _NAME_SIZE)
        boxes.append(Box(x - width * (across == "right"), y - height * (up == "top"), width, height))
    return boxes


def _draw_fields(axes: Axes, chart: QuadrantChart) -> None:
    """Tint the four fields and mark where they meet."""
    (x_low, x_high), (y_low, y_high) = axes.get_xlim(), axes.get_ylim()
    for name, fill in _FILLS.items():
        up, across = name.split("_")
        x, width = (chart.x_split, x_high - chart.x_split) if across == "right" else (x_low, chart.x_split - x_low)
        y, height = (chart.y_split, y_high - chart.y_split) if up == "high" else (y_low, chart.y_split - y_low)
        axes.add_patch(Rectangle((x, y), width, height, facecolor=fill, linewidth=0, zorder=0.5))
    axes.axvline(chart.x_split, color=GREY, linewidth=0.9)
    axes.axhline(chart.y_split, color=GREY, linewidth=0.9)


def _overlay(canvas: Canvas, axes: Axes, bounds: Box) -> Axes:
    """Return clear axes over the same place that count in inches."""
    overlay = canvas.figure.add_axes(axes.get_position().bounds, facecolor="none")
    overlay.spines[:].set_visible(False)
    overlay.set(xlim=(0, bounds.width), ylim=(0, bounds.height), xticks=[], yticks=[])
    return overlay


def _draw_named(overlay: Axes, places: Sequence[_Place], names: Sequence[Box]) -> None:
    for place, box in zip(places, names, strict=True):
        overlay.plot(place.x, place.y, marker="o", markersize=5, color=BLUE, clip_on=False)
        middle = box.bottom + box.height / 2
        overlay.text(box.left, middle, place.label, va="center_baseline", fontsize=SMALL_SIZE, color=INK)


def _draw_numbered(overlay: Axes, places: Sequence[_Place], corners: list[Box], bounds: Box) -> None:
    """Draw numbered markers; one that would cover another or a field's name stands aside, tied to its point."""
    taken = list(corners)
    for number, place in enumerate(places, start=1):
        choices = marker_places(place.x, place.y, _MARKER)
        box = first_free(choices, taken, bounds) or choices[0]
        taken.append(box)
        x, y = box.left + _MARKER / 2, box.bottom + _MARKER / 2
        if (x, y) != (place.x, place.y):
            overlay.plot([place.x, x], [place.y, y], color=BLUE, linewidth=0.7)
            overlay.plot(place.x, place.y, marker="o", markersize=2.5, color=BLUE)
        overlay.plot(x, y, marker="o", markersize=_MARKER * 68, color=BLUE, mec="white", mew=0.8)
        overlay.text(x, y, str(number), ha="center", va="center_baseline", fontsize=6.5, color="white")


def _key(chart: QuadrantChart, numbered: Sequence[str]) -> list[str]:
    """Return the entries under the chart: the numbers, then what is not shown."""
    entries = [f"{number}  {label}" for number, label in enumerate(numbered, start=1)]
    for label, x, y in chart.points:
        absent = [value for value in (x, y) if isinstance(value, Blank)]
        if absent:
            entries.append(f"{absent[0].symbol}  {label}")
    return entries


def _write_key(canvas: Canvas, key: Sequence[str], left: float, top: float, width: float) -> None:
    """Write the key in columns, read downwards."""
    rows = ceil(len(key) / _KEY_COLUMNS)
    column = width / _KEY_COLUMNS
    characters = int((column - 0.1) / (0.56 * SMALL_SIZE / 72))
    for number, entry in enumerate(key):
        place = left + number // rows * column, top + number % rows * LINE
        canvas.text(*place, elide(entry, characters), fontsize=SMALL_SIZE)
