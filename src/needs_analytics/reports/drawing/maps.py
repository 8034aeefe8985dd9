"""Places by coordinates: discs as large as their value, sites among them, a scale and the north; no borders."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle, Rectangle

from needs_analytics.reports.charts import PlaceMap, as_number
from needs_analytics.reports.drawing.canvas import LINE, MARGIN, SMALL_SIZE, WIDTH, new_canvas, text_width, value_text
from needs_analytics.reports.drawing.labels import wrap_label
from needs_analytics.reports.drawing.placing import Box, centred, first_free, label_places
from needs_analytics.reports.palette import AMBER, BLUE, GREY, GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEAST, _MOST = 3.0, 6.6
_EDGE = 0.35
_DISC, _DOT, _SITE = 0.24, 0.035, 0.1
"""In inches: the largest disc's radius, that of a place without a value to draw, the side of a site."""
_LEGEND = 1.5
_SITE_INK = "#8a5a06"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """How metres become inches on the map."""

    west: float
    south: float
    per_metre: float

    def at(self, east: float, north: float) -> tuple[float, float]:
        return _EDGE + (east - self.west) * self.per_metre, _EDGE + (north - self.south) * self.per_metre


def draw_map(chart: PlaceMap, title: str = "") -> Figure:
    """Draw discs for values, hatched ones for what is hidden, squares for sites with their reach."""
    sheet, height = _fit(chart)
    foot = 2 * MARGIN + (LINE if chart.axis else 0)
    canvas, head = new_canvas(MARGIN + height + foot, title)
    width = WIDTH - _LEGEND - 3 * MARGIN
    axes = canvas.axes(MARGIN, head + MARGIN, width, height)
    axes.set(xlim=(0, width), ylim=(0, height), xticks=[], yticks=[])
    axes.add_patch(Rectangle((0, 0), width, height, facecolor="white", edgecolor=GRID, linewidth=0.8))
    most = max((as_number(point.value) or 0.0 for point in chart.points), default=0.0) or 1.0
    _draw_sites(axes, chart, sheet)
    taken = list(_draw_points(axes, chart, sheet, most))
    taken += [centred(*sheet.at(site.east, site.north), _SITE, _SITE) for site in chart.sites]
    bounds = Box(0, 0, width, height)
    taken += _name_areas(axes, chart, sheet, taken, bounds)
    _name_sites(axes, chart, sheet, taken, bounds)
    legend = canvas.axes(WIDTH - _LEGEND - MARGIN, head + MARGIN, _LEGEND, height)
    legend.set(xlim=(0, _LEGEND), ylim=(height, 0), xticks=[], yticks=[])
    _draw_legend(legend, chart, most, sheet)
    if chart.axis:
        canvas.text(MARGIN, canvas.height - MARGIN, chart.axis, va="bottom", fontsize=SMALL_SIZE, color=MUTED)
    return canvas.figure


def _fit(chart: PlaceMap) -> tuple[_Sheet, float]:
    """Return a scale at which everything is on the sheet, the same to the east and to the north; and the height."""
    east = np.array([point.east for point in chart.points] + [site.east for site in chart.sites])
    north = np.array([point.north for point in chart.points] + [site.north for site in chart.sites])
    wide, tall = max(float(np.ptp(east)), 1.0), max(float(np.ptp(north)), 1.0)
    room = WIDTH - _LEGEND - 3 * MARGIN - 2 * _EDGE
    per_metre = min(room / wide, (_MOST - 2 * _EDGE) / tall)
    height = max(_LEAST, tall * per_metre + 2 * _EDGE)
    west = float(east.min()) - (room / per_metre - wide) / 2
    south = float(north.min()) - ((height - 2 * _EDGE) / per_metre - tall) / 2
    return _Sheet(west, south, per_metre), height


def _draw_points(axes: Axes, chart: PlaceMap, sheet: _Sheet, most: float) -> Iterator[Box]:
    """Draw the discs, the largest first, and yield the room that they take."""
    for point in sorted(chart.points, key=lambda each: -(as_number(each.value) or 0.0)):
        x, y = sheet.at(point.east, point.north)
        value = as_number(point.value)
        radius = _radius(value or 0.0, most)
        axes.add_patch(_disc(x, y, value, radius))
        yield centred(x, y, 2 * radius, 2 * radius)


def _disc(x: float, y: float, value: float | None, radius: float) -> Circle:
    if value is None:
        return Circle((x, y), 2 * _DOT, facecolor="#f4f5f6", edgecolor=GREY, hatch="//////", linewidth=0.5, zorder=3)
    if not value:
        return Circle((x, y), _DOT, facecolor="white", edgecolor=MUTED, linewidth=0.8, zorder=3)
    return Circle((x, y), radius, facecolor=BLUE, edgecolor="white", alpha=0.78, linewidth=0.6, zorder=3)


def _radius(value: float, most: float) -> float:
    """Return the radius of a disc whose area tells the value."""
    return max(_DISC * sqrt(value / most), _DOT)


def _draw_sites(axes: Axes, chart: PlaceMap, sheet: _Sheet) -> None:
    for site in chart.sites:
        x, y = sheet.at(site.east, site.north)
        if site.reach > 0:
            circle = Circle((x, y), site.reach * sheet.per_metre, facecolor=AMBER, alpha=0.07, linewidth=0, zorder=1)
            rim = Circle((x, y), site.reach * sheet.per_metre, fill=False, edgecolor=AMBER, linewidth=0.7,
                         linestyle=(0, (3, 2)), zorder=2)  # fmt: skip
            for patch in (circle, rim):
                axes.add_patch(patch)
        axes.add_patch(_square(x, y))


def _square(x: float, y: float) -> Rectangle:
    corner = (x - _SITE / 2, y - _SITE / 2)
    return Rectangle(corner, _SITE, _SITE, facecolor=AMBER, edgecolor="white", linewidth=0.7, zorder=5)


def _name_areas(axes: Axes, chart: PlaceMap, sheet: _Sheet, taken: Sequence[Box], bounds: Box) -> list[Box]:
    """Write the name of every area in the middle of its places, above or below them, or where there is room nearby."""
    found: list[Box] = []
    for area in dict.fromkeys(point.area for point in chart.points if point.area):
        spots = [sheet.at(point.east, point.north) for point in chart.points if point.area == area]
        x, y = (float(np.mean(side)) for side in zip(*spots, strict=True))
        heights = [spot[1] for spot in spots]
        text, width, height = _measured(area)
        near = [(x, y), (x, max(heights) + _DISC + height / 2), (x, min(heights) - _DISC - height / 2)]
        places = [centred(*spot, width, height) for spot in near]
        places += [place for gap in (0.1, 0.2, 0.32, 0.46) for place in label_places(x, y, width, height, gap)]
        box = first_free(places, [*taken, *found], bounds) or first_free(places, found, bounds)
        if box is not None:  # on a disc if need be, on another name never
            _write(axes, text, box, INK)
            found.append(box)
    return found


def _name_sites(axes: Axes, chart: PlaceMap, sheet: _Sheet, taken: list[Box], bounds: Box) -> None:
    """Write the names of sites that have room; the others are told in the table."""
    for site in chart.sites:
        text, width, height = _measured(site.label)
        at = sheet.at(site.east, site.north)
        places = [place for gap in (0.08, 0.18, 0.3) for place in label_places(*at, width, height, gap)]
        box = first_free(places, taken, bounds)
        if box is not None:
            _write(axes, text, box, _SITE_INK)
            taken.append(box)


def _measured(label: str) -> tuple[str, float, float]:
    """Return a label as it is written, with the room that it takes."""
    text = wrap_label(label, 12)
    return text, text_width(text, SMALL_SIZE) + 0.04, (text.count("\n") + 1) * SMALL_SIZE * 1.3 / 72


def _write(axes: Axes, text: str, box: Box, colour: str) -> None:
    middle = (box.left + box.width / 2, box.bottom + box.height / 2)
    axes.text(*middle, text, ha="center", va="center", fontsize=SMALL_SIZE, color=colour, linespacing=1.05, zorder=6)


def _draw_legend(axes: Axes, chart: PlaceMap, most: float, sheet: _Sheet) -> None:
    """Explain discs, squares and circles, then the scale and the north."""
    words, y = chart.words, 0.12
    axes.text(0.02, y, f"{words.points}\n{words.size}", fontsize=SMALL_SIZE, va="top")
    y += 0.2 + LINE
    for value in _samples(most):
        radius = _radius(value, most)
        y += radius
        axes.add_patch(_disc(0.27, y, value, radius))
        axes.text(0.6, y, value_text(value, chart.kind), fontsize=SMALL_SIZE, va="center")
        y += radius + 0.07
    kinds: list[tuple[float | None, str]] = [(0.0, words.none), (None, words.hidden)]
    for shown, text in kinds:
        if any((as_number(point.value) is None) is (shown is None) and not as_number(point.value)
               for point in chart.points):  # fmt: skip
            y += 0.1
            axes.add_patch(_disc(0.27, y, shown, _DOT))
            axes.text(0.6, y, text, fontsize=SMALL_SIZE, va="center")
            y += 0.12
    y += 0.12
    if chart.sites:
        axes.add_patch(_square(0.27, y))
        axes.text(0.6, y, words.sites, fontsize=SMALL_SIZE, va="center")
        y += 0.25
    if any(site.reach > 0 for site in chart.sites):
        axes.plot([0.14, 0.4], [y, y], color=AMBER, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.text(0.6, y, wrap_label(words.reach, 14), fontsize=SMALL_SIZE, va="center")
        y += 0.35
    metres = _round_length(0.8 / sheet.per_metre)
    told = (
        words.kilometres.format(length=f"{metres / 1000:g}")
        if metres >= 1000
        else words.metres.format(length=f"{metres:g}")
    )
    length = metres * sheet.per_metre
    axes.plot([0.1, 0.1, 0.1 + length, 0.1 + length], [y - 0.05, y, y, y - 0.05], color=INK, linewidth=0.9)
    axes.text(0.1 + length / 2, y + 0.05, told, fontsize=SMALL_SIZE, ha="center", va="top")
    axes.annotate(words.north, (1.28, y - 0.16), (1.28, y + 0.1), fontsize=SMALL_SIZE, ha="center", va="center",
                  arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.8, "shrinkA": 1})  # fmt: skip


def _samples(most: float) -> list[float]:
    """Return round values to show in the legend: about the largest and about a quarter of it."""
    large = _round_length(most)
    small = _round_length(large / 4)
    return [large, small] if large > small >= 1 else [large]


def _round_length(most: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not more.

    Examples
    --------
    >>> _round_length(790.0), _round_length(45.0)
    (500.0, 20.0)
    """
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most))
