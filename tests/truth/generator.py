"""The one place where the recovery suite asks the generator for a town and its truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.month import Month
from needs_analytics.samples import write_month
from needs_analytics.samples.answers import OFFICES, collect_answers
from needs_analytics.samples.draws import packaged_words
from needs_analytics.samples.month import DEFAULT_MONTH, DEFAULT_SEED
from needs_analytics.samples.names import name_people
from needs_analytics.samples.residents import settle_people
from needs_analytics.samples.town import Town, lay_out_town
from needs_analytics.samples.usage import record_use
from needs_analytics.samples.wishes import _chance, _rows, draw_wishes

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers

MONTH = DEFAULT_MONTH
SEED = DEFAULT_SEED


@dataclass(frozen=True)
class Truth:
    """A town with everybody in it.

    Attributes
    ----------
    people
        One row per resident: ``community, grid, age, sex, band`` and a boolean column per group.
    chances, needs
        Chance of each need, and who has it: people × needs.
    """

    seed: int
    month: str
    town: Town
    people: pd.DataFrame
    chances: pd.DataFrame
    needs: pd.DataFrame

    @property
    def adults(self) -> np.ndarray:
        """Whether each resident belongs to the target population, ``(people,)``."""
        return (self.people["age"] >= 16).to_numpy()


@cache
def settle(seed: int, month: str = MONTH) -> Truth:
    """Make the town of a seed in a month; shared, so not to be changed."""
    town = lay_out_town(seed)
    people = name_people(settle_people(town, seed), seed)
    chances = pd.DataFrame({str(row["need"]): _chance(row, people, seed) for row in _rows()}, index=people.index)
    return Truth(seed, month, town, people, chances, draw_wishes(people, seed))


def with_chances(truth: Truth, chances: np.ndarray, *names: int) -> Truth:
    """Return the town with needs drawn anew from other chances, ``(people, needs)``."""
    rng = np.random.default_rng([truth.seed, *names])
    drawn = (rng.random(chances.shape) < chances) & (truth.people["age"] >= 12).to_numpy()[:, None]
    like = {"index": truth.needs.index, "columns": truth.needs.columns}
    return replace(truth, chances=pd.DataFrame(chances, **like), needs=pd.DataFrame(drawn, **like))


def ask(truth: Truth) -> Answers:
    """Let residents answer through the offices, all the mess included."""
    return collect_answers(truth.people, truth.needs, Month.parse(truth.month), truth.seed)


def used(truth: Truth) -> pd.DataFrame:
    """Return the record of use."""
    return record_use(truth.town, truth.people, truth.needs, Month.parse(truth.month), truth.seed)


def write(folder: Path, seed: int, month: str = MONTH) -> SampleMonth:
    """Write the month's workbooks and return what was planted in them."""
    return write_month(folder, month=month, seed=seed)


def office_forms() -> dict[str, dict[str, Any]]:
    """Return, for every office, ``needs`` and ``groups`` it asks about: code to the text of its option."""
    forms, found = packaged_words("forms"), {}
    for office in OFFICES:
        form = forms[office]
        questions = form["needs"] if isinstance(form["needs"][0], dict) else [{"options": form["needs"]}]
        found[office] = {
            "questions": questions,
            "needs": {code: text for question in questions for text, code in question["options"]},
            "groups": {code: text for text, code in form.get("groups", form.get("flags", []))},
        }
    return found
