"""Sheets drawn as text: a line is a row, ``|`` stands between cells, as one sees them on the screen."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from helpers.sentences import complete
from needs_analytics.cleaning import clean
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.mapping import Mapping
from needs_analytics.core.records import Column, Sheet, SheetList
from needs_analytics.intake import take_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Cleaned, Intake

MONTH = "2026-10"
KEY = b"a key that is the same in all tests"
CODEBOOK = Codebook.default()
_NUMBER = re.compile(r"-?\d{1,11}(\.\d+)?")
_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


def sheet(
    text: str, *, file: str = "表.xlsx", name: str = "Sheet1", merged: Sequence[str] = (), hidden: bool = False
) -> Sheet:
    """Return the sheet a text grid draws.

    A figure of up to 11 digits is a number, as a spreadsheet stores it; ``'65`` is the text 65; a line without
    anything but ``|`` is an empty row. Indentation and the empty lines at both ends belong to the source, not to the
    sheet. ``merged`` holds ranges such as ``"A1:C1"``.
    """
    lines = text.strip("\n").rstrip().splitlines()
    return cells([[_cell(part) for part in line.split("|")] for line in lines], file, name, merged, hidden=hidden)


def cells(
    rows: Sequence[Sequence[object]],
    file: str = "表.xlsx",
    name: str = "Sheet1",
    merged: Sequence[str] = (),
    *,
    hidden: bool = False,
) -> Sheet:
    """Return the sheet of these cells; short rows end in empty cells, ``None`` is one."""
    width = max(map(len, rows), default=0)
    full = [[*("" if cell is None else cell for cell in row), *[""] * (width - len(row))] for row in rows]
    columns = tuple(_column([row[position] for row in full]) for position in range(width))
    digest = hashlib.sha256(f"{file}{name}{full}".encode()).hexdigest()
    return Sheet(file, name, digest, columns, tuple(_range(text) for text in merged), hidden)


def take(
    *sheets: Sheet, mapping: str = "", month: str = MONTH, issues: tuple[Issue, ...] = (), codebook: Codebook = CODEBOOK
) -> Intake:
    """Take sheets in, with the text of a ``mapping.toml``."""
    read = SheetList(list(sheets), issues)
    return take_in(read, codebook=codebook, month=month, key=KEY, mapping=Mapping.parse(mapping))


def take_clean(*sheets: Sheet, mapping: str = "", month: str = MONTH) -> Cleaned:
    """Take sheets in and clean them."""
    return clean(take(*sheets, mapping=mapping, month=month))


def survey(text: str, **settings: object) -> pd.DataFrame:
    """Return the survey table of one sheet."""
    return take(sheet(text, **settings)).tables["survey"]  # type: ignore[arg-type]


def told(found: Intake | Cleaned, code: str) -> list[tuple[str, str]]:
    """Return cell and value of every issue of one code."""
    return [(issue.where.cell if issue.where else "", issue.value) for issue in found.issues if issue.code == code]


def codes(found: Intake | Cleaned) -> set[str]:
    """Return the codes of the issues."""
    return {issue.code for issue in complete(found.issues)}


def everything(found: Intake | Cleaned) -> str:
    """Return all that a record holds, as one text to look for what must not be in it."""
    return "\n".join(_texts(getattr(found, name)) for name in found.__dataclass_fields__ if name != "codebook")


def _texts(value: object) -> str:
    if hasattr(value, "to_csv"):
        return str(value.to_csv())
    if hasattr(value, "items"):
        return "\n".join(_texts(part) for part in value.values())
    if isinstance(value, tuple):
        return "\n".join(f"{issue!r}" for issue in value)
    return str(value)


def _cell(text: str) -> object:
    text = text.strip(" ")
    if text.startswith("'"):
        return text[1:]
    return float(text) if _NUMBER.fullmatch(text) else text.replace("\\n", "\n")


def _column(values: Sequence[object]) -> Column:
    places: dict[tuple[type, object], int] = {}
    codes = [places.setdefault((type(value), value), len(places)) for value in values]
    return Column(np.array(codes, dtype=np.int32), tuple(value for _, value in places))


def _range(text: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = _RANGE.fullmatch(text).groups()  # type: ignore[union-attr]
    return int(top) - 1, _number(left), int(bottom) - 1, _number(right)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
