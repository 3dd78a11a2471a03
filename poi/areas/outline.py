"""Outlines on the map: what they hold, how large they are, where their middle is."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]
"""Points of a polygon or line, shape (N, 2): latitude, longitude."""


def contains(ring: Ring, lat: float, lon: float) -> bool:
    """Say whether a point lies in a ring (even-odd rule)."""
    y, x = ring[:, 0], ring[:, 1]
    above = y > lat
    crossing = above[:-1] != above[1:]
    if not crossing.any():
        return False
    y0, y1, x0, x1 = y[:-1][crossing], y[1:][crossing], x[:-1][crossing], x[1:][crossing]
    return bool(np.count_nonzero(lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0) % 2)


def contains_many(ring: Ring, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Say for each point whether it lies in a ring; shape (N,), bool."""
    inside = np.zeros(len(lats), dtype=bool)
    for (y0, x0), (y1, x1) in pairwise(ring):
        if y0 != y1:
            inside ^= ((y0 > lats) != (y1 > lats)) & (lons < (x1 - x0) * (lats - y0) / (y1 - y0) + x0)
    return inside


def polygon_area_m2(ring: Ring) -> float:
    """Return the area of a ring, square metres, on a locally flat earth."""
    if len(ring) < 4:
        return 0.0
    y = np.radians(ring[:, 0]) * 6_371_008.8
    x = np.radians(ring[:, 1]) * 6_371_008.8 * math.cos(math.radians(float(ring[0, 0])))
    x, y = x - x[0], y - y[0]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def middle_of(ring: Ring) -> tuple[float, float]:
    """Return the centroid of a ring, or the mean of its points if it has no area."""
    lat, lon = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    cross = lon[:-1] * lat[1:] - lon[1:] * lat[:-1]
    total = float(cross.sum())
    if abs(total) < 1e-14:
        return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    centre_lat = float(((lat[:-1] + lat[1:]) * cross).sum() / (3 * total))
    centre_lon = float(((lon[:-1] + lon[1:]) * cross).sum() / (3 * total))
    return float(ring[0, 0]) + centre_lat, float(ring[0, 1]) + centre_lon
