"""The tables of continuity have their columns and types also where they have no row."""

from __future__ import annotations

import pytest

from needs_analytics.core import continuity


@pytest.mark.parametrize(
    ("made", "row"),
    [
        (continuity.crosswalk_frame, ("S1", "独居高龄老人", "S1", "独居高龄老人", 0.9, "same")),
        (continuity.drift_frame, ("age", "年龄", 4.2, 0.04, True)),
        (continuity.migration_frame, ("S1", "S2", 7)),
        (continuity.sizes_frame, ("2026-10", "S1", "独居高龄老人", 0.2, 0.1, 0.3, 400.0)),
    ],
)
def test_empty_tables_have_the_types_of_filled_ones(made, row):
    assert made().empty
    assert made().dtypes.equals(made([row]).dtypes)
