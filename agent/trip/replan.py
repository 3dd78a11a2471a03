"""Changes to a plan by voice: only the days that are meant are planned anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.changed import Changed, again, frame_of, rebuilt
from agent.trip.driving import DAY_END
from agent.trip.hours import arrival_windows
from agent.trip.itinerary import Day, Plan
from agent.trip.plan_words import meant, stops_of
from agent.trip.planner import day_frames, other_hotel, schedule_day
from agent.trip.request import TripRequest, stay_min
from agent.trip.resize import moved, resized, shifted
from agent.trip.solver import solve
from poi.category import load_categories

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.understanding.intent import PlanChange
    from poi.place import Place


def change_plan(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange) -> Changed:
    """Apply a change; whoever asks for it has the new plan verified.

    Raises
    ------
    PlanImpossible
        If it cannot be done, with the reason; the old plan stands.
    """
    index = _day_index(plan, change.day)
    match change.action:
        case "drop":
            changed = _drop(desk, plan, request, change.what, index)
        case "add":
            changed = _add(desk, plan, request, change.what, index)
        case "hotel":
            changed = _hotel(desk, plan, request, index)
        case "fewer":
            changed = _fewer(desk, plan, request, index)
        case "more":
            changed = _more(desk, plan, request, index)
        case "later" | "earlier":
            changed = shifted(desk, plan, request, later=change.action == "later")
        case "date":
            changed = moved(desk, plan, request, change.what)
        case "swap":
            changed = _swap(desk, plan, request, change, index)
        case "longer" | "shorter" | "days":
            by = {"longer": len(plan.days) + change.days, "shorter": len(plan.days) - change.days}
            changed = resized(desk, plan, request, by.get(change.action, change.days))
    return changed


def _day_index(plan: Plan, day: int) -> int | None:
    if day == 0:
        return None
    index = len(plan.days) - 1 if day == -1 else day - 1
    if not 0 <= index < len(plan.days):
        raise PlanImpossible("nothing_to_change")
    return index


def _drop(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None) -> Changed:
    gone = [(number, stop) for number, stop in meant(desk, plan, words, index) if stop.role == "sight"]
    if not gone:
        raise PlanImpossible("drop_unknown", name=words)
    ids = {stop.place.id for _, stop in gone}
    left = sum(len(day.sights) for day in plan.days) - len(gone)
    if left < 1:
        raise PlanImpossible("nothing_to_change")
    musts = request.sights[: request.must_count]
    request = replace(
        request,
        must_count=len([place for place in musts if place.id not in ids]),
        sights=tuple(place for place in request.sights if place.id not in ids),
        disliked=request.disliked | ids,
        liked=tuple(
            (w, left_ids)
            for w, kept in request.liked
            if (left_ids := tuple(i for i in kept if i not in ids)) and _still(plan, left_ids, ids)
        ),
    )
    days = {
        number: again(
            desk, plan, request, number, [s for s in stops_of(plan.days[number]) if s.place.id not in ids]
        )
        for number in {number for number, _ in gone}
    }
    return Changed(
        plan=rebuilt(desk, plan, request, days), request=request, places=tuple(s.place for _, s in gone)
    )


def _swap(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None) -> Changed:
    """Put a sight in the place of another, on its day; without a wish the best of its kind."""
    gone = [pair for pair in meant(desk, plan, change.what, index) if pair[1].role == "sight"]
    if not gone:
        raise PlanImpossible("drop_unknown", name=change.what)
    number, out = gone[0]
    used = {visit.place.id for visit in plan.visits}
    free = (p for p in request.sights if p.id not in used | request.disliked)
    alike = next((p for p in free if p.category == out.place.category), None)
    if change.other or alike is None:
        kind = load_categories().label(out.place.category, "en")
        if not change.other and not desk.places.categories(kind):
            raise PlanImpossible("no_other_kind")
        alike = _to_add(desk, plan, request, change.other or kind)
    place = alike
    if place.id in used:
        raise PlanImpossible("already_in", name=change.other)
    musts = [p for p in request.sights[: request.must_count] if p.id != out.place.id]
    rest = [p for p in request.sights[request.must_count :] if p.id not in {out.place.id, place.id}]
    request = replace(
        request,
        sights=(place, *musts, *rest),
        must_count=len(musts) + 1,
        disliked=(request.disliked | {out.place.id}) - {place.id},
    )
    old = plan.days[number]
    left = replace(old, visits=tuple(v for v in old.visits if v.place.id != out.place.id))
    without = replace(plan, days=(*plan.days[:number], left, *plan.days[number + 1 :]))
    day = _solved_day(desk, without, request, number, [place])
    if day is None or all(visit.place.id != place.id for visit in day.visits):
        raise _no_room(place, plan, [number])
    return Changed(
        plan=rebuilt(desk, plan, request, {number: day}),
        request=request,
        places=(out.place, place),
        day=number + 1,
    )


def _no_room(place: Place, plan: Plan, numbers: list[int]) -> PlanImpossible:
    """Return why a place fits on none of these days: it is closed, or there is no time left for it."""
    stay = timedelta(minutes=stay_min(place))
    for number in numbers:
        day = plan.days[number]
        last = datetime.combine(day.date, DAY_END) - stay
        if arrival_windows(place, day.date, stay, day.start, last):
            return PlanImpossible("no_room", name=place)
    return PlanImpossible("must_closed", name=place)


def _still(plan: Plan, liked: tuple[str, ...], gone: set[str]) -> bool:
    """Say whether a liking is still met once these places are gone: if not, it was given up on purpose."""
    return any(visit.place.id in liked and visit.place.id not in gone for visit in plan.visits)


def _add(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None) -> Changed:
    place = _to_add(desk, plan, request, words)
    if any(visit.place.id == place.id for visit in plan.visits):
        raise PlanImpossible("already_in", name=words)
    order = (
        [index]
        if index is not None
        else sorted(range(len(plan.days)), key=lambda i: len(plan.days[i].sights))
    )
    request = replace(
        request,
        sights=(place, *(p for p in request.sights if p.id != place.id)),
        must_count=request.must_count + 1,
        disliked=request.disliked - {place.id},
        per_day=max(request.per_day, max(len(day.sights) for day in plan.days) + 1),
    )
    for number in order:
        day = _solved_day(desk, plan, request, number, [place])
        if day is not None and any(visit.place.id == place.id for visit in day.visits):
            return Changed(
                plan=rebuilt(desk, plan, request, {number: day}),
                request=request,
                places=(place,),
                day=number + 1,
            )
    raise _no_room(place, plan, order)


def _to_add(desk: Desk, plan: Plan, request: TripRequest, words: str) -> Place:
    used = {visit.place.id for visit in plan.visits}
    match = desk.places.categories(words)
    if match and not match.rest:
        found = desk.places.search(words, near=request.center, within_m=request.reach_m, limit=20)
        fresh = [place for place in found if place.id not in used and place.name]
        if fresh:
            return max(fresh, key=lambda place: place.importance)
        raise PlanImpossible("no_other_kind" if found else "no_must", name=words)
    for candidate in desk.places.resolve(words, near=request.center, limit=3):
        sure = 0.7 if candidate.why in {"exact", "alias"} else 0.85
        if candidate.score >= sure:
            return candidate.place
    raise PlanImpossible("no_must", name=words)


def _solved_day(desk: Desk, plan: Plan, request: TripRequest, index: int, new: list[Place]) -> Day | None:
    """Solve one day anew with all that is in it and what is new."""
    old = plan.days[index]
    sights = [visit.place for visit in old.sights] + new
    taken = {
        visit.place.id for number, day in enumerate(plan.days) if number != index for visit in day.visits
    } - {place.id for place in sights}
    frame = replace(frame_of(plan, request, index), per_day=max(request.per_day, len(sights)))
    must = {place.id for place in new} | {place.id for place in request.sights[: request.must_count]} & {
        place.id for place in sights
    }
    solved = solve(request, [frame], sights, must, desk.router, taken=taken)
    if solved is None:
        return None
    hotel = old.hotel
    return schedule_day(desk, request, frame, solved[0], hotel.place if hotel else None)


def _hotel(desk: Desk, plan: Plan, request: TripRequest, index: int | None) -> Changed:
    nights = [i for i, day in enumerate(plan.days) if day.hotel is not None]
    if not nights:
        raise PlanImpossible("nothing_to_change")
    if index is not None and index not in nights:
        # "Another hotel on the last day" means the last night.
        index = nights[-1]
    chosen = nights if index is None else [index]
    excluded = frozenset(day.hotel.place.id for day in plan.days if day.hotel is not None)
    excluded |= request.extra.get("old_hotels", frozenset())
    hotel = other_hotel(desk, request, excluded)
    request = replace(request, extra={**request.extra, "old_hotels": excluded})
    hotels = [day.hotel.place if day.hotel else None for day in plan.days]
    for night in chosen:
        hotels[night] = hotel
    frames = day_frames(replace(request, days=len(plan.days)), hotels[:-1])
    affected = {i for night in chosen for i in (night, night + 1) if i < len(plan.days)}
    days = {
        i: schedule_day(
            desk,
            request,
            replace(frames[i], begin=plan.days[i].start.time()),
            stops_of(plan.days[i]),
            hotels[i],
        )
        for i in affected
    }
    return Changed(
        plan=rebuilt(desk, plan, request, days),
        request=request,
        places=(hotel,),
        day=0 if index is None else index + 1,
    )


def _fewer(desk: Desk, plan: Plan, request: TripRequest, index: int | None) -> Changed:
    """Take the least important sight out of the day, or out of each day."""
    rank = {place.id: i for i, place in enumerate(request.sights)}
    musts = {place.id for place in request.sights[: request.must_count]}
    days: dict[int, Day] = {}
    gone: list[Place] = []
    for number in range(len(plan.days)) if index is None else [index]:
        loose = [v for v in plan.days[number].sights if v.place.id not in musts]
        if len(plan.days[number].sights) < 2 or not loose:
            continue
        out = max(loose, key=lambda visit: rank.get(visit.place.id, 999)).place
        gone.append(out)
        kept = [stop for stop in stops_of(plan.days[number]) if stop.place.id != out.id]
        days[number] = again(desk, plan, request, number, kept)
    if not days:
        raise PlanImpossible("nothing_to_change")
    ids = {place.id for place in gone}
    request = replace(
        request,
        liked=tuple((words, kept_ids) for words, kept_ids in request.liked if _still(plan, kept_ids, ids)),
        extra={**request.extra, "fewer": True},
    )
    return Changed(plan=rebuilt(desk, plan, request, days), request=request, places=tuple(gone))


def _more(desk: Desk, plan: Plan, request: TripRequest, index: int | None) -> Changed:
    request = replace(request, per_day=max(request.per_day, max(len(day.sights) for day in plan.days)) + 1)
    used = {visit.place.id for visit in plan.visits}
    days: dict[int, Day] = {}
    came: list[Place] = []
    for number in range(len(plan.days)) if index is None else [index]:
        for place in request.sights:
            if place.id in used or place.id in request.disliked:
                continue
            day = _solved_day(desk, plan, request, number, [place])
            if day is not None and len(day.sights) > len(plan.days[number].sights):
                days[number] = day
                came.append(place)
                used.add(place.id)
                break
    if not days:
        raise PlanImpossible("nothing_to_change")
    return Changed(plan=rebuilt(desk, plan, request, days), request=request, places=tuple(came))
