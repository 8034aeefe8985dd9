"""``needs history``: the verbs as an office types them."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from needs_analytics import Workspace, issue_month, run_month
from needs_analytics.core.messages import LANGUAGES
from needs_analytics.core.results import STAGES

from .offices import MONTH, put, table, whole_month

if TYPE_CHECKING:
    from .conftest import Needs

VERBS = ("list", "show", "diff", "export", "backup", "doctor", "purge")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "history.md"
NAME, PHONE, CARD = "王秀英", "13800001234", "11010519491231002X"
NAMED = table(
    "姓名,电话,社区,性别,年龄,走访日期,您需要哪些服务（多选）",
    f"{NAME},138-0000-1234,和平社区,女,76,2026-10-08,助餐",
    "李建国,13800005678,和平社区,男,64,2026-10-08,助浴",
    f"赵立新,13900000011,和平社区,男,64,2026-10-09,助浴｜{NAME}的邻居",
)
USES = table(
    "服务项目,服务点,日期,姓名,身份证号,联系电话,社区,人次",
    f"老年食堂,和平食堂,2026-10-11,{NAME},{CARD},{PHONE},和平社区,1",
)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a month in two revisions."""
    folder = tmp_path_factory.mktemp("history") / "幸福街道"
    workspace = Workspace.create(folder, "幸福街道")
    for extra in ({}, {"走访登记.csv": NAMED}):
        put(folder, whole_month() | extra)
        issue_month(workspace, run_month(workspace, MONTH), formats=("html",))
    return folder


@pytest.fixture
def place(issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the workspace, and go into it: a workspace may be moved."""
    folder = tmp_path / "搬走的街道"
    shutil.copytree(issued, folder)
    monkeypatch.chdir(folder)
    return folder


def say(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{words}\n"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", VERBS)
def test_help_shows_two_examples_and_speaks_one_language(needs: Needs, verb: str, language: str) -> None:
    found = needs("--lang", language, "history", verb, "--help")
    assert found.code == 0
    assert found.out.count(f"needs history {verb}") >= 3, "the usage and two examples"
    assert ("用法" in found.out) == (language == "zh")
    assert "Show this" not in found.out or language == "en"


def test_list_has_a_line_a_month_and_all_every_revision(needs: Needs, place: Path) -> None:
    found = needs("history", "list")
    assert found.out.splitlines() == [f"{MONTH} 第 2 版：答卷 43 份，需求 2 项，文件 2 个"]
    assert f"history show {MONTH}" in found.err
    told = json.loads(needs("history", "list", "--all", "--json").out)
    assert [(month["revision"], month["respondents"]) for month in told] == [(1, 40), (2, 43)]


def test_list_says_what_was_erased_and_what_was_overtaken(needs: Needs, place: Path) -> None:
    workspace = Workspace(place)
    put(place, whole_month(), "2026-11")
    workspace.store.keep(run_month(workspace, "2026-11"))
    (place / "inbox" / MONTH / "走访登记.csv").unlink()
    workspace.store.keep(run_month(workspace, MONTH))
    needs("history", "purge", "--month", "2026-11", "--yes")
    line = needs("history", "list").out.splitlines()[1]
    assert line.startswith("2026-11 第 1 版：答卷 43 份，需求 — 项")
    assert "明细已清除" in line
    assert f"{MONTH} 在它之后又出过报告" in line
    shown = needs("history", "show", "2026-11").out
    assert "明细已按要求清除" in shown
    assert f"{MONTH} 在它之后又出过报告" in shown


def test_a_month_tells_what_it_rests_on_and_when_that_was_issued_again(needs: Needs, place: Path) -> None:
    workspace = Workspace(place)
    put(place, {name: text.replace(MONTH, "2026-11") for name, text in whole_month().items()}, "2026-11")
    workspace.store.keep(run_month(workspace, "2026-11"))
    rests = json.loads(needs("history", "show", "2026-11", "--json").out)["record"]["rests_on"]
    before = workspace.store.months().set_index("revision")
    assert rests == [{"month": MONTH, "revision": 2, "digest": before.loc[2, "digest"],
                      "used": ["comparison", "panel", "questions", "usage"]}]  # fmt: skip
    used = "与上月比较、两个月都答过的居民、题目是否改动、以前的服务量"
    line = f"{MONTH} 第 2 版（摘要 {before.loc[2, 'digest'][:12]}…），用于{used}"
    assert f"{line}\n" in needs("history", "show", "2026-11").out
    assert "之后又出过报告" not in needs("history", "doctor").out
    (place / "inbox" / MONTH / "走访登记.csv").unlink()
    workspace.store.keep(run_month(workspace, MONTH))
    assert f"{line}；此后又出过新的一版" in needs("history", "show", "2026-11").out
    assert "issued again since" in needs("--lang", "en", "history", "show", "2026-11").out
    found = needs("history", "doctor")
    assert f"{MONTH} 在 2026-11（第 1 版）之后又出过报告" in found.out
    assert found.code == 0


def test_show_tells_what_was_issued(needs: Needs, place: Path) -> None:
    found = needs("history", "show", MONTH)
    for said in (
        "第 2 版（最新，共 2 版）", "走访登记.csv  3 行", "与默认不同的设置：无", "有效答卷 43", "pandas ",
        "同　　　  reports/", "需求清单（报告中所印", "供需缺口（报告中所印", "助餐",
    ):  # fmt: skip
        assert said in found.out, said
    assert f"history diff {MONTH}" in found.err
    assert "已由第 2 版代替" in needs("history", "show", MONTH, "--revision", "1").out
    told = json.loads(needs("history", "show", MONTH, "--json").out)
    assert told["record"]["counts"]["respondents"] == 43
    assert {each["state"] for each in told["files"]} == {"same"}


def test_show_counts_what_went_into_every_stage_and_came_out(needs: Needs, place: Path) -> None:
    found = needs("history", "show", MONTH).out
    for said in (
        "读取表格：文件 6 → 文件 6、行 ", "核对清洗：", "样本加权：人口底册 16、需求调查 43 → 需求调查 43",
        "人群类型：需求调查 43 → ", "估计需求：需求调查 43 → ", "计算缺口：",
    ):  # fmt: skip
        assert said in found, said
    assert found.index("读取表格：") < found.index("核对清洗：") < found.index("估计需求：") < found.index("计算缺口：")
    english = needs("--lang", "en", "history", "show", MONTH).out
    assert "weights: population register 16, survey 43 → survey 43" in english
    told = json.loads(needs("history", "show", MONTH, "--json").out)["record"]["stages"]
    assert told["weights"] == {"in": {"register": 16, "survey": 43}, "out": {"survey": 43}}
    assert set(told) <= set(STAGES)


def test_show_in_english_shows_the_tables_there_are(needs: Needs, place: Path) -> None:
    found = needs("--lang", "en", "history", "show", MONTH)
    assert f"{MONTH} revision 2 (the latest of 2)" in found.out
    assert "answers used 43" in found.out
    assert "助餐" in found.out


def test_diff_tells_what_moved(needs: Needs, place: Path) -> None:
    found = needs("history", "diff", MONTH)
    assert f"{MONTH} 第 1 版 → {MONTH} 第 2 版" in found.out
    assert "走访登记.csv  无 → " in found.out
    assert "版本没有不同" in found.out
    assert "占比 50.0% → " in found.out
    assert "其他层级另有" in found.out
    assert "内部使用" in found.err
    told = json.loads(needs("history", "diff", MONTH, "--revision", "2", "--revision", "1", "--json").out)
    assert (told["before"], told["after"], told["same"]) == ([MONTH, 2], [MONTH, 1], False)


def test_diff_of_the_same_revision_says_that_nothing_differs(needs: Needs, place: Path) -> None:
    assert "没有不同" in needs("history", "diff", MONTH, "--revision", "1", "--revision", "1").out


def test_diff_of_erased_figures_says_so(needs: Needs, place: Path) -> None:
    needs("history", "purge", "--month", MONTH, "--yes")
    assert needs("history", "diff", MONTH).out.count("无法比较") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "2026-08"], "没有 2026-08"),
        (["show", MONTH, "--revision", "7"], "没有第 7 版"),
        (["diff", MONTH, "--revision", "1"], "写两次"),
        (["diff", MONTH, "2026-08"], "没有 2026-08"),
        (["purge"], "写明清除什么"),
        (["purge", "--resident", "--month", MONTH], "只写一个"),
        (["purge", "--month", MONTH, "--no-input"], "加 --yes"),
        (["export", "out", "--month", "2026-08"], "没有 2026-08"),
        (["export", "out", "--revision", "1"], "加 --month"),
    ],
)
def test_a_wrong_request_says_the_remedy_with_code_2(
    needs: Needs, place: Path, arguments: list[str], said: str
) -> None:
    found = needs("history", *arguments)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


def test_a_workspace_without_reports_says_what_to_do(
    needs: Needs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Workspace.create(tmp_path / "新的", "新的").path)
    found = needs("history", "list")
    assert (found.code, found.out) == (0, "")
    assert "report" in found.err
    assert needs("history", "diff", MONTH).code == 2
    assert needs("history", "doctor").code == 0
    assert "没有要清除的明细" in needs("history", "purge", "--before", MONTH, "--yes").err


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_export_writes_files_and_says_they_are_internal(needs: Needs, place: Path, form: str) -> None:
    found = needs("history", "export", "导出", "--format", form, "--month", MONTH)
    assert found.code == 0
    assert (place / "导出" / f"estimate.{form}").is_file()
    assert "内部使用" in found.err


def test_export_writes_the_revision_that_is_asked_for(needs: Needs, place: Path) -> None:
    def runs(*asked: str) -> list[str]:
        assert needs("history", "export", "导出", "--format", "csv", *asked).code == 0
        lines = (place / "导出" / "run.csv").read_text(encoding="utf-8-sig").splitlines()
        return [line[:9] for line in lines[1:]]

    assert runs() == [f"{MONTH},2"]
    assert runs("--month", MONTH, "--revision", "1") == [f"{MONTH},1"]
    assert runs("--all") == [f"{MONTH},1", f"{MONTH},2"]


def test_backup_is_checked_and_never_replaces_a_file_unasked(needs: Needs, place: Path) -> None:
    assert "已备份 2 版" in needs("history", "backup", "备份/库.sqlite3").err
    assert needs("history", "backup", "备份/库.sqlite3").code == 2
    assert needs("history", "backup", "备份/库.sqlite3", "--force").code == 0


def test_doctor_is_content_with_a_moved_workspace(needs: Needs, place: Path) -> None:
    found = needs("history", "doctor")
    assert (found.code, found.out) == (0, "历史库完好，报告文件与它一致。\n")
    assert "history backup" in found.err


def test_doctor_finds_an_interrupted_run_and_mends_it(needs: Needs, place: Path) -> None:
    (place / "history" / "writing.json").write_text("[]", encoding="utf-8")
    found = needs("history", "doctor")
    assert found.code == 1
    assert "history doctor --repair" in found.err
    told = json.loads(needs("history", "doctor", "--json").out)
    assert [(each["code"], each["wrong"]) for each in told] == [("journal", True)]
    mended = needs("history", "doctor", "--repair")
    assert mended.code == 0
    assert "已处理好" in mended.err
    assert "没有中断后要处理的" in needs("history", "doctor", "--repair").err


def test_doctor_of_a_damaged_store_ends_with_1(needs: Needs, place: Path) -> None:
    (place / "history" / "months.sqlite3").write_bytes(b"no database at all" * 100)
    found = needs("history", "doctor")
    assert found.code == 1
    assert "不是本程序的历史库" in found.out
    assert "复制一份" in found.err


def test_purge_asks_before_it_erases(needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, "n")
    found = needs("history", "purge", "--before", "2026-11")
    assert (found.code, "没有清除任何内容" in found.err) == (0, True)
    assert Workspace(place).store.estimates(MONTH) is not None
    say(monkeypatch, "y")
    assert "共 2 版的明细" in needs("history", "purge", "--before", "2026-11").err
    assert Workspace(place).store.estimates(MONTH) is None
    assert "没有要清除的明细" in needs("history", "purge", "--before", "2026-11").err


def test_a_store_that_is_being_read_is_said(needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from needs_analytics.history import opening

    monkeypatch.setattr(opening, "WAIT", 0.2)
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(place / "history" / "months.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM run").fetchone()
        assert "正在读历史库" in needs("history", "purge", "--month", MONTH, "--yes").err


def test_the_page_shows_every_verb_and_its_commands_run(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    say(monkeypatch, "n")
    assert [words[1] for words in commands] == list(VERBS)
    assert [needs(*words).code for words in commands] == [0] * len(VERBS)


# A resident


@pytest.mark.parametrize("told", ["138 0000 1234", CARD, NAME])
def test_a_resident_is_told_by_addresses_only(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    put(place, {"用餐登记.csv": USES})
    say(monkeypatch, told)
    found = needs("history", "purge", "--resident")
    assert found.code == 0
    rows = [line.split("  ")[1:] for line in found.out.splitlines()]
    assert ["走访登记.csv", "走访登记", "第 2 行"] in [row[:3] for row in rows]
    assert ["用餐登记.csv", "用餐登记", "第 2 行"] in [row[:3] for row in rows]
    for secret in (NAME, PHONE, CARD, "和平社区", "助餐"):
        assert secret not in found.out + found.err


def test_what_the_program_keeps_of_a_resident_is_removed(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place, {"用餐登记.csv": USES.replace(CARD, "123")})
    needs("check", MONTH)
    kept = [place / ".cache" / MONTH, place / "check" / MONTH / "退回", place / "check" / MONTH / "核对结果.html"]
    assert all(path.exists() for path in kept)
    say(monkeypatch, PHONE)
    found = needs("history", "purge", "--resident")
    assert "已清除程序自己留存的" in found.err
    assert not any(path.exists() for path in kept)
    assert list((place / "check" / MONTH).glob("*核对结果*")) == []
    assert f"report {MONTH}" in found.err
    assert (place / "inbox" / MONTH / "用餐登记.csv").exists(), "what an office sent is the office's"


def test_a_name_among_other_words_is_said_to_be_mentioned(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, NAME)
    lines = needs("history", "purge", "--resident").out.splitlines()
    assert [line.split("  ")[-1] for line in lines] == ["姓名相同，请核对是不是重名", "格子里提到"]


def test_a_number_that_a_later_month_does_not_tell_is_followed_by_the_one_beside_it(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = place / "inbox" / "2026-11"
    later.mkdir()
    told_later = f"姓名,联系电话,社区,年龄,性别,需要什么服务\n{NAME},{PHONE},和平社区,76,女,助餐\n"
    (later / "走访.csv").write_text(told_later, "utf-8")
    put(place, {"用餐登记.csv": USES})
    for told in (CARD, PHONE):
        say(monkeypatch, told)
        found = needs("history", "purge", "--resident")
        rows = {tuple(line.split("  ")[:2]): line.split("  ")[-1] for line in found.out.splitlines()}
        how = "号码相同" if told == PHONE else "与此人同一行的另一个号码相同，请核对"
        assert rows["2026-11", "走访.csv"] == how
        assert f"report {MONTH} 起" in found.err


def test_who_visited_is_not_who_was_visited(needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = "".join(f"李{at}华,1390000{at:04d},和平社区,70,男,助餐,赵走访\n" for at in range(1, 9))
    put(place, {"入户.csv": f"姓名,联系电话,社区,年龄,性别,需要什么服务,走访人\n{visits}"})
    say(monkeypatch, "赵走访")
    lines = needs("history", "purge", "--resident").out.splitlines()
    assert {line.split("  ")[-1] for line in lines} == {"在走访人、填表人一栏，不是被访人"}
    assert len(lines) == 8


def test_who_is_nowhere_is_not_found_and_nothing_is_removed(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place, {"照片.jpg": b"x", "坏的.xlsx": b"PK broken", "又一份.csv": NAMED})
    say(monkeypatch, "13911112222")
    found = needs("history", "purge", "--resident")
    assert (found.code, found.out) == (0, "")
    assert "没有找到这个人" in found.err
    assert "照片.jpg" in found.err
    assert "坏的.xlsx" in found.err
    assert "又一份.csv" not in found.err


def test_a_file_that_is_there_twice_is_named_twice(needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(place, {"又一份.csv": NAMED})
    say(monkeypatch, PHONE)
    files = [line.split("  ")[1] for line in needs("history", "purge", "--resident").out.splitlines()]
    assert files == ["又一份.csv", "走访登记.csv"]


@pytest.mark.parametrize("told", ["", "9", "无"])
def test_what_tells_nobody_is_refused(needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    say(monkeypatch, told)
    assert needs("history", "purge", "--resident").code == 2


def test_at_a_terminal_the_resident_is_asked_for_and_not_shown(
    needs: Needs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    assert needs("history", "purge", "--resident", "--no-input").code == 2
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: PHONE)
    assert "走访登记.csv" in needs("history", "purge", "--resident").out


def test_purging_a_month_removes_what_was_read_of_it_too(needs: Needs, place: Path) -> None:
    needs("check", MONTH)
    assert (place / ".cache" / MONTH).exists()
    found = needs("history", "purge", "--month", MONTH, "--yes")
    assert found.code == 0
    assert not (place / ".cache" / MONTH).exists()
    assert not list((place / "check").rglob("*.html"))


def test_a_report_that_was_edited_stays_beside_and_is_said(place: Path, needs: Needs) -> None:
    (page,) = (place / "reports" / MONTH).glob("*.html")
    page.write_text("改过的", encoding="utf-8")
    said = needs("report", MONTH, "--format", "html")
    (kept,) = set(page.parent.glob("*.html")) - {page}
    assert "原件" in kept.name
    assert kept.read_text(encoding="utf-8") == "改过的"
    assert kept.name in said.err
    assert "没有覆盖" in said.err
    assert "没有覆盖" not in needs("report", MONTH, "--format", "html").err


def test_an_edited_report_that_stays_beside_is_told_as_data_too(place: Path, needs: Needs) -> None:
    (page,) = (place / "reports" / MONTH).glob("*.html")
    page.write_text("改过的", encoding="utf-8")
    told = json.loads(needs("report", MONTH, "--format", "html", "--json").out)
    assert [Path(file).read_text(encoding="utf-8") for file in told["kept"]] == ["改过的"]
    assert told["files"] == [str(page)]


def test_what_is_lost_is_said_also_when_quiet(place: Path, needs: Needs) -> None:
    for file in (place / "history").iterdir():
        file.unlink()
    assert "历史库 history/months.sqlite3 不见了" in needs("report", MONTH, "--format", "html", "-q").err
    (place / ".needs-key").unlink()
    assert ".needs-key 不见了" in needs("report", MONTH, "--format", "html", "-q").err


def test_a_journal_nobody_can_read_is_not_called_settled(place: Path, needs: Needs) -> None:
    (place / "history" / "writing.json").write_text("{{", encoding="utf-8")
    said = needs("history", "doctor", "--repair").err
    assert "writing.json 读不出来，已删去" in said
    assert "已处理好" not in said
    assert "没有中断后要处理的" in needs("history", "doctor", "--repair").err


def test_diff_counts_what_is_printed_otherwise_and_says_the_rest(place: Path, needs: Needs) -> None:
    workspace = Workspace(place)
    result = run_month(workspace, MONTH)
    table = result.needs.table.assign(rank_high=result.needs.table["rank_high"] + 1)
    again = replace(result, needs=replace(result.needs, table=table), run=replace(result.run, digest="f" * 64))
    workspace.store.keep(again)
    said = needs("history", "diff", MONTH).out
    assert "全街道需求的数字没有变动" in said
    assert "另有 2 项只是区间、名次等其他数字有变动" in said


def test_a_lost_key_is_said_before_another_is_made(place: Path, needs: Needs) -> None:
    (place / ".needs-key").unlink()
    assert ".needs-key 不见了" in needs("check", MONTH).err
    assert (place / ".needs-key").exists()
    assert ".needs-key" not in needs("report", MONTH, "--format", "html").err


def test_purging_a_month_says_whose_details_still_hold_its_figures(needs: Needs, place: Path) -> None:
    put(place, {name: text.replace(MONTH, "2026-11") for name, text in whole_month().items()}, "2026-11")
    assert needs("report", "2026-11", "--format", "html").code == 0
    said = needs("history", "purge", "--month", MONTH, "--yes").err
    assert "2026-11 的明细里还有与已清除月份的对比数" in said
    assert "对比数" not in needs("history", "purge", "--month", "2026-11", "--yes").err


def test_a_lost_store_is_said_and_the_month_is_issued(place: Path, needs: Needs) -> None:
    for file in (place / "history").iterdir():
        file.unlink()
    assert f"历史库里没有 {MONTH}" in needs("history", "list").err
    assert needs("history", "doctor").code == 1
    said = needs("report", MONTH, "--format", "html")
    assert said.code == 0
    assert "不见了" in said.err
    assert needs("history", "doctor").code == 0
    assert "不见了" not in needs("report", MONTH, "--format", "html").err
    (place / "reports" / "2026-08").mkdir()
    (place / "reports" / "2026-08" / "报告.docx").write_bytes(b"")
    assert "历史库里没有 2026-08" in needs("report", MONTH, "--format", "html").err


def test_a_month_whose_files_bring_use_of_earlier_months_is_the_same_revision_again(place: Path, needs: Needs) -> None:
    put(place, {"往月台账.csv": USES.replace("2026-10-11", "2026-08-11")})
    first = needs("report", MONTH, "--format", "html").err
    assert "第 3 版" in first
    assert "第 3 版" in needs("report", MONTH, "--format", "html").err
