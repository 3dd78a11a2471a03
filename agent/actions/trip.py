"""Planning and changing trips: the planner makes, the verifier signs, the plan is kept in the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from agent.actions import reply, trip_keep, trip_told
from agent.actions.turn import Result, Turn
from agent.errors import PlanImpossible
from agent.trip.accounting import Entry
from agent.trip.asked.marks import without_days
from agent.trip.asked.occasions import is_impossible, trip_date
from agent.trip.asked.sentence import merged
from agent.trip.asked.wishes import limits_of, on_foot_in
from agent.trip.changes.several import change_all
from agent.trip.dates import first_day_of
from agent.trip.inquiry import make_request
from agent.trip.offered.beds import is_bed
from agent.trip.planner import make_plan
from agent.trip.request import TripRequest
from agent.trip.spoken.rough import otherwise, put_right
from agent.trip.verifier import require
from agent.understanding.intent import Cancel, Navigate, PlanChange, PlanTrip, Wishes
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of
from nav.country import country_at

if TYPE_CHECKING:
    from agent.trip.changes.changed import Changed
    from agent.trip.itinerary import Day, Plan
    from poi.place import Place


def plan_trip(turn: Turn, intent: PlanTrip) -> Result:
    """Plan a trip, or ask about, change, keep or drive the plan at hand."""
    if intent.act == "save":
        return trip_keep.save(turn, intent.label)
    if intent.act == "recall":
        return trip_keep.recall(turn, intent.label)
    if intent.act == "drive":
        return trip_keep.drive(turn, intent.day)
    if intent.ask:
        return trip_told.told(turn, intent)
    if intent.change is not None:
        return _change(turn, intent.change)
    pending = turn.session.plan_inputs if turn.session.plan is None else None
    if isinstance(pending, PlanTrip) and not intent.where and not intent.towns and intent.days is not None:
        intent = pending.model_copy(
            update={"days": intent.days, "wishes": merged(pending.wishes, intent.wishes)}
        )
    if _is_wish(intent) and turn.session.plan is not None:
        return _wished(turn, intent)
    if intent.days is None and intent.wishes.by_day:
        intent = intent.model_copy(update={"days": max(1, *(day.day for day in intent.wishes.by_day))})
    if intent.days is None:
        turn.session.plan_inputs = intent
        turn.session.plan = None
        return turn.ask(turn.say("trip.how_long"), intent=intent, expecting="days")
    return _make(turn, intent)


def _is_wish(intent: PlanTrip) -> bool:
    """Whether only wishes are said, for the plan at hand."""
    return intent.days is None and not (intent.where or intent.towns or intent.date)


def _wished(turn: Turn, intent: PlanTrip) -> Result:
    """Make the plan at hand anew with a wish that was said afterwards; it can be taken back."""
    session = turn.session
    request, before = session.plan_inputs, session.plan
    if not isinstance(request, TripRequest) or before is None:
        return turn.impossible("trip.none")
    if intent.wishes.model_copy(update={"unread": ()}) == Wishes() and not intent.start:
        return turn.impossible("trip.unread")
    try:
        plan, fresh = _planned(
            turn,
            where="" if request.extra.get("here") else request.where,
            towns=tuple(town.name for town in request.towns) if len(request.towns) > 1 else (),
            start=intent.start,
            days=request.days,
            wishes=merged(request.wishes, intent.wishes),
            position=request.start,
            first_day=request.first_day,
            range_m=request.range_m,
            language=request.language,
        )
        plan, fresh = _eased(turn, intent, before, plan, fresh)
    except PlanImpossible as refusal:
        return trip_told.refused(turn, refusal)
    return trip_told.shown(turn, plan, fresh)


def _eased(
    turn: Turn, intent: PlanTrip, before: Plan, plan: Plan, request: TripRequest
) -> tuple[Plan, TripRequest]:
    """Return the plan with less in it, if it was to be easier and has as much as before."""
    limits = limits_of(intent.wishes.limit, turn.language)
    counts = [sum(len(day.sights) for day in one.days) for one in (before, plan)]
    if not (limits.easy or intent.wishes.pace == "easy") or counts[1] < counts[0]:
        return plan, request
    try:
        less = change_all(turn.desk, plan, request, PlanChange(action="fewer"))
    except PlanImpossible:
        return plan, request
    return require(less.plan, less.request, turn.desk), less.request


def _make(turn: Turn, intent: PlanTrip) -> Result:
    wishes = intent.wishes
    if turn.session.avoid and not wishes.avoid:
        wishes = wishes.model_copy(update={"avoid": turn.session.avoid})
    try:
        first_day, entries = _first_day(turn, intent)
        plan, request = _planned(
            turn,
            entries,
            where=intent.where,
            towns=intent.towns,
            start=intent.start,
            days=intent.days if intent.days is not None else 1,
            wishes=wishes,
            position=turn.position,
            first_day=first_day,
            range_m=turn.guidance.range_m if turn.guidance else None,
            language=turn.language,
        )
    except PlanImpossible as refusal:
        if refusal.reason == "outside" and (other := _themed(turn, intent)) is not None:
            return _make(turn, other)
        return trip_told.refused(turn, refusal, intent)
    return trip_told.shown(turn, plan, request)


def _themed(turn: Turn, intent: PlanTrip) -> PlanTrip | None:
    """Return a trip round here about what was read as its area; None if the sentence does not say so."""
    words = talk_words(turn.language).theme_before if talks_of_trips(turn.language) else ()
    if not intent.where or not words:
        return None
    before, where, _ = turn.text.partition(intent.where)
    said = any_of(turn.language, tuple(rf"(?:{word})\s*$" for word in words)).search(before)
    if not where or said is None:
        return None
    wishes = intent.wishes.model_copy(update={"likes": (*intent.wishes.likes, intent.where)})
    return intent.model_copy(update={"where": "", "wishes": wishes})


def _planned(turn: Turn, entries: Sequence[Entry] = (), **asked: Any) -> tuple[Plan, TripRequest]:
    """Plan a trip; what cannot be walked is driven after all, and the account says so."""
    try:
        request = make_request(turn.desk, **asked)
        request = replace(request, entries=(*request.entries, *entries))
        return require(make_plan(turn.desk, request), request, turn.desk), request
    except PlanImpossible:
        on_foot = any(on_foot_in(words, turn.language) for words in asked["wishes"].limit)
        if asked.get("by_car") or not on_foot:
            raise
    return _planned(turn, entries, by_car=True, **asked)


def _first_day(turn: Turn, intent: PlanTrip) -> tuple[date, list[Entry]]:
    """Return the first day, and what became of the date that was said."""
    now = turn.desk.now()
    if is_impossible(intent.date or turn.text):
        raise PlanImpossible("date_unknown")
    country = country_at(*turn.position) if turn.position else ""
    said = trip_date(intent.date, now, turn.language, country)
    if said is None:
        day = first_day_of("" if intent.date else _undated(turn), now)
        lost = [Entry(slot="date", words=intent.date, state="unknown", note="date")] if intent.date else []
        return day, lost
    if said < now.date():
        raise PlanImpossible("date_past")
    day = first_day_of("", now) if said == now.date() and now.hour >= 10 else said
    return day, [Entry(slot="date", words=intent.date, state="kept", how=(("date", day.isoformat()),))]


def _undated(turn: Turn) -> str:
    """Return the words in which a date may stand: "in two days" and "the first evening" are none."""
    return without_days(turn.text, turn.language) if talks_of_trips(turn.language) else turn.text


# -- changes


def _change(turn: Turn, change: PlanChange) -> Result:
    session = turn.session
    plan, request = session.plan, session.plan_inputs
    if plan is None or not isinstance(request, TripRequest):
        return turn.impossible("trip.none")
    if change.action == "undo":
        return _undo(turn, change.days)
    if change.action == "drop" and _is_all(turn, change.what):
        asked = turn.say("trip.cancel_asked")
        return turn.ask(asked, intent=Navigate(), expecting="yes_no", pending=(Cancel(what="plan"),))
    of_bed = bool(session.offered) and all(map(is_bed, session.offered))
    change = put_right(turn.desk, plan, request, change, turn.text, turn.language, of_bed=of_bed)
    try:
        changed, change = _first_done(turn, plan, request, change)
    except PlanImpossible as refusal:
        if refusal.reason == "so_already":
            return turn.done("trip.refuse.so_already")
        return trip_told.refused(turn, refusal)
    trip_told.put_aside(session)
    session.plan, session.plan_inputs = changed.plan, changed.request
    session.touched_at = turn.desk.now()
    return Result(
        outcome="done",
        reply=_changed_words(turn, change, changed),
        plan=changed.plan,
        places=changed.places,
    )


def _is_all(turn: Turn, words: str) -> bool:
    """Whether words mean the plan itself, and no part of it."""
    if not talks_of_trips(turn.language):
        return False
    return any_of(turn.language, talk_words(turn.language).plans).fullmatch(words) is not None


def _first_done(
    turn: Turn, plan: Plan, request: TripRequest, change: PlanChange
) -> tuple[Changed, PlanChange]:
    """Do what was read, or else what the sentence may ask for besides; the first reason is the one told."""
    first: PlanImpossible | None = None
    for one in (change, *otherwise(change, turn.text, turn.language)):
        try:
            changed = change_all(turn.desk, plan, request, one)
            require(changed.plan, changed.request, turn.desk)
        except PlanImpossible as refusal:
            first = first or refusal
            if first.reason not in _OTHERWISE:
                break
            continue
        if first is not None and one.action != change.action and changed.refused is None:
            changed = replace(changed, refused=first)  # what was to go is not there
        return changed, one
    assert first is not None
    raise first


_OTHERWISE = {"drop_unknown", "nothing_to_change"}
"""Refusals of what the plan does not hold, so that something else may be meant."""


def _undo(turn: Turn, count: int) -> Result:
    """Take changes back: the last one, or as many as were said."""
    session = turn.session
    if not session.plan_past:
        return turn.impossible("trip.undo_none")
    at = max(0, len(session.plan_past) - max(1, count))
    session.plan, session.plan_inputs = session.plan_past[at]
    session.plan_past = session.plan_past[:at]
    session.touched_at = turn.desk.now()
    return Result(outcome="done", reply=turn.say("trip.undone"), plan=session.plan)


def _changed_words(turn: Turn, change: PlanChange, changed: Changed) -> str:
    plan, request = changed.plan, changed.request
    count = sum(len(day.sights) for day in plan.days)
    day = plan.days[min(max(changed.day, 1), len(plan.days)) - 1]
    begins, until = _hours(changed, day)
    what = turn.say(
        _key(turn, change, changed),
        names=turn.listed([turn.name(place) for place in changed.places]),
        gone=turn.listed([turn.name(place) for place in changed.gone]),
        are="are" if len(changed.places) > 1 else "is",
        name=turn.name(changed.places[0]) if changed.places else "",
        other=turn.name(changed.places[-1]) if changed.places else "",
        day=reply.number_words(changed.day, turn.language),
        count=reply.count_words(count, turn.language),
        days=reply.count_words(len(plan.days), turn.language),
        other_day=reply.number_words(_other_day(change, changed), turn.language),
        time=reply.spoken_time(begins, turn.language),
        until=reply.spoken_time(until, turn.language),
        date=reply.spoken_date(request.first_day, turn.language),
    )
    before: Plan = turn.session.plan_past[-1][0]
    told = [turn.say("trip.changed", what=what.rstrip("."))]
    replaced = change.action == "swap" and not change.what
    if change.action in _KEEPS_ALL and not replaced and (gone := _fallen_out(before, changed)):
        told.append(turn.say("trip.change.gone", names=turn.listed([turn.name(place) for place in gone])))
    if change.action == "hotel" and change.other:
        told.append(turn.say("trip.account.lodging", what=change.other))
    if changed.refused is not None:
        told.append(trip_told.why_not(turn, changed.refused))
    told.append(trip_told.lost(turn, plan, request, before))
    return reply.gap(turn.language).join(told).strip()


_KEEPS_ALL = {
    "later",
    "rest",
    "earlier",
    "ends",
    "stay",
    "order",
    "exchange",
    "meal_at",
    "add",
    "hotel",
    "swap",
    "walk",
}
"""Changes that ask for nothing to be left out but what they name."""


def _fallen_out(before: Plan, changed: Changed) -> list[Place]:
    """Return the sights that a change left no time for."""
    kept = {place.id for visit in changed.plan.visits for place in (visit.place, *visit.parts)}
    kept |= {place.id for place in (*changed.places, *changed.gone)}
    return [v.place for day in before.days for v in day.sights if v.place.id not in kept]


def _hours(changed: Changed, day: Day) -> tuple[datetime, datetime]:
    """Return the times to tell: of what was changed, else of the day."""
    named = {place.id for place in changed.places}
    role = changed.key.removeprefix("trip.change.").removesuffix("_at")
    about = [v for v in day.visits if v.place.id in named or v.kind == role]
    if about:
        return about[0].arrive, about[0].leave
    over = changed.request.ends.get(changed.day - 1)
    until = datetime.combine(day.date, over) if over is not None else day.end
    return day.start, until


def _other_day(change: PlanChange, changed: Changed) -> int:
    """Return the second of two days that changed places."""
    count = len(changed.plan.days)
    days = [count if day == -1 else day for day in (change.day, change.days)]
    return max(1, *days)


def _key(turn: Turn, change: PlanChange, changed: Changed) -> str:
    from agent.trip.changes.plan_words import price_meant

    if changed.key:
        return changed.key
    if change.action == "hotel":
        if price_meant(change.what):
            return "trip.change.hotel_cheaper"
        return "trip.change.hotel" if changed.day else "trip.change.hotel_all"
    if change.action in {"longer", "shorter", "days"}:
        return "trip.change.days"
    return f"trip.change.{change.action}"
