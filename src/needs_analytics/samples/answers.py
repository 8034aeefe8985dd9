"""What residents say through which office, and when: the seam between the truth and the workbooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import stream
from needs_analytics.samples.names import ages_on
from needs_analytics.samples.respondents import choose_respondents, lives_in
from needs_analytics.samples.services import open_days

if TYPE_CHECKING:
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.snapshot import Snapshot

_CORRECTED = 2
"""Needs ticked wrongly in an answer that is corrected later."""
_OLD_HABITS = 0.4
"""Share of the residents of a merged grid who still name the old one."""


@dataclass(frozen=True)
class Answers:
    """All answer sheets of a month.

    Attributes
    ----------
    snapshot
        The truth they are drawn from.
    rows
        One row per answer sheet: ``office, person, panel, moment, special`` (``""``, ``panel``, ``pair``, ``earlier``,
        ``outside``, ``youth`` or ``household``), ``gives_name, gives_phone, gives_id_card``, the person's columns,
        ``participation, use, satisfaction`` (levels 0–4), ``seconds``; in an office's order of time.
    needs
        What each sheet says, booleans on the index of ``rows``, one column per need; of a household form: what anybody
        in the household needs.
    pairs
        ``first, second`` (labels of ``rows``), ``by`` (``id_card`` or ``phone``): sheets of one and the same resident.
    """

    snapshot: Snapshot
    rows: pd.DataFrame
    needs: pd.DataFrame
    pairs: pd.DataFrame

    def of_office(self, office: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return an office's rows and needs."""
        rows = self.rows[self.rows["office"] == office]
        return rows, self.needs.loc[rows.index]

    def stream(self, *names: str) -> np.random.Generator:
        """Return the random numbers of one piece of the month."""
        return stream(self.snapshot.seed, *names, str(self.snapshot.month))

    def file_of(self, office: str) -> str:
        """Return the name of the file in which an office's answers, or the ledger, are sent."""
        plan, month = self.snapshot.plan, self.snapshot.month
        name = str(plan.office(plan.office(office).get("inside", office))["file"])
        return name.format(answers=int((self.rows["office"] == office).sum()), year=month.year, month=month.number)


def collect_answers(snapshot: Snapshot) -> Answers:
    """Let residents answer through the plan's offices."""
    plan, people, month = snapshot.plan, snapshot.people, snapshot.month
    rng = stream(snapshot.seed, "answers", str(month))
    rows = _with_youths(_adult_sheets(snapshot, rng), snapshot, rng)
    rows, pairs = _add_pairs(rows, plan, people, rng)
    rows = pd.concat([rows, _household_sheets(snapshot, stream(snapshot.seed, "households", str(month)))])
    rows = _date_answers(rows.reset_index(drop=True), pairs, snapshot, rng)
    order = rows.assign(place=rows["office"].map(plan.offices.index)).sort_values(["place", "moment"], kind="stable")
    rows = _identify(rows.loc[order.index], snapshot, rng)
    rows = rows.assign(grid_told=_told_grids(rows, rng))
    needs = _said(rows, snapshot)
    attitudes = _draw_attitudes(rows, needs, plan, stream(snapshot.seed, "attitudes", str(month)))
    return Answers(snapshot, pd.concat([rows, attitudes], axis=1), _uncorrected(needs, rows, plan, rng), pairs)


def _adult_sheets(snapshot: Snapshot, rng: np.random.Generator) -> pd.DataFrame:
    """Choose the respondents and let some of them date their sheet before the month."""
    rows = choose_respondents(snapshot)
    special = np.where(rows["panel"], "panel", "").astype(object)
    for office in snapshot.plan.offices:
        fresh = np.flatnonzero((rows["office"] == office) & ~rows["panel"])
        late = min(snapshot.plan.office(office).get("outside", 0), len(fresh))
        special[rng.choice(fresh, late, replace=False)] = "outside"
    return rows.assign(special=special)


def _with_youths(rows: pd.DataFrame, snapshot: Snapshot, rng: np.random.Generator) -> pd.DataFrame:
    """Add the few sheets of youths below sixteen."""
    parts = []
    young = snapshot.people["age"].between(12, 14).to_numpy(copy=True)
    for office in snapshot.plan.offices:
        facts = snapshot.plan.office(office)
        near = young & lives_in(snapshot.people, facts["communities"])
        persons = rng.choice(np.flatnonzero(near), min(facts.get("youths", 0), int(near.sum())), replace=False)
        young[persons] = False
        parts.append(pd.DataFrame({"office": office, "person": persons, "panel": False, "special": "youth"}))
    return pd.concat([rows, *parts], ignore_index=True)


def _household_sheets(snapshot: Snapshot, rng: np.random.Generator) -> pd.DataFrame:
    """Let households fill in one form together, by the oldest member below eighty."""
    parts = []
    people = snapshot.people
    for office in snapshot.plan.offices:
        facts = snapshot.plan.office(office)
        if facts.get("unit", "人") != "户":
            continue
        heads = people[lives_in(people, facts["communities"]) & people["age"].between(25, 79)]
        heads = heads.sort_values("age", ascending=False, kind="stable").drop_duplicates("household")
        number = min(int(rng.poisson(facts["households"])), len(heads))
        chosen = np.sort(rng.choice(heads.index.to_numpy(), number, replace=False))
        parts.append(pd.DataFrame({"office": office, "person": chosen, "special": "household"}))
    columns = ["office", "person", "special"]
    sheets = pd.concat(parts) if parts else pd.DataFrame({name: [] for name in columns})
    return sheets.assign(panel=False, by="").astype({"person": int, "office": object, "special": object, "by": object})


def _told_grids(rows: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return the grid each respondent names: some still go by the one that was merged into another."""
    by_habit = rng.random(len(rows)) < _OLD_HABITS
    return np.where(by_habit, rows["grid_before"], rows["grid"])


def _said(rows: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Return what each sheet says: the person's needs, or those of anybody in the household."""
    needs = snapshot.needs.loc[rows["person"]].set_axis(rows.index)
    joint = rows.index[rows["special"] == "household"]
    if len(joint):
        homes = rows.loc[joint, "household"]
        members = snapshot.people["household"].isin(homes)
        together = snapshot.needs[members].groupby(snapshot.people.loc[members, "household"]).any()
        needs.loc[joint] = together.loc[homes].to_numpy()
    return needs


def _add_pairs(
    rows: pd.DataFrame, plan: Plan, people: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let some residents answer again: in another office's file, or in the same one with a corrected answer."""
    rows = rows.assign(by=np.where(rows["panel"], "phone", "").astype(object))
    pairs = [pd.DataFrame({"first": [], "second": [], "by": []}, dtype=object)]
    for wanted in plan.words("offices").get("pairs", []):
        first, second, by = (str(wanted[name]) for name in ("first", "second", "by"))
        lives = lives_in(people.loc[rows["person"]], plan.office(second)["communities"])
        fit = rows.index[(rows["office"] == first) & (rows["special"] == "") & lives].to_numpy()
        firsts = rng.choice(fit, min(wanted["number"], len(fit)), replace=False)
        again = rows.loc[firsts].assign(office=second, special="pair")
        again.index = pd.RangeIndex(len(rows), len(rows) + len(again))
        rows.loc[firsts, "special"] = "earlier" if first == second else "pair"
        rows = pd.concat([rows, again])
        rows.loc[[*firsts, *again.index], "by"] = by
        pairs.append(pd.DataFrame({"first": firsts, "second": again.index, "by": by}))
    return rows, pd.concat(pairs, ignore_index=True).astype({"first": int, "second": int})


def _date_answers(
    rows: pd.DataFrame, pairs: pd.DataFrame, snapshot: Snapshot, rng: np.random.Generator
) -> pd.DataFrame:
    """Give every sheet its day and time; a correction comes a few days after what it corrects."""
    moments = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    month = snapshot.month
    for office in snapshot.plan.offices:
        facts = snapshot.plan.office(office)
        days = np.array(open_days(month, "12345" if facts["workdays"] else "1234567"), dtype="datetime64[s]")
        own = rows.index[rows["office"] == office]
        seconds = rng.integers(facts["hours"][0] * 3600, facts["hours"][1] * 3600, len(own))
        moments[own] = days[rng.integers(0, len(days), len(own))] + seconds.astype("timedelta64[s]")
    outside = rows.index[rows["special"] == "outside"]
    moments[outside] = np.datetime64(month.first_day - dt.timedelta(days=1), "s") - _days(rng, len(outside), 0, 4)
    corrected = pairs[rows.loc[pairs["first"], "special"].to_numpy() == "earlier"]
    moments[corrected["first"]] = np.datetime64(month.first_day, "s") + _days(rng, len(corrected), 9, 20)
    first_days = moments[corrected["first"]].dt.normalize().to_numpy()
    moments[corrected["second"]] = first_days + _days(rng, len(corrected), 1, 6)
    return rows.assign(moment=moments)


def _days(rng: np.random.Generator, n: int, low: int, high: int) -> np.ndarray:
    seconds = rng.integers(low, high, n) * 86_400 + rng.integers(9 * 3600, 16 * 3600, n)
    return np.asarray(seconds.astype("timedelta64[s]"))


def _identify(rows: pd.DataFrame, snapshot: Snapshot, rng: np.random.Generator) -> pd.DataFrame:
    """Join what the person is and decide what identifies the sheet: a pair always gives what links it."""
    known = snapshot.people.loc[rows["person"]].set_axis(rows.index)
    gives = {office: snapshot.plan.office(office)["gives"] for office in snapshot.plan.offices}
    rows = rows.join(known.drop(columns="age")).assign(age=ages_on(known["birth"], rows["moment"]))
    links = {"name": rows["by"] != "", "phone": rows["by"] == "phone", "id_card": rows["by"] == "id_card"}
    for given, linked in links.items():
        share = rows["office"].map({office: float(shares[given]) for office, shares in gives.items()})
        rows[f"gives_{given}"] = linked | (rng.random(len(rows)) < share)
    return rows


def _draw_attitudes(rows: pd.DataFrame, needs: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Draw levels 0–4 of taking part, of use and of satisfaction from the segment's, and the seconds spent."""
    means = plan.table("segments").set_index("segment")
    usual = means.reindex(rows["segment"].where(rows["segment"] != "", "上班青年")).set_axis(rows.index)
    burden = needs.sum(axis=1).to_numpy()
    home, homes = pd.factorize(rows["community"], sort=True)
    outlook = rng.normal(0, 0.3, len(homes))[home]

    def level(name: str, shift: np.ndarray | float = 0.0) -> np.ndarray:
        luck = usual["spread"] * rng.standard_normal(len(rows))
        levels = np.round((usual[name] + luck).to_numpy(float) + shift)
        return np.asarray(levels.clip(0, 4), dtype=int)

    return pd.DataFrame(
        {
            "participation": level("participation"),
            "use": level("use"),
            "satisfaction": level("satisfaction", outlook - 0.03 * burden),
            "seconds": np.round(rng.lognormal(5.4, 0.45, len(rows))).astype(int),
        },
        index=rows.index,
    )


def _uncorrected(needs: pd.DataFrame, rows: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Turn a few answers of the sheets that are corrected later."""
    said = needs.to_numpy(dtype=bool, copy=True)
    asked_by_all = np.array([needs.columns.get_loc(need) for need in plan.words("offices")["asked_by_all"]])
    for row in np.flatnonzero(rows["special"] == "earlier").tolist():
        turned = rng.choice(asked_by_all, _CORRECTED, replace=False)
        said[row, turned] = ~said[row, turned]
    return pd.DataFrame(said, needs.index, needs.columns)
