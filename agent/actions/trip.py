"""Planning trips and changing plans, in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from agent.actions import reply
from agent.actions.turn import Result, Turn
from agent.errors import PlanImpossible
from agent.understanding.intent import PlanChange, PlanTrip
from poi.place import Place

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan

_NAMED = 4
"""Sights named in a summary."""


def plan_trip(turn: Turn, intent: PlanTrip) -> Result:
    """Plan a trip, or change the plan at hand."""
    if intent.ask:
        return _told(turn, intent)
    if intent.change is not None:
        return _change(turn, intent.change)
    pending = turn.session.plan_inputs if turn.session.plan is None else None
    if isinstance(pending, PlanTrip) and not intent.where and intent.days is not None:
        intent = pending.model_copy(update={"days": intent.days})
    if intent.days is None:
        turn.session.plan_inputs = intent
        turn.session.plan = None
        return turn.ask(turn.say("trip.how_long"), intent=intent, expecting="days")
    return _make(turn, intent)


def _make(turn: Turn, intent: PlanTrip) -> Result:
    from agent.trip.dates import first_day_of
    from agent.trip.planner import make_plan
    from agent.trip.request import make_request
    from agent.trip.verifier import require

    session = turn.session
    wishes = intent.wishes
    if session.avoid and not wishes.avoid:
        wishes = wishes.model_copy(update={"avoid": session.avoid})
    try:
        request = make_request(
            turn.desk,
            where=intent.where,
            days=intent.days if intent.days is not None else 1,
            wishes=wishes,
            position=turn.position,
            first_day=first_day_of(turn.text, turn.desk.now()),
            range_m=turn.guidance.range_m if turn.guidance else None,
        )
        plan = require(make_plan(turn.desk, request), request, turn.desk)
    except PlanImpossible as refusal:
        return _refused(turn, refusal, intent)
    session.plan, session.plan_inputs = plan, request
    session.touched_at = turn.desk.now()
    return Result(
        outcome="done",
        reply=summary(turn, plan),
        plan=plan,
        places=tuple(visit.place for visit in plan.visits if visit.kind in {"sight", "hotel"}),
    )


def _refused(turn: Turn, refusal: PlanImpossible, intent: PlanTrip | None = None) -> Result:
    facts = {name: _spoken(turn, value) for name, value in refusal.facts.items()}
    facts.setdefault("name", "")
    text = turn.say(f"trip.refuse.{refusal.reason}", **facts)
    if refusal.reason in {"days_zero", "days_many"} and intent is not None:
        turn.session.plan_inputs, turn.session.plan = intent, None
        turn.ask(text, intent=intent, expecting="days")
        return Result(outcome="impossible", reply=text)
    return Result(outcome="impossible", reply=text)


def _spoken(turn: Turn, value: object) -> str:
    if isinstance(value, Place):
        return turn.name(value)
    if isinstance(value, int):
        return reply.count_words(value, turn.language)
    return reply.with_article(str(value), turn.language)


def summary(turn: Turn, plan: Plan) -> str:
    """Say a plan in three sentences, from the plan alone."""
    sights = [visit for day in plan.days for visit in day.sights]
    shown: list[str] = []
    for day in plan.days:
        shown += [turn.name(visit.place) for visit in day.sights[: max(1, _NAMED // len(plan.days))]]
    hotels = list(dict.fromkeys(turn.name(day.hotel.place) for day in plan.days if day.hotel))
    warning = ""
    if plan.unmet:
        warning = turn.say("trip.unmet", what=turn.listed(list(plan.unmet)))
    elif plan.wishes.budget:
        warning = turn.say("trip.no_prices")
    elif plan.unknown_hours:
        count = len(plan.unknown_hours)
        warning = turn.say("trip.unknown_hours", count=reply.count_words(count, turn.language))
    return turn.say(
        "trip.done",
        days=reply.count_words(len(plan.days), turn.language),
        sights=reply.count_words(len(sights), turn.language),
        list=turn.listed(shown[:_NAMED]),
        hotel=turn.say("trip.hotel", names=turn.listed(hotels)) if hotels else "",
        warning=warning,
    ).strip()


def _change(turn: Turn, change: PlanChange) -> Result:
    from agent.trip.replan import change_plan
    from agent.trip.request import TripRequest
    from agent.trip.verifier import require

    session = turn.session
    if session.plan is None or not isinstance(session.plan_inputs, TripRequest):
        return turn.impossible("trip.none")
    try:
        changed = change_plan(turn.desk, session.plan, session.plan_inputs, change)
        require(changed.plan, changed.request, turn.desk)
    except PlanImpossible as refusal:
        return _refused(turn, refusal)
    session.plan, session.plan_inputs = changed.plan, changed.request
    session.touched_at = turn.desk.now()
    key = f"trip.change.{change.action}"
    if change.action == "hotel" and not changed.day:
        key = "trip.change.hotel_all"
    if change.action in {"longer", "shorter", "days"}:
        key = "trip.change.days"
    count = sum(len(day.sights) for day in changed.plan.days)
    start = datetime.combine(changed.request.first_day, changed.request.day_start)
    what = turn.say(
        key,
        names=turn.listed([turn.name(place) for place in changed.places]),
        are="are" if len(changed.places) > 1 else "is",
        name=turn.name(changed.places[0]) if changed.places else "",
        other=turn.name(changed.places[-1]) if changed.places else "",
        day=reply.number_words(changed.day, turn.language),
        count=reply.count_words(count, turn.language),
        days=reply.count_words(len(changed.plan.days), turn.language),
        time=reply.spoken_time(start, turn.language),
        date=reply.spoken_date(changed.request.first_day, turn.language),
    )
    return Result(
        outcome="done",
        reply=turn.say("trip.changed", what=what.rstrip(".")),
        plan=changed.plan,
        places=changed.places,
    )


def _told(turn: Turn, intent: PlanTrip) -> Result:
    """Answer a question about the plan at hand, from the plan alone."""
    plan = turn.session.plan
    if plan is None:
        return turn.impossible("trip.none")
    turn.session.touched_at = turn.desk.now()
    if intent.ask == "all":
        return Result(outcome="done", reply=summary(turn, plan), plan=plan)
    number = len(plan.days) if intent.day == -1 else intent.day
    if number > len(plan.days):
        return turn.impossible("trip.no_day", days=reply.count_words(len(plan.days), turn.language))
    parts, places = [], []
    for at, day in enumerate(plan.days, 1):
        if number not in (0, at):
            continue
        kind = "sight" if intent.ask == "day" else intent.ask
        visits = [visit for visit in day.visits if visit.kind == kind]
        if not visits and intent.ask != "start":
            continue
        places += [visit.place for visit in visits]
        when = visits[0].arrive if intent.ask in {"lunch", "dinner"} else day.start
        parts.append(
            turn.say(
                f"trip.tell.{intent.ask}",
                day=reply.number_words(at, turn.language),
                names=turn.listed([turn.name(visit.place) for visit in visits]),
                time=reply.spoken_time(when, turn.language),
            )
        )
    if not parts:
        return turn.impossible("trip.tell.nothing")
    gap = "" if turn.language == "zh" else " "
    return Result(outcome="done", reply=gap.join(parts), plan=plan, places=tuple(places))
