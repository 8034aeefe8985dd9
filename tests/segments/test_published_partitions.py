"""The partition reaches published sums of squares; how far it is from the cost that k-prototypes makes least."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from needs_analytics.segments.partition import Answers, split_rows

CLUSTER = Path(__file__).resolve().parents[2] / ".." / "shared" / "reference" / "cluster"
pytestmark = pytest.mark.skipif(not CLUSTER.exists(), reason="no published results at ../shared/reference/cluster")

SUMS = [("iris", k) for k in range(1, 11)] + [("ruspini", k) for k in range(1, 11)]
SUMS += [("usarrests_scaled", k) for k in range(1, 7)]
STARTS = 30
"""The published ones are the best of many starts; with the usual ten ruspini in eight parts is 0.14 % above."""
MISSED = {("iris", 10): 6e-4}
"""What is known not to be reached, and by how much."""
MIXED = [(weight, k) for weight in ("0.5", "1", "2") for k in (2, 3, 4)]


def read(name: str) -> np.ndarray:
    if name == "iris":
        return pd.read_csv(CLUSTER / "iris.csv").iloc[:, :4].to_numpy(float)
    if name == "ruspini":
        return pd.read_csv(CLUSTER / "ruspini.csv").to_numpy(float)
    frame = pd.read_csv(CLUSTER / "USArrests.csv", index_col=0)
    return ((frame - frame.mean()) / frame.std()).to_numpy(float)


def published(file: str) -> dict:
    return json.loads((CLUSTER / f"{file}_expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "k"), SUMS)
def test_the_published_sums_of_squares_are_reached(name: str, k: int) -> None:
    matrix = read(name)
    best = published("cluster")[f"{name}_sse"][f"k{k}"]
    reached = split_rows(matrix, np.ones(len(matrix)), k, n_init=STARTS, random_state=0).inertia
    assert reached <= best * (1 + MISSED.get((name, k), 1e-9))


@pytest.mark.parametrize("k", [2, 5])
def test_no_move_of_one_row_gains_any_more(k: int) -> None:
    matrix, weights = read("iris"), np.ones(150)
    labels = split_rows(matrix, weights, k, n_init=2, random_state=1).labels
    rows = Answers.of(matrix)
    assert rows.best_move(weights, labels, k)[0] <= 1e-9


def test_what_a_move_is_said_to_gain_is_what_it_gains() -> None:
    """With answers missing and weights that differ, each move against the sums of squares before and after."""
    random = np.random.default_rng(0)
    matrix = np.where(random.random((40, 3)) < 0.2, np.nan, random.normal(size=(40, 3)))
    weights, labels = random.uniform(0.5, 3, 40), np.arange(40) % 3
    rows = Answers.of(matrix)
    gain, row, part = rows.best_move(weights, labels, 3)
    gains = {}
    for moved in range(40):
        for to in {0, 1, 2} - {int(labels[moved])}:
            after = np.where(np.arange(40) == moved, to, labels)
            gains[moved, to] = rows.dispersion(weights, labels) - rows.dispersion(weights, after)
    assert gain == pytest.approx(gains[row, part])
    assert gain == pytest.approx(max(gains.values()))


@pytest.mark.parametrize(("weight", "k"), MIXED)
def test_the_cost_of_k_prototypes_is_nearly_that_of_the_best_known(weight: str, k: int) -> None:
    """A category counts by its share within the part, not by its mode: another criterion, so near and never below."""
    species = pd.factorize(pd.read_csv(CLUSTER / "iris.csv")["Species"])[0]
    numbers, factor = read("iris"), float(weight)
    matrix = np.hstack([numbers, np.sqrt(factor / 2) * np.eye(3)[species]])  # two who differ are factor apart
    labels = split_rows(matrix, np.ones(150), k, n_init=STARTS, random_state=0).labels
    others = sum(np.sum(labels == part) - np.bincount(species[labels == part]).max() for part in range(k))
    cost = Answers.of(numbers).dispersion(np.ones(150), labels) + factor * others
    best = published("kproto")[f"iris_mixed_lambda{weight}_k{k}"]["tot"]
    assert best * (1 - 1e-9) <= cost <= best * 1.015
