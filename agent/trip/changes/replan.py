"""Changes to a plan by voice: only the days that are meant are planned anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.changes.changed import (
    Changed,
    Rewrite,
    hotels_of,
    in_use,
    rewritten,
    solved_day,
    stops_of,
    without,
)
from agent.trip.changes.hours import (
    day_ended,
    freed,
    meal_left_out,
    meal_moved,
    meal_resized,
    rested,
    visit_resized,
)
from agent.trip.changes.lodging import change_hotel
from agent.trip.changes.meals import change_meal
from agent.trip.changes.order import days_exchanged, reordered
from agent.trip.changes.plan_words import in_part, meal_meant, meant, part_meant
from agent.trip.changes.resize import day_dropped, moved, resized, shifted
from agent.trip.changes.themed import day_themed, fewer, fewer_of, walked_less
from agent.trip.day import Stop
from agent.trip.offered.hikes import hikes_of, longest_of
from agent.trip.offered.hours import Timetable
from agent.trip.offered.kinds import EVENING, family, stay_range
from agent.trip.offered.sights import called, is_sight, named, of_wish, themes_of, unique
from agent.trip.request import on_road
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.changes.plan_words import Part
    from agent.trip.itinerary import Plan, Visit
    from agent.trip.request import TripRequest
    from agent.understanding.intent import PlanChange
    from poi.place import Place

_MOST_ADDED = 2
_TRIED = 5
_NEAR_M = 500.0


def change_plan(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange) -> Changed:
    """Apply a change; whoever asks for it has the new plan verified.

    Raises
    ------
    PlanImpossible
        If it cannot be done, with the reason; the old plan stands.
    """
    if change.action in {"add", "more"} and not change.what and change.day == len(plan.days) + 1:
        change = change.model_copy(update={"action": "days", "days": change.day, "day": 0})
    index = _day_index(plan, change.day)
    request = replace(request, extra={**request.extra, "changed": True})
    match change.action:
        case "drop":
            return _drop(desk, plan, request, change.what, index)
        case "add":
            return _add_in_part(desk, plan, request, change, index)
        case "hotel":
            return change_hotel(desk, plan, request, change.what, index)
        case "fewer":
            part = part_meant(change.what) if change.what else None
            if change.what and part is None:
                return fewer_of(desk, plan, request, change.what, index)
            return fewer(desk, plan, request, index, part, count=change.days)
        case "walk":
            return walked_less(desk, plan, request, index)
        case "more":
            return _more(desk, plan, request, index)
        case "later" | "earlier":
            return shifted(desk, plan, request, change.what, index, later=change.action == "later")
        case "date":
            return moved(desk, plan, request, change.what)
        case "swap":
            return _swap(desk, plan, request, change, index)
        case "longer" | "shorter" | "days":
            by = {"longer": len(plan.days) + change.days, "shorter": len(plan.days) - change.days}
            return resized(desk, plan, request, by.get(change.action, change.days))
        case "exchange":
            return days_exchanged(desk, plan, request, index or 0, _day_index(plan, change.days) or 0)
        case "order":
            return reordered(desk, plan, request, change, index)
        case "stay":
            if role := meal_meant(change.what):
                return meal_resized(desk, plan, request, role, change, index)
            return visit_resized(desk, plan, request, change, index)
        case "ends":
            return day_ended(desk, plan, request, change, index)
        case "meal_at":
            return meal_moved(desk, plan, request, meal_meant(change.what) or "dinner", change, index)
        case "rest":
            return rested(desk, plan, request, change.minutes, index)
        case "free":
            return freed(desk, plan, request, part_meant(change.what), index)
        case _:
            raise PlanImpossible("nothing_to_change")


def _day_index(plan: Plan, day: int) -> int | None:
    if day == 0:
        return None
    index = len(plan.days) - 1 if day == -1 else day - 1
    if not 0 <= index < len(plan.days):
        raise PlanImpossible("no_such_day", days=len(plan.days))
    return index


# -- out


def _drop(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None) -> Changed:
    if not words and index is not None:
        return day_dropped(desk, plan, request, index)
    if role := meal_meant(words):
        return meal_left_out(desk, plan, request, role, index)
    part = part_meant(words)
    gone = _of_part(plan, part, index) if part else meant(desk, plan, request, words, index)
    if not gone:
        raise PlanImpossible("drop_unknown", name=words)
    ids = {visit.place.id for _, visit in gone}
    if not any(v.place.id not in ids for d in plan.days for v in d.visits if v.kind in {"sight", "evening"}):
        raise PlanImpossible("nothing_to_change")
    request = without(request, plan, ids)
    stops = {
        number: [s for s in stops_of(plan.days[number]) if s.place.id not in ids]
        for number in {number for number, _ in gone}
    }
    return Changed(
        plan=rewritten(desk, plan, request, Rewrite(stops=stops)),
        request=request,
        places=tuple(visit.place for _, visit in gone),
    )


def _of_part(plan: Plan, part: Part, index: int | None) -> list[tuple[int, Visit]]:
    return [
        (number, visit)
        for number, day in enumerate(plan.days)
        if index in (None, number)
        for visit in day.visits
        if visit.kind in {"sight", "evening"} and in_part(visit, part)
    ]


# -- in


def _add_in_part(
    desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None
) -> Changed:
    """Add something, in a part of the day if one was said and it can be then."""
    added = _add(desk, plan, request, change.what, index)
    part = part_meant(change.other) if change.other else None
    visits = [v for day in added.plan.days for v in day.visits if v.place.id in {p.id for p in added.places}]
    if part is None or not visits or in_part(visits[0], part):
        return added
    wanted = change.model_copy(update={"what": visits[0].place.name})
    try:
        moved = reordered(desk, added.plan, added.request, wanted, index)
    except PlanImpossible:
        return added
    return replace(added, plan=moved.plan)


def _add(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None) -> Changed:
    if index is not None and (moved := _moved_to(desk, plan, request, words, index)) is not None:
        return moved
    fewest = sorted(range(len(plan.days)), key=lambda i: (len(plan.days[i].sights), i))
    order = [index] if index is not None else fewest
    if set(themes_of(words)) & set(EVENING) and (out := _out(desk, plan, request, words, order)) is not None:
        return out
    places, request = _reached(desk, request, _to_add(desk, plan, request, words))
    if places[0].id in in_use(plan):
        held = [(n, v) for n, day in enumerate(plan.days) for v in day.sights if v.place.id == places[0].id]
        if index is None or not held or held[0][0] == index:
            raise PlanImpossible("already_in", name=words)
        return _moved(desk, plan, request, *held[0], index)
    for place in places[:_TRIED]:
        wanted = _with_must(request, place)
        for number in order:
            keep = [visit.place for visit in plan.days[number].sights]
            if (changed := _with_day(desk, plan, wanted, number, keep, [place])) is not None:
                return changed
    raise _no_room(places[0], plan, order)


def _out(desk: Desk, plan: Plan, request: TripRequest, words: str, order: list[int]) -> Changed | None:
    """Go out after dinner on the first of some days where that fits."""
    for number in (n for n in order if not _of_part(plan, "evening", n)):
        try:
            return _swap_part(desk, plan, request, "evening", words, number)
        except PlanImpossible:
            continue
    return None


def _moved_to(desk: Desk, plan: Plan, request: TripRequest, words: str, index: int) -> Changed | None:
    """Put a sight of another day on a day; None if the words name no sight of another day."""
    found = [(n, v) for n, v in meant(desk, plan, request, words, None) if v.kind == "sight"]
    if not found or any(n == index for n, _ in found):
        return None
    number, visit = found[0]
    if not _names(visit.place, words) and named(desk, words, request.center).id != visit.place.id:
        return None
    return _moved(desk, plan, request, number, visit, index)


def _moved(desk: Desk, plan: Plan, request: TripRequest, number: int, visit: Visit, index: int) -> Changed:
    """Put a sight of one day on another."""
    request = _with_must(request, visit.place)
    request = replace(request, on_days={**request.on_days, visit.place.id: frozenset({index})})
    left = [s for s in stops_of(plan.days[number]) if s.place.id != visit.place.id]
    keep = [v.place for v in plan.days[index].sights]
    solved = solved_day(desk, plan, request, index, keep, [visit.place])
    if solved is None:
        raise _no_room(visit.place, plan, [index])
    evening = [s for s in stops_of(plan.days[index]) if s.kind == "evening"]
    fresh = rewritten(desk, plan, request, Rewrite(stops={number: left, index: [*solved, *evening]}))
    if visit.place.id not in {v.place.id for v in fresh.days[index].visits}:
        raise _no_room(visit.place, plan, [index])
    return Changed(plan=fresh, request=request, places=(visit.place,), day=index + 1)


def _names(place: Place, words: str) -> bool:
    text = words.casefold().strip()
    return any(text in n.casefold() or n.casefold() in text for n in (place.name, *place.names.values()) if n)


def _with_must(request: TripRequest, place: Place) -> TripRequest:
    musts = [p for p in request.sights[: request.must_count] if p.id != place.id]
    rest = [p for p in request.sights[request.must_count :] if p.id != place.id]
    return replace(
        request,
        sights=(place, *musts, *rest),
        must_count=len(musts) + 1,
        disliked=request.disliked - {place.id},
    )


def _with_day(
    desk: Desk, plan: Plan, request: TripRequest, number: int, keep: list[Place], new: list[Place]
) -> Changed | None:
    """Return the plan with new sights on a day, all that is kept still in it; None if they do not fit."""
    solved = solved_day(desk, plan, request, number, keep, new)
    if solved is None:
        return None
    evening = [s for s in stops_of(plan.days[number]) if s.kind == "evening"]
    try:
        fresh = rewritten(desk, plan, request, Rewrite(stops={number: [*solved, *evening]}))
    except PlanImpossible:
        return None
    inside = {visit.place.id for visit in fresh.days[number].visits}
    if not {p.id for p in new} <= inside:
        return None
    return Changed(plan=fresh, request=request, places=tuple(new), day=number + 1)


def _to_add(desk: Desk, plan: Plan, request: TripRequest, words: str) -> list[Place]:
    """Return the places of which one is to be added: those of its kind, or the one of that name."""
    used = in_use(plan)
    kind = desk.places.categories(words)
    if kind and kind.rest:  # "the Monalisa gallery" is one of that name, if there is one
        bearing = [c.place for c in desk.places.resolve(words, near=request.center, limit=3)]
        bearing = [p for p in bearing if kind.rest.casefold() in called(p) and is_sight(p)]
        if bearing:
            return bearing[:1]
    for town in request.towns:
        found = [p for p in of_wish(desk, words, town.center, town.reach_m) if p.name]
        match = desk.places.categories(words)
        if found and (match or len(found) > 1 or words.casefold() not in found[0].name.casefold()):
            fresh = [p for p in found if p.id not in used and p.id not in request.disliked]
            if fresh:
                return fresh
            raise PlanImpossible("already_in" if len(found) == 1 else "no_other_kind", name=words)
    return [named(desk, words, request.center)]


def _reached(desk: Desk, request: TripRequest, places: list[Place]) -> tuple[list[Place], TripRequest]:
    """Return what can be driven or walked to, with the request that knows the walks."""
    off_road = [p for p in places if not on_road(desk, (p.lat, p.lon))]
    walks = hikes_of(desk, off_road, longest_of(request.party)) if off_road else {}
    there = [p for p in places if p not in off_road or p.id in walks]
    if not there:
        raise PlanImpossible("unreachable")
    return there, replace(request, hikes={**request.hikes, **walks}) if walks else request


def _no_room(place: Place, plan: Plan, numbers: list[int]) -> PlanImpossible:
    """Return why a place fits on none of these days: it is closed, or there is no time left for it."""
    from datetime import timedelta

    times = Timetable()
    stay = timedelta(minutes=stay_range(place)[0])
    for number in numbers:
        if times.open_from(place, plan.days[number].start, stay) is not None:
            return PlanImpossible("no_room", name=place)
    return PlanImpossible("must_closed", name=place)


# -- one for another


def _swap(desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None) -> Changed:
    """Put something in the place of something else: a sight, a meal, a part of a day."""
    role = meal_meant(change.what)
    if role:
        return change_meal(desk, plan, request, role, change.other, index)
    part = part_meant(change.what)
    if part is not None:
        return _swap_part(desk, plan, request, part, change.other, index)
    if index is not None and not meal_meant(change.what):
        talk = talk_words(request.language).change if talks_of_trips(request.language) else None
        if not change.what and change.other:
            return day_themed(desk, plan, request, change.other, index)
        if talk and any_of(request.language, talk.everything).fullmatch(change.what):
            return day_themed(desk, plan, request, change.other, index)
    gone = meant(desk, plan, request, change.what, index)
    if not gone:
        raise PlanImpossible("drop_unknown", name=change.what)
    number, out = gone[0]
    if set(themes_of(change.other)) & set(EVENING) and out.kind == "sight":
        return _dropped_and_added(desk, plan, request, change, index)
    keep = [v.place for v in plan.days[number].sights if v.place.id != out.place.id]
    try:
        choices = _instead(desk, plan, request, out.place, change.other)
    except PlanImpossible as refusal:
        if refusal.reason != "already_in" or not _holds_another(desk, plan, out.place, change.other):
            raise
        dropped = _drop(desk, plan, request, change.what, index)
        return replace(dropped, key="trip.change.drop", refused=refusal)
    for place in choices[:_TRIED]:
        wanted = _with_must(without(request, plan, {out.place.id}), place)
        if (changed := _with_day(desk, plan, wanted, number, keep, [place])) is not None:
            return replace(changed, places=(out.place, place))
    if change.other and len(plan.days) > 1:
        return _dropped_and_added(desk, plan, request, change, index)
    raise _no_room(choices[0], plan, [number])


def _holds_another(desk: Desk, plan: Plan, out: Place, words: str) -> bool:
    """Whether words are the name of a sight of the plan that is another than one."""
    kind = desk.places.categories(words)
    if kind and not kind.rest:
        return False
    held = {v.place.id for day in plan.days for v in day.sights if _names(v.place, words)}
    return bool(held) and out.id not in held


def _dropped_and_added(
    desk: Desk, plan: Plan, request: TripRequest, change: PlanChange, index: int | None
) -> Changed:
    """Leave something out, and put something else in where it fits."""
    dropped = _drop(desk, plan, request, change.what, index)
    added = _add(desk, dropped.plan, dropped.request, change.other, None)
    return replace(added, places=(*dropped.places[:1], *added.places[-1:]))


def _instead(desk: Desk, plan: Plan, request: TripRequest, out: Place, words: str) -> list[Place]:
    """Return what may come in the place of a sight: what was said, else others of its kind."""
    used = in_use(plan)
    if words:
        places, _ = _reached(desk, request, _to_add(desk, plan, request, words))
        if places[0].id in used:
            raise PlanImpossible("already_in", name=words)
        return places
    alike = desk.places.of_kinds((out.category,), near=request.center, within_m=request.reach_m)
    known = [p for p in request.sights if p.category == out.category]
    akin = [p for p in request.sights if family(p) == family(out)]
    every = (*known, *alike, *akin, *request.sights)
    free = [p for p in every if p.name and p.id not in used and p.id not in request.disliked]
    if not free:
        raise PlanImpossible("no_other_kind")
    return unique(free)


def _swap_part(
    desk: Desk, plan: Plan, request: TripRequest, part: Part, words: str, index: int | None
) -> Changed:
    """Spend a part of a day otherwise: 下午的改成公园; without words, with whatever else there is."""
    numbers = [index] if index is not None else [0]
    number = numbers[0]
    gone = [visit for _, visit in _of_part(plan, part, number)]
    ids = {visit.place.id for visit in gone}
    used = in_use(plan) - ids
    center = gone[0].place if gone else plan.days[number].visits[0].place
    if part == "evening":
        center = next((v.place for v in plan.days[number].visits if v.kind == "dinner"), center)
    near = (center.lat, center.lon)
    found = of_wish(desk, words, near, request.reach_m) if words else list(request.sights)
    if part == "evening":  # one goes out near where one dined
        found = sorted(found, key=lambda p: round(distance_m(near, (p.lat, p.lon)) / _NEAR_M))
    free = [p for p in found if p.id not in ids and p.id not in request.disliked]
    fresh = [p for p in free if p.id not in used] or (free if words else [])
    if not fresh:
        raise PlanImpossible("no_other_kind" if found or not words else "no_must", name=words)
    request = without(request, plan, ids)
    keep = [v.place for v in plan.days[number].sights if v.place.id not in ids]
    for count in (min(_MOST_ADDED, max(1, len(gone))), 1):
        for start in range(min(4, len(fresh))):
            new = fresh[start : start + count]
            wanted = request
            for place in new:
                wanted = _with_must(wanted, place)
            if (changed := _in_part(desk, plan, wanted, number, part, keep, new)) is not None:
                return changed
    raise _no_room(fresh[0], plan, [number])


def _in_part(
    desk: Desk, plan: Plan, request: TripRequest, number: int, part: Part, keep: list[Place], new: list[Place]
) -> Changed | None:
    """Put new sights where the part of the day is, and leave the rest of the day in its order.

    What is new there may come from elsewhere in the plan, if there is no other of its kind.
    """
    come = {p.id for p in new}
    old = [s for s in stops_of(plan.days[number]) if s.place.id in {p.id for p in keep} - come]
    visits = {v.place.id: v for v in plan.days[number].visits}
    before = [
        s for s in old if part != "morning" and s.kind == "sight" and not _is_later(visits[s.place.id], part)
    ]
    kind: Literal["sight", "evening"] = "evening" if part == "evening" else "sight"
    fresh = [Stop(place=p, stay_min=request.stay_range(p)[1], kind=kind) for p in new]
    stops = {n: stops_of(day) for n, day in enumerate(plan.days) if come & {v.place.id for v in day.visits}}
    stops = {n: [s for s in left if s.place.id not in come] for n, left in stops.items()}
    stops[number] = [*before, *fresh, *(s for s in old if s not in before)]
    if not all(stops.values()):
        return None
    try:
        made = rewritten(desk, plan, request, Rewrite(stops=stops))
    except PlanImpossible:
        return None
    there = [v for v in made.days[number].visits if v.place.id in come]
    if len(there) < len(new) or not all(in_part(v, part) for v in there):
        return None
    return Changed(plan=made, request=request, places=tuple(new), day=number + 1, key="trip.change.part")


def _is_later(visit: Visit, part: Part) -> bool:
    return part == "afternoon" and visit.arrive.hour >= 18


# -- fewer and more


def _more(desk: Desk, plan: Plan, request: TripRequest, index: int | None) -> Changed:
    """Put one more sight into the day, or into each day."""
    changed = Changed(plan=plan, request=request)
    came: list[Place] = []
    for number in range(len(plan.days)) if index is None else [index]:
        used = in_use(changed.plan)
        town = request.town_of_day[number]
        fresh = [p for p in request.sights if p.id not in used and request.town_of.get(p.id, 0) == town]
        for place in fresh[:8]:
            keep = [visit.place for visit in changed.plan.days[number].sights]
            found = _with_day(desk, changed.plan, changed.request, number, keep, [place])
            if found is not None and len(found.plan.days[number].sights) > len(keep):
                changed = found
                came.append(place)
                break
    if not came:
        raise PlanImpossible("nothing_to_change")
    return replace(changed, places=tuple(came), day=0)


__all__ = ["Changed", "change_plan", "hotels_of"]
