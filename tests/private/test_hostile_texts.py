"""A long cell, made to keep a pattern busy, takes about as long as any other of its length."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from needs_analytics.core.identifiers import without_identifiers
from needs_analytics.core.wording import same_wording
from needs_analytics.intake.masking import KnownNames, mask_homes, mask_labels, mask_texts, mask_wordings
from needs_analytics.intake.people import clean_phone, told_by
from needs_analytics.intake.phones import is_damaged

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 16_384  # characters: half of what a cell may hold
_STEPS = 32  # how much longer eight times the length may take: 8 where it is linear, 64 where it is quadratic
_SOON = 0.25  # seconds: less is never worth a second measure
_ATOMS = (
    "a", "a.", "@a", "a@", "1", "1-", "1 ", "1,", "138,", "qq:", "qq是", "微信a1", "wo ", "Wang ", "Wang Jianguo ",
    "王 ", "阿·", "1号楼", "一", "幺三 ", "联系人:", "王建国", "王", "＊ ", "＊王建国 ", "A座 ", "村1", "1楼 ", "京A",
    "出生", "生日是", "1月", "一年一月", "(", "(1", "[矩阵", "矩阵", "、", "8888 6666 ", "+86 ", "转1", "老王", "某",
    "住", "司马", "王＊", "a王",
)  # fmt: skip
_KNOWN = KnownNames.of([
    "王建国", "Wang Jianguo", "阿依古丽·买买提", *("王" * length for length in range(2, 32_000, 40))
])  # fmt: skip


def _identity(text: str) -> None:
    names = ("id_card", "phone", "name", "birth_date", "address", "sex", "community")
    columns = {name: [text] for name in names}
    told_by(pd.DataFrame({**columns, "digest": ["a"], "sheet": ["b"], "row": [1]}, dtype=object))


_READERS: dict[str, Callable[[str], object]] = {
    "texts": lambda text: mask_texts([text], _KNOWN),
    "wordings": lambda text: mask_wordings([text], _KNOWN),
    "labels": lambda text: mask_labels([text], _KNOWN),
    "homes": lambda text: mask_homes(text, _KNOWN),
    "identifiers": without_identifiers,
    "phones": lambda text: (is_damaged(text), clean_phone(text)),
    "people": _identity,
    "questions": same_wording,
}


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


def _hostile(atom: str, length: int, end: str) -> str:
    return (atom * length)[: length - len(end)] + end


@pytest.mark.parametrize("name", _READERS)
@pytest.mark.parametrize("end", ["", "@"])
def test_the_time_for_a_cell_grows_with_its_length_and_not_with_its_square(name: str, end: str) -> None:
    read = _READERS[name]
    read("王建国")  # lists and patterns are made once
    slow = []
    for atom in _ATOMS:
        part, whole = (_seconds(read, _hostile(atom, length, end)) for length in (_LONGEST // 8, _LONGEST))
        if whole > max(_SOON, _STEPS * part):
            slow.append((atom, part, whole))
    assert not slow
