"""Who answered through which office, and what of it can be read back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.samples.answers import OFFICES, office_facts
from needs_analytics.samples.names import ages_on

from .reading import read_sheets, table_below

if TYPE_CHECKING:
    from needs_analytics.samples import SampleMonth
    from needs_analytics.samples.answers import Answers

    from .conftest import Truth

WJX = "281604537_按文本_幸福街道居民公共服务需求调查_820_820.xlsx"


def test_every_office_has_its_number_of_sheets(answers: Answers) -> None:
    counts = answers.rows["office"].value_counts()
    assert {office: counts[office] for office in OFFICES} == {
        office: office_facts(office)["answers"] for office in OFFICES
    }
    assert answers.rows["person"].nunique() == 1800 - len(answers.pairs)


def test_respondents_live_where_their_office_asks(answers: Answers) -> None:
    for office in OFFICES:
        rows, _ = answers.of_office(office)
        assert set(rows["community"]) <= set(office_facts(office)["communities"] or rows["community"])


def test_sheets_say_the_truth_but_for_those_corrected_later(answers: Answers, truth: Truth) -> None:
    true = truth.wishes.loc[answers.rows["person"]].set_axis(answers.rows.index)
    wrong = (true != answers.needs).sum(axis=1)
    assert set(wrong[answers.rows["special"] == "earlier"]) == {2}
    assert not wrong[answers.rows["special"] != "earlier"].any()


def test_most_answers_fall_in_the_month(answers: Answers) -> None:
    months = answers.rows["moment"].dt.strftime("%Y-%m")
    assert (months == "2026-10").sum() == 1800 - 9
    assert set(months[months != "2026-10"]) == {"2026-09"}


def test_all_but_a_few_are_sixteen_or_older(answers: Answers) -> None:
    assert (answers.rows["age"] < 16).sum() == 6


def test_ages_on_the_sheets_agree_with_the_id_numbers(answers: Answers, sample: SampleMonth) -> None:
    cells = read_sheets(sample.folder / "和平社区10月入户走访登记表.xlsx")["入户走访登记"]
    names = [lower or upper for upper, lower in zip(cells[3], cells[4], strict=True)]
    wrong = {int(re.sub("[A-Z]", "", cell.cell)) for cell in sample.wrong_cells if cell.file.startswith("和平")}
    checked = 0
    for number, row in enumerate(cells[5:], start=6):
        record = dict(zip(names, row, strict=True))
        card, age = str(record["身份证号"]), re.fullmatch(r"(\d+)(?:\.0|岁)?", str(record["年龄"]))
        if number in wrong or len(card) != 18 or not age:
            continue
        month, day = re.findall(r"\d+", str(record["走访日期"]))
        on = pd.Series([pd.Timestamp(2026, int(month), int(day))])
        assert int(age[1]) == ages_on(pd.Series([pd.Timestamp(card[6:14])]), on)[0]
        checked += 1
    assert checked > 150


def test_the_online_export_is_all_text_and_its_multiple_choices_hold_known_options(sample: SampleMonth) -> None:
    from needs_analytics.samples.draws import packaged_words

    rows = table_below(read_sheets(sample.folder / WJX)["Sheet1"], "序号")
    assert len(rows) == 820
    assert all(isinstance(cell, str) and cell for row in rows for cell in row.values())
    for question in packaged_words("forms")["wjx"]["needs"]:
        known = {text for text, _ in question["options"]} | {"(空)", "以上都不需要"}
        parts = {part for row in rows for part in str(row[question["header"]]).split("┋")}
        assert known <= parts
        strange = {part for part in parts - known if not re.fullmatch("其他【请注明】〖.+〗", part)}
        assert strange <= {"无人机送药"}


def test_shares_on_the_sheets_are_near_the_truth(answers: Answers, truth: Truth) -> None:
    """The online form draws by age, band by band it is an honest sample."""
    rows, needs = answers.of_office("wjx")
    band = rows["band"] == "35-59岁"
    among = truth.wishes[truth.people["band"] == "35-59岁"].mean()
    assert (needs[band].mean() - among).abs().max() < 0.08


def test_the_sum_of_the_ticks_is_right(sample: SampleMonth) -> None:
    cells = read_sheets(sample.folder / "和平社区10月入户走访登记表.xlsx")["入户走访登记"]
    total = next(row for row in cells if row[0] == "合计")
    records = cells[5 : cells.index(total)]
    ticked = range(cells[3].index("困难情况"), cells[3].index("走访日期"))
    assert len(ticked) == 19
    for column in ticked:
        assert total[column] == sum(row[column] in {"√", "✓", "是"} for row in records)
    assert total[1] == "260人"
