"""An office's recipes: what its sheets were taken for, how the next month's differ."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.identifiers import without_identifiers
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.recipes import Recipe, column_key, office_key
from needs_analytics.intake.masking import mask_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from needs_analytics.core.mapping import SheetRule
    from needs_analytics.core.month import Month
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.fields import Vocabulary
    from needs_analytics.intake.masking import KnownNames
    from needs_analytics.intake.recognise import Recognition
    from needs_analytics.intake.taken import Taken

_SURE = frozenset({"told", "recipe", "headers", "platform", "across"})


def columns_of(block: Block) -> tuple[str, ...]:
    """Return a block's headers as they are compared from month to month."""
    return tuple(column_key(header.text) for header in block.headers if header.parts)


def with_recipe(rule: SheetRule, recipe: Recipe, tables: Mapping[str, Vocabulary]) -> SheetRule:
    """Return what the office told of a sheet, its recipe after it; a line of ``[headers]`` is told as well."""
    told = {wording for table in recipe.table.split("+") for wording in tables[table].told}
    known = {wording: field for wording, field in recipe.fields.items() if wording not in told}
    return replace(rule, table=recipe.table, fields={**known, **rule.fields})


def recipes_of(taken: Iterable[Taken], month: Month, names: KnownNames) -> tuple[Recipe, ...]:
    """Return what the sheets were taken for, where that is sure; forms and dictionaries are read anew every month.

    A header that names a resident is not remembered, nor is a sheet of a file that does.
    """
    return tuple(
        Recipe(
            office_key(item.office), "+".join(found.tables), str(month),
            tuple(column for column in columns_of(item.block) if _is_nobodys(column, names)),
            {column: name for column, name in _fields(found).items() if _is_nobodys(column, names)},
        )
        for item in taken
        if (found := item.recognition).tables and found.why in _SURE and "questions" not in found.tables
        and item.block.height and _is_nobodys(without_identifiers(item.office), names)
    )  # fmt: skip


def _is_nobodys(wording: str, names: KnownNames) -> bool:
    return mask_labels([wording], names)[wording] == wording


def said_of_recipe(block: Block, recipe: Recipe | None) -> list[Issue]:
    """Say which columns of an office's sheet are new or gone since the month its recipe is of."""
    if recipe is None:
        return []
    columns = columns_of(block)
    new = [column for column in columns if column not in recipe.columns]
    gone = [column for column in recipe.columns if column not in columns]
    if not new and not gone:
        return []
    lost = any(column in recipe.fields for column in gone)
    details = {"month": recipe.month, "new": "、".join(new) or "—", "gone": "、".join(gone) or "—"}
    return [Issue("W240" if lost else "I240", CellRef(block.sheet.file, block.sheet.name, block.head), details=details)]


def _fields(found: Recognition) -> dict[str, str]:
    if len(found.tables) > 1 or found.layout:
        return {}
    (table,) = found.tables
    return {column_key(match.wording): match.field for match in found.matches[table]}
