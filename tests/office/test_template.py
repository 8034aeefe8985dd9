"""A blank template is no data; filled in, it is exactly its table: both checked with the real intake."""

from __future__ import annotations

import doctest
import shutil
import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.mapping import Mapping
from needs_analytics.core.messages import LANGUAGES, catalogue, text
from needs_analytics.core.month import Month
from needs_analytics.core.wording import key
from needs_analytics.errors import UsageError
from needs_analytics.intake import take_in
from needs_analytics.intake.fields import vocabulary
from needs_analytics.intake.groups import group_words, read_groups
from needs_analytics.intake.need_words import need_words
from needs_analytics.intake.typed import reader_for
from needs_analytics.office import template as module
from needs_analytics.office.read import read_bytes, read_workbooks
from needs_analytics.office.template import render_template, template_name, write_template
from needs_analytics.office.template_columns import ASKED, plan_template
from needs_analytics.office.template_needs import USUAL_NEEDS
from needs_analytics.office.template_version import VERSION

from .filling import CODEBOOK, FILLED, ID_CARD, NAME, PHONE, TYPED, cells, column_formats, fill_in, header_positions

TABLES = tuple(ASKED)
BOTH = [(table, language) for table in TABLES for language in LANGUAGES]
OCTOBER = "2026-10"
EXPLAINS = {
    text(f"template.{name}", language)
    for name in ("guide_sheet", "services_sheet", "lists_sheet")
    for language in LANGUAGES
}


@cache
def content(table: str, language: str = "zh") -> bytes:
    return render_template(table, codebook=CODEBOOK, language=language)


@cache
def opened(table: str, language: str = "zh") -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content(table, language)))


def taken_in(*workbooks: bytes, codebook: Codebook = CODEBOOK, mapping: Mapping | None = None):
    sheets = [
        sheet for number, book in enumerate(workbooks) for sheet in read_bytes(book, f"{number}.xlsx", str(number) * 64)
    ]
    return take_in(sheets, codebook=codebook, month=OCTOBER, key=b"k" * 32, mapping=mapping)


def recognised(intake) -> dict[str, str]:
    """Sheet name to the tables it was taken for, sheets taken for none left out."""
    return {row.sheet: row.tables for row in intake.sheets.itertuples() if row.tables}


def wrong(intake) -> list[tuple[str, str]]:
    """Issues that an office would be bothered with, but for those about sheets that explain."""
    return [
        (issue.code, str(issue.where))
        for issue in intake.issues
        if issue.code[0] in "EW" and not (issue.code == "W202" and issue.where.sheet in EXPLAINS)
    ]


# The file


def test_doctests():
    assert doctest.testmod(module).failed == 0


def test_a_template_is_named_after_its_table():
    assert template_name("survey", "zh") == "需求调查_填报模板.xlsx"
    assert template_name("population register", "en") == "population_register_template.xlsx"


def test_an_unknown_template_is_refused_with_those_there_are():
    with pytest.raises(UsageError) as refused:
        template_name("调查表")
    assert "没有“调查表”这种模板" in str(refused.value)
    assert "survey 需求调查" in str(refused.value)


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_a_table_is_known_by_each_of_its_names(table, language):
    assert template_name(text(f"table.{table}", language)) == template_name(table)


@pytest.mark.parametrize("table", TABLES)
def test_the_same_codebook_gives_the_same_bytes(table):
    assert render_template(table, codebook=Codebook.default()) == content(table)


def test_a_template_is_written_into_a_new_folder_and_leaves_nothing_else(tmp_path):
    path = write_template("menu", tmp_path / "模板" / "服务菜单.xlsx", codebook=CODEBOOK)
    assert path.read_bytes() == content("menu")
    assert [file.name for file in path.parent.iterdir()] == ["服务菜单.xlsx"]


def test_a_template_that_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "menu.xlsx"
    path.write_bytes(b"old")

    def locked(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(UsageError, match="写不进目录"):
        write_template("menu", path, codebook=CODEBOOK)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_the_workbook_says_what_it_is(table, language):
    properties = {prop.name: prop.value for prop in opened(table, language).custom_doc_props}
    assert properties == {"template": table, "template_version": str(VERSION), "language": language}


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_nothing_in_it_is_a_formula_or_a_link(table, language):
    with zipfile.ZipFile(BytesIO(content(table, language))) as file:
        sheets = [file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)


# The sheets


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_the_explanation_comes_first_then_the_sheet_to_fill_in_then_hidden_answers(table, language):
    book = opened(table, language)
    guide, data, *others = book.worksheets
    assert guide.title == text("template.guide_sheet", language)
    assert data.title == text(f"table.{table}", language)
    assert guide.protection.sheet
    assert not data.protection.sheet
    for other in others:
        assert other.protection.sheet
        assert (other.sheet_state == "hidden") == (other.title == text("template.lists_sheet", language))
    assert all(
        sheet["A2"].value == text("template.not_data", language)
        for sheet in (guide, *others)
        if sheet.sheet_state == "visible"
    )
    assert all(
        sheet["A1"].value == text("template.not_data", language) for sheet in others if sheet.sheet_state == "hidden"
    )


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_the_explanation_has_a_line_for_every_column(table, language):
    guide = opened(table, language).worksheets[0]
    lines = {row[1]: row for row in guide.iter_rows(values_only=True) if isinstance(row[0], (int, float))}
    columns = plan_template(table, CODEBOOK, language).columns
    assert list(lines) == [
        text("template.quoted", language, header=c.header) for c in sorted(columns, key=lambda c: bool(c.heading))
    ]
    assert all(required and fill and example for _, _, required, fill, example in lines.values())


def test_the_explanation_says_what_becomes_of_personal_data():
    said = {
        table: " ".join(str(cell.value) for row in opened(table).worksheets[0].rows for cell in row) for table in TABLES
    }
    for table in TABLES:
        personal = table in {"survey", "usage", "roster"}
        assert ("不出现在任何清单和报告中" in said[table]) is personal
        assert ("不需要个人信息" in said[table]) is not personal


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_the_data_sheet_holds_its_header_and_nothing_else(table, language):
    template, sheet = plan_template(table, CODEBOOK, language), opened(table, language).worksheets[1]
    assert sheet.max_row == template.header_rows == (2 if table == "survey" else 1)
    assert sheet.max_column == len(template.columns)
    assert list(header_positions(sheet)) == [column.header for column in template.columns]
    assert sheet.auto_filter.ref is None
    assert sheet.freeze_panes.endswith(str(template.header_rows + 1))
    assert sheet.page_setup.orientation == "landscape"


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_every_header_is_one_that_intake_knows_for_its_field(table, language):
    known = vocabulary(table, CODEBOOK, {}).exact
    needs = need_words(CODEBOOK, {})
    for column in plan_template(table, CODEBOOK, language).columns:
        if column.field.startswith("need:"):
            assert needs.meaning(column.header) == column.field.removeprefix("need:")
        else:
            assert known[key(column.header)] == column.field


@pytest.mark.parametrize("table", TABLES)
def test_required_columns_are_coloured_and_shown_when_left_empty(table):
    template, sheet = plan_template(table, CODEBOOK, "zh"), opened(table).worksheets[1]
    flagged = {str(area.sqref).split(":")[0]: area.rules[0].formula[0] for area in sheet.conditional_formatting}
    for position, column in enumerate(template.columns, start=1):
        cell = sheet.cell(template.header_rows, position)
        assert (cell.fill.start_color.rgb == "FF1F4E79") is column.required
        assert (sheet.cell(template.header_rows + 1, position).coordinate in flagged) is column.required
    if table == "register":
        assert flagged["C2"] == 'AND(COUNTA($A2:$F2)>0,$C2="",$E2="")'


@pytest.mark.parametrize("table", TABLES)
def test_codes_numbers_of_people_and_bands_are_text_and_dates_are_dates(table):
    columns = plan_template(table, CODEBOOK, "zh").columns
    formats = {"text": "@", "tick": "@", "date": "yyyy-mm-dd", "number": "General"}
    assert column_formats(opened(table).worksheets[1]) == [formats[column.kind] for column in columns]
    as_text = {"code", "identifier", "month", "age_band", "place", "eligibility"}
    assert {column.kind for column in columns if column.type in as_text} <= {"text"}


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_every_column_has_a_hint_and_its_answers_come_from_a_named_range(table, language):
    book = opened(table, language)
    sheet, template = book.worksheets[1], plan_template(table, CODEBOOK, language)
    checks = {}
    for check in sheet.data_validations.dataValidation:
        for area in check.sqref.ranges:
            checks.update(dict.fromkeys(range(area.min_col, area.max_col + 1), check))
            assert area.min_row == template.header_rows + 1
    for position, column in enumerate(template.columns, start=1):
        check = checks[position]
        assert 0 < len(check.promptTitle) <= 32
        assert column.fill in check.prompt
        assert len(check.prompt) <= 255
        assert (check.type == "list") is (column.choice is not None)
        if column.choice:
            sheet_name, area = next(book.defined_names[check.formula1].destinations)
            listed = book[sheet_name][area]
            listed = listed if isinstance(listed, tuple) else ((listed,),)
            assert tuple(cell.value for (cell,) in listed) == column.choice.options


# The answers to choose from


def choices():
    for table, language in BOTH:
        for column in plan_template(table, CODEBOOK, language).columns:
            if column.choice and column.kind != "tick":
                yield from ((table, column.field, column.type, option) for option in column.choice.options)


def test_intake_reads_every_answer_without_doubt():
    words = group_words(CODEBOOK)
    unread = []
    for table, field, kind, option in choices():
        reader = reader_for(kind, field, month=Month.parse(OCTOBER), groups=words, mapping=Mapping())
        reading = reader(option)
        if reading.value is None or reading.code:
            unread.append((table, field, option, reading))
    assert unread == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("participation", [0, 1, 2, 3, 4]),
        ("usage_frequency", [0, 1, 2, 3, 4]),
        ("satisfaction", [5, 4, 3, 2, 1]),
        ("urgency", [1, 2, 3]),
    ],
)
def test_answers_on_a_scale_are_its_steps(field, values):
    column = next(c for c in plan_template("survey", CODEBOOK, "zh").columns if c.field == field)
    reader = reader_for(column.type, field, month=Month.parse(OCTOBER), groups=group_words(CODEBOOK), mapping=Mapping())
    assert [reader(option).value for option in column.choice.options] == values


def test_every_group_offered_is_read_as_itself_and_no_highly_sensitive_one_is_offered():
    words, names = group_words(CODEBOOK), CODEBOOK.groups["name"]
    column = next(c for c in plan_template("roster", CODEBOOK, "zh").columns if c.field == "groups")
    read = [read_groups(option, words).value for option in column.choice.options]
    assert [names[group] for group in read] == list(column.choice.options)
    assert not CODEBOOK.groups.loc[read, "sensitivity"].str.startswith("高度敏感").any()


def test_age_bands_follow_one_another_and_part_at_sixteen():
    column = next(c for c in plan_template("register", CODEBOOK, "zh").columns if c.field == "age_band")
    reader = reader_for(
        "age_band", "age_band", month=Month.parse(OCTOBER), groups=group_words(CODEBOOK), mapping=Mapping()
    )
    bands = [reader(option).value for option in column.choice.options]
    assert [band.low for band in bands] == [0, *(band.high + 1 for band in bands[:-1])]
    assert 16 in [band.low for band in bands]


def test_both_languages_say_the_same_things():
    chinese, english = (
        {name for name in catalogue(language) if name.startswith("template.")} for language in LANGUAGES
    )
    assert chinese == english


# What intake makes of them


@pytest.mark.parametrize(("table", "language"), BOTH)
def test_a_blank_template_is_its_table_without_a_row(table, language):
    intake = taken_in(content(table, language))
    assert recognised(intake) == {text(f"table.{table}", language): table}
    assert all(frame.empty for frame in intake.tables.values())
    assert wrong(intake) == []


def test_all_blank_templates_of_a_month_together_hold_nothing():
    intake = taken_in(*(content(table) for table in TABLES))
    assert all(frame.empty for frame in intake.tables.values())
    assert wrong(intake) == []


@pytest.mark.parametrize("table", FILLED)
def test_a_filled_in_template_is_exactly_its_table(table):
    places = [fill_in(content("places"), cells(FILLED["places"]))] if table != "places" else []
    intake = taken_in(fill_in(content(table), cells(FILLED[table])), *places)
    sheet = intake.sheets[
        (intake.sheets["file"] == "0.xlsx") & (intake.sheets["sheet"] == text(f"table.{table}"))
    ].iloc[0]
    assert (sheet["tables"], sheet["rows"], sheet["unused"]) == (table, 1, "")
    assert wrong(intake) == []
    row = intake.tables[table].iloc[0]
    for field, value in TYPED[table].items():
        assert row[field] == value or (value is None and pd.isna(row[field])), field


@pytest.mark.parametrize("table", FILLED)
def test_the_english_edition_is_read_like_the_chinese_one(table):
    chinese, english = (plan_template(table, CODEBOOK, language) for language in LANGUAGES)
    headers = {ours.header: theirs.header for ours, theirs in zip(chinese.columns, english.columns, strict=True)}
    filled = cells(FILLED[table])
    translated = {headers[header]: cell for header, cell in filled.items()}
    origin = ["file", "digest", "sheet", "answer_id"]
    one, other = (
        taken_in(fill_in(content(table, language), row)).tables[table].drop(columns=origin, errors="ignore")
        for language, row in (("zh", filled), ("en", translated))
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("table", ["survey", "usage", "roster"])
def test_names_and_numbers_of_residents_end_in_intake(table):
    frame = taken_in(fill_in(content(table), cells(FILLED[table]))).tables[table]
    said = " ".join(map(str, frame.to_numpy().ravel()))
    assert frame["person_key"].notna().all()
    assert not any(secret in said for secret in (NAME, ID_CARD, PHONE))


# The survey


def test_a_survey_asks_one_question_about_the_usual_needs():
    questions = taken_in(content("survey")).questions
    assert len(set(questions["question"])) == 1
    assert set(questions["need"]) == {"none", *USUAL_NEEDS}
    meaning = questions[["kind", "sense", "unit", "blank"]].drop_duplicates().to_numpy().tolist()
    assert meaning == [["多选", "需要", "人", "未知"]]


def test_usual_needs_are_met_directly_and_asked_by_domain():
    needs = CODEBOOK.needs.loc[list(USUAL_NEEDS)]
    assert set(needs["resolution_path"]) == {"直接服务"}
    headings = [cell.value for cell in opened("survey").worksheets[1][1] if cell.value]
    assert headings == [f"需要的服务：{domain}" for domain in (*dict.fromkeys(needs["domain_name"]), "都不需要")]


def without_columns(workbook: bytes, *headers: str) -> bytes:
    """Delete whole columns as an office does; what stood merged above them stays with its first column."""
    book = openpyxl.load_workbook(BytesIO(workbook))
    sheet = book.worksheets[1]
    positions = {cell.value: cell.column for cell in sheet[2]}
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    for position in sorted((positions[header] for header in headers), reverse=True):
        sheet.delete_cols(position)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize("kept", [1, 2])
def test_an_office_may_delete_the_columns_of_needs_it_does_not_ask_about(kept):
    needs = CODEBOOK.needs.loc[list(USUAL_NEEDS)]
    gone = needs[needs.groupby("domain").cumcount() >= kept]
    intake = taken_in(without_columns(fill_in(content("survey"), cells(FILLED["survey"])), *gone["name"]))
    asked = {need for need in intake.questions["need"] if need != "none"}
    assert asked == set(needs.index.difference(gone.index))
    assert intake.tables["survey"]["needs"].tolist() == ["ELD01"]
    assert wrong(intake) == []


def test_an_office_may_insert_a_column_for_another_need():
    book = openpyxl.load_workbook(BytesIO(without_columns(fill_in(content("survey"), cells(FILLED["survey"])))))
    sheet = book.worksheets[1]
    sheet.insert_cols(20)
    sheet.cell(2, 20).value, sheet.cell(3, 20).value = "停车", "√"
    written = BytesIO()
    book.save(written)
    assert taken_in(written.getvalue()).tables["survey"]["needs"].tolist() == ["ELD01;HEA04;PRO05"]


def test_a_row_without_any_tick_is_not_known_and_never_no_need():
    person = {"社区": "槐荫里社区", "性别": "女", "年龄": "70"}
    rows = ({**person, "助餐": "√", "助浴": "是"}, {**person, "暂无需求": "√"}, person)
    survey = taken_in(fill_in(content("survey"), *rows)).tables["survey"].sort_values("row")
    assert survey["need:ELD01"].tolist()[:2] == [1.0, 0.0]
    assert survey["need:ELD02"].tolist()[:2] == [1.0, 0.0]
    assert survey["need:HEA01"].tolist()[:2] == [0.0, 0.0]
    assert survey.filter(like="need:").iloc[2].isna().all()


def test_not_known_may_be_said_in_every_cell_that_may_be_left_empty():
    person = {"社区": "槐荫里社区", "性别": "不详", "年龄": "不详", "人群类别": "不详", "助餐": "不详", "助浴": "√"}
    found = taken_in(fill_in(content("survey"), person, {"社区": "槐荫里社区", "助餐": "√"}))
    row = found.tables["survey"].sort_values("row").iloc[0]
    assert row[["sex", "age_low", "groups", "need:ELD01"]].isna().all()
    assert (row["need:ELD02"], row["need:HEA01"]) == (1.0, 0.0)
    assert not [issue.code for issue in found.issues if issue.severity == "error"]


def own_needs(*names: str, domain: str) -> pd.DataFrame:
    code = CODEBOOK.needs.set_index("domain_name")["domain"].to_dict().get(domain, "OWN")
    return pd.DataFrame(
        [
            {"need": f"X{number}", "name": name, "domain": code, "domain_name": domain}
            for number, name in enumerate(names)
        ]
    )


@pytest.mark.parametrize(
    ("names", "domain"),
    [(["早餐车进小区"], "养老"), (["宠物寄养点"], "宠物"), (["宠物寄养点", "宠物公共浴池"], "宠物")],
)
def test_an_offices_own_needs_are_asked_about_too(names, domain):
    codebook = CODEBOOK.overridden({"needs": own_needs(*names, domain=domain)})
    blank = render_template("survey", codebook=codebook)
    survey = taken_in(fill_in(blank, cells(FILLED["survey"]) | {names[-1]: "√"}), codebook=codebook).tables["survey"]
    assert survey["needs"].tolist() == [f"ELD01;HEA04;X{len(names) - 1}"]


@pytest.mark.parametrize("name", ["残疾人", "家政/保洁", "意见建议"])
def test_a_need_whose_name_means_something_else_is_headed_by_its_code(name):
    codebook = CODEBOOK.overridden({"needs": own_needs(name, domain="养老")})
    columns = {column.field: column for column in plan_template("survey", codebook, "zh").columns}
    assert columns["need:X0"].header == "X0"
    assert columns["need:X0"].fill == f"{name}。需要的打√。"
    blank = render_template("survey", codebook=codebook)
    survey = taken_in(fill_in(blank, cells(FILLED["survey"]) | {"X0": "√"}), codebook=codebook).tables["survey"]
    assert survey["needs"].tolist() == ["ELD01;HEA04;X0"]


@pytest.mark.parametrize("names", [["宠物寄养点"], ["宠物寄养点", "宠物公共浴池"]])
def test_a_codebook_of_only_own_needs_makes_a_survey(names):
    codebook = CODEBOOK.overridden({"needs": own_needs(*names, domain="宠物")}, extend=False)
    blank = render_template("survey", codebook=codebook)
    row = {"社区": "槐荫里社区", "性别": "女", "年龄": "70", names[0]: "√"}
    assert taken_in(fill_in(blank, row), codebook=codebook).tables["survey"]["needs"].tolist() == ["X0"]


def test_a_need_with_a_long_name_still_has_a_hint():
    needs = own_needs("在小区里办一个早上六点就开门的便民早餐点并且能送到行动不便的老人家里", domain="养老")
    codebook = CODEBOOK.overridden({"needs": needs.assign(synonyms="|".join("早餐" * 40 for _ in range(4)))})
    book = openpyxl.load_workbook(BytesIO(render_template("survey", codebook=codebook)))
    hints = book.worksheets[1].data_validations.dataValidation
    assert max(len(hint.promptTitle) for hint in hints) <= 32
    assert max(len(hint.prompt) for hint in hints) <= 255


# Other tables


def test_a_register_takes_population_and_special_groups():
    rows = ("社区 槐荫里社区 | 年龄段 80岁及以上 | 性别 男 | 人数 120", "社区 槐荫里社区 | 人群类别 独居老人 | 人数 45")
    register = taken_in(fill_in(content("register"), *map(cells, rows))).tables["register"].sort_values("row")
    assert register["persons"].tolist() == [120.0, 45.0]
    assert register["age_low"].dropna().tolist() == [80.0]
    assert register[["sex", "group"]].to_numpy().tolist() == [["男", None], [None, "alone_elder"]]


def test_a_day_counted_as_a_whole_needs_no_names():
    row = "日期 2026-10-06 | 服务项目 老年助餐 | 服务点 槐荫里长者食堂 | 人次 96"
    usage = taken_in(fill_in(content("usage"), cells(row))).tables["usage"]
    assert usage[["count", "status"]].to_numpy().tolist() == [[96.0, "完成"]]
    assert usage["person_key"].isna().all()


def test_a_question_dictionary_decides_how_a_form_is_read():
    told = "题目编号 7 | 题目 您平时缺什么？ | 题型 多选 | 含义 需要 | 空白含义 未回答"
    options = ("选项 有热饭吃 | 对应需求 助餐", "选项 什么都不缺 | 对应需求 无需求")
    dictionary = fill_in(content("questions"), *(cells(f"{told} | {option}") for option in options))
    form, written = openpyxl.Workbook(), BytesIO()
    for row in ("社区 性别 您平时缺什么？", "槐荫里社区 女 有热饭吃", "槐荫里社区 男 什么都不缺", "槐荫里社区 男"):
        form.active.append(row.split())
    form.save(written)
    survey = taken_in(dictionary, written.getvalue()).tables["survey"].sort_values("row")
    assert survey["need:ELD01"].tolist()[:2] == [1.0, 0.0]
    assert pd.isna(survey["need:ELD01"].iloc[2])


def services_sheet() -> list[list[object]]:
    rows = list(opened("menu")[text("template.services_sheet")].iter_rows(min_row=5, values_only=True))
    return [list(row) for row in rows]


def test_the_catalogue_of_usual_services_names_the_needs_they_meet():
    known = set(CODEBOOK.needs["name"])
    rows = services_sheet()
    assert [row[0] for row in rows] == list(CODEBOOK.services["name"])
    assert all(set(row[2].split("；")) <= known for row in rows)
    assert rows[0][:7] == ["老年助餐（堂食）", "养老", "助餐", "60周岁及以上；困难与高龄可补贴", "到点", "份/餐", 22]


def test_rows_copied_from_the_catalogue_make_a_menu():
    headers = [column.header for column in plan_template("menu", CODEBOOK, "zh").columns][:7]
    copied = [
        {header: str(cell) for header, cell in zip(headers, row, strict=False) if cell is not None}
        for row in services_sheet()
    ]
    intake = taken_in(fill_in(content("menu"), *copied))
    assert recognised(intake) == {"服务菜单": "menu"}
    assert len(intake.tables["menu"]) == len(CODEBOOK.services)
    assert intake.tables["menu"].sort_values("row")["needs"].tolist() == CODEBOOK.services["needs"].tolist()
    assert {code for code, _ in wrong(intake)} <= {"W142", "W143"}


# LibreOffice


@pytest.mark.parametrize("table", ["survey", "menu"])
def test_libreoffice_opens_and_saves_it_as_the_same_template(table, tmp_path):
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice on this machine")
    source = tmp_path / "blank.xlsx"
    source.write_bytes(fill_in(content(table), cells(FILLED[table])))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(source)]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    saved = (tmp_path / "out" / "blank.xlsx").read_bytes()
    intake = taken_in(saved)
    assert recognised(intake) == {text(f"table.{table}"): table}
    assert intake.tables[table].iloc[0]["needs"] == TYPED[table]["needs"]
    book = openpyxl.load_workbook(BytesIO(saved))
    assert len(book.worksheets[1].data_validations.dataValidation) > 0
    assert book[text("template.lists_sheet")].sheet_state == "hidden"


def test_a_workbook_on_disk_is_read_like_its_bytes(tmp_path):
    path = write_template("survey", tmp_path / template_name("survey"), codebook=CODEBOOK)
    assert [sheet.name for sheet in read_workbooks([path])] == ["填写说明", "需求调查", "下拉选项"]
