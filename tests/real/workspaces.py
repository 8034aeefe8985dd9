"""A workspace around workbooks that stay where they are."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Edits = dict[str, "Callable[[str], str]"]


def build_workspace(
    folder: Path, told: Path, months: Mapping[str, Sequence[Path]], edits: Edits | None = None
) -> Workspace:
    """Make a workspace with what an analyst told about some workbooks.

    Parameters
    ----------
    told
        Folder with ``mapping.toml``, ``only-needs.csv`` and, where it has one, ``needs.toml``.
    months
        Month to its workbooks: the shared ones are linked, files of ``told`` copied.
    edits
        File of ``told`` to what is changed in its text.
    """
    edits = edits or {}
    (folder / "codebook").mkdir(parents=True)
    for name, place in (("needs.toml", "."), ("mapping.toml", "."), ("only-needs.csv", "codebook")):
        if (told / name).is_file():
            _put(told / name, folder / place, edits)
    for month, files in months.items():
        inbox = folder / "inbox" / month
        inbox.mkdir(parents=True)
        for file in files:
            if file.is_relative_to(told):
                _put(file, inbox, edits)
            else:
                _link(file, inbox / file.name)
    return Workspace.create(folder, folder.name)


def _put(file: Path, folder: Path, edits: Edits) -> None:
    text = file.read_text(encoding="utf-8")
    (folder / file.name).write_text(edits.get(file.name, str)(text), encoding="utf-8")


def _link(file: Path, place: Path) -> None:
    try:
        place.symlink_to(file)
    except OSError:  # Windows without the right to make links
        shutil.copyfile(file, place)
