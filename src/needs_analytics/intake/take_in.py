"""Intake: raw sheets to typed tables without identifiers, with every doubt said and every change logged."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.ledger import LEDGER_COLUMNS, flagged
from needs_analytics.core.mapping import Mapping as OfficeMapping
from needs_analytics.core.month import Month
from needs_analytics.core.options import IntakeOptions
from needs_analytics.core.records import Intake
from needs_analytics.intake.answer_issues import once_each
from needs_analytics.intake.counted_once import counted_once, without_copies, without_replaced
from needs_analytics.intake.dictionary import (
    Entry,
    for_offices,
    read_entries,
    unknown_senses,
    unmatched,
    unusable_needs,
)
from needs_analytics.intake.dictionary_settings import unusable_settings
from needs_analytics.intake.dictionary_table import counted, dictionary_table
from needs_analytics.intake.fields import field_types
from needs_analytics.intake.frames import Context, Findings, read_frame
from needs_analytics.intake.join import join_tables
from needs_analytics.intake.join_people import (
    names_in,
    without_names_in_headers,
    without_people,
    without_people_said,
)
from needs_analytics.intake.labels import without_people_in_labels
from needs_analytics.intake.lexicon import collect_words
from needs_analytics.intake.look import Look, take, with_names
from needs_analytics.intake.platforms import find_export
from needs_analytics.intake.platforms.month import decode_month
from needs_analytics.intake.recipes import recipes_of
from needs_analytics.intake.recognise import TABLES, Recognition, recognise
from needs_analytics.intake.said import said_of, said_of_hidden
from needs_analytics.intake.splitting import find_blocks
from needs_analytics.intake.summary import office_of, sheet_summary
from needs_analytics.intake.table_frames import frames_of
from needs_analytics.intake.taken import Taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.recipes import Recipe
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.lexicon import Words
    from needs_analytics.intake.questions import Question

_WORDINGS = ("question", "option", "wording")


def take_in(
    sheets: Sequence[Sheet],
    *,
    codebook: Codebook,
    month: str | Month,
    key: bytes | None = None,
    mapping: OfficeMapping | None = None,
    options: IntakeOptions | None = None,
    recipes: Sequence[Recipe] = (),
) -> Intake:
    """Turn raw sheets into typed tables.

    Parameters
    ----------
    sheets
        From :func:`needs_analytics.read_workbooks`; its refusals are carried along.
    codebook
        Needs, groups and header wordings.
    month
        The calendar month the workbooks were sent for; dates without a year are of its year.
    key
        Secret of the keyed hashes; ``None`` makes a one-off key and says so (persons are then not recognised again
        in another month).
    mapping
        What the office told about its sheets.
    options
        How sheets are recognised.
    recipes
        What the offices' sheets were taken for in earlier months; what ``mapping`` says comes first.

    Returns
    -------
    Intake
        Identifiers are replaced by keys and free text is masked.
    """
    options, mapping, month = options or IntakeOptions(), mapping or OfficeMapping(), Month.parse(month)
    words = collect_words(codebook, mapping)
    context = Context(month, words.groups, mapping, {table: field_types(codebook, table) for table in TABLES})
    findings = Findings(issues=list(getattr(sheets, "issues", ())))
    if key is None:
        findings.issues.append(Issue("I001"))
    secret = key or secrets.token_bytes(32)
    found = [(sheet, block) for sheet in sheets for block in _blocks(sheet, words, mapping, options)]
    blocks, earlier = without_replaced(found, getattr(sheets, "replaced", {}))
    exports = decode_month(blocks, words.needs.covered, words.tables["survey"])
    blocks = list(exports.blocks)
    findings.issues += exports.issues
    entries = _dictionary(blocks, words, context, codebook.need_names(), findings)
    look = Look(words, mapping, options, entries, month, recipes)
    looked = [
        Taken(block, Recognition(block, ("questions",), {"questions": ()}, "form", form), [], "", 0)
        if (form := exports.forms.get((sheet.file, sheet.name)))
        else take(sheet, block, look)
        for sheet, block in blocks
    ]
    taken = without_copies(counted_once(with_names(looked, look), exports.links), mapping)
    frames = frames_of(taken, words, mapping, context, findings)
    findings.issues += once_each(findings.options, words.needs, codebook.need_names())
    surveys = [(item.office, item.block, item.questions) for item in taken if "survey" in item.recognition.tables]
    findings.issues += unmatched(entries, surveys)
    names = names_in(frames)
    tables, joined, changed = join_tables(
        frames, codebook=codebook, mapping=mapping, secret=secret, month=month, words=words.needs, names=names,
        cells=findings.cells,
    )  # fmt: skip
    findings.issues += joined
    findings.ledger += [*changed, *flagged(joined)]
    findings.issues += [issue for item in taken for issue in said_of(item, words)]
    findings.issues += said_of_hidden(sheets, mapping)
    findings.issues += [issue for item in earlier for issue in item.doubts]
    taken_in = Intake(
        tables=tables,
        sheets=without_names_in_headers(
            sheet_summary([*taken, *earlier], sheets, mapping, codebook, words.groups), names
        ),
        questions=without_people(dictionary_table(_asked(taken), words.needs), _WORDINGS, names),
        issues=tuple(without_people_said(findings.issues, names)),
        ledger=without_people(pd.DataFrame(findings.ledger, columns=list(LEDGER_COLUMNS)), ("old", "new"), names),
        month=month,
        codebook=codebook,
        recipes=recipes_of(taken, month, names),
        cells=findings.cells,
    )
    return without_people_in_labels(taken_in, sheets, names)


def _blocks(sheet: Sheet, words: Words, mapping: OfficeMapping, options: IntakeOptions) -> list[Block]:
    rule = mapping.rule_for(sheet.file, sheet.part_of or sheet.name)
    if rule.table == "ignore" or (not rule.table and (sheet.says_no_data or sheet.hidden)):
        return []
    return find_blocks(
        sheet,
        words.score,
        words.literal,
        rule,
        searched=options.header_rows_searched,
        export=find_export(sheet, rule),
    )


def _dictionary(
    blocks: Sequence[tuple[Sheet, Block]],
    words: Words,
    context: Context,
    names: Mapping[str, str],
    findings: Findings,
) -> list[Entry]:
    """Read the question dictionaries first: they decide how the surveys are read."""
    frames, offices, read = [], set(), Findings()
    for sheet, block in blocks:
        rule = context.mapping.rule_for(sheet.file, sheet.part_of or sheet.name)
        offices.add(rule.office or office_of(sheet.file))
        found = recognise(block, words.tables, (), words.groups, told=rule.table, month=context.month)
        if "questions" in found.tables:
            frames.append(read_frame(block, "questions", found.matches["questions"], rule, context, read))
    entries, unknown = for_offices(read_entries(frames, words.needs, context.month), offices)
    findings.issues += unusable_settings(frames, read.cells)
    findings.issues += unusable_needs(frames, words.needs, names, read.cells)
    findings.issues += [Issue("I214", value=office) for office in unknown]
    findings.issues += [
        Issue("W215", value=sense, details={"question": question})
        for sense, question in unknown_senses(entries).items()
    ]
    return entries


def _asked(taken: Sequence[Taken]) -> list[Question]:
    return [counted(item.block, question) for item in taken for question in item.questions]
