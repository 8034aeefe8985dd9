"""Free text leaves intake without identifiers: ID, bank card, phone, address, names; what is in doubt stays behind."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import ACCOUNT, DAY_OR_FIGURE, EMAIL, GAP, MASK, PLATE, without_identifiers
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.latin_names import is_latin, squeezed, without_known, without_pinyin
from needs_analytics.intake.person_names import find_names, surname_in, unspaced

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from needs_analytics.intake.person_names import Span

DROPPED = "〔含姓名，整句不留〕"
_DIGIT = r"[\d〇零一二三四五六七八九幺]"
_NUMBER = rf"(?<!\d)[+(]?{_DIGIT}(?:{GAP}{_DIGIT}){{6,}}[xX]?"
_TO = r" ?[-—–~至到]{1,2} ?"
_DAY = r"20[1-4]\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:[12]\d|3[01]|0?[1-9]))?"
_CLOCK = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_FIGURES = (  # long figures that are nobody's number: days, hours, years, money, points of a scale
    rf"(?<![\d生])(?<!生于)(?<!出生)(?<!生日)(?<!生日[是:])(?<!生日期)(?<!生日期[是:])(?:"
    rf"{_DAY}(?: {_CLOCK}(?::[0-5]\d)?)?(?:{_TO}(?:{_DAY}|\d{{1,2}}(?:[-/.]\d{{1,2}})?))?"
    rf"|20[1-4]\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|20[1-4]\d{_TO}20[1-4]\d|{_CLOCK}{_TO}{_CLOCK}"
    rf"|\d{{3,6}}{_TO}\d{{3,6}}(?= ?[元块万人户平米度斤%])|\d(?:/\d){{4,9}})(?!\d|[-/.·—–]\d)"
)
_COUNT = r"[\d一二三四五六七八九十百〇零两]{1,4}"
_DOOR = rf"{_COUNT}\s*(?:单元|门(?!诊)|室|号房?|房|户)"
_ADDRESS = (
    rf"(?:{_COUNT}\s*号楼|\d{{1,4}}\s*(?:栋|幢|座(?!机|位)|弄|组团|#))(?:\s*(?:{_DOOR}|{_COUNT}\s*[楼层]|-?\d{{1,4}}|[〇零一二三四五六七八九]{{2,4}}))*"
    rf"|{_COUNT}\s*(?:栋|幢|座|单元|楼)\s*(?:{_COUNT}\s*[楼层]\s*)?(?:{_DOOR}\s*(?:{_DOOR}|\d{{2,4}})?|\d{{3,4}})"
    r"|\d{1,3}-\d{1,3}-\d{2,4}|(?<=[住在址:])\s*\d{1,3}-\d{3,4}|\d{2,4}\s*室|[A-Z]座\s*\d{3,4}室?"
    rf"|{_COUNT}\s*单元\s*[〇零一二三四五六七八九十]{{2,4}}"
    rf"|[\u4e00-\u9fff]{{1,4}}(?:路|街|道|巷|弄|胡同|里|村|庄|屯|组|湾)\s*{_COUNT}\s*号(?!线|网格|楼)"
)
_FIGURE = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_ROOM = r"(?:\d{2,4}|[〇零一二三四五六七八九]{2,4})室?"
_LABELLED_DOOR = re.compile(
    rf"{_FIGURE}(?:号楼|栋|幢|座|#)\s*(?:{_FIGURE}(?:单元|门)\s*)?{_ROOM}|{_FIGURE}单元\s*{_ROOM}|\d{{3,4}}室"
    r"|(?<![\d-])\d{1,2}-\d{1,2}-(?!20[1-4]\d)\d{3,4}(?![\d-])"
)
_LISTED = re.compile(r"\d ?[,，、*＊] ?\d")  # a phone number in groups looks like a list of figures
_N = r"[\d〇零一二三四五六七八九十廿]"
_MONTH = rf"(?:{_N}{{1,2}}|[正冬腊]) ?月"
_ON = rf" ?(?:初{_N}|{_N}{{1,3}}) ?[日号]?"
_DATE = rf"{_N}{{2,4}} ?年 ?{_MONTH}(?:{_ON})?|{_MONTH}{_ON}|(?:19|20)\d\d[-./]\d{{1,2}}[-./]\d{{1,2}}"
_BIRTHDAY = re.compile(
    r"((?:出生|生日|生辰|生于)(?:日期|年月日?|时间|[公阳农阴]历|[于是在为: ]){0,4})"
    rf"(?:{_DATE}|\d{{1,2}}[-./]\d{{1,2}})(?!\d)"
    rf"|(?<!\d)(?:{_DATE})(?= ?(?:出生|生人|诞生|生[的于了]|生(?![\u4e00-\u9fff])|[是过我他她的老人]{{0,5}}生日(?!会)))"
)
_TELLING = tuple(
    (re.compile(hint), re.compile(pattern, re.IGNORECASE | re.ASCII))
    for hint, pattern in (
        ("@", EMAIL),
        ("[A-Za-z]|微信|支付宝|抖音|钉钉", ACCOUNT),
        ("[A-Za-z]", PLATE),
        (_DIGIT, f"(?P<kept>{_FIGURES})|{_NUMBER}|{_ADDRESS}"),
    )
)  # what it takes for a pattern to be worth looking for, and the pattern
_INTRODUCED = re.compile(
    r"((?:姓名|名字|称呼|联系人|户主|申请人|负责人|经办人|填[写报表]人|监护人)\s*[:：]\s*|(?:我叫|名叫|叫做)\s*)"
    r"(?!＊)(?:[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])|[A-Za-z]+(?:[ .·-]{1,2}[A-Za-z]+){0,3})"
)
_SOUNDS = (
    "阿艾爱安巴拜卜布达丹迪丁东多尔夫嘎格古哈海汗赫吉江杰卡克库拉莱兰勒里力丽列林鲁玛麦买曼米明木穆娜纳尼"
    "努帕彭普其强钦仁荣热如萨桑沙山斯苏塔泰提图吐瓦旺维乌吾西希夏肖谢雅亚央依伊扎孜珠卓次措德顿贡罗洛孟"
    "合甫比皮再日森衣祖托敏塞莎特音增边堆朗"
)  # characters that write names of other languages
_FOREIGN = re.compile(rf"[{_SOUNDS}]{{2,6}}[·•‧・][{_SOUNDS}]{{2,8}}")
_DOTS = frozenset("·•‧・")
_DOT = re.compile("[·•‧・]")
_LATIN = re.compile("[A-Za-z]{2}")
_FULL_NAME = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff*＊某]{1,2}")
_HOME = re.compile(r"[家宅](?!园|庭|属|政|电|具|长|村|庄|湾|桥)")
_MOSTLY_NAMES = 0.6
_SHORTEST_PART, _LONGEST_NAME = 3, 60
_SLASH = re.compile(r"([/\\])")
_OFFICES = frozenset({"inbox", "退回"})  # folders below which an office has named what there is
_MASKS = re.compile(rf"\s*{MASK}(?:[\s·•‧・]*{MASK})*\s*")


def looks_like_names(texts: Iterable[str]) -> bool:
    """Whether most of a column's distinct texts look like personal names (surname and one or two characters)."""
    given = [text for text in (plain(text).replace(" ", "") for text in texts) if text]
    names = sum(bool(_FULL_NAME.fullmatch(text)) and surname_in(text[0]) for text in given)
    return bool(given) and names >= _MOSTLY_NAMES * len(given)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names of residents that are masked wherever they occur, and of places and services that are nobody's.

    Attributes
    ----------
    names
        Names of the month's name columns.
    starts
        The characters they begin with.
    lengths
        How long they are, the longest first.
    latin
        Those in Latin letters, in small ones without what stands between them.
    kept
        Names of communities, sites and services: what looks like a name in them is none.
    """

    names: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    lengths: tuple[int, ...] = ()
    latin: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], kept: Iterable[str] = ()) -> KnownNames:
        """Return the names ready to be looked for."""
        places = frozenset(kept)
        given = frozenset(names) - places
        latin = frozenset(squeezed(name) for name in given if is_latin(name))
        dotted = {part for name in given if not _DOTS.isdisjoint(name) for part in _parts(name)}
        known = {name for name in given | dotted if len(name) <= _LONGEST_NAME}  # a longer text is no name
        lengths = sorted({*map(len, known)} - {1}, reverse=True)
        return cls(frozenset(known), frozenset(name[0] for name in known), tuple(lengths), latin, places)

    def keeping(self, places: Collection[str]) -> KnownNames:
        """Return the names with more names of places that are nobody's."""
        return replace(self, names=self.names.difference(places), kept=self.kept.union(places))

    def are_in(self, text: str) -> bool:
        """Whether a text holds one of them."""
        return self.masked(text) != text

    def masked(self, text: str) -> str:
        """Return a text with them replaced by ``＊``."""
        text = without_known(text, self.latin) if self.latin and _LATIN.search(text) else text
        return _without_names(text, self)


def _parts(name: str) -> list[str]:
    """Return how else a name with a dot is written: without it, or one half of it."""
    halves = _DOT.split(name)
    return ["".join(halves), *(half for half in halves if len(half) >= _SHORTEST_PART)]


NOBODY = KnownNames()


def mask_texts(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return each text with everything that could tell a resident replaced by ``＊``.

    A text in which something may be a name that nothing tells for sure is not kept at all, but :data:`DROPPED`.

    Parameters
    ----------
    names
        Names seen in any name column of the month; they are masked wherever they occur.
    """
    told = {text: text if text == DROPPED else _without_told(_plain(text), names) for text in texts}
    kept = {text: _kept_text(text, names) for text in set(told.values())}  # fewer: most differ by a number
    return {text: kept[masked] for text, masked in told.items()}


def mask_wordings(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return words that a form, an issue or the ledger repeats, without identifiers and what looks like a name."""
    return {text: text if DAY_OR_FIGURE.fullmatch(text) else _wording(text, names) for text in texts}


def mask_labels(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return names of files and sheets with identifiers, and whatever looks like a name, replaced by ``＊``.

    A shorter number stays: a day, a serial number. A label without any of it stays as it is written.
    """
    return {text: text if DAY_OR_FIGURE.fullmatch(text) else _label(text, names) for text in texts}


def as_shown(text: str) -> str:
    """Return a wording as the dictionary that goes out shows it, ready to be compared."""
    return key(_wording(text, NOBODY))


def mask_path(path: str) -> str:
    """Return a path without the residents an office has named files by; where the workspace stands is nobody's secret.

    Examples
    --------
    >>> mask_path("/srv/幸福街道/inbox/2026-10/张建国低保申请.xlsx")
    '/srv/幸福街道/inbox/2026-10/＊低保申请.xlsx'
    """
    parts = _SLASH.split(path)
    offices = next((at for at, part in enumerate(parts) if part in _OFFICES), len(parts) - 1 - ("." in parts[-1]))
    return "".join([*parts[: offices + 1], *(_label(part, NOBODY) for part in parts[offices + 1 :])])


def mask_homes(text: str, names: KnownNames) -> str:
    """Return the name of a service point without numbers, known names and the resident whose home it is (王桂英家)."""
    masked = names.masked(without_identifiers(text))
    certain, unsure = find_names(masked, names.kept)
    homes = [span for span in sorted([*certain, *unsure]) if _HOME.match(masked, span[1])]
    return _replaced(masked, homes)


def _kept_text(text: str, names: KnownNames) -> str:
    """Mask the names of a text without numbers until nothing more is found: a mask may tell what stands beside it."""
    if text == DROPPED:
        return text
    certain, unsure = find_names(text, names.kept)
    kept = _joined(_replaced(text, certain))
    if unsure:
        return DROPPED
    return kept if kept == text or MASK not in kept else _kept_text(_without_told(kept, names), names)


def _wording(text: str, names: KnownNames) -> str:
    masked = _without_told(_plain(text), names)
    certain, unsure = find_names(masked, names.kept)
    shown = _joined(_replaced(masked, sorted([*certain, *unsure])))
    return shown if shown == text or MASK not in shown else _wording(shown, names)


def _without_told(text: str, names: KnownNames) -> str:
    """Replace the numbers, the known names and those that a word before a colon introduces."""
    text = _BIRTHDAY.sub(rf"\1{MASK}", unspaced(text) if " " in text else text)
    text = without_identifiers(text) if _LISTED.search(text) else text
    for hint, pattern in _TELLING:
        text = pattern.sub(_masked, text) if hint.search(text) else text
    masked = _without_foreign(names.masked(text))
    return _INTRODUCED.sub(rf"\1{MASK}", masked) if ":" in masked or "叫" in masked else masked


def _masked(found: re.Match[str]) -> str:
    return found[0] if found.lastgroup == "kept" else MASK


def _without_foreign(text: str) -> str:
    text = without_pinyin(text) if _LATIN.search(text) else text
    return _FOREIGN.sub(MASK, text) if _DOT.search(text) else text


def _label(text: str, names: KnownNames) -> str:
    written = _joined(_plain(text))
    masked = _BIRTHDAY.sub(rf"\1{MASK}", unspaced(written) if " " in written else written)
    masked = _without_foreign(names.masked(_LABELLED_DOOR.sub(MASK, without_identifiers(masked))))
    certain, unsure = find_names(masked, names.kept)
    masked = _replaced(masked, sorted([*certain, *unsure]))
    return text if MASK not in masked or masked == written else _label(_joined(masked), names)


def _plain(text: str) -> str:
    """Return a text in one width; the masks in it, which that would make stars, stay."""
    return MASK.join(map(plain, text.split(MASK))) if MASK in text else plain(text)


def _joined(text: str) -> str:
    """Return a text with masks that touch made one, and no spaces about them."""
    return _MASKS.sub(MASK, text) if MASK in text else text


def _replaced(text: str, spans: Sequence[Span]) -> str:
    kept = zip([0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)], strict=True)
    return MASK.join(text[start:end] for start, end in kept)


def _without_names(text: str, names: KnownNames) -> str:
    """Replace known names, the longest first; most texts hold no name's start."""
    if names.starts.isdisjoint(text):
        return text
    done, pieces = 0, []
    for found in _any_of(names.starts).finditer(text):
        start = found.start()
        end = next((start + length for length in names.lengths if text[start : start + length] in names.names), 0)
        if end and start >= done:
            pieces += [text[done:start], MASK]
            done = end
    return "".join([*pieces, text[done:]])


@cache
def _any_of(letters: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(letters)))}]")
