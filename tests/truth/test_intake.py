"""Intake: what the offices wrote arrives whole, row by row, tick by tick, place by place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.wording import plain
from needs_analytics.intake import take_in
from needs_analytics.needs import list_needs
from needs_analytics.office.read import read_workbooks
from needs_analytics.pipeline import run_month
from needs_analytics.samples.services import offered_services, offered_supply
from needs_analytics.weights import weigh
from needs_analytics.workspace import Workspace

from .frames import grid_labels, long
from .generator import (
    MONTH,
    SEED,
    asked_needs,
    changed_question,
    household_offices,
    person_offices,
    questions,
    settle,
    write_office,
)
from .marks import MONTHS, awaits
from .thresholds import DUPLICATE_PRECISION, DUPLICATE_RECALL, PLACES_RIGHT
from .workbooks import NO_GRID, answer_table, office_file, ticks

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult

    from .conftest import Measured, Sent

OFFICES = ("handmade", "tencent", "legacy", "wjx", "window")
"""Offices that ask persons."""
LEDGER = "幸福街道公共服务基础台账.xlsx"
_GRID_HEADER = re.compile("网格")
_COMMUNITY_HEADER = re.compile("社区")


def answers_of(sent: Sent, office: str) -> pd.DataFrame:
    """Return the canonical answers of an office before cleaning, indexed by their row in the file."""
    survey = sent.intake.tables["survey"]
    own = survey[survey["file"] == office_file(sent, office)].set_index("row").sort_index()
    assert list(own.index) == list(answer_table(sent, office).index)
    return own


def spoilt_rows(sent: Sent, office: str, *kinds: str) -> set[int]:
    """Return the rows of an office's answers with a planted cell of some kinds, of any if none is named."""
    sheets = set(sent.intake.tables["survey"].loc[lambda rows: rows["file"] == office_file(sent, office), "sheet"])
    return {
        int(re.sub("[A-Z]", "", cell.cell))
        for cell in sent.planted.wrong_cells
        if cell.file == office_file(sent, office) and (cell.sheet in sheets or not cell.sheet)
        and (not kinds or cell.kind in kinds)
    }  # fmt: skip


def spoilt_ledger_rows(sent: Sent, sheet: str) -> set[int]:
    return {int(re.sub("[A-Z]", "", cell.cell)) for cell in sent.planted.wrong_cells if cell.sheet == sheet}


def test_every_row_is_kept_merged_or_returned(sent: Sent) -> None:
    counts = sent.cleaned.counts
    assert (counts["rows_in"] == counts["kept"] + counts["merged"] + counts["returned"]).all()


def test_the_rows_read_are_those_the_generator_wrote(sent: Sent) -> None:
    rows = sent.cleaned.counts.set_index(["file", "sheet"])["rows_in"]
    for office in person_offices(sent.snapshot):
        file = office_file(sent, office)
        read = rows.loc[file, "窗口问卷"] if office == "window" else rows.loc[file].sum()
        assert read == sent.planted.respondents[file]
    records = sent.planted.records
    names = ("menu", "sites", "supply", "places", "usage", "history")
    sheets = ("服务菜单", "服务点位", "服务容量", "网格信息", "服务使用记录", "历月服务量")
    assert [rows.loc[LEDGER, sheet] for sheet in sheets] == [records[name] for name in names]
    assert rows.loc[LEDGER, "人口底册"] == records["register"] + records["groups"]


def test_the_register_counts_every_resident(sent: Sent) -> None:
    people, register = sent.snapshot.people, sent.intake.tables["register"]
    cells = register[register["age_low"].notna()]
    assert cells["persons"].sum() == len(people)
    found = cells.groupby(["community", "age_low", "sex"])["persons"].sum()
    first = people["band"].str.extract(r"(\d+)", expand=False).astype(float)
    true = people.assign(age_low=first).groupby(["community", "age_low", "sex"]).size()
    assert found.to_dict() == true.to_dict()


def test_special_groups_are_counted_where_the_number_is_not_masked(sent: Sent) -> None:
    people, register = sent.snapshot.people, sent.intake.tables["register"]
    cells = register[register["group"].notna()]
    found = cells.set_index(["community", "group"])["persons"]
    true = long(people.groupby("community")[list(cells["group"].unique())].sum())
    assert len(found) == len(true)
    known = found.dropna()
    assert len(found) - len(known) == sum(cell.kind == "masked" for cell in sent.planted.wrong_cells
                                          if cell.sheet == "人口底册")  # fmt: skip
    assert known.to_dict() == true.loc[known.index].to_dict()


def as_sent(sent: Sent, table: str) -> pd.DataFrame:
    """Return a table's rows in the order of their sheets; taken in they are in the order of what they hold."""
    return sent.intake.tables[table].sort_values(["file", "sheet", "row"], ignore_index=True)


def test_grids_and_their_people_arrive(sent: Sent) -> None:
    grids, places = sent.snapshot.town.grids, as_sent(sent, "places")
    assert places["community"].tolist() == grids["community"].tolist()
    assert places["grid"].tolist() == grid_labels(grids["number"]).tolist()
    assert places["population"].tolist() == sent.snapshot.people["place"].value_counts().sort_index().tolist()
    plain = ~places["row"].isin(spoilt_ledger_rows(sent, "网格信息"))
    assert places.loc[plain, "households"].tolist() == grids.loc[plain.to_numpy(), "households"].tolist()


def test_capacity_arrives_where_it_is_a_number(sent: Sent) -> None:
    written = offered_supply(sent.snapshot.plan, sent.cleaned.month)
    supply = as_sent(sent, "supply")
    plain = ~supply["row"].isin(spoilt_ledger_rows(sent, "服务容量"))
    names = offered_services(sent.snapshot.plan)
    codes = dict(zip(names["service"], names["service"], strict=True))
    assert supply["service"].tolist() == written["service"].map(codes).tolist()
    assert supply["site"].tolist() == written["site"].tolist()
    assert supply.loc[plain, "capacity"].tolist() == written.loc[plain.to_numpy(), "capacity"].tolist()
    daily = plain & (supply["period"] == "月")
    assert supply.loc[daily, "monthly"].tolist() == supply.loc[daily, "capacity"].tolist()


def test_completed_uses_of_every_service_at_every_site_add_up(sent: Sent) -> None:
    spoilt = spoilt_ledger_rows(sent, "服务使用记录")
    codes = offered_services(sent.snapshot.plan).set_index("name")["service"]
    lost = sent.use[(sent.use.index + 2).isin(spoilt) & (sent.use["status"] == "完成")]
    lost = lost.assign(service=lost["service"].map(codes)).groupby(["service", "site"])["count"].sum()
    true = sent.truth["use"].set_index(["service", "site"])["uses"].sub(lost, fill_value=0)
    for usage in (sent.intake.tables["usage"], sent.cleaned.usage):
        detailed = (usage["sheet"] == "服务使用记录") & ~usage["row"].isin(spoilt) & (usage["status"] == "完成")
        found = usage[detailed].groupby(["service", "site"])["count"].sum()
        assert found.to_dict() == true[true > 0].to_dict()


def test_the_counts_of_earlier_months_arrive(sent: Sent) -> None:
    usage, keys = sent.cleaned.earlier["usage"], ["month", "service", "site"]
    found = usage[usage["sheet"] == "历月服务量"].set_index(keys)["count"]
    counts = sent.truth["counts"]
    before = counts[counts["month"].astype(str) < str(sent.cleaned.month)]
    assert found.index.is_unique
    assert found.to_dict() == before.astype({"month": str}).set_index(keys)["count"].astype(float).to_dict()


def test_options_named_in_the_truth_are_named_in_the_table(sent: Sent) -> None:
    """Ticks, ranks and households: as often in the table as ``truth.json`` says they stand in the file."""
    survey = sent.intake.tables["survey"]
    for (office, _, need), rows in sent.truth["questions"].groupby(["office", "header", "need"]):
        asked = rows.iloc[0]
        ticked = asked["kind"] != "排序" and asked["sense"] == "需要" and asked["unit"] == "人"
        column = f"need:{need}" if ticked else f"rank:{need}"
        own = survey.loc[survey["file"] == sent.answers.file_of(str(office)), column]
        assert own.sum() == rows["named"].sum(), (office, need)


@pytest.mark.parametrize("office", OFFICES)
def test_ticks_in_the_workbook_are_ticks_in_the_table(sent: Sent, office: str) -> None:
    written, read = ticks(sent, office), answers_of(sent, office)
    plain = ~written.index.isin(spoilt_rows(sent, office, "option_unknown", "value_unknown"))
    for need, column in written[plain].items():
        if not column.sum():  # what nobody named is another test's
            continue
        arrived = read.loc[plain, f"need:{need}"]
        pd.testing.assert_series_equal(arrived, column, check_names=False, check_index=False)


@pytest.mark.parametrize("office", OFFICES)
def test_what_is_known_of_an_answer_is_what_the_resident_said(sent: Sent, office: str) -> None:
    _, said = sent.answers.of_office(office)
    read = answers_of(sent, office)
    for need in sorted(asked_needs(sent.snapshot, office) & set(said.columns[said.any()])):
        arrived = read[f"need:{need}"].to_numpy()
        known = ~np.isnan(arrived)
        assert known.mean() > 0.9, need
        assert (arrived[known] == said[need].to_numpy()[known]).all(), need


@awaits(MONTHS, "unknown today; an export that joins ticks shows no option nobody ticked, no dictionary tells it")
def test_an_option_that_nobody_ticked_is_a_no(tmp_path: Path) -> None:
    """Taken for not asked, the need is estimated from the offices where somebody has it."""
    office = next(name for name in OFFICES if len(questions(settle(SEED), name)) == 2)
    need = questions(settle(SEED), office)[0]["options"][0][1]
    nobody = settle(SEED).needs.assign(**{need: False})
    rows = write_office(replace(settle(SEED), needs=nobody), office, tmp_path)
    sheets = read_workbooks(sorted(tmp_path.iterdir()), root=tmp_path)
    survey = take_in(sheets, codebook=Codebook.default(), month=MONTH, key=b"a key").tables["survey"]
    assert len(survey) == len(rows)
    assert (survey.get(f"need:{need}", pd.Series(np.nan, survey.index)) == 0).all()


def test_a_need_that_an_office_did_not_ask_about_is_unknown_there(sent: Sent) -> None:
    for office in person_offices(sent.snapshot):
        read = answers_of(sent, office)
        others = [c for c in read if c.startswith("need:") and c[5:] not in asked_needs(sent.snapshot, office)]
        assert read[others].isna().all(axis=None)


@pytest.mark.parametrize("level", ["community", "grid"])
def test_places_spelt_in_many_ways_land_where_they_belong(sent: Sent, level: str, measured: Measured) -> None:
    right, blank = [], []
    for office in person_offices(sent.snapshot):
        rows, _ = sent.answers.of_office(office)
        read, written = answers_of(sent, office), answer_table(sent, office)
        header = next(name for name in written if (_GRID_HEADER if level == "grid" else _COMMUNITY_HEADER).search(name))
        true = grid_labels(rows["grid"]) if level == "grid" else rows["community"].to_numpy(dtype=object)
        spoilt = written.index.isin(spoilt_rows(sent, office))
        spelt = ~written[header].isin(NO_GRID).to_numpy() & (rows["grid_told"] == rows["grid"]).to_numpy()
        right.append(read[level].to_numpy()[spelt & ~spoilt] == true[spelt & ~spoilt])
        blank.append(read[level][written[header].isin(NO_GRID)])
    measured(f"{level} right where it was spelt", float(np.concatenate(right).mean()), least=PLACES_RIGHT)
    assert pd.concat(blank).isna().all()


def test_answers_that_name_a_merged_grid_land_in_the_grid_it_became(sent: Sent, measured: Measured) -> None:
    right = []
    for office in OFFICES:
        rows, _ = sent.answers.of_office(office)
        read, written = answers_of(sent, office), answer_table(sent, office)
        header = next(name for name in written if _GRID_HEADER.search(name))
        old = (rows["grid_told"] != rows["grid"]).to_numpy() & ~written[header].isin(NO_GRID).to_numpy()
        right.append(read["grid"].to_numpy()[old] == grid_labels(rows["grid"])[old])
    measured("merged grids recognised", float(np.concatenate(right).mean()), least=PLACES_RIGHT)


def test_only_what_is_asked_of_persons_as_a_need_is_a_need_of_persons(sent: Sent) -> None:
    """Rankings, the three most wanted and forms for households are read, apart from the ticks."""
    asked = sent.intake.questions[lambda rows: ~rows["sense"].isin(["使用过", "满意度"])]
    apart = asked[(asked["kind"] == "排序") | (asked["sense"] != "需要") | (asked["unit"] == "户")]
    assert apart["wording"].nunique() == 3
    survey = sent.intake.tables["survey"]
    for office in household_offices(sent.snapshot):
        own = survey[survey["file"] == office_file(sent, office)]
        assert own.filter(like="need:").isna().all(axis=None)
        _, said = sent.answers.of_office(office)
        ranks = own.filter(like="rank:").dropna(axis=1, how="all").rename(columns=lambda name: name[5:])
        assert (ranks.sum() == said[ranks.columns].sum()).all()


def test_ranks_give_no_persons(sent: Sent) -> None:
    """Were nothing ticked, the ranked and the households' answers would give an order and no number of people."""
    survey = sent.cleaned.survey.drop(columns=[c for c in sent.cleaned.survey if c.startswith("need:")])
    files = [office_file(sent, office) for office in (*household_offices(sent.snapshot), "tencent")]
    own = survey[survey["file"].isin(files)].assign(groups=None)
    found = list_needs(replace(sent.cleaned, survey=own), weigh(own, sent.cleaned.register))
    assert found.status == "ranks_only"
    assert found.table["n_yes"].sum() > 0
    assert found.table[["persons", "persons_low", "persons_high"]].isna().all(axis=None)


def test_forms_for_households_alone_can_be_weighed(sent: Sent) -> None:
    survey = sent.cleaned.survey
    own = survey[survey["file"].isin([office_file(sent, office) for office in household_offices(sent.snapshot)])]
    assert own["age_low"].isna().all()
    weights = weigh(own, sent.cleaned.register)
    assert np.isfinite(weights.table["weight"]).all()


class Twice(NamedTuple):
    """What one office sent in two months, between which it changed the wording of a question."""

    question: dict[str, Any]
    results: list[MonthResult]
    answers: list[pd.DataFrame]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Return the two months, each run with what the store holds of those before it."""
    office, question = changed_question(settle(SEED))
    workspace = Workspace.create(tmp_path_factory.mktemp("twice"), "街道")
    found = Twice(question, [], [])
    for month in (MONTH.shift(-1), MONTH):
        found.answers.append(write_office(settle(SEED, month), office, workspace.inbox(month)))
        found.results.append(run_month(workspace, month))
        workspace.store.keep(found.results[-1])
    return found


def test_who_answers_every_month_is_known_again(twice: Twice, measured: Measured) -> None:
    """By what they give of themselves: the panel gives name and phone; nobody else is taken for one of them."""
    keys = []
    for result, answers in zip(twice.results, twice.answers, strict=True):
        survey = pd.concat([result.cleaned.survey, result.cleaned.earlier["survey"]]).set_index("row")
        kept = answers[answers.index.isin(survey.index)]
        keys.append(pd.Series(survey.loc[kept.index, "person_key"].to_numpy(), index=kept["person"]))
    panel = set.intersection(*(set(answers.loc[answers["panel"], "person"]) for answers in twice.answers))
    panel &= set(keys[0].index) & set(keys[1].index)
    assert len(panel) > 50
    measured("panel recognised in the next month", _same(keys, panel) / len(panel), least=DUPLICATE_RECALL)
    both = set(keys[0].index) & set(keys[1].index)
    shared = set(keys[0]) & set(keys[1])
    measured("of those recognised, truly the same", _same(keys, both) / len(shared), least=DUPLICATE_PRECISION)


def _same(keys: list[pd.Series], persons: set[int]) -> int:
    """Count who has one key in both months."""
    return sum(keys[0][person] == keys[1][person] for person in persons)


def test_a_changed_wording_is_said(twice: Twice, measured: Measured) -> None:
    result = twice.results[-1]
    wording = plain(re.sub(r"[（(].*", "", twice.question["header"]))
    stages = (result.cleaned, result.weights, result.needs, result.segments, result.gaps)
    texts = [f"{issue.value} {issue.details}" for stage in stages for issue in stage.issues if issue.code[0] in "EW"]
    measured("changed wordings named by a warning", float(any(wording in text for text in texts)), least=1)


def test_no_change_is_called_where_the_wording_changed(twice: Twice) -> None:
    table = twice.results[-1].needs.table
    own = table[table["need"].isin([need for _, need in twice.question["options"]])]
    assert len(own) > 10
    assert not own["change"].isin(["明显上升", "明显下降"]).any()
