"""Every template there and back: filled in with LibreOffice, sent, checked, corrected, sent again; in three formats."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
import pytest

from helpers.libreoffice import FILTERS, PROGRAM, LibreOffice, Typed
from needs_analytics.cli.entry import run
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.issue import cell_name
from needs_analytics.core.messages import text
from needs_analytics.core.wording import plain
from needs_analytics.office.template import template_name
from needs_analytics.office.template_columns import ASKED, plan_template

from .sent import FORM, mistyped, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MONTH = "2026-10"
BY_ROW = {"W501", "W503", "W505", "W233"}  # at least the row is named
UNPLACED = {"W215"}  # the question is named
BOTH = [(table, suffix) for suffix in FILTERS for table in ASKED]
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no LibreOffice on this machine")


class Sent(NamedTuple):
    """A month in one format: what the check says of it as first sent and as corrected."""

    folder: Path
    first: dict[str, Any]
    corrected: dict[str, Any]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sent]:
    """Fill every template in as an office does, send it in each format, correct the wrong cells and send it again."""
    root = tmp_path_factory.mktemp("办公室")
    spaces = {suffix: root / suffix for suffix in FILTERS}
    for space in spaces.values():
        needs("init", "幸福街道", "--path", space)
        inbox(space).mkdir()
    needs("-C", spaces["xlsx"], "template", "all")
    for space in spaces.values():
        (inbox(space) / "走访.csv").write_text(FORM, encoding="utf-8")
    office = LibreOffice(root)
    office.fill_in(filled(table, spaces) for table in ASKED)
    first = {suffix: checked(space) for suffix, space in spaces.items()}
    kept = {suffix: [path.read_bytes() for path in books(space)] for suffix, space in spaces.items()}
    office.fill_in(corrected(table, space, suffix) for suffix, space in spaces.items() for table in ASKED)
    assert all([path.read_bytes() for path in books(space)] != kept[suffix] for suffix, space in spaces.items())
    return {suffix: Sent(inbox(space), first[suffix], checked(space)) for suffix, space in spaces.items()}


def needs(*arguments: str | Path) -> str:
    """Call the program and return what it prints on standard output."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    assert left.value.code == 0
    return out.getvalue()


def checked(space: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(needs("-C", space, "check", MONTH, "--json"))
    return report


def inbox(space: Path) -> Path:
    return space / "inbox" / MONTH


def books(space: Path) -> list[Path]:
    return [path for path in sorted(inbox(space).iterdir()) if path.suffix != ".csv"]


def label(table: str) -> str:
    return text(f"table.{table}")


def place(table: str, row: int, header: str) -> str:
    """Return the cell of a data row (from 0) under a header."""
    template = plan_template(table, Codebook.default(), "zh")
    headers = [column.header for column in template.columns]
    return cell_name(template.header_rows + row, headers.index(header))


def filled(table: str, spaces: dict[str, Path]) -> Typed:
    """Type the rows, the mistyped cells over them."""
    rows = typed(table)
    for row, header, wrong, _ in mistyped(table):
        rows[row][header] = wrong
    entered = [(label(table), place(table, row, header), cell)
               for row, cells in enumerate(rows) for header, cell in cells.items()]  # fmt: skip
    saved = tuple(inbox(space) / f"{label(table)}.{suffix}" for suffix, space in spaces.items())
    return Typed(spaces["xlsx"] / "templates" / template_name(table), tuple(entered), saved)


def corrected(table: str, space: Path, suffix: str) -> Typed:
    """Type what is right into the wrong cells of the very file that was sent."""
    rows, book = typed(table), inbox(space) / f"{label(table)}.{suffix}"
    mended = [(label(table), place(table, row, header), rows[row].get(header, ""))
              for row, header, _, _ in mistyped(table)]  # fmt: skip
    return Typed(book, tuple(mended), (book,))


def of_sheet(report: dict[str, Any], part: str, table: str) -> Iterator[dict[str, Any]]:
    return (row for row in report[part] if row["sheet"] == label(table))


@pytest.mark.parametrize(("table", "suffix"), BOTH)
def test_a_filled_in_template_is_known_and_every_column_is_its_own_field(
    sent: dict[str, Sent], table: str, suffix: str
) -> None:
    (sheet,) = of_sheet(sent[suffix].first, "sheets", table)
    assert (sheet["tables"], sheet["unused"]) == (table, "")
    assert sheet["why"] == ("headers" if table == "survey" else "template")
    columns = plan_template(table, Codebook.default(), "zh").columns
    assert set(plain(sheet["fields"]).split(";")) == {
        plain(f"{column.header}→{Codebook.default().label(table, column.field)}")
        for column in columns
        if not column.field.startswith("need:")
    }


@pytest.mark.parametrize(("table", "suffix"), BOTH)
def test_every_row_is_accounted_for(sent: dict[str, Sent], table: str, suffix: str) -> None:
    for report in (sent[suffix].first, sent[suffix].corrected):
        (count,) = of_sheet(report, "counts", table)
        assert count["rows_in"] == count["kept"] == len(typed(table))


@pytest.mark.parametrize(("table", "suffix"), BOTH)
def test_what_was_typed_or_pasted_wrong_is_named_by_its_cell_with_the_remedy(
    sent: dict[str, Sent], table: str, suffix: str
) -> None:
    issues = sent[suffix].first["issues"]
    said = {(issue["code"], issue["cell"]) for issue in issues if issue["sheet"] == label(table) or not issue["sheet"]}
    for row, header, wrong, code in mistyped(table):
        cell = place(table, row, header)
        also = {cell.lstrip(ascii_uppercase)} if code in BY_ROW else {""} if code in UNPLACED else set()
        assert {(code, found) for found in {cell, *also}} & said, (header, wrong)
    assert all(issue["remedy"] for issue in of_sheet(sent[suffix].first, "issues", table) if issue["code"][0] in "EW")


@pytest.mark.parametrize("suffix", FILTERS)
def test_the_corrected_files_are_clean(sent: dict[str, Sent], suffix: str) -> None:
    """Nothing is left to say of any cell; that so few answers publish nothing is said of the month."""
    doubts = [issue for issue in sent[suffix].corrected["issues"] if issue["severity"] != "info"]
    assert [(issue["code"], issue["file"]) for issue in doubts] == [("W629", "")]


@pytest.mark.parametrize("table", ASKED)
def test_the_drop_downs_of_the_saved_file_hold_the_words_of_the_codebook(sent: dict[str, Sent], table: str) -> None:
    book = openpyxl.load_workbook(sent["xlsx"].folder / f"{label(table)}.xlsx")
    sheet, template = book[label(table)], plan_template(table, Codebook.default(), "zh")
    lists = {
        column: check.formula1
        for check in sheet.data_validations.dataValidation
        if check.type == "list"
        for area in check.sqref.ranges
        for column in range(area.min_col, area.max_col + 1)
    }
    for position, column in enumerate(template.columns, start=1):
        if not column.choice:
            assert position not in lists
            continue
        name, area = next(book.defined_names[lists[position]].destinations)
        cells = book[name][area]
        listed = [cell.value for (cell,) in cells] if isinstance(cells, tuple) else [cells.value]
        assert tuple(listed) == column.choice.options
