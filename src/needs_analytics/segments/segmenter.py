"""The segmenter: latent classes of mixed answers as a scikit-learn clusterer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from needs_analytics.segments.encode import Encoding, canonical_order, fit_encoding, list_questions
from needs_analytics.segments.joint import Joint, order_rows
from needs_analytics.segments.levels import Levels, fit_levels
from needs_analytics.segments.many import learn_classes
from needs_analytics.segments.partition import Answers, merge_equal, split_rows
from needs_analytics.segments.restart import restate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from needs_analytics.segments.encode import Question
    from needs_analytics.segments.mixture import Classes
    from needs_analytics.segments.moments import Floats, Ints

FEWEST_PER_CLASS = 30
"""With fewer respondents for each segment wished, segments are found by distance: profiles would be guesses."""


class ResidentSegmenter(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn brings no types
    """Latent classes of numbers, ordered answers, categories and multi-select questions, some of them missing.

    Parameters
    ----------
    n_segments
        Number of segments; with fewer distinct respondents, their number.
    block_weights
        Question to how often it counts; those not named weigh 1, those at 0 are left out.
    multi_select
        Text columns that hold several choices joined by ``;`` (``""``: asked, none chosen).
    n_init, random_state
        Starts of k-means and their seed, where there are few respondents; a mixture is grown without draws.

    Attributes
    ----------
    labels_
        ``(n,)`` segment of every respondent, 0 the largest.
    n_segments_
        Number of segments found.
    levels_, classes_
        How answers become levels, and the latent classes, see :mod:`needs_analytics.segments.mixture`; ``None`` where
        there were fewer than 30 respondents for each segment wished. Then segments are parts of least squared distance:
    encoding_, cluster_centers_
        how answers become numbers, see :mod:`needs_analytics.segments.encode`, and the ``(n_segments_, columns)``
        centres; else ``None``.
    segments_
        Names and stability by segment; set by :func:`needs_analytics.segments.find_segments` only.
    used_ids_
        Every id that a segment of this office ever had, also those gone; set with ``segments_``.
    n_learnt_
        Number of respondents learnt from; 0 where that was not kept.
    misfit_
        Share of them whose answers the model finds unlikely, see :mod:`needs_analytics.segments.drift`; with
        ``segments_``.

    Notes
    -----
    Columns of a DataFrame are read by their type: numbers and ordered categories as numbers, other text as categories,
    those in `multi_select` as sets of choices. An array holds numbers. Rows of weight 0 are placed but not learnt from.
    The result does not depend on the order of the rows, and an integer weight is exactly that many equal rows.

    Examples
    --------
    >>> import pandas as pd
    >>> residents = pd.DataFrame({"age": [25, 27, 81, 84], "sex": ["男", "女", None, "女"]})
    >>> ResidentSegmenter(n_segments=2).fit_predict(residents).tolist()
    [0, 0, 1, 1]
    """

    levels_: Levels | None
    classes_: Classes | None
    encoding_: Encoding | None
    cluster_centers_: Floats | None
    segments_: pd.DataFrame
    used_ids_: tuple[str, ...]
    misfit_: float

    def __init__(
        self,
        n_segments: int = 4,
        *,
        block_weights: Mapping[str, float] | None = None,
        multi_select: tuple[str, ...] = ("groups",),
        n_init: int = 10,
        random_state: int | None = 0,
    ) -> None:
        self.n_segments = n_segments
        self.block_weights = block_weights
        self.multi_select = multi_select
        self.n_init = n_init
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(
        self,
        X: object,  # noqa: N803
        y: object = None,
        sample_weight: npt.ArrayLike | None = None,
        *,
        before: ResidentSegmenter | None = None,
    ) -> ResidentSegmenter:
        """Find the segments of ``X``, a DataFrame or an array of numbers.

        Parameters
        ----------
        X, y, sample_weight
            As of any clusterer; `y` is not looked at.
        before
            A segmenter fitted to other residents, whose latent classes are one more start.

        Raises
        ------
        ValueError
            When ``n_segments`` is below 1, a weight is negative, all weights are 0 or there is no row.
        """
        if self.n_segments < 1:
            raise ValueError(f"n_segments must be at least 1, got {self.n_segments}")
        frame = self._frame(X, reset=True)
        weights: Floats = _check_sample_weight(sample_weight, frame, dtype=np.float64, ensure_non_negative=True)
        questions = list_questions(frame, self.multi_select)
        self.n_learnt_ = int(np.count_nonzero(weights))
        self.labels_: Ints
        if not self._learn_classes(frame, questions, weights, before):
            self._learn_centres(frame, questions, weights)
        return self

    def predict(self, X: object) -> Ints:  # noqa: N803
        """Return the likeliest (or nearest) segment of every row of ``X``; options never seen before are missing."""
        check_is_fitted(self)
        return self._place(self._frame(X, reset=False))

    @property
    def questions_(self) -> tuple[Question, ...]:
        """The questions that tell segments apart."""
        if self.levels_ is not None:
            return tuple(scale.question for scale in self.levels_.scales)
        return tuple(block.question for block in self.encoding_.blocks) if self.encoding_ is not None else ()

    def _learn_classes(
        self, frame: pd.DataFrame, questions: list[Question], weights: Floats, before: ResidentSegmenter | None
    ) -> bool:
        """Grow latent classes, if there are respondents enough for each and as many different ones."""
        self.levels_ = self.classes_ = None
        if self.n_segments < 2 or weights.sum() < FEWEST_PER_CLASS * self.n_segments:
            return False
        levels, codes = fit_levels(frame, questions, weights, self.block_weights)
        order = order_rows(codes, levels.sizes, weights)
        order = order[weights[order] > 0]
        learnt = codes[order]
        if _fewer_than(learnt, self.n_segments):
            return False
        start = None if before is None else (lambda rows, said: restate(before, frame.iloc[order[rows]], said))
        self.classes_, placed = learn_classes(learnt, levels, weights[order], self.n_segments, start)
        self.levels_, self.n_segments_ = levels, len(self.classes_.shares)
        self.encoding_ = self.cluster_centers_ = None
        self.labels_ = np.empty(len(frame), dtype=np.intp)
        self.labels_[order] = placed
        aside = weights == 0
        self.labels_[aside] = Joint.of(codes[aside], levels).place(self.classes_)
        return True

    def _learn_centres(self, frame: pd.DataFrame, questions: list[Question], weights: Floats) -> None:
        order = canonical_order(frame, questions, weights)
        order = order[weights[order] > 0]
        learnt, weights = frame.iloc[order], weights[order]
        self.encoding_ = fit_encoding(learnt, questions, weights, self.block_weights)
        matrix, merged = merge_equal(self.encoding_.encode(learnt), weights)
        parts = split_rows(matrix, merged, self.n_segments, n_init=self.n_init, random_state=self.random_state)
        self.cluster_centers_ = parts.centres
        self.n_segments_ = len(parts.centres)
        self.labels_ = self._place(frame)

    def _place(self, frame: pd.DataFrame) -> Ints:
        if self.levels_ is not None and self.classes_ is not None:
            return Joint.of(self.levels_.read(frame), self.levels_).place(self.classes_)
        if self.encoding_ is None or self.cluster_centers_ is None:
            raise NotFittedError("there is nothing to place respondents by: fit first")
        return Answers.of(self.encoding_.encode(frame)).nearest(self.cluster_centers_)

    def _frame(self, X: object, *, reset: bool) -> pd.DataFrame:  # noqa: N803
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            if X.empty:
                raise ValueError(
                    f"Found array with shape {X.shape} while a minimum of 1 sample and 1 feature is required."
                )
            return X
        numbers = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        names = getattr(self, "feature_names_in_", None)
        return pd.DataFrame(numbers, columns=names)


def _fewer_than(codes: Floats, k: int) -> bool:
    """Return whether there are fewer than `k` different rows; the first thousand mostly tell."""
    return all(len(np.unique(np.nan_to_num(part, nan=-1.0), axis=0)) < k for part in (codes[:1000], codes))
