"""Published results to compare with, read in place beside the project."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = Path(__file__).resolve().parents[2] / ".." / "shared" / "reference"


@pytest.fixture
def reference() -> Callable[[str], Path]:
    """Give the path of a reference file, or skip."""

    def locate(name: str) -> Path:
        path = REFERENCE / name
        if not path.exists():
            pytest.skip(f"no published results at ../shared/reference/{name}")
        return path

    return locate


@pytest.fixture
def expected(reference: Callable[[str], Path]) -> Callable[[str], Any]:
    """Read a JSON file of published results."""
    return lambda name: json.loads(reference(name).read_text(encoding="utf-8"))


@pytest.fixture
def columns(reference: Callable[[str], Path]) -> Callable[[str], dict[str, np.ndarray]]:
    """Read a CSV file as text columns by name."""

    def read(name: str) -> dict[str, np.ndarray]:
        with reference(name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {key: np.array([row[key] for row in rows]) for key in rows[0]}

    return read
