"""The publication flags and how the reasons for them are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.core.arrays import Bools, Texts

PUBLISH, CAUTION, WITHHOLD = "可发布", "慎用", "不发布"
FLAGS = (PUBLISH, CAUTION, WITHHOLD)
"""From best to worst."""


def joined(reasons: Mapping[str, Bools]) -> Texts:
    """Join codes by ``;`` for each estimate: those whose condition holds, in the order given.

    Examples
    --------
    >>> joined({"wide": np.array([True, False]), "borrowed": np.array([True, False])}).tolist()
    ['wide;borrowed', '']
    """
    held = np.stack(list(reasons.values())).astype(np.int64)
    bits = 1 << np.arange(len(reasons))
    patterns, place = np.unique(bits @ held, return_inverse=True)
    words = [";".join(code for code, bit in zip(reasons, bits, strict=True) if pattern & bit) for pattern in patterns]
    texts: Texts = np.array(words, dtype=object)[place]
    return texts


def worse(first: Texts, second: Texts) -> Texts:
    """Return the worse of two flags, flag by flag.

    Raises
    ------
    KeyError
        When a word is no flag.
    """
    order = {flag: place for place, flag in enumerate(FLAGS)}
    places = np.maximum([order[flag] for flag in first], [order[flag] for flag in second])
    flags: Texts = np.array(FLAGS, dtype=object)[places.astype(int)]
    return flags
