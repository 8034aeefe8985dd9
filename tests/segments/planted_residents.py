"""Residents with planted types, as cleaning hands them over; written before the methods and apart from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

TYPES = ("alone", "workers", "parents", "active")
SHARES = (0.15, 0.35, 0.25, 0.25)


def draw_residents(n: int, seed: int, *, noise: float = 1.0) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a canonical survey of `n` respondents and the type each was drawn from.

    Very old people living alone who want meals and escorts; young employees who want parking; parents in large
    households who want after-school care; active retired couples who want classes.
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(TYPES), size=n, p=SHARES)

    def level(means: tuple[float, ...], spread: float, low: float, high: float) -> np.ndarray:
        return np.clip(np.round(rng.normal(np.array(means)[kind], spread * noise)), low, high)

    def says(shares: tuple[float, ...]) -> np.ndarray:
        return rng.random(n) < np.array(shares)[kind]

    flags = {
        "alone_elder": says((0.95, 0, 0, 0.02)),
        "worker": says((0, 0.95, 0.5, 0)),
        "parent": says((0, 0.05, 0.97, 0)),
        "retired": says((0.5, 0, 0, 0.95)),
        "mental": says((0.3, 0.01, 0.01, 0.01)),
    }
    survey = pd.DataFrame(
        {
            "answer_id": [f"a{number:05d}" for number in range(n)],
            "person_key": [f"p{number:05d}" for number in range(n)],
            "age": level((84, 27, 40, 67), 3, 16, 105),
            "sex": np.where(says((0.6, 0.5, 0.5, 0.5)), "女", "男"),
            "groups": [";".join(code for code in flags if flags[code][row]) for row in range(n)],
            "household_size": level((1, 2, 4, 2), 0.3, 1, 9),
            "participation": level((1, 1, 3, 5), 0.5, 1, 5),
            "usage_frequency": level((4, 1, 2, 4), 0.5, 1, 5),
            "satisfaction": level((3, 3, 3, 3), 1, 1, 5),
            "need:ELD01": says((0.8, 0.02, 0.02, 0.2)).astype(float),
            "need:ELD03": says((0.7, 0.02, 0.02, 0.2)).astype(float),
            "need:PRO05": says((0.02, 0.7, 0.3, 0.1)).astype(float),
            "need:CHD02": says((0.01, 0.05, 0.8, 0.1)).astype(float),
            "need:EDU04": says((0.05, 0.02, 0.05, 0.7)).astype(float),
        }
    )
    return survey, kind


def draw_uniform(n: int, seed: int) -> pd.DataFrame:
    """Return residents without any type: every answer uniform and on its own."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.uniform(16, 95, n),
            "participation": rng.uniform(0, 1, n),
            "usage_frequency": rng.uniform(0, 1, n),
            "household_size": rng.integers(1, 7, n).astype(float),
            "sex": rng.choice(["男", "女"], n),
        }
    )
