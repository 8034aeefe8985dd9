"""A small survey as it should be read, and sheets that dress it as offices do: titles, merges, notes, totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.grids import cells

if TYPE_CHECKING:
    from random import Random

    from needs_analytics.core.records import Sheet

NEEDS = {"助餐": "ELD01", "助浴": "ELD02", "助医": "ELD03"}
COMMUNITIES = ("和平社区", "光明社区")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
Cells = list[list[object]]


@dataclass(frozen=True)
class Person:
    """One resident, told apart by an age nobody else has."""

    name: str
    sex: str
    age: int
    community: str
    needs: frozenset[str]


@dataclass
class Dress:
    """A sheet in the making: rows, merged ranges as zero-based corners."""

    rows: Cells
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def down(self, lines: int) -> None:
        self.merged = [(top + lines, left, bottom + lines, right) for top, left, bottom, right in self.merged]

    def right(self, columns: int) -> None:
        self.rows = [[*[""] * columns, *row] for row in self.rows]
        self.merged = [(top, left + columns, bottom, right + columns) for top, left, bottom, right in self.merged]


def people(random: Random, number: int) -> list[Person]:
    """Draw residents; every need is wanted by somebody and not by somebody else, and one cell names two."""
    ages = random.sample(range(20, 95), number)
    drawn = [frozenset(need for need in NEEDS if random.random() < 0.4) for _ in ages]
    drawn[:3] = [frozenset({"助餐", "助浴"}), frozenset({"助医"}), frozenset({"助医", "助餐"})]
    drawn[-3:] = [frozenset({"助浴"}), frozenset({"助医"}), frozenset({"助餐", "助医"})]
    return [
        Person(
            SURNAMES[place % 20] + random.choice("建国秀英红芳伟强"),
            random.choice("男女"),
            age,
            COMMUNITIES[place * 2 // number],
            needs,
        )
        for place, (age, needs) in enumerate(zip(ages, drawn, strict=True))
    ]


def told(persons: list[Person]) -> dict[int, tuple[str, str, frozenset[str]]]:
    """Return what a reading must say: age to sex, community and needs."""
    return {
        person.age: (person.sex, person.community, frozenset(NEEDS[need] for need in person.needs))
        for person in persons
    }


def dressed(persons: list[Person], random: Random) -> list[Sheet]:
    """Write the residents as an office might: each layout at random, all of them readable without being told."""
    if random.random() < 0.2:
        parts = [[person for person in persons if person.community == name] for name in COMMUNITIES]
        return [_sheet(part, random, name) for part, name in zip(parts, COMMUNITIES, strict=True)]
    return [_sheet(persons, random, random.choice(["Sheet1", "走访", "10月", "汇总表"]))]


def _sheet(persons: list[Person], random: Random, name: str) -> Sheet:
    by_ticks, with_community = random.random() < 0.5, name not in COMMUNITIES or random.random() < 0.3
    dress = _table(persons, random, by_ticks=by_ticks, with_community=with_community)
    width = max(map(len, dress.rows))
    _below(dress, persons, random, width, by_ticks=by_ticks)
    _beside(dress, random, width)
    _above(dress, random, width)
    dress.right(random.choice([0, 0, 0, 1, 2]))
    ranges = [f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}" for top, left, bottom, right in dress.merged]
    return cells(dress.rows, name=name, merged=ranges)


def _table(persons: list[Person], random: Random, *, by_ticks: bool, with_community: bool) -> Dress:
    serial, phone, remark = (random.random() < 0.5 for _ in range(3))
    who = ["序号"] * serial + ["社区"] * with_community + ["姓名", "性别", "年龄"] + ["联系电话"] * phone
    needs = list(NEEDS) if by_ticks else [random.choice(["您需要哪些服务", "服务需求（可多选）", "需求情况"])]
    tail = ["备注"] * remark
    levels = random.choice([1, 2, 3]) if by_ticks else random.choice([1, 2])
    head, merged = _header(who, needs, tail, levels, random)
    mark, mark_between = random.choice(["√", "是", "1", "✓"]), random.choice(["、", "，", "；", "\n", " ", "/"])
    rows: Cells = []
    for place, person in enumerate(persons):
        row: list[object] = [float(place + 1)] * serial + [person.community] * with_community
        row += [_spaced(person.name, random), person.sex, _age(person.age, random)]
        row += [f"138{place:08d}"] * phone
        wanted = [need for need in NEEDS if need in person.needs]
        row += [mark if need in wanted else "" for need in NEEDS] if by_ticks else [mark_between.join(wanted)]
        rows.append(row + [random.choice(["", "", "耳背", "子女在外"])] * remark)
    dress = Dress([*head, *rows], merged)
    if with_community and random.random() < 0.3:
        _merge_communities(dress, persons, len(head), int(serial))
    elif random.random() < 0.3:
        _print_header_again(dress, head, len(head), random)
    return dress


def _header(
    who: list[str], needs: list[str], tail: list[str], levels: int, random: Random
) -> tuple[Cells, list[tuple[int, int, int, int]]]:
    flat = [*who, *needs, *tail]
    if levels == 1:
        return [list(flat)], []
    first, last, end = len(who), len(who) + len(needs) - 1, len(flat)
    block = random.choice(["基本情况", "家庭情况", "人员信息"]) if random.random() < 0.5 else ""
    top: list[object] = [""] * end
    lower: list[object] = list(flat)
    merged = []
    plain = [*range(last + 1, end)] + ([] if block else [*range(first)])
    for column in plain:
        top[column], lower[column] = flat[column], ""
        merged.append((0, column, levels - 1, column))
    if block:
        top[0] = block
        merged.append((0, 0, levels - 2, first - 1))
    top[first] = random.choice(["需求情况", "服务需求", "您需要哪些服务"])
    merged.append((0, first, levels - 2 if levels == 2 else 0, last))
    if levels == 2:
        return [top, lower], [area for area in merged if area[0] != area[2] or area[1] != area[3]]
    middle: list[object] = [""] * end
    middle[first] = "养老服务"
    merged.append((1, first, 1, last))
    return [top, middle, lower], [area for area in merged if area[0] != area[2] or area[1] != area[3]]


def _merge_communities(dress: Dress, persons: list[Person], head: int, column: int) -> None:
    for community in COMMUNITIES:
        own = [place for place, person in enumerate(persons) if person.community == community]
        for place in own[1:]:
            dress.rows[head + place][column] = ""
        if len(own) > 1:
            dress.merged.append((head + own[0], column, head + own[-1], column))


def _print_header_again(dress: Dress, head: Cells, height: int, random: Random) -> None:
    place = random.randrange(height + 2, len(dress.rows))
    title = [["居民服务需求登记表（续）"]] * (random.random() < 0.5)
    again = [area for area in dress.merged if area[2] < height]
    dress.rows[place:place] = [*title, *[list(row) for row in head]]
    start = place + len(title)
    dress.merged += [(top + start, left, bottom + start, right) for top, left, bottom, right in again]


def _below(dress: Dress, persons: list[Person], random: Random, width: int, *, by_ticks: bool) -> None:
    counts = {need: sum(need in person.needs for person in persons) for need in NEEDS}
    if by_ticks and random.random() < 0.5:
        header = next(row for row in reversed(dress.rows) if "助餐" in row and "助浴" in row)
        start = header.index("助餐")
        total: list[object] = [""] * width
        total[0] = random.choice(["合计", "总计", "小计", "合 计"])
        total[start : start + 3] = [float(count) for count in counts.values()]
        dress.rows.append(total)
    if random.random() < 0.3:
        dress.rows += [[""] for _ in range(random.choice([0, 1, 2]))]
        strokes = [[need, "正" * (count // 5) + "一" * bool(count % 5), float(count)] for need, count in counts.items()]
        dress.rows += [["需求", "正字", "票数"], *strokes]
    if random.random() < 0.5:
        dress.rows += [[""] for _ in range(random.choice([0, 1, 2]))]
        dress.rows.append(
            random.choice([
                ["填表人：李主任", "", "审核人：王书记"],
                ["制表：社区居委会", "", "2026年10月28日"],
                ["说明：没有需求的不用填。"],
                ["备注：空着的是没有需求"],
            ])
        )  # fmt: skip


def _beside(dress: Dress, random: Random, width: int) -> None:
    if random.random() > 0.15:
        return
    tally: Cells = [["需求项目", "人数"], *[[need, float(5 + place)] for place, need in enumerate(NEEDS)]]
    start = next(place for place, row in enumerate(dress.rows) if "姓名" in row)
    for row, extra in zip(dress.rows[start:], tally, strict=False):
        row[:] = [*row, *[""] * (width - len(row) + 1), *extra]


def _above(dress: Dress, random: Random, width: int) -> None:
    lines: Cells = []
    if random.random() < 0.7:
        lines.append(
            [random.choice(["2026年10月居民服务需求摸底登记表", "入户走访情况统计表", "幸福街道民生服务需求台账"])]
        )
    if random.random() < 0.4:
        lines.append(["填报单位：幸福街道办事处", "", "", "填报日期：2026年10月28日", "单位：人"])
    if lines and random.random() < 0.3:
        lines.append([""])
    dress.rows = [*lines, *dress.rows]
    dress.down(len(lines))
    if lines and random.random() < 0.6:
        dress.merged.append((0, 0, 0, width - 1))


def _spaced(name: str, random: Random) -> str:
    return random.choice([name, name, f"{name[0]} {name[1:]}", f"{name}\u3000", f"\ufeff{name}\u200b"])


def _age(age: int, random: Random) -> object:
    return random.choice([float(age), float(age), f"{age}岁", str(age), f"{age}周岁"])


def _letters(column: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]
