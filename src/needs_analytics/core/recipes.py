"""``recipes.toml``: what an office's sheets were taken for in issued months, so that the next is read alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from needs_analytics.core.identifiers import without_identifiers
from needs_analytics.core.settings import as_toml, parse_toml, read_section
from needs_analytics.core.wording import key, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ALIKE = 0.8  # share of all columns that two sheets of one form have in common
_DATE = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])?(?!\d)"
    r"|(?:19|20)\d{2}([-./])(?:0?[1-9]|1[0-2])(?:\1(?:[0-2]?\d|3[01]))?(?!\d)"
    r"|(?:19|20)\d{2}年|\d{1,2}月份?|\d{1,2}日"
)
_APART = re.compile(r"(?<![^\W_])\d+(?![^\W_])|(?<=[^\W\d_])\d{4,}(?![^\W_])")  # a number that is part of no name
_MARKS = re.compile(r"[-_./ ()]")
_KINDS = {"office": str, "table": str, "month": str, "columns": tuple[str, ...], "fields": dict[str, str]}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a sheet of an office was taken for.

    Attributes
    ----------
    office
        Who sent it, without the date its name may carry.
    table
        Canonical table, several joined by ``+``.
    month
        The first month that was issued with it, ``2026-10``.
    columns
        The headers from left to right, as they are compared, without phone and ID numbers.
    fields
        Those of them that are fields, each with its field; empty for a sheet of several tables, whose columns may be
        another field in each.
    """

    office: str
    table: str
    month: str
    columns: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)

    def likeness(self, columns: Iterable[str]) -> float:
        """Return how much of all the columns two sheets have in common."""
        mine, theirs = set(self.columns), set(columns)
        return len(mine & theirs) / max(len(mine | theirs), 1)


def office_key(office: str) -> str:
    """Return an office's name without the date and the number of answers it may carry.

    A number within a name tells one office from another and stays.

    Examples
    --------
    >>> office_key("和平社区2026年10月问卷") == office_key("和平社区 2026-11 问卷_205")
    True
    >>> office_key("和平2村202610"), office_key("10月和平3村")
    ('和平2村', '和平3村')
    """
    name = plain(without_identifiers(office)).lower()
    return _MARKS.sub("", _APART.sub(" ", _DATE.sub(" ", name))) or key(name)


def column_key(header: str) -> str:
    """Return a header as it is compared with those of another month."""
    return key(without_identifiers(header))


def find_recipe(recipes: Iterable[Recipe], office: str, columns: Sequence[str]) -> Recipe | None:
    """Return the recipe of the office whose columns are most like these, ``None`` where none has most of them.

    An office is told by the name of its file, which may change altogether: a form with exactly these columns is read
    as every office's was, if all were read alike.
    """
    known = list(recipes)
    own = _own_recipe(known, office_key(office), columns)
    if own:
        return own
    same = sorted((recipe for recipe in known if recipe.columns == tuple(columns)), key=lambda recipe: recipe.month)
    latest = {recipe.office: recipe for recipe in same}.values()
    readings = {(recipe.table, *sorted(recipe.fields.items())) for recipe in latest}
    return max(latest, key=lambda recipe: recipe.month) if len(readings) == 1 else None


def _own_recipe(recipes: Iterable[Recipe], office: str, columns: Sequence[str]) -> Recipe | None:
    own = [recipe for recipe in recipes if recipe.office == office]
    best = max(own, key=lambda recipe: (recipe.likeness(columns), recipe.month), default=None)
    return best if best and best.likeness(columns) >= _ALIKE else None


def parse_recipes(content: str, *, source: str = "recipes.toml") -> tuple[Recipe, ...]:
    """Read the text of a ``recipes.toml``.

    Raises
    ------
    UsageError
        On a syntax error or an unknown setting.
    """
    given: list[Any] = parse_toml(content, source).get("recipe", [])
    return tuple(Recipe(**read_section(recipe, _KINDS, source, {})) for recipe in given)


def merged_recipes(known: Iterable[Recipe], issued: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """Add the recipes of an issued month that differ from those known for the same sheets.

    Those of earlier months stay: the month issued again is read as it was the first time.
    """
    kept = list(known)
    for recipe in issued:
        same = _own_recipe([one for one in kept if one.table == recipe.table], recipe.office, recipe.columns)
        if same is None or same.month < recipe.month:
            kept += [] if same and replace(same, month=recipe.month) == recipe else [recipe]
        elif same.month == recipe.month:
            kept = [*(one for one in kept if one is not same), recipe]
    return tuple(sorted(kept, key=lambda one: (one.office, one.table, one.month, one.columns)))


def recipes_toml(recipes: Iterable[Recipe], *, heading: str) -> str:
    """Return the text of a ``recipes.toml``.

    Parameters
    ----------
    heading
        What stands above, for whoever opens the file.
    """
    lines = [f"# {line}" for line in heading.splitlines()]
    for recipe in recipes:
        lines += ["", "[[recipe]]", *(f"{name} = {as_toml(getattr(recipe, name))}" for name in _KINDS)]
    return "\n".join(lines) + "\n"
