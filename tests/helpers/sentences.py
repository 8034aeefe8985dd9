"""Issues whose sentences have every detail they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import issue_remedy, issue_sentence, issue_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.core.issue import Issue


def complete(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues; fails where a sentence lacks a detail, which the catalogue shows as ``?`` (never ``？``)."""
    found = list(issues)
    for issue in found:
        for sentence in (issue_title(issue), issue_sentence(issue), issue_remedy(issue)):
            assert "?" not in sentence.replace(str(issue.value), ""), f"{issue.code}: {sentence}"
    return found
