"""Build poi.sqlite out of an OSM extract."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from nav.country import CountryGrid
from poi.addresses.label import address_line
from poi.areas.district import DistrictIndex, write_districts
from poi.areas.names import area_names
from poi.build.addresses import AddressWriter, RoadIndex
from poi.build.area_points import settle
from poi.build.arrival import ArrivalPoints
from poi.build.brand import chinese_name, load_brands
from poi.build.derived_names import Campuses, derived_names
from poi.build.extract import Extract, RawPlace, read_extract
from poi.build.importance import importance
from poi.build.name_index import NameIndexWriter
from poi.build.names import name_entries, names_of
from poi.build.posts import write_posts
from poi.build.schema import FORMAT, INDEXES, TABLES
from poi.build.streets import StreetWriter
from poi.text import word_set

Progress = Callable[[str, float], None]

DETAIL_KEYS = re.compile(
    r"^(phone|contact:.*|website|url|email|opening_hours.*|stars|rooms|brand|operator|network|cuisine|wheelchair|"
    r"internet_access|fee|charge|capacity|socket:.*|fuel:.*|diet:.*|outdoor_seating|takeaway|delivery|drive_through|"
    r"access|religion|denomination|description|ele|height|wikidata|wikipedia|level|ref|iata|icao|station|subway|"
    r"toilets|shower|parking|maxheight|covered|surface|lit|sport|healthcare.*|amenity|tourism|shop|leisure|historic|"
    r"building|addr:.*|self_service|automated|maxstay|atm|compressed_air|information|government|castle_type|"
    r"heritage|area_m2|max_age|changing_table|drinking_water|reservation|smoking|"
    r"payment:.*|lines?|start_date|artist_name|highchair|kids_area|kids_menu|min_age|baby_feeding|dogs?|pets.*|"
    r"drive_in|air_conditioning|live_music|swimming_pool|showers|playground|repair|beauty|vending|indoor|parking:.*|"
    r"animal)$"
)


_WORTH_TELLING_M2 = 500.0
"""Smaller polygons are houses and lawns."""

_FOR_THE_PUBLIC = word_set(
    "amenity/parking amenity/parking_entrance amenity/charging_station amenity/toilets amenity/fuel "
    "leisure/swimming_pool"
)


def build_places(pbf: Path, out_dir: Path, *, progress: Progress | None = None) -> int:
    """Write the places of an extract to `out_dir/poi.sqlite`.

    Parameters
    ----------
    pbf
        OSM extract.
    out_dir
        Folder of the region pack, which exists; an older poi.sqlite in it is replaced.
    progress
        Called with a stage name and the share done of it, 0 to 1.

    Returns
    -------
    int
        Number of places, streets included.

    Raises
    ------
    BadMapFile
        The extract cannot be read.
    """
    tell = progress or (lambda stage, share: None)
    tell("places: reading", 0.0)
    extract = read_extract(pbf, scratch=out_dir)
    tell("places: reading", 1.0)
    path = out_dir / "poi.sqlite"
    path.unlink(missing_ok=True)
    with closing(connect_for_writing(path)) as db:
        count = _Build(db, extract).run(tell)
        finish(db)
    return count


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """Open a new database with the tables in it, tuned for one big write."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=OFF")
    db.execute("PRAGMA synchronous=OFF")
    db.executescript(TABLES)
    db.execute("BEGIN")
    return db


def finish(db: sqlite3.Connection) -> None:
    """Write indexes and the format, and commit."""
    db.execute("INSERT OR REPLACE INTO meta VALUES('format', ?)", (str(FORMAT),))
    for statement in INDEXES.strip().splitlines():
        db.execute(statement)
    db.execute("COMMIT")


def _shown(names: Mapping[str, str]) -> str:
    """Return the name to show: the map's own, else one in a language, else the brand or who runs it."""
    return next((names[k] for k in ("name", "zh", "en", "brand", "operator") if names.get(k)), "")


def _sized(place: RawPlace) -> Mapping[str, str]:
    """Return the tags with the ground area, where it is large enough to say how long a visit takes."""
    return (
        {**place.tags, "area_m2": f"{place.area_m2:.0f}"}
        if place.area_m2 >= _WORTH_TELLING_M2
        else place.tags
    )


def _offered(tags: Mapping[str, str], category: str) -> bool:
    """Say whether a search for the kind may offer the place; a private car park is found by its name only."""
    return category not in _FOR_THE_PUBLIC or tags.get("access") not in ("private", "no")


class _Build:
    """One run over an extract: places, then streets, districts, house numbers and the name index."""

    def __init__(self, db: sqlite3.Connection, extract: Extract) -> None:
        self.db = db
        self.extract = extract
        self.areas = settle(extract)
        self.names = NameIndexWriter()
        self.roads = RoadIndex()
        self.countries = CountryGrid()
        self.brands = load_brands()
        self.districts = DistrictIndex(extract.districts, extract.places)
        self.arrivals = ArrivalPoints(extract.road_points)
        self.by_category: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
        self.rows: list[tuple[object, ...]] = []
        self.boxes: list[tuple[int, float, float, float, float]] = []

    def run(self, tell: Progress) -> int:
        self._places()
        tell("places: streets", 0.0)
        StreetWriter(self.db, self._add_row, self.districts, self.roads).write(self.extract.streets)
        addresses = AddressWriter(self.db, self.roads, self.extract.streets)
        addresses.write(self.extract.houses, self.extract.number_ways, self.extract.house_of_node)
        self.roads.write(self.db)
        write_posts(self.db, self.extract.posts, self.extract.streets)
        self.db.executemany("INSERT INTO place VALUES(?,?,?,?,?,?,?,?,?)", self.rows)
        self.db.executemany("INSERT INTO place_box VALUES(?,?,?,?,?)", self.boxes)
        write_districts(self.db, self.extract.districts, self.areas)
        self._categories()
        self._meta()
        tell("places: names", 0.0)
        self.names.write(self.db, lambda share: tell("places: names", share))
        tell("places: names", 1.0)
        return len(self.rows)

    def _places(self) -> None:
        campuses = Campuses(self.extract.places)
        for place in self.extract.places:
            lat, lon = self.arrivals.of(place)
            names = names_of(place.tags)
            brand = self.brands.others(place.tags)
            if brand and (called := chinese_name(brand)) and "brand:zh" not in names:
                names["brand:zh"] = called
            category = place.categories[0]
            weight = importance(category, place.tags, area_m2=place.area_m2)
            extra = [*derived_names(category, names), *campuses.names(place, names)]
            extra += area_names(category, place.tags, names)
            row = self._add_row(
                place.osm, category, lat, lon, weight, names, self.districts.name_at(lat, lon), _sized(place)
            )
            for name in extra:
                self.names.add(row, name, "derived", weight)
            for name in brand:
                self.names.add(row, name, "brand", weight * 0.5)
            for other in filter(partial(_offered, place.tags), place.categories):
                self.by_category[other].append((row, lat, lon))

    def _add_row(
        self, osm: str, category: str, lat: float, lon: float, weight: float, names: Mapping[str, str],
        district: str, tags: Mapping[str, str],
    ) -> int:  # fmt: skip
        row = len(self.rows) + 1
        data: dict[str, object] = {"names": {k: v for k, v in names.items() if k != "name"}}
        details = {k: v for k, v in tags.items() if DETAIL_KEYS.match(k)}
        if "addr:housenumber" in tags or "addr:street" in tags or "addr:city" in tags:
            data["address"] = address_line(tags, self.countries.at(lat, lon))
        if details:
            data["tags"] = details
        self.rows.append(
            (
                row,
                osm,
                category,
                lat,
                lon,
                weight,
                _shown(names),
                district,
                json.dumps(data, ensure_ascii=False),
            )
        )
        self.boxes.append((row, lat, lat, lon, lon))
        for name, kind in name_entries(names):
            lower = 0.5 if kind in ("brand", "ref") else 1.0
            self.names.add(row, name, kind, weight * lower)
        return row

    def _categories(self) -> None:
        for category, entries in self.by_category.items():
            ids, lats, lons = zip(*entries, strict=True)
            blobs = np.array(ids, np.int32).tobytes(), np.array(lats).tobytes(), np.array(lons).tobytes()
            self.db.execute("INSERT INTO category VALUES(?,?,?,?)", (category, *blobs))

    def _meta(self) -> None:
        if not self.boxes:
            return
        spread = np.array([box[1:4:2] for box in self.boxes])
        south, west = spread.min(axis=0)
        north, east = spread.max(axis=0)
        self.db.execute("INSERT INTO meta VALUES('bbox', ?)", (json.dumps([south, west, north, east]),))
        self.db.execute("INSERT INTO meta VALUES('places', ?)", (str(len(self.rows)),))
