"""The report as one page: a single file that needs nothing from outside, neither fonts nor scripts nor a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from markupsafe import Markup

from needs_analytics.reports.alt_text import alt_text
from needs_analytics.reports.document import Bullets, Document, Note, Paragraph
from needs_analytics.reports.html.shell import (
    FONT_SLOT,
    LANGUAGE_TAGS,
    content_policy,
    css_string,
    environment,
    resource,
    with_font,
)
from needs_analytics.reports.html.tables import table_context
from needs_analytics.reports.placing import (
    Layout,
    PlacedChart,
    PlacedHeading,
    PlacedTable,
    lay_out,
    split_references,
)

if TYPE_CHECKING:
    import datetime as dt

    from needs_analytics.reports.words import Words


@dataclass(frozen=True, slots=True)
class _Page:
    """What every block needs to know about the page it stands on."""

    words: Words
    references: dict[str, tuple[str, str]]
    linked: frozenset[str]

    def pieces(self, text: str) -> list[tuple[str, str | None]]:
        return split_references(text, self.references)


def render_html(document: Document, words: Words, created: dt.date) -> bytes:
    """Return the page.

    Parameters
    ----------
    created
        Date of issue, from the caller; never the clock, so that the same report gives the same bytes.
    """
    layout = lay_out(document, "html")
    highlights = _highlights(document, layout, words)
    page = _Page(words, layout.references(words), frozenset(str(item["anchor"]) for item in highlights))
    script = resource("report.js")
    written = (
        environment()
        .get_template("report.html.j2")
        .render(
            document=document,
            words=words,
            lang=LANGUAGE_TAGS.get(document.language, document.language),
            meta=_meta(document, created),
            policy=content_policy(script),
            font_slot=FONT_SLOT,
            css=Markup(resource("report.css")),  # noqa: S704 - our own file
            page_css=Markup(_page_css(document)),  # noqa: S704 - its only text is escaped for CSS
            script=Markup(script),  # noqa: S704 - our own file
            highlights=[item | {"pieces": page.pieces(str(item["text"]))} for item in highlights],
            sections=[
                {"title": s.title, "anchor": s.anchor, "blocks": [_context(block, page) for block in s.blocks]}
                for s in layout.sections
            ],
        )
    )
    return with_font(written).encode()


def _meta(document: Document, created: dt.date) -> list[tuple[str, str]]:
    known = document.properties
    entries = [
        ("author", known.author),
        ("description", known.subject or document.subtitle),
        ("keywords", ", ".join(known.keywords)),
        ("dcterms.created", created.isoformat()),
    ]
    return [(name, content) for name, content in entries if content]


def _page_css(document: Document) -> str:
    """Return the running head and foot of the printed page."""
    font = "font: 9pt var(--font); color: #55616e;"
    foot = f'@bottom-center {{ content: "— " counter(page) " —"; {font} }}'
    left = f'@top-left {{ content: "{css_string(document.mark)}"; {font} font-weight: 700; }}'
    right = f'@top-right {{ content: "{css_string(document.title_line)}"; {font} }}'
    return (
        f"@page {{ {left if document.mark else ''} {right} {foot} }} @page :first {{ @top-right {{ content: none; }} }}"
    )


def _highlights(document: Document, layout: Layout, words: Words) -> list[dict[str, str | None]]:
    """Return the first page's lines, each with the anchor of its cell where the page shows it."""
    lines: list[dict[str, str | None]] = []
    for highlight in document.highlights:
        found = layout.find(highlight.link)
        label = words["table_number"].format(number=found[0].number) if found else None
        lines.append({"text": highlight.text, "anchor": found[1] if found else None, "label": label})
    return lines


@singledispatch
def _context(block: object, page: _Page) -> dict[str, object]:
    raise TypeError(f"{type(block).__name__} is no block")


@_context.register(Paragraph)
def _(block: Paragraph, page: _Page) -> dict[str, object]:
    return {"kind": "paragraph", "lead": block.lead, "pieces": page.pieces(block.text)}


@_context.register(PlacedHeading)
def _(block: PlacedHeading, page: _Page) -> dict[str, object]:
    return {"kind": "heading", "text": block.text, "anchor": block.anchor}


@_context.register(Bullets)
def _(block: Bullets, page: _Page) -> dict[str, object]:
    tag = "ol" if block.numbered else "ul"
    return {"kind": "bullets", "tag": tag, "pieces": [page.pieces(item) for item in block.items]}


@_context.register(Note)
def _(block: Note, page: _Page) -> dict[str, object]:
    return {"kind": "note", "tone": block.tone, "pieces": page.pieces(block.text)}


@_context.register(PlacedTable)
def _(block: PlacedTable, page: _Page) -> dict[str, object]:
    return table_context(block, page.words, page.linked)


@_context.register(PlacedChart)
def _(block: PlacedChart, page: _Page) -> dict[str, object]:
    from needs_analytics.reports.drawing import picture_svg  # noqa: PLC0415 - a page without charts loads no plots

    svg = picture_svg(block.chart, block.anchor, alt_text(block.chart, page.words))
    label = page.words["figure_number"].format(number=block.number)
    safe = Markup(svg)  # noqa: S704 - written by matplotlib and escaped by the XML serialiser
    return {"kind": "chart", "anchor": block.anchor, "label": label, "title": block.chart.title, "svg": safe}
