"""Areas with entrances: parks, campuses, palaces, hotels. Who goes into one goes in by its gate."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE, distance_m
from nav.graph import Offsets

_E7 = 1e7
_BY_SIDE_DOOR_M = 30.0
"""A main entrance is preferred to another if it is no farther to walk than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A way into an area."""

    lat: float
    lon: float
    walk_m: float
    """From here to the place inside, as the crow flies."""
    preferred_m: float
    """The same, with what a side door counts more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosures:
    """Rings of areas and their entrances; every field is an array of the same name in the pack."""

    first_point: Offsets
    """(A + 1,) first point of the ring of each area, with the end of the last."""
    point_lat_e7: NDArray[np.int32]
    point_lon_e7: NDArray[np.int32]
    first_entrance: Offsets
    """(A + 1,) first entrance of each area, with the end of the last."""
    entrance_lat_e7: NDArray[np.int32]
    entrance_lon_e7: NDArray[np.int32]
    entrance_is_main: NDArray[np.bool_]
    box_e7: NDArray[np.int32]
    """(A, 4) south, west, north, east."""

    def around(self, lat: float, lon: float) -> int:
        """Return the smallest area that a point lies in; -1 if there is none."""
        y, x = round(lat * _E7), round(lon * _E7)
        box = self.box_e7
        inside = np.flatnonzero((box[:, 0] <= y) & (y <= box[:, 2]) & (box[:, 1] <= x) & (x <= box[:, 3]))
        holding = [int(area) for area in inside if self.contains(int(area), lat, lon)]
        return min(holding, key=self._extent, default=-1)

    def _extent(self, area: int) -> float:
        south, west, north, east = self.box_e7[area].astype(np.float64).tolist()
        return float((north - south) * (east - west))

    def contains(self, area: int, lat: float, lon: float) -> bool:
        """Tell whether a point lies in an area."""
        first, last = int(self.first_point[area]), int(self.first_point[area + 1])
        y = self.point_lat_e7[first:last].astype(np.float64) - lat * _E7
        x = self.point_lon_e7[first:last].astype(np.float64) - lon * _E7
        y1, x1, y2, x2 = y[:-1], x[:-1], y[1:], x[1:]
        crosses = (y1 > 0) != (y2 > 0)
        at = x1 - y1 / np.where(crosses, y2 - y1, 1.0) * (x2 - x1)
        return bool((crosses & (at > 0)).sum() % 2)

    def entrances(self, area: int, lat: float, lon: float) -> list[Entrance]:
        """Return the ways into an area, those first that are best for a place inside it."""
        found = []
        for i in range(int(self.first_entrance[area]), int(self.first_entrance[area + 1])):
            at = float(self.entrance_lat_e7[i]) / _E7, float(self.entrance_lon_e7[i]) / _E7
            walk = distance_m(at, (lat, lon))
            more = 0.0 if self.entrance_is_main[i] else _BY_SIDE_DOOR_M
            found.append(Entrance(lat=at[0], lon=at[1], walk_m=walk, preferred_m=walk + more))
        return sorted(found, key=lambda e: (e.preferred_m, e.lat, e.lon))

    def reach_m(self, area: int) -> float:
        """Return how far it is across an area, metres."""
        south, west, north, east = (self.box_e7[area] / _E7).tolist()
        return float(np.hypot(north - south, (east - west) * np.cos(np.radians(south)))) * METRES_PER_DEGREE


ENCLOSURE_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Enclosures))
"""Names of the arrays of `Enclosures` in the pack."""
NO_ENCLOSURES: dict[str, NDArray[np.generic]] = {
    **dict.fromkeys(ENCLOSURE_FIELDS, np.empty(0, np.int32)),
    "first_point": np.zeros(1, np.int64),
    "first_entrance": np.zeros(1, np.int64),
    "entrance_is_main": np.empty(0, np.bool_),
    "box_e7": np.empty((0, 4), np.int32),
}
"""The arrays of a pack that was built before there were any."""
