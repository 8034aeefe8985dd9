"""All exports of a month decoded, with the forms and code books that were sent along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.intake.platforms import decode_export
from needs_analytics.intake.platforms.books import CodeBook, code_books
from needs_analytics.intake.platforms.profile import Aids
from needs_analytics.intake.platforms.repeats import Link, join_repeats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import Vocabulary


@dataclass(frozen=True, slots=True)
class Exports:
    """The blocks of a month, exports in the words of their questionnaires.

    Attributes
    ----------
    forms
        File and sheet of what only explains other sheets, to the platform it belongs to.
    links
        Which sheets are repeats of which.
    """

    blocks: Sequence[tuple[Sheet, Block]]
    forms: Mapping[tuple[str, str], str]
    links: Sequence[Link]
    issues: Sequence[Issue]


def decode_month(
    blocks: Sequence[tuple[Sheet, Block]], covered: Callable[[str], int], survey: Vocabulary
) -> Exports:  # fmt: skip
    """Decode the exports among the blocks of a month.

    Parameters
    ----------
    covered
        How many characters of an option are understood as a need.
    survey
        Header wordings of surveys.
    """
    sheets = {(sheet.file, sheet.name): sheet for sheet, block in blocks if block.export is None}
    books = code_books(sheets.values())
    aids = Aids(books, covered)
    decoded = [(sheet, decode_export(block, aids)) for sheet, block in blocks]
    coded = {block.export.platform for _, block in blocks if block.export}
    joined, links, lost = join_repeats([found.block for _, found in decoded], survey)
    return Exports(
        [(sheet, block) for (sheet, _), block in zip(decoded, joined, strict=True)],
        {(book.file, name): book.platform for book in books if _explains(book, coded) for name in book.sheets},
        links,
        [*(issue for _, found in decoded for issue in found.issues), *lost],
    )


def _explains(book: CodeBook, coded: set[str]) -> bool:
    """Whether a sheet is nothing but the form of exports: a question dictionary is read as one, too."""
    return not book.of_needs and (book.platform in coded or book.platform == "Kobo" or "Qualtrics" in coded)
