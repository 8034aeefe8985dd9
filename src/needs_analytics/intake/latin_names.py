"""Names of people in Latin letters: Chinese ones by the syllables of pinyin, any other where a name column holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import MASK

if TYPE_CHECKING:
    from collections.abc import Collection

_FAMILY = (
    "ouyang|sima|zhuge|shangguan|huangfu|linghu|situ|murong|xiahou|duanmu|wei|wang|li|zhang|liu|chen|yang|zhao|huang|zhou|wu|"
    "xu|sun|hu|zhu|gao|lin|he|guo|ma|luo|liang|song|zheng|xie|han|tang|feng|yu|dong|xiao|cheng|cao|yuan|deng|fu|shen|zeng|"
    "peng|lv|lyu|lu|su|jiang|cai|jia|ding|xue|ye|yan|pan|du|dai|xia|zhong|tian|ren|fan|fang|shi|yao|tan|liao|zou|xiong|jin|"
    "hao|kong|bai|cui|kang|mao|qiu|qin|gu|hou|shao|meng|long|wan|duan|lei|qian|yin|yi|chang|qiao|lai|gong|wen|pang|qi|zuo|"
    "mo|mu|niu|ge|ni|nie|ou|ruan|shu|tao|tong|wu|yue|zhan|zhen|zhai|zhuang|zhuo|zong|an|ai|bao|bi|bian|bu|chai|che|chi|chu|"
    "cong|dang|fei|ji|jian|jiao|jing|ju|ke|lan|leng|ling|lou|mi|miao|ning|nong|pu|qu|rong|sha|shan|shang|sheng|tai|teng|tu|"
    "xi|xian|xiang|xin|xing|ying|you|yun|zang"
)
_SYLLABLE = (
    "(?:[jqx](?:iang|iong|ian|iao|ing|ia|ie|in|iu|uan|ue|un|i|u)|(?:zh|ch|sh|[rzcs])(?:uang|uan|uai|ang|eng|ong|"
    "ai|an|ao|en|ei|ou|ua|ui|un|uo|a|e|i|u)|[bpmf](?:iang|iao|ian|ing|ang|eng|ai|an|ao|ei|en|ie|in|ou|a|i|o|u)|"
    "[dtnl](?:iang|uan|iao|ian|ing|ang|eng|ong|ai|an|ao|ei|en|ia|ie|in|iu|ou|ue|ui|un|uo|a|e|i|u|v)|"
    "[gkh](?:uang|uan|uai|ang|eng|ong|ai|an|ao|ei|en|ou|ua|ui|un|uo|a|e|u)|y(?:ang|ing|ong|uan|an|ao|in|ou|ue|un|a|e|i|u)|"
    "w(?:ang|eng|ai|an|ei|en|a|o|u)|ang|an|ai|ao|en|er|ou|e)"
)
_GIVEN = rf"{_SYLLABLE}(?:['-]?{_SYLLABLE}| {_SYLLABLE})?"
_TWO = rf"{_SYLLABLE}['-]?{_SYLLABLE}"
_PINYIN = re.compile(
    rf"(?<![A-Za-z])(?:(?:{_FAMILY})(?:, ?| )(?:{_GIVEN})|(?:{_TWO}) (?:{_FAMILY}))(?![A-Za-z])", re.IGNORECASE
)
_JOINED = re.compile(rf"(?<![A-Za-z])(?i:{_FAMILY})(?=[A-Z])(?i:{_SYLLABLE}{{1,2}})(?![A-Za-z\d])")
_WORDS = re.compile(r"[A-Za-z]+(?:[ .,'·-]{1,2}[A-Za-z]+)*")
_WORD = re.compile("[A-Za-z]+")
_MOST_WORDS = 4
_SHORTEST_SMALL = 8  # letters and space of a name in small letters: a shorter one is tai chi
_SHORTEST = 4  # letters: a shorter name is a word, too


def is_latin(name: str) -> bool:
    """Whether a name is written in Latin letters and long enough to be looked for in texts."""
    return name.isascii() and len(squeezed(name)) >= _SHORTEST


def squeezed(name: str) -> str:
    """Return the letters of a name, ready to be compared."""
    return "".join(_WORD.findall(name)).lower()


def without_pinyin(text: str) -> str:
    """Return a text with the Chinese names in Latin letters masked.

    Names in small letters are told from words of another language by standing alone.

    Examples
    --------
    >>> without_pinyin("找Wang Xiuying问"), without_pinyin("the song list")
    ('找＊问', 'the song list')
    """
    return _JOINED.sub(_camel, _PINYIN.sub(_hidden, text))


def _hidden(found: re.Match[str]) -> str:
    words = _WORD.findall(found[0])
    titled = all(word[0].isupper() for word in words[:2])
    small = found[0].islower() and len(found[0]) >= _SHORTEST_SMALL and _stands_alone(found)
    return MASK if titled or small else found[0]


def _camel(found: re.Match[str]) -> str:
    """Return the mask for WangXiuying, and what is no such word as it is: LiST."""
    capitals = sum(letter.isupper() for letter in found[0])
    return MASK if found[0][0].isupper() and capitals == 2 else found[0]


def _stands_alone(found: re.Match[str]) -> bool:
    around = found.string[max(0, found.start() - 2) : found.start()] + found.string[found.end() : found.end() + 2]
    return not _WORD.search(around)


def without_known(text: str, known: Collection[str]) -> str:
    """Return a text with the Latin names masked that a name column holds, however spaced and in whichever case."""
    return _WORDS.sub(lambda found: _masked(found[0], known), text)


def _masked(text: str, known: Collection[str]) -> str:
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    done, first, pieces = 0, 0, list[str]()
    while first < len(words):
        start = words[first][0]
        ends = [end for _, end in words[first : first + _MOST_WORDS]]
        named = next((len(ends) - at for at, end in enumerate(reversed(ends)) if squeezed(text[start:end]) in known), 0)
        if named:
            pieces += [text[done:start], MASK]
            done = ends[named - 1]
        first += named or 1
    return "".join([*pieces, text[done:]])
