"""What the documents show runs, what they point at is there, and the figures they name are the program's."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.confidence import LEVEL
from needs_analytics.core.config import parse_config
from needs_analytics.core.mapping import Mapping
from needs_analytics.core.messages import catalogue
from needs_analytics.core.options import Options
from needs_analytics.core.tables import COLUMNS

if TYPE_CHECKING:
    from needs_analytics.core.results import MonthResult

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = [PROJECT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += [*sorted((PROJECT / "docs").glob("*.md")), PROJECT / "data" / "samples" / "README.md"]
READMES = [PROJECT / "README.md", PROJECT / "README.zh-CN.md"]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")
SAMPLES = PROJECT / "data" / "samples" / "2026-10"
MOST_OFFICES = shutil.ignore_patterns("2816*", "滨河*", "民情*")  # a community's survey and the ledger are enough here


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[list[str]]:
    """Return the ``needs`` commands of a page's shell blocks, and ``cd``."""
    lines = (line for block in blocks(page, "bash") for line in block.splitlines())
    words = (shlex.split(line, comments=True) for line in lines)
    return [line for line in words if line and line[0] in {"needs", "cd"}]


def generator() -> object:
    found = importlib.util.spec_from_file_location("generate", PROJECT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_every_link_points_at_something(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", ["docs/表格怎么填.md", "docs/tables.md", "docs/needs.md", "docs/fields.md"])
@pytest.mark.parametrize("readme", READMES, ids=lambda page: page.name)
def test_both_readmes_lead_to_what_an_office_needs(readme: Path, page: str) -> None:
    if (readme.name, page) == ("README.zh-CN.md", "docs/tables.md"):
        page = "docs/表格怎么填.md"  # the Chinese page stands for the English one

    assert f"]({page})" in readme.read_text(encoding="utf-8")


def test_the_pages_made_from_code_are_current() -> None:
    made, codebook = generator(), Codebook.default()

    stale = [
        name
        for name, page in (
            ("needs.md", made.needs_page(codebook)),
            ("fields.md", made.fields_page(codebook)),
            ("settings.md", made.settings_page()),
            ("issues.md", made.issues_page()),
        )
        if (PROJECT / "docs" / name).read_text(encoding="utf-8") != page
    ]

    assert stale == [], "run: python docs/generate.py"


def test_the_page_of_issues_gives_every_code_a_whole_sentence() -> None:
    page = (PROJECT / "docs" / "issues.md").read_text(encoding="utf-8")
    codes = {key.split(".")[1] for key in catalogue("zh") if key.startswith("issue.")}

    assert set(re.findall(r"^### (\w\d{3}) ", page, re.MULTILINE)) == codes
    assert [line for line in page.splitlines() if re.search(r"(?<![a-z])[?]", line)] == []


def test_the_tables_page_names_every_table_and_only_known_headers() -> None:
    page = (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8")
    labels = set(Codebook.default().fields["label"])
    bold = {name for line in page.splitlines() if line.startswith("|") for name in re.findall(r"\*\*(.+?)\*\*", line)}

    assert {table for table in COLUMNS if f"`{table}`" not in page} == set()
    assert bold <= labels


def test_the_mapping_shown_on_the_pages_is_read() -> None:
    for page in (PROJECT / "docs" / "tables.md", PROJECT / "docs" / "表格怎么填.md"):
        (shown,) = blocks(page, "toml")

        mapping = Mapping.parse(shown)

        assert mapping.options
        assert mapping.sheets[0].table == "survey"
        assert mapping.sheets[0].fields["登记时间"] == "date"


def test_every_command_of_the_readmes_runs(tmp_path: Path) -> None:
    here, done = tmp_path, []
    for words in commands(READMES[0]):
        if words[0] == "cd":
            here = here / words[1]
            shutil.copytree(SAMPLES, here / "inbox" / "2026-10", ignore=MOST_OFFICES)
            continue
        command = [sys.executable, "-c", "from needs_analytics.cli import main; main()", *words[1:]]
        ended = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        done.append(words[1])

    assert done == ["init", "check", "report", "explain", "template", "template", "history"]


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = map(commands, READMES)

    assert english == chinese


def test_the_python_of_the_readme_runs(month: MonthResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from needs_analytics.workspace import Workspace

    Workspace.create(tmp_path / "demo", "小镇")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("needs_analytics.pipeline.run_month", lambda workspace, asked: month)
    (shown,) = blocks(PROJECT / "README.md", "python")

    exec(shown, {})  # as a reader pastes it; only the month is a smaller one

    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".xlsx", ".html", ".docx", ".png"}


def test_the_figures_of_the_methods_page_are_the_options() -> None:
    page = " ".join((PROJECT / "docs" / "methods.md").read_text(encoding="utf-8").split())
    options = Options()
    needs, gaps, weights = options.needs, options.gaps, options.weights

    for said in (
        f"residents aged {options.cleaning.youngest_age} and over",
        f"不发布 below effective n {needs.least_n_eff:g} or with an interval of {needs.widest_interval * 100:g} points",
        f"an interval wider than {needs.narrow_interval * 100:g} points and than {needs.widest_relative:g} ×",
        f"false-discovery rate {needs.false_discovery_rate:.0%}".replace("%", " %"),
        f"within ± {needs.no_change_within * 100:g} points",
        f"Jaccard ≥ {options.segments.least_jaccard:g}",
        f"Below {options.segments.fewest_respondents} respondents",
        f"straight line × {options.matching.detour:g}",
        f"below {gaps.busy:.0%}".replace("%", " % of capacity"),
        f"ratings ≤ {gaps.bad_rating:g}",
        f"cells with 1 to {options.disclosure.threshold - 1} unweighted contributors",
        f"counts are rounded to {options.disclosure.base}",
    ):
        assert said in page, said
    assert (needs.top, gaps.fewest_ratings, weights.smallest_class) == (10, 10, 5), "written as words: ten, five"


def test_the_readmes_name_the_programs_own_threshold_and_level() -> None:
    hidden = Options().disclosure.threshold

    assert f"counts below {hidden} are hidden" in READMES[0].read_text(encoding="utf-8")
    assert f"少于 {hidden} 人的数字不公开" in READMES[1].read_text(encoding="utf-8")
    assert f"{LEVEL:.0%}".replace("%", " %") in READMES[0].read_text(encoding="utf-8")


def test_the_settings_a_page_names_exist() -> None:
    assert parse_config("[cleaning]\nyoungest_age = 18\n").options.cleaning.youngest_age == 18
