"""A town small enough to compute by hand: text grids become the month's cleaned tables, stages run on them.

Invented places (甲, 乙, …) of a few hundred residents. Cells of a grid are parted by ``|``; ``-`` is nothing known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers.sentences import complete
from needs_analytics.core.codebook import Codebook
from needs_analytics.core.ledger import LEDGER_COLUMNS
from needs_analytics.core.month import Month
from needs_analytics.core.options import Options
from needs_analytics.core.records import Cleaned
from needs_analytics.core.results import MonthResult, Segments
from needs_analytics.core.tables import COLUMNS, conform, empty
from needs_analytics.forecasts import forecast_use
from needs_analytics.gaps import measure_gaps
from needs_analytics.history.usage import usage_counts
from needs_analytics.matching import match_services
from needs_analytics.needs import list_needs
from needs_analytics.pipeline import collect_month
from needs_analytics.plans import plan_actions, suggest_services
from needs_analytics.segments.contrast import TRAITS
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.results import Weights

MONTH = "2026-10"
ALL = "全部"
MEALS, BATHING, CLASSES, PARKING = "ELD01", "ELD02", "CHD02", "PRO05"  # 助餐, 助浴, 课后托管 direct; 停车 is passed on

Given = str | pd.DataFrame | list[dict[str, Any]] | None

_USUAL: Mapping[str, Mapping[str, object]] = {
    "usage": {"month": MONTH, "status": "完成", "count": 1.0},
    "menu": {"mode": "到点", "unit": "人次", "eligibility": "all"},
    "supply": {"period": "月", "times": 1.0},
    "requests": {"month": MONTH},
}


def sheet(grid: str) -> pd.DataFrame:
    """Read a text grid: the first line names the columns."""
    lines = [[cell.strip() for cell in line.split("|")] for line in grid.strip().splitlines() if line.strip()]
    frame = pd.DataFrame(lines[1:], columns=lines[0], dtype=object)
    return frame.where(~frame.isin(["-", ""]), None)


def table(name: str, given: Given) -> pd.DataFrame:
    """Return a canonical table: what is not written has its usual value (use is 完成, capacity is a month's)."""
    if given is None:
        return empty(name)
    frame = sheet(given) if isinstance(given, str) else pd.DataFrame(given)
    frame = frame.copy()
    for column, value in _USUAL.get(name, {}).items():
        if column not in frame and len(frame):
            frame[column] = value
    if name == "menu" and "name" not in frame:
        frame["name"] = frame["service"]
    if name == "sites" and "name" not in frame:
        frame["name"] = frame["site"]
    if name == "supply" and "monthly" not in frame and len(frame):
        frame["monthly"] = frame["capacity"].astype(float) * frame["times"].astype(float)
    if "row" not in frame:
        frame["row"] = range(2, len(frame) + 2)
    for column, value in (("file", f"{name}.xlsx"), ("digest", "0" * 64), ("sheet", "Sheet1")):
        if column not in frame:
            frame[column] = value
    return conform(frame, name)


def residents(number: int, *, yes: Mapping[str, int | None] | None = None, **traits: Any) -> pd.DataFrame:
    """Return like respondents: of ``yes={"ELD01": 3}`` the first three have the need, the others have not.

    ``None`` instead of a number: nobody was asked. ``age`` gives both limits of the age; a list gives one value each.
    """
    traits = {"community": "甲", "office": "街道", "groups": "", **traits}
    if "age" in traits:
        traits["age_low"] = traits["age_high"] = traits["age"]
    frame = pd.DataFrame(traits, index=pd.RangeIndex(number))
    for need, count in (yes or {}).items():
        column = need if need.startswith("rank:") else f"need:{need}"
        frame[column] = [None if count is None else float(place < count) for place in range(number)]
    return frame


def survey(*parts: pd.DataFrame) -> pd.DataFrame:
    """Put respondents together and number them: ``a001, a002 …``."""
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    number = [f"a{place + 1:04d}" for place in range(len(frame))]
    for column, values in (("answer_id", number), ("person_key", number), ("month", MONTH)):
        if column not in frame:
            frame[column] = values
    return table("survey", frame)


def town(
    answers: pd.DataFrame | None = None, *, month: str = MONTH, codebook: Codebook | None = None, **given: Given
) -> Cleaned:
    """Return a month's cleaned tables; a table not given is empty."""
    names = [name for name in COLUMNS if name != "survey"]
    tables = {name: table(name, given.pop(name, None)) for name in names}
    tables["survey"] = empty("survey") if answers is None else answers
    earlier = {name: empty(name) for name in ("survey", "usage", "requests", "supply")}
    earlier |= {name.removeprefix("earlier_"): table(name.removeprefix("earlier_"), given.pop(name))
                for name in list(given) if name.startswith("earlier_")}  # fmt: skip
    issues: Sequence[Issue] = given.pop("issues", ())  # type: ignore[assignment]
    assert not given, f"no such tables: {sorted(given)}"
    return Cleaned(
        month=Month.parse(month),
        **tables,
        earlier=earlier,
        counts=_counts(tables),
        merged=pd.DataFrame(columns=["file", "sheet", "row"]),
        returned=pd.DataFrame(columns=["file", "sheet", "row"]),
        sheets=_sheets(tables),
        questions=_questions(tables["survey"]),
        issues=tuple(issues),
        ledger=pd.DataFrame(columns=list(LEDGER_COLUMNS)),
        codebook=codebook or Codebook.default(),
    )


def _counts(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [
        (f"{name}.xlsx", "Sheet1", len(frame), len(frame), 0, 0, 0, 0) for name, frame in tables.items() if len(frame)
    ]
    return pd.DataFrame(
        rows, columns=["file", "sheet", "rows_in", "kept", "merged", "returned", "other_months", "replaced"]
    )


def _sheets(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [
        (f"{name}.xlsx", "Sheet1", "0" * 64, name, len(frame), "", 1, "", "", "headers")
        for name, frame in tables.items()
        if len(frame)
    ]
    columns = ["file", "sheet", "digest", "tables", "rows", "platform", "header_row", "fields", "unused", "why"]
    return pd.DataFrame(rows, columns=columns)


def _questions(answers: pd.DataFrame) -> pd.DataFrame:
    columns = ["office", "question", "wording", "kind", "max_choices", "sense", "unit", "asked_of", "blank",
               "threshold", "first_month", "last_month", "option", "option_code", "need", "position"]  # fmt: skip
    rows = []
    for column in [c for c in answers.columns if c.startswith(("need:", "rank:"))]:
        measured, need = column.startswith("need:"), column.split(":")[1]
        kind, sense = ("多选", "需要") if measured else ("排序", "最需要前k")
        offices = answers.loc[answers[column].notna(), "office"].unique()
        rows += [
            (office, "Q1", "您需要哪些服务", kind, None, sense, "人", "", "unknown", None, "", "", need, "", need, 1)
            for office in offices
        ]
    return pd.DataFrame(rows, columns=columns)


def no_segments() -> Segments:
    """Return what a month without stable segments gives."""
    return segments_of({})


def segments_of(members: Mapping[str, Sequence[str]], *, published: Sequence[str] | None = None) -> Segments:
    """Return segments by hand: name to the numbers of its answers (``a0001``)."""
    table = pd.DataFrame(
        [(answer, answer, name) for name, answers in members.items() for answer in answers],
        columns=["answer_id", "person_key", "segment"],
    )
    size = max(len(table), 1)
    profiles = pd.DataFrame(
        [(name, f"类型{name}", f"type {name}", len(answers), len(answers) / size, max(len(answers) / size - 0.1, 0.0),
          min(len(answers) / size + 0.1, 1.0), float("nan"), 50.0,
          2.0, 2.0, 2.0, "", "", MEALS, MEALS) for name, answers in members.items()],
        columns=["segment", "name", "name_en", "n", "share", "share_low", "share_high", "persons", "age_median",
                 "participation_median", "usage_frequency_median", "household_size_median", "sex", "groups",
                 "top_needs", "lifted_needs"],
    )  # fmt: skip
    shown = set(members if published is None else published)
    quality = pd.DataFrame(
        [(name, len(answers), 0.9, name in shown) for name, answers in members.items()],
        columns=["segment", "size", "jaccard", "published"],
    ).astype({"published": bool})
    traits = pd.DataFrame(columns=TRAITS).astype({"feature": str, "clear": bool})
    selection = pd.DataFrame(columns=["k", "bic", "adjusted_bic", "jaccard", "smallest_share", "p_continuum", "chosen"])
    return Segments(table, profiles, traits, quality, selection, "stable" if members else "none")


def run_stages(
    cleaned: Cleaned,
    *,
    segments: Segments | None = None,
    previous: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    options: Options | None = None,
    weights: Weights | None = None,
    name: str = "小镇",
) -> MonthResult:
    """Run the stages of a month after cleaning, as :func:`needs_analytics.pipeline.run_month` does."""
    options, segments = options or Options(), segments or no_segments()
    weights = weights or weigh(cleaned.survey, cleaned.register, options=options.weights)
    needs = list_needs(cleaned, weights, segments, previous=previous, options=options.needs)
    matches = match_services(needs, cleaned, weights, segments, options=options.matching)
    gaps = measure_gaps(needs, matches, cleaned, options=options.gaps)
    plans = replace(plan_actions(gaps, matches, cleaned), services=suggest_services(segments, needs, gaps, cleaned))
    outlook = forecast_use(usage_counts(cleaned) if history is None else history, supply=cleaned.supply)
    stages = {"weights": weights, "segments": segments, "needs": needs, "matches": matches, "gaps": gaps,
              "plans": plans, "outlook": outlook}  # fmt: skip
    return collect_month(cleaned, **stages, name=name, options=options)


def codes(record: Any) -> list[str]:
    """Return the codes of a record's issues, whose sentences lack nothing."""
    return [issue.code for issue in complete(record.issues)]


def one(frame: pd.DataFrame, **keys: object) -> pd.Series:
    """Return the one row with these values."""
    rows = frame
    for column, value in keys.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, f"{len(rows)} rows with {keys}"
    return rows.iloc[0]


def need_row(needs: Any, need: str, community: str = ALL, grid: str = ALL, **cut: str) -> pd.Series:
    """Return one row of a needs list or gap report, of all residents unless a segment or group is given."""
    keys = {"need": need, "community": community, "grid": grid, "segment": ALL, **cut}
    if "group" in needs.table:
        keys = {"group": ALL, **keys}
    return one(needs.table, **keys)
