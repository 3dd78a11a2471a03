"""Districts: which one holds a point, and which points one holds."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from poi.build.extract import RawDistrict, RawPlace, Ring

REACH_M = {"place/suburb": 2_500, "place/quarter": 1_500, "place/neighbourhood": 1_000,
            "place/village": 2_500,
            "place/town": 5_000, "place/hamlet": 1_200, "place/city": 15_000,
            "place/borough": 4_000}  # fmt: skip
"""How far a district that is only a point on the map reaches."""

_OUTLINE_CELL_DEG, _POINT_CELL_DEG = 0.1, 0.05


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


class DistrictIndex:
    """Names the district of a point: the smallest outline round it, else the nearest part of a town."""

    def __init__(self, districts: Sequence[RawDistrict], places: Sequence[RawPlace]) -> None:
        outlines = sorted(
            (
                (-d.level, min(map(_box_size, d.rings)), d.name, ring, (*ring.min(axis=0), *ring.max(axis=0)))
                for d in districts
                for ring in d.rings
            ),
            key=lambda entry: entry[:2],
        )
        self._outlines = _Cells(_OUTLINE_CELL_DEG)
        for _, _, name, ring, box in outlines:
            self._outlines.add(box, (name, ring, box))
        self._points = _Cells(_POINT_CELL_DEG)
        for place in places:
            reach = REACH_M.get(place.categories[0])
            if reach and place.tags.get("name"):
                up = reach / 111_195
                side = up / max(0.05, math.cos(math.radians(place.lat)))
                box = (place.lat - up, place.lon - side, place.lat + up, place.lon + side)
                self._points.add(box, (place.tags["name"], place.lat, place.lon, reach))

    def name_at(self, lat: float, lon: float) -> str:
        """Return the name of the district at a point, "" where the map knows none."""
        for name, ring, (south, west, north, east) in self._outlines.at(lat, lon):
            if south <= lat <= north and west <= lon <= east and contains(ring, lat, lon):
                return str(name)
        stretch = math.cos(math.radians(lat))
        relative = [
            (math.hypot(own_lat - lat, (own_lon - lon) * stretch) * 111_195 / reach, name)
            for name, own_lat, own_lon, reach in self._points.at(lat, lon)
        ]
        share, name = min(relative, default=(1.0, ""))
        return str(name) if share < 1 else ""


class _Cells:
    """A grid that holds in each cell what overlaps it, in the order of adding."""

    def __init__(self, size_deg: float) -> None:
        self._size = size_deg
        self._cells: dict[tuple[int, int], list[Any]] = {}

    def add(self, box: tuple[float, float, float, float], entry: Any) -> None:
        south, west, north, east = (math.floor(edge / self._size) for edge in box)
        for row in range(south, north + 1):
            for column in range(west, east + 1):
                self._cells.setdefault((row, column), []).append(entry)

    def at(self, lat: float, lon: float) -> list[Any]:
        return self._cells.get((math.floor(lat / self._size), math.floor(lon / self._size)), [])


def _box_size(ring: Ring) -> float:
    spread = np.ptp(ring, axis=0)
    return float(spread[0] * spread[1])


def write_districts(db: sqlite3.Connection, districts: Sequence[RawDistrict]) -> None:
    """Write the outlines of districts and their boxes."""
    for number, district in enumerate(districts, 1):
        row = db.execute("SELECT id FROM place WHERE osm = ?", (district.osm,)).fetchone()
        rings = [ring.tolist() for ring in district.rings]
        names = {k[5:]: v for k, v in district.tags.items() if k.startswith("name:")}
        db.execute(
            "INSERT INTO district VALUES(?,?,?,?,?,?)",
            (number, row[0] if row else None, district.name, district.level,
             json.dumps(names, ensure_ascii=False), json.dumps(rings)),
        )  # fmt: skip
        everything = np.concatenate(district.rings)
        south, west = everything.min(axis=0)
        north, east = everything.max(axis=0)
        db.execute("INSERT INTO district_box VALUES(?,?,?,?,?)", (number, south, north, west, east))
