"""Everything that was planted, in tables: ``truth.json`` beside the months' folders.

Counts are of persons unless they say otherwise; ``person`` is a resident's number in the generator, the same in every
month and in no workbook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows
from needs_analytics.files import write_whole
from needs_analytics.samples.causes import find_causes
from needs_analytics.samples.norms import check_norms
from needs_analytics.samples.questions import questions_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.series import PlantedSeries
    from needs_analytics.samples.sheets import Table
    from needs_analytics.samples.snapshot import Snapshot, World

FILE = "truth.json"
GROUPS = (
    "elderly", "aged80", "alone_elder", "empty_nest", "disabled_elder", "disabled", "chronic", "dibao", "low_income",
    "carer", "parent", "dual_worker", "jobless", "migrant", "new_worker", "veteran",
)  # fmt: skip
"""Groups whose true shares are told."""
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Truth:
    """What was planted.

    Attributes
    ----------
    facts
        ``plan, place, seed, months`` and what holds for the whole town.
    tables
        By name; see ``docs/truth.md``.
    """

    facts: Mapping[str, Any]
    tables: Tables

    def table(self, name: str) -> pd.DataFrame:
        """Return a table.

        Raises
        ------
        KeyError
            When nothing of that name was planted.
        """
        return self.tables[name]


def write_truth(path: Path, truth: Truth) -> None:
    """Write the truth as JSON, one row of a table a line, so that a difference can be read."""
    parts = []
    for name, table in truth.tables.items():
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in table.to_numpy(object).tolist())
        columns = json.dumps(list(table.columns), ensure_ascii=False)
        parts.append(f'{json.dumps(name)}: {{"columns": {columns}, "rows": [\n{rows}\n]}}')
    facts = json.dumps(truth.facts, ensure_ascii=False)
    write_whole(path, (f'{{"facts": {facts},\n"tables": {{\n' + ",\n".join(parts) + "\n}}\n").encode())


def read_truth(path: Path) -> Truth:
    """Read what :func:`write_truth` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    tables = {name: pd.DataFrame(table["rows"], columns=table["columns"]) for name, table in content["tables"].items()}
    return Truth(content["facts"], tables)


def facts_of(world: World, months: list[str]) -> dict[str, Any]:
    """Return what holds for the whole town."""
    plan = world.plan
    return {
        "plan": plan.name,
        "place": plan.place,
        "seed": world.seed,
        "months": months,
        "youngest": 16,
        "panel": plan.panel,
        "link": plan.link,
        "crs": plan.crs,
        "channel_need": plan.words("offices").get("channel_need", {}),
    }


def planted_tables(world: World) -> dict[str, pd.DataFrame]:
    """Return what was planted once for all months."""
    plan = world.plan
    names = plan.table("services").set_index("service")["name"]
    supply = plan.table("supply")
    unrecorded = supply.loc[supply["record"] == "none", ["service", "site"]]
    return {
        "merges": plan.table("merges"),
        "arrivals": plan.table("arrivals")[["month", "persons", "community"]],
        "trends": plan.table("trends"),
        "wordings": _wordings(world),
        "unrecorded": unrecorded.assign(name=unrecorded["service"].map(names)),
    }


def series_tables(series: PlantedSeries) -> dict[str, pd.DataFrame]:
    """Return what was planted in the years of use and the counts themselves."""
    counts = series.counts[["month", "service", "site", "count", "season"]]
    return {"series": series.plan.round(6), "counts": counts.assign(season=counts["season"].round(4))}


def gap_tables(snapshot: Snapshot, use: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the parts and causes of every gap of a month, and which norms each community meets."""
    found = {"causes": find_causes(snapshot, use), "norms": check_norms(snapshot)}
    return {name: table.assign(month=str(snapshot.month))[["month", *table.columns]] for name, table in found.items()}


def month_tables(answers: Answers, use: pd.DataFrame, tables: Mapping[str, Table]) -> dict[str, pd.DataFrame]:
    """Return what was planted in a month; ``tables`` are the sheets as they are written."""
    snapshot = answers.snapshot
    found = {
        "population": population(snapshot),
        "prevalence": prevalence(snapshot),
        "files": _files(answers, tables),
        "respondents": _respondents(answers, tables),
        "heads": _heads(answers, tables),
        "questions": _questions(answers, tables),
        "use": _use(use, snapshot),
    }
    return {name: table.assign(month=str(snapshot.month))[["month", *table.columns]] for name, table in found.items()}


def population(snapshot: Snapshot) -> pd.DataFrame:
    """Count persons and adults by community and grid."""
    people = snapshot.people.assign(adult=snapshot.adults)
    counts = people.groupby(["community", "grid"], sort=False).agg(persons=("age", "size"), adults=("adult", "sum"))
    return counts.reset_index()


def prevalence(snapshot: Snapshot) -> pd.DataFrame:
    """Count who of the adults has each need, by place, group and segment; a class of nobody is left out."""
    people, grids = snapshot.people[snapshot.adults], snapshot.town.grids
    counted = np.column_stack([np.ones(len(people), dtype=bool), snapshot.needs.to_numpy()[snapshot.adults]])
    by_grid = _sums(counted, people["place"].to_numpy(), len(grids))
    community, communities = pd.factorize(grids["community"])
    segment, segments = pd.factorize(people["segment"])
    cuts: dict[str, tuple[Sequence[str], np.ndarray]] = {
        "all": ([ALL], by_grid.sum(axis=0, keepdims=True)),
        "community": (list(communities), _sums(by_grid, community, len(communities))),
        "grid": (list(grids["community"] + "/" + grids["number"].astype(str)), by_grid),
        "segment": (list(segments), _sums(counted, segment, len(segments))),
        "group": (GROUPS, people[list(GROUPS)].to_numpy(np.float32).T @ counted),
    }
    columns = ["adults", *snapshot.needs.columns]
    parts = []
    for by, (labels, counts) in cuts.items():
        part = pd.DataFrame(counts, columns=columns).astype(int)
        part.insert(0, "of", pd.Series(labels, dtype=object))
        parts.append(part[part["adults"] > 0].assign(by=by))
    return pd.concat(parts, ignore_index=True)[["by", "of", *columns]]


def _sums(rows: np.ndarray, codes: np.ndarray, number: int) -> np.ndarray:
    """Add up the rows of each class, ``(number, columns)``."""
    order = np.argsort(codes, kind="stable")
    found, starts = np.unique(codes[order], return_index=True)
    sums = np.zeros((number, rows.shape[1]), dtype=int)
    sums[found] = np.add.reduceat(rows[order], starts, axis=0, dtype=int)
    return sums


def _respondents(answers: Answers, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Tell whose each answer sheet is and in which row of which file it stands."""
    rows = answers.rows
    places = {
        (office, key): table.first_row + place + 1
        for office, table in tables.items()
        if office in answers.snapshot.plan.offices
        for place, key in enumerate(table.keys)
    }
    told = rows[["office", "person", "panel", "special", "segment"]].reset_index(names="sheet")
    row = [places[office, key] for office, key in zip(told["office"], told["sheet"], strict=True)]
    return told.assign(row=row)[["office", "row", "person", "panel", "special", "segment"]]


def _files(answers: Answers, tables: Mapping[str, Table]) -> pd.DataFrame:
    plan, counts = answers.snapshot.plan, answers.rows["office"].value_counts()
    found = [(office, answers.file_of(office), tables[office].sheet, int(counts[office])) for office in plan.offices]
    return pd.DataFrame(found, columns=["office", "file", "sheet", "answers"])


def _heads(answers: Answers, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Tell which households' forms were filled in by somebody who answered for themselves too."""
    joint = answers.rows["special"] == "household"
    sheets = answers.rows[["office", "person"]].reset_index(names="sheet")
    both = sheets[joint.to_numpy()].merge(sheets[~joint.to_numpy()], on="person", suffixes=("_head", "_own"))
    found = [
        (head_office, tables[head_office].row_number(head), own_office, tables[own_office].row_number(sheet))
        for head_office, head, own_office, sheet in iter_rows(
            both, "office_head", "sheet_head", "office_own", "sheet_own"
        )
    ]
    return pd.DataFrame(found, columns=["office", "row", "own_office", "own_row"])


def _questions(answers: Answers, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Tell what each option asked and how often it was named in the file."""
    plan, month = answers.snapshot.plan, answers.snapshot.month
    found = [
        (office, header, question.kind, question.sense, question.most, question.unit, text, need, n)
        for office in plan.offices
        for question in questions_of(plan, office, month)
        for header, (text, need), n in zip(
            question.headers, question.options, question.counts(tables[office]).values(), strict=True
        )
    ]
    columns = ["office", "header", "kind", "sense", "most", "unit", "option", "need", "named"]
    return pd.DataFrame(found, columns=columns)


def _use(use: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Sum the month's record of use: completed uses, distinct known users, who waits or was refused."""
    codes = {name: code for code, name in snapshot.plan.table("services")[["service", "name"]].itertuples(index=False)}
    keys = [use["service"].map(codes).rename("service"), use["site"]]
    done, left = use["status"] == "完成", use["status"].isin(["等候", "拒绝"])
    table = pd.DataFrame(
        {
            "uses": use["count"].where(done, 0).groupby(keys, sort=False).sum(),
            "users": use["person"].where(done & (use["person"] >= 0)).groupby(keys, sort=False).nunique(),
            "left": use["count"].where(left, 0).groupby(keys, sort=False).sum(),
        }
    )
    return table.reset_index()


def _wordings(world: World) -> pd.DataFrame:
    """Tell which questions were worded otherwise before a month."""
    plan = world.plan
    rows = []
    for office in plan.offices:
        needs = plan.form(office).get("needs", ())
        for question in (question for question in needs if isinstance(question, Mapping) and "before" in question):
            before = question["before"]
            rows.append((office, before["changed"], before["header"], question["header"], before["ticked"]))
    return pd.DataFrame(rows, columns=["office", "month", "before", "after", "ticked_before"])
