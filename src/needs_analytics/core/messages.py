"""The one message catalogue: everything a user reads, in Chinese and in English, by key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.core.issue import Issue
    from needs_analytics.errors import NeedsError

LANGUAGES = ("zh", "en")

E = TypeVar("E", bound="NeedsError")


class _Lenient(Formatter):
    """Formats a sentence; a detail that was not given shows as ``?`` rather than hiding the sentence."""

    def get_value(self, key: int | str, args: object, kwargs: object) -> object:
        return kwargs.get(key, "?") if isinstance(kwargs, dict) and isinstance(key, str) else "?"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the flat catalogue ``section.key -> sentence`` of a language, from its files in order of their names."""
    folder = files("needs_analytics.core.data").joinpath("messages")
    found: dict[str, str] = {}
    for source in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(f".{language}.toml"):
            found.update(_flat(tomllib.loads(source.read_text(encoding="utf-8"))))
    return found


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, entry in table.items():
        flat.update(_flat(entry, f"{prefix}{name}.") if isinstance(entry, dict) else {f"{prefix}{name}": str(entry)})
    return flat


def text(key: str, language: str = "zh", /, **details: object) -> str:
    """Return the sentence of a key, its details filled in; several words are listed as the language does.

    Raises
    ------
    KeyError
        When the catalogue has no such key: a mistake of ours, caught by the tests.
    """
    known = catalogue(language)
    filled = {
        name: known["error.comma"].join(map(str, told)) if isinstance(told, (tuple, list)) else told
        for name, told in details.items()
    }
    return _Lenient().vformat(known[key], (), filled)


def failure(kind: type[E], key: str, /, **details: object) -> E:
    """Make a typed error whose sentences stand in the catalogue's ``error`` section, in every language."""
    return kind(key, in_every_language(f"error.{key}", **details))


class _Sentences(Mapping[str, str]):
    """A sentence by language, formed when it is asked for: a catalogue nobody reads is not loaded."""

    def __init__(self, key: str, details: Mapping[str, object]) -> None:
        self._key, self._details = key, details

    def __getitem__(self, language: str) -> str:
        if language not in LANGUAGES:
            raise KeyError(language)
        return text(self._key, language, **{name: _chosen(told, language) for name, told in self._details.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


def in_every_language(key: str, /, **details: object) -> Mapping[str, str]:
    """Return language to the sentence of a key; a detail may itself be given by language."""
    return _Sentences(key, details)


def _chosen(detail: object, language: str) -> object:
    return detail[language] if isinstance(detail, Mapping) else detail


def issue_title(issue: Issue, language: str = "zh") -> str:
    """Return an issue's short title, e.g. ``超出范围``."""
    return text(f"issue.{issue.code}.title", language, value=issue.value, **issue.details)


def issue_sentence(issue: Issue, language: str = "zh") -> str:
    """Return what is wrong, in one sentence."""
    return text(f"issue.{issue.code}.text", language, value=issue.value, **_details(issue, language))


def issue_remedy(issue: Issue, language: str = "zh") -> str:
    """Return how to mend it, in one sentence; empty where nothing needs doing."""
    return text(f"issue.{issue.code}.remedy", language, value=issue.value, **_details(issue, language))


def _details(issue: Issue, language: str) -> dict[str, object]:
    """Return an issue's details with the field by the label a user sees, and what may stand in it."""
    details = {name: _chosen(told, language) for name, told in issue.details.items()}
    if "table" in details and "field" not in details:
        details["table"] = text(f"table.{details['table']}", language)
    if "table" in details and "field" in details:
        from needs_analytics.core.codebook import Codebook  # noqa: PLC0415 - the codebook itself speaks by messages

        codebook, table, field = Codebook.default(), str(details["table"]), str(details["field"])
        known = catalogue(language)
        keys = (f"allowed.{field}", f"allowed.{codebook.type_of(table, field)}", "allowed.other")
        details["allowed"] = next(known[key] for key in keys if key in known)
        details["field"] = codebook.label(table, field, language)
    if "classes" in details:
        details["classes"] = class_words(str(details["classes"]), language)
    if "group" in details:
        from needs_analytics.core.codebook import Codebook  # noqa: PLC0415 - as above

        group = str(details["group"])
        details["group"] = Codebook.default().group_names(language).get(group, group)
    if "evidence" in details:
        details["evidence"] = evidence_words(str(details["evidence"]), language)
    return details


def class_words(label: str, language: str = "zh") -> str:
    """Return how a class of residents is printed.

    Examples
    --------
    >>> class_words("女 60岁以上", "en")
    'women 60+ years'
    """
    if language == "zh":
        return label
    words = {key.removeprefix("class."): said for key, said in catalogue(language).items() if key.startswith("class.")}
    for word in sorted(words, key=len, reverse=True):
        label = label.replace(word, words[word])
    return label


def evidence_words(told: str, language: str = "zh") -> str:
    """Return what tells a person, codes joined by ``;``, in words.

    Examples
    --------
    >>> evidence_words("name_equal;phone_slip;birth_equal")
    '姓名相同，手机号差一位，出生日期相同'
    """
    return text("evidence.comma", language).join(text(f"evidence.{code}", language) for code in told.split(";") if code)
