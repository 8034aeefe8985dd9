"""The respondents of a survey as this stage reads them: who counts, and which answers make types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import key
from needs_analytics.segments.encode import UNASKED

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.results import Weights
    from needs_analytics.segments.moments import Bools, Floats, Ints

QUESTIONS = ("age", "participation", "usage_frequency", "household_size", "sex", "groups")
"""What makes types. Needs, satisfaction and urgency describe the types; they do not make them."""

NUMBERS = ("age", "participation", "usage_frequency", "household_size", "satisfaction", "urgency")
NEED = "need:"
LEAST_KNOWN = 0.5
"""A question answered by a smaller share of the respondents makes no types."""

_ONE_SOURCE = re.compile(r"(?:\d+<=?)?(age|sex)[<>=]=?\w+")
_HOUSEHOLD = re.compile(r"(?:\d+<=?)?(age|sex)[<>=]=?\w+&(household_size==\d+|nochildinhousehold)")
_FROM = {"nochildinhousehold": "household_size"}


@dataclass(frozen=True, slots=True)
class Residents:
    """Respondents, row by row as in the survey.

    Attributes
    ----------
    table
        ``answer_id, person_key`` on the survey's index; made from the index where the survey has none.
    answers
        Their answers under canonical names: numbers as floats, ``sex`` and ``groups`` as text, needs as 1, 0 or NaN.
        Left out: highly sensitive groups and needs that speak of them, and groups that age or sex alone decides.
        A group that nobody of an office carries was not asked there: ``?code`` among its respondents' groups.
    weights
        ``(n,)``; 0 outside the target population.
    representative
        Whether weights are persons.
    households
        ``(n,)`` codes of who lives together, each alone where that is not known.
    """

    table: pd.DataFrame
    answers: pd.DataFrame
    weights: Floats
    representative: bool
    households: Ints


def read_residents(survey: pd.DataFrame, weights: Weights | None, codebook: Codebook) -> Residents:
    """Read a canonical survey, or a plain frame with the offices' usual headers."""
    frame = _with_canonical_names(survey, codebook)
    numbers = [name for name in NUMBERS if name in frame]
    needs = describable_needs(frame.columns, codebook)
    read = pd.DataFrame(
        {name: _numbers(frame[name]) for name in (*numbers, *(name for name in frame if name in needs))},
        index=pd.RangeIndex(len(frame)),
    )
    if "age_band" in frame:
        read["age"] = _with_bands(read.get("age"), frame["age_band"])
    if "sex" in frame:
        read["sex"] = frame["sex"].astype("str").to_numpy(dtype=object)
    if "groups" in frame:
        told = [name for name in ("age", "sex") if name in read and read[name].notna().mean() >= LEAST_KNOWN]
        kept = describable_groups(codebook) - implied_groups(codebook, told)
        read["groups"] = _mark_unasked(_keep_groups(frame["groups"], codebook, kept), frame.get("office"))
    table = _identify(frame)
    representative = weights is not None and weights.representative
    return Residents(table, read, _weights_of(table, weights), representative, _households(frame))


def _households(frame: pd.DataFrame) -> Ints:
    alone = pd.Series(range(len(frame)), dtype=object)
    if "household_key" not in frame:
        return np.arange(len(frame))
    told = frame["household_key"].reset_index(drop=True).astype(object)
    codes, _ = pd.factorize(told.where(told.notna() & (told != ""), alone))
    return codes


def _with_bands(age: pd.Series | None, bands: pd.Series) -> Floats:
    """Return ages, the middle of the band where only that is known."""
    middles = bands.map(band_middle).to_numpy(dtype=float, na_value=np.nan)
    known = middles if age is None else np.where(age.isna(), middles, age)
    return np.asarray(known, dtype=np.float64)


def _with_canonical_names(survey: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    fields = codebook.fields[codebook.fields["table"] == "survey"]
    found = {key(str(column)): column for column in reversed(survey.columns)}
    renamed: dict[object, str] = {}
    for field in (*QUESTIONS, "satisfaction", "urgency"):
        rows = fields[fields["field"] == field]
        wordings = [*rows["label"], *rows["synonyms"].str.split("|").explode()] if len(rows) else []
        known = next((found[key(word)] for word in wordings if key(word) in found), None)
        if field not in survey.columns and known is not None:
            renamed[known] = field
    return survey.rename(columns=renamed)


def _identify(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.index.astype("str") if frame.index.is_unique else pd.RangeIndex(len(frame)).astype("str")
    answer = frame["answer_id"].astype("str") if "answer_id" in frame else pd.Series(made, index=frame.index)
    person = frame["person_key"].astype("str") if "person_key" in frame else answer
    return pd.DataFrame({"answer_id": answer, "person_key": person})


def _numbers(column: pd.Series) -> Floats:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def band_middle(band: object) -> float:
    """Return the middle of an age band, its edge where it is open, NaN where there is none.

    Examples
    --------
    >>> band_middle("60-69"), band_middle("80岁及以上")
    (65.0, 80.0)
    """
    ages = [int(number) for number in re.findall(r"\d+", band)] if isinstance(band, str) else []
    if len(ages) == 2:
        return (ages[0] + ages[1] + 1) / 2
    return float(ages[0]) if ages else float("nan")


def _weights_of(table: pd.DataFrame, weights: Weights | None) -> Floats:
    if weights is None:
        return np.ones(len(table))
    known = weights.table.drop_duplicates("answer_id").set_index("answer_id")["weight"]
    found = table["answer_id"].map(known).to_numpy(dtype=float, na_value=np.nan)
    return np.where(found > 0, found, 0.0)


def highly_sensitive(codebook: Codebook) -> set[str]:
    """Return the groups that never leave the person in charge: 高度敏感."""
    groups = codebook.groups
    return set(groups.loc[groups["sensitivity"].str.startswith("高度敏感"), "group"])


def describable_groups(codebook: Codebook) -> set[str]:
    """Return the groups a segment may be described by."""
    return set(codebook.groups["group"]) - highly_sensitive(codebook)


def describable_needs(columns: Collection[object], codebook: Codebook) -> set[str]:
    """Return the need columns that do not speak of a highly sensitive group."""
    hidden, groups = highly_sensitive(codebook), codebook.needs["groups"].to_dict()
    names = (name for name in columns if isinstance(name, str) and name.startswith(NEED))
    return {name for name in names if hidden.isdisjoint(str(groups.get(name.removeprefix(NEED), "")).split(";"))}


def implied_groups(codebook: Codebook, known: Collection[str]) -> set[str]:
    """Return the groups that age or sex alone decides, where those are known: counting them again counts age twice."""
    rules = codebook.groups["rule"].str.replace(" ", "")
    sources = {group: _ONE_SOURCE.fullmatch(rule) for group, rule in rules.items()}
    return {str(group) for group, source in sources.items() if source and source[1] in known}


def _keep_groups(groups: pd.Series, codebook: Codebook, kept: set[str]) -> npt.NDArray[np.object_]:
    """Return the ``;``-joined codes with only those kept, in the codebook's order; NaN stays unknown."""
    order = [group for group in codebook.groups["group"] if group in kept]
    texts = groups.astype(object)
    found = {text: _kept(text, order) for text in texts.unique() if isinstance(text, str)}
    return texts.map(found).astype("str").to_numpy(dtype=object)


def _kept(text: str, order: list[str]) -> str:
    codes = {code.strip() for code in text.split(";")}
    return ";".join(group for group in order if group in codes)


def _mark_unasked(groups: npt.NDArray[np.object_], offices: pd.Series | None) -> npt.NDArray[np.object_]:
    """Add ``?code`` for every group that others carry and nobody of the respondent's office does."""
    texts = pd.Series(groups, dtype=object)
    if offices is None:
        return groups
    held = {text: set(text.split(";")) - {""} for text in texts.unique() if isinstance(text, str)}
    everywhere = set().union(*held.values())
    for rows in texts.groupby(offices.to_numpy(dtype=object)).groups.values():
        known = texts.loc[rows].dropna()
        missing = sorted(everywhere.difference(*(held[text] for text in known.unique())))
        told = {text: ";".join([*([text] if text else []), *(UNASKED + code for code in missing)]) for text in held}
        texts.loc[known.index] = known.map(told)
    return texts.to_numpy(dtype=object)


def without_derived(groups: pd.Series, codebook: Codebook, known: Collection[str]) -> pd.Series:
    """Return the groups without those that age, sex and household decide where they are known: they make no types."""
    rules = codebook.groups["rule"].str.replace(" ", "")
    found = {str(group): _HOUSEHOLD.fullmatch(rule) for group, rule in rules.items()}
    derived = {group for group, rule in found.items() if rule and _sources(rule[1], rule[2]) <= set(known)}
    unwanted = derived | {UNASKED + group for group in derived}
    texts = {
        text: ";".join(code for code in text.split(";") if code not in unwanted)
        for text in groups.unique()
        if isinstance(text, str)
    }
    return groups.map(texts).astype(object)


def _sources(first: str, second: str) -> set[str]:
    return {first, _FROM.get(second, "household_size")}


def pick_questions(residents: Residents, codebook: Codebook) -> tuple[pd.DataFrame, list[Issue]]:
    """Return the answers that make types, and what was left out because too few answered it."""
    counted: Bools = residents.weights > 0
    traits, issues = {}, []
    for name in (name for name in QUESTIONS if name in residents.answers):
        share = float(residents.answers.loc[counted, name].notna().mean()) if counted.any() else 0.0
        if share >= LEAST_KNOWN:
            traits[name] = residents.answers[name]
            if name == "groups":
                traits[name] = without_derived(traits[name], codebook, traits)
        elif share > 0:
            issues.append(_left_out(name, share, codebook))
    return pd.DataFrame(traits, index=residents.answers.index), issues


def _left_out(name: str, share: float, codebook: Codebook) -> Issue:
    labels = {"label": codebook.label("survey", name), "label_en": codebook.label("survey", name, "en")}
    return Issue("W632", details=labels | {"share": f"{share:.0%}", "least": f"{LEAST_KNOWN:.0%}"})
