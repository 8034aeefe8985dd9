"""A district made for measuring the plan: grids, needs with one service each, and sites around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.ledger import LEDGER_COLUMNS
from needs_analytics.core.month import Month
from needs_analytics.core.records import Cleaned
from needs_analytics.core.results import ALL, NEEDS_COLUMNS, NeedsList, Weights
from needs_analytics.core.tables import COLUMNS, conform, empty
from needs_analytics.weights import weigh

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

_RESIDENTS, _SHARE = 1_200.0, (0.02, 0.3)
_GRIDS_OF_A_COMMUNITY = 20
_SIDE = 10_000.0  # metres
_DEGREE = 111_320.0  # metres of one degree of latitude


@dataclass(frozen=True)
class Size:
    """How many of what; every place reaches so many sites of each service (``nearest``), on average."""

    grids: int
    needs: int
    sites: int
    sites_of_a_service: int
    nearest: int
    answers: int = 3_000


def transport(grids: int, services: int, sites: int, nearest: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return whole numbers of a plan: demand, capacity, and source, sink and metres of the arcs.

    Every grid may use the nearest sites of each service; there is room for four in five.
    """
    rng = np.random.default_rng(20261001)
    home = rng.uniform(0, _SIDE, (grids, 2))
    parts = []
    for service in range(services):
        metres = np.hypot(*(home[:, None] - rng.uniform(0, _SIDE, (sites, 2))).transpose(2, 0, 1))
        near = np.argsort(metres, axis=1)[:, :nearest]
        wanted = rng.integers(5, 60, grids)
        room = rng.integers(1, int(1.6 * wanted.sum() / sites) + 2, sites)
        source = np.repeat(np.arange(grids), nearest) + service * grids
        parts.append(
            (wanted, room, source, near.ravel() + service * sites, np.rint(np.take_along_axis(metres, near, 1)).ravel())
        )
    demand, capacity, source, sink, cost = (np.concatenate(part).astype(np.int64) for part in zip(*parts, strict=True))
    return demand, capacity, source, sink, cost


def month(size: Size) -> tuple[NeedsList, Cleaned, Weights]:
    """Return a month up to its needs list: what the plan and the gaps are made from."""
    rng = np.random.default_rng(20261001)
    places = _places(size, rng)
    codes = [f"N{number:03d}" for number in range(size.needs)]
    share = rng.uniform(*_SHARE, size.needs)
    cleaned = _cleaned(size, places, codes, share, rng)
    return _needs(places, codes, share, rng), cleaned, weigh(cleaned.survey, cleaned.register)


def _places(size: Size, rng: np.random.Generator) -> pd.DataFrame:
    number = np.arange(size.grids)
    metres = rng.uniform(0, _SIDE, (2, size.grids))
    return pd.DataFrame(
        {
            "community": np.char.add("C", (number // _GRIDS_OF_A_COMMUNITY).astype(str)).astype(object),
            "grid": np.char.add("G", number.astype(str)).astype(object),
            "lon": 114.0 + metres[0] / (_DEGREE * np.cos(np.radians(30.0))),
            "lat": 30.0 + metres[1] / _DEGREE,
            "population": np.rint(rng.uniform(0.5, 1.5, size.grids) * _RESIDENTS),
        }
    )


def _cleaned(size: Size, places: pd.DataFrame, codes: list[str], share: Floats, rng: np.random.Generator) -> Cleaned:
    site = np.char.add("P", np.arange(size.sites).astype(str)).astype(object)
    metres = rng.uniform(0, _SIDE, (2, size.sites))
    radius = _SIDE * np.sqrt(size.nearest / (np.pi * size.sites_of_a_service))  # walked: 1.3 times the straight line
    offered = np.concatenate([rng.choice(size.sites, size.sites_of_a_service, replace=False) for _ in codes])
    service = np.repeat([f"S{code}" for code in codes], size.sites_of_a_service)
    wanted = np.repeat(share * places["population"].sum() / size.sites_of_a_service, size.sites_of_a_service)
    room = np.rint(wanted * rng.uniform(0, 1.6, offered.size))
    at = rng.integers(0, size.grids, size.answers)
    own = pd.DataFrame({
        "answer_id": np.arange(size.answers).astype(str), "person_key": np.arange(size.answers).astype(str),
        "office": "街道", "month": "2026-10", "community": places["community"].to_numpy()[at],
        "grid": places["grid"].to_numpy()[at], "groups": "", "sex": "男", "age_low": 40.0, "age_high": 40.0,
        "base_weight": 1.0,
    })  # fmt: skip
    said = pd.DataFrame(
        (rng.random((size.answers, size.needs)) < share).astype(float), columns=[f"need:{c}" for c in codes]
    )
    given = {
        "survey": pd.concat([own, said], axis=1),
        "register": places[["community", "grid"]].assign(
            age_low=16.0, age_high=120.0, sex="男", persons=places["population"]
        ),
        "places": places[["community", "grid", "lon", "lat"]],
        "menu": pd.DataFrame({
            "service": [f"S{code}" for code in codes], "name": codes, "needs": codes, "mode": "到点", "unit": "人次",
            "eligibility": "all", "uses_per_person_month": 1.0,
        }),
        "supply": pd.DataFrame({
            "service": service, "site": site[offered], "capacity": room, "monthly": room, "times": 1.0, "period": "月",
        }),
        "sites": pd.DataFrame({
            "site": site, "name": site, "radius_m": 1.3 * radius,
            "lon": 114.0 + metres[0] / (_DEGREE * np.cos(np.radians(30.0))), "lat": 30.0 + metres[1] / _DEGREE,
        }),
        "usage": pd.DataFrame({
            "service": service, "site": site[offered], "count": np.rint(room * rng.uniform(0.3, 1.0, room.size)),
            "status": "完成", "month": "2026-10",
        }),
    }  # fmt: skip
    nothing = pd.DataFrame(columns=["file", "sheet", "row"])
    return Cleaned(
        month=Month.parse("2026-10"),
        **{name: _table(name, given[name]) if name in given else empty(name) for name in COLUMNS},
        earlier={name: empty(name) for name in ("survey", "usage", "requests", "supply")},
        counts=pd.DataFrame(), merged=nothing, returned=nothing, sheets=pd.DataFrame(), questions=pd.DataFrame(),
        issues=(), ledger=pd.DataFrame(columns=list(LEDGER_COLUMNS)), codebook=Codebook.default(),
    )  # fmt: skip


def _table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    where = {"file": f"{name}.xlsx", "digest": "0" * 64, "sheet": "Sheet1", "row": range(2, len(frame) + 2)}
    return conform(frame.assign(**where), name)


def _needs(places: pd.DataFrame, codes: list[str], share: Floats, rng: np.random.Generator) -> NeedsList:
    upper = places.groupby("community", sort=False)["population"].sum()
    grid = pd.DataFrame({"community": upper.index, "grid": ALL, "population": upper.to_numpy()})
    whole = pd.DataFrame({"community": [ALL], "grid": [ALL], "population": [upper.sum()]})
    rows = pd.concat([whole, grid, places[["community", "grid", "population"]]], ignore_index=True)
    table = pd.concat(
        [rows.assign(need=code, own=own) for code, own in zip(codes, share, strict=True)], ignore_index=True
    )
    found = np.clip(table["own"] * np.exp(rng.normal(0, 0.2, len(table))), 0.001, 0.9)
    se = np.where(table["grid"] == ALL, 0.01, 0.05)
    table = table.assign(
        need_name=table["need"], domain="D", segment=ALL, group=ALL, n=100.0, n_yes=np.rint(100 * found), n_eff=90.0,
        share=found, share_se=se, share_low=np.maximum(found - 2 * se, 0.0), share_high=np.minimum(found + 2 * se, 1.0),
        method=np.where(table["grid"] == ALL, "direct", "composite"), coverage=1.0, flag="可发布", flag_reason="",
        resolution_path="直接服务", residents=table["population"],
    )  # fmt: skip
    for part in ("", "_low", "_high"):
        table[f"persons{part}"] = table[f"share{part}"] * table["population"]
    table = table.reindex(columns=list(dict.fromkeys([*NEEDS_COLUMNS, *table.columns])))
    return NeedsList(
        table,
        pd.DataFrame(),
        places[["community", "grid", "population"]].assign(guessed=""),
        pd.DataFrame(),
        "estimated",
    )
