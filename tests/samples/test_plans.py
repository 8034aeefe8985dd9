"""The village and the rough town: made for many seeds, of nobody's names, in words of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.month import Month
from needs_analytics.numerics.geodesy import bd09_to_gcj02, gcj02_to_wgs84
from needs_analytics.samples import SampleMonth, found_town, read_plan, write_month, write_town
from needs_analytics.samples.answers import Answers, collect_answers
from needs_analytics.samples.coordinates import written_in
from needs_analytics.samples.dialects import lay_out
from needs_analytics.samples.ledger_tables import tabulate_register
from needs_analytics.samples.month import DEFAULT_SEED
from needs_analytics.samples.phrases import call_communities, grid_names, spell_grids
from needs_analytics.samples.truth import FILE, Truth, read_truth

from .conftest import MONTH
from .reading import read_sheets

if TYPE_CHECKING:
    from pathlib import Path

PLANS = ("village", "rough")


class Made(NamedTuple):
    """One plan's town as written, its last month, and what was planted."""

    folder: Path
    month: SampleMonth
    truth: Truth


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    found = {}
    for name in PLANS:
        folder = tmp_path_factory.mktemp(name)
        months = write_town(folder, plan=read_plan(name))
        found[name] = Made(folder, months[-1], read_truth(folder / FILE))
    return found


@pytest.fixture(scope="module")
def rough() -> Answers:
    return collect_answers(found_town(read_plan("rough"), DEFAULT_SEED).at(MONTH))


@pytest.mark.parametrize("name", PLANS)
def test_the_plan_says_how_many_answer(name: str, made: dict[str, Made]) -> None:
    plan, sample = read_plan(name), made[name].month
    assert sum(sample.respondents.values()) == plan.answers
    assert len(sample.pairs) == sum(pair["number"] for pair in plan.words("offices")["pairs"])
    sheets = made[name].truth.table("respondents")
    panel = sheets[sheets["panel"]].groupby("month")["person"].nunique()
    assert (panel == round(plan.panel * plan.answers)).all()


def test_a_village_office_sends_one_sheet_and_a_small_ledger(made: dict[str, Made]) -> None:
    sample = made["village"].month
    assert sample.files == ("石桥村10月入户走访登记表.xlsx", "石桥村公共服务台账.xlsx")
    assert {name: sample.records[name] for name in ("menu", "sites", "places")} == {"menu": 8, "sites": 3, "places": 4}
    assert len(sample.wrong_cells) < 8
    rows = read_sheets(sample.folder / sample.files[0])["入户走访登记"]
    (sums,) = [row for row in rows if row[0] == "合计"]
    assert sums.count(0.0) >= 2


@pytest.mark.parametrize("name", PLANS)
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    name: str, made: dict[str, Made], tmp_path: Path
) -> None:
    plan, sample = read_plan(name), made[name].month
    again = write_month(tmp_path / "again", plan=plan)
    other = write_month(tmp_path / "other", plan=plan, seed=7)
    contents = [{path.name: path.read_bytes() for path in of.folder.iterdir()} for of in (sample, again, other)]
    assert contents[0] == contents[1]
    ledger = str(plan.office("ledger")["file"]).format(year=2026, month=10)
    assert contents[2][ledger] != contents[0][ledger]


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("seed", range(3))
def test_every_seed_makes_a_month(name: str, seed: int, tmp_path: Path) -> None:
    sample = write_month(tmp_path, plan=read_plan(name), seed=seed)
    assert sum(sample.respondents.values()) == read_plan(name).answers


@pytest.mark.parametrize("name", PLANS)
def test_names_and_numbers_are_nobodys_and_all_of_them_are_listed(name: str, made: dict[str, Made]) -> None:
    sample = made[name].month
    known = set(sample.identifiers)
    cells = {
        str(cell).strip()
        for file in sample.files
        for sheet in read_sheets(sample.folder / file).values()
        for row in sheet
        for cell in row
    }
    numbers = {text for text in cells if re.fullmatch(r"1\d{10}|\d{17}[\dX]", text)}
    assert len(numbers) > 30
    assert all(number.startswith(("999999", "15400")) for number in numbers)
    assert numbers <= known
    people = found_town(read_plan(name), DEFAULT_SEED).people
    assert (set(people["name"]) & cells) - set(read_plan(name).words("texts")["officers"]) <= known


@pytest.mark.parametrize("name", PLANS)
def test_forms_ask_for_needs_of_the_codebook_that_people_have(name: str, made: dict[str, Made]) -> None:
    asked = set(made[name].truth.table("questions")["need"])
    assert asked <= set(Codebook.default().need_names())
    assert asked <= set(read_plan(name).table("wishes")["need"])
    assert set(read_plan(name).words("offices")["asked_by_all"]) <= asked


@pytest.mark.parametrize("office", ["online", "visits", "station", "hotline", "tablet"])
def test_what_is_read_from_a_form_is_what_was_said(office: str, rough: Answers, made: dict[str, Made]) -> None:
    """A few sheets name less: empty cells, and cells spoilt on purpose."""
    _, needs = rough.of_office(office)
    questions = made["rough"].truth.table("questions")
    for row in questions[(questions["month"] == str(MONTH)) & (questions["office"] == office)].itertuples():
        assert needs[row.need].sum() - 7 <= row.named <= needs[row.need].sum()


def test_two_grids_of_the_rough_town_are_unlike_all_others(rough: Answers) -> None:
    people, needs = rough.snapshot.people, rough.snapshot.needs
    adults = rough.snapshot.adults
    burden = needs[adults].sum(axis=1).groupby(people.loc[adults, "place"]).mean()
    far = (burden - burden.median()).abs() / burden.std()
    assert (far > 1.5).sum() >= 2
    assert burden.max() > 2.2 * burden.median()
    assert people["place"].value_counts().min() < 80


def test_the_register_of_the_rough_town_has_gaps_and_other_bands(rough: Answers) -> None:
    table = tabulate_register(rough.snapshot.people, rough.snapshot.plan)
    rows = pd.DataFrame(table.rows, columns=list(table.columns))
    by_place = rows.groupby("社区")
    assert set(by_place.get_group("梁家屯")["性别"]) == {"男"}
    assert "16～44岁" not in set(by_place.get_group("大王屯")["年龄段"])
    assert set(by_place.get_group("苇子沟")["年龄段"]) == {"全部年龄"}
    assert "80岁以上" in set(by_place.get_group("柳塘居")["年龄段"])
    people = rough.snapshot.people
    for community in ("柳塘居", "新安里", "苇子沟"):
        assert by_place.get_group(community)["人数"].sum() == (people["community"] == community).sum()


def test_map_services_shift_coordinates_as_published() -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(98, 122, 200), rng.uniform(22, 44, 200)
    gcj = written_in("GCJ-02", lon, lat)
    assert np.abs(gcj[0] - lon).min() > 1e-4
    np.testing.assert_allclose(gcj02_to_wgs84(*gcj), (lon, lat), atol=3e-6)
    baidu = written_in("BD-09", lon, lat)
    np.testing.assert_allclose(bd09_to_gcj02(*baidu), gcj, atol=3e-6)
    np.testing.assert_allclose(written_in("WGS84", lon, lat), (lon, lat), atol=1e-6)


def test_the_rough_ledger_names_one_map_and_keeps_silent_about_the_other(made: dict[str, Made]) -> None:
    sample, world = made["rough"].month, found_town(read_plan("rough"), DEFAULT_SEED)
    sheets = read_sheets(sample.folder / "柳塘镇民生服务底账（2026年10月）.xlsx")
    sites, places = sheets["服务点位"], sheets["网格信息"]
    assert "高德坐标" in sites[1]
    assert not [cell for cell in places[0] if "坐标系" in str(cell)]
    grid = world.town.grids.iloc[0]
    told = [float(places[1][places[0].index(header)]) for header in ("中心经度", "中心纬度")]
    assert np.hypot(told[0] - grid["lon"], told[1] - grid["lat"]) > 0.008


def test_grids_with_names_go_by_them() -> None:
    plan, rng = read_plan("rough"), np.random.default_rng(0)
    communities, numbers = pd.Series(["桥东居", "柳塘居"] * 40), pd.Series([2, 3] * 40)
    names = grid_names(plan, communities, numbers)
    assert set(names) == {"西片", ""}
    spelt = spell_grids(numbers.to_numpy(), (0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0), rng, names)
    assert set(spelt[::2]) == {"西片", "西片网格", ""}
    assert set(spelt[1::2]) == {"3", "第3网格", "第三网格", "3网格", "3号网格", ""}


def test_communities_are_called_as_their_endings_allow() -> None:
    town, rough = read_plan(), read_plan("rough")
    assert call_communities(town, pd.Series(["和平社区", "东湾村"])).to_numpy().tolist() == [
        ["和平", "和平居委会", "和平社区居委会"],
        ["东湾村", "东湾村", "东湾村"],
    ]
    assert call_communities(rough, pd.Series(["柳塘居"]))["short"].tolist() == ["柳塘"]


def test_headers_of_a_form_take_the_place_of_the_dialects(rough: Answers) -> None:
    table = lay_out(rough, "visits")
    assert {"被访人", "证件号", "片", "哪天去的"} <= set(table.columns)
    assert not {"姓名", "身份证号", "网格"} & set(table.columns)
    assert table.rows[0][table.columns.index("班车")] in {"需要", "要", "急需", "不需要"}


def test_a_town_stands_the_same_in_every_month_asked_for() -> None:
    world = found_town(read_plan("village"), 3)
    first, later = world.at(Month.parse("2026-08")), world.at(Month.parse("2026-10"))
    pd.testing.assert_frame_equal(first.town.grids, later.town.grids)
    assert len(first.people) == len(later.people) < 1200
