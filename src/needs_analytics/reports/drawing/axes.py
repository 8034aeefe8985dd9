"""What the axes of all charts share: ticks written like the numbers, quiet grids, legends and hatches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from needs_analytics.reports.drawing.canvas import LINE, MARGIN, SMALL_SIZE, Canvas, text_width
from needs_analytics.reports.formats import NumberKind, number_text
from needs_analytics.reports.palette import GREY, GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

AXIS_HEIGHT = 0.26
AXIS_LABEL_HEIGHT = 0.2
_SWATCH = 0.3


def nice_limits(values: Iterable[float | None], kind: NumberKind, *, from_zero: bool = True) -> tuple[float, float]:
    """Return limits at round ticks that hold all values."""
    known = [value for value in values if value is not None]
    if from_zero:
        known.append(0.0)
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if low == high:
        low, high = (low, low + 1.0) if from_zero else (low - 0.5, high + 0.5)
    ticks = _locator(kind).tick_values(low, high)
    limits = float(min(ticks[0], low)), float(max(ticks[-1], high))
    return (limits[0], 1.0) if kind in {"share", "rate"} and high <= 1 < limits[1] else limits


def number_axis(axis: Axis, kind: NumberKind, digits: int = 1) -> None:
    """Tick an axis at round numbers, written as the values are."""
    axis.set_major_locator(_locator(kind))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value, kind, digits)))
    axis.grid(visible=True, color=GRID, linewidth=0.6)
    axis.axes.set_axisbelow(True)


def _locator(kind: NumberKind) -> MaxNLocator:
    steps = [1, 2, 2.5, 5, 10] if kind in {"share", "rate"} else [1, 2, 5, 10]
    return MaxNLocator(nbins=5, steps=steps, integer=kind in {"integer", "rank"}, min_n_ticks=2)


def row_axes(axes: Axes, labels: Sequence[str]) -> None:
    """Give horizontal rows their labels, the first on top."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, linespacing=1.15)
    axes.tick_params(axis="y", pad=5)


def axis_title(canvas: Canvas, axes: Axes, label: str) -> None:
    """Write what the horizontal axis measures under its ticks."""
    if label:
        box = axes.get_position()
        canvas.text(
            (box.x0 + box.width / 2) * canvas.width,
            canvas.height - MARGIN,
            label,
            ha="center",
            va="bottom",
            fontsize=SMALL_SIZE,
            color=MUTED,
        )


def blank_band(axes: Axes, x: float, y: float, width: float, height: float) -> None:
    """Hatch a field whose value is not shown."""
    axes.add_patch(Rectangle((x, y), width, height, facecolor="#f4f5f6", edgecolor=GREY, hatch="////", linewidth=0))


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A word of the legend and what it stands for: a filled field, or a marker on a line."""

    label: str
    colour: str
    hatch: str = ""
    marker: str = ""
    line: str = ""
    hollow: bool = False

    @property
    def width(self) -> float:
        """Width of the entry in inches, with the space after it."""
        return _SWATCH + text_width(self.label, SMALL_SIZE) + 0.16


def legend_rows(entries: Sequence[LegendEntry], width: float) -> list[list[LegendEntry]]:
    """Break legend entries into rows of a width in inches."""
    rows: list[list[LegendEntry]] = [[]]
    for entry in entries:
        if rows[-1] and sum(other.width for other in rows[-1]) + entry.width > width:
            rows.append([])
        rows[-1].append(entry)
    return rows


def legend_height(entries: Sequence[LegendEntry], width: float) -> float:
    """Return the height that a legend takes."""
    return len(legend_rows(entries, width)) * LINE + 0.08 if entries else 0.0


def draw_legend(canvas: Canvas, entries: Sequence[LegendEntry], left: float, top: float, width: float) -> None:
    """Draw a legend in rows, its top left corner at a place in inches."""
    if not entries:
        return
    height = legend_height(entries, width)
    axes = canvas.axes(left, top, width, height)
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    for number, row in enumerate(legend_rows(entries, width)):
        x, y = 0.0, (number + 0.5) * LINE
        for entry in row:
            _draw_swatch(axes, entry, x, y)
            axes.text(x + _SWATCH - 0.06, y, entry.label, va="center_baseline", fontsize=SMALL_SIZE, color=INK)
            x += entry.width


def _draw_swatch(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    if not entry.marker and not entry.line:
        swatch = Rectangle((x, y - 0.05), 0.17, 0.1, facecolor=entry.colour, edgecolor="white", linewidth=0)
        swatch.set_hatch(entry.hatch)
        axes.add_patch(swatch)
        return
    (line,) = axes.plot([x, x + 0.1, x + 0.2], [y] * 3, color=entry.colour, linestyle=entry.line or "none")
    line.set(linewidth=1.4, marker=entry.marker, markersize=4.5, markevery=[1])
    line.set_markerfacecolor("white" if entry.hollow else entry.colour)


def side_texts(axes: Axes, texts: Sequence[str]) -> None:
    """Write one text per row at the right of the axes."""
    for place, text in enumerate(texts):
        axes.annotate(
            text,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=SMALL_SIZE,
        )
