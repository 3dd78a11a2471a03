"""Chinese map coordinates: WGS-84 to and from GCJ-02 ("Mars" coordinates) and BD-09 (Baidu).

Inside the program everything is WGS-84; these conversions serve import and export only. The law of the
People's Republic shifts published maps by a smooth offset of up to about 700 m; its form is known from public
analyses (https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China). The inverse has no closed
form and is found by iteration, exact to less than a millimetre.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
System = Literal["wgs84", "gcj02", "bd09"]

_AXIS_M = 6_378_245.0
"""Semi-major axis of the Krasovsky ellipsoid, metres."""

_ECCENTRICITY2 = 0.006_693_421_622_965_943
"""Its squared eccentricity."""

_BD_TURN = math.pi * 3000 / 180


def in_china(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
    """Say where the shift applies: the usual box round China; the systems agree elsewhere."""
    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    return np.asarray((lat > 0.8293) & (lat < 55.8271) & (lon > 72.004) & (lon < 137.8347))


def _shift(lat: FloatArray, lon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what is to be added to WGS-84 latitude and longitude, degrees."""
    x, y = lon - 105.0, lat - 35.0
    common = (20 * np.sin(6 * x * math.pi) + 20 * np.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + common
    north += (20 * np.sin(y * math.pi) + 40 * np.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * math.pi) + 320 * np.sin(y / 30 * math.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + common
    east += (20 * np.sin(x * math.pi) + 40 * np.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * math.pi) + 300 * np.sin(x / 30 * math.pi)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    per_lat = _AXIS_M * (1 - _ECCENTRICITY2) / magic**1.5 * math.pi / 180
    per_lon = _AXIS_M / np.sqrt(magic) * np.cos(phi) * math.pi / 180
    return north / per_lat, east / per_lon


def wgs84_to_gcj02(lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return GCJ-02 latitude and longitude of WGS-84 points, degrees."""
    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    north, east = _shift(lat, lon)
    shifted = in_china(lat, lon)
    return np.where(shifted, lat + north, lat), np.where(shifted, lon + east, lon)


def gcj02_to_wgs84(lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return WGS-84 latitude and longitude of GCJ-02 points, degrees."""
    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    guess_lat, guess_lon = lat.copy(), lon.copy()
    for _ in range(12):
        back_lat, back_lon = wgs84_to_gcj02(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat - (back_lat - lat), guess_lon - (back_lon - lon)
    return guess_lat, guess_lon


def gcj02_to_bd09(lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return BD-09 latitude and longitude of GCJ-02 points, degrees."""
    y, x = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    shifted = in_china(y, x)
    return (
        np.where(shifted, radius * np.sin(angle) + 0.006, y),
        np.where(shifted, radius * np.cos(angle) + 0.0065, x),
    )


def bd09_to_gcj02(lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return GCJ-02 latitude and longitude of BD-09 points, degrees."""
    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    guess_lat, guess_lon = lat.copy(), lon.copy()
    for _ in range(12):
        back_lat, back_lon = gcj02_to_bd09(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat - (back_lat - lat), guess_lon - (back_lon - lon)
    return guess_lat, guess_lon


def to_wgs84(lat: ArrayLike, lon: ArrayLike, system: System) -> tuple[FloatArray, FloatArray]:
    """Return WGS-84 latitude and longitude of points in any of the three systems."""
    if system == "bd09":
        lat, lon = bd09_to_gcj02(lat, lon)
    if system in ("bd09", "gcj02"):
        return gcj02_to_wgs84(lat, lon)
    return np.asarray(lat, np.float64), np.asarray(lon, np.float64)


def from_wgs84(lat: ArrayLike, lon: ArrayLike, system: System) -> tuple[FloatArray, FloatArray]:
    """Return WGS-84 points in any of the three systems."""
    if system == "wgs84":
        return np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    lat, lon = wgs84_to_gcj02(lat, lon)
    return gcj02_to_bd09(lat, lon) if system == "bd09" else (np.asarray(lat), np.asarray(lon))
