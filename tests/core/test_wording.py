"""Words are compared without width, spaces and numbering."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.core import issue, wording
from needs_analytics.core.wording import chinese_number, key, plain, without_numbering

if TYPE_CHECKING:
    from types import ModuleType

words = st.text(alphabet="助餐浴 \u3000\t\nＡa１1（(）)、.。·-—", max_size=20)


@pytest.mark.parametrize(
    "module",
    [issue, wording],
)
def test_examples_of_the_docstrings_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("６５　岁", "65 岁"),
        (" 张 三\n", "张 三"),
        ("联系\u200b电话", "联系电话"),
        ("\ufeff姓名", "姓名"),
        ("ＡＢＣ，（）", "ABC,()"),
        ("a\r\nb", "a b"),
        ("", ""),
        ("\u202d13800000000\u202c", "13800000000"),
        ("✔\ufe0f", "✔"),
    ],
)
def test_a_text_is_brought_to_one_width(written: str, read: str) -> None:
    assert plain(written) == read


@settings(derandomize=True)
@given(words)
def test_comparing_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert key(key(text)) == key(text)
    assert " " not in key(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3、您的性别", "您的性别"),
        ("3.您的性别", "您的性别"),
        ("12．您的性别", "您的性别"),
        ("（3）您的性别", "您的性别"),
        ("3）您的性别", "您的性别"),
        ("第3题：您的性别", "您的性别"),
        ("Q3 您的性别", "您的性别"),
        ("Q3.您的性别", "您的性别"),
        ("一、基本情况", "基本情况"),
        ("A.助餐", "助餐"),
        ("b）助餐", "助餐"),
        ("⑴助餐", "助餐"),
        ("⒈助餐", "助餐"),
        ("①助餐", "助餐"),
        ("⑩ 助餐", "助餐"),
        ("①", "1"),
        ("（一）助餐", "助餐"),
        ("助餐", "助餐"),
        ("3.5万", "3.5万"),
        ("2026年", "2026年"),
        ("24小时服务", "24小时服务"),
        ("24：00以后", "24:00以后"),
        ("B超检查", "B超检查"),
        ("一站式办理", "一站式办理"),
    ],
)
def test_a_leading_number_is_dropped_and_nothing_else(written: str, read: str) -> None:
    assert without_numbering(written) == read


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("零", 0),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("六十五", 65),
        ("一百", 100),
        ("一百零三", 103),
        ("一百二十三", 123),
        ("两百", 200),
        ("六五", 65),
        ("网格", None),
        ("", None),
        ("六十五岁", None),
    ],
)
def test_chinese_numerals_are_read(written: str, number: int | None) -> None:
    assert chinese_number(written) == number


@settings(derandomize=True, max_examples=300)
@given(st.integers(0, 999))
def test_every_numeral_below_a_thousand_is_read_back(number: int) -> None:
    assert chinese_number(_numeral(number)) == number


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += f"{digits[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones or not number else "")
