"""Every call of this process that touches the disk, watched: files, folders, the store's statements."""

from __future__ import annotations

import builtins
import io
import os
import sqlite3
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Told = Callable[[str], None]

CALLS = ("open", "write", "fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir", "scandir", "listdir")


def nothing(_: str) -> None:
    """Let a call pass."""


@contextmanager
def watched(before: Told = nothing, after: Told = nothing) -> Iterator[None]:
    """Call ``before`` with a call's name and what it is about, then the call, then ``after``."""

    def around(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            about = f"{name} {given[0] if given else ''}"
            before(about)
            done = real(*given, **named)
            if not name.endswith(("open", "scandir")):  # what was opened would stay open
                after(about)
            return done

        return call

    def opened(real: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return _File(around("open", real)(*given, **named), before, after)

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            return around("sql", super().execute)(sql, *given)

        def executemany(self, sql: str, *given: Any) -> sqlite3.Cursor:
            return around("sql", super().executemany)(sql, *given)

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, around(f"os.{name}", getattr(os, name)))
        for module in (io, builtins):
            patch.setattr(module, "open", partial(opened, io.open if module is io else builtins.open))
        patch.setattr(sqlite3, "connect", around("sqlite3.open", partial(sqlite3.connect, factory=Connection)))
        yield


class _File:
    """An open file whose reading, writing and flushing are watched."""

    def __init__(self, file: Any, before: Told, after: Told) -> None:
        self._file, self._before, self._after = file, before, after

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._file, name)
        if name not in {"read", "readinto", "write", "flush"}:
            return real

        def call(*given: Any) -> Any:
            self._before(f"file.{name} {self._file.name}")
            done = real(*given)
            self._after(f"file.{name} {self._file.name}")
            return done

        return call
