"""One small town's month, table by table, as offices type it into the templates, with what they mistype."""

from __future__ import annotations

import tomllib
from pathlib import Path

from .filling import cells

MONTH = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
FORM = "社区,性别,您平时缺什么？\n槐荫里社区,女,有热饭吃\n平安里社区,男,什么都不缺\n"
"""The hand-made form of which the question dictionary speaks."""


def typed(table: str) -> list[dict[str, str]]:
    """Return a table's rows, header to what is typed."""
    return [cells(line) for line in MONTH[table]["rows"]]


def mistyped(table: str) -> list[tuple[int, str, str, str]]:
    """Return the cells typed wrong: row from 0, header, what stands there, code of what is said of it."""
    return [(row - 1, header, wrong, code) for row, header, wrong, code in MONTH[table]["wrong"]]
