"""The packaged wordings speak the codebook's language."""

from __future__ import annotations

import doctest

import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.samples import names
from needs_analytics.samples.draws import packaged_table, packaged_words

CODEBOOK = Codebook.default()
NEEDS = set(CODEBOOK.needs.index)


def test_doctests() -> None:
    assert doctest.testmod(names).failed == 0


def test_every_need_asked_stands_in_the_codebook_and_has_a_chance() -> None:
    assert set(packaged_table("wishes")["need"]) <= NEEDS


def test_the_menu_names_needs_as_the_codebook_does() -> None:
    known = set(CODEBOOK.needs["name"])
    for text in packaged_table("services")["needs"]:
        assert set(text.split("；")) <= known


def test_the_supply_names_services_and_sites_of_the_ledger() -> None:
    supply = packaged_table("supply")
    assert set(supply["service"]) == set(packaged_table("services")["service"])
    assert set(supply["site"]) <= set(packaged_table("sites")["site"])
    assert not supply.duplicated(["service", "site"]).any()


@pytest.mark.parametrize("office", ["wjx", "handmade", "tencent", "legacy", "window"])
def test_every_option_means_a_need_that_is_drawn_and_no_two_the_same(office: str) -> None:
    form = packaged_words("forms")[office]
    drawn = set(packaged_table("wishes")["need"])
    questions = (
        [question["options"] for question in form["needs"]] if "options" in form["needs"][0] else [form["needs"]]
    )
    meant = [need for options in questions for _, need in options]
    texts = [text for options in questions for text, _ in options]
    assert set(meant) <= drawn
    assert len(set(meant)) == len(meant)
    assert len(set(texts)) == len(texts)


def test_household_types_add_up_to_one_in_every_kind() -> None:
    kinds = packaged_table("kinds")["kind"]
    assert packaged_table("households")[list(kinds)].sum().round(9).eq(1).all()
