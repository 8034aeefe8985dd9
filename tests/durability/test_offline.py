"""The tests are off the network, and so is what they start; the loopback is this machine."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

ELSEWHERE = ("192.0.2.1", 80)  # of the addresses that belong to nobody


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.create_connection(ELSEWHERE, timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ELSEWHERE),
        lambda: socket.socket().bind(("0.0.0.0", 0)),
    ],
    ids=["connect", "getaddrinfo", "gethostbyname", "sendto", "bind"],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_another_machine_is_not_to_be_reached(ask: object) -> None:
    with pytest.raises(BaseException, match=r"socket\.") as refused:
        ask()  # type: ignore[operator]
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
