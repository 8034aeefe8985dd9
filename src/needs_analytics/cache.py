"""What was read of a month, kept until a workbook, a setting or the program changes: a second look reads nothing."""

from __future__ import annotations

import hashlib
import hmac
import pickle
import platform
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

LIBRARIES = ("needs-analytics", "pandas", "numpy", "python-calamine", "python-stdnum", "chinesecalendar", "scipy")
"""What a cell may be read otherwise by, were it of another version."""

_SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept result: a file that holds it, the state it belongs to and the secret it is signed with.

    The content is a pickle, which runs code when it is read: it is read only where its signature shows that it was
    written with the workspace's key.
    """

    file: Path
    state: bytes
    secret: bytes

    def load(self) -> object | None:
        """Return what was kept in this very state, ``None`` when there is no such thing."""
        try:
            content = self.file.read_bytes()
        except OSError:
            return None
        signature, state, payload = content[:_SIZE], content[_SIZE : 2 * _SIZE], memoryview(content)[2 * _SIZE :]
        if state != self.state or not hmac.compare_digest(signature, self._signature(payload)):
            return None
        kept: object = pickle.loads(payload)  # noqa: S301 - signed, see above
        return kept

    def store(self, result: object) -> None:
        """Keep a result in place of the one kept before; where that cannot be written, nothing is kept."""
        payload = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        with suppress(OSError):
            self.file.parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(self.file, self._signature(memoryview(payload)) + self.state + payload)

    def _signature(self, payload: memoryview) -> bytes:
        signed = hmac.new(self.secret, self.state, "sha256")
        signed.update(payload)
        return signed.digest()


def state_of(files: Iterable[tuple[str, Path]], settings: Iterable[str]) -> bytes:
    """Return a digest of what a result follows from: files with their names, settings, the program and its libraries.

    Parameters
    ----------
    files
        Label and path; one that cannot be read counts as such.
    settings
        Texts, in a fixed order.
    """
    digest = hashlib.sha256(_program())
    for label, path in files:
        digest.update(f"\0{label}\0".encode() + _digest(path))
    for setting in settings:
        digest.update(b"\0" + hashlib.sha256(setting.encode()).digest())
    return digest.digest()


@cache
def _program() -> bytes:
    """Return a digest of everything that reads: our own files, the libraries' versions, Python."""
    versions = "\0".join([platform.python_version(), *map(version, LIBRARIES)])
    return hashlib.sha256(versions.encode() + digest_of_sources(Path(__file__).parent)).digest()


def digest_of_sources(folder: Path) -> bytes:
    """Return a digest of a package's modules and tables, wherever in it they stand."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".csv", ".toml"}:
            digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode() + _digest(path))
    return digest.digest()


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b"unreadable"
