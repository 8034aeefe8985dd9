"""Coordinates as map services write them: the published offsets of GCJ-02 (高德、腾讯) and BD-09 (百度)."""

from __future__ import annotations

import numpy as np

_AXIS, _FLATNESS = 6378245.0, 0.00669342162296594323
"""Semi-major axis in metres and squared eccentricity of the Krasovsky 1940 ellipsoid."""


def written_in(crs: str, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return WGS-84 coordinates as a system writes them, to six places.

    Parameters
    ----------
    crs
        ``WGS84``, ``GCJ-02`` or ``BD-09``.
    """
    if crs != "WGS84":
        lon, lat = _to_gcj02(lon, lat)
    if crs == "BD-09":
        lon, lat = _to_bd09(lon, lat)
    return np.round(lon, 6), np.round(lat, 6)


def _to_gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    east, north = lon - 105, lat - 35
    waves = 20 * np.sin(6 * np.pi * east) + 20 * np.sin(2 * np.pi * east)
    along_lat = -100 + 2 * east + 3 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * np.sqrt(np.abs(east))
    along_lat += (waves + 20 * np.sin(np.pi * north) + 40 * np.sin(np.pi / 3 * north)) * 2 / 3
    along_lat += (160 * np.sin(np.pi / 12 * north) + 320 * np.sin(np.pi / 30 * north)) * 2 / 3
    along_lon = 300 + east + 2 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * np.sqrt(np.abs(east))
    along_lon += (waves + 20 * np.sin(np.pi * east) + 40 * np.sin(np.pi / 3 * east)) * 2 / 3
    along_lon += (150 * np.sin(np.pi / 12 * east) + 300 * np.sin(np.pi / 30 * east)) * 2 / 3
    radians = np.radians(lat)
    magic = 1 - _FLATNESS * np.sin(radians) ** 2
    metres_of_degree = np.pi / 180 * _AXIS
    shifted_lat = lat + along_lat / (metres_of_degree * (1 - _FLATNESS) / magic**1.5)
    return lon + along_lon / (metres_of_degree * np.cos(radians) / np.sqrt(magic)), shifted_lat


def _to_bd09(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    turn = np.pi * 3000 / 180
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * turn)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
