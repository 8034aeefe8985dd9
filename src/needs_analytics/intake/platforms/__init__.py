"""Survey platforms: each export is known by its headers and brought to the words of its questionnaire.

One module per platform with its :class:`~needs_analytics.intake.platforms.profile.Profile`; what they decode ends in
headers and cells as :mod:`needs_analytics.intake.questions` understands them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.wording import key, plain
from needs_analytics.intake.platforms.google import GOOGLE
from needs_analytics.intake.platforms.kobo import KOBO
from needs_analytics.intake.platforms.profile import Aids, Decoded, Export, Profile
from needs_analytics.intake.platforms.qualtrics import QUALTRICS
from needs_analytics.intake.platforms.surveymonkey import SURVEYMONKEY
from needs_analytics.intake.platforms.tencent import TENCENT
from needs_analytics.intake.platforms.wenjuan import WENJUAN
from needs_analytics.intake.platforms.wjx import WJX

if TYPE_CHECKING:
    from needs_analytics.core.mapping import SheetRule
    from needs_analytics.core.records import Sheet
    from needs_analytics.intake.blocks import Block

PROFILES: tuple[Profile, ...] = (WJX, TENCENT, KOBO, QUALTRICS, SURVEYMONKEY, WENJUAN, GOOGLE)
_TOP_ROWS = 10
_SHOWN_MARKS = 3


def find_export(sheet: Sheet, rule: SheetRule) -> Export | None:
    """Return the platform that wrote a sheet, told by a row of headers near its top; a told header row is kept to."""
    told = rule.header_row - 1 if rule.header_row else None
    first, last = (0, _TOP_ROWS) if told is None else (told, told + 1)
    for row, cells in enumerate(sheet.rows(first, last), start=first):
        titles = [key(str(cell)) for cell in cells]
        for profile in PROFILES:
            found = profile.marks(titles)
            if found:
                head, height = profile.rows(sheet, row) if told is None else (row, max(rule.header_rows, 1))
                marks = tuple(plain(str(cells[position])) for position in found[:_SHOWN_MARKS])
                return Export(profile.name, marks, head, height)
    return None


def decode_export(block: Block, aids: Aids) -> Decoded:
    """Write an export in the words of its questionnaire; any other block is left as it is."""
    profile = next((known for known in PROFILES if block.export and known.name == block.export.platform), None)
    return profile.decode(block, aids) if profile else Decoded(block)


__all__ = ["PROFILES", "Aids", "Decoded", "Export", "Profile", "decode_export", "find_export"]
