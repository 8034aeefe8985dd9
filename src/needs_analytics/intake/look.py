"""What a block is taken for: its table, its fields and the questions it asks; a second look when names are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needs_analytics.core.recipes import Recipe, find_recipe
from needs_analytics.intake.dictionary import Entry, decode_options, with_dictionary, with_thresholds
from needs_analytics.intake.fields import Vocabulary, match_fields
from needs_analytics.intake.frames import basis_column, without_other_basis
from needs_analytics.intake.group_columns import attribute_columns, flag_columns, without_group_items
from needs_analytics.intake.legends import decode_legends
from needs_analytics.intake.names import Names, known_names
from needs_analytics.intake.option_marks import decode_marks
from needs_analytics.intake.platforms.doubts import left_open
from needs_analytics.intake.questions import Question, propose_questions
from needs_analytics.intake.recipes import columns_of, with_recipe
from needs_analytics.intake.recognise import Recognition, asks_nobody, recognise
from needs_analytics.intake.splitting import find_blocks
from needs_analytics.intake.summary import office_of
from needs_analytics.intake.taken import Taken
from needs_analytics.intake.unread import telling_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.mapping import Mapping as OfficeMapping
    from needs_analytics.core.month import Month
    from needs_analytics.core.options import IntakeOptions
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.groups import GroupWords
    from needs_analytics.intake.lexicon import Words


@dataclass(frozen=True, slots=True)
class Look:
    """What every block is looked at with."""

    words: Words
    mapping: OfficeMapping
    options: IntakeOptions
    entries: Sequence[Entry]
    month: Month
    recipes: Sequence[Recipe]


def take(sheet: Sheet, block: Block, look: Look, names: Names | None = None) -> Taken:
    """Say what a block is, by what the office told, its recipe or its headers; with ``names``, by its cells too."""
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
        return Taken(block, recognition, [], office, registered, recipe=recipe)
    spoken = {
        column for entry in look.entries if entry.applies(office) for column, _, _ in entry.columns(block.headers)
    }  # fmt: skip
    return Taken(block, recognition, questions, office, registered, left_open(block, questions, spoken), recipe=recipe)


def _questions(block: Block, office: str, words: Words, survey: Vocabulary, look: Look) -> list[Question]:
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
        ticked=block.sheet.template == "survey",
    )  # fmt: skip
    return with_dictionary(with_thresholds(proposed, look.mapping.thresholds), block, office, look.entries, words.needs)


def _with_group_items(found: Recognition, groups: GroupWords) -> Recognition:
    if "survey" not in found.tables:
        return found
    titled = [column for column, header in enumerate(found.block.headers) if header.parts]
    survey = without_group_items(found.matches["survey"], flag_columns(found.block.headers, titled, groups))
    return replace(found, matches={**found.matches, "survey": survey})


def _told_apart(found: Recognition) -> Recognition:
    """Take a register for nothing whose rows of different people would be merged: the office is asked."""
    telling = telling_column(found.block, found.matches["register"]) if found.tables == ("register",) else None
    return replace(found, tables=(), why="unread", telling=telling) if telling else found


def with_names(taken: Sequence[Taken], look: Look) -> list[Taken]:
    """Look again at what was not taken for anything, now that services, sites and places are known by name."""
    names = known_names((item.block, item.recognition) for item in taken)
    return [again for item in taken for again in _second_look(item, look, names)]


def _second_look(item: Taken, look: Look, names: Names) -> list[Taken]:
    sheet = item.block.sheet
    if (
        item.recognition.why in {"told", "template", "recipe", "platform", "form", "aside", "unread"}
        or "questions" in item.recognition.tables
    ):
        return [item]
    if item.block.height:
        again = take(sheet, item.block, look, names)
        return [again if again.recognition.why == "across" or not item.recognition.tables else item]

    def score(text: str) -> float:
        return look.words.score(text) or float(names.knows(text))

    rule = look.mapping.rule_for(sheet.file, sheet.part_of or sheet.name)
    blocks = find_blocks(sheet, score, look.words.literal, rule, searched=look.options.header_rows_searched)
    return [take(sheet, block, look, names) for block in blocks]
