"""However a workbook is changed, it ends in sheets or in a refusal; a flipped bit in a zip never changes a value."""

from __future__ import annotations

import io
import random
import zipfile
from itertools import islice
from pathlib import Path

import pytest

from needs_analytics.core.options import ReadingOptions
from needs_analytics.office.gate.found import Refused
from needs_analytics.office.judged import read_file
from needs_analytics.office.readers import Readers

from .fuzz import SMALL, escape, mutants
from .small_files import binary_workbook, workbook_xml

BOOKS = Path(__file__).with_name("books")
LIMITS = ReadingOptions()


def seeds() -> dict[str, bytes]:
    """Return the workbooks that are changed: one of each format."""
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="str"><v>年龄</v></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>张三</t></is></c><c r="B2"><v>66</v></c>'
        '<c r="C2" t="e"><v>#N/A</v></c></row>'
        '<row r="4" hidden="1"><c r="A4" t="b"><v>1</v></c><c r="B4"><f>1+1</f></c></row>'
    )
    made = {"made.xlsx": workbook_xml(rows), "text.csv": "姓名,年龄\n张三,66\n李四,71\n".encode("gb18030")}
    made["made.xlsb"] = binary_workbook(["姓名", "需要"], [66.0, None], ["张三", "#N/A"])
    return made | {path.name: path.read_bytes() for path in sorted(BOOKS.iterdir())}


def test_whatever_is_changed_ends_in_sheets_or_in_a_refusal() -> None:
    with Readers(SMALL) as readers:
        wrong = [escape(readers, name, content) for name, content in islice(mutants(seeds(), seed=20), 400)]
    assert [escaped for escaped in wrong if escaped] == []


def values(content: bytes, name: str) -> list[list[list[object]]] | None:
    """Return the cells by sheet and column, ``None`` for a refusal."""
    try:
        sheets = read_file(content, name, LIMITS, "?")
    except Refused:
        return None
    return [[[cells[code] for code in codes] for cells, codes in sheet.columns] for sheet in sheets]


@pytest.mark.parametrize("name", [name for name, content in seeds().items() if content.startswith(b"PK")])
def test_a_flipped_bit_in_a_zip_is_refused_or_changes_nothing(name: str) -> None:
    content, rng = seeds()[name], random.Random(3)
    whole = values(content, name)
    assert whole
    for _ in range(500):
        flipped = bytearray(content)
        flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        assert values(bytes(flipped), name) in (None, whole)


@pytest.mark.parametrize("name", [name for name, content in seeds().items() if content.startswith(b"PK")])
def test_a_flipped_bit_of_what_is_read_is_refused(name: str) -> None:
    """All but the few bits that fill the last byte of a packed part."""
    content, rng = seeds()[name], random.Random(4)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (part,) = (
            part for part in archive.infolist() if part.filename.endswith(("sheet1.xml", "content.xml", "1.bin"))
        )
    first = content.index(part.filename.encode(), part.header_offset) + len(part.filename) + len(part.extra)
    for _ in range(200):
        flipped = bytearray(content)
        flipped[first + rng.randrange(part.compress_size - 1)] ^= 1 << rng.randrange(8)
        assert values(bytes(flipped), name) is None
