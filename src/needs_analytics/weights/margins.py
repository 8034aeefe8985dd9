"""The register's margins with the respondents' classes: age band × sex, community; `groups` has the special groups.

Communities that count by other bands are brought to the bands they have in common; a community that tells no age or no
sex stands with what it tells. A class with too few respondents is collapsed by a written rule: age bands with the
neighbouring band of fewer respondents within the sex, the sexes where one has too few, communities into one class of
the thin ones, with the smallest others until they are enough: a handful never stands for a whole class. Respondents
whose class is not known keep their share: the other targets are reduced by it in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.weights.countings import OLDEST, band, common_cuts
from needs_analytics.weights.silent import silent_classes, silent_issue, told_by_answers, untold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.core.options import WeightsOptions
    from needs_analytics.weights.population import Population

UNKNOWN = "未知"
_LEAST_INSIDE = 0.9  # a respondent's own band counts in the class that holds so much of it (46–60 in 16–59)
_MOST_LOST = 0.1  # communities with up to this share of the residents may lack a cut that the others have
_OPEN = 90.0  # the oldest age that matters when an open band is compared


@dataclass(frozen=True, slots=True)
class Margin:
    """One raking margin.

    Attributes
    ----------
    name
        ``age_sex``, ``age``, ``sex``, ``community`` or ``group:<group>``.
    labels, targets
        Of the classes, ``(classes,)``; the last class may be of the respondents whose class is unknown.
    codes
        ``(n,)`` class of each respondent.
    blocks
        ``(classes,)``: classes of one block share the residents of some communities among themselves.
    absent
        Classes nobody answered from, with their share of the residents; the others stand for them.
    silent
        The register's bands and sexes nobody answered from, before any is collapsed, with their residents.
    """

    name: str
    labels: tuple[str, ...]
    targets: Floats
    codes: Ints
    blocks: Ints
    absent: tuple[tuple[str, float], ...] = ()
    silent: tuple[tuple[str, float], ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it is the yes/no margin of a special group."""
        return self.name.startswith("group:")

    def beside(self, weights: Floats) -> Margin:
        """Return the margin with the unknown class, and each block as a whole, at their share of some weights.

        Which answers leave a class unknown often goes with the place, which another margin settles: known classes
        divide what those known of their block stand for as the register tells.
        """
        sums = np.bincount(self.codes, weights, len(self.labels)) * (self.targets.sum() / weights.sum())
        told = self.targets.copy()
        if self.labels[-1] == UNKNOWN:
            told[-1] = 1.0  # alone in its block
        within = told / np.bincount(self.blocks, told)[self.blocks]
        return replace(self, targets=np.bincount(self.blocks, sums)[self.blocks] * within)


@dataclass(frozen=True, slots=True)
class _Scheme:
    """Communities that tell the same of their residents: which bands and sexes (``""``: not told), who answered there.

    ``targets`` are persons by sex and band, ``codes`` of each respondent the sex and band, −1 unknown.
    """

    bands: list[tuple[float, float]]
    sexes: list[str]
    targets: Floats
    sex: Ints
    age: Ints

    @property
    def known(self) -> Bools:
        """Whether the class of a respondent is known."""
        return (self.age >= 0) & (self.sex >= 0)

    @property
    def silent(self) -> list[tuple[str, float]]:
        """The bands and sexes nobody answered from, with their residents."""
        answered = np.zeros(self.targets.shape, dtype=bool)
        answered[self.sex[self.known], self.age[self.known]] = True
        return silent_classes(self.bands, self.sexes, self.targets, answered)


def register_margins(
    survey: pd.DataFrame, population: Population, *, options: WeightsOptions
) -> tuple[list[Margin], list[Issue]]:
    """Return the margins of residents to rake to, each adding up to the population, and what was noticed.

    Parameters
    ----------
    population
        The register's count of the target population.
    """
    issues: list[Issue] = []
    found: list[Margin] = []
    for margin, said in (
        _community_margin(survey, population, options),
        _age_sex_margin(survey, population, options),
    ):
        issues += said
        found += [margin] if margin else []
    return found, issues


def _age_sex_margin(
    survey: pd.DataFrame, population: Population, options: WeightsOptions
) -> tuple[Margin | None, list[Issue]]:
    cells, cuts, issues = _in_common_bands(population.cells)
    survey, said = _within_bands(survey, cuts)
    issues += said
    cells, said = told_by_answers(cells, survey, options.smallest_class)
    issues += said
    labels: list[str] = []
    sums: list[float] = []
    blocks: list[int] = []
    codes, names = np.full(len(survey), -1), []
    silent: list[tuple[str, float]] = []
    kinds = cells.groupby([cells["age_low"].notna(), cells["sex"].notna()], sort=False)
    for (aged, sexed), rows in kinds:
        everywhere = kinds.ngroups == 1
        scheme = _scheme(survey, rows, cuts if aged else np.empty(0), sexed=bool(sexed), everywhere=everywhere)
        if not (aged or sexed) or int(scheme.known.sum()) < options.smallest_class:
            continue
        silent += scheme.silent
        scheme, joined = _joined_sexes(scheme, options.smallest_class)
        names.append((float(rows["persons"].sum()), "_".join(["age"] * bool(aged) + ["sex"] * bool(sexed))))
        place, own, persons, said = _collapsed(scheme, options.smallest_class)
        codes[scheme.known] = len(labels) + place
        blocks += [len(names)] * len(own)
        labels += own
        sums += persons
        issues += [*joined, *said]
    if not labels:
        told = cells[["age_low", "sex"]].notna().any(axis=None)
        return None, [*issues, *([untold("age_sex", 0, options.smallest_class)] if told else [])]
    margin = finished(max(names)[1], labels, np.array(sums), codes, population.total, blocks)
    issues += silent_issue(silent, population.total)
    return margin and replace(margin, silent=tuple(silent)), issues


def _in_common_bands(cells: pd.DataFrame) -> tuple[pd.DataFrame, Floats, list[Issue]]:
    """Return the cells with the lower ends of the bands all communities share, which those are, and what was said.

    A community whose bands cross a cut that nearly all others have keeps its residents, but tells no age.
    """
    aged = cells["age_low"].notna()
    if not aged.any():
        return cells, np.empty(0), []
    cuts, crossing = common_cuts(cells[aged], _MOST_LOST)
    lost = aged & cells["community"].isin(crossing)
    own = cells[aged & ~lost].groupby("community")["age_low"].agg(set)
    issues = []
    if crossing or any(lows > set(cuts) for lows in own):
        bands = "、".join(band(*limits) for limits in _bands(cuts))
        coarse = in_every_language("counting.coarse", places="、".join(sorted(crossing))) if crossing else ""
        issues.append(Issue("I605", value=bands, details={"classes": bands, "coarse": coarse}))
    first = cuts[np.maximum(np.searchsorted(cuts, cells["age_low"].fillna(0), side="right") - 1, 0)]
    return cells.assign(age_low=np.where(aged & ~lost, first, np.nan)), cuts, issues


def _within_bands(survey: pd.DataFrame, cuts: Floats) -> tuple[pd.DataFrame, list[Issue]]:
    """Add ``band`` to the answers: the class that holds an age or nearly all of an age band, −1 where none does.

    The first class takes in those a little younger: many registers begin at 18.
    """
    low, high = survey["age_low"].to_numpy(float), survey["age_high"].to_numpy(float)
    low = np.maximum(low, cuts[0]) if len(cuts) else low
    last = np.maximum(np.minimum(high, _OPEN), low)
    codes, inside = np.full(len(survey), -1), np.zeros(len(survey))
    for place, (start, end) in enumerate(_bands(cuts)):
        upper = np.inf if end >= OLDEST else end
        part = np.clip(np.minimum(last, upper) - np.maximum(low, start) + 1, 0, None) / (last - low + 1)
        codes = np.where(part >= _LEAST_INSIDE, place, codes)
        inside = np.where(part >= _LEAST_INSIDE, part, inside)
    nearly = survey[(codes >= 0) & (inside < 1)]
    issues = []
    if len(nearly):
        counts = nearly.groupby(["age_low", "age_high"]).size()
        limits = counts.index.to_frame().to_numpy(float)
        bands = "、".join(band(*pair) for pair in limits.tolist())
        issues.append(Issue("I606", value=bands, details={"classes": bands, "count": int(counts.sum())}))
    return survey.assign(band=codes), issues


def _bands(cuts: Floats) -> list[tuple[float, float]]:
    ends = [*(cuts[1:] - 1), OLDEST][: len(cuts)]
    return [(float(first), float(last)) for first, last in zip(cuts, ends, strict=True)]


def _scheme(survey: pd.DataFrame, cells: pd.DataFrame, cuts: Floats, *, sexed: bool, everywhere: bool) -> _Scheme:
    sexes = ["男", "女"] if sexed else [""]
    bands = _bands(cuts) if len(cuts) else [(0.0, float(OLDEST))]
    place = np.maximum(np.searchsorted(cuts, cells["age_low"], side="right") - 1, 0)
    row = np.maximum(cells["sex"].map({name: code for code, name in enumerate(sexes)}).fillna(0).to_numpy(int), 0)
    targets = np.zeros((len(sexes), len(bands)))
    np.add.at(targets, (row, place), cells["persons"].to_numpy(float))
    here = survey["community"].isin(set(cells["community"])).to_numpy() | everywhere
    sex = survey["sex"].map({name: code for code, name in enumerate(sexes)}).fillna(-1).to_numpy(int)
    age = survey["band"].to_numpy(int) if len(cuts) else np.zeros(len(survey), dtype=int)
    sex = sex if sexed else np.zeros(len(survey), dtype=int)
    return _Scheme(bands, sexes, targets, np.where(here, sex, -1), np.where(here, age, -1))


def _collapsed(scheme: _Scheme, smallest: int) -> tuple[Ints, list[str], list[float], list[Issue]]:
    """Collapse thin bands within each sex; return the classes of those known, labels, persons and what was joined."""
    labels: list[str] = []
    persons: list[float] = []
    issues: list[Issue] = []
    lookup = np.zeros(scheme.targets.shape, dtype=int)
    one_band = len(scheme.bands) == 1 and scheme.bands[0][0] == 0
    for row, sex in enumerate(scheme.sexes):
        counts = np.bincount(scheme.age[scheme.known & (scheme.sex == row)], minlength=len(scheme.bands))
        for part in _merge_bands(counts, scheme.targets[row], smallest):
            span = _span(scheme.bands, part)
            if len(part) > 1 and counts[part].any():
                parts = "、".join(f"{band(*scheme.bands[spot])}（{counts[spot]}）" for spot in part)
                joined = {"sex": sex, "classes": " ".join(filter(None, (sex, span))), "parts": parts}
                issues.append(Issue("I611", value=span, details={**joined, "smallest": smallest}))
            lookup[row, part] = len(labels)
            labels.append(" ".join(filter(None, (sex, "" if one_band else span))))
            persons.append(float(scheme.targets[row, part].sum()))
    known = scheme.known
    return lookup[scheme.sex[known], scheme.age[known]], labels, persons, issues


def _joined_sexes(scheme: _Scheme, smallest: int) -> tuple[_Scheme, list[Issue]]:
    """Join the sexes where one has respondents, yet too few to stand for its residents."""
    counts = np.bincount(scheme.sex[scheme.known], minlength=len(scheme.sexes))
    if len(scheme.sexes) == 1 or not ((counts > 0) & (counts < smallest) & (scheme.targets.sum(axis=1) > 0)).any():
        return scheme, []
    parts = "、".join(f"{sex}（{count}）" for sex, count in zip(scheme.sexes, counts, strict=True))
    both = "、".join(scheme.sexes)
    issue = Issue("I611", value=both, details={"classes": both, "parts": parts, "smallest": smallest})
    targets, sex = scheme.targets.sum(axis=0, keepdims=True), np.minimum(scheme.sex, 0)
    return replace(scheme, sexes=[both], targets=targets, sex=sex), [issue]


def _merge_bands(counts: Ints, targets: Floats, smallest: int) -> list[list[int]]:
    """Merge neighbouring bands until each that has people also has enough respondents, and the other way round."""
    parts = [[place] for place in range(len(counts))]
    while len(parts) > 1:
        sizes = [int(counts[part].sum()) for part in parts]
        people = [float(targets[part].sum()) for part in parts]
        thin = [
            place
            for place, size in enumerate(sizes)
            if (size < smallest and people[place] > 0) or (size > 0 and people[place] == 0)
        ]
        if not thin:
            break
        place = min(thin, key=lambda spot: (sizes[spot], spot))
        beside = [spot for spot in (place - 1, place + 1) if 0 <= spot < len(parts)]
        other = min(beside, key=lambda spot: (sizes[spot], spot))
        first, second = sorted((place, other))
        parts[first : second + 1] = [parts[first] + parts[second]]
    return parts


def _community_margin(
    survey: pd.DataFrame, population: Population, options: WeightsOptions
) -> tuple[Margin | None, list[Issue]]:
    persons = population.communities
    if persons.empty:
        return None, []
    names = sorted(persons.index)
    counts = survey["community"].value_counts()
    if len(counts) and not set(counts.index) & (set(names) | population.unknown):
        told = {"answers": "、".join(sorted(counts.index)), "register": "、".join(names)}
        return None, [Issue("W620", value=told["answers"], details=told)]
    issues = [
        Issue("W612", value=name, details={"persons": f"{persons[name]:.0f}"})
        for name in names
        if counts.get(name, 0) == 0
    ]
    unlisted = sorted(set(counts.index) - set(names) - population.unknown)
    issues += [Issue("W615", value=name, details={"count": int(counts[name])}) for name in unlisted]
    own, thin = _thin_communities({name: int(counts[name]) for name in names if name in counts}, options.smallest_class)
    if thin:
        parts = "、".join(f"{name}（{counts[name]}）" for name in thin)
        details = {"smallest": options.smallest_class, "parts": parts, "persons": f"{persons[thin].sum():.0f}"}
        issues.append(Issue("I616", value="、".join(thin), details=details))
    labels = [*own, *(["、".join(thin)] if thin else []), *(name for name in names if name not in counts)]
    merged = persons.rename(dict.fromkeys(thin, "、".join(thin))).groupby(level=0).sum()
    targets = merged[labels].to_numpy(float)
    place = {name: code for code, name in enumerate(own)} | dict.fromkeys(thin, len(own))
    codes = survey["community"].map(place).fillna(-1).astype(int).to_numpy()
    return finished("community", labels, targets, codes, population.total), issues


def _thin_communities(counts: dict[str, int], smallest: int) -> tuple[list[str], list[str]]:
    """Return the communities that are a class each, and those that are one together.

    Thin ones that are not enough together take in the smallest others.
    """
    ordered = sorted(counts, key=lambda name: (counts[name], name))
    together = sum(counts[name] < smallest for name in ordered)
    while 0 < together < len(ordered) and sum(counts[name] for name in ordered[:together]) < smallest:
        together += 1
    return sorted(ordered[together:]), sorted(ordered[:together])


def finished(
    name: str, labels: Sequence[str], targets: Floats, codes: Ints, total: float, blocks: Sequence[int] = ()
) -> Margin | None:
    """Leave out classes without respondents, give those of unknown class their own, and add up to the population.

    ``None`` where no respondent's class is known.
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    used = (counts > 0) & (targets > 0)
    empty = np.flatnonzero((counts == 0) & (targets > 0)).tolist()
    if not used.any():
        return None
    known = (codes >= 0) & used[np.maximum(codes, 0)]
    names = [label for label, use in zip(labels, used, strict=True) if use]
    renumbered = np.where(known, (np.cumsum(used) - 1)[np.maximum(codes, 0)], len(names)).astype(int)
    kept, block = targets[used] * (total / targets[used].sum()), np.array([*blocks] or [0] * len(labels))[used]
    if not known.all():
        names, kept, block = [*names, UNKNOWN], np.append(kept, 0.0), np.append(block, block.max() + 1)
    missing = [(labels[code], float(targets[code] / targets.sum())) for code in empty]
    return Margin(name, tuple(names), kept, renumbered, block, tuple(missing))


def _span(bands: Sequence[tuple[float, float]], part: Sequence[int]) -> str:
    return band(bands[part[0]][0], bands[part[-1]][1])
