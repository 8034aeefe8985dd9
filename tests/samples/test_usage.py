"""The ledger: what is offered, what was used, and that every cause of a gap really occurs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.month import Month
from needs_analytics.samples.plan import read_plan
from needs_analytics.samples.services import (
    eligible_people,
    offered_services,
    offered_supply,
    open_days,
    reachable_sites,
)

from .conftest import MONTH
from .reading import read_sheets, table_below

if TYPE_CHECKING:
    from needs_analytics.samples import SampleMonth, Snapshot

LEDGER = "幸福街道公共服务基础台账.xlsx"
NO_RECORD = "法律咨询"


def use_over_capacity(use: pd.DataFrame) -> pd.Series:
    """Share of the month's capacity that was used, by service name and site."""
    supply = offered_supply(read_plan(), MONTH)
    names = supply["service"].map(offered_services(read_plan()).set_index("service")["name"])
    units = pd.Series(supply["units"].to_numpy(), index=pd.MultiIndex.from_arrays([names, supply["site"]]))
    done = use[use["status"] == "完成"].groupby(["service", "site"])["count"].sum()
    return done.reindex(units.index) / units


def test_the_ledger_carries_its_tables_under_each_other_and_a_hidden_sheet(sample: SampleMonth) -> None:
    sheets = read_sheets(sample.folder / LEDGER)
    assert list(sheets) == [
        "说明",
        "服务菜单",
        "服务点位",
        "服务容量",
        "网格信息",
        "人口底册",
        "服务使用记录",
        "历月服务量",
        "窗口问卷",
        "网格调整情况",
        "下拉选项",
    ]
    assert len(table_below(sheets["人口底册"], "年龄段")) == sample.records["register"]
    assert len(table_below(sheets["人口底册"], "人群类别")) == sample.records["groups"]
    assert len(table_below(sheets["服务使用记录"], "日期")) == sample.records["usage"]
    assert len(table_below(sheets["服务菜单"], "服务编码")) == sample.records["menu"] == 26


def test_the_register_counts_the_people(sample: SampleMonth, snapshot: Snapshot) -> None:
    sheets = read_sheets(sample.folder / LEDGER)
    rows = table_below(sheets["人口底册"], "年龄段")
    assert sum(int(str(row["人数"]).removesuffix(".0")) for row in rows) == len(snapshot.people)
    places = table_below(sheets["网格信息"], "户数")
    assert sum(int(str(row["人口数"]).removesuffix(".0")) for row in places) == len(snapshot.people)


def test_use_hardly_ever_exceeds_capacity(use: pd.DataFrame) -> None:
    rate = use_over_capacity(use).dropna()
    assert rate.max() <= 1.03
    assert rate.min() > 0.2
    assert (use["count"] > 0).all()


def test_one_service_keeps_no_record(use: pd.DataFrame) -> None:
    assert set(offered_services(read_plan())["name"]) - set(use["service"]) == {NO_RECORD}


def test_only_who_may_and_can_uses_a_service(use: pd.DataFrame, snapshot: Snapshot) -> None:
    menu = offered_services(read_plan()).set_index("name")
    reach = reachable_sites(snapshot.town)
    sites = list(snapshot.town.sites["site"])
    persons = use[use["person"] >= 0]
    for (service, site), rows in persons.groupby(["service", "site"]):
        users = snapshot.people.loc[rows["person"]]
        assert eligible_people(users, menu.loc[service, "who"]).all()
        if "上门" not in menu.loc[service, "mode"]:
            assert reach[users["place"], sites.index(site)].all()


def test_most_users_need_what_they_use(use: pd.DataFrame, snapshot: Snapshot) -> None:
    codes = {name: need for need, name in Codebook.default().need_names().items()}
    menu = offered_services(read_plan()).set_index("name")["needs"]
    persons = use[use["person"] >= 0]
    needs = [
        snapshot.needs.loc[person, [codes[name] for name in menu[service].split("；")]].any()
        for service, person in persons[["service", "person"]].itertuples(index=False)
    ]
    assert 0.85 < np.mean(needs) < 0.99


def test_services_rest_when_their_sites_are_closed() -> None:
    assert [day.day for day in open_days(MONTH, "12345")][:3] == [8, 9, 12]
    assert len(open_days(MONTH, "1234567")) == 31
    assert [day.day for day in open_days(MONTH, "6", "2")] == [3, 10]
    assert len(open_days(Month(2027, 2), "12345")) == 20


def test_every_cause_of_a_gap_occurs(use: pd.DataFrame, snapshot: Snapshot) -> None:
    """Independent of the methods: plain counts on the truth, in persons, for single needs and places."""
    people = snapshot.people
    menu, supply = offered_services(read_plan()).set_index("service"), offered_supply(read_plan(), MONTH)
    rate = use_over_capacity(use)
    reach = reachable_sites(snapshot.town)
    sites = list(snapshot.town.sites["site"])
    adult = (people["age"] >= 16).to_numpy()

    def asks(need: str, community: str) -> np.ndarray:
        return adult & snapshot.needs[need].to_numpy() & (people["community"] == community).to_numpy()

    def near(service: str) -> np.ndarray:
        own = [sites.index(site) for site in supply.loc[supply["service"] == service, "site"]]
        return reach[people["place"]][:, own].any(axis=1)

    served = {need for text in menu["needs"] for need in text.split("；")}
    assert Codebook.default().need_names()["ELD04"] not in served
    assert asks("ELD04", "和平社区").sum() > 50
    exams = asks("HEA05", "新华里社区")
    assert (exams & ~eligible_people(people, menu.loc["XF-13", "who"])).sum() > exams.sum() / 2
    clinic = asks("HEA01", "东湾村")
    assert clinic.sum() > 300
    assert not (clinic & near("XF-11")).any()
    canteen = ("长者食堂（堂食）", "和平长者食堂")
    assert rate[canteen] > 0.9
    assert (asks("ELD01", "和平社区") & near("XF-01") & people["elderly"]).sum() > 1.2 * 6200 / 22
    idle = ("图书阅览", "滨河城市书房")
    assert rate[idle] < 0.5
    assert (asks("CUL04", "滨河新城社区") & near("XF-20")).sum() > 300
    ratings = use[use["service"] == "送餐上门"]["rating"].dropna().astype(int)
    assert len(ratings) > 40
    assert (ratings <= 2).mean() > 0.25


def test_those_who_wait_do_so_where_a_service_is_full(use: pd.DataFrame) -> None:
    waiting = use[use["status"].isin(["等候", "拒绝"])]
    rate = use_over_capacity(use)
    full = {place for place in rate.index if rate[place] >= 0.8}
    assert len(waiting) > 80
    assert set(waiting[["service", "site"]].itertuples(index=False, name=None)) <= full
    assert waiting.loc[(waiting["person"] >= 0) & (waiting["status"] == "等候"), "waited_days"].notna().all()
