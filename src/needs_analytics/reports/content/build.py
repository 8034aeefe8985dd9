"""Put the report together: facts, first page, chapters, and the sheets of the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.reports.content.disclose import rounded_effective, rounded_persons
from needs_analytics.reports.content.gap_tables import gap_tables, printable_gaps, supply_tables
from needs_analytics.reports.content.highlights import highlights
from needs_analytics.reports.content.need_tables import need_tables, printable_needs
from needs_analytics.reports.content.norms import norm_tables
from needs_analytics.reports.content.older import rests_on_older
from needs_analytics.reports.content.orders import order_tables
from needs_analytics.reports.content.other_tables import other_tables
from needs_analytics.reports.content.sample import SampleView
from needs_analytics.reports.content.sample_tables import sample_tables
from needs_analytics.reports.content.sections import Material, sections
from needs_analytics.reports.content.wording import Wording
from needs_analytics.reports.document import Document, Properties, Sheet
from needs_analytics.weights.window import answer_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.tables import Table

SHEETS: Mapping[str, tuple[str, ...]] = {
    "needs": ("needs", "needs_by_community", "rankings"),
    "gaps": ("gaps", "gaps_by_community", "communities"),
    "parts": ("parts", "reach"),
    "groups": ("segments", "segment_traits", "crosswalk", "equity", "needs_by_cut", "gaps_by_segment"),
    "grids": ("needs_by_grid", "gaps_by_grid"),
    "supply": ("services", "orders", "lacking", "coverage", "norms", "outlook"),
    "resources": ("resources",),
    "actions": ("actions", "new_services"),
    "referred": ("referred", "requests"),
    "sample": ("conclusions", "sample", "contacts", "margins", "weight_classes"),
    "method": ("method", "questions", "changes", "files", "issues", "options"),
}


def build_document(result: MonthResult, *, language: str = "zh") -> Document:
    """Return the report of a month, after disclosure control."""
    words = report_wording(result, language)
    view = SampleView(result, words)
    tables = [
        *need_tables(result, words),
        *gap_tables(result, words),
        *supply_tables(result, words),
        *order_tables(result, words),
        *norm_tables(result, words),
        *other_tables(result, words),
        *sample_tables(view),
    ]
    by_id = {table.id: table for table in tables}
    needs = printable_needs(result, words)
    gaps = printable_gaps(result, words) if len(result.gaps.table) else pd.DataFrame()
    material = Material(result, needs, gaps, by_id, words, view)
    month = result.month.label(language)
    return Document(
        title=words.say("title", office=result.workspace, month=month),
        subtitle=words.say("subtitle"),
        facts=_facts(result, words),
        highlights=highlights(material),
        sections=sections(material),
        tables=tables,
        sheets=_sheets(by_id, words),
        language=language,
        properties=Properties(
            author=words.say("author", office=result.workspace),
            subject=words.say("title", office=result.workspace, month=month).replace("\n", ""),
            keywords=words.say("keywords", month=month).split(words.say("list_comma")),
        ),
    )


def report_wording(result: MonthResult, language: str) -> Wording:
    """Return the words of a month's report."""
    return Wording.of(result.cleaned.codebook, _segment_names(result, language), language, result.options,
                      office=result.workspace)  # fmt: skip


def _segment_names(result: MonthResult, language: str) -> dict[str, str]:
    profiles = result.segments.profiles
    column = "name_en" if language == "en" and "name_en" in profiles else "name"
    return dict(zip(profiles["segment"], profiles[column], strict=True)) if len(profiles) else {}


def _facts(result: MonthResult, words: Wording) -> list[tuple[str, str]]:
    survey, weights = result.cleaned.survey, result.weights
    facts = [
        ("month", result.month.label(words.language)),
        ("office", result.workspace),
        ("answers", _answers_fact(result, words)),
    ]
    grids = survey.dropna(subset=["grid"]).groupby(["community", "grid"]).ngroups if len(survey) else 0
    communities = survey["community"].nunique() if len(survey) else 0
    if communities:
        form = "places_value" if grids else "places_value_plain"
        facts.append(("places", words.say(f"fact.{form}", communities=communities, grids=grids)))
    known = np.isfinite(weights.population)
    persons = int(rounded_persons([weights.population], 100)[0]) if known else 0
    form = "value" if known else "unknown" if result.cleaned.register.empty else "unused"
    facts.append(("population", words.say(f"fact.population_{form}", persons=persons)))
    if np.isfinite(weights.deff):
        facts.append(
            ("n_eff", words.say("fact.n_eff_value", n_eff=rounded_effective(weights.n_eff), deff=weights.deff))
        )
    facts.append(("files", words.say("fact.files_value", n=result.cleaned.sheets["file"].nunique())))
    return [(words.say(f"fact.{name}"), value) for name, value in facts]


def _answers_fact(result: MonthResult, words: Wording) -> str:
    survey = result.cleaned.survey
    if not rests_on_older(result):
        return words.say("fact.answers_value", n=len(survey))
    return words.say("fact.answers_older", n=len(survey), months=words.listed(answer_months(survey), 12))


def _sheets(tables: Mapping[str, Table], words: Wording) -> list[Sheet]:
    sheets = []
    for title, wanted in SHEETS.items():
        present = [name for name in wanted if name in tables]
        if present:
            sheets.append(Sheet(words.say(f"sheet.{title}"), present))
    return sheets
