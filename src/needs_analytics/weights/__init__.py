"""Sample to population: margins from the register, raking, diagnostics."""

from needs_analytics.weights.diagnostics import diagnose
from needs_analytics.weights.weigh import weigh
from needs_analytics.weights.window import with_older_answers

__all__ = ["diagnose", "weigh", "with_older_answers"]
