"""Names of people in a text: told by a surname, by what stands before and after it, and by the words it is not in."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Span = tuple[int, int]

_HAN = re.compile(r"[\u4e00-\u9fff]")
_HIDDEN_PART = re.compile(r"[某*＊○×xXo]{1,3}")
_ROADS = re.compile(r"[路街巷弄道桥湾塘坝岭沟坡](?![\u4e00-\u9fff])|[路街巷弄道][口上边的段南北东西中两沿有没太和与附]")
_NICKNAMES = "老小阿姓"
_LONGEST_WORD, _LONGEST_KEPT, _LONGEST_TITLE, _LONGEST_BEFORE = 4, 12, 3, 8
_COMMON = frozenset("中有可常正文意道见理应言计行经一二三四五六七八九")  # after a word they seldom end a name
_GIVEN = 2  # characters of the longest given name
_TITLE_OR_NAME = frozenset("总工伯叔")


@dataclass(frozen=True)
class _Lists:
    """The lists of ``person_names.toml``."""

    surnames: frozenset[str]
    ordinary: frozenset[str]
    compound: frozenset[str]
    sure: frozenset[str]
    given: frozenset[str]
    never: frozenset[str]
    after: frozenset[str]
    words: frozenset[str]
    starts: re.Pattern[str]
    spaced: re.Pattern[str]
    before: re.Pattern[str]
    places: re.Pattern[str]


@cache
def _lists() -> _Lists:
    told = tomllib.loads(files("needs_analytics.core.data").joinpath("person_names.toml").read_text("utf-8"))
    letters = {name: "".join(told[name].split()) for name in ("surnames", "ordinary", "given_sure", "given", "never")}
    words = {name: told[name].split() for name in ("compound", "before", "after", "places", "words")}
    longest = {name: "|".join(sorted(words[name], key=len, reverse=True)) for name in ("before", "places")}
    first = {word[0] for word in words["compound"]}
    surnames, given = letters["surnames"] + letters["ordinary"], letters["given_sure"] + letters["given"]
    families = "|".join([*(f"{word[0]} ?{word[1]}" for word in words["compound"] if len(word) == 2), f"[{surnames}]"])
    return _Lists(
        frozenset(letters["surnames"]), frozenset(letters["ordinary"]), frozenset(words["compound"]),
        frozenset(letters["given_sure"]), frozenset(letters["given_sure"] + letters["given"]),
        frozenset(letters["never"]), frozenset(words["after"]), frozenset(words["words"]),
        re.compile(f"[{surnames}{''.join(first)}]"),
        re.compile(
            rf"(?:{families}) ?[{given}](?: ?[{given}]|(?![\u4e00-\u9fff]))"
            rf"|(?<![\u4e00-\u9fff])[{surnames}](?: [\u4e00-\u9fff]){{1,3}}(?![\u4e00-\u9fff])"
        ),
        re.compile(rf"(?:{longest['before']})[是为叫:：\s(),、]*$"), re.compile(longest["places"]),
    )  # fmt: skip


def find_names(text: str, kept: Collection[str] = ()) -> tuple[list[Span], list[Span]]:
    """Return where a text names people.

    Parameters
    ----------
    text
        In one width, as :func:`needs_analytics.core.wording.plain` returns it.
    kept
        Names of places, services and sites, which are nobody's.

    Returns
    -------
    The names that are told by what stands beside them (我叫王秀英, 张大爷, 李某某, 老王), and the pieces that look
    like a name: a surname in no ordinary word and one or two characters.

    Examples
    --------
    >>> find_names("我叫王秀英，希望有人送饭"), find_names("和王建国住一起"), find_names("希望路灯亮一点，方便老人")
    (([(2, 5)], []), ([], [(1, 4)]), ([], []))
    """
    certain: list[Span] = []
    unsure: list[Span] = []
    end = 0
    for start in _surnames(text, kept):
        if start < end:
            continue
        told = _told_beside(text, start)
        piece = told or _looks_like_name(text, start)
        if piece:
            (certain if told else unsure).append(piece)
            end = piece[1]
    return certain, unsure


def _surnames(text: str, kept: Collection[str]) -> Iterator[int]:
    """Yield where a surname stands that is in no ordinary word."""
    lists = _lists()
    for found in lists.starts.finditer(text):
        start = found.start()
        if text[start : start + 2] not in lists.compound and (not surname_in(text[start]) or _in_a_word(text, start)):
            continue
        if not (_is_place(text, start) or (kept and any(_words_across(text, start, _LONGEST_KEPT, kept)))):
            yield start


def _in_a_word(text: str, start: int) -> bool:
    """Whether a surname's character stands in a word: in 黄金, but not in 黄金凤; in 下周, but not in 楼下周丽娟."""
    first = max(0, start - _LONGEST_WORD + 1)
    how = _word_at(text[first : start + _LONGEST_WORD], start - first)
    return (how == "ends" and not _lists().before.search(text[max(0, start - _LONGEST_BEFORE) : start])) or how == "in"


@lru_cache(maxsize=65536)
def _word_at(text: str, start: int) -> str:
    """Return whether a surname's character stands ``in`` an ordinary word, or only ``ends`` one."""
    lists = _lists()
    words = list(_words_across(text, start, _LONGEST_WORD, lists.words))
    if not words or text[start] not in lists.surnames or any(begin < start < end - 1 for begin, end in words):
        return "in" if words else ""
    first, second = text[start + 1 : start + 2], text[start + 2 : start + 3]
    opening = max((end - start for begin, end in words if begin == start), default=0)
    if opening:
        no_name = opening > len(first + second) or first not in lists.given or second not in lists.given - _COMMON
        return "in" if no_name else ""
    return "" if _both(first, second) else "ends"


def _words_across(text: str, place: int, longest: int, words: Collection[str]) -> Iterator[Span]:
    """Yield where words stand in a text that hold a place."""
    for start in range(max(0, place - longest + 1), place + 1):
        for end in range(max(place + 1, start + 2), min(start + longest, len(text)) + 1):
            if text[start:end] in words:
                yield start, end


def _is_place(text: str, start: int) -> bool:
    """Whether a surname begins the name of a place: 李家湾, 马场社区, 张庄."""
    lists = _lists()
    home = text[start + 1 : start + 2] == "家" and _ROADS.match(text[start + 2 : start + 3])
    within = (start + offset for offset in (1, 2, 3) if _HAN.match(text[start + offset - 1 : start + offset]))
    return bool(home) or any(
        lists.places.match(text, end)
        or (_ROADS.match(text, end) and not lists.given & set(text[start + 1 : end]) and end > start + 1)
        for end in within
    )


def _told_beside(text: str, start: int) -> Span | None:
    """Return the name at a surname that a title, a word before it or a mark tells for sure."""
    lists = _lists()
    family, rare = _family(text, start), text[start] in lists.surnames
    given = _given(text, family)
    hidden = _HIDDEN_PART.match(text, family)
    if hidden and (rare or hidden[0][0] == "某"):
        return start, hidden.end()
    titled = next((end for end in range(family, given + 1) if _is_title(text, end, rare=rare)), None)
    if titled is not None:
        return start, titled
    led = lists.before.search(text[max(0, start - _LONGEST_BEFORE) : start])
    if led and (rare or text[family : family + 1] in lists.given):
        return start, given
    nicknamed = text[max(0, start - 1) : start] in [*_NICKNAMES]
    alone = given == family or text[family : family + 1] not in lists.given  # 小刘服务好
    return (start, family) if rare and nicknamed and alone else None


def _is_title(text: str, end: int, *, rare: bool) -> bool:
    titles = _lists().after
    if any(text[end : end + length] in titles for length in range(2, _LONGEST_TITLE + 1)):
        return True
    title, following = text[end : end + 1], text[end + 1 : end + 2]
    return rare and title in titles and not (title in _TITLE_OR_NAME and following in _lists().given)


def _looks_like_name(text: str, start: int) -> Span | None:
    """Return surname and given name; everyday characters are a surname only before those of given names."""
    lists = _lists()
    family = _family(text, start)
    end = _given(text, family)
    first, second = text[family : family + 1], text[family + 1 : family + 2]
    if end == family:
        return None
    if family - start > 1:
        return (start, end) if first in lists.given else None
    if text[start] in lists.surnames:
        return start, end
    sure = first in lists.sure and (second in lists.sure or not _HAN.match(second) or second in lists.never)
    return (start, end) if sure or (first in lists.given and second in lists.sure) or _both(first, second) else None


def _both(first: str, second: str) -> bool:
    lists = _lists()
    return first in lists.given and second in lists.given and (first in lists.sure or second in lists.sure)


def _family(text: str, start: int) -> int:
    """Return where a surname ends."""
    return start + (2 if text[start : start + 2] in _lists().compound else 1)


def _given(text: str, family: int) -> int:
    """Return where the given name after a surname ends at the latest."""
    never = _lists().never
    name = takewhile(lambda letter: _HAN.match(letter) and letter not in never, text[family : family + _GIVEN])
    return family + sum(1 for _ in name)


def surname_in(letter: str) -> bool:
    """Whether a character is a surname, be it an everyday one."""
    return letter in _lists().surnames or letter in _lists().ordinary


def unspaced(text: str) -> str:
    """Return a text without the spaces inside what looks like a name: 王 秀 英.

    Examples
    --------
    >>> unspaced("找王 秀 英问"), unspaced("高 中 生")
    ('找王秀英问', '高 中 生')
    """
    return _lists().spaced.sub(_closed, text)


def _closed(found: re.Match[str]) -> str:
    closed = found[0].replace(" ", "")
    return closed if len(closed) < len(found[0]) and any(find_names(closed)) else found[0]
