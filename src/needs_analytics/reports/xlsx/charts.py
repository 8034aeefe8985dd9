"""The sheet of charts: each with the numbers it draws beside it, as a chart of the spreadsheet's own."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

from needs_analytics.reports.alt_text import alt_text
from needs_analytics.reports.charts import FlowChart, HeatMap, PlaceMap
from needs_analytics.reports.formats import Blank, excel_number_format
from needs_analytics.reports.palette import ONE_WAY, TWO_WAY
from needs_analytics.reports.xlsx.cells import write_text
from needs_analytics.reports.xlsx.grids import Grid, grid_of
from needs_analytics.reports.xlsx.natives import Place, native_chart, native_height
from needs_analytics.reports.xlsx.plan import lines_needed
from needs_analytics.reports.xlsx.styles import LINE_HEIGHT, ROW_HEIGHT, Styles

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from needs_analytics.reports.charts import Chart
    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words

_LABEL_WIDTH, _NUMBER_WIDTH = 30, 10
_ROW_PIXELS = 24
_WIDTH_PIXELS = 860
_MOST_COLUMNS = 60


def write_charts(workbook: Workbook, worksheet: Worksheet, document: Document, styles: Styles, words: Words) -> None:
    """Write every chart of the document, one to a printed page: caption, chart, numbers."""
    worksheet.set_default_row(ROW_HEIGHT)
    worksheet.set_column(0, 0, _LABEL_WIDTH)
    worksheet.set_column(1, _MOST_COLUMNS, _NUMBER_WIDTH)
    write_text(worksheet, 0, 0, words["charts"], styles.named("title"))
    worksheet.set_row(0, 28)
    row, breaks = 2, []
    for chart in document.charts:
        write_text(worksheet, row, 0, chart.title, styles.named("caption"))
        grid = grid_of(chart, words)
        top = row + 1
        if not isinstance(chart, HeatMap):
            top += _insert(workbook, worksheet, chart, row + 1, words)
        _write_grid(worksheet, grid, top, styles)
        if isinstance(chart, HeatMap):
            _shade(worksheet, chart, top + 1)
        row = top + len(grid.labels) + 3
        breaks.append(row)
    worksheet.set_h_pagebreaks(breaks[:-1])


def _insert(workbook: Workbook, worksheet: Worksheet, chart: Chart, row: int, words: Words) -> int:
    """Insert a chart over its numbers; return how many rows it covers."""
    if isinstance(chart, (FlowChart, PlaceMap)):
        return _insert_picture(worksheet, chart, row, words)
    rows = len(grid_of(chart, words).labels)
    covered = native_height(chart) // _ROW_PIXELS + 2
    native = native_chart(workbook, chart, Place(worksheet.get_name(), row + covered, rows))
    native.set_size({"width": _WIDTH_PIXELS, "height": native_height(chart)})
    worksheet.insert_chart(row, 0, native, {"description": alt_text(chart, words), "object_position": 2})
    return covered


def _insert_picture(worksheet: Worksheet, chart: Chart, row: int, words: Words) -> int:
    """Insert a chart that the spreadsheet does not know as a picture; return how many rows it covers."""
    from needs_analytics.reports.drawing import PNG_DPI, picture_png  # noqa: PLC0415 - loads matplotlib; a check may not

    png = picture_png(chart)
    width, height = struct.unpack(">II", png[16:24])
    scale = _WIDTH_PIXELS / width
    look = {"image_data": BytesIO(png), "x_scale": scale * PNG_DPI / 96, "y_scale": scale * PNG_DPI / 96}
    look |= {"description": alt_text(chart, words), "object_position": 2}
    worksheet.insert_image(row, 0, f"{chart.id}.png", look)
    return int(height * scale) // _ROW_PIXELS + 2


def _write_grid(worksheet: Worksheet, grid: Grid, top: int, styles: Styles) -> None:
    """Write the labels and numbers that a chart draws."""
    write_text(worksheet, top, 0, "", styles.named("head"))
    lines = max(lines_needed(head, _NUMBER_WIDTH - 1) for head in grid.heads)
    worksheet.set_row(top, ROW_HEIGHT + LINE_HEIGHT * (lines - 1))
    for index, head in enumerate(grid.heads, start=1):
        write_text(worksheet, top, index, head, styles.named("head"))
    number = styles.number(excel_number_format(grid.kind, grid.digits))
    for place, (label, values) in enumerate(zip(grid.labels, grid.rows, strict=True), start=top + 1):
        write_text(worksheet, place, 0, label, styles.named("cell"))
        for index, value in enumerate(values, start=1):
            if isinstance(value, str):
                write_text(worksheet, place, index, value, styles.named("cell"))
            elif value is None or (isinstance(value, Blank) and grid.gaps_stay_empty):
                worksheet.write_blank(place, index, None, styles.named("hidden"))
            elif isinstance(value, Blank):
                write_text(worksheet, place, index, value.symbol, styles.named("hidden"))
            else:
                worksheet.write_number(place, index, value, number)


def _shade(worksheet: Worksheet, chart: HeatMap, top: int) -> None:
    """Shade a heat map's numbers by their size."""
    area = (top, 1, top + len(chart.rows) - 1, len(chart.columns))
    if chart.centre is None:
        look = {
            "type": "2_color_scale",
            "min_type": "num",
            "min_value": 0,
            "min_color": ONE_WAY[0],
            "max_color": ONE_WAY[4],
        }
    else:
        look = {"type": "3_color_scale", "mid_type": "num", "mid_value": chart.centre}
        look |= {"min_color": TWO_WAY[1], "mid_color": TWO_WAY[3], "max_color": TWO_WAY[5]}
        if chart.ratio:  # a single large ratio must not pale the others
            look |= {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 3 * chart.centre}
    worksheet.conditional_format(*area, look)
