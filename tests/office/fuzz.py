"""Workbooks changed at random from a seed: raw bytes, records, and the XML inside a zip packed again with right sums.

By hand, for an hour: ``python -m office.fuzz --seconds 3600`` in ``tests``; the tests run a few hundred inputs.
"""

from __future__ import annotations

import argparse
import io
import random
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.options import ReadingOptions
from needs_analytics.office.gate.found import Refused
from needs_analytics.office.gate.opendocument import open_document
from needs_analytics.office.gate.records import binary_workbook, legacy_workbook
from needs_analytics.office.gate.workbook import main_part, workbook
from needs_analytics.office.gate.zips import Archive
from needs_analytics.office.readers import Readers, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SMALL = ReadingOptions(largest_inflated_mb=64, most_cells=2_000_000, memory_mb=2048, seconds=20, processes=1)
_WORDS = (
    b"", b"-1", b"0", b"1", b"99999", b"4294967295", b"1e999", b"NaN", b"A1", b"XFD1048576", b"ZZZ9", b"A0", b"s", b"e",
    b"zz", b"&lol;", b"&#0;", b"<", b">", b'"', b"<!-- x -->", b"<![CDATA[x]]>", b"<!DOCTYPE a>", b"\xff\xfe",
    b"</row>", b"<row>", b'<c r="B2"/>', b'<c r="B2" t="s"><v>3</v></c>', "需要".encode(), b"../../x", b"http://x",
)  # fmt: skip
_NUMBERS = (0, 1, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0x80000000)


def mutants(seeds: dict[str, bytes], seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and bytes without end."""
    rng = random.Random(seed)
    names = sorted(seeds)
    while True:
        name = rng.choice(names)
        content = seeds[name]
        yield name, changed(content, rng)


def changed(content: bytes, rng: random.Random) -> bytes:
    """Return the bytes changed, of a zip most often inside its parts."""
    inside = content.startswith(b"PK") and rng.random() < 0.8
    return _inside(content, rng) if inside else _raw(content, rng)


def escape(readers: Readers, name: str, content: bytes) -> str:
    """Return what went wrong: anything but sheets or a refusal, ``""`` when all is well."""
    try:
        _gate(content)
    except Refused:
        pass
    except Exception as error:
        return f"gate: {type(error).__name__}: {error}"
    outcome = readers.read(content, name)
    if isinstance(outcome, Refusal):
        return "" if outcome.code[0] == "E" else f"no refusal: {outcome.code}"
    lengths = {len(column.codes) for sheet in outcome for column in sheet.columns}
    return "" if lengths or outcome else "nothing"


def _gate(content: bytes) -> None:
    """The gate's part of reading, here, so that a slip of ours is not taken for a refusal."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        legacy_workbook(content, SMALL)
    elif content.startswith(b"PK\x03\x04"):
        archive = Archive(content, SMALL)
        if "content.xml" in archive:
            open_document(archive, SMALL, "?")
        else:
            main = main_part(archive)
            if main.endswith(".bin"):
                binary_workbook(archive, main, SMALL)
            else:
                workbook(archive, SMALL, "?")


def _inside(content: bytes, rng: random.Random) -> bytes:
    """Change parts of a zip and pack them again, so that sums and sizes are right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = set(rng.choices(names, k=rng.choice((1, 1, 2))))
        for name in names:
            part = old.read(name)
            if name in chosen and rng.random() < 0.05:
                continue
            new.writestr(name, _raw(part, rng) if name in chosen else part)
    return buffer.getvalue()


def _raw(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        rng.choice(_CHANGES)(changed, rng)
    return bytes(changed)


def _flip(content: bytearray, rng: random.Random) -> None:
    if content:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def _put(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(content) + 1)
    content[at : at + rng.choice((0, 1, 2, 4))] = rng.choice(_WORDS)


def _number(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(content) + 1)
    content[at : at + 4] = rng.choice((*_NUMBERS, rng.getrandbits(32))).to_bytes(4, "little")


def _cut(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(content) + 1)
    del content[at : at + rng.choice((1, 4, 64, len(content)))]


def _copy(content: bytearray, rng: random.Random) -> None:
    at, to = rng.randrange(len(content) + 1), rng.randrange(len(content) + 1)
    content[to:to] = content[at : at + rng.choice((4, 32, 256))]


_CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _flip, _put, _put, _number, _cut, _copy)


def main() -> None:
    """Run until the time is over; keep what escapes in the folder ``escapes``."""
    from .test_fuzz import seeds

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=3600)
    arguments.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    given = arguments.parse_args()
    until, count, found = time.monotonic() + given.seconds, 0, Counter[str]()
    with Readers(SMALL) as readers:
        for name, content in mutants(seeds(), given.seed):
            wrong = escape(readers, name, content)
            count += 1
            if wrong:
                found[wrong] += 1
                Path("escapes").mkdir(exist_ok=True)
                Path("escapes", f"{count}-{name}").write_bytes(content)
            if time.monotonic() > until:
                break
    print(f"seed {given.seed}: {count} inputs, {found.total()} escapes", *found.most_common(), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
