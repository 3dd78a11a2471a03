"""From spoken words to the place meant: candidates from names, kinds and addresses, and a verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nav.geometry import distance_m
from poi.category import Categories, parse_category, without_fillers
from poi.name_search import NameHit, NameIndex, spoken
from poi.pinyin import sound
from poi.place import AskBy, Candidate, CategoryMatch, Place, Resolution, Verdict
from poi.similarity import similarities
from poi.store import PlaceStore
from poi.text import canonical, word_set

_IMPORTANCE = 0.15
"""Score between a place nobody knows and the best-known one, when both have the same name."""

_FAR = 0.03
"""Score lost by a place 300 km away; nearer ones lose less (logarithm)."""

_KIND_RIGHT, _KIND_WRONG = 0.03, -0.05
_KIND_OF_NAME = {"name": 0.0, "language": 0.0, "alt": -0.01, "derived": -0.005, "old": -0.03, "brand": -0.04,
                 "ref": -0.05}  # fmt: skip
_SELDOM_DRIVEN_TO = word_set(
    "highway/bus_stop railway/tram_stop railway/subway_entrance amenity/atm amenity/post_box amenity/taxi "
    "amenity/bicycle_rental tourism/artwork public_transport/stop_position amenity/vending_machine"
)
_SELDOM = 0.04
"""Score lost by what is hardly ever the end of a drive."""

_AREAS = ("place", "boundary")
_SAME_AREA_M = 30_000.0
"""A town and its boundary of the same name are one place even when their middles lie so far apart."""

_SAME_SPOT_M = 350.0
"""Objects of one name within this distance are one place on the ground."""

_NOTHING, _UNSURE, _CLEAR, _MARGIN = 0.56, 0.76, 0.76, 0.045
_EACH = 40


class Resolver:
    """Resolves names in one region."""

    def __init__(self, store: PlaceStore, names: NameIndex, categories: Categories) -> None:
        self._store = store
        self._names = names
        self._categories = categories

    def candidates(
        self, words: str, *, near: tuple[float, float] | None, limit: int, only: Sequence[str] = ()
    ) -> list[Candidate]:
        """Return places that the words may mean, best first, each spot once.

        Parameters
        ----------
        words
            A name, perhaps with the kind of place in it.
        near
            Point whose neighbours are preferred.
        limit
            At most so many.
        only
            Categories to which the result is limited; empty for all.
        """
        core = without_fillers(words)
        if not core:
            return []
        kind = self._categories.match(core)
        hits = {h.name: h for h in self._names.find(core, limit=60)}
        if kind and kind.rest:
            for hit in self._synonymous(kind):
                hits.setdefault(hit.name, hit)
                if hit.score > hits[hit.name].score:
                    hits[hit.name] = hit
        found = self._from_names(hits.values(), near, kind)
        if kind and kind.rest:
            found += self._from_kind(kind, near)
        if only:
            found = [c for c in found if c.place.category in only]
        return _distinct(sorted(found, key=lambda c: -c.score))[:limit]

    def _synonymous(self, kind: CategoryMatch) -> Iterable[NameHit]:
        """Names that differ only in the word for the kind: 文津宾馆 for 文津酒店."""
        variants = []
        for word in self._categories.synonyms(kind)[:30]:
            variants += [f"{kind.rest}{word}", f"{kind.rest} {word}", f"{word} {kind.rest}"]
        for hit in self._names.exactly(variants):
            yield replace(hit, score=0.96, why="alias")

    def _from_names(
        self, hits: Iterable[NameHit], near: tuple[float, float] | None, kind: CategoryMatch
    ) -> list[Candidate]:
        hits = [h for h in hits if h.score > 0.3]
        if not hits:
            return []
        by_name = self._store.places_of_names([h.name for h in hits], _EACH)
        places = self._store.places(row for rows in by_name.values() for row, _ in rows)
        best: dict[str, Candidate] = {}
        wanted = {parse_category(c)[0] for c in kind.categories}
        for hit in hits:
            for row, sort in by_name.get(hit.name, ()):
                place = places[row]
                score = hit.score + _KIND_OF_NAME[sort] + self._context(place, near)
                if (kind and kind.rest and hit.score < 0.995) or (kind and wanted and hit.why == "exact"):
                    score += _KIND_RIGHT if self._is(place, wanted) else _KIND_WRONG
                if place.id not in best or best[place.id].score < score:
                    best[place.id] = Candidate(place=place, score=score, why=hit.why)
        return list(best.values())

    def _from_kind(self, kind: CategoryMatch, near: tuple[float, float] | None) -> list[Candidate]:
        """Places of the kind that was said whose name has the rest in it: 文津酒店 → 文津国际酒店."""
        wanted = {parse_category(c)[0] for c in kind.categories}
        hits = [h for h in self._names.find(kind.rest, limit=60) if h.score > 0.5]
        if not hits:
            return []
        by_name = self._store.places_of_names([h.name for h in hits], _EACH)
        places = self._store.places(row for rows in by_name.values() for row, _ in rows)
        out = []
        for hit in hits:
            for row, sort in by_name.get(hit.name, ()):
                place = places[row]
                if self._is(place, wanted):
                    score = self._without_kinds(hit.text, kind)
                    score = score or 0.95 * max(hit.score, 0.92 if hit.why == "part" else 0.0)
                    score += _KIND_OF_NAME[sort] / 2 + self._context(place, near)
                    out.append(Candidate(place=place, score=score, why="part"))
        return out

    def _without_kinds(self, text: str, kind: CategoryMatch) -> float:
        """Compare a name and the words without their words for the kind; 0 when the kinds differ."""
        own = self._categories.match(text)
        if not own.rest or not set(own.categories) & set(kind.categories):
            return 0.0
        scores, _ = similarities(spoken(kind.rest), [own.rest], [sound(own.rest)])
        return 0.97 * float(scores[0])

    def _is(self, place: Place, wanted: set[str]) -> bool:
        if place.category in wanted:
            return True
        return any(place.tags.get(key) == value for key, value in (w.split("/", 1) for w in wanted))

    def _context(self, place: Place, near: tuple[float, float] | None) -> float:
        score = _IMPORTANCE * (place.importance - 0.5)
        if place.category in _SELDOM_DRIVEN_TO:
            score -= _SELDOM
        if near is not None:
            km = distance_m(near, (place.lat, place.lon)) / 1000
            score -= _FAR * min(1.0, math.log10(1 + km) / 2.5)
        return score


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Drop what stands on the same spot under the same name as a better candidate."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(_same_spot(candidate.place, other.place) for other in kept):
            kept.append(candidate)
        if len(kept) >= 80:
            break
    return kept


def _same_spot(a: Place, b: Place) -> bool:
    if canonical(a.name) != canonical(b.name) or not a.name:
        return False
    areas = a.category.startswith(_AREAS) and b.category.startswith(_AREAS)
    return distance_m((a.lat, a.lon), (b.lat, b.lon)) < (_SAME_AREA_M if areas else _SAME_SPOT_M)


def judge(candidates: Sequence[Candidate], *, near: tuple[float, float] | None, limit: int) -> Resolution:
    """Return the candidates with what to do about them.

    Parameters
    ----------
    candidates
        Best first.
    near
        Where the car is, if known.
    limit
        Keep at most so many.
    """
    if not candidates or candidates[0].score < _NOTHING:
        names = dict.fromkeys(c.place.name for c in candidates[:12] if c.score > 0.25 and c.place.name)
        return Resolution(suggestions=tuple(names)[:3])
    chosen = _nearest_of_a_chain(list(candidates), near)
    best = chosen[0].score
    rivals = [c for c in chosen[1:] if best - c.score < _MARGIN]
    verdict: Verdict = "clear"
    ask_by: AskBy | None = None
    if rivals and best >= _NOTHING and not _far_nearer(chosen[0], rivals, near):
        verdict, ask_by = "ask", _question([chosen[0], *rivals])
    elif best < _UNSURE:
        verdict = "unsure"
    kept = tuple(replace(c, score=round(min(1.0, max(0.0, c.score)), 4)) for c in chosen[:limit])
    return Resolution(candidates=kept, verdict=verdict, ask_by=ask_by)


def _nearest_of_a_chain(candidates: list[Candidate], near: tuple[float, float] | None) -> list[Candidate]:
    """Order the branches of a chain that scored alike by their distance from the car."""
    if near is None:
        return candidates
    head = candidates[0]
    same = [c for c in candidates if _same_chain(head, c) and head.score - c.score < 2 * _MARGIN]
    if len(same) < 2:
        return candidates
    same.sort(key=lambda c: distance_m(near, (c.place.lat, c.place.lon)))
    rest = [c for c in candidates if c not in same]
    return [*(replace(c, score=max(c.score, head.score)) if i == 0 else c for i, c in enumerate(same)), *rest]


def _same_chain(a: Candidate, b: Candidate) -> bool:
    same_name = canonical(a.place.name) == canonical(b.place.name)
    same_brand = bool(a.place.brand) and a.place.brand == b.place.brand
    return (same_name or same_brand) and a.place.category == b.place.category


def _far_nearer(best: Candidate, rivals: Sequence[Candidate], near: tuple[float, float] | None) -> bool:
    """Say whether the best is one branch of a chain and less than half as far as the other branches."""
    if near is None or not all(_same_chain(best, r) for r in rivals):
        return False
    own = distance_m(near, (best.place.lat, best.place.lon))
    return all(distance_m(near, (r.place.lat, r.place.lon)) > 2 * own for r in rivals)


def _question(rivals: Sequence[Candidate]) -> AskBy:
    """Choose what tells the candidates apart in a word."""
    if len({c.place.category for c in rivals}) == len(rivals):
        return "kind"
    districts = [c.place.district for c in rivals]
    if all(districts) and len(set(districts)) == len(rivals):
        return "district"
    if len({c.place.category for c in rivals}) > 1:
        return "kind"
    return "distance"
