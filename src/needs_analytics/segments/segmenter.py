"""The segmenter: k-means on mixed answers as a scikit-learn clusterer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from needs_analytics.segments.encode import Encoding, canonical_order, fit_encoding, list_questions
from needs_analytics.segments.partition import Answers, merge_equal, split_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from needs_analytics.segments.moments import Floats, Ints


class ResidentSegmenter(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn brings no types
    """Weighted k-means on numbers, ordered answers, categories and multi-select questions with missing values.

    Parameters
    ----------
    n_segments
        Number of segments; with fewer distinct respondents, their number.
    block_weights
        Question to its weight in the distance; those not named weigh 1, those at 0 are left out.
    multi_select
        Text columns that hold several choices joined by ``;`` (``""``: asked, none chosen).
    n_init
        Starts; the best one counts.
    random_state
        Seed of the starts.

    Attributes
    ----------
    labels_
        ``(n,)`` segment of every respondent, 0 the largest.
    n_segments_
        Number of segments found.
    cluster_centers_
        ``(n_segments_, columns)`` in encoded units.
    inertia_
        Weighted within sum of squares in encoded units.
    encoding_
        How answers become numbers, see :mod:`needs_analytics.segments.encode`.
    segments_
        Names and stability by segment; set by :func:`needs_analytics.segments.find_segments` only.

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

    encoding_: Encoding
    segments_: pd.DataFrame

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

    def fit(self, X: object, y: object = None, sample_weight: npt.ArrayLike | None = None) -> ResidentSegmenter:  # noqa: N803
        """Find the segments of ``X``, a DataFrame or an array of numbers.

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
        order = canonical_order(frame, questions, weights)
        order = order[weights[order] > 0]
        learnt = frame.iloc[order]
        self.encoding_ = fit_encoding(learnt, questions, weights[order], self.block_weights)
        matrix, merged = merge_equal(self.encoding_.encode(learnt), weights[order])
        parts = split_rows(matrix, merged, self.n_segments, n_init=self.n_init, random_state=self.random_state)
        self.cluster_centers_ = parts.centres
        self.inertia_ = parts.inertia
        self.n_segments_ = len(parts.centres)
        self.labels_: Ints = Answers.of(self.encoding_.encode(frame)).nearest(parts.centres)
        return self

    def predict(self, X: object) -> Ints:  # noqa: N803
        """Return the nearest segment of every row of ``X``; options never seen before count as missing."""
        check_is_fitted(self)
        matrix = self.encoding_.encode(self._frame(X, reset=False))
        return Answers.of(matrix).nearest(self.cluster_centers_)

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
