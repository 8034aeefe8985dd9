"""A recognised block to a typed frame with its provenance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.cell_map import CellMap, Stretch
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.tables import ORDINAL, OWN_COLUMN
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.across import unfolded
from needs_analytics.intake.ages import AgeRange, are_age_codes
from needs_analytics.intake.coordinates import coordinates, crs_in, right_way_round
from needs_analytics.intake.crosstab import month_of, month_of_sheet
from needs_analytics.intake.dates import settled
from needs_analytics.intake.numbers import read_count
from needs_analytics.intake.periods import periods_told
from needs_analytics.intake.reading import Reader, Reading
from needs_analytics.intake.register_totals import contradictions
from needs_analytics.intake.terms import read_text, read_verbatim
from needs_analytics.intake.typed import PERSONAL, VERBATIM, read_column, reader_for
from needs_analytics.intake.wide_register import WideColumn, wide_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.arrays import Objects
    from needs_analytics.core.issue import Place
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.mapping import SheetRule
    from needs_analytics.core.month import Month
    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.crosstab import Crosstab
    from needs_analytics.intake.fields import FieldMatch
    from needs_analytics.intake.groups import GroupWords

_BASIS = re.compile(r"[(（]?(?:户籍|常住|实有|流动)(?:人口|人数|数)?[)）]?")
_TOP = 5.0  # the best rating
_MONEY_SCALES = ((re.compile(r"万元|[(（]万[)）]"), 10_000), (re.compile(r"千元|[(（]千[)）]"), 1_000))


@dataclass(frozen=True, slots=True)
class Context:
    """What every block is read with."""

    month: Month
    groups: GroupWords
    mapping: OfficeMapping
    types: Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Findings:
    """What was logged and found wrong along the way; filled by one call of ``take_in`` and then frozen."""

    ledger: list[tuple[object, ...]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    options: list[Issue] = field(default_factory=list)
    stretches: dict[tuple[str, str, str], tuple[Stretch, ...]] = field(default_factory=dict)

    def place(self, block: Block, table: str, stretch: Stretch) -> None:
        """Note where the fields of a block stand."""
        where = (table, block.sheet.digest, block.sheet.name)
        self.stretches[where] = (*self.stretches.get(where, ()), stretch)

    @property
    def cells(self) -> CellMap:
        """Where the fields of all blocks stand."""
        return CellMap(self.stretches)


def provenance(block: Block) -> pd.DataFrame:
    """Return where each data row of a block stands; ``row`` is 1-based as a spreadsheet counts."""
    sheet = block.sheet
    return pd.DataFrame({"file": sheet.file, "digest": sheet.digest, "sheet": sheet.name, "row": block.rows + 1})


def in_content_order(frame: pd.DataFrame, block: Block) -> pd.DataFrame:
    """Return a frame of a block in the order of what its rows hold, with the row each would stand in (``ORDINAL``).

    All that follows is then the same in whatever order an office has put its rows.
    """
    places = block.ranks()[np.searchsorted(block.rows, frame["row"].to_numpy() - 1)]
    frame = frame.assign(**{ORDINAL: block.rows[places] + 1})
    if (np.diff(places) >= 0).all():
        return frame
    return frame.take(np.argsort(places, kind="stable")).reset_index(drop=True)


def read_frame(
    block: Block, table: str, matches: Sequence[FieldMatch], rule: SheetRule, context: Context, findings: Findings, *,
    layout: Crosstab | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Read the matched columns of a block into a frame of the table's fields.

    Ages and age bands become ``age_low`` and ``age_high``; a field the office gave as a constant is filled in; what
    is laid out across is brought under each other.
    """
    types = context.types[table]
    counted = _counted_columns(block, context.groups) if table == "register" else {}
    matches = [match for match in matches if match.column not in counted]
    columns = _read_columns(block, table, matches, context, findings)
    findings.place(
        block, table, Stretch(block.head, _positions(matches, types), _headed(block, counted, table, layout))
    )
    columns = right_way_round(block, table, matches, columns, findings)
    if table in {"sites", "places"} and "crs" not in columns:
        columns |= _stated_crs(block, matches)
    unnamed = {"crs": context.mapping.crs} if context.mapping.crs and "crs" not in columns else {}
    for name, value in {**unnamed, **rule.constants}.items():
        if name in types:
            reader = reader_for(types[name], name, month=context.month, groups=context.groups, mapping=context.mapping)
            columns[name] = np.full(len(block.rows), reader(value).value, dtype=object)
    frame = pd.concat([provenance(block), _finished(columns, types, len(block.rows))], axis=1)
    if not {"community", "compound"} & set(columns):
        frame = frame.assign(section=block.sections(), about="\x1f".join(_about(block)))
    if table == "supply":
        frame = frame.assign(**periods_told(block, frame, matches))
    if layout is not None and layout.table == table:
        return unfolded(block, frame, layout, context.month, findings)
    if table == "usage" and not {"date", "month"} & set(frame.columns):
        frame["month"] = month_of([*block.titles, block.sheet.name, block.sheet.file], context.month) or None
    if table == "survey":
        frame["told_month"] = month_of_sheet(block.sheet.name, context.month) or None
        findings.issues += _of_the_coming_month(frame, context.month)
    if table == "register":
        persons = next((match.column for match in matches if match.field == "persons"), None)
        findings.issues += contradictions(block, frame, counted, context.groups, persons)
        return _register(block, frame, counted, findings)
    return frame


def _of_the_coming_month(frame: pd.DataFrame, month: Month) -> list[Issue]:
    """Say which rows without a date stand in a sheet that is named after the coming month."""
    coming = str(month.shift(1))
    rows = frame[frame["told_month"] == coming]
    rows = rows[rows["date"].isna()] if "date" in rows else rows
    if rows.empty:
        return []
    file, sheet, row = rows[["file", "sheet", "row"]].iloc[0]
    details = {"sheet": sheet, "count": len(rows)}
    return [Issue("W156", CellRef(str(file), str(sheet), int(row) - 1), coming, details)]


_ALSO = {"age": ("age_low", "age_high"), "age_band": ("age_low", "age_high"), "coordinate_pair": ("lon", "lat")}


def _positions(matches: Sequence[FieldMatch], types: Mapping[str, str]) -> dict[str, int]:
    """Return field to column, also of the fields a column is read into."""
    return {
        name: match.column for match in matches for name in (match.field, *_ALSO.get(types.get(match.field, ""), ()))
    }


def _headed(
    block: Block, counted: Mapping[int, WideColumn], table: str, layout: Crosstab | None
) -> dict[int, dict[str, Place]]:
    """Return where a table laid out across has what each of its columns tells."""
    if layout is None or layout.table != table:
        return {column: {"persons": (None, column)} for column in counted}
    return {
        column: {layout.value: (None, column)}
        | {name: _header_cell(block, column, text) for name, text in told.items()}
        for column, told in layout.columns.items()
    }


def _header_cell(block: Block, column: int, text: str) -> Place:
    """Return the header's cell with a text that heads a column: its own, or the last filled one to its left."""
    for row, cells in enumerate(block.sheet.rows(block.head, block.head + block.height), start=block.head):
        filled = next((place for place in range(column, -1, -1) if key(str(cells[place]))), column)
        if plain(str(cells[filled])) == plain(text):
            return row, filled
    return block.head + block.height - 1, column


def _read_columns(
    block: Block, table: str, matches: Sequence[FieldMatch], context: Context, findings: Findings
) -> dict[str, Objects]:
    types = context.types[table]
    columns: dict[str, Objects] = {}
    for match in matches:
        kind = types.get(match.field, "drop")
        if kind == "drop":
            continue
        if kind == "coordinate_pair":
            columns |= coordinates(block, match, table, findings)
            continue
        if table == "survey" and kind == "age" and are_age_codes(block.column(match.column)):
            where = block.header_cell(match.column)
            findings.issues.append(Issue("W126", where, match.wording, {"table": table, "field": match.field}))
            columns[match.field] = np.full(len(block.rows), None, dtype=object)
            continue
        reader = reader_for(kind, match.field, month=context.month, groups=context.groups, mapping=context.mapping)
        if table == "questions" and kind == "needs":
            reader = read_verbatim
        if kind == "date":
            reader = settled(reader, block.column(match.column).values)
        if kind == "satisfaction":
            reader = rating_reader(block.column(match.column), reader, top=_TOP if block.sheet.template else None)
        typed = read_column(block, match.column, table, match.field, reader, personal=kind in PERSONAL)
        columns[match.field] = _scaled(typed.values, kind, match.wording)
        if kind == "eligibility":  # the office's own words are printed, the expression is computed with
            columns["eligibility_text"] = read_column(block, match.column, table, match.field, read_text).values
        findings.ledger += typed.ledger
        findings.issues += typed.issues
    return columns


def _stated_crs(block: Block, matches: Sequence[FieldMatch]) -> dict[str, Objects]:
    """Return the coordinate system that the headers of the coordinates, or else title and notes, name."""
    headers = [match.wording for match in matches if match.field in {"lon", "lat", "lonlat"}]
    if not headers:
        return {}
    notes = [cell for row in block.asides for cell in map(str, block.sheet.rows(row, row + 1)[0])]
    found = next((crs for crs in map(crs_in, [*headers, *block.titles, *notes]) if crs), "")
    return {"crs": np.full(len(block.rows), found, dtype=object)} if found else {}


def _about(block: Block) -> tuple[str, ...]:
    """Return the titles above a table and its sheet's name, where a community may be named; a file's name says less."""
    name, file = block.sheet.name, block.sheet.file.rpartition("/")[2]
    return (*block.titles, "" if name == file.rpartition(".")[0] else name)


def _scaled(values: Objects, kind: str, wording: str) -> Objects:
    """Apply what the header says of the unit: 万元, 千元."""
    scale = next((scale for header, scale in _MONEY_SCALES if header.search(wording)), 1) if kind == "money" else 1
    return values if scale == 1 else np.array([value if value is None else value * scale for value in values], object)


def rating_reader(column: Column, reader: Reader, *, top: float | None = None) -> Reader:
    """Return a reader of ratings on the scale the column uses: 1–5, 1–10 or 1–100; what lies outside is refused.

    The scale is that of nine ratings in ten, so that one stray 9 among ratings of 1–5 is an error and not a scale;
    ``top`` is given where the form says it.
    """
    counts = np.bincount(column.codes, minlength=len(column.values))
    figures = [reader(value).value for value in column.values]
    known = [(value, count) for value, count in zip(figures, counts, strict=True) if isinstance(value, float)]
    usual = float(np.quantile(np.repeat([v for v, _ in known], [n for _, n in known]), 0.9)) if known else _TOP
    top = top or (_TOP if usual <= _TOP else 10.0 if usual <= 10 else 100.0)

    def read(cell: object) -> Reading:
        reading = reader(cell)
        if not isinstance(reading.value, float):
            return reading
        if not 0 < reading.value <= top:
            return Reading(None, "refused", "E127", f"1–{top:g}")
        return reading if top == _TOP else Reading(reading.value * _TOP / top, "normalised")

    return read


def _finished(columns: Mapping[str, Objects], types: Mapping[str, str], rows: int) -> pd.DataFrame:
    frame: dict[str, object] = {}
    for name, values in columns.items():
        kind = types.get(name, "text")
        if kind in {"age", "age_band"}:
            frame["age_low"] = np.array([value.low if isinstance(value, AgeRange) else np.nan for value in values])
            frame["age_high"] = np.array([value.high if isinstance(value, AgeRange) else np.nan for value in values])
        elif kind == "date":
            frame[name] = pd.to_datetime(pd.Series(values, dtype=object))
        elif name not in VERBATIM and kind in {
            "integer",
            "number",
            "money",
            "coordinate",
            "distance",
            "duration",
            "frequency",
            "level",
            "satisfaction",
            "yes_no",
        }:
            frame[name] = pd.Series(values, dtype=object).astype(float)
        else:
            frame[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(frame, index=pd.RangeIndex(rows))


def _register(block: Block, frame: pd.DataFrame, counted: Mapping[int, WideColumn], findings: Findings) -> pd.DataFrame:
    """Bring a register to one row per population cell; a wide one is melted."""
    if counted:
        parts = [_melted(block, frame, column, people, findings) for column, people in counted.items()]
        frame = pd.concat(parts, ignore_index=True)
    if "group" not in frame:
        return frame
    frame, others = with_others(frame)
    if others:
        where = CellRef(block.sheet.file, block.sheet.name)
        findings.issues.append(Issue("I312", where, details={"count": others}))
    return frame


def _counted_columns(block: Block, groups: GroupWords) -> dict[int, WideColumn]:
    """Return the columns of a register that count people of an age, a sex or a group; one alone is a field."""
    wide = wide_columns(block.headers, groups)
    counted = {column: people for column, people in wide.items() if _is_counted(block, column)}
    return counted if len(counted) >= 2 else {}


def with_others(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Make rows of no special group (无) population cells: everybody else, added to the groups counted beside them.

    Returns
    -------
    The register, and how many rows stood for everybody else beside the groups of the same place, age and sex.
    """
    others = frame["group"] == ""
    keys = [name for name in ("file", "sheet", "community", "grid", "age_low", "age_high", "sex") if name in frame]
    named = frame["group"].notna() & ~others
    whole = frame.groupby(keys, dropna=False)["group"].transform(lambda groups: groups.isna().any()).astype(bool)
    counted = frame["persons"].where(named, 0.0)
    groups = counted.groupby([frame[name] for name in keys], dropna=False).transform("sum")
    beside = others & ~whole & (groups > 0)
    persons = frame["persons"].where(~beside, frame["persons"] + groups)
    return frame.assign(persons=persons, group=frame["group"].where(~others, None)), int(beside.sum())


def basis_column(block: Block) -> int | None:
    """Return the column of a register that tells registered people (户籍) from residents (常住), if any."""
    for position, header in enumerate(block.headers):
        if header.parts and _tells_basis(block.column(position)):
            return position
    return None


def _tells_basis(column: Column) -> bool:
    words = (word for value in column.values if (word := plain(str(value))))
    first = next(words, "")
    return bool(_BASIS.fullmatch(first) and first) and all(_BASIS.fullmatch(word) for word in words)


def without_other_basis(block: Block) -> tuple[Block, int]:
    """Set aside a register's rows of registered people where rows of residents stand beside them."""
    position = basis_column(block)
    if position is None:
        return block, 0
    column = block.column(position)
    words = [plain(str(value)) for value in column.values]
    registered = np.array(["户籍" in word for word in words])[column.codes]
    if not registered.any() or not any("常住" in word for word in words):
        return block, 0
    asides = block.asides | {int(row): "basis" for row in block.rows[registered]}
    return replace(block, rows=block.rows[~registered], asides=asides), int(registered.sum())


def _is_counted(block: Block, column: int) -> bool:
    figures = [read_count(value).value for value in block.column(column).values if key(str(value))]
    return sum(isinstance(figure, float) for figure in figures) >= 0.8 * len(figures) > 0


def _melted(block: Block, frame: pd.DataFrame, column: int, people: WideColumn, findings: Findings) -> pd.DataFrame:
    """Return the people one column counts; what the column does not tell, the row's own columns may."""
    typed = read_column(block, column, "register", "persons", read_count)
    findings.ledger += typed.ledger
    findings.issues += typed.issues
    part = frame.drop(columns=["persons"], errors="ignore").copy()
    part["persons"] = pd.Series(typed.values, dtype=object).astype(float)
    part[OWN_COLUMN] = float(column)
    if people.sex or "sex" not in part:
        part["sex"] = people.sex or None
    if people.group or "group" not in part:
        part["group"] = people.group or None
    if people.age or "age_low" not in part:
        part["age_low"] = people.age.low if people.age else np.nan
        part["age_high"] = people.age.high if people.age else np.nan
    return part
