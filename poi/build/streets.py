"""Join the ways of a street into one place and keep their lines for crossings and reverse geocoding."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

import numpy as np

from poi.build.addresses import RoadIndex
from poi.build.extract import RawStreet
from poi.build.importance import importance
from poi.build.names import names_of

_GAP_DEG = 0.01
"""Ways of one name that lie farther apart than this (about 1 km) are different streets."""

_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
            "living_street", "pedestrian", "service", "footway", "cycleway", "track", "path",
            "steps")  # fmt: skip


class _Districts(Protocol):
    def name_at(self, lat: float, lon: float) -> str: ...


class StreetWriter:
    """Writes streets as places, and their lines to the table `street`."""

    def __init__(
        self, db: sqlite3.Connection, add_place: Callable[..., int], districts: _Districts, roads: RoadIndex
    ) -> None:
        self._roads = roads
        self._db = db
        self._add_place = add_place
        self._districts = districts
        self._lines: list[tuple[int, int, bytes]] = []
        self._boxes: list[tuple[int, float, float, float, float]] = []

    def write(self, ways: list[RawStreet]) -> None:
        """Write all streets."""
        by_name: dict[str, list[RawStreet]] = defaultdict(list)
        for way in ways:
            by_name[way.tags.get("name") or way.tags["ref"].split(";")[0]].append(way)
        for name, group in by_name.items():
            for cluster in _clusters(group):
                self._street(name, cluster)
        self._db.executemany("INSERT INTO street VALUES(?,?,?)", self._lines)
        self._db.executemany("INSERT INTO street_box VALUES(?,?,?,?,?)", self._boxes)

    def _street(self, name: str, ways: list[RawStreet]) -> None:
        best = min(ways, key=lambda w: (_rank(w.tags["highway"]), -len(w.points)))
        middle = np.concatenate([w.points for w in ways])
        centre = (middle.min(axis=0) + middle.max(axis=0)) / 2
        lat, lon = middle[int(np.argmin(np.hypot(*(middle - centre).T)))].tolist()
        names = {
            k: v for way in ways for k, v in names_of(way.tags).items() if k not in ("operator", "brand")
        }
        names["name"] = name
        refs = {r.strip() for w in ways for r in w.tags.get("ref", "").split(";")} - {"", name}
        if refs:
            names["ref"] = ";".join(sorted(refs))
        self._roads.add(name, (p.strip() for value in names.values() for p in value.split(";")))
        category = f"street/{best.tags['highway'].removesuffix('_link')}"
        weight = importance(category, best.tags)
        district = self._districts.name_at(lat, lon)
        place = self._add_place(f"way/{best.way}", category, lat, lon, weight, names, district, {})
        for way in ways:
            number = len(self._lines) + 1
            self._lines.append((number, place, np.rint(way.points * 1e7).astype(np.int32).tobytes()))
            (south, west), (north, east) = way.points.min(axis=0), way.points.max(axis=0)
            self._boxes.append((number, south, north, west, east))


def _rank(highway: str) -> int:
    plain = highway.removesuffix("_link")
    rank = _CLASSES.index(plain) if plain in _CLASSES else len(_CLASSES)
    return rank * 2 + (plain != highway)


def _clusters(ways: list[RawStreet]) -> list[list[RawStreet]]:
    """Group ways whose boxes lie near each other."""
    if len(ways) == 1:
        return [ways]
    boxes = np.array([(*w.points.min(axis=0), *w.points.max(axis=0)) for w in ways])
    group = list(range(len(ways)))

    def find(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i in range(1, len(ways)):
        near = (
            (boxes[:i, 0] <= boxes[i, 2] + _GAP_DEG) & (boxes[:i, 2] >= boxes[i, 0] - _GAP_DEG)
            & (boxes[:i, 1] <= boxes[i, 3] + _GAP_DEG) & (boxes[:i, 3] >= boxes[i, 1] - _GAP_DEG)
        )  # fmt: skip
        for j in np.flatnonzero(near):
            group[find(int(j))] = find(i)
    clusters: dict[int, list[RawStreet]] = defaultdict(list)
    for i, way in enumerate(ways):
        clusters[find(i)].append(way)
    return list(clusters.values())
