"""Pieces of text in a Word paragraph: plain runs, links to bookmarks, bookmarks, the page number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.oxml.ns import qn

from needs_analytics.reports.docx.styles import LINK_COLOUR, make_element
from needs_analytics.reports.formats import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docx.text.paragraph import Paragraph
    from docx.text.run import Run


def add_text(paragraph: Paragraph, text: str) -> Run:
    """Add a run of text."""
    return paragraph.add_run(clean_text(text))


def add_link(paragraph: Paragraph, text: str, anchor: str) -> None:
    """Add a link to a bookmark."""
    run = add_text(paragraph, text)
    run.font.color.rgb = LINK_COLOUR
    link = make_element("w:hyperlink", anchor=anchor, history="1")
    run._r.addprevious(link)  # noqa: SLF001 - python-docx cannot make links
    link.append(run._r)  # noqa: SLF001


def add_pieces(paragraph: Paragraph, pieces: Iterable[tuple[str, str | None]]) -> None:
    """Add pieces of text, those with an anchor as links."""
    for text, anchor in pieces:
        if anchor is None:
            add_text(paragraph, text)
        else:
            add_link(paragraph, text, anchor)


def add_bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Put a bookmark around what the paragraph holds; ``number`` must be its own in the file."""
    first = paragraph._p.find(qn("w:r"))  # noqa: SLF001 - python-docx has no bookmarks
    start = make_element("w:bookmarkStart", id=str(number), name=name)
    end = make_element("w:bookmarkEnd", id=str(number))
    if first is None:
        paragraph._p.append(start)  # noqa: SLF001
    else:
        first.addprevious(start)
    paragraph._p.append(end)  # noqa: SLF001


def add_page_number(paragraph: Paragraph) -> None:
    """Add the number of the page, between dashes."""
    add_text(paragraph, "— ")
    for kind, said in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run()
        if kind == "text":
            run.text = said
        elif kind:
            run._r.append(make_element("w:fldChar", fldCharType=kind))  # noqa: SLF001
        else:
            instruction = make_element("w:instrText")
            instruction.text = said
            run._r.append(instruction)  # noqa: SLF001
    add_text(paragraph, " —")
