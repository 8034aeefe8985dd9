"""``needs check`` as the one who collects the sheets lives it: files go back marked and come in again corrected."""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from .offices import COMMUNITIES, MONTH, menu, register, supply, survey, usage

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ["社区", "性别", "年龄", "走访日期", "您需要哪些服务（多选）"]


def visits(*ages: tuple[int, object], people: int = 30) -> bytes:
    """Return a workbook of answers, some ages given by row."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "走访"
    sheet.append(HEAD)
    for row, line in enumerate(survey(people).splitlines()[1:], 2):
        community, sex, age, day, needs = line.split(",")
        sheet.append([community, sex, dict(ages).get(row, int(age)), day, needs])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def files(*ages: tuple[int, object]) -> dict[str, str | bytes]:
    return {"走访表.xlsx": visits(*ages), "人口底册.csv": register(*COMMUNITIES), "服务菜单.csv": menu(),
            "服务容量.csv": supply(), "使用记录.csv": usage()}  # fmt: skip


def correct(path: Path, target: Path, cell: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    book["走访"][cell] = value
    book.save(target)


def counts(needs) -> dict[str, dict[str, int]]:
    said = json.loads(needs("check", MONTH, "--json", "-q").out)
    found: dict[str, dict[str, int]] = {}
    for row in said["counts"]:
        here = found.setdefault(row["file"], dict.fromkeys(("rows_in", "kept", "merged", "returned", "replaced"), 0))
        for name in here:
            here[name] += row[name]
        assert row["rows_in"] == row["kept"] + row["merged"] + row["returned"]
    return found


@pytest.fixture
def place(office) -> Path:
    return office(files((5, 230)))


def back_of(place: Path) -> Path:
    return place / "check" / MONTH / "退回"


def test_check_says_how_many_files_come_back_and_where(place, needs) -> None:
    said = needs("check", MONTH)
    assert "退回 1 个文件" in said.err
    assert [path.name for path in back_of(place).iterdir()] == ["走访表_待修改.xlsx"]
    book = openpyxl.load_workbook(back_of(place) / "走访表_待修改.xlsx")
    assert book["错误清单"]["F4"].value == "230"
    assert book["走访"]["C5"].comment is not None


def test_a_corrected_file_beside_the_original_counts_once(place, needs) -> None:
    before = counts(needs)
    correct(back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH / "走访表_待修改.xlsx", "C5", 43)
    after = counts(needs)
    assert after["走访表_待修改.xlsx"] == before["走访表.xlsx"]
    assert (after["走访表.xlsx"]["merged"], after["走访表.xlsx"]["replaced"]) == (30, 30)
    assert sum(row["kept"] for row in after.values()) == sum(row["kept"] for row in before.values())
    assert "合并 30（其中由改正后的文件代替 30）" in needs("check", MONTH).out
    said = json.loads(needs("check", MONTH, "--json", "-q").out)
    replaced = next(issue for issue in said["issues"] if issue["code"] == "I040")
    assert (replaced["file"], "走访表_待修改.xlsx" in replaced["sentence"]) == ("走访表.xlsx", True)
    assert not list(back_of(place).glob("*.xlsx"))  # ours, unchanged, and no longer needed


def test_a_corrected_file_whose_original_is_gone_counts(place, needs) -> None:
    before = counts(needs)
    correct(back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH / "走访表_待修改.xlsx", "C5", 43)
    (place / "inbox" / MONTH / "走访表.xlsx").unlink()
    assert counts(needs)["走访表_待修改.xlsx"] == before["走访表.xlsx"]


def test_a_file_still_wrong_comes_back_again_under_the_same_name(place, needs) -> None:
    counts(needs)
    correct(back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH / "走访表_待修改.xlsx", "C5", 231)
    counts(needs)
    assert [path.name for path in back_of(place).iterdir()] == ["走访表_待修改.xlsx"]
    book = openpyxl.load_workbook(back_of(place) / "走访表_待修改.xlsx")
    assert book.sheetnames == ["错误清单", "走访"]
    assert book["走访"]["C5"].comment.text.count("[E101") == 1


def test_a_month_without_errors_writes_no_copy(office, needs) -> None:
    place = office(files())
    needs("check", MONTH)
    assert not back_of(place).exists()


def test_a_second_look_writes_nothing_anew(place, needs) -> None:
    needs("check", MONTH)
    path = back_of(place) / "走访表_待修改.xlsx"
    stamp = path.stat().st_mtime_ns
    assert "退回 1 个文件" in needs("check", MONTH).err
    assert path.stat().st_mtime_ns == stamp
    path.unlink()
    needs("check", MONTH)
    assert path.exists()


def test_work_done_in_the_folder_itself_is_never_lost(place, needs) -> None:
    needs("check", MONTH)
    path = back_of(place) / "走访表_待修改.xlsx"
    correct(path, path, "C5", 43)
    work = path.read_bytes()
    (place / "inbox" / MONTH / "走访表.xlsx").write_bytes(visits((5, 230), (9, 240)))
    said = needs("check", MONTH)
    assert path.read_bytes() == work
    assert (back_of(place) / "走访表_待修改(2).xlsx").exists()
    assert "还没有计入" in said.err


def test_a_report_writes_no_returned_files(place, needs) -> None:
    needs("report", MONTH)
    assert not back_of(place).exists()


def test_a_file_whose_name_holds_a_phone_number_comes_back_too(office, needs) -> None:
    place = office({"13912345678走访表.xlsx": visits((5, 230)), "服务菜单.csv": menu()})
    needs("check", MONTH)
    assert [path.name for path in back_of(place).rglob("*.xlsx")] == ["13912345678走访表_待修改.xlsx"]
    kept = b"".join(path.read_bytes() for path in (place / ".cache").iterdir())
    assert b"13912345678" not in kept


def test_files_in_folders_come_back_in_their_folders(office, needs) -> None:
    place = office(files())
    folder = place / "inbox" / MONTH / "和平社区"
    folder.mkdir()
    (folder / "走访.csv").write_text(survey(12).replace(",30,", ",230,"), encoding="utf-8")
    needs("check", MONTH)
    assert (back_of(place) / "和平社区" / "走访_待修改.xlsx").exists()


def test_what_mapping_says_of_a_file_holds_for_the_corrected_one(place, needs) -> None:
    line = '\n[[sheet]]\nfile = "走访表.xlsx"\noffice = "和平社区居委会"\n'
    (place / "mapping.toml").write_text((place / "mapping.toml").read_text(encoding="utf-8") + line, encoding="utf-8")
    needs("check", MONTH)
    correct(back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH / "走访表_待修改.xlsx", "C5", 43)
    said = json.loads(needs("check", MONTH, "--json", "-q").out)
    assert {row["file"]: row["office"] for row in said["sheets"]}["走访表_待修改.xlsx"] == "和平社区居委会"


def test_a_copy_under_a_like_name_is_asked_about_and_the_line_is_obeyed(place, needs) -> None:
    inbox = place / "inbox" / MONTH
    (inbox / "走访表(1).xlsx").write_bytes(visits((5, 43)))
    said = needs("check", MONTH)
    assert "W042" in said.out
    lines = [line.removeprefix("# ") for line in said.out[said.out.index("# [[replaces]]") :].splitlines()[:3]]
    mapping = place / "mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    again = needs("check", MONTH)
    assert "W042" not in again.out
    assert counts(needs)["走访表.xlsx"]["merged"] == 30


def test_the_copies_speak_the_language_asked_for(place, needs) -> None:
    needs("--lang", "en", "check", MONTH)
    book = openpyxl.load_workbook(back_of(place) / "走访表_待修改.xlsx")
    assert book.sheetnames[0] == "Errors"
    shutil.rmtree(back_of(place))
