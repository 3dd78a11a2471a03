"""Read places, streets, addresses and districts out of an OSM extract, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nav.osm.clean import clean_tags
from nav.osm.locations import located
from poi.areas.names import short_names
from poi.areas.outline import Ring, middle_of, polygon_area_m2
from poi.build.boundaries import RawBoundary, Relations, level_of, read_relations, rings_within
from poi.build.kind import DRIVABLE, categories_of, is_street
from poi.errors import BadMapFile

_KEYS = (
    "name", "brand", "operator", "amenity", "shop", "tourism", "leisure", "healthcare", "railway", "entrance",
    "barrier", "addr:housenumber", "addr:block_number", "addr:interpolation", "highway", "place", "boundary",
    "emergency", "historic", "office", "craft", "public_transport", "aeroway",
    *(f"name:{code}" for code in "zh en de fr es ca it pt ru ja ko ar fi sv th vi".split()),
)  # fmt: skip
_AREA_KEYS = (
    "name", "name:zh", "name:en", "amenity", "shop", "tourism", "leisure", "boundary", "place",
    "addr:housenumber", "addr:block_number",
)  # fmt: skip
_LANGUAGE_NAME = re.compile(r"name:[a-z]{2,3}(?:[-_]\w+)?")
_ENTRANCE_RANK = {"main": 0, "yes": 1, "shop": 1, "entrance": 1, "secondary": 2, "side": 2}
_GATES = frozenset(("gate", "entrance", "lift_gate", "swing_gate"))


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

    cut: bool = False
    """Whether the extract holds only a part of its outline."""

    centre: str = ""
    """The place node that its relation calls its administrative centre, "node/123"."""

    label: str = ""
    """The place node at which its relation has its name written."""


@dataclass(slots=True)
class RawHouse:
    """A house number as it stands in the extract."""

    lat: float
    lon: float
    tags: dict[str, str]
    """Its addr:* tags, with the street that a relation says it belongs to."""


@dataclass(slots=True, kw_only=True)
class RawNumberWay:
    """A line between two house numbers, along which the others are counted (addr:interpolation)."""

    step: str
    """"even", "odd", "all", "alphabetic" or a number."""

    nodes: list[int]
    """OSM numbers of its points."""

    points: Ring
    tags: dict[str, str]
    """Its addr:* tags."""


@dataclass(slots=True, kw_only=True)
class Extract:
    """Everything `build` needs from a map file."""

    places: list[RawPlace] = field(default_factory=list)
    """Places, any order."""

    streets: list[RawStreet] = field(default_factory=list)
    """Ways of named streets."""

    houses: list[RawHouse] = field(default_factory=list)
    """House numbers."""

    number_ways: list[RawNumberWay] = field(default_factory=list)
    """Lines along which house numbers count up."""

    house_of_node: dict[int, int] = field(default_factory=dict)
    """Where in `houses` a numbered node stands."""

    posts: list[tuple[float, float, dict[str, str]]] = field(default_factory=list)
    """Mile and kilometre posts: latitude, longitude, tags."""

    districts: list[RawDistrict] = field(default_factory=list)
    """Administrative areas and named parts of towns that have an outline."""

    road_points: list[Ring] = field(default_factory=list)
    """Points of drivable ways."""


class _Reader:
    """Collects an `Extract` while the objects of a file go by: nodes, then ways and areas."""

    def __init__(self, relations: Relations) -> None:
        self.out = Extract()
        self._relations = relations
        self._doors: dict[int, tuple[int, float, float]] = {}
        self._outlines: dict[int, Ring] = {}
        self._whole: set[int] = set()

    def node(self, obj: Any) -> None:
        tags = _tags_of(obj)
        lat, lon = obj.location.lat, obj.location.lon
        door = tags.get("entrance")
        if door in _ENTRANCE_RANK:
            self._doors[obj.id] = (_ENTRANCE_RANK[door], lat, lon)
        elif tags.get("barrier") in _GATES and tags.get("access") not in ("no", "private"):
            self._doors[obj.id] = (1, lat, lon)
        if "addr:housenumber" in tags:
            self.out.house_of_node[obj.id] = len(self.out.houses)
        self._house(lat, lon, tags, ("n", obj.id))
        if tags.get("highway") == "milestone":
            self.out.posts.append((lat, lon, tags))
        categories = categories_of(tags)
        if categories:
            self.out.places.append(
                RawPlace(osm=f"node/{obj.id}", categories=categories, lat=lat, lon=lon, tags=tags)
            )

    def way(self, obj: Any) -> None:
        tags = _tags_of(obj)
        if obj.id in self._relations.ways:
            self._outlines[obj.id] = _points(obj.nodes)
        drivable = tags.get("highway") in DRIVABLE
        street = is_street(tags)
        if not (drivable or street):
            if "addr:interpolation" in tags:
                self._number_way(obj, tags)
            elif not obj.is_closed():
                self._line(obj, tags)
            return
        points = _points(obj.nodes)
        if len(points) < 2:
            return
        if drivable:
            self.out.road_points.append(points)
        if street:
            self.out.streets.append(RawStreet(way=obj.id, tags=tags, points=points))

    def _number_way(self, obj: Any, tags: dict[str, str]) -> None:
        nodes = [n for n in obj.nodes if n.location.valid()]
        self.out.number_ways.append(
            RawNumberWay(
                step=tags["addr:interpolation"], nodes=[n.ref for n in nodes], points=_points(nodes),
                tags=_address_tags(tags, self._relations.street_of.get(("w", obj.id))),
            )
        )  # fmt: skip

    def _line(self, obj: Any, tags: dict[str, str]) -> None:
        """Take named rivers, bridges and the like, which have no area."""
        categories = categories_of(tags)
        if "name" not in tags or not categories or categories[0].startswith("boundary/"):
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
        tags = _tags_of(obj)
        if not obj.from_way():
            self._whole.add(obj.orig_id())
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
        lat, lon = middle_of(outline)
        self._house(lat, lon, tags, ("w" if obj.from_way() else "r", obj.orig_id()))
        osm = f"{'way' if obj.from_way() else 'relation'}/{obj.orig_id()}"
        if not categories:
            return
        boundary = None if obj.from_way() else self._relations.boundaries.get(obj.orig_id())
        self._district(osm, tags, rings, boundary)
        self.out.places.append(
            RawPlace(
                osm=osm, categories=categories, lat=lat, lon=lon, tags=tags, ring=outline,
                area_m2=polygon_area_m2(outline), entrance=self._entrance(obj),
            )
        )  # fmt: skip

    def _district(
        self,
        osm: str,
        tags: dict[str, str],
        rings: list[Ring],
        boundary: RawBoundary | None,
        cut: bool = False,
    ) -> None:
        level = level_of(tags)
        if level is None or "name" not in tags:
            return
        centre, label = (boundary.centre, boundary.label) if boundary else (None, None)
        self.out.districts.append(
            RawDistrict(
                osm=osm, name=tags["name"], level=level, tags=tags, rings=rings, cut=cut,
                centre=f"node/{centre}" if centre else "", label=f"node/{label}" if label else "",
            )
        )  # fmt: skip

    def _entrance(self, area: Any) -> tuple[float, float] | None:
        if not self._doors:
            return None
        doors = [self._doors[n.ref] for ring in area.outer_rings() for n in ring if n.ref in self._doors]
        return min(doors)[1:] if doors else None

    def _house(self, lat: float, lon: float, tags: Mapping[str, str], key: tuple[str, int]) -> None:
        if "addr:housenumber" in tags or "addr:block_number" in tags:
            street = self._relations.street_of.get(key)
            self.out.houses.append(RawHouse(lat, lon, _address_tags(tags, street)))

    def cut_areas(self) -> None:
        """Add the areas whose outline the extract holds only in part, as far as their centre lies in it."""
        out = self.out
        nodes = {p.osm: p for p in out.places if p.osm.startswith("node/")}
        every = [*out.road_points, np.array([(p.lat, p.lon) for p in nodes.values()]).reshape(-1, 2)]
        points = np.concatenate(every)
        if not len(points):
            return
        (south, west), (north, east) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        for number, boundary in self._relations.boundaries.items():
            if number in self._whole:
                continue
            tags = _named(boundary.tags)
            inside = next(
                (nodes[osm] for osm in (f"node/{boundary.centre}", f"node/{boundary.label}") if osm in nodes),
                None,
            ) or _namesake(tags, nodes.values())
            categories = categories_of(tags)
            if inside is None or not categories or level_of(tags) is None:
                continue
            lines = [self._outlines[way] for way in boundary.ways if way in self._outlines]
            rings = rings_within(lines, (south, west, north, east), (inside.lat, inside.lon))
            if not rings:
                continue
            osm = f"relation/{number}"
            self._district(osm, tags, rings, boundary, cut=True)
            out.places.append(
                RawPlace(osm=osm, categories=categories, lat=inside.lat, lon=inside.lon, tags=tags)
            )


def _namesake(tags: Mapping[str, str], nodes: Iterable[RawPlace]) -> RawPlace | None:
    """Return the place node of an area's name, for a relation that does not say which node is its centre."""
    names = {tags["name"], *short_names(tags["name"])} if "name" in tags else set()
    return next((p for p in nodes if "place" in p.tags and p.tags.get("name") in names), None)


def _tags_of(obj: Any) -> dict[str, str]:
    return _named(clean_tags((t.k, t.v) for t in obj.tags))


def _named(tags: dict[str, str]) -> dict[str, str]:
    """Give an object that is named in a language only that name: Chinese or English before the others."""
    if "name" not in tags:
        found = {k: v for k, v in tags.items() if _LANGUAGE_NAME.fullmatch(k)}
        name = found.get("name:zh") or found.get("name:en") or next(iter(found.values()), "")
        if name := name or tags.get("official_name", ""):
            tags["name"] = name
    return tags


def _address_tags(tags: Mapping[str, str], street: str | None) -> dict[str, str]:
    """Return the addr:* tags of a house, with the street of its relation."""
    found = {k: v for k, v in tags.items() if k.startswith("addr:")}
    if street and "addr:street" not in found and "addr:place" not in found:
        found["addr:street"] = street
    return found


def _points(nodes: Any) -> Ring:
    pairs = [(n.lat, n.lon) for n in nodes if n.location.valid()]
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def read_extract(pbf: Path, *, scratch: Path | None = None) -> Extract:
    """Read an OSM file.

    Parameters
    ----------
    pbf
        Path of an `.osm.pbf` or `.osm` file.
    scratch
        Folder for what is kept in a file meanwhile, see `nav.osm.locations`.

    Returns
    -------
    Extract

    Raises
    ------
    BadMapFile
        The file is missing, cut short or not OSM data.
    """
    import osmium

    try:
        reader = _Reader(read_relations(pbf))
        with located(osmium.FileProcessor(str(pbf)), scratch) as processor:
            objects = processor.with_areas(osmium.filter.KeyFilter(*_AREA_KEYS))
            obj: Any
            for obj in objects.with_filter(osmium.filter.KeyFilter(*_KEYS)):
                if obj.is_node():
                    reader.node(obj)
                elif obj.is_way():
                    reader.way(obj)
                elif obj.is_area():
                    reader.area(obj)
        reader.cut_areas()
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise BadMapFile(f"cannot read {pbf.name} as OSM data ({error}): fetch it again") from error
    return reader.out
