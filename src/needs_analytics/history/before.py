"""All that a month takes from the store, read at one moment: what is issued meanwhile is not half in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from needs_analytics.history.resting import RunsBefore, runs_before
from needs_analytics.history.segments import KeptModel, model_before

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store


class Before(NamedTuple):
    """What is kept of the months before one.

    Attributes
    ----------
    questions, estimates
        Of the month before; ``None`` where it was not kept.
    model
        The segments to go on from.
    sizes, usage
        Of all months before: see :class:`needs_analytics.history.Store`.
    runs
        Where all of this comes from.
    """

    questions: pd.DataFrame | None
    estimates: pd.DataFrame | None
    model: KeptModel | None
    sizes: pd.DataFrame
    usage: pd.DataFrame
    runs: RunsBefore


def kept_before(store: Store, month: Month) -> Before:
    """Return what the store has of the months before one, all of one state of the store."""
    last = month.shift(-1)
    with store.reading() as moment:
        model = model_before(moment, month)
        return Before(
            moment.questions(last), moment.estimates(last), model, moment.segment_sizes(month), moment.usage(month),
            runs_before(moment, month, model.month if model else ""),
        )  # fmt: skip
