"""Columns of the report's tables, their labels from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from needs_analytics.reports.formats import UNKNOWN
from needs_analytics.reports.tables import Column, Kind, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.reports.content.wording import Wording

_KINDS: Mapping[str, Kind] = {
    "rank": "rank",
    "norm_value": "decimal",
    "verdict_norm": "flag",
    "rank_interval": "interval",
    "share": "bar",
    "inside": "share",
    "everyone": "share",
    "lift": "decimal",
    "similarity": "share",
    "lift_interval": "interval",
    "interval": "interval",
    "persons": "integer",
    "persons_interval": "interval",
    "n": "integer",
    "lacking": "integer",
    "change": "change",
    "verdict": "flag",
    "flag": "flag",
    "tier": "flag",
    "may": "flag",
    "standing": "flag",
    "demand": "integer",
    "gap": "integer",
    "gap_interval": "interval",
    "gap_rate": "share",
    "p_short": "share",
    "rate_interval": "interval",
    "pressure": "share",
    "capacity_persons": "integer",
    "used_persons": "integer",
    "quadrant": "flag",
    "capacity": "integer",
    "used_units": "integer",
    "utilisation": "share",
    "waiting": "integer",
    "bad_share": "share",
    "ordered": "integer",
    "accepted": "integer",
    "accepted_share": "share",
    "accepted_interval": "interval",
    "completed": "integer",
    "completed_share": "share",
    "completed_interval": "interval",
    "rated": "integer",
    "rated_share": "share",
    "rated_interval": "interval",
    "under_way": "integer",
    "no_show": "integer",
    "booked": "integer",
    "in_line": "integer",
    "cancelled": "integer",
    "refused": "integer",
    "unstated": "integer",
    "wait_median": "integer",
    "wait_p90": "integer",
    "wait_n": "integer",
    "rating": "decimal",
    "rating_n": "integer",
    "uses_per_person": "decimal",
    "gain": "integer",
    "units": "integer",
    "cost": "integer",
    "requests": "integer",
    "closed": "integer",
    "overdue": "integer",
    "closed_rate": "rate",
    "age": "integer",
    "met_share": "share",
    "rows_in": "integer",
    "kept": "integer",
    "merged": "integer",
    "returned": "integer",
    "target": "share",
    "before": "share",
    "of_answers": "share",
    "of_residents": "share",
    "after": "share",
    "shorter": "integer",
    "given": "integer",
    "longer": "integer",
    "access": "integer",
    "count": "integer",
    "services": "integer",
    "sites": "integer",
    "point": "integer",
    "forecast_interval": "interval",
    "met": "integer",
    "no_service": "integer",
    "not_eligible": "integer",
    "too_far": "integer",
    "full": "integer",
    "not_taken_up": "integer",
    "dissatisfied": "integer",
    "unknown_use": "integer",
    "used_other": "integer",
}
_BARS = frozenset({"gap", "utilisation", "gain"})
_WIDTHS: Mapping[str, int] = {
    "meaning": 90,
    "reason": 24,
    "what": 40,
    "why": 60,
    "action": 60,
    "wording": 40,
    "options": 60,
    "lacking_where": 50,
    "traits": 40,
    "suggestion": 36,
    "lack": 36,
    "eligibility": 28,
    "remedy": 50,
    "decided_by": 40,
    "source": 50,
    "issue": 16,
}
_TONES: Mapping[str, Mapping[str, Tone]] = {
    "tier": {
        "必列": "bad",
        "待核": "caution",
        "观察": "neutral",
        "must": "bad",
        "to check": "caution",
        "watch": "neutral",
    },
    "may": {"可以": "good", "谨慎": "caution", "不能": "bad", "yes": "good", "with care": "caution", "no": "bad"},
    "standing": {
        "偏多": "caution",
        "偏少": "caution",
        "没有答卷": "bad",
        "too many": "caution",
        "too few": "caution",
        "no answers": "bad",
    },
    "verdict_norm": {
        "达标够用": "good",
        "达标不够用": "caution",
        "未达标够用": "caution",
        "未达标不够用": "bad",
        "met, enough": "good",
        "met, short": "caution",
        "missed, enough": "caution",
        "missed, short": "bad",
    },
    "verdict": {"明显上升": "bad", "明显下降": "good", "rose": "bad", "fell": "good"},
    "quadrant": {
        "供不应求": "bad",
        "潜在需求": "caution",
        "闲置": "caution",
        "供需适配": "good",
        "overloaded": "bad",
        "latent": "caution",
        "idle": "caution",
        "fitting": "good",
    },
}
_UNKNOWN_WHEN_MISSING = frozenset(
    {
        "share",
        "interval",
        "persons",
        "persons_interval",
        "met",
        "not_taken_up",
        "dissatisfied",
        "used_persons",
        "utilisation",
        "used_units",
        "met_share",
        "rank_interval",
        "requests",
        "norm_value",
        "verdict_norm",
    }
)


def column(name: str, words: Wording, **changes: Any) -> Column:
    """Return a column by name, with its label, kind and colours."""
    settings: dict[str, Any] = {"kind": _KINDS.get(name, "text"), "bar": name in _BARS, "width": _WIDTHS.get(name)}
    if name in _TONES:
        settings["tones"] = _TONES[name]
    if name in _UNKNOWN_WHEN_MISSING:
        settings["blank"] = UNKNOWN
    label = words.label("part", name) if name in _PARTS else words.say(f"column.{name}")
    return Column(name, label, **{**settings, **changes})


def columns(names: str, words: Wording) -> list[Column]:
    """Return columns by their names, separated by spaces."""
    return [column(name, words) for name in names.split()]


_PARTS = frozenset(
    {
        "met",
        "no_service",
        "not_eligible",
        "too_far",
        "full",
        "not_taken_up",
        "dissatisfied",
        "unknown_use",
        "used_other",
    }
)
