"""Numbers of people: what can be one, and what only looks like one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.intake.linkage import link, read_people
from needs_analytics.intake.people import clean_phone, read_id_card

CARD = "99999919500101123X"


@pytest.mark.parametrize(
    "written", [CARD, CARD.lower(), "999999 19500101 123X", "999999-19500101-123X", f"{CARD}（本人）"]
)
def test_a_card_is_its_number_however_it_is_written(written: str) -> None:
    card = read_id_card(written)
    assert (card.valid, str(card.born), card.sex) == (True, "1950-01-01", "男")


@pytest.mark.parametrize(
    "written",
    [
        "999999195001011230",
        "99999919501301123X",
        "9999**********123X",
        "111111111111111",
        "0" * 18,
        "9.99999E+17",
        "G1234567",
    ],
)
def test_what_is_no_card_is_none(written: str) -> None:
    assert not read_id_card(written).valid


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("15400001234", "15400001234"),
        ("154-0000-1234", "15400001234"),
        ("+86 154 0000 1234", "15400001234"),
        ("008615400001234", "15400001234"),
        ("15400001234.0", "15400001234"),
        ("15400001234（儿子）", "15400001234"),
        ("张三15400001234", "15400001234"),
        ("15400001234/15400005678", "15400001234"),
        ("0571-88886666转8001", "057188886666"),
        ("(0571)88886666", "057188886666"),
    ],
)
def test_a_phone_is_its_number_however_it_is_written(written: str, phone: str) -> None:
    assert clean_phone(written) == phone


@pytest.mark.parametrize(
    "written", ["154****1234", "1.54E+10", "11111111111", "12345678901", "00000000", "110", "无", "1540000123"]
)
def test_what_is_masked_damaged_or_made_up_is_no_phone(written: str) -> None:
    assert clean_phone(written) == ""


def test_an_old_card_of_fifteen_digits_is_the_same_person() -> None:
    rows = pd.DataFrame({"id_card": [CARD, "999999500101123", None], "digest": "0", "sheet": "s", "row": [1, 2, 3]})
    keys = link(read_people([rows]), b"k" * 32, asked=np.ones(3, dtype=bool)).keys
    assert keys[0] == keys[1] != keys[2]


@given(st.text(max_size=20))
def test_no_text_breaks_a_reader_of_numbers(text: str) -> None:
    read_id_card(text)
    clean_phone(text)
