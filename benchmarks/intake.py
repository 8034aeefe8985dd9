"""Reading and taking in a large survey, against named peers that only read; many small workbooks; a second look."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.surveys import write_survey
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MONTH = "2026-10"
# Each runs in a process of its own: seconds of CPU of it and its children, without what importing costs.
_OURS = """
from needs_analytics.core.codebook import Codebook
from needs_analytics.intake import take_in
from needs_analytics.office.read import read_workbooks
begin()
intake = take_in(read_workbooks([path]), codebook=Codebook.default(), month="2026-10", key=b"benchmark")
done(intake.tables["survey"], intake.ledger)
"""
_CALAMINE = """
import pandas as pd
import python_calamine
begin()
rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
done(pd.DataFrame(rows[1:], columns=rows[0]))
"""
_OPENPYXL = """
import pandas as pd
begin()
done(pd.read_excel(path, engine="openpyxl"))
"""
_TIMED = """
import json, resource, sys, time
path = sys.argv[1]
def used():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)
def begin():
    global began, lightest
    began, lightest = used(), peak()
def peak():
    try:
        with open("/proc/self/status") as told:
            return next(int(line.split()[1]) for line in told if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def done(*tables):
    seconds, highest = used() - began, peak()
    size = sum(int(table.memory_usage(deep=True).sum()) for table in tables)
    told = {"seconds": seconds, "peak": (highest - lightest) / 1e3, "size": size / 1e6, "rows": len(tables[0])}
    print(json.dumps(told))
"""


@dataclass(frozen=True)
class Cost:
    """What one way of reading costs: CPU seconds, memory above its imports and the size of its tables (MB)."""

    name: str
    seconds: float
    peak: float
    size: float
    rows: int


def read_one(path: Path) -> list[Cost]:
    """Read one workbook in three ways, each in a process of its own."""
    ways = {"ours: gate, read, recognise, type, ledger": _OURS, "python-calamine to DataFrame": _CALAMINE,
            "pandas.read_excel, openpyxl": _OPENPYXL}  # fmt: skip
    costs = []
    for name, way in ways.items():
        command = [sys.executable, "-c", _TIMED + way, str(path)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        costs.append(Cost(name, **json.loads(printed)))
    return costs


def look_twice(folder: Path, book: Path) -> tuple[float, float]:
    """Return the seconds that a whole ``needs check`` takes, first and again."""
    workspace = Workspace.create(folder / f"office-{book.stem}", "幸福街道")
    workspace.inbox(MONTH).mkdir(parents=True)
    shutil.copy(book, workspace.inbox(MONTH))
    return _seconds_of_check(workspace), _seconds_of_check(workspace)


def read_many(folder: Path, count: int, rows: int) -> tuple[float, float]:
    """Return the seconds of reading many small workbooks: by us on all cores, and by python-calamine one by one."""
    folder.mkdir()
    books = [write_survey(folder / f"{number:03d}.xlsx", rows, seed=number) for number in range(count)]
    ours = "from needs_analytics.office.read import read_workbooks; import sys; assert read_workbooks(sys.argv[1:])"
    peer = (
        "import sys, python_calamine as c; [c.load_workbook(p).get_sheet_by_index(0).to_python() for p in sys.argv[1:]]"
    )
    paths = list(map(str, books))
    return _seconds([sys.executable, "-c", ours, *paths]), _seconds([sys.executable, "-c", peer, *paths])


def lines(folder: Path, *, tiny: bool) -> Iterator[str]:
    """Yield what was measured, a line each; ``tiny`` only shows that it runs."""
    large, small = write_survey(folder / "large.xlsx", 300 if tiny else 100_000), write_survey(folder / "s.xlsx", 300)
    costs = read_one(large)
    for cost in costs:
        yield (f"{cost.name}: {cost.seconds:.2f} CPU s (ours is {costs[0].seconds / cost.seconds:.2f} times that); "
               f"memory {cost.peak:,.0f} MB above imports, table {cost.size:,.0f} MB, {cost.rows} rows")  # fmt: skip
    for name, book in {"one sheet of 300 rows": small, f"a survey of {costs[0].rows}": large}.items():
        first, again = look_twice(folder, book)
        yield f"needs check on {name}, whole process: {first:.2f} s, again {again:.2f} s"
    count = 4 if tiny else 200
    ours, peer = read_many(folder / "many", count, 300)
    yield f"{count} workbooks of 300 rows: {ours:.2f} s on all cores, python-calamine one by one {peer:.2f} s"
    empty = _seconds([sys.executable, "-c", "pass"])
    yield f"import needs_analytics: {_seconds([sys.executable, '-c', 'import needs_analytics']) - empty:.3f} s"


def _seconds_of_check(workspace: Workspace) -> float:
    return _seconds([sys.executable, "-m", "needs_analytics", "-C", str(workspace.path), "check", MONTH])


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began
