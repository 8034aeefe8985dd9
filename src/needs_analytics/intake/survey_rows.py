"""What follows for a respondent from several cells together: age, month of the answer, special groups, needs list."""

from __future__ import annotations

import datetime as dt
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import key
from needs_analytics.intake.ages import OLDEST, AgeRange
from needs_analytics.intake.dates import read_birth_date
from needs_analytics.intake.derived_groups import derived_groups
from needs_analytics.intake.people import IdCard, read_id_card
from needs_analytics.intake.reading import is_absent

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.month import Month

_CONTRADICTION = 2  # years between a stated age and the one from the ID card that are no rounding


def complete_survey(
    tables: dict[str, pd.DataFrame], codebook: Codebook, month: Month, cells: CellMap
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Complete the survey's rows; stated values are never replaced, contradictions are said."""
    frame = tables["survey"]
    if not len(frame):
        return tables, []
    frame = _with_columns(frame)
    frame["told_sex"] = frame["sex"]  # before the ID card fills it in
    frame, issues = _with_id_cards(frame, month, cells)
    frame["age"] = np.where(frame["age_low"] == frame["age_high"], frame["age_low"], np.nan)
    frame["age_band"] = _bands(frame["age_low"], frame["age_high"])
    frame["submitted_at"] = frame["date"]
    frame["date"] = frame["date"].dt.normalize()
    told = frame["told_month"] if "told_month" in frame else pd.Series([None] * len(frame), index=frame.index)
    frame["month"] = _months(frame["date"], month).where(frame["date"].notna() | told.isna(), told)
    undated = frame[frame["date"].isna() & told.isna()]
    issues += cells.said("I126", "survey", undated, "date", month=str(month))
    frame["groups"] = derived_groups(frame, codebook)
    frame["needs"] = _needs_list(frame)
    frame["answer_id"] = _answer_ids(frame, month)
    return {**tables, "survey": frame}, issues


def _months(dates: pd.Series, month: Month) -> pd.Series:
    """Return each answer's month, that of the workbooks where it is not dated."""
    codes, days = pd.factorize(dates)
    names = np.array([*pd.DatetimeIndex(days).strftime("%Y-%m"), str(month)], dtype=object)  # the last: not dated
    return pd.Series(names[codes], index=dates.index, dtype=object)


def _with_columns(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy(deep=False)
    for column in ("age_low", "age_high", "household_size"):
        frame[column] = frame[column].astype(float) if column in frame else np.nan
    for column in ("sex", "groups", "id_card", "birth_date", "answer_id"):
        if column not in frame:
            frame[column] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    frame["date"] = pd.to_datetime(frame["date"]) if "date" in frame else pd.NaT
    return frame


def _with_id_cards(frame: pd.DataFrame, month: Month, cells: CellMap) -> tuple[pd.DataFrame, list[Issue]]:
    """Fill age and sex that were not stated from date of birth and ID card; say where they contradict."""
    if frame["id_card"].isna().all() and frame["birth_date"].isna().all():
        return frame, []
    frame, short = _with_whole_years(frame, month, cells)
    cards = {text: read_id_card(str(text)) for text in frame["id_card"].dropna().unique()}
    known = [cards.get(text, IdCard(valid=False)) for text in frame["id_card"]]
    born = [card.born or _birth(text) for card, text in zip(known, frame["birth_date"], strict=True)]
    years = np.array([_years(day, month.first_day) if day else np.nan for day in born])
    years = np.where((years >= 0) & (years <= OLDEST), years, np.nan)
    stated = frame["age_low"].notna()
    bad = [bool(text) and not (card.valid and card.born and card.born <= month.last_day)
           for card, text in zip(known, frame["id_card"], strict=True)]  # fmt: skip
    unread = [isinstance(text, str) and _birth(text) is None and not is_absent(key(text))
              for text in frame["birth_date"]]  # fmt: skip
    issues = [
        *short,
        *cells.said("W150", "survey", frame[np.array(bad, bool)], "id_card"),
        *cells.said("W152", "survey", frame[np.array(unread, bool)], "birth_date"),
    ]
    apart = stated & ((years < frame["age_low"] - _CONTRADICTION) | (years > frame["age_high"] + _CONTRADICTION))
    sexes = pd.Series([card.sex or None for card in known], index=frame.index, dtype=object)
    clash = sexes.notna() & frame["sex"].notna() & (sexes != frame["sex"])
    issues += _contradictions(frame, apart, clash, years, sexes, cells)
    frame["age_low"] = frame["age_low"].where(stated, years)
    frame["age_high"] = frame["age_high"].where(stated, years)
    frame["sex"] = frame["sex"].where(frame["sex"].notna(), sexes)
    return frame, issues


def _contradictions(
    frame: pd.DataFrame, ages: pd.Series, sexes: pd.Series, years: Floats, by_card: pd.Series, cells: CellMap
) -> list[Issue]:
    """Say which ages and sexes are not those of the ID card."""
    issues = []
    for field, rows, stated, other in (
        ("age", ages, frame["age_low"].map("{:g}".format), pd.Series(years, frame.index).map("{:g}".format)),
        ("sex", sexes, frame["sex"], by_card),
    ):
        refs = cells.refs("survey", frame[rows], field)
        for where, value, new in zip(refs, stated[rows], other[rows], strict=True):
            details = {"table": "survey", "field": field, "new": value, "by_card": new}
            issues.append(Issue("W151", where, value, details))
    return issues


def _with_whole_years(frame: pd.DataFrame, month: Month, cells: CellMap) -> tuple[pd.DataFrame, list[Issue]]:
    """Read 63 as 1963 in a sheet whose other births are whole years; what may be of either century stays as it is."""
    texts = frame["birth_date"].fillna("").map(lambda text: key(str(text)).removesuffix(".0").removesuffix("年"))
    short = texts.str.fullmatch(r"\d\d")
    whole = texts.str.fullmatch(r"(?:19|20)\d\d").groupby([frame["file"], frame["sheet"]]).transform("sum")
    last = short & (whole > short.groupby([frame["file"], frame["sheet"]]).transform("sum"))
    last &= texts.where(last, "0").astype(int) > month.year % 100
    if not last.any():
        return frame, []
    example = str(frame.loc[last, "birth_date"].iloc[0])
    said = cells.said("W154", "survey", frame[last], "birth_date", value=example)
    return frame.assign(birth_date=frame["birth_date"].where(~last, "19" + texts)), said


def _birth(text: object) -> dt.date | None:
    value = read_birth_date(text).value if isinstance(text, str) else None
    return value.date() if isinstance(value, dt.datetime) else None


def _years(born: dt.date, day: dt.date) -> float:
    return float(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _bands(lows: pd.Series, highs: pd.Series) -> pd.Series:
    ranged = lows.notna() & (lows != highs)
    bands = pd.Series([None] * len(lows), index=lows.index, dtype=object)
    bands[ranged] = [AgeRange(low, high).band for low, high in zip(lows[ranged], highs[ranged], strict=True)]
    return bands


def _needs_list(frame: pd.DataFrame) -> pd.Series:
    """Join the needs a respondent has, for reading; the three-valued columns stay what counts."""
    columns = sorted(column for column in frame.columns if column.startswith("need:"))
    names = [column.removeprefix("need:") for column in columns]
    yes = frame[columns].to_numpy(float) == 1 if columns else np.zeros((len(frame), 0), bool)
    packed = np.packbits(yes, axis=1)
    codes, patterns = pd.factorize(pd.Series(list(map(bytes, packed)), dtype=object))
    first = np.full(len(patterns), 0)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    lists = np.array([";".join(compress(names, yes[row])) for row in first] or [""], dtype=object)
    return pd.Series(lists[codes], index=frame.index, dtype=object)


def _answer_ids(frame: pd.DataFrame, month: Month) -> pd.Series:
    """Return an id per answer: the month whose files brought it and its number, in the order of the rows."""
    return pd.Series([f"{month}:{number:07d}" for number in range(1, len(frame) + 1)], index=frame.index, dtype=object)
