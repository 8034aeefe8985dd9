"""``mapping.toml``: what the office told, checked before it is used."""

from __future__ import annotations

import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.mapping import Mapping
from needs_analytics.errors import UsageError

FULL = """
crs = "GCJ-02"

[[sheet]]
file = "和平*.xlsx"
sheet = "Sheet*"
table = "survey"
office = "和平社区"
header_row = 4
header_rows = 2
fields = { "姓 名（必填）" = "name", "备注" = "-" }
constants = { community = "和平社区", household_size = 3 }

[[sheet]]
file = "*.xlsx"
table = "usage"
fields = { "备注" = "status", "人次" = "count" }

[places]
"南里" = "槐荫里社区/2"

[options]
"老 年 食堂" = "助餐"

[services]
"饭堂" = "助餐服务"

[sites]
"老地方" = "槐荫里食堂"

[eligibility]
"老街坊" = "age>=60"

[headers.survey]
"您贵姓" = "name"
"""


def test_every_section_is_read() -> None:
    mapping = Mapping.parse(FULL)
    assert mapping.crs == "GCJ-02"
    assert mapping.places == {"南里": "槐荫里社区/2"}
    assert mapping.options == {"老年食堂": "助餐"}
    assert mapping.services == {"饭堂": "助餐服务"}
    assert mapping.sites == {"老地方": "槐荫里食堂"}
    assert mapping.eligibility == {"老街坊": "age>=60"}
    assert mapping.headers == {"survey": {"您贵姓": "name"}}


def test_nothing_told_is_no_rule_at_all() -> None:
    assert Mapping.parse("") == Mapping()
    assert Mapping.parse("").rule_for("a.xlsx", "S").table == ""


def test_the_first_rule_to_give_a_setting_wins() -> None:
    rule = Mapping.parse(FULL).rule_for("和平10月.xlsx", "Sheet1")
    assert (rule.table, rule.office, rule.header_row, rule.header_rows) == ("survey", "和平社区", 4, 2)
    assert rule.fields == {"姓名(必填)": "name", "备注": "-", "人次": "count"}
    assert rule.constants == {"community": "和平社区", "household_size": "3"}


def test_a_rule_speaks_only_of_its_files_and_sheets() -> None:
    mapping = Mapping.parse(FULL)
    assert mapping.rule_for("和平10月.xlsx", "汇总").table == "usage"
    assert mapping.rule_for("和平10月.csv", "Sheet1").table == ""


def test_a_file_is_known_by_its_path_or_by_its_bare_name() -> None:
    mapping = Mapping.parse(
        '[[sheet]]\nfile = "表.xlsx"\ntable = "menu"\n[[sheet]]\nfile = "b/*.xlsx"\ntable = "sites"'
    )
    assert mapping.rule_for("a/表.xlsx", "S").table == "menu"
    assert mapping.rule_for("b/点.xlsx", "S").table == "sites"


def test_a_name_with_brackets_is_known_when_it_is_written_as_it_is() -> None:
    assert Mapping.parse('[[sheet]]\nfile = "登记表[1].xlsx"\ntable = "survey"').rule_for("登记表[1].xlsx", "S").table


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ('[[sheet]]\ntabel = "survey"', "table"),
        ('[place]\na = "b"', "places"),
        ("[sheets]\n", "sheet"),
        ('[[sheet]]\ntable = "需求调查"', 'table = "survey"'),
        ('[[sheet]]\nheader_row = "3"', "header_row = 3"),
        ('[[sheet]]\n[[sheet]]\n[sheet.fields]\n"社群" = "社区"', "community"),
        ('[[sheet]]\n[sheet.constants]\ncomunity = "x"', "community"),
        ('[sheet]\nfile = "a"', "[[sheet]]"),
        ('crs = "GCJ02"', "GCJ-02"),
        ('[[sheet]]\ntable = "surveys"', "survey"),
        ('[[sheet]]\ntable = "survey"\nfields = { "社群" = "comunity" }', "community"),
    ],
)
def test_a_slip_is_refused_with_what_was_probably_meant(text: str, near: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Mapping.parse(text)
    assert near in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "= 3",
        "[[sheet]\n",
        '[sheet]\nfile = "a"',
        '[[sheet]]\nheader_row = "3"',
        "[[sheet]]\nheader_row = -1",
        "[[sheet]]\nfile = 3",
        '[[sheet]]\ntable = ["survey"]',
        '[[sheet]]\nfields = "x"',
        '[[sheet]]\nconstants = "x"',
        'places = "x"',
        'headers = { survey = "x" }',
    ],
)
def test_what_is_no_mapping_is_a_wrong_request_not_a_crash(text: str) -> None:
    with pytest.raises(UsageError):
        Mapping.parse(text)


def test_a_rule_of_eligibility_that_cannot_be_computed_is_refused_when_it_is_written() -> None:
    with pytest.raises(UsageError, match="group:dibao"):
        Mapping.parse('[eligibility]\n"困难群众" = "group:dibao"')
    read = Mapping.parse('[eligibility]\n"困难群众" = "group=dibao|tekun"')
    assert read.eligibility == {"困难群众": "group=dibao|tekun"}


def test_a_refusal_says_which_sheet_and_setting_in_both_languages() -> None:
    with pytest.raises(UsageError) as refusal:
        Mapping.parse('[[sheet]]\nfile = "a"\n\n[[sheet]]\nheader_row = "第三行"')
    assert str(refusal.value).startswith(
        'mapping.toml 第 2 个 [[sheet]] 中的“header_row = "第三行"”不对，应为不小于 0 的整数。'
    )
    assert "header_row" in refusal.value.in_language("en")
    assert "whole number" in refusal.value.in_language("en")


def test_a_workspaces_own_field_may_be_named() -> None:
    own = pd.DataFrame({"table": ["survey"], "field": ["dialect"], "label": ["方言"]})
    codebook = Codebook.default().overridden({"fields": own})
    text = '[[sheet]]\ntable = "survey"\n[sheet.fields]\n"讲什么话" = "dialect"'
    assert Mapping.parse(text, codebook=codebook).rule_for("a.xlsx", "S").fields == {"讲什么话": "dialect"}
    with pytest.raises(UsageError):
        Mapping.parse(text)


def test_a_change_of_places_has_a_month() -> None:
    (change,) = Mapping.parse('[[place_change]]\nfrom = "甲社区/4"\nto = "甲社区/2"\nsince = "2026年9月"').place_changes
    assert (change.old, change.new, change.since) == ("甲社区/4", "甲社区/2", "2026-09")


@pytest.mark.parametrize(
    "written",
    ['[place_change]\nfrom = "甲"', '[[place_change]]\nfrom = "甲"', '[[place_change]]\nform = "甲"\nto = "乙"'],
)
def test_a_slip_in_a_change_of_places_is_said(written: str) -> None:
    with pytest.raises(UsageError, match="place_change"):
        Mapping.parse(written)
