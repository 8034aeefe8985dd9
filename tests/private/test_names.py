"""Names in free words: told by what stands beside them, in doubt where nothing does, left alone in ordinary words."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.wording import plain
from needs_analytics.intake.masking import DROPPED, NOBODY, KnownNames, mask_labels, mask_texts
from needs_analytics.intake.person_names import find_names

_SAMPLES = files("needs_analytics.samples.data")
_NAMES = tomllib.loads(_SAMPLES.joinpath("names.toml").read_text("utf-8"))
_SENTENCES = (
    "我母亲一个人住，麻烦联系{name}，谢谢",
    "本人{name}，申请适老化改造",
    "楼下{name}家老人摔倒过两次",
    "和{name}住一起",
    "低保材料交了一个月，{name}",
    "联系人{name} 白天在家",
    "我叫{name}，想找人送饭",
    "邻居{name}老人一个人过",
    "材料卡住了，找{name}",
    "{name}反映路灯不亮",
    "{name}、下午三点以后在家",
    "跟{name}说过",
    "希望给{name}办低保",
    "（{name}）",
    "常去{name}那里",
    "{name}的母亲需要助浴",
)


def masked(text: str, *known: str) -> str:
    return mask_texts([text], KnownNames.of(known))[text]


def people() -> list[str]:
    given = [name for era in _NAMES["given"].values() for names in era.values() for name in names]
    return [surname + name for surname in _NAMES["surnames"] for name in given]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我叫王秀英，要送餐", "我叫＊,要送餐"),
        ("我叫王 秀 英，要送餐", "我叫＊,要送餐"),
        ("我叫王　秀英，要送餐", "我叫＊,要送餐"),
        ("找 欧 阳 建 国 谈谈", "找＊谈谈"),
        ("我叫司马光，要送餐", "我叫＊,要送餐"),
        ("阿依古丽·买买提来过", "＊来过"),
        ("古丽娜尔•艾合买提来过", "＊来过"),
        ("Wang Xiuying来过", "＊来过"),
        ("我是WANG XIUYING", "我是＊"),
        ("找wang xiuying问", "找＊问"),
        ("找Wang Xiu-ying问", "找＊问"),
        ("找Xiuying Wang问", "找＊问"),
        ("找WangXiuying问", "找＊问"),
        ("找Li Na问", "找＊问"),
        ("姓名：John Smith，要送餐", "姓名:＊,要送餐"),
        ("村支书（签字）：段国强", "村支书(签字):＊"),
        ("社区的小刘服务很好", "社区的小＊服务很好"),
        ("姓名：买买提，要送餐", "姓名:＊,要送餐"),
        ("联系人 赵建国", "联系人 ＊"),
        ("户主李桂芳不在家", "户主＊不在家"),
        ("找张大妈", "找＊大妈"),
        ("李老师教得好", "＊老师教得好"),
        ("陈建国师傅修的", "＊师傅修的"),
        ("李某某多次来访", "＊多次来访"),
        ("王**的家属", "＊的家属"),
        ("隔壁老王不在", "隔壁老＊不在"),
        ("他姓刘，住对面", "他姓＊,住对面"),
        ("欧阳娜娜女士来过", "＊女士来过"),
        ("古丽娜尔·买买提要助餐", "＊要助餐"),
    ],
)
def test_a_name_that_is_told_is_masked_and_the_sentence_stays(text: str, kept: str) -> None:
    assert masked(text) == kept.replace(" ＊", "＊")


@pytest.mark.parametrize(
    "text", ["和王建国住一起", "请给高旺送饭", "黄金凤放学没人接", "让欧阳建国来", "周丽娟、李秀英都要助浴"]
)
def test_a_sentence_with_what_may_be_a_name_is_not_kept(text: str) -> None:
    assert masked(text) == DROPPED
    assert find_names(plain(text)) != ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "希望路灯亮一点,方便老人出行",
        "高血压的药经常缺",
        "周末能不能开门",
        "马路对面停车太乱",
        "李家湾社区没有食堂",
        "张庄的路不好走",
        "石桥路口红绿灯时间太短",
        "白天没人照看,晚上儿女才回来",
        "于是就没有再去",
        "每周五下午有时间",
        "任何时候都可以",
        "江边散步的人多",
        "安装扶手和感应灯",
        "康复训练太贵",
        "文化活动室不开门",
        "金桂苑小区门口",
        "资金到位了,现金也收",
        "高家庄社区的路不好走",
        "王府井那边人多",
        "李村没有公交",
        "WiFi信号差",
        "ATM机坏了",
        "KTV太吵",
        "用App Store下载",
        "Long Time No See",
        "The song list and change of date",
        "三八·妇女节活动",
        "高 中 生没人管",
        "官方网站打不开",
        "燕子在楼道里做窝",
    ],
)
def test_ordinary_words_are_no_names(text: str) -> None:
    assert masked(text) == text


def test_names_of_the_months_places_and_services_are_no_names() -> None:
    text = "王明轩养老驿站的饭好吃"
    assert mask_texts([text], KnownNames.of((), {"王明轩养老驿站"})) == {text: text}
    assert mask_texts([text], NOBODY) == {text: DROPPED}


@pytest.mark.parametrize("wording", _SENTENCES)
def test_hardly_a_name_is_kept_in_any_sentence(wording: str) -> None:
    """Every surname with every given name of the sample towns, in words of which the program knows nothing."""
    texts = {wording.format(name=name): name for name in people()}
    left = [name for text, name in texts.items() if name in masked(text)]
    assert len(texts) > 8000
    assert len(left) <= 0.001 * len(texts), left[:20]


def test_ordinary_sentences_are_kept() -> None:
    """The towns' own comments and remarks, none of which names anybody."""
    texts = [
        text
        for folder in ("", "rough/", "village/")
        for name, listed in tomllib.loads(_SAMPLES.joinpath(f"{folder}texts.toml").read_text("utf-8")).items()
        if name in {"comments", "others", "remarks", "remarks_old"}
        for text in listed
    ]
    assert len(texts) > 60
    assert [text for text in texts if masked(text) == DROPPED] == []


def test_the_words_of_the_codebook_are_no_names() -> None:
    book = Codebook.default()
    frames = (book.needs, book.services, book.groups, book.fields)
    cells = {
        str(cell)
        for frame in frames
        for column in frame.select_dtypes(exclude="number")
        for cell in frame[column].dropna()
    }
    words = {plain(word) for cell in cells for word in cell.split("|")}
    assert len(words) > 2000
    assert [word for word in words if mask_labels([word], NOBODY)[word] != word] == []


@given(st.text(st.sampled_from("我你的希望老人吃饭洗澡看病接送孩子上学太远没有，。！ abc"), max_size=40))
def test_a_text_without_digits_and_surnames_is_unchanged(text: str) -> None:
    assert masked(text) == plain(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("李 建 国 的儿子在外地", "＊的儿子在外地"),
        ("住3-501,腿脚不好", "住＊,腿脚不好"),
        ("家住三单元五零一", "家住＊"),
        ("住三号楼二单元五零一", "住＊"),
        ("晚上7-9点开门就好", "晚上7-9点开门就好"),
    ],
)
def test_a_spaced_name_and_a_door_in_characters_are_masked(text: str, kept: str) -> None:
    assert mask_texts([text], KnownNames.of(["李建国"]))[text] == kept


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("John Smith", "请找John Smith帮忙"),
        ("JohnSmith", "请找john smith帮忙"),
        ("阿依古丽·买买提", "请找阿依古丽帮忙"),
        ("阿依古丽·买买提", "请找阿依古丽买买提帮忙"),
        ("爱新觉罗毓嶦", "请找爱新觉罗毓嶦帮忙"),
        ("王　英", "请找王英帮忙"),
    ],
)
def test_a_name_of_the_months_name_columns_is_masked_however_it_is_written(name: str, text: str) -> None:
    known = KnownNames.of([plain(name).replace(" ", "")])
    assert known.masked(text) == "请找＊帮忙"
