"""People across tables: one key per person, then every identifier dropped and every text masked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import Issue, said_once
from needs_analytics.core.mapping import SheetRule
from needs_analytics.core.tables import iter_rows
from needs_analytics.core.wording import plain
from needs_analytics.intake.linkage import FAMILY, link, read_people, stated
from needs_analytics.intake.masking import DROPPED, KnownNames, mask_labels, mask_texts, mask_wordings
from needs_analytics.intake.people import IDENTIFIERS, code_of, household_form_keys, household_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from needs_analytics.core.arrays import Ints
    from needs_analytics.core.cell_map import CellMap
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.mapping import PersonRule
    from needs_analytics.intake.linkage import Doubt, Linked

_SHORTEST = 2  # of a name that is looked for in texts
_ASIDE = re.compile(r"[(（\[][^(（\[)）\]]*[)）\]]")
_SEVERAL = re.compile(r"[、,，/;；&|]")
_PLACES = ("community", "grid", "compound", "site")
_NOBODYS = {
    "places": _PLACES, "register": _PLACES, "menu": ("service", "name"), "supply": ("service", "site"),
    "sites": (*_PLACES, "name"),
}  # fmt: skip
_PEOPLE = ("survey", "usage", "roster", "requests")
_FREE_WORDS = frozenset({"W125", "W141", "W142", "W143", "W210", "W211", "W235", "E102", "E112", "I212"})
_FREE_FIELDS = frozenset({"groups", "group", "eligibility", "participation", "usage_frequency", "satisfaction", "sex"})
_LABELS = frozenset(
    {"file", "sheet", "same", "earlier", "by", "table", "field", "into"}
)  # details that name files, sheets, tables and fields
_TEXTS = ("text", "duty", "nature", "category", "channel", "aware_of")


def without_identifiers(
    tables: dict[str, pd.DataFrame], secret: bytes, names: KnownNames, mapping: OfficeMapping, cells: CellMap
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Replace identifiers by keyed hashes in all tables of people, and mask their texts.

    Of a usage or roster only rows that tell who it is get a key: a name alone, a phone alone and a count of a day do
    not. ``named`` says of a use that it is one person's, known or not.

    Returns
    -------
    The tables, what the offices have to settle about who is who, and the texts that were not kept.
    """
    people = [table for table in _PEOPLE if len(tables[table])]
    if not people:
        return tables, []
    linked, issues = _linked({table: tables[table] for table in people}, secret, mapping, cells)
    ends = np.cumsum([len(tables[table]) for table in people])[:-1]
    parts = (np.split(values, ends) for values in (linked.keys, linked.evidence, linked.known))
    keys = dict(zip(people, zip(*parts, strict=True), strict=True))
    result = dict(tables)
    for table in people:
        frame = tables[table].copy(deep=False)
        key, told, known = keys[table]
        frame["person_key"] = pd.Series(key, index=frame.index, dtype=object)
        if "unit" in frame:  # a household's form is not its head's own answer
            of_homes = frame["unit"] == "户"
            frame.loc[of_homes, "person_key"] = household_form_keys(frame.loc[of_homes, "person_key"], secret)
        if table == "survey":
            frame["linked_by"] = pd.Series(told, index=frame.index, dtype=object).where(told != "", None)
            frame["known_by"] = pd.Series(known, index=frame.index, dtype=object)
        else:
            frame.loc[pd.isna(known), "person_key"] = None
        if table == "usage":
            frame["named"] = _named(frame)
        frame["household_key"] = household_keys(frame, secret)
        if "interviewer" in frame:
            codes = {text: code_of(str(text), secret) for text in frame["interviewer"].dropna().unique()}
            frame["interviewer"] = frame["interviewer"].map(codes).astype(object)
        result[table], dropped = _masked(frame.drop(columns=[*IDENTIFIERS, "ip"], errors="ignore"), table, names, cells)
        issues += dropped
    return result, issues


def _linked(
    frames: Mapping[str, pd.DataFrame], secret: bytes, mapping: OfficeMapping, cells: CellMap
) -> tuple[Linked, list[Issue]]:
    rows = read_people([*frames.values()])
    listed = np.repeat([table != "survey" for table in frames], [*map(len, frames.values())])
    columns = ["file", "digest", "sheet", "row", "unit"]
    where = pd.concat([frame.reindex(columns=columns).astype(object) for frame in frames.values()], ignore_index=True)
    asked = (where["unit"] == "人").to_numpy()
    told = [(rule, _rows_of(rule, where[asked])) for rule in mapping.people]
    pairs = {same: [rows for rule, rows in told if rows and rule.same == same] for same in (True, False)}
    linked = link(rows, secret, asked=asked, listed=listed, same=pairs[True], apart=pairs[False])
    issues = [Issue("W422", details=rule.details()) for rule, rows in told if not rows]
    issues += [
        Issue("W423", details=rule.details())
        for rule, rows in told
        if rows and (linked.keys[rows[0]] == linked.keys[rows[1]]) != rule.same
    ]
    for at, group in enumerate(linked.clashes):
        issues += _clash(where.loc[list(group)], stated(rows.loc[list(group)]), at, cells)
    issues += [_doubt(where, doubt, cells) for doubt in linked.doubts]
    return linked, issues + _crowds(frames, linked.crowded, cells)


def _crowds(frames: Mapping[str, pd.DataFrame], crowded: Mapping[str, Ints], cells: CellMap) -> list[Issue]:
    """Say, column by column, in how many rows a phone, door or card tells nobody; a home shares its door rightly."""
    issues, top = list[Issue](), 0
    for table, frame in frames.items():
        for field, at in crowded.items():
            own = at[(at >= top) & (at < top + len(frame))] - top
            code = "I424" if field == "address" else "W424"
            issues += cells.said(code, table, frame.iloc[own], field, most=FAMILY)
        top += len(frame)
    return issues


def _rows_of(rule: PersonRule, where: pd.DataFrame) -> tuple[int, int] | None:
    """Return the positions of the two rows a rule names; ``None`` where one of them is no answer."""
    found = []
    for file, sheet, row in (rule.first, rule.second):
        meant, there = SheetRule(file=file, sheet=sheet), where[where["row"] == row]
        found += [at for at, path, name in iter_rows(there.reset_index(), "index", "file", "sheet")
                  if meant.applies(str(path), str(name))][:1]  # fmt: skip
    return (found[0], found[1]) if len(found) == 2 else None


def _clash(rows: pd.DataFrame, states: pd.DataFrame, card: int, cells: CellMap) -> list[Issue]:
    """Say of the rows of one card that they contradict one another, once per sheet, each with where the others are.

    ``states`` of an issue tells, in the order of its places, which of them state the same: codes, -1 for nothing.
    """
    codes = np.column_stack([pd.factorize(states[column])[0] for column in states]).tolist()
    refs = cells.refs("survey", rows, "id_card")
    issues = []
    for place in dict.fromkeys((ref.file, ref.sheet) for ref in refs):
        own = [ref for ref in refs if (ref.file, ref.sheet) == place]
        others = "、".join(f"{ref.file}·{ref.sheet}·{ref.cell}" for ref in refs if ref not in own) or "、".join(
            ref.cell for ref in own
        )
        said = tuple(tuple(state) for ref, state in zip(refs, codes, strict=True) if ref in own)
        details = {"others": others, "card": card, "states": said}
        issues.append(said_once([Issue("E420", ref, details=details) for ref in own]))
    return issues


def _doubt(where: pd.DataFrame, doubt: Doubt, cells: CellMap) -> Issue:
    one, other = cells.refs("survey", where.loc[[doubt.first, doubt.second]], "id_card")
    near = one.file == other.file and one.sheet == other.sheet
    details = {"file": one.file, "sheet": one.sheet, "row": (one.row or 0) + 1, "evidence": doubt.evidence,
               "other_file": other.file, "other_sheet": other.sheet, "other_row": (other.row or 0) + 1}  # fmt: skip
    return Issue("W421", one, details=details, also=((other.row, other.column),) if near else ())


def names_in(frames: Mapping[str, Sequence[pd.DataFrame]]) -> KnownNames:
    """Return every resident's name that a name column holds, and the names of places, sites and services."""
    given = _distinct(frames, dict.fromkeys(_PEOPLE, ("name",)))
    names = {part for name in given for part in _SEVERAL.split(_ASIDE.sub("", name).replace(" ", ""))}
    return KnownNames.of((name for name in names if len(name) >= _SHORTEST), _distinct(frames, _NOBODYS))


def _distinct(frames: Mapping[str, Sequence[pd.DataFrame]], columns: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the texts of some tables' columns."""
    return {
        plain(str(text))
        for table, fields in columns.items()
        for frame in frames.get(table, ())
        for field in {*fields} & {*frame.columns}
        for text in frame[field].dropna().unique()
    }


def without_people(frame: pd.DataFrame, columns: Sequence[str], names: KnownNames) -> pd.DataFrame:
    """Mask the columns of a dictionary or ledger that repeat what stands in a cell or a header."""
    free = frame["field"].isin(_FREE_FIELDS) if "field" in frame else pd.Series(True, index=frame.index)
    for column in columns:
        parts = [
            mapped(frame.loc[rows, column], mask, names) for rows, mask in ((free, mask_wordings), (~free, mask_labels))
        ]
        frame = frame.assign(**{column: pd.concat(parts).reindex(frame.index)})
    return frame


def mapped(
    values: pd.Series, mask: Callable[[Iterable[str], KnownNames], dict[str, str]], names: KnownNames
) -> pd.Series:
    """Return a column with each distinct text of it masked."""
    masks = mask((text for text in values.dropna().unique() if isinstance(text, str)), names)
    changed = {text: new for text, new in masks.items() if new != text}
    return values.map(lambda text: changed.get(text, text)) if changed else values


def without_people_said(issues: Iterable[Issue], names: KnownNames) -> list[Issue]:
    """Mask what issues repeat of what stands in cells and headers; days and figures stay as they are."""
    listed = list(issues)
    words = mask_wordings({issue.value for issue in listed if issue.code in _FREE_WORDS}, names)
    labels = mask_labels({issue.value for issue in listed if issue.code not in _FREE_WORDS}, names)
    told = {
        text
        for issue in listed
        for name, text in issue.details.items()
        if name not in _LABELS and isinstance(text, str)
    }
    details = mask_labels(told, names)
    return [
        replace(
            issue,
            value=(words if issue.code in _FREE_WORDS else labels)[issue.value],
            details={
                name: details.get(text, text) if isinstance(text, str) and name not in _LABELS else text
                for name, text in issue.details.items()
            },
        )
        for issue in listed
    ]


def without_names_in_headers(summary: pd.DataFrame, names: KnownNames) -> pd.DataFrame:
    """Mask what a summary of the sheets repeats from their headers."""
    return summary.assign(**{column: mapped(summary[column], mask_wordings, names) for column in ("fields", "unused")})


def _named(frame: pd.DataFrame) -> pd.Series:
    given = pd.Series(False, index=frame.index)
    for column in ("id_card", "phone", "name"):
        if column in frame:
            given |= frame[column].notna()
    return given


def _masked(frame: pd.DataFrame, table: str, names: KnownNames, cells: CellMap) -> tuple[pd.DataFrame, list[Issue]]:
    """Mask the free texts of a table; those that are not kept are said, by their cells and not by their words."""
    issues: list[Issue] = []
    for column in (name for name in _TEXTS if name in frame):
        given = frame[column]
        frame[column] = mapped(given, mask_texts, names)
        issues += cells.said("W013", table, frame[(frame[column] == DROPPED) & (given != DROPPED)], column)
    return frame, issues
