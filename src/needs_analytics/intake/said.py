"""What is said of every sheet: taken for nothing, ambiguous, to be confirmed, hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.intake.asides import said_asides
from needs_analytics.intake.recipes import said_of_recipe
from needs_analytics.intake.sideways import labels_beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.lexicon import Words
    from needs_analytics.intake.taken import Taken

_SIDEWAYS = {"transposed": "W208", "form": "W207"}


def said_of(item: Taken, words: Words) -> list[Issue]:
    """Say what was not taken for any table, what is ambiguous, and questions whose meaning should be confirmed."""
    sheet = item.block.sheet
    where = CellRef(sheet.file, sheet.name, item.block.head if item.block.height else None)
    if item.recognition.why == "repeat":
        return list(item.doubts)
    if not item.recognition.tables:
        return [_not_taken(item, where, words)]
    issues = [
        Issue("I212", where, q.wording, {"sense": q.sense, "kind": q.kind}) for q in item.questions if q.is_ranking
    ]
    issues += item.doubts
    issues += said_asides(item.block)
    issues += said_of_recipe(item.block, item.recipe)
    if item.copied[0]:
        issues.append(Issue("W209", where, details=_copied(item)))
    if item.registered:
        issues.append(Issue("I311", where, details={"count": item.registered}))
    if "survey" in item.recognition.tables and not item.questions:
        issues.append(Issue("W213", where, details={"file": sheet.file, "sheet": sheet.name}))
    return issues


def _not_taken(item: Taken, where: CellRef, words: Words) -> Issue:
    sheet, found = item.block.sheet, item.recognition
    named: dict[str, object] = {"file": sheet.file, "sheet": sheet.name}
    if found.why == "copy":
        return Issue("I209", where, details=_copied(item))
    if found.telling:
        column, count = found.telling
        return Issue("E208", item.block.header_cell(column), item.block.headers[column].text, {**named, "count": count})
    if found.candidates == ("usage",):
        return Issue("W203", where, details=named)
    if found.why == "asked":
        return Issue("W201", where, "、".join(found.candidates), {**named, "first": found.candidates[0]})
    if found.why in {"calendar", "aside"}:
        return Issue("I206", where) if found.why == "calendar" else Issue("I204", where, details=named)
    laid_out = labels_beside(sheet, words.score)
    if laid_out:
        return Issue(_SIDEWAYS[laid_out], CellRef(sheet.file, sheet.name))
    if item.block.height and not len(item.block.rows):
        return Issue("W206", where)
    return Issue("W202", where, details={**named, "rows": len(item.block.rows)})


def _copied(item: Taken) -> dict[str, object]:
    sheet, (same, count) = item.block.sheet, item.copied
    return {"file": sheet.file, "sheet": sheet.name, "same": same, "count": count, "rows": len(item.block.rows)}


def said_of_hidden(sheets: Sequence[Sheet], mapping: OfficeMapping) -> list[Issue]:
    """Name the hidden sheets, which are not read unless the office says what they are."""
    return [
        Issue("I007", CellRef(sheet.file, sheet.name), details={"file": sheet.file, "sheet": sheet.name})
        for sheet in sheets
        if sheet.hidden
        and not sheet.says_no_data
        and not mapping.rule_for(sheet.file, sheet.part_of or sheet.name).table
    ]
