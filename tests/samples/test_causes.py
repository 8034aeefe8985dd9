"""The true parts of a gap: by hand in a mini town, and against every plan and every attribution of tiny demands."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.town import ALL, one
from needs_analytics.samples import read_plan
from needs_analytics.samples.asking import EXACT, Asking
from needs_analytics.samples.bounds import bound_parts, largest_flow
from needs_analytics.samples.causes import CAUSES, find_causes, planted_areas
from needs_analytics.samples.snapshot import found_town
from needs_analytics.samples.usage import record_use, years_of_use

from .mini_town import MONTH, mini_town, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from needs_analytics.samples import Snapshot

MENU = """
service | name | needs    | mode | uses | who
S1      | 食堂 | 助餐     | 到点 | 10   | elderly
S2      | 书屋 | 图书阅览 | 到点 | 1    | all
S3      | 律师 | 法律咨询 | 线上 | 1    | all
"""
SUPPLY = """
service | site | capacity
S1      | 甲站 | 80
S2      | 乙站 | 1
S3      | 甲站 | 5
"""
PEOPLE = """
community | age | needs
甲        | 70  | ELD01
甲        | 71  | ELD01
甲        | 72  | ELD01 ELD04
甲        | 73  | ELD01
甲        | 40  | ELD01
甲        | 15  | ELD01
乙        | 80  | ELD01
乙        | 81  | ELD01
乙        | 82  | ELD04
乙        | 30  | CUL04 LAW01
乙        | 31  | CUL04
乙        | 32  | CUL04
"""
USE = """
service | site | person | count | rating | status
食堂    | 甲站 | 0      | 9     | 1      | -
食堂    | 甲站 | 1      | 3     | 5      | -
书屋    | 乙站 | 11     | 1     | -      | 等候
"""
BOUNDED = ("full", "not_taken_up", "dissatisfied", "met")


@pytest.fixture(scope="module")
def mini() -> pd.DataFrame:
    return find_causes(mini_town(PEOPLE, menu=MENU, supply=SUPPLY), record(USE))


def parts(causes: pd.DataFrame, need: str, community: str) -> dict[str, tuple[float, float]]:
    row = one(causes, need=need, community=community)
    exact = {part: (row[part], row[part]) for part in ("demand", *EXACT)}
    return exact | {part: (row[f"{part}_low"], row[f"{part}_high"]) for part in BOUNDED}


def point(**values: float) -> dict[str, tuple[float, float]]:
    return {part: (values.get(part, 0.0),) * 2 for part in ("demand", *EXACT, *BOUNDED)}


def test_of_those_by_the_idle_canteen_two_came_and_three_quarters_of_the_meals_were_rated_badly(
    mini: pd.DataFrame,
) -> None:
    found = parts(mini, "ELD01", "甲")
    assert found == point(demand=5, not_eligible=1, not_taken_up=2, dissatisfied=1.5, met=0.5) | {
        "dissatisfied": (0.0, 2.0),  # nine of twelve meals, but fewer than ten ratings are shrunk nobody knows whereto
        "met": (0.0, 2.0),
    }


def test_enough_ratings_count_by_the_uses_rated() -> None:
    rows = [f"食堂 | 甲站 | 0 | {count} | {rating} | -" for count, rating in [(3, 1)] * 5 + [(1, 5)] * 5]
    use = record("service | site | person | count | rating | status\n" + "\n".join(rows))
    found = parts(find_causes(mini_town(PEOPLE, menu=MENU, supply=SUPPLY), use), "ELD01", "甲")
    assert found == point(demand=5, not_eligible=1, not_taken_up=3, dissatisfied=0.75, met=0.25)


def test_the_canteen_of_one_community_is_too_far_for_the_other(mini: pd.DataFrame) -> None:
    assert parts(mini, "ELD01", "乙") == point(demand=2, too_far=2)


def test_a_need_without_a_menu_entry_has_no_service(mini: pd.DataFrame) -> None:
    assert parts(mini, "ELD04", ALL) == point(demand=2, no_service=2)
    assert one(mini, need="ELD04", community="甲")["cause"] == "no_service"


def test_one_seat_for_three_readers_and_somebody_waiting_is_full(mini: pd.DataFrame) -> None:
    assert parts(mini, "CUL04", "乙") == point(demand=3, full=2, not_taken_up=1)
    assert one(mini, need="CUL04", community="乙")["cause"] == "full"


def test_without_a_record_the_use_is_unknown_and_no_cause_is_claimed(mini: pd.DataFrame) -> None:
    row = one(mini, need="LAW01", community="乙")
    assert not row["use_known"]
    assert row["cause"] == ""
    assert parts(mini, "LAW01", "乙")["met"] == (0.0, 1.0)


def test_the_sub_district_is_the_sum_of_its_communities(mini: pd.DataFrame) -> None:
    whole = mini[mini["community"] == ALL].set_index("need")
    sums = mini[mini["community"] != ALL].groupby("need")[["demand", *EXACT]].sum()
    pd.testing.assert_frame_equal(whole[sums.columns].sort_index(), sums)


def test_users_who_do_not_need_what_they_use_may_stand_for_others() -> None:
    use = record("service | site | person | count\n食堂 | 甲站 | 2 | 4\n食堂 | 甲站 | 5 | 4")
    people = PEOPLE.replace("甲        | 15  | ELD01", "甲        | 65  | ELD04")
    found = parts(find_causes(mini_town(people, menu=MENU, supply=SUPPLY), use), "ELD01", "甲")
    assert found["not_taken_up"] == (2.0, 3.0)
    assert found["met"] == (1.0, 2.0)


def test_uses_by_nobody_named_are_persons_by_the_uses_of_one() -> None:
    use = record("service | site | person | count\n食堂 | 甲站 | - | 25")
    found = parts(find_causes(mini_town(PEOPLE, menu=MENU, supply=SUPPLY), use), "ELD01", "甲")
    assert found["met"] == (0.0, 2.5)
    assert found["not_taken_up"] == (1.5, 4.0)


def test_a_service_for_two_needs_has_one_room_and_its_users_may_be_of_either() -> None:
    menu = MENU.replace("图书阅览", "图书阅览；法律咨询")
    supply = SUPPLY.replace("| 乙站 | 1", "| 乙站 | 3")
    use = record("service | site | person | count\n书屋 | 乙站 | 9 | 1\n书屋 | 乙站 | 10 | 1\n律师 | 甲站 | - | 1")
    causes = find_causes(mini_town(PEOPLE, menu=menu, supply=supply), use)
    assert parts(causes, "CUL04", "乙")["met"] == (1.0, 2.0)  # person 9 has both needs
    assert parts(causes, "LAW01", "乙")["met"] == (0.0, 1.0)


class Tiny(NamedTuple):
    """Demand cells and stands small enough to try everything; a group of ``Asking`` may be two of these cells."""

    need: list[str]
    community: list[int]
    persons: np.ndarray
    may: np.ndarray
    tier: np.ndarray
    own: np.ndarray  # (cells, stands) users noted down for this need
    others: np.ndarray  # (communities, stands) users noted down who have another need or none
    stands: pd.DataFrame
    rate: np.ndarray


@st.composite
def tiny_towns(draw: st.DrawFn) -> Tiny:
    cells, stands = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    small = st.integers(0, 2)
    may = np.array([[draw(st.booleans()) for _ in range(stands)] for _ in range(cells)])
    may[~may.any(axis=1), 0] = True
    persons = np.array([draw(st.integers(1, 2)) for _ in range(cells)])
    own = np.zeros((cells, stands), dtype=int)
    for cell in range(cells):
        at = int(draw(st.integers(0, stands - 1)))
        own[cell, at] = draw(st.integers(0, persons[cell])) if may[cell, at] else 0
    others = np.array([[draw(st.integers(0, 1)) for _ in range(stands)] for _ in range(2)])
    capacity = np.array([draw(st.integers(1, 3)) for _ in range(stands)])
    counted = np.array([draw(small) for _ in range(stands)])
    waiting = np.array([draw(st.booleans()) for _ in range(stands)])
    rate = (own.sum(axis=0) + others.sum(axis=0) + counted) / capacity
    bad = np.array([sorted(draw(st.sampled_from([0.0, 0.3, 0.8])) for _ in range(2)) for _ in range(stands)])
    frame = pd.DataFrame({
        "capacity": capacity, "counted": counted, "recorded": True, "waiting": waiting,
        "idle": ~waiting & (rate < 0.88), "busy": rate >= 0.92, "bad_low": bad[:, 0], "bad_high": bad[:, 1],
    })  # fmt: skip
    need = [draw(st.sampled_from(["A", "A", "B"])) for _ in range(cells)]
    community = [draw(st.integers(0, 1)) for _ in range(cells)]
    tier = np.array([draw(st.integers(1, 2)) for _ in range(cells)])
    return Tiny(need, community, persons, may, tier, own, others, frame, rate)


def asking_of(tiny: Tiny) -> Asking:
    """Put the cells with the same need, community and stands together, as the generator does."""
    keys = [(n, c, tuple(row)) for n, c, row in zip(tiny.need, tiny.community, tiny.may.tolist(), strict=True)]
    groups = sorted(set(keys))
    member = np.array([[key == group for key in keys] for group in groups])
    noted = tiny.others.astype(float).copy()
    np.add.at(noted, tiny.community, tiny.own)
    return Asking(
        need=np.array([group[0] for group in groups], dtype=object),
        area=np.array([group[1] for group in groups]),
        persons=(member @ tiny.persons).astype(float),
        may=np.array([group[2] for group in groups]),
        own=(member @ tiny.own.sum(axis=1)).astype(float),
        bad=member @ (tiny.own @ tiny.stands["bad_low"].to_numpy()),
        noted=noted,
        stands=tiny.stands,
    )


def spread(number: int, cells: np.ndarray) -> Iterator[np.ndarray]:
    """Every way to give up to a number of persons to the cells that may have them."""
    for given_ in product(*(range(number + 1) if may else (0,) for may in cells)):
        if sum(given_) <= number:
            yield np.array(given_)


def best_plans(tiny: Tiny) -> list[np.ndarray]:
    """Every plan that serves the first tier first and then as many as possible, as persons served per cell."""
    by_stand = [list(spread(int(c), may)) for c, may in zip(tiny.stands["capacity"], tiny.may.T, strict=True)]
    served = np.unique([np.sum(plan, axis=0) for plan in product(*by_stand)], axis=0)
    served = served[(served <= tiny.persons).all(axis=1)]
    first = served[:, tiny.tier == 1].sum(axis=1)
    served = served[first == first.max()]
    return list(served[served.sum(axis=1) == served.sum(axis=1).max()])


def attributions(tiny: Tiny) -> Iterator[np.ndarray]:
    """Every (cells, stands) of persons observed: those noted down in their cells, the others anywhere they may be."""
    by_stand = []
    for stand, may in enumerate(tiny.may.T):
        here = [np.where(np.array(tiny.community) == place, may, False) for place in (0, 1)]
        ways = [spread(int(tiny.stands["counted"][stand]), may)]
        ways += [spread(int(tiny.others[place, stand]), here[place]) for place in (0, 1)]
        by_stand.append(list({tuple(np.sum(way, axis=0)) for way in product(*ways)}))
    for way in product(*by_stand):
        yield tiny.own + np.array(way).T


def true_parts(
    tiny: Tiny, served: np.ndarray, seen: np.ndarray, pooled: bool, bad: np.ndarray
) -> dict[str, np.ndarray]:
    """METHODS word by word, for each cell."""
    used = np.minimum(seen.sum(axis=1), tiny.persons)
    capacity, waiting = tiny.stands["capacity"].to_numpy(), tiny.stands["waiting"].to_numpy()
    at_nine_tenths = [
        (tiny.rate * capacity)[may].sum() / capacity[may].sum() >= 0.9 if pooled else (tiny.rate[may] >= 0.9).any()
        for may in tiny.may
    ]
    busy = np.array(at_nine_tenths) | (tiny.may & waiting).any(axis=1)
    share = np.divide(seen @ bad, seen.sum(axis=1), out=np.zeros(len(used)), where=seen.sum(axis=1) > 0)
    return {
        "full": np.where(busy, tiny.persons - np.maximum(served, used), 0),
        "not_taken_up": np.where(busy, np.maximum(served - used, 0), tiny.persons - used),
        "dissatisfied": used * share, "met": used * (1 - share),
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(tiny_towns(), st.booleans(), st.booleans())
def test_the_bounds_hold_whatever_the_best_plan_and_the_attribution(tiny: Tiny, pooled: bool, worst: bool) -> None:
    asking = asking_of(tiny)
    served = largest_flow(asking, asking.persons > 0, tiny.stands["capacity"].to_numpy(float))
    bad = tiny.stands["bad_high" if worst else "bad_low"].to_numpy()
    areas = sorted(set(zip(tiny.need, tiny.community, strict=True)))
    bounds = [bound_parts((asking.need == n) & (asking.area == c), asking, served) for n, c in areas]
    inside = [(np.array(tiny.need) == n) & (np.array(tiny.community) == c) for n, c in areas]
    for plan, seen in product(best_plans(tiny), attributions(tiny)):
        cells = true_parts(tiny, plan, seen, pooled, bad)
        for bound, cell in zip(bounds, inside, strict=True):
            sums = {part: value[cell].sum() for part, value in cells.items()}
            assert sum(sums.values()) == pytest.approx(tiny.persons[cell].sum())
            for part in BOUNDED:
                assert bound[f"{part}_low"] - 1e-6 <= sums[part] <= bound[f"{part}_high"] + 1e-6, part


@pytest.fixture(scope="module")
def causes(snapshot: Snapshot, use: pd.DataFrame) -> pd.DataFrame:
    return find_causes(snapshot, use)


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_is_planted_in_three_communities_and_for_two_needs(cause: str, causes: pd.DataFrame) -> None:
    areas = planted_areas(causes)
    areas = areas[areas["cause"] == cause]
    assert areas["community"].nunique() >= 3
    assert areas["need"].nunique() >= 2


def test_the_demand_is_everybody_of_sixteen_or_more_with_the_need(snapshot: Snapshot, causes: pd.DataFrame) -> None:
    whole = causes[causes["community"] == ALL].set_index("need")["demand"]
    heads = snapshot.needs[snapshot.adults].sum().loc[whole.index]
    assert (whole == heads).all()


def test_the_bounds_leave_room_for_everybody_who_can_reach_a_stand(causes: pd.DataFrame) -> None:
    reached = causes["demand"] - causes[list(EXACT)].sum(axis=1)
    low, high = (causes[[f"{part}_{end}" for part in BOUNDED]].sum(axis=1) for end in ("low", "high"))
    assert (low <= reached + 0.01).all()
    assert (high >= reached - 0.01).all()


def test_the_grids_of_a_community_have_its_heads(snapshot: Snapshot, use: pd.DataFrame, causes: pd.DataFrame) -> None:
    grids = find_causes(snapshot, use, grids=True)
    heads = ["demand", *EXACT]
    both = grids.groupby(["need", "community"])[heads].sum() - causes.set_index(["need", "community"])[heads]
    assert (both.abs() < 0.01).to_numpy().all()
    assert grids[["need", "community", "grid"]].duplicated().sum() == 0


@pytest.mark.parametrize("seed", [3, 8])
def test_another_town_has_every_cause_too(seed: int) -> None:
    """Sites keep their room and their load while the needs of a community change by a third from town to town."""
    world = found_town(read_plan(), seed)
    use = record_use(world.at(MONTH), years_of_use(world, MONTH, 1).of_month(MONTH))
    counts = planted_areas(find_causes(world.at(MONTH), use)).groupby("cause")["community"].nunique()
    assert (counts.reindex(CAUSES, fill_value=0) >= 3).all(), counts
