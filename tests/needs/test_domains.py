"""The domains: who is in each, and how many residents it stands for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.results import ALL
from needs_analytics.needs.domains import make_domains

CODEBOOK = Codebook.default()
PRINTABLE, HIDDEN = (
    list(CODEBOOK.groups.index[CODEBOOK.groups["sensitivity"].str.startswith("高度敏感") == hidden])
    for hidden in (False, True)
)


def respondents(seed: int, size: int) -> pd.DataFrame:
    """Draw people of whom some live nowhere known, belong to no segment, or to several groups."""
    rng = np.random.default_rng(seed)
    flags = [";".join(rng.choice([*PRINTABLE[:3], HIDDEN[0]], rng.integers(0, 4), replace=False)) for _ in range(size)]
    people = pd.DataFrame(
        {
            "community": rng.choice(["甲", "乙", "丙"], size).astype(object),
            "grid": rng.choice(["1", "2", "9"], size).astype(object),
            "segment": rng.choice(["", "甲类", "乙类"], size).astype(object),
            "groups": np.array(flags, object),
            "weight": rng.uniform(0.5, 2.0, size),
        },
        index=rng.permutation(size) + 7,
    )
    for column in ("community", "grid", "groups"):
        people.loc[rng.random(size) < 0.1, column] = None
    return people


def belongs(person: pd.Series, domain: pd.Series) -> bool:
    groups = [] if pd.isna(person["groups"]) else person["groups"].split(";")
    if domain["group"] not in (ALL, *groups):
        return False
    return all(domain[key] in (ALL, person[key]) for key in ("community", "grid", "segment"))


@given(st.integers(0, 10_000), st.integers(6, 60))
@settings(derandomize=True, max_examples=15, deadline=None)
def test_everybody_is_in_the_domains_whose_description_fits(seed: int, size: int) -> None:
    people = respondents(seed, size)
    places = pd.DataFrame(
        {"community": ["甲", "甲", "乙"], "grid": ["1", "2", ""], "population": [300.0, np.nan, 500.0], "guessed": ""}
    )
    made = make_domains(people, places, CODEBOOK, 1000.0)
    members = made.members.toarray()
    assert not made.frame.duplicated().any()
    assert not set(made.frame["group"]) & set(HIDDEN)
    for number, (_, domain) in enumerate(made.frame.iterrows()):
        assert members[:, number].tolist() == [belongs(person, domain) for _, person in people.iterrows()]
    cut = (made.frame["segment"] != ALL) | (made.frame["group"] != ALL)
    assert (members[:, cut].sum(axis=0) >= 5).all()


def test_a_cut_stands_for_its_weight_of_the_place() -> None:
    people = respondents(3, 60)
    places = pd.DataFrame({"community": ["甲"], "grid": ["1"], "population": [300.0], "guessed": [""]})
    made = make_domains(people, places, CODEBOOK, 1000.0)
    sizes = pd.Series(made.population, index=pd.MultiIndex.from_frame(made.frame))
    inside = people["community"] == "甲"
    first = inside & (people["segment"] == "甲类")
    weight = people["weight"]
    assert sizes[ALL, ALL, ALL, ALL] == 1000
    assert sizes["甲", ALL, ALL, ALL] == sizes["甲", "1", ALL, ALL] == 300
    assert np.isclose(sizes["甲", ALL, "甲类", ALL], 300 * weight[first].sum() / weight[inside].sum())
    everywhere = weight[people["segment"] == "甲类"].sum() / weight.sum()
    assert np.isclose(sizes[ALL, ALL, "甲类", ALL], 1000 * everywhere)


def test_without_a_place_there_is_one_domain_and_its_cuts() -> None:
    people = respondents(5, 40).assign(community=None, grid=None)
    places = pd.DataFrame({"community": [], "grid": [], "population": [], "guessed": []}).astype(
        {"community": object, "grid": object, "guessed": object}
    )
    made = make_domains(people, places, CODEBOOK, np.nan)
    assert set(made.frame["community"]) == set(made.frame["grid"]) == {ALL}
    assert made.members.shape == (40, len(made.frame))
    assert np.isnan(made.population).all()
