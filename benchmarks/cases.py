"""The cases: each runs ours and a peer on the same input, checks that both did the work, and gives their seconds."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import openpyxl
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from needs_analytics.core.codebook import Codebook
from needs_analytics.intake import take_in
from needs_analytics.numerics.allocation import solve_transport
from needs_analytics.numerics.raking import rake
from needs_analytics.office.read import read_workbooks
from needs_analytics.samples import write_month
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

T = TypeVar("T")
Arrays = tuple["npt.NDArray[np.int64]", "npt.NDArray[np.int64]", "npt.NDArray[np.float64]"]
MONTH = "2026-10"
PROJECT = Path(__file__).resolve().parents[1]
_ONE_MONTH = """
import sys
from needs_analytics.pipeline import run_month
from needs_analytics.reports.month import write_reports
from needs_analytics.workspace import Workspace
write_reports(run_month(Workspace(sys.argv[1]), sys.argv[2]), sys.argv[3])
"""


_ONE_SAMPLE = "import sys; from needs_analytics import samples; getattr(samples, sys.argv[1])(sys.argv[2])"
SAMPLES = {"the default town": "write_town", "a district": "write_district"}
"""What is written, and by what."""


@dataclass(frozen=True)
class Timing:
    """One line of the table.

    Attributes
    ----------
    ours, peer
        Seconds, the best of the repetitions; they depend on the machine, their ratio hardly.
    note
        What the comparison leaves out.
    """

    name: str
    ours: float
    against: str
    peer: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the peer's: below 1 is faster."""
        return self.ours / self.peer


def best_of(repeats: int, work: Callable[[], T]) -> tuple[float, T]:
    """Return the least of the seconds a piece of work takes, and what it gives."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), made


def time_reading(folder: Path, repeats: int) -> list[Timing]:
    """Read the month's workbooks raw, and take them in, against pandas and openpyxl reading them raw."""
    books = sorted(folder.glob("*.xlsx"))
    ours, sheets = best_of(repeats, lambda: read_workbooks(books))
    calamine, frames = best_of(repeats, lambda: [_read_with_pandas(book) for book in books])
    slow, cells = best_of(1, lambda: sum(_cells_with_openpyxl(book) for book in books))
    taking, intake = best_of(1, lambda: take_in(sheets, codebook=Codebook.default(), month=MONTH, key=b"benchmark"))
    assert len(sheets) == sum(map(len, frames))
    assert len(intake.tables["survey"]) > 0
    assert cells > 0
    return [
        Timing("read workbooks raw", ours, "pandas.read_excel, calamine", calamine, "ours also keeps merged ranges"),
        Timing("read workbooks raw", ours, "openpyxl, read-only", slow),
        Timing(
            "read and take in", ours + taking, "pandas.read_excel, calamine", calamine, "the peer recognises nothing"
        ),
    ]


def _read_with_pandas(book: Path) -> dict[str, pd.DataFrame]:
    return pd.read_excel(book, sheet_name=None, header=None, dtype=object, engine="calamine")


def _cells_with_openpyxl(book: Path) -> int:
    opened = openpyxl.load_workbook(book, read_only=True, data_only=True)
    count = sum(len(row) for sheet in opened for row in sheet.iter_rows(values_only=True))
    opened.close()
    return count


def time_allocation(sources: int, sinks: int, repeats: int) -> list[Timing]:
    """Allocate demand to sites in reach, against the same linear programme given to HiGHS as a whole."""
    demand, capacity, arcs = _town(sources, sinks)
    ours, plan = best_of(repeats, lambda: solve_transport(demand, capacity, arcs))
    peer, served = best_of(repeats, lambda: _served_by_linprog(demand, capacity, arcs))
    assert abs(plan.flow.sum() - served) < 1e-6 * served
    name = f"allocate {sources} × {sinks}, {len(arcs[0])} arcs"
    return [Timing(name, ours, "scipy.optimize.linprog, HiGHS", peer, "the peer knows no fair shares")]


def _town(sources: int, sinks: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], Arrays]:
    rng = np.random.default_rng(20261001)
    homes, sites = rng.random((sources, 2)), rng.random((sinks, 2))
    distance = np.linalg.norm(homes[:, None] - sites[None], axis=2)
    source, sink = np.nonzero(distance < 0.3)
    demand, capacity = rng.gamma(2.0, 20.0, sources), rng.gamma(2.0, 20.0 * sources / sinks * 0.7, sinks)
    return demand, capacity, (source, sink, distance[source, sink] * 1000)


def _served_by_linprog(demand: npt.NDArray[np.float64], capacity: npt.NDArray[np.float64], arcs: Arrays) -> float:
    """Serve as many as possible, then at the least distance: two linear programmes."""
    source, sink, cost = arcs
    ones, number = np.ones(len(cost)), np.arange(len(cost))
    rows = vstack([csr_array((ones, (source, number)), (len(demand), len(cost))),
                   csr_array((ones, (sink, number)), (len(capacity), len(cost)))])  # fmt: skip
    limits = np.concatenate([demand, capacity])
    most = -linprog(-ones, A_ub=rows, b_ub=limits, method="highs").fun
    all_served, at_least = vstack([rows, csr_array(-ones[None, :])]), np.append(limits, -most * (1 - 1e-9))
    return float(linprog(cost, A_ub=all_served, b_ub=at_least, method="highs").x.sum())


def time_raking(respondents: int, repeats: int) -> list[Timing]:
    """Rake to three margins, against the textbook loop over margins and classes."""
    rng = np.random.default_rng(7)
    margins = []
    for classes in (12, 20, 6):
        codes = np.concatenate([np.arange(classes), rng.integers(0, classes, respondents - classes)])
        shares = rng.dirichlet(np.full(classes, 20.0))
        margins.append((codes, shares * 50_000))
    base = np.ones(respondents)
    ours, raked = best_of(repeats, lambda: rake(base, margins))
    peer, weights = best_of(repeats, lambda: _raked_by_loop(base, margins))
    assert np.allclose(raked.weights, weights, rtol=1e-5)
    return [Timing(f"rake {respondents} to 3 margins", ours, "loop over margins and classes", peer)]


def _raked_by_loop(
    base: npt.NDArray[np.float64], margins: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]
) -> npt.NDArray[np.float64]:
    weights = base.copy()
    for _ in range(200):
        error = 0.0
        for codes, targets in margins:
            for label, target in enumerate(targets):
                inside = codes == label
                total = weights[inside].sum()
                error = max(error, abs(total / target - 1))
                weights[inside] *= target / total
        if error < 1e-8:
            break
    return weights


def time_month(folder: Path, work: Path) -> tuple[float, float]:
    """Run a whole month with its report in a process of its own; return its seconds and its peak memory in MB."""
    workspace = Workspace.create(work / "office", "幸福街道")
    shutil.copytree(folder, workspace.inbox(MONTH))
    command = [sys.executable, "-c", _ONE_MONTH, str(workspace.path), MONTH, str(work / "out")]
    seconds, _ = best_of(1, lambda: subprocess.run(command, check=True))
    return seconds, _peak()


def time_sample(name: str, work: Path) -> tuple[float, float, float]:
    """Write a sample in a process of its own; return its seconds, its peak memory in MB and the files' size in MB.

    The peak is that of the largest child so far: time the smaller samples first.
    """
    folder = work / SAMPLES[name]
    command = [sys.executable, "-c", _ONE_SAMPLE, SAMPLES[name], str(folder)]
    seconds, _ = best_of(1, lambda: subprocess.run(command, check=True))
    written = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return seconds, _peak(), written / 1e6


def _peak() -> float:
    """Return the peak memory of the largest child process in MB; NaN where the system does not say."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


def sample_folder(work: Path) -> Path:
    """Return the sample month of the clone, or one made just now."""
    folder = PROJECT / "data" / "samples" / MONTH
    return folder if folder.is_dir() else write_month(work / MONTH).folder


def run_cases(folder: Path, *, tiny: bool = False) -> list[Timing]:
    """Run every case that has a peer; ``tiny`` only shows that they run, its figures mean nothing."""
    repeats = 1 if tiny else 3
    return [
        *time_reading(folder, repeats),
        *time_allocation(*((40, 8) if tiny else (900, 90)), repeats),
        *time_raking(500 if tiny else 20_000, repeats),
    ]
