"""Writing a report's files: rendered in every format first, then written together."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError
from needs_analytics.files import write_together
from needs_analytics.reports.words import render_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

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
        File name without its ending; what no file name may hold becomes ``_``.
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
        When a format is unknown or the folder cannot be written to.
    """
    unknown = [name for name in formats if name not in RENDERERS]
    if unknown:
        raise failure(UsageError, "format_unknown", format=unknown[0])
    known_words = render_words(document.language) if words is None else words
    contents = {name: RENDERERS[name](document, known_words, created) for name in dict.fromkeys(formats)}
    target = Path(folder)
    stem = _NOT_IN_NAMES.sub("_", stem)
    try:
        target.mkdir(parents=True, exist_ok=True)
        return write_together({target / f"{stem}.{name}": content for name, content in contents.items()})
    except OSError as error:
        raise failure(UsageError, "unwritable", folder=str(target)) from error
