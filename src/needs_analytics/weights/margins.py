"""The register's margins with the respondents' classes: age band × sex, community, special groups.

A class with too few respondents is collapsed by a written rule: age bands with the neighbouring band of fewer
respondents within the sex, communities and everything else into one class of the thin ones. Respondents whose class is
not known keep their share: the other targets are reduced by it in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.arrays import Floats, Ints
    from needs_analytics.core.options import WeightsOptions

UNKNOWN = "未知"
_CONTRADICTORY = 0.01  # relative difference of two margins' totals that is no rounding


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
    """

    name: str
    labels: tuple[str, ...]
    targets: Floats
    codes: Ints

    @property
    def is_group(self) -> bool:
        """Whether it is the yes/no margin of a special group."""
        return self.name.startswith("group:")

    def with_unknown_share(self, weights: Floats) -> Margin:
        """Return the margin with the unknown class at its share of some weights, the others reduced in proportion."""
        if not self.labels or self.labels[-1] != UNKNOWN:
            return self
        share = float(weights[self.codes == len(self.labels) - 1].sum() / weights.sum())
        total, known = float(self.targets.sum()), self.targets[:-1]
        return replace(self, targets=np.append(known * (total * (1 - share) / known.sum()), total * share))


def register_margins(
    survey: pd.DataFrame, cells: pd.DataFrame, register: pd.DataFrame, base: Floats, *, options: WeightsOptions
) -> tuple[list[Margin], float, list[Issue]]:
    """Return the margins to rake to, the population they add up to and what was noticed.

    Parameters
    ----------
    cells
        The register's partition of the target population, see :func:`population_cells`.
    register
        The whole register, for its counts of special groups.
    base
        ``(n,)`` base weights.

    Returns
    -------
    The population is NaN when the register gives no margin.
    """
    issues: list[Issue] = []
    found: list[Margin] = []
    for names in (("age", "sex"), ("age",), ("sex",)):
        table = _table(cells, names)
        if table is not None:
            margin, said = _age_sex_margin(survey, table, names, base, options)
            found.append(margin)
            issues += said
            break
    table = _table(cells, ("community",))
    if table is not None:
        margin, said = _community_margin(survey, table, base, options)
        found.append(margin)
        issues += said
    if not found:
        return [], float("nan"), issues
    population, said = _one_total(found)
    issues += said
    found = [_scaled(margin, population) for margin in found]
    found += _group_margins(survey, register, base, population, found[0], options)
    return found, population, issues


def population_cells(register: pd.DataFrame, youngest_age: int) -> tuple[pd.DataFrame, list[Issue]]:
    """Return the register's partition of the target population; group counts and younger bands are left out.

    Rows that tell the age count before rows that do not (a total by community or grid includes children).
    """
    cells = register[register["group"].isna() & register["persons"].notna()]
    if cells["age_low"].notna().any():
        cells = cells[cells["age_low"].notna()]
    by_grid = cells.loc[cells["grid"].notna(), "community"].unique()
    cells = cells[cells["grid"].notna() | ~cells["community"].isin(by_grid)]
    young = cells["age_high"] < youngest_age
    straddling = (cells["age_low"] < youngest_age) & (cells["age_high"] >= youngest_age)
    issues = []
    if straddling.any():
        bands = "、".join(
            sorted(
                {
                    _band(low, high)
                    for low, high in zip(
                        cells.loc[straddling, "age_low"], cells.loc[straddling, "age_high"], strict=True
                    )
                }
            )
        )
        issues.append(Issue("W610", value=bands, details={"youngest": youngest_age}))
    return cells[~young], issues


def _table(cells: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame | None:
    """Return persons by class of a margin, from the rows that tell it; ``None`` when no row does."""
    columns = {"age": ["age_low", "age_high"], "sex": ["sex"], "community": ["community"]}
    keys = [column for name in names for column in columns[name]]
    rows = cells.dropna(subset=keys)
    if rows.empty:
        return None
    return rows.groupby(keys, as_index=False)[["persons"]].sum()


def _age_sex_margin(
    survey: pd.DataFrame, table: pd.DataFrame, names: tuple[str, ...], base: Floats, options: WeightsOptions
) -> tuple[Margin, list[Issue]]:
    bands = _bands(table) if "age" in names else [(0.0, 120.0)]
    sexes = ["男", "女"] if "sex" in names else [""]
    targets = np.array([[_persons(table, band, sex) for band in bands] for sex in sexes])
    age = _band_of(survey, bands) if "age" in names else np.zeros(len(survey), int)
    sex = (
        survey["sex"].map({name: place for place, name in enumerate(sexes)}).fillna(-1).astype(int).to_numpy()
        if "sex" in names
        else np.zeros(len(survey), int)
    )
    known = (age >= 0) & (sex >= 0)
    groups, issues = [], []
    for place in range(len(sexes)):
        counts = np.bincount(age[known & (sex == place)], minlength=len(bands))
        merged = _merge_bands(counts, targets[place], options.smallest_class)
        groups.append(merged)
        collapsed = [part for part in merged if len(part) > 1]
        issues += [
            Issue("I611", value=_span(bands, part), details={"sex": sexes[place] or "全部"}) for part in collapsed
        ]
    labels: list[str] = []
    sums: list[float] = []
    lookup = np.full((len(sexes), len(bands)), -1)
    for place, merged in enumerate(groups):
        for part in merged:
            lookup[place, part] = len(labels)
            labels.append(" ".join(filter(None, (sexes[place], _span(bands, part) if "age" in names else ""))))
            sums.append(float(targets[place, part].sum()))
    codes = np.where(known, lookup[np.maximum(sex, 0), np.maximum(age, 0)], -1)
    margin, said = _finished("_".join(names), labels, np.array(sums), codes, base)
    return margin, [*issues, *said]


def _bands(table: pd.DataFrame) -> list[tuple[float, float]]:
    pairs = table[["age_low", "age_high"]].drop_duplicates().sort_values(["age_low", "age_high"])
    bands: list[tuple[float, float]] = []
    for low, high in pairs.itertuples(index=False):
        if bands and low <= bands[-1][1]:  # 60 岁以上 beside 60–69 and 70–79: the finer bands count
            if high - low < bands[-1][1] - bands[-1][0]:
                bands[-1] = (low, high)
            continue
        bands.append((float(low), float(high)))
    return bands


def _persons(table: pd.DataFrame, band: tuple[float, float], sex: str) -> float:
    rows = pd.Series(True, index=table.index)
    if "age_low" in table:
        rows &= (table["age_low"] == band[0]) & (table["age_high"] == band[1])
    if "sex" in table:
        rows &= table["sex"] == sex
    return float(table.loc[rows, "persons"].sum())


def _band_of(survey: pd.DataFrame, bands: Sequence[tuple[float, float]]) -> Ints:
    """Return each respondent's band, −1 where the age is unknown or its own band spans several."""
    low, high = survey["age_low"].to_numpy(float), survey["age_high"].to_numpy(float)
    codes = np.full(len(survey), -1)
    for place, (start, end) in enumerate(bands):
        upper = end if end < 120 else np.inf
        codes[(low >= start) & (np.minimum(high, 120) <= upper)] = place
    return codes


def _merge_bands(counts: Ints, targets: Floats, smallest: int) -> list[list[int]]:
    """Merge neighbouring bands until each that has people also has enough respondents."""
    parts = [[band] for band in range(len(counts))]
    while len(parts) > 1:
        sizes = [int(counts[part].sum()) for part in parts]
        people = [float(targets[part].sum()) for part in parts]
        thin = [place for place, size in enumerate(sizes) if size < smallest and (people[place] > 0 or size > 0)]
        if not thin:
            break
        place = min(thin, key=lambda spot: (sizes[spot], spot))
        beside = [spot for spot in (place - 1, place + 1) if 0 <= spot < len(parts)]
        other = min(beside, key=lambda spot: (sizes[spot], spot))
        first, second = sorted((place, other))
        parts[first : second + 1] = [parts[first] + parts[second]]
    return parts


def _community_margin(
    survey: pd.DataFrame, table: pd.DataFrame, base: Floats, options: WeightsOptions
) -> tuple[Margin, list[Issue]]:
    names = sorted(table["community"])
    persons = table.set_index("community")["persons"]
    counts = survey["community"].value_counts()
    issues = [
        Issue("W612", value=name, details={"persons": f"{persons[name]:.0f}"})
        for name in names
        if counts.get(name, 0) == 0
    ]
    unlisted = sorted(set(counts.index) - set(names))
    issues += [Issue("W615", value=name, details={"count": int(counts[name])}) for name in unlisted]
    present = [name for name in names if counts.get(name, 0) > 0]
    thin = [name for name in present if counts[name] < options.smallest_class]
    own = [name for name in present if name not in thin]
    if thin and not own:
        own, thin = thin, []
    issues += [Issue("I616", value="、".join(thin), details={"smallest": options.smallest_class})] if thin else []
    labels = [*own, *(["、".join(thin)] if thin else [])]
    targets = np.array([persons[name] for name in own] + ([persons[thin].sum()] if thin else []), dtype=float)
    place = {name: code for code, name in enumerate(own)} | dict.fromkeys(thin, len(own))
    codes = survey["community"].map(place).fillna(-1).astype(int).to_numpy()
    if len(targets):
        targets = targets * (persons.sum() / targets.sum())
    margin, said = _finished("community", labels, targets, codes, base)
    return margin, [*issues, *said]


def _group_margins(
    survey: pd.DataFrame,
    register: pd.DataFrame,
    base: Floats,
    population: float,
    first: Margin,
    options: WeightsOptions,
) -> list[Margin]:
    """Return a yes/no margin for every special group the register counts and enough respondents were asked about.

    A group that the first margin already settles (高龄老人 beside a class 80岁以上) is left out.
    """
    counts = register[register["group"].notna() & register["age_low"].isna() & register["sex"].isna()]
    margins = []
    for group, persons in counts.groupby("group")["persons"].sum().items():
        has = survey["groups"].fillna("").str.split(";").map(lambda codes, group=group: group in codes).to_numpy()
        offices = survey.loc[has, "office"].unique()
        asked = survey["office"].isin(offices).to_numpy() & survey["groups"].notna().to_numpy()
        enough = min(int(has.sum()), int((asked & ~has).sum())) >= max(options.smallest_class, 20)
        settled = all(
            has[first.codes == code].all() or not has[first.codes == code].any() for code in range(len(first.labels))
        )
        if not enough or settled or not 0 < persons < population:
            continue
        codes = np.where(~asked, -1, np.where(has, 0, 1))
        margin, _ = _finished(f"group:{group}", ["是", "否"], np.array([persons, population - persons]), codes, base)
        margins.append(margin)
    return margins


def _finished(
    name: str, labels: Sequence[str], targets: Floats, codes: Ints, base: Floats
) -> tuple[Margin, list[Issue]]:
    """Leave out classes without respondents and give those of unknown class their own."""
    used = np.array([bool((codes == code).any()) for code in range(len(labels))], dtype=bool)
    empty = np.flatnonzero(~used & (targets > 0))
    issues = [Issue("W617", value=labels[code], details={"margin": name}) for code in empty.tolist()]
    total = float(targets.sum())
    kept = targets * used
    kept = kept * (total / kept.sum()) if kept.sum() else kept
    unknown = codes < 0
    names = [label for label, use in zip(labels, used, strict=True) if use]
    renumber = np.cumsum(used) - 1
    codes = np.where(unknown, len(names), renumber[np.maximum(codes, 0)]) if len(labels) else np.zeros(len(codes), int)
    kept = kept[used]
    if unknown.any():
        share = float(base[unknown].sum() / base.sum())
        kept = np.append(kept * (1 - share), total * share)
        names.append(UNKNOWN)
    return Margin(name, tuple(names), kept, codes.astype(int)), issues


def _one_total(margins: Sequence[Margin]) -> tuple[float, list[Issue]]:
    """Return the population: the first margin's total; others that differ are scaled to it, contradictions said."""
    total = float(margins[0].targets.sum())
    issues = []
    for margin in margins[1:]:
        other = float(margin.targets.sum())
        if abs(other - total) > _CONTRADICTORY * total:
            issues.append(
                Issue(
                    "W614",
                    value=margin.name,
                    details={"total": f"{total:.0f}", "other": f"{other:.0f}", "first": margins[0].name},
                )
            )
    return total, issues


def _scaled(margin: Margin, total: float) -> Margin:
    targets = margin.targets * (total / margin.targets.sum()) if margin.targets.sum() else margin.targets
    return Margin(margin.name, margin.labels, targets, margin.codes)


def _span(bands: Sequence[tuple[float, float]], part: Sequence[int]) -> str:
    return _band(bands[part[0]][0], bands[part[-1]][1])


def _band(low: float, high: float) -> str:
    return f"{low:g}岁以上" if high >= 120 else f"{low:g}-{high:g}岁"
