"""Plain names: what a community worker would say aloud, such as 独居高龄老人·少参与·要助餐、助医.

At most three parts: who they are, how they take part, what they need; each only where it sets the segment apart. The
name says what most of a segment are and what it wants more than others, not what every one of them is or wants.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.tables import iter_rows
from needs_analytics.segments.contrast import FEWEST_KNOWN, segment_id
from needs_analytics.segments.residents import NEED

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence

LEAST_EFFECT = 0.3
"""Standard deviations from everyone's mean from which a trait may name a segment."""
MOST = 0.6
"""Share of a segment that an age word or a household word must be true of."""
MOSTLY_ONE_SEX = 0.8
HALF, MANY = 0.5, 0.25
"""Share of a segment that carries the group it is called by, and the group it is said to have many of."""
LONGEST, SLACK = 16, 2
"""Characters of a name, and how many more a name may have that says what a segment is first of all."""
NEEDS_NAMED = 2
LEAST_LIFT, MANY_TIMES = 1.25, 1.5
LEAST_NEED = 0.1

_LONG, _PLAIN = 6, 3
AGE_WORDS = ("very_old", "young", "middle", "old", "under_60")
"""The first that is true of most names the age."""
RATHER = {True: ("较年长", "rather older"), False: ("较年轻", "rather young")}
SPOKEN = {"未成年子女家长": "家长", "离退休人员": "退休人员", "在职职工": "职工", "电动自行车用户": "骑电动车者"}
"""Long names of groups as they are said."""
ACTS = {
    ("participation", -1): ("少参与", "takes little part"),
    ("participation", 1): ("常参与", "takes part often"),
    ("usage_frequency", -1): ("少用服务", "uses services little"),
    ("usage_frequency", 1): ("常用服务", "uses services often"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word in both languages and how strongly it sets a segment apart."""

    zh: str
    en: str
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """What there is to say of one segment, each list strongest first."""

    age: Word | None = None
    alone: Word | None = None
    kinds: tuple[Word, ...] = ()
    acts: tuple[Word, ...] = ()
    wants: tuple[Word, ...] = ()
    many: Word | None = None


def name_segments(
    k: int,
    traits: pd.DataFrame,
    rules: Sequence[tuple[str, str]] = (),
    *,
    kept: Mapping[int, tuple[str, str]] | None = None,
    taken: Collection[str] = (),
) -> pd.DataFrame:
    """Return ``segment, name, name_en``, no two alike.

    Parameters
    ----------
    k
        Number of segments.
    traits
        The table of :func:`needs_analytics.segments.contrast.tell_apart`.
    rules
        Names of readable segments; they say who, the needs are added.
    kept
        Names that segments have from an earlier month, by label.
    taken
        Names that no other may have.
    """
    known, used = kept or {}, set(taken)
    rows = []
    for label in range(k):
        own = traits[traits["segment"] == segment_id(label)]
        words = Words(wants=_wants(own)) if rules else _words(own)
        names = _rule_names(rules[label], words) if rules else _names(words)
        name, name_en = known.get(label) or next(pair for pair in names if pair[0] not in used)
        used.add(name)
        rows.append((segment_id(label), name, name_en))
    return pd.DataFrame(rows, columns=["segment", "name", "name_en"])


def _words(traits: pd.DataFrame) -> Words:
    more = traits[traits["effect"] >= LEAST_EFFECT]
    most = more[more["value"] >= MOST].set_index("feature")
    age = next((name for name in AGE_WORDS if f"age:{name}" in most.index), None)
    return Words(
        _word(most.loc[f"age:{age}"].to_dict()) if age else _rather(traits),
        _word(most.loc["home:alone"].to_dict()) if "home:alone" in most.index else None,
        _kinds(more),
        _acts(traits),
        _wants(traits),
        _many(more),
    )


def _rather(traits: pd.DataFrame) -> Word | None:
    """Return the direction of the ages where no age word is true of most."""
    effect = traits.loc[traits["feature"] == "age", "effect"].sum()
    return Word(*RATHER[effect > 0]) if abs(effect) >= LEAST_EFFECT else None


def _word(row: Mapping[Hashable, Any]) -> Word:
    return Word(SPOKEN.get(row["label"]) or _short(row["label"]), _inside(row["label_en"]), float(row["effect"]))


def _kinds(more: pd.DataFrame) -> tuple[Word, ...]:
    """Return the nouns: groups that half the segment carries and a large household, then a sex."""
    named = more["feature"].str.startswith("groups:") & (more["value"] >= HALF)
    named |= (more["feature"] == "home:large") & (more["value"] >= MOST)
    sexes = more["feature"].isin(["sex:男", "sex:女"]) & (more["value"] >= MOSTLY_ONE_SEX)
    rows = more[named & (more["n_yes"] >= FEWEST_KNOWN)]
    words = sorted((_word(row) for row in rows.to_dict("records")), key=lambda word: (-round(word.effect, 9), word.zh))
    return (*words, *(Word(f"{zh}性", en) for zh, en in iter_rows(more[sexes], "label", "label_en")))


def _acts(traits: pd.DataFrame) -> tuple[Word, ...]:
    rows = traits[traits["feature"].isin(["participation", "usage_frequency"])]
    rows = rows[rows["effect"].abs() >= LEAST_EFFECT]
    pairs = zip(rows["feature"], np.sign(rows["effect"]).astype(int), strict=True)
    return tuple(Word(*ACTS[pair]) for pair in pairs)


def _wants(traits: pd.DataFrame) -> tuple[Word, ...]:
    """Return the needs that clearly set the segment apart and that not only a few of it have."""
    rows = traits[traits["feature"].str.startswith(NEED) & traits["clear"] & (traits["lift"] >= LEAST_LIFT)]
    rows = rows[(rows["value"] >= LEAST_NEED) & (rows["n_yes"] >= FEWEST_KNOWN)]
    return tuple(_word(row) for row in rows.head(NEEDS_NAMED).to_dict("records"))


def _many(more: pd.DataFrame) -> Word | None:
    """Return the group that the segment has clearly more of than others, though not half of it carries it."""
    rows = more[more["feature"].str.startswith("groups:") & more["clear"] & (more["lift"] >= MANY_TIMES)]
    rows = rows[(rows["value"] >= MANY) & (rows["value"] < HALF) & (rows["n_yes"] >= FEWEST_KNOWN)]
    return _word(rows.iloc[0].to_dict()) if len(rows) else None


def _short(name: str) -> str:
    """Return a name up to its explanation or its second wording, of a long one what it names first.

    Examples
    --------
    >>> _short("助医（陪诊取药）"), _short("退役军人/优抚对象"), _short("老年大学与社区课程")
    ('助医', '退役军人', '老年大学')
    """
    short = re.split(r"[（(/]", name, maxsplit=1)[0]
    first = short.split("与", 1)[0]
    return first if len(short) > _LONG and len(first) >= _PLAIN else short


def _inside(text: str) -> str:
    """Return an English label as it stands inside a sentence.

    Examples
    --------
    >>> _inside("Parking"), _inside("TCM")
    ('parking', 'TCM')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _names(words: Words) -> Iterator[tuple[str, str]]:
    """Yield names, the plainest first; later ones say more, and the last are numbered. Short ones go before."""
    acts = [words.acts[:1], *([words.acts] if len(words.acts) > 1 else [])]
    homes = [words, replace(words, alone=None)] if words.alone and words.kinds else [words]
    offered = [
        [_fitted(_who(home, kind), act, words) for act in acts for home in homes] for kind in words.kinds or (None,)
    ]
    bare = [_fitted(_who(words, kind), (), words) for kind in words.kinds or (None,)]
    for names, briefly in zip(offered, bare, strict=True):
        yield from sorted((name for name in names if len(name[0]) <= LONGEST + SLACK),
                          key=lambda name: len(name[0]) > LONGEST)  # fmt: skip
        yield from [briefly] if words.kinds and len(briefly[0]) <= LONGEST + SLACK else []
    yield from (name for names in offered for name in names)
    name, name_en = offered[0][0]
    yield from ((f"{name}（{number}）", f"{name_en} ({number})") for number in count(2))


def _fitted(who: tuple[str, str], acts: tuple[Word, ...], words: Words) -> tuple[str, str]:
    """Put the parts together with as much of what they want as fits, at least the first."""
    zh, en = "、".join(word.zh for word in acts), [who[1], *(word.en for word in acts)]
    if not words.wants and words.many:
        return _joined(who[0], zh, f"多{words.many.zh}"), ", ".join([*en, f"many are {words.many.en}"])
    head, head_en = _joined(who[0], zh), ", ".join(en)
    more = [_finish(head, head_en, words.wants[:most]) for most in range(len(words.wants), 1, -1)]
    return next((name for name in more if len(name[0]) <= LONGEST), _finish(head, head_en, words.wants[:1]))


def _joined(*parts: str) -> str:
    return "·".join(part for part in parts if part)


def _rule_names(rule: tuple[str, str], words: Words) -> Iterator[tuple[str, str]]:
    yield _finish(*rule, words.wants)


def _who(words: Words, kind: Word | None) -> tuple[str, str]:
    """Put age, household and kind together: 独居高龄老人, 年轻在职职工, 中年女性."""
    age, alone = words.age, words.alone
    old = age is not None and age.zh in {"高龄", "老年"}
    noun, noun_en = (kind.zh, kind.en) if kind else ("老人" if old else "居民", "people" if old else "residents")
    said = noun.endswith("老人") and age is not None and age.zh == "老年"
    lives = alone is not None and "居" not in noun.removesuffix("居民") and "家" not in noun
    zh = ("独居" if lives else "") + (age.zh if age and not said else "") + noun
    parts = [age.en if age else "", noun_en, "living alone" if lives else ""]
    said_nothing = zh == "居民" and not (words.acts or words.wants or words.many)
    return ("一般居民", "residents in general") if said_nothing else (zh, " ".join(part for part in parts if part))


def _finish(name: str, name_en: str, wants: Sequence[Word]) -> tuple[str, str]:
    if not wants:
        return name, name_en
    wanted = "、".join(word.zh for word in wants)
    return f"{name}·要{wanted}", f"{name_en}; wants {', '.join(word.en for word in wants)}"
