"""Two files corrected apart from each other: each row of the file they come from counts once."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from helpers.grids import cells, take
from needs_analytics.cleaning import clean
from needs_analytics.cleaning.branches import repeated_in_branches
from needs_analytics.core.issue import CellRef, Issue

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned

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
    assert repeated_in_branches(both(FIRST, other), ASKED).into.tolist() == [0, 1, 2, 0, 1, 2]


def test_a_row_that_moved_is_found_and_a_new_one_stays() -> None:
    new = (33.0, "男", "光明", 0.0, 0.0)
    assert repeated_in_branches(both(FIRST, [new, *FIRST]), ASKED).into.tolist() == [0, 1, 2, 3, 0, 1, 2]


def test_a_cell_that_was_refused_in_one_contradicts_nothing() -> None:
    other = [(None, "女", "幸福", 1.0, 1.0)]
    assert repeated_in_branches(both(FIRST, other), ASKED).into.tolist() == [0, 1, 2, 2]


def test_files_nobody_asks_about_are_left_alone() -> None:
    assert repeated_in_branches(both(FIRST, FIRST), []).into.tolist() == list(range(6))


@given(ROWS, ROWS)
def test_rows_are_paired_one_to_one_and_only_into_the_branch_that_counts(one, other) -> None:
    frame = both([(*row, "和平", 1.0, 0.0) for row in one], [(*row, "和平", 0.0, 1.0) for row in other])
    into = repeated_in_branches(frame, ASKED).into
    gone = into[into != into.index]
    assert gone.is_unique
    assert set(frame.loc[gone.index, "digest"]) <= {"b"}
    assert set(frame.loc[gone, "digest"]) <= {"a"}


def card(number: int, born: int = 1950, sex: int = 0) -> str:
    digits = f"330102{born}{1 + number % 12:02d}{1 + number % 28:02d}{number * 2 + sex:03d}"
    return digits + ric.calc_check_digit(f"{digits}0")


NAMED = ["姓名", "身份证号", "性别", "年龄", "社区", "日期", "助餐", "助浴", "家政"]
ANONYMOUS = ["性别", "年龄", "社区", "日期", "助餐", "助浴", "日间照料", "家政", "陪诊"]
NAMES = ["王秀英", "李桂兰", "张玉珍", "刘淑华", "陈凤英"]
TEN = [[name, card(at), "女", 76, "和平社区", "2026-10-05", "√", "√", ""] for at, name in enumerate(NAMES)]


def cleaned(
    head: list[str], one: list[list[object]], other: list[list[object]], *beside: list[list[object]]
) -> Cleaned:
    """Return two branches of one file, and what other files hold, taken in and cleaned."""
    first, second = cells([head, *one], "甲.xlsx"), cells([head, *other], "乙.xlsx")
    details = {"file": "甲.xlsx", "earlier": "乙.xlsx", "count": 1, "digests": (first.digest, second.digest)}
    rest = [cells([head, *rows], f"{at}.xlsx") for at, rows in enumerate(beside)]
    return clean(take(first, second, *rest, issues=(Issue("W041", CellRef("甲.xlsx"), details=details),)))


def changed(rows: list[list[object]], at: int, **values: object) -> list[list[object]]:
    new = dict(zip(NAMED, rows[at], strict=True)) | values
    return [*rows[:at], list(new.values()), *rows[at + 1 :]]


@pytest.mark.parametrize("born", [1950, 1966])
def test_a_resident_put_in_the_place_of_another_counts_beside_her(born) -> None:
    other = changed(TEN, 2, 姓名="秦明月", 身份证号=card(55, born), 年龄=2026 - born)
    found = cleaned(NAMED, TEN, other)
    assert (len(found.survey), len(found.merged)) == (6, 4)


@pytest.mark.parametrize("values", [{"年龄": 79}, {"助浴": "", "家政": "√"}, {"姓名": "张玉贞"}, {"身份证号": "33010"}])
def test_a_correction_of_one_branch_makes_no_second_resident(values) -> None:
    assert len(cleaned(NAMED, TEN, changed(TEN, 2, **values)).survey) == 5


def anonymous(seed: int) -> list[list[object]]:
    """Return forty answers without a name."""
    draw = random.Random(seed)
    return [
        [draw.choice("男女"), draw.randint(18, 90), "和平社区", f"2026-10-{draw.randint(1, 28)}"]
        + [draw.choice(["√", ""]) for _ in range(5)]
        for _ in range(40)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_rows_without_a_name_are_found_where_a_row_above_them_is_gone(seed) -> None:
    rows = anonymous(seed)
    found = cleaned(ANONYMOUS, rows, rows[:3] + rows[4:])
    moved = found.merged["into_row"] - found.merged["row"]
    assert len(found.survey) == 40
    assert [int(step) for step in moved[found.merged["row"] > 5]] == [1] * 35


def test_another_sex_and_a_generation_between_two_rows_without_a_name_are_two_residents() -> None:
    rows = anonymous(1)
    old, young = ["女", 80, *rows[5][2:]], ["男", 31, *rows[5][2:]]
    found = cleaned(ANONYMOUS, [*rows[:5], old, *rows[6:]], [*rows[:5], young, *rows[6:]])
    assert len(found.survey) == 41


def test_a_card_whose_contradiction_was_one_branchs_slip_counts_once_with_a_third_file() -> None:
    slip, beside = changed(TEN, 2, 性别="男"), [TEN[2]]
    found = cleaned(NAMED, TEN, slip, beside)
    assert (len(found.survey), len(found.returned)) == (5, 0)
    assert "E420" not in {issue.code for issue in found.issues}


@pytest.mark.parametrize("values", [{"年龄": 75}, {"性别": ""}])
def test_what_a_third_file_leaves_out_or_tells_a_little_otherwise_contradicts_nothing(values) -> None:
    found = cleaned(NAMED, TEN, changed(TEN, 2, 性别="男"), [changed(TEN, 2, **values)[2]])
    assert (len(found.survey), len(found.returned)) == (5, 0)


def test_a_card_that_a_third_file_gives_another_sex_goes_back() -> None:
    wrong = changed(TEN, 2, 性别="男")
    found = cleaned(NAMED, TEN, TEN, [wrong[2]])
    assert found.returned["code"].tolist() == ["E420", "E420"]
    assert len(found.survey) == 4


def long_branches(rows: int, ages: int) -> pd.DataFrame:
    """Return two branches of a long file, whose rows stand in another order and say a little else."""
    said = pd.DataFrame({"age_low": [20.0 + at % ages for at in range(rows)], "sex": "女", "community": "和平"})
    for column in range(6):
        said[f"code{column}"] = [f"{column}{at}" for at in range(rows)]
    first = said.assign(file="a", digest="a", sheet="表", row=range(2, rows + 2), answer_id="x")
    other = said.iloc[::-1].assign(code0="改", file="b", digest="b", sheet="表", row=range(2, rows + 2), answer_id="x")
    return pd.concat([first, other], ignore_index=True)


def test_rows_of_long_files_are_found_where_they_moved_to() -> None:
    found = repeated_in_branches(long_branches(6000, 60), ASKED)
    assert found.into.tolist() == [*range(6000), *range(5999, -1, -1)]
    assert not found.unsearched


def test_rows_that_are_too_many_to_be_looked_for_are_said() -> None:
    found = repeated_in_branches(long_branches(1500, 1), ASKED)
    assert found.unsearched == {("a", "b"): 1500}


def test_an_office_is_told_of_rows_that_are_too_many_to_be_looked_for() -> None:
    who = ["女", 76, "和平社区", "2026-10-05"]
    one, other = [[*who, "√", "√", "", "", ""]] * 1500, [[*who, "", "", "√", "√", "√"]] * 1500
    found = cleaned(ANONYMOUS, one, other)
    (said,) = [issue for issue in found.issues if issue.code == "W044"]
    assert said.details["count"] == len(other)
    assert len(found.survey) == len(one) + len(other)
