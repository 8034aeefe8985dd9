"""Which of our templates a workbook was made from: two properties of the document."""

from __future__ import annotations

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
