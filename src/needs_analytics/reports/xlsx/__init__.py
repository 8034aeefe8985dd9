"""The report as a workbook."""

from needs_analytics.reports.xlsx.workbooks import render_xlsx

__all__ = ["render_xlsx"]
