"""A month's report as it is issued: its files, what they print, and which rows they hide."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.options import FORMATS
from needs_analytics.reports.content.build import build_document
from needs_analytics.reports.content.disclose import public_gaps, public_shares
from needs_analytics.reports.month import report_stem
from needs_analytics.reports.write import render_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.tables import Table


@dataclass(frozen=True, slots=True)
class Published:
    """A month's report.

    Attributes
    ----------
    files
        Name to content.
    tables
        Its tables as JSON: ``id, caption, columns`` and ``rows`` of texts as they are printed.
    needs, gaps
        ``shown``, ``hidden`` (few contributors) or ``withheld`` (small sample) for each row of the exact tables.
    """

    files: Mapping[str, bytes]
    tables: str
    needs: tuple[str, ...]
    gaps: tuple[str, ...]


def published(result: MonthResult, *, formats: Sequence[str] = FORMATS, language: str = "zh") -> Published:
    """Return a month's report after disclosure control; the same result gives the same bytes.

    Raises
    ------
    UsageError
        When a format is unknown.
    """
    document, options = build_document(result, language=language), result.options.disclosure
    stem = report_stem(result, language)
    files = render_document(document, created=result.month.last_day, stem=stem, formats=formats)
    tables = json.dumps([_printed(table) for table in document.tables], ensure_ascii=False, separators=(",", ":"))
    needs, gaps = public_shares(result.needs.table, options), public_gaps(result.gaps.table, options)
    return Published(files, tables, _pattern(needs), _pattern(gaps))


def _printed(table: Table) -> dict[str, object]:
    rows = [[column.text(cell) for column, cell in zip(table.columns, row, strict=True)] for row in table.cells]
    return {"id": table.id, "caption": table.caption, "columns": [column.label for column in table.columns],
            "rows": rows}  # fmt: skip


def _pattern(frame: pd.DataFrame) -> tuple[str, ...]:
    words = np.select([frame["hidden"].astype(bool), frame["withheld"].astype(bool)], ["hidden", "withheld"], "shown")
    return tuple(words.tolist())
