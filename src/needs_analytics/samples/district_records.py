"""A sub-district's record of use as its old system exports it: one line a use, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.tables import iter_rows
from needs_analytics.samples.district_use import STATUSES
from needs_analytics.samples.draws import packaged_table, stream
from needs_analytics.samples.phrases import spell_grids
from needs_analytics.samples.sheets import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.samples.district_use import Uses
    from needs_analytics.samples.snapshot import Snapshot

ENCODINGS = ("gb18030", "utf-8-sig")
"""By turns, from sub-district to sub-district; so are the ways to write a day."""
_DAYS = ("{year}-{month:02d}-{day:02d}", "{year}/{month}/{day}", "{year}年{month}月{day}日")
_NAMED, _PHONED, _PLACED = 0.55, 0.85, 0.9
"""Share of the uses noted with a name, of those with a phone too, and of all with the user's community."""
_WRONG_OF_A_KIND = 4
_Columns = dict[str, np.ndarray]


def write_uses(path: Path, uses: Uses, snapshot: Snapshot) -> pd.DataFrame:
    """Write the record of a sub-district.

    Returns
    -------
    What was made wrong: ``column, kind, service, site, number`` of cells.
    """
    rng, number = stream(snapshot.seed, "records of use"), snapshot.plan.number
    columns = _lay_out(uses, snapshot.people, _DAYS[number % len(_DAYS)], rng)
    wrong = _spoil(columns, uses, rng)
    lines = zip(*(column.tolist() for column in columns.values()), strict=True)
    write_text(path, columns, lines, ENCODINGS[number % len(ENCODINGS)])
    return wrong


def _lay_out(uses: Uses, people: pd.DataFrame, day: str, rng: np.random.Generator) -> _Columns:
    rows, offers = uses.rows, uses.offers
    offer, person = rows["offer"].to_numpy(), rows["person"].to_numpy()
    named = (rng.random(len(rows)) < _NAMED) | (rows["status"] != 0).to_numpy()
    phoned = named & (rng.random(len(rows)) < _PHONED)
    placed = named | (rng.random(len(rows)) < _PLACED)
    grids = spell_grids(people["grid"].to_numpy()[person], (0.2, 0.2, 0.4, 0, 0.2, 0, 0), rng)

    def of_person(column: str, where: np.ndarray) -> np.ndarray:
        return np.where(where, people[column].to_numpy(dtype=object)[person], "")

    return {
        "日期": _written_days(rows["day"], day),
        "服务项目": offers["service"].to_numpy(dtype=object)[offer],
        "服务点": offers["site"].to_numpy(dtype=object)[offer],
        "姓名": of_person("name", named),
        "联系电话": of_person("phone", phoned),
        "所属社区": of_person("community", placed),
        "所属网格": np.where(named, np.array(grids, dtype=object), ""),
        "人次": np.full(len(rows), "1", dtype=object),
        "状态": np.array(STATUSES, dtype=object)[rows["status"]],
        "等候天数": _or_blank(rows["waited_days"]),
        "评价（1-5分）": _or_blank(rows["rating"]),
    }


def _written_days(days: pd.Series, pattern: str) -> np.ndarray:
    code, known = pd.factorize(days)
    texts = [pattern.format(year=at.year, month=at.month, day=at.day) for at in pd.DatetimeIndex(known)]
    return np.array(texts, dtype=object)[code]


def _or_blank(numbers: pd.Series) -> np.ndarray:
    words = np.array(["", *map(str, range(1, int(numbers.max()) + 1))], dtype=object)
    return np.asarray(words[numbers])


def _spoil(columns: _Columns, uses: Uses, rng: np.random.Generator) -> pd.DataFrame:
    """Plant the kinds of wrong cells that ``wrong_cells.csv`` knows of records of use, in place, at most one a row."""
    wrong = packaged_table("wrong_cells")
    wrong = wrong[wrong["table"] == "usage"].astype(str)
    done = rng.permutation(np.flatnonzero(uses.rows["status"] == 0))
    parts = []
    for number, (column, kind, value) in enumerate(iter_rows(wrong, "column", "kind", "value")):
        rows = done[number * _WRONG_OF_A_KIND : (number + 1) * _WRONG_OF_A_KIND]
        columns[column][rows] = value
        where = uses.offers.loc[uses.rows["offer"].to_numpy()[rows], ["service", "site"]]
        parts.append(where.assign(column=column, kind=kind))
    kinds = ["column", "kind", "service", "site"]
    planted: pd.DataFrame = pd.concat(parts).groupby(kinds, sort=False, as_index=False).size()
    return planted.rename(columns={"size": "number"})
