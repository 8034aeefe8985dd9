"""Files that are replaced together and can be put back until what belongs to them is safe elsewhere.

A journal says what is about to happen before anything does. Whoever is killed in between leaves the journal; the next
one reads it and either finishes or undoes, as often as it takes. So the files and the store of a month tell the same
month at any time somebody may look after a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from needs_analytics.files import free_names, keep_entry, sweep, write_draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Settled = Callable[[Mapping[str, str]], bool]
    Kept = Callable[[Path, str, str], str]


ELSEWHERE = "…"
"""Stands for a folder outside the root, which is told to nobody."""


class DamagedJournalError(Exception):
    """A journal that nobody can read."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One file of an exchange.

    Attributes
    ----------
    path
        The name it takes, relative to the root where it stands below it.
    draft, backup
        Names in the same folder under which the new content and the old file stand meanwhile.
    digest
        SHA-256 of the new content.
    existed
        Whether there is an old file.
    kept
        Name in the same folder under which the old file stays for good, ``""`` where it goes.
    """

    path: str
    draft: str
    backup: str
    digest: str
    existed: bool
    kept: str = ""


class Exchange:
    """An exchange under way.

    Parameters
    ----------
    journal
        File that says what is under way; there is none between exchanges.
    root
        Folder that may be moved with all that is in it: what stands below it is told relative to it.
    """

    def __init__(self, journal: Path, root: Path) -> None:
        self._journal = journal
        self._root = root.resolve()
        self._steps: list[_Step] = []
        self._keep: Kept = _nothing_is_kept

    def replace(self, contents: Mapping[Path, bytes], keep: Kept | None = None) -> list[Path]:
        """Put files in place of those of their names and return the names they have got.

        A file that is locked (open in Excel or WPS) stays; the new one takes the next free name ``…(2)``.

        Parameters
        ----------
        keep
            Path, told name and digest of an old file that differs from the new one: the name under which it stays
            beside, or the next free one after that; ``""`` where it goes.
        """
        self._keep = keep or self._keep
        self._steps = [self._planned(path, content) for path, content in contents.items()]
        self._write()
        for step, content in zip(self._steps, contents.values(), strict=True):
            draft = self._path(step).with_name(step.draft)
            write_draft(draft, content)
            sweep(draft)
        for number in range(len(self._steps)):
            self._place(number)
        return [self._path(step) for step in self._steps]

    @property
    def _journal_draft(self) -> Path:
        return self._journal.with_suffix(".tmp")

    @property
    def digests(self) -> dict[str, str]:
        """The new files' names as they are told, with the digests of their contents.

        A file outside the root is told by its name alone: where an office's folders lie is nobody's business.
        """
        return {_name_of(step.path): step.digest for step in self._steps}

    @property
    def kept(self) -> dict[Path, Path]:
        """The new files whose old ones stay beside, and where these stand once all is finished."""
        return {path: path.with_name(step.kept) for step in self._steps if step.kept for path in (self._path(step),)}

    def finish(self) -> None:
        """Let the new files stand and forget the old ones, but for those that are kept."""
        for step in self._steps:
            backup = self._path(step).with_name(step.backup)
            if step.kept and backup.exists():
                backup.replace(_free_name(backup.with_name(step.kept)))
                keep_entry(backup.parent)
            self._forget(step)
        self._end()

    def undo(self) -> None:
        """Put the old files back; what is done already is not done again."""
        for step in self._steps:
            path = self._path(step)
            backup = path.with_name(step.backup)
            if backup.exists():
                backup.replace(path)
            elif not step.existed and _digest(path) == step.digest:
                path.unlink()
            self._forget(step)
            keep_entry(path.parent)
        self._end()

    def recover(self, settled: Settled) -> bool:
        """Finish or undo what the journal says was under way, and return whether there was anything.

        Parameters
        ----------
        settled
            Told path and digest of the new files: whether what belongs to them is safe.

        Raises
        ------
        DamagedJournalError
            When the journal cannot be read.
        """
        try:
            self._steps = [_Step(**step) for step in json.loads(self._journal.read_bytes())]
        except FileNotFoundError:
            self._journal_draft.unlink(missing_ok=True)
            return False
        except (ValueError, TypeError) as error:
            raise DamagedJournalError(self._journal.name) from error
        if settled(self.digests):
            self.finish()
        else:
            self.undo()
        return True

    def set_aside(self) -> bool:
        """Forget a journal that cannot be read, and return whether it was one."""
        try:
            [_Step(**step) for step in json.loads(self._journal.read_bytes())]
        except (ValueError, TypeError):
            self._end()
            return True
        except FileNotFoundError:
            pass
        return False

    def _planned(self, path: Path, content: bytes) -> _Step:
        mark, digest = uuid.uuid4().hex, hashlib.sha256(content).hexdigest()
        return self._over(path, _Step("", f".{mark}.tmp", f".{mark}.old", digest, existed=False))

    def _over(self, path: Path, step: _Step) -> _Step:
        """Return a step that puts its draft under a name, over what stands there."""
        told, found = self._told(path), _digest(path)
        kept = self._keep(path, _name_of(told), found) if found not in {"", step.digest} else ""
        kept = kept and _free_name(path.with_name(kept)).name
        return replace(step, path=told, existed=path.exists(), kept=kept)

    def _told(self, path: Path) -> str:
        whole = path.parent.resolve() / path.name
        return whole.relative_to(self._root).as_posix() if whole.is_relative_to(self._root) else str(whole)

    def _path(self, step: _Step) -> Path:
        return self._root / step.path

    def _place(self, number: int) -> None:
        """Move a draft to its name, or to the first ``…(n)`` that is not locked."""
        step = self._steps[number]
        wished = self._path(step)
        for path in free_names(wished):
            if path != wished:
                backup = f".{uuid.uuid4().hex}.old"  # that of a locked file may be locked with it
                step = self._over(path, replace(step, backup=backup))
                self._steps[number] = step
                self._write()
            try:
                if step.existed:
                    _back_up(path, path.with_name(step.backup))
                path.with_name(step.draft).replace(path)
            except PermissionError:
                if not path.exists():
                    raise  # no file is locked: the folder itself cannot be written to
                with suppress(PermissionError):
                    path.with_name(step.backup).unlink(missing_ok=True)
            else:
                keep_entry(path.parent)
                return
        raise PermissionError(13, "all names are locked", step.path)

    def _forget(self, step: _Step) -> None:
        for name in (step.draft, step.backup, _copy_of(step.backup)):
            self._path(step).with_name(name).unlink(missing_ok=True)

    def _write(self) -> None:
        """Write the journal whole; its draft has a fixed name, so that none is left for good."""
        self._journal_draft.unlink(missing_ok=True)
        write_draft(
            self._journal_draft, json.dumps([asdict(step) for step in self._steps], ensure_ascii=False).encode()
        )
        self._journal_draft.replace(self._journal)
        keep_entry(self._journal.parent)

    def _end(self) -> None:
        self._journal.unlink(missing_ok=True)
        self._journal_draft.unlink(missing_ok=True)
        keep_entry(self._journal.parent)


@contextmanager
def exchanging(journal: Path, root: Path, settled: Settled, hold: Callable[[], None]) -> Iterator[Exchange]:
    """Exchange files: finished when this is left, undone where it is left by an error before all is safe.

    Whatever the disk refuses at that point is left to the next run, which finds the journal.

    Parameters
    ----------
    journal, root
        See :class:`Exchange`.
    settled
        See :meth:`Exchange.recover`.
    hold
        Lets go of what is not safe and keeps all others out again, so that the journal is a dead run's or our own:
        another run may have come and gone since all was safe.
    """
    exchange = Exchange(journal, root)
    exchange.recover(settled)
    try:
        yield exchange
    finally:
        with suppress(Exception):
            hold()
            Exchange(journal, root).recover(settled)


def _back_up(path: Path, backup: Path) -> None:
    """Give the old file a second name; where the disk knows no such thing, copy it."""
    try:
        os.link(path, backup)
    except (OSError, NotImplementedError, AttributeError):
        draft = backup.with_name(_copy_of(backup.name))
        shutil.copyfile(path, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(backup)


def _nothing_is_kept(_path: Path, _name: str, _digest: str) -> str:
    return ""


def _name_of(told: str) -> str:
    path = PurePath(told)
    return f"{ELSEWHERE}/{path.name}" if path.is_absolute() else path.as_posix()


def _free_name(path: Path) -> Path:
    """Return the first name of a file that nobody has."""
    for name in free_names(path):
        if not name.exists():
            return name
    raise FileExistsError(17, "all names are taken", str(path))


def _copy_of(backup: str) -> str:
    return f"{backup}.tmp"


def _digest(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""
