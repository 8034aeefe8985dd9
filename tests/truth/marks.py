"""Marks a recovery test whose stage does not reach its threshold yet."""

from __future__ import annotations

import os

import pytest


def awaits(theme: str, today: str, raises: type[Exception] = AssertionError) -> pytest.MarkDecorator:
    """Expect a test to fail until the issue with this theme is done.

    Strict on the fixed seeds of ``make test``: a stage that reaches its threshold has to say so. On the many seeds of
    the full form one town may do well by luck.

    Parameters
    ----------
    theme
        Number and title of the coming issue.
    today
        What is measured now.
    raises
        How it fails: not by a check that is not met, only where the stage itself breaks.
    """
    strict = "NEEDS_TRUTH_SEEDS" not in os.environ
    return pytest.mark.xfail(strict=strict, raises=raises, reason=f"{theme}: {today}")


BACK = "5 Back to the office"
ESTIMATES = "6 Estimates that hold"
MONTHS = "7 The month is kept"
SEGMENTS = "8 Resident segments an official recognises"
DEMAND = "9 Where the demand goes"
FORECASTS = "later: forecasts"
