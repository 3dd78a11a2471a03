"""Changes that name several things: two sights to come in, every museum to give way, one thing for two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.asked.marks import listed
from agent.trip.changes.changed import Changed
from agent.trip.changes.plan_words import meant, part_meant, without_every
from agent.trip.changes.replan import change_plan
from agent.trip.offered.sights import LANGUAGES, knows, run_together
from languages.trip_talk import talks_of_trips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest
    from agent.understanding.intent import PlanChange


def change_all(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange) -> Changed:
    """Apply a change to all that it names; what of it cannot be done is told with what was.

    Raises
    ------
    PlanImpossible
        If none of it can be done, with the first reason; the old plan stands.
    """
    if change.action == "swap" and without_every(change.what) != change.what.strip():
        return _every_swapped(desk, plan, request, change)
    if change.action == "order" and change.what:
        return _put_in_order(desk, plan, request, change)
    return _done(desk, plan, request, _steps(desk, request, change))


def _put_in_order(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange) -> Changed:
    """Put a stop where it is to be in its day; what is not in the plan yet comes in first."""
    try:
        return change_plan(desk, plan, request, change)
    except PlanImpossible as reason:
        if reason.reason != "drop_unknown" or reason.facts.get("name") != change.what:
            raise
    part = part_meant(change.other) or ""
    adding = change.model_copy(update={"action": "add", "other": part})
    added = change_plan(desk, plan, request, adding)
    if part or not change.other:
        return added
    there = change.model_copy(update={"what": added.places[-1].name, "day": added.day})
    try:
        moved = change_plan(desk, added.plan, added.request, there)
    except PlanImpossible:
        return added
    return replace(added, plan=moved.plan, request=moved.request)


def _steps(desk: Desk, request: TripRequest, change: PlanChange) -> list[PlanChange]:
    """Return the changes of one thing that a change of several is made of."""
    if change.action == "add":
        return [change.model_copy(update={"what": part}) for part in _parted(desk, request, change.what)]
    if change.action == "drop" and change.what and not part_meant(change.what):
        every = (listed(change.what, code) for code in LANGUAGES if talks_of_trips(code))
        parts = max(every, key=len, default=())
        whole = len(parts) < 2 or knows(desk, change.what, request.center)
        return [change] if whole else [change.model_copy(update={"what": part}) for part in parts]
    if change.action == "swap" and change.what:
        first, *others = _parted(desk, request, change.other)
        more = [change.model_copy(update={"action": "add", "what": o, "other": ""}) for o in others]
        return [change.model_copy(update={"other": first}), *more]
    return [change]


def _parted(desk: Desk, request: TripRequest, words: str) -> tuple[str, ...]:
    """Return the things that words list, unless the whole of them is a name."""
    every = (listed(words, code) for code in LANGUAGES if talks_of_trips(code))
    parts = max(every, key=len, default=())
    if len(parts) < 2:
        return run_together(desk, words, request.center, request.language)
    return parts if not knows(desk, words, request.center) else (words,)


def _done(desk: Desk, plan: Plan, request: TripRequest, steps: Sequence[PlanChange]) -> Changed:
    done: list[Changed] = []
    refused: PlanImpossible | None = None
    for step in steps:
        try:
            done.append(change_plan(desk, plan, request, step))
        except PlanImpossible as reason:
            refused = refused or reason
            continue
        plan, request = done[-1].plan, done[-1].request
    if not done:
        assert refused is not None
        raise refused
    if len(done) == 1:
        return replace(done[0], refused=refused)
    if steps[0].action == "drop":
        gone = {place.id: place for one in done for place in one.places}
        return replace(done[-1], places=tuple(gone.values()), refused=refused)
    came = tuple(place for one in done for place in one.places[-1:])
    days = {one.day for one in done}
    return Changed(
        plan=plan,
        request=request,
        places=came,
        day=done[0].day,
        key="trip.change.add" if len(days) == 1 and steps[0].action == "add" else "trip.change.came",
        refused=refused,
    )


def _every_swapped(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange) -> Changed:
    """Put something in the place of each of a kind; what nothing can take the place of goes all the same."""
    index = None if change.day == 0 else (len(plan.days) if change.day == -1 else change.day) - 1
    found = meant(desk, plan, request, change.what, index)
    if not found:
        raise PlanImpossible("drop_unknown", name=change.what)
    done: list[Changed] = []
    left: list[PlanChange] = []
    for number, visit in found:
        name = {"what": visit.place.name, "day": number + 1}
        try:
            done.append(change_plan(desk, plan, request, change.model_copy(update=name)))
        except PlanImpossible as reason:
            if not done:
                raise reason from None
            left.append(change.model_copy(update={**name, "action": "drop", "other": ""}))
            continue
        plan, request = done[-1].plan, done[-1].request
    gone = [_done(desk, plan, request, left)] if left else []
    last = gone[-1] if gone else done[-1]
    if len(done) == 1 and not gone:
        return done[0]
    return Changed(
        plan=last.plan,
        request=last.request,
        places=tuple(one.places[-1] for one in done),
        gone=tuple(visit.place for _, visit in found),
        key="trip.change.swapped",
    )
