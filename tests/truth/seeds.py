"""How many towns a recovery test draws: few in ``make test``, as many as ``NEEDS_TRUTH_SEEDS`` says by hand."""

from __future__ import annotations

import os


def seed_count(fast: int) -> int:
    """Return the number of seeds: ``NEEDS_TRUTH_SEEDS`` where it is set, else that of the fast form."""
    given = os.environ.get("NEEDS_TRUTH_SEEDS")
    return int(given) if given else fast
