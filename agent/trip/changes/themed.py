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
from agent.trip.changes.plan_words import meant
from agent.trip.offered.sights import of_wish, unique
from agent.trip.request import on_road

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest

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
