"""The check office by office: what blocks a report, what is said first, the page, JSON, and one office alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from needs_analytics.cli.check_lines import check_lines
from needs_analytics.cli.wrapping import cell_width, wrapped
from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import issue_sentence
from needs_analytics.pipeline import prepare_month
from needs_analytics.reports.check import summarise
from needs_analytics.workspace import Workspace
from reports.conftest import browse  # noqa: F401 - a fixture

from .offices import MONTH, put, survey, table, whole_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .conftest import Needs

    Office = Callable[[Mapping[str, str | bytes]], Path]

CORRUPT = b"PK\x03\x04 and nothing"
FOREIGN = table("姓名,手机,职务", "张三,13800000000,书记")
NO_QUESTION = table(
    "提交答卷时间,1、您的性别,2、您的年龄,3、所在社区,4、您对社区服务满意吗",
    *(f"2026-10-0{day} 10:00,男,6{day},和平社区,满意" for day in range(1, 9)),
)
WRONG_AGES = survey(20).replace(",30,", ",230,").replace(",37,", ",-7,")
REFERENCE = re.compile(r"""(?:src|href|action|data)\s*=\s*["']?(?!#|data:)[^\s"'>]|url\((?!data:)|@import|https?://""")


def messy_month() -> dict[str, str | bytes]:
    """Return a month of four offices: one all right, one with wrong ages, one corrupt, one not recognised."""
    month: dict[str, str | bytes] = dict(whole_month())
    return {**month, "和平2村/走访.csv": WRONG_AGES, "和平3村/坏.xlsx": CORRUPT, "通讯录.csv": FOREIGN}


def send(workspace: Path, files: Mapping[str, str | bytes]) -> None:
    for name in files:
        (workspace / "inbox" / MONTH / name).parent.mkdir(parents=True, exist_ok=True)
    put(workspace, files)


@pytest.fixture
def messy(office: Office) -> Path:
    workspace = office({})
    send(workspace, messy_month())
    return workspace


class Page(HTMLParser):
    """The headings, the copyable texts and the anchors of a page."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {str(given["id"])} if "id" in given else set()
        self.links += [str(given["href"])] if tag == "a" else []
        if tag in {"h1", "h2", "pre", "strong"}:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open[-1]:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data


def page_of(workspace: Path, name: str = "核对结果.html") -> str:
    return (workspace / "check" / MONTH / name).read_text(encoding="utf-8")


# What blocks


def test_a_corrupt_file_of_one_office_blocks_nothing_and_is_said_first(needs: Needs, messy: Path) -> None:
    found = needs("check", MONTH)
    assert found.code == 0
    head, *blocks = found.out.split("\n■ ")
    assert "可以出报告" in head
    assert "没有读入的文件：\n  [E006] 文件“和平3村/坏.xlsx”不完整" in head
    assert [block.partition("（")[0] for block in blocks[:3]] == ["和平3村", "和平2村", "通讯录"]
    assert blocks[0].startswith("和平3村（重新发送：错误 1，疑问 0）")


def test_rows_of_other_months_are_not_said_to_count_in_the_month(needs: Needs, office: Office) -> None:
    workspace = office({**whole_month(), "需求调查.csv": survey().replace("2026-10-2", "2026-09-2")})
    found = needs("check", MONTH)
    assert "采用 62（其中其他月份 9，留作历史，不计入本月） + 合并 0" in found.out
    assert "采用 40 行（其中 9 行是其他月份的，不计入本月）" in page_of(workspace)
    (told,) = [one["counts"] for one in json.loads(needs("check", MONTH, "--json").out)["offices"]
               if one["office"] == "需求调查"]  # fmt: skip
    assert told == {"rows_in": 40, "kept": 40, "merged": 0, "returned": 0, "other_months": 9, "replaced": 0}


@pytest.mark.parametrize(
    ("survey_sent", "code", "hint"),
    [
        (None, "W602", ""),
        (CORRUPT, "W602", "有文件没有读入"),
        (survey().replace("2026-10-", "2026-07-"), "W602", "都是其他月份的"),
        (FOREIGN, "W602", "有的表没有认出来"),
        (NO_QUESTION, "W621", ""),
    ],
)
def test_a_month_without_answers_about_needs_is_blocked(
    needs: Needs, office: Office, survey_sent: str | bytes | None, code: str, hint: str
) -> None:
    month: dict[str, str | bytes] = dict(whole_month())
    del month["需求调查.csv"]
    if survey_sent is not None:
        month["需求调查.xlsx" if isinstance(survey_sent, bytes) else "需求调查.csv"] = survey_sent
    office(month)
    found = needs("check", MONTH, "--json", "-q")
    assert found.code == 1
    assert [(one["code"], one["blocking"]) for one in json.loads(found.out)["blocking"]] == [(code, True)]
    said = needs("check", MONTH, "-q").out
    assert "暂时出不了报告。" in said
    assert hint in said


def test_any_error_ends_a_strict_check_with_code_1(needs: Needs, messy: Path) -> None:
    assert needs("check", MONTH, "--strict", "-q").code == 1
    assert needs("check", MONTH, "--strict", "--office", "需求调查", "-q").code == 0


# JSON


def test_every_row_and_every_issue_belongs_to_one_office(needs: Needs, messy: Path) -> None:
    result = json.loads(needs("check", MONTH, "--json", "-q").out)
    offices = {one["office"]: one for one in result["offices"]}
    assert [offices[name]["state"] for name in ("和平3村", "和平2村", "通讯录", "服务菜单")] == [
        "resend", "correct", "review", "fine",
    ]  # fmt: skip
    assert offices["和平3村"]["refused"] == ["和平3村/坏.xlsx"]
    (ages,) = (one for one in offices["和平2村"]["issues"] if one["code"] == "E101")
    assert set(ages) == {
        "code", "severity", "blocking", "file", "sheet", "cells", "count", "sentence", "remedy",
    }  # fmt: skip
    assert (ages["cells"], ages["count"], ages["blocking"]) == (["C2", "C3"], 2, False)
    for name in ("rows_in", "kept", "merged", "returned"):
        assert sum(one["counts"][name] for one in offices.values()) == sum(one[name] for one in result["counts"])
    for one in offices.values():
        rows = one["counts"]
        assert rows["rows_in"] == rows["kept"] + rows["merged"] + rows["returned"]
        assert rows["rows_in"] == sum(sheet["rows_in"] for sheet in one["sheets"])
    told = sum(issue["code"][0] != "I" for issue in result["issues"])
    assert told <= sum(one["count"] for office in offices.values() for one in office["issues"])


def test_every_rule_read_with_doubt_is_shown_with_its_own_reading(needs: Needs, office: Office) -> None:
    rows = ("食堂,助餐,60岁以上低保或特困", "讲座,健康讲座义诊,80-60岁", "法律咨询,法律咨询援助,90-70岁")
    menu = table("服务名称,对应需求,服务对象", *rows)
    send(office({}), {"街道/服务菜单.csv": menu, **whole_month()})
    found = needs("check", MONTH, "-q").out
    for cell, reading in (("C2", "（60岁及以上 且 低保对象） 或 特困人员"), ("C3", "80-60岁"), ("C4", "90-70岁")):
        assert any(cell in line and reading in line for line in found.splitlines()), (cell, found)


# One office


def test_one_office_is_shown_alone_with_a_text_to_send(needs: Needs, messy: Path) -> None:
    found = needs("check", MONTH, "--office", "2村", "-q")
    assert found.code == 0
    assert "■ 和平2村（改正：错误 2，疑问 0）\n  走访.csv → 需求调查（按表头，20 行）" in found.out
    assert "和平3村" not in found.out
    note = found.out.partition("可以发给该单位的话：\n")[2]
    assert note.startswith("您单位报送的《走访.csv》共 20 行，采用 ")
    assert (
        "\n请核对以下 2 处。随附的“…_待修改.xlsx”已把格子标出，请直接在上面改，改好把它发回：\n1. C2、C3：例如：年龄为"
        in note
    )
    assert ".toml" not in needs("check", MONTH, "--office", "通讯录", "-q").out.partition("该单位的话")[2]


@pytest.mark.parametrize(
    ("asked", "said"),
    [("和平", "对应好几个单位：和平3村、和平2村"), ("光明", "没有“光明”这个单位。本月的单位有：和平3村")],
)
def test_an_office_that_cannot_be_told_is_asked_for(needs: Needs, messy: Path, asked: str, said: str) -> None:
    found = needs("check", MONTH, "--office", asked, "-q")
    assert (found.code, found.out) == (2, "")
    assert said in found.err


# The page and the workbook


def test_the_page_holds_every_office_and_points_nowhere_outside(needs: Needs, messy: Path) -> None:
    needs("check", MONTH, "-q")
    written = page_of(messy)
    page = Page(written)
    assert REFERENCE.findall(written) == []
    assert {link.removeprefix("#") for link in page.links} <= page.anchors
    names = [heading.rpartition(" ")[0] for heading in page.texts["h2"]]
    assert names[:3] == ["和平3村", "和平2村", "通讯录"]
    notes = page.texts["pre"]
    assert "您单位报送的文件“和平3村/坏.xlsx”不完整" in notes[0]
    assert "C2、C3" in notes[1]
    assert len([note for note in notes if note.startswith("您单位")]) == 8


def test_a_browser_asks_nothing_of_a_network_for_the_page(needs: Needs, messy: Path, browse) -> None:  # noqa: F811
    needs("check", MONTH, "-q")
    seen = browse(page_of(messy))
    assert (seen.console, seen.requests) == ([], [])
    assert seen.dom.count("<button") == 2 * 8
    assert 'class="copy" data-done="已复制" hidden' not in seen.dom


def test_the_page_in_english(needs: Needs, messy: Path) -> None:
    needs("check", MONTH, "-q", "--lang", "en")
    page = Page(page_of(messy, "check.html"))
    assert page.texts["strong"][0].startswith("A report can be made.")
    assert page.texts["pre"][0].startswith('Your workbook could not be read: "和平3村/坏.xlsx" is incomplete')


def test_what_an_office_wrote_is_text_on_the_page_and_never_markup(needs: Needs, office: Office) -> None:
    evil = "<img src=x onerror=alert(1)>"
    office({**whole_month(), f"{evil.replace('/', '')}.csv": survey(4).replace("男", evil)})
    needs("check", MONTH, "-q")
    written = page_of(Path())
    assert "<img" not in written
    assert "&lt;img" in written


def test_the_same_month_gives_the_same_page(needs: Needs, messy: Path) -> None:
    needs("check", MONTH, "-q")
    first = page_of(messy)
    needs("check", MONTH, "-q")
    assert page_of(messy) == first


def test_the_first_table_of_the_workbook_is_the_offices(needs: Needs, messy: Path) -> None:
    needs("check", MONTH, "-q")
    book = CalamineWorkbook.from_path(str(messy / "check" / MONTH / f"{MONTH}核对结果.xlsx"))
    assert book.sheet_names[1] == "各单位汇总"
    cells = {str(row[0]): row for row in book.get_sheet_by_name("各单位汇总").to_python()}
    assert cells["和平3村"][9] == "重新发送"
    assert cells["合计"][2] == 83


# The console


def test_a_doubt_about_the_whole_month_is_said_however_many_offices_there_are(office: Office) -> None:
    files = {f"和平{number}村/走访.csv": WRONG_AGES for number in range(2, 12)}
    workspace = office({})
    send(workspace, files)
    cleaned = prepare_month(Workspace(workspace), MONTH)
    doubt = Issue("W433", details={"judged": 13, "differs": 1, "icc": "0.01", "deff": "1.3"})
    lines = list(check_lines(summarise(replace(cleaned, issues=(*cleaned.issues, doubt))), "zh"))
    assert sum(line.startswith("■") for line in lines) == 11
    assert any(issue_sentence(doubt) in line for line in lines)


@pytest.mark.parametrize("width", [40, 80])
def test_lines_fit_the_console_and_lose_nothing(width: int) -> None:
    line = "    [E101] C2、C3 年龄为“230”，应在 0–120 之间（见 mapping-proposed.toml）。请核对后改正。" * 3
    broken = wrapped(line, width)
    assert max(sum(map(cell_width, part)) for part in broken.splitlines()) < width
    assert re.sub(r"\s", "", broken) == re.sub(r"\s", "", line)
    assert not re.search(r"\n\s*[，。、）”]", broken)
    assert wrapped(line, None) == line


def test_a_sheet_that_came_twice_is_said_to_be_counted_once(office: Office, needs: Needs) -> None:
    office(whole_month() | {"又一份.csv": survey() + "\n"})
    said = needs("check", MONTH)
    assert "只计一次" in said.out
    assert "counted once" in needs("check", MONTH, "--lang", "en").out


# Months with too few answers or none


def without_survey() -> dict[str, str]:
    return {name: content for name, content in whole_month().items() if name != "需求调查.csv"}


def test_a_month_without_a_survey_rests_on_older_answers_in_check_and_report(needs: Needs, office: Office) -> None:
    workspace = office(without_survey())
    put(workspace, {"需求调查.csv": survey().replace("2026-10-", "2026-09-")}, "2026-09")
    found = needs("check", MONTH)
    assert found.code == 0
    assert "暂时出不了报告" not in found.out
    assert "需求据 2026-09 的答卷估计" in found.out
    issued = needs("report", MONTH, "--format", "html")
    assert issued.code == 0
    assert "有效答卷 0 份" in issued.err
    assert "需求据2026-09的40份答卷估计" in issued.err


def test_a_month_without_any_answers_is_refused_by_check_and_report_alike(needs: Needs, office: Office) -> None:
    workspace = office(without_survey())
    assert needs("check", MONTH, "-q").code == 1
    issued = needs("report", MONTH)
    assert issued.code == 1
    assert "出不了报告" in issued.err
    assert not (workspace / "reports" / MONTH).exists()


def test_a_month_of_which_nothing_can_be_published_says_so_before_and_after(needs: Needs, office: Office) -> None:
    workspace = office({**whole_month(), "需求调查.csv": survey(25)})
    assert "只有 25 份，不足 30 份" in needs("check", MONTH).out
    assert "W629" in needs("check", MONTH, "--json").out
    issued = needs("report", MONTH, "--format", "html")
    assert "各项需求都没有达到公布的标准" in issued.err
    page = next((workspace / "reports" / MONTH).glob("*.html")).read_text(encoding="utf-8")
    assert "收到有效问卷25份，样本较少，各项需求都没有达到公布的标准" in page
