"""How returned and corrected workbooks are named."""

from __future__ import annotations

import re

SUFFIX = "_待修改"
_SUFFIX = re.compile(rf"(?:{SUFFIX}(?:\s*[(（]\d+[)）])?)+$")
_AGAIN = r"(?:已|再)?(?:修改|更正|修订|订正|核对|核实)[后过好版稿]*|最终[版稿]?|终稿|定稿|新版|副本|复件|copy"
_LATER = re.compile(
    rf"(?:[-_ ]*(?:[(（](?:\d{{1,2}}|新|改|{_AGAIN})[)）]|待修改|{_AGAIN})|[-_ ](?:改|新|final|v\d{{1,2}}))+$",
    re.IGNORECASE,
)


def original_stem(stem: str) -> str:
    """Return the stem of the workbook a returned one was made from.

    Examples
    --------
    >>> original_stem("和平社区走访表_待修改(2)")
    '和平社区走访表'
    """
    return _SUFFIX.sub("", stem) or stem


def common_stem(stem: str) -> str:
    """Return a stem without what offices write behind it when they send a workbook again.

    Examples
    --------
    >>> {common_stem(stem) for stem in ("走访表", "走访表(1)", "走访表（修改后）", "走访表_更正", "走访表 - 副本")}
    {'走访表'}
    """
    return _LATER.sub("", stem).rstrip() or stem
