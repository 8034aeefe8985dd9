"""A table that was not sent leaves something unknown: said on the first page and above the gaps, never printed as 0."""

from __future__ import annotations

import re

import pytest

from helpers.town import MEALS, residents, run_stages, survey, town
from needs_analytics.core.options import GapsOptions, Options
from needs_analytics.explain import explain_number
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.document import Heading
from needs_analytics.reports.formats import UNKNOWN

SENT = {
    "menu": "service | name | needs | mode\n食堂 | 食堂 | ELD01 | 到点",
    "supply": "service | site | capacity\n食堂 | 中心 | 100",
    "sites": "site | name | community\n中心 | 中心 | 甲",
    "usage": "service | site | count\n食堂 | 中心 | 60",
}


def month(*left_out: str):
    answers = survey(residents(40, age=70, sex="男", yes={MEALS: 20}))
    register = "community | age_low | age_high | sex | persons\n甲 | 16 | 120 | 男 | 800"
    sent = {name: table for name, table in SENT.items() if name not in left_out}
    return run_stages(town(answers, register=register, **sent), options=Options(gaps=GapsOptions(replicates=10)))


@pytest.mark.parametrize(
    ("missing", "said"),
    [("sites", "没有收到服务点位"), ("usage", "没有收到服务使用记录"), ("menu", "没有收到服务菜单")],
)
def test_what_was_not_sent_is_said_on_the_first_page_and_above_the_gaps(missing: str, said: str) -> None:
    whole, made = build_document(month()), build_document(month(missing))
    assert said not in repr(whole.highlights) + repr(whole.sections)
    assert said in repr(made.highlights)
    assert said in repr([section for section in made.sections if "供给" in section.title or "缺口" in section.title])


def test_who_waits_is_unknown_without_records_of_use() -> None:
    tables = {table.id: table for table in build_document(month("usage")).tables}
    services = tables["services"]
    assert services.rows[0][services.column_index("waiting")] is UNKNOWN
    made = repr(build_document(month("usage")).sections)
    assert "全部1项服务都没有使用记录" in made


def test_a_gap_explained_without_sites_says_that_nobody_can_tell_who_is_too_far() -> None:
    assert any("无法判断远近" in line for line in explain_number(month("sites"), "gap:助餐").values)
    assert not any("无法判断远近" in line for line in explain_number(month(), "gap:助餐").values)


@pytest.mark.parametrize("left_out", ["", "menu", "usage"])
@pytest.mark.parametrize(("language", "form"), [("zh", "（([一二三四五六七八九])）"), ("en", r"\d\.(\d) ")])
def test_sub_chapters_are_numbered_without_holes(left_out: str, language: str, form: str) -> None:
    made = build_document(month(left_out), language=language)
    for section in made.sections:
        titles = [block.text for block in section.blocks if isinstance(block, Heading)]
        numbers = [found[1] for title in titles if (found := re.match(form, title))]
        expected = "一二三四五六七八九" if language == "zh" else "123456789"
        assert "".join(numbers) == expected[: len(titles)]
