from __future__ import annotations

import re
import time
import zipfile
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from needs_analytics.reports import (
    HIDDEN,
    Bar,
    BarChart,
    Bullets,
    ChartBlock,
    Column,
    Document,
    Heading,
    Highlight,
    Link,
    Note,
    Paragraph,
    Section,
    Table,
    TableBlock,
)
from needs_analytics.reports.docx import render_docx
from needs_analytics.reports.docx.zips import settle_zip

from . import CREATED, words


def render(*blocks: object, tables: tuple[Table, ...] = (), **more: object) -> bytes:
    return render_docx(Document("报告", [Section("一、总体情况", blocks)], tables, **more), words.CHINESE, CREATED)


def opened_file(content: bytes) -> docx.document.Document:
    return docx.Document(BytesIO(content))


def body_xml(content: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(BytesIO(content)) as file:
        return file.read(name).decode()


@pytest.fixture(scope="module")
def opened(word_file: bytes) -> docx.document.Document:
    return opened_file(word_file)


def test_the_page_is_a4_with_the_margins_and_the_line_grid_of_an_official_document(opened):
    section = opened.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Report Body", "仿宋_GB2312", 16),
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Report Page", "宋体", 14),
    ],
)
def test_each_style_names_its_chinese_font_and_size(opened, style, font, size):
    found = opened.styles[style]
    fonts = found.element.rPr.rFonts
    assert (fonts.get(qn("w:eastAsia")), found.font.size) == (font, Pt(size))
    assert fonts.get(qn("w:eastAsiaTheme")) is None
    assert not found.font.bold


def test_the_body_is_indented_by_two_characters(opened):
    indent = opened.styles["Report Body"].element.pPr.ind
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_page_numbers_stand_between_dashes_on_the_outer_side(opened):
    section = opened.sections[0]
    for footer, side in (
        (section.footer, "RIGHT"),
        (section.even_page_footer, "LEFT"),
        (section.first_page_footer, "RIGHT"),
    ):
        assert footer.paragraphs[0].alignment.name == side
        assert footer.paragraphs[0].text == "— 1 —"
        assert "PAGE" in footer._element.xml
    assert section.header.paragraphs[0].text == "内部使用"


def test_the_order_is_mark_title_facts_highlights_and_the_report(opened):
    texts = [paragraph.text for paragraph in opened.paragraphs]
    assert texts[:2] == ["内部使用", "幸福街道2026年10月\n需求清单与供需缺口报告"]
    assert texts[3:5] == ["本期要点", "1. 助餐需求最高，占居民的41%（38%–44%），推算约16,900人。（表1）"]
    assert opened.tables[0].cell(0, 0).text == "统计月份：2026年10月"
    first = next(paragraph for paragraph in opened.paragraphs if paragraph.text == "一、总体情况")
    assert first.paragraph_format.page_break_before


def test_a_table_repeats_its_header_keeps_rows_whole_and_fits_the_page(opened):
    table = opened.tables[1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert len(table.rows) == 11
    assert abs(sum(column.width for column in table.columns) - Mm(156)) < Mm(1)
    assert [cell.text for cell in table.rows[1].cells] == [
        "1", "助餐", "41%", "38%–43%", "16,880", "1–3", "−5.1", "无明显变化", "可发布",
    ]  # fmt: skip


def test_links_lead_to_bookmarks_that_exist(word_file):
    xml = body_xml(word_file)
    marks = re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', xml)
    links = re.findall(r'<w:hyperlink [^>]*w:anchor="([^"]+)"', xml)
    assert "t1-r0-c2" in links
    assert set(links) <= set(marks)
    assert len(marks) == len(set(marks))
    numbers = re.findall(r'<w:bookmarkStart [^>]*w:id="([^"]+)"', xml)
    assert len(numbers) == len(set(numbers))


def test_charts_are_pictures_said_in_words(opened, word_file):
    assert len(opened.inline_shapes) == 7
    assert all(shape.width <= Mm(156) for shape in opened.inline_shapes)
    assert body_xml(word_file).count('descr="') >= 7
    assert "条形图：各项需求占比及误差范围。共20项" in body_xml(word_file)


def test_every_block_is_written():
    table = Table(
        "t", "清单", [Column("need", "需求"), Column("f", "标志", "flag")], [("助餐", "慎用"), ("助医", HIDDEN)]
    )
    content = render(
        Heading("（一）小结"), Paragraph("见[[t]]。", "先说。"), Bullets(["甲"]), Bullets(["乙"], numbered=True),
        Note("注意"), TableBlock("t"), tables=(table,),
        highlights=[Highlight("没有去处"), Highlight("到表", Link("t", 0))],
    )  # fmt: skip
    texts = [paragraph.text for paragraph in opened_file(content).paragraphs]
    assert texts[1:] == [
        "本期要点", "1. 没有去处", "2. 到表（表1）", "一、总体情况", "（一）小结", "先说。见表1。", "• 甲", "1. 乙",
        "注意",
        "表1　清单", "注：“*”表示人数过少，不公布。",
    ]  # fmt: skip


def test_markup_formulas_and_control_characters_stay_plain_text():
    evil = "<w:p/>&=1+1\x00\x0b"
    table = Table("t", evil, [Column("a", evil)], [(evil,)], notes=[evil])
    chart = BarChart("c", evil, [Bar(evil, 0.4)])
    content = render(
        Paragraph(evil, evil), Bullets([evil]), Note(evil), Heading(evil), TableBlock("t"), ChartBlock(chart),
        tables=(table,), subtitle=evil, facts=[(evil, evil)], highlights=[Highlight(evil)], mark=evil,
    )  # fmt: skip
    texts = [paragraph.text for paragraph in opened_file(content).paragraphs]
    assert sum("<w:p/>&=1+1" in text for text in texts) == 10


def test_wide_tables_are_set_smaller_and_numbers_keep_their_line():
    columns = [Column("need", "需求"), *(Column(f"n{i}", f"第{i}列的长名称", "integer") for i in range(9))]
    table = Table("t", "表", columns, [("家庭医生签约服务与慢性病随访管理" * 2, *range(100_000, 1_000_000, 100_000))])
    made = opened_file(render(TableBlock("t"), tables=(table,)))
    widths = [column.width for column in made.tables[0].columns]
    assert min(widths[1:]) > Pt(9) * 7 / 2
    assert made.tables[0].cell(1, 1).paragraphs[0].style.name == "Report Small Cell"


def test_the_file_says_what_it_is_and_the_template_leaves_no_trace(opened, word_file):
    core = opened.core_properties
    assert (core.title, core.author) == ("幸福街道2026年10月需求清单与供需缺口报告", "幸福街道社区服务办公室")
    assert (core.comments, core.category, str(core.created.date())) == ("", "内部使用", "2026-11-05")
    with zipfile.ZipFile(BytesIO(word_file)) as file:
        assert not any("thumbnail" in name for name in file.namelist())
        assert 'w:altName w:val="仿宋"' in file.read("word/fontTable.xml").decode()


def test_the_same_report_gives_the_same_bytes_later(document, word_file):
    time.sleep(2.1)  # the step of a zip file's clock
    assert render_docx(document, words.CHINESE, CREATED) == word_file


def test_a_settled_zip_keeps_its_entries():
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("a", "1")
        file.writestr("b", "2")
    with zipfile.ZipFile(BytesIO(settle_zip(written.getvalue(), {"b": b"3"}))) as file:
        assert {name: file.read(name) for name in file.namelist()} == {"a": b"1", "b": b"3"}
