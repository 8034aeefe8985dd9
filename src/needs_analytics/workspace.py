"""A workspace: the folder in which an office keeps its months."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.codebook import KEYS, Codebook
from needs_analytics.core.config import Config, parse_config
from needs_analytics.core.mapping import Mapping
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError
from needs_analytics.history.store import Store
from needs_analytics.office.read import WORKBOOK_SUFFIXES

if TYPE_CHECKING:
    from needs_analytics.core.month import Month

CONFIG, MAPPING, KEY = "needs.toml", "mapping.toml", ".needs-key"
FOLDERS = ("inbox", "templates", "check", "reports", "history", "codebook")
_LOCK_FILES = ("~$", ".~", ".")


@dataclass(frozen=True)
class Workspace:
    """An office's folder: ``needs.toml, mapping.toml, inbox/, reports/, history/`` and the secret key.

    Parameters
    ----------
    path
        The folder; it must hold a ``needs.toml`` (``needs init`` makes one).
    """

    path: Path

    def __init__(self, path: str | Path) -> None:
        object.__setattr__(self, "path", Path(path))
        if not (self.path / CONFIG).is_file():
            raise failure(UsageError, "no_workspace", path=str(path))

    @classmethod
    def create(cls, path: str | Path, name: str, *, language: str = "zh") -> Workspace:
        """Make a workspace; what is already there stays as it is."""
        folder = Path(path)
        for part in FOLDERS:
            (folder / part).mkdir(parents=True, exist_ok=True)
        _write_new(folder / CONFIG, text("workspace.config", language, name=name, language=language))
        _write_new(folder / MAPPING, text("workspace.mapping", language))
        workspace = cls(folder)
        workspace.key()
        return workspace

    @classmethod
    def find(cls, start: str | Path = ".") -> Workspace:
        """Return the workspace of a folder or of the nearest folder above it."""
        here = Path(start).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIG).is_file():
                return cls(folder)
        raise failure(UsageError, "no_workspace", path=str(start))

    @cached_property
    def config(self) -> Config:
        """What ``needs.toml`` says, the environment before it."""
        config = parse_config(self._text(CONFIG), environment=os.environ)
        return config if config.name else Config(self.path.resolve().name, config.language, config.options)

    @cached_property
    def mapping(self) -> Mapping:
        """What ``mapping.toml`` says of the offices' sheets."""
        found = (self.path / MAPPING).is_file()
        return Mapping.parse(self._text(MAPPING), codebook=self.codebook) if found else Mapping()

    @cached_property
    def codebook(self) -> Codebook:
        """The packaged codebook with the workspace's own rows (``codebook/needs.csv`` …) over it.

        A file named ``only-needs.csv`` replaces the packaged part instead of extending it.
        """
        codebook = Codebook.default()
        for part in KEYS:
            for name, extend in ((f"{part}.csv", True), (f"only-{part}.csv", False)):
                file = self.path / "codebook" / name
                if file.is_file():
                    rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
                    codebook = codebook.overridden({part: rows}, extend=extend)
        return codebook

    @property
    def store(self) -> Store:
        """The store of months."""
        return Store(self.path / "history" / "months.sqlite3")

    def key(self) -> bytes:
        """Return the secret of the keyed hashes, made once and readable by its owner only."""
        file = self.path / KEY
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(32))
        return file.read_bytes()

    def inbox(self, month: Month | str) -> Path:
        """Return a month's folder of incoming workbooks."""
        return self.path / "inbox" / str(month)

    def workbooks(self, month: Month | str) -> list[Path]:
        """Return a month's workbooks, in the order of their names; lock files and other files are left out.

        Raises
        ------
        UsageError
            When the month's folder is not there.
        """
        folder = self.inbox(month)
        if not folder.is_dir():
            known = sorted(path.name for path in (self.path / "inbox").glob("*") if path.is_dir())
            raise failure(
                UsageError, "no_month_folder", month=str(month), known="、".join(known) or "—", folder=f"inbox/{month}"
            )
        found = [path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in WORKBOOK_SUFFIXES]
        return sorted(path for path in found if not path.name.startswith(_LOCK_FILES))

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise failure(UsageError, "toml_encoding", file=name) from error


def _write_new(file: Path, content: str) -> None:
    if not file.exists():
        file.write_text(content, encoding="utf-8")
