"""Who answers through which office, when, and what they say there: the seam between the truth and the workbooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import packaged_words, stream
from needs_analytics.samples.names import ages_on
from needs_analytics.samples.services import open_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.month import Month

OFFICES = ("handmade", "tencent", "legacy", "wjx", "window")
"""Offices by the short names of ``offices.toml``; those with few communities choose their respondents first."""
_ADULT_BANDS = ["16-34岁", "35-59岁", "60-69岁", "70-79岁", "80岁及以上"]
_ASKED_BY_ALL = ("ELD01", "ELD03", "ELD08", "HEA05", "PRO05")
_CORRECTED = 2
"""Needs ticked wrongly in an answer that is corrected later."""


@dataclass(frozen=True)
class Answers:
    """All answer sheets of a month.

    Attributes
    ----------
    rows
        One row per answer sheet: ``office, person, moment, special`` (``""``, ``pair``, ``earlier``, ``outside`` or
        ``youth``), ``gives_name, gives_phone, gives_id_card``, the person's columns, ``participation, use,
        satisfaction`` (levels 0–4), ``seconds``; in an office's order of time.
    needs
        What each sheet says, booleans on the index of ``rows``, one column per need.
    pairs
        ``first, second`` (labels of ``rows``), ``by`` (``id_card`` or ``phone``): sheets of one and the same resident.
    """

    rows: pd.DataFrame
    needs: pd.DataFrame
    pairs: pd.DataFrame

    def of_office(self, office: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return an office's rows and needs."""
        rows = self.rows[self.rows["office"] == office]
        return rows, self.needs.loc[rows.index]


def office_facts(office: str) -> dict[str, Any]:
    """Return an office's section of ``offices.toml``."""
    facts: dict[str, Any] = packaged_words("offices")[office]
    return facts


def office_file(office: str, month: Month) -> str:
    """Return the name of the file an office sends."""
    facts = office_facts(office)
    return str(facts["file"]).format(answers=facts["answers"], year=month.year, month=month.number)


def collect_answers(people: pd.DataFrame, wishes: pd.DataFrame, month: Month, seed: int) -> Answers:
    """Let residents answer through the five offices.

    Parameters
    ----------
    people, wishes
        The truth, as ``settle_people`` and ``draw_wishes`` make it, the people named.
    """
    rng = stream(seed, "answers", str(month))
    rows = _choose_answerers(people, month, rng)
    rows, pairs = _add_pairs(rows, people, rng)
    rows = _date_answers(rows, pairs, month, rng)
    order = rows.sort_values(["office", "moment"], kind="stable").index
    rows = _identify(rows.loc[order], people, rng)
    needs = wishes.loc[rows["person"]].set_axis(rows.index)
    rows = pd.concat([rows, _draw_attitudes(rows, needs, stream(seed, "attitudes", str(month)))], axis=1)
    return Answers(rows, _uncorrected(needs, rows, rng), pairs)


def _choose_answerers(people: pd.DataFrame, month: Month, rng: np.random.Generator) -> pd.DataFrame:
    """Choose distinct residents for every office; youths below sixteen are few and chosen apart."""
    seconds = pd.Series([pair["second"] for pair in packaged_words("offices")["pairs"] for _ in range(pair["number"])])
    free = np.ones(len(people), dtype=bool)
    parts = []
    for office in OFFICES:
        facts = office_facts(office)
        adults = facts["answers"] - facts["youths"] - int((seconds == office).sum())
        chance = free * _pulls(people, facts)
        chosen = rng.choice(len(people), adults, replace=False, p=chance / chance.sum())
        youth = free & people["age"].between(12, 15).to_numpy() & _lives_in(people, facts)
        youths = rng.choice(np.flatnonzero(youth), facts["youths"], replace=False)
        special = np.array([""] * adults + ["youth"] * len(youths), dtype=object)
        special[rng.choice(adults, facts["outside"], replace=False)] = "outside"
        persons = np.concatenate([chosen, youths])
        free[persons] = False
        parts.append(pd.DataFrame({"office": office, "person": persons, "special": special}))
    return pd.concat(parts, ignore_index=True)


def _pulls(people: pd.DataFrame, facts: Mapping[str, Any]) -> np.ndarray:
    pull = people["band"].map(dict(zip(_ADULT_BANDS, facts["pull"], strict=True))).fillna(0).to_numpy()
    for group, factor in facts.get("group_pull", {}).items():
        pull = pull * np.where(people[group], factor, 1.0)
    return np.asarray(pull * _lives_in(people, facts))


def _lives_in(people: pd.DataFrame, facts: Mapping[str, Any]) -> np.ndarray:
    if not facts["communities"]:
        return np.ones(len(people), dtype=bool)
    return people["community"].isin(facts["communities"]).to_numpy()


def _add_pairs(rows: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let some residents answer again: in another office's file, or in the same one with a corrected answer."""
    rows = rows.assign(by="")
    pairs = []
    for plan in packaged_words("offices")["pairs"]:
        lives = _lives_in(people.loc[rows["person"]], office_facts(plan["second"]))
        fit = (rows["office"] == plan["first"]) & (rows["special"] == "") & lives
        firsts = rng.choice(rows.index[fit].to_numpy(), plan["number"], replace=False)
        again = rows.loc[firsts].assign(office=plan["second"], special="pair")
        again.index = pd.RangeIndex(len(rows), len(rows) + len(again))
        rows.loc[firsts, "special"] = "earlier" if plan["first"] == plan["second"] else "pair"
        rows = pd.concat([rows, again])
        both = firsts.tolist() + again.index.tolist()
        rows.loc[both, "by"] = plan["by"]
        pairs.append(pd.DataFrame({"first": firsts, "second": again.index, "by": plan["by"]}))
    return rows, pd.concat(pairs, ignore_index=True)


def _date_answers(rows: pd.DataFrame, pairs: pd.DataFrame, month: Month, rng: np.random.Generator) -> pd.DataFrame:
    """Give every sheet its day and time; a correction comes a few days after what it corrects."""
    moments = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    for office in OFFICES:
        facts = office_facts(office)
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


def _identify(rows: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Join what the person is and decide what identifies the sheet: a pair always gives what links it."""
    known = people.loc[rows["person"]].set_axis(rows.index)
    rows = rows.join(known.drop(columns="age")).assign(age=ages_on(known["birth"], rows["moment"]))
    links = {"name": rows["by"] != "", "phone": rows["by"] == "phone", "id_card": rows["by"] == "id_card"}
    for given, linked in links.items():
        share = rows["office"].map({office: office_facts(office)["gives"][given] for office in OFFICES})
        rows[f"gives_{given}"] = linked | (rng.random(len(rows)) < share)
    return rows


def _draw_attitudes(rows: pd.DataFrame, needs: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw levels 0–4 of taking part, of use and of satisfaction, and the seconds spent."""
    older, woman = (rows["age"] >= 60).to_numpy(), (rows["sex"] == "女").to_numpy()
    burden = needs.sum(axis=1).to_numpy()
    home, homes = pd.factorize(rows["community"], sort=True)
    outlook = rng.normal(0, 0.3, len(homes))[home]

    def level(mean: np.ndarray) -> np.ndarray:
        return np.clip(np.round(mean + rng.normal(0, 1.1, len(rows))), 0, 4).astype(int)

    return pd.DataFrame(
        {
            "participation": level(1.0 + 1.0 * older + 0.3 * woman),
            "use": level(1.1 + 0.6 * older + 0.07 * burden),
            "satisfaction": level(2.9 + outlook - 0.06 * burden),
            "seconds": np.round(rng.lognormal(5.4, 0.45, len(rows))).astype(int),
        },
        index=rows.index,
    )


def _uncorrected(needs: pd.DataFrame, rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Turn a few answers of the sheets that are corrected later."""
    said = needs.copy()
    for label in rows.index[rows["special"] == "earlier"]:
        turned = rng.choice(_ASKED_BY_ALL, _CORRECTED, replace=False)
        said.loc[label, turned] = ~said.loc[label, turned]
    return said
