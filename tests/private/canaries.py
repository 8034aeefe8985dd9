"""A thousand residents' names, numbers and doors that stand nowhere else: who finds one has found a leak."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from stdnum.cn import ric

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


@dataclass
class Canaries:
    """Hands out each canary once and remembers where it was planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = iter(sorted((s + g for s, g in product(_SURNAMES, _GIVEN)), key=lambda name: name[::-1]))
        self._numbers = iter(range(1, 100_000))

    def name(self, where: str) -> str:
        return self._planted(next(self._names), where)

    def phone(self, where: str) -> str:
        return self._planted(f"138{next(self._numbers) * 7919 % 100_000_000:08d}", where)

    def card(self, where: str) -> str:
        number = next(self._numbers)
        body = f"42010619{40 + number % 50}0{1 + number % 9}{10 + number % 18}{number % 1000:03d}"
        return self._planted(body + ric.calc_check_digit(f"{body}0"), where)

    def bank(self, where: str) -> str:
        body = f"62220202{next(self._numbers) * 104_729 % 10_000_000:07d}"
        digits = [int(digit) for digit in body]
        total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::-2]) + sum(digits[-2::-2])
        return self._planted(f"{body}{-total % 10}", where)

    def door(self, where: str) -> str:
        number = next(self._numbers)
        return self._planted(f"{1 + number % 97}栋{1 + number % 5}单元{100 + number % 899}室", where)

    def _planted(self, canary: str, where: str) -> str:
        assert canary not in self.planted, f"{canary} twice"
        self.planted[canary] = where
        return canary
