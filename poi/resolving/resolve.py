"""From spoken words to the places that may be meant: by name, by kind and name, by kind and town."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nav.geometry import distance_m, haversine_m
from poi.areas.district import REACH_M
from poi.kinds.category import Categories, parse_category, without_fillers, without_measure
from poi.names.pinyin import sound
from poi.names.search import OTHER_NUMBER, NameHit, NameIndex, spoken
from poi.names.similarity import similarities
from poi.place import Candidate, CategoryMatch, Place
from poi.store import PlaceStore, Spot
from poi.text import canonical, clean, word_set

Point = tuple[float, float]

_IMPORTANCE = 0.15
"""Score between a place nobody knows and the best-known one, when both have the same name."""

_FAR = 0.03
"""Score lost by a place 300 km away; nearer ones lose less (logarithm)."""

_KIND_RIGHT, _KIND_WRONG = 0.03, -0.05
_KIND_OF_NAME = {
    "name": 0.0,
    "language": 0.0,
    "alt": -0.01,
    "derived": -0.005,
    "old": -0.03,
    "brand": -0.04,
    "ref": -0.05,
}
_SELDOM_DRIVEN_TO = word_set(
    "highway/bus_stop railway/tram_stop railway/subway_entrance amenity/atm amenity/post_box amenity/taxi "
    "amenity/bicycle_rental tourism/artwork public_transport/stop_position amenity/vending_machine"
)
_SELDOM = 0.04
"""Score lost by what is hardly ever the end of a drive."""

_OTHER_NUMBER = 0.1
"""Score lost by a name with another number than was said."""

_AREAS = ("place", "boundary")
_SAME_AREA_M = 3_000.0
"""A town and a part of it, or what is drawn twice, of one name are one place to a driver."""

_SAME_SPOT_M = 350.0
"""Objects of one name within this distance are one place on the ground."""

_HOLDERS = {
    "amenity/university": 1500.0,
    "amenity/college": 800.0,
    "amenity/hospital": 600.0,
    "aeroway/aerodrome": 3000.0,
    "railway/station": 700.0,
    "station/subway": 700.0,
    "shop/mall": 300.0,
    "leisure/park": 900.0,
    "tourism/attraction": 900.0,
    "tourism/zoo": 900.0,
    "tourism/theme_park": 900.0,
}
"""Places at which others are said to be, 清华大学图书馆, and how far from their middles, metres."""

_IN_TOWN = 0.74
"""Score of a place of the right kind in the town that was said, before its own name is looked at."""

_WHOLE_PART = 0.74
"""From this score on, all words stand in the name as they were said; below, some were only alike."""

_EACH = 40
_WINDOW = 0.3
"""Names that match so much worse than the best one are not looked at."""


@dataclass(slots=True)
class _Scored:
    """A spot that may be meant."""

    spot: Spot
    score: float
    why: str


class Resolver:
    """Resolves names in one region."""

    def __init__(self, store: PlaceStore, names: NameIndex, categories: Categories) -> None:
        self._store = store
        self._names = names
        self._categories = categories

    def candidates(self, words: str, *, near: Point | None, limit: int, once: bool = True) -> list[Candidate]:
        """Return places that the words may mean, best first.

        Parameters
        ----------
        words
            A name, perhaps with the kind of place in it.
        near
            Point whose neighbours are preferred.
        limit
            At most so many.
        once
            Whether objects of one name on one spot count as one place.
        """
        core = without_fillers(words)
        if not core:
            return []
        kind = self._categories.match(core)
        hits = self._hits(core, kind, canonical(clean(words)))
        found = self._from_names(hits, near, kind)
        if kind and kind.rest:
            for scored in self._from_kind(kind, near):
                known = found.get(scored.spot.row)
                if known is None or known.score < scored.score:
                    found[scored.spot.row] = scored
        ranked = sorted(found.values(), key=lambda s: (-s.score, -s.spot.importance, s.spot.row))
        kept = _distinct(ranked, limit) if once else ranked[:limit]
        places = self._store.places(s.spot.row for s in kept)
        return [Candidate(place=places[s.spot.row], score=s.score, why=s.why) for s in kept]

    def _hits(self, core: str, kind: CategoryMatch, whole: str) -> list[NameHit]:
        hits = {hit.name: hit for hit in self._names.find(core, limit=40)}
        others: list[NameHit] = []
        for other in {whole, without_measure(core)} - {core}:
            others += [hit for hit in self._names.find(other, limit=5) if hit.score > 0.9]
        if kind and kind.rest:
            others += self._synonymous(kind)
        for hit in others:
            if hit.name not in hits or hit.score > hits[hit.name].score:
                hits[hit.name] = hit
        best = max((hit.score for hit in hits.values()), default=0.0)
        return [hit for hit in hits.values() if hit.score > max(0.3, best - _WINDOW)]

    def _synonymous(self, kind: CategoryMatch) -> list[NameHit]:
        """Return names that differ only in the word for the kind: 文津宾馆 for 文津酒店."""
        variants = []
        for word in self._categories.synonyms(kind)[:30]:
            variants += [f"{kind.rest}{word}", f"{kind.rest} {word}", f"{word} {kind.rest}"]
        return [replace(hit, score=0.96, why="alias") for hit in self._names.exactly(variants)]

    def _spots_of(self, hits: Sequence[NameHit]) -> list[tuple[NameHit, str, Spot]]:
        """Return each name with its places and the sort of name that each has."""
        if not hits:
            return []
        by_name = self._store.places_of_names([hit.name for hit in hits], _EACH)
        spots = self._store.spots(row for rows in by_name.values() for row, _ in rows)
        return [(hit, sort, spots[row]) for hit in hits for row, sort in by_name.get(hit.name, ())]

    def _from_names(
        self, hits: Sequence[NameHit], near: Point | None, kind: CategoryMatch
    ) -> dict[int, _Scored]:
        wanted = self._rows_of(kind)
        best: dict[int, _Scored] = {}
        for hit, sort, spot in self._spots_of(hits):
            score = hit.score + _KIND_OF_NAME[sort] + _context(spot, near)
            if hit.why == OTHER_NUMBER:
                score -= _OTHER_NUMBER
            if kind and (hit.why == "exact" or (kind.rest and hit.score < 0.995)):
                score += _KIND_RIGHT if spot.row in wanted else _KIND_WRONG
            if spot.row not in best or best[spot.row].score < score:
                best[spot.row] = _Scored(spot, score, hit.why)
        return best

    def _from_kind(self, kind: CategoryMatch, near: Point | None) -> list[_Scored]:
        """Return places of the kind said whose name has the rest in it, or that lie in the town said."""
        wanted = self._rows_of(kind)
        hits = self._names.find(kind.rest, limit=40)
        hits = [hit for hit in hits if hit.score > 0.5 and hit.why != OTHER_NUMBER]
        found: list[_Scored] = []
        around: list[Spot] = []
        for hit, sort, spot in self._spots_of(hits):
            if spot.row in wanted:
                whole_part = hit.why == "part" and hit.score > _WHOLE_PART
                score = self._without_kinds(hit.text, kind)
                score = score or 0.95 * max(hit.score, 0.92 if whole_part else 0.0)
                score += _KIND_OF_NAME[sort] / 2 + _context(spot, near)
                found.append(_Scored(spot, score, "part"))
            elif hit.score > 0.93 and _reach_m(spot):
                around.append(spot)
        if around and wanted:
            found += self._around(max(around, key=lambda spot: spot.importance), kind, near)
        return found

    def _around(self, centre: Spot, kind: CategoryMatch, near: Point | None) -> list[_Scored]:
        """Return places of a kind in a town or on a campus, those first that have its name in theirs."""
        reach = _reach_m(centre)
        why = "kind in town" if centre.category.startswith(_AREAS) else "kind there"
        own = {canonical(n) for n in self._store.names_of(centre.row) if n}
        out = []
        rows = [
            points.ids[haversine_m(centre.lat, centre.lon, points.lat, points.lon) < reach].tolist()
            for points in (self._store.category_points(parse_category(c)[0]) for c in kind.categories)
        ]
        inside = list(self._store.spots([row for part in rows for row in part][:1000]).values())
        inside.sort(key=lambda spot: -spot.importance)
        for spot in inside[:30]:
            names = {canonical(n) for n in self._store.names_of(spot.row) if n}
            called = any(len(o) >= 2 and o in name for o in own for name in names)
            away = distance_m((centre.lat, centre.lon), (spot.lat, spot.lon)) / reach
            score = _IN_TOWN + (0.12 if called else 0.0) + _context(spot, near) - 0.03 * away
            out.append(_Scored(spot, score, why))
        return out

    def _rows_of(self, kind: CategoryMatch) -> set[int]:
        """Return the rows of all places of a kind."""
        rows: set[int] = set()
        for category in kind.categories:
            plain, _ = parse_category(category)
            rows.update(self._store.category_points(plain).ids.tolist())
        return rows

    def _without_kinds(self, text: str, kind: CategoryMatch) -> float:
        """Compare a name and the words without their words for the kind; 0 when the kinds differ."""
        own = self._categories.match(text)
        if not own.rest or not set(own.categories) & set(kind.categories):
            return 0.0
        scores, _ = similarities(spoken(kind.rest), [own.rest], [sound(own.rest)])
        return 0.97 * float(scores[0])


def _reach_m(centre: Spot) -> float:
    """Return how far round a place others are said to be in it or at it; 0 if nothing is said to be there."""
    if centre.category.startswith(_AREAS):
        return REACH_M.get(centre.category, 15_000.0)
    return _HOLDERS.get(centre.category, 0.0)


def _context(spot: Spot, near: Point | None) -> float:
    """Return what importance and distance add to the likeness of a name."""
    score = _IMPORTANCE * (spot.importance - 0.5)
    if spot.category in _SELDOM_DRIVEN_TO:
        score -= _SELDOM
    if near is not None:
        km = distance_m(near, (spot.lat, spot.lon)) / 1000
        score -= _FAR * min(1.0, math.log10(1 + km) / 2.5)
    return score


def _distinct(ranked: Iterable[_Scored], limit: int) -> list[_Scored]:
    """Drop what stands on the same spot under the same name as a better candidate."""
    kept: list[_Scored] = []
    for scored in ranked:
        if len(kept) >= limit:
            break
        if not any(same_spot(scored.spot, other.spot) for other in kept):
            kept.append(scored)
    return kept


def same_spot(a: Spot | Place, b: Spot | Place) -> bool:
    """Say whether two objects of the map are one place to a driver."""
    if not a.name or canonical(a.name) != canonical(b.name):
        return False
    areas = a.category.startswith(_AREAS) and b.category.startswith(_AREAS)
    return distance_m((a.lat, a.lon), (b.lat, b.lon)) < (_SAME_AREA_M if areas else _SAME_SPOT_M)
