"""What a run was made of: its inputs, settings and versions, and what went in and out of every stage."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
from collections import Counter
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pandas as pd

from needs_analytics.core.config import differing
from needs_analytics.core.results import RunRecord
from needs_analytics.core.tables import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.options import Options
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import (
        ActionPlan,
        Forecast,
        GapReport,
        MatchPlan,
        NeedsList,
        Segments,
        StageCounts,
        Weights,
    )

_VERSIONS = ("needs-analytics", "pandas", "numpy", "scipy", "scikit-learn", "python-calamine")
_ROWS = ["rows_in", "kept", "merged", "returned", "other_months", "replaced"]


class Stages(NamedTuple):
    """What every stage gave."""

    cleaned: Cleaned
    weights: Weights
    segments: Segments
    needs: NeedsList
    matches: MatchPlan
    gaps: GapReport
    plans: ActionPlan
    outlook: Forecast


def make_record(
    name: str, stages: Stages, options: Options, *, older: Sequence[Cleaned] = (),
    context: Mapping[str, str] | None = None, rests_on: Sequence[Mapping[str, Any]] = (),
) -> RunRecord:  # fmt: skip
    """Say what a run was made of; the digest covers it and the results, nothing of the clock or the place.

    Parameters
    ----------
    name
        The office the report names.
    older
        Earlier months whose workbooks were read as well.
    context, rests_on
        See :class:`RunRecord`.
    """
    cleaned = stages.cleaned
    totals = cleaned.counts[_ROWS].sum()
    record = RunRecord(
        month=str(cleaned.month),
        workspace=name,
        inputs=pd.concat([_files(month) for month in (*older, cleaned)], ignore_index=True)
        .drop_duplicates()
        .sort_values(["month", "file"], ignore_index=True),
        context=dict(sorted((context or {}).items())),
        rests_on=tuple(rests_on),
        options=differing(options),
        counts={str(key): int(value) for key, value in totals.items()}
        | {"respondents": len(cleaned.survey), "uses": len(cleaned.usage)},
        stages=_counted(stages),
        issues=dict(sorted(Counter(issue.code for stage in stages for issue in stage.issues).items())),
        versions={"python": platform.python_version(), **{package: _version(package) for package in _VERSIONS}},
        digest="",
    )
    text = json.dumps(record.to_dict(), ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode())
    for table in (stages.needs.table, stages.gaps.table):
        digest.update(table.to_csv(index=False).encode())
    return replace(record, digest=digest.hexdigest())


def content_digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of what a table holds."""
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()


def _files(cleaned: Cleaned) -> pd.DataFrame:
    """Return the files of a month with their digests, also those that were refused, with no rows."""
    read = cleaned.sheets.groupby(["file", "digest"], as_index=False)[["rows"]].sum()
    refused = [
        (issue.where.file, str(*cast("tuple[str]", issue.details["digests"])), 0)
        for issue in _refusals(cleaned) if issue.where
    ]  # fmt: skip
    files = pd.concat([read, pd.DataFrame(refused, columns=["file", "digest", "rows"])]) if refused else read
    return files.assign(month=str(cleaned.month))[["month", "file", "digest", "rows"]]


def _refusals(cleaned: Cleaned) -> list[Issue]:
    read = set(cleaned.sheets["file"])
    return [
        issue for issue in cleaned.issues
        if issue.code.startswith("E0") and "digests" in issue.details and issue.where and issue.where.file not in read
    ]  # fmt: skip


def _counted(stages: Stages) -> dict[str, StageCounts]:
    """Return what went in and came out of every stage."""
    cleaned, weights, segments, needs, matches, gaps, plans, outlook = stages
    month = str(cleaned.month)
    survey, ours = len(cleaned.survey), int((cleaned.survey["month"] == month).sum())
    read, tables = int(cleaned.sheets["rows"].sum()), {name: len(getattr(cleaned, name)) for name in COLUMNS}
    refused, files = len(_refusals(cleaned)), int(cleaned.sheets["file"].nunique())
    series = len(outlook.backtest) + sum(
        int(str(issue.details["count"])) for issue in outlook.issues if issue.code == "I730"
    )
    found = {"needs": int(needs.table["need"].nunique()), "estimates": len(needs.table)}
    segmented = int((segments.table["segment"] != "").sum())
    cells = len(matches.cells)
    return {
        "read": _counts({"files": files + refused}, {"files": files, "rows": read}),
        "intake": _counts({"rows": read}, _taken_in(cleaned)),
        "cleaning": _counts(_taken_in(cleaned), {**tables, "survey": ours}),
        **({"window": _counts({"survey": ours}, {"survey": survey})} if survey != ours else {}),
        "weights": _counts({"survey": survey, "register": tables["register"]}, {"survey": len(weights.table)}),
        "segments": _counts({"survey": survey}, {"survey": segmented, "segments": len(segments.quality)}),
        "needs": _counts({"survey": len(weights.table)}, found),
        "matching": _counts(
            {**found, "menu": tables["menu"], "supply": tables["supply"]},
            {"cells": cells, "services": len(matches.sinks), "flows": len(matches.table)},
        ),
        "gaps": _counts({"cells": cells, "usage": tables["usage"]}, {"gaps": len(gaps.table)}),
        "plans": _counts({"gaps": len(gaps.table)}, {"suggestions": len(plans.table)}),
        "forecasts": _counts({"series": series}, {"series": len(outlook.backtest), "months": len(outlook.table)}),
    }


def _counts(given: Mapping[str, int], made: Mapping[str, int]) -> StageCounts:
    """Return the counts that are not nothing; a stage into which nothing goes says so by having none."""
    return {"in": {name: n for name, n in given.items() if n}, "out": {name: n for name, n in made.items() if n}}


def _taken_in(cleaned: Cleaned) -> dict[str, int]:
    """Return the rows of every table that intake made: kept or of other months, merged and returned ones."""
    rows = {}
    for name in COLUMNS:
        ours = getattr(cleaned, name)
        ours = ours[ours["month"] == str(cleaned.month)] if name == "survey" else ours
        gone = [(part["table"] == name).sum() for part in (cleaned.merged, cleaned.returned) if "table" in part]
        rows[name] = len(ours) + len(cleaned.earlier.get(name, ())) + int(sum(gone))
    return rows


def _version(package: str) -> str:
    """Return a package's version; where its files may not be read ``importlib`` gives nothing and says nothing."""
    found = version(package)
    if not found:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), package)
    return found
