"""People across tables: one key per person, then every identifier dropped and every text masked."""

from __future__ import annotations

import pandas as pd

from needs_analytics.core.wording import plain
from needs_analytics.intake.masking import mask_texts
from needs_analytics.intake.people import IDENTIFIERS, code_of, household_keys, person_keys

_PEOPLE = ("survey", "usage", "roster", "requests")
_TEXTS = ("text", "duty", "nature", "category", "channel", "aware_of")


def without_identifiers(tables: dict[str, pd.DataFrame], secret: bytes) -> dict[str, pd.DataFrame]:
    """Replace identifiers by keyed hashes in all tables of people.

    Only rows with some identifier of a usage or roster get a key; a count of a day is nobody's.
    """
    people = [table for table in _PEOPLE if len(tables[table])]
    keys = dict(zip(people, person_keys([tables[table] for table in people], secret), strict=True))
    names = {plain(str(name)) for table in people if "name" in tables[table] for name in tables[table]["name"].dropna()}
    result = dict(tables)
    for table in people:
        frame = tables[table].copy()
        frame["person_key"] = pd.Series(keys[table], index=frame.index, dtype=object)
        if table != "survey":
            frame.loc[~_identified(frame), "person_key"] = None
        frame["household_key"] = household_keys(frame, secret)
        if "interviewer" in frame:
            codes = {text: code_of(str(text), secret) for text in frame["interviewer"].dropna().unique()}
            frame["interviewer"] = frame["interviewer"].map(codes).astype(object)
        result[table] = _masked(frame.drop(columns=[*IDENTIFIERS, "ip"], errors="ignore"), names)
    return result


def _identified(frame: pd.DataFrame) -> pd.Series:
    given = pd.Series(False, index=frame.index)
    for column in ("id_card", "phone", "name"):
        if column in frame:
            given |= frame[column].notna()
    return given


def _masked(frame: pd.DataFrame, names: set[str]) -> pd.DataFrame:
    for column in _TEXTS:
        if column in frame:
            masks = mask_texts([str(text) for text in frame[column].dropna().unique()], names)
            frame[column] = frame[column].map(
                lambda text, masks=masks: masks.get(text, text) if isinstance(text, str) else text
            )
    return frame
