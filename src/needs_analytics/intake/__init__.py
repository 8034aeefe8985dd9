"""Raw sheets to typed tables: which table is this, which header is which field, what does this cell mean."""

from needs_analytics.intake.take_in import take_in

__all__ = ["take_in"]
