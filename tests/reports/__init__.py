"""The report as data, as charts and as files."""

import datetime as dt

CREATED = dt.date(2026, 11, 5)
