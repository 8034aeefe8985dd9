"""Several people on one month: every run is one revision or the one that is there, and no reader sees half of one."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from needs_analytics.history import Store, opening

from .conftest import MONTH
from .form import report, trials
from .killing import at_once, child, ended, killed_before
from .test_kills import mend
from .watching import nothing, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from needs_analytics import Workspace

    from .conftest import Months

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

WRITERS, READERS = 8, 4
WHOLE = """SELECT r.digest, (SELECT COUNT(*) FROM estimate AS e WHERE e.run = r.run),
                  (SELECT COUNT(*) FROM gap AS g WHERE g.run = r.run),
                  (SELECT COUNT(*) FROM publication AS p WHERE p.run = r.run),
                  (SELECT COUNT(*) FROM file AS f WHERE f.run = r.run) FROM run AS r ORDER BY r.run"""


def read_until(done: Path, told: Path, workspace: Workspace, months: Months) -> None:
    """Read the month until the writers have ended; every look must show whole revisions."""
    rows = {each.run.digest: (len(each.needs.table), len(each.gaps.table)) for each in months.results}
    looks = 0
    while not looks or not done.exists():
        looks += 1
        store = Store(workspace.store.path)
        assert months.torn(workspace) == []
        for digest, estimates, gaps, publications, files in store.read(WHOLE).itertuples(index=False):
            assert (estimates, gaps, publications) == (*rows[digest], 1)
            assert files <= 3
        needs, report = store.estimates(MONTH), store.gaps(MONTH)
        assert needs is None or (report is not None and (len(needs), len(report)) in rows.values())
    told.write_text(str(looks), encoding="utf-8")


def write_and_read(
    months: Months, workspace: Workspace, folder: Path, works: Sequence[Callable[[], object]]
) -> tuple[list[int], int]:
    """Do works at once beside four readers; return the writers' codes and how often was read."""
    done, told = folder / "done", [folder / f"reader-{number}" for number in range(READERS)]
    for path in (done, *told):
        path.unlink(missing_ok=True)
    readers = [child(partial(read_until, done, path, workspace, months)) for path in told]
    codes = at_once(works)
    done.touch()
    assert [ended(number) for number in readers] == [0] * READERS
    return codes, sum(int(path.read_text(encoding="utf-8")) for path in told)


@pytest.mark.parametrize("same", [True, False], ids=["the same results", "other results each"])
@pytest.mark.parametrize("start", ["begun", "issued"])
def test_eight_writers_beside_four_readers(months: Months, tmp_path: Path, start: str, *, same: bool) -> None:
    looks = 0
    for _ in range(trials(1, 20)):
        workspace = months.at(getattr(months, start), tmp_path / "shared")
        which = [1] * WRITERS if same else range(2, 2 + WRITERS)
        works = [partial(months.issue, workspace, number) for number in which]
        codes, looked = write_and_read(months, workspace, tmp_path, works)
        looks += looked
        assert codes == [0] * WRITERS
        assert months.judge(workspace) == (start == "issued") + (1 if same else WRITERS)
    report("8 writers x 4 readers", start=start, same=same, rounds=trials(1, 20), looks=looks)


def test_a_store_made_by_eight_at_once_is_made_once(months: Months, tmp_path: Path) -> None:
    for number in range(trials(3, 100)):
        store = Store(tmp_path / f"{number}" / "months.sqlite3")
        codes = at_once([partial(store.keep, months.results[1])] * (WRITERS // 2) + [store.months] * (WRITERS // 2))
        assert codes == [0] * WRITERS
        assert store.months()["revision"].tolist() == [1]
        assert store.read("SELECT COUNT(*) AS steps FROM migration")["steps"].tolist() == [len(opening.migrations())]
    report("made by 8 at once", rounds=trials(3, 100))


class _RefusedError(OSError):
    pass


@pytest.mark.parametrize("after", ["COMMIT", "ROLLBACK"])
def test_a_run_that_ends_leaves_the_next_ones_journal_alone(months: Months, tmp_path: Path, after: str) -> None:
    """Between a run's last step and its tidying up another run begins, and is killed."""
    workspace = months.at(months.issued, tmp_path / "shared")
    came: list[str] = []

    def meet(about: str) -> None:
        if about == f"sql {after}" and not came:
            came.append(about)
            killed_before("sql COMMIT", lambda: months.issue(workspace, 2))

    def refuse(about: str) -> None:
        if after == "ROLLBACK" and about.startswith("sql INSERT INTO estimate"):
            raise _RefusedError

    with watched(refuse if after == "ROLLBACK" else nothing, meet), suppress(Exception):
        months.issue(workspace, 1)
    assert came
    mend(workspace)
    assert months.judge(workspace) == (2 if after == "COMMIT" else 1)


def test_on_a_network_drive_they_wait_for_each_other_too(
    months: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "on_network_drive", lambda _: True)
    workspace = months.at(months.begun, tmp_path / "shared")
    works = [partial(months.issue, workspace, number) for number in range(2, 6)]
    codes, looks = write_and_read(months, workspace, tmp_path, works)
    assert codes == [0] * 4
    assert months.judge(workspace) == 4
    report("4 writers x 4 readers on a network drive", looks=looks)
