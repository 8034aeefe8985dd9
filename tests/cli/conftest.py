"""The command line as a user calls it: arguments in, exit code and both streams out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from needs_analytics.cli.entry import run

from .offices import put

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Said:
    """What a call ended with; nothing of the program's insides may show in it."""

    code: int
    out: str
    err: str


class Needs(Protocol):
    def __call__(self, *arguments: str | Path) -> Said: ...


@pytest.fixture
def needs(capsys: pytest.CaptureFixture[str]) -> Needs:
    """Return a function that calls the command line, here in this process."""

    def call(*arguments: str | Path) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        assert left.value.code != 101, streams.err
        assert "Traceback" not in streams.err
        return Said(int(left.value.code or 0), streams.out, streams.err)

    return call


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: Needs
) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Return a function that makes a workspace with a month's files, and goes into it."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        workspace = tmp_path / "幸福街道"
        needs("init", "幸福街道", "--path", workspace, "-q")
        put(workspace, files)
        monkeypatch.chdir(workspace)
        return workspace

    return make
