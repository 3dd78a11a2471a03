"""More or less of a kind in a plan at hand: a day given to one kind of sight, or fewer of a kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.changes.changed import (
    Changed,
    Rewrite,
    in_use,
    rewritten,
    solved_day,
    stops_of,
    with_places,
    without,
)
from agent.trip.changes.plan_words import in_part, meant
from agent.trip.offered.sights import of_wish, unique
from agent.trip.request import on_road

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.changes.plan_words import Part
    from agent.trip.day import Stop
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest
    from poi.place import Place

_SHORT_WALKS_M, _LESS = (250.0, 350.0, 450.0), 0.9
"""Longest walks that are tried where there is to be less walking, and how much of it may be left."""
_MOST, _LEAST = 5, 2
"""So many sights of a kind a day that is given to it has, if there are so many."""


def day_themed(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int) -> Changed:
    """Give a day to one kind of sight, or to others without words; what was seen on it is left out.

    Raises
    ------
    PlanImpossible
        If there is nothing of the kind, or it does not fit.
    """
    old = [v.place for v in plan.days[index].visits if v.kind in {"sight", "evening"}]
    town = request.towns[request.town_of_day[index]]
    every = of_wish(desk, words, town.center, town.reach_m) if words else list(request.sights)
    here = {p.id for p in old}
    found = unique([p for p in every if p.name and (words or p.id not in here)])
    found = [p for p in found if p.id in request.hikes or on_road(desk, (p.lat, p.lon))]
    if not found:
        raise PlanImpossible("no_must", name=words)
    used = in_use(plan, index)
    fresh = [p for p in found if p.id not in used and p.id not in request.disliked]
    if not fresh:
        raise PlanImpossible("no_other_kind")
    gone = {p.id for p in old} - {p.id for p in fresh}
    changed = with_places(without(request, plan, gone), {p.id: p for p in fresh})
    on_days = {i: days for i, days in changed.on_days.items() if i not in {p.id for p in fresh}}
    changed = replace(
        changed, on_days=on_days, themed={**changed.themed, index: frozenset(p.id for p in fresh)}
    )
    for count in range(min(_MOST, len(fresh)), 0, -1):
        rest = [p for p in old if p.id not in gone][: max(0, _LEAST - count)]
        solved = solved_day(desk, plan, changed, index, rest, fresh[:count])
        if solved is None:
            continue
        try:
            made = rewritten(desk, plan, changed, Rewrite(stops={index: solved}))
        except PlanImpossible:
            continue
        came = tuple(v.place for v in made.days[index].sights)
        if {p.id for p in came} & {p.id for p in fresh}:
            return Changed(plan=made, request=changed, places=came, day=index + 1, key="trip.change.part")
    raise PlanImpossible("no_room", name=fresh[0])


def walked_less(desk: Desk, plan: Plan, request: TripRequest, index: int | None) -> Changed:
    """Drive to what is a longer walk away, on one day or on all; what is seen stays.

    Raises
    ------
    PlanImpossible
        If there is no less walking without leaving something out.
    """
    numbers = range(len(plan.days)) if index is None else [index]
    stops = {number: stops_of(plan.days[number]) for number in numbers}
    walked = sum(plan.days[number].walk_m for number in numbers)
    for walk_m in _SHORT_WALKS_M:
        less = replace(
            request, walk_m=min(request.walk_m, walk_m), extra={**request.extra, "walks_less": True}
        )
        try:
            fresh = rewritten(desk, plan, less, Rewrite(stops=stops, stretch=False))
        except PlanImpossible:
            continue
        kept = all(len(fresh.days[n].sights) == len(plan.days[n].sights) for n in numbers)
        if kept and sum(fresh.days[n].walk_m for n in numbers) < _LESS * walked:
            wide = less if index is None else replace(less, walk_m=request.walk_m)
            return Changed(plan=fresh, request=wide, day=0 if index is None else index + 1)
    raise PlanImpossible("no_less_walking")


def fewer_of(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None) -> Changed:
    """Leave out half of a kind of sight, the least important ones.

    Raises
    ------
    PlanImpossible
        If there is none, or nothing else.
    """
    found = meant(desk, plan, request, words, index)
    total = sum(v.kind in {"sight", "evening"} for day in plan.days for v in day.visits)
    if not found:
        raise PlanImpossible("drop_unknown", name=words)
    rank = {place.id: i for i, place in enumerate(request.sights)}
    ordered = sorted((visit.place for _, visit in found), key=lambda p: rank.get(p.id, len(rank)))
    gone = ordered[len(ordered) // 2 :]
    if len(gone) == total:
        raise PlanImpossible("nothing_to_change")
    ids = {p.id for p in gone}
    request = without(request, plan, ids)
    stops = {n: [s for s in stops_of(plan.days[n]) if s.place.id not in ids] for n, _ in found}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops))
    return Changed(plan=fresh, request=request, places=tuple(gone), key="trip.change.drop")


def fewer(
    desk: Desk,
    plan: Plan,
    request: TripRequest,
    index: int | None,
    part: Part | None = None,
    *,
    count: int = 1,
) -> Changed:
    """Take the least important sights out of the day or a part of it, or out of each day."""
    rank = {place.id: i for i, place in enumerate(request.sights)}
    stops: dict[int, list[Stop]] = {}
    gone: list[Place] = []
    for number in range(len(plan.days)) if index is None else [index]:
        loose = [v for v in plan.days[number].sights if v.place.id not in request.must_ids]
        loose = [v for v in loose if part is None or in_part(v, part)]
        if len(plan.days[number].sights) < 2 or not loose:
            continue
        most = min(max(1, count), len(plan.days[number].sights) - 1)
        loose.sort(key=lambda visit: -rank.get(visit.place.id, len(rank)))
        out = {visit.place.id: visit.place for visit in loose[:most]}
        gone += out.values()
        stops[number] = [stop for stop in stops_of(plan.days[number]) if stop.place.id not in out]
    if not stops:
        raise PlanImpossible("nothing_to_change")
    request = without(request, plan, {place.id for place in gone})
    changes = Rewrite(stops=stops)
    return Changed(plan=rewritten(desk, plan, request, changes), request=request, places=tuple(gone))
