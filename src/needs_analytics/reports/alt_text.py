"""A chart said in words, for those who do not see it."""

from __future__ import annotations

from functools import singledispatch
from itertools import chain
from typing import TYPE_CHECKING

from needs_analytics.reports.charts import (
    BarChart,
    Chart,
    DotChart,
    FlowChart,
    HeatMap,
    LineChart,
    PlaceMap,
    QuadrantChart,
    StackedBarChart,
    as_number,
)
from needs_analytics.reports.formats import NOT_APPLICABLE, NumberKind, Value, number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from needs_analytics.reports.words import Words


def alt_text(chart: Chart, words: Words) -> str:
    """Return one or two sentences: what the chart is, its extremes, and how much of it is not shown."""
    blanks = sum(as_number(value) is None for value in _values(chart))
    return _describe(chart, words) + (words["alt_blank"].format(count=blanks) if blanks else "")


@singledispatch
def _describe(chart: object, words: Words) -> str:
    raise TypeError(f"{type(chart).__name__} is no chart")


@_describe.register(BarChart)
def _(chart: BarChart, words: Words) -> str:
    top, bottom = _extremes([(bar.label, bar.value) for bar in chart.bars], chart.kind, words)
    return words["alt_bar"].format(title=chart.title, count=len(chart.bars), top=top, bottom=bottom)


@_describe.register(StackedBarChart)
def _(chart: StackedBarChart, words: Words) -> str:
    top, _ = _extremes(_whole(chart), chart.kind, words)
    parts = words["list_comma"].join(chart.parts)
    return words["alt_stacked"].format(title=chart.title, count=len(chart.rows), parts=parts, top=top)


@_describe.register(HeatMap)
def _(chart: HeatMap, words: Words) -> str:
    cells = [
        (f"{row} × {column}", value)
        for row, values in zip(chart.rows, chart.values, strict=True)
        for column, value in zip(chart.columns, values, strict=True)
    ]
    top, bottom = _extremes(cells, chart.kind, words)
    sizes = {"rows": len(chart.rows), "columns": len(chart.columns)}
    return words["alt_heat"].format(title=chart.title, top=top, bottom=bottom, **sizes)


@_describe.register(DotChart)
def _(chart: DotChart, words: Words) -> str:
    before, _ = _extremes([(label, value) for label, value, _ in chart.rows], chart.kind, words, chart.digits)
    after, _ = _extremes([(label, value) for label, _, value in chart.rows], chart.kind, words, chart.digits)
    names = {"before": chart.before, "after": chart.after, "before_value": before, "after_value": after}
    return words["alt_dot"].format(title=chart.title, count=len(chart.rows), **names)


@_describe.register(QuadrantChart)
def _(chart: QuadrantChart, words: Words) -> str:
    fields: dict[str, list[str]] = {}
    for label, x, y in chart.points:
        name = chart.field_of(x, y)
        if name is not None:
            fields.setdefault(name, []).append(label)
    said = [words["alt_quadrant_field"].format(name=n, items=words["list_comma"].join(v)) for n, v in fields.items()]
    return words["alt_quadrant"].format(title=chart.title, items=_sentence(said, words))


@_describe.register(LineChart)
def _(chart: LineChart, words: Words) -> str:
    said = []
    for line in chart.lines:
        known = [value for value in line.points if as_number(value) is not None]
        if known:
            start, end = _text(known[0], chart.kind), _text(known[-1], chart.kind)
            said.append(words["alt_line_item"].format(label=line.label, start=start, end=end))
    span = {"first": chart.steps[0], "last": chart.steps[-1]}
    return words["alt_line"].format(title=chart.title, items=_sentence(said, words), **span)


@_describe.register(FlowChart)
def _(chart: FlowChart, words: Words) -> str:
    bands = [
        (f"{label} → {target}", value)
        for label, values in chart.rows
        for target, value in zip(chart.targets, values, strict=True)
    ]
    top, _ = _extremes(bands, chart.kind, words)
    targets = words["list_comma"].join(chart.targets)
    return words["alt_flow"].format(title=chart.title, count=len(chart.rows), parts=targets, top=top)


@_describe.register(PlaceMap)
def _(chart: PlaceMap, words: Words) -> str:
    top, _ = _extremes([(point.label, point.value) for point in chart.points], chart.kind, words)
    return words["alt_map"].format(title=chart.title, count=len(chart.points), sites=len(chart.sites), top=top)


def _sentence(items: Sequence[str], words: Words) -> str:
    return words["list_semicolon"].join(items) + words["full_stop"] if items else ""


def _extremes(pairs: Iterable[tuple[str, Value]], kind: NumberKind, words: Words, digits: int = 1) -> tuple[str, str]:
    """Say the highest and the lowest of labelled values; a blank where none is shown."""
    known = [(number, label, value) for label, value in pairs if (number := as_number(value)) is not None]
    if not known:
        return NOT_APPLICABLE.symbol, NOT_APPLICABLE.symbol
    ends = (max(known, key=lambda item: item[0]), min(known, key=lambda item: item[0]))
    top, bottom = (words["alt_item"].format(label=label, value=_text(value, kind, digits)) for _, label, value in ends)
    return top, bottom


def _text(value: Value, kind: NumberKind, digits: int = 1) -> str:
    return NOT_APPLICABLE.symbol if value is None else number_text(value, kind, digits)


def _whole(chart: StackedBarChart) -> list[tuple[str, Value]]:
    """Return what each bar comes to, as it is written beside it."""
    totals = chart.totals or [_total(values) for _, values in chart.rows]
    return [(label, total) for (label, _), total in zip(chart.rows, totals, strict=True)]


def _total(values: Sequence[Value]) -> Value:
    """Add the parts; nothing where one of them is not shown."""
    numbers = [as_number(value) for value in values]
    return None if None in numbers else sum(number for number in numbers if number is not None)


def _values(chart: Chart) -> Iterable[Value]:
    if isinstance(chart, BarChart):
        return (bar.value for bar in chart.bars)
    if isinstance(chart, HeatMap):
        return chain.from_iterable(chart.values)
    if isinstance(chart, PlaceMap):
        return (point.value for point in chart.points)
    if isinstance(chart, (StackedBarChart, FlowChart)):
        return chain.from_iterable(values for _, values in chart.rows)
    if isinstance(chart, LineChart):
        return chain.from_iterable(line.points for line in chart.lines)
    return chain.from_iterable(
        values for _, *values in (chart.points if isinstance(chart, QuadrantChart) else chart.rows)
    )
