"""Writing a month: its report, and the JSON other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from needs_analytics.core.messages import text
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.write import write_document

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    import pandas as pd

    from needs_analytics.core.results import MonthResult

SCHEMA_VERSION = 1


def write_reports(
    result: MonthResult, folder: str | Path, *, formats: Sequence[str] = ("xlsx", "html", "docx"), language: str = "zh"
) -> list[Path]:
    """Write a month's report after disclosure control.

    The same result gives the same bytes; the files carry the month's last day as their date.

    Parameters
    ----------
    result
        What :func:`needs_analytics.run_month` gave.
    folder
        Where the files go; made if it is missing.
    formats
        Of ``xlsx``, ``html``, ``docx``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    list of Path
        The files in the order of the formats; a file that was open in another program is written beside as ``…(2)``.

    Raises
    ------
    UsageError
        When a format is unknown.
    """
    document = build_document(result, language=language)
    stem = report_stem(result, language)
    return write_document(document, folder, created=result.month.last_day, stem=stem, formats=formats)


def report_stem(result: MonthResult, language: str = "zh") -> str:
    """Return the name of a report's files without their endings."""
    return text("report.stem", language, office=result.workspace, month=str(result.month))


def month_json(
    result: MonthResult, files: Sequence[Path], revision: int, kept: Sequence[Path], later: Sequence[str]
) -> dict[str, Any]:
    """Return what ``needs report --json`` prints: internal, exact; the last four as of an issued month."""
    return {
        "schema_version": SCHEMA_VERSION,
        "month": str(result.month),
        "workspace": result.workspace,
        "inputs": _rows(result.run.inputs),
        "context": dict(result.run.context),
        "rests_on": [dict(each) for each in result.run.rests_on],
        "options": result.run.to_dict()["options"],
        "counts": dict(result.run.counts),
        "stages": dict(result.run.stages),
        "issues": dict(result.run.issues),
        "versions": dict(result.run.versions),
        "digest": result.run.digest,
        "needs": _rows(result.needs.table),
        "gaps": _rows(result.gaps.table),
        "new_services": [] if result.plans.services is None else _rows(result.plans.services),
        "files": [str(path) for path in files],
        "revision": revision,
        "kept": [str(path) for path in kept],
        "later": list(later),
    }


def _rows(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    plain = frame.astype(object)
    return plain.where(plain.notna(), None).to_dict("records")
