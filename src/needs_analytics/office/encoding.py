"""The encoding of a text file: BOM, strict UTF-8, UTF-16 without BOM, then GB18030 if it reads like Chinese."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Rows 16-55 of GB 2312 hold the 3 755 most used characters; a cp1252 text read as GB18030 falls outside them.
_COMMON = frozenset(bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))


def decode(content: bytes) -> str | None:
    """Return a text file's text, ``None`` when no encoding gives a plausible one.

    GB18030 decodes almost any bytes, a Western text into nonsense; so the result is taken only when most of its
    two-byte characters are among the common ones.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strict(content, encoding)
    text = _strict(content, "utf-8")
    if text is not None and "\x00" not in text:
        return text
    if b"\x00" in content[:4000]:
        little = content[1:4000:2].count(0) >= content[:4000:2].count(0)
        text = _strict(content, "utf-16-le" if little else "utf-16-be")
        return None if text is None or "\x00" in text else text  # a text has no NULs, a database file has
    return None if _is_cut_utf_8(content) else _chinese(content)


def _is_cut_utf_8(content: bytes) -> bool:
    """Whether only the end is wrong: a UTF-8 file cut in the middle of a character, which GB18030 would also take."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return not decoder.decode(content).isascii()
    except UnicodeDecodeError:
        return False


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _chinese(content: bytes) -> str | None:
    text = _strict(content, "gb18030")
    if text is None:
        return None
    wide = [character.encode("gb18030") for character in text[:20000] if ord(character) > 0x2E80]
    han = [code for code, character in zip(wide, (c for c in text[:20000] if ord(c) > 0x2E80), strict=True)
           if "\u4e00" <= character <= "\u9fff"]  # fmt: skip
    common = sum(code in _COMMON for code in han)
    return text if han and common >= 0.7 * len(han) else None
