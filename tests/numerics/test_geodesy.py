"""Distances and Chinese map coordinates: published points, and ways there and back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from needs_analytics.numerics.geodesy import (
    EARTH_RADIUS_M,
    Points,
    bd09_to_gcj02,
    gcj02_to_wgs84,
    haversine,
    local_metres,
    straight_metres,
)


def test_great_circles():
    """A degree of a meridian, a quarter of the equator, half the globe, no distance."""
    metres = haversine([0, 0, 30, 121.5], [0, 0, 90, 31.2], [0, 90, 0, 121.5], [1, 0, -90, 31.2])
    assert_allclose(metres, EARTH_RADIUS_M * np.pi * np.array([1 / 180, 1 / 2, 1, 0]), rtol=1e-12)


def test_distances_do_not_depend_on_the_direction_and_hold_metres_apart():
    there, back = haversine(121.5, 31.2, 121.50001, 31.2), haversine(121.50001, 31.2, 121.5, 31.2)
    assert there == back
    assert_allclose(there, EARTH_RADIUS_M * np.radians(1e-5) * np.cos(np.radians(31.2)), rtol=1e-6)


def test_gcj02_as_published():
    """Points of the tests of googollee/eviltransform: Shanghai, Shenzhen, Beijing."""
    lon, lat = gcj02_to_wgs84(
        [121.531541859215, 113.9171764808363, 116.38404722455657],
        [31.17530398364597, 22.540796131694766, 39.91334545536069],
    )
    assert_allclose(lon, [121.5272106, 113.912316, 116.377817], atol=2e-6)
    assert_allclose(lat, [31.1774276, 22.543847, 39.911954], atol=2e-6)


def test_gcj02_back_to_a_published_point():
    """``wgs84togcj02(116.404, 39.915)`` of wandergis/coordtransform, to the last digit it prints."""
    assert_allclose(gcj02_to_wgs84(116.41024449916938, 39.91640428150164), [116.404, 39.915], rtol=0, atol=1e-12)


def test_bd09_as_published():
    """The example of wandergis/coordtransform; that of eviltransform leaves 3000/180 out and is metres off."""
    assert_allclose(bd09_to_gcj02(116.404, 39.915), [116.39762729119315, 39.90865673957631], rtol=1e-14)


def test_metres_on_the_plane_come_before_degrees_and_all_maps_meet():
    """The same spot in three coordinate systems; where only one side has a plane, degrees count."""
    columns = {
        "x": [0.0, np.nan, np.nan, np.nan], "y": [0.0, np.nan, np.nan, np.nan],
        "lon": [116.404, 116.404, 116.41024449916938, np.nan], "lat": [39.915, 39.915, 39.91640428150164, 39.9],
        "crs": ["WGS-84", "", "GCJ-02", "WGS-84"],
    }  # fmt: skip
    here = Points.of(columns)
    baidu = Points.of({"x": [30.0, np.nan], "y": [40.0, np.nan], "lon": [116.404, 116.404], "lat": [39.915, 39.915],
                       "crs": ["BD-09", "BD-09"]})  # fmt: skip
    metres = straight_metres(here, baidu)
    wgs = gcj02_to_wgs84(*bd09_to_gcj02(116.404, 39.915))
    by_degrees = haversine(116.404, 39.915, *wgs)
    assert metres[0, 0] == 50
    assert_allclose(metres[:3, 1], by_degrees, rtol=1e-9)
    assert_allclose(metres[1:3, 0], by_degrees, rtol=1e-9)
    assert np.isnan(metres[3]).all()
    assert columns["lon"][2] == 116.41024449916938, "what was given is left as it is"


def test_places_are_drawn_by_metres_whatever_they_were_sent_in():
    degrees = Points(*(np.full(2, np.nan),) * 2, np.array([117.20, 117.21]), np.array([31.80, 31.79]), np.full(2, None))
    east, north = local_metres(degrees)
    assert float(np.hypot(np.diff(east), np.diff(north))[0]) == pytest.approx(
        haversine(117.20, 31.80, 117.21, 31.79), rel=1e-4
    )
    plane = degrees._replace(x=np.array([0.0, 300.0]), y=np.array([0.0, 400.0]))
    assert local_metres(plane)[0].tolist() == [0, 300]
