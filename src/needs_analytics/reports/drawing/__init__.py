"""From a chart to a matplotlib figure, and from a figure to the pictures of a page or a Word file."""

from needs_analytics.reports.drawing.pictures import PNG_DPI, draw, picture_png, picture_svg

__all__ = ["PNG_DPI", "draw", "picture_png", "picture_svg"]
