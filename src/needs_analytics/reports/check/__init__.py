"""What ``needs check`` found, office by office: as a page, a workbook, JSON and a text to forward.

It loads nothing of the report's own content, no plots and no statistics.
"""

from needs_analytics.reports.check.book import write_check
from needs_analytics.reports.check.machine import check_json
from needs_analytics.reports.check.page import write_page
from needs_analytics.reports.check.summary import MonthCheck, OfficeCheck, Problem, summarise

__all__ = ["MonthCheck", "OfficeCheck", "Problem", "check_json", "summarise", "write_check", "write_page"]
