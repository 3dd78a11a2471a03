"""Read places, streets, addresses and districts out of an OSM extract, in one pass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poi.build.kind import DRIVABLE, categories_of, is_street
from poi.errors import BadMapFile

_KEYS = (
    "name", "brand", "operator", "amenity", "shop", "tourism", "leisure", "healthcare", "railway", "entrance",
    "barrier", "addr:housenumber", "highway", "place", "boundary", "emergency",
)  # fmt: skip
_AREA_KEYS = ("name", "amenity", "shop", "tourism", "leisure", "boundary", "place", "addr:housenumber")
_ENTRANCE_RANK = {"main": 0, "yes": 1, "shop": 1, "entrance": 1, "secondary": 2, "side": 2}
_GATES = frozenset(("gate", "entrance", "lift_gate", "swing_gate"))

Ring = NDArray[np.float64]
"""Points of a polygon or line, shape (N, 2): latitude, longitude."""


@dataclass(slots=True, kw_only=True)
class RawPlace:
    """A place as it stands in the extract."""

    osm: str
    """Type and number, "node/123"."""

    categories: list[str]
    """Main category first."""

    lat: float
    """Latitude of the point, or of the middle of the polygon."""

    lon: float
    """Longitude, likewise."""

    tags: dict[str, str]
    """All its tags."""

    ring: Ring | None = None
    """Outline of the largest outer ring, if it is a polygon."""

    area_m2: float = 0.0
    """Area of that ring."""

    entrance: tuple[float, float] | None = None
    """Best entrance on the outline."""


@dataclass(slots=True, kw_only=True)
class RawStreet:
    """One way of a street."""

    way: int
    """OSM number."""

    tags: dict[str, str]
    """All its tags."""

    points: Ring
    """Its points."""


@dataclass(slots=True, kw_only=True)
class RawDistrict:
    """A polygon that other places lie in."""

    osm: str
    """Type and number."""

    name: str
    """Name on the map."""

    level: int
    """admin_level, or one made from the sort of place; higher is smaller."""

    tags: dict[str, str]
    """All its tags."""

    rings: list[Ring]
    """Outer rings."""


@dataclass(slots=True, kw_only=True)
class Extract:
    """Everything `build` needs from a map file."""

    places: list[RawPlace] = field(default_factory=list)
    """Places, any order."""

    streets: list[RawStreet] = field(default_factory=list)
    """Ways of named streets."""

    addresses: list[tuple[float, float, dict[str, str]]] = field(default_factory=list)
    """House numbers: latitude, longitude, addr:* tags."""

    districts: list[RawDistrict] = field(default_factory=list)
    """Administrative areas and named parts of towns that have an outline."""

    road_points: list[Ring] = field(default_factory=list)
    """Points of drivable ways."""


def polygon_area_m2(ring: Ring) -> float:
    """Return the area of a ring, square metres, on a locally flat earth."""
    if len(ring) < 4:
        return 0.0
    y = np.radians(ring[:, 0]) * 6_371_008.8
    x = np.radians(ring[:, 1]) * 6_371_008.8 * math.cos(math.radians(float(ring[0, 0])))
    x, y = x - x[0], y - y[0]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _inside(ring: Ring) -> tuple[float, float]:
    """Return the centroid of a ring, or the mean of its points if it has no area."""
    lat, lon = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    cross = lon[:-1] * lat[1:] - lon[1:] * lat[:-1]
    total = float(cross.sum())
    if abs(total) < 1e-14:
        return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    centre_lat = float(((lat[:-1] + lat[1:]) * cross).sum() / (3 * total))
    centre_lon = float(((lon[:-1] + lon[1:]) * cross).sum() / (3 * total))
    return float(ring[0, 0]) + centre_lat, float(ring[0, 1]) + centre_lon


class _Reader:
    """Collects an `Extract` while the objects of a file go by: nodes, then ways and areas."""

    def __init__(self) -> None:
        self.out = Extract()
        self._doors: dict[int, tuple[int, float, float]] = {}

    def node(self, obj: Any) -> None:
        tags = {t.k: t.v for t in obj.tags}
        lat, lon = obj.location.lat, obj.location.lon
        door = tags.get("entrance")
        if door in _ENTRANCE_RANK:
            self._doors[obj.id] = (_ENTRANCE_RANK[door], lat, lon)
        elif tags.get("barrier") in _GATES and tags.get("access") not in ("no", "private"):
            self._doors[obj.id] = (1, lat, lon)
        self._address(lat, lon, tags)
        categories = categories_of(tags)
        if categories:
            self.out.places.append(
                RawPlace(osm=f"node/{obj.id}", categories=categories, lat=lat, lon=lon, tags=tags)
            )

    def way(self, obj: Any) -> None:
        tags = {t.k: t.v for t in obj.tags}
        drivable = tags.get("highway") in DRIVABLE
        street = is_street(tags)
        if not (drivable or street):
            if not obj.is_closed():
                self._line(obj, tags)
            return
        points = _points(obj.nodes)
        if len(points) < 2:
            return
        if drivable:
            self.out.road_points.append(points)
        if street:
            self.out.streets.append(RawStreet(way=obj.id, tags=tags, points=points))

    def _line(self, obj: Any, tags: dict[str, str]) -> None:
        """Take named rivers, bridges and the like, which have no area."""
        categories = categories_of(tags)
        if "name" not in tags or not categories:
            return
        points = _points(obj.nodes)
        if len(points):
            lat, lon = points[len(points) // 2]
            self.out.places.append(
                RawPlace(
                    osm=f"way/{obj.id}", categories=categories, lat=float(lat), lon=float(lon), tags=tags
                )
            )

    def area(self, obj: Any) -> None:
        tags = {t.k: t.v for t in obj.tags}
        if "highway" in tags and "amenity" not in tags and "tourism" not in tags:
            return
        categories = categories_of(tags)
        if not categories and "addr:housenumber" not in tags:
            return
        rings = [_points(ring) for ring in obj.outer_rings()]
        rings = [ring for ring in rings if len(ring) >= 4]
        if not rings:
            return
        outline = max(rings, key=polygon_area_m2)
        lat, lon = _inside(outline)
        self._address(lat, lon, tags)
        osm = f"{'way' if obj.from_way() else 'relation'}/{obj.orig_id()}"
        level = district_level(tags)
        if level is not None and "name" in tags:
            self.out.districts.append(
                RawDistrict(osm=osm, name=tags["name"], level=level, tags=tags, rings=rings)
            )
        if not categories:
            return
        self.out.places.append(
            RawPlace(
                osm=osm, categories=categories, lat=lat, lon=lon, tags=tags, ring=outline,
                area_m2=polygon_area_m2(outline), entrance=self._entrance(obj),
            )
        )  # fmt: skip

    def _entrance(self, area: Any) -> tuple[float, float] | None:
        if not self._doors:
            return None
        doors = [self._doors[n.ref] for ring in area.outer_rings() for n in ring if n.ref in self._doors]
        return min(doors)[1:] if doors else None

    def _address(self, lat: float, lon: float, tags: Mapping[str, str]) -> None:
        if "addr:housenumber" in tags and ("addr:street" in tags or "addr:place" in tags):
            self.out.addresses.append((lat, lon, {k: v for k, v in tags.items() if k.startswith("addr:")}))


def _points(nodes: Any) -> Ring:
    pairs = [(n.lat, n.lon) for n in nodes if n.location.valid()]
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def district_level(tags: Mapping[str, str]) -> int | None:
    """Return the admin level of an area that places are said to lie in, None if it is no such area."""
    if tags.get("boundary") == "administrative":
        level = tags.get("admin_level", "")
        return int(level) if level.isdigit() and 4 <= int(level) <= 11 else None
    by_place = {"city": 8, "town": 8, "borough": 9, "district": 6, "suburb": 9, "quarter": 10,
                "neighbourhood": 11, "village": 9}  # fmt: skip
    return by_place.get(tags.get("place", ""))


def read_extract(pbf: Path) -> Extract:
    """Read an OSM file.

    Parameters
    ----------
    pbf
        Path of an `.osm.pbf` or `.osm` file.

    Returns
    -------
    Extract

    Raises
    ------
    BadMapFile
        The file is missing, cut short or not OSM data.
    """
    import osmium

    reader = _Reader()
    try:
        objects = osmium.FileProcessor(str(pbf)).with_areas(osmium.filter.KeyFilter(*_AREA_KEYS))
        obj: Any
        for obj in objects.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            if obj.is_node():
                reader.node(obj)
            elif obj.is_way():
                reader.way(obj)
            elif obj.is_area():
                reader.area(obj)
    except (RuntimeError, OSError, ValueError) as error:
        raise BadMapFile(
            f"cannot read {pbf.name} as OSM data ({error}); download the extract again"
        ) from error
    return reader.out
