"""The sheet a chart is drawn on: measured in inches from the top left, so that nothing depends on automatic layout."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from rich.cells import cell_len

from needs_analytics.reports.drawing.labels import wrap_label
from needs_analytics.reports.fonts import register_font
from needs_analytics.reports.formats import NumberKind, Value, number_text
from needs_analytics.reports.palette import GREY, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

WIDTH = 6.7
LABEL_SIZE = 8.5
SMALL_SIZE = 7.5
TITLE_SIZE = 10.5
LINE = LABEL_SIZE * 1.45 / 72
MARGIN = 0.08
MAX_LABEL_WIDTH = 2.3
_FEW_ROWS = 12


@contextmanager
def chart_style() -> Iterator[None]:
    """Apply our fonts and weights for the time of drawing; nothing outside is changed."""
    settings: dict[Any, Any] = {
        "font.family": list(register_font()),
        "font.size": LABEL_SIZE,
        "text.color": INK,
        "axes.edgecolor": GREY,
        "axes.linewidth": 0.6,
        "axes.unicode_minus": True,
        "axes.labelcolor": MUTED,
        "axes.labelsize": SMALL_SIZE,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "xtick.labelsize": SMALL_SIZE,
        "ytick.labelsize": LABEL_SIZE,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "hatch.linewidth": 0.5,
        "svg.fonttype": "none",
        "path.simplify": False,
        "text.usetex": False,
        "text.parse_math": False,  # a label may hold dollar signs
    }
    with mpl.rc_context(settings):
        yield


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure and its size in inches."""

    figure: Figure
    width: float
    height: float

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add bare axes at a place measured from the top left, without frame."""
        bottom = self.height - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.spines[:].set_visible(False)
        return axes

    def text(self, left: float, top: float, text: str, **style: Any) -> None:
        """Write text whose top left corner (unless styled otherwise) is at a place in inches."""
        placed: dict[str, Any] = {"va": "top", "ha": "left"} | style
        self.figure.text(left / self.width, 1 - top / self.height, text, **placed)


def new_canvas(height: float, title: str = "") -> tuple[Canvas, float]:
    """Start a sheet of our width; return it and the height that its title takes."""
    head = 0.34 if title else 0.0
    figure = Figure(figsize=(WIDTH, height + head), facecolor="white")
    canvas = Canvas(figure, WIDTH, height + head)
    if title:
        canvas.text(MARGIN, MARGIN, title, fontsize=TITLE_SIZE)
    return canvas, head


def text_width(text: str, size: float = LABEL_SIZE) -> float:
    """Estimate the width of a text's widest line in inches: an em for a full-width character, else about half.

    The dot between the parts of a name is a full-width character in our font.
    """
    lines = text.split("\n")
    return (
        max(sum(1.0 if cell_len(character) == 2 or character == "·" else 0.57 for character in line) for line in lines)
        * size
        / 72
    )


def label_column(labels: Sequence[str], max_width: float = MAX_LABEL_WIDTH) -> tuple[list[str], float, float]:
    """Wrap row labels; return them, the width of their column and the height of a row, in inches."""
    characters = int(max_width / (0.5 * LABEL_SIZE / 72))
    wrapped = [wrap_label(label, characters) for label in labels]
    one_line, two_lines = (1.65, 2.2) if len(labels) <= _FEW_ROWS else (1.45, 1.85)
    width = max(text_width(label) for label in wrapped) + 0.1
    return wrapped, width, (two_lines if any("\n" in label for label in wrapped) else one_line) * LINE


def value_text(value: Value, kind: NumberKind, digits: int = 1) -> str:
    """Write a value or the symbol of its blank."""
    return "" if value is None else number_text(value, kind, digits)


def is_dark(colour: str) -> bool:
    """Tell whether white writing reads better than dark on a colour such as ``#1f5f99``."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
