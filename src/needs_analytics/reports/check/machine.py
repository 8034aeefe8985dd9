"""What a check found, for programs (``docs/checking.md``): keys may be added, none is dropped or changes its sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from needs_analytics.core.messages import issue_remedy, issue_sentence
from needs_analytics.reports.check.sentences import next_steps, note, sentence
from needs_analytics.reports.check.summary import BLOCKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Cleaned
    from needs_analytics.reports.check.summary import MonthCheck, OfficeCheck, Problem, SheetCheck

SCHEMA_VERSION = 1


def check_json(
    check: MonthCheck, cleaned: Cleaned, parts: Sequence[OfficeCheck], language: str = "zh"
) -> dict[str, Any]:
    """Return the check as plain values.

    Parameters
    ----------
    parts
        The offices to tell of: all, or the one asked for.
    """
    files = {file for part in parts for file in part.files}
    everything = len(parts) == len(check.parts)
    issues = [issue for issue in cleaned.issues if everything or (issue.where and issue.where.file in files)]
    sheets, counts = (
        frame if everything else frame[frame["file"].isin(files)] for frame in (cleaned.sheets, cleaned.counts)
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "month": str(check.month),
        "blocking": [_month_issue(issue, language) for issue in check.blocking],
        "offices": [_office(part, language) for part in parts],
        "sheets": sheets.to_dict("records"),
        "counts": counts.to_dict("records"),
        "missing": list(check.missing),
        "issues": [_issue(issue, language) for issue in issues],
    }


def _office(office: OfficeCheck, language: str) -> dict[str, Any]:
    return {
        "office": office.name,
        "named_by": list(office.named_by),
        "state": office.state,
        "files": list(office.files),
        "refused": [issue.where.file for one in office.refused for issue in one.issues if issue.where],
        "counts": office.rows.to_dict(),
        "errors": office.count("error"),
        "warnings": office.count("warning"),
        "sheets": [_sheet(sheet) for sheet in office.sheets],
        "issues": [_problem(one, language) for one in office.problems],
        "next": next_steps(office, language),
        "note": note(office, language) if office.name else "",
    }


def _sheet(sheet: SheetCheck) -> dict[str, Any]:
    return {
        "file": sheet.file, "sheet": sheet.sheet, "tables": list(sheet.tables), "why": sheet.why,
        "platform": sheet.platform, "rows": sheet.taken, **sheet.rows.to_dict(),
    }  # fmt: skip


def _problem(problem: Problem, language: str) -> dict[str, Any]:
    first = problem.first
    return {
        "code": first.code,
        "severity": first.severity,
        "blocking": first.code in BLOCKING,
        "file": first.where.file if first.where else "",
        "sheet": first.where.sheet if first.where else "",
        "cells": list(problem.all_cells),
        "count": problem.times,
        "sentence": sentence(problem, language),
        "remedy": issue_remedy(first, language),
    }


def _issue(issue: Issue, language: str) -> dict[str, Any]:
    return {
        "code": issue.code, "severity": issue.severity, "file": issue.where.file if issue.where else "",
        "sheet": issue.where.sheet if issue.where else "", "cell": issue.where.cell if issue.where else "",
        "value": issue.value, "sentence": issue_sentence(issue, language), "remedy": issue_remedy(issue, language),
    }  # fmt: skip


def _month_issue(issue: Issue, language: str) -> dict[str, Any]:
    return {
        "code": issue.code, "severity": issue.severity, "blocking": True,
        "sentence": issue_sentence(issue, language), "remedy": issue_remedy(issue, language),
    }  # fmt: skip
