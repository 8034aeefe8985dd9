"""Workbooks in and out of offices; the only place that opens an input workbook."""
