"""Workbooks that go back to their offices with the wrong cells marked, and come in again corrected."""
