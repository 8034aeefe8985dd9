"""The month's tables as one whole: places, services, sites and people resolved across them, identifiers gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.tables import COLUMNS, conform
from needs_analytics.intake.join_changes import place_changes
from needs_analytics.intake.join_people import without_identifiers
from needs_analytics.intake.join_places import resolve_places
from needs_analytics.intake.join_services import resolve_services
from needs_analytics.intake.labels import without_numbers_in_names
from needs_analytics.intake.survey_rows import complete_survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.issue import Issue
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
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Join the frames of every table and bring them to their canonical columns."""
    tables = {table: _stacked(frames.get(table, ())) for table in COLUMNS}
    tables, numbers = without_numbers_in_names(tables)
    changes, unclear = place_changes(_stacked(frames.get("changes", ())), mapping, month)
    tables, places = resolve_places(tables, mapping, changes)
    tables, people = complete_survey(tables, codebook, month)
    tables, doubts = without_identifiers(tables, secret, names, mapping)
    tables, services = resolve_services(tables, codebook, mapping, words, month)
    issues = [*numbers, *unclear, *places, *people, *doubts, *services]
    return {table: conform(frame, table) for table, frame in tables.items()}, issues


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    kept = [frame for frame in frames if len(frame)]
    if not kept:
        return pd.DataFrame(index=pd.RangeIndex(0))
    if len(kept) == 1:
        return kept[0].reset_index(drop=True)
    columns = list(dict.fromkeys(column for frame in kept for column in frame.columns))
    stacked = {
        column: pd.concat(
            [frame[column] if column in frame else pd.Series([None] * len(frame), dtype=object) for frame in kept],
            ignore_index=True,
        )
        for column in columns
    }
    return pd.DataFrame(stacked)
