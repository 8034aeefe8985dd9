"""Rules, duplicates and the ledger: rows in = kept + merged + returned."""

from needs_analytics.cleaning.clean import clean

__all__ = ["clean"]
