"""May it be published: 可发布, 慎用 or 不发布, after the presentation standards of NCHS (Parker et al. 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.arrays import Texts
    from needs_analytics.core.options import NeedsOptions

PUBLISH, CAUTION, WITHHOLD = "可发布", "慎用", "不发布"
_LEAST_COVERAGE = 0.8
_COMPOSITE_WIDTH = 0.15


def publication_flags(table: pd.DataFrame, options: NeedsOptions, *, representative: bool) -> Texts:
    """Return a flag per estimate.

    Withheld: effective n below ``least_n_eff`` (direct estimates) or an interval of ``widest_interval`` or more. With
    caution: an interval wider than ``narrow_interval`` and than ``widest_relative`` times the share or its
    complement, whichever is smaller; a composite wider than 15 points or without any answer of its own; a need that
    fewer than 80 % of the residents were asked about; anything from a sample that is not representative; ranks.
    """
    share, width = table["share"].to_numpy(float), (table["share_high"] - table["share_low"]).to_numpy(float)
    composite = (table["method"] == "composite").to_numpy()
    small = np.nan_to_num(table["n_eff"].to_numpy(float)) < options.least_n_eff
    withheld = (~composite & small) | ~(width < options.widest_interval) | ~np.isfinite(share)
    relative = width > options.widest_relative * np.minimum(share, 1 - share)
    caution = (width > options.narrow_interval) & relative
    caution |= composite & ((width > _COMPOSITE_WIDTH) | table["direct_share"].isna().to_numpy())
    caution |= (table["coverage"] < _LEAST_COVERAGE).to_numpy() | (table["method"] == "rank_only").to_numpy()
    if not representative:
        caution[:] = True
    return np.where(withheld, WITHHOLD, np.where(caution, CAUTION, PUBLISH))
