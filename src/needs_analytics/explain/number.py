"""Explain one number of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.messages import failure, text
from needs_analytics.core.results import ALL
from needs_analytics.errors import UsageError
from needs_analytics.explain.gap import explain_gap
from needs_analytics.explain.lookup import find_need, find_place, refuse_without_gap, refuse_without_menu
from needs_analytics.explain.need import explain_need
from needs_analytics.explain.service import explain_service
from needs_analytics.explain.weights import explain_weights

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult
    from needs_analytics.explain.explanation import Explanation


def explain_number(result: MonthResult, key: str, *, language: str = "zh") -> Explanation:
    """Explain one number of a month.

    Parameters
    ----------
    result
        What :func:`needs_analytics.run_month` gave.
    key
        ``need:需求[:社区[:网格]]``, ``gap:需求[:社区[:网格]]``, ``service:服务[:服务点]`` or ``weights``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    Explanation
        Formula, figures and the rows they come from; ``.as_text()`` is what ``needs explain`` prints.

    Raises
    ------
    UsageError
        When the key or a name in it is not known; with the nearest known ones.
    """
    kind, *names = [part.strip() for part in key.replace("：", ":").split(":")]
    if kind == "weights" and not names:
        return explain_weights(result, language)
    if kind in {"need", "gap"} and 1 <= len(names) <= 3 and all(names):
        need = find_need(result, names[0])
        community, grid = find_place(result, names[1:])
        if kind == "need":
            return explain_need(result, need, community, grid, language)
        refuse_without_gap(result, need)
        return explain_gap(result, need, community, grid, language)
    if kind == "service" and 1 <= len(names) <= 2 and all(names):
        refuse_without_menu(result)
        return explain_service(result, names, language)
    raise failure(UsageError, "explain_key", key=key, examples=text("error.comma", language).join(example_keys(result)))


def example_keys(result: MonthResult) -> list[str]:
    """Return a key of each kind that the month has a number for."""
    needs, gaps, menu = result.needs.table, result.gaps.table, result.cleaned.menu
    keys = []
    if len(needs):
        first = needs[(needs["community"] != ALL) & (needs["segment"] == ALL) & (needs["group"] == ALL)].head(1)
        keys += [f"need:{name}:{place}" for name, place in zip(first["need_name"], first["community"], strict=True)]
    keys += [f"gap:{name}" for name in gaps["need_name"].head(1)] if len(gaps) else []
    keys += [f"service:{name}" for name in menu["name"].head(1)] if len(menu) else []
    return [*keys, "weights"]
