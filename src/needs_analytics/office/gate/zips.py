"""A zip archive read by its directory alone, every part checked against its checksum, and packed anew for the reader.

What the reader gets holds only parts proved here, under names chosen here: two programs that understand a
doubtful archive differently cannot differ about it.
"""

from __future__ import annotations

import struct
import zlib

from needs_analytics.office.gate.found import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from needs_analytics.core.options import ReadingOptions

_LOCAL, _CENTRAL, _END, _END_64 = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"
_FULL, _FULL_COUNT = 0xFFFFFFFF, 0xFFFF
_STORED, _DEFLATED = 0, 8
_PIECE = 2**21
_RATIO_FROM = 2**20


class Entry:
    """One part of an archive, as its directory says."""

    __slots__ = ("crc", "flags", "method", "name", "offset", "packed", "raw_name", "size", "start")

    def __init__(self, record: tuple[int, ...], name: bytes, extra: bytes) -> None:
        self.flags, self.method, self.crc = record[2], record[3], record[6]
        self.packed, self.size, self.offset = _wide(record[7], record[8], record[15], extra)
        self.raw_name = name
        self.name = _canonical(name)
        self.start = 0


class Archive:
    """The parts of a zip by their canonical names (``/`` between folders, small letters)."""

    def __init__(self, content: bytes, limits: ReadingOptions) -> None:
        self._content = memoryview(content)
        self._limits = limits
        self._inflated: dict[str, int] = {}
        entries, self.start, self.end = _directory(content, limits)
        for entry in entries:
            _place(entry, content)
        _refuse_overlap(entries)
        self.surplus = self.end < len(content) or min((entry.offset for entry in entries), default=0) > 0
        self.entries: dict[str, Entry] = {entry.name: entry for entry in entries}
        self._twice = {entry.name for entry in entries if self.entries[entry.name] is not entry}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def pieces(self, name: str) -> Iterator[bytes]:
        """Inflate a part piece by piece; refuses what is damaged or grows beyond the limits."""
        entry = self._entry(name)
        self._refuse_bomb(entry, entry.size)  # what it says itself, so as not to inflate in vain
        crc = total = 0
        for piece in self._raw(entry):
            total += len(piece)
            if total > entry.size:
                raise Refused("E007", part=name)
            self._refuse_bomb(entry, total)
            crc = zlib.crc32(piece, crc)
            yield piece
        if crc != entry.crc or total != entry.size:
            raise Refused("E007", part=name)

    def part(self, name: str) -> bytes:
        """Inflate a part."""
        return b"".join(self.pieces(name))

    def raw(self, name: str) -> tuple[Entry, memoryview]:
        """Return a part as packed, to be packed anew without inflating it again."""
        entry = self._entry(name)
        return entry, self._content[entry.start : entry.start + entry.packed]

    def _entry(self, name: str) -> Entry:
        entry = self.entries.get(name.lower())
        if entry is None:
            raise Refused("E007", part=name)
        if entry.name in self._twice:
            raise Refused("E013", part=name)
        if entry.flags & 1:
            raise Refused("E002")
        if entry.method not in {_STORED, _DEFLATED}:
            raise Refused("E007", part=name)
        return entry

    def _raw(self, entry: Entry) -> Iterator[bytes]:
        packed = self._content[entry.start : entry.start + entry.packed]
        if entry.method == _STORED:
            for first in range(0, len(packed), _PIECE):
                yield bytes(packed[first : first + _PIECE])
            return
        inflater = zlib.decompressobj(-15)
        try:
            for first in range(0, len(packed), _PIECE // 8):
                rest: bytes | memoryview = packed[first : first + _PIECE // 8]
                while rest and not inflater.eof:
                    yield inflater.decompress(rest, _PIECE)
                    rest = inflater.unconsumed_tail
        except zlib.error as error:
            raise Refused("E007", part=entry.name) from error
        if not inflater.eof:
            raise Refused("E007", part=entry.name)

    def _refuse_bomb(self, entry: Entry, total: int) -> None:
        self._inflated[entry.name] = total
        if sum(self._inflated.values()) > self._limits.largest_inflated_mb * 2**20:
            raise Refused("E019", part=entry.name, limit=f"largest_inflated_mb = {self._limits.largest_inflated_mb}")
        if total - _RATIO_FROM > self._limits.largest_ratio * entry.packed:
            raise Refused("E019", part=entry.name, limit=f"largest_ratio = {self._limits.largest_ratio}")


class Deflated:
    """A part packed here: what its directory entry needs."""

    __slots__ = ("crc", "method", "size")

    def __init__(self, crc: int, size: int) -> None:
        self.method, self.crc, self.size = _DEFLATED, crc, size


def deflated(pieces: Iterable[bytes]) -> tuple[Deflated, memoryview]:
    """Pack a part piece by piece."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    out, crc, size = bytearray(), 0, 0
    for piece in pieces:
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        out += deflater.compress(piece)
    out += deflater.flush()
    return Deflated(crc, size), memoryview(out)


def pack(parts: Mapping[str, bytes | tuple[Entry | Deflated, memoryview]]) -> bytes:
    """Write an archive of parts, given by their bytes or as they were packed."""
    body, directory = bytearray(), bytearray()
    for name, part in parts.items():
        if isinstance(part, bytes):
            method, crc, size, packed = _STORED, zlib.crc32(part), len(part), memoryview(part)
        else:
            method, crc, size, packed = part[0].method, part[0].crc, part[0].size, part[1]
        label = name.encode()
        told = (method, 0, 0x21, crc, len(packed), size, len(label), 0)
        directory += struct.pack("<4s4H2H3I5H2I", _CENTRAL, 20, 20, 0x800, *told, 0, 0, 0, 0, len(body)) + label
        body += struct.pack("<4s2H3H3I2H", _LOCAL, 20, 0x800, *told) + label
        body += packed
    end = struct.pack("<4s4H2IH", _END, 0, 0, len(parts), len(parts), len(directory), len(body), 0)
    return bytes(body + directory + end)


def _directory(content: bytes, limits: ReadingOptions) -> tuple[list[Entry], int, int]:
    """Return the entries, where the directory begins and where the archive ends."""
    at = content.rfind(_END, max(0, len(content) - 2**17))
    if at < 0 or at + 22 > len(content):
        raise Refused("E006")
    count, size, offset, comment = struct.unpack_from("<HIIH", content, at + 10)
    first_end = at
    if _FULL in {size, offset} or count == _FULL_COUNT:
        first_end = content.rfind(_END_64, 0, at)
        if first_end < 0 or first_end + 56 > len(content):
            raise Refused("E006")
        count, size, offset = struct.unpack_from("<QQQ", content, first_end + 32)
    if count > limits.most_parts:
        raise Refused("E019", part="", limit=f"most_parts = {limits.most_parts}")
    start = first_end - size
    if start < offset:
        raise Refused("E006")
    entries = []
    place = start
    for _ in range(count):
        record, place = _record(content, place, first_end)
        record.offset += start - offset
        entries.append(record)
    if place != first_end:
        raise Refused("E006")
    return entries, start, at + 22 + comment


def _record(content: bytes, place: int, end: int) -> tuple[Entry, int]:
    if content[place : place + 4] != _CENTRAL or place + 46 > end:
        raise Refused("E006")
    record = struct.unpack_from("<6H3I5H2I", content, place + 4)
    name_length, extra_length, comment_length = record[9:12]
    names = place + 46
    extras = names + name_length
    following = extras + extra_length + comment_length
    if following > end:
        raise Refused("E006")
    return Entry(record, content[names:extras], content[extras : extras + extra_length]), following


def _place(entry: Entry, content: bytes) -> None:
    """Find where a part's bytes begin; what stands before them must give the part the same name."""
    at = entry.offset
    if content[at : at + 4] != _LOCAL or at + 30 > len(content):
        raise Refused("E006")
    name_length, extra_length = struct.unpack_from("<HH", content, at + 26)
    if content[at + 30 : at + 30 + name_length] != entry.raw_name:
        raise Refused("E006")
    entry.start = at + 30 + name_length + extra_length
    if entry.start + entry.packed > len(content):
        raise Refused("E006")


def _refuse_overlap(entries: list[Entry]) -> None:
    ends = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < ends:
            raise Refused("E019", part=entry.name, limit="overlap")
        ends = entry.start + entry.packed


def _wide(packed: int, size: int, offset: int, extra: bytes) -> tuple[int, int, int]:
    """Return the sizes and the place, from the 64-bit field where the short ones are full."""
    values = [size, packed, offset]
    if _FULL not in values:
        return packed, size, offset
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            full = [position for position, value in enumerate(values) if value == _FULL]
            if length < 8 * len(full) or at + 4 + 8 * len(full) > len(extra):
                break
            for number, position in enumerate(full):
                values[position] = struct.unpack_from("<Q", extra, at + 4 + 8 * number)[0]
            return values[1], values[0], values[2]
        at += 4 + length
    raise Refused("E006")


def _canonical(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace("\\", "/").lstrip("/").lower()
