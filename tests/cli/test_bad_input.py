"""Bad input: a sentence that says what, where and what to do, the right exit code, and nothing lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from needs_analytics.core.messages import LANGUAGES
from office.small_files import workbook_xml

from .offices import MONTH, menu, put, register, survey, table, whole_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .conftest import Needs

    Office = Callable[[Mapping[str, str | bytes]], Path]

FOREIGN = table("姓名,手机,职务", "张三,13800000000,书记", "李四,13900000000,主任")


def without(*names: str) -> dict[str, str]:
    return {name: content for name, content in whole_month().items() if name not in names}


# Where to look


@pytest.mark.parametrize(("language", "said"), [("zh", "没有找到工作区"), ("en", "There is no workspace")])
def test_a_folder_that_is_no_workspace(
    needs: Needs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (("check", MONTH), ("report", MONTH), ("explain", "weights")):
        found = needs(*command, "--lang", language)
        assert (found.code, found.out) == (2, "")
        assert said in found.err
        assert "needs init" in found.err
        assert str(tmp_path) in found.err


def test_a_folder_named_that_is_no_workspace(needs: Needs, tmp_path: Path) -> None:
    found = needs("-C", tmp_path / "没有", "check", MONTH)
    assert found.code == 2
    assert "没有 不是工作区" in found.err


@pytest.mark.parametrize("month", ["2026年10月", "202610", "2026/10", "2026-10"])
def test_a_month_may_be_written_as_offices_do(needs: Needs, office: Office, month: str) -> None:
    office(whole_month())
    assert needs("check", month, "-q").code == 0


@pytest.mark.parametrize("month", ["2026-13", "十月", "10", "2026-00"])
@pytest.mark.parametrize(("language", "said"), [("zh", "不是月份。请写成 2026-10"), ("en", "Write it as 2026-10")])
def test_what_is_no_month_is_said(needs: Needs, office: Office, month: str, language: str, said: str) -> None:
    office({})
    for command in ("check", "report"):
        found = needs(command, month, "--lang", language)
        assert found.code == 2
        assert month in found.err
        assert said in found.err


def test_a_month_that_was_never_sent_names_those_that_were(needs: Needs, office: Office) -> None:
    workspace = office(whole_month())
    for command in ("check", "report"):
        found = needs(command, "2026-11")
        assert found.code == 2
        assert str(workspace / "inbox" / "2026-11") in found.err
        assert "已有的月份是：2026-10" in found.err


@pytest.mark.parametrize(("language", "said"), [("zh", "是空的。请把"), ("en", "is empty. Put")])
def test_an_empty_folder(needs: Needs, office: Office, language: str, said: str) -> None:
    workspace = office({})
    for command in ("check", "report"):
        found = needs(command, MONTH, "--lang", language)
        assert (found.code, found.out) == (1, "")
        assert said in found.err
    assert not (workspace / "reports" / MONTH).exists()


# What was not sent


@pytest.mark.parametrize(
    ("missing", "code", "said"),
    [
        ("人口底册.csv", "W601", "没有可用的人口底册"),
        ("服务菜单.csv", "W700", "没有服务菜单"),
        ("使用记录.csv", "W720", "没有使用记录"),
    ],
)
def test_a_table_nobody_sent_is_said_by_check_and_report_and_the_report_is_made(
    needs: Needs, office: Office, missing: str, code: str, said: str
) -> None:
    workspace = office(without(missing))
    checked = needs("check", MONTH)
    assert checked.code == 0
    assert "还缺：" in checked.out
    assert said in checked.out
    reported = needs("report", MONTH)
    assert reported.code == 0
    assert said in reported.err
    assert ("供需缺口没有计算" in reported.err) == (code in {"W601", "W700"})
    assert len(list((workspace / "reports" / MONTH).iterdir())) == 3
    result = json.loads(needs("report", MONTH, "--json", "-q").out)
    assert code in result["issues"]


def test_headers_without_a_row_are_no_survey(needs: Needs, office: Office) -> None:
    office({**whole_month(), "需求调查.csv": survey(0)})
    found = needs("check", MONTH)
    assert "只有表头，没有一行数据" in found.out


# What is no table, or none we know


@pytest.mark.parametrize(("language", "said"), [("zh", "没有认出这是哪一种表"), ("en", "not recognised")])
def test_a_workbook_that_is_none_of_the_tables_is_asked_about(
    needs: Needs, office: Office, language: str, said: str
) -> None:
    workspace = office({**whole_month(), "通讯录.csv": FOREIGN})
    found = needs("check", MONTH, "--lang", language)
    assert found.code == 0
    assert said in found.out
    asked = found.out[found.out.index("# [[sheet]]") :]
    lines = asked.replace("# ", "").replace('table = ""', 'table = "ignore"')
    mapping = workspace / "mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + lines, encoding="utf-8")
    again = needs("check", MONTH, "--lang", language)
    assert said not in again.out
    assert needs("report", MONTH, "-q").code == 0


def test_a_month_of_foreign_workbooks_only_is_blocked(needs: Needs, office: Office) -> None:
    workspace = office({"通讯录.csv": FOREIGN})
    checked = needs("check", MONTH)
    assert checked.code == 1
    assert "暂时出不了报告。收到的文件中没有一张能用的数据表。" in checked.out
    reported = needs("report", MONTH)
    assert reported.code == 1
    assert "needs check 2026-10" in reported.err
    assert not (workspace / "reports" / MONTH).exists()


@pytest.mark.parametrize(("language", "said"), [("zh", "坏.xlsx”不完整"), ("en", '"坏.xlsx" is incomplete')])
def test_a_corrupt_file_stops_no_good_one(needs: Needs, office: Office, language: str, said: str) -> None:
    office({**whole_month(), "坏.xlsx": b"PK\x03\x04 and nothing"})
    checked = needs("check", MONTH, "--lang", language)
    assert checked.code == 0
    assert said in checked.out
    found = json.loads(needs("check", MONTH, "--json", "-q").out)
    assert [issue["code"] for issue in found["issues"] if issue["file"] == "坏.xlsx"] == ["E006"]
    assert sum(count["rows_in"] for count in found["counts"]) == 62
    assert needs("report", MONTH, "-q").code == 0


def test_one_workbook_that_ends_the_reader_among_twenty_is_refused_and_the_month_goes_on(
    needs: Needs, office: Office
) -> None:
    many = {f"走访{number}.csv": f"姓名,年龄\n张{number},{60 + number}\n" for number in range(12)}
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    office({**whole_month(), **many, "远.xlsx": workbook_xml(far)})
    found = json.loads(needs("check", MONTH, "--json", "-q").out)
    assert [issue["code"] for issue in found["issues"] if issue["file"] == "远.xlsx"] == ["E010"]
    assert sum(count["rows_in"] for count in found["counts"]) >= 62


def test_a_corrupt_file_alone_is_blocking(needs: Needs, office: Office) -> None:
    office({"坏.xlsx": b"PK\x03\x04 and nothing"})
    assert needs("check", MONTH).code == 1
    assert needs("report", MONTH).code == 1


def test_a_workbook_somebody_has_open_is_read_and_said(needs: Needs, office: Office) -> None:
    office({**whole_month(), "~$需求调查.csv": b"\x00lock"})
    found = needs("check", MONTH)
    assert found.code == 0
    assert "“需求调查.csv”正被打开" in found.err
    assert "~$" not in found.out


def test_a_lock_file_alone_is_an_empty_month(needs: Needs, office: Office) -> None:
    office({"~$需求调查.xlsx": b"\x00lock"})
    found = needs("check", MONTH)
    assert found.code == 1
    assert "只有 ~$需求调查.xlsx" in found.err


def test_a_file_that_is_no_workbook_is_said(needs: Needs, office: Office) -> None:
    office({**whole_month(), "会议纪要.docx": b"PK\x03\x04 a document", "Thumbs.db": b"x"})
    found = needs("check", MONTH)
    assert "■ 会议纪要（核对：错误 0，疑问 1）\n    [W011] 这个文件不是表格，没有读取。" in found.out
    assert "Thumbs.db" not in found.out


# What does not fit together


def test_a_menu_with_an_unknown_need(needs: Needs, office: Office) -> None:
    office({**whole_month(), "服务菜单.csv": menu("遛鸟")})
    found = needs("check", MONTH)
    assert re.search(r"\[W505\] [A-Z]+2 服务“老年食堂”的对应需求“遛鸟”不在需求目录中，没有采用。", found.out)
    assert needs("report", MONTH, "-q").code == 0


def test_more_segments_wished_for_than_residents_differ(needs: Needs, office: Office) -> None:
    workspace = office(whole_month())
    settings = "[segments]\nn_segments = 60\nfewest_respondents = 10\n"
    (workspace / "needs.toml").write_text(settings, encoding="utf-8")
    found = needs("report", MONTH)
    assert found.code == 0
    assert "要求分 60 类" in found.err


def test_a_register_that_lacks_a_community(needs: Needs, office: Office) -> None:
    office({**whole_month(), "人口底册.csv": register("和平社区")})
    found = needs("check", MONTH)
    assert "社区为“滨河社区”，不在网格和人口底册中（20 行），只计入全街道" in found.out
    assert '[places]\n# "滨河社区" = ' in found.out
    assert needs("report", MONTH, "-q").code == 0


def test_one_respondent(needs: Needs, office: Office) -> None:
    office({**whole_month(), "需求调查.csv": survey(1)})
    assert needs("check", MONTH, "-q").code == 0
    result = json.loads(needs("report", MONTH, "--json", "-q").out)
    assert result["counts"]["respondents"] == 1
    assert {row["flag"] for row in result["needs"]} <= {"不发布", "慎用"}


# Where to write


@pytest.mark.parametrize(("language", "said"), [("zh", "写不进目录"), ("en", "cannot be written to")])
def test_a_report_folder_that_cannot_be_written(needs: Needs, office: Office, language: str, said: str) -> None:
    workspace = office(whole_month())
    (workspace / "file").write_text("a file, no folder")
    found = needs("report", MONTH, "--out", workspace / "file" / "reports", "--lang", language)
    assert found.code == 2
    assert said in found.err
    assert not (workspace / "history" / "months.sqlite3").exists()


def test_a_check_folder_that_cannot_be_written(needs: Needs, office: Office) -> None:
    workspace = office(whole_month())
    (workspace / "check").rmdir()
    (workspace / "check").write_text("a file, no folder")
    found = needs("check", MONTH)
    assert found.code == 2
    assert "写不进目录" in found.err


def test_a_report_that_is_open_elsewhere_gets_a_neighbour_and_that_is_said(
    needs: Needs, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = office(whole_month())
    needs("report", MONTH, "--format", "xlsx", "-q")
    (old,) = (workspace / "reports" / MONTH).iterdir()
    content, replace = old.read_bytes(), Path.replace

    def locked(self: Path, target: Path) -> Path:
        if target == old:
            raise PermissionError(13, "locked", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    put(workspace, {"需求调查.csv": survey(44)})
    found = needs("report", MONTH, "--format", "xlsx")
    assert found.code == 0
    assert f"“{old.name}”正被打开，新的报告写在：" in found.err
    assert old.read_bytes() == content
    assert len(list(old.parent.iterdir())) == 2


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [(KeyboardInterrupt, 130, "已中断"), (MemoryError, 2, "内存不够")],
    ids=["keys", "memory"],
)
def test_an_interrupted_report_leaves_the_folder_as_it_was(
    needs: Needs, office: Office, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], code: int, said: str
) -> None:
    from needs_analytics import files

    workspace = office(whole_month())
    needs("report", MONTH, "-q")
    old = {path.name: path.read_bytes() for path in (workspace / "reports" / MONTH).iterdir()}
    put(workspace, {"需求调查.csv": survey(44)})

    def stop(_: int) -> None:
        raise error

    monkeypatch.setattr(files.os, "fsync", stop)
    found = needs("report", MONTH)
    assert found.code == code
    assert said in found.err
    assert "没有写到一半的报告" in found.err
    assert {path.name: path.read_bytes() for path in (workspace / "reports" / MONTH).iterdir()} == old


def test_a_report_made_without_a_file_that_could_not_be_read_says_which(needs: Needs, office: Office) -> None:
    office(whole_month() | {"又一份.xlsx": b"PK\x03\x04 and nothing"})
    found = needs("report", MONTH)
    assert found.code == 0
    assert "请注意：文件“又一份.xlsx”" in found.err


# Settings


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("needs.toml", '[needs]\ntop = "5"', "top = 5"),
        ("needs.toml", "[needs\n", "1"),
        ("mapping.toml", '[[sheet]]\ntable = "surveys"', 'table = "survey"'),
        ("mapping.toml", '[options]\n"健身" = "助参"', "健身"),
        ("mapping.toml", "[options]\n[places]\n[options]", "3"),
        ("codebook/needs.csv", "need,domain\nOWN01,OWN\n", "codebook/needs.csv"),
    ],
)
def test_a_slip_in_a_settings_file(
    needs: Needs, office: Office, language: str, file: str, text: str, said: str
) -> None:
    workspace = office(whole_month())
    (workspace / file).write_text(text, encoding="utf-8")
    found = needs("check", MONTH, "--lang", language)
    assert (found.code, found.out) == (2, "")
    assert file in found.err
    assert said in found.err


@pytest.mark.parametrize(("language", "said"), [("zh", "错误 1 处（1 个文件没有采用）"), ("en", "not used: files: 1")])
def test_a_file_that_was_refused_is_not_called_a_cell(needs: Needs, office: Office, language: str, said: str) -> None:
    office({**whole_month(), "坏文件.xlsx": b"this is no workbook"})
    assert said in needs("check", MONTH, "--lang", language).out
