"""How far orders came: every step within the one before it, nothing guessed, nothing lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.core.results import ORDERS_COLUMNS
from needs_analytics.core.tables import conform
from needs_analytics.gaps.orders import ENDS, follow_orders

MENU = conform(pd.DataFrame({"service": ["S"], "name": ["助餐"], "row": 0}), "menu")


def use(status: str | None, count: float | None = 1.0, service: str | None = "S", **more: Any) -> dict[str, Any]:
    said = status is not None
    return {"service": service, "count": count, "status": status or "完成", "status_said": said, "row": 0, **more}


def orders(*rows: dict[str, Any]) -> pd.DataFrame:
    return follow_orders(conform(pd.DataFrame(list(rows)), "usage"), MENU)


def test_steps_waits_and_ratings_as_computed_by_hand() -> None:
    rows = [
        *(use("完成", waited_days=days, rating=rating) for days, rating in ((0, 5), (1, 4), (3, None), (9, None))),
        use("完成", 4, waited_days=2, rating=3), use("接单", 2), use("爽约"), use("预约", 3), use("等候", 5),
        use("取消"), use("拒绝", 2),
    ]  # fmt: skip
    row = orders(*rows).set_index("service").loc["S"]
    assert row["service_name"] == "助餐"
    assert row[["ordered", "accepted", "completed", "rated"]].tolist() == [22, 11, 8, 6]
    ends = {"under_way": 2, "no_show": 1, "booked": 3, "waiting": 5, "cancelled": 1, "refused": 2, "unknown": 0}
    assert {name: row[name] for name in ends} == ends
    assert row[["accepted_share", "completed_share", "rated_share"]].tolist() == pytest.approx([11 / 22, 8 / 11, 6 / 8])
    assert (row["accepted_share_low"], row["accepted_share_high"]) == pytest.approx((0.307, 0.693), abs=5e-4)  # Wilson
    assert row[["wait_n", "wait_median", "wait_p90"]].tolist() == [8, 2, 9]
    assert (row["rating_n"], row["rating"], row["rating_few"]) == (6, pytest.approx((5 + 4 + 4 * 3) / 6), True)


def test_an_order_without_a_status_is_unknown_and_not_completed() -> None:
    rows = [use("完成", 3), use(None, 40, rating=1, waited_days=99), use("预约", None)]
    row = orders(*rows).set_index("service").loc["S"]
    assert row[["ordered", "completed", "unknown", "uncounted"]].tolist() == [3, 3, 40, 1]
    assert (row["rating_n"], row["wait_n"]) == (0, 0)
    assert np.isnan(row["rating"])
    assert np.isnan(row["wait_median"])


def test_where_no_rating_is_kept_it_is_not_known_how_many_were_rated() -> None:
    table = orders(use("完成", 9), use("完成", 4, service="T", rating=5)).set_index("service")
    assert np.isnan(table.loc["S", ["rated", "rated_share", "rated_share_low"]].astype(float)).all()
    assert (table.loc["T", "rated"], table.loc["T", "rated_share"]) == (4, 1)


def test_where_no_status_is_told_there_is_no_funnel() -> None:
    table = orders(use(None, 5), use(None, 7, service="T"))
    assert table.empty
    assert tuple(table.columns) == ORDERS_COLUMNS


def test_a_service_without_any_status_is_only_in_the_whole() -> None:
    table = orders(use("完成"), use(None, 7, service="T"), use("取消", service=None))
    assert table["service"].tolist() == ["全部", "", "S"]
    assert table.set_index("service")["unknown"].to_dict() == {"全部": 7, "": 0, "S": 0}


def test_missing_waits_are_left_out_and_counted_rows_weigh_what_they_stand_for() -> None:
    done = [use("完成", 90, waited_days=1), use("完成", 10, waited_days=30), use("完成", 500)]
    row = orders(*done, use("等候", waited_days=60)).set_index("service").loc["S"]
    assert row[["wait_n", "wait_median", "wait_p90"]].tolist() == [100, 1, 1]


ROW = st.builds(
    use,
    st.one_of(st.none(), st.sampled_from(list(ENDS))),
    st.one_of(st.none(), st.integers(0, 50).map(float)),
    st.sampled_from(["S", "T", None]),
    waited_days=st.one_of(st.none(), st.integers(0, 30).map(float)),
    rating=st.one_of(st.none(), st.integers(1, 5).map(float)),
)


@settings(max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_steps_never_grow_and_ends_sum_to_the_orders(rows: list[dict[str, Any]]) -> None:
    table = orders(*rows)
    assert (table["rated"].fillna(0.0) <= table["completed"]).all()
    assert (table["completed"] <= table["accepted"]).all()
    assert (table["accepted"] <= table["ordered"]).all()
    assert table[list(ENDS.values())].sum(axis=1).tolist() == table["ordered"].tolist()
    for step in ("accepted", "completed", "rated"):
        known = table[table[f"{step}_share"].notna()]
        assert (known[f"{step}_share_low"] <= known[f"{step}_share"]).all()
        assert (known[f"{step}_share"] <= known[f"{step}_share_high"]).all()
    if len(table):
        whole = table.iloc[0]
        assert whole["ordered"] == table["ordered"].iloc[1:].sum()
        counted = sum(row["count"] or 0 for row in rows)
        assert whole["ordered"] + whole["unknown"] == counted
    pd.testing.assert_frame_equal(table, orders(*rows[::-1]))
