"""Labels that fit: Chinese breaks anywhere but beside its punctuation, English between words."""

from __future__ import annotations

import re

from rich.cells import cell_len

_NOT_FIRST = "、，。；：！？）》」』”’%％…·)],.;:!?"
_NOT_LAST = "（《「『“‘(["
_PIECES = re.compile(r"[A-Za-z0-9.,%+\-−–/&']+\s?|\s+|.", re.DOTALL)
ELLIPSIS = "…"


def wrap_label(label: str, width: int, lines: int = 2) -> str:
    r"""Break a label into at most so many even lines of a width in half-width characters; a cut one ends in ``…``.

    Examples
    --------
    >>> wrap_label("老年人助餐（社区食堂、送餐上门）", 18)
    '老年人助餐（社区\n食堂、送餐上门）'
    >>> wrap_label("家庭医生签约服务与慢性病随访管理", 10)
    '家庭医生签\n约服务与…'
    """
    found = _fill(label, width)
    if len(found) > lines:
        between = "" if is_chinese(label) else " "
        return "\n".join([*found[: lines - 1], elide(between.join(found[lines - 1 :]), width)])
    narrower = width
    while len(found) > 1 and narrower > 2 and len(tighter := _fill(label, narrower - 1)) == len(found):
        found, narrower = tighter, narrower - 1
    return "\n".join(found)


def _fill(label: str, width: int) -> list[str]:
    """Fill lines of a width from the left."""
    found = [""]
    for piece in _pieces(label, width):
        if cell_len((found[-1] + piece).rstrip()) > width:
            found.append("")
        found[-1] += piece if found[-1] else piece.lstrip()
    return [line.rstrip() for line in found]


def elide(label: str, width: int) -> str:
    """Cut a label to a width in half-width characters, its last one then being ``…``."""
    if cell_len(label) <= width:
        return label
    kept = ""
    for character in label:
        if cell_len(kept + character) > width - cell_len(ELLIPSIS) - 1:
            break
        kept += character
    return kept.rstrip(_NOT_LAST + "、，。；： ") + ELLIPSIS


def stack_label(label: str, lines: int) -> str:
    """Write a Chinese label downwards, one character a line."""
    short = label if len(label) <= lines else label[: lines - 1] + "⋮"
    return "\n".join(short)


def is_chinese(label: str) -> bool:
    """Tell whether a label is mostly full-width characters."""
    return cell_len(label) > 1.5 * len(label)


def _pieces(label: str, width: int) -> list[str]:
    """Split into pieces that stay on one line, gluing punctuation to what it belongs to."""
    pieces: list[str] = []
    for piece in _PIECES.findall(" ".join(label.split())):
        glued = pieces and (piece[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST)
        if glued and cell_len(pieces[-1] + piece) <= width:
            pieces[-1] += piece
        else:
            pieces.extend(_hard_split(piece, width))
    return pieces


def _hard_split(piece: str, width: int) -> list[str]:
    """Split a word that is wider than a line."""
    size = max(1, width)
    return [piece] if cell_len(piece) <= width else [piece[i : i + size] for i in range(0, len(piece), size)]
