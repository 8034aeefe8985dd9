"""Cleaning: what is certainly wrong goes back to the office, what is there twice is merged, everything is counted."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from needs_analytics.cleaning import duplicates
from needs_analytics.cleaning.branches import repeated_in_branches
from needs_analytics.cleaning.careless import (
    careless_issues,
    find_careless,
    interviewer_effect,
    interviewer_issues,
)
from needs_analytics.cleaning.registers import clashing_sheets
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.ledger import LEDGER_COLUMNS, flagged
from needs_analytics.core.options import CleaningOptions
from needs_analytics.core.records import Cleaned
from needs_analytics.core.tables import OWN_COLUMN, PROVENANCE, iter_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable

    from needs_analytics.cleaning.branches import Branches
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.ledger import Line
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
_MOVED = ("file", "sheet", "row", "evidence", "into_file", "into_sheet", "into_row")
_NOWHERE = pd.MultiIndex.from_arrays([[], [], []], names=["file", "sheet", "row"])
_FAR, _ENOUGH = 1000, 5  # times the median of so many figures of the like
_GENERATION = 10  # years between two ages that no slip makes
_FIGURES = {"supply": "capacity", "register": "persons", "usage": "count"}


@dataclass(slots=True)
class _Outcome:
    """What happened to the rows of one table."""

    table: str
    intake: Intake
    frame: pd.DataFrame
    merged: list[pd.DataFrame]
    returned: list[pd.DataFrame]
    issues: list[Issue]
    settled: list[Issue] = field(default_factory=list)


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
    outcomes = {table: _cleaned(table, frame, options, intake) for table, frame in intake.tables.items()}
    answers = outcomes["survey"]
    ours = answers.frame[answers.frame["month"] == str(intake.month)]
    doubtful, effect = find_careless(ours, intake.questions), interviewer_effect(ours)
    if options.leave_out_doubtful:
        for code, rows in doubtful.groupby("code", sort=True):
            _give_back(answers, answers.frame["answer_id"].isin(rows["answer_id"]), str(code))
    tables = {table: outcome.frame for table, outcome in outcomes.items()}
    merged = _listed([part for outcome in outcomes.values() for part in outcome.merged], duplicates.MERGED_COLUMNS)
    returned = _listed([part for outcome in outcomes.values() for part in outcome.returned], RETURNED_COLUMNS)
    issues = [issue for outcome in outcomes.values() for issue in outcome.issues]
    current, earlier = _by_month(tables, intake.month)
    issues += [*_other_months(earlier, intake.cells), *careless_issues(doubtful), *interviewer_issues(effect)]
    return Cleaned(
        month=intake.month,
        **current,
        earlier=earlier,
        counts=_counts(intake, (current, earlier), merged, returned),
        merged=merged,
        returned=returned,
        sheets=intake.sheets,
        questions=intake.questions,
        issues=(*(issue for issue in intake.issues if issue not in answers.settled), *issues),
        ledger=_with(intake.ledger, flagged(issues)),
        codebook=intake.codebook,
        recipes=intake.recipes,
        doubtful=doubtful,
        interviewers=effect,
    )


def _cleaned(table: str, frame: pd.DataFrame, options: CleaningOptions, intake: Intake) -> _Outcome:
    outcome = _Outcome(table, intake, frame, [], [], [])
    if frame.empty:
        return outcome
    if table not in {*_KEYS, "supply"}:  # in those rows of one key are merged anyhow
        branches = repeated_in_branches(frame, intake.issues)
        _merge(outcome, branches.into, "W041", "same_branch", said=frame.index)
        outcome.issues += _unsearched(frame, branches)
        frame = outcome.frame
        outcome.settled += _settled(intake.issues, outcome) if table == "survey" else []
    if table == "survey":
        clashing = _places([issue for issue in intake.issues if issue.code == "E420" and issue not in outcome.settled])
        _return(outcome, _says_nothing(frame), "E401")
        _give_back(outcome, _on(outcome.frame, clashing), "E420")
        outdated = {str(issue.details["outdated"]) for issue in intake.issues if issue.code == "W042"}
        people = duplicates.repeated_people(outcome.frame, outdated=outdated)
        _merge(outcome, people, "I410", duplicates.joined_by(outcome.frame, people))
        _merge(outcome, duplicates.repeated_submissions(outcome.frame), "I411", "same_time")
        _flag_young(outcome, options)
        return outcome
    for column in _NEEDED.get(table, ()):
        _return(outcome, outcome.frame[column].isna(), "E404", column)
    if outcome.frame.empty:
        return outcome
    if table in _FIGURES:
        blank = outcome.frame[outcome.frame[_FIGURES[table]].isna()]
        outcome.issues += _said(outcome, "W406", blank, _FIGURES[table])
    if table == "register":
        outcome.issues += _said(outcome, "W625", _far_off(outcome.frame), "persons")
        outcome.issues += clashing_sheets(outcome.frame, intake.cells)
    if table == "usage":
        _merge(outcome, duplicates.repeated_uses(outcome.frame), "I412", "same_use")
    elif table in _KEYS:
        _merge_listed(outcome, table)
    elif table == "supply":
        _merge_capacity(outcome)
    return outcome


def _far_off(register: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose persons no row of the like explains: residents or a group, of a grid, an age, a sex."""
    told = register[register["persons"] > 0]
    kinds = [told[name].notna() for name in ("group", "grid", "age_low", "sex")]
    alike = told["persons"].groupby(kinds)
    usual = alike.transform("median")
    return told[(told["persons"] >= _FAR * usual) & (alike.transform("size") >= _ENOUGH)]


def _says_nothing(survey: pd.DataFrame) -> pd.Series:
    """Whether an answer holds neither a trait nor an answer."""
    columns = [c for c in survey.columns if c.startswith(("need:", "rank:"))]
    traits = ["age_low", "sex", "satisfaction", "participation", "usage_frequency", "urgency", "text", "household_size"]
    answered = survey[columns + traits].notna().any(axis=1)
    return ~answered & ~survey["groups"].fillna("").astype(bool)


def _on(frame: pd.DataFrame, places: pd.MultiIndex) -> pd.Series:
    """Whether a row stands at one of some places: file, sheet and row."""
    return pd.Series(pd.MultiIndex.from_frame(frame[["file", "sheet", "row"]]).isin(places), index=frame.index)


def _unsearched(frame: pd.DataFrame, branches: Branches) -> list[Issue]:
    names = frame.drop_duplicates("digest").set_index("digest")["file"]
    return [
        Issue("W044", CellRef(names[first]), details={"file": names[first], "earlier": names[other], "count": count})
        for (first, other), count in branches.unsearched.items()
    ]


def _settled(issues: Iterable[Issue], outcome: _Outcome) -> list[Issue]:
    """Return what is said of ID cards whose rows contradicted one another until two branches became one row.

    The rows of such a card that are left are one person's.
    """
    cards: dict[object, list[Issue]] = defaultdict(list)
    for issue in issues:
        if issue.code == "E420":
            cards[issue.details.get("card")].append(issue)
    if not outcome.merged:
        return []
    agreeing = [said for said in cards.values() if _agree(outcome.frame, said)]
    for said in agreeing:
        left = _on(outcome.frame, _places(said))
        outcome.frame.loc[left, "person_key"] = outcome.frame.loc[left, "person_key"].iloc[0]
    return [issue for said in agreeing for issue in said]


def _agree(survey: pd.DataFrame, said: list[Issue]) -> bool:
    """Whether the rows of a card that are left contradict one another no more: in sex, date of birth, name or age."""
    told = [state for issue in said for state in cast("tuple[tuple[int, ...], ...]", issue.details["states"])]
    places = _places(said)
    rows = survey[_on(survey, places)]
    left = pd.DataFrame(told).loc[places.isin(pd.MultiIndex.from_frame(rows[["file", "sheet", "row"]]))]
    apart = rows["age_low"].max() - rows["age_high"].min() > _GENERATION
    return 0 < len(left) < len(told) and not apart and int(left.where(left >= 0).nunique().max()) <= 1


def _places(issues: Iterable[Issue]) -> pd.MultiIndex:
    """Return where the rows stand of which issues speak."""
    places = [
        (issue.where.file, issue.where.sheet, row + 1)
        for issue in issues
        if issue.where
        for row, _ in issue.places
        if row is not None
    ]
    return pd.MultiIndex.from_tuples(places, names=["file", "sheet", "row"]) if places else _NOWHERE


def _return(outcome: _Outcome, rows: pd.Series, code: str, *fields: str) -> None:
    """Give rows back and say so."""
    outcome.issues += _said(outcome, code, outcome.frame[rows], *fields)
    _give_back(outcome, rows, code)


def _give_back(outcome: _Outcome, rows: pd.Series, code: str) -> None:
    """Give rows back that an issue names already."""
    if not rows.any():
        return
    gone = outcome.frame[rows]
    outcome.returned.append(gone[["file", "sheet", "row"]].assign(table=outcome.table, code=code))
    outcome.frame = outcome.frame[~rows].reset_index(drop=True)


def _merge(
    outcome: _Outcome,
    into: pd.Series,
    code: str,
    evidence: str | pd.Series = "same_key",
    *,
    said: Collection[Hashable] = frozenset(),
) -> None:
    """Merge rows into others; those whose contradictions are said are not said once more."""
    frame = outcome.frame
    listed = duplicates.merged_rows(frame, into, outcome.table, code, evidence)
    if listed.empty:
        return
    outcome.merged.append(listed)
    outcome.issues += [
        _row_issue(code, file, sheet, row, evidence=told or "", into=_place(*into))
        for index, (file, sheet, row, told, *into) in zip(listed.index, iter_rows(listed, *_MOVED), strict=True)
        if index not in said
    ]
    outcome.frame = frame[into.to_numpy() == frame.index.to_numpy()].reset_index(drop=True)


def _merge_listed(outcome: _Outcome, table: str) -> None:
    """Keep one row per key, its gaps filled from the others; contradictions are said, the last row counts."""
    frame, keys = outcome.frame, _KEYS[table]
    into = duplicates.repeated_rows(frame, keys)
    values = [c for c in frame.columns if c not in {*keys, *PROVENANCE, OWN_COLUMN, "eligibility_text"}]
    filled = frame.groupby(into.to_numpy(), sort=False)[values].transform(lambda column: column.ffill().bfill())
    clashing = _contradictions(outcome, into, filled)
    outcome.frame = frame.assign(**{column: filled[column] for column in values})
    _merge(outcome, into, "I414", said=clashing)


def _contradictions(outcome: _Outcome, into: pd.Series, kept: pd.DataFrame) -> pd.Index:
    """Say which cells differ from the row they are merged into, and return their rows."""
    frame = outcome.frame
    clashing = pd.Index([], dtype=frame.index.dtype)
    for column in map(str, kept):
        new = kept[column].loc[into].set_axis(frame.index)
        rows = frame.index[(into.to_numpy() != frame.index.to_numpy()) & frame[column].notna() & (frame[column] != new)]
        clashing = clashing.union(rows)
        target = frame.loc[into[rows]]
        counts = target.assign(**{column: new[rows].to_numpy()})
        shown = [_written(outcome, values, column) for values in (frame.loc[rows], counts)]
        refs = outcome.intake.cells.refs(outcome.table, frame.loc[rows], column)
        places = itertools.starmap(_place, iter_rows(target, "file", "sheet", "row"))
        outcome.issues += [
            Issue("W413", where, value, {"table": outcome.table, "field": column, "new": other, "into": place})
            for where, value, other, place in zip(refs, *shown, places, strict=True)
        ]
    return clashing


def _written(outcome: _Outcome, rows: pd.DataFrame, column: str) -> list[str]:
    """Return the values of a column as an office reads them."""
    if column == "needs":
        names = outcome.intake.codebook.need_names()
        return ["、".join(names.get(need, need) for need in str(codes).split(";")) for codes in rows[column]]
    values = rows["eligibility_text" if column == "eligibility" else column]
    return [f"{value:g}" if isinstance(value, float) else str(value or "") for value in values]


def _merge_capacity(outcome: _Outcome) -> None:
    """Keep one row per service, site, month and schedule; rows of different schedules are separate capacity."""
    keys = ["service", "site", "month", "schedule", "period"]
    _merge(outcome, duplicates.repeated_rows(outcome.frame, [*keys, "capacity"]), "I414")
    into = duplicates.repeated_rows(outcome.frame, keys)
    clashing = _contradictions(outcome, into, outcome.frame[["capacity"]])
    _merge(outcome, into, "W413", said=clashing)


def _flag_young(outcome: _Outcome, options: CleaningOptions) -> None:
    young = outcome.frame[outcome.frame["age_high"] < options.youngest_age]
    outcome.issues += _said(outcome, "I402", young, "age", youngest=options.youngest_age)


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


def _other_months(earlier: dict[str, pd.DataFrame], cells: CellMap) -> list[Issue]:
    issues = []
    for table, frame in earlier.items():
        if table == "survey":
            for month, rows in frame.groupby("month", sort=True, dropna=False):
                issues += cells.said("W403", table, rows, "date", month=month)
        elif len(frame):
            issues.append(Issue("I405", details={"table": table, "count": len(frame)}))
    return issues


def _counts(
    intake: Intake,
    tables: tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]],
    merged: pd.DataFrame,
    returned: pd.DataFrame,
) -> pd.DataFrame:
    """Count rows by file and sheet: a row that is in any table is kept; sheets taken for nothing are returned whole.

    Of the kept, ``other_months`` are in no table of the month; of the merged, ``replaced`` stand in a corrected file.
    """
    sheets = intake.sheets.groupby(["file", "sheet"], sort=True)["rows"].sum()
    ours, others = (
        _distinct([frame[["file", "sheet", "row"]] for frame in part.values() if len(frame)]) for part in tables
    )
    kept = ours.union(others)
    into = _distinct([merged[["file", "sheet", "row"]]]).difference(kept)
    back = _distinct([returned[["file", "sheet", "row"]]]).difference(kept).difference(into)
    counts = pd.DataFrame({"rows_in": sheets})
    parts = (("kept", kept), ("merged", into), ("returned", back), ("other_months", others.difference(ours)))
    for name, rows in parts:
        counts[name] = rows.to_frame(index=False).groupby(["file", "sheet"]).size() if len(rows) else 0
    aside = intake.sheets[intake.sheets["tables"] == ""]
    replaced = aside["why"] == "replaced"  # their rows stand in the file that was sent instead
    counts["replaced"] = 0
    parted = (("returned", aside[~replaced]), ("merged", aside[replaced]), ("replaced", aside[replaced]))
    for name, sheets_aside in parted:
        unused = sheets_aside.groupby(["file", "sheet"])["rows"].sum()
        counts[name] = counts[name].fillna(0).add(unused, fill_value=0)
    read = intake.sheets[intake.sheets["tables"].isin(_USED_BY_INTAKE)].groupby(["file", "sheet"])["rows"].sum()
    counts["kept"] = counts["kept"].fillna(0).add(read, fill_value=0)
    return counts.fillna(0).astype(int).reset_index()


def _distinct(parts: list[pd.DataFrame]) -> pd.MultiIndex:
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=["file", "sheet", "row"])
    return pd.MultiIndex.from_frame(rows[["file", "sheet", "row"]].astype({"row": "int64"})).unique()


def _said(outcome: _Outcome, code: str, rows: pd.DataFrame, *fields: str, **details: Any) -> list[Issue]:
    """Say the same of the cells of a field, or of whole rows, once per sheet."""
    return outcome.intake.cells.said(code, outcome.table, rows, *fields, **details)


def _row_issue(code: str, file: str, sheet: str, row: int, **details: object) -> Issue:
    return Issue(code, CellRef(str(file), str(sheet), int(row) - 1), details=details)


def _place(file: object, sheet: object, row: object) -> str:
    return f"{file}·{sheet}·{row}"


def _with(ledger: pd.DataFrame, lines: list[Line]) -> pd.DataFrame:
    further = pd.DataFrame(lines, columns=list(LEDGER_COLUMNS))
    return pd.concat([ledger, further.astype(object)], ignore_index=True) if lines else ledger


def _listed(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
