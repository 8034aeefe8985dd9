"""An ``.xlsx`` or ``.xlsm``: which parts are its sheets, each of them proved, and packed anew for the reader."""

from __future__ import annotations

import posixpath
import re

from needs_analytics.office.gate.found import Refused
from needs_analytics.office.gate.worksheet import examine, patch
from needs_analytics.office.gate.xml import elements, feed, in_utf_8, parser
from needs_analytics.office.gate.zips import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.core.options import ReadingOptions
    from needs_analytics.office.gate.found import Found
    from needs_analytics.office.gate.worksheet import Worksheet
    from needs_analytics.office.gate.zips import Archive, Entry

    Packed = bytes | tuple[Entry, memoryview]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OVERRIDE = (
    '<Override PartName="/xl/{}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"/>'
)
_MARKER = re.compile(rb"needs-returned/1 [0-9a-f,]{64,30000}")
_HIDDEN = frozenset({"hidden", "veryHidden"})


class Link:
    """A relationship: what kind of part, and which."""

    __slots__ = ("kind", "outside", "target")

    def __init__(self, kind: str, target: str, *, outside: bool) -> None:
        self.kind, self.target, self.outside = kind, target, outside


def links(archive: Archive, part: str) -> dict[str, Link]:
    """Return the relationships of a part by their ids, targets as names in the archive."""
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels".lstrip("/")
    if rels not in archive:
        raise Refused("E007", part=rels)
    found = {}
    for _, told in elements(in_utf_8(archive.pieces(rels), rels)[0], rels, "Relationship"):
        outside = told.get("TargetMode") == "External"
        target = told.get("Target", "").replace("\\", "/")
        if not outside:
            joined = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            target = joined if joined in archive or target not in archive else target
        found[told.get("Id", "")] = Link(told.get("Type", "").rpartition("/")[2], target, outside=outside)
    return found


def main_part(archive: Archive) -> str:
    """Return the workbook's own part."""
    elements(in_utf_8(archive.pieces("[Content_Types].xml"), "[Content_Types].xml")[0], "[Content_Types].xml")
    for link in links(archive, "").values():
        if link.kind == "officeDocument" and not link.outside:
            return link.target
    raise Refused("E007", part="_rels/.rels")


def returned_marker(archive: Archive) -> str:
    """Return what our property of a workbook we returned says, ``""`` where there is none or it cannot be read."""
    try:
        part = next((link.target for link in links(archive, "").values() if link.kind == "custom-properties"), "")
        told = b"".join(in_utf_8(archive.pieces(part), part)[0]) if part in archive else b""
    except Refused:
        return ""
    found = _MARKER.search(told)
    return found[0].decode() if found else ""


def workbook(archive: Archive, limits: ReadingOptions, uncomputed: str) -> tuple[bytes, list[tuple[str, Found]]]:
    """Prove a workbook; return it packed anew, and per sheet its part and what was found."""
    main = main_part(archive)
    related = links(archive, main)
    described = elements(in_utf_8(archive.pieces(main), main)[0], main, "workbook", "workbookPr", "sheet", "sheets")
    if not described or described[0][0] != "workbook":
        raise Refused("E007", part=main)
    sheets = [
        examined for told in _sheets(described) if (examined := _sheet(archive, told, related, limits, uncomputed))
    ]
    if not sheets:
        raise Refused("E020")
    parts: dict[str, Packed] = {}
    for name, kind in (("sharedStrings", "sharedStrings"), ("styles", "styles")):
        packed = _shared(archive, main, related, name, kind)
        if packed is not None:
            parts[f"xl/{name}.xml"] = packed
        elif any(link.kind == kind for link in related.values()) and name == "styles":
            sheets[0].found.note("W019")
    _tell_of_outside(archive, sheets)
    for position, sheet in enumerate(sheets):
        parts[f"xl/worksheets/sheet{position}.xml"] = _packed(archive, sheet)
    since_1904 = any(kind == "workbookPr" and told.get("date1904") in {"1", "true"} for kind, told in described)
    return pack(_written(len(sheets), since_1904=since_1904) | parts), [(sheet.part, sheet.found) for sheet in sheets]


def _sheets(described: list[tuple[str, dict[str, str]]]) -> list[dict[str, str]]:
    return [told for kind, told in described if kind == "sheet" and "name" in told]


def _sheet(
    archive: Archive, told: dict[str, str], related: dict[str, Link], limits: ReadingOptions, uncomputed: str
) -> Worksheet | None:
    """Prove the worksheet of an entry of the workbook; ``None`` for a sheet that only holds a chart or macros."""
    link = related.get(next((value for name, value in told.items() if name.endswith(":id")), ""))
    if link is None:
        raise Refused("E007", part=told["name"][:40])
    if link.outside:
        raise Refused("E021", sheet=told["name"][:40])
    if link.kind != "worksheet":
        return None

    decoded: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        found, whole = in_utf_8(archive.pieces(link.target), link.target)
        decoded[:] = [] if whole is None else [whole]
        return found

    sheet = examine(told["name"], link.target, pieces, limits, uncomputed, hidden=told.get("state") in _HIDDEN)
    sheet.decoded = decoded[0] if decoded else None
    return sheet


def _shared(archive: Archive, main: str, related: dict[str, Link], name: str, kind: str) -> Packed | None:
    """Prove the part all sheets share and return it packed; ``None`` where there is none."""
    at_home = posixpath.join(posixpath.dirname(main), f"{name}.xml")
    part = next((link.target for link in related.values() if link.kind == kind and not link.outside), at_home)
    if part not in archive:
        return None
    made = parser(part, deep=False)
    pieces, whole = in_utf_8(archive.pieces(part), part)
    feed(made, pieces, part)
    return whole if whole is not None else archive.raw(part)


def _packed(archive: Archive, sheet: Worksheet) -> Packed:
    """Return a worksheet as it stood in the archive, or as the reader can take it."""
    if sheet.patched:
        return patch(sheet.decoded if sheet.decoded is not None else archive.part(sheet.part))
    return archive.raw(sheet.part) if sheet.decoded is None else sheet.decoded


def _tell_of_outside(archive: Archive, sheets: list[Worksheet]) -> None:
    names = archive.entries
    told = {
        "I022": any(name.endswith("vbaproject.bin") for name in names),
        "I026": any("/externallinks/" in name for name in names) or any(sheet.outside for sheet in sheets),
        "I027": any(".." in name.split("/") for name in names),
    }
    sheets[0].found.notes += [(code, "", None, None, {}) for code, there in told.items() if there]


def _written(count: int, *, since_1904: bool) -> dict[str, Packed]:
    """Return the parts that say which sheets there are; their names are numbers, so that each is one of its own."""
    sheets = "".join(
        f'<sheet name="{position}" sheetId="{position + 1}" r:id="r{position}"/>' for position in range(count)
    )
    epoch = '<workbookPr date1904="1"/>' if since_1904 else ""
    rels = "".join(
        f'<Relationship Id="r{position}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{position}.xml"/>'
        for position in range(count)
    )
    shared = "".join(
        f'<Relationship Id="{name}" Type="{_RELATED}/{name}" Target="{name}.xml"/>'
        for name in ("sharedStrings", "styles")
    )
    kinds = _OVERRIDE.format("workbook.xml", "sheet.main") + "".join(
        _OVERRIDE.format(f"worksheets/sheet{position}.xml", "worksheet") for position in range(count)
    )
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}">{epoch}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{rels}{shared}</Relationships>',
    }
    return {name: (_HEAD + text).encode() for name, text in texts.items()}
