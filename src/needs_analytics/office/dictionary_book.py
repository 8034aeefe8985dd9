"""The question dictionary as a workbook the office corrects in Excel or WPS and sends back like any other table."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from needs_analytics.core.messages import text
from needs_analytics.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Cleaned

_TOLD = ("office", "question", "wording", "kind", "sense", "unit", "blank", "option", "need")
_COUNTED = ("times", "how", "nearest", "answered")
_SETTINGS = ("threshold", "max_choices", "asked_of", "first_month", "last_month", "option_code", "position")
_CHOICES = {
    "kind": ["单选", "多选", "排序", "量表", "数字", "文本"],
    "sense": ["需要", "希望新增", "最需要前k", "使用过", "满意度"],
    "unit": ["人", "户"],
    "blank": ["未知", "无需求"],
}
_WIDTHS = {"wording": 46, "option": 30, "need": 22, "nearest": 40, "how": 20, "office": 20}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_dictionary(cleaned: Cleaned, folder: Path, *, language: str = "zh") -> Path | None:
    """Write the question dictionary of a month; nothing where no question was found.

    Every cell that decides something has its choices; what was counted stands beside it and is not read back.
    """
    target = folder / text("check.dictionary_file", language)
    if cleaned.questions.empty:
        target.unlink(missing_ok=True)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return write_whole(target, render_dictionary(cleaned, language=language))


def render_dictionary(cleaned: Cleaned, *, language: str = "zh") -> bytes:
    """Return the workbook; the same dictionary gives the same bytes."""
    written = BytesIO()
    names = cleaned.codebook.need_names(language)
    special = {code: text(f"check.dictionary_{word}", language)
               for code, word in (("none", "no_need"), ("unknown", "unknown"), ("other", "other"))}  # fmt: skip
    columns = (*_TOLD, *_COUNTED, *_SETTINGS)
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        day = cleaned.month.last_day
        book.set_properties({"created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)})
        head = book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True})
        doubt = book.add_format({"bg_color": "#FFF2CC"})
        page = book.add_worksheet(text("check.sheet_dictionary", language))
        lists = book.add_worksheet(text("check.dictionary_lists", language))
        chosen = {**_CHOICES, "need": [*special.values(), *names.values()]}
        for place, (name, choices) in enumerate(chosen.items()):
            lists.write_column(0, place, choices)
            column = columns.index(name)
            source = f"='{lists.get_name()}'!${chr(65 + place)}$1:${chr(65 + place)}${len(choices)}"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            page.data_validation(1, column, len(cleaned.questions) + 200, column, rule)
        lists.hide()
        for place, name in enumerate(columns):
            counted = name in _COUNTED
            title = (
                text(f"check.dictionary_{name}", language)
                if counted
                else cleaned.codebook.label("questions", name, language)
            )
            page.write_string(0, place, title, head)
            page.set_column(place, place, _WIDTHS.get(name, 11))
        for row, told in enumerate(cleaned.questions.to_dict("records"), start=1):
            told["nearest"] = "、".join(names.get(need, need) for need in str(told["nearest"]).split(";"))
            asked = told["how"] == "asked"
            told["need"] = special.get(str(told["need"]), names.get(str(told["need"]), told["need"]))
            told["how"] = text(f"check.dictionary_how_{told['how']}", language)
            for place, name in enumerate(columns):
                page.write_string(row, place, _shown(told[name]), doubt if asked and name in {"need", "how"} else None)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, len(cleaned.questions), len(columns) - 1)
    return written.getvalue()


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value or "")
