"""Read poi.sqlite: rows to places, categories to coordinates."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poi.build.schema import BEFORE, FORMAT, NAME_KINDS
from poi.errors import PlacesMissing, PlacesOutdated
from poi.place import Place
from poi.text import word_set

_COLUMNS = "id, osm, category, lat, lon, name, district, importance, data"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryPoints:
    """All places of some categories."""

    ids: NDArray[np.int32]
    """Rows of the places."""

    lat: NDArray[np.float64]
    """Latitudes."""

    lon: NDArray[np.float64]
    """Longitudes."""


def damaged(error: Exception) -> PlacesMissing:
    """Return the error to raise when the database cannot be read."""
    return PlacesMissing(
        f"the places of this region are damaged ({error}); add the map again: xiaogao map add"
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """What is needed of a place to rank it."""

    row: int
    """Row of the place."""

    category: str
    """Main category."""

    lat: float
    """Latitude."""

    lon: float
    """Longitude."""

    name: str
    """Name on the map."""

    importance: float
    """0 to 1."""


class PlaceStore:
    """The place database of one region, read-only."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise PlacesMissing(f"{path.parent.name} has no places; add the map again: xiaogao map add")
        try:
            self.db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            self.meta = dict(self.db.execute("SELECT key, value FROM meta"))
        except sqlite3.DatabaseError as error:
            raise damaged(error) from error
        if self.meta.get("format") == str(FORMAT - 1):
            self.db.executescript(BEFORE)
        elif self.meta.get("format") != str(FORMAT):
            raise PlacesOutdated(
                f"the places of {path.parent.name} are of another version; add the map again: xiaogao map add"
            )
        self.db.execute("PRAGMA mmap_size=268435456")
        self.category_points = lru_cache(maxsize=64)(self._category_points)

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """South, west, north, east of all places."""
        south, west, north, east = json.loads(self.meta.get("bbox", "[0,0,0,0]"))
        return south, west, north, east

    def places(self, rows: Iterable[int]) -> dict[int, Place]:
        """Return places by row."""
        wanted = list(dict.fromkeys(int(r) for r in rows))
        found: dict[int, Place] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            for row in self.db.execute(f"SELECT {_COLUMNS} FROM place WHERE id IN ({marks})", part):
                found[row[0]] = place_of(row)
        return found

    def spots(self, rows: Iterable[int]) -> dict[int, Spot]:
        """Return what is needed to rank places, by row; much cheaper than whole places."""
        wanted = list(dict.fromkeys(int(r) for r in rows))
        found: dict[int, Spot] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = "SELECT id, category, lat, lon, name, importance FROM place WHERE id IN"
            for row in self.db.execute(f"{query} ({','.join('?' * len(part))})", part):
                found[row[0]] = Spot(*row)
        return found

    def spoken_names(self, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """Return for each row the name on the map, the Chinese and the English one, "" for none."""
        found: dict[int, tuple[str, ...]] = {}
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            others = "json_extract(data, '$.names.zh'), json_extract(data, '$.names.en')"
            query = f"SELECT id, name, {others} FROM place WHERE id IN ({','.join('?' * len(part))})"
            for row, *names in self.db.execute(query, part):
                found[row] = tuple(name or "" for name in names)
        return [found[row] for row in rows if row in found]

    def names_of(self, row: int) -> list[str]:
        """Return all names of a place, in all languages."""
        name, data = self.db.execute("SELECT name, data FROM place WHERE id = ?", (row,)).fetchone()
        return [str(name), *json.loads(data)["names"].values()]

    def row_of(self, osm: str) -> int | None:
        """Return the row of an OSM object, None if it is no place here."""
        row = self.db.execute("SELECT id FROM place WHERE osm = ? LIMIT 1", (osm,)).fetchone()
        return int(row[0]) if row else None

    def _category_points(self, category: str) -> CategoryPoints:
        row = self.db.execute("SELECT ids, lat, lon FROM category WHERE name = ?", (category,)).fetchone()
        ids, lat, lon = row or (b"", b"", b"")
        return CategoryPoints(
            ids=np.frombuffer(ids, np.int32),
            lat=np.frombuffer(lat, np.float64),
            lon=np.frombuffer(lon, np.float64),
        )

    def places_of_names(self, names: Sequence[int], each: int) -> dict[int, list[tuple[int, str]]]:
        """Return for each name the rows of its places with the sort of name, most important first."""
        marks = ",".join("?" * len(names))
        found: dict[int, list[tuple[int, str]]] = {}
        query = f"SELECT id, places, kinds FROM name WHERE id IN ({marks})"
        for name, places, kinds in self.db.execute(query, list(names)):
            rows = np.frombuffer(places, np.int32)[:each].tolist()
            found[name] = [(row, NAME_KINDS[kind]) for row, kind in zip(rows, kinds[:each], strict=True)]
        return found

    def rows_in_box(
        self, south: float, west: float, north: float, east: float, limit: int = 5000
    ) -> list[int]:
        """Return rows of places in a box."""
        box = "min_lat <= ? AND max_lat >= ? AND min_lon <= ? AND max_lon >= ?"
        query = f"SELECT id FROM place_box WHERE {box} LIMIT ?"
        return [row[0] for row in self.db.execute(query, (north, south, east, west, limit))]


_TAKEN = word_set("phone contact:phone website url contact:website opening_hours stars brand cuisine "
                  "area_m2")  # fmt: skip


def place_of(row: Sequence[Any]) -> Place:
    """Make a place of a database row."""
    _, osm, category, lat, lon, name, district, importance, data = row
    extra = json.loads(data)
    tags: dict[str, str] = extra.get("tags", {})
    names: dict[str, str] = extra.get("names", {})
    return Place(
        id=osm, name=name or tags.get("brand", ""), category=category, lat=lat, lon=lon, names=names,
        address=extra.get("address", ""), district=district,
        phone=tags.get("phone") or tags.get("contact:phone", ""),
        website=tags.get("website") or tags.get("contact:website") or tags.get("url", ""),
        opening_hours=tags.get("opening_hours", ""), stars=tags.get("stars", ""), brand=tags.get("brand", ""),
        cuisine=tags.get("cuisine", ""), tags={k: v for k, v in tags.items() if k not in _TAKEN},
        importance=importance, area_m2=float(tags.get("area_m2", 0.0)),
    )  # fmt: skip
