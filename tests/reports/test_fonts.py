from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from needs_analytics.reports.drawing import draw
from needs_analytics.reports.fonts import FALLBACK, FAMILY, cut_font, font_path, missing_characters, register_font

from . import words
from .test_charts import bar_chart

DATA = Path(__file__).parents[2] / "src/needs_analytics/core/data"


def test_the_font_is_ours_small_and_stands_beside_its_licence():
    with TTFont(font_path(), lazy=True) as font:
        assert font["name"].getDebugName(1) == FAMILY
        assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert font_path().stat().st_size < 3_200_000
    assert "SIL OPEN FONT LICENSE" in font_path().with_name("OFL.txt").read_text(encoding="utf-8")


def test_the_font_has_the_national_standard_characters_and_the_signs_of_reports():
    gb2312 = (bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    assert missing_characters("".join(gb2312)) == []
    assert missing_characters("犇骉垚㙍𬭎𬺓–—…·●▲■◆≤≥≈±×÷−✓→←↑↓①⑩㎡℃‰％／＊“”‘’《》「」〓½²³") == []
    assert missing_characters("助🎂餐\n ") == ["🎂"]


def test_every_character_of_our_catalogues_can_be_drawn():
    shown = "".join(path.read_text(encoding="utf-8") for path in DATA.glob("*.csv"))
    assert missing_characters(shown + "".join(words.CHINESE.values())) == []


def test_a_missing_glyph_is_an_error_here():
    from dataclasses import replace

    chart = replace(bar_chart(2), title="生日🎂")
    with pytest.warns(UserWarning, match="Glyph"):
        draw(chart).savefig(BytesIO(), format="png")


def test_the_families_are_asked_in_order_and_known_to_the_drawing_library():
    from matplotlib import font_manager

    assert register_font() == (FAMILY, FALLBACK)
    found = font_manager.fontManager.findfont(FAMILY, fallback_to_default=False)
    assert Path(found) == font_path()


def test_a_cut_font_holds_just_the_characters_and_is_the_same_twice():
    cut = cut_font("助餐助餐12%🎂")
    assert cut == cut_font("%21餐助")
    assert cut.startswith(b"wOF2")
    with TTFont(BytesIO(cut)) as font:
        assert {chr(code) for code in font.getBestCmap()} == set("助餐12%")
