"""Who is who: what joins two rows, what keeps them apart, what is left to the office; nothing depends on order."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grids import codes, everything, sheet, take, take_clean, told
from needs_analytics.core.issue import Issue
from needs_analytics.core.mapping import Mapping
from needs_analytics.core.messages import issue_sentence
from needs_analytics.errors import UsageError
from needs_analytics.intake.likeness import CERTAIN, CHANCES, LISTED, name_level, probability
from needs_analytics.intake.linkage import link, read_people

if TYPE_CHECKING:
    from needs_analytics.core.records import Intake

HEADER = "姓名|身份证号|联系电话|日期|性别|年龄|社区|您需要哪些服务"
CARD, OTHER_CARD = "999999195001010042", "999999198001010038"
SECRET = b"k" * 32


def people(*rows: str, file: str = "表.xlsx") -> object:
    """Return a sheet of ``name|card|phone|sex|age``."""
    full = [f"{name}|{card}|{phone}|2026-10-03|{sex}|{age}|和平社区|助餐、助浴"
            for name, card, phone, sex, age in (row.split("|") for row in rows)]  # fmt: skip
    return sheet("\n".join([HEADER, *full]), file=file)


def groups(*rows: str, mapping: str = "") -> list[int]:
    """Return which rows are one person, numbered in order of their first row."""
    keys = take(people(*rows), mapping=mapping).tables["survey"]["person_key"]  # type: ignore[arg-type]
    return pd.factorize(keys)[0].tolist()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("王秀英||15400001234|女|74", "王秀英||15400001243|女|74"),
        ("王秀英||15400001234|女|74", "王秀英||1540001234|女|75"),
        ("王秀英||15400001234|女|74", "王秀英||154****1234|女|74"),
        ("李建国||15400001234|男|70", "李健国||15400001234|男|70"),
        ("張國華||15400001234|男|70", "张国华||15400001234|男|70"),
        ("王秀英||15400001234|女|74", "秀英||15400001234|女|74"),
        (f"王秀英|{CARD}||女|76", f"王秀英|{CARD[:16]}7{CARD[17:]}||女|76"),
        (f"王秀英|{CARD}|15400001234|女|76", "王秀英||15400001234|女|76"),
    ],
)
def test_a_slip_in_one_identifier_hides_nobody(first: str, second: str) -> None:
    assert groups(first, second) == [0, 0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("王建军||15400001234|男|74", "李秀英||15400001234|女|72"),  # a couple
        ("王建军||15400001234|男|74", "王建国||15400001234|男|71"),  # brothers
        (f"王建军|{CARD}|15400001234|男|76", f"王建军|{OTHER_CARD}|15400001234|男|46"),  # father and son
        ("王建军||15400001234|男|74", "王建军||15400001234|男|46"),
        ("王秀英|||女|74", "王秀英|||女|74"),  # namesakes
        ("王秀英||15400001234|女|74", "王秀英||15400005678|女|74"),
        ("王建军||15400001234|男|74", "李秀英||15400001235|女|72"),  # numbers bought together
    ],
)
def test_families_and_namesakes_are_kept_apart(first: str, second: str) -> None:
    assert groups(first, second) == [0, 1]


def test_a_third_row_unites_no_two_identity_cards() -> None:
    rows = [f"王建军|{CARD}|15400001234|男|76", f"王建军|{OTHER_CARD}|15400001234|男|46", "王建军||15400001234||"]
    assert len(set(groups(*rows))) == 3


def test_where_two_cards_share_a_phone_a_row_of_neither_is_asked_about() -> None:
    rows = [f"王建军|{CARD}|15400001234||", f"王建军|{OTHER_CARD}|15400001234||", "王建军||15400001234||"]
    assert {cell for cell, _ in told(take(people(*rows)), "W421")} == {"B2", "B3"}  # type: ignore[arg-type]


def test_one_card_with_two_names_is_asked_about_and_not_merged() -> None:
    found = take_clean(people(f"王秀英|{CARD}||女|76", f"李桂兰|{CARD}||女|76"))  # type: ignore[arg-type]
    assert len(found.survey) == 2
    assert told(found, "W421") == [("B2", "")]


@pytest.mark.parametrize("column", ["性别", "出生日期"])
def test_one_card_with_two_sexes_or_births_goes_back(column: str) -> None:
    values = {"性别": ("女", "男"), "出生日期": ("1950-01-01", "1962-05-03")}[column]
    head = f"姓名|身份证号|{column}|社区|您需要哪些服务"
    rows = [f"王秀英|{CARD}|{value}|和平社区|助餐、助浴" for value in values]
    found = take_clean(sheet("\n".join([head, *rows, "赵建国|||和平社区|助餐"])))
    issue = next(issue for issue in found.issues if issue.code == "E420")
    assert issue.cells == ("B2", "B3")
    assert found.returned["row"].tolist() == [2, 3]
    assert found.survey["row"].tolist() == [4]
    assert (found.counts["rows_in"] == found.counts[["kept", "merged", "returned"]].sum(axis=1)).all()


def test_a_year_of_birth_written_as_its_first_day_contradicts_no_day_of_it() -> None:
    rows = [f"王秀英|{OTHER_CARD}||{day}|和平社区||助餐" for day in ("1980-01-01", "1980-07-28")]
    found = take(sheet("\n".join(["姓名|身份证号|联系电话|出生日期|社区|住址|您需要哪些服务", *rows])))
    assert "E420" not in codes(found)


DOUBT = ("王秀英||15400001234|女|", "王秀英||15400001243|女|")
LINES = 'file = "表.xlsx"\nsheet = "Sheet1"\nrow = 2\nother_row = 3'


def test_what_is_not_certain_is_listed_with_its_evidence_and_not_merged() -> None:
    found = take_clean(people(*DOUBT))  # type: ignore[arg-type]
    issue = next(issue for issue in found.issues if issue.code == "W421")
    assert len(found.survey) == 2
    assert issue.cells == ("B2", "B3")
    assert "姓名相同，手机号差一位，性别相同，同一社区" in issue_sentence(issue)


def test_an_office_settles_who_is_who_by_row() -> None:
    assert groups(*DOUBT, mapping=f"[[same_person]]\n{LINES}") == [0, 0]
    apart = take_clean(people(*DOUBT), mapping=f"[[different_person]]\n{LINES}")  # type: ignore[arg-type]
    assert len(apart.survey) == 2
    assert "W421" not in codes(apart)


def test_an_office_may_part_what_shares_name_and_phone() -> None:
    same = ("王秀英||15400001234|女|74", "王秀英||15400001234|女|74")
    assert groups(*same) == [0, 0]
    assert groups(*same, mapping=f"[[different_person]]\n{LINES}") == [0, 1]


def test_a_word_of_the_office_unites_no_two_identity_cards() -> None:
    rows = (f"王建军|{CARD}||男|76", f"王建军|{OTHER_CARD}||男|46")
    found = take(people(*rows), mapping=f"[[same_person]]\n{LINES}")  # type: ignore[arg-type]
    assert found.tables["survey"]["person_key"].nunique() == 2
    assert "W423" in codes(found)


def test_a_word_about_a_row_that_is_not_there_is_said() -> None:
    rule = LINES.replace("other_row = 3", "other_row = 30")
    assert "W422" in codes(take(people(*DOUBT), mapping=f"[[same_person]]\n{rule}"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "section", ["[same_person]\nrow = 2", "[[same_person]]\nrow = 2", '[[same_person]]\nname = "王"']
)
def test_a_word_without_both_rows_is_refused(section: str) -> None:
    with pytest.raises(UsageError):
        Mapping.parse(section)


def test_no_identifier_stands_in_what_is_said_of_people() -> None:
    found = take_clean(people(*DOUBT, f"赵一|{CARD}|15400009999|男|76", f"赵一|{CARD}|15400009999|女|76"))  # type: ignore[arg-type]
    text = everything(found) + "".join(issue_sentence(issue) for issue in found.issues)
    assert not [known for known in ("王秀英", "赵一", "1540000", CARD) if known in text]


def shared(column: str, value: str, names: int) -> Intake:
    """Return a survey in which so many people of different names write one value, and one more his own."""
    rows = [f"王{chr(ord('一') + at)}|{value}|助餐、助浴" for at in range(names)]
    return take(sheet("\n".join([f"姓名|{column}|您需要哪些服务", *rows, "赵建国|15400009999|助餐"])))


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [("联系电话", "15400001234", "W424"), ("身份证号", f"'{CARD}", "W424"), ("住址", "3号楼2单元501室", "I424")],
)
def test_what_more_names_share_than_a_family_has_is_said_once_a_column_and_not_shown(
    column: str, value: str, code: str
) -> None:
    (issue,) = [issue for issue in shared(column, value, 9).issues if issue.code == code]
    assert (issue.cells[0], issue.times, issue.value) == ("B2", 9, "")
    said = issue_sentence(issue)
    assert said.startswith(f"{column}（＊）和 8 个以上姓名不同的人写成同一个（9 行）")
    assert value.strip("'") not in said
    assert code not in codes(shared(column, value, 8))


def test_each_sheet_is_told_of_its_own_rows_that_share_a_phone() -> None:
    one, other = (people(*(f"王{sign}||15400001234|女|70" for sign in signs), file=file)
                  for signs, file in (("一二三四五", "甲.xlsx"), ("六七八九", "乙.xlsx")))  # fmt: skip
    said = [issue for issue in take(one, other).issues if issue.code == "W424"]
    assert [(issue.where.file, issue.times) for issue in said] == [("甲.xlsx", 5), ("乙.xlsx", 4)]


BIRTHS = "姓名|身份证号|联系电话|出生日期|性别|社区|住址|您需要哪些服务"


def births(*rows: str) -> list[int]:
    """Return which rows of ``name|phone|birth|sex|community|address`` are one person."""
    lines = ["|".join([name, "", *rest, "助餐、助浴"]) for name, *rest in (row.split("|") for row in rows)]
    keys = take(sheet("\n".join([BIRTHS, *lines]))).tables["survey"]["person_key"]
    return pd.factorize(keys)[0].tolist()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("王秀英||1952-03-04|女|和平社区|", "王秀英||1952-03-04|女|柳巷社区|"),
        ("王秀英||||和平社区|3号楼2单元501室", "王秀英||||柳巷社区|3号楼2单元501室"),
        ("王大姐|15400001234||女|和平社区|", "王大姐|15400001234||女|和平社区|"),
        ("王大姐||1952-03-04|女|和平社区|", "王大姐||1952-03-04|女|和平社区|"),
        ("王秀英||1952-01-01|女|和平社区|", "王秀英||1952-01-01|女|和平社区|"),  # only the year is known
        ("李雪|15400001234|2012-03-04|女|和平社区|", "李霜|15400001234|2012-03-04|女|和平社区|"),  # twins
    ],
)
def test_what_namesakes_share_joins_nobody(first: str, second: str) -> None:
    assert births(first, second) == [0, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("王秀英||1952-03-04|女|和平社区|", "王秀英||1952-03-04|女|和平社区|"),
        ("王秀英|15400001234||||", "王秀英|15400001234||||"),
        ("王秀英|15400001234|1952-03-04|女|和平社区|", "王秀英|15400001234|1952-04-05|女|和平社区|"),  # 农历
        ("王秀英|15400001234|1952-01-01|女|和平社区|", "王秀英|15400001234|1952-04-05|女|和平社区|"),
    ],
)
def test_what_strangers_and_relatives_seldom_share_joins(first: str, second: str) -> None:
    assert births(first, second) == [0, 0]


def test_a_name_and_a_date_of_birth_without_a_place_are_asked_about() -> None:
    rows = [f"王秀英|||1952-03-04|女||{door}|助餐" for door in ("", "3号楼2单元501室")]
    found = take(sheet("\n".join([BIRTHS, *rows])))
    assert found.tables["survey"]["person_key"].nunique() == 2
    assert told(found, "W421") == [("B2", "")]


def test_of_many_alike_the_office_is_asked_about_each_once() -> None:
    rows = ["王大姐|||1952-03-04|女|和平社区|3号楼2单元501室|助餐"] * 6
    assert len(told(take(sheet("\n".join([BIRTHS, *rows]))), "W421")) == 5


NAMES = ("赵大勇", "钱小芳", "孙志强", "李秀兰", "周建国", "吴桂英", "郑海涛", "冯玉梅", "陈志明", "褚丽华")


@pytest.mark.parametrize(("phone", "door"), [("15400001234", ""), ("", "和平路12号")])
def test_a_clerks_phone_and_the_door_of_a_home_tell_nobody(phone: str, door: str) -> None:
    namesakes = [f"王秀英|{phone}||女|和平社区|{door}"] * 2 + [f"王秀英|{phone}||女||{door}"]
    assert len(set(births(*namesakes))) == 1 or door
    crowd = [f"{name}|{phone}||女|和平社区|{door}" for name in NAMES]
    assert len(set(births(*namesakes, *crowd))) == len(namesakes) + len(crowd)


def test_a_clerks_card_filled_in_for_everybody_joins_nobody_and_asks_nothing() -> None:
    found = take(people(*(f"{name}|{CARD}|||" for name in NAMES)))  # type: ignore[arg-type]
    assert found.tables["survey"]["person_key"].nunique() == len(NAMES)
    assert "W421" not in codes(found)


def test_a_merge_says_what_joins_the_row_to_the_row_it_went_into() -> None:
    """The second shares only the card with the third, the first only the phone with the second."""
    rows = ["王秀英||15400001234|女|76", f"王秀英|{CARD}|15400001234|女|76", f"王秀英|{CARD}||女|76"]
    merged = take_clean(people(*rows)).merged  # type: ignore[arg-type]
    told = dict(zip(merged["row"], zip(merged["into_row"], merged["evidence"], strict=True), strict=True))
    assert told[3] == (4, "id_card")
    assert told[2][0] == 4
    assert told[2][1].startswith("through;name_equal")


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["王秀英", "王琇英", "秀英", "李建国", "老王", "王阿姨", "李老师", ""]),
        st.sampled_from([CARD, OTHER_CARD, CARD[:10] + "****" + CARD[14:], ""]),
        st.sampled_from(["15400001234", "15400001243", "15400001235", "15411112222", ""]),
        st.sampled_from(["女", "男", ""]),
        st.sampled_from([74.0, 75.0, 46.0, np.nan]),
        st.sampled_from(["1950-01-01", ""]),
    ),
    min_size=1,
    max_size=9,
)
Row = tuple[str, str, str, str, float, str]


def linked(rows: list[Row], numbers: list[int], *, listed: bool = False) -> dict[int, str]:
    """Return row number to key; of a ledger every other row, by its number."""
    columns = ["name", "id_card", "phone", "sex", "age_low", "birth_date"]
    frame = pd.DataFrame(rows, columns=columns).assign(digest="d", sheet="s", row=numbers, community="和平社区")
    frame["age_high"], frame["told_sex"] = frame["age_low"], frame["sex"]
    of_list = listed & (np.array(numbers) % 2 == 0)
    keys = link(read_people([frame]), SECRET, asked=~of_list, listed=of_list).keys
    return dict(zip(numbers, keys, strict=True))


@settings(max_examples=150, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_key(rows: list[Row], random: object) -> None:
    numbers = list(range(len(rows)))
    shuffled = numbers.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert linked(rows, numbers) == linked([rows[number] for number in shuffled], shuffled)


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_an_unrelated_row_changes_no_key(rows: list[Row]) -> None:
    numbers = list(range(len(rows)))
    stranger: Row = ("赵铁柱", "999999196003030017", "15999990000", "男", 66.0, "1960-03-03")
    before, after = linked(rows, numbers), linked([*rows, stranger], [*numbers, 99])
    assert {number: after[number] for number in numbers} == before
    assert after[99] not in before.values()


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_no_person_has_two_valid_cards(rows: list[Row]) -> None:
    keys = linked(rows, list(range(len(rows))))
    held: dict[str, set[str]] = {}
    for number, (_, card, *_) in enumerate(rows):
        if card in {CARD, OTHER_CARD}:
            held.setdefault(keys[number], set()).add(card)
    assert all(len(cards) == 1 for cards in held.values())


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_who_tells_nothing_is_a_person_of_his_own(rows: list[Row]) -> None:
    nobody: Row = ("", "", "", "女", 74.0, "")
    keys = linked([*rows, nobody, nobody], list(range(len(rows) + 2)))
    assert len({keys[len(rows)], keys[len(rows) + 1]} - {keys[number] for number in range(len(rows))}) == 2


def test_one_row_in_two_files_in_either_order_has_one_key() -> None:
    one, other = people("王秀英||15400001234|女|74"), people("王秀英||15400001234|女|74", file="二.xlsx")
    keys = [set(take(*sheets).tables["survey"]["person_key"]) for sheets in ((one, other), (other, one))]  # type: ignore[arg-type]
    assert len(keys[0]) == 1
    assert keys[0] == keys[1]


def test_chances_are_chances_and_more_likeness_is_likelier() -> None:
    assert all(0 < chance <= 1 for levels in CHANCES.values() for chances in levels.values() for chance in chances)
    weak = {
        name: np.array([level], object)
        for name, level in (("name", "equal"), ("phone", "slip"), ("community", "equal"))
    }
    strong = {**weak, "age": np.array(["equal"], object)}
    assert LISTED < probability(weak)[0] < CERTAIN < probability(strong)[0]


def test_a_hundred_thousand_rows_are_linked_in_seconds() -> None:
    rng, number = np.random.default_rng(0), 100_000
    characters = (
        np.array(list("王李张刘陈杨赵黄周吴"), dtype=object),
        np.array(list("建国军伟芳娜秀英敏静丽强磊洋艳"), dtype=object),
    )
    names = rng.choice(characters[0], number) + rng.choice(characters[1], number) + rng.choice(characters[1], number)
    ages = rng.integers(16, 90, number).astype(float)
    frame = pd.DataFrame({"name": names, "phone": [f"154{x}" for x in rng.integers(10_000_000, 99_999_999, number)],
                          "sex": "女", "community": "和平社区", "age_low": ages, "age_high": ages, "digest": "d",
                          "sheet": "s", "row": range(number)})  # fmt: skip
    start = time.process_time()
    keys = link(read_people([frame]), SECRET, asked=np.ones(number, dtype=bool)).keys
    assert time.process_time() - start < 15
    assert len(set(keys)) > 0.99 * number


def test_an_issue_names_evidence_in_words_of_its_language() -> None:
    issue = Issue("I410", details={"into": "x", "evidence": "id_card;phone_equal"})
    assert "同一身份证号，手机号相同" in issue_sentence(issue)
    assert "the same ID card, the same phone" in issue_sentence(issue, "en")


CALLED = (
    "王建国",
    "王秀英",
    "李秀英",
    "王健国",
    "秀英",
    "老王",
    "小李",
    "王阿姨",
    "李老师",
    "王先生",
    "老师",
    "李",
    "欧阳老师",
    "秦秀英",
)


def test_names_compare_alike_in_both_directions() -> None:
    for one, other in itertools.combinations(CALLED, 2):
        assert name_level(one, other) == name_level(other, one), (one, other)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("老王", "王建国", "title"),
        ("王阿姨", "老王", "title"),
        ("李老师", "李建国", "title"),
        ("李老师", "王建国", "other"),
        ("老王", "李建国", "other"),
        ("王阿姨", "李阿姨", "other"),
    ],
)
def test_a_title_is_of_its_own_surname(one: str, other: str, level: str) -> None:
    assert name_level(one, other) == level


def test_a_dot_in_a_name_tells_nobody_apart() -> None:
    assert groups(*(f"阿依古丽{dot}买买提||15400001234|女|74" for dot in ("·", "•", "‧", "・", ".", ""))) == [0] * 6


@pytest.mark.parametrize("bands", [("60岁以上", "18-59岁"), ("18-59岁", "60岁以上"), ("60-69岁", "30-39岁")])
def test_age_bands_that_do_not_overlap_are_no_equal_ages(bands: tuple[str, str]) -> None:
    names = ("王丽", "王莉")
    assert groups(*(f"{name}||15400001234|女|{band}" for name, band in zip(names, bands, strict=True))) == [0, 1]


def test_a_band_tells_the_less_the_more_adults_are_of_it() -> None:
    def chance(level: str) -> float:
        levels = {"name": ["equal"], "phone": ["slip"], "age": [level]}
        return float(probability({field: np.array(found, object) for field, found in levels.items()})[0])

    ordered = [chance(level) for level in ("equal", "band", "wide", "half", "", "apart")]
    assert ordered == sorted(ordered, reverse=True)


def crowd(count: int, **changing: str) -> pd.DataFrame:
    """Return rows that tell one name and one phone, and the fields whose text counts the rows."""
    frame = pd.DataFrame({"name": ["王秀英"] * count, "phone": "15400001234", "sex": "女", "community": "和平社区"})
    for column, text in changing.items():
        frame[column] = [text.format(number) for number in range(1, count + 1)]
    return frame.assign(digest="d", sheet="s", row=range(count))


@pytest.mark.parametrize("count", [40, 41, 60])
def test_one_name_and_phone_is_one_person_however_often_the_door_is_spelt(count: int) -> None:
    rows = read_people([crowd(count, address="和平小区{}号楼1单元101室")])
    linked_ = [link(rows.iloc[order].reset_index(drop=True), SECRET, asked=np.ones(count, dtype=bool))
               for order in (range(count), range(count - 1, -1, -1))]  # fmt: skip
    assert {len(set(found.keys)) for found in linked_} == {1}
    assert set(linked_[0].keys) == set(linked_[1].keys)


LEDGER = "日期|服务|姓名|电话|身份证号|住址|社区"
DOOR = "和平小区3号楼2单元501室"


def uses(*rows: str, file: str = "使用记录.xlsx", days: int = 1) -> object:
    """Return a ledger of ``name|phone|card|address|community``, every row on each of some days."""
    lines = [f"2026-10-{day + 1:02d}|助餐|{row}" for row in rows for day in range(days)]
    return sheet("\n".join([LEDGER, *lines]), file=file)


@pytest.mark.parametrize(
    "row",
    [
        f"王秀英|||{DOOR}|和平社区",
        f"王秀英|||{DOOR}|",
        "王秀英|15400001234|||和平社区",
        "王秀英|154****1234|||",
        "王秀英||9999991950****0042||",
        "王阿姨|15400001234|||和平社区",
    ],
)
def test_in_a_ledger_a_name_and_one_thing_beside_it_are_one_person_on_all_days(row: str) -> None:
    october = take_clean(uses(row, days=28)).usage  # type: ignore[arg-type]
    assert len(october) == 28
    assert len(set(october["person_key"])) == 1
    assert october["person_key"].notna().all()
    november = take_clean(uses(row, file="十一月.xlsx", days=3)).usage  # type: ignore[arg-type]
    assert set(november["person_key"]) == set(october["person_key"])


@pytest.mark.parametrize("row", ["王秀英||||和平社区", "|15400001234|||和平社区"])
def test_in_a_ledger_who_tells_too_little_is_an_unknown_person_and_still_a_use(row: str) -> None:
    found = take_clean(uses(row, days=28)).usage  # type: ignore[arg-type]
    assert found["person_key"].isna().all()
    assert found["count"].sum() == 28


def test_namesakes_of_two_communities_have_two_keys_that_stay() -> None:
    rows = [f"王秀英|||3号楼2单元501室|{place}" for place in ("和平社区", "柳巷社区")]
    keys = [
        set(take_clean(uses(*rows, file=file, days=5)).usage["person_key"]) for file in ("十月.xlsx", "十一月.xlsx")
    ]  # type: ignore[arg-type]
    assert len(keys[0]) == 2
    assert keys[0] == keys[1]


def test_one_use_in_two_ledgers_counts_once() -> None:
    row = f"王秀英|||{DOOR}|和平社区"
    found = take_clean(uses(row), uses(row, "李秀兰||||和平社区", file="乙.xlsx"))  # type: ignore[arg-type]
    assert len(found.usage) == 2
    assert "I412" in codes(found)


def test_a_use_has_the_key_of_the_one_resident_of_its_name_and_door() -> None:
    head = "姓名|身份证号|联系电话|日期|住址|社区|您需要哪些服务"
    asked = f"王秀英||{{}}|2026-10-03|{DOOR}|和平社区|助餐、助浴"
    ledger = uses(f"王秀英|||{DOOR}|和平社区", days=3)
    one = take(sheet("\n".join([head, asked.format("15400001234")])), ledger).tables  # type: ignore[arg-type]
    assert set(one["usage"]["person_key"]) == set(one["survey"]["person_key"])
    numbers = ("15400001234", "15477775678")
    two = take(sheet("\n".join([head, *map(asked.format, numbers)])), ledger).tables  # type: ignore[arg-type]
    assert two["survey"]["person_key"].nunique() == 2
    assert len(set(two["usage"]["person_key"])) == 1


def test_a_ledger_unites_no_two_cards_of_one_name_and_door() -> None:
    rows = [f"王秀英||{card}|{DOOR}|和平社区" for card in (CARD, OTHER_CARD)]
    found = take_clean(uses(*rows, days=4)).usage  # type: ignore[arg-type]
    assert found["person_key"].nunique() == 2


@settings(max_examples=100, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_a_ledgers_rows_changes_no_key(rows: list[Row], random: object) -> None:
    numbers = list(range(len(rows)))
    shuffled = numbers.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = linked([rows[number] for number in shuffled], shuffled, listed=True)
    assert linked(rows, numbers, listed=True) == again
