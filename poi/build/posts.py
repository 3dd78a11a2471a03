"""Write mile and kilometre posts with the road on which they stand."""

from __future__ import annotations

import re
import sqlite3

from nav.country import CountryGrid
from poi.build.extract import RawStreet
from poi.build.names import names_of
from poi.build.nearest_way import NearestWay
from poi.text import canonical

KM_PER_MILE = 1.609344
_MILES = frozenset(("US", "GB", "LR", "MM", "PR"))
_VALUE = re.compile(
    r"^(?:km|pk|k|mile|mm)?\s*(\d+(?:[.,]\d+)?)(?:\s*\+\s*(\d{1,3}))?\s*(km|mi|miles?|m)?$", re.IGNORECASE
)
_KEYS = ("distance", "pk", "milestone", "mile", "ref", "name")


def write_posts(
    db: sqlite3.Connection, posts: list[tuple[float, float, dict[str, str]]], streets: list[RawStreet]
) -> None:
    """Write the table `post`: one row for each name or number of the road of a post."""
    countries = CountryGrid()
    nearest = NearestWay(streets, ((lat, lon) for lat, lon, _ in posts))
    rows = []
    for lat, lon, tags in posts:
        miles = countries.at(lat, lon) in _MILES
        value = next((v for key in _KEYS if (v := _value(tags.get(key, ""), miles=miles)) is not None), None)
        way = nearest.of(lat, lon)
        if value is None or way is None:
            continue
        names = {k: v for k, v in names_of(way.tags).items() if k not in ("brand", "operator")}
        roads = [p.strip() for text in (*names.values(), way.tags.get("ref", "")) for p in text.split(";")]
        shown = way.tags.get("name") or way.tags["ref"]
        rows += [(canonical(road), value, lat, lon, shown) for road in dict.fromkeys(roads) if road]
    db.executemany("INSERT INTO post VALUES(?,?,?,?,?)", rows)


def _value(text: str, *, miles: bool) -> float | None:
    """Return where on its road a post stands, kilometres; None for what is no such number."""
    match = _VALUE.match(text.strip())
    if match is None:
        return None
    number = float(match.group(1).replace(",", ".")) + int(match.group(2) or 0) / 1000
    unit = (match.group(3) or ("mi" if miles else "km")).casefold()
    if unit == "m":
        return number / 1000
    return number * KM_PER_MILE if unit.startswith("mi") else number
