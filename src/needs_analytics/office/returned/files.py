"""The folder of returned workbooks: one for every file with something wrong, written once for a state of the month."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from needs_analytics.core.options import ReadingOptions
from needs_analytics.files import write_whole
from needs_analytics.office.gate.found import Refused
from needs_analytics.office.gate.zips import Archive
from needs_analytics.office.returned.names import SUFFIX, original_stem
from needs_analytics.office.returned.seal import is_sealed
from needs_analytics.office.returned.workbook import make_returned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Cleaned

FOLDER = "退回"
_LONGEST_STEM = 220  # bytes


@dataclass(frozen=True, slots=True)
class Returned:
    """What went back.

    Attributes
    ----------
    folder
        Where the workbooks stand.
    count
        How many come back for this state of the month.
    edited
        Workbooks in the folder that somebody worked on there; they are kept, and read only from the inbox.
    """

    folder: Path
    count: int = 0
    edited: tuple[Path, ...] = ()


def write_returned(
    cleaned: Cleaned,
    paths: Sequence[Path],
    *,
    root: Path,
    folder: Path,
    record: Path,
    language: str = "zh",
    options: ReadingOptions | None = None,
) -> Returned:
    """Write a marked copy of every workbook of a month with something wrong in it; take stale ones away.

    Parameters
    ----------
    paths, root
        The month's workbooks and their folder.
    folder
        Folder of the check; the copies go into ``退回`` below it, under the paths the workbooks have.
    record
        File that keeps what was written for which state: digests only, no name.
    """
    folder, options = folder / FOLDER, options or ReadingOptions()
    wrong = _by_digest(cleaned)
    if not wrong and not folder.is_dir():
        return Returned(folder)
    before = _known(record)
    sources = {digest: path for path in paths if (digest := _digest(path)) in wrong}
    places = sorted(path.relative_to(root).as_posix() for path in sources.values())
    state = _state(cleaned, wrong, places, language)
    there = {path: _digest(path) for path in sorted(folder.rglob("*")) if _is_workbook(path)}
    mine = {path for path, digest in there.items() if digest in before["written"] or _is_sealed(path, options)}
    edited = tuple(path for path in there if path not in mine)
    if before["state"] == state and set(before["written"]) <= set(there.values()):
        _remove(path for path in mine if there[path] not in before["written"])
        return Returned(folder, len(before["written"]), edited)
    files = [(sources[digest], issues) for digest, issues in wrong.items() if digest in sources]
    contents = make_returned(files, language=language, options=options)
    targets = _targets([source.relative_to(root) for source in contents])
    wanted = dict(zip((folder / target for target in targets), contents.values(), strict=True))
    _remove(path for path in mine if path not in wanted)
    for target, content in wanted.items():
        _put(target, content, there, mine)
    _remember(record, state, [_digest_of(content) for content in contents.values()])
    _prune(folder)
    return Returned(folder, len(contents), edited)


def remove_returned(
    folder: Path, record: Path, options: ReadingOptions | None = None
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Remove the marked copies of a month and return them, and those that somebody worked on, which stay.

    Parameters
    ----------
    folder, record
        See :func:`write_returned`.
    """
    written, limits = _known(record)["written"], options or ReadingOptions()
    there = [path for path in sorted((folder / FOLDER).rglob("*")) if _is_workbook(path)]
    mine = tuple(path for path in there if _digest(path) in written or _is_sealed(path, limits))
    for path in mine:
        path.unlink()
    _prune(folder / FOLDER)
    return mine, tuple(path for path in there if path not in mine)


def _by_digest(cleaned: Cleaned) -> dict[str, list[Issue]]:
    """Return the issues of every workbook that has errors or doubts, by its digest: names may be masked by now."""
    digests = dict(zip(cleaned.sheets["file"], cleaned.sheets["digest"], strict=True))
    found: dict[str, list[Issue]] = defaultdict(list)
    for issue in cleaned.issues:
        if issue.where is not None and issue.severity != "info" and issue.where.file in digests:
            found[digests[issue.where.file]].append(issue)
    return dict(found)


def _state(cleaned: Cleaned, wrong: Mapping[str, Sequence[Issue]], places: Sequence[str], language: str) -> str:
    """Return a digest of all that the copies follow from."""
    sheets = cleaned.sheets[["digest", "sheet"]].to_csv(index=False)
    told = repr([(digest, issues) for digest, issues in sorted(wrong.items())])
    return hashlib.sha256(f"{language}\0{_program()}\0{places}\0{sheets}\0{told}".encode()).hexdigest()


def _program() -> str:
    here = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in here)).hexdigest()


def _targets(sources: Sequence[Path]) -> list[PurePosixPath]:
    """Name the copies like their originals; of those that would have one name each keeps what kind it was.

    Names that differ in case only are one name to Windows and macOS.
    """
    plain = [_target(source, original_stem(source.stem)) for source in sources]
    times = Counter(map(_folded, plain))
    free = {_folded(name) for name in plain if times[_folded(name)] == 1}
    named = []
    for source, name in zip(sources, plain, strict=True):
        target, number = name, 1
        if times[_folded(name)] > 1:
            stem = target_stem = f"{source.stem}_{source.suffix[1:]}"
            while _folded(target := _target(source, target_stem)) in free:
                number += 1
                target_stem = f"{stem}_{number}"
            free.add(_folded(target))
        named.append(target)
    return named


def _target(source: Path, stem: str) -> PurePosixPath:
    return PurePosixPath(source.parent.as_posix(), f"{_short(stem)}{SUFFIX}.xlsx")


def _folded(name: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(name)).casefold()


def _short(stem: str) -> str:
    """Return a stem that leaves room for what we add to it in the 255 bytes of a file's name."""
    whole = stem.encode()
    if len(whole) <= _LONGEST_STEM:
        return stem
    return f"{whole[: _LONGEST_STEM - 9].decode(errors='ignore')}~{hashlib.sha256(whole).hexdigest()[:8]}"


def _put(target: Path, content: bytes, there: Mapping[Path, str], mine: Collection[Path]) -> None:
    """Write a copy; one that somebody worked on in the folder keeps its name and its work."""
    if there.get(target) == _digest_of(content):
        return
    theirs = {_folded(PurePosixPath(path)) for path in there if path not in mine}
    number, free = 2, target
    while _folded(PurePosixPath(free)) in theirs:
        free, number = target.with_name(f"{target.stem}({number}){target.suffix}"), number + 1
    free.parent.mkdir(parents=True, exist_ok=True)
    write_whole(free, content)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # somebody has it open: its seal tells next time that it is ours
            path.unlink()


def _prune(folder: Path) -> None:
    """Remove the folders that have become empty."""
    for part in (*sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True), folder):
        with suppress(OSError):  # somebody's work may stand there
            part.rmdir()


def _known(record: Path) -> dict[str, list[str] | str]:
    with suppress(OSError, ValueError):
        told = json.loads(record.read_text(encoding="utf-8"))
        if isinstance(told, dict) and isinstance(told.get("written"), list):
            return {"state": str(told.get("state")), "written": [str(digest) for digest in told["written"]]}
    return {"state": "", "written": []}


def _remember(record: Path, state: str, written: Sequence[str]) -> None:
    with suppress(OSError):
        record.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(record, json.dumps({"state": state, "written": list(written)}).encode())


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx" and not path.name.startswith(("~$", ".~", ".")) and path.is_file()


def _is_sealed(path: Path, options: ReadingOptions) -> bool:
    """Whether a workbook is as we wrote it, whatever became of the record; no cell of it is read."""
    try:
        if path.stat().st_size > options.largest_file_mb * 2**20:
            return False
        return is_sealed(Archive(path.read_bytes(), replace(options, largest_inflated_mb=1)))
    except (OSError, Refused):
        return False


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
