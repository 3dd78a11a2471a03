"""Write house numbers and the names of their roads, in the forms in which they are looked up."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from nav.country import CountryGrid
from poi.addresses.han import han_number
from poi.addresses.house_number import Number, leading, numbers_of, plain_number
from poi.addresses.label import house_label, street_of
from poi.addresses.street_name import parse_street
from poi.build.extract import RawHouse, RawNumberWay, RawStreet
from poi.build.kind import DRIVABLE
from poi.build.nearest_way import NearestWay
from poi.text import canonical, has_han

_TOWN_KEYS = (
    "city", "suburb", "district", "hamlet", "place", "town", "village", "postcode", "state", "province",
    "municipality", "county", "quarter", "neighbourhood",
)  # fmt: skip
_STEPS = {"even": 2, "odd": 2, "all": 1}
_MOST_COUNTED = 400
"""A line of house numbers counts so many at most; more is a wrong tag."""

_LIST = re.compile(r"\s*[;,|]\s*")


class RoadIndex:
    """The roads that house numbers count along, by all their names."""

    def __init__(self) -> None:
        self._of_name: dict[str, int] = {}
        self._names: list[str] = []
        self._parts: dict[tuple[str, str, str, int], None] = {}

    def add(self, name: str, others: Iterable[str] = ()) -> int:
        """Return the number of a road, new or known, and let further names lead to it."""
        text = canonical(name)
        road = self._of_name.get(text)
        if road is None:
            road = self._of_name[text] = len(self._names) + 1
            self._names.append(name)
            self._lead(name, road)
        for other in others:
            if (text := canonical(other)) and text not in self._of_name:
                self._of_name[text] = road
                self._lead(other, road)
        return road

    def _lead(self, name: str, road: int) -> None:
        street = parse_street(name)
        self._parts[street.core, street.sort, street.heading, road] = None

    def write(self, db: sqlite3.Connection) -> None:
        """Write the tables `road` and `road_name`."""
        rows = ((number, name, canonical(name)) for number, name in enumerate(self._names, 1))
        db.executemany("INSERT INTO road VALUES(?,?,?)", rows)
        db.executemany("INSERT INTO road_name VALUES(?,?,?,?)", self._parts)


class AddressWriter:
    """Writes the house numbers of an extract."""

    def __init__(self, db: sqlite3.Connection, roads: RoadIndex, streets: list[RawStreet]) -> None:
        self._db = db
        self._roads = roads
        self._streets = streets
        self._countries = CountryGrid()
        self._rows: list[tuple[object, ...]] = []

    def write(
        self, houses: list[RawHouse], lines: list[RawNumberWay], house_of_node: Mapping[int, int]
    ) -> None:
        """Write all house numbers, those counted between two others last."""
        self._lend_streets(houses)
        for house in houses:
            self._house(house, made=False)
        taken = {(row[1], row[2]) for row in self._rows}
        for line in lines:
            for house in _counted(line, houses, house_of_node):
                self._house(house, made=True, taken=taken)
        self._db.executemany("INSERT INTO address VALUES(?,?,?,?,?,?,?,?,?,?)", self._rows)
        boxes = ((row[0], row[5], row[5], row[6], row[6]) for row in self._rows)
        self._db.executemany("INSERT INTO address_box VALUES(?,?,?,?,?)", boxes)

    def _house(self, house: RawHouse, *, made: bool, taken: set[tuple[object, object]] | None = None) -> None:
        street = street_of(house.tags)
        value = house.tags.get("addr:housenumber", "")
        if not street or not (value or "addr:block_number" in house.tags):
            return
        country = self._countries.at(house.lat, house.lon)
        town = "|".join(filter(None, (canonical(house.tags.get(f"addr:{key}", "")) for key in _TOWN_KEYS)))
        for road, number, shown in _numbered(street, value):
            name = self._roads.add(road)
            if taken is not None and (name, number.text) in taken:
                continue
            label = house_label(street, shown, country)
            row = len(self._rows) + 1, name, number.text, number.low, number.high
            self._rows.append((*row, house.lat, house.lon, label, town, int(made)))

    def _lend_streets(self, houses: list[RawHouse]) -> None:
        """Give houses without a street the nearest named one."""
        bare = [house for house in houses if not street_of(house.tags)]
        if not bare:
            return
        named = [street for street in self._streets if _has_houses(street)]
        nearest = NearestWay(named, ((house.lat, house.lon) for house in bare))
        for house in bare:
            if street := nearest.of(house.lat, house.lon):
                house.tags["addr:street"] = street.tags["name"]


def _has_houses(street: RawStreet) -> bool:
    """Say whether houses may stand along a way: it is for cars, has a name, and lies above ground."""
    tags = street.tags
    above = tags.get("tunnel", "no") == "no" and tags.get("indoor", "no") == "no"
    return above and "name" in tags and tags["highway"] in DRIVABLE and tags["highway"] != "service"


def _numbered(street: str, value: str) -> Iterator[tuple[str, Number, str]]:
    """Yield road, number and the number as it is shown for every number of a house."""
    if not has_han(street):
        shown = [part for part in _LIST.split(value) if part]
        for number in numbers_of(value):
            own = next((part for part in shown if plain_number(part) == number.text), number.text)
            yield street, number, own
        return
    for part in [p for p in _LIST.split(value) if p] or [""]:
        parsed = han_number(street, part)
        if parsed is None:
            yield from ((street, number, part) for number in numbers_of(part))
            continue
        last = parsed.parts[-1]
        span = re.match(r"(\d+)-(\d+)号$", last)
        low = leading(last) if re.match(r"\d+\D", last) and (span or "-" not in last) else None
        high = int(span.group(2)) if span and low is not None and low < int(span.group(2)) else low
        yield parsed.road, Number(text=parsed.number, low=low, high=high), part


def _counted(
    line: RawNumberWay, houses: list[RawHouse], house_of_node: Mapping[int, int]
) -> Iterator[RawHouse]:
    """Yield the houses that a line of numbers counts between two that are on the map."""
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line.points, axis=0).T))))
    ends = [(at, houses[house_of_node[node]]) for at, node in enumerate(line.nodes) if node in house_of_node]
    for (start, first), (stop, last) in pairwise(ends):
        tags = {**last.tags, **first.tags, **line.tags}
        numbers = list(_between(first.tags["addr:housenumber"], last.tags["addr:housenumber"], line.step))
        for share, number in numbers:
            at = along[start] + share * (along[stop] - along[start])
            lat, lon = (float(np.interp(at, along, line.points[:, axis])) for axis in (0, 1))
            yield RawHouse(lat, lon, {**tags, "addr:housenumber": number})


def _between(first: str, last: str, step: str) -> Iterator[tuple[float, str]]:
    """Yield what is counted between two numbers, with how far on it lies, 0 to 1."""
    a, b = plain_number(first), plain_number(last)
    if step == "alphabetic" and a[:-1] == b[:-1] and a[-1:].isalpha() and b[-1:].isalpha():
        low, high = ord(a[-1]), ord(b[-1])
        for letter in range(min(low, high) + 1, max(low, high)):
            yield (letter - low) / (high - low), f"{a[:-1]}{chr(letter)}"
        return
    size = _STEPS.get(step) or (int(step) if step.isdigit() else 0)
    if not (size and a.isdigit() and b.isdigit()) or a == b:
        return
    low, high = int(a[:6]), int(b[:6])
    if abs(high - low) // size > _MOST_COUNTED:
        return
    way = size if high > low else -size
    for number in range(low + way, high, way):
        yield (number - low) / (high - low), str(number)
