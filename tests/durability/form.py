"""How much is tried: a short form in every run of the tests, all of it where ``NEEDS_DURABILITY=full`` asks for it."""

from __future__ import annotations

import json
import os
from pathlib import Path

FULL = os.environ.get("NEEDS_DURABILITY") == "full"


def trials(short: int, full: int) -> int:
    """Return how often something is tried."""
    return full if FULL else short


def report(what: str, **figures: object) -> None:
    """Add a line to the file that ``NEEDS_DURABILITY_OUT`` names: what ``docs/reliability.md`` is written from."""
    out = os.environ.get("NEEDS_DURABILITY_OUT")
    if out:
        with Path(out).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"what": what, **figures}, ensure_ascii=False) + "\n")
