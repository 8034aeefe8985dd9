"""A thousand planted residents: none of them stands in anything the program writes."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .canaries import Canaries
from .planting import csv, month, survey
from .searching import found_in, leaks_below

if TYPE_CHECKING:
    from pathlib import Path

MONTH = "2026-10"
EXEMPT = (r"office/inbox/", r"office/check/[^/]+/退回/")
"""What the office sent, and what goes back to the office itself."""
_CALLS = {
    "check": ("check", MONTH),
    "check-en-json": ("check", MONTH, "--json", "--lang", "en"),
    "check-json": ("check", MONTH, "--json"),
    "report": ("report", MONTH),
    "report-en": ("report", MONTH, "--lang", "en"),
    "report-json": ("report", MONTH, "--json"),
    "explain": ("explain", "need:助餐"),
    "explain-gap": ("explain", "gap:助餐:和平社区", "--json"),
    "explain-en": ("explain", "weights", "--lang", "en"),
}
_BUG = """
import needs_analytics.{module} as broken
from needs_analytics.cli.entry import run
def fail(*given, **told):
    raise ValueError(given, told)
broken.{function} = fail
run({arguments!r})
"""
_BROKEN = (("intake.join", "resolve_places"), ("intake.join_people", "link"), ("pipeline", "take_in"))


_UNMASKED = """
import needs_analytics.intake.join_people as open_door
from needs_analytics.cli.entry import run
open_door.mapped = lambda values, mask, names: values
run(["-C", {workspace!r}, "check", {month!r}])
"""


class Run(NamedTuple):
    folder: Path
    canaries: dict[str, str]
    codes: dict[str, int]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a folder in which the whole command line was run over a planted month, with all that it has written."""
    folder = tmp_path_factory.mktemp("private")
    for name in ("streams", "tmp", "home"):
        (folder / name).mkdir()
    canaries = Canaries()
    call(folder, "init", ["-m", "needs_analytics", "init", "office", "--path", str(folder / "office"), "-q"])
    inbox = folder / "office" / "inbox" / MONTH
    inbox.mkdir(parents=True)
    for name, content in month(canaries).items():
        (inbox / name).parent.mkdir(exist_ok=True)
        (inbox / name).write_bytes(content)
    codes = {name: call(folder, name, ["-m", "needs_analytics", *arguments]) for name, arguments in _CALLS.items()}
    for module, function in _BROKEN:
        kept = folder / "office" / ".cache"
        for file in kept.rglob("*"):
            file.rename(folder / "streams" / f"{function}-{file.name}")  # read anew, and searched all the same
        script = _BUG.format(module=module, function=function, arguments=["check", MONTH])
        codes[function] = call(folder, function, ["-c", script])
    return Run(folder, canaries.planted, codes)


def call(folder: Path, name: str, arguments: list[str]) -> int:
    place = folder / "office"
    surroundings = {
        **os.environ,
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "home"),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        env=surroundings,
        cwd=place if place.exists() else folder,
        check=False,
    )
    (folder / "streams" / f"{name}.out").write_bytes(done.stdout)
    (folder / "streams" / f"{name}.err").write_bytes(done.stderr)
    return done.returncode


def test_the_month_was_checked_reported_and_explained(ran: Run) -> None:
    assert {name: code for name, code in ran.codes.items() if name in _CALLS} == dict.fromkeys(_CALLS, 0)
    assert {name: code for name, code in ran.codes.items() if name not in _CALLS} == {f: 101 for _, f in _BROKEN}
    written = {path.suffix for path in ran.folder.rglob("*") if path.is_file()}
    assert {".xlsx", ".html", ".docx", ".toml"} <= written
    assert any(".cache" in path.parts or "history" in path.parts for path in ran.folder.rglob("*"))


def test_a_thousand_canaries_are_planted(ran: Run) -> None:
    assert len(ran.canaries) >= 1000
    assert len(set(ran.canaries.values())) >= 25
    inbox = leaks_below(ran.folder, ran.canaries, ())
    assert set(ran.canaries) == set(inbox), "the search finds what stands in the workbooks themselves"


def test_no_canary_stands_in_anything_written(ran: Run) -> None:
    leaks = leaks_below(ran.folder, ran.canaries, EXEMPT)
    told = Counter((ran.canaries[canary], place) for canary, place in leaks.items())
    assert not leaks, f"{len(leaks)} canaries: {told.most_common(20)}"


def test_without_the_masking_of_texts_the_same_search_finds_residents(ran: Run, tmp_path: Path) -> None:
    shutil.copytree(
        ran.folder / "office", tmp_path / "office", ignore=shutil.ignore_patterns("check", "reports", ".cache")
    )
    (tmp_path / "streams").mkdir()
    script = _UNMASKED.format(workspace=str(tmp_path / "office"), month=MONTH)
    assert call(tmp_path, "unmasked", ["-c", script]) == 0
    leaks = leaks_below(tmp_path, ran.canaries, EXEMPT)
    assert {"free note", "request", "visiting duty"} <= {ran.canaries[canary] for canary in leaks}


def test_a_broken_run_says_where_it_broke(ran: Run) -> None:
    for _, function in _BROKEN:
        said = (ran.folder / "streams" / f"{function}.err").read_text()
        assert "ValueError" in said
        assert "take_in" in said or "pipeline" in said
        assert str(ran.folder) not in said


@pytest.mark.parametrize(
    "wrap",
    [
        str.encode,
        lambda name: name.encode("gb18030"),
        lambda name: name.encode("utf-16-le"),
        lambda name: pickle.dumps([name]),
        lambda name: ascii(name).encode(),
        lambda name: name.encode("ascii", "xmlcharrefreplace"),
    ],
)
def test_a_leak_is_found_in_any_wrapping(wrap: object) -> None:
    canaries = Canaries()
    name, card = canaries.name("here"), canaries.card("there")
    assert set(found_in(wrap(f"说明{name}，{card}"), canaries.planted)) == {name, card}  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["name", "phone", "card", "bank", "door", "account"])
def test_one_leak_of_any_kind_is_found_in_a_report(kind: str, tmp_path: Path) -> None:
    canaries = Canaries()
    for _ in range(60):
        getattr(canaries, kind)("here")
    for number, canary in enumerate(canaries.planted):
        with zipfile.ZipFile(tmp_path / f"{number}.xlsx", "w") as report:
            report.writestr("xl/sharedStrings.xml", f"<t>供需缺口{canary}，报告</t>")
    assert set(leaks_below(tmp_path, canaries.planted, ())) == set(canaries.planted)


def test_a_copy_that_cannot_be_written_is_told_without_the_resident(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    call(tmp_path, "init", ["-m", "needs_analytics", "init", "office", "--path", str(tmp_path / "office"), "-q"])
    inbox = tmp_path / "office" / "inbox" / MONTH
    inbox.mkdir(parents=True)
    header, *rows = survey(Canaries(), 6)
    wrong = [[400 if name == "年龄" else cell for name, cell in zip(header, row, strict=True)] for row in rows]
    (inbox / "李秀英低保.csv").write_bytes(csv(header, *wrong))
    assert call(tmp_path, "check", ["-m", "needs_analytics", "check", MONTH]) == 0
    copies = [path for path in (tmp_path / "office" / "check" / MONTH / "退回").rglob("*") if path.is_file()]
    assert copies
    for copy in copies:
        copy.unlink()
        (copy / "taken").mkdir(parents=True)
    assert call(tmp_path, "blocked", ["-m", "needs_analytics", "check", MONTH]) == 2
    for stream in (tmp_path / "streams").iterdir():
        assert "秀英" not in stream.read_text("utf-8")
