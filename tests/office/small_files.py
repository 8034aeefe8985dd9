"""The smallest files that show how a workbook can be: right, damaged, encrypted, or no workbook at all."""

from __future__ import annotations

import io
import struct
import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook_xml(cells: str, **more: str) -> bytes:
    """Return an ``.xlsx`` with these ``<row>`` elements on its one sheet; further parts by name."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, **more}.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return buffer.getvalue()


def binary_workbook(*rows: list[str | float | None]) -> bytes:
    """Return an ``.xlsb`` of one sheet: shared texts, numbers, error ``#N/A`` and empty cells."""
    texts = [cell for row in rows for cell in row if isinstance(cell, str) and cell != "#N/A"]
    cells = bytearray()
    for number, row in enumerate(rows):
        cells += _record(0, struct.pack("<II", number, 0) + bytes(9))
        for column, cell in enumerate(row):
            place = struct.pack("<II", column, 0)
            if cell == "#N/A":
                cells += _record(3, place + b"\x2a")
            elif isinstance(cell, str):
                cells += _record(7, place + struct.pack("<I", texts.index(cell)))
            elif cell is not None:
                cells += _record(5, place + struct.pack("<d", cell))
    size = struct.pack("<4I", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(129) + _record(148, size) + _record(145) + bytes(cells) + _record(146) + _record(130)
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("表"))
    count = struct.pack("<II", len(texts), len(texts))
    strings = _record(159, count) + b"".join(_record(19, b"\0" + _wide(text)) for text in texts) + _record(160)
    link = '<Relationship Id="{}" Type="' + _RELS + '/{}" Target="{}"/>'
    rels = '<?xml version="1.0"?><Relationships xmlns="' + _PACKAGE + '/relationships">{}</Relationships>'
    parts = {
        "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": rels.format(link.format("rId1", "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": _record(131) + _record(143) + bundle + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": rels.format(
            link.format("rId1", "worksheet", "worksheets/sheet1.bin")
            + link.format("rId2", "sharedStrings", "sharedStrings.bin")
        ),
        "xl/worksheets/sheet1.bin": sheet,
        "xl/sharedStrings.bin": strings,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    return head + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def encrypted_workbook() -> bytes:
    """Return what Excel saves under a password: a compound file with a stream ``EncryptedPackage``."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *range(3, 10), end, *[free] * 118)
    entries = _entry("Root Entry", 5, child=1, start=end, size=0) + _entry("EncryptedPackage", 2, start=2, size=4096)
    directory = entries + _entry("", 0, start=0, size=0) * 2
    return header + table + directory + b"\x5a" * 4096


def _entry(name: str, kind: int, *, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    nobody = 0xFFFFFFFF
    return struct.pack("<64sHBBIII36xIQ", text, length, kind, 1, nobody, nobody, child, start, size)
