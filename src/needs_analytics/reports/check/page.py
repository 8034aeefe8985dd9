"""What ``needs check`` found, as a page: office by office, each to be printed alone, with a text to send to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from needs_analytics.core.messages import failure, issue_title, text
from needs_analytics.errors import UsageError
from needs_analytics.files import write_whole
from needs_analytics.reports.check.sentences import (
    cells_of,
    lacks,
    named_by,
    next_steps,
    note,
    office_name,
    place,
    place_in,
    remedy,
    rows_said,
    sentence,
    tables_of,
    taken_because,
    totals,
    verdict,
)
from needs_analytics.reports.html.shell import (
    FONT_SLOT,
    LANGUAGE_TAGS,
    content_policy,
    css_string,
    environment,
    resource,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from needs_analytics.reports.check.summary import MonthCheck, OfficeCheck, Problem

_PROBLEMS = 60
_TONES = {"resend": "bad", "correct": "bad", "review": "caution", "fine": "good"}
_SEVERITY_TONES = {"error": "bad", "warning": "caution", "info": "neutral"}
_WORDS = (
    "column_office", "column_files", "column_rows_in", "column_kept", "column_other_months", "column_merged",
    "column_returned",
    "column_errors", "column_doubts", "column_state", "column_sheet_place", "column_taken_for", "column_why",
    "column_rows", "column_code", "column_place", "column_sentence", "column_remedy", "sheet_offices", "rows_note",
    "total", "page_refused", "page_missing", "page_sheets", "page_problems", "page_note", "page_copy", "page_copied",
    "page_print", "page_back", "page_more", "page_paste", "page_paste_how", "page_internal",
)  # fmt: skip


def write_page(check: MonthCheck, folder: Path, *, proposed: Sequence[str] = (), language: str = "zh") -> Path:
    """Write the page of a month's check.

    Parameters
    ----------
    proposed
        Lines proposed for ``mapping.toml``.

    Raises
    ------
    UsageError
        When the folder cannot be written to.
    """
    content = render_page(check, proposed=proposed, language=language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return write_whole(folder / f"{text('check.page_stem', language)}.html", content)
    except OSError as error:
        raise failure(UsageError, "unwritable", folder=str(folder)) from error


def render_page(check: MonthCheck, *, proposed: Sequence[str] = (), language: str = "zh") -> bytes:
    """Return the page: one file that asks nothing of a network; the same check gives the same bytes."""
    script = resource("check.js")
    title = text("check.title", language, month=check.month.label(language))
    anchors = {part.name: f"office{number}" for number, part in enumerate(check.parts, start=1)}
    problems = check.count("error") + check.count("warning")
    written = (
        environment()
        .get_template("check.html.j2")
        .render(
            lang=LANGUAGE_TAGS[language],
            title=title,
            words={name: text(f"check.{name}", language) for name in _WORDS},
            policy=content_policy(script),
            font_slot=FONT_SLOT,
            css=Markup(resource("report.css") + resource("check.css")),  # noqa: S704 - our own files
            page_css=Markup(_page_css(title)),  # noqa: S704 - its only text is escaped for CSS
            script=Markup(script),  # noqa: S704 - our own file
            verdict=verdict(check, language),
            tone="bad" if check.blocking else "caution" if problems else "good",
            rows=rows_said(check.rows, language),
            totals=totals(check.parts, language),
            refused=[_problem(one, part, language) for part in check.parts for one in part.refused],
            lacks=lacks(check, language),
            total=[check.files, *check.rows.told, check.count("error"), check.count("warning")],
            offices=[_office(part, anchors, language) for part in check.parts],
            proposed="\n".join(proposed).strip(),
        )
    )
    return written.replace(FONT_SLOT, "", 1).encode()  # the office's own font: ours would cost half a second a check


def _page_css(title: str) -> str:
    """Return the running head and foot of the printed page."""
    font = "font: 9pt var(--font); color: #55616e;"
    return (
        f'@page {{ @top-right {{ content: "{css_string(title)}"; {font} }} '
        f'@bottom-center {{ content: "— " counter(page) " —"; {font} }} }}'
    )


def _office(office: OfficeCheck, anchors: Mapping[str, str], language: str) -> dict[str, Any]:
    return {
        "anchor": anchors[office.name],
        "name": office_name(office, language),
        "named_by": named_by(office, language),
        "is_office": bool(office.name),
        "numbers": [
            len(office.files), *office.rows.told, office.count("error"), office.count("warning"),
        ],
        "state": text(f"check.state_{office.state}", language),
        "tone": _TONES[office.state],
        "next": next_steps(office, language),
        "rows": rows_said(office.rows, language) if office.rows.rows_in else "",
        "file": office.files[0].removeprefix(f"{office.name}/") if len(office.files) == 1 else "",
        "sheets": [
            {
                "place": sheet.sheet if len(office.files) == 1 else place(sheet.file, sheet.sheet, office.name),
                "tables": tables_of(sheet, language),
                "why": taken_because(sheet, language),
                "numbers": [sheet.taken, *sheet.rows.told[1:]],
            }
            for sheet in office.sheets
        ],
        "problems": [_problem(one, office, language) for one in office.shown[:_PROBLEMS]],
        "more": text("check.page_more", language, count=len(office.shown) - _PROBLEMS)
        if office.shown[_PROBLEMS:] else "",
        "note": note(office, language) if office.name else "",
    }  # fmt: skip


def _problem(one: Problem, office: OfficeCheck, language: str) -> dict[str, str]:
    named = place_in(office, one.where)
    return {
        "code": one.first.code,
        "tone": _SEVERITY_TONES[one.first.severity],
        "title": issue_title(one.first, language),
        "sheet": named or (one.where.file if one.where and one.unit == "file" else ""),
        "cells": cells_of(one, language),
        "sentence": sentence(one, language),
        "remedy": remedy(one.first, language),
    }
