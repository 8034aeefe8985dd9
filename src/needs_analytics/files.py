"""Writing files: each appears whole or not at all, and none waits for somebody who has it open."""

from __future__ import annotations

import os
import re
import uuid
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MOST_NAMES = 99
_DRAFT = re.compile(r"\.[0-9a-f]{32}(?:\.old)?\.tmp(?:-journal|-wal|-shm)?")
_STALE = 3600.0  # seconds


def write_whole(path: Path, content: bytes) -> Path:
    """Write one file as :func:`write_together` does, and return the name it has got."""
    return write_together({path: content})[0]


def write_together(contents: Mapping[Path, bytes]) -> list[Path]:
    """Write files that belong together: all are on the disk before the first of them takes its name.

    Whoever interrupts the writing leaves the old files, or in the moment of naming some old and some new ones, each of
    them whole. A file that is locked (open in Excel or WPS) stays; the new one takes the next free name ``…(2)``.

    Returns
    -------
    list of Path
        The names the files have got.
    """
    with ExitStack() as drafts:
        made = []
        for path, content in contents.items():
            draft = _draft_of(path)
            drafts.callback(draft.unlink, missing_ok=True)
            write_draft(draft, content)
            made.append((draft, path))
        for draft in {path.parent: draft for draft, path in made}.values():
            sweep(draft)
        return [_take_name(draft, path) for draft, path in made]


def write_once(path: Path, content: bytes) -> None:
    """Write a file only its owner may read, unless it is there already: of several who write it one wins."""
    draft = _draft_of(path)
    try:
        write_draft(draft, content, mode=0o600)
        with suppress(FileExistsError):
            _take_free_name(draft, path)
        keep_entry(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_draft(draft: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file that is not there yet, down to the disk."""
    with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sweep(draft: Path) -> None:
    """Take away the drafts beside one that were left by killed runs: nobody takes an hour over a file.

    The times compared are those of the disk, whatever this machine's clock says.
    """
    with suppress(OSError):
        now = draft.stat().st_mtime
        for path in draft.parent.iterdir():
            if _DRAFT.fullmatch(path.name) and now - path.stat().st_mtime > _STALE:
                path.unlink()


def free_names(path: Path) -> Iterator[Path]:
    """Return a file's name, then those it may take where that is locked: ``…(2)``, ``…(3)`` and so on."""
    yield path
    for number in range(2, _MOST_NAMES + 1):
        yield path.with_name(f"{path.stem}({number}){path.suffix}")


def keep_entry(folder: Path) -> None:
    """Make a new name itself last a power cut; Windows and some network drives know no such thing."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{uuid.uuid4().hex}.tmp")


def _take_free_name(draft: Path, path: Path) -> None:
    """Give a draft its name if nobody has it; where the disk knows no second names, by the way of renaming."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError, AttributeError):
        if not path.exists():
            draft.rename(path)


def _take_name(draft: Path, path: Path) -> Path:
    """Move the draft to its name, or to the first ``…(n)`` that is not locked."""
    for name in free_names(path):
        try:
            draft.replace(name)
        except PermissionError:
            if not name.exists():
                raise  # no file is locked: the folder itself cannot be written to
        else:
            keep_entry(path.parent)
            return name
    raise PermissionError(13, "all names are locked", str(path))
