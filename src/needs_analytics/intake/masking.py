"""Free text leaves intake without identifiers: ID, bank card, phone, address, names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBERS = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?\d(?:[ -]?\d){6,18}[xX]?(?!\d)")
_ADDRESS = re.compile(
    r"\d{1,4}\s*(?:号楼|栋|幢|座|弄|组团)\s*(?:\d{1,3}\s*(?:单元|门))?\s*(?:\d{2,4}\s*(?:室|号|房)?)?"
    r"|\d{1,3}-\d{1,3}-\d{2,4}|\d{2,4}\s*室"
)
_TITLES = (
    "先生|女士|小姐|大爷|大妈|大叔|大娘|大哥|大姐|阿姨|奶奶|爷爷|叔叔|婆婆|伯伯|老师|师傅|同志"
    "|医生|书记|主任|经理|网格员"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹"
    "孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚"
    "符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗"
)
_TITLED = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?={_TITLES})")
_INTRODUCED = re.compile(
    rf"((?:姓名|我叫|我是|本人|联系人|户主|名叫|叫做|找)\s*[:：是为]?\s*)([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
)
_FULL_NAME = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff*＊某]{{1,2}}")
_MOSTLY_NAMES = 0.6
_LONG_NUMBER = re.compile(r"\d{11,}[xX]?")
MASK = "＊"


def looks_like_names(texts: Iterable[str]) -> bool:
    """Whether most of a column's distinct texts look like personal names (surname and one or two characters)."""
    given = [text for text in (plain(text).replace(" ", "") for text in texts) if text]
    return bool(given) and sum(bool(_FULL_NAME.fullmatch(text)) for text in given) >= _MOSTLY_NAMES * len(given)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names of residents that are masked wherever they occur, and the characters they begin with."""

    names: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> KnownNames:
        """Return the names ready to be looked for."""
        known = frozenset(names)
        return cls(known, frozenset(name[0] for name in known))

    def are_in(self, text: str) -> bool:
        """Whether a text holds one of them."""
        return _without_names(text, self) != text


NOBODY = KnownNames()


def mask_texts(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return each text with everything that could tell a resident replaced by ``＊``.

    Parameters
    ----------
    names
        Names seen in any name column of the month; they are masked wherever they occur.
    """
    return {text: text if text == MASK else _masked(plain(text), names) for text in texts}


def as_shown(text: str) -> str:
    """Return a wording as the dictionary that goes out shows it, ready to be compared."""
    return key(_masked(plain(text), NOBODY))


def without_names(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return each date, age or figure without known names and numbers as long as a phone's or a card's."""
    return {text: _without_names(_LONG_NUMBER.sub(MASK, text), names) for text in texts}


def _masked(text: str, names: KnownNames) -> str:
    text = _ADDRESS.sub(MASK, _NUMBERS.sub(MASK, text))
    text = _INTRODUCED.sub(rf"\1{MASK}", text)
    text = _TITLED.sub(MASK, text)
    return _without_names(text, names)


def _without_names(text: str, names: KnownNames) -> str:
    """Replace known names, longest first, by looking up the text's own pieces; most texts hold no name's start."""
    if names.starts.isdisjoint(text):
        return text
    for length in (4, 3, 2):
        position = 0
        while position + length <= len(text):
            if text[position : position + length] in names.names:
                text = text[:position] + MASK + text[position + length :]
            position += 1
    return text
