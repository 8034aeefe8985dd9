"""Lines for ``mapping.toml`` that would answer what a check asks, ready to be pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import text
from needs_analytics.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from needs_analytics.core.issue import Issue

FILE = "mapping-proposed.toml"
_SECTIONS = {"W210": "options", "W301": "places", "W501": "services", "W503": "sites", "W142": "eligibility"}
_SHEETS = frozenset({"W201", "W202"})


def write_proposals(issues: Sequence[Issue], folder: Path, *, language: str = "zh") -> Path | None:
    """Write the proposed lines beside the check's workbook; nothing where nothing is asked.

    A line whose meaning could only be guessed at is commented out and waits for the office's word.
    """
    target = folder / FILE
    lines = proposed_lines(issues, language)
    if not lines:
        target.unlink(missing_ok=True)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return write_whole(target, "\n".join([text("check.proposals_head", language), *lines, ""]).encode())


def proposed_lines(issues: Sequence[Issue], language: str = "zh") -> list[str]:
    """Return the proposed lines, none where nothing is asked."""
    return [*_sheet_lines(issues, language), *_lines(issues, language)]


def _lines(issues: Sequence[Issue], language: str) -> list[str]:
    lines: list[str] = []
    for code, section in _SECTIONS.items():
        asked = {issue.value: issue for issue in issues if issue.code == code}
        if asked:
            lines += ["", f"[{section}]", *(_line(value, issue, language) for value, issue in asked.items())]
    return lines


def _line(value: str, issue: Issue, language: str) -> str:
    near = str(issue.details.get("nearest" if issue.code == "W301" else "near", ""))
    count = issue.details.get("count", 1)
    said = text("check.proposals_count", language, count=count, nearest=issue.details.get("nearest", near) or "—")
    line = f"{_quoted(value)} = {_quoted(near)}"
    return f"{line}  # {said}" if near else f"# {line}  # {said}"


def _sheet_lines(issues: Sequence[Issue], language: str) -> list[str]:
    lines: list[str] = []
    for issue in issues:
        if issue.code in _SHEETS:
            table = str(issue.details.get("first", ""))
            said = text(
                "check.proposals_sheet", language, candidates=issue.value or text("check.proposals_tables", language)
            )
            entry = (
                f"# {said}",
                "[[sheet]]",
                f"file = {_quoted(str(issue.details['file']))}",
                f"sheet = {_quoted(str(issue.details['sheet']))}",
                f"table = {_quoted(table)}",
            )
            lines += ["", *(entry if table else (line if line.startswith("#") else f"# {line}" for line in entry))]
    return lines


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
