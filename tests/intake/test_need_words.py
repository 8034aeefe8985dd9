"""What an option means: one need that is surely named, or it is asked about; a false friend is no need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grids import CODEBOOK
from needs_analytics.intake.need_words import need_words
from needs_analytics.intake.vague_words import VAGUE

WORDS = need_words(CODEBOOK, {})
MEANT = {
    "老年食堂/助餐点": "ELD01",
    "上门理发": "LIV02",
    "接送孩子上下学": "CHD02",
    "电动车充电桩": "PRO06",
    "老旧小区加装电梯": "PRO02",
    "老旧小区改造": "PRO07",
    "家门口的公交班车": "TRA01",
    "老年大学书法班": "EDU04",
    "残疾人家庭无障碍改造": "DIS03",
    "代买菜": "ELD07",
    "买菜不便": "LIV01",
    "公园健身器材": "SPT01",
    "校门口停车": "PRO05",
    "学校门口交通拥堵": "TRA03",
    "消防通道被占": "SAF01",
    "拖欠工资": "EMP04",
    "社区食堂（老年助餐）": "ELD01",
    "小修小补（水电门锁）": "LIV02",
    "放学后孩子没人管，希望有托管": "CHD02",
    "上门护理": "ELD09",
    "有人帮着打扫、擦窗、洗被子": "ELD04",
    "家电、水管小修小补": "LIV02",
    "吃饭（送餐）": "ELD01",
    "教用手机（扫码、打车、缴费）": "ELD17",
}
ASKED = (
    *("班车", "班车多几趟", "买菜买药", "老师", "旅游", "老人旅游", "安全", "收费", "通道"),
    *("能歇脚、喝水、给手机充电的地方", "希望有地方写作业、有人照看", "看娃儿写作业", "上学接送难", "学生心理辅导"),
    *("唱歌跳舞、棋牌看书的地方", "唱戏跳舞的地方", "学校周边餐饮安全", "盲人按摩", "离婚咨询"),
    *("停车位、充电桩", "招聘信息、技能培训", "社保、医保、居住证代办", "理发修脚", "租房、劳动合同方面的法律咨询"),
    *("上门护理（换药, 测血压, 导尿等）", "数字技能培训", "唱歌跳舞下棋的活动"),
    *("一日三餐有地方吃（长者饭堂）", "找工作、学手艺活", "健身器材、图书角落"),
    *("家庭医生上门", "云溪场居委会上街"),
)


@pytest.mark.parametrize("option", MEANT)
def test_a_need_named_in_a_longer_option_is_understood(option: str) -> None:
    assert WORDS.meaning(option) == MEANT[option]


@pytest.mark.parametrize("option", ASKED)
def test_what_names_two_needs_or_one_in_passing_is_asked(option: str) -> None:
    assert WORDS.meaning(option) == ""


@given(st.sampled_from(list(CODEBOOK.needs.index)), st.data())
def test_a_synonym_means_its_need_or_is_asked_among_words_that_add_nothing(need: str, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(str(CODEBOOK.needs.at[need, "synonyms"]).split("|")))
    framed = data.draw(st.sampled_from(["希望提供{}服务", "{}", "社区{}", "增加{}等", "需要{}"])).format(word)
    assert WORDS.meaning(framed) in {need, "", WORDS.exact.get(framed)}


LONG = sorted(word for word in WORDS.exact if len(word) > 3 and word in dict(WORDS.inside) and word.isalpha())


@given(st.sampled_from(LONG), st.sampled_from(LONG))
def test_of_two_needs_side_by_side_none_is_taken_for_being_longer(one: str, other: str) -> None:
    named = WORDS.named(f"{one}、{other}")
    if {WORDS.exact[one], WORDS.exact[other]} <= set(named) and not {one, other} & VAGUE:
        assert WORDS.meaning(f"{one}、{other}") in ({""} if WORDS.exact[one] != WORDS.exact[other] else {*named, ""})


def test_how_a_meaning_was_reached_is_told() -> None:
    found = need_words(CODEBOOK, {"饭堂那边": "助餐"})
    assert [found.how(text) for text in ("饭堂那边", "助餐", "给老人送饭", "扫雪")] == ["told", "exact", "inside", ""]


@pytest.mark.parametrize(("option", "meaning"), [("都挺好，不用", "none"), ("暂无，都好", "none"), ("不用，助餐", "")])
def test_an_option_of_several_clauses_says_no_when_each_does(option: str, meaning: str) -> None:
    assert WORDS.meaning(option) == meaning
