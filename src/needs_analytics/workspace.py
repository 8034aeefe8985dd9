"""A workspace: the folder in which an office keeps its months."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.cache import Kept, state_of
from needs_analytics.core.codebook import KEYS, Codebook
from needs_analytics.core.config import Config, parse_config
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.mapping import Mapping
from needs_analytics.core.messages import failure, text
from needs_analytics.core.month import Month
from needs_analytics.core.recipes import Recipe, merged_recipes, parse_recipes, recipes_toml
from needs_analytics.core.settings import listed
from needs_analytics.errors import UsageError
from needs_analytics.files import write_once, write_whole
from needs_analytics.history.store import Store
from needs_analytics.office.read import WORKBOOK_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.core.records import Cleaned

CONFIG, MAPPING, KEY, CACHE = "needs.toml", "mapping.toml", ".needs-key", ".cache"
RECIPES = "recipes.toml"
FOLDERS = ("inbox", "templates", "check", "reports", "history", "codebook")
_OPEN = ("~$", ".~")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


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
            raise failure(UsageError, "not_a_workspace", path=str(path))

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
        raise failure(UsageError, "no_workspace", path=str(here))

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

    def recipes(self, month: Month) -> tuple[Recipe, ...]:
        """Return what the offices' sheets were taken for in the issued months before one."""
        known = parse_recipes(self._text(RECIPES), source=RECIPES) if (self.path / RECIPES).is_file() else ()
        return tuple(recipe for recipe in known if recipe.month < str(month))

    def recipes_with(self, cleaned: Cleaned) -> tuple[Path, bytes]:
        """Return the file of recipes and what it says with an issued month; ``mapping.toml`` stays as it is."""
        file = self.path / RECIPES
        known = parse_recipes(self._text(RECIPES), source=RECIPES) if file.is_file() else ()
        content = recipes_toml(
            merged_recipes(known, cleaned.recipes), heading=text("workspace.recipes", self.config.language)
        )
        return file, content.encode()

    @property
    def store(self) -> Store:
        """The store of months."""
        return Store(self.path / "history" / "months.sqlite3")

    @property
    def journal(self) -> Path:
        """The file that says which report is being written; there is none when nobody writes."""
        return self.path / "history" / "writing.json"

    def key(self) -> bytes:
        """Return the secret of the keyed hashes, made once and readable by its owner only."""
        file = self.path / KEY
        if file.exists() and not file.stat().st_size:  # left by a run of an earlier version that was killed
            file.unlink(missing_ok=True)
        if not file.exists():
            write_once(file, secrets.token_bytes(32))
        return file.read_bytes()

    @property
    def key_lost(self) -> bool:
        """Whether months were issued with a secret that is gone: their residents are not known again."""
        return not (self.path / KEY).exists() and len(self.store.months()) > 0

    def kept(self, month: Month) -> Kept:
        """Return where what is read of a month is kept, for the state its workbooks and the settings are in now."""
        folder = self.inbox(month)
        files = [(path.relative_to(folder).as_posix(), path) for path in self._files(month)]
        own = [(path.name, path) for path in sorted((self.path / "codebook").glob("*.csv"))]
        options = self.config.options
        told = self._text(MAPPING) if (self.path / MAPPING).is_file() else ""
        settings = [str(month), told, *map(repr, (options.reading, options.intake, options.cleaning))]
        settings.append(repr(self.recipes(month)))
        return Kept(self.path / CACHE / str(month), state_of([*files, *own], settings), self.key())

    def settings(self, month: Month) -> dict[str, str]:
        """Return the digests of what decides how a month is read beside ``needs.toml``, whose options are told apart.

        They are ``mapping.toml``, the workspace's own rows of the codebook and the recipes of the months before.
        """
        files = [self.path / MAPPING, *(self.path / "codebook" / f"{only}{part}.csv" for part in KEYS
                                        for only in ("", "only-"))]  # fmt: skip
        contents = {file.relative_to(self.path).as_posix(): file.read_bytes() for file in files if file.is_file()}
        recipes = self.recipes(month)
        contents |= {RECIPES: repr(recipes).encode()} if recipes else {}
        return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}

    def returned_record(self, month: Month | str) -> Path:
        """Return the file that keeps which returned workbooks were written: digests only."""
        return self.path / CACHE / f"{month}-returned.json"

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
        return [path for path in self._files(month) if _is_workbook(path)]

    def has_workbooks(self, month: Month | str) -> bool:
        """Return whether anything was sent for a month."""
        return self.inbox(month).is_dir() and bool(self.workbooks(month))

    def months_sent(self) -> list[str]:
        """Return the months for which anything was sent, in order."""
        named = [path.name for path in self.path.glob("inbox/*") if path.is_dir() and _MONTH.fullmatch(path.name)]
        return sorted(month for month in named if self.workbooks(month))

    def latest(self) -> Month | None:
        """Return the latest month that has workbooks, an issued one before all others; ``None`` before the first."""
        sent = set(self.months_sent())
        issued = sent.intersection(self.store.months()["month"])
        return Month.parse(max(issued or sent)) if sent else None

    def left_out(self, month: Month | str) -> list[Issue]:
        """Say which files of a month are not read because they are no workbooks."""
        others = [path for path in self._files(month) if not _is_workbook(path) and not _is_of_the_system(path)]
        return [Issue("W011", CellRef(path.relative_to(self.inbox(month)).as_posix())) for path in others]

    def open_elsewhere(self, month: Month | str) -> list[Path]:
        """Return the workbooks of a month that somebody has open: Excel and WPS then keep a lock file beside them."""
        locks = [path for path in self._files(month) if path.name.startswith(_OPEN)]
        return [path for path in self.workbooks(month)
                if any(path.parent == lock.parent and path.name.endswith(lock.name[2:]) for lock in locks)]  # fmt: skip

    def _files(self, month: Month | str) -> list[Path]:
        folder = self.inbox(month)
        if folder.is_dir():
            return sorted(path for path in _below(folder) if path.is_file())
        known = sorted(path.name for path in folder.parent.glob("*") if path.is_dir())
        key = "no_month_folder" if known else "no_months"
        raise failure(UsageError, key, month=str(month), known=listed(known), folder=str(folder))

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise failure(UsageError, "toml_encoding", file=name) from error


def _below(folder: Path) -> Iterator[Path]:
    """Yield what stands in a folder and below it; a folder that cannot be looked into is an error, not empty."""

    def refuse(error: OSError) -> None:
        raise error

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(place, name) for name in names)


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() in WORKBOOK_SUFFIXES and not _is_of_the_system(path)


def _is_of_the_system(path: Path) -> bool:
    return path.name.startswith((*_OPEN, ".")) or path.name.lower() in {"thumbs.db", "desktop.ini"}


def _write_new(file: Path, content: str) -> None:
    if not file.exists():
        write_whole(file, content.encode())
