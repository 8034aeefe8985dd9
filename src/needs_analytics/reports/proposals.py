"""Lines for ``mapping.toml`` that would answer what a check asks, ready to be pasted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import MASK, without_identifiers
from needs_analytics.core.messages import evidence_words, text
from needs_analytics.core.wording import key
from needs_analytics.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from needs_analytics.core.issue import Issue

FILE = "mapping-proposed.toml"
_SECTIONS = {
    "W210": "options",
    "W230": "thresholds",
    "W301": "places",
    "W303": "places",
    "W317": "places",
    "W501": "services",
    "W503": "sites",
    "W142": "eligibility",
}
_WORD = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]{3}")
_GENERIC = re.compile(r"(?:服务|活动|项目|社区居委会|居委会|社区|村委会|村|站|点|中心)$")
_TELLING = re.compile(r"[\d一二三四五六七八九十东南西北中上下左右前后内外大小新老男女不没无未非]")
_LEAST = 4  # characters of which one may be a slip; of fewer, one makes another word
_UNSURE = frozenset({"W303", "W317"})  # several communities, or none, have such a place
_SHEETS = frozenset({"W201", "W202"})
_PLACELESS = "W318"
_PERSON = ("file", "sheet", "row", "other_file", "other_sheet", "other_row")
_REPLACING = frozenset({"W041", "W042", "W043"})
_CROSSWALKS = frozenset({"W231", "W232"})


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
    sheets = [*_sheet_lines(issues, language), *_constant_lines(issues, language)]
    return [
        *sheets, *_lines(issues, language), *_crosswalk_lines(issues, language), *_person_lines(issues, language),
        *_replacing_lines(issues, language),
    ]  # fmt: skip


def _lines(issues: Sequence[Issue], language: str) -> list[str]:
    lines: list[str] = []
    for section in dict.fromkeys(_SECTIONS.values()):
        asked = {
            issue.value: issue
            for code, of in _SECTIONS.items()
            for issue in issues
            if of == section and issue.code == code and _may_be_proposed(issue.value)
        }
        if asked:
            lines += ["", f"[{section}]", *(_line(value, issue, language) for value, issue in asked.items())]
    return lines


def _line(value: str, issue: Issue, language: str) -> str:
    near = str(issue.details.get("nearest" if issue.code == "W301" else "near", ""))
    near = "" if issue.code in _UNSURE else near
    count = issue.details.get("count", 1)
    said = text("check.proposals_count", language, count=count, nearest=issue.details.get("nearest", near) or "—")
    line = f"{_quoted(value)} = {_quoted(near)}"
    return f"{line}  # {said}" if is_same_word(value, near) else f"# {line}  # {said}"


def _may_be_proposed(value: str) -> bool:
    """Whether a value is a word and nothing that could tell a resident."""
    return bool(_WORD.search(value)) and MASK not in value and without_identifiers(value) == value


def is_same_word(value: str, near: str) -> bool:
    """Whether two spellings are surely one word: alike but for a generic ending or one slip that changes no sense."""
    one, other = (_GENERIC.sub("", key(text)) for text in (value, near))
    if not one or not other:
        return False
    if one == other:
        return True
    if min(len(one), len(other)) < _LEAST or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    longest = max(len(one), len(other))
    tails = [text[start + (len(text) == longest) :] for text in (one, other)]
    slips = "".join(text[start : start + (len(text) == longest)] for text in (one, other))
    return tails[0] == tails[1] and not _TELLING.search(slips)


def _sheet_lines(issues: Sequence[Issue], language: str) -> list[str]:
    lines: list[str] = []
    for issue in issues:
        if issue.code in _SHEETS:
            table = str(issue.details.get("first", ""))
            said = text(
                "check.proposals_sheet", language, candidates=issue.value or text("check.proposals_tables", language)
            )
            lines += [
                "",
                f"# {said}",
                "# [[sheet]]",
                f"# file = {_quoted(str(issue.details['file']))}",
                f"# sheet = {_quoted(str(issue.details['sheet']))}",
                f"# table = {_quoted(table)}",
            ]
    return lines


def _constant_lines(issues: Sequence[Issue], language: str) -> list[str]:
    """Return the lines that would tell the community of a whole sheet."""
    lines: list[str] = []
    for issue in issues:
        if issue.code == _PLACELESS:
            file, sheet, near = (_quoted(str(issue.details[name])) for name in ("file", "sheet", "near"))
            lines += ["", f"# {text('check.proposals_community', language)}", "# [[sheet]]", f"# file = {file}"]
            lines += [f"# sheet = {sheet}", "# [sheet.constants]", f"# community = {near}"]
    return lines


def _replacing_lines(issues: Sequence[Issue], language: str) -> list[str]:
    """Return the lines that would let one file stand for another; nobody but the office can say that it does."""
    lines: list[str] = []
    for issue in issues:
        if issue.code in _REPLACING:
            lines += ["", f"# {text('check.proposals_replaces', language)}", "# [[replaces]]"]
            lines += [
                f"# file = {_quoted(str(issue.details['file']))}",
                f"# earlier = {_quoted(str(issue.details['earlier']))}",
            ]
    return lines


def _crosswalk_lines(issues: Sequence[Issue], language: str) -> list[str]:
    """Return the lines that would let a changed question be compared; nobody but the office can say that they hold."""
    lines: list[str] = []
    for issue in issues:
        if issue.code in _CROSSWALKS:
            told = {"office": issue.details["office"], "question": issue.value, "month": issue.details["month"]}
            if issue.code == "W231":
                told["before"] = issue.details["before"]
            lines += ["", f"# {text('check.proposals_crosswalk', language)}", "# [[crosswalk]]"]
            lines += [f"# {name} = {_quoted(str(value))}" for name, value in told.items()]
    return lines


def _person_lines(issues: Sequence[Issue], language: str) -> list[str]:
    """Return the lines that would make two answers one person's, by where they stand and never by a name."""
    lines: list[str] = []
    for issue in issues:
        if issue.code == "W421":
            said = text(
                "check.proposals_person", language, evidence=evidence_words(str(issue.details["evidence"]), language)
            )
            lines += ["", f"# {said}", "# [[same_person]]"]
            lines += [f"# {name} = {_value(issue.details[name])}" for name in _PERSON]
    return lines


def _value(told: object) -> str:
    return str(told) if isinstance(told, int) else _quoted(str(told))


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
