"""Reading settings files: every value against the kind declared for it; a slip is refused with what was meant.

A *kind* is a type as annotations write it: ``int``, ``float``, ``str``, ``bool``, ``X | None``, ``tuple[X, ...]``,
``tuple[X, Y]``, ``dict[str, X]``, and ``Annotated`` with :class:`Limits` or :class:`OneOf`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from needs_analytics.core.messages import LANGUAGES, failure, in_every_language, text
from needs_analytics.errors import UsageError

Place = str | Mapping[str, str]
"""File and section as a user finds them, the same in every language or by language."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A number from ``least`` to ``most``."""

    least: float
    most: float = math.inf

    def allows(self, value: float) -> bool:
        """Whether a number lies within."""
        return self.least <= value <= self.most

    def said(self, kind: Mapping[str, str]) -> Mapping[str, str]:
        """Return in words what is expected."""
        key = "kind_least" if math.isinf(self.most) else "kind_limits"
        return in_every_language(f"error.{key}", kind=kind, least=f"{self.least:g}", most=f"{self.most:g}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of a list, or several of them joined by a mark; ``labels`` says what users may call them."""

    choices: tuple[str, ...]
    mark: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def allows(self, value: str) -> bool:
        """Whether every part is a word of the list."""
        return all(part.strip() in self.choices for part in (value.split(self.mark) if self.mark else [value]))

    def said(self, _: Mapping[str, str]) -> Mapping[str, str]:
        """Return in words what is expected."""
        more = ["…"] if len(self.choices) > _LISTED else []
        return in_every_language("error.kind_choice", choices=listed([*self.choices[:_LISTED], *more]))

    def nearest(self, value: str) -> list[str]:
        """Return the word that was probably meant, if any is near."""
        near = get_close_matches(value, [*self.choices, *self.labels], n=1)
        return [self.labels.get(word, word) for word in near]


@dataclass(frozen=True, slots=True)
class NotEmpty:
    """A list with something in it."""

    def allows(self, value: Sized) -> bool:
        """Whether there is anything."""
        return len(value) > 0

    def said(self, kind: Mapping[str, str]) -> Mapping[str, str]:
        """Return in words what is expected."""
        return in_every_language("error.kind_filled", kind=kind)


_Rule = Limits | OneOf | NotEmpty
Word = Annotated[str | int | float | dt.date, "what may look like a number"]
_LISTED = 30
_EITHER = (UnionType, Union)


class _UnfitError(ValueError):
    """A value that is not of its kind."""


def parse_toml(content: str, file: str) -> dict[str, Any]:
    """Return what a TOML file holds.

    Raises
    ------
    UsageError
        On a syntax error, with its line.
    """
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(content.splitlines())
        twice = "Cannot declare" in str(error) or "Cannot overwrite" in str(error)
        raise failure(UsageError, "toml_twice" if twice else "toml_syntax", file=file, line=line) from error


def read_section(
    given: Mapping[str, Any], kinds: Mapping[str, Any], where: Place, samples: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a section's settings, each fitted to its kind.

    Parameters
    ----------
    kinds
        What each setting must be; no other is known.
    samples
        A good value of each setting, shown where nothing better can be guessed.

    Raises
    ------
    UsageError
        On an unknown setting or a value of the wrong kind.
    """
    for name in given:
        if name not in kinds:
            near = get_close_matches(name, list(kinds), n=1)
            key = "option_unknown" if near else "option_none_such"
            raise failure(UsageError, key, where=where, option=name, near=listed(near or kinds))
    return {name: read_setting(name, value, kinds[name], where, samples.get(name)) for name, value in given.items()}


def read_setting(name: str, value: Any, kind: Any, where: Place, sample: Any) -> Any:
    """Return one setting fitted to its kind; of a table, every entry."""
    if (get_origin(kind) or kind) is dict:
        place = in_every_language("error.where_in", where=where, name=name)
        if not isinstance(value, Mapping):
            raise failure(UsageError, "option_section", where=place, value=as_toml(value))
        (_, inner), entry = get_args(kind) or (str, Any), next(iter((sample or {}).values()), None)
        return {key: read_setting(key, item, inner, place, entry) for key, item in value.items()}
    try:
        return _fitted(value, kind)
    except _UnfitError as error:
        raise _refusal(name, value, kind, where, sample) from error


def listed(words: Iterable[str]) -> dict[str, str]:
    """Return language to words as a sentence lists them."""
    return {language: text("error.comma", language).join(words) for language in LANGUAGES}


def _refusal(name: str, value: Any, kind: Any, where: Place, sample: Any) -> UsageError:
    """Say what is wrong and what to write; a long list of words only where none of them is near."""
    guesses = [guess for guess in _guesses(value, kind) if _fits(guess, kind)]
    near = as_toml(next(iter(guesses), sample))
    said = {"where": where, "option": name, "value": as_toml(value), "near": near}
    if guesses and _words(kind):
        return failure(UsageError, "option_word", **said)
    return failure(UsageError, "option_type" if near else "option_kind", **said, expected=_expected(kind))


def as_toml(value: Any) -> str:
    """Return a value as a settings file writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {as_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, (str, bool)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _fitted(value: Any, kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        fitted = _fitted(value, inner[0])
        if all(rule.allows(fitted) for rule in inner[1:] if isinstance(rule, _Rule)):
            return fitted
    elif origin in _EITHER:
        return _fitted(value, next((part for part in inner if _fits(value, part)), NoneType))
    elif origin is tuple and isinstance(value, (list, tuple)):
        kinds = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        if len(kinds) == len(value):
            return tuple(_fitted(item, item_kind) for item, item_kind in zip(value, kinds, strict=True))
    elif kind is float and type(value) in {int, float} and math.isfinite(value):
        return float(value)
    elif kind is Any or type(value) is kind:
        return value
    raise _UnfitError


def _fits(value: Any, kind: Any) -> bool:
    try:
        _fitted(value, kind)
    except _UnfitError:
        return False
    return True


def _words(kind: Any) -> list[OneOf]:
    return [rule for rule in get_args(kind) if isinstance(rule, OneOf)]


def _guesses(value: Any, kind: Any) -> list[Any]:
    """Guess what was to be written: a figure without its quotes, a list's brackets, the nearest word."""
    if isinstance(value, (list, tuple)):
        return ["+".join(map(str, value)), *value]
    figures = [float(value) if "." in str(value) else int(value)] if re.fullmatch(r"-?\d+(\.\d+)?", str(value)) else []
    return [*figures, [value], str(value), *(word for rule in _words(kind) for word in rule.nearest(str(value)))]


def _expected(kind: Any) -> Mapping[str, str]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        rule = inner[1]
        return rule.said(_expected(inner[0])) if isinstance(rule, _Rule) else _expected(str)
    if origin in _EITHER:
        return _expected(next(part for part in inner if part is not NoneType))
    if origin is tuple and inner[-1] is Ellipsis:
        return in_every_language("error.kind_list", item=_expected(inner[0]))
    if origin is tuple:
        return in_every_language("error.kind_pair", first=_expected(inner[0]), second=_expected(inner[1]))
    name = origin or kind
    return in_every_language(f"error.kind_{name.__name__}")
