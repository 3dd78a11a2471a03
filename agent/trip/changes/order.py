"""Another order of what is in a plan at hand: two days exchanged, a stop earlier or later in its day."""

from __future__ import annotations

from itertools import chain, islice, permutations
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.changes.changed import Changed, Rewrite, hotels_of, rewritten, stops_of, tables_of
from agent.trip.changes.plan_words import in_part, meant, part_meant
from agent.trip.planner import Workshop, day_frames, first_hotels
from agent.trip.request import renumbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.actions.context import Desk
    from agent.trip.day import Stop
    from agent.trip.itinerary import Plan, Visit
    from agent.trip.request import TripRequest
    from agent.understanding.intent import PlanChange


_SHUFFLED = 5
"""Of so many other stops every order is looked at, and so many of those that fit are tried."""


def days_exchanged(desk: Desk, plan: Plan, request: TripRequest, one: int, other: int) -> Changed:
    """Do on one day what was planned for another, and the other way round.

    Raises
    ------
    PlanImpossible
        If it is one day, or something is closed on its new day.
    """
    if one == other:
        raise PlanImpossible("nothing_to_change")
    now = {number: number for number in range(len(plan.days))} | {one: other, other: one}
    request = renumbered(request, now)
    hotels = hotels_of(plan)
    if len(request.towns) > 1:
        hotels = first_hotels(desk, request)
    stops = {now[n]: stops_of(plan.days[n]) for n in (one, other)}
    tables = {now[n]: tables_of(plan.days[n]) for n in (one, other)}
    changes = Rewrite(stops=stops, tables=tables, hotels=hotels, stretch=False)
    fresh = rewritten(desk, plan, request, changes)
    for number, wanted in stops.items():
        seen = {v.place.id for v in fresh.days[number].visits}
        for stop in wanted:
            if stop.place.id not in seen and stop.kind == "sight":
                raise PlanImpossible("must_closed", name=stop.place)
    return Changed(plan=fresh, request=request, day=min(one, other) + 1, key="trip.change.exchange")


def reordered(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None) -> Changed:
    """Come to a stop earlier or later in its day, or go through a day the other way round.

    Raises
    ------
    PlanImpossible
        If it is not in the plan, or the day does not hold in that order.
    """
    if change.other == "reverse":
        number = index if index is not None else 0
        order = list(reversed(_sights(plan, number)))
        return _written(desk, plan, request, number, order, None)
    found = [(n, v) for n, v in meant(desk, plan, request, change.what, index) if v.kind == "sight"]
    if not found:
        raise PlanImpossible("drop_unknown", name=change.what)
    number, visit = found[0]
    sights = _sights(plan, number)
    moved = next(stop for stop in sights if stop.place.id == visit.place.id)
    left = [stop for stop in sights if stop is not moved]
    orders = [
        [*left[:at], moved, *left[at:]] for at in _places(desk, plan, request, change, number, sights, moved)
    ]
    if orders[0] == sights:
        raise PlanImpossible("so_already")
    shuffled = _other_orders(desk, plan, request, number, left, moved, change.other)
    tried = chain(((True, o) for o in orders), ((True, o) for o in shuffled), ((False, o) for o in orders))
    for strict, order in tried:
        try:
            changed = _written(desk, plan, request, number, order, visit, strict=strict)
        except PlanImpossible:
            continue
        if _is_there(changed.plan, number, visit, change.other):
            return changed
    raise PlanImpossible("no_room", name=visit.place)


def _other_orders(
    desk: Desk, plan: Plan, request: TripRequest, number: int, left: list[Stop], moved: Stop, wanted: str
) -> Iterator[list[Stop]]:
    """Give other orders of a day with a stop first or last, where not all fits in the order of before."""
    if wanted not in {"", "first", "last"} or len(left) > _SHUFFLED:
        return
    hotels = hotels_of(plan)
    shop = Workshop(desk, request, [hotel for hotel in hotels if hotel is not None])
    frame = day_frames(request, hotels)[number]
    whole = ([*o, moved] if wanted == "last" else [moved, *o] for o in permutations(left))
    yield from islice((order for order in whole if shop.rough.run(frame, order).fine), _SHUFFLED)


def _is_there(plan: Plan, number: int, visit: Visit, wanted: str) -> bool:
    """Whether a stop is where in its day it is to be."""
    ids = [v.place.id for v in plan.days[number].sights]
    part = part_meant(wanted)
    if visit.place.id not in ids:
        return False
    if wanted in {"first", "last"}:
        return ids[0 if wanted == "first" else -1] == visit.place.id
    return part is None or in_part(plan.days[number].sights[ids.index(visit.place.id)], part)


def _places(
    desk: Desk,
    plan: Plan,
    request: TripRequest,
    change: PlanChange,
    number: int,
    sights: list[Stop],
    moved: Stop,
) -> list[int]:
    """Return where among the others a stop may come, the likeliest first."""
    count = len(sights) - 1
    other = change.other
    if other in {"", "first"} or part_meant(other) == "morning":
        return [0] if other in {"", "first"} else list(range(count + 1))
    if other == "last":
        return [count]
    if part_meant(other) is not None:
        return list(range(count, -1, -1))
    others = [v for n, v in meant(desk, plan, request, other, number) if v.kind == "sight" and n == number]
    left = [stop.place.id for stop in sights if stop is not moved]
    before = [left.index(v.place.id) for v in others if v.place.id in left]
    if not before:
        raise PlanImpossible("drop_unknown", name=other)
    return before[:1]


def _sights(plan: Plan, number: int) -> list[Stop]:
    return [stop for stop in stops_of(plan.days[number]) if stop.kind == "sight"]


def _written(
    desk: Desk,
    plan: Plan,
    request: TripRequest,
    number: int,
    order: list[Stop],
    visit: Visit | None,
    *,
    strict: bool = True,
) -> Changed:
    """Return the plan with a day in a given order; if that is strict, with all of it."""
    evening = [stop for stop in stops_of(plan.days[number]) if stop.kind == "evening"]
    stops = {number: [*order, *evening]}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops, stretch=False, other_order=False))
    if strict and [v.place.id for v in fresh.days[number].sights] != [stop.place.id for stop in order]:
        raise PlanImpossible("no_plan")
    key = "trip.change.order" if visit is not None else "trip.change.reverse"
    places = (visit.place,) if visit is not None else ()
    return Changed(plan=fresh, request=request, places=places, day=number + 1, key=key)
