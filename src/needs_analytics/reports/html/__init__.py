"""The report as one page."""

from needs_analytics.reports.html.pages import render_html

__all__ = ["render_html"]
