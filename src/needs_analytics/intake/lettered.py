"""Letters typed for digits: 3O, l2. What was meant is likely, not certain: such a number is given back."""

from __future__ import annotations

import re

from needs_analytics.core.wording import plain
from needs_analytics.intake.reading import Reading

_LIKE_DIGITS = str.maketrans("oOlI|", "00111")
_LETTERED = re.compile(r"(?<![A-Za-z])(?=[\d.,]*[oOlI|])(?=[oOlI|.,]*\d)[\d.,oOlI|]+(?![A-Za-z])")


def lettered(cell: object) -> Reading | None:
    """Return the refusal of a number some of whose digits are letters that look like them; ``None`` for others.

    Examples
    --------
    >>> lettered("3O人").limits, lettered("l2").limits, lettered("30"), lettered("Q10")
    ('30', '12', None, None)
    """
    found = _LETTERED.search(plain(str(cell)))
    return Reading(None, "refused", "E113", found[0].translate(_LIKE_DIGITS)) if found else None
