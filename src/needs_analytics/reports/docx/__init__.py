"""The report as a Word file."""

from needs_analytics.reports.docx.files import render_docx

__all__ = ["render_docx"]
