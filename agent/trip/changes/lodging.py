"""Another hotel for a night or for all: of another name, nearer, cheaper, better, or just another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.asked.wishes import lodging_of
from agent.trip.changes.changed import Changed, Rewrite, hotels_of, rewritten
from agent.trip.changes.plan_words import price_meant
from agent.trip.offered.beds import find_beds, is_bed, stars
from agent.trip.offered.sights import themes_of
from agent.trip.request import on_road
from agent.understanding.intent import Wishes
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest
    from poi.place import Place

_NAMED = 0.7
"""Least score of a name."""
_CHEAP_KINDS = ("tourism/hostel", "tourism/guest_house", "tourism/motel")


def change_hotel(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None) -> Changed:
    """Sleep elsewhere.

    Raises
    ------
    PlanImpossible
        If there is no other hotel, or none such.
    """
    nights = [i for i, day in enumerate(plan.days) if day.hotel is not None]
    if not nights:
        raise PlanImpossible("nothing_to_change")
    if index is not None and index not in nights:
        # "Another hotel on the last day" means the last night.
        index = nights[-1]
    chosen = nights if index is None else [index]
    hotels = hotels_of(plan)
    old = hotels[chosen[0]]
    assert old is not None
    gone = frozenset(request.extra.get("old_hotels", frozenset())) | {h.id for h in hotels if h is not None}
    hotel = _other(desk, request, old, words, gone, request.town_of_day[chosen[0]])
    known = (hotel, *(h for h in request.hotels if h.id != hotel.id))
    request = replace(
        request,
        extra={**request.extra, "old_hotels": gone},
        hotels=known,
        town_of=request.town_of | {hotel.id: request.town_of_day[chosen[0]]},
    )
    for night in chosen:
        hotels[night] = hotel
    return Changed(
        plan=rewritten(desk, plan, request, Rewrite(hotels=hotels, stretch=False)),
        request=request,
        places=(hotel,),
        day=0 if index is None else index + 1,
    )


def bed_named(desk: Desk, request: TripRequest, words: str, *, sure: bool) -> Place | None:
    """Return the hotel of a name; None if the name is not that of a hotel in the first place.

    Parameters
    ----------
    desk, request
        What there is.
    words
        The name.
    sure
        Whether it is a hotel that is spoken of: then any of that name counts before what else bears it.
    """
    kind = desk.places.categories(words)
    if themes_of(words) or (kind and not kind.rest):
        return None
    found = [c for c in desk.places.resolve(words, near=request.center, limit=8) if c.score >= _NAMED]
    found.sort(key=lambda c: words.casefold() != c.place.name.casefold())
    beds = [c.place for c in found if is_bed(c.place)]
    if not beds or is_bed(found[0].place):
        return beds[0] if beds else None
    return beds[0] if sure and words.casefold() != found[0].place.name.casefold() else None


def _other(
    desk: Desk, request: TripRequest, old: Place, words: str, gone: frozenset[str], town: int
) -> Place:
    lodging = lodging_of(Wishes(lodging=(words,)), request.language)
    price = price_meant(words) if words and not lodging.tags else ""
    lodging = lodging if words and not price else request.lodging
    if price:
        lodging = replace(lodging, price=price, stars=0 if price == "low" else lodging.stars)
    beds = find_beds(
        desk,
        [request.towns[town]],
        lodging,
        banned=request.wishes.dislikes,
        language=request.language,
    )
    untold = [e for e in beds.entries if e.state == "unknown" and e.slot == "lodging"]
    if words and not price and any(words in e.words for e in untold):
        raise PlanImpossible("no_must", name=words)
    free = [h for h in beds.hotels if h.id not in gone and on_road(desk, (h.lat, h.lon))]
    if price:
        free = [h for h in free if _differs(h, old, price)] or free
    if not free:
        raise PlanImpossible("no_other_hotel")
    near = free[:12] if not price else free[:5]
    if beds.fixed or price:
        return near[0]
    return min(near, key=lambda h: (round(distance_m((h.lat, h.lon), (old.lat, old.lon)) / 300), h.id))


def _differs(hotel: Place, old: Place, price: str) -> bool:
    """Whether a hotel is likely cheaper or better: by stars and kind, for the map has no prices."""
    if price == "high":
        return stars(hotel) > stars(old)
    return hotel.category in _CHEAP_KINDS or 0 < stars(hotel) < (stars(old) or 6)
