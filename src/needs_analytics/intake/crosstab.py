"""Tables laid out across: services, sites, communities or months as columns, their counts or minutes below."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needs_analytics.core.month import Month
from needs_analytics.core.wording import key
from needs_analytics.errors import UsageError
from needs_analytics.intake.contents import share, shows_count
from needs_analytics.intake.numbers import read_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.records import Column
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.names import Names

TOTAL = re.compile(r"(当日|全月|本月|全年|年度|人次|人数|总)?(合计|小计|总计|累计|共计|总数|总量)(人次|人数)?")
_MEASURES = (("次", re.compile(r"人?次数?|服务量|使用次数|来的人次")), ("人", re.compile(r"人数|来的人数|服务人数")))
_TENDAY = {"上旬": 1, "中旬": 11, "下旬": 21}
_MONTH = re.compile(r"(?:(\d{4})年)?(\d{1,2})月份?")
_AGES = re.compile(r"\d{1,3}(岁|周岁)?[-—~～至到]\d{1,3}(周?岁)?|\d{1,3}(周?岁)?(及以上|以上|及以下|以下)")
_YEAR = re.compile(r"(20\d\d)\s*年?")
_TIMED = re.compile(r"分钟|小时|钟头|走|多久|多长时间|用时")
_FAR = re.compile(r"距离|多远|路程|公里|米")
_KNOWN = 0.5  # share of a header level's texts that must be known names of one kind
_COUNTS = 0.6  # share of a column's filled cells that must be figures
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Crosstab:
    """Columns whose cells are values of one field, each with what its header says of them.

    Attributes
    ----------
    table, value
        ``usage`` with ``count``, or ``distances`` with ``minutes`` or ``metres``.
    columns
        Column to the fields its header gives (``service``, ``site``, ``community``, ``month``, ``date``).
    totals
        Columns that only sum others up.
    """

    table: str
    value: str
    columns: Mapping[int, Mapping[str, str]]
    totals: tuple[int, ...] = ()
    dimensions: frozenset[str] = field(default_factory=frozenset)


def crosstab(block: Block, names: Names, month: Month) -> Crosstab | None:
    """Return how a block is laid out across, ``None`` where it is not."""
    levels = _levels(block)
    kinds = [_kind_of_level(level, names) for level in levels]
    said = {column: _said(column, levels, kinds, block, month) for column in range(len(block.headers))}
    totals = tuple(column for column, header in enumerate(block.headers) if any(map(_is_total, header.parts)))
    across = {
        column: fields
        for column, fields in said.items()
        if fields and column not in totals and share(block.column(column), _is_value) >= _COUNTS
    }
    across = _preferred(across, block)
    if len(across) < _FEWEST or not any(_counts(block.column(column)) for column in across):
        return None
    dimensions = frozenset(name for fields in across.values() for name in fields)
    if len({tuple(sorted(fields.items())) for fields in across.values()}) < len(across):
        return None
    table, value = _meaning(block, dimensions, names)
    return Crosstab(table, value, across, totals, dimensions) if table else None


def heads_across(text: str) -> bool:
    """Whether a text heads a column of a table laid out across: a month, ten days, an age band, a total."""
    word = key(text)
    return word in _TENDAY or bool(_MONTH.fullmatch(word) or _AGES.fullmatch(word) or _is_total(text))


def month_of(texts: Sequence[str], month: Month) -> str:
    """Return the one month a title or a file name states, ``""`` where it states none or several."""
    found = set()
    for text in texts:
        plain = key(text)
        year = _YEAR.search(plain)
        span = re.search(r"\d{1,2}\s*[-—~～至到]\s*\d{1,2}月", plain)
        for hit in () if span else _MONTH.finditer(plain):
            if not re.match(r"\d{1,2}日", plain[hit.end() :]):
                found.add(_month_text(hit[1] or (year[1] if year else ""), hit[2], month))
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def month_of_sheet(name: str, month: Month) -> str:
    """Return the month that a sheet is named after (9月, 2026年9月), ``""`` for any other name.

    A month without a year that is still to come is last year's: sheets for 1月 to 12月 are kept from year to year. The
    coming month is itself: a slip, or sent too early.
    """
    hit = _MONTH.fullmatch(key(name))
    if not hit:
        return ""
    found = _month_text(hit[1] or "", hit[2], month)
    last_years = found > str(month.shift(1)) and not hit[1]
    return _month_text(str(month.year - 1), hit[2], month) if last_years else found


def _levels(block: Block) -> list[list[str]]:
    """Return the headers level by level, the lowest last; a header of fewer levels stands on the lowest."""
    height = max((len(header.parts) for header in block.headers), default=0)
    padded = [("",) * (height - len(header.parts)) + header.parts for header in block.headers]
    return [[parts[level] for parts in padded] for level in range(height)]


def _kind_of_level(level: Sequence[str], names: Names) -> str:
    """Return what the texts of a header level are names of: the kind that half of them, and two, are."""
    texts = [text for text in dict.fromkeys(level) if text and not _is_total(text) and not _measure(text)]
    if len([text for text in texts if _period(text, Month(2000, 1))]) >= _FEWEST:
        return "period"
    counts = Counter(kind for text in texts for kind in names.kinds(text)[:1])
    if not counts:
        return ""
    kind, known = counts.most_common(1)[0]
    plausible = [text for text in texts if not _is_row_title(text)]
    return kind if known >= _FEWEST and known >= _KNOWN * len(plausible) else ""


def _said(
    column: int, levels: Sequence[Sequence[str]], kinds: Sequence[str], block: Block, month: Month
) -> dict[str, str]:
    fields: dict[str, str] = {}
    for level, kind in zip(levels, kinds, strict=True):
        text = level[column]
        if not text or not kind or _is_row_title(text) or _measure(text):
            continue
        if kind == "period":
            fields |= _period(text, month, block.titles)
        else:
            fields[kind] = text
    return fields


def _period(text: str, month: Month, titles: Sequence[str] = ()) -> dict[str, str]:
    word = key(text)
    stated = month_of(titles, month) or str(month)
    if word in _TENDAY:
        return {"date": f"{stated}-{_TENDAY[word]:02d}"}
    hit = _MONTH.fullmatch(word)
    years = {found[1] for title in titles for found in _YEAR.finditer(key(title))}
    year = hit[1] or (years.pop() if len(years) == 1 else "") if hit else ""
    return {"month": _month_text(year, hit[2], month)} if hit else {}


def _month_text(year: str, number: str, month: Month) -> str:
    try:
        return str(Month.parse(f"{year or month.year}-{int(number):02d}"))
    except UsageError:
        return ""


def _is_total(text: str) -> bool:
    return TOTAL.fullmatch(key(text)) is not None


def _counts(column: Column) -> bool:
    """Whether a column holds more than ticks."""
    return any(isinstance(value, float) and value > 1 for value in (read_count(cell).value for cell in column.values))


def _measure(text: str) -> str:
    word = key(text)
    return next((unit for unit, pattern in _MEASURES if pattern.fullmatch(word)), "")


_ROW_TITLES = frozenset(
    [
        "序号",
        "编号",
        "日期",
        "时间",
        "星期",
        "月份",
        "社区",
        "村",
        "村居",
        "村(居)",
        "服务",
        "服务项目",
        "服务名称",
        "项目",
        "事项",
        "服务点",
        "点位",
        "站点",
        "地点",
        "网格",
        "备注",
        "说明",
        "单位",
        "负责人",
        "办了几次",
        "场次",
        "次数",
        "年龄段",
        "性别",
    ]
)


def _is_row_title(text: str) -> bool:
    return key(text) in _ROW_TITLES


def _is_value(cell: object) -> bool:
    return shows_count(cell) or bool(_TIMED.search(key(str(cell)))) or bool(re.search(r"\d", key(str(cell))))


def _preferred(across: Mapping[int, dict[str, str]], block: Block) -> dict[int, dict[str, str]]:
    """Keep 人次 where the same thing is also counted as 人数, and only columns that measure."""
    units = {column: next((_measure(part) for part in reversed(block.headers[column].parts) if _measure(part)), "")
             for column in across}  # fmt: skip
    if "次" in units.values():
        return {column: fields for column, fields in across.items() if units[column] != "人"}
    return dict(across)


def _meaning(block: Block, dimensions: frozenset[str], names: Names) -> tuple[str, str]:
    """Return which table the values belong to, and which of its fields they are."""
    texts = "".join([*block.titles, block.sheet.name, *(header.text for header in block.headers)])
    down = set(names.columns(block, ()).values())
    if dimensions <= {"site"} and "community" in down:
        unit = "minutes" if _TIMED.search(texts) else "metres" if _FAR.search(texts) else ""
        if unit:
            return "distances", unit
    has_service = "service" in dimensions or "service" in down or _has_title(block, "服务")
    return ("usage", "count") if has_service else ("", "")


def _has_title(block: Block, word: str) -> bool:
    return any(key(header.last).startswith(word) for header in block.headers) or any(
        key(header.last) in {"项目", "事项", "项目名称", "活动"} for header in block.headers
    )
