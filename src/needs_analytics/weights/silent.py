"""Ages and sexes of the register that nobody who answered has, and those that no answer tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import in_every_language
from needs_analytics.weights.countings import band

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from needs_analytics.core.arrays import Bools, Floats

    Silent = list[tuple[str, float]]


def silent_classes(
    bands: Sequence[tuple[float, float]], sexes: Sequence[str], targets: Floats, answered: Bools
) -> Silent:
    """Return the classes nobody answered from with their residents, neighbouring bands as one.

    Parameters
    ----------
    bands, sexes
        Of the S sexes and B bands; one sex ``""`` or one band from 0 where the register tells none.
    targets, answered
        ``(S, B)``: residents, and whether somebody answered.
    """
    runs: dict[tuple[int, int], list[int]] = {}
    for row in range(len(sexes)):
        silent = np.flatnonzero(~answered[row] & (targets[row] > 0))
        for run in np.split(silent, np.flatnonzero(np.diff(silent) > 1) + 1):
            if run.size:
                runs.setdefault((int(run[0]), int(run[-1])), []).append(row)
    found = []
    for (first, last), rows in sorted(runs.items()):
        sex = "" if len(rows) == len(sexes) else "、".join(sexes[row] for row in rows)
        span = "" if bands[0][0] == 0 and len(bands) == 1 else band(bands[first][0], bands[last][1])
        persons = float(np.where(answered, 0.0, targets)[rows, first : last + 1].sum())
        found.append((" ".join(filter(None, (sex, span))), persons))
    return found


def silent_issue(classes: Silent, total: float) -> list[Issue]:
    """Say who of the register did not answer, and which part of the residents they are."""
    if not classes:
        return []
    persons = sum(count for _, count in classes)
    names = "、".join(dict.fromkeys(name for name, _ in classes))
    share = f"{persons / total:.0%}" if persons >= 0.01 * total else f"{persons / total:.1%}"
    return [Issue("W639", value=names, details={"classes": names, "persons": f"{persons:.0f}", "share": share})]


def told_by_answers(cells: pd.DataFrame, survey: pd.DataFrame, smallest: int) -> tuple[pd.DataFrame, list[Issue]]:
    """Leave out of the register's cells what hardly an answer tells, and say so.

    Parameters
    ----------
    cells
        Of the register: ``age_low, sex`` missing where it tells none itself.
    survey
        Answers with ``sex`` and ``band``, the number of the age band, −1 where it is unknown.
    smallest
        Respondents a class must have.
    """
    issues = []
    aged, sexed = int((survey["band"] >= 0).sum()), int(survey["sex"].isin(["男", "女"]).sum())
    for column, known in (("age_low", aged), ("sex", sexed)):
        if known < smallest and cells[column].notna().any():
            cells = cells.assign(**{column: np.nan if column == "age_low" else None})
            issues.append(untold("age" if column == "age_low" else "sex", known, smallest))
    return cells, issues


def untold(margin: str, known: int, smallest: int) -> Issue:
    """Say that the register tells what too few answers do: nothing is weighted by it."""
    return Issue(
        "W640", details={"margin": in_every_language(f"margin.{margin}"), "count": known, "smallest": smallest}
    )
