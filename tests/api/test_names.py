"""The public names: as promised, light to import, documented, their examples true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import needs_analytics as na
from needs_analytics.core.results import GAPS_COLUMNS, NEEDS_COLUMNS, PARTS, MonthResult

PROMISED = {
    "Workspace", "run_month", "write_reports", "read_workbooks", "take_in", "Codebook", "clean", "weigh",
    "find_segments", "assign_segments", "list_needs", "match_services", "measure_gaps", "forecast_use",
}  # fmt: skip
"""Names that notebooks rely on: one may be added, none renamed or dropped without a deprecation."""
NUMERICS = {
    "weighted": "survey_mean survey_total survey_share",
    "intervals": "korn_graubard",
    "raking": "rake",
    "ranks": "rank_intervals",
    "allocation": "solve_transport",
    "catchment": "two_step",
    "smoothing": "forecast",
}
HEAVY = ("pandas", "numpy", "scipy", "sklearn", "matplotlib", "click", "docx")
PACKAGE = Path(na.__file__).parent
FUNCTIONS = [name for name in na.__all__ if inspect.isfunction(getattr(na, name))]
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def sections(text: str) -> dict[str, str]:
    """Return the sections of a numpydoc docstring."""
    parts = SECTION.split(inspect.cleandoc(text))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def documented(text: str) -> set[str]:
    """Return the parameters a docstring documents; several may share a line."""
    lines = sections(text).get("Parameters", "").splitlines()
    return {name.strip() for line in lines if line and not line.startswith(" ") for name in line.split(",")}


def with_examples() -> list[str]:
    """Return the modules that show examples."""
    sources = (path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))
    return sorted(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in sources)


def test_every_promised_name_is_there() -> None:
    assert set(na.__all__) >= PROMISED


def test_dir_lists_the_public_names_and_each_loads() -> None:
    assert dir(na) == sorted(na.__all__)
    assert all(getattr(na, name) is not None for name in na.__all__)


def test_what_is_no_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = na.no_such_thing


def test_the_names_for_type_checkers_are_the_same() -> None:
    typed = re.findall(r"^    from needs_analytics\S* import (\w+) as \1$", Path(na.__file__).read_text(), re.MULTILINE)

    assert sorted(typed) == sorted(na.__all__)


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = run_python("import sys, needs_analytics as na; dir(na); print(*(m.split('.')[0] for m in sys.modules))")

    assert set(loaded.split()) & set(HEAVY) == set()


def test_a_result_made_by_public_names_has_its_look() -> None:
    look = "from needs_analytics.core.records import _renderers; print(len(_renderers))"

    assert int(run_python(f"import needs_analytics as na; na.Codebook; {look}")) > 0


@pytest.mark.parametrize("module", NUMERICS)
def test_every_promised_array_function_is_there(module: str) -> None:
    functions = importlib.import_module(f"needs_analytics.numerics.{module}")

    assert all(callable(getattr(functions, name)) for name in NUMERICS[module].split())


@pytest.mark.parametrize("name", na.__all__)
def test_a_public_name_says_what_it_is(name: str) -> None:
    assert len(inspect.getdoc(getattr(na, name)) or "") > 20


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_documents_its_parameters_and_its_result(name: str) -> None:
    function = getattr(na, name)

    assert documented(function.__doc__) == set(inspect.signature(function).parameters)
    assert "Returns" in sections(function.__doc__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_options_of_a_public_function_are_keyword_only(name: str) -> None:
    parameters = inspect.signature(getattr(na, name)).parameters
    free = {"register", "weights", "segments", "name"}  # records of other stages, and the chart's name

    loose = {p.name for p in parameters.values() if p.default is not p.empty and p.kind is p.POSITIONAL_OR_KEYWORD}

    assert loose <= free


@pytest.mark.parametrize("name", with_examples())
def test_the_examples_of_a_module_are_true(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(name))

    assert tried.attempted
    assert not tried.failed


def test_the_tables_have_their_promised_columns(month: MonthResult) -> None:
    needs = "need need_name domain community grid segment group n n_eff share share_se share_low share_high persons"
    needs += " persons_low persons_high method urgency rank rank_low rank_high tier change flag"
    gaps = "need need_name community grid segment demand gap gap_low gap_high p_short gap_rate used_other"
    gaps += " capacity_persons used_persons quadrant cause flag"
    outlook = "service site month point low high model beats_naive p_over_80"
    plan = "need community grid eligible_class service site persons units unit distance_m"

    assert set(needs.split()) <= set(NEEDS_COLUMNS) == set(month.needs.table.columns)
    assert {*gaps.split(), *PARTS} <= set(GAPS_COLUMNS) == set(month.gaps.table.columns)
    assert list(month.matches.table.columns) == plan.split()
    assert {"person_key", "segment"} <= set(month.segments.table.columns)
    assert set(month.outlook.table) == set(outlook.split())


def test_the_seven_parts_sum_to_the_demand(month: MonthResult) -> None:
    table = month.gaps.table

    assert (table[[*PARTS, "unknown_use"]].fillna(0).sum(axis=1) - table["demand"]).abs().max() < 1e-6
