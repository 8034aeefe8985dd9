"""Chance and packaged tables: one named stream of random numbers per piece, so that pieces never disturb each other."""

from __future__ import annotations

import tomllib
import zlib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

_DATA = files("needs_analytics.samples").joinpath("data")


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of one piece of the town.

    Parameters
    ----------
    seed
        Seed of the whole sample.
    names
        What the numbers are for; another name gives independent numbers.
    """
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def packaged(path: str) -> bool:
    """Tell whether a file comes with the package's data."""
    return _DATA.joinpath(path).is_file()


@cache
def packaged_table(name: str) -> pd.DataFrame:
    """Return a CSV of the package; shared, so not to be changed."""
    with _DATA.joinpath(f"{name}.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, keep_default_na=False)


@cache
def packaged_words(name: str) -> dict[str, Any]:
    """Return a TOML of the package; shared, so not to be changed."""
    return tomllib.loads(_DATA.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def pick(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    """Draw one class per row.

    Parameters
    ----------
    shares
        ``(rows, classes)`` of non-negative shares; each row is scaled to 1.

    Returns
    -------
    ``(rows,)`` positions of the classes drawn.
    """
    bounds = np.cumsum(shares, axis=1)
    return np.asarray((rng.random(len(shares))[:, None] * bounds[:, -1:] >= bounds).sum(axis=1))
