"""The commands: help, streams, JSON, what a clerk reads, and how quickly ``--help`` answers."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

import needs_analytics
from needs_analytics import samples
from needs_analytics.cli.entry import general_first
from needs_analytics.core.messages import LANGUAGES

from .offices import MONTH, put, survey, table, whole_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .conftest import Needs

    Office = Callable[[Mapping[str, str | bytes]], Path]

VERBS = ("init", "demo", "check", "report", "explain", "template", "history")
HAN = re.compile(r"[\u4e00-\u9fff]")


# Help


@pytest.mark.parametrize("verb", ["", *VERBS])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_chinese_and_shows_examples(needs: Needs, verb: str, option: str) -> None:
    found = needs(*[verb] * bool(verb), option)
    assert found.code == 0
    assert "用法：" in found.out
    assert not {"Usage", "OPTIONS", "COMMAND", "Options", "Show"} & set(re.findall(r"\w+", found.out))
    assert not verb or f"needs {verb}" in found.out.partition("例如")[2]


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_is_english_where_it_is_wished_for(needs: Needs, verb: str) -> None:
    found = needs("--lang", "en", *[verb] * bool(verb), "--help")
    assert found.code == 0
    assert "Usage:" in found.out
    said = [line for line in found.out.splitlines() if not line.strip().startswith("needs ")]
    assert not HAN.search("".join(said).replace("中文", "").replace("幸福街道", ""))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek", MONTH], "没有“chek”这个命令。 是不是想写 'check'"),
        (["check", MONTH, "--jsn"], "没有“--jsn”这个选项"),
        (["check"], "缺少参数 '月份'"),
        (["check", MONTH, "2026-11"], "多出的参数"),
        (["report", MONTH, "--format", "pdf"], "“pdf”不在可选的值之中"),
        (["template", "surveys"], "没有“surveys”这种模板"),
    ],
)
def test_a_wrong_request_is_said_in_chinese_with_code_2(needs: Needs, arguments: list[str], said: str) -> None:
    found = needs(*arguments)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


def test_options_of_every_command_may_follow_the_command() -> None:
    assert general_first(["check", "2026-10", "--lang=en", "-C", "x", "--json", "-q"]) == [
        "--lang=en", "-C", "x", "-q", "check", "2026-10", "--json",
    ]  # fmt: skip
    assert general_first(["check", "-C"]) == ["-C", "check"]


@pytest.fixture(scope="module")
def own_process(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which the program runs on its own, its bytecode kept as after an installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    source = str(Path(needs_analytics.__file__).parents[1])
    kept = str(tmp_path_factory.mktemp("bytecode"))
    return environment | {"PYTHONPATH": source, "PYTHONPYCACHEPREFIX": kept, "PYTHONIOENCODING": "utf-8"}


def test_help_answers_within_a_third_of_a_second(own_process: dict[str, str]) -> None:
    seconds = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "needs_analytics", "--help"], env=own_process, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3, seconds


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["--version"], ["chek"]])
def test_what_needs_no_data_loads_no_heavy_library(own_process: dict[str, str], arguments: list[str]) -> None:
    script = (
        "import sys\nfrom needs_analytics.cli.entry import run\n"
        f"try: run({arguments!r})\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'sklearn', 'matplotlib', 'docx', 'xlsxwriter', 'python_calamine'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], env=own_process, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-300:]


def test_a_check_loads_nothing_that_only_a_report_needs(own_process: dict[str, str], office: Office) -> None:
    place = office({"走访表.csv": survey(12)})
    script = (
        "import sys\nfrom needs_analytics.cli.entry import run\n"
        f"try: run(['-C', {str(place)!r}, 'check', '{MONTH}'])\nexcept SystemExit: pass\n"
        "assert 'pandas' in sys.modules\n"
        "sys.exit(','.join(sorted({'scipy', 'sklearn', 'matplotlib', 'docx'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], env=own_process, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-300:]


def test_output_survives_a_console_that_lacks_characters(own_process: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "needs_analytics", "check", MONTH], env=own_process | {"PYTHONIOENCODING": "gbk"},
        capture_output=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "没有找到工作区" in done.stderr.decode("gbk")


# init


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workspace_is_ready_and_says_what_comes_next(needs: Needs, tmp_path: Path, language: str) -> None:
    folder = tmp_path / "幸福"
    found = needs("init", "幸福街道", "--path", folder, "--lang", language)
    assert (found.code, found.out) == (0, "")
    assert tomllib.loads((folder / "needs.toml").read_text(encoding="utf-8"))["office"]["name"] == "幸福街道"
    assert " -C " in found.err.splitlines()[-1]
    assert needs("-C", folder, "check", MONTH).code == 2


def test_a_workspace_that_is_there_stays_as_it_is(needs: Needs, tmp_path: Path) -> None:
    needs("init", "幸福街道", "--path", tmp_path)
    (tmp_path / "needs.toml").write_text('[office]\nname = "自己改过的"\n', encoding="utf-8")
    assert needs("init", "别的名称", "--path", tmp_path).code == 0
    assert "自己改过的" in (tmp_path / "needs.toml").read_text(encoding="utf-8")


# check


def test_check_prints_the_result_and_tells_progress_aside(needs: Needs, office: Office) -> None:
    workspace = office(whole_month())
    found = needs("check", MONTH)
    assert found.code == 0
    assert "  需求调查.csv → 需求调查（按表头，40 行）" in found.out
    assert "收到 62 行 = 采用 62 + 合并 0 + 退回 0" in found.out
    assert "表格里没有发现问题" in found.out
    assert "读取表格" in found.err
    assert "读取表格" not in found.out
    assert found.err.splitlines()[-1].startswith("下一步：")
    written = {path.name for path in (workspace / "check" / MONTH).iterdir()}
    assert written == {"核对结果.html", "2026-10核对结果.xlsx", "题目字典.xlsx"}


def test_the_dictionary_is_a_workbook_of_its_own_which_the_check_names(needs: Needs, office: Office) -> None:
    workspace = office(whole_month())
    needs("check", MONTH)
    book = openpyxl.load_workbook(workspace / "check" / MONTH / f"{MONTH}核对结果.xlsx")
    assert "题目字典" not in book.sheetnames
    first_page = [cell for row in book.worksheets[0].values for cell in row if cell]
    assert any("题目字典.xlsx" in str(cell) and f"inbox/{MONTH}/" in str(cell) for cell in first_page)


def test_a_check_without_questions_names_no_dictionary(needs: Needs, office: Office) -> None:
    month = whole_month()
    del month["需求调查.csv"]
    workspace = office(month)
    needs("check", MONTH)
    written, page = sorted((workspace / "check" / MONTH).iterdir())
    assert (written.suffix, page.suffix) == (".xlsx", ".html")
    cells = [cell for sheet in openpyxl.load_workbook(written).worksheets for row in sheet.values for cell in row]
    assert not any("题目字典.xlsx" in str(cell) for cell in cells)


def test_check_in_english(needs: Needs, office: Office) -> None:
    office(whole_month())
    found = needs("check", MONTH, "--lang", "en")
    assert "  需求调查.csv -> survey (by its headers, 40 rows)" in found.out
    assert "62 rows in = 62 kept + 0 merged + 0 returned" in found.out


def test_cells_with_the_same_fault_stand_on_one_line(needs: Needs, office: Office) -> None:
    rows = survey(12).replace(",30,", ",230,").replace(",37,", ",230,")
    workspace = office({**whole_month(), "需求调查.csv": rows})
    found = needs("check", MONTH)
    assert "错误 2 处" in found.out
    assert "    [E101] C2、C3 年龄为 230，应在 0–120 之间。请核对后改正；不知道就留空。\n" in found.out
    sheets = openpyxl.load_workbook(workspace / "check" / MONTH / f"{MONTH}核对结果.xlsx").worksheets
    assert any("C2、C3" in row for sheet in sheets for row in sheet.values)


def test_what_is_to_be_pasted_is_a_mapping_that_is_understood(needs: Needs, office: Office) -> None:
    answers = survey().replace("滨河社区", "滨合社区").replace("助餐┋助浴", "助餐┋无人机送药")
    uses = table("服务项目,服务点,日期,人次", "合唱团排练,和平食堂,2026-10-08,9", "书画展,文化站,2026-10-09,8")
    workspace = office({**whole_month(), "需求调查.csv": answers, "使用记录.csv": uses})
    found = needs("check", MONTH)
    proposed = re.sub(r'(?m)^# (".+" = ".+?")', r"\1", found.out[found.out.index("\n[") :])
    lines = re.sub(r"(?m)^# ?(.*= *)(?:\"\" *)?(#.*)?$", r'\1"other"', proposed)
    assert sorted(tomllib.loads(lines)) == ["options", "places", "services"]
    mapping = workspace / "mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + lines, encoding="utf-8")
    again = needs("check", MONTH)
    assert again.code == 0
    assert "滨合社区" not in again.out
    assert "无人机送药" not in again.out


def test_check_as_json_has_stable_keys(needs: Needs, office: Office) -> None:
    office({**whole_month(), "需求调查.csv": survey().replace(",30,", ",230,")})
    found = needs("check", MONTH, "--json")
    result = json.loads(found.out)
    assert list(result) == [
        "schema_version", "month", "blocking", "offices", "sheets", "counts", "missing", "issues",
    ]  # fmt: skip
    assert result["missing"] == []
    assert {"code", "severity", "file", "sheet", "cell", "value", "sentence", "remedy"} == set(result["issues"][0])
    assert {"file", "sheet", "tables", "why", "rows"} <= set(result["sheets"][0])


def test_quiet_says_nothing_beside_the_result(needs: Needs, office: Office) -> None:
    office(whole_month())
    assert needs("check", MONTH, "-q").err == ""
    assert needs("report", MONTH, "-q").err == ""


# report


def test_report_writes_all_formats_and_says_where(needs: Needs, office: Office) -> None:
    workspace = office(whole_month())
    found = needs("report", MONTH)
    assert (found.code, found.out) == (0, "")
    names = {path.name for path in (workspace / "reports" / MONTH).iterdir()}
    assert {name.rpartition(".")[2] for name in names} == {"xlsx", "html", "docx"}
    assert all(name in found.err for name in names)
    assert found.err.splitlines()[-1].startswith("下一步：打开 ")


def test_report_as_json_has_stable_keys_and_the_same_bytes_twice(needs: Needs, office: Office) -> None:
    office(whole_month())
    first, second = (needs("report", MONTH, "--json", "--format", "html") for _ in range(2))
    assert first.out == second.out
    keys = ["schema_version", "month", "workspace", "inputs", "context", "rests_on", "options", "counts", "stages",
            "issues", "versions", "digest", "needs", "gaps", "new_services", "files",
            "revision", "kept", "later"]  # fmt: skip
    result = json.loads(first.out)
    assert list(result) == keys
    assert (result["revision"], result["kept"], result["later"]) == (1, [], [])
    assert [Path(file).suffix for file in result["files"]] == [".html"]


def test_report_goes_where_it_is_told(needs: Needs, office: Office, tmp_path: Path) -> None:
    workspace = office(whole_month())
    needs("report", MONTH, "--out", tmp_path / "交", "--format", "xlsx", "--lang", "en")
    assert [path.suffix for path in (tmp_path / "交").iterdir()] == [".xlsx"]
    assert not (workspace / "reports" / MONTH).exists()


# explain, template, demo


def test_explain_says_how_a_number_came_about(needs: Needs, office: Office) -> None:
    office(whole_month())
    assert "还没有出过报告" in needs("explain", "gap:助餐").err
    needs("report", MONTH, "-q")
    found = needs("explain", "gap:助餐:和平社区")
    assert found.code == 0
    assert "公式" in found.out
    assert "需求调查.csv" in needs("explain", "need:助餐").out
    assert json.loads(needs("explain", "need:助餐", "--json").out)
    assert json.loads(needs("explain", "weights", "--json", "--lang", "en").out)


@pytest.mark.parametrize(
    ("key", "said"), [("xyz", "看不懂“xyz”"), ("need:助参", "相近的有"), ("gap:助餐:和平", "和平社区")]
)
def test_explain_offers_what_was_probably_meant(needs: Needs, office: Office, key: str, said: str) -> None:
    office(whole_month())
    found = needs("explain", key, "--month", MONTH)
    assert said in found.out + found.err


@pytest.mark.parametrize("key", [(), ("xyz",), ("weights",)])
def test_explain_names_keys_that_the_month_has(needs: Needs, office: Office, key: tuple[str, ...]) -> None:
    office(whole_month())
    found = needs("explain", *key, "--month", MONTH)
    offered = re.findall(r"(?:need|gap|service):[^、。\s]+", found.err.rpartition("例如")[2])
    assert [one.partition(":")[0] for one in offered] == ["need", "gap", "service"]
    assert all(needs("explain", one, "--month", MONTH).code == 0 for one in offered)


def test_a_template_is_written_into_the_workspace_or_here(
    needs: Needs, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = office({})
    assert needs("template", "survey").code == 0
    (path,) = (workspace / "templates").iterdir()
    assert openpyxl.load_workbook(path).sheetnames
    (tmp_path / "别处").mkdir()
    monkeypatch.chdir(tmp_path / "别处")
    assert needs("template", "服务菜单", "--lang", "en").code == 0
    assert [file.suffix for file in Path().iterdir()] == [".xlsx"]


def test_the_demo_makes_workbooks_that_the_check_understands(needs: Needs, tmp_path: Path) -> None:
    made = needs("demo", tmp_path / "演示", "--no-report")
    assert made.code == 0
    assert "check 2026-10" in made.err
    found = needs("-C", tmp_path / "演示", "check", MONTH, "--json")
    result = json.loads(found.out)
    assert (found.code, result["missing"]) == (0, [])
    put(tmp_path / "满", {"a.csv": "x"})
    refused = needs("demo", tmp_path / "满")
    assert refused.code == 2
    assert "已经有内容" in refused.err


def test_the_demo_is_written_again_over_itself_and_over_nothing_else(needs: Needs, tmp_path: Path) -> None:
    assert needs("demo", tmp_path / "村", "--size", "village", "--no-report").code == 0
    assert needs("demo", tmp_path / "村", "--size", "village", "--no-report").code == 0
    assert needs("demo", tmp_path / "村", "--size", "village", "--no-report", "--seed", "2").code == 2
    assert needs("demo", tmp_path / "村", "--no-report").code == 2
    needs("init", "我的街道", "--path", tmp_path / "我的街道")
    assert needs("demo", tmp_path / "我的街道", "--no-report").code == 2


@pytest.mark.parametrize("wanted", [("--seed", "-3"), ("--month", "2026-13"), ("--month", "2031-01")])
def test_a_demo_that_cannot_be_made_leaves_nothing_behind(
    needs: Needs, tmp_path: Path, wanted: tuple[str, ...]
) -> None:
    refused = needs("demo", tmp_path / "空", *wanted, "--no-report")
    assert refused.code == 2
    assert not (tmp_path / "空").exists()


def test_the_demo_comes_as_a_district_without_a_report(
    needs: Needs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(samples.write_district, answers=120, uses=600, subdistricts=2)
    monkeypatch.setattr(samples, "write_district", small)
    made = needs("demo", tmp_path / "区", "--size", "district")
    assert made.code == 0
    inbox = tmp_path / "区" / "inbox" / "2026-10"
    assert len([path for path in inbox.iterdir() if path.is_dir()]) == 2
    assert (tmp_path / "区" / "truth.json").exists()
    assert not list((tmp_path / "区" / "reports").iterdir())


@pytest.mark.parametrize(
    ("wanted", "place", "files"),
    [(("--size", "village"), "石桥村", 2), (("--rough",), "柳塘镇", 8)],
)
def test_the_demo_comes_as_a_village_or_a_rough_town(
    needs: Needs, tmp_path: Path, wanted: tuple[str, ...], place: str, files: int
) -> None:
    made = needs("demo", tmp_path / "演示", *wanted, "--no-report")
    assert made.code == 0
    assert f"“{place}”的 {files} 个表格" in made.err
    assert f'name = "{place}"' in (tmp_path / "演示" / "needs.toml").read_text(encoding="utf-8")
    assert len(list((tmp_path / "演示" / "inbox" / MONTH).iterdir())) == files


def test_a_village_of_forty_answers_gets_a_whole_report(needs: Needs, tmp_path: Path) -> None:
    made = needs("demo", tmp_path / "村", "--size", "village")
    assert made.code == 0
    assert "石桥村 2026-10：有效答卷 38 份" in made.err
    reports = (tmp_path / "村" / "reports" / MONTH).iterdir()
    assert {path.suffix for path in reports if path.is_file()} >= {".xlsx", ".html", ".docx"}


def test_the_check_of_the_rough_town_says_how_it_was_read_and_asks(needs: Needs, tmp_path: Path) -> None:
    needs("demo", tmp_path / "镇", "--rough", "--no-report")
    found = needs("-C", tmp_path / "镇", "check", MONTH)
    assert found.code == 0
    assert "柳塘镇民生需求大家谈_205.csv → 需求调查（问卷网导出" in found.out
    proposed = (tmp_path / "镇" / "check" / MONTH / "mapping-proposed.toml").read_text(encoding="utf-8")
    assert proposed.count("\n[options]\n") == proposed.count("\n[places]\n") == 1
    assert "mapping-proposed.toml" in found.out


def test_the_rough_town_has_one_size(needs: Needs, tmp_path: Path) -> None:
    refused = needs("demo", tmp_path / "镇", "--rough", "--size", "village")
    assert refused.code == 2
    assert "只有一种规模" in refused.err
    assert not (tmp_path / "镇").exists()
