"""Tables of the types of residents: who they are, what sets each apart, and what became of last month's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.flags import WITHHOLD
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import (
    blanked,
    companions,
    rounded_counts,
    rounded_persons,
    too_few,
    whole_per_cents,
    with_private_flags,
)
from needs_analytics.reports.formats import interval_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

_TOLD = 6
_SERVICES = 3
"""Differences told of each segment."""


def segment_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return the tables of segments."""
    return [segment_table(result, words), trait_table(result, words), crosswalk_table(result, words)]


def crosswalk_table(result: MonthResult, words: Wording) -> Table:
    """Return which of the types before is which now; types that may not be printed are left out."""
    shown = columns("name_before name_now similarity status", words)
    rows = result.segments.crosswalk
    rows = rows[rows["segment"].isin(printed_segments(result)) | (rows["status"] == "gone")]
    if rows.empty:
        return Table("crosswalk", words.say("table.crosswalk"), shown, [])
    now = [words.segments.get(code, name) for code, name in iter_rows(rows, "segment", "name")]
    frame = rows.assign(name_now=now, status=[words.say(f"crosswalk.{status}") for status in rows["status"]])
    return Table.from_frame("crosswalk", words.say("table.crosswalk"), frame, shown)


def segment_table(result: MonthResult, words: Wording) -> Table:
    """Return the published segments, the largest first."""
    shown = columns("name share interval persons n age traits top_needs used_services flag reason", words)
    names = result.segments.names()
    profiles = result.segments.profiles
    profiles = profiles[profiles["segment"].isin(names)] if len(profiles) else profiles
    if profiles.empty:
        return Table("segments", words.say("table.segments"), shown, [])
    options = result.options.disclosure
    profiles = judged_profiles(profiles, result)
    share = np.floor(profiles["share"].to_numpy(float) * 100 + 0.5) / 100
    frame = pd.DataFrame(
        {
            "name": [words.segments.get(code, code) for code in profiles["segment"]],
            "share": share,
            "interval": [
                interval_text(low, high)
                for low, high in zip(profiles["share_low"], profiles["share_high"], strict=True)
            ],
            "persons": np.where(
                np.isfinite(profiles["persons"].astype(float)),
                rounded_persons(share * result.weights.population, options.base),
                np.nan,
            ),
            "n": rounded_counts(profiles["n"], options.base),
            "age": profiles["age_median"].to_numpy(float),
            "traits": [_traits(result, segment, words) for segment in profiles["segment"]],
            "top_needs": [
                words.leading([words.need(code) for code in str(codes).split(";") if code], 4)
                for codes in profiles["top_needs"]
            ],
            "used_services": _services(result, list(profiles["segment"]), words),
            "hidden": profiles["hidden"],
            "withheld": profiles["withheld"],
            "flag": [words.label("flag", flag) for flag in profiles["flag"]],
            "reason": [words.reason(codes) for codes in profiles["flag_reason"]],
        }
    )
    frame = blanked(frame, ("share", "interval", "persons", "n", "age", "traits", "top_needs", "used_services"))
    return Table.from_frame("segments", words.say("table.segments"), frame, shown, notes=[words.say("note.rounded"),
                            words.say("note.used_services", threshold=options.threshold)])  # fmt: skip


def _services(result: MonthResult, segments: list[str], words: Wording) -> list[str]:
    """Name the services that most residents of each segment used by the records; with few users or others, none."""
    counts = result.segments.services
    names = result.cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    told = counts[~too_few(counts["users"], counts["n"], result.options.disclosure) & (counts["users"] > 0)]
    by_segment = told.groupby("segment")["service"].agg(list).to_dict()
    return [
        words.leading([str(names.get(service, service)) for service in by_segment.get(segment, [])], _SERVICES)
        for segment in segments
    ]


def judged_profiles(profiles: pd.DataFrame, result: MonthResult) -> pd.DataFrame:
    """Return the segments flagged by the rule of the needs list; those that are not told come last, by their names."""
    options, everybody = result.options.disclosure, np.full(len(profiles), len(result.segments.table))
    rates = profiles.assign(n=everybody, n_eff=result.weights.n_eff, method="direct", direct_share=np.nan)
    from needs_analytics.needs.flags import judge  # noqa: PLC0415 - brings scipy, which a check does without

    flag, reason = judge(rates, result.options.needs, sample=result.weights.doubt)
    few = companions(too_few(profiles["n"], everybody, options), profiles["n"], pd.Series("", index=profiles.index))
    withheld = (flag == WITHHOLD) & ~few
    judged = profiles.assign(flag=flag, flag_reason=reason, hidden=few, withheld=withheld)
    order = np.where(few | withheld, np.inf, np.arange(len(judged)))
    return with_private_flags(judged.assign(order=order).sort_values(["order", "segment"]))


def _traits(result: MonthResult, segment: str, words: Wording) -> str:
    """Return the three strongest differences that are clear; ages by their mean alone."""
    traits = result.segments.traits
    other_sex = traits["feature"].str.startswith("sex:") & (traits["effect"] < 0)
    untold = traits["feature"].str.startswith("age:") | other_sex
    rows = traits[(traits["segment"] == segment) & traits["clear"] & ~untold]
    rows = rows.sort_values("effect", key=abs, ascending=False, kind="stable").head(3)
    column = "label" if words.language == "zh" else "label_en"
    said = [
        words.say(f"trait.{_kind_of_trait(feature)}_{'more' if effect > 0 else 'less'}", label=label)
        for feature, label, effect in iter_rows(rows, "feature", column, "effect")
    ]
    return words.say("list_comma").join(said)


def _kind_of_trait(feature: str) -> str:
    """Return how a trait is said to be above or below everyone's: 年龄偏大, 女多, 助餐需求少, 活动参与偏低."""
    kind = feature.partition(":")[0]
    return {"home": "groups"}.get(kind, kind if kind in {"age", "need", "sex", "groups"} else "figure")


def judged_traits(result: MonthResult) -> pd.DataFrame:
    """Return the printed segments' traits that are shares, flagged as the shares of the needs list are.

    ``untold`` marks those with one to t − 1 behind them, in the segment or outside, and those withheld.
    """
    traits = result.segments.traits
    rows = traits[traits["segment"].isin(printed_segments(result)) & traits["feature"].str.contains(":")]
    part = 1 / result.weights.deff if result.weights.deff > 1 else 1.0  # of an answer, for the weights differ
    shares = {"share": rows["value"], "share_low": rows["value_low"], "share_high": rows["value_high"]}
    rates = rows.assign(**shares, n_eff=rows["n"] * part, method="direct", direct_share=np.nan)
    from needs_analytics.needs.flags import judge  # noqa: PLC0415 - brings scipy, which a check does without

    flag, reason = judge(rates, result.options.needs, sample=result.weights.doubt)
    few = too_few(rows["n_yes"], rows["n"], result.options.disclosure)
    return rows.assign(flag=flag, flag_reason=reason, untold=few | (flag == WITHHOLD))


def printable_traits(result: MonthResult) -> pd.DataFrame:
    """Return what clearly sets the printed segments apart, as shares that may be printed, the strongest first.

    A share that is not told is left out whole: the row would name it. Numbers are no shares and stand in the table of
    segments.
    """
    rows = judged_traits(result)
    rows = rows[rows["clear"] & ~rows["untold"] & (rows["feature"] != "age:under_60")]
    shares = {
        name: whole_per_cents(rows[name].to_numpy(float)) for name in ("value", "value_low", "value_high", "overall")
    }
    place = rows["segment"].map({segment: place for place, segment in enumerate(printed_segments(result))})
    rows = rows.assign(**shares, n=rounded_counts(rows["n"], result.options.disclosure.base), place=place)
    return rows.sort_values("place", kind="stable")


def printed_segments(result: MonthResult) -> list[str]:
    """Return the segments whose figures are printed, the largest first."""
    profiles = result.segments.profiles
    profiles = profiles[profiles["segment"].isin(result.segments.names())] if len(profiles) else profiles
    if profiles.empty:
        return []
    judged = judged_profiles(profiles, result)
    return list(judged.loc[~judged["hidden"] & ~judged["withheld"], "segment"])


def trait_table(result: MonthResult, words: Wording) -> Table:
    """Return what each segment has clearly more of: its share, everyone's, and how many times that is."""
    shown = columns("segment trait inside interval everyone lift lift_interval n flag reason", words)
    rows = printable_traits(result)
    rows = rows[rows["effect"] > 0].groupby("segment", sort=False).head(_TOLD)
    if rows.empty:
        return Table("segment_traits", words.say("table.segment_traits"), shown, [])
    label = "label" if words.language == "zh" else "label_en"
    frame = pd.DataFrame(
        {
            "segment": [words.segments.get(code, code) for code in rows["segment"]],
            "trait": [trait_name(feature, name, words) for feature, name in iter_rows(rows, "feature", label)],
            "inside": rows["value"],
            "interval": [interval_text(low, high) for low, high in iter_rows(rows, "value_low", "value_high")],
            "everyone": rows["overall"],
            "lift": rows["lift"],
            "lift_interval": [
                interval_text(low, high, "decimal") for low, high in iter_rows(rows, "lift_low", "lift_high")
            ],
            "n": rows["n"],
            "flag": [words.label("flag", flag) for flag in rows["flag"]],
            "reason": [words.reason(codes) for codes in rows["flag_reason"]],
        }
    )
    notes = [words.say("note.traits"), words.say("note.rounded")]
    return Table.from_frame("segment_traits", words.say("table.segment_traits"), frame, shown, notes=notes)


def trait_name(feature: str, label: str, words: Wording) -> str:
    """Return a trait as a share is told of it: 女性, 老年（60岁及以上）, 要助餐."""
    kind, _, value = feature.partition(":")
    if kind in {"age", "home"}:
        return words.say(f"feature.{kind}_{value}", label=label)
    return words.say(f"feature.{kind}", label=label)
