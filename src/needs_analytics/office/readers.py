"""The reading processes, seen from outside: as many as there are cores, a new one for each that died.

No file's fate touches another's: a process that ends or is too slow takes only the file it had in hand with it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import python_calamine

from needs_analytics.core.records import Column
from needs_analytics.intake.reading import UNCOMPUTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.options import ReadingOptions

_CHILD = Path(__file__).with_name("child.py")
_PATHS = (str(Path(__file__).parents[2]), str(Path(python_calamine.__file__).parents[1]))
_SLACK = 10
_KINDS: dict[str, Callable[..., object]] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": dt.timedelta,
}
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet as a reading process gives it; notes are issue code, sheet, row, column and details.

    ``template`` is the table and the version of the template that the workbook was made from.
    """

    name: str
    hidden: bool
    merged: tuple[tuple[int, int, int, int], ...]
    columns: tuple[Column, ...]
    notes: tuple[tuple[str, str, int | None, int | None, dict[str, object]], ...]
    template: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not read: an issue code and what its sentence needs."""

    code: str
    details: dict[str, object]


class Readers:
    """Reading processes, started when they are first needed and ended with the ``with`` block."""

    def __init__(self, limits: ReadingOptions) -> None:
        self._limits = limits
        self._idle: queue.SimpleQueue[_Reader] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._idle.empty():
            self._idle.get().end()

    def map(self, work: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """Do work that reads for every item, on all cores; results in the order of the items."""
        listed = list(items)
        with ThreadPoolExecutor(max(1, min(len(listed), self._limits.processes or os.cpu_count() or 1))) as pool:
            yield from pool.map(work, listed)

    def read(self, content: bytes, name: str) -> list[ReadSheet] | Refusal:
        """Read one file in a process of its own time and memory."""
        return self._asked(content, {"name": name, "uncomputed": UNCOMPUTED}, _sheets)

    def mark(self, content: bytes, job: Mapping[str, object]) -> bytes | Refusal:
        """Mark the wrong cells of one file in such a process."""
        return self._asked(content, {"job": job}, _marked)

    def _asked(
        self, content: bytes, asked: Mapping[str, object], take: Callable[[dict[str, Any], IO[bytes]], _Result]
    ) -> _Result | Refusal:
        try:
            reader = self._idle.get_nowait()
        except queue.Empty:
            reader = _Reader()
        try:
            outcome = reader.answer(content, asked, self._limits, take)
        except BaseException:
            reader.end()
            raise
        if outcome is None:
            return reader.died(self._limits)
        self._idle.put(reader)
        return outcome


class _Reader:
    """One reading process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            [sys.executable, "-I", "-S", str(_CHILD), *_PATHS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._late = False

    def answer(
        self,
        content: bytes,
        asked: Mapping[str, object],
        limits: ReadingOptions,
        take: Callable[[dict[str, Any], IO[bytes]], _Result],
    ) -> _Result | Refusal | None:
        """Return what the process makes of a file or its refusal, ``None`` when it has died over the file."""
        head = json.dumps({"limits": asdict(limits), "size": len(content), **asked}).encode()
        alarm = threading.Timer(limits.seconds + _SLACK, self._stop)
        alarm.start()
        try:
            to, answer = self._process.stdin, self._process.stdout
            assert to is not None and answer is not None  # noqa: S101, PT018 - both are pipes
            to.write(len(head).to_bytes(8, "little") + head)
            to.write(content)
            to.flush()
            return _answer(answer, take)
        except (OSError, EOFError):
            return None
        finally:
            alarm.cancel()

    def died(self, limits: ReadingOptions) -> Refusal:
        """Say of what the process died."""
        self.end()
        slow = self._late or self._process.returncode == -24  # SIGXCPU
        if slow:
            return Refusal("E025", {"limit": f"seconds = {limits.seconds}"})
        return Refusal("E024", {})

    def end(self) -> None:
        """End the process and close its pipes."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what a dead process did not take
                    continue
        try:
            self._process.wait(_SLACK)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()


def _answer(stream: IO[bytes], take: Callable[[dict[str, Any], IO[bytes]], _Result]) -> _Result | Refusal:
    told = json.loads(_exactly(stream, int.from_bytes(_exactly(stream, 8), "little")))
    return Refusal(told["refused"], told["details"]) if "refused" in told else take(told, stream)


def _sheets(told: dict[str, Any], stream: IO[bytes]) -> list[ReadSheet]:
    return [_sheet(sheet, stream) for sheet in told["sheets"]]


def _marked(told: dict[str, Any], stream: IO[bytes]) -> bytes:
    return _exactly(stream, told["size"])


def _sheet(told: dict[str, Any], stream: IO[bytes]) -> ReadSheet:
    columns = tuple(
        _in_order(np.frombuffer(_exactly(stream, 4 * told["rows"]), np.int32), [*map(_cell, cells)])
        for cells in told["columns"]
    )
    return ReadSheet(
        told["name"], told["hidden"], tuple(map(tuple, told["merged"])), columns, tuple(map(tuple, told["notes"])),
        tuple(told["template"]),
    )  # fmt: skip


def _in_order(codes: Ints, cells: list[Any]) -> Column:
    """Return a column whose distinct cells stand in an order of their own: by kind, then by value.

    In the order in which they are first met, all that follows would depend on the order of the rows.
    """
    kinds: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        kinds.setdefault(type(cell).__name__, []).append(place)
    order = [place for kind in sorted(kinds) for place in sorted(kinds[kind], key=cells.__getitem__)]
    places = np.empty(len(cells), np.int32)
    places[order] = np.arange(len(cells), dtype=np.int32)
    return Column(places[codes], tuple(cells[place] for place in order))


def _cell(told: Any) -> object:
    return _KINDS[told[0]](*told[1:]) if isinstance(told, list) else told


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found
