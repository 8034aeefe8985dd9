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


def test_copies_of_ours_are_known_without_the_record(place, needs) -> None:
    needs("check", MONTH)
    (place / ".cache" / f"{MONTH}-returned.json").unlink()
    (place / "inbox" / MONTH / "走访表.xlsx").write_bytes(visits())
    assert "还没有计入" not in needs("check", MONTH).err
    assert not back_of(place).exists()


def test_a_stale_copy_that_could_not_be_deleted_is_no_work_of_somebody(place, needs) -> None:
    needs("check", MONTH)
    stale = (back_of(place) / "走访表_待修改.xlsx").read_bytes()
    (place / "inbox" / MONTH / "走访表.xlsx").write_bytes(visits((5, 230), (9, 240)))
    needs("check", MONTH)
    (back_of(place) / "旧.xlsx").write_bytes(stale)  # as if somebody had had it open
    said = needs("check", MONTH)
    assert "还没有计入" not in said.err
    assert [path.name for path in back_of(place).iterdir()] == ["走访表_待修改.xlsx"]


def test_as_many_copies_are_said_as_are_written(office, needs) -> None:
    names = ("走访表.xlsx", "走访表.csv", "走访表_xlsx.xlsx", "走访.XLSX", "走访.xlsx")
    ages = {name: visits((5, 230 + at)) for at, name in enumerate(names)}
    ages["走访表.csv"] = survey(30).replace(",30,", ",230,").encode()
    place = office({**ages, "服务菜单.csv": menu()})
    for _ in range(2):
        assert "退回 5 个文件" in needs("check", MONTH).err
        assert len({path.name.casefold() for path in back_of(place).iterdir()}) == 5


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


def test_two_branches_of_one_file_count_each_resident_once_and_are_asked_about(place, needs) -> None:
    before = counts(needs)
    back, inbox = back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH
    correct(back, inbox / "甲网格改.xlsx", "C5", 43)
    correct(back, inbox / "乙网格改.xlsx", "C9", 76)
    after = counts(needs)
    assert sum(row["kept"] for row in after.values()) == sum(row["kept"] for row in before.values())
    assert sorted((after[name]["kept"], after[name]["merged"]) for name in after if "改" in name) == [(0, 30), (30, 0)]
    said = needs("check", MONTH).out
    assert "W041" in said
    lines = [line.removeprefix("# ") for line in said[said.index("# [[replaces]]") :].splitlines()[:3]]
    mapping = place / "mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert "W041" not in needs("check", MONTH).out


def test_branches_named_after_residents_count_once_too(place, needs) -> None:
    before = counts(needs)
    for name, cell in (("张三改", "C5"), ("李四改", "C9")):
        correct(back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH / f"{name}.xlsx", cell, 76)
    assert sum(row["kept"] for row in counts(needs).values()) == sum(row["kept"] for row in before.values())
    said = json.loads(needs("check", MONTH, "--json", "-q").out)
    sentence = next(issue["sentence"] for issue in said["issues"] if issue["code"] == "W041")
    assert "“＊.xlsx”和“＊.xlsx(2)”" in sentence or "“＊.xlsx(2)”和“＊.xlsx”" in sentence


def test_a_resident_added_in_one_branch_counts_too(place, needs) -> None:
    before = counts(needs)
    back, inbox = back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH
    correct(back, inbox / "甲改.xlsx", "C5", 43)
    book = openpyxl.load_workbook(back)
    book["走访"].append(["和平社区", "女", 91, "2026-10-09", "助餐"])
    book.save(inbox / "乙改.xlsx")
    after = counts(needs)
    assert sum(row["kept"] for row in after.values()) == sum(row["kept"] for row in before.values()) + 1


def test_only_the_corrected_rows_sent_back_count_beside_the_others_once(place, needs) -> None:
    before = counts(needs)
    book = openpyxl.load_workbook(back_of(place) / "走访表_待修改.xlsx")
    book["走访"]["C5"] = 43
    book["走访"].delete_rows(7, 100)
    book["走访"].delete_rows(2, 2)
    book.save(place / "inbox" / MONTH / "改好的几行.xlsx")
    after = counts(needs)
    assert after["改好的几行.xlsx"]["kept"] == 3
    assert sum(row["kept"] for row in after.values()) == sum(row["kept"] for row in before.values())


def test_a_returned_file_filled_in_for_other_residents_counts_beside_the_first(place, needs) -> None:
    before = counts(needs)
    book = openpyxl.load_workbook(back_of(place) / "走访表_待修改.xlsx")
    for row in range(2, 32):
        for column, value in enumerate(["幸福社区", "男" if row % 2 else "女", 20 + row, "2026-10-20", "助浴"], 1):
            book["走访"].cell(row, column, value)
    book.save(place / "inbox" / MONTH / "幸福社区.xlsx")
    after = counts(needs)
    assert "W043" in needs("check", MONTH).out
    assert sum(row["kept"] for row in after.values()) == sum(row["kept"] for row in before.values()) + 30


def test_a_sex_corrected_in_one_branch_only_does_not_give_the_resident_back(office, needs) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "走访"
    sheet.append(["姓名", "身份证号", *HEAD])
    sheet.append(["王秀英", "420106195201011246", "和平社区", "男", 74, "2026-10-03", "助餐"])
    for row in range(10):
        sheet.append([f"居民{row}", None, "和平社区", "女", 230 if row == 1 else 60 + row, "2026-10-03", "助餐"])
    target = BytesIO()
    book.save(target)
    place = office({"走访表.xlsx": target.getvalue(), "服务菜单.csv": menu()})
    before = counts(needs)
    for name, cell, value in (("甲改", "D2", "女"), ("乙改", "E4", 78)):
        correct(back_of(place) / "走访表_待修改.xlsx", place / "inbox" / MONTH / f"{name}.xlsx", cell, value)
    assert sum(row["kept"] for row in counts(needs).values()) == sum(row["kept"] for row in before.values())
    assert "E420" not in needs("check", MONTH).out
