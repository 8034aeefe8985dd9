"""A report as immutable data; it becomes a page, a workbook or a Word file only at the last moment.

A text may point at a table or a chart by ``[[id]]``: it is written as its number (``表3``) and linked to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.reports.charts import Chart
    from needs_analytics.reports.tables import Table, Tone

SCREEN_AND_WORD = ("html", "docx")


def _freeze(instance: object, *names: str) -> None:
    """Turn the sequences a caller gave (lists, generators) into tuples."""
    for name in names:
        object.__setattr__(instance, name, tuple(getattr(instance, name)))


@dataclass(frozen=True, slots=True)
class Link:
    """A table, a row of it or one cell."""

    table: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Highlight:
    """One line of the first page, linked to where its numbers stand."""

    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level within a section, as it is printed: ``（一）老年助餐``."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, with an optional opening sentence set apart."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short items, numbered when their order matters."""

    items: Sequence[str]
    numbered: bool = False

    def __post_init__(self) -> None:
        _freeze(self, "items")


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart, such as a limit of the sample."""

    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Where a table stands in the running report.

    Attributes
    ----------
    limit
        The first so many rows (totals always); all of them by default.
    columns
        Keys of the columns to show; all of them by default.
    formats
        Which of ``html`` and ``docx`` show it.
    also
        Rows shown beyond the limit, because the text names them.
    """

    table: str
    limit: int | None = None
    columns: Sequence[str] = ()
    formats: Sequence[str] = SCREEN_AND_WORD
    also: Sequence[int] = ()

    def __post_init__(self) -> None:
        _freeze(self, "columns", "formats", "also")


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """Where a chart stands in the running report."""

    chart: Chart
    formats: Sequence[str] = SCREEN_AND_WORD

    def __post_init__(self) -> None:
        _freeze(self, "formats")


Block = Heading | Paragraph | Bullets | Note | TableBlock | ChartBlock


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter with its heading as it is printed: ``一、总体情况``."""

    title: str
    blocks: Sequence[Block] = ()

    def __post_init__(self) -> None:
        _freeze(self, "blocks")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook: its title and the tables on it, one below the other."""

    title: str
    tables: Sequence[str]

    def __post_init__(self) -> None:
        _freeze(self, "tables")


@dataclass(frozen=True, slots=True)
class Properties:
    """What the files say about themselves."""

    author: str = ""
    company: str = ""
    subject: str = ""
    keywords: Sequence[str] = ()

    def __post_init__(self) -> None:
        _freeze(self, "keywords")


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title
        May hold a line break where a long title is best broken.
    facts
        Label and value pairs of the head: period, area, responses, prepared by.
    highlights
        The lines of the first page.
    tables
        Every table that a section, a sheet or a link names.
    sheets
        The workbook's sheets, in order; by default one per table, titled by its caption.
    mark
        Classification such as ``内部使用``, printed on every page.
    """

    title: str
    sections: Sequence[Section] = ()
    tables: Sequence[Table] = ()
    subtitle: str = ""
    facts: Sequence[tuple[str, str]] = ()
    highlights: Sequence[Highlight] = ()
    sheets: Sequence[Sheet] = ()
    properties: Properties = field(default_factory=Properties)
    language: str = "zh"
    mark: str = ""

    def __post_init__(self) -> None:
        _freeze(self, "sections", "tables", "facts", "highlights", "sheets")
        if not self.sheets:
            object.__setattr__(self, "sheets", tuple(Sheet(table.caption, [table.id]) for table in self.tables))
        _check_names(self)

    def table(self, name: str) -> Table:
        """Return a table by its id.

        Raises
        ------
        KeyError
            When the document has no such table.
        """
        for table in self.tables:
            if table.id == name:
                return table
        raise KeyError(f"the document has no table {name}")

    @property
    def title_line(self) -> str:
        """The title on one line."""
        return "".join(self.title.split("\n"))

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart, in order of appearance."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block.chart for block in blocks if isinstance(block, ChartBlock))


def _check_names(document: Document) -> None:
    """Refuse a document that names a table, column or row it does not have: a mistake of ours, found at once."""
    names = [table.id for table in document.tables] + [chart.id for chart in document.charts]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"tables and charts need different ids, repeated: {repeated}")
    blocks = [block for section in document.sections for block in section.blocks if isinstance(block, TableBlock)]
    for block in blocks:
        table = document.table(block.table)
        for key in block.columns:
            table.column_index(key)
    for sheet in document.sheets:
        for table_id in sheet.tables:
            document.table(table_id)
    for highlight in document.highlights:
        _check_link(document, highlight.link)


def _check_link(document: Document, link: Link | None) -> None:
    if link is None:
        return
    table = document.table(link.table)
    if link.column is not None:
        table.column_index(link.column)
    if link.row is not None and not 0 <= link.row < len(table.cells):
        raise ValueError(f"table {table.id} has no row {link.row} to link to")
