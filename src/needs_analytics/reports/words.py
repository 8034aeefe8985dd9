"""The few fixed words of the page, the workbook and the Word file, by language."""

from __future__ import annotations

from collections.abc import Mapping

from needs_analytics.core.messages import text

Words = Mapping[str, str]

WORD_KEYS = (
    "contents", "highlights", "back_to_contents", "note", "table_number", "figure_number", "more_rows",
    "filter", "filter_hint", "sort_hint", "shown_rows", "home", "charts", "sheet", "content", "row_count",
    "page_of_pages", "hidden", "unknown", "not_applicable", "legend", "value", "low", "high", "below", "above", "flag",
    "colon", "in_brackets", "list_comma", "list_semicolon", "full_stop",
    "alt_bar", "alt_stacked", "alt_heat", "alt_flow", "alt_map",
    "alt_dot", "alt_quadrant", "alt_quadrant_field", "alt_line", "alt_line_item",
    "alt_blank", "alt_item",
)  # fmt: skip

_DETAILS = (
    "number", "count", "shown", "total", "page", "pages", "title", "symbol", "meaning", "label", "value", "items",
    "top", "bottom", "parts", "rows", "columns", "before", "after", "before_value", "after_value", "first", "last",
    "start", "end", "name", "text", "sites",
)  # fmt: skip


def render_words(language: str = "zh") -> dict[str, str]:
    """Return the words of a language; each keeps its ``{details}`` for the renderer to fill in."""
    kept = {name: f"{{{name}}}" for name in _DETAILS}
    return {key: text(f"render.{key}", language, **kept) for key in WORD_KEYS}
