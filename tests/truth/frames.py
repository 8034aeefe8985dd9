"""From the generator's people straight to canonical tables: the stages after cleaning on many towns, no workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.town import ALL, table, town
from needs_analytics.samples.names import chinese_number

from .generator import ask, asked_groups, asked_needs, person_offices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.records import Cleaned
    from needs_analytics.samples import Snapshot

REGISTER_GROUPS = ("alone_elder", "empty_nest", "aged80", "disabled_elder", "chronic", "disabled", "dibao",
                   "low_income", "veteran", "jobless")  # fmt: skip
BANDS = ((16, 34), (35, 59), (60, 69), (70, 79), (80, 120))
"""Age bands of the register, of those in the target population."""
_DERIVED = ("elderly", "elder65", "aged80")


def grid_labels(numbers: pd.Series) -> np.ndarray:
    """Return the canonical names of grids."""
    names = {number: f"第{chinese_number(int(number))}网格" for number in numbers.unique()}
    return numbers.map(names).to_numpy(dtype=object)


def survey_frame(snapshot: Snapshot, people: pd.DataFrame, needs: pd.DataFrame, offices: Sequence[str]) -> pd.DataFrame:
    """Return the canonical survey of these residents, one row each.

    Parameters
    ----------
    people, needs
        The respondents, in one order, indexed by person; ``people`` may hold ``participation, use, satisfaction``.
    offices
        Through which each answered; needs and groups that it did not ask about are unknown. An office that the plan
        does not know asks about everything.
    """
    office, month = np.asarray(offices, dtype=object), str(snapshot.month)
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
            "groups": _groups(snapshot, people, office),
            "household_size": people["household_size"].to_numpy(float),
        }
    )
    frame["age_low"] = frame["age_high"] = frame["age"] = people["age"].to_numpy(float)
    for name, level in {"participation": "participation", "usage_frequency": "use"}.items():
        if level in people:
            frame[name] = people[level].to_numpy(float)
    answers = np.where(_asked(snapshot, office, needs.columns), needs.to_numpy(float), np.nan)
    said = pd.DataFrame(answers, columns=[f"need:{need}" for need in needs.columns])
    return table("survey", pd.concat([frame, said.dropna(axis=1, how="all")], axis=1))


def register_frame(snapshot: Snapshot) -> pd.DataFrame:
    """Return the register of the true population: community × age band × sex, and special groups by community."""
    people = snapshot.people[snapshot.adults]
    band = np.searchsorted([low for low, _ in BANDS], people["age"], side="right") - 1
    cells = people.assign(cell=band).groupby(["community", "cell", "sex"]).size().rename("persons").reset_index()
    limits = np.array(BANDS, dtype=float)[cells["cell"]]
    cells = cells.assign(age_low=limits[:, 0], age_high=limits[:, 1])
    counts = people.groupby("community")[list(REGISTER_GROUPS)].sum()
    groups = counts.reset_index().melt("community", var_name="group", value_name="persons")
    return table("register", pd.concat([cells.drop(columns="cell"), groups], ignore_index=True))


def places_frame(snapshot: Snapshot) -> pd.DataFrame:
    """Return the grids with the people of the target population living there."""
    grids = snapshot.town.grids
    here = snapshot.people.loc[snapshot.adults, "place"].value_counts().reindex(range(len(grids)), fill_value=0)
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


def month_of(snapshot: Snapshot, survey: pd.DataFrame, *, grids: bool = False) -> Cleaned:
    """Return the month's cleaned tables: survey, register and, where grids are wanted, places."""
    given = {"places": places_frame(snapshot)} if grids else {}
    return town(survey, month=str(snapshot.month), register=register_frame(snapshot), **given)


def through_offices(snapshot: Snapshot) -> pd.DataFrame:
    """Return the survey of a month through the offices, without the mess: each resident once."""
    rows = ask(snapshot).rows
    mess = rows["special"].isin(["youth", "outside", "earlier", "household"])
    people = rows[~mess].drop_duplicates("person", keep="last").set_index("person")
    return survey_frame(snapshot, people, snapshot.needs.loc[people.index], people["office"].to_numpy())


def pull_of_margins(snapshot: Snapshot) -> np.ndarray:
    """Return how likely each resident answers where the register's margins alone decide: age, sex and community.

    Log-linear and strong: an old woman answers ten times as often as a young man. Children do not answer.
    """
    people, rng = snapshot.people, np.random.default_rng([snapshot.seed, 1])
    band = np.searchsorted([low for low, _ in BANDS], people["age"], side="right") - 1
    pull = np.array([0.4, 0.7, 1.6, 2.2, 2.2])[np.maximum(band, 0)]
    pull = pull * np.where(people["sex"] == "女", 1.4, 0.7)
    homes, names = pd.factorize(people["community"])
    pull = pull * np.exp(rng.uniform(-0.4, 0.4, len(names)))[homes]
    return np.where(snapshot.adults, pull, 0.0)


def draw(pull: np.ndarray, number: int, *names: int) -> np.ndarray:
    """Draw respondents, positions ascending, from a stream of their own."""
    rng = np.random.default_rng(list(names))
    return np.sort(rng.choice(len(pull), number, replace=False, p=pull / pull.sum()))


def answers_of(snapshot: Snapshot, chosen: np.ndarray, office: str = "") -> pd.DataFrame:
    """Return the survey of some residents who were all asked about everything."""
    return survey_frame(snapshot, snapshot.people.iloc[chosen], snapshot.needs.iloc[chosen], [office] * len(chosen))


def prevalence(snapshot: Snapshot, *, grids: bool = False) -> pd.DataFrame:
    """Return the true share of each need among adults, one row per ``community, grid``, ``全部`` for totals."""
    people, needs = snapshot.people[snapshot.adults], snapshot.needs[snapshot.adults]
    home = people["community"].to_numpy(dtype=object)
    parts = [needs.mean().to_frame((ALL, ALL)).T, needs.groupby([home, np.full(len(home), ALL)]).mean()]
    if grids:
        parts.append(needs.groupby([home, grid_labels(people["grid"])]).mean())
    return pd.concat([part.set_axis(pd.MultiIndex.from_tuples(part.index)) for part in parts])


def long(table: pd.DataFrame) -> pd.Series:
    """Return a table row by row: its column is the last level of the index."""
    keys = [(*(row if isinstance(row, tuple) else (row,)), column) for row in table.index for column in table]
    return pd.Series(table.to_numpy().ravel(), index=pd.MultiIndex.from_tuples(keys))


def _groups(snapshot: Snapshot, people: pd.DataFrame, office: np.ndarray) -> np.ndarray:
    """Return the group codes of each, joined: those that follow from age, and those the office asked about."""
    asked = {name: asked_groups(snapshot, name) for name in person_offices(snapshot)}
    every = set().union(*asked.values())
    joined = np.full(len(people), "", dtype=object)
    for group in sorted(every | set(_DERIVED)):
        may = np.array([group in _DERIVED or group in asked.get(name, every) for name in office])
        joined = np.where(people[group].to_numpy() & may, joined + ";" + group, joined)
    return np.array([text.lstrip(";") for text in joined], dtype=object)


def _asked(snapshot: Snapshot, office: np.ndarray, needs: pd.Index) -> np.ndarray:
    """Tell who was asked about which need, respondents × needs."""
    known = np.ones((len(office), len(needs)), dtype=bool)
    for name in person_offices(snapshot):
        known[office == name] = needs.isin(asked_needs(snapshot, name))
    return known
