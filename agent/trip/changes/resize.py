"""Changes to all of a plan: another start, another date, more days, fewer, or without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.asked.clock import clock_of
from agent.trip.asked.occasions import trip_date
from agent.trip.changes.changed import Changed, Rewrite, hotels_of, in_use, rewritten, stops_of
from agent.trip.dates import moved_to
from agent.trip.day import Stop
from agent.trip.inquiry import make_request, with_beds
from agent.trip.itinerary import Day, Plan
from agent.trip.planner import Workshop, day_frames, first_hotels, make_plan
from agent.trip.request import MAX_DAYS, TripRequest, renumbered
from agent.trip.solver import Search
from agent.trip.verifier import verify
from nav.country import country_at

if TYPE_CHECKING:
    from agent.actions.context import Desk

_SHIFT = timedelta(hours=1)
_EARLIEST, _LATEST = time(5, 0), time(20, 0)


def shifted(
    desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None, *, later: bool
) -> Changed:
    """Begin at a time that was said, or an hour earlier or later; on one day or on all."""
    said = clock_of(words, request.language) if words else None
    old = plan.days[index or 0].start
    begin = said or (old + (_SHIFT if later else -_SHIFT)).time()
    if not _EARLIEST <= begin <= _LATEST:
        raise PlanImpossible("nothing_to_change")
    if index is None:
        times = replace(request.times, begin=None)
        request = replace(request, day_start=begin, times=times, begins={})
    else:
        request = replace(request, begins={**request.begins, index: begin})
    numbers = range(len(plan.days)) if index is None else [index]
    stops = {n: _restful(request, stops_of(plan.days[n])) for n in numbers}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops, same_begin=False))
    if any(not day.sights and plan.days[i].sights for i, day in enumerate(fresh.days)):
        raise PlanImpossible("no_plan")
    return Changed(plan=fresh, request=request, day=0 if index is None else index + 1)


def _restful(request: TripRequest, stops: list[Stop]) -> list[Stop]:
    """Give sights their usual time again, so that a later start does not push the last ones out."""
    return [
        replace(s, stay_min=min(s.stay_min, request.stay_range(s.place)[1])) if s.kind == "sight" else s
        for s in stops
    ]


def moved(desk: Desk, plan: Plan, request: TripRequest, words: str) -> Changed:
    """The same days on other dates; planned anew if something is closed then."""
    now, country = desk.now(), country_at(*request.center)
    first_day = trip_date(words, now, request.language, country) or moved_to(words, now, request.first_day)
    if shift := moved_to(words, now, request.first_day):
        first_day = (
            shift
            if shift != first_day and not trip_date(words, now, request.language, country)
            else first_day
        )
    if first_day is None:
        raise PlanImpossible("date_unknown")
    if first_day < now.date():
        raise PlanImpossible("date_past")
    if first_day == request.first_day:
        return Changed(plan=plan, request=request)
    request = replace(request, first_day=first_day)
    stops = {index: stops_of(day) for index, day in enumerate(plan.days)}
    try:
        fresh = rewritten(desk, plan, request, Rewrite(stops=stops, stretch=False))
        complete = all(len(a.sights) == len(b.sights) for a, b in zip(fresh.days, plan.days, strict=True))
        if complete and not verify(fresh, request, desk):
            return Changed(plan=fresh, request=request)
    except PlanImpossible:
        pass
    return Changed(plan=make_plan(desk, request), request=request)


def day_dropped(desk: Desk, plan: Plan, request: TripRequest, index: int) -> Changed:
    """Leave out a day: the others move up."""
    if len(plan.days) < 2:
        raise PlanImpossible("nothing_to_change")
    gone = plan.days[index]
    ids = {v.place.id for v in gone.visits if v.kind in {"sight", "evening"}}
    musts = [p for p in request.sights[: request.must_count] if p.id not in ids]
    rest = [p for p in request.sights[request.must_count :] if p.id not in ids]
    left = [day for i, day in enumerate(plan.days) if i != index]
    hotels = hotels_of(plan)
    del hotels[min(index, len(hotels) - 1)]
    request = renumbered(request, {i: i - (i > index) for i in range(len(plan.days)) if i != index})
    request = replace(
        request,
        sights=(*musts, *rest),
        must_count=len(musts),
        on_days={k: days for k, days in request.on_days.items() if k not in ids},
        liked=_still_met(request, left),
    )
    stops = {i: stops_of(day) for i, day in enumerate(left)}
    short = replace(plan, days=tuple(left))
    fresh = rewritten(desk, short, request, Rewrite(stops=stops, hotels=hotels, stretch=False))
    return Changed(plan=fresh, request=request, day=index + 1, key="trip.change.day_dropped")


def _still_met(request: TripRequest, left: list[Day]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the likings that the days left still meet: the others went with the day, on purpose."""
    seen = {v.place.id for day in left for v in day.visits}
    return tuple((words, ids) for words, ids in request.liked if seen & set(ids))


def resized(desk: Desk, plan: Plan, request: TripRequest, count: int) -> Changed:
    """More days or fewer at the end; the days before stay as they are."""
    if count < 1:
        raise PlanImpossible("days_zero")
    if count > MAX_DAYS:
        raise PlanImpossible("days_many", limit=MAX_DAYS)
    if count == len(plan.days):
        raise PlanImpossible("nothing_to_change")
    changed = Changed(plan=plan, request=request)
    if count < len(plan.days):
        while len(changed.plan.days) > count:
            changed = day_dropped(desk, changed.plan, changed.request, len(changed.plan.days) - 1)
        return replace(changed, key="", day=0)
    return _longer(desk, plan, request, count)


def _longer(desk: Desk, plan: Plan, request: TripRequest, count: int) -> Changed:
    wider = _for_days(desk, request, count)
    old = hotels_of(plan)
    chosen = first_hotels(desk, wider)
    last = old[-1] if old else None
    hotels = [
        *old,
        *(
            last
            if last is not None and wider.town_of_day[i] == wider.town_of_day[len(old) - 1]
            else chosen[i]
            for i in range(len(old), count - 1)
        ),
    ]
    shop = Workshop(desk, wider, [h for h in hotels if h is not None])
    frames = day_frames(wider, hotels)
    kept = len(plan.days)
    search = Search(wider, frames[kept:], shop.rough, taken=in_use(plan))
    solved = search.solve()
    if solved is None or not all(solved):  # all is in already: it is spread over the days
        solved = Search(wider, frames, shop.rough).solve()
        if solved is None or not all(solved):
            raise PlanImpossible("few_sights", count=len(wider.sights), limit=kept, name=wider.where)
        stops = dict(enumerate(solved))
    else:
        stops = {kept + i: day for i, day in enumerate(solved)}
        stops[kept - 1] = stops_of(plan.days[-1])
    fresh = rewritten(desk, plan, wider, Rewrite(stops=stops, hotels=hotels))
    return Changed(plan=fresh, request=wider)


def _for_days(desk: Desk, request: TripRequest, count: int) -> TripRequest:
    """Return the request with candidates for more days."""
    fresh = make_request(
        desk,
        where="" if request.extra.get("here") else request.where,
        towns=tuple(t.name for t in request.towns) if len(request.towns) > 1 else (),
        days=count,
        wishes=request.wishes.model_copy(update={"must": ()}),
        position=request.start,
        first_day=request.first_day,
        range_m=request.range_m,
        language=request.language,
    )
    known = {p.id for p in request.sights}
    more = tuple(p for p in fresh.sights if p.id not in known and p.id not in request.disliked)
    towns = (*request.town_of_day, *(request.town_of_day[-1],) * (count - len(request.town_of_day)))
    wider = replace(
        request,
        days=count,
        sights=(*request.sights, *more),
        town_of=fresh.town_of | request.town_of,
        parts=fresh.parts | request.parts,
        hikes=fresh.hikes | request.hikes,
        town_of_day=towns,
        restaurants=request.restaurants or fresh.restaurants,
    )
    return wider if wider.hotels or not wider.sleeps_out else with_beds(desk, wider)
