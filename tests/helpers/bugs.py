"""A test that shows a bug stays, marked: it fails until the bug is mended, then the mark must go."""

from __future__ import annotations

import pytest


def bug(what: str) -> pytest.MarkDecorator:
    """Return the mark of a test that shows a bug not mended yet."""
    return pytest.mark.xfail(strict=True, reason=f"bug: {what}")
