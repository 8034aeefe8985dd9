"""Eligibility told by columns of its own beside the rule: 最小年龄, 最大年龄, 限定人群."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.rules import nobody_meets, rule_words
from needs_analytics.intake.groups import group_words

if TYPE_CHECKING:
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.codebook import Codebook

_COLUMNS = ("age_from", "age_to", "only_groups")


def with_age_and_group_columns(
    menu: pd.DataFrame, codebook: Codebook, cells: CellMap
) -> tuple[pd.DataFrame, list[Issue]]:
    """Make the columns part of the rule ``eligibility``: all of them have to hold, of several groups one is enough."""
    given = [name for name in _COLUMNS if name in menu]
    if not given:
        return menu, []
    words, issues = group_words(codebook), []
    ages = {group: words.from_age(group) for group in words.names}
    told = {name: menu[name] if name in menu else pd.Series(None, menu.index, dtype=object) for name in _COLUMNS}
    rules = menu["eligibility"] if "eligibility" in menu else pd.Series(None, menu.index, dtype=object)
    texts = menu.get("eligibility_text", rules)
    made, said = [], []
    refs = cells.refs("menu", menu, "age_from", "age_to", "only_groups")
    for where, rule, text, low, high, groups in zip(refs, rules, texts, *told.values(), strict=True):
        more = _conditions(low, high, groups)
        joined = _joined(rule, more) if more else rule
        impossible = bool(more) and nobody_meets(joined, ages)
        if impossible:
            value, explained = rule_words(more, words.names), rule_words(joined, words.names)
            details = {"table": "menu", "field": "eligibility", "words": explained}
            issues.append(Issue("W145", where, value, details))
        made.append("all" if impossible else joined)
        said.append(rule_words(joined, words.names) if more and not impossible else text)
    return menu.drop(columns=given).assign(eligibility=made, eligibility_text=said), issues


def _conditions(low: float | None, high: float | None, groups: str | None) -> str:
    conditions = [f"age>={low:g}"] if pd.notna(low) else []
    conditions += [f"age<={high:g}"] if pd.notna(high) else []
    conditions += ["group=" + groups.replace(";", "|")] if isinstance(groups, str) and groups else []
    return " and ".join(conditions)


def _joined(rule: str | None, more: str) -> str:
    """Return the rule with further conditions on every alternative."""
    if not isinstance(rule, str) or rule == "all":
        return more
    return " or ".join(f"{alternative} and {more}" for alternative in rule.split(" or "))
