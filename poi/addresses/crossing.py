"""Crossings of two streets: where they meet, by any of their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nav.geometry import distance_m
from poi.place import Candidate, Place
from poi.store import PlaceStore
from poi.text import has_han

_END = re.compile(r"的?(?:十字路口|交叉路口|交叉口|交汇处|交汇口|交界处?|交口|路口|拐角)$")
_AND_HAN = re.compile(r"\s*[和与跟、及]\s*|\s+")
_MOST_SPLITS = 6
_HEAD = re.compile(
    r"^(?:the )?(?:corner|intersection|junction|crossing|crossroads) (?:of|between) (.+?) "
    r"(?:and|&|with) (.+)$"
)
_LATIN = re.compile(r"^(.+?)\s+(?:and|&|at|@|/|x|ja|och|i|amb|et|und|y)\s+(.+)$")
_NEAR_ENOUGH_M = 45.0

Point = tuple[float, float]


class Crossings:
    """Finds crossings in one region.

    Parameters
    ----------
    store
        The places of the region.
    streets
        Gives the streets that words may mean, with how well they fit.
    """

    def __init__(self, store: PlaceStore, streets: Callable[[str], list[tuple[Place, float]]]) -> None:
        self._store = store
        self._streets = streets

    def find(self, words: str, near: Point | None) -> list[Candidate]:
        """Return where the two streets that the words name meet, best first; empty for no crossing."""
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
        core = _END.sub("", text)
        sure = core != text
        cuts = [m.span() for m in _AND_HAN.finditer(core)][:_MOST_SPLITS]
        if sure:
            cuts += [(m.end(), m.end()) for m in re.finditer(r"[路街道巷]", core[:-1])][:_MOST_SPLITS]
        return [(core[:a], core[b:], sure) for a, b in cuts if a >= 2 and len(core) - b >= 2]
    lower = text.casefold()
    if match := _HEAD.match(lower):
        return [(match.group(1), match.group(2), True)]
    if match := _LATIN.match(lower):
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


def _distance(place: Place, near: Point | None) -> float:
    return 0.0 if near is None else distance_m(near, (place.lat, place.lon))
