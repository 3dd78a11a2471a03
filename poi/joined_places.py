"""Places of every installed region that can be driven to from one, found and ranked as if they were one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nav.region import Region, adjoining
from poi.areas.finder import Area
from poi.errors import PoiError, UnknownDistrict
from poi.kinds.filters import Wishes
from poi.place import Candidate, Place, Resolution, Whereabouts
from poi.places import KIND, Places, Point, worth_listing
from poi.resolving.destination import OWN
from poi.resolving.distinction import told_apart
from poi.resolving.verdict import judge
from poi.user_places import UserPlaces

_RANKED = 12
"""So many candidates of each region are ranked together."""


class JoinedPlaces(Places):
    """The places of one region and of those that are installed beside it.

    Parameters
    ----------
    region
        The region in which the car is.
    beside
        Gives the other regions, the newest ones each time.
    user
        The user's own places.
    """

    def __init__(
        self, region: Region, *, beside: Callable[[], Sequence[Region]], user: UserPlaces | None = None
    ) -> None:
        super().__init__(region, user=user)
        self._region, self._beside = region, beside
        self._open: list[tuple[Region, Places | None]] = []

    def _others(self) -> list[Places]:
        """Return the places of the other regions; a pack that was replaced is opened anew."""
        regions = adjoining(self._region, self._beside())[1:]
        kept = [(region, places) for region, places in self._open if any(region is r for r in regions)]
        for region, places in self._open:
            if places is not None and all(region is not r for r, _ in kept):
                places.close()
        known = [region for region, _ in kept]
        for region in regions:
            if all(region is not r for r in known):
                kept.append((region, _places_of(region)))
        self._open = kept
        return [places for _, places in kept if places is not None]

    def close(self) -> None:
        """Close the databases."""
        super().close()
        for _, places in self._open:
            if places is not None:
                places.close()
        self._open = []

    def _asked_for(
        self, words: str, near: Point | Area | None, along: Any, district: str | None, wishes: Wishes
    ) -> tuple[list[Candidate], Point | None]:
        """Return what the words ask for in all regions, ranked together."""
        asked = words, near, along, district, wishes
        parts: list[tuple[list[Candidate], Point | None]] = []
        problem: UnknownDistrict | None = None
        for ask in (super()._asked_for, *(other._asked_for for other in self._others())):
            try:
                parts.append(ask(*asked))
            except UnknownDistrict as error:
                problem = problem or error
        if problem is not None and not parts:
            raise problem
        centre = next((centre for found, centre in parts if found), parts[0][1])
        return _ranked([c for found, _ in parts for c in found]), centre

    def of_kinds(self, kinds: Sequence[str], *, near: Point, within_m: float) -> list[Place]:
        """List all places of some kinds round a point, nearest first; see `Places.of_kinds`."""
        found = super().of_kinds(kinds, near=near, within_m=within_m)
        for other in self._others():
            found += other.of_kinds(kinds, near=near, within_m=within_m)
        once = {place.id: place for place in reversed(found)}
        return sorted(once.values(), key=lambda place: place.distance_m or 0.0)

    def resolve(self, name: str, *, near: Point | None = None, limit: int = 5) -> Resolution:
        """Find the one place that a spoken name means, in any of the regions; see `Places.resolve`."""
        alone = super().resolve(name, near=near, limit=limit)
        others = self._others()
        if not others or (alone and alone[0].place.id.startswith("user/") and alone[0].score >= OWN):
            return alone
        wide = max(limit, _RANKED)
        # Places of a kind are those of all regions already: this region's parts ask `search` for them.
        foreign = [c for other in others for c in other.resolve(name, near=near, limit=wide) if c.why != KIND]
        if not foreign:
            return alone
        own = super().resolve(name, near=near, limit=wide)
        every = _once(sorted([*own, *foreign], key=lambda c: -c.score))
        return told_apart(judge(every, near=near, limit=limit), _Districts([self, *others]))

    def reverse(self, lat: float, lon: float) -> Whereabouts:
        """Say what stands at a coordinate, in the region whose street is nearest."""
        here = super().reverse(lat, lon)
        for other in self._others():
            there = other.reverse(lat, lon) if _holds(other, lat, lon) else Whereabouts()
            if _street_m(there) < _street_m(here):
                here = there
        return here

    def area(self, name: str, *, near: Point | None = None) -> Area | None:
        """Return the town, district or state of that name, of any region; see `Places.area`."""
        found = super().area(name, near=near)
        others = (other.area(name, near=near) for other in self._others())
        return found or next(filter(None, others), None)

    def by_id(self, place_id: str) -> Place | None:
        """Return a place by its id; None when no region has it."""
        found = super().by_id(place_id)
        others = (other.by_id(place_id) for other in self._others())
        return found or next(filter(None, others), None)

    def names_near(self, lat: float, lon: float, limit: int = 60) -> list[str]:
        """Return the names round a point, in all regions that reach there; see `Places.names_near`."""
        lists = [super().names_near(lat, lon, limit)]
        lists += [other.names_near(lat, lon, limit) for other in self._others() if _holds(other, lat, lon)]
        longest = max(map(len, lists))
        mixed = [names[i] for i in range(longest) for names in lists if i < len(names)]
        return list(dict.fromkeys(mixed))[:limit]


class _Districts:
    """Tells in which districts points lie that are in different regions."""

    def __init__(self, parts: Sequence[Places]) -> None:
        self._parts = parts

    def districts(self, lat: float, lon: float) -> list[tuple[int, str]]:
        """Return the areas that hold a point, by the first region that knows some."""
        found = (part.districts(lat, lon) for part in self._parts)
        return next(filter(None, found), [])


def _places_of(region: Region) -> Places | None:
    with contextlib.suppress(PoiError):
        return Places(region)
    return None


def _holds(places: Places, lat: float, lon: float) -> bool:
    south, west, north, east = places.bbox
    return south <= lat <= north and west <= lon <= east


def _street_m(where: Whereabouts) -> float:
    return float("inf") if where.street_distance_m is None else where.street_distance_m


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Leave out what stands in several packs, since they overlap."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate.place.id, candidate)
    return list(found.values())


def _ranked(candidates: list[Candidate]) -> list[Candidate]:
    """Rank what several regions list: places of the kind if one has any, else by how well the name fits."""
    own = [c for c in candidates if c.place.id.startswith("user/")]
    rest = [c for c in candidates if not c.place.id.startswith("user/")]
    of_kind = [c for c in rest if c.why == KIND]
    listed = of_kind or worth_listing(sorted(rest, key=lambda c: -c.score))
    return _once([*own, *listed])
