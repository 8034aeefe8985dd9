"""Two files corrected apart from each other: each row of the file they come from counts once."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.cleaning.branches import repeated_in_branches
from needs_analytics.core.issue import Issue

ASKED = [Issue("W041", details={"file": "甲.xlsx", "earlier": "乙.xlsx", "digests": ("a", "b")})]
ROWS = st.lists(st.tuples(st.sampled_from([70.0, 71.0, None]), st.sampled_from(["男", "女", None])), max_size=8)


def branch(digest: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    said = pd.DataFrame(rows, columns=["age_low", "sex", "community", "need:A", "need:B"])
    return said.assign(file=digest, digest=digest, sheet="表", row=range(2, len(rows) + 2), answer_id="x")


def both(one: list[tuple[object, ...]], other: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.concat([branch("a", one), branch("b", other)], ignore_index=True)


FIRST = [(70.0, "男", "和平", 1.0, 0.0), (71.0, "女", "和平", 0.0, 1.0), (72.0, "女", "幸福", 1.0, 1.0)]


def test_equal_rows_and_rows_corrected_in_their_place_are_one() -> None:
    other = [FIRST[0], (81.0, "女", "和平", 0.0, 1.0), FIRST[2]]
    assert repeated_in_branches(both(FIRST, other), ASKED).tolist() == [0, 1, 2, 0, 1, 2]


def test_a_row_that_moved_is_found_and_a_new_one_stays() -> None:
    new = (33.0, "男", "光明", 0.0, 0.0)
    assert repeated_in_branches(both(FIRST, [new, *FIRST]), ASKED).tolist() == [0, 1, 2, 3, 0, 1, 2]


def test_a_cell_that_was_refused_in_one_contradicts_nothing() -> None:
    other = [(None, "女", "幸福", 1.0, 1.0)]
    assert repeated_in_branches(both(FIRST, other), ASKED).tolist() == [0, 1, 2, 2]


def test_files_nobody_asks_about_are_left_alone() -> None:
    assert repeated_in_branches(both(FIRST, FIRST), []).tolist() == list(range(6))


@given(ROWS, ROWS)
def test_rows_are_paired_one_to_one_and_only_into_the_branch_that_counts(one, other) -> None:
    frame = both([(*row, "和平", 1.0, 0.0) for row in one], [(*row, "和平", 0.0, 1.0) for row in other])
    into = repeated_in_branches(frame, ASKED)
    gone = into[into != into.index]
    assert gone.is_unique
    assert set(frame.loc[gone.index, "digest"]) <= {"b"}
    assert set(frame.loc[gone, "digest"]) <= {"a"}
