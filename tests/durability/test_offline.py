"""The tests are off the network, and so is what they start; the loopback is this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ELSEWHERE = ("192.0.2.1", 80)  # of the addresses that belong to nobody


def use(kind: socket.SocketKind, what: Callable[[socket.socket], object]) -> None:
    with socket.socket(socket.AF_INET, kind) as by:
        what(by)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.create_connection(ELSEWHERE, timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: use(socket.SOCK_DGRAM, lambda by: by.sendto(b"x", ELSEWHERE)),
        lambda: use(socket.SOCK_STREAM, lambda by: by.bind(("0.0.0.0", 0))),
    ],
    ids=["connect", "getaddrinfo", "gethostbyname", "sendto", "bind"],
)
def test_another_machine_is_not_to_be_reached(ask: Callable[[], object]) -> None:
    with pytest.raises(BaseException, match=r"socket\.") as refused:
        ask()
    assert type(refused.value).__name__ == "NetworkError"
    assert not isinstance(refused.value, Exception)


def test_a_process_that_a_test_starts_is_off_the_network_too() -> None:
    work = "import socket\ntry: socket.create_connection(('192.0.2.1', 80), timeout=1)\nexcept Exception: pass"
    ended = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "NetworkError: socket." in ended.stderr


def test_the_loopback_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
