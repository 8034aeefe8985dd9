"""The ways in which offices collect answers: each lays out a table and writes it as its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from needs_analytics.samples.handmade import tabulate_handmade, write_handmade
from needs_analytics.samples.household import tabulate_household, write_household
from needs_analytics.samples.legacy_csv import tabulate_legacy, write_legacy
from needs_analytics.samples.tencent import tabulate_tencent, write_tencent
from needs_analytics.samples.wjx import tabulate_wjx, write_portal, write_wjx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from needs_analytics.core.month import Month
    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.sheets import Table


class Dialect(NamedTuple):
    """How answers become a table and a table a file (path, table, month, the office's name)."""

    tabulate: Callable[[Answers, str], Table]
    write: Callable[[Path, Table, Month, str], None]


DIALECTS: Mapping[str, Dialect] = {
    "wjx": Dialect(tabulate_wjx, write_wjx),
    "portal": Dialect(tabulate_wjx, write_portal),
    "handmade": Dialect(tabulate_handmade, write_handmade),
    "tencent": Dialect(tabulate_tencent, write_tencent),
    "legacy": Dialect(tabulate_legacy, write_legacy),
    "household": Dialect(tabulate_household, write_household),
}
