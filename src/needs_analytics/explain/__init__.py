"""How a number came about: formula, figures, services considered, source files and rows. Exact, for internal use."""

from needs_analytics.explain.explanation import Explanation
from needs_analytics.explain.number import example_keys, explain_number

__all__ = ["Explanation", "example_keys", "explain_number"]
