"""What a block was taken for, as the stages of intake hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.recipes import Recipe
    from needs_analytics.intake.blocks import Block
    from needs_analytics.intake.questions import Question
    from needs_analytics.intake.recognise import Recognition


@dataclass(frozen=True, slots=True)
class Taken:
    """A block with what it was taken for."""

    block: Block
    recognition: Recognition
    questions: list[Question]
    office: str
    registered: int
    doubts: Sequence[Issue] = ()
    copied: tuple[str, int] = ("", 0)
    recipe: Recipe | None = None
