"""Whatever an office writes, nothing of it is a formula in what the program writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from needs_analytics.core.tables import COLUMNS
from needs_analytics.core.wording import plain

from .offices import COMMUNITIES, MONTH, register, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from .conftest import Needs

PLANTED = (
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "＝1+1",
    "＋1",
    "－1+2",
    "＠SUM(A1)",
    "\u00a0=1+1",
    "\t=1+1",
    "\u3000=1+1",
    "{=1+1}",
    '=HYPERLINK("http://127.0.0.1:9","x")',
)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def planted_month() -> dict[str, str]:
    """Return a month in which every text an office chooses looks like a formula."""
    each = [quoted(text) for text in PLANTED]
    asked = "您需要哪些服务（多选）"
    people = [
        f"{COMMUNITIES[place % 2]},{each[place % 13]},男,{40 + place},2026-10-0{place % 9 + 1},"
        f"{quoted('助餐┋' + PLANTED[place % 13])},{each[place % 13]},{each[place % 13]}"
        for place in range(40)
    ]
    people += [f"{text},,女,70,2026-10-03,助餐┋助浴,," for text in each]
    services = [f"{text},助餐,{text},到点,{text},2" for text in each]
    return {
        "需求调查.csv": table(f"社区,网格,性别,年龄,走访日期,{asked},意见建议,{each[0]}", *people),
        "人口底册.csv": register(*COMMUNITIES),
        "服务菜单.csv": table("服务名称,对应需求,服务对象,服务方式,计量单位,人均月使用次数", *services),
        "服务容量.csv": table("服务项目,服务点,容量,容量周期", *(f"{text},{text},{text},月" for text in each)),
        "使用记录.csv": table("服务项目,服务点,日期,人次", *(f"{text},{text},2026-10-08,{text}" for text in each)),
        "=1+1.csv": table("甲,乙", *(f"{text},{text}" for text in each)),
    }


def written(workspace: Path) -> list[Path]:
    """Return the tables the program wrote."""
    given = {workspace / "inbox", workspace / "codebook"}
    return [path for path in workspace.rglob("*") if path.suffix in {".xlsx", ".csv"} and not given & {*path.parents}]


def formulas(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield every cell that a spreadsheet would compute."""
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            yield from ((path.name, cell.coordinate, str(cell.value)) for cell in row if cell.data_type == "f")


def texts(path: Path) -> str:
    return "\n".join(
        str(cell) for sheet in openpyxl.load_workbook(path).worksheets for row in sheet.values for cell in row if cell
    )


@pytest.fixture
def sent(office: Callable[[Mapping[str, str]], Path], needs: Needs) -> Path:
    workspace = office(planted_month())
    header = "need,domain,name,synonyms"
    (workspace / "codebook").mkdir(exist_ok=True)
    (workspace / "codebook" / "needs.csv").write_text(
        table(header, *(f"X{place:02d},ELD,{quoted(text)},{quoted(text)}" for place, text in enumerate(PLANTED[:4]))),
        encoding="utf-8",
    )
    for command in ("check", "report"):
        assert needs(command, MONTH).code == 0
    for name in COLUMNS:
        needs("template", name)
    return workspace


@pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")
def test_no_cell_that_is_written_is_a_formula(sent: Path) -> None:
    paths = written(sent)
    books = [path for path in paths if path.suffix == ".xlsx"]
    said = "\n".join(map(texts, books))

    assert len(books) > len(COLUMNS)
    assert [cell for book in books for cell in formulas(book)] == []
    assert [text for text in PLANTED if plain(text) not in plain(said)] == [], "what is planted does come out"
    assert paths == books, "a text file would need an apostrophe before what looks like a formula (RELIABILITY)"
