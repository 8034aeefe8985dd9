"""The one function that draws any chart, and its pictures for a page (SVG) and for a Word file (PNG)."""

from __future__ import annotations

import re
from functools import singledispatch
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib as mpl

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
)
from needs_analytics.reports.drawing.bars import draw_bars, draw_stacked_bars
from needs_analytics.reports.drawing.canvas import chart_style
from needs_analytics.reports.drawing.fields import draw_quadrants
from needs_analytics.reports.drawing.flows import draw_flows
from needs_analytics.reports.drawing.grids import draw_heat_map
from needs_analytics.reports.drawing.maps import draw_map
from needs_analytics.reports.drawing.points import draw_dots, draw_lines
from needs_analytics.reports.formats import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.figure import Figure

PNG_DPI = 200
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"


def draw(chart: Chart, *, title: bool = True) -> Figure:
    """Draw a chart.

    Parameters
    ----------
    title
        Write the chart's title into the picture; reports do not, they write it as the caption.
    """
    with chart_style():
        return _draw(chart, chart.title if title else "")


@singledispatch
def _draw(chart: object, title: str) -> Figure:
    raise TypeError(f"{type(chart).__name__} is no chart")


_draw.register(BarChart, draw_bars)
_draw.register(StackedBarChart, draw_stacked_bars)
_draw.register(HeatMap, draw_heat_map)
_draw.register(DotChart, draw_dots)
_draw.register(QuadrantChart, draw_quadrants)
_draw.register(LineChart, draw_lines)
_draw.register(FlowChart, draw_flows)
_draw.register(PlaceMap, draw_map)


def picture_png(chart: Chart, *, title: bool = False) -> bytes:
    """Return the chart as a PNG without dates, its title in it if wished; the same chart gives the same bytes."""
    written = BytesIO()
    with chart_style():
        _draw(chart, chart.title if title else "").savefig(
            written, format="png", dpi=PNG_DPI, metadata={"Software": None}
        )
    return written.getvalue()


def picture_svg(chart: Chart, prefix: str, alt: str = "") -> str:
    """Return the chart as an ``<svg>`` element to set into a page.

    Its text is text in the page's own font; its ids begin with the prefix, so that many charts share a page. Readers
    that do not show pictures say its title and the alternative text.
    """
    written = BytesIO()
    undated = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with chart_style(), mpl.rc_context({"svg.hashsalt": prefix}):
        _draw(chart, "").savefig(written, format="svg", metadata=undated)
    root = _fit_into_page(written.getvalue(), prefix)
    _describe(root, prefix, chart.title, alt)
    return ElementTree.tostring(root, encoding="unicode")


def _fit_into_page(svg: bytes, prefix: str) -> ElementTree.Element:
    """Keep the drawing only: no metadata, no rules for the whole page, no unused ids, no fixed size."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own picture of a moment ago
    used = {name.decode() for name in re.findall(rb"#([\w-]+)", svg)}
    for parent in (root, *root.findall(f"{_SVG}defs")):
        for child in (*parent.findall(f"{_SVG}metadata"), *parent.findall(f"{_SVG}style")):
            parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.tail = None
        element.text = element.text if element.tag == "text" else None
        element.attrib = dict(_fitted(element.attrib, used, prefix))
    root.attrib = {"viewBox": root.attrib["viewBox"], "style": "stroke-linejoin: round; stroke-linecap: butt"}
    return root


def _fitted(attributes: Mapping[str, str], used: set[str], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes with prefixed ids and references, the choice of font left to the page."""
    for name, value in attributes.items():
        if name == "id":
            if value in used:
                yield name, f"{prefix}-{value}"
        elif name == f"{_XLINK}href":
            yield "href", value.replace("#", f"#{prefix}-", 1)
        elif not value.startswith("rotate(-0 "):
            yield name, re.sub(r" font-family: [^;]+;", "", value).replace("url(#", f"url(#{prefix}-")


def _describe(root: ElementTree.Element, prefix: str, title: str, alt: str) -> None:
    """Name and describe the picture for readers that do not show it."""
    root.attrib |= {"role": "img", "aria-labelledby": f"{prefix}-title {prefix}-alt"}
    for place, (tag, said) in enumerate((("title", title), ("desc", alt))):
        element = ElementTree.Element(tag, {"id": f"{prefix}-{'alt' if place else 'title'}"})
        element.text = clean_text(said)
        root.insert(place, element)
