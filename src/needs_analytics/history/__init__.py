"""The months that were issued, kept."""

from needs_analytics.history.store import Store

__all__ = ["Store"]
