"""Needs whose answers depend on who asked: what that adds to the errors of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from needs_analytics.core.confidence import LEVEL, Z
from needs_analytics.core.tables import iter_rows
from needs_analytics.needs.estimates import with_persons
from needs_analytics.numerics.intervals import korn_graubard

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Floats
    from needs_analytics.needs.domains import Domains


def with_interviewers(
    table: pd.DataFrame, effect: pd.DataFrame, people: pd.DataFrame, known: Floats, domains: Domains
) -> pd.DataFrame:
    """Add the variance between interviewers to the direct estimates of needs whose answers differ by who asked.

    ``V = V₀ + ρ · p(1 − p) · (Σ (Wᵢ/W)² − Σ (wⱼ/W)²)``, W being the weights of a domain's known answers, Wᵢ those that
    interviewer i has asked. With m answers of each interviewer and equal weights that is the design effect
    1 + (m − 1) ρ. The limits are of Korn and Graubard, with as many degrees of freedom as Satterthwaite gives where ρ
    rests on the interviewers and V₀ is known.

    Parameters
    ----------
    table
        Direct estimates, the J needs of each of the D domains in one stretch.
    effect
        ``need, interviewers, icc, differs``, see :func:`needs_analytics.cleaning.careless.interviewer_effect`.
    known
        ``(n, J)`` weights of the answers; 0 where unknown.

    Returns
    -------
    pd.DataFrame
        With ``between``, the intraclass correlation ρ; 0 where it does not matter who asked.

    Notes
    -----
    Kish (1962), Studies of interviewer variance for attitudinal variables, JASA 57, 92–115; Satterthwaite (1946),
    Biometrics Bulletin 2, 110–114.
    """
    table = table.assign(between=0.0)
    if effect.empty or not effect["differs"].any():
        return table
    asked_by = _asked_by(people)
    needs = table["need"].iloc[: known.shape[1]].tolist()
    made = []
    for need, number, icc in iter_rows(effect[effect["differs"]], "need", "interviewers", "icc"):
        if need in needs and icc > 0:
            more = float(icc) * _concentration(known[:, needs.index(need)], asked_by, domains)
            rows = table[table["need"] == need]
            made.append(_widened(rows.assign(between=float(icc)), more, float(number) - 1.0))
    if not made:
        return table
    columns = ["between", "n_eff", "share_se", "share_low", "share_high"]
    changed = pd.concat(made)
    table = table.copy()
    table.loc[changed.index, columns] = changed[columns]
    return with_persons(table) if table["persons"].notna().any() else table


def composites_with_interviewers(table: pd.DataFrame) -> pd.DataFrame:
    """Widen composites by what an interviewer who asked all of a grid would add: ``ρ · p(1 − p)``."""
    rows = ((table["method"] == "composite") & (table["between"] > 0)).to_numpy()
    if not rows.any():
        return table
    grids = table[rows]
    share = grids["share"].to_numpy(float)
    spread = np.sqrt(grids["between"].to_numpy(float) * share * (1 - share))
    made = table.copy()
    made.loc[rows, ["share_se", "share_low", "share_high"]] = np.column_stack(
        [
            np.hypot(grids["share_se"], spread),
            np.maximum(share - np.hypot(share - grids["share_low"], Z * spread), 0.0),
            np.minimum(share + np.hypot(grids["share_high"] - share, Z * spread), 1.0),
        ]
    )
    return with_persons(made) if made["persons"].notna().any() else made


def _asked_by(people: pd.DataFrame) -> sparse.csc_array:
    """Return ``(n, I)`` who asked; nobody for those who were not asked by anybody who is told."""
    code, names = pd.factorize(people["interviewer"])
    rows = np.flatnonzero(code >= 0)
    return sparse.csc_array((np.ones(len(rows)), (rows, code[rows])), shape=(len(people), len(names)))


def _concentration(weights: Floats, asked_by: sparse.csc_array, domains: Domains) -> Floats:
    """Return ``Σ (Wᵢ/W)² − Σ (wⱼ/W)²`` of each domain, by those an interviewer asked."""
    members = domains.members.astype(float).T
    total = np.asarray(members @ weights)
    told = np.asarray(asked_by.sum(axis=1)).ravel()
    each = np.asarray((members @ sparse.diags_array(weights) @ asked_by).power(2).sum(axis=1)).ravel()
    single = np.asarray(members @ (told * weights**2))
    apart: Floats = np.divide(each - single, total**2, out=np.zeros_like(total), where=total > 0)
    return np.maximum(apart, 0.0)


def _widened(rows: pd.DataFrame, more: Floats, groups: float) -> pd.DataFrame:
    """Return a need's estimates with so much of p(1 − p) more variance, which rests on so many degrees of freedom."""
    share, before = rows["share"].to_numpy(float), rows["n_eff"].to_numpy(float)
    alone = np.divide(1.0, before, out=np.full(len(rows), np.inf), where=before > 0)
    n_eff = 1.0 / (alone + more)
    n = rows["n"].to_numpy(float)
    df = np.minimum(np.divide((alone + more) ** 2, more**2, out=np.full(len(rows), np.inf), where=more > 0) * groups, n)
    low, high = korn_graubard(share, np.where(np.isfinite(n_eff), n_eff, 0.0), np.maximum(df, 1.0), n, LEVEL)
    changed = (more > 0) & np.isfinite(share)
    return rows.assign(
        n_eff=np.where(changed, n_eff, before),
        share_se=np.where(changed, np.hypot(rows["share_se"], np.sqrt(more * share * (1 - share))), rows["share_se"]),
        share_low=np.where(changed, np.minimum(low, rows["share_low"]), rows["share_low"]),
        share_high=np.where(changed, np.maximum(high, rows["share_high"]), rows["share_high"]),
    )
