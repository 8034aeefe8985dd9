"""Sheets of the check's workbook about people: who was merged and why, doubtful answers, interviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import evidence_words, text
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.records import Cleaned


def merged_table(cleaned: Cleaned, language: str) -> Table:
    """Return the rows that went into another one, with the evidence in words."""
    frame = cleaned.merged.assign(
        evidence=[evidence_words(told or "", language) for told in cleaned.merged["evidence"]]
    )
    names = ("file", "sheet", "row", "table", "into_file", "into_sheet", "into_row", "evidence")
    frame = frame.assign(table=[text(f"table.{table}", language) for table in frame["table"]])
    return _table("merged", frame, names, language)


def doubtful_table(cleaned: Cleaned, language: str) -> Table:
    """Return the answers that look careless or copied, with the figures behind it."""
    rows = [
        (file, sheet, row, text(f"check.doubtful_{kind}", language), _figures(kind, value, usual, like, language))
        for file, sheet, row, kind, value, usual, like in (
            iter_rows(cleaned.doubtful, "file", "sheet", "row", "kind", "value", "usual", "like")
            if len(cleaned.doubtful)
            else ()
        )
    ]
    shown = _columns(("file", "sheet", "row", "kind", "evidence"), language)
    return Table("doubtful", text("check.sheet_doubtful", language), shown, [tuple(map(str, row)) for row in rows])


def _figures(kind: str, value: float, usual: float, like: object, language: str) -> str:
    told = "{:.0%}" if kind == "copy" else "{:g}"
    share = "{:.0%}" if kind != "speed" else "{:g}"
    return text(f"check.evidence_{kind}", language, value=told.format(value), usual=share.format(usual), like=like)


def interviewer_table(cleaned: Cleaned, language: str) -> Table:
    """Return how far the answers to each need depend on who asked."""
    frame = cleaned.interviewers
    told = ("need", "answers", "interviewers", "icc", "icc_low", "icc_high", "p", "differs", "deff")
    if frame.empty:
        return Table("interviewers", text("check.sheet_interviewers", language), _columns(told, language), [])
    names = cleaned.codebook.need_names(language)
    figures = {name: frame[name].map("{:.3f}".format) for name in ("icc", "icc_low", "icc_high", "p", "deff")}
    frame = frame.assign(
        need=[names.get(code, code) for code in frame["need"]], **figures,
        differs=[text("check.differs" if apart else "check.differs_not", language) for apart in frame["differs"]],
    )  # fmt: skip
    return _table("interviewers", frame, told, language)


def _columns(names: tuple[str, ...], language: str) -> list[Column]:
    return [
        Column(name, text(f"check.column_{name}", language), width=50 if name == "evidence" else None) for name in names
    ]


def _table(name: str, frame: pd.DataFrame, columns: tuple[str, ...], language: str) -> Table:
    frame = frame[list(columns)].astype(str)
    return Table.from_frame(name, text(f"check.sheet_{name}", language), frame, _columns(columns, language))
