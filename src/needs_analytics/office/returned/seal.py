"""The seal of a workbook we return: who saves the workbook breaks it, so that ours are known from what was worked on.

It is a sum over the checksums of all parts and stands among the workbook's own properties. It keeps no secret and
proves nothing against who would forge it; it tells whether there may be work in a file.
"""

from __future__ import annotations

import hashlib
import re

from needs_analytics.office.gate.found import Refused
from needs_analytics.office.gate.zips import Archive, deflated, pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from needs_analytics.core.options import ReadingOptions
    from needs_analytics.office.gate.zips import Deflated, Entry

PROPERTY = "needs-sealed"
OPEN = "0" * 64
"""What stands in the property until all else is written."""
_SEAL = re.compile(rb"needs-sealed\"[^>]*>\s*<(?:\w+:)?lpwstr[^>]*>([0-9a-f]{64})<")
_PART = re.compile(r"docprops/custom\d*\.xml")


def is_sealed(archive: Archive) -> bool:
    """Whether a workbook is as we wrote it."""
    try:
        return any((found := _SEAL.search(archive.part(part))) and found[1].decode() == _seal(archive, part)
                   for part in filter(_PART.fullmatch, archive.entries))  # fmt: skip
    except Refused:
        return False


def sealed(content: bytes, limits: ReadingOptions) -> bytes:
    """Return a workbook whose open seal is closed."""
    archive = Archive(content, limits)
    parts: dict[str, tuple[Entry | Deflated, memoryview]] = {}
    for name, entry in archive.entries.items():
        parts[entry.raw_name.decode()] = archive.raw(name)
        told = archive.part(name) if _PART.fullmatch(name) else b""
        if (found := _SEAL.search(told)) and found[1].decode() == OPEN:
            closed = told[: found.start(1)] + _seal(archive, name).encode() + told[found.end(1) :]
            parts[entry.raw_name.decode()] = deflated([closed])
    return pack(parts)


def _seal(archive: Archive, but: str) -> str:
    told = sorted((name, entry.crc, entry.size) for name, entry in archive.entries.items() if name != but)
    return hashlib.sha256(repr(told).encode()).hexdigest()
