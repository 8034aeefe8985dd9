"""``python docs/generate.py`` writes ``needs.md`` and ``fields.md`` from the codebook; a test keeps them current."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


FOLDER = Path(__file__).parent
_SHOWN = 6


def needs_page(codebook: Codebook) -> str:
    """Return the page of needs, special groups and usual services an office can name."""
    needs = codebook.needs
    parts = [_NEEDS_HEAD.format(needs=len(needs), groups=len(codebook.groups), services=len(codebook.services))]
    for domain, rows in needs.groupby("domain", sort=False):
        first = rows.iloc[0]
        lines = (
            (row["need"], row["name"], row["name_en"], _some(row["synonyms"]), row["resolution_path"])
            for _, row in rows.iterrows()
        )
        parts.append(f"### {first['domain_name']} {first['domain_name_en']} ({domain})\n")
        parts.append(_table(("编码", "需求", "English", "常见说法（节选）", "解决途径"), lines))
    groups = (
        (row["group"], row["name"], row["name_en"], row["definition"], _some(row["value_wordings"]))
        for _, row in codebook.groups.iterrows()
    )
    parts += [_GROUPS_HEAD, _table(("编码", "人群", "English", "认定", "常见写法（节选）"), groups)]
    names = codebook.need_names()
    services = (
        (row["name"], row["name_en"], "、".join(names[need] for need in row["needs"].split(";")), row["eligibility"])
        for _, row in codebook.services.iterrows()
    )
    parts += [_SERVICES_HEAD, _table(("服务", "English", "通常对应的需求", "通常的对象"), services)]
    return "\n".join(parts)


def fields_page(codebook: Codebook) -> str:
    """Return the page of field names, English beside Chinese, table by table."""
    parts = [_FIELDS_HEAD]
    for table, rows in codebook.fields.groupby("table", sort=False):
        parts.append(f"## {text(f'table.{table}')} `{table}`\n")
        lines = (
            (f"`{row['field']}`", row["label"], row["label_en"], _some(row["synonyms"], besides=row["label"]))
            for _, row in rows.iterrows()
        )
        parts.append(_table(("字段 field", "列名", "English header", "也认得（节选）also read"), lines))
    return "\n".join(parts)


def _some(words: str, besides: str = "") -> str:
    listed = [word for word in words.split("|") if word and word != besides]
    return "、".join(listed[:_SHOWN]) + ("……" if len(listed) > _SHOWN else "")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "/") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


_NEEDS_HEAD = """# 需求、人群、服务目录

程序认得的需求有{needs}项，人群{groups}类，常见服务{services}项。
在《题目字典》的“对应需求”、服务菜单的“对应需求”和 `mapping.toml` 里，写名称、编码或“常见说法”里的词都行。
目录里没有的需求，在工作区的 `codebook/needs.csv` 里加一行（列名同程序自带的
[needs.csv](../src/needs_analytics/core/data/needs.csv)，写得出的填，写不出的空着）。

“解决途径”：直接服务的参加供需对接；协调推动、转办上报的列入“需协调和转办事项”。

*The needs, special groups and usual services the tool knows; name, code or any of the wordings may be written.
This page is made from the codebook by `python docs/generate.py`.*

## 需求 Needs
"""

_GROUPS_HEAD = """## 人群 Special groups

调查表的“人群类别”、服务菜单的“服务对象”、人口底册的“人群类别”里用；`[eligibility]` 里写编码： `group=alone_elder`。
"""

_SERVICES_HEAD = """## 常见服务 Usual services

只用来在菜单没写“对应需求”时按名称提出建议（会列出来请核对），和做模板；不会当作本地真有这项服务。
"""

_FIELDS_HEAD = """# 各表的列 Columns of every table

字段名写在 `mapping.toml` 的 `[sheet.fields]` 等号右边，如 `"登记时间" = "date"`。
列名是模板里的写法，“也认得”的写法照样行。
表和规则见 [tables.md](tables.md)，怎样填见 [表格怎么填.md](表格怎么填.md)。

*Field names as `mapping.toml` wants them, beside the headers. Made from the codebook by `python docs/generate.py`.*
"""

if __name__ == "__main__":
    (FOLDER / "needs.md").write_text(needs_page(Codebook.default()), encoding="utf-8")
    (FOLDER / "fields.md").write_text(fields_page(Codebook.default()), encoding="utf-8")
