"""The smallest file that raises each code of reading."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest

from needs_analytics.office.read import read_workbooks
from office.small_files import workbook_xml

if TYPE_CHECKING:
    from pathlib import Path

ROWS = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
SHEET, BOOK, LINKS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def workbook(changes: dict[str, tuple[str, str]] | None = None, **parts: str) -> bytes:
    """Return a workbook of three figures, texts of its parts replaced or parts added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_xml(ROWS))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            before, after = (changes or {}).get(name, ("", ""))
            text = old.read(name).decode()
            assert before in text, (name, text)
            new.writestr(name, text.replace(before, after) if before else text)
        for name, text in parts.items():
            new.writestr(name, text)
    return made.getvalue()


def sheet(before: str, after: str) -> bytes:
    return workbook({SHEET: (before, after)})


def twice() -> bytes:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(SHEET, archive.read(SHEET).replace(b"<v>1<", b"<v>9<"))
    return made.getvalue()


def two_sheets() -> bytes:
    another = '<sheet name="表" sheetId="2" r:id="rId1"/></sheets>'
    return workbook({BOOK: ("</sheets>", another)})


EXTERNAL = ('Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1:9/s.xml" TargetMode="External"')
STYLES = (
    '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
    'Target="styles.xml"/></Relationships>'
)
MERGED = '</sheetData><mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="B1:C2"/></mergeCells>'
FAR = '<row r="900000"><c r="C900000"><v>5</v></c></row></sheetData>'

FILES = [
    ("E011", "a.xlsx", sheet('r="A2"', 'r="A2000000"')),
    ("E012", "a.xlsx", sheet("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')),
    ("E013", "a.xlsx", twice()),
    ("E020", "a.xlsx", workbook({BOOK: ('<sheet name="表" sheetId="1" r:id="rId1"/>', "")})),
    ("E021", "a.xlsx", workbook({LINKS: EXTERNAL})),
    ("W014", "a.xlsx", sheet('<row r="2"', '<row r="2" hidden="1"')),
    ("W015", "a.xlsx", sheet("<v>3</v>", "<v>1,234</v>")),
    ("W016", "a.xlsx", sheet("</sheetData>", FAR)),
    ("I017", "a.xlsx", sheet("<sheetData>", '<dimension ref="A1"/><sheetData>')),
    ("W018", "a.xlsx", sheet("</sheetData>", MERGED)),
    ("W019", "a.xlsx", workbook({LINKS: ("</Relationships>", STYLES)})),
    ("I022", "a.xlsm", workbook(**{"xl/vbaProject.bin": "x"})),
    ("I026", "a.xlsx", sheet("<v>3</v>", "<f>cmd|'/c calc'!A0</f><v>3</v>")),
    ("I027", "a.xlsx", workbook(**{"../../evil.txt": "x"})),
    ("I028", "a.xlsx", workbook() + b"\0" * 512),
    ("W029", "a.xlsx", sheet("<v>3</v></c>", '<v>3</v></c><c r="A2"><v>4</v></c>')),
    ("I030", "a.xls", "<html><table><tr><td>姓名</td></tr><tr><td>甲</td></tr></table></html>".encode()),
    ("W031", "a.xlsx", two_sheets()),
    ("W032", "a.csv", ("姓名,意见\n甲," + "长" * 40_000).encode()),
    ("I034", "a.xlsx", sheet(ROWS, ROWS[ROWS.index('<row r="2"') :] + ROWS[: ROWS.index('<row r="2"')])),
    ("I035", "a.xlsx", "姓名,年龄\n甲,66\n".encode()),
]


@pytest.mark.parametrize(("code", "name", "content"), FILES, ids=[code for code, _, _ in FILES])
def test_a_file_raises_its_code(code: str, name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    raised = [issue.code for issue in read_workbooks([tmp_path / name], on_refusal="collect").issues]

    assert code in raised
