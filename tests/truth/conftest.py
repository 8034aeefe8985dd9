"""What the recovery tests share: a way to note what was measured, and a month that went through workbooks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest
from threadpoolctl import threadpool_limits

from needs_analytics.cleaning import clean
from needs_analytics.core.codebook import Codebook
from needs_analytics.intake import take_in
from needs_analytics.office.read import read_workbooks

from .generator import MONTH, SEED, send, settle
from .seeds import seed_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from needs_analytics.core.records import Cleaned, Intake
    from needs_analytics.samples import SampleMonth, Snapshot
    from needs_analytics.samples.answers import Answers


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Let linear algebra run on one thread: small matrices on all threads of a busy machine take thrice as long."""
    with threadpool_limits(1):
        yield


class Measured(Protocol):
    """Note a measurement, then hold it to its threshold."""

    def __call__(
        self,
        what: str,
        value: float,
        *,
        least: float | None = None,
        most: float | None = None,
        below: float | None = None,
    ) -> None: ...


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Return a check that notes what it measured in ``NEEDS_TRUTH_OUT``, for ``docs/truth.md``."""

    def note(
        what: str,
        value: float,
        *,
        least: float | None = None,
        most: float | None = None,
        below: float | None = None,
    ) -> None:
        limits = {"least": least, "most": most, "below": below}
        _write_line(request.node, what, float(value), limits)
        assert least is None or value >= least, f"{what}: {value:.4g} < {least:g}"
        assert most is None or value <= most, f"{what}: {value:.4g} > {most:g}"
        assert below is None or value < below, f"{what}: {value:.4g} is not below {below:g}"

    return note


def _write_line(node: pytest.Item, what: str, value: float, limits: dict[str, float | None]) -> None:
    out = os.environ.get("NEEDS_TRUTH_OUT")
    if not out:
        return
    mark = node.get_closest_marker("xfail")
    line = {
        "file": node.path.name,
        "test": node.name,
        "what": what,
        "value": value,
        **limits,
        "awaits": mark.kwargs["reason"] if mark else "",
        "seeds": os.environ.get("NEEDS_TRUTH_SEEDS", "1"),
    }
    with Path(out).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")


class Sent(NamedTuple):
    """One month as the offices sent it, the truth behind it, and what the stages made of it."""

    snapshot: Snapshot
    planted: SampleMonth
    answers: Answers
    use: pd.DataFrame
    truth: dict[str, pd.DataFrame]
    intake: Intake
    cleaned: Cleaned


@pytest.fixture(scope="session", params=range(SEED, SEED + seed_count(1)))
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Return the default town's third month through workbooks; in the full form other seeds' as well."""
    folder = tmp_path_factory.mktemp("sent")
    sending = send(request.param, folder)
    sheets = read_workbooks(sorted(folder.iterdir()), root=folder)
    intake = take_in(sheets, codebook=Codebook.default(), month=MONTH, key=b"a key of the recovery suite")
    return Sent(settle(request.param), *sending, intake, clean(intake))
