"""What is known of a survey platform, and what of a sheet that it exported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.platforms.books import CodeBook

SKIPPED, EMPTY = "(跳过)", "(空)"
"""What decoded cells say where a jump left a question out, and where it was shown and left blank."""
SEVERAL, THEN = "┋", "→"
"""What decoded cells have between the options ticked, and between the options put in an order."""


@dataclass(frozen=True, slots=True)
class Export:
    """Which platform wrote a sheet.

    Attributes
    ----------
    marks
        The headers it is known by.
    head, height
        0-based first header row and number of header rows.
    """

    platform: str
    marks: tuple[str, ...]
    head: int
    height: int


@dataclass(frozen=True, slots=True)
class Aids:
    """What helps to decode an export.

    Attributes
    ----------
    books
        Forms and code books that were sent along.
    covered
        How many characters of an option are understood as needs.
    """

    books: Sequence[CodeBook]
    covered: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Decoded:
    """An export in the words of its questionnaire, with what is to be said about it."""

    block: Block
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Profile:
    """One platform.

    Attributes
    ----------
    marks
        Positions of the headers by which a row of header texts (compared by ``key``) is its export; none when it is
        not.
    decode
        Brings headers and cells to what :mod:`needs_analytics.intake.questions` understands.
    rows
        First row and number of rows of the header, given the row with the marks.
    """

    name: str
    marks: Callable[[Sequence[str]], tuple[int, ...]]
    decode: Callable[[Block, Aids], Decoded]
    rows: Callable[[Sheet, int], tuple[int, int]] = lambda _, row: (row, 1)


def all_of(*alternatives: set[str]) -> Callable[[Sequence[str]], tuple[int, ...]]:
    """Return the marks of a platform whose header rows hold all of one of these sets of titles."""
    telling = set().union(*alternatives)

    def marks(titles: Sequence[str]) -> tuple[int, ...]:
        if not any(wanted <= set(titles) for wanted in alternatives):
            return ()
        return tuple(position for position, title in enumerate(titles) if title in telling)

    return marks


def as_it_is(block: Block, _: Aids) -> Decoded:
    """Leave an export that already speaks plainly."""
    return Decoded(block)
