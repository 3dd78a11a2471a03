"""The point to drive to: an entrance, or the spot on the outline nearest to a road."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from poi.extract import RawPlace, Ring

_SMALL_M2 = 900.0
"""Below this area the middle is as good as any point of the outline."""

_FAR_DEG = 0.005
"""A road farther than this (about 500 m) from the outline does not lead to the place."""


class ArrivalPoints:
    """Finds arrival points among the drivable roads of an extract."""

    def __init__(self, roads: list[Ring]) -> None:
        self._roads = roads
        self._tree: Any = None
        self._stretch = 1.0

    def of(self, place: RawPlace) -> tuple[float, float]:
        """Return latitude and longitude of the point to drive to.

        Parameters
        ----------
        place
            A place; only a large polygon without an entrance is moved.
        """
        if place.entrance is not None:
            return place.entrance
        if place.ring is None or place.area_m2 < _SMALL_M2 or not self._roads:
            return place.lat, place.lon
        if place.categories[0].startswith(("boundary/", "place/", "natural/", "waterway/")):
            return place.lat, place.lon
        if self._tree is None:
            self._build(place.lat)
        ring = _denser(place.ring)
        distances, _ = self._tree.query(ring * (1.0, self._stretch))
        nearest = int(np.argmin(distances))
        if distances[nearest] > _FAR_DEG:
            return place.lat, place.lon
        return float(ring[nearest, 0]), float(ring[nearest, 1])

    def _build(self, lat: float) -> None:
        from scipy.spatial import cKDTree

        self._stretch = math.cos(math.radians(lat))
        self._tree = cKDTree(np.concatenate(self._roads) * (1.0, self._stretch))


def _denser(ring: Ring) -> Ring:
    """Add the middles of the sides, so that long walls count too."""
    return np.concatenate((ring, (ring[:-1] + ring[1:]) / 2))
