from __future__ import annotations

import dataclasses

import pytest

from needs_analytics.reports import (
    Bar,
    BarChart,
    Bullets,
    ChartBlock,
    Column,
    Document,
    Heading,
    Highlight,
    Link,
    Paragraph,
    Section,
    Sheet,
    Table,
    TableBlock,
)
from needs_analytics.reports.placing import (
    PlacedHeading,
    lay_out,
    notes_of,
    plain_text,
    split_references,
)
from needs_analytics.reports.words import WORD_KEYS

from . import words

TABLE = Table(
    "needs",
    "需求清单",
    [Column("need", "需求"), Column("share", "占比", "share")],
    [("助餐", 0.4), ("助医", 0.3), ("助浴", None), ("合计", None)],
    emphasis={3: "total"},
)
CHART = BarChart("shares", "占比", [Bar("助餐", 0.4)])


def document(*blocks: object, **more: object) -> Document:
    return Document("报告", [Section("一、总体情况", blocks)], [TABLE], **more)


def test_a_document_keeps_what_it_was_given():
    made = document(Bullets(["甲", "乙"]))
    assert made.sections[0].blocks[0].items == ("甲", "乙")
    assert made.sheets == (Sheet("需求清单", ["needs"]),)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.title = "别的"
    assert Document("幸福街道\n报告").title_line == "幸福街道报告"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: document(TableBlock("gaps")), "no table gaps"),
        (lambda: document(TableBlock("needs", columns=["gap"])), "no column gap"),
        (lambda: document(sheets=[Sheet("缺口", ["gaps"])]), "no table gaps"),
        (lambda: document(highlights=[Highlight("x", Link("needs", 9))]), "no row 9"),
        (lambda: document(highlights=[Highlight("x", Link("needs", 0, "gap"))]), "no column gap"),
        (lambda: document(ChartBlock(CHART), ChartBlock(CHART)), r"repeated: \['shares'\]"),
    ],
)
def test_a_document_that_names_what_it_lacks_is_refused(make, reason):
    with pytest.raises((ValueError, KeyError), match=reason):
        make()


def test_tables_charts_and_headings_are_numbered_in_the_order_of_a_format():
    made = document(
        TableBlock("needs", formats=["html"]), ChartBlock(CHART), TableBlock("needs", limit=1), Heading("（一）")
    )
    on_page, in_word = lay_out(made, "html"), lay_out(made, "docx")
    assert [(table.number, table.anchor) for table in on_page.tables] == [(1, "t1"), (2, "t2")]
    assert [(table.number, table.rows) for table in in_word.tables] == [(1, (0, 3))]
    assert on_page.charts[0].anchor == "g1"
    assert on_page.sections[0].blocks[-1] == PlacedHeading("（一）", "h1")


def test_a_limit_keeps_totals_and_says_what_was_left_out():
    placed = lay_out(document(TableBlock("needs", limit=2)), "html").tables[0]
    assert placed.rows == (0, 1, 3)
    assert lay_out(document(TableBlock("needs", limit=1, also=[2])), "html").tables[0].rows == (0, 2, 3)
    assert notes_of(placed, words.CHINESE)[-1] == "此处列2行，共3行，全部见附表工作簿。"
    assert "“/”表示不适用。" in notes_of(placed, words.CHINESE)


def test_a_link_finds_the_place_that_shows_its_row():
    layout = lay_out(document(TableBlock("needs", limit=1), TableBlock("needs")), "html")
    assert layout.find(Link("needs", 2, "share"))[1] == "t2-r2-c1"
    assert layout.find(Link("needs", 0))[1] == "t1-r0-c0"
    assert layout.find(Link("needs"))[1] == "t1"
    assert layout.find(None) is None
    assert lay_out(document(), "html").find(Link("needs")) is None
    narrow = lay_out(document(TableBlock("needs", columns=["need"])), "html")
    assert narrow.find(Link("needs", 0, "share"))[1] == "t1-r0-c0"


def test_references_in_a_text_become_numbers_and_unknown_ones_stay():
    known = lay_out(document(TableBlock("needs"), ChartBlock(CHART)), "html").references(words.CHINESE)
    pieces = split_references("见[[needs]]和[[shares]]，[[其他]]", known)
    assert pieces == [("见", None), ("表1", "t1"), ("和", None), ("图1", "g1"), ("，[[其他]]", None)]
    assert plain_text("见[[needs]]", document()) == "见需求清单"


@pytest.mark.parametrize("language", [words.CHINESE, words.ENGLISH])
def test_the_words_of_these_tests_are_the_words_of_the_catalogue(language):
    assert sorted(language) == sorted(WORD_KEYS)


def test_paragraphs_and_sections_take_any_sequence():
    assert Section("一", (Paragraph("甲"),)) == Section("一", [Paragraph("甲")])
