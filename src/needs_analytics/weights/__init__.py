"""Sample to population: margins from the register, raking, diagnostics."""

from needs_analytics.weights.weigh import weigh

__all__ = ["weigh"]
