"""The same answers as each platform exports them: real bytes under a file name, with what is sent along."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import xlsxwriter

from helpers.questionnaire import (
    AGE,
    COMMENT,
    COMMUNITIES,
    COMMUNITY,
    DEGREE,
    FIRST,
    ITEMS,
    LEVELS,
    MOST,
    NEEDED,
    NEEDS,
    NOTHING,
    ORDER,
    OTHER,
    RANKED,
    RATING,
    RATINGS,
    SEX,
    SEXES,
    Resident,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Cells = list[list[object]]
Files = dict[str, bytes]
OPTIONS = (*NEEDS, NOTHING, OTHER)
QUESTIONS = (SEX, AGE, COMMUNITY, NEEDED, MOST, ORDER, DEGREE, COMMENT, RATING)
_LISTS = {0: SEXES, 2: COMMUNITIES, 3: OPTIONS, 4: tuple(FIRST), 5: tuple(RANKED), 6: LEVELS, 8: RATINGS}
_KINDS = ("单选题", "填空题", "单选题", "多选题", "单选题", "排序题", "矩阵题", "填空题", "单选题")


def workbook(sheets: Mapping[str, Iterable[Sequence[object]]], merged: Sequence[tuple[int, int, str]] = ()) -> bytes:
    """Return an xlsx file of these sheets; ``merged`` ranges of the first row as first column, last column, text."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell not in {None, ""}:
                        sheet.write(number, column, cell)
            for first, last, text in merged:
                sheet.merge_range(0, first, 0, last, text)
    return content.getvalue()


def text_file(rows: Iterable[Sequence[object]], encoding: str = "utf-8-sig") -> bytes:
    """Return a text file with commas."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue().encode(encoding)


def wjx_text(people: Sequence[Resident]) -> Files:
    """问卷星 by texts: every number a text, 序号 starting anew where a second batch begins."""
    header = [*_wjx_meta(), *(f"{n}、{question}" for n, question in enumerate(QUESTIONS[:6], 1))]
    header += [f"7、{DEGREE}—{item}" if not n else f"7、{item}" for n, item in enumerate(ITEMS)]
    header += [f"8、{COMMENT}", f"9、{RATING}"]
    rows = [[
        *_wjx_row(n, one), one.sex, str(one.age), one.community, "┋".join(_with_own(one)) or "(空)",
        one.first or _blank(one), "→".join(one.ranked or ()) or "(空)",
        *(_level(level) or "(空)" for level in one.levels), one.comment or "(空)", _rating(one) or "(空)",
    ] for n, one in enumerate(people)]  # fmt: skip
    return {f"298731_按文本_居民需求调查_{len(people)}_{len(people)}.xlsx": workbook({"Sheet1": [header, *rows]})}


def wjx_codes(people: Sequence[Resident]) -> Files:
    """问卷星 by codes, options and places in columns of their own; the words of the codes come in a dictionary."""
    header = [*_wjx_meta(), *(f"{n}、{QUESTIONS[n - 1]}" for n in (1, 2, 3))]
    header += [f"4、{NEEDED}({option})" if not n else f"4、({option})" for n, option in enumerate(OPTIONS)]
    header += [f"5、{MOST}"]
    header += [f"6、{ORDER}({option})" if not n else f"6、({option})" for n, option in enumerate(RANKED)]
    header += [f"7、{DEGREE}—{item}" if not n else f"7、{item}" for n, item in enumerate(ITEMS)]
    header += [f"8、{COMMENT}", f"9、{RATING}"]
    rows = [[
        *_wjx_row(n, one),
        str(1 + SEXES.index(one.sex)), str(one.age), str(1 + COMMUNITIES.index(one.community)),
        *(str(tick) for tick in _ticks(one, -2)),
        str(1 + [*FIRST].index(one.first)) if one.first else "-3" if one.skipped else "-2",
        *(str(place) for place in _places(one, -2)),
        *("-2" if level is None else str(level) for level in one.levels), one.comment or "-2",
        "-2" if one.rating is None else str(one.rating),
    ] for n, one in enumerate(people)]  # fmt: skip
    listed = {n: values for n, values in _LISTS.items() if n in {0, 2, 4, 8}}
    words = [["题目编号", "题目", "题型", "含义", "选项", "选项代码"]]
    words += [
        [str(n + 1), f"{n + 1}、{QUESTIONS[n]}", "单选", "最需要前1" if n == 4 else "", option, str(code)]
        for n, values in listed.items() for code, option in enumerate(values, 1)
    ]  # fmt: skip
    return {"298731_按序号_居民需求调查_40_40.xlsx": workbook({"Sheet1": [header, *rows]}),
            "题目字典.xlsx": workbook({"字典": words})}  # fmt: skip


def wenjuan(people: Sequence[Resident]) -> Files:
    """问卷网: codes in GB18030, a line break between codes, the list of questions in a second file."""
    items = [f"Q7_{n}" for n, _ in enumerate(ITEMS, 1)]
    header = ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", *items, "Q8", "Q9", "答题序号", "来源渠道", "答题时长", "提交时间"]
    rows = [[
        str(1 + SEXES.index(one.sex)), str(one.age), str(1 + COMMUNITIES.index(one.community)),
        "\n".join(str(1 + OPTIONS.index(option)) for option in one.needs or ()),
        str(1 + [*FIRST].index(one.first)) if one.first else "",
        "\n".join(str(1 + [*RANKED].index(option)) for option in one.ranked or ()),
        *(level or "" for level in one.levels), one.comment.replace("，", "，\n"),
        "" if one.rating is None else str(one.rating), str(n), "微信", "3分12秒", f"{one.moment:%Y-%m-%d %H:%M:%S}",
    ] for n, one in enumerate(people, 1)]  # fmt: skip
    return {
        "居民需求调查.csv": text_file([header, *rows], "gb18030"),
        "对照.xlsx": workbook({"题目": _question_list()}),
    }


def tencent(people: Sequence[Resident]) -> Files:
    """腾讯文档收集表: （必填） behind questions, automatic columns, Chinese dates."""
    header = [
        "提交者（自动）",
        "提交时间（自动）",
        *(f"{question}（必填）" for question in QUESTIONS[:3]),
        *QUESTIONS[3:6],
    ]
    header += [f"{DEGREE}：{item}" for item in ITEMS] + [*QUESTIONS[7:]]
    rows = [[
        f"微信用户{n}", f"{one.moment.year}年{one.moment.month}月{one.moment.day}日 {one.moment:%H:%M}", one.sex,
        one.age, one.community, "┋".join(one.needs or ()), one.first, "→".join(one.ranked or ()),
        *map(_level, one.levels), one.comment, _rating(one),
    ] for n, one in enumerate(people)]  # fmt: skip
    return {"收集结果.xlsx": workbook({"Sheet1": [header, *rows]})}


def kobo_both(people: Sequence[Resident]) -> Files:
    """Kobo by names, groups in the names, a column of codes and a column per choice; the form in another workbook."""
    needs = [f"xuyao/needs/n{n}" for n, _ in enumerate(OPTIONS, 1)]
    order = [f"xuyao/order/_{place}_choice" for place in ("1st", "2nd", "3rd")]
    header = ["start", "end", "jiben/sex", "jiben/age", "jiben/community", "xuyao/needs", *needs, "xuyao/own",
              "xuyao/first", "xuyao/order", *order, *(f"xuyao/degree/{name}" for name in "abc"), "comment", "rating",
              *_kobo_meta()]  # fmt: skip
    rows = [[
        *[f"{one.moment:%Y-%m-%dT%H:%M:%S}.000+08:00"] * 2, *_kobo_about(one), *_kobo_ticks(one), one.own,
        *_kobo_rest(one), *_kobo_own(n, one),
    ] for n, one in enumerate(people, 1)]  # fmt: skip
    return {"入户采集.xlsx": workbook({"aX7": [header, *rows]}), "form.xlsx": workbook(_xlsform())}


def kobo_summary(people: Sequence[Resident]) -> Files:
    """Kobo by names with dots, answers in one column of codes; the form in the same workbook."""
    header = ["jiben.sex", "jiben.age", "jiben.community", "xuyao.needs", "xuyao.first", "xuyao.order",
              *(f"xuyao.degree.{name}" for name in "abc"), "comment", "rating", *_kobo_meta()]  # fmt: skip
    rows = [[
        *_kobo_about(one), " ".join(f"n{1 + OPTIONS.index(option)}" for option in one.needs or ()),
        *_kobo_rest(one)[:2], *_kobo_rest(one)[5:], *_kobo_own(n, one),
    ] for n, one in enumerate(people, 1)]  # fmt: skip
    return {"data.xlsx": workbook({"data": [header, *rows], **_xlsform()})}


def kobo_labels(people: Sequence[Resident]) -> Files:
    """Kobo by labels, a column per choice only, no form beside it."""
    header = [f"基本情况/{question}" for question in QUESTIONS[:3]] + [f"需要/{NEEDED}/{option}" for option in OPTIONS]
    header += [
        f"需要/{MOST}",
        f"需要/{ORDER}",
        *(f"需要/{DEGREE}：{item}" for item in ITEMS),
        COMMENT,
        RATING,
        *_kobo_meta(),
    ]
    rows = [[
        one.sex, one.age, one.community, *_kobo_ticks(one)[1:], one.first, "→".join(one.ranked or ()),
        *map(_level, one.levels), one.comment, _rating(one), *_kobo_own(n, one),
    ] for n, one in enumerate(people, 1)]  # fmt: skip
    return {"data.xlsx": workbook({"data": [header, *rows]})}


def google_sheet(people: Sequence[Resident]) -> Files:
    """Google Forms in its sheet: answers joined by a comma and a space, which stands inside an option too."""
    return {"回复.xlsx": workbook({"表单回复 1": _google(people, ", ", "时间戳记")})}


def google_file(people: Sequence[Resident]) -> Files:
    """Google Forms as the form's own text file: answers joined by semicolons."""
    return {"Responses.csv": text_file(_google(people, ";", "Timestamp"), "utf-8")}


def surveymonkey(people: Sequence[Resident]) -> Files:
    """SurveyMonkey, all columns: the question above its first column, Response or options below."""
    plain = [[question, *[""] * (len(items) - 1)] for question, items in _SM_COLUMNS.items()]
    meta = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
            "Last Name", "Custom Data 1"]  # fmt: skip
    header = [*meta, *(cell for cells in plain for cell in cells)]
    second = [*[""] * len(meta), *(item for items in _SM_COLUMNS.values() for item in items)]
    rows = [[
        str(118_000_000_000 + n), "435679211", *[f"{one.moment:%m/%d/%Y %I:%M:%S %p}"] * 2, "203.0.113.7",
        "", "", "", "", one.sex, one.age, one.community,
        *(option if option in (one.needs or ()) else "" for option in OPTIONS[:-1]),
        one.own, one.first, *(place or "" for place in _places(one, 0)), *map(_level, one.levels), one.comment,
        _rating(one),
    ] for n, one in enumerate(people)]  # fmt: skip
    return {"Survey.csv": text_file([header, second, *rows])}


def qualtrics_texts(people: Sequence[Resident]) -> Files:
    """Qualtrics by choice texts, a column per choice, with display order, previews and its three header rows."""
    columns = [("Q1", SEX, "QID1"), ("Q2", AGE, "QID2_TEXT"), ("Q3", COMMUNITY, "QID3")]
    columns += [(f"Q4_{n}", f"{NEEDED} - Selected Choice - {option}", "QID4") for n, option in enumerate(OPTIONS, 1)]
    columns += [(f"Q4_{len(OPTIONS)}_TEXT", f"{NEEDED} - {OTHER} - Text", f"QID4_{len(OPTIONS)}_TEXT")]
    columns += [("Q4_DO_1", f"{NEEDED} - Display Order - {OPTIONS[0]}", "QID4_DO"), ("Q5", MOST, "QID5")]
    columns += [(f"Q6_{n}", f"{ORDER} - {option}", f"QID6_{n}") for n, option in enumerate(RANKED, 1)]
    columns += [(f"Q7_{n}", f"{DEGREE} - {item}", f"QID7_{n}") for n, item in enumerate(ITEMS, 1)]
    columns += [("Q8", COMMENT, "QID8_TEXT"), ("Q9", RATING, "QID9")]
    rows = [[
        *_qualtrics_meta(n, one),
        one.sex, one.age, one.community, *(option if option in (one.needs or ()) else "" for option in OPTIONS),
        one.own, "1", one.first, *(place or "" for place in _places(one, 0)), *map(_level, one.levels), one.comment,
        _rating(one),
    ] for n, one in enumerate(people)]  # fmt: skip
    tested = [[*row] for row in rows[:2]]
    for row in tested:
        row[2], row[15] = "Survey Preview", "preview"
    return {"Survey_October 31, 2026.csv": text_file([*_qualtrics_head(columns), *tested, *rows], "utf-8")}


def qualtrics_codes(people: Sequence[Resident]) -> Files:
    """Qualtrics by codes, a question's choices joined by commas; the codes' words come as a list of questions."""
    columns = [(f"Q{n}", question, f"QID{n}") for n, question in enumerate(QUESTIONS[:5], 1)]
    columns += [(f"Q6_{n}", f"{ORDER} - {option}", f"QID6_{n}") for n, option in enumerate(RANKED, 1)]
    columns += [(f"Q7_{n}", f"{DEGREE} - {item}", f"QID7_{n}") for n, item in enumerate(ITEMS, 1)]
    columns += [("Q8", COMMENT, "QID8_TEXT"), ("Q9", RATING, "QID9")]
    rows = [[
        *_qualtrics_meta(n, one),
        1 + SEXES.index(one.sex), one.age, 1 + COMMUNITIES.index(one.community),
        ",".join(str(1 + OPTIONS.index(option)) for option in one.needs or ()) or "-99",
        1 + [*FIRST].index(one.first) if one.first else "", *(place or "" for place in _places(one, 0)),
        *one.levels, one.comment, one.rating,
    ] for n, one in enumerate(people)]  # fmt: skip
    return {"export.xlsx": workbook({"Sheet0": [*_qualtrics_head(columns), *rows], "Codes": _question_list()})}


_SM_COLUMNS = {
    SEX: ["Response"], AGE: ["Open-Ended Response"], COMMUNITY: ["Response"],
    NEEDED: [*OPTIONS[:-1], "Other (please specify)"], MOST: ["Response"], ORDER: [*RANKED], DEGREE: [*ITEMS],
    COMMENT: ["Open-Ended Response"], RATING: ["Response"],
}  # fmt: skip


def _wjx_meta() -> list[str]:
    return ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def _wjx_row(number: int, one: Resident) -> list[object]:
    at = f"{one.moment.year}/{one.moment.month}/{one.moment.day} {one.moment:%H:%M:%S}"
    return [str(1 + number % 25), at, "93秒", "微信", "N/A", "203.0.113.7(未知)"]


def _blank(one: Resident) -> str:
    return "(跳过)" if one.skipped else "(空)"


def _with_own(one: Resident) -> list[str]:
    return [f"{option}〖{one.own}〗" if option == OTHER else option for option in one.needs or ()]


def _level(level: int | None) -> str:
    return "" if level is None else LEVELS[level - 1]


def _rating(one: Resident) -> str:
    return "" if one.rating is None else RATINGS[one.rating - 1]


def _ticks(one: Resident, blank: int) -> list[int]:
    return [blank if one.needs is None else int(option in one.needs) for option in OPTIONS]


def _places(one: Resident, blank: int) -> list[int]:
    return [one.ranked.index(option) + 1 if one.ranked and option in one.ranked else blank for option in RANKED]


def _question_list() -> Cells:
    rows: Cells = [["题号", "题目", "题型", "选项编码", "选项"]]
    for n, (question, kind) in enumerate(zip(QUESTIONS, _KINDS, strict=True)):
        options = _LISTS.get(n, ())
        rows.append([f"Q{n + 1}", question, kind, *(("1", options[0]) if options else ("", ""))])
        rows += [["", "", "", str(code), option] for code, option in enumerate(options[1:], 2)]
    return rows + [[f"Q7_{n}", f"{DEGREE}：{item}", "", "", ""] for n, item in enumerate(ITEMS, 1)]


def _kobo_meta() -> list[str]:
    return ["_id", "_uuid", "_submission_time", "_validation_status", "_index"]


def _kobo_own(number: int, one: Resident) -> list[object]:
    return [2_000 + number, f"{number:08x}-0000-4000-8000-000000000000", f"{one.moment:%Y-%m-%dT%H:%M:%S}", "", number]


def _kobo_about(one: Resident) -> list[object]:
    return [f"s{SEXES.index(one.sex)}", one.age, f"c{COMMUNITIES.index(one.community)}"]


def _kobo_ticks(one: Resident) -> list[object]:
    joined = " ".join(f"n{1 + OPTIONS.index(option)}" for option in one.needs or ())
    return [joined, *("" if one.needs is None else tick for tick in _ticks(one, 0))]


def _kobo_rest(one: Resident) -> list[object]:
    """Return first, the order as one column and as three, levels, comment and rating."""
    order = [f"r{[*RANKED].index(option)}" for option in one.ranked or ()]
    return [
        f"f{[*FIRST].index(one.first)}" if one.first else "", " ".join(order), *order, *[""] * (3 - len(order)),
        *("" if level is None else f"l{level}" for level in one.levels), one.comment,
        "" if one.rating is None else f"m{one.rating}",
    ]  # fmt: skip


def _xlsform() -> dict[str, Cells]:
    survey: Cells = [["type", "name", "label::English (en)", "label::中文 (zh)", "relevant"]]
    survey += [["start", "start", "", "", ""], ["begin_group", "jiben", "About you", "基本情况", ""]]
    survey += [["select_one sex", "sex", "Sex", SEX, ""], ["integer", "age", "Age", AGE, ""]]
    survey += [["select_one community", "community", "Community", COMMUNITY, ""], ["end_group", "", "", "", ""]]
    survey += [["begin group", "xuyao", "Needs", "需要", ""], ["select_multiple needs", "needs", "Needs", NEEDED, ""]]
    survey += [["text", "own", "Other", "其他，请注明", "selected(${needs}, 'n6')"]]
    survey += [["select_one first", "first", "First", MOST, "not(selected(${needs}, 'n5'))"]]
    survey += [["rank order", "order", "Order", ORDER, ""], ["begin_group", "degree", "Degree", DEGREE, ""]]
    survey += [
        ["select_one level", name, item, f"{DEGREE}：{item}", ""] for name, item in zip("abc", ITEMS, strict=True)
    ]
    survey += [["end_group", "", "", "", ""], ["end group", "", "", "", ""]]
    survey += [["text", "comment", "Comment", COMMENT, ""], ["select_one rating", "rating", "Rating", RATING, ""]]
    lists = {
        "sex": {f"s{n}": sex for n, sex in enumerate(SEXES)},
        "community": {f"c{n}": name for n, name in enumerate(COMMUNITIES)},
        "needs": {f"n{n}": option for n, option in enumerate(OPTIONS, 1)},
        "first": {f"f{n}": option for n, option in enumerate(FIRST)},
        "order": {f"r{n}": option for n, option in enumerate(RANKED)},
        "level": {f"l{n}": level for n, level in enumerate(LEVELS, 1)},
        "rating": {f"m{n}": rating for n, rating in enumerate(RATINGS, 1)},
    }
    choices: Cells = [["list_name", "name", "label::English (en)", "label::中文 (zh)"]]
    choices += [[name, code, code.upper(), text] for name, options in lists.items() for code, text in options.items()]
    return {"survey": survey, "choices": choices, "settings": [["form_title", "form_id"], ["需求", "xq"]]}


def _google(people: Sequence[Resident], joint: str, stamp: str) -> Cells:
    header: list[object] = [stamp, *QUESTIONS[:5], ORDER, *(f"{DEGREE} [{item}]" for item in ITEMS), *QUESTIONS[7:]]
    return [header, *([
        f"{one.moment.year}/{one.moment.month}/{one.moment.day} {one.moment:%H:%M:%S}", one.sex, one.age, one.community,
        joint.join(one.own if option == OTHER else option for option in one.needs or ()), one.first,
        "→".join(one.ranked or ()), *map(_level, one.levels), one.comment, _rating(one),
    ] for one in people)]  # fmt: skip


def _qualtrics_meta(number: int, one: Resident) -> list[object]:
    at = f"{one.moment:%Y-%m-%d %H:%M:%S}"
    return [at, at, "IP Address", "203.0.113.7", 100, 93, "True", at, f"R_{number:015d}", "", "", "", "", "31.2",
            "121.5", "anonymous", "ZH-S"]  # fmt: skip


def _qualtrics_head(columns: Sequence[tuple[str, str, str]]) -> Cells:
    meta = {
        "StartDate": "startDate", "EndDate": "endDate", "Status": "status", "IPAddress": "ipAddress",
        "Progress": "progress", "Duration (in seconds)": "duration", "Finished": "finished",
        "RecordedDate": "recordedDate", "ResponseId": "_recordId", "RecipientLastName": "recipientLastName",
        "RecipientFirstName": "recipientFirstName", "RecipientEmail": "recipientEmail",
        "ExternalReference": "externalDataReference", "LocationLatitude": "locationLatitude",
        "LocationLongitude": "locationLongitude", "DistributionChannel": "distributionChannel",
        "UserLanguage": "userLanguage",
    }  # fmt: skip
    ids = [json.dumps({"ImportId": name}) for name in meta.values()]
    ids += [json.dumps({"ImportId": name}) for _, _, name in columns]
    return [[*meta, *(name for name, _, _ in columns)], [*meta, *(text for _, text, _ in columns)], ids]


DIALECTS = {
    "问卷星 texts": wjx_text, "问卷星 codes": wjx_codes, "问卷网": wenjuan, "腾讯文档收集表": tencent,
    "Kobo names": kobo_both, "Kobo codes": kobo_summary, "Kobo labels": kobo_labels, "Google sheet": google_sheet,
    "Google file": google_file, "SurveyMonkey": surveymonkey, "Qualtrics texts": qualtrics_texts,
    "Qualtrics codes": qualtrics_codes,
}  # fmt: skip
