"""Tables of the needs list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.results import ALL
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import blanked, public_shares
from needs_analytics.reports.content.gap_tables import left_out
from needs_analytics.reports.formats import interval_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

TELLING = (
    "share",
    "interval",
    "persons",
    "persons_interval",
    "n",
    "rank",
    "rank_interval",
    "tier",
    "change",
    "verdict",
    "direct_share",
)


def need_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return the needs list of the sub-district, by community, by segment and group, and by grid, and the rankings."""
    shown = printable_needs(result, words)
    whole = (shown["segment"] == ALL) & (shown["group"] == ALL)
    district, upper = shown["community"] == ALL, shown["grid"] == ALL
    rounded, composite = words.say("note.rounded"), words.say("note.composite")
    ranking_note = [words.say("note.rank_only")] if (shown["method_code"] == "rank_only").any() else []
    tables = [
        _table(
            "needs",
            shown[whole & district],
            "rank need domain share interval persons persons_interval n rank_interval tier change verdict flag reason",
            [
                rounded,
                words.say("note.ranks"),
                *words.steps(result.weights.population, result.options.disclosure.base),
                *ranking_note,
            ],
            words,
        ),
        _table(
            "needs_by_community",
            shown[whole & ~district & upper],
            "community need share interval persons n rank verdict flag reason",
            [rounded],
            words,
        ),
        _table(
            "needs_by_cut",
            shown[~whole & upper],
            "cut community need share interval persons n flag reason",
            [rounded],
            words,
        ),
        _table(
            "needs_by_grid",
            shown[whole & ~upper],
            "community grid need share interval persons n flag reason",
            [rounded, composite],
            words,
        ),
    ]
    if len(result.needs.rankings):
        tables.append(_rankings(result, words))
    return [table for table in tables if table.rows]


def printable_needs(result: MonthResult, words: Wording) -> pd.DataFrame:
    """Return all rows of the needs list after disclosure control, with printed words, the surest and largest first."""
    frame = public_shares(result.needs.table, result.options.disclosure)
    frame["method_code"] = frame["method"]
    frame = _ranked_among_published(frame)
    frame["interval"] = [
        interval_text(low, high) for low, high in zip(frame["share_low"], frame["share_high"], strict=True)
    ]
    frame["persons_interval"] = [
        interval_text(low, high, "integer")
        for low, high in zip(frame["persons_low"], frame["persons_high"], strict=True)
    ]
    frame["rank_interval"] = [
        interval_text(low, high, "rank") for low, high in zip(frame["rank_low"], frame["rank_high"], strict=True)
    ]
    frame["sort_share"] = np.where(frame["hidden"] | frame["withheld"], -1.0, frame["share"])
    frame["order"] = frame["rank"].where(frame["sort_share"] >= 0)  # of equal printed shares the larger comes first
    frame["verdict"] = [words.label("verdict", word) if word != "/" else None for word in frame["change"]]
    frame["change"] = frame["change_diff"]
    frame = blanked(frame, TELLING)
    frame["code"] = frame["need"]
    frame["domain"] = [words.domain(code) for code in frame["need"]]
    frame["need"] = [words.need(code) for code in frame["need"]]
    frame["flag_code"] = frame["flag"]
    frame["reason"] = [words.reason(codes) for codes in frame["flag_reason"]]
    for name in ("flag", "tier"):
        frame[name] = [words.label(name, word) if isinstance(word, str) else word for word in frame[name]]
    frame["method"] = [words.say(f"word.{word}") for word in frame["method"]]
    cuts = zip(frame["segment"], frame["group"], strict=True)
    frame["cut"] = [
        words.segments.get(segment, segment) if segment != ALL else words.groups.get(group, group)
        for segment, group in cuts
    ]
    order = ["community", "grid", "segment", "group", "sort_share", "order", "code"]
    ascending = [name != "sort_share" for name in order]
    return frame.sort_values(order, ascending=ascending, kind="stable").reset_index(drop=True)


def _ranked_among_published(frame: pd.DataFrame) -> pd.DataFrame:
    """Rank the rows that are told among themselves: a rank left out would tell where an untold need stands."""
    told = ~(frame["hidden"] | frame["withheld"])
    keys = [frame[name] for name in ("community", "grid", "segment", "group", "method") if name in frame]
    rank = frame["rank"].where(told).groupby(keys).rank(method="min")
    last = rank.groupby(keys).transform("max")
    above = frame["rank"] - rank
    high = frame["rank_high"].where(~(frame["rank_high"] > last), last)
    return frame.assign(
        rank=rank,
        rank_low=np.fmin((frame["rank_low"] - above).clip(lower=1), rank),
        rank_high=np.fmax(high, rank),
    )


def _table(name: str, frame: pd.DataFrame, shown: str, notes: list[str], words: Wording) -> Table:
    if name == "needs":
        shown_last = frame["sort_share"] < 0
        frame = frame.assign(last=shown_last, order=frame["order"].where(~shown_last, np.inf)).sort_values(
            ["last", "order", "code"], kind="stable"
        )
    if name in {"needs_by_cut", "needs_by_grid"}:
        notes = [*notes, *left_out(frame, words)]
        frame = frame[frame["sort_share"] >= 0]
    frame = frame.assign(community=[words.place(place) for place in frame["community"]])
    return Table.from_frame(
        name, words.say(f"table.{name}"), frame.reset_index(drop=True), columns(shown, words), notes=notes
    )


def _rankings(result: MonthResult, words: Wording) -> Table:
    frame = result.needs.rankings
    frame = frame.assign(
        population=np.nan,
        persons=np.nan,
        persons_low=np.nan,
        persons_high=np.nan,
        change_diff=np.nan,
        method="rank_only",
    )
    frame = _ranked_among_published(public_shares(frame, result.options.disclosure))
    frame["interval"] = [
        interval_text(low, high) for low, high in zip(frame["share_low"], frame["share_high"], strict=True)
    ]
    frame["rank_interval"] = [
        interval_text(low, high, "rank") for low, high in zip(frame["rank_low"], frame["rank_high"], strict=True)
    ]
    frame["first"] = frame["community"] != ALL
    frame["sort_share"] = np.where(frame["hidden"] | frame["withheld"], -1.0, frame["share"])
    frame["order"] = frame["rank"].where(frame["sort_share"] >= 0)  # of equal printed shares the larger comes first
    frame = blanked(frame, TELLING).sort_values(
        ["first", "community", "sort_share", "order"], ascending=[True, True, False, True], kind="stable"
    )
    frame = frame.assign(
        need=[words.need(code) for code in frame["need"]],
        community=[words.place(place) for place in frame["community"]],
        flag=[words.label("flag", word) for word in frame["flag"]],
        reason=[words.reason(codes) for codes in frame["flag_reason"]],
    )
    shown = columns("community need share interval rank rank_interval n flag reason", words)
    return Table.from_frame(
        "rankings",
        words.say("table.rankings"),
        frame.reset_index(drop=True),
        shown,
        notes=[words.say("note.rank_only")],
    )
