"""Who answers: drawn with chances that the register's margins explain, but for one need that they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import pick, stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.snapshot import Snapshot

_ADULT_BANDS = ["16-34岁", "35-59岁", "60-69岁", "70-79岁", "80岁及以上"]


@dataclass(frozen=True)
class Pull:
    """How likely each resident answers through each office.

    Attributes
    ----------
    offices
        Short names of the offices.
    chances
        Relative chances ``(people, offices)``; 0 for children and for those who live where an office does not ask.
    """

    offices: tuple[str, ...]
    chances: np.ndarray

    def draw(self, number: int, free: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw different people, the more likely the freer they are, and the office each answers through."""
        total = self.chances.sum(axis=1) * free
        persons = rng.choice(len(total), min(number, int((total > 0).sum())), replace=False, p=total / total.sum())
        return persons, pick(rng, self.chances[persons])


def choose_respondents(snapshot: Snapshot) -> pd.DataFrame:
    """Choose who fills in one answer sheet in a month.

    Who answers depends on age band, sex, community and groups alone (``[response]`` of ``offices.toml``), as does the
    office they answer through; weighting to the register makes it good. The one exception is the plan's need that
    makes people answer online (``[channel_need]``). The panel answers every month.

    Returns
    -------
    ``office, person`` (position of the resident) and ``panel``, in no order.
    """
    plan, seed, month = snapshot.plan, snapshot.seed, snapshot.month
    plain = plain_pull(snapshot)
    pull = tilted_pull(plain, snapshot)
    first = (snapshot.people["arrives"] == "").to_numpy()
    size = round(plan.panel * plan.answers)
    panel, offices = plain.draw(size, first, stream(seed, "panel"))
    free = np.where(first, 1.0, 1 / (1 - plan.panel))  # who came later is in no panel: about as likely as anybody
    free[panel] = 0
    fresh, fresh_offices = pull.draw(_adult_sheets(plan) - size, free, stream(seed, "respondents", str(month)))
    return pd.DataFrame(
        {
            "office": np.array(pull.offices, dtype=object)[np.concatenate([offices, fresh_offices])],
            "person": np.concatenate([panel, fresh]),
            "panel": np.arange(len(panel) + len(fresh)) < len(panel),
        }
    )


def _adult_sheets(plan: Plan) -> int:
    """Return how many sheets come from one adult each: second sheets and those of youths count as answers too."""
    second = sum(pair["number"] for pair in plan.words("offices").get("pairs", []))
    youths = sum(plan.office(office).get("youths", 0) for office in plan.offices)
    return int(plan.answers - second - youths)


def tilted_pull(plain: Pull, snapshot: Snapshot) -> Pull:
    """Make those likelier to answer online who have the plan's need that brings people there."""
    plan = snapshot.plan
    tilt = np.ones(plain.chances.shape)
    special = plan.words("offices").get("channel_need")
    if special:
        wants = snapshot.needs[special["need"]].to_numpy()
        online = np.isin(plain.offices, special["offices"])
        tilt[np.ix_(wants, online)] = special["odds"]
    return Pull(plain.offices, plain.chances * tilt)


def plain_pull(snapshot: Snapshot) -> Pull:
    """Return how likely residents answer were it not for the need that brings people online."""
    plan, people = snapshot.plan, snapshot.people
    asked = tuple(office for office in plan.offices if plan.office(office).get("unit", "人") == "人")
    band = pd.Index(_ADULT_BANDS).get_indexer(pd.Index(people["band"]))
    channel = np.column_stack([_office_share(people, band, plan.office(office)) for office in asked])
    answering = _response(people, band, plan.words("offices")["response"])
    total = channel.sum(axis=1, keepdims=True)
    return Pull(asked, answering[:, None] * np.divide(channel, total, out=np.zeros_like(channel), where=total > 0))


def lives_in(people: pd.DataFrame, communities: list[str]) -> np.ndarray:
    """Tell who lives in some communities, ``(people,)``; everybody where none is named."""
    if not communities:
        return np.ones(len(people), dtype=bool)
    return people["community"].isin(communities).to_numpy()


def _response(people: pd.DataFrame, band: np.ndarray, facts: Mapping[str, Any]) -> np.ndarray:
    pull = np.array([*facts["band"], 0.0])[band]  # children, band -1, take the last
    pull = pull * np.where(people["sex"] == "女", facts["female"], 1.0)
    pull = pull * people["community"].map(facts["community"]).fillna(1.0).to_numpy(float)
    return np.asarray(pull * _group_factor(people, facts["group"]))


def _office_share(people: pd.DataFrame, band: np.ndarray, facts: Mapping[str, Any]) -> np.ndarray:
    pull = float(facts["share"]) * np.array([*facts["pull"], 0.0])[band]
    return np.asarray(
        pull * lives_in(people, facts["communities"]) * _group_factor(people, facts.get("group_pull", {}))
    )


def _group_factor(people: pd.DataFrame, factors: Mapping[str, float]) -> np.ndarray:
    factor = np.ones(len(people))
    for group, times in factors.items():
        factor = factor * np.where(people[group], times, 1.0)
    return factor
