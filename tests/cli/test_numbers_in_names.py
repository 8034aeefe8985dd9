"""Residents' names and numbers in the names of files, sheets, services and sites leave a run nowhere."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl
from python_calamine import CalamineWorkbook

from needs_analytics.core.identifiers import distinct_labels

from .offices import MONTH, survey, table, whole_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .conftest import Needs

FILE, SHEET, SITE, SERVICE, CARD = "13912345678", "13712345678", "13612345678", "13512345678", "420106195201011234"
SPACED = "136 1234 5678"
PLANTED = ("王桂英", FILE, SHEET, SITE, SERVICE, CARD, SPACED)


def workbook(text: str, *names: str) -> bytes:
    """Return a workbook whose sheets share the lines of a CSV text in turn."""
    head, *lines = text.strip().splitlines()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place, name in enumerate(names):
        sheet = book.create_sheet(name)
        for line in [head, *lines[place :: len(names)]]:
            sheet.append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def shown(path: Path) -> str:
    """Return everything that stands in a file, as text."""
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        return "\n".join(f"{name} {book.get_sheet_by_name(name).to_python()}" for name in book.sheet_names)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8", "replace")


def test_no_resident_in_a_name_leaves(office: Callable[[Mapping[str, str | bytes]], Path], needs: Needs) -> None:
    place, service = f"王桂英家{SITE}", f"老年食堂{SERVICE}"
    files: dict[str, str | bytes] = dict(whole_month())
    del files["需求调查.csv"]
    files[f"王桂英报{FILE}调查{CARD}.xlsx"] = workbook(survey(80), f"王桂英{SHEET}", "王桂英13712340000")
    files["服务菜单.csv"] = table(
        "服务名称,对应需求,服务对象,服务方式,计量单位,人均月使用次数",
        f"{service},助餐,60岁及以上,到点,人次,20",
    )
    files["服务容量.csv"] = table("服务项目,服务点,容量,容量周期", f"{service},{place},2000,月")
    files["使用记录.csv"] = table("服务项目,服务点,日期,人次", f"{service},王桂英家{SPACED},2026-10-08,900")
    files["服务点.csv"] = table("服务点名称,所在社区,经度,纬度", f"{place},和平社区,114.3,30.5")
    workspace = office(files)
    said = [needs("check", MONTH), needs("report", MONTH)]
    assert [call.code for call in said] == [0, 0], said
    assert "W012" in said[0].out
    assert "＊家＊" in said[0].out
    assert not {"W501", "W503"} & set(re.findall(r"W\d{3}", said[0].out)), "masked alike in all tables"
    written = [path for path in workspace.rglob("*") if path.is_file() and not {"inbox", "退回"} & set(path.parts)]
    assert {".xlsx", ".html", ".docx"} <= {path.suffix for path in written}
    assert any(path.parent.name == "history" for path in written)
    texts = {path.name: f"{path.name}{shown(path)}" for path in written} | {"streams": "".join(map(str, said))}
    assert [(name, number) for name, text in texts.items() for number in PLANTED if number in text] == []


def test_sheets_that_would_be_named_alike_stay_apart() -> None:
    labels = distinct_labels(["王桂英13912345678", "王桂英13712345678", "表1"])
    assert list(labels.values()) == ["王桂英＊", "王桂英＊(2)"]
