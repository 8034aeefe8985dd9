"""Writing a report's files: rendered in every format first, then written together."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.core.options import FORMATS
from needs_analytics.errors import UsageError
from needs_analytics.files import write_together
from needs_analytics.reports.words import render_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from needs_analytics.reports.document import Document
    from needs_analytics.reports.words import Words


def _render(kind: str, document: Document, words: Words, created: dt.date) -> bytes:
    """Render one format; its libraries are loaded only now, a workbook of findings needs no plots."""
    render: Callable[..., bytes] = getattr(import_module(f"needs_analytics.reports.{kind}"), f"render_{kind}")
    return render(document, words, created)


RENDERERS: dict[str, Callable[[Document, Words, dt.date], bytes]] = {
    kind: partial(_render, kind) for kind in ("xlsx", "html", "docx")
}
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def write_document(
    document: Document,
    folder: Path | str,
    *,
    created: dt.date,
    stem: str,
    formats: Sequence[str] = FORMATS,
    words: Words | None = None,
) -> list[Path]:
    """Write a document in several formats, see :func:`render_document`.

    Everything is rendered before the first file is touched, so that a fault leaves the folder as it was.

    Returns
    -------
    list of Path
        The files in the order of the formats. Where a file was locked (open in Excel or WPS) the new one stands beside
        it as ``…(2).xlsx``: a name other than ``stem`` says so.

    Raises
    ------
    UsageError
        When a format is unknown or the folder cannot be written to.
    """
    contents = render_document(document, created=created, stem=stem, formats=formats, words=words)
    target = Path(folder)
    with writable(target):
        return write_together({target / name: content for name, content in contents.items()})


def render_document(
    document: Document,
    *,
    created: dt.date,
    stem: str,
    formats: Sequence[str] = FORMATS,
    words: Words | None = None,
) -> dict[str, bytes]:
    """Return the files of a document, name to content.

    Parameters
    ----------
    created
        Date of issue that the files carry; the same document and date give the same bytes.
    stem
        File name without its ending; what no file name may hold becomes ``_``.
    words
        The renderers' fixed words; by default the catalogue's in the document's language.

    Raises
    ------
    UsageError
        When a format is unknown.
    """
    unknown = [name for name in formats if name not in RENDERERS]
    if unknown:
        raise failure(UsageError, "format_unknown", format=unknown[0])
    known_words = render_words(document.language) if words is None else words
    stem = _NOT_IN_NAMES.sub("_", stem)
    return {f"{stem}.{name}": RENDERERS[name](document, known_words, created) for name in dict.fromkeys(formats)}


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make a folder, and say so where it cannot be written to.

    Raises
    ------
    UsageError
        When the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise failure(UsageError, "unwritable", folder=str(folder)) from error
