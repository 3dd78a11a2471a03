"""A plan after a change, and how its days are written anew: only those that are meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent.trip.day import Frame, Stop
from agent.trip.offered.stays import stretched
from agent.trip.planner import Workshop, assemble, day_frames, write_day
from agent.trip.solver import Search

if TYPE_CHECKING:
    from datetime import datetime

    from agent.actions.context import Desk, Point
    from agent.errors import PlanImpossible
    from agent.trip.itinerary import Day, Plan, Visit
    from agent.trip.request import TripRequest
    from poi.place import Place


_SEEN = {"sight", "evening"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A plan after a change."""

    plan: Plan
    request: TripRequest
    places: tuple[Place, ...] = ()
    """What came in or went out."""
    day: int = 0
    """Day that was changed, from 1; 0 for all."""
    key: str = ""
    """Reply to tell it with, if not that of the action."""
    gone: tuple[Place, ...] = ()
    """What went out for what came in, where that is several."""
    refused: PlanImpossible | None = None
    """Why a part of what was asked for could not be done."""


def stops_of(day: Day) -> list[Stop]:
    """Return the sights of a day with their times, and its evening."""
    return [_stop(visit) for visit in day.visits if visit.kind in {"sight", "evening"}]


def _stop(visit: Visit) -> Stop:
    minutes = round((visit.leave - visit.arrive).total_seconds() / 60)
    return Stop(place=visit.place, stay_min=minutes, kind="evening" if visit.kind == "evening" else "sight")


def tables_of(day: Day) -> dict[str, Place]:
    """Return the restaurants of a day by meal."""
    return {visit.kind: visit.place for visit in day.visits if visit.kind in {"lunch", "dinner"}}


def hotels_of(plan: Plan) -> list[Place | None]:
    """Return the hotel of each night."""
    return [day.hotel.place if day.hotel else None for day in plan.days[:-1]]


def in_use(plan: Plan, but: int | None = None) -> frozenset[str]:
    """Return the ids of all places of a plan, of all days but one."""
    return frozenset(
        place.id
        for number, day in enumerate(plan.days)
        if number != but
        for visit in day.visits
        for place in (visit.place, *visit.parts)
        if visit.kind not in {"hotel", "rest"}
    )


def parked_after(day: Day) -> Point:
    """Return where the car stands when a day is over."""
    if day.home is not None:
        return day.home.lat, day.home.lon
    parks = [visit.park for visit in day.visits if visit.park is not None]
    return parks[-1] if parks else day.car or (day.start_lat, day.start_lon)


@dataclass(slots=True, kw_only=True)
class Rewrite:
    """Days to write anew."""

    stops: dict[int, list[Stop]] = field(default_factory=dict)
    """New sights by day, from 0."""
    tables: dict[int, dict[str, Place]] = field(default_factory=dict)
    """Restaurants to take, by day and meal, if not those of before."""
    hotels: list[Place | None] | None = None
    stretch: bool = True
    """Whether days that got shorter give their sights more time."""
    same_begin: bool = True
    """Whether a day that began later than it could goes on beginning then, if all fits in so."""
    other_order: bool = True
    """Whether the sights of a day may come in another order, if one would be lost otherwise."""


def rewritten(desk: Desk, plan: Plan, request: TripRequest, changes: Rewrite) -> Plan:
    """Return the plan with some days written anew; the others stay as they are.

    Raises
    ------
    PlanImpossible
        If a day does not hold.
    """
    hotels = changes.hotels if changes.hotels is not None else hotels_of(plan)
    shop = Workshop(desk, request, [h for h in hotels if h is not None])
    frames = day_frames(request, hotels)
    days: list[Day] = []
    for number, frame in enumerate(frames):
        old = plan.days[number] if number < len(plan.days) else None
        car = parked_after(days[-1]) if days else frame.car
        begun = replace(frame, car=car) if days and days[-1].hotel is not None else frame
        same = old is not None and number not in changes.stops and number not in changes.tables
        if same and old is not None and _fits(old, begun.start, begun.car, begun.begin, begun.hotel):
            days.append(old)
            continue
        stops = changes.stops.get(number, stops_of(old) if old else [])
        sights = [s for s in stops if s.kind == "sight"]
        if changes.stretch and number in changes.stops:
            sights = stretched(shop.rough, begun, sights)
        evening = next((s for s in stops if s.kind == "evening"), None)
        eaten = _tables_elsewhere(plan, days, number, changes.tables)
        kept = {**(tables_of(old) if old else {}), **changes.tables.get(number, {})}
        out = {v.place.id for day in (*days, *plan.days) for v in day.visits if v.kind in _SEEN}
        out |= {s.place.id for fresh in changes.stops.values() for s in fresh}
        # A day that began early goes on doing so; one of which a start was said begins then.
        lazy = changes.same_begin and (old is None or old.start > begun.begin)
        if old is not None and lazy:
            as_before = _begun_as_before(shop, begun, old, sights)
            lazy, begun = as_before is begun, as_before
        day, _ = write_day(
            shop, begun, sights, used=eaten, tables=kept, evening=evening, out=out, sleeps_in=lazy
        )
        lost = changes.other_order and len(day.sights) < len(sights)
        if lost and (order := _other_order(desk, plan, request, number, sights)):
            again, _ = write_day(
                shop, begun, order, used=eaten, tables=kept, evening=evening, out=out, sleeps_in=lazy
            )
            day = again if len(again.sights) > len(day.sights) else day
        days.append(day)
    return assemble(desk, request, days)


def _begun_as_before(shop: Workshop, frame: Frame, old: Day, sights: Sequence[Stop]) -> Frame:
    """Return the frame of a day that begins when it did, if all that is to be seen fits in so."""
    later = replace(frame, begin=old.start)
    said = frame.index in shop.request.begins or frame.date != old.date
    return later if not said and shop.rough.run(later, sights).fine else frame


def _other_order(
    desk: Desk, plan: Plan, request: TripRequest, number: int, sights: Sequence[Stop]
) -> list[Stop]:
    """Return the sights of a day in an order in which none is lost; none if there is no such order."""
    places = [stop.place for stop in sights]
    if number >= len(plan.days) or any(place.id in request.hikes for place in places):
        return []
    return solved_day(desk, plan, request, number, places, []) or []


def _fits(day: Day, start: Point, car: Point, begin: datetime, hotel: Place | None) -> bool:
    """Whether a day can stay as it was written."""
    slept = day.hotel.place.id if day.hotel else ""
    return (
        (day.start_lat, day.start_lon) == start
        and (day.car or start) == car
        and begin <= day.start
        and slept == (hotel.id if hotel else "")
    )


def _tables_elsewhere(
    plan: Plan, days: Sequence[Day], number: int, changed: Mapping[int, Mapping[str, Place]]
) -> frozenset[str]:
    """Return the ids of the restaurants of the other days: as written, or as they will be."""
    tables = [tables_of(day) for day in days]
    later = enumerate(plan.days[number + 1 :], number + 1)
    tables += [{**tables_of(day), **changed.get(n, {})} for n, day in later]
    return frozenset(place.id for day in tables for place in day.values())


def solved_day(
    desk: Desk, plan: Plan, request: TripRequest, number: int, keep: Sequence[Place], new: Sequence[Place]
) -> list[Stop] | None:
    """Return a day's sights in a good order with what is new; None if that does not fit."""
    hotels = hotels_of(plan)
    shop = Workshop(desk, request, [h for h in hotels if h is not None])
    frame = day_frames(request, hotels)[number]
    count = len(keep) + len(new)
    only = replace(
        request,
        sights=tuple({p.id: p for p in (*new, *keep)}.values()),
        must_count=count,
        on_days={},
        themed={},
        town_of=request.town_of | {p.id: frame.town for p in (*new, *keep)},
    )
    wide = replace(frame, per_day=max(request.per_day, count))
    for short in (False, True):
        solved = Search(only, [wide], shop.rough, short=short).solve()
        if solved is not None and len(solved[0]) == count:
            return solved[0]
    return None


def with_places(request: TripRequest, places: Mapping[str, Place]) -> TripRequest:
    """Return the request with further sights known to it."""
    fresh = tuple(p for p in places.values() if p.id not in {s.id for s in request.sights})
    return replace(request, sights=(*request.sights, *fresh))


def without(request: TripRequest, plan: Plan, ids: set[str]) -> TripRequest:
    """Return the request without some places; a liking that they alone met was given up on purpose."""
    musts = [p for p in request.sights[: request.must_count] if p.id not in ids]
    rest = [p for p in request.sights[request.must_count :] if p.id not in ids]
    still = {v.place.id for v in plan.visits if v.place.id not in ids}
    liked = tuple(
        (words, kept)
        for words, of in request.liked
        if (kept := tuple(i for i in of if i not in ids)) and (still & set(kept) or not set(of) & ids)
    )
    return replace(
        request,
        sights=(*musts, *rest),
        must_count=len(musts),
        disliked=request.disliked | ids,
        liked=liked,
    )
