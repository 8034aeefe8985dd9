"""Use that stands in two sheets, person by person in one and as a number in another: asked about, left out as told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.issue import CellRef, Issue

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.month import Month
    from needs_analytics.intake.references import NameBook

_SHEET = ["file", "sheet"]


def counted_once(
    usage: pd.DataFrame, services: NameBook, mapping: OfficeMapping, month: Month
) -> tuple[pd.DataFrame, list[Issue]]:
    """Leave out what the office told, and ask where a list of people and a count speak of one service and month."""
    if usage.empty or "service" not in usage:
        return usage, []
    issues = []
    for (file, sheet), rows in usage.groupby(_SHEET, sort=False):
        told = {services.find(name)[0] or name for name in mapping.rule_for(str(file), str(sheet)).leave_out}
        gone = rows.index[rows["service"].isin(told)]
        if len(gone):
            issues.append(Issue("I509", CellRef(str(file), str(sheet)), "、".join(sorted(told)), {"count": len(gone)}))
            usage = usage.drop(index=gone)
    usage = usage.reset_index(drop=True)
    return usage, [*issues, *_twice(usage, month)]


def _twice(usage: pd.DataFrame, month: Month) -> list[Issue]:
    done = usage[(usage["month"] == str(month)) & (usage["status"] == "完成") & usage["service"].notna()]
    if "named" not in done:
        return []
    keys = [*_SHEET, "service", "listed"]
    sums = done.assign(listed=done["named"]).groupby(keys, sort=False)["count"].sum().reset_index(name="uses")
    issues = []
    for service, rows in sums.groupby("service", sort=False):
        listed, counted = rows[rows["listed"]], rows[~rows["listed"]]
        for row in listed.itertuples():
            others = counted[(counted["file"] != row.file) | (counted["sheet"] != row.sheet)]
            if len(others):
                details = {"file": row.file, "sheet": row.sheet, "listed": f"{row.uses:g}",
                           "other": "、".join(others["sheet"]), "counted": f"{others['uses'].sum():g}"}  # fmt: skip
                issues.append(Issue("W508", CellRef(str(row.file), str(row.sheet)), str(service), details))
    return issues
