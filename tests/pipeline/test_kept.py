"""What was read is kept, without identifiers, and read anew as soon as anything it follows from has changed."""

from __future__ import annotations

import ast
import shutil
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import needs_analytics
from needs_analytics.cache import LIBRARIES, digest_of_sources
from needs_analytics.core.month import Month
from needs_analytics.pipeline import prepare_month
from needs_analytics.workspace import Workspace
from office.small_files import workbook_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(needs_analytics.__file__).parent
READING = ("core", "office", "intake", "cleaning")
WRITING = {"xlsxwriter", "rich"}  # templates and the workbook of the dictionary
MONTH = "2026-10"
NAME, PHONE, CARD = "欧阳静雯", "13987654321", "11010519491231002X"
ANSWERS = f"""社区,姓名,电话,身份证号,年龄,需要哪些服务（多选）,意见
和平社区,{NAME},{PHONE},{CARD},76,助餐;助医,找{NAME}
光明社区,李四,,,30,助餐,
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "办公室", "幸福街道")
    made.inbox(MONTH).mkdir()
    (made.inbox(MONTH) / "问卷.csv").write_text(ANSWERS, encoding="utf-8")
    return made


def stages(workspace: Workspace) -> list[str]:
    told: list[str] = []
    prepare_month(Workspace(workspace.path), MONTH, progress=told.append)
    return told


def test_a_second_look_reads_nothing_and_finds_the_same(workspace: Workspace) -> None:
    first = prepare_month(workspace, MONTH)
    assert stages(workspace) == ["kept"]
    again = prepare_month(workspace, MONTH)
    pd.testing.assert_frame_equal(again.survey, first.survey)
    pd.testing.assert_frame_equal(again.ledger, first.ledger)
    assert again.issues == first.issues


def rename(workspace: Workspace) -> None:
    (workspace.inbox(MONTH) / "问卷.csv").rename(workspace.inbox(MONTH) / "和平.csv")


def correct(workspace: Workspace) -> None:
    file = workspace.inbox(MONTH) / "问卷.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("76", "67"), encoding="utf-8")


def add(workspace: Workspace) -> None:
    (workspace.inbox(MONTH) / "坏的.xlsx").write_bytes(b"PK\x03\x04")


def answer(workspace: Workspace) -> None:
    (workspace.path / "mapping.toml").write_text('[places]\n"和平" = "和平社区"\n', encoding="utf-8")


def choose(workspace: Workspace) -> None:
    (workspace.path / "needs.toml").write_text("[cleaning]\nyoungest_age = 18\n", encoding="utf-8")


def allow(workspace: Workspace) -> None:
    (workspace.path / "needs.toml").write_text("[reading]\nmost_cells = 1000\n", encoding="utf-8")


def extend(workspace: Workspace) -> None:
    (workspace.path / "codebook" / "needs.csv").write_text("need,name\nX01,遛狗\n", encoding="utf-8")


def forget_key(workspace: Workspace) -> None:
    (workspace.path / ".needs-key").unlink()


def tamper(workspace: Workspace) -> None:
    file = workspace.kept(Month.parse(MONTH)).file
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)


def cut(workspace: Workspace) -> None:
    file = workspace.kept(Month.parse(MONTH)).file
    file.write_bytes(file.read_bytes()[:40])


@pytest.mark.parametrize("change", [rename, correct, add, answer, choose, allow, extend, forget_key, tamper, cut])
def test_any_change_reads_anew(workspace: Workspace, change: Callable[[Workspace], None]) -> None:
    prepare_month(workspace, MONTH)
    change(workspace)
    assert stages(workspace)[0] == "read"
    assert stages(workspace) == ["kept"]


@pytest.mark.parametrize("file", ["workspace.py", "pipeline.py", "files.py", "core/data/needs.csv"])
def test_a_change_of_any_source_is_a_change_of_the_program(file: str, tmp_path: Path) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__", "fonts"))
    before = digest_of_sources(copy)
    assert before == digest_of_sources(PACKAGE)
    (copy / file).write_text((copy / file).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert digest_of_sources(copy) != before


def test_every_library_that_reads_belongs_to_the_state() -> None:
    distributions = packages_distributions()
    imported = {name for part in READING for path in (PACKAGE / part).rglob("*.py") for name in imports(path)}
    assert {"pandas", "stdnum", "chinese_calendar"} <= imported
    libraries = {name for module in (imported - WRITING) & set(distributions) for name in distributions[module]}
    assert {name.lower() for name in libraries} <= set(LIBRARIES) | {"needs-analytics"}


def imports(path: Path) -> Iterator[str]:
    """The top-level modules a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_a_refused_workbook_is_refused_again_without_reading_it(workspace: Workspace) -> None:
    add(workspace)
    first = prepare_month(workspace, MONTH)
    assert [issue.code for issue in first.issues if issue.severity == "error"]
    assert prepare_month(workspace, MONTH).issues == first.issues
    assert stages(workspace) == ["kept"]


def test_a_workbook_that_ended_its_reader_is_tried_again(workspace: Workspace) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c r="N1000000"><v>2</v></c></row>'
    (workspace.inbox(MONTH) / "远.xlsx").write_bytes(workbook_xml(far))
    (workspace.path / "needs.toml").write_text("[reading]\nmemory_mb = 256\n", encoding="utf-8")
    assert "E024" in {issue.code for issue in prepare_month(Workspace(workspace.path), MONTH).issues}
    assert stages(workspace)[0] == "read"


def test_nothing_that_is_kept_names_anybody(workspace: Workspace) -> None:
    prepare_month(workspace, MONTH)
    files = [path for path in workspace.path.rglob("*") if path.is_file() and "inbox" not in path.parts]
    for content in (file.read_bytes() for file in files):
        for word in (NAME, PHONE, CARD):
            assert word.encode() not in content
            assert word.encode("utf-16-le") not in content
    assert workspace.kept(Month.parse(MONTH)).file in files


def test_a_workspace_that_cannot_be_written_to_is_read_all_the_same(workspace: Workspace) -> None:
    (workspace.path / ".cache").write_text("a file where the folder should be", encoding="utf-8")
    assert stages(workspace)[0] == "read"
