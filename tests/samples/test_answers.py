"""Who answered through which office, and what of it can be read back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.samples import read_plan
from needs_analytics.samples.answers import collect_answers
from needs_analytics.samples.names import ages_on

from .conftest import MONTH
from .reading import read_sheets, table_below

if TYPE_CHECKING:
    from needs_analytics.samples import SampleMonth, Snapshot, World
    from needs_analytics.samples.answers import Answers

OFFICES = read_plan().offices


def test_every_resident_fills_in_one_sheet_but_those_who_answer_twice(answers: Answers) -> None:
    own = answers.rows[answers.rows["special"] != "household"]
    assert len(own) == 1800
    assert own["person"].nunique() == 1800 - len(answers.pairs)
    assert set(own["office"]) == set(OFFICES) - {"household"}


def test_three_in_ten_answer_every_month(world: World, answers: Answers) -> None:
    panel = answers.rows[answers.rows["panel"]]
    assert len(panel) == 540
    before = collect_answers(world.at(MONTH.shift(-1))).rows
    assert set(panel["person"]) == set(before.loc[before["panel"], "person"])
    assert (panel["gives_phone"] & panel["gives_name"]).all()


def test_respondents_live_where_their_office_asks(answers: Answers) -> None:
    for office in OFFICES:
        rows, _ = answers.of_office(office)
        assert set(rows["community"]) <= set(read_plan().office(office)["communities"] or rows["community"])


def test_sheets_say_the_truth_but_for_those_corrected_later(answers: Answers, snapshot: Snapshot) -> None:
    own = answers.rows[answers.rows["special"] != "household"]
    true = snapshot.needs.loc[own["person"]].set_axis(own.index)
    wrong = (true != answers.needs.loc[own.index]).sum(axis=1)
    assert set(wrong[own["special"] == "earlier"]) == {2}
    assert not wrong[own["special"] != "earlier"].any()


def test_most_answers_fall_in_the_month(answers: Answers) -> None:
    months = answers.rows["moment"].dt.strftime("%Y-%m")
    assert (months == "2026-10").sum() == len(answers.rows) - 9
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

    export = next(name for name in sample.files if name.startswith("281604537_按文本_"))
    rows = table_below(read_sheets(sample.folder / export)["Sheet1"], "序号")
    assert len(rows) == sample.respondents[export] > 700
    assert all(isinstance(cell, str) and cell for row in rows for cell in row.values())
    for question in packaged_words("forms")["wjx"]["needs"]:
        known = {text for text, _ in question["options"]} | {"(空)", "以上都不需要"}
        parts = {part for row in rows for part in str(row[question["header"]]).split("┋")}
        assert known <= parts
        strange = {part for part in parts - known if not re.fullmatch("其他【请注明】〖.+〗", part)}
        assert strange <= {"无人机送药"}


def test_shares_on_the_sheets_are_near_the_truth(answers: Answers, snapshot: Snapshot) -> None:
    """The online form draws by age, band by band it is an honest sample."""
    rows, needs = answers.of_office("wjx")
    band = rows["band"] == "35-59岁"
    among = snapshot.needs[snapshot.people["band"] == "35-59岁"].mean()
    off = (needs[band].mean() - among).abs()
    assert off.drop("PRO05").max() < 0.08  # whoever wants parking answers online


def test_the_sum_of_the_ticks_is_right(sample: SampleMonth) -> None:
    cells = read_sheets(sample.folder / "和平社区10月入户走访登记表.xlsx")["入户走访登记"]
    total = next(row for row in cells if row[0] == "合计")
    records = cells[5 : cells.index(total)]
    ticked = range(cells[3].index("困难情况"), cells[3].index("走访日期"))
    assert len(ticked) == 19
    for column in ticked:
        assert total[column] == sum(row[column] in {"√", "✓", "是"} for row in records)
    assert total[1] == f"{sample.respondents['和平社区10月入户走访登记表.xlsx']}人"
