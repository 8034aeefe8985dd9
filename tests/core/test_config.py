"""``needs.toml``: options by stage, slips refused with a hint, the environment before the file."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import needs_analytics
from needs_analytics.core.config import Config, differing, parse_config
from needs_analytics.core.options import DisclosureOptions, NeedsOptions, Options, ReportOptions, WeightsOptions
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_empty_file_is_all_defaults() -> None:
    assert parse_config("") == Config()
    assert differing(parse_config("").options) == {}


def test_options_of_the_file_stand_beside_the_defaults() -> None:
    config = parse_config(
        '[office]\nname = "幸福街道"\nlanguage = "en"\n[needs]\ntop = 5\nleast_coverage = 0.9\n[gaps]\n'
        "busy = 1\n[weights]\nbounds = [0.2, 5]"
    )
    assert (config.name, config.language) == ("幸福街道", "en")
    assert config.options.needs.top == 5
    assert config.options.weights.bounds == (0.2, 5)
    assert isinstance(config.options.gaps.busy, float)
    assert differing(config.options) == {
        "needs.top": 5,
        "needs.least_coverage": 0.9,
        "gaps.busy": 1.0,
        "weights.bounds": (0.2, 5),
    }


def test_a_table_of_options_is_laid_over_its_defaults() -> None:
    radius = parse_config('[matching]\ndefault_radius_m = { "社区" = 800 }').options.matching.default_radius_m
    assert (radius["社区"], radius["小区"]) == (800, 500.0)


def test_the_environment_comes_before_the_file() -> None:
    told = {"NEEDS_NEEDS_TOP": "7", "NEEDS_REPORT_FORMATS": '["xlsx"]', "UNRELATED": "1"}
    options = parse_config("[needs]\ntop = 5", environment=told).options
    assert options.needs.top == 7
    assert options.report.formats == ("xlsx",)


def test_every_option_can_be_written_as_it_is() -> None:
    for stage in fields(Options):
        for option in fields(getattr(Options(), stage.name)):
            value = getattr(getattr(Options(), stage.name), option.name)
            if isinstance(value, (int, float)):
                assert parse_config(f"[{stage.name}]\n{option.name} = {str(value).lower()}").options == Options()


def test_every_option_is_read_somewhere() -> None:
    source = Path(needs_analytics.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in source.rglob("*.py") if path.name != "options.py"]
    read = set(re.findall(r"\.([a-z_]+)", "\n".join(texts)))
    listed = {option.name for stage in fields(Options) for option in fields(getattr(Options(), stage.name))}
    assert listed - read == set()


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[intak]\n", "intake"),
        ("[intake]\nneed_option_shar = 0.9", "need_option_share"),
        ('[office]\nnam = "x"', "name"),
        ("[needs]\nxyz = 1", "top"),
    ],
)
def test_an_unknown_key_is_refused_with_what_was_probably_meant(text: str, near: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_config(text)
    assert near in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "=",
        '[needs]\ntop = "5"',
        "[needs]\ntop = 5.5",
        "[needs]\nleast_coverage = true",
        '[report]\nformats = "xlsx"',
        'office = "x"',
        "intake = 3",
        "[needs]\ntop = true",
        "[weights]\nbounds = [0.1]",
        '[weights]\nbounds = ["a", "b"]',
        '[segments]\nn_segments = "three"',
        '[matching]\ndefault_radius_m = { "社区" = "x" }',
        '[office]\nlanguage = "fr"',
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_config(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[needs]\ntop = "5"', 'needs.toml [needs] 中的“top = "5"”不对，应为不小于 1 的整数。可以写成：top = 5'),
        ("[needs]\nleast_coverage = 80", "应为 0 到 1 之间的数字。可以写成：least_coverage = 0.8"),
        ('[report]\nformats = "xlsx"', '可以写成：formats = ["xlsx"]'),
        ('[matching]\ndefault_radius_m = { "社区" = "近" }', "可以写成：社区 = 1000"),
        ("intake = 3", "needs.toml 的 intake 写成了 3，应为一节"),
        ("[needs]\ntop = 5\nlevel 0.9", "needs.toml 第 3 行写法有误"),
    ],
)
def test_a_refusal_says_where_what_was_expected_and_what_to_write(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_config(text)
    assert said in str(refusal.value)


def test_a_wrong_word_of_the_environment_is_named_by_its_variable() -> None:
    with pytest.raises(UsageError, match="NEEDS_NEEDS_TOP"):
        parse_config("", environment={"NEEDS_NEEDS_TOP": "many"})


@pytest.mark.parametrize(
    "make",
    [
        lambda: NeedsOptions(top=0),
        lambda: NeedsOptions(least_n_eff=-1),
        lambda: WeightsOptions(survey_window=0),
        lambda: WeightsOptions(bounds=(0.1, 0.5)),
        lambda: ReportOptions(formats=("pdf",)),
        lambda: ReportOptions(formats=()),
        lambda: DisclosureOptions(threshold=1),
    ],
)
def test_python_keeps_to_the_limits_that_a_file_keeps_to(make: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        make()


def test_python_may_give_numbers_of_numpy_and_lists() -> None:
    assert NeedsOptions(top=np.int64(5), least_coverage=np.float64(0.5)) == NeedsOptions(top=5, least_coverage=0.5)
    assert ReportOptions(formats=["html"]).formats == ("html",)  # type: ignore[arg-type]


def test_a_report_in_no_format_is_refused_with_what_may_be_written() -> None:
    with pytest.raises(UsageError, match="至少写一项"):
        parse_config("[report]\nformats = []")
