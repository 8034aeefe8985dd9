"""Distances on the ground and the coordinate systems of Chinese maps."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
_KRASOVSKY_A, _KRASOVSKY_EE = 6_378_245.0, 0.00669342162296594323


class Columns(Protocol):
    """Anything whose columns are found by name."""

    def __getitem__(self, name: str, /) -> Any: ...


class Points(NamedTuple):
    """Where things stand, ``(n,)`` each; NaN where it is not known.

    ``x, y`` are metres on a plane, ``lon, lat`` degrees in the coordinate system ``crs`` (``GCJ-02``, ``BD-09``;
    anything else is taken for WGS-84).
    """

    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    crs: npt.NDArray[np.object_]

    @classmethod
    def of(cls, columns: Columns) -> Points:
        """Take the columns ``x, y, lon, lat, crs`` of a table of places."""
        x, y, lon, lat = (np.asarray(columns[name], dtype=np.float64) for name in ("x", "y", "lon", "lat"))
        return cls(x, y, lon, lat, np.asarray(columns["crs"], dtype=np.object_))

    def wgs84(self) -> tuple[Floats, Floats]:
        """Return longitude and latitude in WGS-84 degrees."""
        lon, lat = self.lon.copy(), self.lat.copy()
        baidu = self.crs == "BD-09"
        lon[baidu], lat[baidu] = bd09_to_gcj02(lon[baidu], lat[baidu])
        shifted = baidu | (self.crs == "GCJ-02")
        lon[shifted], lat[shifted] = gcj02_to_wgs84(lon[shifted], lat[shifted])
        return lon, lat


def straight_metres(here: Points, there: Points) -> Floats:
    """Return ``(here, there)`` straight-line metres: on the plane where both sides have it, else from degrees."""
    (lon1, lat1), (lon2, lat2) = here.wgs84(), there.wgs84()
    degrees = haversine(lon1[:, None], lat1[:, None], lon2[None, :], lat2[None, :])
    planar = np.hypot(here.x[:, None] - there.x[None, :], here.y[:, None] - there.y[None, :])
    return np.where(np.isfinite(planar), planar, degrees)


def local_metres(points: Points) -> tuple[Floats, Floats]:
    """Return metres to the east and to the north, to draw places by: the plane's own, or degrees where more have those.

    Degrees are laid flat at the middle latitude (equirectangular): over 50 km a distance is off by less than 1 %.
    """
    lon, lat = points.wgs84()
    degrees, plane = np.isfinite(lon) & np.isfinite(lat), np.isfinite(points.x) & np.isfinite(points.y)
    if plane.sum() >= degrees.sum():
        return points.x, points.y
    middle_lon, middle_lat = np.nanmean(lon[degrees]), np.nanmean(lat[degrees])
    per_degree = np.radians(EARTH_RADIUS_M)
    return (lon - middle_lon) * per_degree * np.cos(np.radians(middle_lat)), (lat - middle_lat) * per_degree


def haversine(lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike) -> Floats:
    """Return great-circle distances in metres between broadcast points in degrees.

    Source: Sinnott (1984), Sky and Telescope 68, 159; mean earth radius of IUGG.
    """
    a1, b1, a2, b2 = (np.radians(np.asarray(value, dtype=np.float64)) for value in (lon1, lat1, lon2, lat2))
    half = np.sin((b2 - b1) / 2) ** 2 + np.cos(b1) * np.cos(b2) * np.sin((a2 - a1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Turn GCJ-02 degrees (高德, 腾讯) into WGS-84 degrees, to about a centimetre inside China.

    Three fixed-point steps on the published forward transformation (Krasovsky 1940 ellipsoid).
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    guess_x, guess_y = x.copy(), y.copy()
    for _ in range(3):
        shift_x, shift_y = _gcj_shift(guess_x, guess_y)
        guess_x, guess_y = x - shift_x, y - shift_y
    return guess_x, guess_y


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Turn BD-09 degrees (百度) into GCJ-02 degrees."""
    x = np.asarray(lon, dtype=np.float64) - 0.0065
    y = np.asarray(lat, dtype=np.float64) - 0.006
    turn = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * turn)
    return radius * np.cos(angle), radius * np.sin(angle)


def _gcj_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return what GCJ-02 adds to WGS-84 degrees."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6 * x * np.pi) + 20.0 * np.sin(2 * x * np.pi)
    north = -100.0 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160.0 * np.sin(y / 12 * np.pi) + 320.0 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300.0 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150.0 * np.sin(x / 12 * np.pi) + 300.0 * np.sin(x / 30 * np.pi)) * 2 / 3
    latitude = np.radians(lat)
    magic = 1 - _KRASOVSKY_EE * np.sin(latitude) ** 2
    root = np.sqrt(magic)
    north_degrees = north * 180.0 / (_KRASOVSKY_A * (1 - _KRASOVSKY_EE) / (magic * root) * np.pi)
    east_degrees = east * 180.0 / (_KRASOVSKY_A / root * np.cos(latitude) * np.pi)
    return east_degrees, north_degrees
