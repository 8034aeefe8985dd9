"""One confidence for every interval of a month: the words of the report and the rules of publishing rest on it."""

LEVEL = 0.95
"""Confidence level of every interval."""

Z = 1.959963984540054
"""Its two-sided normal quantile."""
