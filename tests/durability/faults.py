"""Calls that fail: the n-th that touches the disk does not do what it should, all others do."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .watching import nothing, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAULTS = ("ENOSPC", "EIO", "EACCES", "MemoryError", "KeyboardInterrupt")
_STORE = {
    "ENOSPC": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "EIO": (sqlite3.SQLITE_IOERR, "disk I/O error"),
    "EACCES": (sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
}


def fault(kind: str, about: str) -> BaseException:
    """Return what a call raises that fails so; the store says it in its own way."""
    if kind == "MemoryError":
        return MemoryError()
    if kind == "KeyboardInterrupt":
        return KeyboardInterrupt()
    if about.startswith("sql"):
        code, sentence = _STORE[kind]
        error = sqlite3.OperationalError(sentence)
        error.sqlite_errorcode = code
        return error
    number = getattr(errno, kind)
    return OSError(number, os.strerror(number), about.partition(" ")[2])


class Failing:
    """A watch over the calls; ``failed`` is what the one that failed was about."""

    def __init__(self, number: int, kind: str) -> None:
        self.calls, self.failed = 0, ""
        self._number, self._kind = number, kind

    def __call__(self, about: str) -> None:
        self.calls += 1
        if self.calls == self._number:
            self.failed = about
            raise fault(self._kind, about)


@contextmanager
def failing(number: int, kind: str, *, late: bool = False) -> Iterator[Failing]:
    """Let the n-th call fail; ``late`` lets it do its work before it fails."""
    failing = Failing(number, kind)
    before: tuple[Callable[[str], None], Callable[[str], None]] = (failing, nothing)
    with watched(*(reversed(before) if late else before)):
        yield failing
