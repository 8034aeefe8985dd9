"""Workbooks nobody here made, read where they lie in ../shared; what is told about them stands beside the tests."""
