"""Every byte a run has written, in whatever it is wrapped, searched for canaries."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_HAN = "[\u4e00-\u9fff]"
_RUNS = re.compile(f"{_HAN}{{2,}}")
_PARTED = re.compile(rf"(?<={_HAN})[ ·]+(?={_HAN})")
_BETWEEN = re.compile(r"(?<=\d)[ .()/—\-]+(?=\d)")
_LONG = re.compile(r"\d{10,}x?")
_DIGEST = re.compile(r"(?=\d*[a-f])[0-9a-f]{28,}")
"""A keyed digest of a row; five given digits in a row stand in one of some thousands of them by chance."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PNG = b"\x89PNG"


def layers(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a content and what is packed in it: members of zips, compressed texts of pictures."""
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from layers(f"{name}!{member}", member.encode() + b"\n" + archive.read(member))
    elif content.startswith(_PNG):
        for place in (found.start() for found in re.finditer(b"zTXt|iTXt|tEXt", content)):
            packed = content[place + 4 :].split(b"\0", 1)[-1].lstrip(b"\0")
            yield f"{name}!text", _unpacked(packed)


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed)
    except zlib.error:
        return packed


def readings(content: bytes) -> Iterator[str]:
    """Yield a content as every encoding would have it that our files, or a console, are written in."""
    text = content.decode("utf-8", "ignore")
    yield text
    if "&#" in text:  # as XML may write what is not ASCII
        yield html.unescape(text)
    if "\\u" in text:
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if not text.isascii() or b"\0" in content:
        yield content.decode("gb18030", "ignore")
        yield content.decode("utf-16-le", "ignore")
        yield content[1:].decode("utf-16-le", "ignore")


def squeezed(text: str) -> str:
    """Return a text in one width, in small letters, without digests and what stands inside a number or a name."""
    return _BETWEEN.sub("", _PARTED.sub("", _DIGEST.sub("|", unicodedata.normalize("NFKC", text).lower())))


def _sorted_out(canaries: Collection[str]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return names in characters, long numbers, and all else, each squeezed form with the canary."""
    kinds: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
    for canary in canaries:
        form = squeezed(canary).lstrip("(+")
        kinds[0 if _RUNS.fullmatch(form) else 1 if _LONG.fullmatch(form) else 2][form] = canary
    return kinds


def found_in(content: bytes, canaries: Collection[str], name: str = "") -> dict[str, str]:
    """Return the canaries that stand in a content, each with where."""
    names, numbers, others = _sorted_out(canaries)
    lengths = {len(known) for known in names}
    leaks: dict[str, str] = {}
    for place, layer in layers(name, content):
        for text in map(squeezed, readings(layer)):
            pieces = {
                run[at : at + n] for run in set(_RUNS.findall(text)) for n in lengths for at in range(len(run) - n + 1)
            }
            digits = "\n".join(set(_LONG.findall(text)))
            told = [names[piece] for piece in pieces & names.keys()]
            told += [canary for form, canary in numbers.items() if form in digits]
            told += [canary for form, canary in others.items() if form in text]
            leaks |= dict.fromkeys({*told} - leaks.keys(), place)
    return leaks


def leaks_below(folder: Path, canaries: Collection[str], exempt: Collection[str]) -> dict[str, str]:
    """Return the canaries in any file's name or bytes below a folder, each with where; exempt folders are not read."""
    leaks: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if not any(re.match(pattern, name) for pattern in exempt):
            leaks |= found_in(name.encode() + b"\n" + path.read_bytes(), canaries, name)
    return leaks
