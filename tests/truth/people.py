"""Second answers of residents of the town in another office's book: whose rows they are is known, and every slip.

Rates of slips are what hand-kept books show and were fixed before anything was measured: about one hand-keyed cell in
a hundred is wrong (Barchard & Pace 2011), two to five in a hundred of demographic fields (Goldberg et al. 2008); ages
are counted as 虚岁 by one in seven and birthdays told by the moon by one in twenty of those born before 1970; platforms
mask numbers; a visitor without the resident's number writes his own. Both answers slip, each by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from stdnum.cn import ric

if TYPE_CHECKING:
    from needs_analytics.samples import Snapshot

HEADER = ("姓名", "身份证号", "联系电话", "性别", "年龄", "出生日期", "社区", "住址", "您需要哪些服务？（可多选）")
GIVEN = {"name": 0.95, "card": 0.35, "phone": 0.85, "sex": 0.95, "age": 0.9, "birth": 0.5, "place": 0.97, "door": 0.6}
"""How often a row gives a field at all."""
SLIPS = {
    "name": {"alike": 0.015, "title": 0.03, "given": 0.01, "slip": 0.005},
    "card": {"digit": 0.01, "swapped": 0.003, "masked": 0.1},
    "phone": {"digit": 0.01, "swapped": 0.003, "short": 0.003, "masked": 0.03, "clerk": 0.05},
    "sex": {"other": 0.005},
    "age": {"nominal": 0.15, "guessed": 0.02, "band": 0.1},
    "birth": {"digit": 0.01, "january": 0.03, "lunar": 0.05},
    "door": {"building": 0.1},
}
"""How often what is given is so."""
_HOMOPHONES = dict(zip("英建秀丽军国华芳平红玲志文明金桂", "瑛健琇莉钧帼桦方萍宏铃智雯铭锦贵", strict=True))
_TITLES = {"男": ("先生", "大爷", "师傅", "大哥"), "女": ("女士", "阿姨", "大妈", "大姐")}
_DOORS = ("{0}小区{1}号楼{2}单元{3}室", "{0}{1}-{2}-{3}", "{1}号楼{2}单元{3}", "{1}栋{2}单元{3}室", "{0}小区{1}幢{3}室")
_CLERKS, _FAMILIES, _HOMES, _NAMESAKES, _TWINS = 5, 0.2, 0.03, 60, 40
"""Visitors who write their own number; families with one phone; elders in a home; pairs of strangers with one name and
birthday, and of twins."""


@dataclass(frozen=True)
class Planted:
    """Two sheets of answers, the resident behind each row, and what is wrong in each resident's pair of answers.

    ``told`` says whether both answers of a pair give a name, be it mistyped (王阿姨 is none), and one more
    identifier in common that is the resident's own; ``namesakes`` and ``twins`` are pairs of different residents, by
    their rows.
    """

    first: list[list[object]]
    second: list[list[object]]
    first_person: list[int]
    second_person: list[int]
    slips: list[frozenset[str]]
    told: list[bool]
    namesakes: list[tuple[int, int]]
    twins: list[tuple[int, int]]


def plant(snapshot: Snapshot, *, answers: int = 4000, again: int = 600, seed: int = 5) -> Planted:
    """Let adults answer; some answer again in another office's sheet, among 600 who never did before."""
    rng = np.random.default_rng(seed)
    people = _housed(snapshot.people[snapshot.adults], rng)
    order = rng.permutation(people.index)
    ones, others = order[again : again + _NAMESAKES + _TWINS], order[answers : answers + _NAMESAKES + _TWINS]
    people = _called_alike(people, ones, others, rng)
    chosen = people.loc[order[: answers + 600]]
    clerks = [f"154{number:08d}" for number in rng.integers(0, 10**8, _CLERKS)]
    rows = [_row(person, clerks, rng) for person in chosen.to_dict("records")]
    second = [_row(person, clerks, rng) for person in chosen.iloc[:again].to_dict("records")] + rows[answers:]
    pairs = list(zip(rows[:again], second[:again], strict=True))
    alike = [(again + number, again + number) for number in range(_NAMESAKES + _TWINS)]
    return Planted(
        [row for row, _, _ in rows[:answers]],
        [row for row, _, _ in second],
        chosen.index[:answers].tolist(),
        [*chosen.index[:again], *chosen.index[answers:]],
        [one | other for (_, one, _), (_, other, _) in pairs],
        [{"name"} < own & again_own for (_, _, own), (_, _, again_own) in pairs],
        alike[:_NAMESAKES],
        alike[_NAMESAKES:],
    )


def _housed(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give everybody a door, old couples and some families one phone, and some elders a home with one door for all."""
    shares = people["role"].isin(["elder_m", "elder_f"]) | (people["household"] % 100 < 100 * _FAMILIES)
    home = people["role"].eq("elder") & (rng.random(len(people)) < _HOMES)
    doors = [(place.removesuffix("社区"), at // 60 + 1, at % 3 + 1, f"{at % 6 + 1}0{at % 4 + 1}")
             for place, at in zip(people["community"], people["household"], strict=True)]  # fmt: skip
    return people.assign(
        phone=people["phone"].where(~shares, people.groupby("household")["phone"].transform("first")),
        door=pd.Series(doors, index=people.index, dtype=object),
        home=home,
    )


def _called_alike(people: pd.DataFrame, ones: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Give pairs of residents one name and birthday, or make them twins of one household and phone."""
    people = people.copy()
    for number, (one, other) in enumerate(zip(ones, others, strict=True)):
        model = people.loc[one]
        shared = ["sex", "birth", "age", "name"]
        if number >= _NAMESAKES:
            shared += ["surname", "community", "door", "phone"]
        for column in shared:
            people.loc[other, column] = model[column]
        front = model["id_card"][:14] + f"{rng.integers(0, 500) * 2 + (model['sex'] == '男'):03d}"
        people.loc[other, "id_card"] = front + ric.calc_check_digit(f"{front}0")
        if number >= _NAMESAKES:
            last = str(rng.choice([c for c in "华平军文明" if c != model["name"][-1]]))
            people.loc[other, "name"] = model["name"][:-1] + last
    return people


def _row(person: dict[str, object], clerks: list[str], rng: np.random.Generator) -> tuple[
    list[object], frozenset[str], frozenset[str]
]:  # fmt: skip
    """Return a row, the slips in it, and which identifiers in it are the resident's own."""
    values: dict[str, object] = dict.fromkeys(GIVEN, "")
    slips, own = set(), set()
    for field, often in GIVEN.items():
        if rng.random() >= often:
            continue
        kinds = SLIPS.get(field, {})
        slip = str(rng.choice(["", *kinds], p=[1 - sum(kinds.values()), *kinds.values()]))
        values[field] = _VALUES[field](person, slip, rng, clerks)
        if slip:
            slips.add(f"{field} {slip}")
        if field in {"name", "card", "phone", "birth", "door"} and slip not in {
            "title",
            "clerk",
            "january",
            "building",
        }:
            own.add(field)
    if person["home"]:
        own.discard("door")
    need = str(rng.choice(["助餐", "助浴", "助餐、助浴"]))
    columns = ("name", "card", "phone", "sex", "age", "birth", "place", "door")
    return [*(values[field] for field in columns), need], frozenset(slips), frozenset(own)


def _name(person: dict[str, object], slip: str, rng: np.random.Generator, _: list[str]) -> object:
    name = str(person["name"])
    if slip == "alike":
        return "".join(_HOMOPHONES.get(character, character) for character in name)
    if slip == "title":
        return name[0] + str(rng.choice(_TITLES[str(person["sex"])]))
    if slip == "given" and len(name) == 3:
        return name[1:]
    return name[:-1] + str(rng.choice([*"兰珍生林清"])) if slip == "slip" else name


def _number(person: dict[str, object], slip: str, rng: np.random.Generator, clerks: list[str], field: str) -> object:
    number = str(rng.choice(clerks)) if slip == "clerk" else str(person[field])
    return number if slip in {"", "clerk"} else _mistyped(number, slip, rng)


def _age(person: dict[str, object], slip: str, rng: np.random.Generator, _: list[str]) -> object:
    if slip == "band":
        decade = int(float(person["age"])) // 10 * 10  # type: ignore[arg-type]
        return f"{decade}-{decade + 9}岁"
    return float(person["age"]) + {"": 0, "nominal": 1, "guessed": int(rng.choice([-3, -2, 2, 3]))}[slip]  # type: ignore[arg-type]


def _birth(person: dict[str, object], slip: str, rng: np.random.Generator, _: list[str]) -> object:
    born = pd.Timestamp(str(person["birth"]))
    if slip == "lunar" and born.year < 1970:
        born -= pd.Timedelta(days=int(rng.integers(20, 51)))
    if slip == "digit":
        born = born.replace(day=(born.day + int(rng.integers(1, 9)) - 1) % 9 + 1)
    return f"{born.year}-01-01" if slip == "january" else f"{born:%Y-%m-%d}"


def _door(person: dict[str, object], slip: str, rng: np.random.Generator, _: list[str]) -> object:
    place, building, unit, room = person["door"]  # type: ignore[misc]
    if person["home"]:
        return f"{place}路12号幸福养老院"
    if slip == "building":
        return f"{place}小区{building}号楼"
    return str(rng.choice(_DOORS)).format(place, building, unit, room)


def _sex(person: dict[str, object], slip: str, _: np.random.Generator, __: list[str]) -> object:
    return {"男": "女", "女": "男"}[str(person["sex"])] if slip else person["sex"]


_VALUES = {
    "name": _name,
    "card": lambda *told: _number(*told, "id_card"),
    "phone": lambda *told: _number(*told, "phone"),
    "sex": _sex,
    "age": _age,
    "birth": _birth,
    "place": lambda person, *_: person["community"],
    "door": _door,
}


def _mistyped(number: str, how: str, rng: np.random.Generator) -> str:
    if how == "masked":
        seen = (10, 14) if len(number) > 15 else (3, 7)
        return number[: seen[0]] + "*" * (seen[1] - seen[0]) + number[seen[1] :]
    at = int(rng.integers(3, len(number) - 2))
    if how == "short":
        return number[:at] + number[at + 1 :]
    if how == "swapped":
        at = next((at for at in [*range(at, len(number) - 2), *range(3, at)] if number[at] != number[at + 1]), at)
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + str((int(number[at]) + int(rng.integers(1, 10))) % 10) + number[at + 1 :]
