"""The verifier's tenth check: each wish that was stated holds, or the plan says what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from agent.trip.accounting import spans_of
from agent.trip.driving import EARLY_EVENING, PART_SPANS
from agent.trip.offered.suiting import unsuited

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest

_WALK_SLACK_M = 25.0


def check_wishes(plan: Plan, request: TripRequest) -> list[str]:
    """Return the wishes that the plan breaks without a word."""
    checks: tuple[Callable[[Plan, TripRequest], list[str]], ...] = (
        _accounted,
        _musts,
        _kept_claims,
        _bans,
        _suits,
        _nights,
        _limits,
        _times,
        _shape,
    )
    return [what for check in checks for what in check(plan, request)]


def _accounted(plan: Plan, request: TripRequest) -> list[str]:
    told = {(entry.slot, entry.words) for entry in plan.accounting}
    return [
        f"{words!r} ({slot}) ended nowhere"
        for slot, words in spans_of(request.wishes)
        if (slot, words) not in told
    ]


def _seen(plan: Plan) -> set[str]:
    return {v.place.id for v in plan.visits} | {p.id for v in plan.visits for p in v.parts}


def _musts(plan: Plan, request: TripRequest) -> list[str]:
    seen = _seen(plan)
    return [f"{p.name} has to be in" for p in request.sights[: request.must_count] if p.id not in seen]


def _kept_claims(plan: Plan, request: TripRequest) -> list[str]:
    """What is said to be kept is kept."""
    seen = _seen(plan)
    kept = {(e.slot, e.words) for e in plan.accounting.of("kept")}
    wrong = [
        f"nothing of {words!r} is in"
        for words, ids in request.liked
        if kept & {("likes", words), ("must", words)} and not seen & set(ids)
    ]
    wrong += [what for words, ids in request.liked for what in _out_of_part(plan, request, words, set(ids))]
    eaten = {v.place.id for v in plan.visits if v.kind in {"lunch", "dinner"}}
    wrong += [
        f"{wish.words!r} is not eaten"
        for wish in request.dined
        if ("meals", wish.words) in kept and not eaten & set(wish.ids)
    ]
    there = seen | {day.hotel.place.id for day in plan.days if day.hotel is not None}
    wrong += [
        f"{e.words!r} is said to be met by what is not in" for e in plan.accounting if set(e.met) - there
    ]
    claimed: str = plan.budget
    if claimed != "unknown":
        wrong.append("costs are claimed that the map does not hold")
    wrong += [
        f"{e.words!r}: the price is claimed to be met"
        for e in plan.accounting.of("kept")
        if e.slot in {"money", "budget"}
    ]
    return wrong


def _out_of_part(plan: Plan, request: TripRequest, words: str, ids: set[str]) -> list[str]:
    """A wish of a day or a part of one is not said to be kept at another time."""
    kept = any(e.words == words and e.slot in {"likes", "must"} for e in plan.accounting.of("kept"))
    wishes, part = request.wishes, dict(request.wishes.parts).get(words, "")
    days = {d.day % (request.days + 1) for d in wishes.by_day if words in (*d.likes, *d.must)}
    if not kept or not (part or days):
        return []
    begin, end = PART_SPANS[part]
    begin = EARLY_EVENING if part == "evening" else begin
    anywhere = words in (*wishes.likes, *wishes.must)
    there = [
        visit
        for number, day in enumerate(plan.days, 1)
        for visit in day.visits
        if ids & {visit.place.id, *(p.id for p in visit.parts)}
        and (anywhere or number in days or not days)
        and begin <= visit.arrive.time() <= end
    ]
    return [] if there else [f"{words!r} is not when it was wished for"]


def _bans(plan: Plan, request: TripRequest) -> list[str]:
    seen = _seen(plan)
    wrong = [f"{place_id} must not be in" for place_id in sorted(seen & request.disliked)]
    eaten = {v.place.id for v in plan.visits if v.kind in {"lunch", "dinner"}}
    return wrong + [f"{place_id} serves what is not eaten" for place_id in sorted(eaten & request.forbidden)]


def _suits(plan: Plan, request: TripRequest) -> list[str]:
    """Nothing that does not suit those who come, unless it was asked for or there is nothing else."""
    offered = [p for p in request.sights if p.id not in request.must_ids | request.liked_ids]
    if request.extra.get("changed") or any(unsuited(p, request) for p in offered):
        return []
    asked = request.must_ids | request.liked_ids | {p.id for p in request.evenings}
    seen = [v.place for v in plan.visits if v.kind == "sight" and v.place.id not in asked]
    return [f"{p.name} does not suit those who come" for p in seen if unsuited(p, request)]


def _nights(plan: Plan, request: TripRequest) -> list[str]:
    wrong = []
    hotels = [day.hotel.place for day in plan.days if day.hotel is not None]
    stars = max(request.wishes.hotel_stars, request.lodging.stars)
    wrong += [f"{h.name} has too few stars" for h in hotels if stars and not _stars_enough(h.stars, stars)]
    if request.lodging.none and hotels:
        wrong.append("a hotel was not wanted")
    if request.lodging.camper:
        wrong += [
            f"{h.name} is no camp site"
            for h in hotels
            if "camp" not in h.category and "caravan" not in h.category
        ]
    return wrong


def _limits(plan: Plan, request: TripRequest) -> list[str]:
    limits, wrong = request.limits, []
    if limits.on_foot:
        drives = [v.drive_s for v in plan.visits][1:]
        drives += [day.home.drive_s for day in plan.days if day.home and not plan.visits[0].drive_s]
        wrong += ["it is driven, though it was to be walked"] if any(drives) else []
    for day in plan.days:
        if limits.walk_day_m and day.walk_m > limits.walk_day_m + _WALK_SLACK_M:
            wrong.append(f"{day.date}: {day.walk_m / 1000:.1f} km on foot")
        if limits.drive_day_s and day.drive_s > limits.drive_day_s + 1:
            wrong.append(f"{day.date}: {day.drive_s / 3600:.1f} h at the wheel")
        for visit in day.visits:
            if limits.drive_leg_s and visit.drive_s > limits.drive_leg_s + 1:
                wrong.append(f"{visit.place.name} is too long a drive away")
            on_foot = visit.park is None and visit.place.id not in request.hikes
            if limits.walk_m and on_foot and visit.walk_m > limits.walk_m + _WALK_SLACK_M:
                wrong.append(f"{visit.place.name} is too far to walk")
    return wrong


def _times(plan: Plan, request: TripRequest) -> list[str]:
    wrong, times = [], request.times
    first, last = plan.days[0], plan.days[-1]
    if times.begin and first.start.time() < times.begin and not _fuelled(plan):
        wrong.append("the first day begins too early")
    said = [request.begins.get(i, request.day_start) for i in range(len(plan.days))]
    if any(day.start.time() < at for day, at in list(zip(plan.days, said, strict=True))[1:]):
        wrong.append("a day begins too early")
    if not times.begin and first.start.time() < said[0] and not _fuelled(plan):
        wrong.append("a day begins too early")
    for number, at in request.ends.items():
        late = [v for v in plan.days[number].visits if v.kind == "sight" and v.leave.time() > at]
        wrong += [f"{v.place.name} is after the end of the day" for v in late]
    wrong += [
        f"{v.place.name} is not visited for {request.stays[v.place.id]} minutes"
        for v in plan.visits
        if v.kind == "sight"
        and v.place.id in request.stays
        and v.place.id not in request.hikes
        and (v.leave - v.arrive).total_seconds() / 60 != request.stays[v.place.id]
    ]
    if times.end:
        over = last.end.replace(hour=times.end.hour, minute=times.end.minute)
        if last.end > over + timedelta(minutes=1):
            wrong.append(f"the trip ends at {last.end:%H:%M}")
    return wrong


def _fuelled(plan: Plan) -> bool:
    return bool(plan.days[0].visits) and plan.days[0].visits[0].kind in {"fuel", "charging"}


def _shape(plan: Plan, request: TripRequest) -> list[str]:
    wrong = []
    if len(plan.days) != request.days:
        wrong.append(f"{len(plan.days)} days instead of {request.days}")
    if set(request.wishes.avoid) - set(plan.avoid):
        wrong.append("roads that were to be avoided are not")
    if not any(day.sights or any(v.kind == "evening" for v in day.visits) for day in plan.days):
        wrong.append("there is nothing to see in it")
    limit = max(request.per_day, 1)
    if any(len(day.sights) > limit for day in plan.days) and not request.extra.get("changed"):
        wrong.append("more sights a day than the pace allows")
    return wrong


def _stars_enough(tagged: str, wanted: int) -> bool:
    try:
        return float(tagged.rstrip("sS+ ")) >= wanted
    except ValueError:
        return False
