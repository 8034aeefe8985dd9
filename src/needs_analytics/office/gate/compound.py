"""OLE compound files (``.xls``, old ``.et``, encrypted workbooks): a stream by its name, every chain bounded."""

from __future__ import annotations

import struct

from needs_analytics.office.gate.found import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LAST_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class Compound:
    """The streams of a compound file."""

    def __init__(self, content: bytes) -> None:
        if len(content) < 512:
            raise Refused("E006")
        self._content = content
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if shift not in {9, 12} or small_shift != 6:
            raise Refused("E006")
        self._size = 1 << shift
        self._sectors = max(0, -(-len(content) // self._size) - 1)
        first_directory, self._cutoff, self._small_first = struct.unpack_from("<I4xII", content, 48)
        self._table = self._allocation()
        self.entries = self._directory(first_directory)

    def stream(self, name: str) -> bytes | None:
        """Return a stream's bytes, ``None`` when there is no such stream."""
        found = self.entries.get(name.lower())
        if found is None:
            return None
        kind, start, size = found
        if size > len(self._content):
            raise Refused("E006")
        if size >= self._cutoff or kind == _ROOT:
            data = self._chain(start, self._table, self._sector, -(-size // self._size))
        else:
            data = self._small(start, size)
        if len(data) < size:
            raise Refused("E006")
        return data[:size]

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._content[at : at + self._size]

    def _allocation(self) -> list[int]:
        count = struct.unpack_from("<I", self._content, 44)[0]
        following, blocks = struct.unpack_from("<II", self._content, 68)
        sectors = [number for number in struct.unpack_from("<109I", self._content, 76) if number < _LAST_SECTOR]
        width = self._size // 4
        for _ in range(min(blocks, self._sectors)):
            if following >= self._sectors:
                break
            numbers = self._numbers(following)
            sectors += [number for number in numbers[: width - 1] if number < _LAST_SECTOR]
            following = numbers[width - 1]
        if not 0 < count <= self._sectors or len(sectors) < count:
            raise Refused("E006")
        return [entry for number in sectors[:count] for entry in self._numbers(number)]

    def _numbers(self, sector: int) -> list[int]:
        data = self._sector(sector)
        if len(data) < self._size:
            raise Refused("E006")
        return list(struct.unpack(f"<{self._size // 4}I", data))

    def _chain(self, start: int, table: list[int], read: Callable[[int], bytes], most: int) -> bytes:
        parts: list[bytes] = []
        while start < _LAST_SECTOR and len(parts) < most:
            if start >= len(table):
                raise Refused("E006")
            parts.append(read(start))
            start = table[start]
        return b"".join(parts)

    def _small(self, start: int, size: int) -> bytes:
        root = next((entry for entry in self.entries.values() if entry[0] == _ROOT), None)
        if root is None or root[2] > len(self._content):
            raise Refused("E006")
        shelf = self._chain(root[1], self._table, self._sector, -(-root[2] // self._size))
        raw = self._chain(self._small_first, self._table, self._sector, self._sectors)
        table = list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))
        return self._chain(start, table, lambda number: shelf[number * 64 : number * 64 + 64], -(-size // 64))

    def _directory(self, first: int) -> dict[str, tuple[int, int, int]]:
        data = self._chain(first, self._table, self._sector, self._sectors)
        found: dict[str, tuple[int, int, int]] = {}
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            if kind in {_STREAM, _ROOT} and 2 <= length <= 64:
                name = data[at : at + length - 2].decode("utf-16-le", "replace").lower()
                start, size = struct.unpack_from("<II", data, at + 116)
                found.setdefault(name, (kind, start, size))
        if not found:
            raise Refused("E006")
        return found
