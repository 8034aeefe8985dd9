"""No two returned files have one name, also where small and capital letters are the same."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from needs_analytics.office.returned.files import _folded, _targets

STEMS = st.sampled_from(["a", "A", "a_xlsx", "a_xls", "a_xlsx_2", "a_待修改", "a_待修改(2)", "é", "e\u0301"])
NAMES = st.builds(lambda stem, kind: Path(f"{stem}.{kind}"), STEMS, st.sampled_from(["xlsx", "xls", "XLSX", "csv"]))


def test_files_that_differ_in_kind_keep_it_and_the_name_that_is_taken_is_left_alone() -> None:
    names = [str(name) for name in _targets([Path("a.xlsx"), Path("a.xls"), Path("a_xlsx.xlsx")])]
    assert names == ["a_xlsx_2_待修改.xlsx", "a_xls_待修改.xlsx", "a_xlsx_待修改.xlsx"]


@given(st.lists(NAMES, unique=True))
def test_every_file_has_a_name_of_its_own(sources) -> None:
    names = [_folded(name) for name in _targets(sources)]
    assert len(set(names)) == len(sources)
