"""What words mean in a plan at hand: sights and meals by name, by kind, or by their place in the order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.trip.planner import stop_of
from agent.understanding.numerals import counted, nth

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.itinerary import Day, Plan
    from agent.trip.solver import Stop

_ALL = 400
"""More places of a kind than a plan can be about."""

_ANY_SIGHT = re.compile(r"(?i)景点|地方|站|sights?|stops?|places?|one|attraction")


def stops_of(day: Day) -> list[Stop]:
    """Return the sights and meals of a day, in order."""
    return [stop_of(visit) for visit in day.visits if visit.kind in {"sight", "lunch", "dinner"}]


def meant(desk: Desk, plan: Plan, words: str, index: int | None) -> list[tuple[int, Stop]]:
    """Return the sights and meals that the words mean, by name, by kind, or by their place in the order."""
    if (counted := _counted(desk, plan, words, index)) is not None:
        return counted
    kind = _of_kind(desk, plan, words)
    wanted = words.casefold()
    found = []
    for number, day in enumerate(plan.days):
        if index is not None and number != index:
            continue
        for stop in stops_of(day):
            names = [name.casefold() for name in (stop.place.name, *stop.place.names.values()) if name]
            named = any(wanted in name or (len(name) > 3 and name in wanted) for name in names)
            if named or stop.place.id in (kind or ()):
                found.append((number, stop))
    if not found and kind is None:
        resolved = {c.place.id for c in desk.places.resolve(words, limit=3) if c.score >= 0.7}
        found = [
            (number, stop)
            for number, day in enumerate(plan.days)
            if index is None or number == index
            for stop in stops_of(day)
            if stop.place.id in resolved
        ]
    return found


def _of_kind(desk: Desk, plan: Plan, words: str) -> set[str] | None:
    """Return the ids of the visited places of a kind; None if the words name no kind."""
    match = desk.places.categories(words)
    if not match or match.rest:
        return None
    start = (plan.days[0].start_lat, plan.days[0].start_lon)
    return {place.id for place in desk.places.search(words, near=start, limit=_ALL)}


def _counted(desk: Desk, plan: Plan, words: str, index: int | None) -> list[tuple[int, Stop]] | None:
    """Return the sight that is meant by its number, "the second museum"; None if no number was said."""
    found = counted(words)
    if found is None:
        return None
    number, what = found
    any_kind = not what or _ANY_SIGHT.fullmatch(what) is not None
    kind = None if any_kind else _of_kind(desk, plan, what)
    if kind is None and not any_kind:
        return None
    sights = [
        (at, stop)
        for at, day in enumerate(plan.days)
        for stop in stops_of(day)
        if stop.role == "sight" and index in (None, at) and (kind is None or stop.place.id in kind)
    ]
    return nth(sights, number)
