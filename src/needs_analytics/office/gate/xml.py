"""XML parts: well-formed, in UTF-8, without a document type (what entities, bombs and foreign files come with)."""

from __future__ import annotations

import re
from xml.parsers import expat

from needs_analytics.office.gate.found import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Start = Callable[[str, dict[str, str]], None]

_DEEPEST, _MOST_ATTRIBUTES = 100, 200
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CHINESE = {"gbk", "gb2312", "gb18030", "cp936"}


def parser(part: str, *, deep: bool = True) -> expat.XMLParserType:
    """Return a parser that refuses a document type and, with ``deep``, what nests or lists without end."""
    made = expat.ParserCreate("utf-8")
    made.buffer_text = True

    def refuse(*_: object) -> None:
        raise Refused("E012", part=part)

    made.StartDoctypeDeclHandler = refuse
    if deep:
        made.StartElementHandler, made.EndElementHandler = measured(part)
    return made


def measured(part: str, start: Start | None = None, end: Callable[[str], None] | None = None) -> tuple[
    Start, Callable[[str], None]
]:  # fmt: skip
    """Return handlers that count depth and attributes before they hand on."""
    depth = 0

    def opening(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST or len(attributes) > _MOST_ATTRIBUTES:
            raise Refused("E007", part=part)
        if start:
            start(name, attributes)

    def closing(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(name)

    return opening, closing


def feed(made: expat.XMLParserType, pieces: Iterable[bytes], part: str) -> None:
    """Parse pieces to the end; refuses what is not well-formed."""
    try:
        for piece in pieces:
            made.Parse(piece, False)
        made.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("E007", part=part) from error


def elements(pieces: Iterable[bytes], part: str, *wanted: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of these local names with their attributes (by local name too), in order."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in wanted:
            found.append((local, attributes))

    made = parser(part)
    made.StartElementHandler, made.EndElementHandler = measured(part, start)
    feed(made, pieces, part)
    return found


def in_utf_8(pieces: Iterator[bytes], part: str) -> tuple[Iterator[bytes], bytes | None]:
    """Return a part's pieces in UTF-8, and the whole of it where it had to be decoded."""
    first = next(pieces, b"")
    encoding = _WIDE.get(first[:2]) or _told(first)
    if encoding is None:
        return _chained(first, pieces), None
    try:
        text = b"".join([first, *pieces]).decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise Refused("E007", part=part) from error
    whole = re.sub(r"^<\?xml[^>]*\?>", "", text).encode()
    return iter([whole]), whole


def _told(first: bytes) -> str | None:
    declared = _DECLARED.match(first[:200].removeprefix(b"\xef\xbb\xbf"))
    name = declared[1].decode().lower() if declared else "utf-8"
    if name in _CHINESE:
        return "gb18030"
    return None if name in {"utf-8", "utf8", "us-ascii", "ascii"} else "latin-1" if name == "iso-8859-1" else None


def _chained(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
