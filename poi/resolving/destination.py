"""What spoken words mean as the end of a drive: the parts that can tell are asked one after the other.

The user's own places come first, then what is said in numbers (coordinates, plus codes, posts), addresses and
crossings, towns with what they lie in, kinds of places, and names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from poi.addresses.book import ALIKE, SURE_REASONS, UNSURE_REASONS, AddressBook
from poi.addresses.post import Posts
from poi.areas.finder import AreaFinder
from poi.kinds.category import load_categories
from poi.names.search import NameIndex
from poi.place import Candidate, Place, Resolution
from poi.resolving.resolve import Resolver
from poi.resolving.spoken_point import plus_code, spoken_point
from poi.resolving.verdict import judge
from poi.user_places import UserPlaces

Point = tuple[float, float]

OWN = 0.9
"""An own place whose name matches so well is taken without looking at the map."""

ADDRESS = 0.8
"""An address or crossing found so surely is taken without looking for names."""

_ADDRESS_OVER_NAME = 0.99
"""An address must be so sure to be preferred to a place that is called just so."""

_NAME_NOT_ADDRESS = 0.9
"""A name must match so well to be preferred to an address whose number the map lacks."""

_STREET_KNOWN = 0.6
"""An address that scores so much has a street of the map in it, though not the number."""

_MOST_PARTS = 6
"""Ways to part a name from a town that are looked at."""

_FAR_WORSE = 0.25
"""An address that scores so much less than a name is none."""

_NAMES_FIRST = 0.1
"""A kind that was misheard or mistyped must be so much more like what was said than any name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """Finds what spoken words mean in one region."""

    names: NameIndex
    resolver: Resolver
    addresses: AddressBook
    areas: AreaFinder
    posts: Posts
    user: UserPlaces | None
    search: Callable[..., list[Place]]
    """`Places.search`."""
    middle: Point
    """The middle of the region."""

    def find(self, words: str, near: Point | None, limit: int) -> Resolution:
        """Return what cleaned words may mean, best first, and what to do about it."""
        own = self.user.find(words) if self.user else []
        if own and own[0].score >= OWN:
            return judge(own, near=near, limit=limit)
        placed, addressed = self._placed(words, near)
        if placed:
            return judge(placed, near=near, limit=limit)
        match = load_categories().match(words)
        if match and not match.rest:
            found = self._kind_as_name(words, near, limit)
        elif listed := self._kind_in_area(words, near, limit):
            found = listed
        else:
            found = self.resolver.candidates(words, near=near, limit=max(limit, 12))
            if alike := kind_alike(words, found):
                found = self._kind_as_name(alike, near, limit) or found
        if _better_as_address(addressed, found):
            found = addressed
        found = sorted([*own, *found], key=lambda c: -c.score)
        resolution = judge(found, near=near, limit=limit)
        if resolution.verdict == "nothing" and (ending := self.areas.ending(words, near)):
            return judge(ending, near=near, limit=limit)
        return resolution

    def listed(self, words: str, near: Point | None, named: Sequence[Candidate]) -> list[Candidate]:
        """Return what a search lists without a name of its own: a point, a post, an address, a town.

        Parameters
        ----------
        words
            Cleaned words.
        near
            Where the car is.
        named
            What was found by name, best first; an address whose number the map lacks yields to a good name.
        """
        placed, addressed = self._placed(words, near)
        return placed or (addressed if _better_as_address(addressed, named) else [])

    def _placed(self, words: str, near: Point | None) -> tuple[list[Candidate], list[Candidate]]:
        """Return what the words surely place, and an address whose number or street is not surely there."""
        if point := spoken_point(words) or plus_code(words, lambda rest: self._reference(rest, near)):
            return [point], []
        if posts := self.posts.find(words, near):
            return posts, []
        called_so = bool(self.names.exactly([words]))
        addressed = self.addresses.find(words, near)
        least = _ADDRESS_OVER_NAME if called_so else ADDRESS
        if addressed and addressed[0].score >= least and addressed[0].why in SURE_REASONS:
            return addressed, []
        if called_so:
            return [], addressed
        found = self.areas.candidates(words, near) or self.addresses.alone(words, near)
        return found or self._named_in_area(words, near), addressed

    def _named_in_area(self, words: str, near: Point | None) -> list[Candidate]:
        """Return places of a name that lie in the town said with it: 昆山亭林园, "Starbucks, Encamp"."""
        for rest, area in islice(self.areas.parts(words, near), _MOST_PARTS):
            if not self.names.exactly([rest]):
                continue
            found = self.resolver.candidates(rest, near=near, limit=12)
            inside = [c for c in found if c.why == "exact" and area.contains(c.place.lat, c.place.lon)]
            if inside:
                return inside
        return []

    def _reference(self, words: str, near: Point | None) -> Point | None:
        """Return near what a short plus code is meant: a town that was said, the car, the region."""
        if words:
            found = self.areas.named(words, near)
            return found.centre if found else None
        return near or self.middle

    def _kind_in_area(self, words: str, near: Point | None, limit: int) -> list[Candidate]:
        """Return places of a kind said to lie in a town: 昆山的酒店, "hotels in Encamp"."""
        parted = None if self.names.exactly([words]) else self.areas.split(words)
        if parted is None or not (match := load_categories().match(parted[0])) or match.rest:
            return []
        found = self.search(parted[0], near=near, district=parted[1].name, limit=limit)
        return [Candidate(place=p, score=0.9 - 0.05 * i, why="category") for i, p in enumerate(found)]

    def _kind_as_name(self, words: str, near: Point | None, limit: int) -> list[Candidate]:
        """Return places for a bare category word: what is called just so, then the nearest of the kind."""
        named = [c for c in self.resolver.candidates(words, near=near, limit=limit) if c.why == "exact"]
        of_kind = self.search(words, near=near, limit=limit)
        return named + [
            Candidate(place=p, score=0.9 - 0.05 * i, why="category") for i, p in enumerate(of_kind)
        ]


def _better_as_address(addressed: Sequence[Candidate], named: Sequence[Candidate]) -> bool:
    if not addressed:
        return False
    if addressed[0].why in UNSURE_REASONS and named and named[0].why != "exact":
        # What is only called like the street is no better answer for a house that the map lacks.
        numberless = not any(map(str.isdigit, named[0].place.name))
        if numberless and addressed[0].why != ALIKE and addressed[0].score >= _STREET_KNOWN:
            return True
    best = named[0].score if named else 0.0
    return best < min(_NAME_NOT_ADDRESS, addressed[0].score + _FAR_WORSE)


def kind_alike(words: str, named: Sequence[Candidate]) -> str:
    """Return the category word that was misheard or mistyped; "" when a name fits better."""
    if named and named[0].why == "exact":
        return ""
    word, likeness = load_categories().alike(words)
    return word if likeness - _NAMES_FIRST > max((c.score for c in named), default=0.0) else ""
