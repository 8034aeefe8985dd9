"""Follow the month's orders: 点单, 接单, 完成, 评价, with waits and ratings, service by service.

An order is one use that somebody asked for, or each of a counted row. How far it came is what its status says, and a
step reached implies the steps before it:

- ordered 点单: every order whose status is told, whatever became of it;
- accepted 接单: 完成, 接单 (taken on, not done yet) and 爽约 (nobody stays away who was not expected);
- completed 完成; rated 评价: completed with a rating beside it.

预约 and 等候 are ordered and not yet accepted, 拒绝 never was; when in its course an order was given up (取消) is not
told, so it counts as ordered only. Orders without a status that can be read are ``unknown`` and in no step: elsewhere
they count as completed, here that would be a guess at the very thing that is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL, ORDERS_COLUMNS
from needs_analytics.numerics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.arrays import Floats

STEPS = ("ordered", "accepted", "completed", "rated")
ENDS: Mapping[str, str] = {
    "完成": "completed", "接单": "under_way", "爽约": "no_show", "预约": "booked", "等候": "waiting",
    "取消": "cancelled", "拒绝": "refused",
}  # fmt: skip
"""What each status is called in the table; together they are the orders."""
_ACCEPTED = ("completed", "under_way", "no_show")


def follow_orders(usage: pd.DataFrame, menu: pd.DataFrame, *, fewest_ratings: int = 10) -> pd.DataFrame:
    """Count how far the orders of every service came.

    Parameters
    ----------
    usage, menu
        The cleaned tables of the month.
    fewest_ratings
        Under so many ratings a mean is called one of few (``rating_few``).

    Returns
    -------
    DataFrame
        One row per service with a status somewhere, most orders first, after one of all services (``全部``), with the
        columns of ``ORDERS_COLUMNS``; no row where no status is told. Counts are orders; ``uncounted`` are rows
        whose number cannot be read: they are in no count. ``accepted_share`` is of the ordered, ``completed_share``
        of the accepted, ``rated_share`` of the completed, each with its Wilson interval (1927). ``wait_median`` and
        ``wait_p90`` are the least days within which a half and nine tenths of the ``wait_n`` completed orders with
        a wait were done; a wait that still goes on is none. ``rated`` is NaN where no rating of the service is known.

    Notes
    -----
    Invariants: ``rated <= completed <= accepted <= ordered``; the seven ends sum to ``ordered``; the row of all
    services is the sum of all orders, also of services without any status.
    """
    told = usage["status"].isin(list(ENDS)) & usage["status_said"].ne(False)
    if not told.any():
        return pd.DataFrame(columns=list(ORDERS_COLUMNS))
    count = usage["count"].astype(float)
    rows = usage.assign(
        service=usage["service"].fillna(""), orders=count.where(count >= 0), end=usage["status"].map(ENDS).where(told)
    )
    single = pd.concat([rows.assign(service=ALL), rows[rows["service"].isin(set(rows.loc[told, "service"]))]])
    table = _counts(single).join(_waits(single)).join(_ratings(single, fewest_ratings)).reset_index(names="service")
    names = menu[menu["name"].notna()].drop_duplicates("service").set_index("service")["name"].to_dict()
    table = table.assign(service_name=[names.get(service, service) for service in table["service"]])
    for step, before in zip(STEPS[1:], STEPS, strict=False):
        table = table.assign(**_share(table[step].to_numpy(float), table[before].to_numpy(float), step))
    table = table.assign(rest=table["service"] != ALL).sort_values(
        ["rest", "ordered", "service"], ascending=[True, False, True]
    )
    result: pd.DataFrame = table[list(ORDERS_COLUMNS)].reset_index(drop=True)
    return result


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return, per service, the orders of every end and step, and those nobody can place."""
    keyed = rows.assign(end=rows["end"].fillna("unknown"))
    ends = keyed.pivot_table(index="service", columns="end", values="orders", aggfunc="sum")
    ends = ends.reindex(index=sorted(set(keyed["service"])), columns=[*ENDS.values(), "unknown"]).fillna(0.0)
    done = keyed[(keyed["end"] == "completed") & keyed["rating"].notna()]
    rated = done.groupby("service")["orders"].sum().reindex(ends.index, fill_value=0.0)
    keeps_ratings = keyed["rating"].notna().groupby(keyed["service"]).any()
    return ends.assign(
        ordered=ends[list(ENDS.values())].sum(axis=1),
        accepted=ends[list(_ACCEPTED)].sum(axis=1),
        rated=rated.where(keeps_ratings.reindex(ends.index)),
        uncounted=keyed["orders"].isna().groupby(keyed["service"]).sum().astype(float),
    )


def _waits(rows: pd.DataFrame) -> pd.DataFrame:
    """Return, per service, the days within which a half and nine tenths of the completed orders were done."""
    done = rows[(rows["end"] == "completed") & (rows["waited_days"] >= 0) & (rows["orders"] > 0)]
    figures = {
        service: (part["orders"].sum(), *_within(part["waited_days"].to_numpy(float), part["orders"].to_numpy(float)))
        for service, part in done.groupby("service")
    }
    return _filled(pd.DataFrame.from_dict(figures, orient="index", columns=["wait_n", "wait_median", "wait_p90"]), rows)


def _within(days: Floats, orders: Floats) -> tuple[float, float]:
    """Return the least days that hold a half and nine tenths of the orders (the inverse of their distribution)."""
    order = np.argsort(days, kind="stable")
    reached = np.cumsum(orders[order])
    half, most = (
        days[order][min(int(np.searchsorted(reached, share * reached[-1] - 1e-9)), len(days) - 1)]
        for share in (0.5, 0.9)
    )
    return float(half), float(most)


def _ratings(rows: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """Return, per service, the mean rating of the completed orders, each counted as often as it stands for."""
    done = rows[(rows["end"] == "completed") & rows["rating"].notna() & (rows["orders"] > 0)]
    number = done.groupby("service")["orders"].sum()
    mean = (done["rating"] * done["orders"]).groupby(done["service"]).sum() / number
    frame = _filled(pd.DataFrame({"rating_n": number, "rating": mean}), rows)
    return frame.assign(rating_few=frame["rating_n"] < fewest)


def _filled(figures: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row for every service: none counted where it has no figures."""
    frame = figures.reindex(sorted(set(rows["service"]))).astype(float)
    return frame.fillna(dict.fromkeys([name for name in frame if str(name).endswith("_n")], 0.0))


def _share(reached: Floats, before: Floats, step: str) -> dict[str, Floats]:
    """Return the share of a step of the one before it with its limits; none where nothing came so far."""
    any_before = before > 0
    share = np.divide(reached, before, out=np.full(len(before), np.nan), where=any_before)
    told = any_before & np.isfinite(reached)
    limits = wilson(np.minimum(np.nan_to_num(reached), before), before)
    low, high = (np.where(told, limit, np.nan) for limit in limits)
    return {f"{step}_share": share, f"{step}_share_low": low, f"{step}_share_high": high}
