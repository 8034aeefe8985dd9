"""A clerk who knows what the forms mean: corrects the dictionary that ``needs check`` wrote and sends it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl

from needs_analytics.core.wording import key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from needs_analytics.samples.questions import Question


def send_back(dictionary: Path, inbox: Path, forms: Mapping[str, Sequence[Question]], names: Mapping[str, str]) -> None:
    """Write down what every option of the forms means and what its question asks for; the rest stays as it is.

    Parameters
    ----------
    forms
        Office, as the dictionary names it, to the questions of its form. No two options of a form are called alike.
    names
        Need to its name, as the drop-down lists it.
    """
    meant = {
        (office, key(option)): (names[need], question.sense)
        for office, questions in forms.items()
        for question in questions
        for option, need in question.options
    }
    book = openpyxl.load_workbook(dictionary)
    page = book["题目字典"]
    place = {cell.value: cell.column - 1 for cell in page[1]}
    for row in page.iter_rows(min_row=2):
        known = meant.get((row[place["填报单位"]].value, key(row[place["选项"]].value)))
        if known:
            row[place["对应需求"]].value, row[place["含义"]].value = known
    book.save(inbox / dictionary.name)
