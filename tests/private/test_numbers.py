"""Numbers, accounts and doors in free words, written as an office or a resident would write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from needs_analytics.core.identifiers import MASK, distinct_labels, without_identifiers
from needs_analytics.intake.masking import DROPPED, NOBODY, KnownNames, mask_homes, mask_labels, mask_path, mask_texts

from .canaries import Canaries

_TOLD = {
    "mobile": "打13812345678",
    "mobile in groups": "打138 1234 5678",
    "mobile with dashes": "打138-1234-5678",
    "mobile with dots": "打138.1234.5678",
    "mobile after a dot": "电话.13812345678",
    "mobile with slashes": "打138/1234/5678",
    "mobile with spaced dashes": "打138 - 1234 - 5678",
    "mobile with long dashes": "打138—1234—5678",
    "mobile with commas": "打138，1234，5678",
    "mobile with commas and spaces": "打138, 1234, 5678",
    "mobile with list commas": "打138、1234、5678",
    "mobile with stars": "打138*1234*5678",
    "mobile with one comma": "打138，12345678",
    "landline with a comma": "打0571，88886666",
    "ID with commas": "420106，19520101，1234",
    "mobile in brackets": "打（138）12345678",
    "mobile in other groups": "打1381 234 5678",
    "full width in groups": "打１３８／１２３４／５６７８",
    "full width": "打１３８１２３４５６７８",
    "with country": "打+86 13812345678",
    "with 0086": "打008613812345678",
    "in words": "打一三八一二三四五六七八",
    "幺 for one": "打幺三八幺二三四五六七八",
    "mixed": "打138一二三四5678",
    "landline": "打027-87654321",
    "landline of Shanghai": "打021-8765432",
    "landline with spaces": "打0571 8765 4321",
    "landline in brackets": "打（027）87654321",
    "landline without area": "打87654321",
    "ID": "身份证420106195201011234",
    "ID with X": "身份证42010619520101123X",
    "ID with x": "身份证42010619520101123x",
    "ID with full-width X": "身份证４２０１０６１９５２０１０１１２３Ｘ",
    "ID in groups": "420106 19520101 1234",
    "ID in other groups": "420106 1952 0101 123X",
    "old ID": "身份证420106520101123",
    "disability card": "残疾证42010619520101123443",
    "bank card": "卡号6222020200001234567",
    "bank card in groups": "卡号6222 0202 0000 1234 567",
    "e-mail": "发到wang.xiu@example.com",
    "full-width e-mail": "发到wang＠example.com",
    "WeChat without the word": "加wxid_abc123",
    "WeChat": "微信号wxid_abc123",
    "WeChat and colon": "加微信：lihua_1950",
    "vx": "vx:lihua1950",
    "QQ": "QQ 号 1234567",
    "short QQ": "QQ：54321",
    "plate": "车牌鄂A12345占道",
    "plate of Shanghai": "沪A12345",
    "electric plate": "鄂AD12345占道",
    "plate with dot": "鄂A·1B234",
    "door": "住3号楼2单元401室",
    "door of a block": "住12栋3单元502",
    "door in words": "住三号楼二单元四零一室",
    "door with floor": "住5幢3楼301",
    "door with a sign": "住3＃4单元501",
    "door in words without room": "住三号楼二单元五零一",
    "door of a lettered block": "住A座1201",
    "short door": "住3-2-401",
    "shorter door": "住址：3-401",
    "block sign": "住6#301",
    "room": "住401室",
    "street": "住幸福路128号",
    "lane": "住红星巷7号",
    "village": "住石桥村三组12号",
}


@pytest.mark.parametrize("text", _TOLD.values(), ids=_TOLD)
def test_a_number_that_tells_somebody_is_masked(text: str) -> None:
    masked = mask_texts([text], NOBODY)[text]
    assert MASK in masked
    assert sum(letter.isdigit() or letter in "一二三四五六七八" for letter in masked) == 0
    assert "@" not in masked
    assert not any(part in masked for part in ("lihua", "wxid", "wang"))


@pytest.mark.parametrize(
    "text",
    [
        "每天10元,一个月300元",
        "2026年10月5日停水",
        "60岁以上都要",
        "一共120多户",
        "一座桥坏了",
        "3楼没有扶手",
        "二楼太高",
        "12345热线打不通",
        "每周一三五开门",
        "用了3.14升",
        "QQ群通知太多",
        "微信不会用",
        "第3组没有网格员",
        "门诊太远",
        "修1号线地铁口的坡道",
        "五十六十岁的人",
        "2026/10/31停水",
        "2026-10-31 17:20停水",
        "20261031停水",
        "10月1日至2026-12-31",
        "2026.11.23-12.20开放",
        "2025-2026学年",
        "月收入3001-5000元",
        "养老金1000-1499元",
        "8.30-11.30开门",
        "8:30-11:30开门",
        "占1/3,比去年多1.5%",
        "按1/2/3/4/5/6/7打分",
        "比例2:3:5",
        "第3,5,8项",
        "要助餐、助医",
        "花了1,380,000元",
        "花了138,000,000元",
        "2019、2020、2021、2022年都有",
        "3月12日生活不便",
        "10月1日生日会",
        "3月12日生病住院",
    ],
)
def test_other_figures_stay(text: str) -> None:
    assert mask_texts([text], NOBODY)[text] == text


_WORDS = st.text(st.sampled_from("希望老人吃饭洗澡看病接送孩子上学太远没有，。 3年王李"), max_size=12)
_CANARIES = Canaries()
_IDENTIFIERS = st.sampled_from(
    [getattr(_CANARIES, kind)("here") for kind in ("phone", "card", "bank", "door") for _ in range(50)]
)


@pytest.mark.parametrize("text", ["出生日期2018-05-03", "生于1950-01-01", "2026-10-31 138 1234 5678", "2013-1238"])
def test_a_birthday_and_a_number_beside_a_day_do_not_stay(text: str) -> None:
    masked = mask_texts([text], NOBODY)[text]
    assert MASK in masked
    assert not any(part in masked for part in ("05-03", "01-01", "1234", "1238"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("出生1950年3月12日", "出生＊"),
        ("出生日期：1950年3月", "出生日期:＊"),
        ("她1950年3月12日生", "她＊生"),
        ("一九五〇年三月十二日出生", "＊出生"),
        ("生日3月12日", "生日＊"),
        ("生日是农历正月初五", "生日是农历＊"),
        ("生日3.12", "生日＊"),
        ("2018-05-03生", "＊生"),
        ("3月12日是我的生日", "＊是我的生日"),
    ],
)
def test_a_birthday_as_it_is_said_does_not_stay(text: str, shown: str) -> None:
    assert mask_texts([text], NOBODY)[text] == shown
    assert MASK in mask_labels([text], NOBODY)[text]


@given(_WORDS, _IDENTIFIERS, _WORDS)
@example("卡号", "6222020200001234567", "")
def test_no_text_comes_out_with_a_number_put_into_it(before: str, number: str, after: str) -> None:
    text = f"{before}，{number}，{after}"
    assert number not in mask_texts([text], NOBODY)[text]


@given(st.text(st.sampled_from("我叫王秀英找张大妈李某电话138123456789住3栋2单元401室。，＊ a@b.c"), max_size=30))
def test_masking_again_changes_nothing(text: str) -> None:
    names = KnownNames.of(["王秀英"])
    for mask in (mask_texts, mask_labels):
        once = mask([text], names)[text]
        assert mask([once], names)[once] == once


def test_a_text_that_was_not_kept_stays_that_way() -> None:
    assert mask_texts([DROPPED], NOBODY)[DROPPED] == DROPPED
    assert mask_labels([DROPPED], NOBODY)[DROPPED] == DROPPED


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("张三低保申请.xlsx", "＊低保申请.xlsx"),
        ("李秀英", "＊"),
        ("欧阳建国家.xls", "＊家.xls"),
        ("王桂英家139 1234 5678", "＊家＊"),
        ("3栋2单元401李秀英", "＊"),
        ("和平社区王建国.csv", "和平社区＊.csv"),
        ("一三八一二三四五六七八.xlsx", "＊.xlsx"),
        ("微信lihua_1950.xlsx", "＊.xlsx"),
        ("420106520101123", "＊"),
        ("申请138/0000/1234.xlsx", "申请＊.xlsx"),
        ("申请138，12345678.xlsx", "申请＊.xlsx"),
        ("申请138、1234、5678.xlsx", "申请＊.xlsx"),
        ("申请008613800001234.xlsx", "申请＊.xlsx"),
        ("申请0218765432.xlsx", "申请＊.xlsx"),
        ("申请420106 1952 0101 123x.xlsx", "申请＊.xlsx"),
        ("wxid_abc123.xlsx", "＊.xlsx"),
        ("3-2-501.xlsx", "＊.xlsx"),
        ("三号楼二单元五零一.xlsx", "＊.xlsx"),
        ("Wang Xiuying.xlsx", "＊.xlsx"),
        ("WANG XIUYING申请", "＊申请"),
        ("王 秀 英", "＊"),
        ("阿依古丽·买买提.xls", "＊.xls"),
        ("司马光明.xls", "＊.xls"),
    ],
)
def test_residents_in_names_of_files_and_sheets_are_masked(label: str, shown: str) -> None:
    assert mask_labels([label], KnownNames.of((), {"和平社区"}))[label] == shown


@pytest.mark.parametrize(
    "label",
    [
        "和平社区需求调查.xlsx",
        "20261005调查",
        "李家湾社区.xlsx",
        "马场街道10月台账.xlsx",
        "高龄津贴名单.xlsx",
        "周报.xls",
        "石桥村",
        "江北街道办事处/表1.csv",
        "张庄村委会",
        "123456789_按文本_社区服务需求调查_210_210.xlsx",
        "金桂苑小区",
        "Sheet1",
        "安康里",
        "康复中心1号楼使用记录",
        "常住人口底册",
        "网格员走访（10月）",
        "于2026年10月汇总",
        "温馨家园.xlsx",
        "方舟养老驿站",
        "15-2026-10-31走访",
        "14_2026.10.31_2",
        "20261005-20261031走访",
        "2026-1005-2026-1031",
        "高家庄社区",
        "李村",
        "王府井",
        "Data All 261127",
        "Response Summary",
    ],
)
def test_offices_and_ordinary_labels_stay(label: str) -> None:
    assert mask_labels([label], NOBODY)[label] == label


def test_labels_that_would_be_one_are_numbered() -> None:
    labels = distinct_labels(["李秀英", "王建国", "表1"], lambda texts: mask_labels(texts, NOBODY))
    assert labels == {"李秀英": "＊", "王建国": "＊(2)"}


def test_a_service_at_somebodys_home_does_not_tell_whose() -> None:
    assert mask_homes("王桂英家", NOBODY) == "＊家"
    assert mask_homes("和平路101室助餐点", NOBODY) == "和平路101室助餐点"
    assert mask_homes("雷锋服务站", NOBODY) == "雷锋服务站"
    assert mask_homes("张江家园食堂", NOBODY) == "张江家园食堂"


def test_a_file_that_cannot_be_opened_is_told_without_the_resident() -> None:
    assert mask_path("/srv/李家街道/inbox/2026-10/张建国.xlsx") == "/srv/李家街道/inbox/2026-10/＊.xlsx"
    assert mask_path("/srv/王家湾/reports") == "/srv/王家湾/reports"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/srv/inbox/2026-10/张建国/inbox备份/表1.xlsx", "/srv/inbox/2026-10/＊/inbox备份/表1.xlsx"),
        ("/srv/街道/check/2026-10/退回/张建国低保.xlsx", "/srv/街道/check/2026-10/退回/＊低保.xlsx"),
        ("/srv/街道/check/2026-10/退回/李秀英/表1.xlsx", "/srv/街道/check/2026-10/退回/＊/表1.xlsx"),
        ("C:\\街道\\inbox\\2026-10\\李秀英.xlsx", "C:\\街道\\inbox\\2026-10\\＊.xlsx"),
        ("下载/张建国.xlsx", "下载/＊.xlsx"),
        ("/tmp/Wang Xiuying.xlsx", "/tmp/＊.xlsx"),
        ("/srv/inbox旧/张建国", "/srv/inbox旧/张建国"),
        ("张建国.xlsx", "＊.xlsx"),
    ],
)
def test_a_path_is_shown_without_residents_wherever_an_office_names_files(path: str, shown: str) -> None:
    assert mask_path(path) == shown


def test_a_bank_card_in_a_label_is_told_by_its_check_digit() -> None:
    card = Canaries().bank("a label")
    other = f"{card[:-1]}{(int(card[-1]) + 1) % 10}"
    assert without_identifiers(f"流水{card}.xlsx") == "流水＊.xlsx"
    assert without_identifiers(f"流水{other}.xlsx") == f"流水{other}.xlsx"
