"""Cleaning: what is certainly wrong goes back to the office, what is there twice is merged, everything is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.cleaning import duplicates
from needs_analytics.core.issue import CellRef, Issue, grouped
from needs_analytics.core.options import CleaningOptions
from needs_analytics.core.records import Cleaned
from needs_analytics.core.tables import iter_rows

if TYPE_CHECKING:
    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Intake

RETURNED_COLUMNS = ("file", "sheet", "row", "table", "code")
_KEYS = {
    "menu": ["service"],
    "sites": ["site"],
    "places": ["community", "grid"],
    "register": ["community", "grid", "age_low", "age_high", "sex", "group"],
    "distances": ["community", "grid", "site"],
}
_NEEDED = {
    "usage": ("service",),
    "supply": ("service",),
    "menu": ("service",),
    "sites": ("site",),
    "places": ("community",),
    "distances": ("site",),
}
_USED_BY_INTAKE = ("questions", "changes")
_FIGURES = {"supply": "capacity", "register": "persons", "usage": "count"}


@dataclass(slots=True)
class _Outcome:
    """What happened to the rows of one table."""

    frame: pd.DataFrame
    merged: list[pd.DataFrame]
    returned: list[pd.DataFrame]
    issues: list[Issue]


def clean(intake: Intake, *, options: CleaningOptions | None = None) -> Cleaned:
    """Apply the rules and merge duplicates.

    Parameters
    ----------
    intake
        What :func:`needs_analytics.take_in` gave.
    options
        What is certainly wrong.

    Returns
    -------
    Cleaned
        Every row that came in is kept, merged into another or returned; ``counts`` shows it by file and sheet.
    """
    options = options or CleaningOptions()
    outcomes = {table: _cleaned(table, frame, options) for table, frame in intake.tables.items()}
    tables = {table: outcome.frame for table, outcome in outcomes.items()}
    merged = _listed([part for outcome in outcomes.values() for part in outcome.merged], duplicates.MERGED_COLUMNS)
    returned = _listed([part for outcome in outcomes.values() for part in outcome.returned], RETURNED_COLUMNS)
    issues = [issue for outcome in outcomes.values() for issue in outcome.issues]
    current, earlier = _by_month(tables, intake.month)
    issues += _other_months(earlier)
    return Cleaned(
        month=intake.month,
        **current,
        earlier=earlier,
        counts=_counts(intake, tables, merged, returned),
        merged=merged,
        returned=returned,
        sheets=intake.sheets,
        questions=intake.questions,
        issues=(*intake.issues, *issues),
        ledger=intake.ledger,
        codebook=intake.codebook,
        recipes=intake.recipes,
    )


def _cleaned(table: str, frame: pd.DataFrame, options: CleaningOptions) -> _Outcome:
    outcome = _Outcome(frame, [], [], [])
    if frame.empty:
        return outcome
    if table == "survey":
        _return(outcome, "survey", _says_nothing(frame), "E401")
        _merge(outcome, "survey", duplicates.repeated_people(outcome.frame), "I410")
        _merge(outcome, "survey", duplicates.repeated_submissions(outcome.frame), "I411")
        _flag_young(outcome, options)
        return outcome
    missing = pd.Series(False, index=frame.index)
    for column in _NEEDED.get(table, ()):
        missing |= frame[column].isna()
    _return(outcome, table, missing, "E404")
    if outcome.frame.empty:
        return outcome
    if table in _FIGURES:
        blank = outcome.frame[outcome.frame[_FIGURES[table]].isna()]
        outcome.issues += _row_issues("W406", blank, table=table, field=_FIGURES[table])
    if table == "usage":
        _merge(outcome, "usage", duplicates.repeated_uses(outcome.frame), "I412")
    elif table in _KEYS:
        _merge_listed(outcome, table)
    elif table == "supply":
        _merge_capacity(outcome)
    return outcome


def _says_nothing(survey: pd.DataFrame) -> pd.Series:
    """Whether an answer holds neither a trait nor an answer."""
    columns = [c for c in survey.columns if c.startswith(("need:", "rank:"))]
    traits = ["age_low", "sex", "satisfaction", "participation", "usage_frequency", "urgency", "text", "household_size"]
    answered = survey[columns + traits].notna().any(axis=1)
    return ~answered & ~survey["groups"].fillna("").astype(bool)


def _return(outcome: _Outcome, table: str, rows: pd.Series, code: str) -> None:
    if not rows.any():
        return
    gone = outcome.frame[rows]
    outcome.returned.append(gone[["file", "sheet", "row"]].assign(table=table, code=code))
    outcome.issues += _row_issues(code, gone, table=table)
    outcome.frame = outcome.frame[~rows].reset_index(drop=True)


def _merge(outcome: _Outcome, table: str, into: pd.Series, code: str) -> None:
    frame = outcome.frame
    listed = duplicates.merged_rows(frame, into, table, code)
    if listed.empty:
        return
    outcome.merged.append(listed)
    outcome.issues += [
        _row_issue(code, file, sheet, row, into=_place(*into))
        for file, sheet, row, *into in iter_rows(listed, "file", "sheet", "row", "into_file", "into_sheet", "into_row")
    ]
    outcome.frame = frame[into.to_numpy() == frame.index.to_numpy()].reset_index(drop=True)


def _merge_listed(outcome: _Outcome, table: str) -> None:
    """Keep one row per key, its gaps filled from the others; contradictions are said, the last row counts."""
    frame, keys = outcome.frame, _KEYS[table]
    into = duplicates.repeated_rows(frame, keys)
    values = [c for c in frame.columns if c not in {*keys, "file", "digest", "sheet", "row", "eligibility_text"}]
    filled = frame.groupby(into.to_numpy(), sort=False)[values].transform(lambda column: column.ffill().bfill())
    clash = frame[values].notna() & (frame[values] != filled.loc[into].set_axis(frame.index)[values])
    for index in frame.index[(into.to_numpy() != frame.index) & clash.any(axis=1)]:
        row, kept = frame.loc[index], frame.loc[into[index]]
        outcome.issues.append(
            _row_issue(
                "W413",
                row["file"],
                row["sheet"],
                row["row"],
                table=table,
                into=_place(kept["file"], kept["sheet"], kept["row"]),
            )
        )
    outcome.frame = frame.assign(**{column: filled[column] for column in values})
    _merge(outcome, table, into, "I414")


def _merge_capacity(outcome: _Outcome) -> None:
    """Keep one row per service, site, month and schedule; rows of different schedules are separate capacity."""
    same = duplicates.repeated_rows(outcome.frame, ["service", "site", "month", "schedule", "period", "capacity"])
    _merge(outcome, "supply", same, "I414")
    _merge(
        outcome,
        "supply",
        duplicates.repeated_rows(outcome.frame, ["service", "site", "month", "schedule", "period"]),
        "W413",
    )


def _flag_young(outcome: _Outcome, options: CleaningOptions) -> None:
    young = outcome.frame[outcome.frame["age_high"] < options.youngest_age]
    outcome.issues += _row_issues("I402", young, youngest=options.youngest_age)


def _by_month(tables: dict[str, pd.DataFrame], month: Month) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    current, earlier = dict(tables), {}
    for table in ("survey", "usage", "requests"):
        frame = tables[table]
        ours = frame["month"] == str(month)
        current[table], earlier[table] = frame[ours].reset_index(drop=True), frame[~ours].reset_index(drop=True)
    supply = tables["supply"]
    if len(supply):
        ours = supply["month"].isna() | (supply["month"] == str(month))
        current["supply"], earlier["supply"] = supply[ours].reset_index(drop=True), supply[~ours].reset_index(drop=True)
    return current, earlier


def _other_months(earlier: dict[str, pd.DataFrame]) -> list[Issue]:
    issues = []
    for table, frame in earlier.items():
        if table == "survey":
            for month, rows in frame.groupby("month", sort=True, dropna=False):
                issues += _row_issues("W403", rows, month=month)
        elif len(frame):
            issues.append(Issue("I405", details={"table": table, "count": len(frame)}))
    return issues


def _counts(
    intake: Intake, tables: dict[str, pd.DataFrame], merged: pd.DataFrame, returned: pd.DataFrame
) -> pd.DataFrame:
    """Count rows by file and sheet: a row that is in any table is kept; sheets taken for nothing are returned whole."""
    sheets = intake.sheets.groupby(["file", "sheet"], sort=True)["rows"].sum()
    kept = _distinct([frame[["file", "sheet", "row"]] for frame in tables.values() if len(frame)])
    into = _distinct([merged[["file", "sheet", "row"]]]).difference(kept)
    back = _distinct([returned[["file", "sheet", "row"]]]).difference(kept).difference(into)
    counts = pd.DataFrame({"rows_in": sheets})
    for name, rows in (("kept", kept), ("merged", into), ("returned", back)):
        counts[name] = rows.to_frame(index=False).groupby(["file", "sheet"]).size() if len(rows) else 0
    unused = intake.sheets[intake.sheets["tables"] == ""].groupby(["file", "sheet"])["rows"].sum()
    counts["returned"] = counts["returned"].fillna(0).add(unused, fill_value=0)
    read = intake.sheets[intake.sheets["tables"].isin(_USED_BY_INTAKE)].groupby(["file", "sheet"])["rows"].sum()
    counts["kept"] = counts["kept"].fillna(0).add(read, fill_value=0)
    return counts.fillna(0).astype(int).reset_index()


def _distinct(parts: list[pd.DataFrame]) -> pd.MultiIndex:
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=["file", "sheet", "row"])
    return pd.MultiIndex.from_frame(rows[["file", "sheet", "row"]].astype({"row": "int64"})).unique()


def _row_issues(code: str, rows: pd.DataFrame, **details: object) -> list[Issue]:
    """Say the same of several rows, once per sheet."""
    places = iter_rows(rows, "file", "sheet", "row")
    return grouped(_row_issue(code, file, sheet, row, **details) for file, sheet, row in places)


def _row_issue(code: str, file: str, sheet: str, row: int, **details: object) -> Issue:
    return Issue(code, CellRef(str(file), str(sheet), int(row) - 1), details=details)


def _place(file: object, sheet: object, row: object) -> str:
    return f"{file}·{sheet}·{row}"


def _listed(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
