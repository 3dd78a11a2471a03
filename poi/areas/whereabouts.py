"""What lies round a coordinate: reverse geocoding and names to listen for."""

from __future__ import annotations

import json
import math

import numpy as np

from nav.geometry import haversine_m, project_to_segments
from poi.areas.district import SPOKEN_LEVEL
from poi.areas.outline import contains
from poi.place import Place, Whereabouts
from poi.store import PlaceStore
from poi.text import canonical, has_han

_BOX = "min_lat <= ? AND max_lat >= ? AND min_lon <= ? AND max_lon >= ?"
_AT_THE_HOUSE_M = 40.0
_WORTH_NAMING = 0.2


class Surroundings:
    """Answers about coordinates in one region."""

    def __init__(self, store: PlaceStore) -> None:
        self._store = store

    def at(self, lat: float, lon: float) -> Whereabouts:
        """Return what stands at a point; see `Places.reverse`."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return Whereabouts()
        street, metres = self._nearest_street(lat, lon)
        place = self._worth_naming(lat, lon)
        number, number_first = self._house_number(lat, lon, street.name) if street else ("", False)
        return Whereabouts(
            street=street.name if street else "",
            street_distance_m=metres if street else None,
            house_number=number,
            number_first=number_first,
            place=place,
            district=self._district(lat, lon, place, street),
            names={k: v for k, v in street.names.items() if k in ("zh", "en")} if street else {},
        )

    def _nearest_street(self, lat: float, lon: float) -> tuple[Place | None, float]:
        for reach in (0.002, 0.01):
            box = (lat + reach, lat - reach, lon + reach * 1.5, lon - reach * 1.5)
            rows = self._store.db.execute(
                f"SELECT place, points FROM street WHERE id IN (SELECT id FROM street_box WHERE {_BOX})", box
            )
            best = min(((_metres_to(points, lat, lon), place) for place, points in rows), default=None)
            if best:
                return self._store.places([best[1]])[best[1]], best[0]
        return None, math.inf

    def _house_number(self, lat: float, lon: float, street: str) -> tuple[str, bool]:
        """Return the number of the nearest house of a street, and whether its country says it first."""
        reach = 0.0006
        box = (lat + reach, lat - reach, lon + reach * 1.5, lon - reach * 1.5)
        rows = self._store.db.execute(
            "SELECT lat, lon, number, label, text FROM address, road WHERE road.id = road "
            f"AND address.id IN (SELECT id FROM address_box WHERE {_BOX})",
            box,
        )
        text = canonical(street)
        near = [
            (float(haversine_m(lat, lon, row[0], row[1])), str(row[2]), str(row[3]))
            for row in rows
            if row[4] == text or row[3].startswith(street)
        ]
        metres, number, label = min(near, default=(math.inf, "", ""))
        if metres >= _AT_THE_HOUSE_M:
            return "", False
        if has_han(street):
            number = label.removeprefix(street)
            bare = number.rstrip("号號")
            return (bare if bare.isdigit() else number), False
        return number, label.startswith(number)

    def _worth_naming(self, lat: float, lon: float) -> Place | None:
        reach = 0.002
        rows = self._store.rows_in_box(lat - reach, lon - 1.5 * reach, lat + reach, lon + 1.5 * reach, 400)
        best: tuple[float, Place] | None = None
        for place in self._store.places(rows).values():
            if not place.name or place.category.startswith(("street/", "place/", "boundary/")):
                continue
            metres = float(haversine_m(lat, lon, place.lat, place.lon))
            score = place.importance - metres / 250
            if metres < 200 and place.importance >= _WORTH_NAMING and (best is None or score > best[0]):
                best = (score, place)
        return best[1] if best else None

    def districts(self, lat: float, lon: float) -> list[tuple[int, str]]:
        """Return the areas that hold a point, smallest first: admin level and name."""
        return [(level, name) for level, name, _ in self._districts(lat, lon)]

    def _districts(self, lat: float, lon: float) -> list[tuple[int, str, bool]]:
        rows = self._store.db.execute(
            "SELECT level, name, cut, rings FROM district WHERE id IN "
            f"(SELECT id FROM district_box WHERE {_BOX}) ORDER BY level DESC",
            (lat, lat, lon, lon),
        )
        return [
            (level, name, bool(cut))
            for level, name, cut, rings in rows
            if sum(contains(np.array(ring), lat, lon) for ring in json.loads(rings)) % 2
        ]

    def _district(self, lat: float, lon: float, *others: Place | None) -> str:
        """Return the district of a point: by an outline, by what stands there, by an outline cut off."""
        held = [(name, cut) for level, name, cut in self._districts(lat, lon) if level >= SPOKEN_LEVEL]
        named = [name for name, cut in held if not cut]
        named += [place.district for place in others if place and place.district]
        return next(iter([*named, *(name for name, cut in held if cut)]), "")

    def names_near(self, lat: float, lon: float, limit: int) -> list[str]:
        """Return names round a point; see `Places.names_near`."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return []
        rows: list[int] = []
        for reach in (0.01, 0.03, 0.1, 0.5):
            rows = self._store.rows_in_box(
                lat - reach, lon - reach * 1.5, lat + reach, lon + reach * 1.5, 3000
            )
            if len(rows) >= 5 * limit:
                break
        scored = []
        for row, spot in self._store.spots(rows).items():
            if spot.name:
                km = float(haversine_m(lat, lon, spot.lat, spot.lon)) / 1000
                scored.append((spot.importance - 0.08 * math.log2(1 + km), row))
        scored.sort(key=lambda entry: -entry[0])
        best = self._store.spoken_names([row for _, row in scored[: 2 * limit]])
        names = dict.fromkeys(name for group in best for name in group if name)
        return list(names)[:limit]


def _metres_to(points: bytes, lat: float, lon: float) -> float:
    line = np.frombuffer(points, np.int32).reshape(-1, 2) / 1e7
    if len(line) < 2:
        return math.inf
    metres, _ = project_to_segments(lat, lon, line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    return float(metres.min())
