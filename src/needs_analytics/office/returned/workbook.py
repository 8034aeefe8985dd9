"""One workbook marked, proved by reading it again; what cannot be marked in place comes back as its values."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.identifiers import distinct_labels
from needs_analytics.core.messages import text
from needs_analytics.intake.masking import NOBODY, mask_labels
from needs_analytics.office.readers import Readers, ReadSheet
from needs_analytics.office.returned.marker import find_marker, told_in
from needs_analytics.office.returned.marks import Line, find_lines
from needs_analytics.office.returned.patching import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.options import ReadingOptions

_ZIP = b"PK\x03\x04"


def make_returned(
    files: Sequence[tuple[Path, Sequence[Issue]]], *, language: str, options: ReadingOptions
) -> dict[Path, bytes]:
    """Return the marked copy of every workbook, in the order given; one that cannot be read now has none."""
    with Readers(options) as readers:
        made = readers.map(partial(_one, readers, language), files)
        return {path: content for (path, _), content in zip(files, made, strict=True) if content is not None}


def _one(readers: Readers, language: str, file: tuple[Path, Sequence[Issue]]) -> bytes | None:
    path, issues = file
    try:
        content = path.read_bytes()
    except OSError:
        return None
    sheets = readers.read(content, path.name)
    if not isinstance(sheets, list):
        return None
    marker = find_marker(sheets, told_in(sheets))
    digest = hashlib.sha256(content).hexdigest()
    ancestors = marker.followed_by(digest) if marker else (digest,)
    lines = find_lines(issues, sheets, _named(sheets), language)
    job = Job([sheet.name for sheet in sheets], lines, marker, ancestors, language)
    return _marked(readers, path, content, job, sheets)


def _marked(readers: Readers, path: Path, content: bytes, job: Job, sheets: Sequence[ReadSheet]) -> bytes:
    """Mark the workbook in place where that can be done and proved, else write its values.

    What an office wrote is taken apart in the reading process only: whatever is odd about it, it costs that process
    and its time, and the office gets its values back.
    """
    if content.startswith(_ZIP):
        patched = readers.mark(content, job.to_plain())
        if isinstance(patched, bytes) and _same(job, sheets, readers.read(patched, "copy.xlsx")):
            return patched
    from needs_analytics.office.returned.plain import write_plain  # noqa: PLC0415 - for some files only

    kind = path.suffix.lstrip(".").lower()
    key = "lost_text" if kind in {"csv", "tsv", "txt"} else "lost"
    lost = Line(problem=text(f"returned.{key}", job.language, kind=f".{kind}"),
                remedy=text("returned.lost_how", job.language))  # fmt: skip
    return write_plain(replace(job, lines=[lost, *job.lines]), sheets)


def _same(job: Job, sheets: Sequence[ReadSheet], again: object) -> bool:
    """Whether a marked workbook reads as the one it was made from, our lists aside."""
    if not isinstance(again, list):
        return False
    own = job.marker.sheet if job.marker else ""
    before = [sheet for sheet in sheets if not own or sheet.name != own]
    marker = find_marker(again)
    after = [sheet for sheet in again if marker is None or sheet.name != marker.sheet]
    return (
        marker is not None
        and marker.ancestors == tuple(job.ancestors)
        and len(before) == len(after)
        and all(map(_alike, before, after))
    )


def _alike(one: ReadSheet, other: ReadSheet) -> bool:
    if (one.name, one.hidden, one.merged) != (other.name, other.hidden, other.merged):
        return False
    return len(one.columns) == len(other.columns) and all(
        mine.values == theirs.values and np.array_equal(mine.codes, theirs.codes)
        for mine, theirs in zip(one.columns, other.columns, strict=True)
    )


def _named(sheets: Iterable[ReadSheet]) -> Mapping[str, int]:
    """Return the positions of sheets by the names issues may know them by: their own, or with residents masked."""
    names = [sheet.name for sheet in sheets]
    places: dict[str, int] = {}
    for at, name in enumerate(names):
        places[name if names.count(name) == 1 else f"{name}({at + 1})"] = at
    for name, masked in distinct_labels(names, partial(mask_labels, names=NOBODY)).items():
        places.setdefault(masked, names.index(name))
    return places
