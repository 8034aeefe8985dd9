"""The ways in which offices collect answers: each lays out a table and writes it as its file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from needs_analytics.samples.coded import tabulate_coded, write_coded, write_codes
from needs_analytics.samples.handmade import tabulate_handmade, write_handmade
from needs_analytics.samples.household import tabulate_household, write_household
from needs_analytics.samples.kobo import tabulate_kobo, write_form, write_kobo
from needs_analytics.samples.legacy_csv import tabulate_legacy, write_legacy
from needs_analytics.samples.tencent import tabulate_tencent, write_tencent
from needs_analytics.samples.wjx import tabulate_wjx, write_portal, write_wjx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.sheets import Table


class Dialect(NamedTuple):
    """How answers become a table and a table a file (path, table, month, the office's section of ``offices.toml``).

    ``key`` writes the list of questions that a platform exports beside the answers (path of the answers' file, plan,
    office, month) and returns its file name.
    """

    tabulate: Callable[[Answers, str], Table]
    write: Callable[[Path, Table, Month, Mapping[str, Any]], None]
    key: Callable[[Path, Plan, str, Month], str] | None = None


DIALECTS: Mapping[str, Dialect] = {
    "wjx": Dialect(tabulate_wjx, write_wjx),
    "portal": Dialect(tabulate_wjx, write_portal),
    "handmade": Dialect(tabulate_handmade, write_handmade),
    "tencent": Dialect(tabulate_tencent, write_tencent),
    "legacy": Dialect(tabulate_legacy, write_legacy),
    "household": Dialect(tabulate_household, write_household),
    "kobo": Dialect(tabulate_kobo, write_kobo, write_form),
    "coded": Dialect(tabulate_coded, write_coded, write_codes),
}


def lay_out(answers: Answers, office: str) -> Table:
    """Lay out an office's answers in its dialect, under its own headers where its form has some."""
    plan = answers.snapshot.plan
    table = DIALECTS[plan.office(office)["dialect"]].tabulate(answers, office)
    own = plan.form(office).get("headers", {})
    return replace(table, columns=tuple(own.get(column, column) for column in table.columns))
