"""No resident survives intake: not in tables, issues, ledger or dictionary."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grids import cells, everything, take
from needs_analytics.core.identifiers import MASK
from needs_analytics.intake.masking import KnownNames, looks_like_names, mask_texts

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "秀英桂兰建国玉芬志强"
names = st.builds(lambda one, two: one + two, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=2, max_size=2))
phones = st.integers(13_000_000_000, 19_999_999_999).map(str)
cards = st.integers(110101_1940_0101_000, 659000_2005_1231_999).map(lambda number: f"{number}X")


def masked(text: str, *known: str) -> str:
    return mask_texts([text], KnownNames.of(known))[text]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("打我电话13812345678", "13812345678"),
        ("身份证420106195201011234", "420106195201011234"),
        ("住3号楼2单元401室", "401"),
        ("我叫王秀英", "王秀英"),
        ("找张大妈", "张大"),
        ("卡号6222 0202 0000 1234 567", "6222"),
    ],
)
def test_what_tells_a_resident_is_masked(text: str, gone: str) -> None:
    assert gone not in masked(text)
    assert MASK in masked(text)


def test_a_name_seen_elsewhere_is_masked_wherever_it_stands() -> None:
    assert masked("问问赵建国家的孩子", "赵建国") == f"问问{MASK}家的孩子"


def test_other_words_stay() -> None:
    assert masked("希望食堂晚上也开，3楼没有扶手") == "希望食堂晚上也开,3楼没有扶手"


def test_a_column_of_names_is_known_by_its_look() -> None:
    assert looks_like_names(["王秀英", "赵建国", "李桂芳", "王*"])
    assert not looks_like_names(["和平社区", "槐荫里", "独居老人"])
    assert not looks_like_names([])


@given(phones, cards, names)
def test_masking_leaves_no_number_and_no_known_name(phone: str, card: str, name: str) -> None:
    text = masked(f"{name}说电话是{phone}，证件{card}", name)
    assert phone not in text
    assert card[:-1] not in text
    assert name not in text


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(names, phones, cards), min_size=1, max_size=4, unique_by=lambda person: person[0]))
def test_no_name_phone_or_card_survives_intake(people: list[tuple[str, str, str]]) -> None:
    header = ["姓名", "联系电话", "身份证号", "性别", "年龄", "社区", "人群类别", "您需要哪些服务", "意见建议"]
    rows = [
        [name, phone, card, "看情况", f"问{name}", "和平社区", f"{name}家", f"助餐、{name}{phone}", f"{name}{card}"]
        for name, phone, card in people
    ]
    found = everything(take(cells([header, *rows])))
    for name, phone, card in people:
        assert name not in found
        assert phone not in found
        assert card not in found
