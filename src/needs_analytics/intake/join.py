"""The month's tables as one whole: places, services, sites and people resolved across them, identifiers gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.ledger import changed
from needs_analytics.core.order import by_content
from needs_analytics.core.tables import COLUMNS, conform
from needs_analytics.intake.join_changes import place_changes
from needs_analytics.intake.join_people import without_identifiers
from needs_analytics.intake.join_places import resolve_places
from needs_analytics.intake.join_services import resolve_services, with_request_needs
from needs_analytics.intake.labels import without_identifiers_in_names
from needs_analytics.intake.phones import said_of_phones
from needs_analytics.intake.survey_rows import complete_survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.ledger import Line
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.month import Month
    from needs_analytics.intake.masking import KnownNames
    from needs_analytics.intake.need_words import NeedWords


def join_tables(
    frames: Mapping[str, Sequence[pd.DataFrame]],
    *,
    codebook: Codebook,
    mapping: OfficeMapping,
    secret: bytes,
    month: Month,
    words: NeedWords,
    names: KnownNames,
    cells: CellMap,
) -> tuple[dict[str, pd.DataFrame], list[Issue], list[Line]]:
    """Join the frames of every table and bring them to their canonical columns.

    Returns
    -------
    Tables, what is doubtful in them, and lines of the ledger: places and names brought to one spelling, ages and sexes
    filled in.
    """
    tables = {table: _stacked(frames.get(table, ())) for table in COLUMNS}
    tables, numbers = without_identifiers_in_names(tables, cells, names)
    changes, unclear = place_changes(_stacked(frames.get("changes", ())), mapping, month, cells)
    placed, places = resolve_places(tables, mapping, cells, changes)
    ledger = _placed(tables, placed, cells)
    tables, people = complete_survey(placed, codebook, month, cells)
    ledger += _filled(placed["survey"], tables["survey"], cells)
    people += said_of_phones(tables, cells)
    tables = with_request_needs(tables, words)
    tables, doubts = without_identifiers(tables, secret, names, mapping, cells)
    tables, services, renamed = resolve_services(tables, codebook, mapping, words, month, cells)
    issues = [*numbers, *unclear, *places, *people, *doubts, *services]
    return {table: conform(frame, table) for table, frame in tables.items()}, issues, [*ledger, *renamed]


def _placed(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame], cells: CellMap) -> list[Line]:
    return [
        line
        for table, frame in after.items()
        for field in ("community", "grid")
        if len(frame) and field in frame
        for line in changed(before[table], frame[field], table, field, cells, action="joined")
    ]


def _filled(before: pd.DataFrame, after: pd.DataFrame, cells: CellMap) -> list[Line]:
    """Return which ages and sexes come from the ID card or the date of birth."""
    if before.empty:
        return []
    stated = before.assign(age=before.get("age_low"))
    written = "id_card" if "id_card" in before else "birth_date"
    return [
        line
        for field, now in (("age", after["age_low"]), ("sex", after["sex"]))
        for line in changed(stated, now, "survey", field, cells, action="filled", written=written)
    ]


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack the frames of a table in the order of what they hold: what their files are called decides nothing."""
    kept = [frame for frame in frames if len(frame)]
    if not kept:
        return pd.DataFrame(index=pd.RangeIndex(0))
    if len(kept) == 1:
        return kept[0].reset_index(drop=True)
    kept = by_content(kept)
    columns = list(dict.fromkeys(column for frame in kept for column in frame.columns))
    stacked = {
        column: pd.concat(
            [frame[column] if column in frame else pd.Series([None] * len(frame), dtype=object) for frame in kept],
            ignore_index=True,
        )
        for column in columns
    }
    return pd.DataFrame(stacked)
