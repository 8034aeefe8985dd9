"""Who does what where: 12 507 activities by 20 July 2015, read as which kind of activity was where.

``TOTAL`` says how many people, households or things (or nobody says what) an activity had reached since April, the
same household again for each activity. That is no capacity a month, so none is
read: what is there is known, how much is not.
"""

from __future__ import annotations

import pandas as pd
import pytest

from needs_analytics.pipeline import prepare_month

from . import nepal_raw
from .conftest import NEPAL, Nepal
from .test_nepal import MONTHS, one_round


def offered(nepal: Nepal) -> pd.DataFrame:
    """One row per problem, district and kind of activity listed there, by the menu's own words."""
    menu = pd.read_csv(NEPAL / "menu.csv", dtype=str, keep_default_na=False)
    menu = menu.assign(activity=menu["服务编码"].map(nepal_raw.squeezed), need_name=menu["对应需求"].str.split("、"))
    listed = nepal_raw.read_activities(nepal.folder)[["district", "activity"]].drop_duplicates()
    pairs = listed.merge(menu.explode("need_name"), on="activity", how="inner", validate="many_to_many")
    return pairs[pairs["need_name"] != ""]


def test_the_menu_knows_every_kind_of_activity(nepal: Nepal) -> None:
    menu = pd.read_csv(NEPAL / "menu.csv", dtype=str, keep_default_na=False)
    listed = nepal_raw.read_activities(nepal.folder)
    assert set(listed["activity"]) - {""} == set(menu["服务编码"].map(nepal_raw.squeezed))
    needs = pd.read_csv(NEPAL / "only-needs.csv", dtype=str)["name"]
    assert set(menu["对应需求"].str.split("、").explode()) - {""} <= set(needs)
    units = {"People": "人", "people": "人", "Households": "户", "Number": "件", "": "未注明"}
    by_activity = (
        listed[listed["activity"] != ""].groupby("activity")["unit"].agg(lambda cells: set(map(units.get, cells)))
    )
    told = menu.set_index(menu["服务编码"].map(nepal_raw.squeezed))["计量单位"]
    assert by_activity.to_dict() == {activity: {unit} for activity, unit in told.items()}


@pytest.mark.parametrize("month", MONTHS)
def test_every_activity_is_accounted_for(nepal: Nepal, month: str) -> None:
    """Kept: one row per kind and district. Returned: those of no kind. Merged into one of the first: all others."""
    cleaned, listed = nepal.results[month].cleaned, nepal_raw.read_activities(nepal.folder)
    counts = cleaned.counts.set_index(["file", "sheet"]).loc[(nepal_raw.ACTIVITIES, "Activities")]
    kinds = listed[listed["activity"] != ""].drop_duplicates(["activity", "district"])
    assert counts["rows_in"] == len(listed) == 12507
    assert counts["returned"] == (listed["activity"] == "").sum() == 163
    assert counts["kept"] == len(kinds) == len(cleaned.supply) == 563
    assert cleaned.supply["capacity"].isna().all()
    assert set(cleaned.supply["site"]) == set(nepal_raw.DISTRICTS.values())


def test_totals_are_no_capacity(nepal: Nepal) -> None:
    """In one district 118 000 households got shelter material: two and a half times as many as live there."""
    listed = nepal_raw.read_activities(nepal.folder)
    shelter = listed[(listed["activity"] == "distributionofsheltermaterial") & (listed["district"] == "多拉卡县")]
    assert set(shelter["unit"]) == {"Households"}
    assert shelter["total"].sum() == 118168


@pytest.mark.parametrize("month", MONTHS)
def test_coverage_is_the_plain_count_of_kinds_of_activity(nepal: Nepal, month: str) -> None:
    """All 12 problems × 14 districts: how many kinds of activity address the problem there, and in which units."""
    expected = offered(nepal).groupby(["need_name", "district"])
    coverage = nepal.results[month].matches.coverage
    assert len(coverage) == 12 * 14
    keys = list(zip(coverage["need_name"], coverage["community"], strict=True))
    kinds, units = expected["activity"].nunique(), expected["计量单位"].agg(set)
    assert coverage["services"].tolist() == [kinds.get(pair, 0) for pair in keys]
    assert coverage["covered"].tolist() == [pair in kinds.index for pair in keys]
    assert [set(filter(None, unit.split("、"))) for unit in coverage["unit"]] == [
        units.get(pair, set()) for pair in keys
    ]
    assert (coverage["sites"] == coverage["covered"]).all()


def test_the_greatest_problem_is_the_least_addressed(nepal: Nepal) -> None:
    """By July relief meant tarpaulins and water. For housing there are training courses in six districts; nobody deals
    with seeds, food or housing inspections anywhere."""
    coverage = nepal.results["2015-11"].matches.coverage
    districts = coverage.groupby("need_name")["covered"].sum().to_dict()
    assert districts == {
        "永久住房": 6,
        "临时住所": 14,
        "房屋安全鉴定": 0,
        "资金支持": 14,
        "生计": 8,
        "种子和化肥": 0,
        "食物": 0,
        "清洁饮水": 14,
        "厕所和环境卫生": 14,
        "医疗": 13,
        "心理支持": 14,
        "教育": 13,
    }


def test_capacity_nobody_stated_is_unknown(nepal: Nepal) -> None:
    coverage = nepal.results["2015-11"].matches.coverage
    assert coverage.loc[coverage["covered"], ["units", "capacity_persons"]].isna().all(axis=None)
    assert (coverage.loc[~coverage["covered"], "capacity_persons"] == 0).all()


def test_problems_no_capacity_meets_are_passed_on(nepal: Nepal) -> None:
    """Housing, money and inspections are met by no direct service, and the menu gives them no capacity."""
    referred = nepal.results["2015-11"].matches.referred
    assert set(referred["need_name"]) == {"永久住房", "资金支持", "房屋安全鉴定"}


def test_a_place_the_mapping_names_is_known(nepal_folder, tmp_path) -> None:
    told = ('"places+sites"', '"sites"')
    workspace = one_round(nepal_folder, tmp_path, {"mapping.toml": told}, "districts.csv")
    sites = prepare_month(workspace, "2015-11").sites
    assert sites["community"].tolist() == sites["site"].tolist()
