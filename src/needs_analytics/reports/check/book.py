"""What ``needs check`` found, as a workbook: offices, problems by cell, sheets recognised, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import issue_remedy, issue_sentence, issue_title, text
from needs_analytics.core.options import Options
from needs_analytics.reports.check.people import doubtful_table, interviewer_table, merged_table
from needs_analytics.reports.check.sentences import lacks, next_steps, office_name, rows_said, totals, verdict
from needs_analytics.reports.check.summary import TOLD
from needs_analytics.reports.content.other_tables import file_table
from needs_analytics.reports.content.wording import Wording
from needs_analytics.reports.document import Document, Highlight, Link, Sheet
from needs_analytics.reports.tables import Column, Table
from needs_analytics.reports.write import write_document

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Cleaned
    from needs_analytics.reports.check.summary import MonthCheck


def write_check(check: MonthCheck, cleaned: Cleaned, folder: str | Path, *, language: str = "zh") -> Path:
    """Write what ``needs check`` found as a workbook.

    Its first page says whether a report can be made, and names the workbook of the question dictionary, which is
    written beside it.
    """
    words = Wording.of(cleaned.codebook, {}, language, Options())
    tables = [
        _offices(check, language),
        _issues(cleaned, language),
        file_table(cleaned, words),
        _sheets(cleaned, words),
        _ledger(cleaned, language),
        merged_table(cleaned, language),
        doubtful_table(cleaned, language),
        interviewer_table(cleaned, language),
    ]
    tables = [table for table in tables if table.rows]
    document = Document(
        title=text("check.title", language, month=cleaned.month.label(language)), tables=tables, language=language,
        sheets=[Sheet(table.caption, [table.id]) for table in tables],
        highlights=[*_outcome(check, language), *_beside(cleaned, language)],
    )  # fmt: skip
    stem = text("check.stem", language, month=str(cleaned.month))
    return write_document(document, folder, created=cleaned.month.last_day, stem=stem, formats=("xlsx",))[0]


def _outcome(check: MonthCheck, language: str) -> list[Highlight]:
    """Return the first page's lines: whether a report can be made, where the rows went, what is missing."""
    told = [verdict(check, language), rows_said(check.rows, language), totals(check.parts, language)]
    lines = [Highlight(said, Link("offices")) for said in told]
    return [*lines, *(Highlight(text("check.lacking", language) + lack) for lack in lacks(check, language))]


def _beside(cleaned: Cleaned, language: str) -> list[Highlight]:
    """Return what the first page says of the workbook written beside this one, where questions were found."""
    if cleaned.questions.empty:
        return []
    file = text("check.dictionary_file", language)
    said = text("check.dictionary_beside", language, file=file, month=str(cleaned.month))
    return [Highlight(said)]


def _offices(check: MonthCheck, language: str) -> Table:
    numbers = ("files", *TOLD, "errors", "doubts")
    shown = [
        Column("office", text("check.column_office", language)),
        *(Column(name, text(f"check.column_{name}", language), "integer") for name in numbers),
        Column("state", text("check.column_state", language), "flag"),
        Column("next", text("check.column_next", language), width=60),
    ]
    rows = [
        (
            office_name(office, language), len(office.files), *office.rows.told, office.count("error"),
            office.count("warning"), text(f"check.state_{office.state}", language),
            "".join(next_steps(office, language)),
        )
        for office in check.parts
    ]  # fmt: skip
    total = (text("check.total", language), check.files, *check.rows.told, check.count("error"),
             check.count("warning"), "", "")  # fmt: skip
    notes = [text("check.rows_note", language)]
    return Table("offices", text("check.sheet_offices", language), shown, [*rows, total], notes,
                 emphasis={len(rows): "total"})  # fmt: skip


def _issues(cleaned: Cleaned, language: str) -> Table:
    names = ("number", "code", "title", "file", "sheet", "cell", "value", "sentence", "remedy")
    shown = [
        Column(name, text(f"check.column_{name}", language), width=50 if name in {"sentence", "remedy"} else None)
        for name in names
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    rows = [
        (
            str(number),
            issue.code,
            issue_title(issue, language),
            issue.where.file if issue.where else "",
            issue.where.sheet if issue.where else "",
            "、".join(issue.cells) + ("…" if issue.times > len(issue.cells) else ""),
            issue.value,
            issue_sentence(issue, language),
            issue_remedy(issue, language),
        )
        for number, issue in enumerate(sorted(cleaned.issues, key=lambda issue: order[issue.severity]), start=1)
    ]
    return Table("problems", text("check.sheet_problems", language), shown, rows)


def _sheets(cleaned: Cleaned, words: Wording) -> Table:
    labels = {
        "file": "file",
        "sheet": "sheet",
        "platform": "platform",
        "header_row": "header_row",
        "fields": "fields",
        "unused": "unused",
    }
    shown = [
        Column(name, text(f"check.column_{label}", words.language), width=60 if name in {"fields", "unused"} else None)
        for name, label in labels.items()
    ]
    frame = cleaned.sheets.assign(header_row=cleaned.sheets["header_row"].map(lambda row: str(row) if row else ""))
    return Table.from_frame("recognised", text("check.sheet_recognised", words.language), frame, shown)


def _ledger(cleaned: Cleaned, language: str) -> Table:
    names = ("file", "sheet", "cell", "table", "field", "action", "old", "new", "code", "reason", "count")
    shown = [Column(name, text(f"check.column_{name}", language)) for name in names]
    frame = cleaned.ledger.copy()
    frame["count"] = frame["count"].astype(str)
    frame["field"] = [
        cleaned.codebook.label(table, field, language)
        for table, field in zip(frame["table"], frame["field"], strict=True)
    ]
    frame["reason"] = [
        text(f"issue.{code}.title" if code else f"check.reason_{action}", language)
        for code, action in zip(frame["code"], frame["action"], strict=True)
    ]
    frame["table"] = [text(f"table.{table}", language) for table in frame["table"]]
    frame["action"] = [text(f"check.action_{action}", language) for action in frame["action"]]
    return Table.from_frame("ledger", text("check.sheet_ledger", language), frame, shown)
