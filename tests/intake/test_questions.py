"""Questions: which columns are one question and what its answers mean; a dictionary decides before any proposal."""

from __future__ import annotations

from helpers.grids import codes, sheet, survey, take, told
from needs_analytics.intake.headers import Header
from needs_analytics.intake.stems import Stem, stems_of, take_apart

DICTIONARY = "题目编号|题目|题型|含义|空白含义|选项|选项代码|对应需求"


def needs(text: str) -> list[str]:
    return [column for column in survey(text) if column.startswith(("need:", "rank:"))]


def test_a_header_is_taken_apart_as_platforms_write_it() -> None:
    assert take_apart(Header(("7、需要程度—助餐",))) == Stem("7", "需要程度", "助餐")
    assert take_apart(Header(("第6题(运动)",))) == Stem("6", "", "运动")
    assert take_apart(Header(("7、(帮忙洗澡)",))) == Stem("7", "", "帮忙洗澡")
    assert take_apart(Header(("8、您需要什么", "助餐"))) == Stem("8", "您需要什么", "助餐")


def test_the_first_of_several_columns_carries_the_question_before_its_item() -> None:
    titles = ("7、您用得着的有哪些？(上门理发)", "7、(帮忙洗澡)", "8、您的年龄(周岁)")
    stems = stems_of({column: Header((title,)) for column, title in enumerate(titles)})
    assert [stem.item for stem in stems.values()] == ["上门理发", "帮忙洗澡", ""]


def test_options_in_columns_of_a_platform_are_one_question() -> None:
    answers = survey("""
        序号|提交答卷时间|7、您用得着的有哪些？(助餐)|7、(助浴)
        1|2026/10/5 10:00:00|1|0
        2|2026/10/5 11:00:00|0|1
        3|2026/10/5 12:00:00|(空)|(空)
    """)
    assert answers["need:ELD01"].tolist()[:2] == [1, 0]
    assert answers["need:ELD02"].isna().tolist() == [False, False, True]


def test_an_item_that_is_not_understood_is_asked_with_its_question() -> None:
    grid = "姓名|社区|生活照料||\n||助浴|助餐|扫雪除冰\n王秀英|和平社区|是|否|是\n赵建国|和平社区|否|是|否"
    found = take(sheet(grid, merged=("C1:E1",)))
    assert told(found, "W210") == [("E2", "扫雪除冰")]


def test_a_question_that_asks_for_needs_is_asked_though_no_option_is_known() -> None:
    said = ("扫雪除冰、修院墙", "扫雪除冰", "修院墙", "没啥要改的") * 3
    rows = "".join(f"\n王秀英|和平社区|{cell}|上午|{'是' if at % 2 else '否'}" for at, cell in enumerate(said))
    for wording, asked in (("想让村里帮着解决点啥（可多选）", True), ("常去的地方", False), ("您有哪些意见", False)):
        found = take(sheet(f"姓名|社区|{wording}|您希望什么时间上门|您需要上门服务吗{rows}"))
        assert {option for _, option in told(found, "W210")} == ({"扫雪除冰", "修院墙"} if asked else set())
        assert not [column for column in found.tables["survey"] if column.startswith(("need:", "rank:"))]


def test_one_choice_per_row_of_a_scale_is_no_ranking() -> None:
    grid = (
        "姓名|社区|您对下面这些服务需要到什么程度（每项只选一个）|\n||助餐|助浴\n"
        "王秀英|和平社区|非常需要|不需要\n赵建国|和平社区|一般|比较需要"
    )
    answers = survey(grid, merged=("C1:D1",))
    assert answers["need:ELD01"].tolist() == [1, 0]
    assert answers["need:ELD02"].tolist() == [0, 1]


def test_what_is_no_step_of_a_scale_is_unknown_and_said() -> None:
    grid = (
        "姓名|社区|您对下面这些服务需要到什么程度|\n||助餐|助浴\n"
        "王秀英|和平社区|5|6\n赵建国|和平社区|0|4\n李桂芳|和平社区|1|2"
    )
    found = take(sheet(grid, merged=("C1:D1",)))
    answers = found.tables["survey"]
    assert answers["need:ELD01"].tolist()[::2] == [1, 0]
    assert answers["need:ELD02"].isna().tolist() == [True, False, False]
    assert told(found, "W211") == [("D3", "6.0")]


def test_what_is_no_step_of_a_scale_is_said_once_for_all_its_columns() -> None:
    grid = (
        "姓名|社区|您对下面这些服务需要到什么程度|\n||助餐|助浴\n"
        "王秀英|和平社区|5|6\n赵建国|和平社区|6|4\n李桂芳|和平社区|1|2"
    )
    issue = next(i for i in take(sheet(grid, merged=("C1:D1",))).issues if i.code == "W211")
    assert (issue.cells, issue.times) == (("D3", "C4"), 2)


def test_how_content_residents_are_is_no_tick() -> None:
    grid = "姓名|社区|您对下列服务满意吗||您需要哪些服务\n||社区食堂|助浴|\n王秀英|和平社区|满意|很满意|助餐"
    assert "W211" not in codes(take(sheet(grid, merged=("C1:D1",))))


def test_what_a_form_does_not_list_is_written_in_and_ranks_nothing() -> None:
    text = """
        姓名|社区|您需要哪些服务|上面没列出的需要请写在这里
        王秀英|和平社区|助餐、助浴|助洁
        赵建国|和平社区|助餐|助医
    """
    assert needs(text) == ["need:ELD01", "need:ELD02"]


def test_comments_are_no_question_about_needs() -> None:
    text = "姓名|社区|您需要哪些服务|还想说的话\n王秀英|和平社区|助餐、助浴|楼上漏水\n赵建国|和平社区|助餐|停车"
    assert needs(text) == ["need:ELD01", "need:ELD02"]


def test_a_dictionary_tells_what_codes_mean_and_leaves_the_fields_alone() -> None:
    form = """
        序号|提交答卷时间|1、您家住在哪个社区?|2、您的性别|6、您需要哪些服务
        1|2026/10/5 10:00:00|1|2|1
        2|2026/10/5 11:00:00|2|1|2
    """
    words = f"""
        {DICTIONARY}
        1|1、您家住在哪个社区?|单选|||和平社区|1|
        1|1、您家住在哪个社区?|单选|||幸福社区|2|
        2|2、您的性别|单选|||男|1|
        2|2、您的性别|单选|||女|2|
        6|6、您需要哪些服务|单选|最需要前1||助餐|1|助餐
        6|6、您需要哪些服务|单选|最需要前1||助浴|2|助浴
    """
    answers = take(sheet(form), sheet(words, file="字典.xlsx")).tables["survey"]
    assert answers["community"].tolist() == ["和平社区", "幸福社区"]
    assert answers["sex"].tolist() == ["女", "男"]
    assert answers["rank:ELD01"].tolist() == [1, 0]


def test_codes_of_options_are_not_read_into_yes_no_columns() -> None:
    form = """
        序号|提交答卷时间|第6题(助餐)|第6题(助浴)
        1|2026/10/5 10:00:00|1|0
        2|2026/10/5 11:00:00|0|1
    """
    words = f"""
        {DICTIONARY}
        6|第6题(助餐)|多选|需要|未知|助餐|1|助餐
        6|第6题(助浴)|多选|需要|未知|助浴|2|助浴
    """
    answers = take(sheet(form), sheet(words, file="字典.xlsx")).tables["survey"]
    assert answers["need:ELD01"].tolist() == [1, 0]
    assert answers["need:ELD02"].tolist() == [0, 1]


def test_a_blank_is_unknown_where_the_dictionary_says_so() -> None:
    form = "姓名|社区|您需要哪些服务\n王秀英|和平社区|助餐、助浴\n赵建国|和平社区|"
    for said, unknown in (("未知", True), ("未回答", True), ("无需求", False)):
        words = (
            f"{DICTIONARY}\n1|您需要哪些服务|多选|需要|{said}|助餐||助餐\n1|您需要哪些服务|多选|需要|{said}|助浴||助浴"
        )
        answers = take(sheet(form), sheet(words, file="字典.xlsx")).tables["survey"]
        assert answers["need:ELD01"].isna().tolist() == [False, unknown]


def test_a_threshold_may_be_a_word() -> None:
    form = "姓名|社区|需要程度—助餐|需要程度—助浴\n王秀英|和平社区|一般|不需要\n赵建国|和平社区|非常需要|一般"
    words = (
        "题目编号|题目|题型|含义|阈值|选项|对应需求\n"
        "1|需要程度—助餐|量表|需要|一般|助餐|助餐\n1|需要程度—助浴|量表|需要|一般|助浴|助浴"
    )
    answers = take(sheet(form), sheet(words, file="字典.xlsx")).tables["survey"]
    assert answers["need:ELD01"].tolist() == [1, 1]
    assert answers["need:ELD02"].tolist() == [0, 1]


def test_a_dictionary_of_an_unknown_office_speaks_by_its_wordings() -> None:
    form = "姓名|社区|您需要哪些服务\n王秀英|和平社区|饭堂那边、助浴\n赵建国|和平社区|助浴"
    words = "填报单位|题目编号|题目|题型|含义|选项|对应需求\n社工站|1|您需要哪些服务|多选|需要|饭堂那边|助餐"
    found = take(sheet(form), sheet(words, file="字典.xlsx"))
    assert found.tables["survey"]["need:ELD01"].tolist() == [1, 0]
    assert told(found, "I214") == [("", "社工站")]


def test_an_option_not_known_is_asked_once_with_the_nearest_need() -> None:
    form = "姓名|社区|您需要哪些服务\n王秀英|和平社区|助餐、停放车辆\n赵建国|和平社区|停放车辆、助餐"
    other = form.replace("王秀英", "李红").replace("赵建国", "钱进")
    found = take(sheet(form), sheet(other, file="二.xlsx"))
    (issue,) = [issue for issue in found.issues if issue.code == "W210"]
    assert issue.value == "停放车辆"
    assert issue.details["count"] == 4
    assert issue.details["near"] in str(issue.details["nearest"])


def test_a_kobo_export_is_decoded_by_its_choices() -> None:
    export = """
        _uuid|_submission_time|basic/community|basic/sex|needs|needs/canteen|needs/bathing|needs/none
        a|2026-10-05T10:00:00|hp|female|canteen bathing|1|1|0
        b|2026-10-05T11:00:00|hp|male|none|0|0|1
        c|2026-10-05T12:00:00|xf|male|||
    """
    choices = """
        list_name|name|label::中文
        community|hp|和平社区
        community|xf|幸福社区
        sex|male|男
        sex|female|女
        svc|canteen|社区食堂
        svc|bathing|上门助浴
        svc|none|都不需要
    """
    found = take(sheet(export), sheet(choices, name="choices"))
    answers = found.tables["survey"]
    assert answers["community"].tolist() == ["和平社区", "和平社区", "幸福社区"]
    assert answers["sex"].tolist() == ["女", "男", "男"]
    assert answers["need:ELD01"].tolist()[:2] == [1, 0]
    assert answers["need:ELD01"].isna().tolist() == [False, False, True]
    assert "W202" not in codes(found)


def test_a_blank_beside_a_no_was_not_answered_and_a_blank_beside_ticks_is_a_no() -> None:
    answers = survey("姓名|社区|助餐|助浴|助洁\n王秀英|和平社区|是|否|\n赵建国|和平社区|是||\n李桂芳|和平社区|||")
    assert answers["need:ELD04"].fillna(-1).tolist() == [-1, 0, -1]


def test_a_ticked_column_nobody_knows_among_needs_is_asked_about():
    found = take(
        sheet("社区|年龄|助餐|修路灯什么的|助浴|晒被子|是否党员户\n和平社区|70|√|√||√|是\n和平社区|30||√|√||否")
    )
    assert {issue.value for issue in found.issues if issue.code == "W210"} == {"修路灯什么的", "晒被子"}
    assert "是否党员户" not in set(found.questions["option"])
