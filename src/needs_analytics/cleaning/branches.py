"""Rows of two files that were corrected apart from each other: each row of the file they come from counts once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from needs_analytics.core.tables import OWN_COLUMN, PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.core.issue import Issue

_OF_THE_FILE = frozenset(
    {*PROVENANCE, OWN_COLUMN, "answer_id", "person_key", "household_key", "office", "linked_by", "same_step"}
)
_FOLLOWS = frozenset({"age", "age_band", "age_high", "month", "needs"})  # from other columns
_SAME_PLACE, _ELSEWHERE = 0.5, 0.8  # share of what two rows say that is equal
_GENERATION = 10  # years between two ages that no slip makes
_FEW = 20  # rows that cannot tell yet which columns tell residents apart
_MOST = 2_000_000  # pairs that are compared
_CHUNK = 50_000  # of them at once
_ANYWHERE: tuple[str, ...] = ()
_BLOCKS = (("known",), ("community", "sex", "age_low"), ("community", "grid", "date"), ("sex", "age_low", "date"))


@dataclass(frozen=True, slots=True)
class Branches:
    """Which rows of two branches are one.

    Attributes
    ----------
    into
        For every row, the index of the row that stands for it in the branch that counts first.
    unsearched
        Per pair of branches, by their digests, the rows that are too many to be looked for where they moved to.
    """

    into: pd.Series
    unsearched: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Said:
    """What rows say: codes ``(rows, columns)``, 0 for nothing and 1 for a need not chosen, and who each row is of."""

    codes: Ints
    known: Ints
    sex: Ints
    low: Floats
    high: Floats

    def contradict(self, one: Ints, other: Ints) -> Bools:
        """Whether two rows are certainly of two residents: other identifiers, or without one another sex or age."""
        known = (self.known[one] >= 0) & (self.known[other] >= 0)
        same = self.known[one] == self.known[other]
        sex = (self.sex[one] >= 0) & (self.sex[other] >= 0) & (self.sex[one] != self.sex[other])
        ages = np.fmax(self.low[one] - self.high[other], self.low[other] - self.high[one]) > _GENERATION
        return np.asarray(np.where(known, ~same, sex | ages), dtype=bool)

    def weights(self, rows: Ints) -> Floats:
        """Return how much each column tells of some rows apart: nearly nothing where many rows say all the same."""
        weights = np.ones(self.codes.shape[1])
        for at, column in enumerate(self.codes[rows].T):
            counts = np.bincount(column)
            known = int(counts[1:].sum())
            by_chance = float((counts[2:] / max(known, 1)) @ (counts[2:] / max(known, 1)))
            weights[at] = 1 - by_chance * known / (known + _FEW)
        return weights

    def equal(self, one: Ints, other: Ints, weights: Floats) -> Floats:
        """Return the share of what both of two rows say that is equal; what neither chose tells nothing."""
        first, second = self.codes[one], self.codes[other]
        both = (first > 0) & (second > 0) & ((first > 1) | (second > 1))
        share = (((first == second) & both) @ weights) / np.maximum(both @ weights, 1e-9)
        return np.where(self.contradict(one, other), -1.0, share)


def repeated_in_branches(frame: pd.DataFrame, issues: Iterable[Issue]) -> Branches:
    """Find the rows that stand in two branches of one file.

    A row of the other branch is the same one where all it says is equal; where it stands in the same place and half of
    what it says is equal; where it stands elsewhere and nearly all is equal. What many rows say alike counts less, and
    rows of two residents are never one. Rows are paired one to one.

    Parameters
    ----------
    frame
        A table of intake.
    issues
        Those of the month; ``W041`` tells the branches by their digests, the one that counts first before the other.
    """
    found = Branches(pd.Series(frame.index, index=frame.index), {})
    families: dict[str, list[str]] = defaultdict(list)
    for issue in issues:
        if issue.code == "W041":
            first, other = cast("tuple[str, str]", issue.details["digests"])
            families[first].append(other)
    if not families:
        return found
    said = _said(frame)
    for counted, others in families.items():
        kept = np.flatnonzero(frame["digest"] == counted)
        for other in others:
            rows = np.flatnonzero(frame["digest"] == other)
            pairs, unsearched = _pairs(frame, said, kept, rows)
            found.into.iloc[pairs[:, 1]] = frame.index[pairs[:, 0]]
            kept = np.concatenate([kept, np.setdiff1d(rows, pairs[:, 1])])
            if unsearched:
                found.unsearched[counted, other] = unsearched
    return found


def _said(frame: pd.DataFrame) -> _Said:
    columns = [column for column in frame if column not in _OF_THE_FILE | _FOLLOWS]
    codes = [np.where(frame[column].eq(0), 1, pd.factorize(frame[column])[0] + 2) for column in columns]
    said = [np.where(frame[name].isna(), 0, code) for name, code in zip(columns, codes, strict=True)]
    ages = frame.reindex(columns=["age_low", "age_high"]).astype(float)
    high = ages["age_high"].fillna(ages["age_low"]) if "age_high" not in frame else ages["age_high"]
    return _Said(
        np.column_stack(said).astype(np.int64),
        _known(frame),
        np.asarray(pd.factorize(frame.reindex(columns=["sex"])["sex"])[0], dtype=np.int64),
        ages["age_low"].to_numpy(float),
        high.to_numpy(float),
    )


def _known(frame: pd.DataFrame) -> Ints:
    """Return codes of who the rows are of as their identifiers tell it, -1 where they have none."""
    by = next((name for name in ("known_by", "person_key") if name in frame), None)
    return np.asarray(pd.factorize(frame[by])[0] if by else np.full(len(frame), -1), dtype=np.int64)


def _pairs(frame: pd.DataFrame, said: _Said, kept: Ints, rows: Ints) -> tuple[Ints, int]:
    """Return which row of those kept each of some rows is, ``(pairs, 2)``, and how many were not looked for."""
    found = np.zeros((0, 2), np.int64)
    weights = said.weights(np.concatenate([kept, rows]))
    whole = np.unique(np.column_stack([said.codes, said.known]), axis=0, return_inverse=True)[1].ravel()
    place = frame.groupby(["sheet", "row", *([OWN_COLUMN] if OWN_COLUMN in frame else [])], dropna=False).ngroup()
    for key, least in ((whole, -1.0), (place.to_numpy(), _SAME_PLACE)):
        left, open_ = np.setdiff1d(kept, found[:, 0]), np.setdiff1d(rows, found[:, 1])
        pairs = _joined(key, left, open_)
        found = np.concatenate([found, pairs[said.equal(pairs[:, 0], pairs[:, 1], weights) >= least]])
    return _moved(frame, said, weights, found, kept, rows)


def _joined(key: Ints, kept: Ints, rows: Ints) -> Ints:
    """Pair rows of one key, the first with the first."""
    one, other = (pd.DataFrame({"key": key[side], "place": side}) for side in (kept, rows))
    for side in (one, other):
        side["time"] = side.groupby("key").cumcount()
    joined = one.merge(other, on=["key", "time"], suffixes=("_kept", "_row"))
    return joined[["place_kept", "place_row"]].to_numpy(np.int64)


def _moved(frame: pd.DataFrame, said: _Said, weights: Floats, found: Ints, kept: Ints, rows: Ints) -> tuple[Ints, int]:
    """Pair rows that stand elsewhere: any two, or where these are too many those that share what rarely changes."""
    few = (len(kept) - len(found)) * (len(rows) - len(found)) <= _MOST
    unsearched = rows
    for columns in (_ANYWHERE,) if few else _BLOCKS:
        left, open_ = np.setdiff1d(kept, found[:, 0]), np.setdiff1d(rows, found[:, 1])
        block = _blocks(frame.assign(known=said.known), columns)
        crowd = _crowd(block, left, open_)
        unsearched = np.intersect1d(unsearched, open_[crowd])
        found = np.concatenate([found, _nearest(said, weights, block, left, open_[~crowd])])
    return found, len(np.setdiff1d(unsearched, found[:, 1]))


def _blocks(frame: pd.DataFrame, columns: tuple[str, ...]) -> Ints:
    """Return codes of what rows share in some columns, of them that the table has."""
    there = [column for column in columns if column in frame]
    codes = frame.groupby(there, dropna=False).ngroup() if there else np.zeros(len(frame))
    return np.asarray(codes, dtype=np.int64)


def _crowd(block: Ints, kept: Ints, rows: Ints) -> Bools:
    """Whether a row stands in one of the largest blocks, which together hold more pairs than are compared."""
    number = int(block.max(initial=0)) + 1
    pairs = np.bincount(block[kept], minlength=number) * np.bincount(block[rows], minlength=number)
    order = np.argsort(pairs, kind="stable")
    crowded = np.zeros(number, dtype=bool)
    crowded[order] = np.cumsum(pairs[order]) > _MOST
    return (crowded & (pairs > 0))[block[rows]]


def _nearest(said: _Said, weights: Floats, block: Ints, kept: Ints, rows: Ints) -> Ints:
    """Pair rows of one block of which nearly all is equal, the most equal first."""
    near = [np.zeros((0, 3))]
    left = pd.DataFrame({"block": block[kept], "kept": kept})
    step = max(1, _CHUNK // max(int(left["block"].value_counts().max()) if len(left) else 1, 1))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        pairs = pd.DataFrame({"block": block[part], "row": part}).merge(left, on="block")
        one, other = pairs["kept"].to_numpy(np.int64), pairs["row"].to_numpy(np.int64)
        share = said.equal(one, other, weights)
        near.append(np.column_stack([one, other, share])[share >= _ELSEWHERE])
    return _one_to_one(pd.DataFrame(np.concatenate(near), columns=["kept", "row", "share"]))


def _one_to_one(near: pd.DataFrame) -> Ints:
    left = near.sort_values(["share", "row", "kept"], ascending=[False, True, True], kind="stable")
    found = [np.zeros((0, 2))]
    while len(left):
        best = left[~left["kept"].duplicated() & ~left["row"].duplicated()]
        found.append(best[["kept", "row"]].to_numpy())
        left = left[~left["kept"].isin(best["kept"]) & ~left["row"].isin(best["row"])]
    return np.concatenate(found).astype(np.int64)
