"""Who is who: residents whose identifiers were mistyped are found, families and namesakes are kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from helpers.grids import cells, take_clean

from .generator import SEED, settle
from .people import HEADER, SLIPS, Planted, plant
from .seeds import seed_count
from .thresholds import DUPLICATE_PRECISION, DUPLICATE_RECALL

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

    from .conftest import Measured

FIRST, SECOND = "甲社区.xlsx", "乙社区.xlsx"
Row = tuple[str, int]


class Read(NamedTuple):
    """What was planted and what was made of it."""

    planted: Planted
    cleaned: Cleaned

    def resident(self, row: Row) -> int:
        persons = self.planted.first_person if row[0] == FIRST else self.planted.second_person
        return persons[row[1] - 2]

    def merged(self) -> list[frozenset[Row]]:
        rows = self.cleaned.merged
        columns = ("file", "row", "into_file", "into_row")
        ends = zip(*(rows[name] for name in columns), strict=True)
        return [frozenset([(file, row), (into_file, into_row)]) for file, row, into_file, into_row in ends]

    def asked(self) -> list[frozenset[Row]]:
        told = [issue.details for issue in self.cleaned.issues if issue.code == "W421"]
        return [frozenset([(str(one["file"]), int(str(one["row"]))),
                           (str(one["other_file"]), int(str(one["other_row"])))]) for one in told]  # fmt: skip


@pytest.fixture(scope="module", params=range(5, 5 + seed_count(2)))
def read(request: pytest.FixtureRequest) -> Read:
    planted = plant(settle(SEED), seed=request.param)
    return Read(planted, take_clean(cells([list(HEADER), *planted.first], FIRST),
                                    cells([list(HEADER), *planted.second], SECOND)))  # fmt: skip


def pair(first: int, second: int) -> frozenset[Row]:
    """Return two rows of the two sheets, counted from 0 below the header."""
    return frozenset([(FIRST, first + 2), (SECOND, second + 2)])


def test_residents_who_answer_twice_are_found(read: Read, measured: Measured) -> None:
    merged = read.merged()
    right = [len({read.resident(row) for row in rows}) == 1 for rows in merged]
    found = np.array([pair(row, row) in set(merged) for row in range(len(read.planted.told))])
    back = {(file, row) for file, row in zip(*(read.cleaned.returned[name] for name in ("file", "row")), strict=True)}
    told = np.array([told and not back & pair(row, row) for row, told in enumerate(read.planted.told)])
    measured("precision of residents found again", float(np.mean(right)), least=DUPLICATE_PRECISION)
    measured("recall of residents found again", float(found[told].mean()), least=DUPLICATE_RECALL)
    measured("recall, also of those who told nothing twice", float(found.mean()))
    measured("returned: one card, two births or sexes", len(back) / 5200, most=0.01)
    measured("recall, merged or asked", float((found | np.isin(range(len(found)), asked_again(read)))[told].mean()))


def asked_again(read: Read) -> list[int]:
    """Return the residents, by row, about whose two answers the office is asked."""
    asked = set(read.asked())
    return [row for row in range(len(read.planted.told)) if pair(row, row) in asked]


@pytest.mark.parametrize("kind", ["namesakes", "twins"])
def test_who_shares_name_and_birthday_or_house_and_birthday_is_not_one(
    kind: str, read: Read, measured: Measured
) -> None:
    pairs = [pair(*rows) for rows in getattr(read.planted, kind)]
    measured(f"{kind} merged", sum(rows in set(read.merged()) for rows in pairs) / len(pairs), most=0.01)
    measured(f"{kind} asked about", sum(rows in set(read.asked()) for rows in pairs) / len(pairs))


@pytest.mark.parametrize("slip", [f"{field} {kind}" for field, kinds in SLIPS.items() for kind in kinds])
def test_no_kind_of_slip_is_missed_by_kind(slip: str, read: Read, measured: Measured) -> None:
    rows = [row for row, slips in enumerate(read.planted.slips) if slip in slips and read.planted.told[row]]
    hit = sum(pair(row, row) in set(read.merged()) for row in rows)
    measured(f"recall: {slip}", hit / max(len(rows), 1))


def test_what_is_left_for_the_office_is_short_and_mostly_right(read: Read, measured: Measured) -> None:
    asked = read.asked()
    right = [len({read.resident(row) for row in rows}) == 1 for rows in asked]
    measured("pairs the office is asked about, of answers", len(asked) / 5200, most=0.02)
    measured("of them one person", float(np.mean(right)) if asked else 1.0, least=0.5)


def test_no_person_has_two_residents_identity_cards(read: Read) -> None:
    lines = {FIRST: read.planted.first, SECOND: read.planted.second}
    for rows in read.merged():
        cards = {str(lines[file][row - 2][1]) for file, row in rows}
        residents = {read.resident(row) for row in rows}
        assert len(residents) == 1 or not all(len(card) == 18 and card[:17].isdigit() for card in cards)


def test_every_merge_says_its_evidence(read: Read) -> None:
    assert len(read.cleaned.merged)
    assert read.cleaned.merged["evidence"].str.len().gt(0).all()
