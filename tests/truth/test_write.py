"""What was measured becomes a table: what is reached, and what awaits which issue."""

from __future__ import annotations

from typing import Any

from .write import tabulate


def line(what: str, value: float, **limits: float) -> dict[str, Any]:
    limits = {name: limits.get(name) for name in ("least", "most", "below")}
    return {"file": "test_needs.py", "what": what, "value": value, **limits,
            "awaits": "6 Estimates that hold: half today", "seeds": "20"}  # fmt: skip


def test_towns_are_averaged_and_the_worst_is_shown() -> None:
    table = tabulate([line("coverage", 0.96, least=0.94), line("coverage", 0.95, least=0.94)])
    assert "| Needs list | coverage | 0.955 | 0.95 | ≥ 0.94 | reached |" in table


def test_one_town_below_the_threshold_is_not_yet() -> None:
    table = tabulate([line("error", 0.5, most=1), line("error", 1.5, most=1)])
    assert "| 1 | 1.5 | ≤ 1 | **not yet** – theme 6 Estimates that hold |" in table
