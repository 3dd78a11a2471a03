"""What suits those who come along: no steps for a wheelchair, no museum for a dog, no tomb for a toddler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.trip.offered.kinds import CHILDREN

if TYPE_CHECKING:
    from agent.trip.request import TripRequest
    from poi.place import Place

_CLIMBS = (
    "natural/peak", "natural/saddle", "natural/cliff", "natural/volcano", "natural/cave_entrance",
    "natural/waterfall", "man_made/tower", "man_made/lighthouse", "historic/tower", "historic/pagoda",
    "historic/fort", "historic/citywalls", "historic/ruins",
)  # fmt: skip
"""Where one climbs."""
_ROUGH = (
    *_CLIMBS, "natural/", "historic/castle", "historic/archaeological_site", "leisure/nature_reserve",
    "boundary/", "tourism/viewpoint",
)  # fmt: skip
"""Where wheels get stuck, unless the map says otherwise."""
_INDOORS = (
    "tourism/museum", "tourism/gallery", "tourism/zoo", "tourism/aquarium", "tourism/theme_park",
    "leisure/water_park", "leisure/sauna", "amenity/theatre", "amenity/cinema", "amenity/arts_centre",
    "amenity/place_of_worship", "amenity/library", "building/cathedral", "historic/church", "historic/temple",
    "shop/", "amenity/marketplace",
)  # fmt: skip
"""Where no dog may go."""
_WILD = ("tourism/theme_park", "leisure/water_park", "leisure/trampoline_park")
_NOT_FOR_SMALL = (
    "historic/tomb", "historic/memorial", "historic/archaeological_site", "tourism/gallery",
    "amenity/arts_centre", "amenity/library", "landuse/cemetery", "amenity/casino",
)  # fmt: skip
_FOR_SMALL = (
    "leisure/park",
    "leisure/garden",
    "natural/beach",
    "tourism/attraction",
    "leisure/nature_reserve",
)
_STILL = ("tourism/museum", "amenity/place_of_worship", "historic/building", "historic/house")
_OPEN_AIR = ("leisure/", "natural/", "place/square", "tourism/viewpoint", "boundary/")
_YES = {"yes", "limited", "designated", "leashed", "outside"}


def unsuited(place: Place, request: TripRequest) -> bool:
    """Whether a place is nothing for somebody who comes, or for what was said of climbs."""
    party, tags = request.party, place.tags
    out: list[str] = []
    if party.dog and tags.get("dog") not in _YES:
        if tags.get("dog") == "no":
            return True
        out += _INDOORS
    if party.wheelchair and tags.get("wheelchair") not in _YES:
        if tags.get("wheelchair") == "no":
            return True
        out += _ROUGH
    if request.limits.climb or party.walks_less:
        out += _CLIMBS
    if party.elderly or party.pregnant:
        out += () if party.children else _WILD
    if party.toddlers:
        out += _NOT_FOR_SMALL
    return place.category.startswith(tuple(out))


def fondness(place: Place, request: TripRequest) -> float:
    """Return by how much more or less a sight is worth to those who come."""
    party, value = request.party, 0.0
    if party.children and place.category in CHILDREN:
        value += 35.0
    if party.toddlers:
        value += 20.0 * place.category.startswith(_FOR_SMALL) - 20.0 * place.category.startswith(_STILL)
    if party.dog and place.category.startswith(_OPEN_AIR):
        value += 15.0
    if party.wheelchair and place.tags.get("wheelchair") in _YES:
        value += 15.0
    return value
