"""A month's results as a document: tables after disclosure control, charts, and the words of the report."""

from needs_analytics.reports.content.build import build_document

__all__ = ["build_document"]
