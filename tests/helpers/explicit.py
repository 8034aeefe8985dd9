"""Survey variances written out PSU by PSU, as the textbook has them: slow, and nothing shared with the product."""

from __future__ import annotations

import numpy as np


def explicit_variance(scores, weights, strata, clusters, calibration=None, base=None, fpc=None):
    """Variance of the weighted sum of scores over all rows of the sample; `fpc` is the PSUs of the row's stratum."""
    if calibration:
        dummies = np.column_stack([np.asarray(m)[:, None] == np.unique(m) for m in calibration]).astype(float)
        root = np.sqrt(base)
        slope = np.linalg.lstsq(dummies * root[:, None], scores * root, rcond=1e-10)[0]
        scores = scores - dummies @ slope
    psus = sorted(set(zip(strata, clusters, strict=True)))
    totals = dict.fromkeys(psus, 0.0)
    for psu, w, s in zip(zip(strata, clusters, strict=True), weights, scores, strict=True):
        totals[psu] += w * s
    grand = np.mean(list(totals.values()))
    variance = 0.0
    for stratum in set(strata):
        t = np.array([totals[psu] for psu in psus if psu[0] == stratum])
        squares = (t[0] - grand) ** 2 if t.size == 1 else t.size / (t.size - 1) * ((t - t.mean()) ** 2).sum()
        drawn = 0.0 if fpc is None else t.size / np.asarray(fpc)[np.asarray(strata) == stratum][0]
        variance += (1.0 - drawn) * squares
    return variance


def explicit_mean(values, inside, weights, strata, clusters, **design):
    """Mean and its variance in a domain, from the values known there; NaN where fewer than two PSUs say something."""
    inside = np.asarray(inside, bool) & ~np.isnan(values) & (np.asarray(weights) > 0)
    if not inside.any():
        return np.nan, np.nan
    mean = np.average(values[inside], weights=weights[inside])
    if len(set(zip(strata[inside], clusters[inside], strict=True))) < 2:
        return mean, np.nan
    scores = np.where(inside, (np.nan_to_num(values) - mean) / weights[inside].sum(), 0.0)
    return mean, explicit_variance(scores, weights, strata, clusters, **design)
