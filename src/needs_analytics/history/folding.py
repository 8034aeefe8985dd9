"""Free texts out of what is kept as JSON: the segments' model and the tables as they were printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from needs_analytics.core.wording import key
from needs_analytics.intake.public_options import FOLDED, codebook_wordings

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.codebook import Codebook

_SEXES = frozenset({"男", "女"})
_MOST_TOLD = 8


def folded_model(model: str, codebook: Codebook) -> str:
    """Return the segments' model without options that are nobody's but a resident's; their number and order stay."""
    if not model:
        return ""
    told = json.loads(model)
    known = codebook_wordings(codebook) | _SEXES
    for read in (*(told.get("blocks") or ()), *(told.get("scales") or ())):
        question = read["question"]
        question["options"] = [
            option if key(option) in known else f"{FOLDED}{at}" for at, option in enumerate(question["options"], 1)
        ]
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def folded_tables(tables: str, questions: pd.DataFrame, codebook: Codebook, language: str) -> str:
    """Return printed tables with the options of questions as the folded dictionary has them.

    Parameters
    ----------
    tables
        As :mod:`needs_analytics.reports.published` makes them; ``questions`` has office, wording … and options last.
    """
    told = json.loads(tables)
    names = codebook.need_names(language)
    comma, more = ("、", "…") if language == "zh" else (", ", "…")
    listed = _options(questions, names)
    for table in told:
        if table["id"] == "questions":
            for row in table["rows"]:
                options = listed.get((row[0], row[1]), [])
                row[-1] = comma.join(options[:_MOST_TOLD]) + (more if len(options) > _MOST_TOLD else "")
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _options(questions: pd.DataFrame, names: dict[str, str]) -> dict[tuple[Any, Any], list[str]]:
    listed: dict[tuple[Any, Any], list[str]] = {}
    for office, wording, option, need in zip(
        questions["office"], questions["wording"], questions["option"], questions["need"], strict=True
    ):
        if need in names:
            listed.setdefault((office, wording), []).append(f"{option}→{names[need]}")
    return listed
