"""The blocks of a report as Word paragraphs, tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from io import BytesIO
from typing import TYPE_CHECKING

from docx.shared import Emu

from needs_analytics.reports.alt_text import alt_text
from needs_analytics.reports.document import Bullets, Note, Paragraph
from needs_analytics.reports.docx.runs import add_bookmark, add_link, add_pieces, add_text
from needs_analytics.reports.docx.styles import KAI_FONT, TEXT_HEIGHT, TEXT_WIDTH, set_fonts
from needs_analytics.reports.docx.tables import add_table
from needs_analytics.reports.drawing import picture_png
from needs_analytics.reports.formats import clean_text
from needs_analytics.reports.placing import PlacedChart, PlacedHeading, PlacedTable, notes_of, split_references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

    from needs_analytics.reports.words import Words

_TALLEST_PICTURE = 0.88


@dataclass(frozen=True, slots=True)
class Writer:
    """The file being written and what its blocks need to know: words, references, linked cells, bookmark numbers."""

    word: WordDocument
    words: Words
    references: dict[str, tuple[str, str]]
    linked: frozenset[str]
    numbers: Iterator[int]

    def add_rich(self, text: str, style: str) -> WordParagraph:
        """Add a paragraph whose ``[[id]]`` are links."""
        paragraph = self.word.add_paragraph(style=style)
        add_pieces(paragraph, split_references(text, self.references))
        return paragraph

    def add_bookmarked(self, text: str, style: str, anchor: str) -> None:
        """Add a paragraph that links may lead to."""
        add_bookmark(self.word.add_paragraph(clean_text(text), style=style), anchor, next(self.numbers))

    def add_highlight(self, number: int, text: str, place: tuple[int, str] | None) -> None:
        """Add a line of the first page, with the number of the table it leads to."""
        paragraph = self.add_rich(f"{number}. {text}", "Report Highlight")
        if place is not None:
            table, anchor = place
            label = self.words["table_number"].format(number=table)
            add_link(paragraph, self.words["in_brackets"].format(text=label), anchor)


@singledispatch
def add_block(block: object, writer: Writer) -> None:
    """Add a block of the report."""
    raise TypeError(f"{type(block).__name__} is no block")


@add_block.register(Paragraph)
def _(block: Paragraph, writer: Writer) -> None:
    paragraph = writer.word.add_paragraph(style="Report Body")
    if block.lead:
        run = add_text(paragraph, block.lead)
        set_fonts(run, KAI_FONT)
        run.bold = True
    add_pieces(paragraph, split_references(block.text, writer.references))


@add_block.register(PlacedHeading)
def _(block: PlacedHeading, writer: Writer) -> None:
    writer.add_bookmarked(block.text, "Heading 2", block.anchor)


@add_block.register(Bullets)
def _(block: Bullets, writer: Writer) -> None:
    for number, item in enumerate(block.items, start=1):
        writer.add_rich(f"{number}. {item}" if block.numbered else f"• {item}", "Report Body")


@add_block.register(Note)
def _(block: Note, writer: Writer) -> None:
    writer.add_rich(block.text, "Report Remark")


@add_block.register(PlacedTable)
def _(block: PlacedTable, writer: Writer) -> None:
    label = writer.words["table_number"].format(number=block.number)
    writer.add_bookmarked(f"{label}　{block.table.caption}", "Report Caption", block.anchor)
    add_table(writer.word, block, writer.numbers, writer.linked)
    # Without a note an empty line keeps the table off what follows.
    notes = notes_of(block, writer.words) or [""]
    for number, note in enumerate(notes):
        text = (writer.words["note"] if note and number == 0 else "") + note
        writer.word.add_paragraph(clean_text(text), style="Report Note")


@add_block.register(PlacedChart)
def _(block: PlacedChart, writer: Writer) -> None:
    paragraph = writer.word.add_paragraph(style="Report Figure")
    picture = paragraph.add_run().add_picture(BytesIO(picture_png(block.chart)))
    scale = min(TEXT_WIDTH / picture.width, TEXT_HEIGHT * _TALLEST_PICTURE / picture.height)
    picture.width, picture.height = Emu(int(picture.width * scale)), Emu(int(picture.height * scale))
    described = picture._inline.docPr  # noqa: SLF001 - python-docx has no alternative texts
    described.set("descr", clean_text(alt_text(block.chart, writer.words)))
    described.set("title", clean_text(block.chart.title))
    label = writer.words["figure_number"].format(number=block.number)
    writer.add_bookmarked(f"{label}　{block.chart.title}", "Report Figure Caption", block.anchor)
