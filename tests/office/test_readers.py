"""The reading processes: whatever ends one of them takes only the file it had in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.options import ReadingOptions
from needs_analytics.office.read import read_workbooks
from needs_analytics.office.readers import Readers, Refusal

from .small_files import binary_workbook, workbook_xml

if TYPE_CHECKING:
    from pathlib import Path

FAR = workbook_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c r="N1000000"><v>2</v></c></row>')
GOOD = workbook_xml('<row r="1"><c r="A1"><v>12</v></c><c r="B1"><v>13</v></c></row>')


def test_a_file_that_ends_its_process_is_refused_and_the_next_is_read() -> None:
    with Readers(ReadingOptions(memory_mb=256)) as readers:
        died = readers.read(FAR, "far.xlsx")
        after = readers.read(GOOD, "good.xlsx")
    assert isinstance(died, Refusal)
    assert died.code == "E024"
    assert not isinstance(after, Refusal)
    assert [column.values for column in after[0].columns] == [(12.0,), (13.0,)]


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read() -> None:
    slow = workbook_xml("".join(f"<row><c><v>{number * 7919 % 999_983}</v></c></row>" for number in range(900_000)))
    with Readers(ReadingOptions(seconds=1)) as readers:
        late = readers.read(slow, "slow.xlsx")
        after = readers.read(GOOD, "good.xlsx")
    assert isinstance(late, Refusal)
    assert late.code == "E025"
    assert "seconds = 1" in str(late.details["limit"])
    assert not isinstance(after, Refusal)


def test_results_come_in_the_order_of_the_names_whichever_is_read_first(tmp_path: Path) -> None:
    paths = []
    for number in range(30):
        paths.append(tmp_path / f"{number:02}.csv")
        paths[-1].write_text("a,b\n" * (1 + 3000 * (number % 3)) + f"{number},x\n", encoding="utf-8")
    assert [sheet.file for sheet in read_workbooks(reversed(paths))] == [path.name for path in paths]


def test_the_limit_of_the_used_range_is_an_option_and_its_cell_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(GOOD)
    (issue,) = read_workbooks([tmp_path / "a.xlsx"], on_refusal="collect", options=ReadingOptions(most_cells=1)).issues
    assert (issue.code, issue.details["cell"], issue.details["limit"]) == ("E010", "B1", 1)


def test_a_binary_workbook_keeps_its_error_cells(tmp_path: Path) -> None:
    (tmp_path / "a.xlsb").write_bytes(binary_workbook(["姓名", "年龄"], ["张三", "#N/A"], [None, 66.0]))
    (sheet,) = read_workbooks([tmp_path / "a.xlsb"])
    assert sheet.rows() == [["姓名", "年龄"], ["张三", "#N/A"], ["", 66.0]]


def test_a_web_table_is_read_with_its_spans(tmp_path: Path) -> None:
    page = (
        "<html><head><title>导出</title><style>td{}</style></head><body><table border=1>"
        "<tr><th rowspan=2>姓名<th colspan=2>需要</tr><tr><td>助餐<td>助浴</tr>"
        "<tr><td>张&nbsp;三</td><td>是<br>每天</td><td><table><tr><td>否</td></tr></table></td></tr></table></body></html>"
    )
    (tmp_path / "导出.xls").write_bytes(page.encode("gb18030"))
    sheets = read_workbooks([tmp_path / "导出.xls"])
    assert [issue.code for issue in sheets.issues] == ["I030"]
    assert sheets[0].rows() == [["姓名", "需要", ""], ["", "助餐", "助浴"], ["张\xa0三", "是\n每天", "否"]]
    assert sheets[0].merged == ((0, 0, 1, 0), (0, 1, 0, 2))
