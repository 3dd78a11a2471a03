"""Changes to all of a plan: begin earlier or later, move to another date, make it longer or shorter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.changed import Changed, frame_of, rebuilt
from agent.trip.dates import moved_to
from agent.trip.itinerary import Day, Plan
from agent.trip.plan_words import stops_of
from agent.trip.planner import assemble, day_frames, make_plan, schedule_day
from agent.trip.request import MAX_DAYS, TripRequest, make_request
from agent.trip.solver import solve
from agent.trip.verifier import verify

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from poi.place import Place

_SHIFT = timedelta(hours=1)


def shifted(desk: Desk, plan: Plan, request: TripRequest, *, later: bool) -> Changed:
    begin = datetime.combine(request.first_day, request.day_start) + (_SHIFT if later else -_SHIFT)
    if not time(6, 0) <= begin.time() <= time(12, 0):
        raise PlanImpossible("nothing_to_change")
    request = replace(request, day_start=begin.time())
    hotels = [day.hotel.place if day.hotel else None for day in plan.days]
    frames = day_frames(request, hotels[:-1])
    days: dict[int, Day] = {}
    for number, day in enumerate(plan.days):
        sights = [visit.place for visit in day.sights]
        musts = {p.id for p in request.sights[: request.must_count]} & {p.id for p in sights}
        taken = {v.place.id for n, d in enumerate(plan.days) if n != number for v in d.visits}
        taken |= {v.place.id for d in days.values() for v in d.visits}
        solved = solve(
            request, [frames[number]], sights, musts, desk.router, taken=taken - {p.id for p in sights}
        )
        if solved is None:
            raise PlanImpossible("no_plan")
        days[number] = schedule_day(desk, request, frames[number], solved[0], hotels[number])
    return Changed(plan=rebuilt(desk, plan, request, days), request=request)


def moved(desk: Desk, plan: Plan, request: TripRequest, words: str) -> Changed:
    """The same days on other dates; planned anew if something is closed then."""
    first_day = moved_to(words, desk.now(), request.first_day)
    if first_day is None:
        raise PlanImpossible("date_unknown")
    if first_day < desk.now().date():
        raise PlanImpossible("date_past")
    if first_day == request.first_day:
        return Changed(plan=plan, request=request)
    request = replace(request, first_day=first_day)
    shift = first_day - plan.days[0].date
    days = [
        schedule_day(
            desk,
            request,
            replace(frame_of(plan, request, index), date=day.date + shift),
            stops_of(day),
            day.hotel.place if day.hotel else None,
        )
        for index, day in enumerate(plan.days)
    ]
    moved = assemble(desk, request, days)
    complete = all(len(new.sights) == len(old.sights) for new, old in zip(days, plan.days, strict=True))
    if not complete or verify(moved, request, desk):
        moved = make_plan(desk, request)
    return Changed(plan=moved, request=request)


def resized(desk: Desk, plan: Plan, request: TripRequest, count: int) -> Changed:
    """One day more or one less; the days before the last stay as they are."""
    if count < 1:
        raise PlanImpossible("days_zero")
    if count > MAX_DAYS:
        raise PlanImpossible("days_many", limit=MAX_DAYS)
    hotels = request.hotels
    if count > 1 and not hotels:
        fresh = make_request(
            desk,
            where="",
            days=2,
            wishes=request.wishes,
            position=request.center,
            first_day=request.first_day,
        )
        hotels = fresh.hotels
    request = replace(request, days=count, hotels=hotels)
    keep = min(len(plan.days), count) - 1
    if keep == 0:
        return Changed(plan=make_plan(desk, request), request=request)
    kept = list(plan.days[:keep])
    hotel = kept[-1].hotel
    if hotel is None:
        raise PlanImpossible("no_plan")
    places: list[Place | None] = [day.hotel.place if day.hotel else None for day in kept]
    places += [hotel.place] * (count - 1 - len(places))
    frames = day_frames(request, places)[keep:]
    used = {visit.place.id for day in kept for visit in day.visits}
    musts = {place.id for place in request.sights[: request.must_count]} - used
    sights = [place for place in request.sights if place.id not in used]
    solved = solve(request, frames, sights, musts, desk.router, taken=used)
    if solved is None:
        raise PlanImpossible("no_plan")
    fresh_days = [
        schedule_day(desk, request, frame, stops, hotel.place if frame.end is not None else None)
        for frame, stops in zip(frames, solved, strict=True)
    ]
    return Changed(plan=assemble(desk, request, [*kept, *fresh_days]), request=request)
