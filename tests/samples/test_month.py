"""The month as written: the same bytes for a seed, in step with data/samples, what is planted in its place."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from needs_analytics.samples import SampleMonth, write_month
from needs_analytics.samples.truth import FILE

from .reading import cell_at, read_sheets

COMMITTED = Path(__file__).parents[2] / "data" / "samples"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes(sample: SampleMonth, tmp_path: Path) -> None:
    write_month(tmp_path)
    assert contents(tmp_path) == contents(sample.folder)


def test_another_seed_gives_other_answers(sample: SampleMonth, tmp_path: Path) -> None:
    other = write_month(tmp_path, seed=7)
    ledger = "幸福街道公共服务基础台账.xlsx"
    assert (tmp_path / ledger).read_bytes() != (sample.folder / ledger).read_bytes()
    assert other.respondents != sample.respondents


def test_another_month_of_a_seed_finds_the_same_town(sample: SampleMonth, tmp_path: Path) -> None:
    write_month(tmp_path, month="2026-11")
    book = "幸福街道公共服务基础台账.xlsx"
    now, later = read_sheets(sample.folder / book), read_sheets(tmp_path / book)
    assert now["服务点位"] == later["服务点位"]
    assert now["人口底册"][:170] == later["人口底册"][:170]
    assert now["窗口问卷"] != later["窗口问卷"]


def test_the_committed_town_is_in_step(written: Path) -> None:
    """Cells are compared, not bytes: another version of XlsxWriter or of zlib may pack them otherwise."""
    folders = sorted(path.name for path in written.iterdir())
    assert sorted(path.name for path in COMMITTED.iterdir()) == sorted([*folders, "README.md"])
    assert (COMMITTED / FILE).read_bytes() == (written / FILE).read_bytes()
    for month in (name for name in folders if name != FILE):
        names = sorted(path.name for path in (written / month).iterdir())
        assert sorted(path.name for path in (COMMITTED / month).iterdir()) == names
        for name in names:
            assert read_sheets(COMMITTED / month / name) == read_sheets(written / month / name), (
                f"{month}/{name}: run python -m needs_analytics.samples data/samples"
            )


def test_the_committed_files_are_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*") if path.is_file()) < 3_000_000


def test_the_answer_sheets_add_up(sample: SampleMonth) -> None:
    assert sum(sample.respondents.values()) - sample.respondents["东湾村10月居民家庭需求登记汇总表.xlsx"] == 1800
    export = next(name for name in sample.files if name.startswith("281604537_按文本_"))
    found = {
        export: ("Sheet1", 1, 0),
        "东湾村10月居民家庭需求登记汇总表.xlsx": ("家庭登记", 3, 0),
        "和平社区10月入户走访登记表.xlsx": ("入户走访登记", 5, 3),
        "滨河片区居民服务需求收集表（收集结果）.xlsx": ("收集结果", 1, 0),
        "民情系统导出_需求登记_202610.csv": ("", 1, 0),
        "幸福街道公共服务基础台账.xlsx": ("窗口问卷", 2, 0),
    }
    assert set(found) == set(sample.files)
    for name, (sheet, above, below) in found.items():
        rows = len(read_sheets(sample.folder / name)[sheet]) - above - below
        assert rows - sample.empty_rows.get(name, 0) == sample.respondents[name]


def test_every_wrong_cell_stands_where_it_is_said_to(sample: SampleMonth) -> None:
    sheets = {name: read_sheets(sample.folder / name) for name in sample.files}
    places = [(wrong.file, wrong.sheet, wrong.cell) for wrong in sample.wrong_cells]
    assert 25 <= len(set(places)) == len(places) <= 40
    for wrong in sample.wrong_cells:
        found = cell_at(sheets[wrong.file][wrong.sheet], wrong.cell)
        assert found == (float(wrong.value) if isinstance(found, float) else wrong.value) or str(found) == wrong.value
        assert wrong.value != wrong.was


def test_every_row_is_wrong_at_most_once_and_never_one_of_a_pair(sample: SampleMonth) -> None:
    rows = [(wrong.file, wrong.sheet, wrong.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for wrong in sample.wrong_cells]
    assert len(set(rows)) == len(rows)
    paired = {(file, str(row)) for pair in sample.pairs for file, row in (pair.first, pair.second)}
    answer_sheets = {"Sheet1", "入户走访登记", "收集结果", "", "窗口问卷"}
    assert not paired & {(file, row) for file, sheet, row in rows if sheet in answer_sheets}


def test_pairs_are_linked_by_what_they_give(sample: SampleMonth) -> None:
    assert len(sample.pairs) == 40
    assert sum(pair.corrected for pair in sample.pairs) == 13
    sheets = {name: read_sheets(sample.folder / name) for name in sample.files}
    for pair in sample.pairs:
        texts = [_answer_row(sheets[file], row) for file, row in (pair.first, pair.second)]
        linking = [{text for text in row if _identifies(text, pair.by)} for row in texts]
        assert linking[0] & linking[1]


def _answer_row(sheets: dict[str, list[list[object]]], row: int) -> list[str]:
    sheet = sheets.get("窗口问卷") or next(iter(sheets.values()))
    return [str(cell).strip() for cell in sheet[row - 1]]


def _identifies(text: str, by: str) -> bool:
    return text.startswith("999999") and len(text) == 18 if by == "id_card" else text.startswith("15400")


def test_telling_texts_hold_a_made_up_name_or_phone(sample: SampleMonth) -> None:
    assert len(sample.telling_cells) >= 10
    for cell in sample.telling_cells:
        assert any(identifier in cell.value for identifier in sample.identifiers)


def test_identifiers_are_many_and_only_made_up_ones(sample: SampleMonth) -> None:
    numbers = [text for text in sample.identifiers if text.isascii() and text[:-1].isdigit() and len(text) >= 11]
    assert len(sample.identifiers) > 2000
    assert all(number.startswith(("999999", "15400")) for number in numbers)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_every_file_opens_in_libreoffice(sample: SampleMonth, tmp_path: Path) -> None:
    files = [str(sample.folder / name) for name in sample.files]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert len(list(tmp_path.glob("*.ods"))) == len(files)
