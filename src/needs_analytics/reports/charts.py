"""Charts as immutable data; :func:`needs_analytics.reports.drawing.draw` turns one into a figure at the last moment.

Values are rounded to what is printed when the chart is made, so that no file holds more than it shows. A missing value
(``None``) is shown as the chart's ``blank``, by default as hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.reports.formats import HIDDEN, Blank, NumberKind, Value, clean_text, shown_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence, Sized

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a label, a value, an optional interval and an optional flag word such as ``慎用``."""

    label: str
    value: Value
    low: Value = None
    high: Value = None
    flag: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars, first one on top, with interval whiskers and colours by flag."""

    id: str
    title: str
    bars: Sequence[Bar]
    kind: NumberKind = "share"
    axis: str = ""
    blank: Blank = HIDDEN

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank)
        bars = [Bar(clean_text(b.label), show(b.value), show(b.low), show(b.high), b.flag) for b in self.bars]
        object.__setattr__(self, "bars", tuple(_without_interval(bar) for bar in bars))
        _require(self, self.bars)

    @classmethod
    def from_frame(
        cls,
        name: str,
        title: str,
        frame: pd.DataFrame,
        *,
        label: str,
        value: str,
        low: str | None = None,
        high: str | None = None,
        flag: str | None = None,
        kind: NumberKind = "share",
        axis: str = "",
    ) -> BarChart:
        """Make a chart of a data frame, one bar per row, from the named columns."""
        columns = [_values(frame, name) for name in (value, low, high)]
        flags = [str(word or "") for word in _values(frame, flag)]
        rows = zip(frame[label], *columns, flags, strict=True)
        return cls(name, title, [Bar(str(name), v, lo, hi, word) for name, v, lo, hi, word in rows], kind, axis)


@dataclass(frozen=True, slots=True)
class StackedBarChart:
    """The parts of a whole, one horizontal bar per row: where demand goes.

    Attributes
    ----------
    parts
        Names of the parts, in the order they are drawn.
    rows
        Label of the bar and one value per part.
    totals
        What is written beside each bar; by default the sum of its parts, which rounding may leave off the table's.
    """

    id: str
    title: str
    parts: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Value]]]
    kind: NumberKind = "integer"
    axis: str = ""
    blank: Blank = HIDDEN
    totals: Sequence[Value] = ()

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank)
        object.__setattr__(self, "totals", tuple(show(value) for value in self.totals))
        object.__setattr__(self, "parts", _clean(self.parts))
        object.__setattr__(
            self, "rows", tuple((clean_text(label), tuple(show(v) for v in row)) for label, row in self.rows)
        )
        _require(self, self.rows)
        _require_width(self, (row for _, row in self.rows), len(self.parts))

    @classmethod
    def from_frame(
        cls,
        name: str,
        title: str,
        frame: pd.DataFrame,
        *,
        label: str,
        parts: dict[str, str],
        kind: NumberKind = "integer",
        axis: str = "",
    ) -> StackedBarChart:
        """Make a chart of a data frame; ``parts`` maps its columns to the names of the parts."""
        values = zip(*(_values(frame, column) for column in parts), strict=True)
        return cls(
            name, title, tuple(parts.values()), list(zip(map(str, frame[label]), values, strict=True)), kind, axis
        )


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A grid of printed numbers on shades; what is hidden is hatched.

    Attributes
    ----------
    centre
        The value that is neither high nor low, for shades in two directions; one direction by default.
    ratio
        Shades by how many times the centre: a third is as far from it as three times.
    """

    id: str
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Value]]
    kind: NumberKind = "share"
    centre: float | None = None
    axis: str = ""
    blank: Blank = HIDDEN
    ratio: bool = False

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank)
        object.__setattr__(self, "rows", _clean(self.rows))
        object.__setattr__(self, "columns", _clean(self.columns))
        object.__setattr__(self, "values", tuple(tuple(show(v) for v in row) for row in self.values))
        _require(self, self.rows)
        _require_width(self, self.values, len(self.columns))
        if len(self.values) != len(self.rows):
            raise ValueError(f"chart {self.id}: {len(self.rows)} row labels for {len(self.values)} rows")

    @classmethod
    def from_frame(
        cls,
        name: str,
        title: str,
        frame: pd.DataFrame,
        *,
        kind: NumberKind = "share",
        centre: float | None = None,
        axis: str = "",
    ) -> HeatMap:
        """Make a chart of a pivoted data frame: its index names the rows, its columns the columns."""
        values = list(zip(*(frame[column].tolist() for column in frame.columns), strict=True))
        return cls(name, title, list(map(str, frame.index)), list(map(str, frame.columns)), values, kind, centre, axis)


@dataclass(frozen=True, slots=True)
class DotChart:
    """Two states of each row, before and after, and an optional limit (a love plot)."""

    id: str
    title: str
    rows: Sequence[tuple[str, Value, Value]]
    before: str
    after: str
    limit: float | None = None
    kind: NumberKind = "decimal"
    digits: int = 2
    axis: str = ""
    blank: Blank = HIDDEN

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank, self.digits)
        object.__setattr__(
            self, "rows", tuple((clean_text(label), show(one), show(two)) for label, one, two in self.rows)
        )
        _require(self, self.rows)


@dataclass(frozen=True, slots=True)
class Quadrants:
    """The names of the four fields: by height (y), then by side (x)."""

    high_right: str
    high_left: str
    low_right: str
    low_left: str


@dataclass(frozen=True, slots=True)
class QuadrantChart:
    """Points on two measures cut into four named fields: need pressure against utilisation."""

    id: str
    title: str
    points: Sequence[tuple[str, Value, Value]]
    x_label: str
    y_label: str
    x_split: float
    y_split: float
    quadrants: Quadrants
    x_kind: NumberKind = "share"
    y_kind: NumberKind = "share"
    blank: Blank = HIDDEN

    def __post_init__(self) -> None:
        show_x, show_y = _rounder(self.x_kind, self.blank), _rounder(self.y_kind, self.blank)
        object.__setattr__(
            self, "points", tuple((clean_text(label), show_x(x), show_y(y)) for label, x, y in self.points)
        )
        _require(self, self.points)

    def field_of(self, x: Value, y: Value) -> str | None:
        """Return the name of the field a point lies in; a point on a line counts as high."""
        across, up = as_number(x), as_number(y)
        if across is None or up is None:
            return None
        if up >= self.y_split:
            return self.quadrants.high_right if across >= self.x_split else self.quadrants.high_left
        return self.quadrants.low_right if across >= self.x_split else self.quadrants.low_left


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value per step, missing ones leave a gap; ``low`` and ``high`` shade a band."""

    label: str
    points: Sequence[Value]
    low: Sequence[Value] = ()
    high: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class LineChart:
    """Values over months.

    Attributes
    ----------
    steps
        Names of the months, left to right.
    forecast_from
        Index of the first step that is a forecast, drawn dashed; none by default.
    """

    id: str
    title: str
    steps: Sequence[str]
    lines: Sequence[Line]
    kind: NumberKind = "share"
    axis: str = ""
    forecast_from: int | None = None
    blank: Blank = HIDDEN

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank)
        lines = tuple(
            Line(clean_text(line.label), *(tuple(map(show, part)) for part in (line.points, line.low, line.high)))
            for line in self.lines
        )
        object.__setattr__(self, "steps", _clean(self.steps))
        object.__setattr__(self, "lines", lines)
        _require(self, self.lines)
        given = (part for line in lines for part in (line.points, line.low, line.high) if part)
        _require_width(self, given, len(self.steps))

    @classmethod
    def from_frame(
        cls, name: str, title: str, frame: pd.DataFrame, *, kind: NumberKind = "share", axis: str = ""
    ) -> LineChart:
        """Make a chart of a data frame: its index names the steps, each column is a line."""
        lines = [Line(str(column), frame[column].tolist()) for column in frame.columns]
        return cls(name, title, list(map(str, frame.index)), lines, kind, axis)


@dataclass(frozen=True, slots=True)
class FlowChart:
    """How much of each source goes where: bands from the left to the right, as wide as what they stand for.

    Attributes
    ----------
    rows
        Label of the source and what of it goes to each target.
    totals, arrived
        What is written beside each source and each target; by default the sum of its bands.
    """

    id: str
    title: str
    targets: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Value]]]
    kind: NumberKind = "integer"
    axis: str = ""
    blank: Blank = HIDDEN
    totals: Sequence[Value] = ()
    arrived: Sequence[Value] = ()

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank)
        object.__setattr__(self, "totals", tuple(show(value) for value in self.totals))
        object.__setattr__(self, "arrived", tuple(show(value) for value in self.arrived))
        object.__setattr__(self, "targets", _clean(self.targets))
        object.__setattr__(
            self, "rows", tuple((clean_text(label), tuple(show(v) for v in row)) for label, row in self.rows)
        )
        _require(self, self.rows)
        _require_width(self, (row for _, row in self.rows), len(self.targets))


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A place with its value, in metres to the east and to the north; ``area`` is what it is a part of."""

    label: str
    area: str
    east: float
    north: float
    value: Value


@dataclass(frozen=True, slots=True)
class MapSite:
    """A site and how far it reaches, in metres; 0 where no circle is drawn."""

    label: str
    east: float
    north: float
    reach: float = 0.0


@dataclass(frozen=True, slots=True)
class MapWords:
    """What the legend and the scale of a map say; ``metres`` and ``kilometres`` hold ``{length}``."""

    points: str
    size: str
    none: str
    hidden: str
    sites: str
    reach: str
    north: str
    metres: str
    kilometres: str


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """Places as discs as large as their value, and sites among them, by coordinates."""

    id: str
    title: str
    points: Sequence[MapPoint]
    sites: Sequence[MapSite]
    words: MapWords
    kind: NumberKind = "integer"
    axis: str = ""
    blank: Blank = HIDDEN

    def __post_init__(self) -> None:
        show = _rounder(self.kind, self.blank)
        points = tuple(
            MapPoint(clean_text(p.label), clean_text(p.area), p.east, p.north, show(p.value)) for p in self.points
        )
        sites = tuple(MapSite(clean_text(s.label), s.east, s.north, s.reach) for s in self.sites)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "sites", sites)
        _require(self, self.points)


Chart = BarChart | StackedBarChart | HeatMap | DotChart | QuadrantChart | LineChart | FlowChart | PlaceMap


def as_number(value: Value) -> float | None:
    """Return a chart's value where there is one to draw."""
    return None if value is None or isinstance(value, Blank) else float(value)


def _rounder(kind: NumberKind, blank: Blank, digits: int = 1) -> Callable[[object], float | Blank]:
    return lambda value: shown_value(value, kind, blank, digits)


def _clean(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(clean_text(label) for label in labels)


def _values(frame: pd.DataFrame, column: str | None) -> list[object]:
    return [None] * len(frame) if column is None else frame[column].tolist()


def _without_interval(bar: Bar) -> Bar:
    """Drop the interval of a hidden bar, or half an interval: either would say what is hidden."""
    ends = (as_number(bar.value), as_number(bar.low), as_number(bar.high))
    return Bar(bar.label, bar.value, None, None, bar.flag) if None in ends else bar


def _require(chart: Chart, items: Sized) -> None:
    if not items:
        raise ValueError(f"chart {chart.id} has nothing to show")


def _require_width(chart: Chart, rows: Iterable[Sized], width: int) -> None:
    if any(len(row) != width for row in rows):
        raise ValueError(f"chart {chart.id}: every row needs {width} values")
