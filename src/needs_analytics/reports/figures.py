"""The report's charts one by one, for notebooks: in Chinese also on a machine without Chinese fonts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError
from needs_analytics.files import write_whole
from needs_analytics.reports.alt_text import alt_text
from needs_analytics.reports.content import charts, segment_charts
from needs_analytics.reports.content.build import report_wording
from needs_analytics.reports.content.gap_map import gap_map
from needs_analytics.reports.content.gap_tables import printable_gaps
from needs_analytics.reports.content.need_tables import printable_needs
from needs_analytics.reports.content.sample import SampleView
from needs_analytics.reports.content.sample_tables import balance_dots, weight_bars
from needs_analytics.reports.drawing import draw, picture_png, picture_svg
from needs_analytics.reports.words import render_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.charts import Chart
    from needs_analytics.reports.content.wording import Wording

_SCREEN_WIDTH = 670


@dataclass(frozen=True)
class Picture:
    """A chart ready to be shown or saved; notebooks show it by themselves.

    Attributes
    ----------
    chart
        The chart as data, after disclosure control.
    alt
        The chart in words, for those who do not see it.
    """

    chart: Chart
    alt: str

    @cached_property
    def png(self) -> bytes:
        """The picture with its title, letters drawn by the font we ship."""
        return picture_png(self.chart, title=True)

    @property
    def svg(self) -> str:
        """The picture as an ``<svg>`` element whose letters the reader's own fonts draw."""
        return picture_svg(self.chart, self.chart.id, self.alt)

    @property
    def figure(self) -> Figure:
        """A matplotlib figure, to go on with."""
        return draw(self.chart)

    def save(self, path: str | Path) -> Path:
        """Write the picture as PNG, or as SVG where the name ends in ``.svg``.

        Returns
        -------
        Path
            Where it was written: beside the file as ``…(2)`` where that was open in another program.
        """
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        return write_whole(file, self.svg.encode() if file.suffix.lower() == ".svg" else self.png)

    def __repr__(self) -> str:
        return f"Picture({self.chart.title}: {self.alt})"

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.png, "text/plain": repr(self)}, {
            "image/png": {"width": _SCREEN_WIDTH, "alt": self.alt}
        }


def plot_month(result: MonthResult, name: str = "needs", *, language: str = "zh", need: str = "") -> Picture:
    """Draw one of the report's charts of a month.

    It shows what the report may print: the same disclosed figures as the report's tables.

    Parameters
    ----------
    result
        What :func:`needs_analytics.run_month` gave.
    name
        ``needs`` (leading needs with intervals), ``needs_by_community``, ``gaps`` (where the demand goes),
        ``gap_flows`` (the same as bands), ``gap_map`` (one need's gap by place, and its sites), ``gaps_by_community``,
        ``use`` (pressure against utilisation), ``balance`` (margins before and after
        weighting), ``weights`` (how they spread), ``segments`` (segment × need), ``segment_traits`` (what sets each
        apart), ``segment_sizes`` (over months) or ``segment_moves`` (who changed from which type to which).
    language
        ``zh`` or ``en``.
    need
        Name or code of the need of ``gap_map``; by default that with the largest gap.

    Returns
    -------
    Picture
        A notebook shows it; ``.save(path)``, ``.png``, ``.svg`` and ``.figure`` are for other uses.

    Raises
    ------
    UsageError
        When there is no such chart or need, or the month has nothing to show in it.
    """
    if name not in _CHARTS or (need and name != "gap_map"):
        raise failure(UsageError, "chart_unknown", name=name, known="、".join(_CHARTS))
    make, field = _CHARTS[name]
    words = report_wording(result, language)
    chart = _map_of_need(result, need, words) if need else make(result, words)
    if chart is None:
        raise failure(UsageError, "chart_empty", name=name, field=field)
    return Picture(chart, alt_text(chart, render_words(language)))


def _map_of_need(result: MonthResult, need: str, words: Wording) -> Chart | None:
    codes = [code for code, name in words.needs.items() if need in (code, name)]
    if not codes:
        raise failure(UsageError, "chart_need_unknown", name=need)
    return _of_gaps(partial(gap_map, need=codes[0]))(result, words)


def _of_needs(make: Callable[..., Chart | None]) -> Callable[[MonthResult, Wording], Chart | None]:
    return lambda result, words: (
        None if result.needs.table.empty else make(result, printable_needs(result, words), words)
    )


def _of_gaps(make: Callable[..., Chart | None]) -> Callable[[MonthResult, Wording], Chart | None]:
    return lambda result, words: None if result.gaps.table.empty else make(result, printable_gaps(result, words), words)


_CHARTS: Mapping[str, tuple[Callable[[MonthResult, Wording], Chart | None], str]] = {
    "needs": (_of_needs(charts.need_bars), "needs"),
    "needs_by_community": (_of_needs(charts.need_heat), "needs"),
    "gaps": (_of_gaps(lambda _, shown, words: charts.gap_parts(shown, words)), "gaps"),
    "gap_flows": (_of_gaps(charts.gap_flows), "gaps"),
    "gap_map": (_of_gaps(gap_map), "gaps"),
    "gaps_by_community": (_of_gaps(charts.gap_heat), "gaps"),
    "use": (_of_gaps(lambda _, shown, words: charts.use_quadrants(shown, words)), "gaps"),
    "balance": (lambda result, words: balance_dots(SampleView(result, words)), "weights"),
    "weights": (lambda result, words: weight_bars(SampleView(result, words)), "weights"),
    "segments": (_of_needs(segment_charts.segment_heat), "segments"),
    "segment_traits": (segment_charts.trait_heat, "segments"),
    "segment_sizes": (segment_charts.size_lines, "segments"),
    "segment_moves": (segment_charts.migration_matrix, "segments"),
}
