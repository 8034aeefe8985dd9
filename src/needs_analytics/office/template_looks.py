"""How a template looks: its formats, the width of its columns, the lines a text takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LINE = 15.0
"""Height of a line of text in points."""
_HALF_WIDTHS = 1.06  # half-width characters of 10 points that fit into one unit of column width
_INK, _ACCENT, _SOFT, _LINE_COLOUR = "#1d2733", "#1f4e79", "#dbe7f3", "#9aa7b5"
_BASE: dict[str, Any] = {"font_name": "微软雅黑", "font_size": 10, "font_color": _INK, "valign": "vcenter"}
_FRAMED = _BASE | {"border": 1, "border_color": _LINE_COLOUR, "text_wrap": True}
_HEAD = _FRAMED | {"bold": True, "align": "center"}
_LOOKS: Mapping[str, dict[str, Any]] = {
    "title": _BASE | {"font_size": 16, "bold": True, "font_color": _ACCENT},
    "aside": _BASE | {"font_color": "#55616e"},
    "label": _BASE | {"bold": True, "valign": "top"},
    "text": _BASE | {"text_wrap": True, "valign": "top"},
    "required": _HEAD | {"bg_color": _ACCENT, "font_color": "#ffffff"},
    "optional": _HEAD | {"bg_color": _SOFT},
    "group": _FRAMED | {"bold": True, "bg_color": _SOFT},
    "framed": _FRAMED,
    "framed must": _FRAMED | {"bold": True, "font_color": _ACCENT, "align": "center"},
    "framed may": _FRAMED | {"align": "center"},
    "to fill in": _FRAMED | {"locked": False},
    "missing": {"bg_color": "#fbd9b5"},
    "cells of text": _BASE | {"num_format": "@"},
    "cells of date": _BASE | {"num_format": "yyyy-mm-dd", "align": "center"},
    "cells of number": _BASE | {"align": "center"},
    "cells of tick": _BASE | {"num_format": "@", "align": "center"},
}


def add_looks(book: Workbook) -> dict[str, Format]:
    """Return the formats of a workbook by what they are for."""
    return {name: book.add_format(look) for name, look in _LOOKS.items()}


def lines(content: str, width: float) -> int:
    """Return how many lines a text takes in a column of a width."""
    return max(1, math.ceil(cell_len(content) / (width * _HALF_WIDTHS)))


def set_page(sheet: Worksheet, footer: str, *, paper: int = 9, wide: int = 1) -> None:
    """Print across the page, so many pages wide, with page numbers; paper 9 is A4, 8 is A3."""
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(wide, 0)
    sheet.set_footer(f"&C&9{footer}")
