"""Bands from sources to targets (after Sankey 1898): how much of each goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from needs_analytics.reports.charts import FlowChart, as_number
from needs_analytics.reports.drawing.canvas import (
    LINE,
    MARGIN,
    SMALL_SIZE,
    WIDTH,
    new_canvas,
    text_width,
    value_text,
)
from needs_analytics.reports.drawing.labels import wrap_label
from needs_analytics.reports.palette import GREY, MUTED, PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from needs_analytics.core.arrays import Floats
    from needs_analytics.reports.formats import Value

_NODE = 0.12
_CHARACTERS = 14
_GAP = 1.7 * LINE
"""Between nodes, in inches: two lines of a label fit beside the smallest."""
_LEAST_HEIGHT, _PER_NODE = 2.2, 0.2


def draw_flows(chart: FlowChart, title: str = "") -> Figure:
    """Draw sources at the left, targets at the right, and a band for every number that is shown."""
    flows = np.array([[as_number(value) or 0.0 for value in values] for _, values in chart.rows])
    sources = [wrap_label(label, _CHARACTERS) for label, _ in chart.rows]
    told = [_total(chart.totals[place] if chart.totals else None, values, chart)
            for place, (_, values) in enumerate(chart.rows)]  # fmt: skip
    targets = [place for place in range(len(chart.targets)) if flows[:, place].sum() > 0]
    names = [wrap_label(chart.targets[place], _CHARACTERS) for place in targets]
    came = [_total(chart.arrived[place] if chart.arrived else None, [values[place] for _, values in chart.rows], chart)
            for place in targets]  # fmt: skip
    left, right = (
        max(text_width(f"{name} {number}", SMALL_SIZE) for name, number in zip(labels, numbers, strict=True)) + 0.15
        for labels, numbers in ((sources, told), (names, came))
    )
    height = max(_LEAST_HEIGHT, max(len(sources), len(targets)) * (_PER_NODE + _GAP))
    foot = 0.26 if chart.axis else MARGIN
    canvas, head = new_canvas(MARGIN + height + foot, title)
    width = WIDTH - left - right - 2 * MARGIN
    axes = canvas.axes(left + MARGIN, head + MARGIN, width, height)
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    most = max(len(sources), len(targets))
    scale = (height - (most - 1) * _GAP) / max(float(flows.sum()), 1.0)
    starts = _stack(flows.sum(axis=1) * scale, height)
    ends = _stack(flows[:, targets].sum(axis=0) * scale, height)
    _bands(axes, flows[:, targets] * scale, (starts, ends), targets, width)
    _nodes(axes, starts, flows.sum(axis=1) * scale, 0.0, [GREY] * len(sources))
    _nodes(axes, ends, flows[:, targets].sum(axis=0) * scale, width - _NODE, [_colour(place) for place in targets])
    _labels(axes, starts + flows.sum(axis=1) * scale / 2, sources, told, -0.06)
    _labels(axes, ends + flows[:, targets].sum(axis=0) * scale / 2, names, came, width + 0.06)
    if chart.axis:
        canvas.text(WIDTH / 2, canvas.height - MARGIN, chart.axis, ha="center", va="bottom", fontsize=SMALL_SIZE,
                    color=MUTED)  # fmt: skip
    return canvas.figure


def _stack(sizes: Floats, height: float) -> Floats:
    """Return where nodes of such sizes begin, apart evenly over the height."""
    gap = (height - sizes.sum()) / max(len(sizes) - 1, 1)
    return np.asarray(np.cumsum(sizes) - sizes + gap * np.arange(len(sizes)), dtype=np.float64)


def _bands(axes: Axes, sizes: Floats, tops: tuple[Floats, Floats], targets: Sequence[int], width: float) -> None:
    """Draw the bands: at a source in the order of targets, at a target in the order of sources."""
    leaves = tops[0][:, None] + np.cumsum(sizes, axis=1) - sizes
    arrives = tops[1][None, :] + np.cumsum(sizes, axis=0) - sizes
    begin, end, middle = _NODE, width - _NODE, width / 2
    bend = [Outline.CURVE4] * 3
    for (row, column), size in np.ndenumerate(sizes.astype(float)):
        if size <= 0:
            continue
        top, bottom = float(leaves[row, column]), float(arrives[row, column])
        corners = [(begin, top), (middle, top), (middle, bottom), (end, bottom), (end, bottom + size),
                   (middle, bottom + size), (middle, top + size), (begin, top + size), (begin, top)]  # fmt: skip
        outline = Outline(corners, [Outline.MOVETO, *bend, Outline.LINETO, *bend, Outline.CLOSEPOLY])
        axes.add_patch(PathPatch(outline, facecolor=_colour(targets[column]), alpha=0.55, linewidth=0))


def _nodes(axes: Axes, tops: Floats, sizes: Floats, left: float, colours: Sequence[str]) -> None:
    for top, size, colour in zip(tops, sizes, colours, strict=True):
        axes.add_patch(Rectangle((left, top), _NODE, size, facecolor=colour, linewidth=0))


def _labels(axes: Axes, middles: Floats, names: Sequence[str], numbers: Sequence[str], at: float) -> None:
    for middle, name, number in zip(middles, names, numbers, strict=True):
        axes.text(at, middle, f"{name} {number}", ha="right" if at < 0 else "left", va="center", fontsize=SMALL_SIZE,
                  linespacing=1.1)  # fmt: skip


def _colour(target: int) -> str:
    return PARTS[target % len(PARTS)][0]


def _total(told: Value, values: Sequence[Value], chart: FlowChart) -> str:
    """Write what is told of a node, else the sum of its bands; where one is hidden the symbol of that."""
    numbers = [as_number(value) for value in values]
    if None in numbers:
        return value_text(values[numbers.index(None)], chart.kind)
    return value_text(sum(number or 0.0 for number in numbers) if told is None else told, chart.kind)
