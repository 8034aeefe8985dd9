"""What a menu leaves open: services without a name, two of one name, services open to everybody by an empty cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.issue import Issue
from needs_analytics.core.wording import key

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.cell_map import CellMap

_SHOWN = 5


def doubts_of_menu(menu: pd.DataFrame, named: pd.Series, cells: CellMap) -> list[Issue]:
    """Say what is open about the services of a menu.

    Parameters
    ----------
    menu
        With a ``name`` and an id ``service`` for every row.
    named
        ``(rows,)`` whether the office wrote the name.
    """
    details = {"table": "menu", "field": "name"}
    issues = []
    nameless = menu[~named.to_numpy() & menu["name"].notna().to_numpy()]
    for where, code in zip(cells.refs("menu", nameless, "name", "service"), nameless["service"], strict=True):
        issues.append(Issue("W510", where, str(code), details))
    for same in _of_one_name(menu[named.to_numpy()]):
        refs = cells.refs("menu", same, "name")
        others = "、".join(where.cell for where in refs[1:] if where)
        issues.append(Issue("W511", refs[0], str(same["name"].iloc[0]), {**details, "others": others}))
    if "eligibility" not in menu or menu["eligibility"].isna().any():
        silent = menu[menu["eligibility"].isna()] if "eligibility" in menu else menu
        names = "、".join(dict.fromkeys(silent["name"].dropna().astype(str).iloc[:_SHOWN]))
        issues.append(Issue("I512", value=names, details={"count": len(silent)}))
    return issues


def _of_one_name(menu: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each name that several services have; a service written twice alike is one service."""
    names = menu["name"].map(lambda name: key(str(name)))
    groups = [menu[names == name] for name in names[names.duplicated()].unique()]
    return [rows for rows in groups if len(set(rows["service"])) > 1]
