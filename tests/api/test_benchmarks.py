"""The benchmarks run; how fast anything is, no test says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_every_comparison_runs_on_a_tiny_size_and_writes_nothing_else() -> None:
    command = [sys.executable, "-m", "benchmarks", "--tiny"]

    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert all(case in printed.stdout for case in ("read workbooks raw", "read and take in", "allocate", "rake"))
    assert printed.stderr == ""
