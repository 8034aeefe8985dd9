"""The Chinese font we ship: for charts, and cut to the used characters for pages (see ``fonts/README.md``)."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

FAMILY = "Needs Sans SC"
FALLBACK = "DejaVu Sans"


def font_path() -> Path:
    """Return where our font file lies."""
    return Path(__file__).with_name("fonts") / "NeedsSansSC-Regular.ttf"


@cache
def register_font() -> tuple[str, str]:
    """Make the font known to matplotlib, once, and return the families to use in their order.

    The order matters in ``font.family`` only: matplotlib falls back character by character through families, not
    through ``font.sans-serif``.
    """
    from matplotlib import font_manager  # noqa: PLC0415 - pages need no plotting library

    font_manager.fontManager.addfont(font_path())
    return FAMILY, FALLBACK


@cache
def covered_characters() -> frozenset[int]:
    """Return the code points the font can draw."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only when a page or a check needs it

    with TTFont(font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_characters(text: str) -> list[str]:
    """Return the visible characters of a text that the font cannot draw, sorted."""
    return sorted({c for c in text if ord(c) not in covered_characters() and not c.isspace()})


def cut_font(text: str) -> bytes:
    """Return a font of just the characters of a text; the same characters give the same bytes."""
    from fontTools import subset  # noqa: PLC0415 - only when a page is written

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["halt", "chws", "kern"]
    options.name_IDs = [0, 1, 2, 13]
    options.hinting = False
    options.notdef_outline = True
    with subset.load_font(font_path(), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=sorted({ord(character) for character in text} & covered_characters()))
        cutter.subset(font)
        written = BytesIO()
        subset.save_font(font, written, options)
    return written.getvalue()
