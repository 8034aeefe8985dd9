"""The store of months: revisions, reading back, broken writes, what it must not hold."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from helpers.town import BATHING, MEALS, one, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.errors import UsageError
from needs_analytics.history import Store
from needs_analytics.history.columns import DETAILS, TEXTS, linked
from needs_analytics.history.opening import APPLICATION_ID, migrations
from needs_analytics.history.usage import use_so_far

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult

SECRET = "张三家在槐树底下"


def month(usage: str = "service | site | count\nS | P | 60", **given: Any) -> MonthResult:
    answers = survey(residents(40, age=70, sex="男", yes={MEALS: 20, BATHING: 3}))
    answers["text"] = SECRET
    answers["household_key"] = "household-17"
    cleaned = town(
        answers, register="community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 400",
        menu="service | needs\nS | ELD01", usage=usage, **given,
    )  # fmt: skip
    return run_stages(cleaned, options=Options(gaps=GapsOptions(replicates=5)))


def at(result: MonthResult, name: str, digest: str) -> MonthResult:
    """Return a result as if it were another month's or another run's."""
    moved = type(result.month).parse(name)
    cleaned = replace(result.cleaned, month=moved)
    return replace(result, month=moved, cleaned=cleaned, run=replace(result.run, month=name, digest=digest))


@pytest.fixture(scope="module")
def result() -> MonthResult:
    return month()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "history" / "months.sqlite3")


def test_reading_back_equals_what_was_written(store: Store, result: MonthResult) -> None:
    store.keep(result)
    for kept, table in ((store.estimates("2026-10"), result.needs.table), (store.gaps("2026-10"), result.gaps.table)):
        assert kept is not None
        columns = [name for name in kept if name != "shown"]
        keys = [name for name in ("need", "community", "grid", "segment", "group") if name in columns]
        texts = dict.fromkeys(TEXTS.intersection(columns), "")
        left, right = (frame[columns].fillna(texts).sort_values(keys, ignore_index=True) for frame in (kept, table))
        pd.testing.assert_frame_equal(left, right, check_dtype=False)


def test_a_month_not_kept_has_nothing(store: Store, result: MonthResult) -> None:
    assert store.estimates("2026-10") is None
    assert len(store.months()) == 0
    store.keep(result)
    assert store.estimates("2026-09") is None


def test_the_same_results_again_are_the_same_revision(store: Store, result: MonthResult) -> None:
    assert [store.keep(result), store.keep(result)] == [1, 1]
    assert store.months()["revision"].tolist() == [1]


def test_other_results_of_a_month_are_a_new_revision_and_the_old_one_stays(store: Store, result: MonthResult) -> None:
    store.keep(result)
    halved = replace(result.needs, table=result.needs.table.assign(share=0.25))
    assert store.keep(replace(result, needs=halved, run=replace(result.run, digest="other"))) == 2
    assert store.months()[["month", "revision"]].values.tolist() == [["2026-10", 1], ["2026-10", 2]]
    kept = store.estimates("2026-10")
    assert kept is not None
    assert set(kept["share"]) == {0.25}
    assert store.verify()


def test_a_write_that_breaks_leaves_the_store_as_it_was(store: Store, result: MonthResult) -> None:
    store.keep(result)
    twice = pd.concat([result.needs.table, result.needs.table])
    with pytest.raises(sqlite3.IntegrityError):
        store.keep(at(replace(result, needs=replace(result.needs, table=twice)), "2026-11", "broken"))
    assert store.months()["month"].tolist() == ["2026-10"]
    assert store.estimates("2026-11") is None
    assert store.verify()
    assert store.keep(at(result, "2026-11", "good")) == 1


def test_a_changed_run_breaks_the_chain(store: Store, result: MonthResult) -> None:
    store.keep(result)
    store.keep(at(result, "2026-11", "next"))
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TRIGGER run_is_never_changed")
        connection.execute("UPDATE run SET digest = 'forged' WHERE month = '2026-10'")
    connection.close()
    assert not store.verify()


def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "months.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(UsageError):
        Store(path).months()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "months.sqlite3"
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    with pytest.raises(UsageError):
        Store(path).months()


def test_the_store_holds_no_answer_no_key_and_no_text(store: Store, result: MonthResult) -> None:
    store.keep(result)
    content = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    for secret in (SECRET, "household-17", "a0001"):
        assert secret.encode() not in content


# --- use of earlier months -------------------------------------------------------------------------------------------


def test_use_of_a_month_is_kept_by_service_and_site(store: Store, result: MonthResult) -> None:
    store.keep(result)
    row = one(store.usage("2026-11"), month="2026-10")
    assert (row["service"], row["site"], row["count"], row["own"]) == ("S", "P", 60.0, 1)
    assert len(store.usage("2026-10")) == 0


def test_a_late_row_in_the_next_months_file_does_not_replace_a_month(store: Store, result: MonthResult) -> None:
    store.keep(result)
    late = month("service | site | count | month\nS | P | 70 | 2026-11",
                 earlier_usage="service | site | count | month\nS | P | 1 | 2026-10")  # fmt: skip
    november = at(late, "2026-11", "november")
    store.keep(november)
    assert one(store.usage("2026-12"), month="2026-10")["count"] == 60
    so_far = use_so_far(store.usage("2026-11"), november.cleaned).set_index("month")["count"]
    assert so_far.to_dict() == {"2026-10": 60, "2026-11": 70}


def test_a_month_that_was_never_run_comes_from_the_file_that_brought_it(store: Store) -> None:
    brought = month(earlier_usage="service | site | count | month\nS | P | 33 | 2026-08")
    assert use_so_far(store.usage("2026-10"), brought.cleaned).set_index("month")["count"].to_dict() == {
        "2026-08": 33, "2026-10": 60,
    }  # fmt: skip
    store.keep(brought)
    assert one(store.usage("2026-11"), month="2026-08")["own"] == 0


def test_a_month_rests_on_no_run_of_its_own_nor_of_a_later_one(store: Store) -> None:
    brought = month(earlier_usage="service | site | count | month\nS | P | 33 | 2026-08")
    store.keep(brought)
    store.keep(at(brought, "2026-12", "december"))
    assert len(store.usage("2026-10")) == 0
    assert store.usage_runs("2026-10") == []
    assert store.usage_runs("2026-11") == [1]


def test_use_dated_after_the_month_is_no_history(store: Store) -> None:
    early = month(earlier_usage="service | site | count | month\nS | P | 9 | 2027-01")
    assert set(use_so_far(store.usage("2026-10"), early.cleaned)["month"]) == {"2026-10"}


def test_a_use_that_cannot_be_counted_is_kept_as_unknown(store: Store) -> None:
    blank = [{"service": "S", "site": "P", "count": float("nan")}]
    store.keep(month(blank))  # type: ignore[arg-type]
    assert store.usage("2026-11")["count"].isna().all()


def test_a_store_of_the_first_version_is_upgraded_in_place(tmp_path: Path, result: MonthResult) -> None:
    file = tmp_path / "months.sqlite3"
    first = migrations()[0][2]
    with sqlite3.connect(file) as connection:
        connection.executescript(f"{first} PRAGMA user_version = 1; PRAGMA application_id = {APPLICATION_ID};")
        link = linked("", "2026-09", 1, "abc")
        connection.execute("INSERT INTO run VALUES (1, '2026-09', 1, 'abc', ?, '{}')", (link,))
        connection.execute("INSERT INTO question VALUES (1, '甲', 'q', 'w', 'k', 's', 'u', 'b', 'o', 'ELD01')")
    connection.close()
    store = Store(file)
    questions = store.questions("2026-09")
    assert questions is not None
    assert questions[["times", "answered"]].isna().all(axis=None)
    assert store.keep(result) == 1
    assert store.verify()
    assert questions["option"].tolist() == ["助餐"], "its own words may have been a resident's"
    assert store.read("SELECT number, name FROM migration")["name"].tolist() == [name for _, name, _ in migrations()]


def test_the_tables_have_the_columns_of_the_records(store: Store, result: MonthResult) -> None:
    store.keep(result)
    for table, columns in DETAILS.items():
        kinds = store.read("SELECT name, type FROM pragma_table_info(?) WHERE name != 'run'", (table,))
        assert set(kinds["name"]) == set(columns)
        assert set(kinds.loc[kinds["type"] == "TEXT", "name"]) == TEXTS & set(columns)
