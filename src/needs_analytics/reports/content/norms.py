"""Facilities against norms: the table and what is said of it, the short needs only as far as they may be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import public_gaps
from needs_analytics.reports.document import Block, Heading, Note, Paragraph
from needs_analytics.reports.formats import UNKNOWN, number_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.sections import Material
    from needs_analytics.reports.content.wording import Wording

_SHOWN = "community norm_object indicator norm_value required norm_unit verdict_norm idle decided_by verified source"
_UNVERIFIED = "unverified"


def norm_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return the table of norms, those missed by short needs first; nothing where none could be measured."""
    frame = printable_norms(result, words)
    if frame.empty:
        return []
    frame = frame.assign(
        **_names(frame, result, words),
        norm_unit=[words.label("norm_unit", unit) for unit in frame["unit"]],
        norm_value=pd.Series(frame["value"], dtype=object).where(frame["value"].notna(), UNKNOWN),
        verdict_norm=[words.label("norm", code) for code in frame["code"]],
        idle=[words.label("norm", "idle") if idle == 1 else "" for idle in frame["idle"]],
        verified=[words.label("verified", word) for word in frame["verified"]],
    )
    order = frame.assign(bad=-frame["code"].map(_WEIGHT).fillna(0)).sort_values(
        ["bad", "community", "norm"], kind="stable"
    )
    options = result.options
    notes = [
        words.say(
            "note.norms", detour=f"{options.matching.detour:g}", short=number_text(options.gaps.short_share, "share")
        ),
        words.say("note.norms_sources", list=words.listed(_sources(frame, words), 40)),
    ]
    return [Table.from_frame("norms", words.say("table.norms"), order.reset_index(drop=True), columns(_SHOWN, words),
                             notes=notes)]  # fmt: skip


def _names(frame: pd.DataFrame, result: MonthResult, words: Wording) -> dict[str, pd.Series]:
    """Return what a norm is about and what it measures, in the report's language as far as the codebook has it."""
    if words.language == "zh":
        return {"norm_object": frame["object"], "indicator": frame["indicator"]}
    english = frame["norm"].map(result.cleaned.codebook.norms["object_en"]).fillna(frame["object"])
    return {"norm_object": english, "indicator": frame["measure"].map(lambda name: words.label("measure", name))}


_WEIGHT = {"missed_short": 4, "missed": 3, "missed_enough": 2, "met_short": 1}


def printable_norms(result: MonthResult, words: Wording) -> pd.DataFrame:
    """Return the norms with the ``code`` of what may be said: without the need where one of its rows is not printed."""
    frame = result.gaps.norms
    if frame.empty:
        return frame.assign(code=None)
    untold = _untold(result)
    pairs = zip(frame["needs"], frame["community"], strict=True)
    said = np.array([untold.isdisjoint((need, place) for need in needs.split(";")) for needs, place in pairs])
    frame = frame.assign(short=frame["short"].where(said), idle=frame["idle"].where(said))
    met = frame["met"].map({1.0: "met", 0.0: "missed"})
    short = frame["short"].map({1.0: "_short", 0.0: "_enough"}).fillna("")
    return frame.assign(code=(met + short).where(met.notna(), ""))


def _untold(result: MonthResult) -> set[tuple[str, str]]:
    """Return the needs and communities whose gap is not printed."""
    if result.gaps.table.empty:
        return set()
    rows = public_gaps(result.gaps.table, result.options.disclosure, result.options.gaps.widest_relative)
    rows = rows[(rows["segment"] == ALL) & (rows["grid"] == ALL) & (rows["hidden"] | rows["withheld"])]
    return set(zip(rows["need"], rows["community"], strict=True))


def _sources(frame: pd.DataFrame, words: Wording) -> list[str]:
    """Return every norm with its source, where it applies, and whether nobody checked it."""
    return [
        words.say(
            "note.norm_source",
            object=row["norm_object"],
            indicator=row["indicator"],
            source=row["source"] or "–",
            scope=words.label("scope", row["scope"]),
            verified=(
                words.say("note.norm_unverified") if row["verified"] == words.label("verified", _UNVERIFIED) else ""
            )
            + (words.say("note.norm_own") if row["own"] else ""),
        )
        for row in frame.drop_duplicates("norm").to_dict("records")
    ]


def norm_blocks(m: Material) -> list[Block]:
    """Return what is said of the norms, and the table."""
    if "norms" not in m.tables:
        return []
    words, frame = m.words, printable_norms(m.result, m.words)
    codes = frame["code"]
    met, missed = codes.str.startswith("met"), codes.str.startswith("missed")
    text = words.say(
        "text.norms",
        norms=frame["norm"].nunique(), communities=frame["community"].nunique(), pairs=len(frame),
        met=int(met.sum()), missed=int(missed.sum()), unknown=int((~met & ~missed).sum()),
    )  # fmt: skip
    if codes.str.endswith(("_short", "_enough")).any():
        counts = {name: int((codes == name).sum()) for name in ("met_short", "missed_short")}
        text += words.say("text.norms_short", **counts)
    doubtful = frame[frame["verified"] == _UNVERIFIED].drop_duplicates("norm")
    blocks: list[Block] = [Heading(words.say("heading.norms")), Paragraph(text), *m.block("norms")]
    if len(doubtful):
        names = _names(doubtful, m.result, words)
        named = [
            f"{thing} {what}" if words.language == "en" else f"{thing}{what}"
            for thing, what in zip(names["norm_object"], names["indicator"], strict=True)
        ]
        blocks.append(Note(words.say("text.norms_unverified", list=words.listed(named, 10)), "caution"))
    return blocks
