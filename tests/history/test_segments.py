"""The segments of the months kept: what this month goes on from, sizes over the months, who changed type."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.continuity import crosswalk_frame
from needs_analytics.core.month import Month
from needs_analytics.core.results import Segments
from needs_analytics.history.segments import count_moves, model_before, sizes_so_far

from .conftest import named

if TYPE_CHECKING:
    import pytest

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace

OCTOBER = Month.parse("2026-10")


def segments(names: dict[str, str], published: set[str], **more: pd.DataFrame) -> Segments:
    """Return segments of these ids and names, each of a share of one tenth of its number."""
    rows = [
        {"segment": key, "name": name, "name_en": name, "n": 30.0, "share": int(key[1:]) / 10,
         "share_low": 0.05, "share_high": 0.95, "persons": int(key[1:]) * 40.0}
        for key, name in names.items()
    ]  # fmt: skip
    quality = [{"segment": key, "size": 30, "jaccard": 0.8, "published": key in published} for key in names]
    none = pd.DataFrame()
    return Segments(none, pd.DataFrame(rows), none, pd.DataFrame(quality), none, "stable", **more)


def keep(workspace: Workspace, result: MonthResult, month: str, found: Segments, model: str = "") -> None:
    with workspace.store.writing() as writing:
        writing.keep(replace(named(result, month, model or month), segments=found), model=model)
        writing.commit()


def test_sizes_of_the_months_before_are_those_of_the_latest_revisions_and_published(
    workspace: Workspace, result: MonthResult
) -> None:
    keep(workspace, result, "2026-08", segments({"S1": "独居老人", "S2": "家长"}, {"S1"}))
    keep(workspace, result, "2026-09", segments({"S3": "职工"}, {"S3"}))
    keep(workspace, result, "2026-09", segments({"S1": "独居老人", "S2": "家长"}, {"S1", "S2"}), '{"a": 1}')
    keep(workspace, result, "2026-10", segments({"S1": "独居老人"}, {"S1"}))
    sizes = workspace.store.segment_sizes("2026-10")
    assert sizes.values.tolist() == [
        ["2026-08", "S1", "独居老人", 0.1, 0.05, 0.95, 40],
        ["2026-09", "S1", "独居老人", 0.1, 0.05, 0.95, 40],
        ["2026-09", "S2", "家长", 0.2, 0.05, 0.95, 80],
    ]
    assert workspace.store.segment_sizes("2026-08").empty


def test_sizes_of_an_id_that_bears_another_name_are_left_out_unless_it_went(workspace: Workspace) -> None:
    columns = ["month", "segment", "name", "share", "share_low", "share_high", "persons"]
    kept = pd.DataFrame(
        [["2026-09", key, name, 0.3, 0.2, 0.4, 100.0]
         for key, name in (("S1", "独居老人"), ("S2", "另一类"), ("S3", "家长"), ("S4", "职工"))],
        columns=columns,
    )  # fmt: skip
    crosswalk = crosswalk_frame([("S3", "家长", "", "", 0.0, "gone"), ("S4", "旧名", "", "", 0.0, "gone")])
    now = segments({"S1": "独居老人", "S2": "残疾人", "S5": "新来的"}, {"S1", "S2"}, crosswalk=crosswalk)
    sizes = sizes_so_far(kept, now, OCTOBER)
    assert list(sizes) == columns
    assert sizes[["month", "segment", "name", "persons"]].values.tolist() == [
        ["2026-09", "S1", "独居老人", 100], ["2026-09", "S3", "家长", 100],
        ["2026-10", "S1", "独居老人", 40], ["2026-10", "S2", "残疾人", 80],
    ]  # fmt: skip


def answers(*rows: tuple[str | None, str]) -> Segments:
    table = pd.DataFrame(
        [(f"a{place}", *row) for place, row in enumerate(rows)], columns=["answer_id", "person_key", "segment"]
    )
    none = pd.DataFrame()
    return Segments(table, none, none, none, none, "stable")


def test_moves_count_each_person_of_both_months_once() -> None:
    before = answers(("p1", "S1"), ("p1", "S2"), ("p2", "S1"), ("p3", "S2"), ("p4", ""), (None, "S1"), ("", "S1"))
    now = answers(("p3", "S3"), ("p2", "S3"), ("p1", "S1"), ("p4", "S1"), (None, "S3"), ("", "S3"), ("p9", "S1"))
    moves = count_moves(before, now)
    assert moves.values.tolist() == [["S1", "S1", 1], ["S1", "S3", 1], ["S2", "S3", 1]]
    assert list(moves) == ["segment_before", "segment", "n"]


def model_of(shares: list[float]) -> str:
    """Return a model as it is kept, with rules and nothing learnt but its shares."""
    return json.dumps({"shares": shares})


def test_a_month_goes_on_from_the_latest_model_before_it(
    workspace: Workspace, result: MonthResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("needs_analytics.history.segments.model_from_json", json.loads)
    store, none = workspace.store, segments({"S1": "独居老人"}, {"S1"})
    assert model_before(store, OCTOBER) is None
    for month, shares in {"2026-07": [0.7], "2026-08": [0.8], "2026-10": [1.0]}.items():
        keep(workspace, result, month, none, model_of(shares))
    keep(workspace, result, "2026-09", none)
    found = model_before(store, OCTOBER)
    assert found is not None
    assert (found.month, found.model) == ("2026-08", {"shares": [0.8]})
    kept = store.segment_model("2026-08")
    assert kept is not None
    assert found.digest == hashlib.sha256(kept.encode()).hexdigest()
    keep(workspace, result, "2026-08", none, model_of([0.9]))  # a later revision speaks for its month
    assert store.segment_model_before(OCTOBER) == ("2026-08", model_of([0.9]))
    assert model_before(store, Month.parse("2026-07")) is None
