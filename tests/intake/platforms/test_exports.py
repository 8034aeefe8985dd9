"""What platforms do beyond the plain case: forms, repeats, tests, orders, commas, codes without words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.grids import codes, sheet, survey, take, told

if TYPE_CHECKING:
    from needs_analytics.core.records import Intake

CHOICES = """
    list_name|name|label::English (en)|label::中文 (zh)
    svc|canteen|Canteen|助餐
    svc|bath|Bathing|助浴
    place|hp|Heping|和平社区
    place|xf|Xingfu|幸福社区
"""
FORM = """
    type|name|label::English (en)|label::中文 (zh)|relevant
    begin_group|basic|Basic|基本情况|
    select_one place|village|Village|您居住的社区|
    integer|old|Age|您的年龄|
    end_group||||
    select_multiple svc|wanted|Wanted|您需要哪些服务|${old} > 59
"""


def answers(text: str, *others: tuple[str, str]) -> list[float]:
    """Return need for canteen of an export with its form in another workbook; -1 for unknown."""
    extra = [sheet(form, file="表单.xlsx", name=name) for name, form in others]
    return take(sheet(text), *extra).tables["survey"]["need:ELD01"].fillna(-1).tolist()


def test_a_form_in_another_workbook_tells_names_and_codes() -> None:
    export = """
        basic/village|basic/old|wanted|_uuid|_submission_time
        hp|66|canteen bath|a|2026-10-05T10:00:00
        xf|70|bath|b|2026-10-05T11:00:00
        xf|30||c|2026-10-05T12:00:00
    """
    assert answers(export, ("survey", FORM), ("choices", CHOICES)) == [1, 0, -1]
    found = take(
        sheet(export), sheet(FORM, file="f.xlsx", name="survey"), sheet(CHOICES, file="f.xlsx", name="choices")
    )
    assert found.tables["survey"]["community"].tolist() == ["和平社区", "幸福社区", "幸福社区"]
    assert found.tables["survey"]["age_low"].tolist() == [66, 70, 30]


BLANK_IS_NO = """
    题目|题型|含义|空白含义|选项|对应需求
    您需要哪些服务|多选|需要|无需求|助餐|助餐
    您需要哪些服务||||助浴|助浴
"""
"""A dictionary by which who is asked and leaves all blank needs nothing."""
JOINED = """
    basic/village|basic/old|wanted|_uuid|_submission_time
    hp|66|canteen bath|a|2026-10-05T10:00:00
    xf|70|bath|b|2026-10-05T11:00:00
    xf|30||c|2026-10-05T12:00:00
    xf|65||d|2026-10-05T13:00:00
"""
TICKED = """
    basic/village|basic/old|wanted/canteen|wanted/bath|_uuid|_submission_time
    hp|66|1|1|a|2026-10-05T10:00:00
    xf|70|0|1|b|2026-10-05T11:00:00
    xf|30|||c|2026-10-05T12:00:00
    xf|65|||d|2026-10-05T13:00:00
"""


def with_condition(condition: str, export: str = JOINED) -> Intake:
    form = FORM.replace("${old} > 59", condition)
    return take(
        sheet(export), sheet(form, file="f.xlsx", name="survey"), sheet(CHOICES, file="f.xlsx", name="choices"),
        sheet(BLANK_IS_NO, file="字典.xlsx"),
    )  # fmt: skip


def canteen(found: Intake) -> list[float]:
    return found.tables["survey"]["need:ELD01"].fillna(-1).tolist()


@pytest.mark.parametrize("export", [JOINED, TICKED])
@pytest.mark.parametrize(
    "condition",
    [
        "${old} > 59",
        "${old}>=60 and ${village} != ''",
        "not(${old} < 60)",
        "${old} != 30",
        "(${village} = 'hp' or ${old} = 70) or ${old} = '65'",
        "selected(${village}, 'hp') or ${old} >= 65",
    ],
)
def test_who_the_form_did_not_ask_is_unknown_and_who_left_it_blank_is_not(condition: str, export: str) -> None:
    found = with_condition(condition, export)
    assert canteen(found) == [1, 0, -1, 0]
    assert "I237" not in codes(found)


@pytest.mark.parametrize("export", [JOINED, TICKED])
@pytest.mark.parametrize(
    "condition", ["count-selected(${village}) > 0", "${elsewhere} = 'x'", "${old} > ${village}", "${old} >", "old > 59"]
)
def test_blanks_under_a_condition_that_is_not_read_are_unknown_and_said(condition: str, export: str) -> None:
    found = with_condition(condition, export)
    assert canteen(found) == [1, 0, -1, -1]
    assert told(found, "I237") == [("1", "您需要哪些服务")]


def test_a_question_is_not_asked_where_its_group_is_not() -> None:
    form = FORM.replace("    select_multiple", "    begin_group|of_old|Old|老人|${old} > 59\n    select_multiple")
    form = form.replace("服务|${old} > 59", "服务|") + "    end_group||||\n"
    export = JOINED.replace("|wanted|", "|of_old/wanted|")
    found = take(
        sheet(export), sheet(form, file="f.xlsx", name="survey"), sheet(CHOICES, file="f.xlsx", name="choices"),
        sheet(BLANK_IS_NO, file="字典.xlsx"),
    )  # fmt: skip
    assert canteen(found) == [1, 0, -1, 0]


def test_a_jump_over_columns_of_options_is_unknown_though_a_blank_is_a_no() -> None:
    export = """
        序号|提交答卷时间|来自IP|第6题(助餐)|第6题(助浴)
        1|2026/10/5 10:00:00|203.0.113.7|1|0
        2|2026/10/5 10:01:00|203.0.113.7|-3|-3
        3|2026/10/5 10:02:00|203.0.113.7|0|1
    """
    told_of = "    题目编号" + BLANK_IS_NO.strip().replace("题目", "|题目", 1).replace("    您", "    6|6、您")
    assert canteen(take(sheet(export), sheet(told_of, file="字典.xlsx"))) == [1, -1, 0]


def test_an_option_may_be_named_like_a_question() -> None:
    export = """
        basic/village|basic/old|wanted/canteen|wanted/bath|_uuid|_submission_time
        hp|66|1|0|a|2026-10-05T10:00:00
        xf|70|0|1|b|2026-10-05T11:00:00
    """
    form = FORM + "    text|canteen|Canteen|您常去的食堂|\n"
    assert answers(export, ("survey", form), ("choices", CHOICES)) == [1, 0]


def test_names_that_begin_with_a_line_are_questions() -> None:
    """Kobo names questions after their wording: _1_..."""
    found = take(sheet("""
        社区|_1_您需要哪些服务|_uuid|_submission_time
        和平社区|助餐 助浴|a|2026-10-05T10:00:00
        和平社区|助浴|b|2026-10-05T10:00:00
    """))  # fmt: skip
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]


def test_of_two_forms_that_fit_the_one_named_like_the_data_is_used_and_said() -> None:
    export = """
        village|wanted|_uuid|_submission_time
        hp|canteen|a|2026-10-05T10:00:00
        xf|bath|b|2026-10-05T11:00:00
    """
    other = CHOICES.replace("助餐", "法律咨询")
    forms = [sheet(FORM, file=f"{file}.xlsx", name="survey") for file in ("甲", "乙")]
    lists = [sheet(CHOICES, file="甲.xlsx", name="choices"), sheet(other, file="乙.xlsx", name="choices")]
    found = take(sheet(export, file="数据.xlsx"), *forms, *lists)
    assert "W219" in codes(found)
    own = take(sheet(export, file="甲2026.xlsx"), *forms, *lists)
    assert "W219" not in codes(own)
    assert own.tables["survey"]["need:ELD01"].tolist() == [1, 0]


MEMBERS = """
    age|sex|您需要哪些服务（多选）|_index|_parent_table_name|_parent_index|_submission__id
    66|男|助餐|1|hh|1|11
    64|女|助浴|2|hh|1|11
    80|女|助餐|3|hh|2|12
"""
HOUSEHOLDS = """
    户主姓名|联系电话|社区|_id|_uuid|_submission_time|_index
    王秀英|13900000001|和平社区|11|a|2026-10-05T10:00:00|1
    赵建国|13900000002|幸福社区|12|b|2026-10-06T10:00:00|2
"""


def test_members_have_the_place_and_day_of_their_household_and_nothing_else() -> None:
    found = take(sheet(HOUSEHOLDS, name="hh"), sheet(MEMBERS, name="members"))
    people = found.tables["survey"]
    assert people["community"].tolist() == ["和平社区", "和平社区", "幸福社区"]
    assert people["date"].dt.day.tolist() == [5, 5, 6]
    assert people["need:ELD01"].tolist() == [1, 0, 1]
    assert people["person_key"].nunique() == 3
    assert people["household_key"].nunique() == 2
    assert told(found, "I224") == [("", "members")]


def test_a_repeat_without_needs_is_no_second_count() -> None:
    households = """
        社区|您需要哪些服务（多选）|_uuid|_submission_time|_index
        和平社区|助餐|a|2026-10-05T10:00:00|1
        幸福社区|助浴|b|2026-10-06T10:00:00|2
    """
    members = "年龄|性别|_index|_parent_table_name|_parent_index\n66|男|1|hh|1\n64|女|2|hh|1"
    found = take(sheet(households, name="hh"), sheet(members, name="members"))
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]
    assert told(found, "I224") == [("", "hh")]


def test_members_that_point_nowhere_are_kept_and_said() -> None:
    members = MEMBERS.replace("|hh|2|", "|hh|9|")
    found = take(sheet(HOUSEHOLDS, name="hh"), sheet(members, name="members"))
    assert len(found.tables["survey"]) == 3
    assert len(told(found, "W223")) == 1


def test_a_mark_that_two_households_carry_gives_no_member_a_place() -> None:
    twice = HOUSEHOLDS.replace("10:00:00|2", "10:00:00|1")  # two exports under each other, each counted from 1
    found = take(sheet(twice, name="hh"), sheet(MEMBERS.replace("|hh|2|", "|hh|1|"), name="members"))
    assert not set(found.tables["survey"]["community"].dropna())


def test_members_without_a_pointer_belong_to_no_household() -> None:
    blank = HOUSEHOLDS.replace("10:00:00|2", "10:00:00|")
    found = take(sheet(blank, name="hh"), sheet(MEMBERS.replace("|hh|2|", "|hh||"), name="members"))
    people = found.tables["survey"]
    assert people["community"].where(people["community"].notna(), "").tolist() == ["和平社区", "和平社区", ""]
    assert len(told(found, "W223")) == 1


def test_answers_of_google_forms_may_hold_a_comma() -> None:
    found = take(sheet("""
        时间戳记|社区|您需要哪些服务
        2026/10/5 10:00:00|和平社区|助餐, 大件搬运, 上楼
        2026/10/5 11:00:00|和平社区|大件搬运, 上楼, 助浴
        2026/10/5 12:00:00|和平社区|助餐, 助浴
        2026/10/5 13:00:00|和平社区|助浴
    """))  # fmt: skip
    people = found.tables["survey"]
    assert people["need:ELD01"].tolist() == [1, 0, 1, 0]
    assert people["need:ELD02"].tolist() == [0, 1, 1, 1]
    assert told(found, "W210") == [("C2", "大件搬运, 上楼")]


def test_sentences_of_google_forms_are_no_options() -> None:
    found = take(sheet("""
        Timestamp|社区|您需要哪些服务|您还有什么话想说
        2026/10/5 10:00:00|和平社区|助餐, 助浴|路灯坏了, 请修
        2026/10/5 11:00:00|和平社区|助浴|没什么, 谢谢
        2026/10/5 12:00:00|和平社区|助餐|
    """))  # fmt: skip
    assert found.tables["survey"]["text"].iloc[0] == "路灯坏了, 请修"


def test_who_ticks_other_alone_has_answered_surveymonkey() -> None:
    people = survey("""
        Respondent ID|Collector ID|Start Date|End Date|您居住的社区|您需要哪些服务||
        ||||Response|助餐|助浴|Other (please specify)
        1|9|10/05/2026 10:00:00 AM|10/05/2026 10:02:00 AM|和平社区|助餐||
        2|9|10/05/2026 10:00:00 AM|10/05/2026 10:02:00 AM|和平社区|||装个大钟
        3|9|10/05/2026 10:00:00 AM|10/05/2026 10:02:00 AM|和平社区|||
    """)  # fmt: skip
    assert people["need:ELD01"].fillna(-1).tolist() == [1, 0, -1]


def test_a_place_written_in_by_hand_is_where_somebody_lives_surveymonkey() -> None:
    people = survey("""
        Respondent ID|Collector ID|Start Date|End Date|1. 您住在哪个社区？||您需要哪些服务|
        ||||Response|其他（请注明）|助餐|助浴
        1|9|10/05/2026 10:00:00 AM|10/05/2026 10:02:00 AM|和平社区||助餐|
        2|9|10/05/2026 10:00:00 AM|10/05/2026 10:02:00 AM||和平居委|助餐|
        3|9|10/05/2026 10:00:00 AM|10/05/2026 10:02:00 AM||光明|助餐|
    """)  # fmt: skip
    assert people["community"].tolist() == ["和平社区", "和平社区", "光明"]


def test_previews_of_qualtrics_are_set_aside_and_said() -> None:
    found = take(sheet("""
        StartDate|EndDate|Status|ResponseId|DistributionChannel|Q1|Q2
        Start Date|End Date|Response Type|Response ID|Distribution Channel|您居住的社区|您需要哪些服务
        {"ImportId":"startDate"}|{"ImportId":"endDate"}|{"ImportId":"status"}|{"ImportId":"_recordId"}|{"ImportId":"distributionChannel"}|{"ImportId":"QID1"}|{"ImportId":"QID2"}
        2026-10-05 10:00:00|2026-10-05 10:02:00|Survey Preview|R_1|preview|和平社区|助餐
        2026-10-05 11:00:00|2026-10-05 11:02:00|IP Address|R_2|anonymous|和平社区|助餐,助浴
        2026-10-05 12:00:00|2026-10-05 12:02:00|IP Address|R_3|anonymous|和平社区|助浴
    """))  # fmt: skip
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]
    assert told(found, "W220") == [("4", "4")]
    assert found.sheets["asides"].tolist() == [1]


def test_an_old_export_of_qualtrics_has_its_names_above() -> None:
    people = survey("""
        V1|V2|V8|V9|V10|Q1|Q2_1|Q2_2
        ResponseID|ResponseSet|StartDate|EndDate|Finished|您居住的社区|您需要哪些服务-助餐|您需要哪些服务-助浴
        R_1|默认|2026-10-05 10:00:00|2026-10-05 10:02:00|1|和平社区|1|
        R_2|默认|2026-10-05 11:00:00|2026-10-05 11:02:00|1|和平社区||1
    """)  # fmt: skip
    assert people["need:ELD01"].tolist() == [1, 0]


def test_question_numbers_without_their_words_are_said() -> None:
    found = take(sheet("Q1|Q2|Q3|答题序号|提交时间\n1|2|3|1|2026-10-05 10:00:00\n2|2|3|2|2026-10-05 10:00:00"))
    assert told(found, "W218") == [("1", "")]
    assert len(found.tables["survey"]) == 2


def test_options_without_their_question_are_read_and_said() -> None:
    export = "序号|提交答卷时间|第6题(助餐)|第6题(助浴)\n1|2026/10/5 10:00:00|1|0\n2|2026/10/5 10:00:00|-3|-3"
    found = take(sheet(export))
    assert [value for _, value in told(found, "W221")] == ["6"]
    assert found.tables["survey"]["need:ELD01"].fillna(-1).tolist() == [1, -1]


def test_a_scale_of_figures_is_read_and_its_direction_said() -> None:
    export = "序号|提交答卷时间|7、需要程度—助餐|7、助浴\n1|2026/10/5 10:00:00|5|1\n2|2026/10/5 10:00:00|-2|4"
    found = take(sheet(export))
    assert len(told(found, "W222")) == 1
    words = export.replace("|5|1", "|非常需要|不需要").replace("|-2|4", "|(空)|比较需要")
    assert not told(take(sheet(words)), "W222")


def test_places_in_an_order_are_no_steps_of_a_scale() -> None:
    export = """
        序号|提交答卷时间|8、请按需要的先后排序(助餐)|8、(助浴)|8、(法律咨询)|8、(公交出行)
        1|2026/10/5 10:00:00|4|2|1|3
        2|2026/10/5 10:00:00|-2|2|-2|1
        3|2026/10/5 10:00:00|-3|-3|-3|-3
    """
    people = survey(export)
    assert people["rank:ELD02"].fillna(-1).tolist() == [1, 1, -1]
    assert people["rank:ELD01"].fillna(-1).tolist() == [1, 0, -1]
    assert not [column for column in people if column.startswith("need:")]


def test_a_list_of_cases_is_no_list_of_questions() -> None:
    cases = "编号|标题|类型|内容|状态\n1|路灯不亮|求助|路灯不亮很久|办结\n2|停车难|投诉|没有车位|办理中"
    found = take(sheet(cases), sheet("序号|提交答卷时间|1、性别|2、您需要哪些服务\n1|2026/10/5|男|助餐", file="b.xlsx"))
    assert len(found.tables["requests"]) == 2


def test_what_an_office_told_of_a_coded_column_is_kept_to() -> None:
    export = "Q1|Q2|Q3|答题序号|提交时间\n和平社区|助餐|第一网格|1|2026-10-05\n和平社区|助浴|第二网格|2|2026-10-05"
    listed = "题号|题目|题型\nQ1|您家在哪|单选题\nQ2|您需要哪些服务|多选题\nQ3|您那一片叫什么|单选题"
    mapping = '[headers.survey]\n"Q3" = "grid"\n"Q1" = "community"'
    found = take(sheet(export), sheet(listed, file="题目.xlsx"), mapping=mapping)
    assert found.tables["survey"]["grid"].tolist() == ["第一网格", "第二网格"]


def test_an_export_of_odk_parts_groups_by_dashes() -> None:
    found = take(
        sheet("""
            SubmissionDate|basic-village|basic-old|wanted|wanted/canteen|wanted/bath|meta-instanceID|KEY
            2026-10-05T10:00:00.000Z|hp|66|canteen bath|1|1|uuid:a|uuid:a
            2026-10-06T10:00:00.000Z|xf|70|bath|0|1|uuid:b|uuid:b
        """),
        sheet(FORM, file="f.xlsx", name="survey"),
        sheet(CHOICES, file="f.xlsx", name="choices"),
    )
    people = found.tables["survey"]
    assert people["community"].tolist() == ["和平社区", "幸福社区"]
    assert people["date"].dt.day.tolist() == [5, 6]
    assert people["need:ELD01"].tolist() == [1, 0]


def test_a_label_may_hold_the_mark_that_parts_groups() -> None:
    people = survey("""
        基本情况/您居住的社区/村|您需要哪些服务|您需要哪些服务/助餐|您需要哪些服务/助浴/擦身|_uuid|_submission_time
        和平社区|助餐 助浴/擦身|1|1|a|2026-10-05T10:00:00
        和平社区||||b|2026-10-05T10:00:00
        和平社区|助浴/擦身|0|1|c|2026-10-05T10:00:00
    """)
    assert people["need:ELD02"].fillna(-1).tolist() == [1, -1, 1]
    assert people["need:ELD01"].fillna(-1).tolist() == [1, -1, 0]


def test_codes_without_their_form_are_said() -> None:
    found = take(sheet("village|wanted|_uuid|_submission_time\nhp|canteen|a|2026-10-05\nhp|bath|b|2026-10-05"))
    assert len(told(found, "W225")) == 1
    assert len(found.tables["survey"]) == 2


def test_options_may_be_listed_in_one_cell() -> None:
    export = "Q1|Q2|Q3_1|Q3_2|答题序号|提交时间\n1|2|1|0|1|2026-10-05\n2|1|0|1|2|2026-10-05\n2|1|||3|2026-10-05"
    listed = """
        题号|题目|题型|选项
        Q1|您的性别|单选题|1=男；2=女
        Q2|您居住的社区|单选题|1：和平社区;2：幸福社区
        Q3|您需要哪些服务|多选题|1.助餐\\n2.助浴
    """
    people = take(sheet(export), sheet(listed, file="题目.xlsx")).tables["survey"]
    assert people["sex"].tolist() == ["男", "女", "女"]
    assert people["community"].tolist() == ["幸福社区", "和平社区", "和平社区"]
    assert people["need:ELD01"].fillna(-1).tolist() == [1, 0, -1]


def test_what_is_written_beside_the_code_of_other_is_no_part_of_it() -> None:
    people = survey("""
        序号|提交答卷时间|2、您需要的服务(助餐)|2、(助浴)|2、(其他【请注明】)
        1|2026/10/5 10:00:00|1|0|0
        2|2026/10/5 11:00:00|0|0|1〖修伞〗
    """)
    assert people["need:ELD01"].tolist() == [1, 0]
    assert not [column for column in people if column.startswith("rank:")]


def test_a_title_above_and_a_sum_below_an_export_are_no_answers() -> None:
    found = take(sheet("""
        和平街道问卷结果|||
        序号|提交答卷时间|1、您的年龄段|2、您需要哪些服务（多选）
        1|2026/10/5 10:00:00|60-69岁|助餐┋其他【请注明】〖修鞋〗
        2|2026/10/5 11:00:00|70岁以上|(跳过)
        合计|2||
    """))  # fmt: skip
    assert found.tables["survey"]["need:ELD01"].fillna(-1).tolist() == [1, -1]
    assert found.sheets["platform"].tolist() == ["问卷星"]


def test_a_code_book_made_by_hand_has_a_title_blank_repeats_a_note_and_lacks_a_withdrawn_code() -> None:
    listed = """
        某街道问卷编码表||||
        题号|题目|题型|选项编号|选项内容
        Q1|您的性别|单选|1|女
        |||2|男
        Q2|您属于|多选|1|独居老人
        |||2|残疾人
        Q3|您需要哪些服务（可多选）|多选|1|助餐
        |||2|助浴
        |||99|其他，请注明
        注：多选题用逗号隔开；第3项已取消。||||
    """
    data = """
        答题序号|开始时间|Q1|Q2_1|Q2_2|Q3|Q3_99_其他
        1|2026-10-05 10:00:00|1|1|0|1,2|
        2|2026-10-05 11:00:00|2|0|1|2,3|
        3|2026-10-05 12:00:00|1|0|0|99|修伞
    """
    found = take(sheet(listed, file="编码表.xlsx"), sheet(data, file="数据.csv"))
    assert found.tables["survey"]["sex"].tolist() == ["女", "男", "女"]
    assert found.tables["survey"]["need:ELD02"].tolist() == [1, 1, 0]
    assert told(found, "W210") == [("F3", "3")]
    assert codes(found).isdisjoint({"W207", "W218", "I212"})
    assert dict(zip(found.sheets["file"], found.sheets["rows"], strict=True)) == {"编码表.xlsx": 0, "数据.csv": 3}


def test_codes_of_an_earlier_version_of_a_form_are_asked_and_cost_no_other_answer() -> None:
    export = """
        village|wanted|_uuid|_submission_time
        hp|canteen oldcode|a|2026-10-05T10:00:00
        xf|bath|b|2026-10-05T11:00:00
    """
    forms = (sheet(FORM, file="f.xlsx", name="survey"), sheet(CHOICES, file="f.xlsx", name="choices"))
    found = take(sheet(export), *forms)
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]
    assert told(found, "W210") == [("B2", "oldcode")]
