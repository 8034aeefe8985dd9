"""Plain names: what a community worker would say aloud, such as 独居高龄老人·少参与·要助餐、助医.

At most three parts: who they are, how they take part, what they need; each only where it sets the segment apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.segments.profile import FEWEST_KNOWN, Members, contrast, segment_id
from needs_analytics.segments.residents import NEED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.segments.moments import Bools, Floats

LEAST_EFFECT = 0.3
"""Standard deviations from everyone's mean from which a trait may name a segment."""
MOST = 0.6
"""Share of a segment that an age word or a household word must be true of."""
MOSTLY_ONE_SEX = 0.8
LONGEST = 16
"""Characters of a name before its needs."""
NEEDS_NAMED = 2
LEAST_LIFT = 1.25
LEAST_NEED = 0.2

AGES = (
    ("高龄", "very old", 80.0, np.inf),
    ("年轻", "young", 0.0, 35.0),
    ("中年", "middle-aged", 35.0, 60.0),
    ("老年", "older", 60.0, np.inf),
    ("中青年", "under-60", 0.0, 60.0),
)
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
    needs: tuple[Word, ...] = ()


def name_segments(
    members: Members, traits: pd.DataFrame, codebook: Codebook, rules: Sequence[tuple[str, str]] = ()
) -> pd.DataFrame:
    """Return ``segment, name, name_en``, no two alike.

    Parameters
    ----------
    members, traits
        Who stands where, and the table of :func:`needs_analytics.segments.profile.tell_apart`.
    codebook
        Names of groups and needs.
    rules
        Names of readable segments; they say who, the needs are added.
    """
    taken: set[str] = set()
    rows = []
    for label in range(members.k):
        own = traits[traits["segment"] == segment_id(label)]
        words = Words(needs=_needs(own, codebook)) if rules else _words(members, label, own, codebook)
        names = _rule_names(rules[label], words) if rules else _names(words)
        name, name_en = next(pair for pair in names if pair[0] not in taken)
        taken.add(name)
        rows.append((segment_id(label), name, name_en))
    return pd.DataFrame(rows, columns=["segment", "name", "name_en"])


def _words(members: Members, label: int, traits: pd.DataFrame, codebook: Codebook) -> Words:
    inside = members.labels == label
    age, home = _column(members, "age"), _column(members, "household_size")
    alone = _true_of(_flag(home, home == 1), inside, members.weights, MOST)
    return Words(
        _age(age, inside, members.weights),
        Word("独居", "living alone", alone) if alone else None,
        _kinds(members, inside, traits, codebook),
        _acts(traits),
        _needs(traits, codebook),
    )


def _column(members: Members, name: str) -> Floats:
    return members.answers[name].to_numpy() if name in members.answers else np.full(len(members.labels), np.nan)


def _flag(values: Floats, yes: Bools) -> Floats:
    return np.where(np.isnan(values), np.nan, yes.astype(float))


def _true_of(flag: Floats, inside: Bools, weights: Floats, least: float) -> float:
    """Return the effect of something true of most of a segment and of fewer elsewhere, else 0."""
    share, _, effect = contrast(flag, inside, weights)
    return effect if share >= least and effect >= LEAST_EFFECT else 0.0


def _age(age: Floats, inside: Bools, weights: Floats) -> Word | None:
    """Return the first age word that is true of most of the segment and sets it apart."""
    for zh, en, start, end in AGES:
        effect = _true_of(_flag(age, (age >= start) & (age < end)), inside, weights, MOST)
        if effect:
            return Word(zh, en, effect)
    return None


def _kinds(members: Members, inside: Bools, traits: pd.DataFrame, codebook: Codebook) -> tuple[Word, ...]:
    """Return the nouns: groups that half the segment carries, a large household, a sex."""
    rows = traits[traits["feature"].str.startswith("groups:") & (traits["effect"] >= LEAST_EFFECT)]
    rows = rows[(rows["value"] >= 0.5) & (rows["value"] * rows["n"] >= FEWEST_KNOWN)]
    words = [
        Word(_short(label), _inside(label_en), effect)
        for label, label_en, effect in rows[["label", "label_en", "effect"]].itertuples(index=False)
    ]
    home, sex = _column(members, "household_size"), traits[traits["feature"].str.startswith("sex:")]
    large = _true_of(_flag(home, home >= 4), inside, members.weights, MOST)
    words += [Word("多口之家", "large household", large)] if large else []
    for label, label_en, value, effect in sex[["label", "label_en", "value", "effect"]].itertuples(index=False):
        named = label in {"男", "女"} and value >= MOSTLY_ONE_SEX and effect >= LEAST_EFFECT
        words += [Word(f"{label}性", label_en, effect)] if named else []
    return tuple(sorted(words, key=lambda word: (-round(word.effect, 9), word.zh)))


def _acts(traits: pd.DataFrame) -> tuple[Word, ...]:
    rows = traits[traits["feature"].isin(["participation", "usage_frequency"])]
    rows = rows[rows["effect"].abs() >= LEAST_EFFECT]
    pairs = zip(rows["feature"], np.sign(rows["effect"]).astype(int), strict=True)
    return tuple(Word(*ACTS[pair]) for pair in pairs)


def _needs(traits: pd.DataFrame, codebook: Codebook) -> tuple[Word, ...]:
    """Return the needs that set the segment apart and that many of it have."""
    rows = traits[traits["feature"].str.startswith(NEED) & (traits["lift"] >= LEAST_LIFT)]
    rows = rows[(rows["value"] >= LEAST_NEED) & (rows["value"] * rows["n"] >= FEWEST_KNOWN)]
    first = rows.head(NEEDS_NAMED)
    return tuple(Word(_short(zh), _inside(en)) for zh, en in zip(first["label"], first["label_en"], strict=True))


def _short(name: str) -> str:
    """Return a name up to its explanation or its second wording.

    Examples
    --------
    >>> _short("助医（陪诊取药）"), _short("退役军人/优抚对象")
    ('助医', '退役军人')
    """
    return re.split(r"[（(/]", name, maxsplit=1)[0]


def _inside(text: str) -> str:
    """Return an English label as it stands inside a sentence.

    Examples
    --------
    >>> _inside("Parking"), _inside("TCM")
    ('parking', 'TCM')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _names(words: Words) -> Iterator[tuple[str, str]]:
    """Yield names, the plainest first; later ones say more, and the last are numbered."""
    kinds = words.kinds or (None,)
    acts = (words.acts[:1], words.acts)
    offered = [(kind, act) for kind in kinds for act in acts]
    for kind, act in offered:
        who, who_en = _who(words, kind)
        parts = [who, "、".join(word.zh for word in act)]
        name = "·".join(part for part in parts if part)
        if len(name) <= LONGEST:
            yield _finish(name, ", ".join([who_en, *(word.en for word in act)]), words)
    who, who_en = _who(words, kinds[0])
    yield from (_finish(f"{who[: LONGEST - 4]}（{number}）", f"{who_en} ({number})", words) for number in count(2))


def _rule_names(rule: tuple[str, str], words: Words) -> Iterator[tuple[str, str]]:
    yield _finish(*rule, words)


def _who(words: Words, kind: Word | None) -> tuple[str, str]:
    """Put age, household and kind together: 独居高龄老人, 年轻在职职工, 中年女性."""
    age, alone = words.age, words.alone
    old = age is not None and age.zh in {"高龄", "老年"}
    noun, noun_en = (kind.zh, kind.en) if kind else ("老人" if old else "居民", "people" if old else "residents")
    said = noun.endswith("老人") and age is not None and age.zh == "老年"
    lives = alone is not None and "居" not in noun.removesuffix("居民") and "家" not in noun
    zh = ("独居" if lives else "") + (age.zh if age and not said else "") + noun
    parts = [age.en if age else "", noun_en, "living alone" if lives else ""]
    plain = zh == "居民"
    return ("一般居民", "residents in general") if plain else (zh, " ".join(part for part in parts if part))


def _finish(name: str, name_en: str, words: Words) -> tuple[str, str]:
    if not words.needs:
        return name, name_en
    wanted = "、".join(word.zh for word in words.needs)
    return f"{name}·要{wanted}", f"{name_en}; wants {', '.join(word.en for word in words.needs)}"
