"""The store of months: append-only, exact, without names, identifiers or free text."""

from needs_analytics.history.store import Store

__all__ = ["Store"]
