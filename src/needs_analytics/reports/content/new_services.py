"""New services that may be considered, as far as their figures may be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import public_shares
from needs_analytics.reports.content.segment_tables import printed_segments
from needs_analytics.reports.document import Heading, Paragraph, TableBlock
from needs_analytics.reports.formats import interval_text, number_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording
    from needs_analytics.reports.document import Block
    from needs_analytics.reports.formats import NumberKind

_NAMED = 3
_IN_BODY = "persons persons_interval lift lift_interval suggestion lack flag reason"
_FIGURES = ("share", "share_low", "share_high", "persons", "persons_low", "persons_high", "n", "flag", "flag_reason")


def printable_services(result: MonthResult) -> pd.DataFrame:
    """Return the rows whose segment and need are printed, with the printed figures of the needs list.

    A row that may not be printed is left out whole: that a need is listed says that many of the segment have it.
    """
    rows = result.plans.services
    if rows is None or rows.empty:
        return pd.DataFrame()
    needs = result.needs.table
    cells = needs[
        (needs["community"] == ALL) & (needs["group"] == ALL) & needs["segment"].isin(printed_segments(result))
    ]
    public = public_shares(cells, result.options.disclosure)
    public = public[~public["hidden"] & ~public["withheld"] & (public["share"] > 0)]
    own = [name for name in rows.columns if name not in {*_FIGURES, "n_yes"}]
    printed = rows[own].merge(public[["segment", "need", *_FIGURES]], on=["segment", "need"])
    order = printed.assign(order=printed["persons"].fillna(printed["share"]))
    return order.sort_values(["order", "need", "segment"], ascending=[False, True, True], ignore_index=True)


def new_service_table(result: MonthResult, words: Wording) -> Table:
    """Return what one type of residents needs far more than others and has no service for, most persons first."""
    shown = columns(f"segment need share interval {_IN_BODY}", words)
    rows = printable_services(result)
    if rows.empty:
        return Table("new_services", words.say("table.new_services"), shown, [])
    frame = rows.assign(
        segment=[words.segments.get(code, code) for code in rows["segment"]],
        need=[words.need(code) for code in rows["need"]],
        interval=_intervals(rows, "share", "share"),
        persons_interval=_intervals(rows, "persons", "integer"),
        lift_interval=_intervals(rows, "lift", "decimal"),
        suggestion=[suggestion(row, words) for row in rows.to_dict("records")],
        lack=[words.say(f"lack.{why}", offered=offered) for why, offered in iter_rows(rows, "why", "offered")],
        reason=[words.reason(codes) for codes in rows["flag_reason"]],
        flag=[words.label("flag", flag) for flag in rows["flag"]],
    )
    notes = [words.say("note.new_services"), words.say("note.rounded")]
    return Table.from_frame("new_services", words.say("table.new_services"), frame, shown, notes=notes)


def _intervals(rows: pd.DataFrame, name: str, kind: NumberKind) -> pd.Series:
    ends = iter_rows(rows, f"{name}_low", f"{name}_high")
    return pd.Series([interval_text(low, high, kind) for low, high in ends], index=rows.index, dtype=object)


def suggestion(row: Mapping[Hashable, Any], words: Wording) -> str:
    """Return what to do in words: the catalogue's service, or those offered for more residents or nearer."""
    name = str(row["service_name"] if words.language == "zh" else row["service_name_en"])
    if row["why"] == "no_service":
        return name or words.say("suggest.none")
    return words.say(f"suggest.{row['why']}", offered=row["offered"])


def new_service_blocks(result: MonthResult, words: Wording) -> list[Block]:
    """Return the paragraph and the table, nothing where there is nothing to consider."""
    rows = printable_services(result)
    if rows.empty:
        return []
    items = [
        words.say(
            "text.new_service_item",
            segment=words.segments.get(row["segment"], row["segment"]),
            need=words.need(row["need"]),
            lift=number_text(row["lift"], "decimal"),
            service=suggestion(row, words),
            care=words.care(row["flag"]),
        )
        for row in rows.to_dict("records")
    ]
    lead = words.say("text.new_services_lead", count=len(rows), list=words.leading(items, _NAMED))
    return [
        Heading(words.say("heading.new_services")),
        Paragraph(lead),
        TableBlock(
            "new_services", limit=result.options.report.body_rows, columns=("segment", "need", *_IN_BODY.split())
        ),
    ]
