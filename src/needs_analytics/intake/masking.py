"""Free text leaves intake without identifiers: ID, bank card, phone, address, names; what is in doubt stays behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import MASK, without_identifiers
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.person_names import find_names, surname_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from needs_analytics.intake.person_names import Span

DROPPED = "〔含姓名，整句不留〕"
_DIGIT = r"[\d〇零一二三四五六七八九幺]"
_NUMBER = rf"(?<!\d)(?:\+?86[- ]?)?(?:\(?0\d{{2,3}}\)[- ]?)?{_DIGIT}(?:[ .·_\-—–]?{_DIGIT}){{6,}}[xX]?"
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_ACCOUNT = (
    r"(?:微信|qq|vx|wx|wechat|支付宝|抖音|钉钉)(?:号码?|账号|id|群)?(?:[是为:：\s]|同号)*"
    r"(?:[a-z][\w-]{4,}|\d{5,}|[a-z]+\d[\w-]+)"
)
_PLATE = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·. -]?"
    r"(?=[A-Z\d]*\d)[A-Z\d]{4,5}[A-Z\d挂学警港澳]"
)
_COUNT = r"[\d一二三四五六七八九十百〇零两]{1,4}"
_DOOR = rf"{_COUNT}\s*(?:单元|门(?!诊)|室|号房?|房|户)"
_ADDRESS = (
    rf"(?:{_COUNT}\s*号楼|\d{{1,4}}\s*(?:栋|幢|座(?!机|位)|弄|组团|#))(?:\s*(?:{_DOOR}|{_COUNT}\s*[楼层]|-?\d{{1,4}}|[〇零一二三四五六七八九]{{2,4}}))*"
    rf"|{_COUNT}\s*(?:栋|幢|座|单元|楼)\s*(?:{_COUNT}\s*[楼层]\s*)?(?:{_DOOR}\s*(?:{_DOOR}|\d{{2,4}})?|\d{{3,4}})"
    r"|\d{1,3}-\d{1,3}-\d{2,4}|(?<=[住在])\s*\d{1,3}-\d{3,4}|\d{2,4}\s*室"
    rf"|{_COUNT}\s*单元\s*[〇零一二三四五六七八九十]{{2,4}}"
    rf"|[\u4e00-\u9fff]{{1,4}}(?:路|街|道|巷|弄|胡同|里|村|庄|屯|组|湾)\s*{_COUNT}\s*号(?!线|网格|楼)"
)
_DAY_OR_FIGURE = re.compile(  # most of a ledger, and nobody's number
    r"\d{1,6}(?:\.\d{1,4})?|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
)
_LABELLED_DOOR = re.compile(
    r"\d{1,3}(?:号楼|栋|幢|座|#)\s*(?:\d{1,3}单元\s*)?\d{2,4}室?|\d{1,3}单元\s*\d{2,4}室?|\d{3,4}室"
)
_TELLING = tuple(
    (re.compile(hint), re.compile(pattern, re.IGNORECASE | re.ASCII))
    for hint, pattern in (
        ("@", _EMAIL),
        ("[A-Za-z]|微信|支付宝|抖音|钉钉", _ACCOUNT),
        ("[A-Za-z]", _PLATE),
        (_DIGIT, f"{_NUMBER}|{_ADDRESS}"),
    )
)  # what it takes for a pattern to be worth looking for, and the pattern
_INTRODUCED = re.compile(
    r"((?:姓名|名字|称呼|联系人|户主|申请人|负责人|经办人|填[写报表]人|监护人)\s*[:：]\s*|(?:我叫|名叫|叫做)\s*)"
    r"(?!＊)[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])"
)
_SOUNDS = (
    "阿艾爱安巴拜卜布达丹迪丁东多尔夫嘎格古哈海汗赫吉江杰卡克库拉莱兰勒里力丽列林鲁玛麦买曼米明木穆娜纳尼"
    "努帕彭普其强钦仁荣热如萨桑沙山斯苏塔泰提图吐瓦旺维乌吾西希夏肖谢雅亚央依伊扎孜珠卓次措德顿贡罗洛孟"
)  # characters that write names of other languages
_FOREIGN = re.compile(rf"[{_SOUNDS}]{{2,6}}[·•‧・][{_SOUNDS}]{{2,8}}")
_DOT = re.compile("[·•‧・]")
_SPACED = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: [\u4e00-\u9fff]){1,3}")  # 李 建 国
_FULL_NAME = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff*＊某]{1,2}")
_HOME = re.compile(r"[家宅](?!园|庭|属|政|电|具|长|村|庄|湾|桥)")
_MOSTLY_NAMES = 0.6
_LONGEST_NAME, _SHORTEST_NAME = 4, 2
_INBOX, _SLASH = "inbox", re.compile(r"([/\\])")
_MASKS = re.compile(rf"\s*{MASK}[\s{MASK}]*")


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
    kept
        Names of communities, sites and services: what looks like a name in them is none.
    """

    names: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], kept: Iterable[str] = ()) -> KnownNames:
        """Return the names ready to be looked for."""
        places = frozenset(kept)
        known = frozenset(names) - places
        return cls(known, frozenset(name[0] for name in known), places)

    def are_in(self, text: str) -> bool:
        """Whether a text holds one of them."""
        return self.masked(text) != text

    def masked(self, text: str) -> str:
        """Return a text with them replaced by ``＊``."""
        return _without_names(text, self)


NOBODY = KnownNames()


def mask_texts(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return each text with everything that could tell a resident replaced by ``＊``.

    A text in which something may be a name that nothing tells for sure is not kept at all, but :data:`DROPPED`.

    Parameters
    ----------
    names
        Names seen in any name column of the month; they are masked wherever they occur.
    """
    return {text: _kept_text(text, names) for text in texts}


def mask_wordings(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return words that a form, an issue or the ledger repeats, without identifiers and what looks like a name."""
    return {text: text if _DAY_OR_FIGURE.fullmatch(text) else _wording(text, names) for text in texts}


def mask_labels(texts: Iterable[str], names: KnownNames) -> dict[str, str]:
    """Return names of files and sheets with identifiers, and whatever looks like a name, replaced by ``＊``.

    A shorter number stays: a day, a serial number. A label without any of it stays as it is written.
    """
    return {text: text if _DAY_OR_FIGURE.fullmatch(text) else _label(text, names) for text in texts}


def as_shown(text: str) -> str:
    """Return a wording as the dictionary that goes out shows it, ready to be compared."""
    return key(_wording(text, NOBODY))


def mask_path(path: str) -> str:
    """Return a path with the names of residents below ``inbox`` masked; where the workspace stands is nobody's secret.

    Examples
    --------
    >>> mask_path("/srv/幸福街道/inbox/2026-10/张建国低保申请.xlsx")
    '/srv/幸福街道/inbox/2026-10/＊低保申请.xlsx'
    """
    above, inbox, below = path.rpartition(_INBOX)
    if not inbox and _SLASH.search(path):
        return path
    return above + inbox + "".join(_label(part, NOBODY) for part in _SLASH.split(below))


def mask_homes(text: str, names: KnownNames) -> str:
    """Return the name of a service point without numbers, known names and the resident whose home it is (王桂英家)."""
    masked = names.masked(without_identifiers(text))
    certain, unsure = find_names(masked, names.kept)
    homes = [span for span in sorted([*certain, *unsure]) if _HOME.match(masked, span[1])]
    return _replaced(masked, homes)


def _kept_text(text: str, names: KnownNames) -> str:
    """Mask a text until nothing more is found: a mask may tell what stands beside it (张＊)."""
    if text == DROPPED:
        return text
    masked = _without_told(_plain(text), names)
    certain, unsure = find_names(masked, names.kept)
    kept = _joined(_replaced(masked, certain))
    return DROPPED if unsure else kept if kept == text or MASK not in kept else _kept_text(kept, names)


def _wording(text: str, names: KnownNames) -> str:
    masked = _without_told(_plain(text), names)
    certain, unsure = find_names(masked, names.kept)
    shown = _joined(_replaced(masked, sorted([*certain, *unsure])))
    return shown if shown == text or MASK not in shown else _wording(shown, names)


def _without_told(text: str, names: KnownNames) -> str:
    """Replace the numbers, the known names and those that a word before a colon introduces."""
    text = _SPACED.sub(_unspaced, text) if " " in text else text
    for hint, pattern in _TELLING:
        text = pattern.sub(MASK, text) if hint.search(text) else text
    masked = _without_foreign(names.masked(text))
    return _INTRODUCED.sub(rf"\1{MASK}", masked) if ":" in masked or "叫" in masked else masked


def _unspaced(spaced: re.Match[str]) -> str:
    """Return single characters without the spaces between them where they may be a name: 李 建 国."""
    return spaced[0].replace(" ", "") if surname_in(spaced[0][0]) else spaced[0]


def _without_foreign(text: str) -> str:
    return _FOREIGN.sub(MASK, text) if _DOT.search(text) else text


def _label(text: str, names: KnownNames) -> str:
    written = _joined(_plain(text))
    masked = _without_foreign(names.masked(_LABELLED_DOOR.sub(MASK, without_identifiers(written))))
    certain, unsure = find_names(masked, names.kept)
    masked = _replaced(masked, sorted([*certain, *unsure]))
    return text if masked == written else _label(_joined(masked), names)


def _plain(text: str) -> str:
    """Return a text in one width; the masks in it, which that would make stars, stay."""
    return MASK.join(map(plain, text.split(MASK))) if MASK in text else plain(text)


def _joined(text: str) -> str:
    """Return a text with masks that touch made one, and no spaces about them."""
    return _MASKS.sub(MASK, text) if MASK in text else text


def _replaced(text: str, spans: Sequence[Span]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text


def _without_names(text: str, names: KnownNames) -> str:
    """Replace known names, the longest first; most texts hold no name's start."""
    if names.starts.isdisjoint(text):
        return text
    done, pieces = 0, []
    for found in _any_of(names.starts).finditer(text):
        start = found.start()
        lengths = range(_LONGEST_NAME, _SHORTEST_NAME - 1, -1)
        end = next((start + length for length in lengths if text[start : start + length] in names.names), 0)
        if end and start >= done:
            pieces += [text[done:start], MASK]
            done = end
    return "".join([*pieces, text[done:]])


@cache
def _any_of(letters: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(letters)))}]")
