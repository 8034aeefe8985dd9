"""A sub-district one could believe in: its places and its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from needs_analytics.samples.names import AREA_CODE, ages_on
from needs_analytics.samples.plan import read_plan
from needs_analytics.samples.residents import AGE_BANDS, REGISTER_DAY
from needs_analytics.samples.town import lay_out_town

if TYPE_CHECKING:
    from needs_analytics.samples import Snapshot


def test_twelve_communities_with_four_to_eight_grids_each(snapshot: Snapshot) -> None:
    grids = snapshot.town.grids.groupby("community")["number"]
    assert grids.ngroups == 12
    assert grids.size().sum() == 70
    assert grids.size().between(4, 8).all()
    assert all(list(numbers) == list(range(1, len(numbers) + 1)) for _, numbers in grids)


def test_the_town_is_about_five_kilometres_across(snapshot: Snapshot) -> None:
    grids = snapshot.town.grids
    assert 4 < np.ptp(grids["east_km"]) < 6.5
    assert 2.5 < np.ptp(grids["north_km"]) < 6
    assert grids["lon"].between(117.1, 117.3).all()
    assert grids["lat"].between(31.7, 31.9).all()


def test_sites_stand_in_grids_that_exist_and_close_to_their_middle(snapshot: Snapshot) -> None:
    sites = snapshot.town.sites
    assert len(sites) == 28
    assert sites["site"].is_unique
    assert set(sites["tier"]) == {"片区", "社区", "小区", "村"}
    middles = snapshot.town.grids.set_index(["community", "number"])
    there = middles.loc[pd.MultiIndex.from_frame(sites[["community", "grid"]])]
    assert np.hypot(sites["east_km"] - there["east_km"].array, sites["north_km"] - there["north_km"].array).max() < 0.1


def test_another_seed_lays_the_grids_out_otherwise() -> None:
    plan = read_plan()
    assert not lay_out_town(plan, 1).grids.equals(lay_out_town(plan, 2).grids)


def test_population_and_households(snapshot: Snapshot) -> None:
    assert 50_000 <= len(snapshot.people) <= 56_000
    households = snapshot.town.grids["households"]
    assert households.between(250, 900).all()
    sizes = snapshot.people.groupby("household").size()
    assert sizes.between(1, 5).all()
    assert (snapshot.people["household_size"] == sizes.loc[snapshot.people["household"]].to_numpy()).all()
    assert snapshot.people["household"].nunique() == households.sum()


def test_ages_and_sexes_are_those_of_a_town(snapshot: Snapshot) -> None:
    people = snapshot.people
    assert people["age"].between(0, 100).all()
    assert 0.47 < (people["sex"] == "男").mean() < 0.52
    old = (people["age"] >= 60).groupby(people["kind"]).mean()
    assert 0.18 < (people["age"] >= 60).mean() < 0.28
    assert old["老城"] > 2 * old["商品房"]
    assert set(people["band"]) == set(AGE_BANDS)


def test_groups_follow_from_who_somebody_is(snapshot: Snapshot) -> None:
    people = snapshot.people
    assert (people.loc[people["alone_elder"], "age"] >= 60).all()
    assert (people.loc[people["alone_elder"], "household_size"] == 1).all()
    assert not (people["dibao"] & people["low_income"]).any()
    assert not (people["carer"] & people["disabled_elder"]).any()
    parents = people.loc[people["parent6_12"], "household"]
    assert parents.isin(people.loc[people["age"].between(6, 12), "household"]).all()


def test_id_numbers_tell_birth_date_and_sex_and_no_real_place(snapshot: Snapshot) -> None:
    people = snapshot.people
    cards = people["id_card"]
    assert cards.is_unique
    assert (cards.str.len() == 18).all()
    assert (cards.str[:6] == str(AREA_CODE)).all()
    assert (cards.str[6:14] == people["birth"].dt.strftime("%Y%m%d")).all()
    assert ((cards.str[16].astype(int) % 2 == 1) == (people["sex"] == "男")).all()


def test_id_numbers_have_a_right_check_digit(snapshot: Snapshot) -> None:
    for card in snapshot.people["id_card"].sample(300, random_state=0):
        assert ric.calc_check_digit(card) == card[-1]
        with pytest.raises(InvalidComponent):
            ric.get_birth_place(card)


def test_phones_are_unique_and_of_a_network_code_nobody_has(snapshot: Snapshot) -> None:
    phones = snapshot.people["phone"]
    assert phones.is_unique
    assert phones.str.fullmatch(r"15400\d{6}").all()


def test_ages_are_counted_to_the_day() -> None:
    birth = pd.Series(pd.to_datetime(["2000-10-05", "2000-10-06", "2000-02-29"]))
    day = pd.Series(pd.to_datetime(["2026-10-05", "2026-10-05", "2027-02-28"]))
    assert list(ages_on(birth, day)) == [26, 25, 26]


def test_the_register_day_is_before_the_month() -> None:
    assert str(REGISTER_DAY) == "2026-09-30"


def test_needs_are_believable_and_differ_by_place_and_group(snapshot: Snapshot) -> None:
    people, wishes = snapshot.people, snapshot.needs
    adult = people["age"] >= 16
    shares = wishes[adult].mean()
    assert 35 <= len(shares) <= 45
    assert shares.between(0.01, 0.35).all()
    alone = wishes.loc[people["alone_elder"], "ELD13"].mean()
    assert alone > 5 * wishes.loc[adult, "ELD13"].mean()
    lifts = wishes.loc[adult, "PRO02"].groupby(people["community"]).mean()
    assert lifts.max() > 5 * lifts.min()
    assert not wishes[people["age"] < 12].any(axis=None)
