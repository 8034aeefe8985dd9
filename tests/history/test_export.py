"""The store's tables as files."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars
import pytest

from needs_analytics.errors import UsageError
from needs_analytics.history import export
from needs_analytics.history.columns import DETAILS, ESTIMATE
from needs_analytics.history.export import default_form, export_tables, safe_cell

from .conftest import named

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace


@pytest.fixture
def kept(workspace: Workspace, result: MonthResult, other: MonthResult) -> Workspace:
    for each in (named(result, "2026-09"), result, other):
        workspace.store.keep(each)
    return workspace


def read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def revisions(folder: Path, table: str = "run") -> list[tuple[str, str]]:
    return [(row["month"], row["revision"]) for row in read(folder / f"{table}.csv")]


def test_every_table_has_month_and_revision_first(kept: Workspace, tmp_path: Path) -> None:
    files = export_tables(kept.store, tmp_path / "out", form="csv", every=True)
    assert {path.stem for path in files} >= {*DETAILS, "run", "file", "publication", "purge", "segment_model"}
    for path in files:
        first = path.read_text(encoding="utf-8-sig").splitlines()[0]
        assert first.startswith("month,revision,")
    assert revisions(tmp_path / "out") == [("2026-09", "1"), ("2026-10", "1"), ("2026-10", "2")]


def test_the_latest_revision_of_each_month_unless_another_or_all_are_asked(kept: Workspace, tmp_path: Path) -> None:
    def exported(**asked: Any) -> list[tuple[str, str]]:
        export_tables(kept.store, tmp_path, form="csv", **asked)
        for table in ("estimate", "gap", "usage_count"):
            assert revisions(tmp_path) == list(dict.fromkeys(revisions(tmp_path, table)))
        return revisions(tmp_path)

    assert exported() == [("2026-09", "1"), ("2026-10", "2")]
    assert exported(months=["2026-10"]) == [("2026-10", "2")]
    assert exported(months=["2026-10"], revision=1) == [("2026-10", "1")]
    assert exported(months=["2026-09", "2026-10"], revision=1) == [("2026-09", "1"), ("2026-10", "1")]
    assert exported(months=["2026-10"], every=True) == [("2026-10", "1"), ("2026-10", "2")]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"revision": 1}, "export_revision"),
        ({"revision": 1, "months": ["2026-10"], "every": True}, "export_revision"),
        ({"revision": 3, "months": ["2026-10"]}, "history_revision"),
        ({"revision": 2, "months": ["2026-10", "2026-09"]}, "history_revision"),
    ],
)
def test_a_revision_that_is_no_months_is_refused(
    kept: Workspace, tmp_path: Path, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(UsageError) as error:
        export_tables(kept.store, tmp_path / "none", form="csv", **asked)
    assert error.value.code == code
    assert not (tmp_path / "none").exists()


def test_parquet_holds_what_the_store_holds(kept: Workspace, tmp_path: Path) -> None:
    export_tables(kept.store, tmp_path)
    frame = polars.read_parquet(tmp_path / "estimate.parquet")
    assert frame.columns == ["month", "revision", *ESTIMATE]
    kept_now = kept.store.estimates("2026-10", 2)
    assert kept_now is not None
    told = frame.filter((polars.col("month") == "2026-10") & (polars.col("revision") == 2))
    assert sorted(told["share"].drop_nulls()) == sorted(kept_now["share"].dropna())
    assert told["share"].null_count() == kept_now["share"].isna().sum()
    assert told["share"].is_nan().sum() == 0
    uses = polars.read_parquet(tmp_path / "usage_count.parquet")
    assert uses.columns == ["month", "revision", "use_month", "service", "site", "count"]


def test_the_same_store_gives_the_same_bytes(kept: Workspace, tmp_path: Path) -> None:
    for form in ("parquet", "csv"):
        first, second = (export_tables(kept.store, tmp_path / name, form=form) for name in "ab")
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_one_month_only(kept: Workspace, tmp_path: Path) -> None:
    export_tables(kept.store, tmp_path, form="csv", months=["2026-09"])
    assert {row["month"] for row in read(tmp_path / "estimate.csv")} == {"2026-09"}
    with pytest.raises(UsageError):
        export_tables(kept.store, tmp_path / "none", form="csv", months=["2026-08"])
    assert not (tmp_path / "none").exists()


def test_of_a_store_that_is_not_there_nothing_is_exported(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="还是空的"):
        export_tables(workspace.store, tmp_path / "none", form="csv")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["=1+1", " +1", "\u00a0@x", "\u3000＝A1", "－1", "\tx", "-cmd|' /C calc'!A0"])
def test_no_cell_of_a_csv_file_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_a_question_that_looks_like_a_formula_is_exported_as_text(
    workspace: Workspace, result: MonthResult, tmp_path: Path
) -> None:
    usage = result.cleaned.usage.assign(service="=HYPERLINK(1)")
    workspace.store.keep(replace(result, cleaned=replace(result.cleaned, usage=usage)))
    export_tables(workspace.store, tmp_path, form="csv")
    assert [row["service"] for row in read(tmp_path / "usage_count.csv")] == ["'=HYPERLINK(1)"]


def test_without_its_library_parquet_is_refused_with_the_remedy(
    kept: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    assert default_form() == "csv"
    with pytest.raises(UsageError, match="polars"):
        export_tables(kept.store, tmp_path, form="parquet")
    assert {path.suffix for path in export_tables(kept.store, tmp_path)} == {".csv"}


def test_pandas_keeps_texts_as_before(kept: Workspace, tmp_path: Path) -> None:
    before = kept.store.estimates("2026-10")
    export_tables(kept.store, tmp_path, form="parquet")
    after = kept.store.estimates("2026-10")
    assert before is not None
    assert after is not None
    assert before.dtypes.tolist() == after.dtypes.tolist()
