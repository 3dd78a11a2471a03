"""When things of a plan at hand are: the end of a day, the length of a visit, a meal, a part left free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.asked.clock import clock_of, times_of
from agent.trip.changes.changed import Changed, Rewrite, rewritten, stops_of, tables_of, without
from agent.trip.changes.plan_words import in_part, meant
from agent.trip.driving import NAP_MIN, PART_SPANS
from agent.trip.offered.sights import LANGUAGES
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.changes.plan_words import Part
    from agent.trip.day import Stop
    from agent.trip.itinerary import Day, Plan, Visit
    from agent.trip.request import TripRequest
    from agent.understanding.intent import PlanChange

_SHIFT_MIN, _MEAL_SHIFT_MIN, _EARLIER_MIN = 60, 45, 30
_TOO_LATE_MIN = 20
_SHORTEST_MEAL_MIN, _LONGEST_MEAL_MIN = 20, 180
_VISIT_MIN, _SHORTEST_MIN, _LONGEST_MIN = 30, 10, 600
"""By so much a visit is longer or shorter if that was not said; and what a visit may be at all."""
_EVENING_FROM = time(10, 0)
"""A day that is said to end before then ends in the evening: "by seven"."""
_NO_LATER = time(22, 0)


def day_ended(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None) -> Changed:
    """Have the sights of a day over by a time that was said, or earlier or later than they are.

    Raises
    ------
    PlanImpossible
        If nothing would be left of the day.
    """
    at = _left_by(change.what, request) or _clock(change.what, request)
    days = _meant_days(plan, request, change.what, index, said=at is not None)
    ends: dict[int, time] = {}
    for number in days:
        until = _evening(at) if at is not None else _moved(plan.days[number], change)
        if until is None or until >= _NO_LATER:
            raise PlanImpossible("nothing_to_change")
        ends[number] = until
    request = replace(request, ends={**request.ends, **ends})
    last = len(plan.days) - 1
    if last in ends and plan.days[last].hotel is None:
        request = replace(request, times=replace(request.times, end=ends[last]))
    stops = {number: stops_of(plan.days[number]) for number in days}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops))
    _still_seen(plan, fresh, days)
    return Changed(
        plan=fresh,
        request=request,
        day=days[0] + 1,
        key=f"trip.change.{'ends' if len(days) == 1 else 'ends_all'}",
    )


def _meant_days(plan: Plan, request: TripRequest, words: str, index: int | None, *, said: bool) -> list[int]:
    """Return the days that are to end otherwise: a time without a day is that of the last one."""
    if index is not None:
        return [index]
    every = any_of(request.language, trip_words(request.language).daily).search(words)
    return [len(plan.days) - 1] if said and not every else list(range(len(plan.days)))


def _clock(words: str, request: TripRequest) -> time | None:
    """Return the time that words name, whichever language they are in."""
    read = (clock_of(words, code) for code in dict.fromkeys((request.language, *LANGUAGES))) if words else ()
    return next((at for at in read if at is not None), None)


def _left_by(words: str, request: TripRequest) -> time | None:
    """Return when one has to be off for a flight, a train or a ship that is said; None if none is."""
    times, language = trip_words(request.language).times, request.language
    if talks_of_trips(language) and any_of(language, talk_words(language).change.there).search(words):
        return None  # when one has to be there
    carriers = tuple(word for said in times.transport.values() for word in said)
    if not words or any_of(request.language, carriers).search(words) is None:
        return None
    return times_of((words,), request.language).end


def _evening(at: time) -> time:
    return at.replace(hour=at.hour + 12) if at < _EVENING_FROM else at


def _moved(day: Day, change: PlanChange) -> time | None:
    """Return when a day is over that ends earlier or later than it does; None if it has no sights."""
    if not day.sights:
        return None
    by = timedelta(minutes=change.minutes or _SHIFT_MIN)
    over = day.sights[-1].leave
    return (over - by if change.other == "earlier" else over + by).time()


def _still_seen(plan: Plan, fresh: Plan, days: Iterable[int]) -> None:
    if any(plan.days[n].sights and not fresh.days[n].sights for n in days):
        raise PlanImpossible("no_plan")


# -- the length of a visit


def visit_resized(
    desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None
) -> Changed:
    """Stay longer or shorter at a sight, or as long as was said.

    Raises
    ------
    PlanImpossible
        If the sight is not in the plan, or the day has no room for it.
    """
    found = [(n, v) for n, v in meant(desk, plan, request, change.what, index) if v.kind == "sight"]
    if not found:
        raise PlanImpossible("drop_unknown", name=change.what)
    number, visit = found[0]
    old = round((visit.leave - visit.arrive).total_seconds() / 60)
    signs = {"longer": 1, "shorter": -1}
    step = signs.get(change.other, 0) * (change.minutes or _VISIT_MIN)
    minutes = old + step if step else change.minutes
    minutes = max(_SHORTEST_MIN, min(_LONGEST_MIN, 5 * round(minutes / 5)))
    request = replace(request, stays={**request.stays, visit.place.id: minutes})
    stops = [_stop_of(stop, visit.place.id, minutes) for stop in stops_of(plan.days[number])]
    fresh = rewritten(desk, plan, request, Rewrite(stops={number: stops}, stretch=step < 0))
    if visit.place.id not in {v.place.id for v in fresh.days[number].sights}:
        raise PlanImpossible("no_room", name=visit.place)
    return Changed(plan=fresh, request=request, places=(visit.place,), day=number + 1)


def meal_resized(
    desk: Desk, plan: Plan, request: TripRequest, role: Literal["lunch", "dinner"], change: PlanChange,
    index: int | None,
) -> Changed:  # fmt: skip
    """Take longer or less long over a meal, or as long as was said.

    Raises
    ------
    PlanImpossible
        If there is no such meal, or the day has no room for it.
    """
    days = _with_meal(plan, role, index)
    if not days:
        raise PlanImpossible("no_meal")
    old = next(v for v in plan.days[days[0]].visits if v.kind == role)
    step = {"longer": 1, "shorter": -1}.get(change.other, 0) * (change.minutes or _VISIT_MIN)
    usual = round((old.leave - old.arrive).total_seconds() / 60)
    minutes = max(_SHORTEST_MEAL_MIN, min(_LONGEST_MEAL_MIN, usual + step if step else change.minutes))
    request = replace(request, meals_min={**request.meals_min, **{(n, role): minutes for n in days}})
    stops = {n: stops_of(plan.days[n]) for n in days}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops, stretch=False))
    _still_seen(plan, fresh, days)
    table = tables_of(fresh.days[days[0]]).get(role)
    if table is None:
        raise PlanImpossible("no_meal")
    return Changed(plan=fresh, request=request, places=(table,), day=days[0] + 1)


def _stop_of(stop: Stop, place_id: str, minutes: int) -> Stop:
    return replace(stop, stay_min=minutes) if stop.place.id == place_id else stop


# -- meals


def meal_moved(
    desk: Desk,
    plan: Plan,
    request: TripRequest,
    role: Literal["lunch", "dinner"],
    change: PlanChange,
    index: int | None,
) -> Changed:
    """Eat at another time.

    Raises
    ------
    PlanImpossible
        If there is no such meal, or it cannot be then.
    """
    days = _with_meal(plan, role, index)
    at = _clock(change.other, request) or _shifted(plan, role, days, change)
    if at is None or not days:
        raise PlanImpossible("no_meal")
    at = at.replace(hour=at.hour + 12) if at < (time(15) if role == "dinner" else time(10)) else at
    at = _before(at) if _is_limit(change.other, request) else at
    request = replace(request, meals_at={**request.meals_at, **{(n, role): at for n in days}})
    stops = {n: stops_of(plan.days[n]) for n in days}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops))
    _still_seen(plan, fresh, days)
    if not all(role in tables_of(fresh.days[n]) for n in days):
        raise PlanImpossible("no_meal")
    meals = [v for n in days for v in fresh.days[n].visits if v.kind == role]
    late = [v for v in meals if _minutes_late(v, at) > _TOO_LATE_MIN]
    if late and _is_limit(change.other, request):
        raise PlanImpossible("must_closed", name=late[0].place)
    day = days[0] + 1 if len(days) == 1 else 0
    return Changed(plan=fresh, request=request, day=day, key=f"trip.change.{role}_at")


def _minutes_late(visit: Visit, at: time) -> float:
    return (visit.arrive - datetime.combine(visit.arrive.date(), at)).total_seconds() / 60


def _is_limit(words: str, request: TripRequest) -> bool:
    """Whether a time is the one before which a meal is to be: "before eight"."""
    if not talks_of_trips(request.language):
        return False
    return any_of(request.language, talk_words(request.language).change.before).search(words) is not None


def _before(at: time) -> time:
    return (datetime.combine(datetime.min, at) - timedelta(minutes=_EARLIER_MIN)).time()


def _shifted(plan: Plan, role: str, days: list[int], change: PlanChange) -> time | None:
    """Return when a meal is that is to be earlier or later than it is."""
    signs = {"earlier": -1, "later": 1}
    meal = next((v for n in days for v in plan.days[n].visits if v.kind == role), None)
    if meal is None or change.other not in signs:
        return None
    return (meal.arrive + signs[change.other] * timedelta(minutes=change.minutes or _MEAL_SHIFT_MIN)).time()


def meal_left_out(
    desk: Desk, plan: Plan, request: TripRequest, role: Literal["lunch", "dinner"], index: int | None
) -> Changed:
    """Plan a meal no more, on one day or on all.

    Raises
    ------
    PlanImpossible
        If there is no such meal.
    """
    days = _with_meal(plan, role, index)
    if not days:
        raise PlanImpossible("no_meal")
    numbers = range(request.days) if index is None else days
    request = replace(request, skipped_on=request.skipped_on | {(n, role) for n in numbers})
    stops = {n: stops_of(plan.days[n]) for n in days}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops))
    day = index + 1 if index is not None else 0
    return Changed(plan=fresh, request=request, day=day, key=f"trip.change.no_{role}")


def _with_meal(plan: Plan, role: str, index: int | None) -> list[int]:
    return [n for n, day in enumerate(plan.days) if role in tables_of(day) and index in (None, n)]


# -- free time


def freed(desk: Desk, plan: Plan, request: TripRequest, part: Part | None, index: int | None) -> Changed:
    """Leave a part of a day free, or all of it: nothing moves there from the rest of the day.

    Raises
    ------
    PlanImpossible
        If nothing is planned then.
    """
    number = index if index is not None else 0
    day = plan.days[number]
    gone = [v for v in day.visits if v.kind in {"sight", "evening"} and (part is None or in_part(v, part))]
    if not gone:
        raise PlanImpossible("free_already")
    ids = {v.place.id for v in gone}
    if not any(v.place.id not in ids for d in plan.days for v in d.visits if v.kind in {"sight", "evening"}):
        raise PlanImpossible("nothing_to_change")
    request = without(request, plan, ids)
    if part == "morning":
        request = replace(request, begins={**request.begins, number: time(12, 0)})
    elif part == "afternoon" and not any(v.arrive.time() >= PART_SPANS["evening"][0] for v in day.sights):
        request = replace(request, ends={**request.ends, number: _lunch_over(day)})
    stops = {number: [s for s in stops_of(day) if s.place.id not in ids]}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops, stretch=False))
    return Changed(
        plan=fresh,
        request=request,
        places=tuple(v.place for v in gone),
        day=number + 1,
        key="trip.change.free",
    )


def _lunch_over(day: Day) -> time:
    """Return when what comes before a free afternoon is over."""
    lunch = next((v for v in day.visits if v.kind == "lunch"), None)
    before = [v.leave for v in day.sights if v.arrive.time() < PART_SPANS["afternoon"][0]]
    over = max((*before, datetime.combine(day.date, PART_SPANS["afternoon"][0])))
    return max(over, lunch.arrive if lunch else over).time()


def rested(desk: Desk, plan: Plan, request: TripRequest, minutes: int, index: int | None) -> Changed:
    """Rest after lunch, at the hotel if there is one.

    Raises
    ------
    PlanImpossible
        If no day has a lunch.
    """
    days = _with_meal(plan, "lunch", index)
    if not days:
        raise PlanImpossible("no_meal")
    request = replace(request, naps={**request.naps, **dict.fromkeys(days, minutes or NAP_MIN)})
    stops = {n: stops_of(plan.days[n]) for n in days}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops, stretch=False))
    _still_seen(plan, fresh, days)
    if not any(_rests(fresh.days[n]) for n in days):
        raise PlanImpossible("no_rest")
    day = index + 1 if index is not None else 0
    return Changed(plan=fresh, request=request, day=day, key="trip.change.rest")


def _rests(day: Day) -> bool:
    """Whether one rests after lunch."""
    pairs = pairwise(day.visits)
    return any(meal.kind == "lunch" and rest.kind in {"rest", "free"} for meal, rest in pairs)
