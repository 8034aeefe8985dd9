"""The order funnel 点单 → 接单 → 完成 → 评价: its table and its sentence, from the printed counts only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.gaps.orders import STEPS
from needs_analytics.numerics.intervals import wilson
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import companions, hidden_where, public_counts, rounded_counts, too_few
from needs_analytics.reports.document import Block, Note, Paragraph
from needs_analytics.reports.formats import HIDDEN, UNKNOWN, interval_text, number_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.options import DisclosureOptions
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.sections import Material
    from needs_analytics.reports.content.wording import Wording

_SHOWN = (
    "service ordered accepted accepted_share accepted_interval completed completed_share completed_interval "
    "rated rated_share rated_interval under_way no_show booked in_line cancelled refused unstated "
    "wait_median wait_p90 wait_n rating rating_n"
)
_COUNTS: Mapping[str, str] = {
    "ordered": "ordered", "accepted": "accepted", "completed": "completed", "rated": "rated", "under_way": "under_way",
    "no_show": "no_show", "booked": "booked", "waiting": "in_line", "cancelled": "cancelled", "refused": "refused",
    "unknown": "unstated", "wait_n": "wait_n", "rating_n": "rating_n",
}  # fmt: skip
_MOST_TOLD, _WHOLE_AND_ONE = 4, 2
_NINE_TENTHS = 10


def order_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return the table of orders; nothing where no status is told."""
    frame = printable_orders(result, words)
    if frame.empty:
        return []
    return [
        Table.from_frame("orders", words.say("table.orders"), frame, columns(_SHOWN, words),
                         notes=[words.say("note.orders")], emphasis={0: "total"})
    ]  # fmt: skip


def printable_orders(result: MonthResult, words: Wording) -> pd.DataFrame:
    """Return the rows fit to print, most orders first after the whole; those not told come last.

    Small counts are hidden, the others rounded; a single hidden service takes the next smallest with it, so that it
    does not follow from the whole. Shares and their limits follow from the printed counts.
    """
    rows, options = result.gaps.orders, result.options.disclosure
    if rows.empty:
        return rows
    fewest = max(options.threshold, result.options.gaps.fewest_ratings)
    frame = pd.DataFrame({
        "service": [_name(code, name, words) for code, name in zip(rows["service"], rows["service_name"], strict=True)],
        **{shown: _public(rows, name, options) for name, shown in _COUNTS.items()},
        "wait_median": _told(rows["wait_median"], rows["wait_n"] >= 2 * options.threshold),
        "wait_p90": _told(rows["wait_p90"], rows["wait_n"] >= _NINE_TENTHS * options.threshold),
        "rating": _told(rows["rating"], rows["rating_n"] >= fewest),
    })  # fmt: skip
    for step, before in zip(STEPS[1:], STEPS, strict=False):
        frame = frame.assign(**_shares(rows, frame, step, before, options))
    size = pd.to_numeric(frame["ordered"].where(frame["ordered"] != HIDDEN, -1)).mask(rows["service"] == ALL, np.inf)
    ranked = frame.assign(size=size).sort_values(["size", "service"], ascending=[False, True])
    return ranked.reset_index(drop=True)


def _name(code: str, name: str, words: Wording) -> str:
    return words.say("word.every_service") if code == ALL else name or words.say("word.no_service_named")


def _public(rows: pd.DataFrame, name: str, options: DisclosureOptions) -> pd.Series:
    """Return a count of every row, and with a single hidden service another one hidden."""
    counts = rows[name].to_numpy(float)
    few = (counts > 0) & (counts < options.threshold)
    whole = (rows["service"] == ALL).astype(str)
    more = companions(few, counts, whole) & (rows["service"] != ALL).to_numpy()
    return hidden_where(public_counts(rows[name], options), few | more)


def _told(values: pd.Series, enough: pd.Series) -> pd.Series:
    return values.astype(object).where(enough & values.notna(), UNKNOWN)


def _shares(
    rows: pd.DataFrame, frame: pd.DataFrame, step: str, before: str, options: DisclosureOptions
) -> dict[str, pd.Series]:
    """Return the share of a step of the one before and its limits, from the printed counts; hidden with either side."""
    hidden = ((frame[step] == HIDDEN) | (frame[before] == HIDDEN)).to_numpy(bool, copy=True)
    hidden |= too_few(rows[step], rows[before], options) & (rows[before] > 0).to_numpy()
    of = rounded_counts(rows[before], options.base)
    reached = np.minimum(rounded_counts(rows[step], options.base), of)
    share = pd.Series(reached / np.where(of > 0, of, np.nan), index=rows.index)
    known = (of > 0) & rows[step].notna().to_numpy()
    limits = zip(*wilson(np.nan_to_num(reached), of), known, strict=True)
    interval = pd.Series([interval_text(low, high) if told else None for low, high, told in limits], index=rows.index)
    return {
        f"{step}_share": hidden_where(share.astype(object).where(known, None), hidden),
        f"{step}_interval": hidden_where(interval, hidden),
    }


def order_blocks(m: Material) -> list[Block]:
    """Return what is said of the orders and the table; where no status is told, only that."""
    usage, words = m.result.cleaned.usage, m.words
    if usage.empty:
        return []
    frame, exact = printable_orders(m.result, words), m.result.gaps.orders
    if frame.empty:
        return [Note(words.say("text.orders_none"))]
    first = frame.iloc[1:] if len(frame) == _WHOLE_AND_ONE else frame  # one service is the whole: not said twice
    said = [sentence for row in first.head(_MOST_TOLD).to_dict("records") if (sentence := _sentence(row, words))]
    whole = exact.iloc[0]
    lines = words.say("text.orders_lead", list=words.say("list_semicolon").join(said)) if said else ""
    if whole["ordered"] == whole["completed"]:
        lines += words.say("text.orders_only_done")
    if whole["unknown"] > 0:
        number = frame["unstated"].iloc[0]
        few = not isinstance(number, (int, float))
        lines += words.say("text.orders_unknown_few" if few else "text.orders_unknown", count=0 if few else int(number))
    if whole["uncounted"] > 0:
        lines += words.say("text.orders_uncounted")
    return [*([Paragraph(lines)] if lines else []), *m.block("orders")]


def _sentence(row: Mapping[object, object], words: Wording) -> str:
    """Return ``助餐：点单320单，接单300单（94%），完成280单（93%），有评价120单（43%），平均4.3分，等候中位3天``."""
    parts = [
        words.say(f"text.orders_{step}", count=int(count), share=_bracket(row.get(f"{step}_share"), words))
        for step in STEPS
        if isinstance(count := row[step], (int, float))
    ]
    if not parts:
        return ""
    for name, digits in (("rating", 1), ("wait_median", 0)):
        if isinstance(value := row[name], (int, float)):
            parts.append(words.say(f"text.orders_{name}", value=number_text(float(value), "decimal", digits)))
    return words.say("text.orders_item", service=row["service"], list=words.say("text.orders_comma").join(parts))


def _bracket(share: object, words: Wording) -> str:
    return words.say("text.orders_share", share=number_text(share, "share")) if isinstance(share, float) else ""
