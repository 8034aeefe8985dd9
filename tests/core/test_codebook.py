"""The packaged codebook is consistent, and a workspace may override any row."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from needs_analytics.core.codebook import KEYS, Codebook
from needs_analytics.core.tables import COLUMNS
from needs_analytics.errors import UsageError

CODEBOOK = Codebook.default()


@pytest.mark.parametrize("part", sorted(KEYS))
def test_keys_are_unique_and_nothing_is_empty(part: str) -> None:
    frame = getattr(CODEBOOK, part)
    assert len(frame)
    assert not frame.duplicated(subset=KEYS[part]).any()
    assert (frame[KEYS[part]] != "").all().all()
    assert not frame.isna().any().any()


def test_services_cover_needs_that_exist() -> None:
    named = {need for needs in CODEBOOK.services["needs"] for need in needs.split(";") if need}
    assert named <= set(CODEBOOK.needs.index)


def test_needs_are_asked_of_groups_that_exist() -> None:
    named = {group for groups in CODEBOOK.needs["groups"] for group in groups.split(";") if group}
    assert named <= {*CODEBOOK.groups.index, "all"}


def test_every_need_says_how_it_is_resolved_and_has_a_name_in_both_languages() -> None:
    assert set(CODEBOOK.needs["resolution_path"]) <= {"直接服务", "协调推动", "转办上报"}
    assert (CODEBOOK.needs["name_en"] != "").all()
    assert CODEBOOK.need_names()["ELD01"] == "助餐"
    assert CODEBOOK.need_names("en")["ELD01"] == "Meals for older people"


def test_fields_belong_to_tables_and_their_patterns_compile() -> None:
    assert set(COLUMNS) | {"questions", "changes"} == set(CODEBOOK.fields["table"])
    for pattern in CODEBOOK.fields["pattern"]:
        re.compile(pattern)


@pytest.mark.parametrize("table", sorted(set(CODEBOOK.fields["table"])))
def test_a_wording_belongs_to_one_field_of_a_table(table: str) -> None:
    rows = CODEBOOK.fields[CODEBOOK.fields["table"] == table]
    words = [word for synonyms in rows["synonyms"] for word in dict.fromkeys(synonyms.split("|")) if word]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_a_label_is_what_the_user_sees() -> None:
    assert CODEBOOK.label("survey", "age") == "年龄"
    assert CODEBOOK.label("survey", "age", "en") == "age"
    assert CODEBOOK.label("survey", "no_such_field") == "no_such_field"


def test_a_workspace_replaces_a_row_and_adds_one() -> None:
    own = pd.DataFrame({"need": ["ELD01", "OWN01"], "name": ["老年饭堂", "遛鸟"], "domain": ["ELD", "OWN"]})
    needs = CODEBOOK.overridden({"needs": own}).needs
    assert len(needs) == len(CODEBOOK.needs) + 1
    assert (needs.loc["ELD01", "name"], needs.loc["OWN01", "name"]) == ("老年饭堂", "遛鸟")
    assert CODEBOOK.needs.loc["ELD01", "name"] == "助餐"


def test_a_workspace_may_drop_the_packaged_rows() -> None:
    own = pd.DataFrame({"need": ["OWN01"], "name": ["遛鸟"]})
    assert list(CODEBOOK.overridden({"needs": own}, extend=False).needs.index) == ["OWN01"]


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame({"name": ["遛鸟"]}),
        pd.DataFrame({"need": ["OWN01"]}),
        pd.DataFrame({"need": ["OWN01", "OWN02"], "name": ["遛鸟", " "]}),
        pd.DataFrame({"need": [np.nan], "name": ["遛鸟"]}),
    ],
)
def test_rows_without_key_or_name_are_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(UsageError):
        CODEBOOK.overridden({"needs": rows})


def test_an_empty_cell_of_a_workspace_stays_empty() -> None:
    own = pd.DataFrame({"need": ["OWN01"], "name": ["遛鸟"], "synonyms": [np.nan]})
    assert CODEBOOK.overridden({"needs": own}).needs.loc["OWN01", "synonyms"] == ""
