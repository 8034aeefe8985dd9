"""Lines as wide as the console: a Chinese character takes two columns, and some punctuation never begins a line."""

from __future__ import annotations

import shutil
import sys
import unicodedata

_NARROWEST = 40
_NEVER_FIRST = frozenset("，。、；：！？）》”’】…,.;:!?)]%")


def console_width() -> int | None:
    """Return the columns of the console, ``None`` where the output goes into a file or to another program."""
    return max(shutil.get_terminal_size().columns, _NARROWEST) if sys.stdout.isatty() else None


def cell_width(character: str) -> int:
    """Return the columns of a character; those of ambiguous width are wide on a Chinese console.

    Examples
    --------
    >>> [cell_width(character) for character in "a中“"]
    [1, 2, 2]
    """
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def wrapped(line: str, width: int | None, *, indent: int = 2) -> str:
    """Break a line where the console ends, the further lines further in than the first.

    Words of Latin letters and digits stay whole where they fit.

    Examples
    --------
    >>> print(wrapped("  年龄为230，应在 0–120 之间。", 16, indent=4))
      年龄为230，应
          在 0–
          120 之
          间。
    """
    if width is None:
        return line
    start = len(line) - len(line.lstrip(" ")) + indent
    lines, room, begin = [""], width - 1, 0
    used = 0
    for piece in _pieces(line):
        size = sum(map(cell_width, piece))
        if used + size > room and used > begin:
            lines.append(" " * start)
            used = begin = start
            piece = piece.lstrip(" ")  # noqa: PLW2901 - a space at the break is the break
            size = sum(map(cell_width, piece))
        lines[-1] += piece
        used += size
    return "\n".join(part.rstrip() for part in lines)


def _pieces(line: str) -> list[str]:
    """Split a line where it may be broken: before any wide character but closing punctuation, and after a space."""
    pieces: list[str] = []
    for character in line:
        opens = bool(pieces) and pieces[-1][-1] in "（《“‘【(["
        wide = cell_width(character) > 1
        joined = character in _NEVER_FIRST or opens
        if pieces and (joined or (not wide and pieces[-1][-1] != " " and cell_width(pieces[-1][-1]) == 1)):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
