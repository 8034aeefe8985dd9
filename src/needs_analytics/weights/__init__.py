"""Sample to population: margins from the register, raking, diagnostics."""

from needs_analytics.weights.diagnostics import diagnose
from needs_analytics.weights.weigh import weigh

__all__ = ["diagnose", "weigh"]
