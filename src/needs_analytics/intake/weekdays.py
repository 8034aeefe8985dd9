"""The weekdays a text names: 周三至周日, 周二、四, 周末."""

from __future__ import annotations

import re

WEEKDAYS = "一二三四五六日"
_TIMES = r"(?!个?(?:次|场|班|回|趟|期|节|批|轮|堂|天|楼|月))"
_NEXT = rf"(?:至|到|[-~—–])?周?[{WEEKDAYS}](?![点时]){_TIMES}"
WEEKDAYS_NAMED = rf"(?:周末|双休日?|周[{WEEKDAYS}]{_TIMES}(?:[、,和及/]?{_NEXT})*)"
WEEKDAYS_TOGETHER = rf"(?:周末|双休日?|周[{WEEKDAYS}](?:[、和及/]?{_NEXT})*)"
_SPAN = re.compile(rf"周([{WEEKDAYS}])(?:至|到|[-~—–])周?([{WEEKDAYS}])")
_NAMED = re.compile(WEEKDAYS_NAMED)


def with_one_word(text: str) -> str:
    """Call a weekday 周 everywhere: 星期三, 礼拜三 and 周天 are said as well.

    Examples
    --------
    >>> with_one_word("星期三、礼拜天")
    '周三、周日'
    """
    return text.replace("星期", "周").replace("礼拜", "周").replace("周天", "周日")


def named_weekdays(text: str) -> set[str]:
    """Return the weekdays a text names.

    Examples
    --------
    >>> sorted(named_weekdays("周二、四")), sorted(named_weekdays("每周一次"))
    (['二', '四'], [])
    """
    named: set[str] = set()
    for run in _NAMED.findall(text):
        if run.startswith(("周末", "双休")):
            named |= set("六日")
        for first, last in _SPAN.findall(run):
            start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
            named |= set(WEEKDAYS[start : end + 1] if start <= end else WEEKDAYS[start:] + WEEKDAYS[: end + 1])
        named |= set(_SPAN.sub("", run)) & set(WEEKDAYS)
    return named


def by_weekdays(text: str) -> list[tuple[set[str], str]]:
    """Part a text before each group of weekdays; what stands before the first names none.

    Examples
    --------
    >>> by_weekdays("周二上午、周四")
    [(set(), ''), ({'二'}, '周二上午、'), ({'四'}, '周四')]
    """
    starts = [found.start() for found in _NAMED.finditer(text)]
    parts = [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]
    return [(named_weekdays(part), part) for part in parts]
