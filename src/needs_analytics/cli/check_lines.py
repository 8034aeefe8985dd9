"""What ``needs check`` prints: the outcome first, then office by office, the most serious first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import text
from needs_analytics.reports.check.sentences import (
    cells_of,
    lacks,
    named_by,
    note,
    office_name,
    place,
    place_in,
    remedy,
    rows_said,
    sentence,
    taken_for,
    totals,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needs_analytics.reports.check.summary import MonthCheck, OfficeCheck, Problem

_OFFICES, _LISTED, _SHEETS, _PROBLEMS = 6, 20, 6, 3
_ALL = 60


def check_lines(check: MonthCheck, language: str) -> Iterator[str]:
    """Yield the lines of the whole month: blocks for the offices that need most, a line for each of the others."""
    yield text("cli.check.title", language, month=check.month.label(language), offices=len(check.offices),
               files=check.files)  # fmt: skip
    yield ""
    yield verdict(check, language)
    yield rows_said(check.rows, language)
    yield totals(check.parts, language)
    yield from _refused(check, language)
    for lack in lacks(check, language):
        yield text("check.lacking", language) + lack
    rest = [office for office in check.parts[_OFFICES:] if office.name]
    for office in (one for one in check.parts if one not in rest):  # what concerns the whole month always shows
        yield ""
        shown = [one for one in office.serious if one not in office.refused]
        yield from _block(office, shown, language, sheets=_SHEETS, most=_PROBLEMS)
    if rest:
        yield ""
    for office in rest[:_LISTED]:
        yield _heading(office, language)
    if rest[_LISTED:]:
        yield text("cli.check.more_offices", language, count=len(rest) - _LISTED)


def office_lines(office: OfficeCheck, language: str) -> Iterator[str]:
    """Yield all lines of one office, with the text to send to it."""
    yield from _block(office, office.shown, language, sheets=_ALL, most=_ALL)
    if office.name:
        yield ""
        yield text("cli.check.note", language)
        yield from note(office, language).split("\n")


def _refused(check: MonthCheck, language: str) -> Iterator[str]:
    refused = [one for office in check.parts for one in office.refused]
    if refused:
        yield text("cli.check.refused", language)
    for one in refused:
        yield f"  [{one.first.code}] {sentence(one, language)}{remedy(one.first, language)}"


def _heading(office: OfficeCheck, language: str) -> str:
    key = "office_fine" if office.state == "fine" else "office_line"
    return text(
        f"cli.check.{key}", language, office=office_name(office, language), errors=office.count("error"),
        doubts=office.count("warning"), state=text(f"check.state_{office.state}", language),
    )  # fmt: skip


def _block(office: OfficeCheck, shown: Sequence[Problem], language: str, *, sheets: int, most: int) -> Iterator[str]:
    yield _heading(office, language)
    if office.named_by:
        yield f"  {named_by(office, language)}"
    for sheet in office.sheets[:sheets]:
        yield f"  {place(sheet.file, sheet.sheet, office.name)} {taken_for(sheet, language)}"
    if office.sheets[sheets:]:
        yield "  " + text("cli.check.more_sheets", language, count=len(office.sheets) - sheets)
    if office.rows.rows_in:
        yield f"  {rows_said(office.rows, language)}"
    for one in shown[:most]:
        yield f"    [{one.first.code}] {_problem(one, office, language)}"
    if shown[most:]:
        rest = sum(one.times for one in shown[most:])
        yield "    " + text("cli.check.more", language, count=rest)


def _problem(one: Problem, office: OfficeCheck, language: str) -> str:
    parts = (
        place_in(office, one.where),
        cells_of(one, language),
        sentence(one, language) + remedy(one.first, language),
    )
    return " ".join(part for part in parts if part)
