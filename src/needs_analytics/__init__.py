"""From a month's survey and usage workbooks to the needs list and the supply-gap report.

The public names load when they are used, so that ``import needs_analytics as na`` is light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "Codebook": "core.codebook",
    "Mapping": "core.mapping",
    "Month": "core.month",
    "Options": "core.options",
    "NeedsError": "errors",
    "Workspace": "workspace",
    "assign_segments": "segments",
    "clean": "cleaning",
    "collect_month": "pipeline",
    "explain_number": "explain",
    "find_segments": "segments",
    "forecast_use": "forecasts",
    "issue_month": "issuing",
    "list_needs": "needs",
    "match_services": "matching",
    "measure_gaps": "gaps",
    "plan_actions": "plans",
    "suggest_services": "plans",
    "plot_month": "reports.figures",
    "read_workbooks": "office.read",
    "run_month": "pipeline",
    "take_in": "intake",
    "weigh": "weights",
    "write_reports": "reports.month",
    "write_template": "office.template",
}

if TYPE_CHECKING:
    from needs_analytics.cleaning import clean as clean
    from needs_analytics.core.codebook import Codebook as Codebook
    from needs_analytics.core.mapping import Mapping as Mapping
    from needs_analytics.core.month import Month as Month
    from needs_analytics.core.options import Options as Options
    from needs_analytics.errors import NeedsError as NeedsError
    from needs_analytics.explain import explain_number as explain_number
    from needs_analytics.forecasts import forecast_use as forecast_use
    from needs_analytics.gaps import measure_gaps as measure_gaps
    from needs_analytics.intake import take_in as take_in
    from needs_analytics.issuing import issue_month as issue_month
    from needs_analytics.matching import match_services as match_services
    from needs_analytics.needs import list_needs as list_needs
    from needs_analytics.office.read import read_workbooks as read_workbooks
    from needs_analytics.office.template import write_template as write_template
    from needs_analytics.pipeline import collect_month as collect_month
    from needs_analytics.pipeline import run_month as run_month
    from needs_analytics.plans import plan_actions as plan_actions
    from needs_analytics.plans import suggest_services as suggest_services
    from needs_analytics.reports.figures import plot_month as plot_month
    from needs_analytics.reports.month import write_reports as write_reports
    from needs_analytics.segments import assign_segments as assign_segments
    from needs_analytics.segments import find_segments as find_segments
    from needs_analytics.weights import weigh as weigh
    from needs_analytics.workspace import Workspace as Workspace

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names above, checked by the tests


def __getattr__(name: str) -> Any:
    """Load a public name, or a submodule, when it is first used."""
    if name in _HOMES:
        importlib.import_module("needs_analytics.reports.notebook")  # how results look, before there is one
        return getattr(importlib.import_module(f"needs_analytics.{_HOMES[name]}"), name)
    try:
        return importlib.import_module(f"needs_analytics.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(name) from error


def __dir__() -> list[str]:
    return __all__
