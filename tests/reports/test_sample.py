"""样本与代表性: who answered and who did not, what weighting did, what may be concluded and what not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from helpers.town import CLASSES, MEALS, PARKING, residents, run_stages, survey, town
from needs_analytics.core.issue import Issue
from needs_analytics.core.options import NeedsOptions, Options, ReportOptions, WeightsOptions
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.document import ChartBlock, Paragraph

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports import Document

REGISTER = """
    community | age_low | age_high | sex | persons
    甲 | 16 | 59 | 男 | 300
    甲 | 60 | 120 | 女 | 300
    乙 | 16 | 59 | 男 | 300
    乙 | 60 | 120 | 女 | 300
"""
NEEDS = {MEALS: 30, PARKING: 20}


def answers(*more: pd.DataFrame, channel: Any = "入户走访") -> pd.DataFrame:
    """Return more old women than young men, 甲 online and 乙 visited."""
    return survey(
        residents(20, community="甲", age=40, sex="男", channel="微信", yes={MEALS: 4, PARKING: 9}),
        residents(60, community="甲", age=70, sex="女", channel="微信", yes={MEALS: 30, PARKING: 9}),
        residents(20, community="乙", age=40, sex="男", channel="入户走访", yes={MEALS: 6, PARKING: 9}),
        residents(60, community="乙", age=70, sex="女", channel=channel, yes={MEALS: 30, PARKING: 9}),
        *more,
    )


def month(people: pd.DataFrame | None = None, register: str | None = REGISTER, **given: Any) -> MonthResult:
    people = answers() if people is None else people
    return run_stages(town(people, register=register, **{k: v for k, v in given.items() if k != "options"}),
                      options=given.get("options"))  # fmt: skip


def said(result: MonthResult, language: str = "zh") -> str:
    """Return the paragraphs of the first chapter."""
    blocks = build_document(result, language=language).sections[0].blocks
    return "\n".join(block.text for block in blocks if isinstance(block, Paragraph))


def rows(document: Document, name: str) -> list[dict[str, str]]:
    table = document.table(name)
    keys = [column.key for column in table.columns]
    return [{key: column.text(cell) for key, column, cell in zip(keys, table.columns, row, strict=True)}
            for row in table.cells]  # fmt: skip


def drawn(result: MonthResult) -> dict[str, set[str]]:
    """Return what may be concluded, with care and not, in words."""
    found: dict[str, set[str]] = {}
    for row in rows(build_document(result), "conclusions"):
        found.setdefault(row["may"], set()).add(f"{row['what']}：{row['why']}")
    return found


def test_who_answered_is_told_by_channel() -> None:
    told = said(month())
    for mode in ("网上填写", "入户走访"):
        assert f"{mode}约80份（50%）" in told


def test_a_channel_of_few_is_not_told_nor_the_one_that_would_tell_it() -> None:
    few = answers(channel=["电话"] * 3 + ["入户走访"] * 57)
    shown = {row["contact"]: row["n"] for row in rows(build_document(month(few)), "contacts")}
    assert shown == {"网上填写": "*", "入户走访": "75", "电话或视频访问": "*"} or shown == {
        "网上填写": "80", "入户走访": "*", "电话或视频访问": "*"}  # fmt: skip
    assert "电话" not in said(month(few))


def test_who_answered_too_much_and_too_little_is_told_with_both_shares() -> None:
    text = said(month())
    assert "答卷偏多的有60岁以上女性（占人口50%、占答卷75%），偏少的有16-59岁男性（占人口50%、占答卷25%）。" in text
    standing = {row["label"]: row["standing"] for row in rows(build_document(month()), "margins")}
    assert standing == {"女 60岁以上": "偏多", "男 16-59岁": "偏少", "甲": "相当", "乙": "相当"}


def test_a_group_asked_about_in_one_office_is_compared_among_those_asked() -> None:
    result = month()
    margins = pd.DataFrame({
        "margin": "group:alone_elder", "label": ["是", "否", "未知"], "n": [40, 40, 80], "target": [0.25, 0.25, 0.5],
        "before": [0.25, 0.25, 0.5], "after": [0.25, 0.25, 0.5], "asmd_before": 0.0, "asmd_after": 0.0,
    })  # fmt: skip
    shown = rows(build_document(replace(result, weights=replace(result.weights, margins=margins))), "margins")
    assert {row["label"]: row["before"] for row in shown} == {"是": "50%", "否": "50%", "未知": "/"}
    assert {row["label"]: row["standing"] for row in shown} == {"是": "相当", "否": "/", "未知": "/"}


def test_shares_are_headed_by_what_they_are_of() -> None:
    document = build_document(month())
    heads = {name: [column.label for column in document.table(name).columns] for name in ("contacts", "weight_classes")}
    assert heads["contacts"][1:3] == ["样本人数", "占答卷"]
    assert heads["weight_classes"][2:] == ["占答卷", "代表的居民"]
    assert not document.table("margins").notes
    margins = pd.DataFrame({
        "margin": "group:alone_elder", "label": ["是", "否"], "n": [40, 120], "target": [0.25, 0.75],
        "before": [0.25, 0.75], "after": [0.25, 0.75], "asmd_before": 0.0, "asmd_after": 0.0,
    })  # fmt: skip
    result = month()
    grouped = build_document(replace(result, weights=replace(result.weights, margins=margins)))
    assert "只在知道类别的答卷中计算" in " ".join(map(str, grouped.table("margins").notes))


def test_how_far_off_counts_as_too_many_is_an_option() -> None:
    options = Options(report=ReportOptions(balance_limit=0.9))
    assert "各类居民的答卷占比与人口底册大体相当。" in said(month(options=options))


def test_a_community_without_answers_is_named_first_and_nothing_is_concluded_for_it() -> None:
    result = month(register=REGISTER + "    丙 | 16 | 59 | 男 | 100\n    丙 | 60 | 120 | 女 | 100\n")
    first = rows(build_document(result), "margins")[0]
    assert (first["label"], first["n"], first["before"], first["standing"]) == ("丙", "0", "0%", "没有答卷")
    assert "丙没有收到答卷，由其他居民的答卷代表。" in said(result)
    assert any(line.startswith("丙需要什么") for line in drawn(result)["不能"])


def test_the_design_effect_is_said_as_so_many_answers_of_one_weight() -> None:
    result = month()
    text = said(result)
    assert f"相当于约{round(result.weights.n_eff / 5) * 5}份代表人数相同的答卷" in text
    assert "参与推算的160份答卷" in text


def test_the_largest_weight_is_named_in_words() -> None:
    result = month()
    weight = result.weights.table["weight"]
    assert f"最多的一份代表约{weight.max():.0f}人，是平均的{weight.max() / weight.mean():.1f}倍" in said(result)
    assert "每份代表人数较多的是16-59岁男性的答卷" in said(result)


def test_the_weights_stand_in_two_figures_that_the_text_points_at() -> None:
    blocks = build_document(month()).sections[0].blocks
    figures = [block.chart.id for block in blocks if isinstance(block, ChartBlock)]
    assert figures == ["balance", "weight_bars"]
    assert all(f"[[{name}]]" in said(month()) for name in figures)


def test_the_classes_of_the_weights_hold_all_answers_and_all_residents() -> None:
    classes = rows(build_document(month()), "weight_classes")
    assert [row["n"] for row in classes] == ["0", "120", "40", "0", "0"]
    assert [row["of_residents"] for row in classes] == ["0%", "50%", "50%", "0%", "0%"]


def test_equal_weights_have_no_figure_and_no_effective_sample() -> None:
    even = survey(
        residents(40, community="甲", age=40, sex="男", yes={MEALS: 4}),
        residents(40, community="甲", age=70, sex="女", yes={MEALS: 4}),
    )
    result = month(even, REGISTER.replace("乙", "甲"))
    blocks = build_document(result).sections[0].blocks
    assert [block.chart.id for block in blocks if isinstance(block, ChartBlock)] == ["balance"]
    assert "代表人数相同" not in said(result)


def test_a_needs_list_of_a_weighted_sample_speaks_for_the_residents() -> None:
    assert any("约有多少人有某项需求" in line for line in drawn(month())["可以"])


def test_without_a_register_nothing_is_concluded_for_all_residents() -> None:
    result = month(register=None)
    found = drawn(result)
    assert "可以" not in found
    assert any("只反映作答的人" in line for line in found["不能"])
    assert "无法判断哪些居民没有作答" in said(result)


def test_self_selected_answers_are_to_be_taken_with_care() -> None:
    assert any("网上填写" in line and "占全部答卷的50%" in line for line in drawn(month())["谨慎"])
    visited = answers().assign(channel="入户走访")
    assert not any("自愿填报" in line for lines in drawn(month(visited)).values() for line in lines)


def test_a_need_asked_in_one_community_is_not_concluded_for_the_others() -> None:
    people = answers()
    people[f"need:{CLASSES}"] = [1.0 if place % 3 else 0.0 for place in range(80)] + [None] * 80
    assert any("没有问到的地方有没有" in line for line in drawn(month(people))["不能"])
    everywhere = Options(needs=NeedsOptions(least_coverage=0.4))
    assert not any("没有问到的地方" in line for line in drawn(month(people, options=everywhere))["不能"])


def test_single_grids_are_for_planning_visits_only() -> None:
    people = answers().assign(grid="1")
    found = drawn(month(people, places="community | grid | households\n甲 | 1 | 200\n乙 | 1 | 200\n乙 | 2 | 200"))
    assert any("平均每个网格约53份答卷" in line for line in found["谨慎"])
    assert any("网格之间谁多谁少" in line for line in found["不能"])


def test_a_month_without_answers_has_no_section_on_the_sample() -> None:
    document = build_document(run_stages(town(register=REGISTER)))
    assert not {"conclusions", "sample", "margins", "contacts"} & {table.id for table in document.tables}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_says_in_a_table_what_the_report_says_in_sentences(language: str) -> None:
    document = build_document(month(), language=language)
    (sheet,) = [sheet for sheet in document.sheets if "conclusions" in sheet.tables]
    assert sheet.tables == ("conclusions", "sample", "contacts", "margins", "weight_classes")
    told = [row["meaning"] for row in rows(document, "sample")]
    spoken = said(month(), language)
    assert len(told) == 4
    assert all(sentence.split("。")[-2 if "。" in sentence else 0][:30] in spoken for sentence in told)
    assert not any("[[" in sentence for sentence in told)


def test_no_class_of_few_respondents_is_named() -> None:
    few = answers(*[residents(30, community=place, age=40, sex="男", yes={MEALS: 9}) for place in "丙丁"],
                  residents(3, community="戊", age=40, sex="男", yes={MEALS: 1}))  # fmt: skip
    more = "".join(f"    {place} | 16 | 59 | 男 | 300\n" for place in "丙丁戊")
    options = Options(weights=WeightsOptions(smallest_class=1))
    result = month(few, REGISTER + more, options=options)
    shown = {row["label"]: row for row in rows(build_document(result), "margins")}
    hidden = {label for label, row in shown.items() if row["n"] == "*"}
    assert "戊" in hidden
    assert len(hidden) == 2, "one alone would follow from the total"
    for label in hidden:
        assert (shown[label]["before"], shown[label]["standing"]) == ("*", "*")
        assert f"{label}（占人口" not in said(result)


def test_the_number_of_young_respondents_does_not_follow_from_two_exact_counts() -> None:
    text = said(month(answers(residents(2, community="甲", age=12, sex="男", channel="微信"))))
    assert "有效问卷162份" in text
    assert "160份" not in text.replace("约160份", "")
    assert "参与推算的答卷经加权后" in text
    many = said(month(answers(residents(20, community="甲", age=12, sex="男", channel="微信"))))
    assert "参与推算的160份答卷" in many


def test_how_much_larger_the_error_is_follows_from_the_design_effect() -> None:
    result = month()
    more = replace(result, weights=replace(result.weights, deff=2.56))
    assert "误差因此约增大60%" in said(more)


def heaviest_of(result: MonthResult, ratio: float) -> MonthResult:
    """Return the month with one answer that weighs so many times the mean."""
    table = result.weights.table
    rest = (len(table) - ratio) / (len(table) - 1)
    weight = pd.Series([ratio] + [rest] * (len(table) - 1), index=table.index)
    return replace(result, weights=replace(result.weights, table=table.assign(weight=weight, base_weight=1.0)))


def test_a_largest_weight_that_the_settings_cut_is_said_to_be_cut() -> None:
    assert "是平均的8.0倍，已到设定的上限" in said(heaviest_of(month(), 8.0))
    assert "上限" not in said(heaviest_of(month(), 7.0))


def test_weights_without_bounds_are_said_to_have_none() -> None:
    result = month()
    free = replace(result, weights=replace(result.weights, issues=(Issue("W618", details={"low": 0.1, "high": 8.0}),)))
    kept, dropped = (repr(build_document(one).table("method").rows) for one in (result, free))
    assert "没有限制权重的大小（设定的限度为平均的0.1至8倍）" in said(free)
    assert "没有限制权重的大小" in dropped
    assert "权重限制在平均的0.1至8倍之间" in kept
