"""A kept model as the place to start from when segments are learnt anew.

Classes grown from one upwards may settle elsewhere than a month ago though most types still hold. Those of the kept
model, stated in this month's answers, are a second start: of both, the likelier classes count (several starts are
usual for mixtures: McLachlan & Peel 2000, Finite Mixture Models, section 2.12). It is no preference for the old ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.segments.mixture import Classes, Counted, expect, maximise, resize

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.segments.segmenter import ResidentSegmenter


def restate(before: ResidentSegmenter, frame: pd.DataFrame, answers: Counted) -> Classes | None:
    """Return the classes of a kept model as this month's respondents have them, questions that are new included.

    Parameters
    ----------
    before
        The kept model, which reads answers by levels of its own.
    frame, answers
        The same respondents in one order: their answers, and these as the levels of this month.

    Returns
    -------
    Classes
        ``None`` where the kept model has centres and no classes.
    """
    if before.levels_ is None or before.classes_ is None:
        return None
    codes = before.levels_.read(frame.reindex(columns=list(before.feature_names_in_)))
    read = Counted.of(codes, before.levels_, answers.weights)
    return maximise(answers, expect(resize(before.classes_, read), read)[0], answers.margins())
