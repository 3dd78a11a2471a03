"""What of a town is one sight: a thing on the map twice, a hall of a palace, a stone in a garden."""

from __future__ import annotations

import math
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from agent.trip.offered.kinds import family, is_noted, worth
from nav.geometry import distance_m

if TYPE_CHECKING:
    from poi.place import Place

_SMALL_PART_M, _PART_M = 60.0, 250.0
_PARTS = ("historic/", "tourism/", "leisure/", "man_made/", "natural/", "amenity/place_of_worship",
          "building/",
          "amenity/arts_centre", "amenity/theatre", "amenity/artwork", "place/square")  # fmt: skip
"""What can be a part of something greater."""


def _names_of(place: Place) -> set[str]:
    return {n.casefold() for n in (place.name, *place.names.values()) if n}


_ALMOST, _LONG_NAME = 0.92, 6


def _same_but_spelling(name: str, other: str) -> bool:
    """Whether two names differ by a letter, as one thing does that was put on the map twice."""
    if min(len(name), len(other)) < _LONG_NAME:
        return False
    return SequenceMatcher(None, name, other).ratio() >= _ALMOST


_SAME_M = 600.0
_GROUNDS_M2, _GATE_M, _DEEP_M = 50_000.0, 120.0, 600.0
"""From so much on a sight has grounds in which others lie; so far its point may be from their middle, and so
deep they are at most."""


def is_same(place: Place, main: Place) -> bool:
    """Whether a place is another one, put on the map a second time: by its name or its item of Wikidata."""
    away = distance_m((place.lat, place.lon), (main.lat, main.lon))
    if away < _PART_M and place.tags.get("wikidata", place.id) == main.tags.get("wikidata"):
        return place.category.startswith(_PARTS)
    if away >= _SAME_M:
        return False
    alike = _same_but_spelling(place.name.casefold(), main.name.casefold())
    if family(place) == family(main) and alike:
        return True
    return place.category.startswith(_PARTS) and bool(_names_of(place) & _names_of(main))


def is_part(place: Place, main: Place) -> bool:
    """Whether a place is seen with another: it lies in it, or is the same under another name."""
    away = distance_m((place.lat, place.lon), (main.lat, main.lon))
    if is_same(place, main):
        return True
    if away > 1500 or not place.category.startswith(_PARTS):
        return False
    name, whole = place.name.casefold(), main.name.casefold()
    if min(len(name), len(whole)) > 1 and (name.startswith(whole) or whole.startswith(name)) and away < 600:
        return True
    both = family(place) == "museum" and family(main) == "museum"
    if away < _SMALL_PART_M:
        return not (both or (worth(place) > 0.75 and family(place) != family(main)))
    # The point of a large sight is where one drives to, not its middle: half its radius is surely in it.
    radius = 0.5 * math.sqrt(main.area_m2 / math.pi)
    in_grounds = main.area_m2 >= _GROUNDS_M2 and away < min(2 * radius + _GATE_M, _DEEP_M)
    if in_grounds and not is_noted(place) and place.area_m2 <= 0 and not both:
        return True  # a gate, a stone, a hall that nobody wrote of, in the grounds of something greater
    lesser = worth(place) < worth(main) - 0.1 and worth(place) < 0.75
    if family(place) == "memorial" and away < _PART_M:
        return lesser
    return lesser and not both and away < radius
