"""Writing files: each appears whole or not at all, and none waits for somebody who has it open."""

from __future__ import annotations

import os
import uuid
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MOST_NAMES = 99


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
            draft = path.with_name(f".{uuid.uuid4().hex}.tmp")
            drafts.callback(draft.unlink, missing_ok=True)
            write_draft(draft, content)
            made.append((draft, path))
        return [_take_name(draft, path) for draft, path in made]


def write_draft(draft: Path, content: bytes) -> None:
    """Write a file that is not there yet, down to the disk."""
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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
