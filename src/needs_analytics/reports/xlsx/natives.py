"""Charts of the spreadsheet's own, drawn from the numbers beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_range_formula

from needs_analytics.reports.charts import (
    BarChart,
    Chart,
    DotChart,
    LineChart,
    QuadrantChart,
    StackedBarChart,
    as_number,
)
from needs_analytics.reports.formats import NumberKind, clean_text, excel_number_format
from needs_analytics.reports.palette import BLUE, FLAG_COLOURS, GREY, GRID, INK, LINES, MUTED, PARTS
from needs_analytics.reports.tables import FLAG_TONES
from needs_analytics.reports.xlsx.grids import BAR_ABOVE, BAR_BELOW
from needs_analytics.reports.xlsx.styles import FONT

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart as NativeChart
    from xlsxwriter.workbook import Workbook

_SMALL = {"name": FONT, "size": 9, "color": MUTED}
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "plus", "star", "long_dash")
_DASHES = ("solid", "dash", "dash_dot", "round_dot")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chart's numbers stand: the sheet, the row of their header, how many follow; labels in column 0."""

    sheet: str
    top: int
    rows: int

    def column(self, column: int, rows: int | None = None) -> str:
        """Return the range of a column, or of its first rows."""
        last = self.top + (rows or self.rows)
        return f"={xl_range_formula(self.sheet, self.top + 1, column, last, column)}"

    def series(self, column: int) -> dict[str, Any]:
        """Return the ranges of a series: its name, the labels and its numbers."""
        name = f"={xl_range_formula(self.sheet, self.top, column, self.top, column)}"
        return {"name": name, "categories": self.column(0), "values": self.column(column)}


def native_chart(workbook: Workbook, chart: Chart, place: Place) -> NativeChart:
    """Return the spreadsheet's chart."""
    native = _draw(chart, workbook, place)
    native.set_title({"none": True})
    native.set_chartarea({"border": {"none": True}, "fill": {"color": "white"}})
    native.show_blanks_as("gap")
    return native


@singledispatch
def _draw(chart: object, workbook: Workbook, place: Place) -> NativeChart:
    raise TypeError(f"{type(chart).__name__} is no chart of the spreadsheet's own")


def native_height(chart: Chart) -> int:
    """Return the height in pixels that a chart needs."""
    if isinstance(chart, BarChart):
        return max(200, 90 + 26 * len(chart.bars))
    if isinstance(chart, StackedBarChart):
        return max(220, 130 + 26 * len(chart.rows))
    return 470 if isinstance(chart, QuadrantChart) else 380


def _value_axis(kind: NumberKind, label: str, digits: int = 1) -> dict[str, Any]:
    axis = {
        "num_format": excel_number_format(kind, digits),
        "num_font": _SMALL,
        "major_gridlines": {"visible": True, "line": {"color": GRID, "width": 0.75}},
        "line": {"none": True},
    }
    return axis | ({"name": as_name(label), "name_font": _SMALL | {"bold": False}} if label else {})


def _row_axis() -> dict[str, Any]:
    """Return the axis of horizontal rows, first one on top, the numbers' axis staying below."""
    font = {"name": FONT, "size": 9, "color": INK}
    return {"reverse": True, "num_font": font, "line": {"color": GREY}, "crossing": "max"}


@_draw.register(BarChart)
def _(chart: BarChart, workbook: Workbook, place: Place) -> NativeChart:
    native = workbook.add_chart({"type": "bar"})
    points = [{"fill": {"color": _flag_colour(bar.flag)}} for bar in chart.bars]
    series = place.series(1) | {"fill": {"color": BLUE}, "points": points, "gap": 55}
    if any(as_number(bar.low) is not None for bar in chart.bars):
        reach = {"minus_values": place.column(BAR_BELOW), "plus_values": place.column(BAR_ABOVE)}
        series["y_error_bars"] = {"type": "custom", "line": {"color": INK, "width": 1}, **reach}
    native.add_series(series)
    native.set_x_axis(_value_axis(chart.kind, chart.axis))
    native.set_y_axis(_row_axis())
    native.set_legend({"none": True})
    return native


def as_name(text: str) -> str:
    """Return a text that XlsxWriter takes for a name: anything like ``甲!A1`` it takes for a reference to a cell."""
    return clean_text(text).replace("!", "！")


def _flag_colour(flag: str) -> str:
    return FLAG_COLOURS[FLAG_TONES.get(flag, "neutral")] if flag else BLUE


@_draw.register(StackedBarChart)
def _(chart: StackedBarChart, workbook: Workbook, place: Place) -> NativeChart:
    native = workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for number in range(len(chart.parts)):
        colour, _, hatch = PARTS[number % len(PARTS)]
        pattern = {"pattern": hatch, "fg_color": "#ffffff", "bg_color": colour}
        look: dict[str, Any] = {"pattern": pattern} if hatch else {"fill": {"color": colour}}
        native.add_series(place.series(number + 1) | look | {"gap": 45, "border": {"color": "#ffffff", "width": 0.75}})
    native.set_x_axis(_value_axis(chart.kind, chart.axis))
    native.set_y_axis(_row_axis())
    native.set_legend({"position": "top", "font": _SMALL})
    return native


@_draw.register(DotChart)
def _(chart: DotChart, workbook: Workbook, place: Place) -> NativeChart:
    native = workbook.add_chart({"type": "line"})
    for column, (colour, shape) in enumerate(((GREY, "diamond"), (BLUE, "circle")), start=1):
        marker = {"type": shape, "size": 8, "border": {"color": colour}, "fill": {"color": colour}}
        native.add_series(place.series(column) | {"line": {"none": True}, "marker": marker})
    native.set_high_low_lines({"line": {"color": GREY}})
    native.set_y_axis(_value_axis(chart.kind, chart.axis, chart.digits))
    native.set_x_axis({"num_font": _SMALL, "line": {"color": GREY}, "label_position": "low"})
    native.set_legend({"position": "top", "font": _SMALL})
    return native


@_draw.register(QuadrantChart)
def _(chart: QuadrantChart, workbook: Workbook, place: Place) -> NativeChart:
    native = workbook.add_chart({"type": "scatter"})
    shown = [label for label, x, y in chart.points if chart.field_of(x, y) is not None]
    if shown:
        names = [{"value": as_name(label)} for label in shown]
        labels = {"value": True, "custom": names, "position": "right", "font": _SMALL}
        marker = {"type": "circle", "size": 8, "fill": {"color": BLUE}, "border": {"color": "#ffffff"}}
        ranges = {"categories": place.column(1, len(shown)), "values": place.column(2, len(shown))}
        native.add_series({"name": as_name(chart.y_label), **ranges, "marker": marker, "data_labels": labels})
    # The axes cross where the fields meet, so that they part the fields.
    lines = {"label_position": "low", "line": {"color": GREY}, "min": 0}
    native.set_x_axis(_value_axis(chart.x_kind, chart.x_label) | lines | {"crossing": chart.x_split})
    native.set_y_axis(_value_axis(chart.y_kind, chart.y_label) | lines | {"crossing": chart.y_split})
    native.set_legend({"none": True})
    return native


@_draw.register(LineChart)
def _(chart: LineChart, workbook: Workbook, place: Place) -> NativeChart:
    native = workbook.add_chart({"type": "line"})
    for number in range(len(chart.lines)):
        colour = LINES[number % len(LINES)]
        shape = _MARKERS[number % len(_MARKERS)]
        marker = {"type": shape, "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
        line = {"color": colour, "width": 1.75, "dash_type": _DASHES[number % len(_DASHES)]}
        native.add_series(place.series(number + 1) | {"line": line, "marker": marker} | _forecast(chart, colour))
    native.set_y_axis(_value_axis(chart.kind, chart.axis))
    native.set_x_axis({"num_font": _SMALL, "line": {"color": GREY}})
    native.set_legend({"position": "bottom", "font": _SMALL})
    return native


def _forecast(chart: LineChart, colour: str) -> dict[str, Any]:
    """Dash the steps that are a forecast."""
    if chart.forecast_from is None:
        return {}
    dashed = {"border": {"color": colour, "dash_type": "square_dot", "width": 1.75}, "fill": {"color": "#ffffff"}}
    return {"points": [None if step < chart.forecast_from else dashed for step in range(len(chart.steps))]}
