"""The places of one region: the front desk that hands questions to the parts that can answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, Unpack

import numpy as np
from numpy.typing import NDArray

from nav.geometry import haversine_m
from poi.addresses.book import AddressBook
from poi.addresses.post import Posts
from poi.areas.finder import Area, AreaFinder
from poi.areas.whereabouts import Surroundings
from poi.errors import UnknownDistrict
from poi.kinds.along import along_route
from poi.kinds.category import load_categories, parse_category
from poi.kinds.combined import combined, is_one_of
from poi.kinds.filters import Wishes, check_wishes, fits, makes_sense, wishes_in
from poi.kinds.opening import open_at as is_open_at
from poi.kinds.search import MOST, MOST_ALONG, Choose, anywhere, beside, inside, nearest, places_of_kinds
from poi.names.search import NameIndex
from poi.place import Candidate, CategoryMatch, Place, Resolution, Whereabouts
from poi.resolving.destination import OWN, Destinations, kind_alike
from poi.resolving.distinction import told_apart
from poi.resolving.resolve import Resolver
from poi.store import PlaceStore, damaged
from poi.text import clean
from poi.user_places import UserPlaces

Point = tuple[float, float]
FloatArray = NDArray[np.float64]
P = ParamSpec("P")
R = TypeVar("R")

_LISTED = 0.66
"""A search by name lists nothing when its best match is worse."""

KIND = "category"
"""Why a place is found that is of a kind."""

_MEALS = ("amenity/restaurant", "amenity/fast_food")
"""What is looked for beside a brand that the map does not have."""


class HasPath(Protocol):
    """A region pack: `nav.Region`, or anything with its folder."""

    @property
    def path(self) -> Path:
        """Folder of the pack."""


def _readable(method: Callable[P, R]) -> Callable[P, R]:
    """Turn what a damaged database raises into an error that says what to do."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except (sqlite3.DatabaseError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise damaged(error) from error

    return call


class Places:
    """Search and resolve the places of a region.

    Parameters
    ----------
    region
        A `nav.Region`, or anything whose `path` is the folder that holds poi.sqlite.
    user
        The user's own places; `resolve` prefers them.

    Raises
    ------
    PlacesMissing, PlacesOutdated
        The pack has no usable places.
    """

    def __init__(self, region: HasPath, *, user: UserPlaces | None = None) -> None:
        self._user = user
        self._store = PlaceStore(Path(region.path) / "poi.sqlite")
        self.bbox = self._store.bbox
        """South, west, north, east of all places."""

    def warm(self) -> None:
        """Load what the first question would load (dictionaries, category words), a fifth of a second."""
        self.resolve("北京的酒店")
        self.resolve("grand hotel")

    def close(self) -> None:
        """Close the database."""
        self._store.db.close()

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex(self._store.db)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._store, self._names, load_categories())

    @cached_property
    def _addresses(self) -> AddressBook:
        return AddressBook(self._store, self._names, self._areas)

    @cached_property
    def _areas(self) -> AreaFinder:
        return AreaFinder(self._store, self._names)

    @cached_property
    def _destinations(self) -> Destinations:
        south, west, north, east = self.bbox
        return Destinations(
            names=self._names,
            resolver=self._resolver,
            addresses=self._addresses,
            areas=self._areas,
            posts=Posts(self._store),
            user=self._user,
            search=self.search,
            middle=((south + north) / 2, (west + east) / 2),
        )

    @cached_property
    def _surroundings(self) -> Surroundings:
        return Surroundings(self._store)

    @_readable
    def search(
        self,
        words: str,
        *,
        near: Point | Area | None = None,
        limit: int = 10,
        within_m: float | None = None,
        district: str | None = None,
        along: Any = None,
        router: Any = None,
        from_offset_m: float = 0.0,
        open_at: datetime | None = None,
        **wishes: Unpack[Wishes],
    ) -> list[Place]:
        """List the places that the words ask for.

        Parameters
        ----------
        words
            A category in Chinese or English ("加油站", "somewhere to sleep"), a name, or both ("汉庭酒店").
        near
            Point to search round, (lat, lon), nearest first; or an `Area` to search in, nearest to its centre
            first.
        limit
            At most so many.
        within_m
            Nothing farther from `near` (or from the route) than this.
        district
            Only inside this district or town.
        along
            A `nav.Route`: only places along it, in the order in which they come, with the detour each costs.
        router
            A `nav.Router`: gives driving times (near) and exact detours (along).
        from_offset_m
            How far along the route the car is; nothing behind it is offered.
        open_at
            Only places not known to be closed then; for a route, the time of departure.
        **wishes
            See `poi.kinds.filters.Wishes`.

        Returns
        -------
        list of Place
            Empty when nothing fits.

        Raises
        ------
        BadFilter
            An unknown wish.
        """
        check_wishes(wishes)
        found, centre = self._asked_of_all(clean(words), near, along, district, wishes)
        if along is not None:
            return along_route(
                found, along, router, from_offset_m=from_offset_m, within_m=within_m, limit=limit,
                open_at=open_at,
            )  # fmt: skip
        return self._ordered(found, centre, limit=limit, within_m=within_m, router=router, open_at=open_at)

    def _asked_of_all(
        self, words: str, near: Point | Area | None, along: Any, district: str | None, wishes: Wishes
    ) -> tuple[list[Place], Point | None]:
        """Return what any of the kinds in the words asks for, without what is left out of them."""
        asked = None if self._names.exactly([words]) else combined(words)
        kinds = asked.kinds or self._like(asked.without) if asked else ()
        if asked is None or not kinds or not all(map(self._is_kind, kinds)):
            candidates, centre = self._asked_for(words, near, along, district, wishes)
            return [c.place for c in candidates], centre
        found: dict[str, Place] = {}
        centre = None
        for kind in kinds:
            candidates, centre = self._asked_for(kind, near, along, district, wishes)
            found |= {c.place.id: c.place for c in candidates if c.place.id not in found}
        unwanted = [(words, self.categories(words)) for words in asked.without]
        return [p for p in found.values() if not any(is_one_of(p, *one) for one in unwanted)], centre

    def _is_kind(self, words: str) -> bool:
        """Say whether words are a kind of place, perhaps with wishes."""
        match = self.categories(wishes_in(words)[0])
        return bool(match) and not match.rest

    def _like(self, without: Sequence[str]) -> tuple[str, ...]:
        """Return the kinds that something is one of: any restaurant for sushi or a chain of pizzerias."""
        kinds: list[str] = []
        for words in without:
            match = self.categories(words)
            if match and not match.rest:
                kinds += [parse_category(category)[0] for category in match.categories]
            else:
                found = self._resolver.candidates(words, near=None, limit=3)
                kinds += [c.place.category for c in found if c.score > _LISTED] or list(_MEALS)
        return tuple(dict.fromkeys(kinds))

    def _asked_for(
        self, words: str, near: Point | Area | None, along: Any, district: str | None, wishes: Wishes
    ) -> tuple[list[Candidate], Point | None]:
        """Return every place that words and wishes allow, and the point round which they are ordered."""
        rest, said = wishes_in(words)
        if said and (match := self.categories(rest)) and not match.rest and makes_sense(said, match):
            words, wishes = rest, {**said, **wishes}
        mask = None if district is None else self._area(district)
        if isinstance(near, Area):
            mask, near = near.contains_many, near.centre
        elif mask is None and (said_in := self._said_in(words)):
            words, mask = said_in[0], said_in[1].contains_many
        found = self._of_words(words, near, self._choice(near, along, mask, narrowed=bool(wishes)))
        if mask is not None and found:
            keep = mask(np.array([c.place.lat for c in found]), np.array([c.place.lon for c in found]))
            found = [c for c, kept in zip(found, keep, strict=True) if kept]
        return [c for c in found if fits(c.place, wishes)], near

    def area(self, name: str, *, near: Point | None = None) -> Area | None:
        """Return the town, district or state of that name; None where the region has none.

        Parameters
        ----------
        name
            As said, with or without what sort of area it is, and with what it lies in: "昆山", "昆山市",
            "City of Denver", "Chicago, Illinois".
        near
            Point whose neighbours are preferred among areas of one name.
        """
        return self._area_of(name, near)

    @_readable
    def _area_of(self, name: str, near: Point | None) -> Area | None:
        return self._areas.named(name, near)

    def _said_in(self, words: str) -> tuple[str, Area] | None:
        """Part what is looked for from the area in which it is looked for: "hotels in Encamp", 昆山酒店."""
        if self._names.exactly([words]):
            return None
        if parted := self._areas.split(words):
            return parted
        match = self.categories(words)
        area = self._areas.named(match.rest) if match and match.rest else None
        return (match.word, area) if area else None

    def _area(self, district: str) -> Callable[[FloatArray, FloatArray], NDArray[np.bool_]]:
        area = self._areas.named(district)
        if area is None:
            found = (
                c.place for c in self._resolver.candidates(district, near=None, limit=30) if c.score > 0.7
            )
            area = next(filter(None, map(self._areas.of_place, found)), None)
        if area is None:
            raise UnknownDistrict(
                f"no district or town called {district!r} in this region; leave it out or use --near"
            )
        return area.contains_many

    def _choice(
        self,
        near: Point | None,
        along: Any,
        mask: Callable[[FloatArray, FloatArray], NDArray[np.bool_]] | None,
        *,
        narrowed: bool,
    ) -> Choose:
        """Return which places of a kind are worth reading."""
        choose: Choose | None = None
        if along is not None:
            line = np.asarray(along.geometry, dtype=np.float64)
            choose = beside(line, MOST if narrowed or mask else MOST_ALONG) if len(line) else None
        elif near is not None:
            choose = nearest(*near)
        return inside(mask, choose) if mask is not None else choose or anywhere

    def _of_words(self, words: str, near: Point | None, choose: Choose) -> list[Candidate]:
        """Return every place that the words may ask for, the user's own in front."""
        own = [c for c in self._user.find(words) if c.score >= OWN] if self._user else []
        return own + self._on_the_map(words, near, choose)

    def _on_the_map(self, words: str, near: Point | None, choose: Choose) -> list[Candidate]:
        match = self.categories(words)
        if match and not match.rest:
            found = places_of_kinds(self._store, match.categories, choose)
            if found:
                return _of_kind(found)
        candidates = self._resolver.candidates(words, near=near, limit=60, once=False)
        if listed := self._destinations.listed(words, near, candidates):
            return _with_why(listed)
        if alike := kind_alike(words, candidates):
            found = places_of_kinds(self._store, self.categories(alike).categories, choose)
            if found:
                return _of_kind(found)
        return _with_why(worth_listing(candidates))

    def _ordered(
        self, places: list[Place], near: Point | None, *, limit: int, within_m: float | None, router: Any,
        open_at: datetime | None,
    ) -> list[Place]:  # fmt: skip
        if near is not None and places:
            lat, lon = np.array([p.lat for p in places]), np.array([p.lon for p in places])
            metres = haversine_m(near[0], near[1], lat, lon)
            places = [
                replace(places[i], distance_m=float(metres[i]))
                for i in _order(places, metres)
                if within_m is None or metres[i] <= within_m
            ]
        elif near is None:
            by_category = any(p.why == "category" for p in places)
            places = sorted(places, key=lambda p: -p.importance) if by_category else places
        if open_at is not None:
            checked = (
                replace(p, open_now=is_open_at(p.opening_hours, open_at, p.lat, p.lon)) for p in places
            )
            places = [p for p in checked if p.open_now is not False]
        places = _once(places)
        if router is not None and near is not None and places:
            return self._by_driving_time(places[: 2 * limit], near, router)[:limit]
        return places[:limit]

    def _by_driving_time(self, places: list[Place], near: Point, router: Any) -> list[Place]:
        seconds = np.asarray(router.matrix([near], [(p.lat, p.lon) for p in places]))[0]
        timed = [
            replace(p, drive_s=float(s) if np.isfinite(s) else None)
            for p, s in zip(places, seconds, strict=True)
        ]
        if all(p.why == "category" for p in timed):
            timed.sort(key=lambda p: p.drive_s if p.drive_s is not None else float("inf"))
        return timed

    @_readable
    def of_kinds(self, kinds: Sequence[str], *, near: Point, within_m: float) -> list[Place]:
        """List all places of some kinds round a point, nearest first; never by name.

        Parameters
        ----------
        kinds
            OSM categories ("tourism/museum"), also with a condition ("amenity/restaurant[cuisine=thai]").
        near
            Point to search round, (lat, lon).
        within_m
            Nothing farther from it than this.
        """
        found = places_of_kinds(self._store, kinds, nearest(*near)) if kinds else []
        return self._ordered(found, near, limit=len(found), within_m=within_m, router=None, open_at=None)

    @_readable
    def resolve(self, name: str, *, near: Point | None = None, limit: int = 5) -> Resolution:
        """Find the one place that a spoken name means.

        Parameters
        ----------
        name
            What was said: a name, half a name, an address, a crossing of two streets, in any script.
        near
            Where the car is; nearer places win close calls.
        limit
            At most so many candidates.

        Returns
        -------
        Resolution
            Ranked candidates, the verdict and the question to ask.
        """
        return told_apart(self._destinations.find(clean(name), near, limit), self._surroundings)

    @_readable
    def reverse(self, lat: float, lon: float) -> Whereabouts:
        """Say what stands at a coordinate: street, house number, place worth naming, district."""
        return self._surroundings.at(lat, lon)

    @_readable
    def districts(self, lat: float, lon: float) -> list[tuple[int, str]]:
        """Return the areas that hold a point, smallest first: admin level and name."""
        return self._surroundings.districts(lat, lon)

    def categories(self, words: str) -> CategoryMatch:
        """Recognise a category word; the result is false when there is none."""
        return load_categories().match(clean(words))

    @_readable
    def names_near(self, lat: float, lon: float, limit: int = 60) -> list[str]:
        """Return the names round a point that are worth knowing to a speech recogniser, best first."""
        return self._surroundings.names_near(lat, lon, limit)

    @_readable
    def by_id(self, place_id: str) -> Place | None:
        """Return a place by its id ("node/123"); None when the region has no such place."""
        row = self._store.row_of(place_id)
        return None if row is None else self._store.places([row])[row]


def worth_listing(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that a search by name lists, of candidates of which the first is the best."""
    if not candidates or candidates[0].score < _LISTED:
        return []
    floor = max(_LISTED - 0.04, candidates[0].score - 0.16)
    return [c for c in candidates if c.score >= floor]


def _of_kind(places: Sequence[Place]) -> list[Candidate]:
    return [Candidate(place=place, score=1.0, why=KIND) for place in places]


def _with_why(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [replace(c, place=replace(c.place, why=c.why)) for c in candidates]


def _order(places: Sequence[Place], metres: NDArray[np.float64]) -> list[int]:
    """Nearest first for categories; for names, the order of the match, which knows the distance already."""
    return sorted(range(len(places)), key=lambda i: metres[i] if places[i].why == "category" else -1.0)


def _once(places: Sequence[Place]) -> list[Place]:
    """Drop a place that stands twice on the map: same name and category within 60 m."""
    kept: list[Place] = []
    seen: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        twins = seen.setdefault((place.name, place.category), [])
        if place.name and any(abs(place.lat - t.lat) < 6e-4 and abs(place.lon - t.lon) < 9e-4 for t in twins):
            continue
        twins.append(place)
        kept.append(place)
    return kept
