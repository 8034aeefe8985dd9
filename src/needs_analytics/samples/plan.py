"""What a sample town is made from: its facts, its tables, its forms. The code is the same for every town."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from needs_analytics.core.month import Month
from needs_analytics.samples.draws import packaged, packaged_table, packaged_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True)
class Plan:
    """What one town is made from.

    Attributes
    ----------
    name
        Of the plan; its own tables and forms stand in the package's folder ``data/<name>``.
    place
        Name of the sub-district.
    number
        Which of a hundred towns it is: ID numbers and phones of one occur in no other.
    centre, crs
        Longitude and latitude of the middle in WGS-84 (a point without meaning), and the system in which the offices
        write coordinates.
    answers, panel
        Answer sheets of persons a month, and the share of them from people who answer in every month.
    first_month
        First of the survey months; before it the town stands still.
    redrawn
        Share of the residents whose wish for one thing is drawn anew each month.
    link
        How scores become chances: ``logit``, or ``rough`` (complementary log-log, with hot spots and an edge in age).
    grid_sd
        Standard deviation of the grids' effects on the logit scale; ``None`` for each need's own of ``wishes.csv``.
    outlier_grids, outlier_shift
        So many grids whose every need is shifted by so much on the logit scale.
    tables, texts
        Tables and words that take the place of the packaged ones.
    """

    name: str
    place: str
    number: int = 0
    centre: tuple[float, float] = (117.2, 31.8)
    crs: str = "WGS84"
    answers: int = 1800
    panel: float = 0.3
    first_month: str = "2026-08"
    redrawn: float = 0.1
    link: str = "logit"
    grid_sd: float | None = None
    outlier_grids: int = 0
    outlier_shift: float = 1.5
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    texts: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return one of its tables; shared, so not to be changed."""
        if name in self.tables:
            return self.tables[name]
        return packaged_table(self._own(f"{name}.csv").removesuffix(".csv"))

    def words(self, name: str) -> dict[str, Any]:
        """Return one of its files of words; shared, so not to be changed."""
        if name in self.texts:
            return self.texts[name]
        return packaged_words(self._own(f"{name}.toml").removesuffix(".toml"))

    @property
    def offices(self) -> tuple[str, ...]:
        """The offices that ask residents, by their short names, in the order of ``offices.toml``."""
        return tuple(name for name, facts in self.words("offices").items() if "dialect" in facts)

    def office(self, name: str) -> dict[str, Any]:
        """Return an office's section of ``offices.toml``."""
        facts: dict[str, Any] = self.words("offices")[name]
        return facts

    def form(self, office: str) -> dict[str, Any]:
        """Return an office's section of ``forms.toml``."""
        form: dict[str, Any] = self.words("forms")[office]
        return form

    def months_up_to(self, month: Month) -> list[Month]:
        """Return the survey months up to one, the first at least."""
        months = [Month.parse(self.first_month)]
        while str(months[-1]) < str(month):
            months.append(months[-1].shift(1))
        return months

    def _own(self, file: str) -> str:
        return f"{self.name}/{file}" if packaged(f"{self.name}/{file}") else file


@cache
def read_plan(name: str = "town") -> Plan:
    """Return a packaged plan: ``town`` (the default), ``village`` or ``rough``."""
    facts = dict(packaged_words("plans")[name])
    facts["centre"] = tuple(facts["centre"])
    return Plan(name=name, **facts)
