"""Which of our templates a workbook was made from: two properties of the document."""

from __future__ import annotations

import struct

from needs_analytics.office.gate.compound import Compound
from needs_analytics.office.gate.found import Refused
from needs_analytics.office.gate.xml import feed, in_utf_8, measured, parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from needs_analytics.office.gate.zips import Archive

PROPERTIES = ("template", "template_version")
"""The table a template is for, and its version."""

_PARTS = ("docProps/custom.xml", "meta.xml")
_NAMED = frozenset({"property", "user-defined"})
_LONGEST = 40
_SUMMARY = "\x05DocumentSummaryInformation"
_OWN = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")  # of the section that holds the document's own properties
_UTF_16, _WIDE_TEXT, _MOST = 1200, 31, 1000


def origin(archive: Archive) -> tuple[str, str]:
    """Return the table and the version of the template a workbook was made from, blank where it was from none.

    Properties that cannot be read are no reason to refuse the workbook.
    """
    found = dict.fromkeys(PROPERTIES, "")
    for part in _PARTS:
        if part in archive:
            try:
                found |= _properties(archive, part)
            except Refused:
                continue
    table, version = (found[name] for name in PROPERTIES)
    return table, version


def _properties(archive: Archive, part: str) -> dict[str, str]:
    found: dict[str, str] = {}
    current = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current
        if name.rpartition(":")[2] in _NAMED:
            told = attributes.get("name") or attributes.get("meta:name") or ""
            current = told if told in PROPERTIES else ""

    def text(told: str) -> None:
        if current:
            found[current] = (found.get(current, "") + told).strip()[:_LONGEST]

    made = parser(part)
    made.StartElementHandler, made.EndElementHandler = measured(part, start)
    made.CharacterDataHandler = text
    feed(made, in_utf_8(archive.pieces(part), part)[0], part)
    return found


def legacy_origin(content: bytes) -> tuple[str, str]:
    """Return the same of an ``.xls``."""
    try:
        data = Compound(content).stream(_SUMMARY) or b""
        found = _property_set(data)
    except (Refused, struct.error, LookupError, ValueError):
        return "", ""
    table, version = (found.get(name, "") for name in PROPERTIES)
    return table, version


def _property_set(data: bytes) -> dict[str, str]:
    """Return the document's own properties: a section with a dictionary of names and the places of their values."""
    mark = data.find(_OWN, 28)
    if mark < 0:
        return {}
    start = struct.unpack_from("<I", data, mark + len(_OWN))[0]
    _, count = struct.unpack_from("<II", data, start)
    places = dict(struct.unpack_from("<II", data, start + 8 + 8 * number) for number in range(min(count, _MOST)))
    wide = struct.unpack_from("<IH", data, start + places[1])[1] == _UTF_16
    at = start + places[0] + 4
    found: dict[str, str] = {}
    for _ in range(min(struct.unpack_from("<I", data, at - 4)[0], _MOST)):
        number, length = struct.unpack_from("<II", data, at)
        name = _decoded(data, at + 8, length, wide=wide)
        at += 8 + (-(-2 * length // 4) * 4 if wide else length)
        if name in PROPERTIES:
            kind, length = struct.unpack_from("<II", data, start + places[number])
            found[name] = _decoded(data, start + places[number] + 8, length, wide=wide or kind == _WIDE_TEXT)[:_LONGEST]
    return found


def _decoded(data: bytes, at: int, length: int, *, wide: bool) -> str:
    """Return a text of so many characters; ours are ASCII, in whatever code page."""
    told = data[at : at + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
    return told.split("\0")[0]
