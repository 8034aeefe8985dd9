"""The needs list: shares, persons, intervals, ranks and changes of every need by place, segment and group."""

from needs_analytics.needs.list_needs import list_needs

__all__ = ["list_needs"]
