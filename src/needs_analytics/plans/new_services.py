"""New services that may be considered: what one type of residents wants far more than others and has no service for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL

if TYPE_CHECKING:
    from needs_analytics.core.arrays import Objects
    from needs_analytics.core.codebook import Codebook
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import GapReport, NeedsList, Segments

COLUMNS = (
    "segment", "need", "need_name", "n", "n_yes", "share", "share_low", "share_high", "persons", "persons_low",
    "persons_high", "overall", "lift", "lift_low", "lift_high", "service", "service_name", "service_name_en", "why",
    "lacking", "offered", "flag", "flag_reason",
)  # fmt: skip
LEAST_LIFT = 1.5
"""Times everyone's share from which a need is one of a segment."""
LEAST_LACKING = 0.8
"""Share of a segment's demand that no service can serve from which there is as good as none for it."""
_REASONS = ("no_service", "not_eligible", "too_far")
_NEED = "need:"


def suggest_services(segments: Segments, needs: NeedsList, gaps: GapReport, cleaned: Cleaned) -> pd.DataFrame:
    """Return needs with a clear and high lift inside one segment for which the menu has nothing that serves it.

    Parameters
    ----------
    segments
        With the traits that say what is clear.
    needs
        Shares and persons of needs by segment.
    gaps
        What stands between a segment's demand and the services: none in the menu, not for them, too far.
    cleaned
        The menu, and the codebook whose catalogue names the services. Without a menu nothing is said: there is no
        telling what is missing.

    Returns
    -------
    DataFrame
        ``segment, need, need_name``; of the need inside the segment ``n, n_yes, share, persons`` with limits;
        ``overall, lift`` with limits; ``service, service_name, service_name_en`` of the catalogue, ``""`` where it has
        none; ``why`` (``no_service``, ``not_eligible``, ``too_far``) and the ``lacking`` share of the demand, 1 where
        the menu has nothing; ``offered``, the names of what it has for the need, joined by ``、``; ``flag,
        flag_reason`` of the estimate. Most persons first.
    """
    rows = _lifted(segments, cleaned.codebook)
    if cleaned.menu.empty or rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    whole = needs.table[(needs.table["community"] == ALL) & (needs.table["group"] == ALL)]
    figures = ["need_name", "n", "n_yes", "share", "share_low", "share_high", "persons", "persons_low", "persons_high"]
    rows = rows.merge(whole[["segment", "need", *figures, "flag", "flag_reason"]], on=["segment", "need"])
    rows = rows.assign(**_lacking(rows, gaps, cleaned.menu))
    rows = rows[(rows["why"] != "") & (rows["lacking"] >= LEAST_LACKING)]
    named = [services_of(need, cleaned.codebook, without=cleaned.menu["name"]) for need in rows["need"]]
    for column in ("service", "name", "name_en"):
        to = column if column == "service" else f"service_{column}"
        rows[to] = [str(found[column].iloc[0]) if len(found) else "" for found in named]
    menu = cleaned.menu.assign(need=cleaned.menu["needs"].fillna("").str.split(";")).explode("need")
    offered = menu.drop_duplicates(["need", "name"]).groupby("need")["name"].agg("、".join)
    rows["offered"] = rows["need"].map(offered).fillna("")
    order = rows.assign(size=rows["persons"].fillna(rows["share"])).sort_values(
        ["size", "need", "segment"], ascending=[False, True, True]
    )
    return order[list(COLUMNS)].reset_index(drop=True)


def services_of(need: str, codebook: Codebook, *, without: pd.Series | None = None) -> pd.DataFrame:
    """Return the catalogue's services for a need, those made for it alone first.

    Parameters
    ----------
    need
        Code of the need.
    codebook
        With the catalogue of usual services.
    without
        Names that stand in the menu already: what is not offered yet goes before them.
    """
    services = codebook.services
    wanted = services["needs"].str.split(";")
    rows = services[[need in needs for needs in wanted]]
    known = rows["name"].isin(set() if without is None else set(without.dropna()))
    order = rows.assign(known=known, width=[len(needs) for needs in wanted[rows.index]])
    return order.sort_values(["known", "width", "service"], kind="stable")[list(services.columns)]


def _lifted(segments: Segments, codebook: Codebook) -> pd.DataFrame:
    """Return the published segments' needs of direct services whose lift is high and clear."""
    traits = segments.traits
    rows = traits[traits["segment"].isin(segments.names()) & traits["feature"].str.startswith(_NEED) & traits["clear"]]
    rows = rows[(rows["lift"] >= LEAST_LIFT) & (rows["lift_low"] > 1)]
    rows = rows.assign(need=rows["feature"].str.removeprefix(_NEED))
    direct = codebook.needs.index[codebook.needs["resolution_path"] == "直接服务"]
    return rows.loc[rows["need"].isin(direct), ["segment", "need", "overall", "lift", "lift_low", "lift_high"]]


def _lacking(rows: pd.DataFrame, gaps: GapReport, menu: pd.DataFrame) -> dict[str, Objects]:
    """Return why a segment has no service for a need, ``""`` where it has, and for which part of it that is so."""
    offered = set(menu["needs"].fillna("").str.split(";").explode())
    own = gaps.table[(gaps.table["community"] == ALL) & (gaps.table["grid"] == ALL)].set_index(["segment", "need"])
    parts = own.reindex(pd.MultiIndex.from_frame(rows[["segment", "need"]]))
    known = parts[["demand", *_REASONS]].astype(float).fillna(0.0).to_numpy()
    none = ~rows["need"].isin(offered).to_numpy()
    demand, lacks = known[:, 0], known[:, 1:].sum(axis=1)
    share = np.divide(lacks, demand, out=np.zeros(len(rows)), where=demand > 0)
    main = np.array(_REASONS, dtype=object)[known[:, 1:].argmax(axis=1)]
    return {"why": np.where(none, "no_service", np.where(share > 0, main, "")), "lacking": np.where(none, 1.0, share)}
