"""Districts: which one holds a point, and which points one holds."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from poi.areas.outline import Ring, contains

if TYPE_CHECKING:
    from poi.build.area_points import AreaPoint
    from poi.build.extract import RawDistrict, RawPlace

REACH_M = {"place/suburb": 2_500, "place/quarter": 1_500, "place/neighbourhood": 1_000,
            "place/village": 2_500,
            "place/town": 5_000, "place/hamlet": 1_200, "place/city": 15_000,
            "place/borough": 4_000}  # fmt: skip
"""How far a district that is only a point on the map reaches."""

SPOKEN_LEVEL = 4
"""Countries and groups of states (levels 2 and 3) are no answer to "in which district"."""

_OUTLINE_CELL_DEG, _POINT_CELL_DEG = 0.1, 0.05


class DistrictIndex:
    """Names the district of a point: the smallest outline round it, else the nearest part of a town.

    An outline that is cut at the map's edge is not trusted as far: it comes last.
    """

    def __init__(self, districts: Sequence[RawDistrict], places: Sequence[RawPlace]) -> None:
        outlines = sorted(
            (
                (
                    -d.level,
                    min(map(_box_size, d.rings)),
                    d.cut,
                    d.name,
                    ring,
                    (*ring.min(axis=0), *ring.max(axis=0)),
                )
                for d in districts
                for ring in d.rings
                if d.level >= SPOKEN_LEVEL
            ),
            key=lambda entry: entry[:2],
        )
        self._outlines, self._cut = _Cells(_OUTLINE_CELL_DEG), _Cells(_OUTLINE_CELL_DEG)
        for _, _, cut, name, ring, box in outlines:
            (self._cut if cut else self._outlines).add(box, (name, ring, box))
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
        return _held(self._outlines, lat, lon) or self._near(lat, lon) or _held(self._cut, lat, lon)

    def _near(self, lat: float, lon: float) -> str:
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


def _held(outlines: _Cells, lat: float, lon: float) -> str:
    """Return the first outline that holds a point; "" for none."""
    for name, ring, (south, west, north, east) in outlines.at(lat, lon):
        if south <= lat <= north and west <= lon <= east and contains(ring, lat, lon):
            return str(name)
    return ""


def _box_size(ring: Ring) -> float:
    spread = np.ptp(ring, axis=0)
    return float(spread[0] * spread[1])


def write_districts(
    db: sqlite3.Connection, districts: Sequence[RawDistrict], points: Mapping[str, AreaPoint]
) -> None:
    """Write the outlines of districts, their boxes, and the points to drive to."""
    rows = dict(db.execute("SELECT osm, id FROM place WHERE category GLOB 'place/*' OR category GLOB 'b*'"))
    for number, district in enumerate(districts, 1):
        point = points[district.osm]
        rings = [ring.round(7).tolist() for ring in district.rings]
        db.execute(
            "INSERT INTO district VALUES(?,?,?,?,?,?,?,?,?)",
            (number, rows.get(district.osm), rows.get(point.node), district.name, district.level,
             district.cut, point.lat, point.lon, json.dumps(rings)),
        )  # fmt: skip
        everything = np.concatenate(district.rings)
        south, west = everything.min(axis=0)
        north, east = everything.max(axis=0)
        db.execute("INSERT INTO district_box VALUES(?,?,?,?,?)", (number, south, north, west, east))
