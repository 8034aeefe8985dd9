"""The reading process: files come in on its standard input, what was read or refused goes out on its standard output.

It has an address-space limit and, for each file, a limit of processor time; what the reader cannot survive ends this
process only. Started by its path with ``-I -S``, so that it loads neither pandas nor numpy; nothing it sends is
executed or unpickled by who reads it.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
from array import array
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from needs_analytics.core.options import ReadingOptions
    from needs_analytics.office.judged import SheetRead


class _Given:
    """The options, as sent."""

    def __init__(self, given: dict[str, object]) -> None:
        self.__dict__.update(given)


def main() -> None:
    """Answer files until the input ends."""
    sys.path[:0] = sys.argv[1:]
    gc.disable()  # millions of cells and no cycles; the memory is limited anyhow
    from needs_analytics.office.gate.found import Refused  # noqa: PLC0415 - the path is known only now

    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while head := source.read(8):
        request = json.loads(source.read(int.from_bytes(head, "little")))
        limits: ReadingOptions = _Given(request["limits"])  # type: ignore[assignment]
        _limit(limits)
        content = source.read(request["size"])
        try:
            told, columns = (
                _marked(content, request["job"], limits) if "job" in request else _read(content, request, limits)
            )
        except Refused as refused:
            told, columns = {"refused": refused.code, "details": refused.details}, []
        except MemoryError:
            told, columns = {"refused": "E025", "details": {"limit": f"memory_mb = {limits.memory_mb}"}}, []
        except Exception:
            told, columns = {"refused": "E024", "details": {}}, []
        _answer(answers, told, columns)


def _read(
    content: bytes, request: dict[str, Any], limits: ReadingOptions
) -> tuple[dict[str, object], list[array[int]]]:
    from needs_analytics.office.judged import read_file  # noqa: PLC0415 - the path is known only now

    read = read_file(content, request["name"], limits, request["uncomputed"])
    return {"sheets": [_told(sheet) for sheet in read]}, [codes for sheet in read for _, codes in sheet.columns]


def _marked(content: bytes, job: dict[str, Any], limits: ReadingOptions) -> tuple[dict[str, object], list[array[int]]]:
    from needs_analytics.office.returned.patching import Job, patch_book  # noqa: PLC0415 - for some files only

    made = array("B", patch_book(content, Job.from_plain(job), limits))
    return {"size": len(made)}, [made]


def _limit(limits: ReadingOptions) -> None:
    """Bound this process; where the system knows no such limits (Windows) the gate is all there is."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    memory = limits.memory_mb * 2**20
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + limits.seconds + 1
    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        with suppress(ValueError, OSError):  # macOS knows the limit of addresses and refuses it
            resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _told(sheet: SheetRead) -> dict[str, object]:
    return {
        "name": sheet.found.name,
        "hidden": sheet.found.hidden,
        "merged": sheet.merged,
        "template": sheet.template,
        "notes": sheet.found.notes,
        "columns": [[_plain(cell) for cell in cells] for cells, _ in sheet.columns],
        "rows": len(sheet.columns[0][1]) if sheet.columns else 0,
    }


def _plain(cell: object) -> object:
    """Return a cell as JSON has it: dates and times as their kind and text."""
    if isinstance(cell, str | float | int):
        return cell
    if isinstance(cell, dt.timedelta):
        return ["timedelta", cell.days, cell.seconds, cell.microseconds]
    return [type(cell).__name__, cell.isoformat()] if isinstance(cell, dt.date | dt.time) else str(cell)


def _answer(answers: BinaryIO, told: dict[str, object], codes: list[array[int]]) -> None:
    text = json.dumps(told).encode()
    answers.write(len(text).to_bytes(8, "little"))
    answers.write(text)
    for column in codes:
        column.tofile(answers)
    answers.flush()


if __name__ == "__main__":
    main()
