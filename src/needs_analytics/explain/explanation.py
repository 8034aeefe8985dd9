"""A number explained, as text and as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from needs_analytics.core.messages import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_SECTIONS = ("values", "services", "sources")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number explained.

    Attributes
    ----------
    title, formula
        What it is and how it is computed.
    values, services, sources
        Lines with the figures, with every service considered, and with the cells they come from.
    tables
        The same as data: for a gap ``parts`` (one row) and ``services`` (one row per service@site, see
        :func:`needs_analytics.explain.considered.considered_services`); for gaps and needs ``sources``: ``file, sheet,
        count, rows`` with all rows.
    """

    title: str
    formula: str
    values: tuple[str, ...]
    sources: tuple[str, ...]
    language: str = "zh"
    services: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def as_text(self) -> str:
        """Return the explanation as plain text."""
        parts = [self.title, f"{text('explain.formula', self.language)}: {self.formula}"]
        for name in _SECTIONS:
            lines = getattr(self, name)
            if lines:
                parts += [f"{text(f'explain.{name}', self.language)}:", *(f"  {line}" for line in lines)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        return f"<pre style='white-space:pre-wrap'>{escape(self.as_text())}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values."""
        return {
            "title": self.title,
            "formula": self.formula,
            **{name: list(getattr(self, name)) for name in _SECTIONS},
            "tables": {
                name: table.astype(object).where(table.notna(), None).to_dict("records")
                for name, table in self.tables.items()
            },
        }
