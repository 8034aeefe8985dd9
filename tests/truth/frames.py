"""From the generator's people straight to canonical tables: the stages after cleaning on many towns, no workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.town import ALL, table, town
from needs_analytics.samples.names import chinese_number

from .generator import MONTH, Truth, ask, office_forms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.records import Cleaned

REGISTER_GROUPS = ("alone_elder", "empty_nest", "aged80", "disabled_elder", "chronic", "disabled", "dibao",
                   "low_income", "veteran", "jobless")  # fmt: skip
BANDS = ((16, 34), (35, 59), (60, 69), (70, 79), (80, 120))
"""Age bands of the register, of those in the target population."""
_DERIVED = ("elderly", "elder65", "aged80")


def grid_labels(numbers: pd.Series) -> np.ndarray:
    """Return the canonical names of grids."""
    names = {number: f"第{chinese_number(int(number))}网格" for number in numbers.unique()}
    return numbers.map(names).to_numpy(dtype=object)


def survey_frame(
    people: pd.DataFrame, needs: pd.DataFrame, offices: Sequence[str] | np.ndarray, *, month: str = MONTH
) -> pd.DataFrame:
    """Return the canonical survey of these residents, one row each.

    Parameters
    ----------
    people, needs
        The respondents, in one order; ``people`` may hold ``participation, use, satisfaction``.
    offices
        Through which each answered; needs and groups that it did not ask about are unknown. ``""`` asks about all.
    """
    office = np.asarray(offices, dtype=object)
    frame = pd.DataFrame(
        {
            "answer_id": [f"a{number:06d}" for number in range(len(people))],
            "person_key": ("p" + people.index.astype(str)).to_numpy(),
            "date": pd.Timestamp(f"{month}-15"),
            "month": month,
            "channel": office,
            "office": office,
            "community": people["community"].to_numpy(),
            "grid": grid_labels(people["grid"]),
            "sex": people["sex"].to_numpy(),
            "groups": _groups(people, office),
            "household_size": people["household_size"].to_numpy(float),
        }
    )
    frame["age_low"] = frame["age_high"] = frame["age"] = people["age"].to_numpy(float)
    for name, level in {"participation": "participation", "usage_frequency": "use"}.items():
        if level in people:
            frame[name] = people[level].to_numpy(float)
    known = _asked(office, needs.columns)
    answers = np.where(known, needs.to_numpy(float), np.nan)
    said = pd.DataFrame(answers, columns=[f"need:{need}" for need in needs.columns])
    return table("survey", pd.concat([frame, said.dropna(axis=1, how="all")], axis=1))


def register_frame(truth: Truth) -> pd.DataFrame:
    """Return the register of the true population: community × age band × sex, and special groups by community."""
    people = truth.people[truth.adults]
    band = np.searchsorted([low for low, _ in BANDS], people["age"], side="right") - 1
    cells = people.assign(cell=band).groupby(["community", "cell", "sex"]).size().rename("persons").reset_index()
    limits = np.array(BANDS, dtype=float)[cells["cell"]]
    cells = cells.assign(age_low=limits[:, 0], age_high=limits[:, 1])
    counts = people.groupby("community")[list(REGISTER_GROUPS)].sum().stack().rename("persons")
    groups = counts.rename_axis(["community", "group"]).reset_index()
    return table("register", pd.concat([cells.drop(columns="cell"), groups], ignore_index=True))


def places_frame(truth: Truth) -> pd.DataFrame:
    """Return the grids with the people of the target population living there."""
    grids = truth.town.grids
    here = truth.people.loc[truth.adults, "place"].value_counts().reindex(range(len(grids)), fill_value=0)
    return table(
        "places",
        pd.DataFrame(
            {
                "community": grids["community"],
                "grid": grid_labels(grids["number"]),
                "households": grids["households"].astype(float),
                "population": here.to_numpy(float),
            }
        ),
    )


def month_of(truth: Truth, survey: pd.DataFrame, *, grids: bool = False) -> Cleaned:
    """Return the month's cleaned tables: survey, register and, where grids are wanted, places."""
    given = {"places": places_frame(truth)} if grids else {}
    return town(survey, month=truth.month, register=register_frame(truth), **given)


def through_offices(truth: Truth) -> pd.DataFrame:
    """Return the survey of a month through the offices, without the mess: each resident once."""
    answers = ask(truth)
    rows = answers.rows
    kept = rows[~rows["special"].isin(["youth", "outside", "earlier"])].drop_duplicates("person", keep="last")
    people = kept.set_index("person")
    return survey_frame(people, truth.needs.loc[people.index], people["office"].to_numpy(), month=truth.month)


def pull_of_margins(truth: Truth) -> np.ndarray:
    """Return how likely each resident answers where the register's margins alone decide: age, sex and community.

    Log-linear and strong: an old woman answers ten times as often as a young man. Children do not answer.
    """
    people, rng = truth.people, np.random.default_rng([truth.seed, 1])
    band = np.searchsorted([low for low, _ in BANDS], people["age"], side="right") - 1
    pull = np.array([0.4, 0.7, 1.6, 2.2, 2.2])[np.maximum(band, 0)]
    pull = pull * np.where(people["sex"] == "女", 1.4, 0.7)
    homes, names = pd.factorize(people["community"])
    pull = pull * np.exp(rng.uniform(-0.4, 0.4, len(names)))[homes]
    return np.where(truth.adults, pull, 0.0)


def draw(pull: np.ndarray, number: int, *names: int) -> np.ndarray:
    """Draw respondents, positions ascending, from a stream of their own."""
    rng = np.random.default_rng(list(names))
    return np.sort(rng.choice(len(pull), number, replace=False, p=pull / pull.sum()))


def answers_of(truth: Truth, chosen: np.ndarray, office: str = "") -> pd.DataFrame:
    """Return the survey of some residents who were all asked about everything."""
    return survey_frame(truth.people.iloc[chosen], truth.needs.iloc[chosen], [office] * len(chosen), month=truth.month)


def prevalence(truth: Truth, *, grids: bool = False) -> pd.DataFrame:
    """Return the true share of each need among adults, one row per ``community, grid``, ``全部`` for totals."""
    people, needs = truth.people[truth.adults], truth.needs[truth.adults]
    home = people["community"].to_numpy(dtype=object)
    parts = [needs.mean().to_frame((ALL, ALL)).T, needs.groupby([home, np.full(len(home), ALL)]).mean()]
    if grids:
        parts.append(needs.groupby([home, grid_labels(people["grid"])]).mean())
    return pd.concat([part.set_axis(pd.MultiIndex.from_tuples(part.index)) for part in parts])


def _groups(people: pd.DataFrame, office: np.ndarray) -> np.ndarray:
    """Return the group codes of each, joined: those that follow from age, and those the office asked about."""
    joined = np.full(len(people), "", dtype=object)
    asked: Mapping[str, set[str]] = {name: set(form["groups"]) for name, form in office_forms().items()}
    every = set().union(*asked.values())
    for group in sorted(every | set(_DERIVED)):
        may = np.array([group in _DERIVED or group in asked.get(name, every) for name in office])
        joined = np.where(people[group].to_numpy() & may, joined + ";" + group, joined)
    return np.array([text.lstrip(";") for text in joined], dtype=object)


def _asked(office: np.ndarray, needs: pd.Index) -> np.ndarray:
    """Tell who was asked about which need, respondents × needs."""
    forms = office_forms()
    known = np.ones((len(office), len(needs)), dtype=bool)
    for name in set(office) & set(forms):
        known[office == name] = [need in forms[name]["needs"] for need in needs]
    return known
