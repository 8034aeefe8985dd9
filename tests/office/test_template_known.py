"""Templates of a workspace that knows something: names to choose from, last month's rows, versions, all at once."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.cli.entry import run
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.messages import LANGUAGES, issue_sentence, text
from needs_analytics.core.tables import COLUMNS
from needs_analytics.office.gate.origin import _property_set, legacy_origin
from needs_analytics.office.read import read_bytes, read_workbooks
from needs_analytics.office.template import render_template, template_name, write_template
from needs_analytics.office.template_columns import ASKED
from needs_analytics.office.template_known import CARRIED, Known, known_names
from needs_analytics.office.template_version import VERSION
from needs_analytics.pipeline import prepare_month
from needs_analytics.workspace import Workspace

from .filling import CODEBOOK, FILLED, cells, fill_in

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Cleaned

LAST, NEXT = "2026-10", "2026-11"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A village's workspace, with every table that may be taken over."""
    folder = tmp_path_factory.mktemp("村") / "石桥村"
    needs("demo", folder, "--size", "village", "-q")
    workspace = Workspace(folder)
    for table in ("distances", "norms", "budget", "followup"):
        book = fill_in(render_template(table, codebook=CODEBOOK), cells(FILLED[table].replace("槐荫里社区", "石桥村")))
        (workspace.inbox(LAST) / f"{text(f'table.{table}')}.xlsx").write_bytes(book)
    return workspace


@pytest.fixture(scope="module")
def month(town: Workspace) -> Cleaned:
    return prepare_month(town, LAST)


def needs(*arguments: str | Path) -> None:
    with pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    assert left.value.code == 0


def offered(book: bytes, field: str, table: str) -> list[object]:
    """Return the answers of a column's drop-down, which refuses no others."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    sheet = opened.worksheets[1]
    header = CODEBOOK.label(table, field)
    (column,) = (cell.column for cell in sheet[1] if cell.value == header)
    for check in sheet.data_validations.dataValidation:
        if any(area.min_col == column for area in check.sqref.ranges):
            assert not check.showErrorMessage
            name, area = next(opened.defined_names[check.formula1].destinations)
            found = opened[name][area]
            return [cell.value for (cell,) in found] if isinstance(found, tuple) else [found.value]
    return []


# Names


def test_services_sites_communities_and_grids_of_the_month_may_be_chosen_and_others_written(month: Cleaned) -> None:
    supply = render_template("supply", codebook=month.codebook, month=month)
    assert offered(supply, "service", "supply") == list(month.menu["name"])
    assert offered(supply, "site", "supply") == list(month.sites["name"])
    places = render_template("places", codebook=month.codebook, month=month)
    assert offered(places, "community", "places") == list(month.places["community"].unique())
    assert offered(places, "grid", "places") == list(month.places["grid"].unique())


def test_before_the_first_month_names_are_written_freely() -> None:
    assert known_names(CODEBOOK, None) == Known()


def test_services_of_the_workspaces_own_codebook_may_be_chosen() -> None:
    own = pd.DataFrame([{"service": "X1", "name": "早餐车进小区", "needs": "ELD01"}])
    codebook = CODEBOOK.overridden({"services": own})
    assert known_names(codebook, None).services == ("早餐车进小区",)


def test_the_latest_month_is_the_latest_issued_one_that_still_has_workbooks(town: Workspace, tmp_path: Path) -> None:
    empty = Workspace.create(tmp_path / "新办公室", "新办公室")
    assert empty.latest() is None
    (empty.path / "inbox" / "2026-13").mkdir()
    (empty.path / "inbox" / "2026-12").mkdir()
    assert empty.latest() is None
    assert str(town.latest()) == LAST


# Last month's rows


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", sorted(CARRIED))
def test_rows_taken_over_are_read_as_the_month_they_come_from(
    month: Cleaned, town: Workspace, tmp_path: Path, table: str, language: str
) -> None:
    next_month = Workspace.create(tmp_path / "下月", "石桥村")
    next_month.inbox(NEXT).mkdir()
    for one in {table, "menu", "sites", "places"}:
        write_template(
            one, next_month.inbox(NEXT) / f"{one}.xlsx", codebook=town.codebook, month=month, carry=True,
            language=language,
        )  # fmt: skip
    columns = [column for column in COLUMNS[table] if column not in {"times", "monthly"}]
    months = (month, prepare_month(next_month, NEXT))
    sent = ["file", "sheet", "row"]
    before, after = (getattr(one, table).sort_values(sent, ignore_index=True)[columns] for one in months)
    assert len(before)
    pd.testing.assert_frame_equal(after, before)


@pytest.mark.parametrize("table", sorted(set(ASKED) - CARRIED))
def test_what_is_new_every_month_or_holds_residents_is_not_taken_over(month: Cleaned, table: str) -> None:
    same = [render_template(table, codebook=month.codebook, month=month, carry=carry) for carry in (True, False)]
    assert same[0] == same[1]


def test_a_text_that_looks_like_a_formula_is_taken_over_as_text(month: Cleaned) -> None:
    menu = month.menu.assign(fee="=1+1")
    book = render_template("menu", codebook=month.codebook, month=replace(month, menu=menu), carry=True)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet2.xml")
    (sheet,) = (sheet for sheet in read_bytes(book, "菜单.xlsx", "0") if sheet.name == text("table.menu"))
    assert "=1+1" in sheet.rows()[1]


# The command


def test_all_templates_are_written_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    needs("template", "全部", "--out", "模板", "-q")
    assert sorted(path.name for path in (tmp_path / "模板").iterdir()) == sorted(map(template_name, ASKED))


def test_the_command_says_what_was_taken_over(town: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    needs("-C", town.path, "template", "all", "--from", LAST)
    said = capsys.readouterr().err
    assert "已带入2026年10月的 8 行" in said
    assert "这张表每月重新填，没有带入2026年10月的行" in said
    assert "取自2026年10月的表" in said
    written = openpyxl.load_workbook(town.path / "templates" / template_name("menu"))
    assert written.worksheets[1].max_row == 9


def test_a_single_template_goes_into_a_folder_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "模板").mkdir()
    needs("template", "menu", "--out", "模板", "-q")
    assert [path.name for path in (tmp_path / "模板").iterdir()] == [template_name("menu")]


# The version


def aged(book: bytes, version: str) -> bytes:
    """Return a template as an earlier version of the program made it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as parts, zipfile.ZipFile(made, "w") as copy:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/custom.xml":
                content = content.replace(f"<vt:lpwstr>{VERSION}<".encode(), f"<vt:lpwstr>{version}<".encode())
            copy.writestr(name, content)
    return made.getvalue()


def said_of(book: bytes, folder: Path) -> list[str]:
    path = folder / "服务容量.xlsx"
    path.write_bytes(book)
    sheets = read_workbooks([path])
    assert len(sheets) == 3
    assert {issue.code for issue in sheets.issues} <= {"I038"}
    return [issue_sentence(issue, language) for issue in sheets.issues for language in LANGUAGES]


def test_an_earlier_version_is_said_with_what_has_changed_and_read_all_the_same(tmp_path: Path) -> None:
    chinese, english = said_of(aged(render_template("supply", codebook=CODEBOOK), "1"), tmp_path)
    assert "第 1 版“服务容量”" in chinese
    assert text("template.changed.2") in chinese
    assert "service capacity" in english
    assert text("template.changed.2", "en") in english


@pytest.mark.parametrize("version", [str(VERSION), "3000", "0", "x"])
def test_no_other_version_is_spoken_of(tmp_path: Path, version: str) -> None:
    assert said_of(aged(render_template("supply", codebook=CODEBOOK), version), tmp_path) == []


def test_every_version_says_what_it_changed() -> None:
    for language in LANGUAGES:
        assert all(text(f"template.changed.{version}", language) for version in range(2, VERSION + 1))


# Properties that cannot be trusted


def test_properties_that_cannot_be_read_are_no_reason_to_refuse_a_workbook() -> None:
    made = io.BytesIO()
    blank = io.BytesIO(render_template("supply", codebook=CODEBOOK))
    with zipfile.ZipFile(blank) as parts, zipfile.ZipFile(made, "w") as copy:
        for name in parts.namelist():
            copy.writestr(name, b"<a><b>" if name == "docProps/custom.xml" else parts.read(name))
    assert [sheet.template for sheet in read_bytes(made.getvalue(), "容量.xlsx", "0")] == ["", "", ""]


@given(st.binary(max_size=300))
def test_any_bytes_are_at_most_no_template(data: bytes) -> None:
    own = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
    for told in (data, bytes(28) + own + data):
        try:
            found = _property_set(told)
        except (struct.error, LookupError, ValueError):
            continue
        assert isinstance(found, dict)
    assert legacy_origin(data) == ("", "")


def test_a_template_of_which_little_is_left_is_known_by_its_headers_again(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_template("budget", codebook=Codebook.default())))
    book.create_sheet("走访", 0)
    for row in ("社区 年龄 性别 您需要哪些服务", "和平里 70 女 助餐", "和平里 30 男 助浴"):
        book["走访"].append(row.split())
    space = Workspace.create(tmp_path / "办公室", "办公室")
    space.inbox(LAST).mkdir()
    book.save(space.inbox(LAST) / "表.xlsx")
    sheets = prepare_month(space, LAST).sheets.set_index("sheet")
    assert sheets.loc["走访", ["tables", "why"]].tolist() == ["survey", "headers"]
