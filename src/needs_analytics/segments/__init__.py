"""Resident segments 人群类型: encode answers, choose how many, find them, describe and name them."""

from needs_analytics.segments.find import assign_segments, find_segments
from needs_analytics.segments.segmenter import ResidentSegmenter

__all__ = ["ResidentSegmenter", "assign_segments", "find_segments"]
