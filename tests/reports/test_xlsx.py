from __future__ import annotations

import re
import time
import warnings
import zipfile
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from rich.cells import cell_len

from needs_analytics.reports import (
    HIDDEN,
    Bar,
    BarChart,
    ChartBlock,
    Column,
    Document,
    Highlight,
    Link,
    QuadrantChart,
    Quadrants,
    Section,
    Sheet,
    Table,
)
from needs_analytics.reports.xlsx import render_xlsx
from needs_analytics.reports.xlsx.plan import distinct_names, internal_address, lines_needed

from . import CREATED, words

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2+3",
    '=HYPERLINK("http://x")',
    "http://example.org",
    "{=1}",
    "12",
]


def read(content: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        # openpyxl does not know the newer data bars and says so.
        warnings.filterwarnings("ignore", ".*extension is not supported", UserWarning)
        return openpyxl.load_workbook(BytesIO(content))


def render(document: Document) -> openpyxl.Workbook:
    return read(render_xlsx(document, words.CHINESE, CREATED))


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(content)) as file:
        return {name: file.read(name).decode(errors="replace") for name in file.namelist()}


@pytest.fixture(scope="module")
def opened(workbook: bytes) -> openpyxl.Workbook:
    return read(workbook)


def test_the_sheets_are_the_home_page_those_asked_for_and_the_charts(opened):
    assert opened.sheetnames == ["首页", "需求清单", "供需缺口", "缺口去向", "分社区", "口径说明", "图表"]


def test_a_sheet_has_title_facts_way_back_header_and_rows(opened):
    sheet = opened["需求清单"]
    assert sheet["A1"].value == "需求清单"
    assert sheet["A2"].value.startswith("幸福街道2026年10月需求清单与供需缺口报告　统计月份：2026年10月")
    assert sheet["A3"].hyperlink.location == "'首页'!A1"
    assert [cell.value for cell in sheet[4]][:3] == ["名次", "需求", "占比"]
    assert [cell.value for cell in sheet[5]][:6] == [1, "助餐", 0.41, "38%–43%", 16880, 505]
    assert sheet["A25"].value.startswith("注：占比取整")
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref == "A4:J24"


def test_a_filter_stops_before_the_total(opened):
    sheet = opened["供需缺口"]
    assert sheet.auto_filter.ref == "A4:G16"
    assert sheet["A17"].value == "合计"
    assert sheet["A17"].font.bold


def test_numbers_have_the_format_of_their_kind_and_placeholders_stand_where_numbers_stand(opened):
    sheet = opened["需求清单"]
    assert (sheet["C5"].number_format, sheet["E5"].number_format) == ("0%", "#,##0")
    assert sheet["H5"].number_format == "+#,##0.0;-#,##0.0;0.0"
    assert opened["分社区"]["D5"].number_format == "0.00%"
    assert (sheet["C22"].value, sheet["C22"].alignment.horizontal) == ("*", "right")
    assert sheet["C5"].alignment.horizontal == "right"


def test_flags_are_coloured_and_bars_drawn(opened):
    sheet = opened["需求清单"]
    colours = {sheet[f"J{row}"].value: sheet[f"J{row}"].fill.fgColor.rgb for row in range(5, 25)}
    assert colours == {"可发布": "FFE2F0D9", "慎用": "FFFFF0C8", "不发布": "FFF8D9D2"}
    bars = [rule.type for area in sheet.conditional_formatting for rule in area.rules]
    assert bars == ["dataBar"]


def test_a_sheet_prints_on_a4_across_one_page_wide_with_its_header_and_page_numbers(opened):
    for sheet in opened.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # one page is what is meant where nothing is said
        assert sheet.oddFooter.center.text == "第 &P 页 / 共 &N 页"
    assert opened["需求清单"].page_setup.fitToHeight == 0


def test_a_year_at_the_head_of_the_title_is_no_part_of_the_footers_font_size():
    table = Table("t", "清单", [Column("need", "需求")], [("助餐",)])
    written = parts(render_xlsx(Document("2026年10月", tables=[table]), words.CHINESE, CREATED))
    footers = [text for name, text in written.items() if name.startswith("xl/worksheets/sheet")]
    assert footers
    assert all("&amp;9 2026年10月" in text for text in footers)


def test_a_header_is_printed_on_every_page_only_where_it_heads_all_of_the_sheet(opened, document):
    assert opened["需求清单"].print_title_rows == "$4:$4"
    both = replace(document, sheets=(Sheet("两张表", [table.id for table in document.tables[:2]]),))
    assert render(both)["两张表"].print_title_rows is None


def test_columns_are_as_wide_as_what_they_hold(opened, document):
    for sheet, planned in zip(opened.worksheets[1:-1], document.sheets, strict=True):
        table = document.table(planned.tables[0])
        for index, column in enumerate(table.columns):
            widest = max(cell_len(column.text(row[index])) for row in table.cells)
            letter = openpyxl.utils.get_column_letter(index + 1)
            lines = lines_needed("长" * (widest // 2), sheet.column_dimensions[letter].width)
            heights = {sheet.row_dimensions[row].height for row in range(5, 5 + len(table.cells))}
            assert lines == 1 or max(heights) >= 15 * lines


def test_highlights_and_contents_lead_to_cells(opened):
    home = opened["首页"]
    links = {cell.value: cell.hyperlink.location for row in home.iter_rows() for cell in row if cell.hyperlink}
    assert links["助餐需求最高，占居民的41%（38%–44%），推算约16,900人。"] == "'需求清单'!C5"
    assert links["12项服务合计缺口率见供需缺口表合计行。"] == "'供需缺口'!E17"
    assert links["两项需求人数过少，不发布。"] == "'需求清单'!A4"
    assert links["图表"] == "'图表'!A1"
    assert "本月口径与上月一致。" not in links


def test_properties_come_from_the_document_and_the_date_from_the_caller(opened):
    known = opened.properties
    assert (known.title, known.creator) == ("幸福街道2026年10月需求清单与供需缺口报告", "幸福街道社区服务办公室")
    assert (known.category, str(known.created.date())) == ("内部使用", "2026-11-05")
    assert known.modified == known.created


def test_text_that_looks_like_a_formula_or_a_link_stays_text(document):
    columns = [Column("a", "=1+1"), Column("f", "标志", "flag")]
    table = Table("t", "=1+1", columns, [(text, text) for text in FORMULAS], notes=FORMULAS)
    charts = [
        BarChart("b", "=1+1", [Bar(text, 0.1, 0.05, 0.2, text) for text in FORMULAS], axis="=1+1"),
        QuadrantChart(
            "q", "=1+1", [(t, 0.1, 0.2) for t in FORMULAS], "=1", "=2", 0.1, 0.1, Quadrants("a", "b", "c", "d")
        ),
    ]
    section = Section("一", [ChartBlock(chart) for chart in charts])
    lines = [Highlight("=1+1"), Highlight("=2+2", Link("t"))]
    sheets = [Sheet("=1+1", ["t"])]
    facts = [("=1", "=1")]
    made = Document("=1+1", [section], [table], "=1+1", facts, lines, sheets, mark="=1+1")
    content = render_xlsx(made, words.CHINESE, CREATED)
    for sheet in read(content).worksheets:
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
        assert kinds <= {"s", "n"}
    inside = parts(content)
    assert not any("<f>" in text for name, text in inside.items() if name.startswith("xl/worksheets/"))
    assert not any("example.org" in text for name, text in inside.items() if name.endswith(".rels"))
    references = [found for text in inside.values() for found in re.findall(r"<c:f>(.*?)</c:f>", text)]
    assert {reference.partition("!")[0] for reference in references} == {"图表"}


def test_charts_are_the_spreadsheets_own_and_said_in_words(workbook):
    inside = parts(workbook)
    charts = [name for name in inside if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    assert len(charts) == 5
    drawing = inside["xl/drawings/drawing1.xml"]
    assert drawing.count('descr="') == 5
    assert "条形图：各项需求占比及误差范围。共20项" in drawing
    assert any("<c:errBars>" in inside[name] for name in charts)


def test_what_is_hidden_is_in_no_part_of_the_file(document):
    columns = [Column("need", "需求"), Column("n", "人数", "integer", bar=True)]
    table = Table("t", "表", columns, [("甲", HIDDEN), ("乙", 40)])
    chart = BarChart("b", "b", [Bar("甲", None, 0.7713, 0.7917), Bar("乙", 0.41349, 0.3, 0.5)])
    made = Document("报告", [Section("一", [ChartBlock(chart)])], [table])
    everything = "".join(parts(render_xlsx(made, words.CHINESE, CREATED)).values())
    assert not re.search(r"0\.77|0\.79|0\.4134", everything)
    assert "0.41" in everything


def test_the_same_report_gives_the_same_bytes_later(document, workbook):
    time.sleep(2.1)  # the step of a zip file's clock
    assert render_xlsx(document, words.CHINESE, CREATED) == workbook


def test_sheet_names_are_made_possible_and_distinct():
    assert distinct_names(["a/b*c?", "A B C", "'甲'", "", "长" * 40, "长" * 40]) == [
        "a b c", "A B C (2)", "甲", "Sheet", "长" * 31, "长" * 27 + " (2)",
    ]  # fmt: skip
    assert internal_address("甲's", 2, 27) == "internal:'甲''s'!AB3"


def test_several_tables_share_a_sheet_and_long_text_is_cut():
    one = Table("one", "表一", [Column("a", "甲")], [("x" * 40_000,)], notes=["注一", "注二"])
    two = Table("two", "表二", [Column("a", "甲"), Column("b", "乙", "change", digits=0)], [("乙", -3)])
    book = render(Document("报告", tables=[one, two], sheets=[Sheet("合", ["one", "two"])]))
    sheet = book["合"]
    assert len(sheet["A5"].value) == 32_000
    assert [sheet[f"A{row}"].value for row in (6, 7, 9, 10, 11)] == ["注：注一", "注二", "表二", "甲", "乙"]
    assert sheet["B11"].number_format == "+#,##0;-#,##0;0"


def test_an_empty_table_still_has_its_header():
    book = render(Document("报告", tables=[Table("t", "表", [Column("a", "甲"), Column("b", "乙", "bar")], [])]))
    assert book["表"]["A4"].value == "甲"
