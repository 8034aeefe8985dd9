"""Second answers of residents of the town, their identifiers copied by hand: what was typed wrong is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.samples import Snapshot

HEADER = ("姓名", "身份证号", "联系电话", "性别", "年龄", "社区", "住址", "您需要哪些服务？（可多选）")
_HOMOPHONES = dict(zip("英建秀丽军国华芳平红玲志文明金桂", "瑛健琇莉钧帼桦方萍宏铃智雯铭锦贵", strict=True))
SLIPS = ("phone digit", "phone swapped", "phone short", "phone masked", "card digit", "card swapped", "card masked",
         "name alike", "given name", "card left out", "nothing")  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """Two sheets of answers, the resident behind each row, and the slip of each second answer."""

    first: list[list[object]]
    second: list[list[object]]
    first_person: list[int]
    second_person: list[int]
    slips: list[str]


def plant(snapshot: Snapshot, *, answers: int = 4000, again: int = 600, seed: int = 5) -> Planted:
    """Let adults answer; some answer again in another office's sheet with a slip, among 600 who never did before.

    Old couples share one phone; half of all give their ID card.
    """
    rng = np.random.default_rng(seed)
    people = snapshot.people[snapshot.adults]
    couple = people["role"].isin(["elder_m", "elder_f"])
    people = people.assign(
        phone=people["phone"].where(~couple, people.groupby("household")["phone"].transform("first")),
        address=[f"{place}{home // 60 + 1}号楼{home % 60 + 101}室"
                 for place, home in zip(people["community"], people["household"], strict=True)],
    )  # fmt: skip
    chosen = people.iloc[rng.choice(len(people), answers + 600, replace=False)]
    repeats = chosen.iloc[:again]
    slips = [SLIPS[number % len(SLIPS)] for number in range(again)]
    told = [*slips, *[""] * (answers - again)]
    first = [_row(person, rng, card=slip.startswith("card") or rng.random() < 0.5)
             for (_, person), slip in zip(chosen.iloc[:answers].iterrows(), told, strict=True)]  # fmt: skip
    second = [_slipped(person, slip, rng) for (_, person), slip in zip(repeats.iterrows(), slips, strict=True)]
    second += [_row(person, rng, card=rng.random() < 0.5) for _, person in chosen.iloc[answers:].iterrows()]
    return Planted(first, second, chosen.index[:answers].tolist(), [*repeats.index, *chosen.index[answers:]], slips)


def _row(person: pd.Series, rng: np.random.Generator, *, card: bool) -> list[object]:
    number = person["id_card"] if card else ""
    return [person["name"], number, person["phone"], person["sex"], float(person["age"]), person["community"], "",
            str(rng.choice(["助餐", "助浴", "助餐、助浴"]))]  # fmt: skip


def _slipped(person: pd.Series, slip: str, rng: np.random.Generator) -> list[object]:
    row = _row(person, rng, card=slip.startswith("card"))
    row[4] = float(person["age"] + rng.integers(0, 2))
    kind, _, how = slip.partition(" ")
    column = {"card": 1, "phone": 2}.get(kind, 0)
    if slip == "card left out":
        row[1] = ""
    elif kind in {"card", "phone"}:
        row[column] = _mistyped(str(row[column]), how, rng)
        row[2] = row[2] if kind == "phone" else ""
    elif slip == "name alike":
        row[0] = "".join(_HOMOPHONES.get(character, character) for character in str(row[0]))
    elif slip == "given name":
        row[0] = str(row[0])[1:] if len(str(row[0])) == 3 else row[0]
    return row


def _mistyped(number: str, how: str, rng: np.random.Generator) -> str:
    if how == "masked":
        return (
            number[:3] + "*" * (len(number) - 7) + number[-4:]
            if len(number) < 15
            else number[:10] + "****" + number[14:]
        )
    at = int(rng.integers(3, len(number) - 2))
    if how == "short":
        return number[:at] + number[at + 1 :]
    if how == "swapped":
        at = next(
            (place for place in [*range(at, len(number) - 2), *range(3, at)] if number[place] != number[place + 1]), at
        )
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + str((int(number[at]) + int(rng.integers(1, 10))) % 10) + number[at + 1 :]
