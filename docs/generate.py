"""``python docs/generate.py`` writes the pages made from code (needs, fields, settings, issues)."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.issue import Issue
from needs_analytics.core.messages import LANGUAGES, catalogue, issue_remedy, issue_sentence, issue_title, text
from needs_analytics.core.options import Options

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


def settings_page() -> str:
    """Return the page of all settings of ``needs.toml`` with their defaults."""
    parts = [_SETTINGS_HEAD]
    for section in fields(Options):
        options = getattr(Options(), section.name)
        said = _attributes(type(options))
        lines = (
            (f"`{name}`", _default(getattr(options, name)), _CHINESE[f"{section.name}.{name}"], said[name])
            for name in (field.name for field in fields(options))
        )
        parts.append(f"## `[{section.name}]`\n")
        parts.append(_table(("设置", "缺省值", "意思", "English"), lines))
    return "\n".join(parts)


def issues_page() -> str:
    """Return the page of all codes: what is said, with an example, and what to do."""
    examples = tomllib.loads((FOLDER / "issue_examples.toml").read_text(encoding="utf-8"))
    usual = examples.pop("any")
    own = {name: usual.pop(name) for name in list(usual) if isinstance(usual[name], dict)}
    codes = sorted({key.split(".")[1] for key in catalogue("zh") if key.startswith("issue.")}, key=lambda c: (c[1:], c))
    parts = [_ISSUES_HEAD]
    for digit, heading in _ISSUE_SECTIONS.items():
        parts.append(f"## {heading}\n")
        for code in (code for code in codes if code[1] == digit):
            details = {**usual, **own.get(code, {})}
            parts.append(_issue_entry(Issue(code, value=str(details.pop("value")), details=details)))
    return "\n".join(parts)


def _issue_entry(issue: Issue) -> str:
    """Return a code's title, sentence and remedy, in Chinese and then in English."""
    titles = " ".join(dict.fromkeys(issue_title(issue, language) for language in LANGUAGES))
    lines = [f"### {issue.code} {titles}\n"]
    for language, label in zip(LANGUAGES, ("怎样改", "What to do"), strict=True):
        remedy, _, pasted = issue_remedy(issue, language).partition("\n")
        sentence = f"{issue_sentence(issue, language)} **{label}**{'：' if language == 'zh' else ': '}{remedy}"
        lines.append(f"*{sentence.replace('**', '')}*\n" if language == "en" else f"{sentence}\n")
        if pasted and language == "zh":
            lines.append(f"```text\n{pasted}\n```\n")
    return "\n".join(lines)


def _attributes(kind: type) -> dict[str, str]:
    """Return what a dataclass's docstring says of its fields."""
    section = inspect.cleandoc(kind.__doc__ or "").split("----------\n", 1)[1]
    found = re.findall(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", section, re.MULTILINE)
    return {name: " ".join(said.split()) for names, said in found for name in names.split(", ")}


def _default(value: object) -> str:
    if value is None or value == {}:
        return "（不写）"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "、".join(f"{key or '其他'} {number:g}" for key, number in value.items())
    return "、".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}"


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

_SETTINGS_HEAD = """# 设置 Settings (needs.toml)

都有缺省值，不写就用缺省值。写法如 `[cleaning]` 一行，下面 `youngest_age = 18`。改过的设置会列在报告的口径说明里。

*Every setting has a default. Made from the options by `python docs/generate.py`.*
"""

_ISSUES_HEAD = """# 问题代码 Issue codes

`needs check` 说的每个问题都有代码。
E 开头是肯定有错：这个单元格（行、文件）没有用，或已退回；W 开头是有疑问：照常使用并作标记；I 开头只是说明。
每条写着例句和怎样改；例句里的名称和数字是举例。号码、姓名这样能认出居民的内容，一律写成“＊”。

*Every issue has a code: E is certainly wrong (the cell, row or file is not used), W is doubtful (used and flagged),
I is said for the record. Each entry gives an example sentence and the remedy. Made from the catalogue by
`python docs/generate.py`.*
"""

_ISSUE_SECTIONS = {
    "0": "读取文件 Reading files (0xx)",
    "1": "单元格 Cells (1xx)",
    "2": "工作表、题目和选项 Sheets, questions, options (2xx)",
    "3": "地点和人口底册 Places and register (3xx)",
    "4": "退回、合并和月份 Rows returned, merged, other months (4xx)",
    "5": "服务和服务点 Services and sites (5xx)",
    "6": "样本、加权和人群类型 Sample, weights, segments (6xx)",
    "7": "容量、使用和缺口 Capacity, use, gaps (7xx)",
}

_CHINESE = {
    "reading.largest_file_mb": "一个文件最大多少 MB",
    "reading.largest_inflated_mb": "压缩格式（.xlsx、.ods 等）展开后最大多少 MB",
    "reading.largest_ratio": "展开后最多是原来的多少倍（超过 1 MB 的部分）",
    "reading.most_parts": "一个文件里最多多少个部件",
    "reading.most_cells": "一张表的数据区域最多多少个单元格（行×列）",
    "reading.memory_mb": "读取程序最多用多少 MB 内存",
    "reading.seconds": "一个文件最多读多少秒",
    "reading.processes": "同时读几个文件；不写则按处理器个数",
    "intake.header_rows_searched": "在表的前几行里找表头",
    "intake.need_option_share": "一列的回答里有多大比例是已知需求，才当作需求题",
    "cleaning.youngest_age": "推算多大年龄以上的居民；更小的留着，不计入估计",
    "cleaning.leave_out_doubtful": "答得太快、一路同选、疑似照抄的答卷是否退回；不写则留着、只标记",
    "weights.survey_window": "本月没有答卷时用最近几个月（含本月）的答卷，每早一个月权重减半；1 为只用本月",
    "weights.smallest_class": "加权时某一类的答卷少于几份就与相邻的合并",
    "weights.most_contradictory": "人口底册中同一批人的两个合计相差超过这么大比例时，各项估计慎用",
    "weights.bounds": "权重相对平均值的上下限",
    "weights.tolerance": "加权后各类人数与底册最多差多少（比例）",
    "segments.n_segments": "指定人群类型数；不写则由稳定性决定",
    "segments.largest_k": "最多试几种类型",
    "segments.smallest_share": "一种类型至少占多大比例",
    "segments.least_jaccard": "重复抽样的一致性低于它的类型不公布",
    "segments.fewest_respondents": "答卷少于它时改按年龄段和重点人群划分",
    "segments.n_bootstrap": "重复抽样多少次",
    "segments.block_weights": "各组题目的权重，没写的都是1",
    "segments.random_state": "随机数种子；不变，结果就不变",
    "needs.level": "误差范围的把握",
    "needs.top": "“前几位”指几位",
    "needs.least_n_eff": "有效样本量低于它的不发布",
    "needs.widest_interval": "误差范围达到这么宽的不发布",
    "needs.narrow_interval": "误差范围不超过它的都可发布",
    "needs.widest_relative": "误差范围与占比之比超过它的慎用",
    "needs.widest_composite": "网格合并估计的误差范围超过它的慎用",
    "needs.most_silent": "没有收到其年龄、性别答卷的居民超过这么大比例时，各项需求都不发布",
    "needs.least_replied": "被问的人中作出可用回答的不足这么大比例的不发布",
    "needs.least_coverage": "所在社区和年龄性别有五份以上回答的居民不足这么大比例的慎用",
    "needs.no_change_within": "差异肯定在正负多少以内才写“无明显变化”",
    "needs.false_discovery_rate": "一张表的变化里允许的误报比例",
    "matching.detour": "步行距离是直线距离的几倍",
    "matching.walking_speed": "每分钟走多少米（距离表写分钟时用）",
    "matching.default_radius_m": "没写服务半径的服务点按级别取多少米",
    "matching.priority_groups": "优先安排的重点人群（编码见 needs.md）",
    "gaps.busy": "使用率达到多少算用足",
    "gaps.bad_rating": "评价几分及以下算不满意",
    "gaps.fewest_ratings": "评价少于几条时向全部服务的平均靠拢",
    "gaps.replicates": "区间由多少次模拟得出",
    "gaps.widest_relative": "缺口区间与缺口之比超过它的慎用",
    "gaps.reach_shift_m": "半径加减多少米看影响",
    "gaps.average_orders": "既不符合条件又离得太远的，是否两头各算一半；不写则算作不符合条件",
    "gaps.short_share": "没有服务、距离太远和名额已满合计超过需求的多大比例，在标准对照中算“不够用”",
    "gaps.random_state": "随机数种子",
    "disclosure.threshold": "少于几人的数字不公开",
    "disclosure.base": "公开的数字按几取整",
    "report.formats": "出哪几种报告",
    "report.body_rows": "正文里一张表列几行（Excel 里是全部）",
    "report.balance_limit": "与人口的标准化差异超过它的，算偏多或偏少",
}

if __name__ == "__main__":
    (FOLDER / "needs.md").write_text(needs_page(Codebook.default()), encoding="utf-8")
    (FOLDER / "fields.md").write_text(fields_page(Codebook.default()), encoding="utf-8")
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")
    (FOLDER / "issues.md").write_text(issues_page(), encoding="utf-8")
