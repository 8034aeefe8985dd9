"""The version of the templates, known to who writes them and to who reads them back."""

from __future__ import annotations

VERSION = 3
"""Kept in a property of the workbook; a changed column or answer makes a new one, and ``template.changed.N`` says
what changed in version N."""
