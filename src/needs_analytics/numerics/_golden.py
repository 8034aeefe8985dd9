"""Golden-section search for many functions of one variable at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from needs_analytics.numerics._arrays import Floats

_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def golden_section(function: Callable[[Floats], Floats], low: Floats, high: Floats, sections: int) -> Floats:
    """Maximise a function of J numbers (J,), each on its own interval, which shrinks to 0.618 of itself per section."""
    for _ in range(sections):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        keep_left = function(left) >= function(right)
        low, high = np.where(keep_left, low, left), np.where(keep_left, right, high)
    return (low + high) / 2.0
