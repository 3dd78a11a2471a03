"""The point to drive to: an entrance, or the spot on the outline nearest to a road."""

from __future__ import annotations

import math

import numpy as np

from poi.areas.outline import Ring
from poi.build.extract import RawPlace

_SMALL_M2 = 900.0
"""Below this area the middle is as good as any point of the outline."""

_FAR_DEG = 0.005
"""A road farther than this (about 500 m) from the outline does not lead to the place."""


_CELL_DEG = 0.01


class ArrivalPoints:
    """Finds arrival points among the drivable roads of an extract."""

    def __init__(self, roads: list[Ring]) -> None:
        points = np.concatenate(roads) if roads else np.zeros((0, 2))
        cells = _cells(points[:, 0], points[:, 1])
        order = np.argsort(cells, kind="stable")
        self._points, self._cells = points[order], cells[order]

    def of(self, place: RawPlace) -> tuple[float, float]:
        """Return latitude and longitude of the point to drive to.

        Parameters
        ----------
        place
            A place; only a large polygon without an entrance is moved.
        """
        if place.entrance is not None:
            return place.entrance
        if place.ring is None or place.area_m2 < _SMALL_M2:
            return place.lat, place.lon
        if place.categories[0].startswith(("boundary/", "place/", "natural/", "waterway/")):
            return place.lat, place.lon
        ring = _denser(place.ring)
        roads = self._near(ring)
        if not len(roads):
            return place.lat, place.lon
        stretch = math.cos(math.radians(place.lat))
        north = ring[:, None, 0] - roads[None, :, 0]
        east = (ring[:, None, 1] - roads[None, :, 1]) * stretch
        distances = np.sqrt((north * north + east * east).min(axis=1))
        nearest = int(np.argmin(distances))
        if distances[nearest] > _FAR_DEG:
            return place.lat, place.lon
        return float(ring[nearest, 0]), float(ring[nearest, 1])

    def _near(self, ring: Ring) -> Ring:
        """Return road points in the cells round a ring, thinned where there are very many."""
        south, west = np.floor((ring.min(axis=0) - _FAR_DEG) / _CELL_DEG)
        north, east = np.floor((ring.max(axis=0) + _FAR_DEG) / _CELL_DEG)
        rows = np.arange(south, north + 1)
        first = np.searchsorted(self._cells, _key(rows, west), side="left")
        last = np.searchsorted(self._cells, _key(rows, east), side="right")
        found = [self._points[a:b] for a, b in zip(first, last, strict=True) if b > a]
        if not found:
            return np.zeros((0, 2))
        points = np.concatenate(found)
        return points[:: max(1, len(points) * len(ring) // 2_000_000)]


def _key(row: np.ndarray, column: float | np.ndarray) -> np.ndarray:
    return np.asarray(row * 100_000 + column, dtype=np.int64)


def _cells(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    return _key(np.floor(lat / _CELL_DEG), np.floor(lon / _CELL_DEG))


def _denser(ring: Ring) -> Ring:
    """Add the middles of the sides, so that long walls count too; thin very long outlines."""
    ring = ring[:: max(1, len(ring) // 300)]
    return np.concatenate((ring, (ring[:-1] + ring[1:]) / 2))
