"""What stands between the options of one cell, decided by the options it leaves, never by the mark alone."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import without_identifiers
from needs_analytics.core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_SURE = ("┋", "→")  # marks nobody writes inside an option
_CANDIDATES = (
    "[;；]",
    "[、]",
    "[,，]",
    "[、,，;；]",
    "/",
    r"\|",
    "\n",
    r"\+",
    r"&",
    r"[、,，;；/|+\s]",
    r"\s{2,}",
    r"\s",
)
_TYPED = ("[;；]", "[,，]")
_SIMPLE = ("", "[;；]", "[,，]")
_LISTED = 60  # options at most of one list
_OFTEN = 3  # times an option stands in a column, on average, before it is known to be one
_TOGETHER, _NO_CHANCE = 2, 10  # times two pieces stand side by side, and never apart, before they are one option
_ONE_CHARACTER = frozenset(mark for mark in _CANDIDATES if mark not in {r"\s{2,}", r"\s", "\n"})
_TO_FULL_WIDTH = 0xFEE0
_BRACKETED = re.compile(r"[(（\[【〖〔][^()（）\[\]【】〖〗〔〕]*[)）\]】〗〕]")


def find_separator(texts: Mapping[str, int], covered: Callable[[str], int]) -> str:
    """Return the pattern that leaves the largest share of understood text; the simplest one of equals.

    Parameters
    ----------
    texts
        Distinct cells with how often each occurs.
    covered
        How many characters of an option are understood.
    """
    for mark in _SURE:
        if any(mark in text for text in texts):
            return _with_typed(mark, texts)
    best, best_share = "", _share(texts, "", covered)
    for candidate in _CANDIDATES:
        if any(re.search(candidate, text) for text in texts):
            share = _share(texts, candidate, covered)
            if share > best_share + 1e-9:
                best, best_share = candidate, share
    return _kept_whole(_without_inner(best, texts), texts, covered)


def find_recurring(texts: Mapping[str, int]) -> str:
    """Return the pattern that leaves the options occurring most often each, of a list whose options nobody knows."""
    counts = {mark: _option_counts(texts, mark) for mark in ("", *_CANDIDATES)}
    often = {mark: found.total() / max(len(found), 1) for mark, found in counts.items()}
    return _kept_whole(max(often, key=lambda mark: often[mark]), texts, lambda _: 0)


def is_a_list(counts: Mapping[str, int]) -> bool:
    """Whether options recur like those of a form, not like what respondents write themselves."""
    return 1 < len(counts) <= _LISTED and sum(counts.values()) >= _OFTEN * len(counts)


def runs_of(cells: Iterable[tuple[Sequence[str], int]], covered: Callable[[str], int]) -> list[list[str]]:
    """Return the pieces that never stand apart, in their order: 理发、修脚 of a form is one option.

    Pieces that each by themselves are known for a need are one only when they stand together so often that no chance
    explains it.

    Parameters
    ----------
    cells
        The pieces of each distinct cell with how often it occurs.
    covered
        How many characters of an option are understood as a need.
    """
    pieces: Counter[str] = Counter()
    beside: Counter[tuple[str, str]] = Counter()
    for parts, count in cells:
        pieces.update(dict.fromkeys(parts, count))
        beside.update(dict.fromkeys(itertools.pairwise(parts), count))
    after = {
        one: other for (one, other), count in beside.items()
        if one != other and count == pieces[one] == pieces[other]
        and count >= (_NO_CHANCE if _is_need(one, covered) and _is_need(other, covered) else _TOGETHER)
    }  # fmt: skip
    runs = []
    for start in [one for one in after if one not in after.values()]:
        run = [start]
        while after.get(run[-1], start) not in run:
            run.append(after[run[-1]])
        runs.append(run)
    return runs


def _is_need(piece: str, covered: Callable[[str], int]) -> bool:
    return 2 * covered(piece) > len(piece)


def _kept_whole(separator: str, texts: Mapping[str, int], covered: Callable[[str], int]) -> str:
    """Return a separator that does not part the pieces that never stand apart."""
    if separator not in _ONE_CHARACTER:
        return separator
    split = [(split_cell(text, separator), count) for text, count in texts.items()]
    if sum(len(set(parts)) * count for parts, count in split) < _OFTEN * len({p for parts, _ in split for p in parts}):
        return separator
    joints = [pair for run in runs_of(split, covered) for pair in itertools.pairwise(run)]
    inner = "|".join(f"(?<={_any_width(one)}{separator}){_any_width(other)}" for one, other in joints)
    return f"{separator}(?!{inner})" if inner else separator


def _any_width(text: str) -> str:
    """Return a pattern of a plain text that also fits its full-width spelling."""
    return "".join(
        f"[{re.escape(mark)}{chr(ord(mark) + _TO_FULL_WIDTH)}]" if "!" <= mark <= "~" else re.escape(mark)
        for mark in text
    )


def _without_inner(separator: str, texts: Mapping[str, int]) -> str:
    """Take a simpler separator when what it would leave joined never occurs apart: 歇脚、喝水 is one option then."""
    if not separator or separator in _SIMPLE[1:]:
        simpler: tuple[str, ...] = ("",) if separator else ()
    else:
        simpler = _SIMPLE
    for candidate in simpler:
        counts = _option_counts(texts, candidate)
        joined = {option: split_cell(option, separator) for option in counts}
        joined = {option: parts for option, parts in joined.items() if len(parts) > 1}
        pieces = _option_counts(texts, separator)
        apart = [option for option, parts in joined.items() if any(pieces[part] > counts[option] for part in parts)]
        if joined and not apart and sum(counts[option] for option in joined) >= _OFTEN * len(joined):
            return candidate
    return separator


def _option_counts(texts: Mapping[str, int], separator: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, count in texts.items():
        for option in split_cell(text, separator):
            counts[option] += count
    return counts


def _with_typed(mark: str, texts: Mapping[str, int]) -> str:
    """Add the semicolon or comma by which answers typed in by hand join options that others chose with the mark."""
    options = {option for text in texts for option in split_cell(text, mark)}
    for typed in _TYPED:
        joined = [split_cell(option, typed) for option in options if re.search(typed, option)]
        if joined and all(set(parts) <= options for parts in joined):
            return f"{mark}|{typed}"
    return mark


def split_cell(text: str, separator: str) -> list[str]:
    """Split a cell into its options; separators inside brackets do not count, numbers of people are no options."""
    text = without_identifiers(text)
    if not separator:
        return [plain(text)] if plain(text) else []
    inside = [found.span() for found in _BRACKETED.finditer(text)]
    parts, start = [], 0
    for mark in re.finditer(separator, text):
        if not any(first < mark.start() < last for first, last in inside):
            parts.append(text[start : mark.start()])
            start = mark.end()
    return [part for part in map(plain, [*parts, text[start:]]) if part]


def _share(texts: Mapping[str, int], separator: str, covered: Callable[[str], int]) -> float:
    understood = total = 0
    for text, count in texts.items():
        for option in split_cell(text, separator):
            total += count * len(option)
            understood += count * min(covered(option), len(option))
    return understood / total if total else 0.0
