"""The ledger's 采用值 is what was adopted: a suggestion is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.grids import sheet, take

if TYPE_CHECKING:
    from needs_analytics.core.records import Intake

REGISTER = "社区|年龄段|性别|人数\n和平社区|60-79|女|200\n滨河社区|60-79|女|200"


def adopted(found: Intake, code: str) -> list[tuple[str, str, str]]:
    """Return cell, old and new of the ledger's lines of one code."""
    lines = found.ledger[found.ledger["code"] == code]
    return list(zip(lines["cell"], lines["old"], lines["new"], strict=True))


def test_a_community_that_was_only_suggested_was_not_adopted() -> None:
    form = "社区|性别|您需要哪些服务\n和平社区|女|助餐、助浴\n滨何社区|男|助浴"
    found = take(sheet(REGISTER, file="底册.xlsx"), sheet(form))
    assert adopted(found, "W301") == [("A3", "滨何社区", "")]
    assert found.tables["survey"]["community"].isna().tolist() == [False, True]
    assert [issue.details["near"] for issue in found.issues if issue.code == "W301"] == ["滨河社区"]


def test_a_stated_age_that_an_id_card_contradicts_is_the_one_adopted() -> None:
    form = "姓名|身份证号|性别|年龄|社区|您需要哪些服务\n王秀英|'420106195201011246|女|30|和平社区|助餐、助浴"
    found = take(sheet(form))
    assert adopted(found, "W151") == [("D2", "30", "30")]
    assert found.tables["survey"]["age"].tolist() == [30]


def test_a_changed_place_is_adopted_by_the_name_it_has_now() -> None:
    form = "社区|性别|您需要哪些服务\n和平社区|女|助餐、助浴\n东风社区|男|助浴"
    told = '[[place_change]]\nfrom = "东风社区"\nto = "滨河社区"\nsince = "2026-09"'
    found = take(sheet(REGISTER, file="底册.xlsx"), sheet(form), mapping=told)
    assert adopted(found, "I305") == [("A3", "东风社区", "滨河社区")]
