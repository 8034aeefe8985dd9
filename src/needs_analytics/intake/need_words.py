"""An answer option to a need: its name, a synonym, the longest synonym inside it; or none, unknown, other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needs_analytics.core.wording import key, without_numbering
from needs_analytics.intake.negation import NAMED, denies
from needs_analytics.intake.reading import is_absent
from needs_analytics.intake.vague_words import TOPICS, VAGUE, telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.codebook import Codebook

_LEAST_LIKE = 0.25
_LEAST_SAID, _LEAST_OF_VAGUE = 0.2, 0.6
_LEAST_BESIDE = 2 / 3  # where a vague name of another need stands beside it
"""Share of an option's telling characters that the name of a need inside it must be, of a vague name."""
NONE, UNKNOWN, OTHER = "none", "unknown", "other"
_NONE = re.compile(
    r"(暂时?|目前|都|均|以上|其他)?(无|没有|没|不)(任何|其他|特别|什么|上述|以上)?(需求|需要|服务需求|以上需求|困难)?|以上(都|均)(不需要|没有|无)|无需求|暂无|均不需要|没得|没啥.{0,4}|都好|都挺好|挺好的?|都?不用|"
    r"暂时(都)?用不上|都?用不上"
    r"|.{0,6}(暂时?|都|均)不(需要|用)"
)
_NOTHING_SAID = re.compile(r"谢谢.{0,4}|感谢.{0,4}|辛苦了|想不出来?|没想好|没想过|暂未想到|随便")
_OTHER = re.compile(r"其[他它].*|.*请(?:注明|填写|说明).*|other.*")
_WISH = re.compile(r"^(是否|有无|您)?(最)?(需要|需求|希望|想要|急需)(提供|有|增加)?(?=.{2,})")
_CLAUSE = re.compile(r"[,，。;；!！]")
_LIST = re.compile(r"[、/]")
_BRACKET = re.compile(r"[(（\[【〖〔][^)）\]】〗〕]*[)）\]】〗〕]")


@dataclass(frozen=True, slots=True)
class NeedWords:
    """Wordings of needs.

    Attributes
    ----------
    told
        Wording to need, ``none``, ``unknown`` or ``other``, from ``mapping.toml`` or a question dictionary.
    exact
        Names, codes and synonyms, compared by ``key``.
    inside
        Wordings that may stand inside a longer text, longest first.
    """

    told: Mapping[str, str]
    exact: Mapping[str, str]
    inside: tuple[tuple[str, str], ...]

    def meaning(self, option: str, *, lacking: bool = False) -> str:
        """Return the need an option means, ``none``, ``unknown``, ``other``, or ``""`` when it is not known.

        A need named beside a no (不需要助餐, 除助餐外) is not known, nor one of two (停车位、充电桩), nor one that
        is named in passing (给手机充电的地方).

        Parameters
        ----------
        lacking
            Whether the option says what is wrong or missing, so that 没有 and 缺 name a need.
        """
        whole = key(option)
        bare = key(without_numbering(option))
        for text in (whole, bare):
            if text in self.told:
                return self.told[text]
        if bare in self.exact:
            return self.exact[bare]
        if all(is_absent(part) for part in re.split(r"[/、,，]", bare)) and bare not in {"无", "none"}:
            return UNKNOWN
        if _says_none(bare):
            return NONE
        if _NOTHING_SAID.fullmatch(bare):
            return UNKNOWN
        denied = self.denied(option, lacking=lacking)
        short = _WISH.sub("", key(_BRACKET.sub("", bare)))
        if short in self.exact and not denied and (short == bare or short not in VAGUE):
            return self.exact[short]
        if _OTHER.fullmatch(bare):
            return OTHER
        return "" if denied else self._named(bare)

    def about(self, text: str, *, lacking: bool = False) -> str:
        """Return what a text is about: what it means, else the longest name of a need in it; a proposal, no answer."""
        bare = key(without_numbering(text))
        meaning = self.meaning(text, lacking=lacking)
        if meaning or self.denied(text, lacking=lacking):
            return meaning
        return next((need for word, need in self.inside if word in bare), "")

    def how(self, option: str) -> str:
        """Return how a meaning was found: ``told``, ``exact``, ``inside``, or ``""`` where it was not."""
        whole, bare = key(option), key(without_numbering(option))
        if {whole, bare} & set(self.told):
            return "told"
        if bare in self.exact or self.meaning(option) in {NONE, UNKNOWN, OTHER}:
            return "exact"
        return "inside" if self.meaning(option) else ""

    def named(self, text: str) -> list[str]:
        """Return the needs whose names stand in a text, those of the longest names first."""
        return list(dict.fromkeys(need for _, need in self._found(key(without_numbering(text)))))

    def _named(self, bare: str) -> str:
        """Return the one need that a text names, before the examples in its brackets and with them.

        What is named inside brackets alone is an example of something else: 教用手机（挂号、打车）.
        """
        outside = _BRACKET.sub("", bare)
        whole = self._one_need(bare)
        if whole and telling(outside) and whole not in {need for _, need in self._found(outside)}:
            whole = ""
        need = whole if whole or outside in VAGUE else self._one_need(outside)
        return "" if self._names_more(outside, need) else need

    def _names_more(self, text: str, need: str) -> bool:
        """Whether a list ends with something else than the need: 找活干、学技能, not 打扫、擦窗、洗被子."""
        parts = [part for part in _LIST.split(text) if part]
        naming = [need in {known for _, known in self._found(part)} for part in parts]
        return len(parts) > 1 and not naming[-1] and telling(parts[-1]) > 0 and 2 * sum(naming) <= len(parts)

    def _one_need(self, bare: str) -> str:
        found = self._found(bare)
        sure = [(word, need) for word, need in found if word not in VAGUE]
        needs = {need for _, need in sure or found}
        if len(needs) != 1:
            return ""
        said = bare
        for word, need in found:
            if need in needs:
                said = said.replace(word, "")
        rest = telling(said)
        matched = sum(telling(word) or 1 for word in {word for word, need in found if need in needs})
        beside = bool(sure) and any(need not in needs for _, need in found)  # 唱戏放电影: a vague name of another need
        least = _LEAST_BESIDE if beside else _LEAST_SAID if sure else _LEAST_OF_VAGUE
        return next(iter(needs)) if matched >= least * (matched + rest) else ""

    def _found(self, bare: str) -> list[tuple[str, str]]:
        """Return the names of needs in a text, without those that stand inside a longer one."""
        found: list[tuple[str, str]] = []
        for word, need in self.inside:
            if word in bare and word in self.exact and not any(word in longer for longer, _ in found):
                found.append((word, need))
        return found

    def denied(self, option: str, *, lacking: bool = False) -> bool:
        """Whether an option names a need beside something that may say no to it."""
        bare = rest = key(without_numbering(option))
        for word, _ in self.inside:
            rest = rest.replace(word, NAMED)
        return rest != bare and denies(rest, lacking=lacking)

    def covered(self, option: str) -> int:
        """Return how many characters of an option are understood: all of a known wording, else the part inside it."""
        bare = key(without_numbering(option))
        meaning = self.meaning(option)
        if meaning in {NONE, UNKNOWN, OTHER} or bare in self.told or bare in self.exact:
            return len(option)
        return next((len(word) for word, _ in self.inside if word in bare), len(option) if meaning else 0)

    def nearest(self, option: str) -> list[str]:
        """Return up to three needs an option may mean: those it names, then those whose wordings are alike."""
        wanted = key(without_numbering(option))
        scores = sorted(((_likeness(wanted, word), word) for word in self.exact), reverse=True)[:12]
        alike = [self.exact[word] for score, word in scores if score >= _LEAST_LIKE]
        return list(dict.fromkeys([*self.named(option), *alike]))[:3]


def _says_none(bare: str) -> bool:
    """Whether every clause says that nothing is needed: 都挺好,不用."""
    clauses = [clause for clause in _CLAUSE.split(bare.removesuffix("的")) if clause]
    return bool(clauses) and all(_NONE.fullmatch(clause) for clause in clauses)


def _likeness(one: str, other: str) -> float:
    """Return how alike two wordings are: shared pairs of characters, and half of the shared characters."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other)]
    shared, single = len(pairs[0] & pairs[1]), len(set(one) & set(other))
    return (2.0 * shared + single) / (len(one) + len(other))


def need_words(codebook: Codebook, told: Mapping[str, str]) -> NeedWords:
    """Collect the wordings of all needs; a synonym of two needs belongs to neither, a name always to its own."""
    owners: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for row in codebook.needs.itertuples():
        need = str(row.need)
        for name in (need, str(row.name), str(row.name_en)):
            names.setdefault(key(name), need)
        for part in _short_names(str(row.name)):
            owners.setdefault(key(part), set()).add(need)
        for word in str(row.synonyms).split("|"):
            owners.setdefault(key(word), set()).add(need)
    names.pop("", None)
    single = {word: next(iter(needs)) for word, needs in owners.items() if word and len(needs) == 1}
    known = {**single, **names}
    inside = sorted(
        ((word, need) for word, need in known.items() if _may_stand_inside(word)),
        key=lambda pair: (-len(pair[0]), pair[0]),
    )
    exact = {word: need for word, need in known.items() if word not in TOPICS or word in names}
    by_name = {key(str(row.name)): str(row.need) for row in codebook.needs.itertuples()}
    meanings = {word: by_name.get(key(meaning), meaning) for word, meaning in told.items()}
    return NeedWords(meanings, exact, tuple(inside))


def _short_names(name: str) -> list[str]:
    """Return a name without its brackets, what stands in them, and the parts joined by 与 or 和."""
    found = re.search(r"[(（]([^)）]*)[)）]", name)
    bare = re.sub(r"[(（][^)）]*[)）]", "", name)
    parts = [part for part in re.split(r"[与和及、]", bare) if len(part) >= 2]
    return [bare, *([found[1]] if found else []), *(parts if len(parts) > 1 else [])]


def _may_stand_inside(word: str) -> bool:
    return len(word) >= 2 and not re.fullmatch(r"[a-z]{1,6}\d*", word)
