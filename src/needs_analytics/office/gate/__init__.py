"""The gate: what is proved about a workbook's bytes before any reader touches them. Standard library only.

Runs in the reading process (:mod:`needs_analytics.office.child`), so that nothing here may import what is slow to load.
"""
