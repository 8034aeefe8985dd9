"""The same workbooks give the same bytes: in another folder and process, copied in another order, rows shuffled."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from needs_analytics import samples
from needs_analytics.core.month import Month
from needs_analytics.samples import read_plan
from needs_analytics.workspace import Workspace

from .offices import MONTH

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LISTS = "下拉选项"  # what cells offer: its columns have nothing to do with one another
_OF_THE_FILES = ("inputs", "digest", "files")  # what the JSON tells of the files themselves


def _office(folder: Path, content: dict[str, bytes], *, order: int = 1) -> Path:
    """Return a workspace with a month's files, copied in an order and with times of their own."""
    workspace = Workspace.create(folder / "石桥村", "石桥村")
    inbox = workspace.inbox(MONTH)
    inbox.mkdir()
    for number, name in enumerate(sorted(content)[::order]):
        (inbox / name).write_bytes(content[name])
        os.utime(inbox / name, (10**9 + 500 * number, 10**9 - 500 * number))
    return workspace.path


def _needs(workspace: Path, *arguments: str, seed: int) -> dict[str, Any]:
    """Call the command line in a process of its own, and return the JSON it prints."""
    called = subprocess.run(
        [sys.executable, "-m", "needs_analytics", "-C", str(workspace), *arguments, "--json"],
        env={**os.environ, "PYTHONHASHSEED": str(seed)}, capture_output=True, check=False,
    )  # fmt: skip
    assert called.returncode == 0, called.stderr.decode()
    printed: dict[str, Any] = json.loads(called.stdout)
    return printed


def _issued(workspace: Path, *, seed: int) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Issue the month, and return its files' bytes and the JSON."""
    printed = _needs(workspace, "report", MONTH, seed=seed)
    return {Path(file).name: Path(file).read_bytes() for file in printed["files"]}, printed


def _shuffled(content: bytes, rows: random.Random) -> bytes:
    """Return a workbook with the rows of every table in another order; titles, headers and totals stay."""
    book = openpyxl.load_workbook(BytesIO(content))
    for sheet in book:
        if sheet.title != _LISTS:
            _shuffle(sheet, rows)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _shuffle(sheet: Worksheet, rows: random.Random) -> None:
    for stretch in _stretches(sheet):
        cells = [[cell.value for cell in sheet[row]] for row in stretch]
        rows.shuffle(cells)
        for row, values in zip(stretch, cells, strict=True):
            for cell, value in zip(sheet[row], values, strict=True):
                cell.value = value


def _stretches(sheet: Worksheet) -> list[list[int]]:
    """Return the data rows of every table: those below a header that have three cells, without the total."""
    found: list[list[int]] = [[]]
    for row in range(1, sheet.max_row + 1):
        first, *others = [cell.value for cell in sheet[row]]
        if sum(value is not None for value in (first, *others)) < 3:
            found.append([])
        elif first != "合计":
            found[-1].append(row)
    below = [rows[2 if sheet.cell(rows[1], 1).value is None else 1 :] for rows in found if len(rows) > 1]
    return [rows for rows in below if len(rows) > 1]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return a village's month as it was sent: file name to bytes."""
    folder = tmp_path_factory.mktemp("村")
    samples.write_town(folder, month=MONTH, seed=20261001, plan=read_plan("village"))
    return {file.name: file.read_bytes() for file in (folder / str(Month.parse(MONTH))).iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, content: dict[str, bytes]) -> tuple[Path, Any]:
    """Return a workspace whose month is issued, with what was issued."""
    workspace = _office(tmp_path_factory.mktemp("一"), content)
    return workspace, _issued(workspace, seed=1)


def test_the_same_workbooks_give_the_same_bytes_in_any_folder_process_and_order(
    first: tuple[Path, Any], content: dict[str, bytes], tmp_path: Path
) -> None:
    files, printed = first[1]
    again, told = _issued(_office(tmp_path / "别处", content, order=-1), seed=2)
    assert {Path(file).suffix for file in files} == {".xlsx", ".html", ".docx"}
    assert again == files
    assert {**told, "files": []} == {**printed, "files": []}


def test_shuffled_rows_change_nothing_but_the_digests_of_the_files(
    first: tuple[Path, Any], content: dict[str, bytes], tmp_path: Path
) -> None:
    order = random.Random(7)
    mixed = {name: _shuffled(one, order) for name, one in content.items()}
    workspace = _office(tmp_path, mixed)
    again, told = _issued(workspace, seed=3)
    before, (files, printed) = first
    assert again == files
    assert {name: told[name] for name in told if name not in _OF_THE_FILES} == {
        name: printed[name] for name in printed if name not in _OF_THE_FILES
    }
    assert [{**row, "digest": ""} for row in told["inputs"]] == [{**row, "digest": ""} for row in printed["inputs"]]
    checks = [_needs(one, "check", MONTH, seed=4) for one in (before, workspace)]
    cells = [[issue["cell"] for issue in check["issues"]] for check in checks]
    assert cells[0] != cells[1], "nothing was shuffled"
    said = [sorted((issue["code"], issue["file"], issue["sheet"]) for issue in check["issues"]) for check in checks]
    assert said[0] == said[1]
