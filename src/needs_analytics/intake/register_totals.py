"""Totals inside a register that its cells do not add up to: the cells count, the totals only check them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.wording import key
from needs_analytics.intake.numbers import read_count
from needs_analytics.intake.wide_register import people_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from needs_analytics.core.arrays import Bools, Floats, Ints
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.groups import GroupWords
    from needs_analytics.intake.wide_register import WideColumn

_TOTAL = re.compile(r"(常住)?(总人口|人口|总人数|人数|人口总数|总数|合计|总计|小计|人口合计)数?([(（][人名口][)）])?")
_ROUNDING = 0.01  # what figures in 百人 may differ by


def contradictions(
    block: Block, frame: pd.DataFrame, counted: Mapping[int, WideColumn], groups: GroupWords, persons: int | None
) -> list[Issue]:
    """Return the totals of rows and columns that differ from what stands in the cells.

    Parameters
    ----------
    frame
        What the rows of the block tell beside the figures.
    counted
        The columns that count people, of a register laid out across.
    persons
        The column of the persons of one laid out downwards.
    """
    across = _across(block, groups) if counted else []
    columns = [*counted] if counted else [] if persons is None else [persons]
    return [*across, *(_below(block, columns) if _counts_once(frame) else [])]


def _counts_once(frame: pd.DataFrame) -> bool:
    """Whether the rows count every resident once: no group, part or band of others stands among them."""
    if "group" in frame and frame["group"].notna().any():
        return False
    if any(name in frame and len(set(frame[name].notna())) > 1 for name in ("grid", "sex", "age_low")):
        return False
    if "age_low" not in frame or frame["age_low"].isna().all():
        return True
    bands = frame[["age_low", "age_high"]].drop_duplicates().sort_values("age_low")
    return bool((bands["age_low"].to_numpy()[1:] > bands["age_high"].to_numpy()[:-1]).all())


def _across(block: Block, groups: GroupWords) -> list[Issue]:
    """Compare in every row the total, the ages and the sexes."""
    people = {column: people_of(header, groups) for column, header in enumerate(block.headers)}
    own = {column: one for column, one in people.items() if one and not one.group}
    aged = [column for column, one in own.items() if one.age and not one.sex]
    both = [column for column, one in own.items() if one.age and one.sex]
    sexes = [column for column, one in own.items() if one.sex and not one.age]
    totals = [
        column
        for column, header in enumerate(block.headers)
        if not people[column] and _TOTAL.fullmatch(key(header.text))
    ]
    cells = both or aged
    from_birth = bool(cells) and min(one.age.low for column in cells if (one := own[column]) and one.age) == 0
    sexes = sexes if len({own[column].sex for column in sexes}) == len(sexes) == 2 else []
    parts = cells or sexes
    checks = [([total], parts) for total in totals[:1]] if parts else []
    checks += [(sexes, cells)] if sexes and cells else []
    return [issue for told, sums in checks for issue in _differing(block, told, sums, exact=from_birth or not cells)]


def _differing(block: Block, told: Sequence[int], parts: Sequence[int], *, exact: bool) -> list[Issue]:
    """Say where columns do not add up to others; totals may hold children that the ages leave out."""
    first, second = (np.sum([_figures(block, one, block.rows) for one in columns], axis=0) for columns in (told, parts))
    off = second - first if not exact else np.abs(second - first)
    wrong = off > np.maximum(1.0, _ROUNDING * second)
    what = "＋".join(block.headers[column].text for column in told)
    return _issue(block, block.rows[wrong], told[0], what, first[wrong], second[wrong])


def _below(block: Block, columns: Sequence[int]) -> list[Issue]:
    """Compare rows of totals with the rows they may sum: some above them without a gap, or some below."""
    totals = np.array(sorted(row for row, why in block.asides.items() if why == "total"), dtype=int)
    issues = []
    for column in columns:
        told, cells = _figures(block, column, totals), _figures(block, column, block.rows)
        wrong = np.array(
            [_no_sum(figure, cells, block.rows < row) for row, figure in zip(totals, told, strict=True)], dtype=bool
        )
        if len(totals):
            sums = np.full(int(wrong.sum()), float(np.nansum(cells)))
            issues += _issue(block, totals[wrong], column, block.headers[column].text, told[wrong], sums)
    return issues


def _no_sum(told: float, cells: Floats, above: Bools) -> bool:
    """Whether a total is that of no rows above it or below it; unknown cells may make up for anything."""
    if not np.isfinite(told) or np.isnan(cells).any():
        return False
    sums = np.concatenate([np.cumsum(cells[above][::-1]), np.cumsum(cells[~above])])
    return bool(len(sums)) and bool((np.abs(sums - told) > np.maximum(1.0, _ROUNDING * sums)).all())


def _figures(block: Block, column: int, rows: Ints) -> Floats:
    source = block.sheet.columns[column]
    values = [read_count(source.values[source.codes[row]]).value for row in rows]
    return np.array([value if isinstance(value, float) else np.nan for value in values], dtype=float)


def _issue(block: Block, rows: Ints, column: int, what: str, told: Floats, sums: Floats) -> list[Issue]:
    if not len(rows):
        return []
    details = {"what": what, "sum": f"{sums[0]:.0f}", "count": len(rows)}
    where = CellRef(block.sheet.file, block.sheet.name, int(rows[0]), column)
    return [Issue("W624", where, f"{told[0]:.0f}", details, tuple((int(row), column) for row in rows[1:]))]
