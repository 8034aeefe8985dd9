"""The colours of charts and workbooks: after Okabe and Ito, toned down, told apart by colour-blind eyes and in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needs_analytics.reports.tables import Tone

INK = "#1d2733"
MUTED = "#55616e"
GRID = "#dde2e7"
ACCENT = "#1f4e79"
ACCENT_SOFT = "#e8eff6"
BLUE = "#1f5f99"
AMBER = "#d98b0b"
RED = "#b3402a"
GREY = "#98a3ae"
BAR = "#b7d0e6"

FLAG_COLOURS: dict[Tone, str] = {"good": BLUE, "caution": AMBER, "bad": RED, "neutral": GREY}
# Neighbours differ in lightness; hatches (matplotlib's, Excel's) part them further.
PARTS: tuple[tuple[str, str, str], ...] = (
    ("#1f5f99", "", ""),
    ("#8fbfe0", "----", "narrow_horizontal"),
    ("#d3d8dd", "", ""),
    ("#b3402a", "\\\\\\\\", "wide_downward_diagonal"),
    ("#efa15f", "////", "wide_upward_diagonal"),
    ("#f6dfae", "", ""),
    ("#5b3a63", "||||", "narrow_vertical"),
    ("#7fb8a4", "xxxx", "trellis"),
)
LINES = ("#1f5f99", "#b3402a", "#3b8672", "#d98b0b", "#5b3a63", "#6b7780", "#8a5a2b", "#4aa0c8")
ONE_WAY = ("#f3f7fa", "#dae7f1", "#b9d3e6", "#8fb8d6", "#5f97c1", "#3775a5", "#1d5482")
TWO_WAY = ("#b4591b", "#d98d4f", "#f0c79c", "#f5f5f3", "#b5d0e4", "#6ea3cb", "#2a679b")
