"""The looks of a workbook in one place: fonts, fills, borders and number formats, made once per workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from needs_analytics.reports.formats import Blank, excel_number_format
from needs_analytics.reports.palette import ACCENT, ACCENT_SOFT, INK, MUTED

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from needs_analytics.reports.tables import Cell, Column, Emphasis, Tone

FONT = "微软雅黑"
FONT_SIZE = 10
ROW_HEIGHT = 18.0
LINE_HEIGHT = 15.0
MAX_WIDTH = 44

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": FONT_SIZE, "font_color": INK, "valign": "vcenter"}
_CELL = _BASE | {"border": 1, "border_color": "#cfd6dd"}
_NAMED: dict[str, dict[str, Any]] = {
    "title": _BASE | {"font_size": 16, "bold": True, "font_color": ACCENT},
    "subtitle": _BASE | {"font_size": 11, "font_color": MUTED},
    "mark": _BASE | {"bold": True, "font_size": 11},
    "heading": _BASE | {"font_size": 12, "bold": True, "font_color": ACCENT, "bottom": 2, "bottom_color": ACCENT},
    "caption": _BASE | {"font_size": 12, "bold": True},
    "label": _BASE | {"font_color": MUTED, "valign": "top"},
    "text": _BASE | {"text_wrap": True, "valign": "top"},
    "number": _BASE | {"font_color": MUTED, "align": "center", "valign": "top"},
    "note": _BASE | {"font_size": 9, "font_color": MUTED, "text_wrap": True, "valign": "top"},
    "link": _BASE | {"font_color": "#1f5f99", "underline": 1, "text_wrap": True, "valign": "top"},
    "head": _CELL
    | {"bold": True, "bg_color": ACCENT_SOFT, "align": "center", "text_wrap": True, "top": 2, "top_color": ACCENT},
    "cell": _CELL | {"indent": 1},
    "hidden": _CELL | {"align": "center", "pattern": 14, "fg_color": "#c3cad1", "bg_color": "#ffffff"},
}
_FLAGS: dict[Tone, dict[str, Any]] = {
    "good": {"bg_color": "#e2f0d9", "font_color": "#2b5a1c"},
    "caution": {"bg_color": "#fff0c8", "font_color": "#7a5200"},
    "bad": {"bg_color": "#f8d9d2", "font_color": "#8c2414"},
    "neutral": {},
}
_EMPHASIS: dict[Emphasis | None, dict[str, Any]] = {
    None: {},
    "strong": {"bold": True},
    "total": {"bold": True, "top": 2, "top_color": ACCENT, "bg_color": "#f4f6f8"},
}
_MIDDLE_KINDS = frozenset({"rank", "interval", "flag"})


class Styles:
    """The formats of one workbook; each is made when first asked for, and once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[str, Format] = {}

    def named(self, name: str) -> Format:
        """Return one of the fixed looks."""
        return self._make(_NAMED[name])

    def number(self, number_format: str) -> Format:
        """Return the look of a bordered number."""
        return self._make(_CELL | {"num_format": number_format, "align": "right", "indent": 1})

    def cell(self, column: Column, cell: Cell, emphasis: Emphasis | None) -> Format:
        """Return the look of a table's cell."""
        look = _CELL | _EMPHASIS[emphasis]
        if column.number_kind is not None:
            number_format = excel_number_format(column.number_kind, column.digits)
            look |= {"align": "right", "indent": 1, "num_format": number_format}
        else:
            look |= {"align": "left", "indent": 1, "text_wrap": True}
        if column.kind in _MIDDLE_KINDS:
            look |= {"align": "center", "indent": 0}
        if column.kind == "flag":
            look |= _FLAGS[column.tone(cell)]
        if isinstance(cell, Blank):
            look |= {"font_color": MUTED, "num_format": "@"}
        return self._make(look)

    def _make(self, look: dict[str, Any]) -> Format:
        key = repr(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(look)
        return self._made[key]
