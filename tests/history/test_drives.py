"""Which folders lie on a network drive, and what the store does there."""

from __future__ import annotations

import ctypes
import sqlite3
import sys
from contextlib import closing
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from needs_analytics.history import Store, drives, opening
from needs_analytics.history.drives import file_system, on_network_drive

if TYPE_CHECKING:
    from collections.abc import Callable

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
35 22 0:30 / /mnt rw - tmpfs tmpfs rw
36 35 0:31 / /mnt/share rw,relatime shared:2 master:1 - cifs //server/offices rw,vers=3.0
37 36 8:2 / /mnt/share/local rw - xfs /dev/sdb1 rw
38 22 0:32 / /mnt/needs\040list rw - nfs4 server:/export rw
39 22 0:33 / /mnt/a\134040b rw - 9p host rw
40 22 0:34 / /over rw - ext4 /dev/sdc1 rw
41 40 0:35 / /over rw - fuse.sshfs me@server:/ rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/", "ext4"),
        ("/home/office", "ext4"),
        ("/mnt/share/幸福街道/history", "cifs"),
        ("/mnt/shared", "tmpfs"),
        ("/mnt/share/local/office", "xfs"),
        ("/mnt/needs list/office", "nfs4"),
        (r"/mnt/a\040b", "9p"),
        ("/over/office", "fuse.sshfs"),
    ],
)
def test_a_folder_is_of_the_file_system_that_is_mounted_nearest_above_it(place: str, kind: str) -> None:
    assert file_system(Path(place), MOUNTS) == kind


@pytest.mark.parametrize(("kind", "remote"), [("cifs", True), ("nfs4", True), ("fuse.sshfs", True), ("ext4", False)])
def test_linux_tells_by_the_kind_of_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, remote: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    others = b"3 1 0:3 / /mnt/\xbd\xd6\xb5\xc0 rw - cifs //x/y rw\n"  # a name that is no UTF-8
    told = f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / {tmp_path} rw - {kind} x rw\n"
    mounts.write_bytes(told.encode() + others)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(drives, "_MOUNTS", mounts)
    assert on_network_drive(tmp_path / "office") is remote
    mounts.unlink()
    assert not on_network_drive(tmp_path / "office")


def test_macos_takes_every_other_volume_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert on_network_drive(Path("/Volumes/office"))
    assert not on_network_drive(Path("/Users/office"))


@pytest.mark.parametrize(("kind", "remote"), [(4, True), (3, False), (2, False)])
def test_windows_tells_by_the_kind_of_drive(monkeypatch: pytest.MonkeyPatch, kind: int, *, remote: bool) -> None:
    asked: list[str] = []

    def kind_of(drive: str) -> int:
        asked.append(drive)
        return kind

    kernel = SimpleNamespace(GetDriveTypeW=kind_of)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert drives._on_windows_share(PureWindowsPath(r"Z:\幸福街道\history")) is remote
    assert asked == ["Z:\\"]
    assert drives._on_windows_share(PureWindowsPath(r"\\server\offices\幸福街道"))
    monkeypatch.setattr(sys, "platform", "win32")
    assert on_network_drive(Path("/office")) is remote


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Store]:
    """Return a function that puts the store on a network drive or takes it home."""

    def at(remote: bool) -> Store:
        monkeypatch.setattr(opening, "on_network_drive", lambda _: remote)
        return Store(tmp_path / "months.sqlite3")

    return at


def mode(store: Store) -> str:
    """Return how the file itself says that it is written."""
    with closing(sqlite3.connect(store.path)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def keep(store: Store, digest: str) -> None:
    with store.writing() as writing:
        writing._connection.execute(
            "INSERT INTO run (month, revision, digest, chain, record) VALUES ('2026-10', ?, ?, '', '{}')",
            (len(digest), digest),
        )
        writing.commit()


def test_a_store_on_a_network_drive_is_written_without_the_log_and_moves_both_ways(
    put: Callable[[bool], Store],
) -> None:
    keep(put(True), "1")
    assert mode(put(True)) == "delete"
    keep(put(False), "22")
    assert mode(put(False)) == "wal"
    keep(put(True), "333")
    assert mode(put(True)) == "delete"
    assert put(True).months()["digest"].tolist() == ["1", "22", "333"]
    assert [path.name for path in put(True).path.parent.iterdir()] == ["months.sqlite3"]
