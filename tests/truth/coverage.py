"""How often intervals hold the truth, from the samples of ``truth.simulate``: ``docs/coverage.md``.

From ``tests``: ``python -m truth.coverage FILE.jsonl …`` writes the part of the paper between its two marks.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL

from .simulate import Line, read_lines
from .thresholds import COMPOSITE_COVERAGE, FALSE_WARNINGS, USUAL_COVERAGE, WARNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAPER = Path(__file__).parents[2] / "docs" / "coverage.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
DESIGNS = ("margins", "offices", "simple")
CHANNEL_NEED = "PRO05"
SIZES = (0, 1, 2, 5, 10, 20, 50, np.inf)
"""Limits of the classes of n_eff·min(p, 1 − p)."""
ANSWERS = (0, 50, 100, 200, np.inf)
"""Limits of the classes of places by their answers."""
USUAL = 10
_SAMPLE = ["seed", "design", "number"]
_CELL = ["seed", "design", "place", "need"]


def intervals(lines: Iterable[Line]) -> pd.DataFrame:
    """Return one row per interval of the samples that have some, with the size of its class.

    ``size`` is n_eff·min(p, 1 − p) with the *true* share and the median n_eff of the cell (town, design, place, need)
    over its samples: by what a sample itself estimates, intervals that lie too low fall into a lower class than those
    that lie too high, and every class is a selection. ``seen`` is that very size, as a reader sees it.
    """
    frame = pd.concat([_rows(line) for line in lines if "side" in line], ignore_index=True)
    frame = frame[frame["side"] != "-"]
    frame = frame[(frame["need"] != CHANNEL_NEED) | (frame["design"] != "offices")]
    n_eff = frame.groupby(_CELL)["n_eff"].transform("median")
    places = frame.groupby(["seed", "design", "place"])["answers"].transform("median")
    return frame.assign(
        held=(frame["side"] == "+").astype(float),
        size=n_eff * np.minimum(frame["true"], 1 - frame["true"]),
        seen=frame["n_eff"] * np.minimum(frame["share"], 1 - frame["share"]),
        place_answers=places,
        whole=frame["place"].str.startswith(ALL),
        sample=frame.groupby(_SAMPLE).ngroup(),
    )


def _rows(line: Line) -> pd.DataFrame:
    places, needs = line["places"], line["needs"]
    answers = np.array(line["answers"])
    return pd.DataFrame(
        {name: line[name] for name in _SAMPLE}
        | {
            "place": np.repeat(places, len(needs)),
            "need": np.tile(needs, len(places)),
            "side": list("".join(line["side"])),
            "answers": np.repeat(answers.max(axis=1), len(needs)),
            "everybody": (answers >= 0.9 * answers.max(axis=1, keepdims=True)).ravel(),
        }
        | {name: np.array(line[name]).ravel() for name in ("true", "share", "n_eff")}
    )


def mean_over_needs(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the coverage, every need counting the same, and its standard error.

    The needs of one sample come from the same respondents, so a sample is the cluster.
    """
    by_need = frame.groupby("need")["held"]
    residual = (frame["held"] - by_need.transform("mean")) / by_need.transform("size") / by_need.ngroups
    sums = residual.groupby(frame["sample"]).sum().to_numpy()
    wide = len(sums) / max(len(sums) - 1, 1)
    return float(by_need.mean().mean()), float(np.sqrt(wide * (sums**2).sum()))


def classes(values: pd.Series, limits: Sequence[float]) -> pd.Series:
    """Return the class of each value in words, in the order of the limits; the lower limit belongs to a class."""
    names = [f"{low:g} – {high:g}" if np.isfinite(high) else f"≥ {low:g}" for low, high in pairwise(limits)]
    place = np.searchsorted(limits, values, side="right") - 1
    return pd.Series(pd.Categorical.from_codes(place, names, ordered=True), index=values.index)


def table(frame: pd.DataFrame, by: str, limits: Sequence[float]) -> list[str]:
    """Return coverage by class and design, in Markdown."""
    designs = [design for design in (*DESIGNS, "grids") if (frame["design"] == design).any()]
    rows = [
        f"| {by} | {' | '.join(designs)} | intervals | truth below | truth above |",
        "|---" * (len(designs) + 4) + "|",
    ]
    for name, own in frame.groupby(classes(frame[by], limits), observed=True):
        cells = [_cell(own[own["design"] == design]) for design in designs]
        sides = [f"{(own['side'] == side).mean():.1%}" for side in "><"]
        rows.append("| " + " | ".join([str(name), *cells, f"{len(own):,}", *sides]) + " |")
    return rows


def _cell(frame: pd.DataFrame) -> str:
    if frame.empty:
        return ""
    mean, error = mean_over_needs(frame)
    return f"{mean:.1%} ± {error:.1%}"


def worst_needs(frame: pd.DataFrame) -> list[str]:
    """Return the need whose intervals hold least often, by design, in words."""
    said = []
    for design, own in frame.groupby("design"):
        held = own.groupby("need")["held"].agg(["mean", "size"])
        need = held["mean"].idxmin()
        _, error = mean_over_needs(own[own["need"] == need])
        said.append(f"{design}: {need} {held.loc[need, 'mean']:.1%} ± {error:.1%}")
    return said


def stated_variances(places: pd.DataFrame) -> list[str]:
    """Return the variance that estimates state over that of the samples, summed over cells, in Markdown.

    The needs of old age apart: whom offices ask most often they know best, for residents are not asked twice.
    """
    rows = places[places["n_eff"] > 0]
    rows = rows.assign(stated=rows["share"] * (1 - rows["share"]) / rows["n_eff"])
    cells = rows.groupby([*_CELL, "whole"]).agg(stated=("stated", "mean"), real=("share", "var")).reset_index()
    elder = cells["need"].str.startswith("ELD").map({True: "needs of old age", False: "other needs"})
    sums = cells.groupby(["design", elder.rename("of"), "whole"])[["stated", "real"]].sum()
    ratio = (sums["stated"] / sums["real"]).rename("ratio").reset_index()
    ratio = ratio.pivot_table("ratio", ["design", "of"], "whole")
    lines = ["| design | needs | sub-district | communities |", "|---|---|---|---|"]
    return lines + [
        f"| {design} | {of} | {row[True]:.2f} | {row[False]:.2f} |" for (design, of), row in ratio.iterrows()
    ]


def warnings(lines: Iterable[Line]) -> pd.DataFrame:
    """Return one row per sample and months compared: whether the channel's need was named, and whether any other."""
    rows = [
        (line["design"], months, CHANNEL_NEED in line[months], bool(set(line[months]) - {CHANNEL_NEED}))
        for line in lines
        if "alone" in line
        for months in ("alone", "two")
    ]
    frame = pd.DataFrame(rows, columns=["design", "months", "named", "others"])
    free = frame["design"] == "free"  # there the channel's need is one of those that nothing is wrong with
    return frame.assign(false=frame["others"] | (free & frame["named"]))


def paper(lines: list[Line]) -> str:
    """Return what was measured, in Markdown."""
    frame = intervals(lines)
    places, grids = frame[frame["design"] != "grids"], frame[frame["design"] == "grids"]
    parts = [f"{places['sample'].nunique():,} samples of {places['seed'].nunique()} towns, {len(places):,} intervals."]
    parts += ["### By n_eff·min(p, 1 − p), true share", *table(places, "size", SIZES)]
    parts += ["### By answers of the place", *table(places, "place_answers", ANSWERS)]
    parts += ["### Against the requirement", *_required(places)]
    parts += ["Needs whose intervals hold least often – " + "; ".join(worst_needs(places)) + "."]
    parts += ["### Variance stated, over that of the samples", *stated_variances(places)]
    parts += ["### Needs that only some offices ask about", *_by_asking(places)]
    parts += [
        "### By n_eff·min(p, 1 − p) as a reader sees it, all intervals counting the same",
        *table(places.assign(need=""), "seen", SIZES),
    ]
    parts += [f"### Grids, composites: {grids['sample'].nunique()} samples apart", *table(grids, "size", SIZES)]
    parts += [f"Over all grids {_cell(grids)}; required {COMPOSITE_COVERAGE:.0%}."]
    parts += ["### The warning W622", *_warning_rows(warnings(lines))]
    return "\n".join(f"\n{part}\n" if not part.startswith("|") else part for part in parts)


def _required(places: pd.DataFrame) -> list[str]:
    usual = places["size"] >= USUAL
    rows = ["| design | every class, lowest | n_eff·min(p, 1 − p) ≥ 10 | |", "|---|---|---|---|"]
    for design, own in places.groupby("design"):
        lowest = min((mean_over_needs(part), name) for name, part in _classed(own))
        mean, error = mean_over_needs(own[usual[own.index]])
        low, high = USUAL_COVERAGE
        reached = lowest[0][0] >= low and mean <= high
        lowest_text = f"{lowest[0][0]:.1%} ± {lowest[0][1]:.1%} ({lowest[1]})"
        rows.append(
            f"| {design} | {lowest_text} | {mean:.1%} ± {error:.1%} | {'reached' if reached else '**not yet**'} |"
        )
    return rows


def _classed(frame: pd.DataFrame) -> Iterable[tuple[Any, pd.DataFrame]]:
    return frame.groupby(classes(frame["size"], SIZES), observed=True)


def _by_asking(places: pd.DataFrame) -> list[str]:
    offices = places[places["design"] == "offices"]
    rows = ["| place | asked by all offices | by some |", "|---|---|---|"]
    for name, own in (("sub-district", offices[offices["whole"]]), ("communities", offices[~offices["whole"]])):
        rows.append(f"| {name} | {_cell(own[own['everybody']])} | {_cell(own[~own['everybody']])} |")
    return rows


def _warning_rows(frame: pd.DataFrame) -> list[str]:
    rows = ["| samples | compared | need named | any other need named | samples | |", "|---|---|---|---|---|---|"]
    for (design, months), own in frame.groupby(["design", "months"]):
        named, false = own["named"].mean(), own["false"].mean()
        error = np.sqrt(false * (1 - false) / len(own))
        reached = false <= FALSE_WARNINGS and (design == "free" or named >= WARNED)
        months_text = {"alone": "the month alone", "two": "with the month before"}[months]
        hits = f"{named:.1%}" if design == "dependent" else ""
        cells = (
            design,
            months_text,
            hits,
            f"{false:.1%} ± {error:.1%}",
            len(own),
            "reached" if reached else "**not yet**",
        )
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return rows


def main() -> None:
    """Write the paper."""
    parser = argparse.ArgumentParser(prog="python -m truth.coverage", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    made = paper(read_lines(parser.parse_args().files))
    head, rest = PAPER.read_text(encoding="utf-8").split(BEGIN)
    PAPER.write_text(f"{head}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
