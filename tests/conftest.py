"""What all tests share: where the shared data lies, no network, and CI's rule that nothing is skipped."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"
OFFLINE = Path(__file__).with_name("offline")


def pytest_configure() -> None:
    """Keep the tests off the network, and every Python they start: see ``offline/sitecustomize.py``."""
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path not in {"", str(OFFLINE)}]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *given])
    runpy.run_path(str(OFFLINE / "sitecustomize.py"))
    settings.register_profile("untimed", parent=settings(), deadline=None)  # how long it takes is the machine's affair
    settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared data; skip where it is not beside the project."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside the project")
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Let no skip pass where ``NEEDS_NO_SKIP`` is set: there everything the tests need is installed."""
    report = yield
    if os.environ.get("NEEDS_NO_SKIP") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report
