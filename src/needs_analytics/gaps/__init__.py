"""The supply-gap report: where the demand goes, and why."""

from needs_analytics.gaps.measure import measure_gaps

__all__ = ["measure_gaps"]
