"""Sexes as words, codes and choices."""

from __future__ import annotations

import re

from needs_analytics.core.wording import key
from needs_analytics.intake.reading import NOTHING, Reading, is_absent

_SEX = {"男": "男", "女": "女", "男性": "男", "女性": "女", "m": "男", "f": "女", "male": "男", "female": "女",
        "1": "男", "2": "女", "1.0": "男", "2.0": "女", "先生": "男", "女士": "女", "男士": "男",
        "男生": "男", "女生": "女", "男孩": "男", "女孩": "女", "男童": "男", "女童": "女", "妇女": "女"}  # fmt: skip
_REMARK = re.compile(r"\([^男女]*\)$")  # 男(家人代答)
_CHOICE = re.compile(r"^(?:[12][-.、:=]?|[ab][.、])(?=[男女]性?$)|(?<=^[男女])[12]$")
_DASHES = frozenset({"-", "--", "—", "——", "/", "\\", "空", "(空)", "(跳过)", "跳过"})
_OTHER_SEX = frozenset({"其他", "其它", "other", "第三性别", "thirdgender", "不便透露", "不愿透露", "prefernottosay"})


def read_sex(cell: object) -> Reading:
    """Read a sex; the codes 1 and 2 are those of GB/T 2261.1 (1 男, 2 女)."""
    text = _REMARK.sub("", _CHOICE.sub("", key(str(cell)).rstrip("。.;,")))
    if is_absent(text) or text in {"0", "9", "0.0", "9.0"}:
        return Reading(None, "masked") if text and text not in _DASHES else NOTHING
    if text in _OTHER_SEX:
        return Reading(None, "normalised")
    sex = _SEX.get(text)
    if sex is None:
        return Reading(None, "refused", "E102")
    return Reading(sex, "" if key(str(cell)) == sex else "normalised")
