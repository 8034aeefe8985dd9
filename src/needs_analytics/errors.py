"""The request is wrong: the errors a command may end with, each with its exit code.

Wrong *data* is never an exception; it is a :class:`needs_analytics.core.issue.Issue`. The sentences come from the
message catalogue (:func:`needs_analytics.core.messages.failure`), already in both languages, so that this floor knows
nothing above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class NeedsError(Exception):
    """A request that cannot be carried out.

    Parameters
    ----------
    code
        Key of the sentence in the message catalogue.
    sentences
        Language (``"zh"``, ``"en"``) to the sentence with its remedy.
    """

    exit_code = 2

    def __init__(self, code: str, sentences: Mapping[str, str]) -> None:
        super().__init__(code)
        self.code = code
        self.sentences = dict(sentences)

    def __reduce__(self) -> tuple[type[NeedsError], tuple[str, dict[str, str]]]:
        return type(self), (self.code, self.sentences)

    def __str__(self) -> str:
        return self.in_language("zh")

    def in_language(self, language: str) -> str:
        """Return the sentence in a language, Chinese where there is no other."""
        return self.sentences.get(language, self.sentences.get("zh", self.code))


class UsageError(NeedsError):
    """A wrong argument, month, option or configuration file."""


class FileRefusedError(NeedsError):
    """A single named file that cannot be read."""


class BlockingDataError(NeedsError):
    """The month's data leaves nothing to report on."""

    exit_code = 1
