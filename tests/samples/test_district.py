"""A small district: what is written, what is told of it, and that neither depends on chance or is kept in memory."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from needs_analytics.core.month import Month
from needs_analytics.errors import UsageError
from needs_analytics.samples.district import SampleDistrict, write_district
from needs_analytics.samples.district_answers import office_of
from needs_analytics.samples.district_places import most_subdistricts, plan_subdistricts
from needs_analytics.samples.district_records import ENCODINGS
from needs_analytics.samples.district_use import Uses, share_out, spread_uses
from needs_analytics.samples.services import eligible_people, offered_supply, reachable_sites
from needs_analytics.samples.snapshot import Snapshot, take_snapshot
from needs_analytics.samples.truth import FILE, read_truth

from .reading import read_sheets, table_below

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS, USES, PLACES = 1_201, 8_003, 4
LEDGER = "安和区公共服务基础台账.xlsx"


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> SampleDistrict:
    return write_district(tmp_path_factory.mktemp("district"), answers=ANSWERS, uses=USES, subdistricts=PLACES)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    plan = next(plan_subdistricts(7, 1, "2026-10", size=0.2))
    return take_snapshot(plan, 7, Month.parse("2026-10"))


@pytest.fixture(scope="module")
def uses(snapshot: Snapshot) -> Uses:
    return spread_uses(snapshot, 25_000)


def records(path: Path) -> list[dict[str, str]]:
    """Lines of a text file in either encoding, blank ones left out."""
    encoding = ENCODINGS[path.read_bytes().startswith(b"\xef\xbb\xbf")]
    with path.open(encoding=encoding, newline="") as handle:
        return [line for line in csv.DictReader(handle) if any(line.values())]


def answer_rows(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".csv":
        return [*records(path)]
    cells = next(iter(read_sheets(path).values()))
    return [dict(zip(map(str, cells[0]), row, strict=True)) for row in cells[1:]]


def uses_told(district: SampleDistrict) -> Counter[tuple[str, str]]:
    told = district.truth.table("uses")
    return Counter({(row.service, row.site): row.uses for row in told.itertuples() if row.uses})


def test_every_subdistrict_sends_a_file_of_answers_and_one_of_uses(district: SampleDistrict) -> None:
    written = {path.relative_to(district.folder).as_posix() for path in district.folder.rglob("*") if path.is_file()}
    assert written == {*district.files, FILE}
    assert len(written) == 2 * PLACES + 2
    assert len({file.rpartition(".")[2] for file in written}) == 3


def test_the_answers_add_up_in_every_dialect(district: SampleDistrict) -> None:
    told = district.truth.table("answers")
    found = [len(answer_rows(district.folder / file)) for file in told["file"]]
    assert found == told["answers"].tolist()
    assert sum(found) == ANSWERS


def test_the_uses_add_up_to_the_truth_but_for_the_cells_made_wrong(district: SampleDistrict) -> None:
    assert sum(uses_told(district).values()) == USES
    wrong = district.truth.table("wrong_cells")
    found: Counter[tuple[str, str]] = Counter()
    for file in district.truth.table("uses")["file"].unique():
        rows = records(district.folder / file)
        found.update((row["服务项目"], row["服务点"]) for row in rows if row["状态"] == "完成")
    for row in wrong[wrong["kind"].isin(["service_unknown", "site_unknown"])].itertuples():
        found[row.service, row.site] += row.number
    unknown = {key for key in found if key[0] == "合唱团排练" or key[1] == "幸福广场东侧帐篷"}
    assert sum(found[key] for key in unknown) == 8 * PLACES
    assert {key: number for key, number in found.items() if key not in unknown} == uses_told(district)


def test_wrong_cells_are_as_many_as_told(district: SampleDistrict) -> None:
    wrong = district.truth.table("wrong_cells")
    for file, told in wrong[wrong["kind"] == "count_negative"].groupby("file"):
        assert sum(row["人次"] == "-3" for row in records(district.folder / str(file))) == told["number"].sum() == 4


def test_people_from_next_door_stand_in_both_files(district: SampleDistrict) -> None:
    pairs = district.truth.table("pairs")
    across = pairs[pairs["first"] != pairs["second"]]
    assert len(across) == PLACES - 1
    for first, second, number in across[["first", "second", "number"]].itertuples(index=False):
        phones = [
            {str(cell) for row in answer_rows(district.folder / file) for cell in row.values() if _is_phone(cell)}
            for file in (first, second)
        ]
        assert len(phones[0] & phones[1]) == number > 0


def _is_phone(cell: object) -> bool:
    return str(cell).startswith("154") and len(str(cell)) == 11


def test_the_ledger_lists_every_place_once_and_everybody(district: SampleDistrict) -> None:
    sheets = read_sheets(district.folder / LEDGER)
    sites = [row["服务点名称"] for row in table_below(sheets["服务点位"], "服务点名称")]
    assert len(sites) == len(set(sites)) == 28 * PLACES
    grids = [(row["社区"], row["网格"]) for row in table_below(sheets["网格信息"], "户数")]
    assert len(grids) == len(set(grids))
    assert len({community for community, _ in grids}) == 12 * PLACES
    register = table_below(sheets["人口底册"], "年龄段")
    assert sum(int(str(row["人数"]).removesuffix(".0")) for row in register) == district.truth.facts["people"]
    assert len(table_below(sheets["服务菜单"], "服务编码")) == 26
    supply = {(row["服务项目"], row["服务点"]) for row in table_below(sheets["服务容量"], "容量周期")}
    assert set(uses_told(district)) <= supply


def test_the_truth_on_disk_is_the_one_returned(district: SampleDistrict) -> None:
    read = read_truth(district.folder / "truth.json")
    assert read.facts == dict(district.truth.facts)
    for name, table in district.truth.tables.items():
        assert read.tables[name].to_numpy().tolist() == table.to_numpy(object).tolist()
    everybody = read.tables["prevalence"].query("by == 'all'")
    assert everybody["adults"].sum() == read.tables["population"]["adults"].sum()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = (
        write_district(tmp_path / name, answers=300, uses=2_000, subdistricts=2) for name in ("first", "again")
    )
    assert first.files == again.files
    for file in first.files:
        assert (first.folder / file).read_bytes() == (again.folder / file).read_bytes()


def test_another_seed_gives_other_places() -> None:
    first, other = (next(plan_subdistricts(seed, 1, "2026-10")) for seed in (1, 2))
    assert set(first.table("communities")["community"]) != set(other.table("communities")["community"])
    assert not first.table("communities")["east_km"].equals(other.table("communities")["east_km"])


@pytest.mark.parametrize(("answers", "uses"), [(9, 100), (1_500_001, 100), (100, 0)])
def test_a_district_too_large_or_too_small_is_refused(answers: int, uses: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="个街道的示例区县"):
        write_district(tmp_path, answers=answers, uses=uses)
    assert not list(tmp_path.iterdir())


def test_the_smallest_district_adds_up_too(tmp_path: Path) -> None:
    made = write_district(tmp_path, answers=20, uses=2, subdistricts=2)
    assert made.truth.table("answers")["answers"].tolist() == [10, 10]
    assert sum(uses_told(made).values()) == 2


def test_no_name_of_a_place_occurs_twice_in_the_largest_district() -> None:
    plans = list(plan_subdistricts(1, most_subdistricts(), "2026-10"))
    for table, column, each in (("communities", "community", 12), ("sites", "site", 28), ("sites", "address", 28)):
        names = [name for plan in plans for name in plan.table(table)[column]]
        assert len(set(names)) == len(names) == each * len(plans)
    assert len({plan.place for plan in plans}) == len(plans)
    assert all(set(plan.table("supply")["site"]) <= set(plan.table("sites")["site"]) for plan in plans)


def test_numbers_of_people_differ_between_subdistricts_and_belong_to_nobody() -> None:
    month = Month.parse("2026-10")
    people = [take_snapshot(plan, 3, month).people for plan in plan_subdistricts(3, 2, "2026-10", size=0.05)]
    for column, beginning in (("id_card", "9999"), ("phone", "154")):
        numbers = [number for own in people for number in own[column]]
        assert len(set(numbers)) == len(numbers)
        assert all(number.startswith(beginning) for number in numbers)


def test_an_office_asks_in_every_dialect_by_turns() -> None:
    plans = list(plan_subdistricts(1, 8, "2026-10"))
    dialects = []
    for plan in plans:
        words = office_of(plan, 1000)
        dialects += [facts["dialect"] for facts in words.values() if isinstance(facts, dict) and "dialect" in facts]
    assert Counter(dialects) == {"wjx": 2, "legacy": 2, "tencent": 2, "portal": 2}


def test_uses_are_as_many_as_asked_for_and_fit_the_capacity(uses: Uses, snapshot: Snapshot) -> None:
    assert (uses.rows["status"] == 0).sum() == uses.offers["uses"].sum() == 25_000
    assert (uses.offers["uses"] <= uses.offers["capacity"]).all()
    assert (uses.offers["uses"] > 0.2 * uses.offers["capacity"]).sum() > 0.8 * len(uses.offers)
    assert len(uses.supply) == len(offered_supply(snapshot.plan, snapshot.month))


def test_who_uses_a_service_may_use_it_and_can_reach_it(uses: Uses, snapshot: Snapshot) -> None:
    menu = snapshot.plan.table("services").set_index("name")
    reach = reachable_sites(snapshot.town)
    sites = list(snapshot.town.sites["site"])
    for offer, rows in uses.rows.groupby("offer"):
        service, site = uses.offers.loc[offer, ["service", "site"]]
        people = snapshot.people.iloc[rows["person"]]
        assert eligible_people(people, menu.loc[service, "who"]).all()
        assert (people["age"] >= 16).all()
        if "上门" not in menu.loc[service, "mode"]:
            assert reach[people["place"], sites.index(site)].all()


def test_nobody_visits_one_place_twice_on_a_day_while_other_days_are_left(uses: Uses) -> None:
    visits = uses.rows[uses.rows["status"] == 0].groupby(["offer", "person", "day"]).size()
    assert (visits == 1).mean() > 0.98


@pytest.mark.parametrize(("total", "most"), [(10, [9.0, 9.0, 3.0]), (21, [9.0, 9.0, 3.0]), (50, [9.0, 9.0, 3.5])])
def test_shares_are_whole_add_up_and_keep_below_what_is_possible(total: int, most: list[float]) -> None:
    shares = share_out(total, np.array([1.0, 1.0, 2.0]), np.array(most))
    assert shares.sum() == total
    assert (shares <= np.array(most)).all() or total > sum(most)
