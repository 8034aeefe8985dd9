"""Each crafted workbook of ../shared/hazards ends as ``hazards.tsv`` says: read, read with these notes, or refused.

The bombs of a gigabyte are made only where ``HAZARDS_BIG`` is set: writing them takes half a minute.
"""

from __future__ import annotations

import functools
import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from needs_analytics.core.options import ReadingOptions
from needs_analytics.office import read
from needs_analytics.office.readers import Readers, ReadSheet, Refusal

from .small_files import workbook_xml

TABLE = dict(line.split("\t") for line in Path(__file__).with_name("hazards.tsv").read_text("utf-8").splitlines())
BIG = {name for name in TABLE if name.startswith(("bomb_", "zip_70000", "zip_overlap"))}
GOOD = [["姓名", "年龄", "需求"], ["张三", 66.0, "助餐"], ["李四", 71.0, "助餐"]]
SLOWEST, LARGEST_MB = 2.0, 300
Outcome = list[ReadSheet] | Refusal


def rows(sheet: ReadSheet) -> list[list[object]]:
    return [list(row) for row in zip(*(column.cells() for column in sheet.columns), strict=True)]


@pytest.fixture(scope="session")
def outcomes(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Return what each file ends in, all of them read one after another."""
    maker = shared / "hazards" / "make_hazards.py"
    if not maker.is_file():
        pytest.skip("../shared/hazards is not beside the project")
    folder = tmp_path_factory.mktemp("hazards")
    big = [] if os.environ.get("HAZARDS_BIG") else ["--nobig"]
    subprocess.run([sys.executable, "-W", "ignore", maker, *big], cwd=folder, check=True, capture_output=True)
    with Readers(ReadingOptions()) as readers:
        files = sorted((folder / "corpus" / "synth").iterdir())
        return {file.name: readers.read(file.read_bytes(), file.name) for file in files if file.stat().st_size}


def said(outcome: Outcome) -> str:
    if isinstance(outcome, Refusal):
        return outcome.code
    issues = read._issues(outcome, read._named(outcome, "a.xlsx", ""))
    return " ".join(["read", *(issue.code for issue in issues)])


def test_every_hazard_ends_as_fixed(outcomes: dict[str, Outcome]) -> None:
    wrong = {name: (said(outcome), TABLE.get(name)) for name, outcome in outcomes.items()
             if said(outcome) not in TABLE.get(name, "").split("|")}  # fmt: skip
    assert wrong == {}
    missing = set(TABLE) - set(outcomes) - {"zip_empty.xlsx", "enc_agile.xlsx", "enc_agile_trunc.xlsx"}
    assert missing <= (set() if os.environ.get("HAZARDS_BIG") else BIG)


def test_what_is_read_of_a_hazard_is_what_stands_in_it(outcomes: dict[str, Outcome]) -> None:
    good = ("zip_prefix", "zip_suffix", "zip_backslash", "zip_upper", "zip_stored", "xml_utf16", "xml_gbk", "xml_bom",
            "xml_prefix", "xml_strict", "cell_dim_bad", "cell_dim_max", "cell_dim_small")  # fmt: skip
    for name in good:
        outcome = outcomes[f"{name}.xlsx"]
        assert not isinstance(outcome, Refusal)
        assert rows(outcome[0]) == GOOD, name


def test_a_file_changed_at_random_is_refused_or_read_as_it_was(outcomes: dict[str, Outcome]) -> None:
    found = [outcomes[name] for name in TABLE if name.startswith("zip_rand")]
    assert all(isinstance(outcome, Refusal) or rows(outcome[0]) == GOOD for outcome in found)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("num_nan", ["NaN"]), ("num_1e999", ["1e999"]), ("num_comma", ["1,234"]), ("num_hex", ["0x10"]),
        ("num_fullwidth", ["１２"]), ("err", ["#DIV/0!", "#N/A", "#BOGUS!"]), ("date_neg", ["-1"]), ("ref_dup", [2.0]),
        ("style_oob", [1.0]), ("ref_none", [1.0, 2.0]),
    ],
)  # fmt: skip
def test_what_is_no_number_stays_the_text_it_is(outcomes: dict[str, Outcome], name: str, first: list[object]) -> None:
    outcome = outcomes[f"cell_{name}.xlsx"]
    assert not isinstance(outcome, Refusal)
    assert rows(outcome[0])[0] == first


def test_sheets_of_one_name_are_both_read(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["pkg_dupnames.xlsx"]
    assert not isinstance(outcome, Refusal)
    assert [rows(sheet)[1][1] for sheet in outcome] == [66.0, 99.0]


@functools.cache
def bomb(declared: int | None) -> bytes:
    """Return a workbook whose sheet inflates to 300 MB; ``declared`` is the size it claims."""
    if declared is not None:
        content = bytearray(bomb(None))
        at = content.rindex(b"PK\x01\x02")
        content[at + 24 : at + 28] = declared.to_bytes(4, "little")
        return bytes(content)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook_xml(""))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if "sheet1" not in name:
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b"<worksheet><sheetData><!--")
            for _ in range(300):
                part.write(b"a" * 2**20)
    return buffer.getvalue()


@pytest.mark.parametrize(("declared", "code"), [(None, "E019"), (10, "E007"), (200_000_000, "E019")])
def test_a_bomb_is_refused_at_once_whatever_it_says_of_its_size(declared: int | None, code: str) -> None:
    content = bomb(declared)
    with Readers(ReadingOptions()) as readers:
        started = time.perf_counter()
        outcome = readers.read(content, "a.xlsx")
        assert time.perf_counter() - started < 5 * SLOWEST
    assert isinstance(outcome, Refusal)
    assert outcome.code == code


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told in kilobytes on Linux only")
@pytest.mark.parametrize("declared", [None, 10, 200_000_000])
def test_a_refusal_takes_little_memory(declared: int | None, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(bomb(declared))
    code = (
        "import resource, sys; from needs_analytics.office.readers import Readers\n"
        "from needs_analytics.core.options import ReadingOptions\n"
        "with Readers(ReadingOptions()) as readers: readers.read(open(sys.argv[1], 'rb').read(), 'a.xlsx')\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.xlsx"], check=True, capture_output=True, text=True
    )
    assert int(found.stdout) < LARGEST_MB * 1024
