"""Blocks with what they were taken for to frames by table; a survey's with its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.intake.answer_issues import contradictions, refused_ticks, unknown_options, unsure_scales
from needs_analytics.intake.answers import answer_columns, same_steps
from needs_analytics.intake.frames import Context, Findings, in_content_order, read_frame
from needs_analytics.intake.households import is_household_form, says_nothing, under_their_head
from needs_analytics.intake.recognise import TABLES
from needs_analytics.intake.respondents import read_groups_of
from needs_analytics.intake.twins import twin_fields, twin_questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.intake.lexicon import Words
    from needs_analytics.intake.taken import Taken

_OF_FIELDS = frozenset({"满意度", "使用过"})  # senses of questions that are fields of the survey, if anything


def frames_of(
    taken: Sequence[Taken], words: Words, mapping: OfficeMapping, context: Context, findings: Findings
) -> dict[str, list[pd.DataFrame]]:
    """Read every block into a frame of each table it was taken for."""
    frames: dict[str, list[pd.DataFrame]] = {table: [] for table in TABLES}
    for item in taken:
        part = item.block.sheet
        rule = mapping.rule_for(part.file, part.part_of or part.name)
        for table in item.recognition.tables:
            used = {column for q in item.questions for column in q.columns if q.sense not in _OF_FIELDS}
            used = used if table == "survey" else set()
            matches = [match for match in item.recognition.matches[table] if match.column not in used]
            exact, across = words.tables[table].exact, set(item.recognition.across)
            findings.issues += twin_fields(item.block, matches, exact, context.types[table], used | across)
            frame = read_frame(item.block, table, matches, rule, context, findings, layout=item.recognition.layout)
            if table == "survey":
                frame = _with_answers(frame, item, words, findings)
            frame["office"] = item.office
            frames[table].append(in_content_order(frame, item.block))
    return frames


def _with_answers(frame: pd.DataFrame, item: Taken, words: Words, findings: Findings) -> pd.DataFrame:
    groups, ledger, issues = read_groups_of(item.block, frame, item.recognition, item.questions, words.groups)
    findings.ledger += ledger
    findings.issues += issues
    findings.options += [issue for question in item.questions for issue in unknown_options(item.block, question)]
    findings.issues += refused_ticks(item.block, item.questions)
    findings.issues += contradictions(item.block, item.questions)
    findings.issues += unsure_scales(item.block, item.questions)
    findings.issues += twin_questions(item.block, item.questions)
    answers = pd.DataFrame(answer_columns(item.block, item.questions), index=frame.index)
    platform = item.recognition.platform
    if not platform:
        answers[says_nothing(item.block, item.recognition.matches["survey"], item.questions)] = np.nan
    frame, said = under_their_head(frame, findings.cells)
    findings.issues += said
    unit = "户" if is_household_form(item.questions) else "人"
    steps = same_steps(item.block, item.questions)
    return pd.concat([frame.assign(groups=groups, platform=platform, unit=unit, same_step=steps), answers], axis=1)
