"""Areas: towns, districts, counties and states as places to go to, to search in and to plan in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE, distance_m, haversine_m
from poi.areas.district import REACH_M
from poi.areas.names import is_area, said_names, without_province
from poi.areas.outline import Ring, contains, contains_many
from poi.names.search import NameIndex
from poi.place import Candidate, Place
from poi.store import PlaceStore, Spot
from poi.text import canonical, clean, has_han, units

Point = tuple[float, float]
FloatArray = NDArray[np.float64]
Split = tuple[str, tuple[str, ...], bool]
"""An inner area, the outer ones, and whether commas part them."""

_WIDE_REACH_M = {"place/country": 1_500_000.0, "place/state": 400_000.0, "place/province": 400_000.0,
                 "place/region": 200_000.0, "place/county": 50_000.0, "place/municipality": 20_000.0,
                 "place/district": 20_000.0, "place/island": 15_000.0}  # fmt: skip
"""How far an area reaches that the map has only as a point."""

_LONGEST = 16
"""Units of text (characters of Chinese, words) in which an area within an area is looked for."""

_SHORTENED = 0.99
"""Score of an area whose name was said without its administrative word."""

_ENDING = 0.7
"""Score of an area behind words that mean nothing to the map: it is asked about."""

_PROVINCE_UNKNOWN = 0.95
"""Score of a town with a province before it that the map does not hold."""

_UNKNOWN_OUTER = 0.86
"""Score of a town with a state behind a comma that the map does not hold."""

_LINK = re.compile(r"^(?:in|of|的)\s*|\s*(?:的|in|of)$")
_COMMA = re.compile(r"\s*[,，、;；]\s*")
_IN = re.compile(
    r"^(?P<what>.+?) (?:in|inside|within|around|throughout)(?: the)?(?: town| city| area| region)?(?: of)? "
    r"(?P<area>.+)$",
    re.IGNORECASE,
)
_OF_HAN = re.compile(
    r"^在?(?P<area>.{2,12}?)(?:市区|境内|城里|里面|里边|附近|周边|一带|里|内)?"
    r"(?:都?有(?:什么|哪些|没有|多少|啥)?(?:好的|好玩的|好吃的)?|的)(?P<what>.{1,20})$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A town, a district, a state: its point to go to, and what lies in it."""

    place: Place
    """The place that stands for it; its coordinates are the town's centre."""

    rings: tuple[Ring, ...] = ()
    """Its outline, closed rings by the even-odd rule; empty where the map has only a point."""

    reach_m: float = 0.0
    """How far it reaches round its centre where it has no outline, metres."""

    @property
    def name(self) -> str:
        """Its name on the map."""
        return self.place.name

    @property
    def centre(self) -> Point:
        """The point to drive to: latitude, longitude."""
        return self.place.lat, self.place.lon

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """South, west, north, east."""
        if self.rings:
            points = np.concatenate(self.rings)
            (south, west), (north, east) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
            return south, west, north, east
        lat, lon = self.centre
        up = self.reach_m / METRES_PER_DEGREE
        side = up / max(0.05, float(np.cos(np.radians(lat))))
        return lat - up, lon - side, lat + up, lon + side

    def contains(self, lat: float, lon: float) -> bool:
        """Say whether a point lies in the area."""
        if self.rings:
            return sum(contains(ring, lat, lon) for ring in self.rings) % 2 == 1
        return distance_m(self.centre, (lat, lon)) <= self.reach_m

    def contains_many(self, lats: FloatArray, lons: FloatArray) -> NDArray[np.bool_]:
        """Say for each point whether it lies in the area; shape (N,), bool."""
        if not self.rings:
            return np.asarray(haversine_m(*self.centre, lats, lons) <= self.reach_m)
        inside = np.zeros(len(lats), dtype=bool)
        for ring in self.rings:
            (south, west), (north, east) = ring.min(axis=0), ring.max(axis=0)
            near = np.flatnonzero((lats >= south) & (lats <= north) & (lons >= west) & (lons <= east))
            inside[near] ^= contains_many(ring, lats[near], lons[near])
        return inside


class AreaFinder:
    """Finds the areas of one region by name."""

    def __init__(self, store: PlaceStore, names: NameIndex) -> None:
        self._store = store
        self._names = names
        self.splits = lru_cache(maxsize=8)(self._splits)

    def _splits(self, text: str) -> tuple[list[Split], dict[str, list[tuple[Spot, float]]]]:
        """Return the ways to part words into areas, with those of the parts that are areas of the map."""
        splits = list(_splits(text))
        return splits, self._exact({part for inner, outers, _ in splits for part in (inner, *outers)})

    def named(self, words: str, near: Point | None = None) -> Area | None:
        """Return the area that words name exactly, the best known of several; None for no area.

        Parameters
        ----------
        words
            "昆山", "昆山市", "City of Denver", "Chicago, Illinois", "江苏省昆山市".
        near
            Point whose neighbours are preferred among areas of one name.
        """
        found = self.candidates(words, near)
        return self.of_place(found[0].place) if found else None

    def candidates(self, words: str, near: Point | None = None) -> list[Candidate]:
        """Return the areas that words name exactly, best first: alone, or a town with what it lies in."""
        text = clean(words)
        spots = self._exact([text]).get(text, [])
        if spots:
            return self._ranked([(spot, score, "exact") for spot, score in spots], near)
        return self.within(text, near)

    def within(self, words: str, near: Point | None = None) -> list[Candidate]:
        """Return towns that words name together with the area they lie in: Chicago, Illinois."""
        text = clean(words)
        splits, exact = self.splits(text)
        if not splits:
            return []
        found: list[tuple[Spot, float, str]] = []
        for inner, outers, commas in splits:
            for spot, score in exact.get(inner, ()):
                known = [exact[outer] for outer in outers if exact.get(outer)]
                if any(all(not self._holds(o, spot) for o, _ in outer) for outer in known):
                    continue
                if len(known) == len(outers):
                    found.append((spot, score, "exact"))
                elif commas and known:
                    found.append((spot, min(score, _UNKNOWN_OUTER), "exact"))
        if not found and splits and splits[0][2]:
            inner, outers, _ = splits[0]
            looks_like_towns = all(_is_wordy(outer) for outer in outers)
            if looks_like_towns and not any(exact.get(outer) for outer in outers):
                found = [(spot, _UNKNOWN_OUTER, "exact") for spot, _ in exact.get(inner, ())]
        if not found and has_han(text) and (rest := without_province(text)) != text:
            spots = [
                (spot, min(score, _PROVINCE_UNKNOWN), "exact")
                for spot, score in self._exact([rest]).get(rest, ())
            ]
            return self._ranked(spots, near) or self.within(rest, near)
        return self._ranked(found, near)

    def parts(self, words: str, near: Point | None = None) -> Iterator[tuple[str, Area]]:
        """Yield the ways to part words into what is looked for and an area that is said with it: 昆山亭林园.

        The longest name of an area comes first: "Starbucks, Encamp", "Encamp Starbucks".
        """
        text = without_province(clean(words))
        splits, exact = self.splits(text)
        pairs = [(inner, outers[0]) for inner, outers, _ in splits if len(outers) == 1]
        for rest, outer in sorted(pairs, key=lambda pair: -len(pair[1])):
            if outer in exact and (area := self.named(outer, near)) and canonical(rest):
                yield rest, area

    def ending(self, words: str, near: Point | None = None) -> list[Candidate]:
        """Return the areas with whose name Chinese words end, behind what no map knows: 苏州昆山."""
        text = clean(words)
        if not has_han(text) or len(text) > _LONGEST:
            return []
        exact = self._exact(text[cut:] for cut in range(1, len(text) - 1))
        longest = max(exact, key=len, default="")
        found = [(spot, min(score, _ENDING), "part") for spot, score in exact.get(longest, ())]
        return [replace(c, score=min(c.score, _ENDING)) for c in self._ranked(found, near)]

    def of_place(self, place: Place) -> Area | None:
        """Return the area that a place is or stands for; None for what holds no other places."""
        row = self._store.row_of(place.id)
        return self._of_row(row, place) if row is not None else None

    def split(self, words: str) -> tuple[str, Area] | None:
        """Part "hotels in Encamp", 昆山的酒店 into what is looked for and where; None if no area is said."""
        text = clean(words)
        match = _OF_HAN.match(text) if has_han(text) else _IN.match(text)
        if match is None:
            return None
        area = self.named(match["area"])
        return (match["what"], area) if area else None

    def _exact(self, texts: Iterable[str]) -> dict[str, list[tuple[Spot, float]]]:
        """Return for each text the areas that are called so, with how well the name fits."""
        variants = {text: said_names(text) for text in texts}
        names = list(dict.fromkeys(v for said in variants.values() for v in said))
        hits: dict[str, int] = {}
        for start in range(0, min(len(names), 1200), 300):
            hits |= {hit.text: hit.name for hit in self._names.exactly(names[start : start + 300])}
        if not hits:
            return {}
        places = self._store.places_of_names(list(hits.values()), 60)
        spots = self._store.spots(row for rows in places.values() for row, _ in rows)
        found: dict[str, list[tuple[Spot, float]]] = {}
        for text, said in variants.items():
            for at, variant in enumerate(said):
                rows = places.get(hits.get(canonical(variant), -1), [])
                areas = [
                    (spots[row], (1.0 if sort in ("name", "language") else _SHORTENED) - 0.03 * (at > 0))
                    for row, sort in rows
                    if is_area(spots[row].category)
                ]
                if areas:
                    found[text] = areas
                    break
        return found

    def _ranked(self, found: Sequence[tuple[Spot, float, str]], near: Point | None) -> list[Candidate]:
        """Order areas by how well they fit, how well known they are, and their distance."""

        def rank(entry: tuple[Spot, float, str]) -> float:
            spot, score, _ = entry
            far = 0.0 if near is None else min(0.1, distance_m(near, (spot.lat, spot.lon)) / 3e6)
            return -(score + 0.15 * (spot.importance - 0.5) - far)

        best: dict[int, tuple[Spot, float, str]] = {}
        for entry in sorted(found, key=rank):
            if not any(_one_area(entry[0], other) for other, _, _ in best.values()):
                best.setdefault(entry[0].row, entry)
        places = self._store.places(best)
        return [
            Candidate(place=places[row], score=min(1.0, -rank(entry)), why=entry[2])
            for row, entry in best.items()
        ][:12]

    def _holds(self, outer: Spot, inner: Spot) -> bool:
        if outer.row == inner.row:
            return False
        area = self._of_row(outer.row, None, outer)
        return area is not None and area.contains(inner.lat, inner.lon)

    def _of_row(self, row: int, place: Place | None, spot: Spot | None = None) -> Area | None:
        found = self._store.db.execute(
            "SELECT rings FROM district WHERE place = ? OR node = ? ORDER BY level DESC LIMIT 1", (row, row)
        ).fetchone()
        category = place.category if place else spot.category if spot else ""
        rings = tuple(np.array(ring) for ring in json.loads(found[0])) if found else ()
        reach = 0.0 if rings else REACH_M.get(category, _WIDE_REACH_M.get(category, 0.0))
        if not (rings or reach):
            return None
        place = place or self._store.places([row])[row]
        return Area(place=place, rings=rings, reach_m=reach)


def _one_area(a: Spot, b: Spot) -> bool:
    """Say whether two objects of the map are one area: a town and its boundary share their point."""
    same = canonical(a.name) == canonical(b.name) or bool(
        {canonical(n) for n in said_names(a.name)} & {canonical(n) for n in said_names(b.name)}
    )
    return same and distance_m((a.lat, a.lon), (b.lat, b.lon)) < 3_000


def _is_wordy(text: str) -> bool:
    return bool(text) and not any(map(str.isdigit, text)) and len(units(canonical(text))) <= 6


def _splits(text: str) -> Iterable[Split]:
    """Yield an inner area and the outer ones in every order that is usual, and whether commas part them."""
    parts = [p for p in _COMMA.split(text) if p]
    if 2 <= len(parts) <= 4:
        yield parts[0], tuple(parts[1:]), True
        yield parts[-1], tuple(parts[:-1]), True
        return
    pieces = list(text) if has_han(text) else text.split()
    if not 2 <= len(pieces) <= _LONGEST or any(map(str.isdigit, text)):
        return
    gap, least = ("", 2) if has_han(text) else (" ", 1)
    for cut in range(least, len(pieces) - least + 1):
        head = _LINK.sub("", gap.join(pieces[:cut]).strip())
        tail = _LINK.sub("", gap.join(pieces[cut:]).strip())
        if not (head and tail):
            continue
        if not has_han(text):
            yield head, (tail,), False
        yield tail, (head,), False
        if has_han(text):
            for second in range(cut + least, len(pieces) - least + 1):
                yield gap.join(pieces[second:]), (head, gap.join(pieces[cut:second])), False
