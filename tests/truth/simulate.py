"""Samples by the hundred from towns whose truth is known, for ``docs/coverage.md``.

From ``tests``::

    python -m truth.simulate FILE.jsonl               # goes on where the file ends
    python -m truth.simulate OTHER.jsonl --part 1/2   # every other town
    python -m truth.coverage FILE.jsonl OTHER.jsonl   # the paper

A line is one sample: which intervals hold the truth, by place and need, or which needs the channel warning names.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from needs_analytics.needs.channels import channel_issues
from needs_analytics.needs.domains import make_domains
from needs_analytics.needs.estimates import sampling_design
from needs_analytics.needs.list_needs import _columns, _measured, _people
from needs_analytics.needs.panel import Answers
from needs_analytics.needs.places import place_sizes
from needs_analytics.weights import weigh

from .estimates import ANSWERS
from .frames import (
    ALL,
    answers_of,
    draw,
    month_of,
    prevalence,
    pull_of_margins,
    register_frame,
    through_offices,
)
from .generator import MONTH, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Cleaned
    from needs_analytics.samples import Snapshot

TOWNS = range(500, 520)
"""Seeds that no test and no choice of a method has seen."""
SAMPLES = {"margins": 20, "offices": 20, "simple": 10, "grids": 8, "dependent": 12, "free": 12}
"""Samples of each town: 1 000 for sub-district and communities, and apart from these some for grids and warnings."""
WARNINGS = frozenset({"dependent", "free"})
Line = dict[str, Any]


@dataclass(frozen=True)
class Draw:
    """One sample: of which town, by which design, the how manieth."""

    seed: int
    design: str
    number: int

    def take(self) -> Line:
        """Draw the respondents and tell which intervals hold the truth, or which needs are warned of."""
        line = {"seed": self.seed, "design": self.design, "number": self.number}
        return line | (self._warned() if self.design in WARNINGS else self._held())

    def _held(self) -> Line:
        snapshot, grids = settle(self.seed), self.design == "grids"
        month, true = known_of(self.seed, grids=grids)
        return by_place(shares_of(month, self.respondents(snapshot)), true, grids=grids)

    def _warned(self) -> Line:
        """Return the needs warned of from the month's answers alone, and with those of the month before.

        *dependent*: who wants the plan's need is likelier to answer online. *free*: nothing depends on the channel.
        """
        now, before = (self._through_offices(month) for month in (MONTH, MONTH.shift(-1)))
        needs = _columns(now.people(), "need:")
        made = {"alone": channel_issues(now, needs, {}), "two": channel_issues(now, needs, {}, before=before)}
        return {name: [issue.value for issue in issues] for name, issues in made.items()}

    def _through_offices(self, month: Month) -> Answers:
        snapshot = settle(self.seed, month)
        plan = snapshot.plan
        if self.design == "free":
            facts = {name: own for name, own in plan.words("offices").items() if name != "channel_need"}
            plan = replace(plan, texts={**plan.texts, "offices": facts})
        survey = through_offices(replace(snapshot, seed=1000 * self.seed + self.number, plan=plan))
        return Answers(survey, weigh(survey, _register(self.seed, month)))

    def respondents(self, snapshot: Snapshot) -> pd.DataFrame:
        """Draw the respondents.

        *margins*, *grids*: age, sex and community decide, strongly. *offices*: through the plan's offices, each asking
        about what its form holds. *simple*: everybody is as likely.
        """
        if self.design == "offices":
            return through_offices(replace(snapshot, seed=1000 * snapshot.seed + self.number))
        pull = snapshot.adults.astype(float) if self.design == "simple" else pull_of_margins(snapshot)
        names = (snapshot.seed, 20, list(SAMPLES).index(self.design), self.number)
        return answers_of(snapshot, draw(pull, ANSWERS, *names))


def all_draws(part: int = 0, parts: int = 1) -> Iterator[Draw]:
    """Yield the samples of every so manieth town, town by town."""
    for seed in TOWNS[part::parts]:
        for design, number in SAMPLES.items():
            yield from (Draw(seed, design, sample) for sample in range(number))


def run(draws: Iterable[Draw], file: Path) -> None:
    """Append the samples that the file does not hold yet."""
    done = {(line["seed"], line["design"], line["number"]) for line in read_lines([file])} if file.exists() else set()
    with file.open("a", encoding="utf-8") as out, threadpool_limits(1):
        for wanted in draws:
            if (wanted.seed, wanted.design, wanted.number) not in done:
                out.write(json.dumps(wanted.take(), ensure_ascii=False) + "\n")
                out.flush()


def read_lines(files: Iterable[Path]) -> list[Line]:
    """Return the samples of some files."""
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def shares_of(month: Cleaned, survey: pd.DataFrame) -> pd.DataFrame:
    """Return the needs list's shares of all residents from some answers, without the ranks, which cost more.

    Special groups count in the weights alone. Where the month lists no grids nobody names one.
    """
    weights = weigh(survey, month.register)
    cleaned = replace(month, survey=survey.assign(groups=None, **({} if len(month.places) else {"grid": None})))
    people, places = _people(cleaned, weights, None), place_sizes(cleaned, weights)
    domains = make_domains(people, places, cleaned.codebook, weights.population)
    needs = _columns(people, "need:")
    nobody = month.interviewers.iloc[:0]  # who asked is not what is tried here
    return _measured(people, needs, domains, sampling_design(people, weights), weights, places, nobody)


def by_place(found: pd.DataFrame, true: pd.DataFrame, *, grids: bool) -> Line:
    """Return estimates and truth by place and need, of the grids alone where they are wanted.

    In ``side`` ``+`` is an interval that holds the truth, ``<`` one below it, ``>`` one above it, ``-`` none.
    """
    places = true.index[(true.index.get_level_values(1) != ALL) == grids]
    share, low, high, n_eff, n = (
        found.pivot_table(name, ["community", "grid"], "need").reindex(index=places, columns=true.columns).to_numpy()
        for name in ("share", "share_low", "share_high", "n_eff", "n")
    )
    real = true.loc[places].to_numpy(float)
    side = np.select([np.isnan(share), high < real, low > real], ["-", "<", ">"], "+")
    return {
        "places": ["/".join(place) for place in places],
        "needs": list(true.columns),
        "side": ["".join(row) for row in side],
        "true": np.round(real, 5).tolist(),
        "share": np.round(np.nan_to_num(share), 4).tolist(),
        "n_eff": np.round(np.nan_to_num(n_eff), 1).tolist(),
        "answers": np.nan_to_num(n).astype(int).tolist(),
    }


@lru_cache(maxsize=4)
def _register(seed: int, month: Month) -> pd.DataFrame:
    return register_frame(settle(seed, month))


@lru_cache(maxsize=4)
def known_of(seed: int, *, grids: bool) -> tuple[Cleaned, pd.DataFrame]:
    """Return a town's register and places, and its true shares, which all its samples share."""
    snapshot = settle(seed)
    return month_of(snapshot, answers_of(snapshot, np.arange(1)), grids=grids), prevalence(snapshot, grids=grids)


def main() -> None:
    """Take the samples."""
    parser = argparse.ArgumentParser(prog="python -m truth.simulate", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--part", default="0/1", help="which of how many parts of the towns")
    given = parser.parse_args()
    run(all_draws(*map(int, given.part.split("/"))), given.file)


if __name__ == "__main__":
    main()
