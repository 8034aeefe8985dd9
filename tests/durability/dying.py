"""A disk that takes what is written and cannot make it last: from some moment on every ``fsync`` of a process fails."""

from __future__ import annotations

import ctypes
import os
import platform
import sys

_FSYNC = {"x86_64": (74, 75), "aarch64": (82, 83)}  # the system's numbers of fsync and fdatasync
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # words of the kernel's filters
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NO_NEW_PRIVILEGES, _SET_FILTER, _FILTER = 38, 22, 2


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint32),
    )  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def can_die() -> bool:
    """Return whether this system can be told to fail."""
    return sys.platform == "linux" and platform.machine() in _FSYNC


def die(error: int) -> None:
    """Let every ``fsync`` of this process fail from now on; it cannot be taken back."""
    one, other = _FSYNC[platform.machine()]
    steps = (_Step * 5)(
        _Step(_LOAD, 0, 0, 0), _Step(_IF_EQUAL, 1, 0, one), _Step(_IF_EQUAL, 0, 1, other),
        _Step(_RETURN, 0, 0, _FAIL | error), _Step(_RETURN, 0, 0, _ALLOW),
    )  # fmt: skip
    system = ctypes.CDLL(None, use_errno=True)
    for call in (
        (_NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (_SET_FILTER, _FILTER, ctypes.byref(_Program(len(steps), steps)), 0, 0),
    ):
        if system.prctl(*call):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
