"""Processes of our own that are killed: at a call they make, or when their parent pleases."""

from __future__ import annotations

import os
import signal
import time
import traceback
import warnings
from functools import partial
from typing import TYPE_CHECKING

from .watching import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KILLED = -signal.SIGKILL


def child(work: Callable[[], object]) -> int:
    """Do something in a process of its own and return the process's number; it ends with 0 when all went well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the other threads are the test runner's and wait
        number = os.fork()
    if number:
        return number
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    os._exit(code)


def ended(number: int) -> int:
    """Wait for a process and return its code, negative where it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def killed_at(call: int, work: Callable[[], object]) -> bool:
    """Do something in a process that is killed before its n-th call that touches the disk; return whether it was."""

    def doomed() -> None:
        left = call

        def count(_: str) -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        with watched(count):
            work()

    code = ended(child(doomed))
    assert code in {0, KILLED}
    return code == KILLED


def killed_before(mark: str, work: Callable[[], object]) -> None:
    """Do something in a process that is killed before a call that is about ``mark``."""

    def kill(about: str) -> None:
        if mark in about:
            os.kill(os.getpid(), signal.SIGKILL)

    def doomed() -> None:
        with watched(kill):
            work()

    assert ended(child(doomed)) == KILLED


def at_once(works: Sequence[Callable[[], object]]) -> list[int]:
    """Do things in processes that begin at the same moment, and return their codes."""
    read, write = os.pipe()

    def wait(work: Callable[[], object]) -> None:
        os.close(write)
        os.read(read, 1)
        work()

    numbers = [child(partial(wait, work)) for work in works]
    os.close(read)
    os.close(write)
    return [ended(number) for number in numbers]


def killed_after(seconds: float, work: Callable[[], object], mark: str = "") -> bool:
    """Do something in a process that is killed so long after it began, or after a call that is about ``mark``."""
    read, write = os.pipe()

    def doomed() -> None:
        def tell(about: str) -> None:
            if mark in about:
                os.close(write)

        if not mark:
            os.close(write)
            work()
            return
        with watched(tell):
            work()

    number = child(doomed)
    os.close(write)
    os.read(read, 1)  # comes back when the process has let go of its end
    os.close(read)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        time.sleep(min(0.0005, seconds))
    os.kill(number, signal.SIGKILL)
    code = ended(number)
    assert code in {0, KILLED}
    return code == KILLED
