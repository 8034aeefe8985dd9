"""What every sheet was taken for, and why: one row per block, printed by ``needs check``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.intake.group_columns import attribute_columns, flag_columns
from needs_analytics.intake.senders import sender_of
from needs_analytics.intake.wide_register import wide_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.groups import GroupWords
    from needs_analytics.intake.taken import Taken

COLUMNS = (
    "file",
    "digest",
    "sheet",
    "hidden",
    "office",
    "sender",
    "sender_by",
    "platform",
    "tables",
    "why",
    "marks",
    "header_row",
    "header_rows",
    "rows",
    "asides",
    "fields",
    "questions",
    "unused",
)
_WJX = re.compile(r"\d+_按(?:文本|序号|分数)_(.+?)(?:_\d+)*")
_RETURNED = re.compile(r"(?:_待修改(?:[(（]\d+[)）])?)+$")
_TAIL = re.compile(
    r"([-_ ]?(待修改|修改版?|修订|更正|最终版?|终稿|副本|copy))+$|[(（]\d+[)）]$|[-_ ]v?\d{1,2}$", re.IGNORECASE
)


def office_of(file: str) -> str:
    """Return who sent a file: its folder below the month's, else its name without what marks a later version."""
    folder, _, name = file.rpartition("/")
    if folder:
        return folder.split("/")[0]
    stem = name.rsplit(".", 1)[0]
    export = _WJX.fullmatch(_RETURNED.sub("", stem))
    return export[1] if export else _TAIL.sub("", stem) or name


def sheet_summary(
    taken: Sequence[Taken],
    sheets: Sequence[Sheet],
    mapping: OfficeMapping,
    codebook: Codebook,
    groups: GroupWords,
) -> pd.DataFrame:
    """Return one row per block and one per sheet without any."""
    rows = [_block_row(item, codebook, groups) for item in taken]
    covered = {(row["file"], row["sheet"]) for row in rows}
    for sheet in sheets:
        if (sheet.file, sheet.name) not in covered:
            told = mapping.rule_for(sheet.file, sheet.name).table == "ignore"
            why = "ignored" if told else "explains" if sheet.says_no_data else "hidden" if sheet.hidden else "empty"
            rows.append(
                {
                    "file": sheet.file,
                    "digest": sheet.digest,
                    "sheet": sheet.name,
                    "hidden": sheet.hidden,
                    "office": office_of(sheet.file),
                    "sender": "",
                    "sender_by": "",
                    "platform": "",
                    "tables": "",
                    "why": why,
                    "marks": "",
                    "header_row": 0,
                    "header_rows": 0,
                    "rows": sheet.n_rows if told else 0,
                    "asides": 0,
                    "fields": "",
                    "questions": 0,
                    "unused": "",
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"rows": int, "asides": int, "header_row": int})


def _block_row(item: Taken, codebook: Codebook, groups: GroupWords) -> dict[str, object]:
    block, found, questions, sender = item.block, item.recognition, item.questions, sender_of(item)
    used = {match.column for matches in found.matches.values() for match in matches} | {
        c for q in questions for c in q.columns
    }
    used |= {*found.layout.columns, *found.layout.totals} if found.layout else set()
    if "register" in found.tables:
        used |= set(wide_columns(block.headers, groups))
    free = [column for column, header in enumerate(block.headers) if header.parts and column not in used]
    if "survey" in found.tables:
        flags = flag_columns(block.headers, free, groups) | attribute_columns(block.headers, free, groups)
        free = [column for column in free if column not in flags]
    fields = [
        f"{match.wording}→{codebook.label(table, match.field)}" + ("（近似）" if match.how == "fuzzy" else "")
        for table in found.tables
        for match in found.matches[table]
    ]
    return {
        "file": block.sheet.file,
        "digest": block.sheet.digest,
        "sheet": block.sheet.name,
        "hidden": block.sheet.hidden,
        "office": item.office,
        "sender": sender.name,
        "sender_by": sender.said_by,
        "platform": found.platform,
        "tables": "+".join(found.tables),
        "why": found.why,
        "marks": "、".join(block.export.marks) if block.export and found.platform else "",
        "header_row": block.head + 1 if block.height else 0,
        "header_rows": block.height,
        "rows": 0 if found.why == "form" else len(block.rows),
        "asides": len(block.asides),
        "fields": "；".join(dict.fromkeys(fields)),
        "questions": len(questions),
        "unused": "、".join(block.headers[column].text for column in free),
    }
