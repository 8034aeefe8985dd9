"""The district's ledger: what every sub-district's ledger holds, sub-district under sub-district."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from needs_analytics.samples.district_places import district_words
from needs_analytics.samples.ledger_book import write_ledger
from needs_analytics.samples.ledger_tables import (
    REGISTER_GAP,
    tabulate_groups,
    tabulate_menu,
    tabulate_places,
    tabulate_register,
    tabulate_sites,
    tabulate_supply,
)
from needs_analytics.samples.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.samples.sheets import Table
    from needs_analytics.samples.snapshot import Snapshot

Sheets = dict[str, "Table"]


def tabulate_places_of(snapshot: Snapshot, supply: pd.DataFrame) -> Sheets:
    """Lay out what one sub-district adds to the ledger, with the supply its use was fitted to."""
    plan, people, town = snapshot.plan, snapshot.people, snapshot.town
    fitted = replace(plan, tables={**plan.tables, "supply": supply})
    return {
        "menu": tabulate_menu(plan),
        "sites": tabulate_sites(town, plan),
        "supply": tabulate_supply(fitted, snapshot.month),
        "places": tabulate_places(snapshot),
        "register": tabulate_register(people, plan),
        "groups": tabulate_groups(people, plan, 0),
    }


def write_district_ledger(path: Path, parts: Sequence[Mapping[str, Table]], month: Month) -> None:
    """Write the ledger's workbook; the menu is the same everywhere and stands once."""
    words = district_words()
    plan = Plan("district", words["name"], texts={"offices": {"ledger": words["ledger"]}})
    tables = {name: _under_each_other([part[name] for part in parts]) for name in parts[0]}
    tables["menu"] = parts[0]["menu"]
    register = tables["register"]
    below = register.first_row + len(register.rows) + REGISTER_GAP
    tables["groups"] = replace(tables["groups"], first_row=below)
    write_ledger(path, tables, plan, month)


def _under_each_other(tables: Sequence[Table]) -> Table:
    rows = list(chain.from_iterable(table.rows for table in tables))
    return replace(tables[0], rows=rows, keys=tuple(range(len(rows))))
