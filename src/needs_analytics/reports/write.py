"""Writing a report's files: each appears whole or not at all, and none waits for somebody who has it open."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError
from needs_analytics.reports.docx import render_docx
from needs_analytics.reports.html import render_html
from needs_analytics.reports.words import render_words
from needs_analytics.reports.xlsx import render_xlsx

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words

RENDERERS = {"xlsx": render_xlsx, "html": render_html, "docx": render_docx}
_MOST_NAMES = 99


def write_document(
    document: Document,
    folder: Path | str,
    *,
    created: dt.date,
    stem: str,
    formats: Sequence[str] = ("xlsx", "html", "docx"),
    words: Words | None = None,
) -> list[Path]:
    """Write a document in several formats.

    Everything is rendered before the first file is touched, so that a fault leaves the folder as it was.

    Parameters
    ----------
    created
        Date of issue that the files carry; the same document and date give the same bytes.
    stem
        File name without its ending.
    words
        The renderers' fixed words; by default the catalogue's in the document's language.

    Returns
    -------
    list of Path
        The files in the order of the formats. Where a file was locked (open in Excel or WPS) the new one stands beside
        it as ``…(2).xlsx``: a name other than ``stem`` says so.

    Raises
    ------
    UsageError
        When a format is unknown.
    """
    unknown = [name for name in formats if name not in RENDERERS]
    if unknown:
        raise failure(UsageError, "format_unknown", format=unknown[0])
    known_words = render_words(document.language) if words is None else words
    contents = {name: RENDERERS[name](document, known_words, created) for name in dict.fromkeys(formats)}
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [write_whole(target / f"{stem}.{name}", content) for name, content in contents.items()]


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that it appears whole, under the next free name ``…(2)`` where the file itself is locked.

    Returns
    -------
    Path
        The name the file has got.
    """
    draft = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return _take_name(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _take_name(draft: Path, path: Path) -> Path:
    """Move the draft to its name, or to the first ``…(n)`` that is not locked."""
    others = (path.with_name(f"{path.stem}({number}){path.suffix}") for number in range(2, _MOST_NAMES + 1))
    for name in (path, *others):
        try:
            draft.replace(name)
        except PermissionError:
            if not name.exists():
                raise  # no file is locked: the folder itself cannot be written to
        else:
            _keep_entry(path.parent)
            return name
    raise PermissionError(f"{path} and all its other names are locked")


def _keep_entry(folder: Path) -> None:
    """Make the new name itself last a power cut; Windows and some network drives know no such thing."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
