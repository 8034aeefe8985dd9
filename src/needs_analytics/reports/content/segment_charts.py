"""Charts of the types of residents, from figures that may be printed: needs, traits, sizes over months, migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.month import Month
from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.charts import HeatMap, Line, LineChart
from needs_analytics.reports.content.charts import share_axis
from needs_analytics.reports.content.disclose import companions, hidden_where, rounded_counts, whole_per_cents
from needs_analytics.reports.content.segment_tables import judged_traits, printed_segments, trait_name

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

_HEAT_NEEDS, _HEAT_TRAITS = 12, 14
_FEWEST, _MOST_BANDS = 2, 6
_FEWEST_SHARED = 0.02  # of everyone, below which a ratio of whole per cents says little


def segment_heat(result: MonthResult, shown: pd.DataFrame, words: Wording) -> HeatMap | None:
    """Return segment × need shares of the leading needs."""
    rows = shown[(shown["segment"] != ALL) & (shown["community"] == ALL) & (shown["sort_share"] >= 0)]
    if rows["segment"].nunique() < _FEWEST:
        return None
    leading = rows.groupby("need")["sort_share"].max().nlargest(_HEAT_NEEDS).index
    pivot = rows[rows["need"].isin(leading)].pivot_table(
        index="cut", columns="need", values="sort_share", aggfunc="first", dropna=False
    )
    return HeatMap.from_frame(
        "segment_heat", words.say("chart.segment_needs"), pivot.reindex(columns=leading), axis=share_axis(result, words)
    )


def trait_heat(result: MonthResult, words: Wording) -> HeatMap | None:
    """Return segment × trait: how many times everyone's share, of the traits that clearly part the segments most.

    A share with too few behind it, in the segment or outside it, is hidden with its lift, as is one that is withheld.
    """
    segments, rows = printed_segments(result), judged_traits(result)
    rows = rows[(rows["overall"] >= _FEWEST_SHARED) & ~rows["feature"].isin(["age:under_60", "sex:男"])]
    if len(segments) < _FEWEST or not rows["clear"].any():
        return None
    strength = rows.loc[rows["clear"], "effect"].abs().groupby(rows["feature"]).max()
    chosen = strength.sort_index().nlargest(_HEAT_TRAITS, keep="first").index
    order = sorted(chosen, key=lambda feature: (feature.startswith("need:"), -strength[feature]))
    rows = rows[rows["feature"].isin(chosen)]
    lift = hidden_where(rows["lift"], rows["untold"].to_numpy(bool))
    pivot = (
        rows.assign(lift=lift)
        .pivot_table(index="segment", columns="feature", values="lift", aggfunc="first", dropna=False)
        .reindex(segments)[order]
    )
    label = "label" if words.language == "zh" else "label_en"
    names = dict(iter_rows(rows.drop_duplicates("feature"), "feature", label))
    pivot.index = pd.Index([words.segments.get(segment, segment) for segment in segments])
    pivot.columns = pd.Index([_short_name(feature, names[feature], words) for feature in order])
    values = [list(row) for row in pivot.itertuples(index=False)]
    return HeatMap(
        "trait_heat", words.say("chart.traits"), list(pivot.index), list(pivot.columns), values, kind="decimal",
        centre=1.0, ratio=True, axis=words.say("chart.axis_lift"),
    )  # fmt: skip


def _short_name(feature: str, label: str, words: Wording) -> str:
    """Return a trait's name without its explanation: a column is narrow."""
    name = (
        words.say("feature.need_short", label=label)
        if feature.startswith("need:")
        else trait_name(feature, label, words)
    )
    return name.split("（")[0].split(" (")[0]


def size_lines(result: MonthResult, words: Wording) -> LineChart | None:
    """Return the sizes of the printed segments over the months kept; a month in which few stood in one is a gap."""
    sizes, segments = result.segments.sizes, printed_segments(result)
    rows = sizes[sizes["segment"].isin(segments)]
    months = sorted(rows["month"].unique())
    if len(months) < _FEWEST:
        return None
    few = rows["share"] * len(result.segments.table) < result.options.disclosure.threshold
    lines = []
    for segment in segments:
        own = rows[(rows["segment"] == segment) & ~few].drop_duplicates("month").set_index("month").reindex(months)
        parts = (
            [None if np.isnan(value) else float(value) for value in whole_per_cents(own[name])]
            for name in ("share", "share_low", "share_high")
        )
        points, low, high = parts
        ends = (low, high) if len(segments) <= _MOST_BANDS else ((), ())  # more bands would hide the lines
        lines.append(Line(words.segments.get(segment, segment), points, *ends))
    steps = [Month.parse(month).label(words.language) for month in months]
    return LineChart("segment_sizes", words.say("chart.sizes"), steps, lines, axis=share_axis(result, words))


def migration_matrix(result: MonthResult, words: Wording) -> HeatMap | None:
    """Return how many of those who answered in both months went from which type to which, rounded.

    One to t − 1 persons are hidden, and wherever one cell alone is hidden in a row or a column the smallest other with
    it, mostly one of nobody, so that no total gives it away.
    """
    moves, segments = result.segments.migration, printed_segments(result)
    names = dict(iter_rows(result.segments.crosswalk, "segment_before", "name_before")) | dict(words.segments)
    moves = moves[moves["segment"].isin(segments) & moves["segment_before"].isin(names)]
    if moves["segment_before"].nunique() < _FEWEST or len(segments) < _FEWEST:
        return None
    pivot = moves.pivot_table(index="segment_before", columns="segment", values="n", aggfunc="sum", fill_value=0)
    going_on = [segment for segment in segments if segment in pivot.index]
    pivot = pivot.reindex([*going_on, *pivot.index.difference(going_on)]).reindex(columns=segments, fill_value=0)
    hidden = hidden_moves(pivot, result.options.disclosure.threshold)
    if hidden.all() or not (pivot.to_numpy() > 0).any():
        return None
    printed = np.where(hidden, np.nan, rounded_counts(pivot.to_numpy(float), result.options.disclosure.base))
    values = [[None if np.isnan(value) else float(value) for value in row] for row in printed]
    before = [names.get(segment, segment) for segment in pivot.index]
    now = _heads([words.segments.get(segment, segment) for segment in segments])
    title, axis = words.say("chart.moves"), words.say("chart.axis_moves")
    return HeatMap("segment_moves", title, before, now, values, kind="integer", axis=axis)


def _heads(names: list[str]) -> list[str]:
    """Return who a segment is, of a name that says more, where that tells them apart: a column is narrow."""
    heads = [name.split("·")[0] for name in names]
    return [head if heads.count(head) == 1 else name for head, name in zip(heads, names, strict=True)]


def hidden_moves(counts: pd.DataFrame, threshold: int) -> np.ndarray:
    """Return which cells of a matrix of persons are hidden: the small ones, and others until none stands alone."""
    flat = counts.to_numpy(float).ravel()
    rows, columns = (pd.Series(codes.ravel()) for codes in np.indices(counts.shape))
    hidden = (flat > 0) & (flat < threshold)
    while True:
        more = companions(companions(hidden, flat, rows, zeros=True), flat, columns, zeros=True)
        if (more == hidden).all():
            return hidden.reshape(counts.shape)
        hidden = more
