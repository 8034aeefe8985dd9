"""Names for the array types that records, and functions above :mod:`needs_analytics.numerics`, are about."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]
Objects = npt.NDArray[np.object_]
