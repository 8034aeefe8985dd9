"""Needs to services: demand cells, eligibility, reach, allocation."""

from needs_analytics.matching.match import match_services

__all__ = ["match_services"]
