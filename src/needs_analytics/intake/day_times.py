"""How often a day something is held: 上午、下午, 9:30-11:00和14:30-16:00, 每天2场, 各1场."""

from __future__ import annotations

import re

from needs_analytics.intake.figures import figure_of
from needs_analytics.intake.weekdays import by_weekdays

NUMBER = r"\d+|[一二两三四五六七八九十]+"
SESSIONS = "场|次|班|期|节|回|趟|批|轮|堂"
_PARTS = {
    "上午": r"上午|早上|早晨|清晨|早(?!教|期|点)",
    "中午": r"中午|正午|午间|午(?=餐)",
    "下午": r"下午|午后",
    "晚": r"傍晚|晚上|晚间|夜间|晚(?!会|报)",
}
_PART = "|".join(_PARTS.values())
_CLOCK = r"\d{1,2}(?:[:点时]\d{0,2}分?半?)"
_SPAN = re.compile(rf"(?P<first>{_PART})?{_CLOCK}(?:[-—–~～至到])+(?:{_PART})?{_CLOCK}")
_ONE_STRETCH = re.compile(rf"(?P<first>{_PART})(?:[至到~—-]|或者?)(?:{_PART})")
_BREAK = re.compile(rf"(?:午休|中午(?:休息|不休息?|不开))(?:时间)?:?(?:{_CLOCK}[-—–~～至到]+{_CLOCK})?")
_NOT_ALWAYS = re.compile(r"可[加选增][^),;]*")
_A_DAY = re.compile(rf"[每一][天日](?:[各开办共约]|举办|安排)*(?P<times>{NUMBER})(?:{SESSIONS})")
_EACH = re.compile(rf"各(?:[开办]|举办|安排)*(?P<times>{NUMBER})(?:{SESSIONS})")


def times_a_day(schedule: str) -> list[tuple[set[str], float]]:
    """Return how often a day something is held, for each group of weekdays a schedule names; the first names none.

    Weekdays without times of their own have those that stand next, else those that stand before all.

    Examples
    --------
    >>> times_a_day("周二上午、周四上午和下午")
    [(set(), 2.0), ({'二'}, 1.0), ({'四'}, 2.0)]
    """
    parts = by_weekdays(schedule)
    counts = [(weekdays, _times(text)) for weekdays, text in parts]
    before, after, told = counts[0][1], 0.0, []
    for weekdays, times in reversed(counts[1:]):
        after = times or after
        told.append((weekdays, after or before or 1.0))
    most = max([before, *(times for _, times in told)]) or 1.0
    return [(set(), most), *reversed(told)]


def _times(text: str) -> float:
    """Return how often a day by a text, 0 where it does not say."""
    text = _ONE_STRETCH.sub(r"\g<first>", _NOT_ALWAYS.sub("", _BREAK.sub("", _spelt_out(text))))
    stated = _A_DAY.search(text)
    if stated:
        return _number(stated["times"])
    spans = len(_SPAN.findall(text))
    words = _SPAN.sub(lambda found: found["first"] or "", text)
    parts = sum(bool(re.search(part, words)) for part in _PARTS.values())
    each = _EACH.search(text)
    return max(spans, parts, 1 if each else 0) * (_number(each["times"]) if each else 1.0)


def _spelt_out(text: str) -> str:
    text = re.sub(r"上[、和及/,]?下午", "上午下午", text)
    return text.replace("早中晚", "早上中午晚上")


def _number(text: str) -> float:
    figure = figure_of(text)
    return figure.value if figure else 1.0
