"""What may be told of the sample: who answered and who did not, against the register, and how the weights spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.channels import MODES, OPT_IN, UNTOLD, contact_modes
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.content.disclose import companions, rounded_counts, too_few
from needs_analytics.reports.formats import number_text

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

GROUP = "group:"
AGE_SEX = ("age_sex", "age", "sex")
UNKNOWN_CLASS, WITHOUT = "未知", "否"
_NAMED = 3
_WEIGHT_STEPS = (0.5, 1.0, 2.0, 4.0)
_ROUNDING = 1e-6
_LEAST_SPREAD = 1.01  # design effect below which all weights are alike


@dataclass(frozen=True)
class SampleView:
    """What may be told of a month's sample; everything is computed from the printed, rounded figures."""

    result: MonthResult
    words: Wording

    @property
    def n(self) -> int:
        """Respondents who stand for somebody."""
        return len(self.result.weights.table)

    @cached_property
    def classes(self) -> pd.DataFrame:
        """The register's classes after disclosure control, those without any answer first, then the furthest off."""
        told = printable_margins(self.result)
        if told.empty:
            return told
        limit = self.result.options.report.balance_limit
        off = (told["asmd_before"] > limit) & (told["label"] != UNKNOWN_CLASS)
        standing = np.where(off, np.where(told["before"] > told["target"], "over", "under"), "even")
        told = told.assign(standing=np.where((told["label"] == UNKNOWN_CLASS) | _mirrors(told), "", standing))
        nobody = told["n"] == 0
        last = told["hidden"] | (told["standing"] == "")
        told = told.assign(standing=told["standing"].mask(nobody, "none"))
        told = told.assign(order=told["asmd_before"].mask(last, -1.0).mask(nobody, np.inf))
        return told.sort_values(["order", "margin", "label"], ascending=[False, True, True], ignore_index=True)

    @cached_property
    def modes(self) -> pd.DataFrame:
        """How the respondents were reached: ``mode, n, share, hidden``, the commonest first, the untold last."""
        counts = contact_modes(self.result.cleaned.survey).value_counts()
        counts = counts.reindex([mode for mode in MODES if mode in counts.index])
        frame = pd.DataFrame({"mode": counts.index, "n": counts.to_numpy(float)})
        return self._counted(frame).assign(last=frame["mode"] == UNTOLD).sort_values(["last", "order"])

    @cached_property
    def steps(self) -> pd.DataFrame:
        """Answers by how many residents each stands for relative to the mean: ``n, share, carried, hidden``."""
        weight = self.result.weights.table["weight"].to_numpy(float)
        place = np.searchsorted(_WEIGHT_STEPS, weight / weight.mean() - _ROUNDING, side="left")
        size = len(_WEIGHT_STEPS) + 1
        carried = np.bincount(place, weight, size) / weight.sum()
        frame = pd.DataFrame({"step": range(size), "n": np.bincount(place, minlength=size).astype(float)})
        return self._counted(frame).assign(carried=carried)

    def _counted(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Round counts of all respondents and hide small ones; their order follows the printed shares."""
        options = self.result.options.disclosure
        whole = frame["n"].sum()
        few = too_few(frame["n"], np.full(len(frame), whole), options) & (frame["n"] > 0).to_numpy()
        hidden = companions(few, frame["n"], pd.Series("", index=frame.index))
        n = rounded_counts(frame["n"], options.base)
        share = np.minimum(n / max(float(rounded_counts([whole], options.base)[0]), 1.0), 1.0)
        return frame.assign(n=n, share=share, hidden=hidden, withheld=False, order=np.where(hidden, 1.0, -share))

    @property
    def bounds(self) -> str:
        """Whether the weights' bounds were ``kept``, ``dropped`` (``W618``), or ``unused``: nothing was weighted."""
        if self.result.weights.status != "raked":
            return "unused"
        return "dropped" if any(issue.code == "W618" for issue in self.result.weights.issues) else "kept"

    @property
    def limits(self) -> dict[str, str]:
        """The bounds of the weights as they are printed."""
        low, high = self.result.options.weights.bounds
        return {"low": f"{low:g}", "high": f"{high:g}"}

    @property
    def at_bound(self) -> bool:
        """Whether the largest weight is as large as the options allow."""
        table = self.result.weights.table
        ratio = (table["weight"] / table["base_weight"]).to_numpy(float)
        ratio = ratio / (table["weight"].sum() / table["base_weight"].sum())
        largest = ratio[int(table["weight"].to_numpy(float).argmax())]
        return self.bounds == "kept" and bool(largest > self.result.options.weights.bounds[1] * (1 - _ROUNDING))

    @property
    def spread(self) -> bool:
        """Whether the weights differ."""
        return bool(self.result.weights.deff > _LEAST_SPREAD)

    @property
    def balanced(self) -> pd.DataFrame:
        """The classes the first figure shows: those that answered, groups by their members."""
        rows = self.classes
        if rows.empty:
            return rows
        return rows[~rows["standing"].isin(["none", ""]) & ~rows["hidden"]]

    def named(self, standing: str) -> list[str]:
        """Name the classes that are over- or under-represented, or absent; the furthest off first.

        Ages and sexes nobody answered from are ``silent``.
        """
        rows = self.classes
        if rows.empty:
            return []
        rows = rows[(rows["standing"] == standing) & ~rows["hidden"]]
        rows = rows[~rows["margin"].isin(AGE_SEX)] if standing == "none" else rows
        return [self.class_name(margin, label) for margin, label in zip(rows["margin"], rows["label"], strict=True)]

    @property
    def silent(self) -> list[str]:
        """Name the register's ages and sexes nobody answered from."""
        said = [issue.value for issue in self.result.weights.issues if issue.code == "W639"]
        return [self.class_name("", label) for names in said for label in names.split("、")]

    @property
    def untold(self) -> list[str]:
        """Name what the register tells of residents and too few answers do."""
        said = [issue.details["margin"] for issue in self.result.weights.issues if issue.code == "W640"]
        return [name[self.words.language] for name in said if isinstance(name, Mapping)]

    def told(self, standing: str) -> list[str]:
        """Name them with their share of the population and of the answers."""
        rows = self.classes
        rows = rows[(rows["standing"] == standing) & ~rows["hidden"]].head(_NAMED)
        return [
            self.words.say(
                "sample.class_item",
                name=self.class_name(margin, label),
                target=number_text(target, "share"),
                before=number_text(before, "share"),
            )
            for margin, label, target, before in iter_rows(rows, "margin", "label", "target", "before")
        ]

    def class_name(self, margin: str, label: str) -> str:
        """Return how a class is called in a sentence: a group by its name instead of 是, 16-34岁男性."""
        if margin.startswith(GROUP):
            return margin_name(margin, self.words)
        sex, _, age = self.words.margin_class(label).partition(" ")
        return self.words.say("sample.sex_age", sex=sex, age=age) if age else sex

    @property
    def heaviest(self) -> list[str]:
        """The printable classes, one of each margin but the groups, whose answers stand for most residents each."""
        rows = self.balanced
        rows = rows[~rows["margin"].str.startswith(GROUP) & (rows["n"] > 0)] if len(rows) else rows
        found = []
        for margin, part in rows.groupby("margin", sort=False) if len(rows) else ():
            each = part["target"] / part["before"].where(part["before"] > 0)
            if each.max() > 1.0:
                found.append(self.class_name(str(margin), str(part["label"].iloc[int(np.nanargmax(each))])))
        return found

    @property
    def opt_in(self) -> pd.DataFrame:
        """The modes by which residents came by themselves, as far as they may be told."""
        return self.modes[self.modes["mode"].isin(OPT_IN) & ~self.modes["hidden"]]

    @property
    def empty_grids(self) -> tuple[int, int]:
        """Grids known to have residents, and those of them without any answer."""
        places = self.result.needs.places
        known = places[places["grid"].fillna("") != ""] if len(places) else places
        survey = self.result.cleaned.survey
        answered = set(zip(survey["community"], survey["grid"], strict=True))
        pairs = zip(known["community"], known["grid"], strict=True) if len(known) else ()
        return len(known), sum(pair not in answered for pair in pairs)


def _mirrors(classes: pd.DataFrame) -> pd.Series:
    """Tell which classes only mirror another: who does not belong to a special group."""
    return classes["margin"].str.startswith(GROUP) & (classes["label"] == WITHOUT)


def printable_margins(result: MonthResult) -> pd.DataFrame:
    """Return the margin classes after disclosure control.

    What stood in the sample follows from the rounded numbers of respondents. All respondents are counted in the
    report, so that one hidden class of a margin never stands alone. The population has nobody of unknown class: what
    the weighting gives those is the sample's own share, so the others are told among themselves, here and there.
    """
    margins, options = result.weights.margins, result.options.disclosure
    if margins.empty:
        return margins
    total = margins.groupby("margin")["n"].transform("sum")
    few = companions(too_few(margins["n"], total, options), margins["n"], margins["margin"])
    n = rounded_counts(margins["n"], options.base)
    counts = margins["n"].where(margins["label"] != UNKNOWN_CLASS)
    known = rounded_counts(counts.groupby(margins["margin"]).transform("sum"), options.base)
    before = np.where(counts.notna(), np.minimum(n / np.maximum(known, 1.0), 1.0), np.nan)
    after = among_known(margins, "after") if result.weights.status == "raked" else before
    target = among_known(margins, "target")
    spread = np.sqrt(np.maximum(target * (1 - target), 1e-12))
    return margins.assign(
        n=n,
        before=before,
        target=target,
        after=after,
        asmd_before=np.abs(before - target) / spread,
        asmd_after=np.abs(after - target) / spread,
        hidden=few,
        withheld=False,
    )


def among_known(margins: pd.DataFrame, column: str) -> Floats:
    """Return the shares of a margin's classes among those whose class is known; none for the others."""
    shares = margins[column].astype(float).where(margins["label"] != UNKNOWN_CLASS)
    return np.asarray(shares / shares.groupby(margins["margin"]).transform("sum"), dtype=np.float64)


def margin_name(name: str, words: Wording) -> str:
    """Return how a margin is printed."""
    if name.startswith(GROUP):
        return words.groups.get(name.removeprefix(GROUP), name)
    return words.say(f"word.{name}")
