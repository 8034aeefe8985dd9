"""Any call of a monthly run that touches the disk fails: a clear sentence, and the next run gives what it always gives.

The run is the command's own. What is computed in memory is remembered by what it is given: only the disk is tried.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import pickle
import shutil
import sqlite3
from collections import Counter
from contextlib import closing, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from needs_analytics import Workspace
from needs_analytics.cli.entry import run
from needs_analytics.history.links import stored_content

from .faults import FAULTS, Failing, failing
from .form import report, trials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MONTH = "2026-10"
COMPUTED = (
    "pipeline.take_in", "pipeline.clean", "weights.weigh", "segments.find_segments", "needs.list_needs",
    "matching.match_services", "gaps.measure_gaps", "plans.plan_actions", "issuing.published",
)  # fmt: skip
REFUSED = ("打不开，可能已损坏", "读到一半时读取程序中断")
STRIDE = int(os.environ.get("NEEDS_FAULT_STRIDE") or trials(130, 1))  # every so many calls
ANSWERS = "答卷编号,社区,年龄,性别,您需要哪些服务\n" + "".join(
    f"{place},{'槐杨'[place % 2]}树社区,{20 + place % 60},{'男女'[place // 2 % 2]},停车{';助餐' * (place % 3 > 0)}\n"
    for place in range(80)
)
REGISTER = "社区,年龄段,性别,人数\n" + "".join(
    f"{place}树社区,{band},{sex},300\n" for place in "槐杨" for band in ("16-59岁", "60岁以上") for sex in "男女"
)
MENU = "服务编码,服务名称,对应需求,服务对象,计量单位,人均月使用次数\nS1,老年食堂,助餐,全体居民,餐,10\n"
SUPPLY = "服务项目,月份,容量,容量周期\nS1,2026-10,500,月\n"


class Ended(NamedTuple):
    """How a command ended, what it left, and whether a fault came."""

    code: int
    said: str
    files: dict[str, str]
    store: list[str]


class Town(NamedTuple):
    """A workspace in which the month was issued before and has changed since, and what its run gives."""

    start: Path
    before: dict[str, str]
    wanted: Ended


def remembered(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a pure function that computes nothing twice."""
    known: dict[bytes, bytes] = {}

    @functools.wraps(work)
    def call(*given: Any, **named: Any) -> Any:
        told = given[0].run if work.__name__ == "published" else given
        key = hashlib.sha256(pickle.dumps((told, named))).digest()
        if key not in known:
            known[key] = pickle.dumps(work(*given, **named))
        return pickle.loads(known[key])

    return call


def use(count: int) -> str:
    return f"月份,服务项目,人次\n2026-10,S1,{count}\n"


def command(folder: Path) -> tuple[int, str]:
    """Run a command in this process and return its code and all that it said."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as left, redirect_stdout(said), redirect_stderr(said):
        run(["-C", str(folder), "report", MONTH, "--format", "xlsx"])
    return int(left.value.code or 0), said.getvalue()


def found(folder: Path) -> dict[str, str]:
    """Return every file of a workspace but the store with its digest, what is only kept for speed by its name."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "history"]
    return {path.relative_to(folder).as_posix(): "" if ".cache" in path.parts else digest(path) for path in paths}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ended(folder: Path, code: int, said: str) -> Ended:
    """Return what a command left, after a look at the store."""
    store = Workspace(folder).store
    assert store.verify()
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        runs = connection.execute("SELECT run, content FROM run ORDER BY run").fetchall()
        assert [stored_content(connection, run) for run, _ in runs] == [content for _, content in runs]
    return Ended(code, said, found(folder), [content for _, content in runs])


@pytest.fixture(scope="module")
def patched() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name in COMPUTED:
            module, _, function = f"needs_analytics.{name}".rpartition(".")
            patch.setattr(f"{module}.{function}", remembered(getattr(__import__(module, fromlist=[""]), function)))
        yield


@pytest.fixture(scope="module")
def make(patched: None, tmp_path_factory: pytest.TempPathFactory) -> Town:
    tmp_path = tmp_path_factory.mktemp("town")
    workspace = Workspace.create(tmp_path / "小镇", "小镇")
    with (workspace.path / "needs.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[reading]\nprocesses = 1\n")
    inbox = workspace.inbox(MONTH)
    (inbox / "台账").mkdir(parents=True)
    for name, content in {"答卷.csv": ANSWERS, "底册.csv": REGISTER, "菜单.csv": MENU, "容量.csv": SUPPLY}.items():
        (inbox / name).write_text(content, encoding="utf-8")
    (inbox / "台账" / "使用.csv").write_text(use(480), encoding="utf-8")
    began = command(workspace.path)
    assert began[0] == 0, began[1]
    (inbox / "台账" / "使用.csv").write_text(use(300), encoding="utf-8")
    shutil.rmtree(workspace.path / ".cache")
    copied = shutil.copytree(workspace.path, tmp_path / "undisturbed" / "小镇")
    return Town(workspace.path, found(workspace.path), ended(copied, *command(copied)))


def judged(town: Town, folder: Path, watch: Failing, first: tuple[int, str]) -> str:
    """Judge a command in which a call failed and the one after it; return how the first ended."""
    code, said = first
    assert code in {0, 1, 2, 130}
    assert "Traceback" not in said
    now, known = ended(folder, code, said), town.wanted.files
    reports = {name: each for name, each in now.files.items() if name.startswith("reports/")}
    refused = any(sentence in said for sentence in REFUSED)
    assert code or refused or set(reports.values()) <= set(known.values()) | set(town.before.values())
    again = ended(folder, *command(folder))
    assert again.code == 0, again.said
    assert again.store[-1] == town.wanted.store[-1]
    assert {name: again.files.get(name) for name in known} == known
    others = {name for name in again.files if name not in known and "(2)" not in name}
    assert not others or watch.failed.startswith("os.unlink"), others
    return "done without a file, said" if code == 0 and refused else f"exit {code}"


@pytest.fixture(scope="module")
def length(make: Town, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how many calls of an undisturbed run touch the disk."""
    folder = shutil.copytree(make.start, tmp_path_factory.mktemp("counted") / "小镇")
    with failing(0, "") as watch:
        assert command(folder)[0] == 0
    return watch.calls


@pytest.mark.parametrize("late", [False, True], ids=["does nothing", "has done its work"])
@pytest.mark.parametrize("kind", FAULTS)
def test_a_run_in_which_a_call_fails_says_so_and_the_next_gives_what_it_always_gives(
    make: Town, length: int, tmp_path: Path, kind: str, *, late: bool
) -> None:
    ends, wrong = Counter[str](), list[str]()
    first = 1 + (FAULTS.index(kind) + 5 * late) * 13 % STRIDE
    for call in range(first, length + 1, STRIDE):
        folder = shutil.copytree(make.start, tmp_path / f"{call}" / "小镇")
        with failing(call, kind, late=late) as watch:
            said = command(folder)
        try:
            ends[judged(make, folder, watch, said)] += 1
        except AssertionError as error:
            wrong.append(f"{call} {watch.failed}: {str(error)[:300]} | {said[0]} {said[1][-300:]}")
        shutil.rmtree(folder.parent)
    report("a call fails", kind=kind, late=late, calls=length, ends=ends, wrong=wrong)
    assert not wrong, "\n".join(wrong)
