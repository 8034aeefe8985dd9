"""Who was asked a question of a form: its ``relevant`` conditions, as far as they are of the common simple forms.

Read are ``${q} = 'x'`` (also ``!= < <= > >=``, with texts and numbers), ``selected(${q}, 'x')``, ``and``, ``or``,
``not()`` and brackets.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.wording import key
from needs_analytics.intake.platforms.profile import SEVERAL, THEN
from needs_analytics.intake.platforms.recoding import code_of, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from needs_analytics.core.arrays import Bools
    from needs_analytics.core.records import Column

_TOKEN = re.compile(
    r"\s*(?:\$\{\s*(?P<name>[^}\s]+)\s*\}|'(?P<one>[^']*)'|\"(?P<two>[^\"]*)\"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign><=|>=|!=|=|<|>|\(|\)|,)|(?P<word>and|or|not|selected)\b)"
)
_EQUAL = {"=": operator.eq, "!=": operator.ne}
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TICKED = frozenset({"1", "true"})


class UnreadableError(ValueError):
    """A condition beyond the simple forms, or about a question that the export does not hold."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a question was answered, in the words of its options.

    Attributes
    ----------
    options
        Code to text.
    column
        The answers, several of them in one cell; ``None`` where there are only columns of single options.
    ticks
        Text of an option to its column of 0 and 1.
    """

    options: Mapping[str, str]
    column: Column | None
    ticks: Mapping[str, Column] = field(default_factory=dict)

    def chose(self, code: str) -> Bools:
        """Return who chose an option among others."""
        wanted = {key(code), key(self.options.get(code, code))}
        if self.column is not None:
            return _where(self.column, lambda text: bool(wanted & set(map(key, re.split(f"[{SEVERAL}{THEN}]", text)))))
        ticked = next((column for option, column in self.ticks.items() if key(option) in wanted), None)
        if ticked is None:
            raise UnreadableError(code)
        return _where(ticked, lambda text: key(text) in _TICKED)

    def compares(self, sign: str, other: str | float) -> Bools:
        """Return whose answer compares so with a text or a number."""
        if self.column is None:
            raise UnreadableError(sign)
        if isinstance(other, str) and sign in _EQUAL:
            wanted = {key(other), key(self.options.get(other, other))}
            equal = _where(self.column, lambda text: key(text) in wanted)
            return equal if sign == "=" else ~equal
        number, holds = _number(other), (_EQUAL | _ORDERS)[sign]
        if np.isnan(number):
            raise UnreadableError(str(other))
        return _where(self.column, lambda text: holds(_number(text), number))


def fulfilled(condition: str, answers: Mapping[str, Answered]) -> Bools:
    """Return in which rows a condition holds.

    Raises
    ------
    UnreadableError
        When it is none of the simple forms.
    """
    tokens = _Tokens(_parted(condition), answers)
    found = tokens.any_of()
    if tokens.left:
        raise UnreadableError(condition)
    return found


def _parted(condition: str) -> list[tuple[str, str]]:
    tokens, at, text = [], 0, condition.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise UnreadableError(condition)
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


@dataclass(slots=True)
class _Tokens:
    """What is left of a condition."""

    left: list[tuple[str, str]]
    answers: Mapping[str, Answered]

    def any_of(self) -> Bools:
        found = self._all_of()
        while self._next_is("or"):
            found = found | self._all_of()
        return found

    def _all_of(self) -> Bools:
        found = self._one()
        while self._next_is("and"):
            found = found & self._one()
        return found

    def _one(self) -> Bools:
        if self._next_is("not"):
            return ~self._bracketed()
        if self.left and self.left[0][1] == "(" and self.left[0][0] == "sign":
            return self._bracketed()
        if self._next_is("selected"):
            self._expect("(")
            asked = self._question()
            self._expect(",")
            _, code = self._take("one", "two")
            self._expect(")")
            return asked.chose(code)
        asked = self._question()
        _, sign = self._take("sign")
        if sign not in _EQUAL | _ORDERS:
            raise UnreadableError(sign)
        kind, other = self._take("one", "two", "number")
        return asked.compares(sign, float(other) if kind == "number" else other)

    def _bracketed(self) -> Bools:
        self._expect("(")
        found = self.any_of()
        self._expect(")")
        return found

    def _question(self) -> Answered:
        _, name = self._take("name")
        if name not in self.answers:
            raise UnreadableError(name)
        return self.answers[name]

    def _next_is(self, word: str) -> bool:
        if not self.left or self.left[0] != ("word", word):
            return False
        self.left.pop(0)
        return True

    def _expect(self, sign: str) -> None:
        if self._take("sign")[1] != sign:
            raise UnreadableError(sign)

    def _take(self, *kinds: str) -> tuple[str, str]:
        if not self.left or self.left[0][0] not in kinds:
            raise UnreadableError(" ".join(text for _, text in self.left))
        return self.left.pop(0)


def _where(column: Column, holds: Callable[[str], bool]) -> Bools:
    """Return the rows whose cell holds; a blank is the empty text."""
    texts = ("" if is_blank(value) else code_of(value) for value in column.values)
    return np.array([holds(text) for text in texts], dtype=bool)[column.codes]


def _number(text: str | float) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
