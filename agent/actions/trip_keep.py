"""What is done with a plan: driven stop by stop, kept under a name, taken up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from agent.actions import drive as act_drive
from agent.actions import trip_told
from agent.actions.turn import Result, Turn
from agent.errors import AgentError, PlanImpossible
from agent.trip.changes.changed import Rewrite, rewritten, stops_of, tables_of
from agent.trip.changes.plan_words import any_sight, meal_meant
from agent.trip.day import Stop
from agent.trip.inquiry import make_request
from agent.trip.offered.sights import LANGUAGES
from agent.trip.request import TripRequest
from agent.trip.verifier import require
from agent.understanding.intent import Navigate, Wishes
from agent.understanding.numerals import counted, nth
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan, Visit
    from poi.place import Place


def drive(turn: Turn, day: int = 0) -> Result:
    """Drive to the next stop of the plan, or to the first of a day."""
    plan = turn.session.plan
    if plan is None:
        return turn.impossible("trip.none")
    if turn.position is None:
        return turn.impossible("route.no_position")
    if day:
        number = len(plan.days) if day == -1 else day
        if number > len(plan.days):
            return turn.impossible("trip.no_day", days=str(len(plan.days)))
        turn.session.plan_next = sum(len(trip_told.stops(d)) for d in plan.days[: number - 1])
    coming = trip_told.ahead(turn.session)
    if not coming:
        return turn.done("trip.over")
    visit = coming[0]
    turn.session.plan_next += 1
    return act_drive.drive_to(turn, Navigate(to=visit.place.name, avoid=plan.avoid), visit.place)


def stop_meant(turn: Turn, intent: Navigate) -> Place | None:
    """Return the stop of the plan that words mean ("the first", "the hotel"); None if they mean none."""
    plan, words = turn.session.plan, intent.to
    if plan is None or not words or intent.near or intent.start or turn.session.question is not None:
        return None
    if turn.position is None:
        return None
    visits = trip_told.stops(plan)
    chosen: Visit | None = None
    if meal_meant(words):
        chosen = next((v for v in visits if v.kind == meal_meant(words)), None)
    elif any(
        any_of(code, trip_words(code).lodging.kinds["hotel"]).fullmatch(words.strip()) for code in LANGUAGES
    ):
        chosen = next((v for v in visits[turn.session.plan_next :] if v.kind == "hotel"), None)
        chosen = chosen or next((v for v in visits if v.kind == "hotel"), None)
    elif (found := counted(words)) is not None and (not found[1] or any_sight(found[1])):
        sights = [v for v in visits if v.kind in {"sight", "evening"}]
        chosen = next(iter(nth(sights, found[0])), None)
    else:
        named = [
            v
            for v in visits
            if words and words.casefold() in {n.casefold() for n in (v.place.name, *v.place.names.values())}
        ]
        chosen = named[0] if named else None
    if chosen is None:
        return None
    turn.session.plan_next = visits.index(chosen) + 1
    return chosen.place


# -- keeping


def save(turn: Turn, label: str) -> Result:
    """Keep the plan under a name, or under that of its area."""
    plan, request = turn.session.plan, turn.session.plan_inputs
    if plan is None or not isinstance(request, TripRequest):
        return turn.impossible("trip.none")
    if turn.desk.memory is None:
        return turn.impossible("trip.cannot_save")
    name = label or plan.where
    try:
        turn.desk.memory.save_plan(name, packed(plan, request), at=turn.desk.now())
    except AgentError:
        return turn.impossible("trip.cannot_save")
    return turn.done("trip.saved", name=name)


def recall(turn: Turn, label: str) -> Result:
    """Take up a plan that was kept: the last, or the one of that name."""
    kept = turn.desk.memory.plan(label) if turn.desk.memory else None
    if kept is None:
        return turn.impossible("trip.no_saved")
    try:
        plan, request = unpacked(turn, kept)
    except PlanImpossible as refusal:
        return trip_told.refused(turn, refusal)
    result = trip_told.shown(turn, plan, request)
    gap = "" if turn.language == "zh" else " "
    result.reply = f"{turn.say('trip.recalled')}{gap}{result.reply}"
    return result


def packed(plan: Plan, request: TripRequest) -> dict[str, Any]:
    """Return what a plan is made of, as JSON values: the wishes and, day by day, the places."""
    days = [
        {
            "stops": [[s.place.id, s.stay_min, s.kind] for s in stops_of(day)],
            "tables": {role: place.id for role, place in tables_of(day).items()},
            "hotel": day.hotel.place.id if day.hotel else "",
        }
        for day in plan.days
    ]
    return {
        "region": plan.region,
        "where": "" if request.extra.get("here") else plan.where,
        "towns": [town.name for town in request.towns] if len(request.towns) > 1 else [],
        "first_day": request.first_day.isoformat(),
        "wishes": request.wishes.model_dump(mode="json", exclude_defaults=True),
        "start": list(request.start),
        "language": request.language,
        "day_start": request.day_start.isoformat(timespec="minutes"),
        "days": days,
    }


def unpacked(turn: Turn, kept: dict[str, Any]) -> tuple[Plan, TripRequest]:
    """Make the plan again from what was kept: its places on its days, the ways and hours from the map.

    Raises
    ------
    PlanImpossible
        If the map has no longer what it needs.
    """
    desk, now = turn.desk, turn.desk.now()
    if kept["region"] != desk.region.name:
        raise PlanImpossible("outside", name=kept["where"] or kept["region"])
    days = kept["days"]
    request = make_request(
        desk,
        where=kept["where"],
        towns=tuple(kept["towns"]),
        days=len(days),
        wishes=Wishes.model_validate(kept["wishes"]),
        position=tuple(kept["start"]),
        first_day=max(date.fromisoformat(kept["first_day"]), now.date()),
        language=kept["language"],
    )
    stops = {i: [s for s in map(_stop_of(desk), day["stops"]) if s is not None] for i, day in enumerate(days)}
    tables = {
        i: {role: place for role, key in day["tables"].items() if (place := desk.places.by_id(key))}
        for i, day in enumerate(days)
    }
    hotels = [desk.places.by_id(day["hotel"]) if day["hotel"] else None for day in days[:-1]]
    places = {s.place.id: s.place for day in stops.values() for s in day}
    request = replace(
        request,
        sights=tuple(
            {
                p.id: p for p in (*request.sights[: request.must_count], *places.values(), *request.sights)
            }.values()
        ),
        disliked=request.disliked - set(places),
        extra={**request.extra, "changed": True},
    )
    changes = Rewrite(stops=stops, tables=tables, hotels=hotels, stretch=False)
    plan = rewritten(desk, _blank(desk.region.name, request), request, changes)
    return require(plan, request, desk), request


def _stop_of(desk: Desk) -> Callable[[list[Any]], Stop | None]:
    def made(kept: list[Any]) -> Stop | None:
        place = desk.places.by_id(kept[0])
        return Stop(place=place, stay_min=int(kept[1]), kind=kept[2]) if place is not None else None

    return made


def _blank(region: str, request: TripRequest) -> Plan:
    from agent.trip.itinerary import Plan

    return Plan(
        where=request.where, region=region, days=(), wishes=request.wishes, avoid=request.wishes.avoid
    )
