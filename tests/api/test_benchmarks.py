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


def test_reading_is_compared_on_a_tiny_survey() -> None:
    command = [sys.executable, "-m", "benchmarks", "--intake", "--tiny"]

    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert all(peer in printed.stdout for peer in ("ours", "python-calamine to DataFrame", "openpyxl", "again"))
    assert printed.stdout.count("300 rows") >= 4  # each way read them all


def test_estimates_are_compared_on_a_tiny_sample() -> None:
    command = [sys.executable, "-m", "benchmarks", "--estimates", "--tiny"]

    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert all(words in printed.stdout for words in ("loop over a table of cells", "by svy", "peak memory"))


def test_segments_are_compared_on_a_tiny_town() -> None:
    command = [sys.executable, "-m", "benchmarks", "--segments", "--tiny"]

    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert all(words in printed.stdout for words in ("ours", "k-means on one-hot", "sklearn KMeans", "resamples"))


def test_plans_are_compared_on_a_tiny_district() -> None:
    command = [sys.executable, "-m", "benchmarks", "--gaps", "--tiny"]

    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert all(
        words in printed.stdout for words in ("fair and", "by scipy's HiGHS", "ortools", "where the demand goes")
    )
