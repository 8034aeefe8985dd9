"""A sub-district's answers in the one dialect its office knows, some of them from people who also answer next door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.samples.answers import Answers, collect_answers
from needs_analytics.samples.dialects import lay_out
from needs_analytics.samples.district_places import district_words
from needs_analytics.samples.draws import packaged_table, packaged_words, stream
from needs_analytics.samples.mess import spoil_cells

if TYPE_CHECKING:
    from needs_analytics.samples.mess import PlantedCell
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.sheets import Table
    from needs_analytics.samples.snapshot import Snapshot

_YOUTHS, _OUTSIDE, _CORRECTED = 0.004, 0.005, 0.004
"""Shares of a file's answers from people below 16, from before the month, and corrected later in the same file."""
_NEXT_DOOR = 0.004
"""Share of a file's answers whose people answer in the next sub-district's file too."""
_WRONG_PER = 6000
"""Answers to one wrong cell of each kind."""


class Guests(NamedTuple):
    """Sheets of people who also answer in the next sub-district's file: rows and needs as :class:`Answers` has them."""

    rows: pd.DataFrame
    needs: pd.DataFrame


def office_of(plan: Plan, number: int) -> dict[str, Any]:
    """Return the words of the one office of a sub-district that asks, for a number of sheets of its own.

    Offices take turns in the dialects they write; the questions are those of the town's office with that dialect.
    """
    shared = packaged_words("offices")
    turns = list(district_words()["dialects"].items())
    dialect, office = turns[plan.number % len(turns)]
    facts = shared[office] | {
        "dialect": dialect,
        "office": f"{plan.place}公共服务办公室",
        "file": district_words()["files"][dialect].format(place=plan.place, number=plan.number),
        "communities": [],
        "youths": int(_YOUTHS * number),
        "outside": int(_OUTSIDE * number),
    }
    pairs = {"first": office, "second": office, "by": "id_card" if facts["gives"]["id_card"] else "phone"}
    return {
        "asked_by_all": shared["asked_by_all"],
        "response": shared["response"] | {"community": {}},
        "ledger": district_words()["ledger"],
        office: facts,
        "pairs": [pairs | {"number": int(_CORRECTED * number)}],
    }


def answer_with_guests(snapshot: Snapshot, guests: Guests | None) -> Answers:
    """Let residents answer in the file of their sub-district, with the sheets of people from next door among theirs."""
    answers = collect_answers(snapshot)
    if guests is None:
        return answers
    rng = stream(snapshot.seed, "guests")
    labels = pd.RangeIndex(len(answers.rows), len(answers.rows) + len(guests.rows))
    moments = rng.choice(answers.rows.loc[answers.rows["special"] == "", "moment"].to_numpy(), len(labels))
    rows = guests.rows.set_axis(labels).assign(office=snapshot.plan.offices[0], moment=moments)
    rows = pd.concat([answers.rows, rows]).sort_values("moment", kind="stable")
    needs = pd.concat([answers.needs, guests.needs.set_axis(labels)]).loc[rows.index]
    return replace(answers, rows=rows, needs=needs)


def ask_next_door(answers: Answers) -> tuple[Answers, Guests]:
    """Choose who answers in the next sub-district's file too; they give name and phone in both.

    Returns
    -------
    The answers as they will be written here, and those that go next door.
    """
    rng = stream(answers.snapshot.seed, "next door")
    fit = answers.rows.index[(answers.rows["special"] == "").to_numpy()]
    chosen = np.sort(rng.choice(fit, int(_NEXT_DOOR * len(answers.rows)), replace=False))
    rows = answers.rows.copy()
    rows.loc[chosen, ["gives_name", "gives_phone"]] = True
    rows.loc[chosen, ["by", "special"]] = "phone", "pair"
    return replace(answers, rows=rows), Guests(rows.loc[chosen], answers.needs.loc[chosen])


def lay_out_answers(answers: Answers) -> tuple[Table, tuple[PlantedCell, ...]]:
    """Lay the file out and plant its wrong cells, away from every sheet that was put in for another reason."""
    plan = answers.snapshot.plan
    office = plan.offices[0]
    table = lay_out(answers, office)
    spared = set(answers.rows.index[answers.rows["special"] != ""])
    wrong = packaged_table("wrong_cells")
    wrong = wrong[(wrong["table"] == office) & (wrong["column"].isin(table.columns))]
    wrong = wrong.loc[wrong.index.repeat(max(len(answers.rows) // _WRONG_PER, 1))]
    return spoil_cells(table, wrong, answers.file_of(office), spared, answers.stream("mess"))
