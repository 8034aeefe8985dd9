"""What the gaps of a month cannot tell, because a table was not sent: menu, sites, use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.placed import no_distances

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording


def untold(result: MonthResult, words: Wording) -> list[str]:
    """Return a sentence for each table that is missing and what that leaves unknown, none where all were sent."""
    if result.matches.status == "no_menu":
        return [words.say("text.no_menu")]
    if result.gaps.table.empty:
        return []
    missing = {"no_sites": no_distances(result.cleaned), "no_usage": result.cleaned.usage.empty}
    return [words.say(f"text.{name}") for name, lacks in missing.items() if lacks]
