"""House numbers and street crossings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nav.geometry import distance_m
from poi.house_number import split_address
from poi.name_search import OTHER_NUMBER, NameHit, NameIndex
from poi.place import Candidate, Place
from poi.store import PlaceStore
from poi.text import canonical, has_han

_SURE = 0.72
"""A street name must match at least so well."""

_TOWNLESS = 0.96
"""A street that matches so well needs no look at what is left without the town."""

_STAIRCASE = 0.97
"""Score of number 5 when 5 A was said, and of 5 A for 5, when the map has only the one."""

_CROSSING_END = re.compile(r"的?(?:十字路口|交叉路口|交叉口|交汇处|交汇口|交界处?|交口|路口|拐角)$")
_AND_HAN = re.compile(r"\s*[和与跟、及]\s*|\s+")
_MOST_SPLITS = 6
_CROSSING_HEAD = re.compile(
    r"^(?:the )?(?:corner|intersection|junction|crossing|crossroads) (?:of|between) (.+?) "
    r"(?:and|&|with) (.+)$"
)
_CROSSING_LATIN = re.compile(r"^(.+?)\s+(?:and|&|at|/|x|ja|och|i|amb)\s+(.+)$")
_NEAR_ENOUGH_M = 45.0
_GAP_NUMBERS, _GAP_M = 20, 400.0
"""House numbers are interpolated between two that are no farther apart, by count and by distance."""


class AddressBook:
    """Finds house numbers and crossings in one region."""

    def __init__(self, store: PlaceStore, names: NameIndex) -> None:
        self._store = store
        self._names = names

    def find(self, words: str, near: tuple[float, float] | None) -> list[Candidate]:
        """Return the places of an address or a crossing, best first; empty when the words are neither."""
        return self._house(words, near) or self._crossing(words, near)

    def _streets(self, words: str) -> list[tuple[Place, float]]:
        """Return streets of about that name, with how well it fits."""
        hits = self._names.find(words, limit=12)
        return self._streets_of([h for h in hits if h.score >= _SURE and h.why != OTHER_NUMBER])

    def _townless(self, words: str) -> str:
        """Return the street that the words end with, after a town or district: 海淀区成府路; "" for none."""
        text = canonical(words)
        streets = self._streets_of(self._names.exactly([text[cut:] for cut in range(2, len(text) - 1)]))
        return max((canonical(street.name) for street, _ in streets), key=len, default="")

    def _streets_of(self, hits: Sequence[NameHit]) -> list[tuple[Place, float]]:
        if not hits:
            return []
        by_name = self._store.places_of_names([h.name for h in hits], 30)
        places = self._store.places(row for rows in by_name.values() for row, _ in rows)
        found: dict[str, tuple[Place, float]] = {}
        for hit in hits:
            for row, _ in by_name.get(hit.name, ()):
                place = places[row]
                if place.category.startswith("street/") and found.get(place.id, (place, 0.0))[1] < hit.score:
                    found[place.id] = (place, hit.score)
        return sorted(found.values(), key=lambda entry: -entry[1])

    def _house(self, words: str, near: tuple[float, float] | None) -> list[Candidate]:
        parts = split_address(words)
        if parts is None:
            return []
        name, number = parts
        streets = self._streets(name)
        if has_han(name) and not (streets and streets[0][1] > _TOWNLESS) and (rest := self._townless(name)):
            name, streets = rest, self._streets(rest)
        spellings = {canonical(name): 1.0}
        for street, score in streets:
            spellings.setdefault(canonical(street.name), score)
        found = [
            candidate
            for spelling, score in list(spellings.items())[:6]
            for candidate in self._numbers(spelling, number, score)
        ]
        if found:
            return sorted(found, key=lambda c: (-c.score, _distance(c.place, near)))
        if not streets:
            return []
        street, score = min(streets, key=lambda entry: (-entry[1], _distance(entry[0], near)))
        return [Candidate(place=street, score=min(0.66, score * 0.7), why="street without that number")]

    def _numbers(self, street: str, number: str, score: float) -> list[Candidate]:
        query = "SELECT id, number, lat, lon, label FROM address WHERE street = ?"
        rows = self._store.db.execute(query, (street,)).fetchall()
        exact = [r for r in rows if r[1] == number]
        if exact:
            kept = _apart(exact)
            return [Candidate(place=_address_place(r), score=score, why="address") for r in kept]
        wanted = _leading(number)
        if wanted is None:
            return []
        alike = [r for r in rows if _leading(r[1]) == wanted and str(wanted) in (number, r[1])]
        if alike:
            return [
                Candidate(place=_address_place(r), score=_STAIRCASE * score, why="address")
                for r in _apart(alike)
            ]
        numbered = [
            (abs(value - wanted), (value - wanted) % 2, r)
            for r in rows
            if (value := _leading(r[1])) is not None
        ]
        if not numbered:
            return []
        between = _between(rows, wanted)
        if between is not None:
            label = f"{rows[0][4].rsplit(' ', 1)[0]} {number}"
            place = _address_place((0, number, *between, label))
            return [Candidate(place=place, score=0.78 * score, why="between house numbers")]
        gap, _, row = min(numbered, key=lambda entry: entry[0] + 3 * entry[1])
        if gap > 20:
            return []
        return [Candidate(place=_address_place(row), score=0.7 * score, why="nearest house number")]

    def _crossing(self, words: str, near: tuple[float, float] | None) -> list[Candidate]:
        apart: Candidate | None = None
        for first, second, sure in _crossing_parts(words):
            a, b = self._streets(first)[:8], self._streets(second)[:8]
            if not (a and b):
                continue
            found = [
                Candidate(place=place, score=min(sa, sb), why="crossing")
                for street_a, sa in a
                for street_b, sb in b
                if street_a.id != street_b.id
                for place in self._meet(street_a, street_b)
            ]
            if found:
                best = max(c.score for c in found)
                return sorted(
                    (c for c in found if c.score > best - 0.1),
                    key=lambda c: (-c.score, _distance(c.place, near)),
                )
            if sure and apart is None:
                street, score = a[0]
                apart = Candidate(place=street, score=min(0.7, 0.75 * score), why="streets that do not meet")
        return [apart] if apart else []

    def _line(self, place: Place) -> NDArray[np.int32]:
        row = self._store.row_of(place.id)
        lines = self._store.db.execute("SELECT points FROM street WHERE place = ?", (row,))
        parts = [np.frombuffer(points, np.int32).reshape(-1, 2) for (points,) in lines]
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.int32)

    def _meet(self, a: Place, b: Place) -> list[Place]:
        """Return where two streets meet: at shared points, else where they come within a few metres."""
        line_a, line_b = self._line(a), self._line(b)
        if not (len(line_a) and len(line_b)):
            return []
        shared = np.array(sorted(set(map(tuple, line_a.tolist())) & set(map(tuple, line_b.tolist()))))
        if not len(shared):
            shared = _closest(line_a, line_b)
        if not len(shared):
            return []
        joint = "" if has_han(a.name) else " "
        name = f"{a.name}{'与' if not joint else ' & '}{b.name}{'路口' if not joint else ''}"
        return [
            replace(
                a, id=f"crossing/{a.id}+{b.id}" + (f"/{i}" if i else ""), name=name,
                category="highway/crossing_of",
                names={}, lat=lat, lon=lon, address="", why="crossing", tags={}, importance=0.4,
            )
            for i, (lat, lon) in enumerate(_groups(shared / 1e7))
        ]  # fmt: skip


def _crossing_parts(words: str) -> list[tuple[str, str, bool]]:
    """Return street pairs that the words may name, and whether they say that a crossing is meant."""
    text = words.strip()
    if has_han(text):
        core = _CROSSING_END.sub("", text)
        sure = core != text
        cuts = [m.span() for m in _AND_HAN.finditer(core)][:_MOST_SPLITS]
        if sure:
            cuts += [(m.end(), m.end()) for m in re.finditer(r"[路街道巷]", core[:-1])][:_MOST_SPLITS]
        return [(core[:a], core[b:], sure) for a, b in cuts if a >= 2 and len(core) - b >= 2]
    lower = text.casefold()
    if match := _CROSSING_HEAD.match(lower):
        return [(match.group(1), match.group(2), True)]
    if match := _CROSSING_LATIN.match(lower):
        return [(match.group(1), match.group(2), False)]
    return []


def _closest(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    if len(a) * len(b) > 4_000_000:
        return np.zeros((0, 2), np.int32)
    stretch = np.cos(np.radians(a[0, 0] / 1e7))
    dy = (a[:, None, 0] - b[None, :, 0]).astype(np.float64)
    dx = (a[:, None, 1] - b[None, :, 1]) * stretch
    metres = np.hypot(dy, dx) * 0.0111195
    i, _ = np.unravel_index(int(np.argmin(metres)), metres.shape)
    return a[i : i + 1] if float(metres.min()) <= _NEAR_ENOUGH_M else np.zeros((0, 2), np.int32)


def _groups(points: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Join crossing points of dual carriageways: one point per 120 m."""
    kept: list[list[tuple[float, float]]] = []
    for lat, lon in points.tolist():
        near = next((g for g in kept if distance_m(g[0], (lat, lon)) < 120), None)
        if near is None:
            kept.append([(lat, lon)])
        else:
            near.append((lat, lon))
    return [group[len(group) // 2] for group in kept]


def _apart(rows: Sequence[tuple[int, str, float, float, str]]) -> list[tuple[int, str, float, float, str]]:
    kept: list[tuple[int, str, float, float, str]] = []
    for row in rows:
        if all(distance_m((row[2], row[3]), (k[2], k[3])) > 150 for k in kept):
            kept.append(row)
    return kept


def _between(rows: Sequence[tuple[int, str, float, float, str]], wanted: int) -> tuple[float, float] | None:
    """Return where a number must lie that stands between two of its own side of the street, not far apart."""
    side = sorted(
        (value, row[2], row[3])
        for row in rows
        if (value := _leading(row[1])) is not None and value % 2 == wanted % 2
    )
    below = [entry for entry in side if entry[0] < wanted]
    above = [entry for entry in side if entry[0] > wanted]
    if not (below and above):
        return None
    (first, lat0, lon0), (last, lat1, lon1) = below[-1], above[0]
    if last - first > _GAP_NUMBERS or distance_m((lat0, lon0), (lat1, lon1)) > _GAP_M:
        return None
    share = (wanted - first) / (last - first)
    return lat0 + share * (lat1 - lat0), lon0 + share * (lon1 - lon0)


def _leading(number: str) -> int | None:
    match = re.match(r"\d+", number)
    return int(match.group()[:6]) if match else None


def _address_place(row: tuple[int, str, float, float, str]) -> Place:
    return Place(
        id=f"address/{row[0]}", name=row[4], category="address", lat=row[2], lon=row[3], address=row[4],
        importance=0.4, why="address",
    )  # fmt: skip


def _distance(place: Place, near: tuple[float, float] | None) -> float:
    return 0.0 if near is None else distance_m(near, (place.lat, place.lon))
