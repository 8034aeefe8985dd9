"""The planted residents and what is found in them, once for all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from needs_analytics.segments import find_segments

from .planted_residents import draw_residents

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from needs_analytics.core.results import Segments


class Planted(NamedTuple):
    survey: pd.DataFrame
    kind: np.ndarray
    found: Segments


@pytest.fixture(scope="session")
def planted() -> Planted:
    survey, kind = draw_residents(800, seed=3)
    return Planted(survey, kind, find_segments(survey))
