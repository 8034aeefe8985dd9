"""Which options of questions may be kept and printed: the codebook's words, and what enough respondents ticked.

An option may be what one resident typed. Whatever neither the codebook words so nor a group ticked that is large enough
to hide in is folded into the need it means, by the need's own name, or into 其他填写.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.wording import key, without_numbering
from needs_analytics.intake.need_words import NONE, UNKNOWN, need_words

if TYPE_CHECKING:
    from needs_analytics.core.codebook import Codebook

FOLDED = "其他填写"
"""What stands for the options that are not told one by one."""

_MEANT = {NONE: "无", UNKNOWN: "不清楚"}
_OPTION = ("office", "question", "wording", "kind", "sense", "unit", "blank", "option", "need")


def codebook_wordings(codebook: Codebook) -> frozenset[str]:
    """Return every wording of needs and special groups that the codebook tells, as :func:`key` compares them."""
    groups = codebook.groups
    told = {*groups["group"], *groups["name"], *groups["name_en"], *_MEANT.values(), FOLDED, "其他", "其它", "没有"}
    return frozenset({*need_words(codebook, {}).exact, *map(key, told)} - {""})


def public_options(questions: pd.DataFrame, codebook: Codebook, threshold: int) -> pd.DataFrame:
    """Return a question dictionary without what single residents may have typed.

    Parameters
    ----------
    questions
        A row per option: ``office, question, wording, kind, sense, unit, blank, option, need, times`` and others.
    threshold
        An option ticked by so many stays as it is worded.

    Returns
    -------
    DataFrame
        The same columns. Options that became one are one row, ``times`` their sum, anything else that of the first.

    Examples
    --------
    >>> from needs_analytics.core.codebook import Codebook
    >>> told = dict.fromkeys(("office", "question", "wording", "kind", "sense", "unit", "blank"), "q")
    >>> rows = [("助餐", "ELD01", 2), ("给我妈送饭", "ELD01", 1), ("跳蚤市场", "", 6), ("儿子在外地", "", 1)]
    >>> options = pd.DataFrame([told | dict(zip(("option", "need", "times"), row)) for row in rows])
    >>> public_options(options, Codebook.default(), 5)["option"].tolist()
    ['助餐', '跳蚤市场', '其他填写']
    """
    if questions.empty:
        return questions
    known, names = codebook_wordings(codebook), codebook.need_names() | _MEANT
    worded = questions["option"].map(lambda option: {key(option), key(without_numbering(option))} & known != set())
    times = pd.to_numeric(questions["times"]) if "times" in questions else pd.Series(float("nan"), questions.index)
    told = worded.astype(bool) | (times >= threshold)
    named = questions["need"].map(names).fillna(FOLDED)
    option = questions["option"].where(told | (questions["option"] == ""), named)
    folded = questions.assign(option=option, times=times)
    keys = [name for name in _OPTION if name in folded]
    groups = folded.groupby(keys, sort=False, dropna=False)
    summed = groups["times"].transform(lambda times: times.sum(min_count=1))
    return folded.assign(times=summed)[~folded.duplicated(keys)].reset_index(drop=True)
