"""A thousand residents' names, numbers and doors that stand nowhere else: who finds one has found a leak."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, cycle, product
from typing import TYPE_CHECKING

from stdnum.cn import ric

if TYPE_CHECKING:
    from collections.abc import Iterator

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭罗梁"
_GIVEN = (
    "桂芬",
    "秀兰",
    "建国",
    "玉珍",
    "志强",
    "海燕",
    "凤英",
    "德胜",
    "淑华",
    "国栋",
    "晓红",
    "永福",
    "翠莲",
    "俊杰",
    "雪琴",
    "长根",
    "金娣",
    "耀祖",
    "思琪",
    "子豪",
    "美娟",
    "卫东",
    "春梅",
    "文博",
    "小妹",
    "正义",
)

_SHORT = "钰婕琪颖婧敏磊鹏刚燕霞蓉薇妍"
_COMPOUND = ("欧阳", "司马", "诸葛", "上官", "慕容", "令狐", "皇甫", "司徒")
_FIRST = ("阿依古丽", "古丽娜尔", "努尔古丽", "艾合买提", "帕提古丽", "阿不都", "玛依拉", "哈力木", "扎西", "次仁")
_SECOND = ("买买提", "艾山", "吐尔逊", "库尔班", "卡德尔", "热合曼", "达瓦", "多吉", "玉素甫", "司马义")
_FAMILY = ("Wang", "Zhang", "Liu", "Chen", "Zhao", "Huang", "Zhou", "Xu", "Sun", "Gao", "Lin", "Guo")
_OWN = ("Xiuying", "Guifen", "Jianguo", "Yuzhen", "Zhiqiang", "Haiyan", "Fengying", "Desheng", "Xiaohong", "Cuilian")
_PHONES = (
    "{}{}{}", "{}-{}-{}", "{} {} {}", "{}/{}/{}", "{}.{}.{}", "{} - {} - {}", "({}){}{}", "+86 {}{}{}", "+86-{}-{}-{}",
    "0086{}{}{}", "{}—{}—{}", "{}，{}，{}", "{}、{}、{}", "{}*{}*{}",
)  # fmt: skip
_DOORS = (
    "{0}栋{1}单元{2}室", "{0}号楼{1}单元{2}室", "{0}-{1}-{2}", "{0}幢{1}单元{2}", "{0}#{1}单元{2}", "{0}座{2}室",
    "{3}号楼{4}单元{5}", "{3}栋{4}单元{5}室",
)  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_FIGURES = "〇一二三四五六七八九"


def _names() -> Iterator[str]:
    """Yield names as offices write them: of two to four characters, with spaces or a dot, in Latin letters."""
    plain = iter(sorted((s + g for s, g in product(_SURNAMES, _GIVEN)), key=lambda name: name[::-1]))
    short = iter(sorted((s + g for s, g in product(_SURNAMES, _SHORT)), key=lambda name: name[::-1]))
    long = (family + given for given in _GIVEN for family in _COMPOUND)
    single = (family + given for given in _SHORT for family in _COMPOUND)
    dotted = (first + "·" + second for first, second in product(_FIRST, _SECOND))
    latin = (f"{family} {given}" for given in _OWN for family in _FAMILY)
    for way in cycle(range(14)):
        name = next((short, long, single, dotted, latin, latin)[way - 8] if way > 7 else plain)
        spaced = {5: " ".join(name), 6: "　".join(name), 7: f"{name[0]}　{name[1:]}"}
        yield name.upper() if way == 13 else spaced.get(way, name)


def _written(figure: int) -> str:
    """Return a figure below a hundred as it is spoken: 二十三."""
    tens, ones = divmod(figure, 10)
    return ("" if tens < 2 else _FIGURES[tens]) + ("十" if tens else "") + (_FIGURES[ones] if ones else "")


@dataclass
class Canaries:
    """Hands out each canary once and remembers where it was planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = _names()
        self._numbers = count(1)

    def name(self, where: str) -> str:
        return self._planted(next(self._names), where)

    def phone(self, where: str, *, ways: int = len(_PHONES)) -> str:
        """Return a mobile number in one of some ways to write it, or a landline."""
        number = next(self._numbers)
        digits = f"138{number * 7919 % 100_000_000:08d}"
        if number % 13 == 0:
            return self._planted(f"021-6{digits[4:]}", where)
        told = _PHONES[number % ways].format(digits[:3], digits[3:7], digits[7:])
        return self._planted(told.translate(_FULL_WIDTH) if number % 6 == 0 else told, where)

    def card(self, where: str) -> str:
        number = next(self._numbers)
        body = f"42010619{40 + number % 50}0{1 + number % 9}{10 + number % 18}{number % 1000:03d}"
        whole = body + ric.calc_check_digit(f"{body}0")
        ways = (whole, whole.lower(), whole.translate(_FULL_WIDTH), f"{whole[:6]} {whole[6:14]} {whole[14:]}")
        return self._planted((*ways, f"{whole[:6]} {whole[6:10]} {whole[10:14]} {whole[14:]}")[number % 5], where)

    def bank(self, where: str) -> str:
        body = f"62220202{next(self._numbers) * 104_729 % 10_000_000:07d}"
        digits = [int(digit) for digit in body]
        total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::-2]) + sum(digits[-2::-2])
        whole = f"{body}{-total % 10}"
        return self._planted(" ".join(whole[at : at + 4] for at in range(0, 16, 4)) if total % 2 else whole, where)

    def door(self, where: str) -> str:
        number = next(self._numbers)
        block, stair, room = 1 + number % 97, 1 + number % 5, 100 + number % 899
        spoken = (_written(block), _FIGURES[stair], "".join(_FIGURES[int(digit)] for digit in str(room)))
        return self._planted(_DOORS[number % len(_DOORS)].format(block, stair, room, *spoken), where)

    def account(self, where: str) -> str:
        number = next(self._numbers)
        return self._planted(
            (f"wxid_q{number}z", f"xiuying{number}@example.com", f"沪A{10_000 + number}")[number % 3], where
        )

    def _planted(self, canary: str, where: str) -> str:
        assert canary not in self.planted, f"{canary} twice"
        self.planted[canary] = where
        return canary
