"""The report as a Word file in the measures of an official document: an attachment, so without a red head."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE

from needs_analytics.reports.docx.blocks import Writer, add_block
from needs_analytics.reports.docx.runs import add_bookmark, add_page_number, add_text
from needs_analytics.reports.docx.styles import apply_styles, font_table
from needs_analytics.reports.docx.tables import add_facts
from needs_analytics.reports.docx.zips import settle_zip
from needs_analytics.reports.formats import clean_text
from needs_analytics.reports.placing import lay_out

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import _Footer

    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words

_LONGEST_PROPERTY = 255


def render_docx(document: Document, words: Words, created: dt.date) -> bytes:
    """Return the Word file.

    Parameters
    ----------
    created
        Date of issue, from the caller; never the clock, so that the same report gives the same bytes.
    """
    word = docx.Document()
    apply_styles(word)
    _set_properties(word, document, created)
    _set_head_and_foot(word, document)
    layout = lay_out(document, "docx")
    found = [layout.find(highlight.link) for highlight in document.highlights]
    linked = frozenset(place[1] for place in found if place)
    writer = Writer(word, words, layout.references(words), linked, count(1))
    _add_first_page(writer, document, [place and (place[0].number, place[1]) for place in found])
    for number, section in enumerate(layout.sections):
        heading = word.add_paragraph(clean_text(section.title), style="Heading 1")
        heading.paragraph_format.page_break_before = number == 0 or None
        add_bookmark(heading, section.anchor, next(writer.numbers))
        for block in section.blocks:
            add_block(block, writer)
    written = BytesIO()
    word.save(written)
    return settle_zip(written.getvalue(), {"word/fontTable.xml": font_table()})


def _set_properties(word: WordDocument, document: Document, created: dt.date) -> None:
    """Say what the file is; the template's own date, author and preview go."""
    known, date = document.properties, dt.datetime(created.year, created.month, created.day, tzinfo=dt.UTC)
    core = word.core_properties
    core.title, core.subject = _property(document.title_line), _property(known.subject)
    core.category, core.comments = _property(document.mark), ""
    core.author = core.last_modified_by = _property(known.author)
    core.keywords = _property(", ".join(known.keywords))
    core.created = core.modified = date
    core.language = "zh-CN" if document.language == "zh" else document.language
    core.revision = 1
    relations = word.part.package.rels
    for name in [name for name, relation in relations.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[name]


def _property(text: str) -> str:
    return clean_text(text)[:_LONGEST_PROPERTY]


def _set_head_and_foot(word: WordDocument, document: Document) -> None:
    """Put the mark on every page after the first (which carries it itself) and the page number on the outer side."""
    section = word.sections[0]
    section.different_first_page_header_footer = True
    word.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        add_text(header.paragraphs[0], document.mark)
        header.paragraphs[0].style = "Report Mark"
    _number(section.first_page_footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _number(footer: _Footer, align: WD_ALIGN_PARAGRAPH) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.style, paragraph.alignment = "Report Page", align
    add_page_number(paragraph)


def _add_first_page(writer: Writer, document: Document, places: list[tuple[int, str] | None]) -> None:
    """Write title, facts and the main lines, each linked to its cell; the report itself begins on the next page."""
    word, words = writer.word, writer.words
    if document.mark:
        word.add_paragraph(clean_text(document.mark), style="Report Mark")
    word.add_paragraph(clean_text(document.title), style="Title")
    if document.subtitle:
        word.add_paragraph(clean_text(document.subtitle), style="Subtitle")
    add_facts(word, document.facts, words["colon"])
    if document.highlights:
        word.add_paragraph(clean_text(words["highlights"]), style="Report Highlights")
    for number, (highlight, place) in enumerate(zip(document.highlights, places, strict=True), start=1):
        writer.add_highlight(number, highlight.text, place)
