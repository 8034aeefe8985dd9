"""Whether a folder lies on a network drive, where SQLite's write-ahead log does not work."""

from __future__ import annotations

import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "glusterfs", "lustre", "davfs"),
        *(
            "vboxsf",
            "prl_fs",
            "drvfs",
            "fuse.sshfs",
            "fuse.rclone",
            "fuse.davfs",
            "fuse.gvfsd-fuse",
            "fuse.vmhgfs-fuse",
        ),
    }
)
_WINDOWS_REMOTE = 4


def on_network_drive(folder: Path) -> bool:
    """Return whether other machines may write to a folder at the same time.

    Linux tells it by the kind of file system, Windows by the kind of drive; of macOS everything under ``/Volumes``
    counts, which costs an external disk some speed and nothing else.
    """
    place = folder.resolve()
    if sys.platform == "win32":
        return _on_windows_share(place)
    if sys.platform == "darwin":
        return place.is_relative_to("/Volumes")
    try:
        return file_system(place, _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")) in _REMOTE
    except OSError:
        return False


def file_system(place: Path, mounts: str) -> str:
    r"""Return the kind of file system of a folder, from the lines of ``/proc/self/mountinfo``.

    Examples
    --------
    >>> lines = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / /mnt/x\\040y rw shared:1 - cifs //server/share rw"
    >>> file_system(Path("/mnt/x y/office"), lines), file_system(Path("/mnt/x"), lines)
    ('cifs', 'ext4')
    """
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        mounted = Path(_unescaped(before.split(" ")[4]))
        if place.is_relative_to(mounted) and len(mounted.parts) >= longest:
            found, longest = after.split(" ")[0], len(mounted.parts)
    return found


def _unescaped(path: str) -> str:
    """Return a path without the octal escapes of the kernel."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(code, character)
    return path


def _on_windows_share(place: Path) -> bool:
    if place.drive.startswith("\\\\"):
        return True
    import ctypes  # noqa: PLC0415 - Windows only

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - only Windows has it, mypy runs elsewhere
    return bool(kernel.GetDriveTypeW(place.anchor) == _WINDOWS_REMOTE)
