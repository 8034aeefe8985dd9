"""What the report says of the types of residents, and of what became of last month's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import text
from needs_analytics.core.month import Month
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.content import segment_charts
from needs_analytics.reports.content.segment_tables import printed_segments
from needs_analytics.reports.document import ChartBlock, Heading, Note, Paragraph, TableBlock
from needs_analytics.reports.formats import Blank

if TYPE_CHECKING:
    from needs_analytics.reports.charts import Chart
    from needs_analytics.reports.content.sections import Material
    from needs_analytics.reports.document import Block

_LISTED, _ON_PAPER = 8, 3
_TRAIT_COLUMNS = ("segment", "trait", "inside", "everyone", "lift", "lift_interval", "flag", "reason")


def segment_blocks(m: Material) -> list[Block]:
    """Return the section on types of residents."""
    words, result = m.words, m.result
    heading: list[Block] = [Heading(words.say("heading.segments"))]
    if "segments" not in m.tables:
        key = "segments_no_data" if result.cleaned.survey.empty else "segments_none"
        return [*heading, Paragraph(words.say(f"text.{key}"))]
    blocks = [*heading, Paragraph(_lead(m)), *_compared(m)]
    if result.segments.status == "rules":
        blocks.append(Note(words.say("text.segments_rules")))
    heat = segment_charts.segment_heat(result, m.needs, words)
    return [
        *blocks,
        *m.block("segments"),
        *_charts(segment_charts.trait_heat(result, words)),
        *_traits(m),
        *_charts(heat, segment_charts.size_lines(result, words), segment_charts.migration_matrix(result, words)),
        *m.block("crosswalk", limit=False),
    ]


def _lead(m: Material) -> str:
    table, words = m.tables["segments"], m.words
    flag = table.column_index("flag")
    items = [
        words.say("text.segment_item", name=row[0], share=table.columns[1].text(row[1]), care=words.care_of(row[flag]))
        for row in table.cells
        if not isinstance(row[1], Blank)
    ]
    key = "segments_lead" if items else "segments_untold"
    return words.say(f"text.{key}", count=len(table.cells), list=words.listed(items, _LISTED))


def _compared(m: Material) -> list[Block]:
    """Say which types went on, came and went since the month kept; nothing where there is nothing to compare with."""
    words, segments = m.words, m.result.segments
    rows, shown = segments.crosswalk, printed_segments(m.result)
    if rows.empty:
        return []
    same = int(((rows["status"] == "same") & rows["segment"].isin(shown)).sum())
    new = [words.segments.get(code, code) for code in rows.loc[rows["status"] == "new", "segment"] if code in shown]
    gone = list(rows.loc[rows["status"] == "gone", "name_before"])
    parts = [words.say("text.segments_same", count=same)] if same else []
    parts += [words.say("text.segments_new", list=words.listed(new, _LISTED))] if new else []
    parts += [words.say("text.segments_gone", list=words.listed(gone, _LISTED))] if gone else []
    drifted = segments.drift[segments.drift["drifted"].astype(bool)]
    label = [_asked(m, str(question)) for (question,) in iter_rows(drifted, "question")]
    when = _since(m)
    said = words.say("text.segments_compared", when=when, list=words.say("list_semicolon").join(parts)) if parts else ""
    said += words.say("text.segments_drift", when=when, list=words.listed(label, _LISTED)) if label else ""
    return [Paragraph(said)] if said else []


def _since(m: Material) -> str:
    """Return how the month is called whose types these go on from: by its name where it is not the one before."""
    kept = m.result.segments.before_month
    if kept in ("", str(m.result.month.shift(-1))):
        return m.words.say("text.segments_since")
    return Month.parse(kept).label(m.words.language)


def _asked(m: Material, question: str) -> str:
    """Return how a question is called, or what it is that drifted where that is no single one."""
    language = m.words.language
    return (
        m.result.cleaned.codebook.label("survey", question, language) if question else text("segments.misfit", language)
    )


def _traits(m: Material) -> list[Block]:
    """Return the table of traits, on paper the first of every type."""
    if "segment_traits" not in m.tables:
        return []
    segments = [row[0] for row in m.tables["segment_traits"].cells]
    first = [place for place, name in enumerate(segments) if place - segments.index(name) < _ON_PAPER]
    return [TableBlock("segment_traits", limit=1, columns=_TRAIT_COLUMNS, also=first)]


def _charts(*charts: Chart | None) -> list[Block]:
    return [ChartBlock(chart) for chart in charts if chart is not None]
