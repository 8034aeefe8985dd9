"""Intake: raw sheets to typed tables without identifiers, with every doubt said and every change logged."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.mapping import Mapping as OfficeMapping
from needs_analytics.core.month import Month
from needs_analytics.core.options import IntakeOptions
from needs_analytics.core.recipes import Recipe, find_recipe
from needs_analytics.core.records import Intake
from needs_analytics.core.wording import key
from needs_analytics.intake.answer_issues import once_each, refused_ticks, unknown_options, unsure_scales
from needs_analytics.intake.answers import answer_columns
from needs_analytics.intake.asides import said_asides
from needs_analytics.intake.copies import Copy, find_copies
from needs_analytics.intake.crosstab import heads_across
from needs_analytics.intake.dictionary import (
    Entry,
    decode_options,
    for_offices,
    read_entries,
    unknown_senses,
    unmatched,
    unusable_needs,
    with_dictionary,
    with_thresholds,
)
from needs_analytics.intake.dictionary_table import counted, dictionary_table
from needs_analytics.intake.fields import (
    Vocabulary,
    field_types,
    literal_words,
    looks_like_header,
    match_fields,
    vocabulary,
)
from needs_analytics.intake.frames import Context, Findings, basis_column, read_frame, without_other_basis
from needs_analytics.intake.group_columns import attribute_columns, flag_columns, without_group_items
from needs_analytics.intake.groups import GroupWords, group_of, group_words
from needs_analytics.intake.households import is_household_form, says_nothing, under_their_head
from needs_analytics.intake.join import join_tables
from needs_analytics.intake.join_people import (
    names_in,
    without_names_in_headers,
    without_people,
    without_people_said,
)
from needs_analytics.intake.labels import without_numbers_in_labels
from needs_analytics.intake.legends import decode_legends
from needs_analytics.intake.names import Names, known_names
from needs_analytics.intake.need_words import NeedWords, need_words
from needs_analytics.intake.option_marks import decode_marks
from needs_analytics.intake.platforms import find_export
from needs_analytics.intake.platforms.doubts import left_open
from needs_analytics.intake.platforms.month import decode_month
from needs_analytics.intake.questions import Question, propose_questions
from needs_analytics.intake.recipes import columns_of, recipes_of, said_of_recipe, with_recipe
from needs_analytics.intake.recognise import TABLES, Recognition, asks_nobody, recognise
from needs_analytics.intake.respondents import read_groups_of
from needs_analytics.intake.sideways import labels_beside
from needs_analytics.intake.splitting import find_blocks
from needs_analytics.intake.summary import office_of, sheet_summary
from needs_analytics.intake.twins import twin_fields, twin_questions
from needs_analytics.intake.typed import LEDGER_COLUMNS
from needs_analytics.intake.unread import telling_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.platforms.repeats import Link

_SHORT, _LONG = 10, 30  # characters of a header that names a group of people, or a need
_ALSO_A_CELL = 0.4  # an age band, a group or a month heads a column, or is an answer


_OF_FIELDS = frozenset({"满意度", "使用过"})  # senses of questions that are fields of the survey, if anything


@dataclass(frozen=True, slots=True)
class _Words:
    """Every wording intake compares with."""

    needs: NeedWords
    groups: GroupWords
    tables: Mapping[str, Vocabulary]
    exact: frozenset[str]
    literal: frozenset[str]

    def score(self, text: str) -> float:
        """Return how much a text looks like a header."""
        known = looks_like_header(text, self.exact)
        asks = text[:1].isdigit() and "、" in text[:4]
        if known or asks or (len(text) <= _LONG and self.needs.covered(text) >= 2):
            return known or 1.0
        across = heads_across(text) or (len(text) <= _SHORT and bool(group_of(key(text), self.groups)))
        return _ALSO_A_CELL * float(across)


@dataclass(frozen=True, slots=True)
class _Look:
    """What every block is looked at with."""

    words: _Words
    mapping: OfficeMapping
    options: IntakeOptions
    entries: Sequence[Entry]
    month: Month
    recipes: Sequence[Recipe]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A block with what it was taken for."""

    block: Block
    recognition: Recognition
    questions: list[Question]
    office: str
    registered: int
    doubts: Sequence[Issue] = ()
    copied: tuple[str, int] = ("", 0)
    recipe: Recipe | None = None


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
    words = _collect_words(codebook, mapping)
    context = Context(month, words.groups, mapping, {table: field_types(codebook, table) for table in TABLES})
    findings = Findings(issues=list(getattr(sheets, "issues", ())))
    if key is None:
        findings.issues.append(Issue("I001"))
    secret = key or secrets.token_bytes(32)
    blocks = [(sheet, block) for sheet in sheets for block in _blocks(sheet, words, mapping, options)]
    exports = decode_month(blocks, words.needs.covered, words.tables["survey"])
    blocks = list(exports.blocks)
    findings.issues += exports.issues
    entries = _dictionary(blocks, words, mapping, context, month, codebook.need_names(), findings)
    look = _Look(words, mapping, options, entries, month, recipes)
    looked = [
        _Taken(block, Recognition(block, ("questions",), {"questions": ()}, "form", form), [], "", 0)
        if (form := exports.forms.get((sheet.file, sheet.name)))
        else _take(sheet, block, look)
        for sheet, block in blocks
    ]
    taken = _without_copies(_counted_once(_with_names(looked, look), exports.links), mapping)
    frames = _frames(taken, words, mapping, context, findings)
    findings.issues += once_each(findings.options, words.needs, codebook.need_names())
    surveys = [(item.office, item.block, item.questions) for item in taken if "survey" in item.recognition.tables]
    findings.issues += unmatched(entries, surveys)
    names = names_in(frames)
    tables, joined = join_tables(
        frames, codebook=codebook, mapping=mapping, secret=secret, month=month, words=words.needs, names=names
    )
    findings.issues += joined
    findings.issues += [issue for item in taken for issue in _said(item, words)]
    findings.issues += [
        Issue("I007", CellRef(sheet.file, sheet.name), details={"file": sheet.file, "sheet": sheet.name})
        for sheet in sheets
        if sheet.hidden
        and not sheet.says_no_data
        and not mapping.rule_for(sheet.file, sheet.part_of or sheet.name).table
    ]
    taken_in = Intake(
        tables=tables,
        sheets=without_names_in_headers(
            sheet_summary(
                [(item.block, item.recognition, item.questions, item.office) for item in taken],
                sheets,
                mapping,
                codebook,
                words.groups,
            ),
            names,
        ),
        questions=without_people(dictionary_table(_asked(taken), words.needs), ("option", "wording"), names),
        issues=tuple(without_people_said(findings.issues, names)),
        ledger=without_people(pd.DataFrame(findings.ledger, columns=list(LEDGER_COLUMNS)), ("old", "new"), names),
        month=month,
        codebook=codebook,
        recipes=recipes_of(taken, month, names),
    )
    return without_numbers_in_labels(taken_in, sheets)


def _collect_words(codebook: Codebook, mapping: OfficeMapping) -> _Words:
    tables = {table: vocabulary(table, codebook, mapping.headers.get(table, {})) for table in TABLES}
    groups = group_words(codebook)
    exact = frozenset(word for table in tables.values() for word in table.exact) | frozenset(groups.headers)
    literal = literal_words(codebook) | {word for word in groups.headers if len(word) > 1}
    return _Words(need_words(codebook, mapping.options), groups, tables, exact, literal)


def _blocks(sheet: Sheet, words: _Words, mapping: OfficeMapping, options: IntakeOptions) -> list[Block]:
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
    words: _Words,
    mapping: OfficeMapping,
    context: Context,
    month: Month,
    names: Mapping[str, str],
    findings: Findings,
) -> list[Entry]:
    """Read the question dictionaries first: they decide how the surveys are read."""
    frames, offices = [], set()
    for sheet, block in blocks:
        rule = mapping.rule_for(sheet.file, sheet.part_of or sheet.name)
        offices.add(rule.office or office_of(sheet.file))
        found = recognise(block, words.tables, (), words.groups, told=rule.table, month=month)
        if "questions" in found.tables:
            frames.append(read_frame(block, "questions", found.matches["questions"], rule, context, Findings()))
    entries, unknown = for_offices(read_entries(frames, words.needs, month), offices)
    findings.issues += unusable_needs(frames, words.needs, names)
    findings.issues += [Issue("I214", value=office) for office in unknown]
    findings.issues += [
        Issue("W215", value=sense, details={"question": question})
        for sense, question in unknown_senses(entries).items()
    ]
    return entries


def _take(sheet: Sheet, block: Block, look: _Look, names: Names | None = None) -> _Taken:
    words, rule = look.words, look.mapping.rule_for(sheet.file, sheet.part_of or sheet.name)
    office = rule.office or office_of(sheet.file)
    recipe = None if rule.table else find_recipe(look.recipes, office, columns_of(block))
    if recipe:
        rule = with_recipe(rule, recipe, words.tables)
    block = decode_options(decode_marks(decode_legends(block)), office, look.entries)
    told = {**words.tables["survey"].told, **rule.fields}
    survey = replace(words.tables["survey"], told=told)
    questions = _questions(block, office, words, survey, look)
    tables = {**words.tables, "survey": survey}
    if rule.fields and rule.table:
        tables = {name: replace(table, told={**table.told, **rule.fields}) for name, table in tables.items()}
    columns = [column for question in questions for column in question.columns]
    found = recognise(block, tables, columns, words.groups, told=rule.table, month=look.month, names=names)
    found = replace(found, why="recipe") if recipe else found
    if not recipe and rule.table == "survey" and asks_nobody(found, columns):  # another table on the sheet of a survey
        found = recognise(block, tables, columns, words.groups, told="", month=look.month, names=names)
        found = replace(found, why="aside") if found.why == "asked" else found
    recognition = _told_apart(_with_group_items(found, words.groups))
    registered = 0
    if "register" in recognition.tables:
        block, registered = without_other_basis(block)
        recognition = replace(recognition, block=block)
    if "survey" not in recognition.tables:
        return _Taken(block, recognition, [], office, registered, recipe=recipe)
    spoken = {
        column for entry in look.entries if entry.applies(office) for column, _, _ in entry.columns(block.headers)
    }  # fmt: skip
    return _Taken(block, recognition, questions, office, registered, left_open(block, questions, spoken), recipe=recipe)


def _counted_once(taken: Sequence[_Taken], links: Sequence[Link]) -> list[_Taken]:
    """Set a repeat or the sheet it belongs to aside when the other alone asks for needs; they are the same answers."""
    asking = {(item.block.sheet.file, item.block.sheet.name) for item in taken if item.questions}
    aside = {link.parent: link.child for link in links if link.child in asking and link.parent not in asking}
    aside |= {link.child: link.parent for link in links if link.child not in asking}
    return [
        _set_aside(item, aside[place]) if (place := (item.block.sheet.file, item.block.sheet.name)) in aside else item
        for item in taken
    ]


def _set_aside(item: _Taken, other: tuple[str, str]) -> _Taken:
    sheet = item.block.sheet
    found = Recognition(item.block, (), {}, "repeat", item.recognition.platform)
    said = Issue("I224", CellRef(sheet.file, sheet.name), other[1])
    return replace(item, recognition=found, questions=[], doubts=[said])


def _told_apart(found: Recognition) -> Recognition:
    """Take a register for nothing whose rows of different people would be merged: the office is asked."""
    telling = telling_column(found.block, found.matches["register"]) if found.tables == ("register",) else None
    return replace(found, tables=(), why="unread", telling=telling) if telling else found


def _with_group_items(found: Recognition, groups: GroupWords) -> Recognition:
    if "survey" not in found.tables:
        return found
    titled = [column for column, header in enumerate(found.block.headers) if header.parts]
    survey = without_group_items(found.matches["survey"], flag_columns(found.block.headers, titled, groups))
    return replace(found, matches={**found.matches, "survey": survey})


def _with_names(taken: Sequence[_Taken], look: _Look) -> list[_Taken]:
    """Look again at what was not taken for anything, now that services, sites and places are known by name."""
    names = known_names((item.block, item.recognition) for item in taken)
    return [again for item in taken for again in _second_look(item, look, names)]


def _without_copies(taken: Sequence[_Taken], mapping: OfficeMapping) -> list[_Taken]:
    """Leave out the surveys whose rows stand in another sheet; a sheet the office named counts in any case."""
    surveys = {
        place: item.block
        for place, item in enumerate(taken)
        if "survey" in item.recognition.tables and item.recognition.why != "told" and len(item.block.rows)
    }
    copies = find_copies(surveys)
    return [_as_copy(item, copies[place], taken) if place in copies else item for place, item in enumerate(taken)]


def _as_copy(item: _Taken, copy: Copy, taken: Sequence[_Taken]) -> _Taken:
    sheet = taken[copy.of].block.sheet
    told = (sheet.name if sheet.file == item.block.sheet.file else f"{sheet.file}·{sheet.name}", copy.equal)
    if not copy.sure:
        return replace(item, copied=told)
    recognition = replace(item.recognition, tables=(), matches={}, why="copy")
    return replace(item, recognition=recognition, questions=[], copied=told)


def _second_look(item: _Taken, look: _Look, names: Names) -> list[_Taken]:
    sheet = item.block.sheet
    if (
        item.recognition.why in {"told", "recipe", "platform", "form", "aside", "unread"}
        or "questions" in item.recognition.tables
    ):
        return [item]
    if item.block.height:
        again = _take(sheet, item.block, look, names)
        return [again if again.recognition.why == "across" or not item.recognition.tables else item]

    def score(text: str) -> float:
        return look.words.score(text) or float(names.knows(text))

    rule = look.mapping.rule_for(sheet.file, sheet.part_of or sheet.name)
    blocks = find_blocks(sheet, score, look.words.literal, rule, searched=look.options.header_rows_searched)
    return [_take(sheet, block, look, names) for block in blocks]


def _questions(block: Block, office: str, words: _Words, survey: Vocabulary, look: _Look) -> list[Question]:
    if not block.height:
        return []
    titled = [column for column, header in enumerate(block.headers) if header.parts]
    items = flag_columns(block.headers, titled, words.groups)
    matches = without_group_items(match_fields(block.headers, survey), items)
    taken = {match.column for match in matches if match.how != "pattern"}
    basis = basis_column(block)
    free = [column for column in titled if column not in taken and column != basis]
    flags = flag_columns(block.headers, free, words.groups) | attribute_columns(block.headers, free, words.groups)
    columns = {column: block.column(column) for column in free if column not in flags}
    proposed = propose_questions(
        office, block.headers, columns, words.needs,
        handmade=block.export is None, least_share=look.options.need_option_share,
    )  # fmt: skip
    return with_dictionary(with_thresholds(proposed, look.mapping.thresholds), block, office, look.entries, words.needs)


def _asked(taken: Sequence[_Taken]) -> list[Question]:
    return [counted(item.block, question) for item in taken for question in item.questions]


def _frames(
    taken: Sequence[_Taken], words: _Words, mapping: OfficeMapping, context: Context, findings: Findings
) -> dict[str, list[pd.DataFrame]]:
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
            frames[table].append(frame)
    return frames


def _with_answers(frame: pd.DataFrame, item: _Taken, words: _Words, findings: Findings) -> pd.DataFrame:
    groups, ledger, issues = read_groups_of(item.block, frame, item.recognition, item.questions, words.groups)
    findings.ledger += ledger
    findings.issues += issues
    findings.options += [issue for question in item.questions for issue in unknown_options(item.block, question)]
    findings.issues += refused_ticks(item.block, item.questions)
    findings.issues += unsure_scales(item.block, item.questions)
    findings.issues += twin_questions(item.block, item.questions)
    answers = pd.DataFrame(answer_columns(item.block, item.questions), index=frame.index)
    platform = item.recognition.platform
    if not platform:
        answers[says_nothing(item.block, item.recognition.matches["survey"], item.questions)] = np.nan
    frame, said = under_their_head(frame, item.block)
    findings.issues += said
    unit = "户" if is_household_form(item.questions) else "人"
    return pd.concat([frame.assign(groups=groups, platform=platform, unit=unit), answers], axis=1)


_SIDEWAYS = {"transposed": "W208", "form": "W207"}


def _said(item: _Taken, words: _Words) -> list[Issue]:
    """Say what was not taken for any table, what is ambiguous, and questions whose meaning should be confirmed."""
    sheet = item.block.sheet
    where = CellRef(sheet.file, sheet.name, item.block.head if item.block.height else None)
    if item.recognition.why == "repeat":
        return list(item.doubts)
    if not item.recognition.tables:
        return [_not_taken(item, where, words)]
    issues = [
        Issue("I212", where, q.wording, {"sense": q.sense, "kind": q.kind}) for q in item.questions if q.is_ranking
    ]
    issues += item.doubts
    issues += said_asides(item.block)
    issues += said_of_recipe(item.block, item.recipe)
    if item.copied[0]:
        issues.append(Issue("W209", where, details=_copied(item)))
    if item.registered:
        issues.append(Issue("I311", where, details={"count": item.registered}))
    if "survey" in item.recognition.tables and not item.questions:
        issues.append(Issue("W213", where, details={"file": sheet.file, "sheet": sheet.name}))
    return issues


def _not_taken(item: _Taken, where: CellRef, words: _Words) -> Issue:
    sheet, found = item.block.sheet, item.recognition
    named: dict[str, object] = {"file": sheet.file, "sheet": sheet.name}
    if found.why == "copy":
        return Issue("I209", where, details=_copied(item))
    if found.telling:
        column, count = found.telling
        header = CellRef(sheet.file, sheet.name, item.block.head, column)
        return Issue("E208", header, item.block.headers[column].text, {**named, "count": count})
    if found.candidates == ("usage",):
        return Issue("W203", where, details=named)
    if found.why == "asked":
        return Issue("W201", where, "、".join(found.candidates), {**named, "first": found.candidates[0]})
    if found.why in {"calendar", "aside"}:
        return Issue("I206", where) if found.why == "calendar" else Issue("I204", where, details=named)
    laid_out = labels_beside(sheet, words.score)
    if laid_out:
        return Issue(_SIDEWAYS[laid_out], CellRef(sheet.file, sheet.name))
    if item.block.height and not len(item.block.rows):
        return Issue("W206", where)
    return Issue("W202", where, details={**named, "rows": len(item.block.rows)})


def _copied(item: _Taken) -> dict[str, object]:
    sheet, (same, count) = item.block.sheet, item.copied
    return {"file": sheet.file, "sheet": sheet.name, "same": same, "count": count, "rows": len(item.block.rows)}
