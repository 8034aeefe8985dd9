"""Names for the array types of this package and the checks every function makes of its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def as_weights(weights: npt.ArrayLike, name: str = "weights") -> Floats:
    """Return `weights` as a float array (n,); ValueError unless they are finite, not negative and one-dimensional."""
    array = np.asarray(weights, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}")
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError(f"{name} must be finite and not negative")
    return array


def as_codes(labels: npt.ArrayLike, size: int, name: str) -> Ints:
    """Return labels (n,) of any sortable kind as codes 0, 1, … in sorted order; ValueError unless there are `size`."""
    array = np.asarray(labels)
    if array.shape != (size,):
        raise ValueError(f"{name} must have one entry per row ({size}), got shape {array.shape}")
    return np.unique(array, return_inverse=True)[1].astype(np.int64).reshape(size)


def check_level(level: float) -> float:
    """Return the tail probability on one side, ``(1 − level) / 2``; ValueError unless 0 < level < 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    return (1.0 - level) / 2.0


def one_hot(codes: Sequence[Ints], sizes: Sequence[int]) -> sparse.csr_array:
    """Return the class dummies of several codings (n,) side by side, sparse (n, sum of `sizes`)."""
    rows = codes[0].size
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = np.stack([code + start for code, start in zip(codes, starts[:-1], strict=True)], axis=1).ravel()
    pointer = np.arange(0, columns.size + 1, len(codes))
    return sparse.csr_array((np.ones(columns.size), columns, pointer), shape=(rows, int(starts[-1])))
