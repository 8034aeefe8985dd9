"""Who is who: residents whose identifiers were mistyped are found, families and namesakes are kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.grids import cells, take_clean

from .generator import SEED, settle
from .people import HEADER, SLIPS, Planted, plant
from .thresholds import DUPLICATE_PRECISION, DUPLICATE_RECALL

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

    from .conftest import Measured

Pairs = set[frozenset[tuple[str, int]]]


@pytest.fixture(scope="module")
def planted() -> Planted:
    return plant(settle(SEED))


@pytest.fixture(scope="module")
def cleaned(planted: Planted) -> Cleaned:
    return take_clean(
        cells([list(HEADER), *planted.first], "甲社区.xlsx"), cells([list(HEADER), *planted.second], "乙社区.xlsx")
    )


def persons(planted: Planted) -> dict[tuple[str, int], int]:
    """Return file and row to the resident."""
    of_first = {("甲社区.xlsx", row): person for row, person in enumerate(planted.first_person, start=2)}
    return of_first | {("乙社区.xlsx", row): person for row, person in enumerate(planted.second_person, start=2)}


def found(cleaned: Cleaned) -> Pairs:
    rows = cleaned.merged
    first, second = zip(rows["file"], rows["row"], strict=True), zip(rows["into_file"], rows["into_row"], strict=True)
    return {frozenset(pair) for pair in zip(first, second, strict=True)}


def again(planted: Planted) -> Pairs:
    return {frozenset([("甲社区.xlsx", row), ("乙社区.xlsx", row)]) for row in range(2, len(planted.slips) + 2)}


def test_a_resident_with_mistyped_identifiers_is_found(planted: Planted, cleaned: Cleaned, measured: Measured) -> None:
    merged, twice = found(cleaned), again(planted)
    measured("precision of residents found again", len(merged & twice) / len(merged), least=DUPLICATE_PRECISION)
    measured("recall of residents found again", len(merged & twice) / len(twice), least=DUPLICATE_RECALL)


@pytest.mark.parametrize("slip", SLIPS)
def test_no_kind_of_slip_is_missed_by_kind(slip: str, planted: Planted, cleaned: Cleaned, measured: Measured) -> None:
    rows = [row for row, kind in enumerate(planted.slips, start=2) if kind == slip]
    hit = sum(frozenset([("甲社区.xlsx", row), ("乙社区.xlsx", row)]) in found(cleaned) for row in rows)
    measured(f"recall: {slip}", hit / len(rows), least=0.85)


def test_what_is_left_for_the_office_is_short_and_mostly_right(
    planted: Planted, cleaned: Cleaned, measured: Measured
) -> None:
    who = persons(planted)
    asked = [issue.details for issue in cleaned.issues if issue.code == "W421"]
    right = [who[one["file"], one["row"]] == who[one["other_file"], one["other_row"]] for one in asked]
    measured("pairs the office is asked about, of answers", len(asked) / len(who), most=0.02)
    assert not asked or sum(right) / len(right) >= 0.5


def test_no_person_has_two_residents_identity_cards(planted: Planted, cleaned: Cleaned) -> None:
    cards = {("甲社区.xlsx", row): line[1] for row, line in enumerate(planted.first, start=2)}
    assert all(cards.get(one) == cards.get(other) for pair in found(cleaned) for one, other in [tuple(pair)]
               if cards.get(one) and cards.get(other))  # fmt: skip


def test_every_merge_says_its_evidence(cleaned: Cleaned) -> None:
    assert len(cleaned.merged)
    assert cleaned.merged["evidence"].str.len().gt(0).all()
