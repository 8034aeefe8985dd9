"""What residents of a segment used by the records that name them: each person once, totals tell nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from needs_analytics.core.tables import conform
from needs_analytics.segments.services import count_services

TABLE = pd.DataFrame(
    {"answer_id": [f"a{n}" for n in range(9)], "person_key": [f"p{n}" for n in range(8)] + [None],
     "segment": ["S1"] * 4 + ["S2"] * 3 + ["", "S1"]}
)  # fmt: skip


def usage(*rows: tuple[str | None, str, str | None, float]) -> pd.DataFrame:
    names = ["person_key", "service", "status", "count"]
    return conform(pd.DataFrame(rows, columns=names).assign(row=0), "usage")


def test_everybody_counts_once_for_a_service_they_used_however_often() -> None:
    used = usage(("p0", "M", "完成", 3.0), ("p0", "M", "完成", 1.0), ("p1", "M", None, 1.0), ("p4", "M", "完成", 1.0),
                 ("p4", "B", "完成", 1.0), ("p9", "B", "完成", 1.0))  # fmt: skip
    found = count_services(TABLE, used).set_index(["segment", "service"])
    assert found[["users", "n"]].to_numpy().tolist() == [[2, 4], [1, 3], [1, 3]]
    assert found.loc[("S1", "M"), ["share", "overall", "lift"]].tolist() == pytest.approx([1 / 2, 3 / 7, 7 / 6])
    assert list(found.index) == [("S1", "M"), ("S2", "B"), ("S2", "M")]


def test_what_was_not_done_or_names_nobody_is_no_use() -> None:
    used = usage(
        ("p0", "M", "等候", 1.0), (None, "M", "完成", 50.0), ("p1", "M", "完成", 0.0), ("p7", "M", "完成", 1.0)
    )
    assert count_services(TABLE, used).empty
