"""What of an extract is drawn on the map, as lines of GeoJSON: one file a layer, read by the tile maker."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, Any

from device.tiles.coast import Box, sea_within
from languages import codes
from nav.osm.locations import located
from poi.text import has_han, simplified

LAYERS = ("sea", "land", "water", "waterways", "borders", "buildings", "roads", "places", "pois")
"""Layers of the tiles, from below to above."""

BUILDINGS_FROM = 14
_AREAS = ("water", "land")
_BORDERS = {"2": ("country", 2), "3": ("state", 5), "4": ("state", 5)}
_POI_ZOOMS = ((0.6, 11), (0.5, 12), (0.4, 13), (0.0, 14))
"""The zoom from which a place is there, by how well known it is."""
_LEAST_POI = 0.2
_NOT_POIS = (
    *(
        "street/",
        "place/",
        "boundary/",
        "landuse/",
        "barrier/",
        "entrance/",
        "building/",
        "natural/",
        "waterway/",
    ),
    *("highway/", "railway/level_crossing", "railway/miniature"),
)
_DIGITS = 6


@cache
def classes() -> dict[str, dict[tuple[str, str], tuple[str, int]]]:
    """Return class and first zoom by layer, key and value."""
    text = resources.files("device").joinpath("data/tiles.toml").read_text("utf-8")
    found: dict[str, dict[tuple[str, str], tuple[str, int]]] = {}
    for layer, lines in tomllib.loads(text).items():
        found[layer] = {}
        for line, (kind, zoom) in lines.items():
            key, value = line.split("=")
            found[layer][key, value] = (str(kind), int(zoom))
    return found


def class_of(layer: str, tags: Mapping[str, str]) -> tuple[str, int] | None:
    """Return class and first zoom of an object in a layer; None if it is not drawn there."""
    known = classes()[layer]
    for key in dict.fromkeys(key for key, _ in known):
        if key in tags and (found := known.get((key, tags[key]))):
            return found
    return None


def names_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the name and those in our languages that differ from it, as properties of a feature."""
    name = tags.get("name", "").strip()
    found = {"name": name} if name else {}
    for code in codes():
        other = tags.get(f"name:{code}", "").strip()
        if code == "zh" and not has_han(name):
            # What is on the signs stays as it is; a name for readers is in the characters of all other words.
            other = tags.get("name:zh-Hans", "").strip() or simplified(other)
        if other and other != name:
            found[f"name:{code}"] = other
    return found


@dataclass(kw_only=True)
class Drawn:
    """Where the features of each layer are written."""

    folder: Path
    files: dict[str, IO[str]] = field(default_factory=dict)
    count: int = 0

    def write(self, layer: str, geometry: Any, properties: dict[str, Any], zoom: int) -> None:
        """Write one feature."""
        file = self.files.get(layer)
        if file is None:
            file = self.files[layer] = (self.folder / f"{layer}.geojsonl").open("w", encoding="utf-8")
        feature = {
            "type": "Feature",
            "tippecanoe": {"minzoom": zoom},
            "properties": properties,
            "geometry": geometry,
        }
        file.write(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.count += 1

    def close(self) -> dict[str, Path]:
        """Close the files and return them by layer."""
        for file in self.files.values():
            file.close()
        return {layer: self.folder / f"{layer}.geojsonl" for layer in LAYERS if layer in self.files}


def write_features(extract: Path, pois: Path, box: Box, folder: Path) -> dict[str, Path]:
    """Write what is drawn of an extract.

    Parameters
    ----------
    extract : Path
        OpenStreetMap extract.
    pois : Path
        `poi.sqlite` of the pack; without it there are no places of interest.
    box : (float, float, float, float)
        South, west, north, east of the region, degrees; the sea is closed at it.
    folder : Path
        Where the files go.

    Returns
    -------
    dict
        File by layer.
    """
    drawn = Drawn(folder=folder)
    coast: list[list[tuple[float, float]]] = []
    for entity in _entities(extract, folder):
        if entity.is_area():
            _area(drawn, entity)
        elif entity.is_way():
            _way(drawn, entity, coast)
        elif entity.is_node():
            _node(drawn, entity)
    for kind, ring in sea_within(coast, box):
        drawn.write("sea", {"type": "Polygon", "coordinates": [_rounded(ring)]}, {"class": kind}, 0)
    for feature in _pois(pois):
        drawn.write("pois", *feature)
    return drawn.close()


def _entities(extract: Path, scratch: Path) -> Iterator[Any]:
    import osmium
    from osmium.filter import KeyFilter

    wanted = {key for known in classes().values() for key, _ in known} | {"building", "boundary"}
    drawn = KeyFilter(*sorted(wanted))
    areas = sorted({key for layer in _AREAS for key, _ in classes()[layer]} | {"building"})
    with located(osmium.FileProcessor(str(extract)), scratch) as processor:
        yield from processor.with_areas(KeyFilter(*areas)).with_filter(drawn)


def _area(drawn: Drawn, area: Any) -> None:
    tags = {tag.k: tag.v for tag in area.tags}
    if "building" in tags and tags["building"] != "no":
        if polygons := _polygons(area):
            drawn.write("buildings", polygons, {}, BUILDINGS_FROM)
        return
    for layer in _AREAS:
        if (found := class_of(layer, tags)) is not None:
            if polygons := _polygons(area):
                named = names_of(tags) if layer == "water" else {}
                drawn.write(layer, polygons, {"class": found[0], **named}, found[1])
            return


def _polygons(area: Any) -> dict[str, Any] | None:
    shapes = []
    for outer in area.outer_rings():
        rings = [_ring(outer), *(_ring(inner) for inner in area.inner_rings(outer))]
        shapes.append([ring for ring in rings if len(ring) > 3])
    shapes = [shape for shape in shapes if shape]
    return {"type": "MultiPolygon", "coordinates": shapes} if shapes else None


def _ring(ring: Any) -> list[list[float]]:
    return [[round(node.lon, _DIGITS), round(node.lat, _DIGITS)] for node in ring if node.location.valid()]


def _rounded(ring: list[tuple[float, float]]) -> list[list[float]]:
    return [[round(lon, _DIGITS), round(lat, _DIGITS)] for lat, lon in ring]


def _way(drawn: Drawn, way: Any, coast: list[list[tuple[float, float]]]) -> None:
    tags = {tag.k: tag.v for tag in way.tags}
    if tags.get("area") == "yes":
        return
    line = [(node.lat, node.lon) for node in way.nodes if node.location.valid()]
    if len(line) < 2:
        return
    if tags.get("natural") == "coastline":
        coast.append(line)
        return
    geometry = {"type": "LineString", "coordinates": _rounded(line)}
    if (found := class_of("roads", tags)) is not None:
        drawn.write("roads", geometry, _road(tags, found[0]), found[1])
    elif (found := class_of("waterways", tags)) is not None:
        drawn.write("waterways", geometry, {"class": found[0], **names_of(tags)}, found[1])
    elif tags.get("boundary") == "administrative" and tags.get("admin_level") in _BORDERS:
        kind, zoom = _BORDERS[tags["admin_level"]]
        drawn.write("borders", geometry, {"class": kind}, zoom)


def _road(tags: Mapping[str, str], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {"class": kind, **names_of(tags)}
    if ref := tags.get("ref", "").split(";")[0].strip():
        found["ref"] = ref[:16]
    if tags.get("tunnel", "no") != "no" or tags.get("covered") == "yes":
        found["tunnel"] = 1
    elif tags.get("bridge", "no") != "no":
        found["bridge"] = 1
    if tags.get("oneway") in ("yes", "1", "true"):
        found["oneway"] = 1
    return found


def _node(drawn: Drawn, node: Any) -> None:
    tags = {tag.k: tag.v for tag in node.tags}
    found = class_of("places", tags)
    if found is None or not (names := names_of(tags)):
        return
    people = tags.get("population", "")
    rank = {"class": found[0], "people": int(people) if people.isascii() and people.isdigit() else 0}
    point = {"type": "Point", "coordinates": [round(node.lon, _DIGITS), round(node.lat, _DIGITS)]}
    drawn.write("places", point, {**rank, **names}, found[1])


def _pois(file: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], int]]:
    """Give the named places of the pack that are worth a sign, with their rank."""
    if not file.is_file():
        return
    with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT category, lat, lon, importance, name, data FROM place"
            " WHERE name != '' AND importance >= ?",
            (_LEAST_POI,),
        )
        for category, lat, lon, weight, name, data in rows:
            if category.startswith(_NOT_POIS):
                continue
            names = {"name": name}
            others = json.loads(data).get("names", {})
            names |= {f"name:{code}": others[code] for code in codes() if others.get(code, name) != name}
            zoom = next(zoom for least, zoom in _POI_ZOOMS if weight >= least)
            point = {"type": "Point", "coordinates": [round(lon, _DIGITS), round(lat, _DIGITS)]}
            yield point, {"class": category, "rank": round(weight, 2), **names}, zoom
