"""No test, and nothing a test starts, speaks to another machine: Python loads this file whenever it starts."""

from __future__ import annotations

import sys

CALLS = {"socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0,
         "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}  # fmt: skip
"""What the interpreter announces, and at which place of it the address stands."""


class NetworkError(BaseException):
    """The network was asked for; nothing that catches ``Exception`` hides it."""


def is_here(address: object) -> bool:
    """Return whether an address is this machine's own: the loopback, or a socket that is a file."""
    host = address[0] if isinstance(address, tuple) and address else address
    if host is None or (isinstance(address, (str, bytes)) and "/" in str(address)):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    return name in {"localhost", "::1"} or name.startswith("127.")


def refuse(event: str, given: tuple[object, ...]) -> None:
    """Let pass what stays on this machine."""
    if event in CALLS and not is_here(given[CALLS[event]]):
        raise NetworkError(f"{event} {given[CALLS[event]]}")


sys.addaudithook(refuse)
