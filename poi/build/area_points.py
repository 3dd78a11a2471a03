"""The point of an area that one drives to: its town, its centre, its label, never the bare middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poi.areas.names import AREA_PLACES, short_names
from poi.areas.outline import Ring, contains, contains_many, middle_of, polygon_area_m2
from poi.build.extract import Extract, RawDistrict, RawPlace
from poi.build.names import names_of
from poi.text import canonical

_WIDE = frozenset(("country", "state", "region", "province", "county", "municipality", "island"))
"""Sorts of place whose node only says where the name is written."""

_RANK = {"city": 0, "town": 1, "borough": 2, "district": 2, "suburb": 3, "village": 3, "quarter": 4,
         "neighbourhood": 5, "hamlet": 6}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPoint:
    """Where an area is driven to."""

    lat: float
    lon: float
    node: str
    """The place node that stands for the area, "node/123"; "" where it has none of its own name."""


def named_alike(tags: dict[str, str]) -> set[str]:
    """Return the canonical names of an area, with and without its administrative words."""
    names = [part for value in names_of(tags).values() for part in value.split(";")]
    return {canonical(n) for name in names for n in (name, *short_names(name))} - {""}


class AreaPoints:
    """Finds the points of the areas of an extract."""

    def __init__(self, extract: Extract) -> None:
        towns = [p for p in extract.places if p.ring is None and _sort(p) in AREA_PLACES]
        halls = [p for p in extract.places if "amenity/townhall" in p.categories]
        self._by_osm = {p.osm: p for p in towns}
        self._towns, self._halls = _Sorted(towns), _Sorted(halls)
        self._names: dict[str, set[str]] = {p.osm: named_alike(p.tags) for p in towns}
        self._roads = np.concatenate(extract.road_points) if extract.road_points else np.zeros((0, 2))
        self._roads = self._roads[np.argsort(self._roads[:, 0])]

    def of(self, area: RawDistrict) -> AreaPoint:
        """Return the point of an area.

        Its town of the same name comes first, then the centre and the label that its relation names, its town
        hall, its largest place, and the road nearest to its middle.
        """
        own = named_alike(area.tags)
        inside = self._towns.inside(area.rings)
        same = [p for p in inside if self._names[p.osm] & own]
        town = min((p for p in same if _sort(p) not in _WIDE), key=_rank, default=None)
        centre, label = self._by_osm.get(area.centre), self._by_osm.get(area.label)
        written = label or min(same, key=_rank, default=None)
        stands = town or written
        for place in (town, centre, written):
            if place is not None:
                return AreaPoint(lat=place.lat, lon=place.lon, node=stands.osm if stands else "")
        settled = [p for p in inside if _sort(p) not in _WIDE]
        for found in (self._halls.inside(area.rings), settled):
            if found:
                best = min(found, key=_rank)
                return AreaPoint(lat=best.lat, lon=best.lon, node="")
        return self._on_a_road(area)

    def _on_a_road(self, area: RawDistrict) -> AreaPoint:
        ring = max(area.rings, key=polygon_area_m2)
        lat, lon = middle_of(ring)
        (south, west), (north, east) = ring.min(axis=0), ring.max(axis=0)
        first, last = np.searchsorted(self._roads[:, 0], (south, north))
        roads = self._roads[first:last]
        roads = roads[(roads[:, 1] >= west) & (roads[:, 1] <= east)]
        order = np.argsort(np.hypot(roads[:, 0] - lat, (roads[:, 1] - lon) * np.cos(np.radians(lat))))
        for at in order[:200].tolist():
            if contains(ring, *roads[at]):
                return AreaPoint(lat=float(roads[at, 0]), lon=float(roads[at, 1]), node="")
        return AreaPoint(lat=lat, lon=lon, node="")


class _Sorted:
    """Places sorted by latitude, so that those in an outline are found without looking at all."""

    def __init__(self, places: list[RawPlace]) -> None:
        self._places = sorted(places, key=lambda p: p.lat)
        self._points = np.array([(p.lat, p.lon) for p in self._places]).reshape(-1, 2)

    def inside(self, rings: list[Ring]) -> list[RawPlace]:
        found: dict[int, bool] = {}
        for ring in rings:
            (south, west), (north, east) = ring.min(axis=0), ring.max(axis=0)
            first, last = np.searchsorted(self._points[:, 0], (south, north + 1e-12))
            lats, lons = self._points[first:last].T
            near = np.flatnonzero((lons >= west) & (lons <= east))
            within = near[contains_many(ring, lats[near], lons[near])]
            found.update(dict.fromkeys((within + first).tolist(), True))
        return [self._places[at] for at in found]


def _sort(place: RawPlace) -> str:
    return place.tags.get("place", "")


def _rank(place: RawPlace) -> tuple[int, int]:
    population = place.tags.get("population", "")
    return _RANK.get(_sort(place), 9), -int(
        population
    ) if population.isascii() and population.isdigit() else 0


def settle(extract: Extract) -> dict[str, AreaPoint]:
    """Return the point of every area of an extract by its type and number, and move its places there."""
    points = AreaPoints(extract)
    settled = {area.osm: points.of(area) for area in extract.districts}
    by_node = {point.node: point for point in settled.values()}
    for place in extract.places:
        if point := settled.get(place.osm) or by_node.get(place.osm):
            place.lat, place.lon = point.lat, point.lon
    return settled
