"""What an office's sheets were taken for is remembered once a month is issued, and the next month is read alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from needs_analytics.cli.entry import run
from needs_analytics.core.recipes import (
    Recipe,
    find_recipe,
    merged_recipes,
    office_key,
    parse_recipes,
    recipes_toml,
)
from needs_analytics.pipeline import prepare_month
from needs_analytics.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Cleaned

ROWS = "和平社区,76,女,助餐;助浴,好\n和平社区,30,男,助餐,中\n光明社区,81,女,助医;助餐,好\n光明社区,66,男,无,差\n"
HEADERS = "住的地方,岁数是,性别,需要哪些服务（多选）,登记"
TOLD = """
[[sheet]]
file = "9月走访.csv"
[sheet.fields]
"登记" = "satisfaction"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "办公室", "幸福街道")
    send(made, "2026-09", HEADERS)
    (made.path / "mapping.toml").write_text(TOLD.replace("[sheet.fields]", 'table = "survey"\n[sheet.fields]'), "utf-8")
    return made


def send(workspace: Workspace, month: str, headers: str, rows: str = ROWS) -> None:
    workspace.inbox(month).mkdir()
    (workspace.inbox(month) / f"{int(month[5:])}月走访.csv").write_text(f"{headers}\n{rows}", encoding="utf-8")


def issue(workspace: Workspace, month: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["-C", str(workspace.path), "report", month, "--format", "xlsx"])
    assert ended.value.code == 0


def checked(workspace: Workspace, month: str) -> Cleaned:
    return prepare_month(Workspace(workspace.path), month)


def why(cleaned: Cleaned) -> list[str]:
    return list(cleaned.sheets["why"])


def test_nothing_is_remembered_before_a_month_is_issued(workspace: Workspace) -> None:
    checked(workspace, "2026-09")
    assert not (workspace.path / "recipes.toml").exists()


def test_what_an_office_was_asked_once_holds_for_its_next_month(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    send(workspace, "2026-10", HEADERS)
    october = checked(workspace, "2026-10")
    assert why(october) == ["recipe"]
    assert october.survey["satisfaction"].notna().all()
    assert not [issue for issue in october.issues if issue.code in {"I240", "W240"}]


def test_what_mapping_says_comes_first(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    send(workspace, "2026-10", HEADERS)
    (workspace.path / "mapping.toml").write_text('[[sheet]]\nfile = "10月*"\ntable = "ignore"\n', encoding="utf-8")
    assert why(checked(workspace, "2026-10")) == ["ignored"]


def test_a_line_of_headers_comes_before_a_recipe(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    send(workspace, "2026-10", HEADERS)
    (workspace.path / "mapping.toml").write_text('[headers.survey]\n"登记" = "participation"\n', encoding="utf-8")
    october = checked(workspace, "2026-10")
    assert why(october) == ["recipe"]
    assert october.survey["participation"].notna().any()


def test_a_name_in_a_header_is_neither_remembered_nor_said(workspace: Workspace) -> None:
    headers, rows = f"姓名,{HEADERS},看望赵建国", "".join(f"赵建国,{row},是\n" for row in ROWS.splitlines())
    send(workspace, "2026-10", headers, rows)
    issue(workspace, "2026-10")
    send(workspace, "2026-11", headers.replace("看望", "探望"), rows)
    november = checked(workspace, "2026-11")
    assert why(november) == ["recipe"]
    assert "赵建国" not in (workspace.path / "recipes.toml").read_text(encoding="utf-8")
    assert not november.sheets.map(str).apply(lambda column: column.str.contains("赵建国")).to_numpy().any()
    assert "赵建国" not in str([(issue.value, issue.details) for issue in november.issues])


def test_a_month_is_never_read_by_its_own_or_a_later_recipe(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    assert why(checked(workspace, "2026-09")) == ["told"]
    send(workspace, "2026-08", HEADERS)
    assert why(checked(workspace, "2026-08")) != ["recipe"]


def test_a_month_issued_again_is_read_as_the_first_time(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    send(workspace, "2026-10", HEADERS)
    issue(workspace, "2026-10")
    assert why(checked(workspace, "2026-10")) == ["recipe"]
    issue(workspace, "2026-10")
    assert workspace.store.months()["revision"].tolist() == [1, 1]


def test_columns_that_are_new_or_gone_are_said(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    send(workspace, "2026-10", f"{HEADERS},备注", ROWS.replace("\n", ",\n"))
    (said,) = [issue for issue in checked(workspace, "2026-10").issues if issue.code.endswith("240")]
    assert (said.code, said.details["new"], said.details["gone"]) == ("I240", "备注", "—")


def test_a_lost_column_that_was_used_is_a_warning(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    rows = "\n".join(line.rpartition(",")[0] for line in ROWS.splitlines())
    send(workspace, "2026-10", HEADERS.removesuffix(",登记"), rows)
    (said,) = [issue for issue in checked(workspace, "2026-10").issues if issue.code.endswith("240")]
    assert (said.code, said.details["gone"]) == ("W240", "登记")


def test_another_form_is_recognised_anew(workspace: Workspace) -> None:
    issue(workspace, "2026-09")
    send(workspace, "2026-10", "社区,年龄,您需要哪些帮助（多选）", "和平社区,70,助餐;助浴\n光明社区,30,助医;助餐\n")
    assert why(checked(workspace, "2026-10")) == ["headers"]


def test_recipes_come_back_as_they_were_written() -> None:
    recipes = (
        Recipe("和平", "survey", "2026-09", ("年龄", '"怪"列'), {"年龄": "age"}),
        Recipe("", "menu", "2026-08", ()),
    )
    assert parse_recipes(recipes_toml(recipes, heading="一行\n两行")) == recipes


def test_of_one_form_the_first_issued_month_is_kept_until_it_is_read_otherwise() -> None:
    columns = ("a", "b", "c", "d", "e")
    old, new = (Recipe("和平", "survey", month, columns) for month in ("2026-08", "2026-09"))
    assert merged_recipes([old], [new]) == (old,)
    assert merged_recipes([new], [old]) == (new,)
    read_otherwise, again = (Recipe("和平", "survey", "2026-09", columns, {"a": field}) for field in ("age", "sex"))
    assert merged_recipes([old], [read_otherwise]) == (old, read_otherwise)
    assert merged_recipes([old, read_otherwise], [again]) == (old, again)
    for office in ("和平", "改了名的文件"):
        assert find_recipe([old, again], office, columns) is again
    other = Recipe("和平", "survey", "2026-09", ("x", "y"))
    assert merged_recipes([old], [other]) == (old, other)


def test_offices_with_one_form_keep_a_recipe_each() -> None:
    one, other = (Recipe(office, "survey", "2026-09", ("a", "b")) for office in ("光明", "和平"))
    assert merged_recipes([one], [other]) == (one, other)


def test_a_recipe_fits_its_own_office_or_exactly_the_same_form() -> None:
    columns = ("年龄", "性别", "社区", "需要", "日期")
    recipe = Recipe("和平社区", "survey", "2026-09", columns, {"年龄": "age"})
    assert find_recipe([recipe], "和平社区2026年10月", columns[:4]) is recipe
    assert find_recipe([recipe], "改了名的文件", columns) is recipe
    assert find_recipe([recipe], "光明社区", columns[:4]) is None
    other = Recipe("光明社区", "survey", "2026-09", columns, {"年龄": "birth_date"})
    assert find_recipe([recipe, other], "改了名的文件", columns) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("和平2村", "和平3村"), ("第1网格10月", "第2网格10月"), ("5号院202610", "6号院202610"), ("青年路", "青路")],
)
def test_offices_that_differ_by_a_digit_are_two(one: str, other: str) -> None:
    assert office_key(one) != office_key(other)


@pytest.mark.parametrize("name", ["和平{}村", "第{}网格走访", "和平村{}"])
@pytest.mark.parametrize(
    "dated",
    ["{}2026年10月", "2026年10月5日{}", "10月份{}", "{}202610", "20261005{}", "{}_2026-10-05", "2026/10 {}", "{}_205"],
)
def test_the_date_of_a_file_is_no_part_of_its_office(name: str, dated: str) -> None:
    assert office_key(dated.format(name.format(3))) == office_key(name.format(3))
