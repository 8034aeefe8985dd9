"""Samples in which some ages and sexes send no answer: do the intervals still hold, for ``docs/coverage.md``.

From ``tests``::

    python -m truth.silent
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pandas as pd
from threadpoolctl import threadpool_limits

from .frames import ALL
from .generator import settle
from .simulate import Draw, by_place, known_of, shares_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TOWNS, SAMPLES = (500, 505, 510, 515), 3
SILENT: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "nobody": lambda survey: pd.Series(False, index=survey.index),
    "men under 35": lambda survey: (survey["age_low"] < 35) & (survey["sex"] == "男"),
    "all under 35": lambda survey: survey["age_low"] < 35,
    "all of 80 and more": lambda survey: survey["age_low"] >= 80,
}
LEVELS = {False: ("sub-district", "communities"), True: ("grids", "grids")}


def coverage(draws: Iterable[Draw]) -> pd.DataFrame:
    """Return per silence and level how many intervals were told and how many hold the truth, and who is silent."""
    rows = []
    with threadpool_limits(1):
        for wanted in draws:
            grids = wanted.design == "grids"
            month, true = known_of(wanted.seed, grids=grids)
            survey = wanted.respondents(settle(wanted.seed))
            for who, silent in SILENT.items():
                shares = shares_of(month, survey[~silent(survey)])
                line = by_place(shares, true, grids=grids)
                for place, sides in zip(line["places"], line["side"], strict=True):
                    level = LEVELS[grids][not place.startswith(f"{ALL}/")]
                    told = len(sides) - sides.count("-")
                    rows.append((who, level, told, sides.count("+"), shares["absent"].max()))
    frame = pd.DataFrame(rows, columns=["silent", "level", "told", "held", "absent"])
    sums = frame.groupby(["silent", "level"], sort=False).agg(
        told=("told", "sum"), held=("held", "sum"), absent=("absent", "mean")
    )
    return sums.assign(coverage=sums["held"] / sums["told"])


def main() -> None:
    """Print the table."""
    designs = ("margins", "grids")
    draws = (Draw(seed, design, number) for seed in TOWNS for design in designs for number in range(SAMPLES))
    sys.stdout.write(f"{coverage(draws)}\n")


if __name__ == "__main__":
    main()
