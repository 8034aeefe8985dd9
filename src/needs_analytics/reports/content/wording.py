"""The report's words in one language: sentences of the catalogue, names of needs, groups and parts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.flags import CAUTION
from needs_analytics.core.messages import catalogue, class_words, text
from needs_analytics.core.results import ALL
from needs_analytics.reports.content.disclose import rounded_persons

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.options import Options

MOST_LISTED = 5


_TOWNS = ("街道", "镇", "乡")
_AREAS = ("社区", "村", "区", "县", "市")


def _kind_of_area(office: str) -> str:
    """Return what an office looks after by its name: 街道 of 幸福街道办事处, 镇 of 幸福镇."""
    towns = sorted((office.rfind(word), word) for word in _TOWNS if word in office)
    ending = next((word for word in _AREAS if office.endswith(word)), "other")
    return towns[-1][1] if towns else ending


@dataclass(frozen=True)
class Wording:
    """Words of a report.

    Attributes
    ----------
    needs, groups, segments
        Code to name in the report's language.
    domains
        Need to its domain's name.
    settings
        Options that sentences mention (``youngest``, ``threshold``, ``base``, ``least``).
    """

    language: str
    needs: Mapping[str, str]
    groups: Mapping[str, str]
    segments: Mapping[str, str]
    domains: Mapping[str, str]
    settings: Mapping[str, object]

    @classmethod
    def of(
        cls, codebook: Codebook, segments: Mapping[str, str], language: str, options: Options, *, office: str = ""
    ) -> Wording:
        """Collect the names of a codebook, what the whole area is called, and the options that sentences mention."""
        domains = codebook.needs["domain_name" if language == "zh" else "domain_name_en"]
        settings = {
            "youngest": options.cleaning.youngest_age,
            "threshold": options.disclosure.threshold,
            "base": options.disclosure.base,
            "least": f"{options.needs.least_n_eff:g}",
            "whole": text(f"report.whole.{_kind_of_area(office)}", language),
        }
        return cls(
            language, codebook.need_names(language), codebook.group_names(language), segments, dict(domains), settings
        )

    def say(self, key: str, /, **details: object) -> str:
        """Return a sentence of the report's section."""
        return text(f"report.{key}", self.language, **{**self.settings, **details})

    def label(self, section: str, value: object) -> str:
        """Return the printed form of a stored word (flags, tiers, parts …); the word itself where there is none."""
        return catalogue(self.language).get(f"{section}.{value}", "" if value is None else str(value))

    def care(self, flag: object) -> str:
        """Return what a sentence adds to a figure to be used with caution: ``，慎用``."""
        return self.say("text.care") if flag == CAUTION else ""

    def care_of(self, label: object) -> str:
        """Return the same from the flag as it is printed."""
        return self.care(CAUTION) if label == self.label("flag", CAUTION) else ""

    def reason(self, codes: object) -> str:
        """Return why something is not 可发布, from codes joined by ``;``."""
        return self.say("list_semicolon").join(self._reason(code) for code in str(codes or "").split(";") if code)

    def _reason(self, code: str) -> str:
        return text(f"reason.{code}", self.language, **self.settings)

    def need(self, code: object) -> str:
        """Return a need's name."""
        return self.needs.get(str(code), str(code))

    def place(self, name: object) -> str:
        """Return a place; a total reads 全街道, 全镇 …, as the office is called."""
        return str(self.settings["whole"]) if name == ALL else str(name)

    def domain(self, code: object) -> str:
        """Return the name of a need's domain."""
        return self.domains.get(str(code), "")

    def steps(self, population: float, base: int) -> list[str]:
        """Return how coarse numbers of residents are: they follow from whole per cents. Nothing without a register."""
        if not math.isfinite(population):
            return []
        return [self.say("note.steps", step=int(rounded_persons([population / 100], base)[0]))]

    def margin_class(self, label: str) -> str:
        """Return how a class of a margin is printed (``男 16-34岁``)."""
        return class_words(label, self.language)

    def listed(self, items: Iterable[str], most: int = MOST_LISTED) -> str:
        """Join items with the language's comma; of more than ``most`` the first ones, and that there are more (等)."""
        chosen = list(items)
        if not chosen:
            return self.say("none")
        joined = self.say("list_comma").join(chosen[:most])
        return self.say("and_more", list=joined) if len(chosen) > most else joined

    def leading(self, items: Iterable[str], most: int = MOST_LISTED) -> str:
        """Join the first items only, for a sentence that says which come first."""
        return self.listed(list(items)[:most], most)
