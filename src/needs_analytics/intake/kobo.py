"""KoboToolbox and ODK exports: codes and column names brought to their labels by the form's choices sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from needs_analytics.core.records import Column
from needs_analytics.core.wording import key, plain
from needs_analytics.intake.headers import Header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block

_MOST_CHOICES = 5000
Choices = dict[str, dict[str, str]]


def choices_of(sheet: Sheet) -> Choices:
    """Return a choices sheet's lists, each a mapping of names to labels; empty for any other sheet."""
    rows = [[_code(cell) for cell in row] for row in sheet.rows(0, min(sheet.n_rows, _MOST_CHOICES))]
    titles = [key(cell) for cell in rows[0]] if rows else []
    labels = [column for column, title in enumerate(titles) if title == "label" or title.startswith("label::")]
    if not {"list_name", "name"} <= set(titles) or not labels:
        return {}
    chinese = next((column for column in labels if "中文" in titles[column] or "zh" in titles[column]), labels[0])
    lists: Choices = {}
    for row in rows[1:]:
        name, code, label = row[titles.index("list_name")], row[titles.index("name")], row[chinese]
        if name and code:
            lists.setdefault(name, {})[code] = label or code
    return lists


def decode_choices(block: Block, lists: Choices) -> Block:
    """Replace the codes of an export by the labels of its form.

    A question with several answers stands in one column of codes and in a yes/no column per answer; the first is
    dropped beside the others. Groups of questions (``basic/``) leave the column names.
    """
    paths = [key(header.last) for header in block.headers]
    parents = {path.rsplit("/", 1)[0] for path in paths if "/" in path} & set(paths)
    headers, columns = list(block.headers), list(block.sheet.columns)
    for position, path in enumerate(paths):
        parent, _, name = path.rpartition("/")
        if path in parents:
            headers[position] = Header(())
        elif parent in parents:
            siblings = {other.rpartition("/")[2] for other in paths if other.rpartition("/")[0] == parent}
            labels = _list_with(siblings, lists)
            headers[position] = Header((parent.rpartition("/")[2], labels.get(name, name)))
        else:
            headers[position] = Header((name,)) if name else headers[position]
            columns[position] = _decoded(columns[position], block, position, lists)
    sheet: Sheet = replace(block.sheet, columns=tuple(columns))
    return replace(block, headers=tuple(headers), sheet=sheet)


def _decoded(column: Column, block: Block, position: int, lists: Choices) -> Column:
    """Decode a column whose cells are codes of one list, several of them parted by spaces."""
    cells = {_code(value) for value in block.column(position).values} - {""}
    labels = _list_with({code for cell in cells for code in cell.split(" ")}, lists)
    if not labels:
        return column
    several = any(" " in cell for cell in cells)
    values = [_labelled(value, labels, several=several) for value in column.values]
    return Column(column.codes, tuple(values))


def _labelled(value: object, labels: Mapping[str, str], *, several: bool) -> object:
    codes = _code(value).split(" ") if several else [_code(value)]
    return "┋".join(labels[code] for code in codes) if all(code in labels for code in codes) else value


def _list_with(codes: Iterable[str], lists: Choices) -> Mapping[str, str]:
    """Return the shortest list that holds all of these codes, nothing for figures that only look like codes."""
    wanted = set(codes)
    if not wanted or all(code.isdigit() for code in wanted):
        return {}
    fitting: Sequence[dict[str, str]] = [labels for labels in lists.values() if wanted <= set(labels)]
    return min(fitting, key=len, default={})


def _code(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value == int(value) else plain(str(value))
