"""A plan in words: its shape or why there is none, answers to questions, what became of the wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from agent.actions import reply
from agent.actions.turn import Result, Turn
from agent.errors import PlanImpossible
from agent.trip.changes.plan_words import meal_meant, meant
from agent.trip.driving import EARLY_EVENING
from agent.trip.request import TripRequest
from agent.trip.spoken.rough import asked_about
from languages import load_language
from poi.place import Place

if TYPE_CHECKING:
    from agent.actions.session import Session
    from agent.trip.accounting import Entry
    from agent.trip.itinerary import Day, Plan, Visit
    from agent.understanding.intent import PlanChange, PlanTrip

_ALL_NAMED = 6
"""A plan of so many sights is told with every name."""
_MOST_NOTES = 3
_NAMED_A_DAY = {1: 5, 2: 3, 3: 2}
_ASKS_DAYS = {"days_zero", "days_many", "few_sights", "towns_many"}
"""Refusals after which other days would do."""
_PAST_KEPT = 8
"""So many changes can be taken back."""


def summary(turn: Turn, plan: Plan, request: TripRequest) -> str:
    """Say the shape of a plan from the plan alone: its days, its nights, and what is missing."""
    sights = [visit for day in plan.days for visit in day.visits if visit.kind in {"sight", "evening"}]
    hotels = list(dict.fromkeys(turn.name(day.hotel.place) for day in plan.days if day.hotel))
    last, driven = plan.days[-1], sum(day.drive_s for day in plan.days)
    return turn.say(
        "trip.done",
        where=plan.where,
        days=reply.count_words(len(plan.days), turn.language),
        sights=reply.count_words(len(sights), turn.language),
        date=reply.spoken_date(plan.days[0].date, turn.language),
        shape="".join(_day(turn, plan, number, len(sights)) for number in range(len(plan.days))),
        hotel=turn.say("trip.hotel", names=turn.listed(hotels)) if hotels else "",
        driving=turn.say("trip.driving", duration=turn.duration(driven)) if driven else "",
        evenings=turn.say("trip.evenings") if _free_evenings(plan) else "",
        ends=turn.say("trip.home", time=reply.spoken_time(last.home.arrive, turn.language))
        if last.home
        else "",
        warning=notes(turn, plan),
    ).strip()


def _day(turn: Turn, plan: Plan, number: int, total: int) -> str:
    day = plan.days[number]
    seen = [v for v in day.visits if v.kind in {"sight", "evening"}]
    spoken = reply.number_words(number + 1, turn.language)
    town = turn.say("trip.shape.town", name=day.town) if day.town else ""
    if not seen:
        return turn.say(f"trip.shape.{_why_empty(plan, number)}", day=spoken)
    most = _NAMED_A_DAY.get(len(plan.days), 1) if total > _ALL_NAMED else len(seen)
    names = [turn.name(v.place) for v in seen[:most]]
    listed = turn.listed(names)
    if len(seen) > len(names):
        rest = reply.count_words(len(seen) - len(names), turn.language)
        between = load_language(turn.language).settings.list_separator
        listed = turn.say("trip.shape.some", list=between.join(names), rest=rest)
    key = "trip.shape.only" if len(plan.days) == 1 else "trip.shape.day"
    return turn.say(key, day=spoken, town=town, list=listed)


def _why_empty(plan: Plan, number: int) -> str:
    """Return why a day has no sight: one comes in the evening, goes in the morning, or is free."""
    day = plan.days[number]
    if number == 0 and day.start.time() >= EARLY_EVENING:
        return "arrival"
    leaves = number == len(plan.days) - 1 and not any(v.kind == "lunch" for v in day.visits)
    return "departure" if leaves else "none"


def _free_evenings(plan: Plan) -> bool:
    nights = [day for day in plan.days if day.hotel is not None]
    return bool(nights) and not any(v.kind == "evening" for day in nights for v in day.visits)


def notes(turn: Turn, plan: Plan) -> str:
    """Say what became of the wishes that are not kept, and which hours are not known."""
    told = _accounts(turn, plan, [e for e in plan.accounting if e.state != "kept"])
    if plan.unknown_hours and len(told) < _MOST_NOTES - 1:
        count = reply.count_words(len(plan.unknown_hours), turn.language)
        told.append(turn.say("trip.unknown_hours", count=count))
    return ("" if turn.language == "zh" else " ").join(told)


def _accounts(turn: Turn, plan: Plan, entries: list[Entry]) -> list[str]:
    groups: dict[str, list[str]] = {}
    said = any(entry.note == "prices" and entry.slot != "budget" for entry in entries)
    for entry in entries:
        if (said and entry.slot == "budget") or entry.note == "taken_out":
            continue  # it is what those words say, or what the driver has just said
        groups.setdefault(_note_key(entry), []).append(_said(turn, entry))
    date = reply.spoken_date(plan.days[0].date, turn.language)
    return [
        turn.say(key, what=turn.listed(list(dict.fromkeys(words))), date=date)
        for key, words in groups.items()
    ]


_OF_NOTE = {
    "like": "missing", "meal": "missing", "no_room": "no_room", "no_table": "no_table", "prices": "prices",
    "dog": "dog", "wheelchair": "wheelchair", "lodging": "lodging", "no_night": "no_night",
    "on_foot": "on_foot", "not_then": "not_then",
    "nearest_hotel": "nearest_hotel", "who": "who", "start": "start", "date": "date", "unread": "unread",
    "empty_town": "empty_town",
}  # fmt: skip


def _note_key(entry: Entry) -> str:
    return f"trip.account.{_OF_NOTE.get(entry.note, 'other')}"


def _said(turn: Turn, entry: Entry) -> str:
    """Return the speaker's words for a wish; values without words get ours."""
    if entry.slot == "budget":
        return turn.say("trip.value.budget")
    if entry.slot == "hotel_stars":
        return turn.say("trip.value.stars")
    return entry.words


def lost(turn: Turn, plan: Plan, request: TripRequest, before: Plan) -> str:
    """Say which wishes a change gave up that the plan met before."""
    met = {(e.slot, e.words) for e in before.accounting.of("kept")}
    gone = [e for e in plan.accounting.of("traded", "missing") if (e.slot, e.words) in met]
    return ("" if turn.language == "zh" else " ").join(_accounts(turn, plan, gone))


# -- a plan, or none


def shown(turn: Turn, plan: Plan, request: TripRequest) -> Result:
    """Keep a plan as the one that is spoken of, and tell it."""
    session = turn.session
    put_aside(session)
    session.plan, session.plan_inputs, session.plan_next = plan, request, 0
    session.touched_at = turn.desk.now()
    places = tuple(visit.place for visit in plan.visits if visit.kind in {"sight", "evening", "hotel"})
    session.offered = tuple({p.id: p for p in places}.values())
    return Result(outcome="done", reply=summary(turn, plan, request), plan=plan, places=session.offered)


def put_aside(session: Session) -> None:
    """Keep the plan at hand, so that what follows can be taken back."""
    if session.plan is not None:
        session.plan_past = [*session.plan_past[1 - _PAST_KEPT :], (session.plan, session.plan_inputs)]


def refused(turn: Turn, refusal: PlanImpossible, intent: PlanTrip | None = None) -> Result:
    """Say why there is no such plan, and ask for days where other days would do."""
    text = why_not(turn, refusal)
    if refusal.reason in _ASKS_DAYS and intent is not None:
        turn.session.plan_inputs, turn.session.plan = intent, None
        turn.ask(text, intent=intent, expecting="days")
    return Result(outcome="impossible", reply=text)


def why_not(turn: Turn, refusal: PlanImpossible) -> str:
    """Say why something cannot be planned."""
    facts = {name: _spoken(turn, value) for name, value in refusal.facts.items()}
    return turn.say(f"trip.refuse.{refusal.reason}", **{"name": "", **facts})


def _spoken(turn: Turn, value: object) -> str:
    if isinstance(value, Place):
        return turn.name(value)
    if isinstance(value, int):
        return reply.count_words(value, turn.language)
    return reply.with_article(str(value), turn.language)


# -- questions


def told(turn: Turn, intent: PlanTrip) -> Result:
    """Answer a question about the plan at hand, from the plan alone."""
    plan, request = turn.session.plan, turn.session.plan_inputs
    if plan is None:
        return turn.impossible("trip.none")
    turn.session.touched_at = turn.desk.now()
    if isinstance(request, TripRequest):
        intent = asked_about(intent, plan, turn.text, turn.language, turn.desk.now())
        if intent.about:
            return _about(turn, plan, request, intent)
    match intent.ask:
        case "all":
            return Result(outcome="done", reply=summary(turn, plan, request), plan=plan)
        case "cost":
            return Result(outcome="done", reply=_cost(turn, plan), plan=plan)
        case "unmet":
            text = _accounts(turn, plan, [e for e in plan.accounting if e.state != "kept"])
            gap = "" if turn.language == "zh" else " "
            return Result(outcome="done", reply=gap.join(text) or turn.say("trip.all_kept"), plan=plan)
        case "compare":
            return Result(outcome="done", reply=_compared(turn, plan), plan=plan)
        case "next":
            return _next(turn, plan)
    return _of_days(turn, intent, plan)


def _about(turn: Turn, plan: Plan, request: TripRequest, intent: PlanTrip) -> Result:
    """Answer a question about one thing: whether it is in the plan, what comes after it, what it is."""
    number = len(plan.days) if intent.day == -1 else intent.day
    if number > len(plan.days):
        return turn.impossible("trip.no_day", days=reply.count_words(len(plan.days), turn.language))
    role = meal_meant(intent.about)
    found = meant(turn.desk, plan, request, intent.about, number - 1 if number else None)
    if role:
        found = [(n, v) for n, day in enumerate(plan.days) for v in day.visits if v.kind == role]
        found = [(n, v) for n, v in found if number in (0, n + 1)]
    if not found:
        key = "trip.tell.nothing" if intent.ask == "day" else "trip.tell.has_not"
        said = reply.with_article(intent.about, turn.language)
        return Result(outcome="done", reply=turn.say(key, name=said), plan=plan)
    if intent.ask == "after":
        visits = [v for v in plan.days[found[0][0]].visits if v.arrive > found[-1][1].arrive]
        if not visits:
            return Result(
                outcome="done",
                reply=turn.say("trip.tell.last", name=turn.name(found[-1][1].place)),
                plan=plan,
            )
        found = [(found[0][0], visits[0])]
    places = tuple(visit.place for _, visit in found)
    turn.session.offered = places
    told = [
        turn.say(
            "trip.tell.stop",
            name=turn.name(visit.place),
            time=reply.spoken_time(visit.arrive, turn.language),
            day=reply.number_words(n + 1, turn.language),
        )
        for n, visit in found[:_ALL_NAMED]
    ]
    text = ("" if turn.language == "zh" else " ").join(told)
    if intent.ask == "has":
        text = turn.say("trip.tell.has", what=text)
    return Result(outcome="done", reply=text, plan=plan, places=places)


def _of_days(turn: Turn, intent: PlanTrip, plan: Plan) -> Result:
    number = len(plan.days) if intent.day == -1 else intent.day
    if number > len(plan.days):
        return turn.impossible("trip.no_day", days=reply.count_words(len(plan.days), turn.language))
    parts, places = [], []
    for at, day in enumerate(plan.days, 1):
        if number not in (0, at):
            continue
        kinds = {"sight", "evening"} if intent.ask == "day" else {intent.ask}
        visits = [visit for visit in day.visits if visit.kind in kinds]
        if not visits and intent.ask not in {"start", "driving", "end", "walking"}:
            continue
        places += [visit.place for visit in visits]
        when = {"start": day.start, "end": day.end}.get(intent.ask) or (
            visits[0].arrive if visits else day.start
        )
        parts.append(
            turn.say(
                f"trip.tell.{intent.ask}",
                day=reply.number_words(at, turn.language),
                names=turn.listed([turn.name(visit.place) for visit in visits]),
                time=reply.spoken_time(when, turn.language),
                duration=turn.duration(day.drive_s),
                distance=turn.distance(day.walk_m),
            )
        )
    if not parts:
        return turn.impossible("trip.tell.nothing")
    gap = "" if turn.language == "zh" else " "
    if places:
        turn.session.offered = tuple({p.id: p for p in places}.values())
    return Result(outcome="done", reply=gap.join(parts), plan=plan, places=tuple(places))


def _cost(turn: Turn, plan: Plan) -> str:
    nights = sum(day.hotel is not None for day in plan.days)
    meals = sum(v.kind in {"lunch", "dinner"} for v in plan.visits)
    return turn.say(
        "trip.cost",
        distance=turn.distance(sum(day.drive_m for day in plan.days)),
        nights=reply.count_words(nights, turn.language),
        meals=reply.count_words(meals, turn.language),
    )


def _compared(turn: Turn, plan: Plan) -> str:
    """Say what differs from the plan before the last change."""
    if not turn.session.plan_past:
        return turn.say("trip.undo_none")
    old: Plan = turn.session.plan_past[-1][0]
    now_ids, old_ids = _by_id(turn, plan), _by_id(turn, old)
    came = [name for i, name in now_ids.items() if i not in old_ids]
    gone = [name for i, name in old_ids.items() if i not in now_ids]
    if not came and not gone and len(plan.days) == len(old.days):
        return turn.say("trip.same")
    return turn.say(
        "trip.compare",
        days=reply.count_words(len(plan.days), turn.language),
        old_days=reply.count_words(len(old.days), turn.language),
        sights=reply.count_words(sum(len(d.sights) for d in plan.days), turn.language),
        old_sights=reply.count_words(sum(len(d.sights) for d in old.days), turn.language),
        came=turn.say("trip.compare.came", names=turn.listed(came[:4])) if came else "",
        gone=turn.say("trip.compare.gone", names=turn.listed(gone[:4])) if gone else "",
    ).strip()


def _by_id(turn: Turn, plan: Plan) -> dict[str, str]:
    return {v.place.id: turn.name(v.place) for v in plan.visits if v.kind not in {"rest", "free"}}


def stops(day_or_plan: Plan | Day) -> list[Visit]:
    """Return the visits that one goes to, in order."""
    return [v for v in day_or_plan.visits if v.kind not in {"free"}]


def ahead(session: Session) -> list[Visit]:
    """Return the stops of the plan that are still to come: after the one driven to last."""
    if session.plan is None:
        return []
    visits, at = stops(session.plan), session.plan_next
    if session.earlier:
        last = session.earlier[-1].id
        at = next((i + 1 for i in range(at, len(visits)) if visits[i].place.id == last), at)
    session.plan_next = at
    return visits[at:]


def _next(turn: Turn, plan: Plan) -> Result:
    coming = ahead(turn.session)
    if not coming:
        return turn.done("trip.over")
    visit = coming[0]
    return Result(
        outcome="done",
        reply=turn.say(
            "trip.next", name=turn.name(visit.place), time=reply.spoken_time(visit.arrive, turn.language)
        ),
        plan=plan,
        places=(visit.place,),
    )


def change_asked(turn: Turn, change: PlanChange) -> str:
    """Ask about a change of the plan, with all that was understood of it."""
    from agent.trip.changes.plan_words import Part

    if {change.what, change.other} & set(get_args(Part)):
        return turn.say("doubt.plan_trip")  # a part of a day is known by its name in code alone
    day = (
        turn.say("doubt.on_day", day=reply.number_words(change.day, turn.language)) if change.day > 0 else ""
    )
    if change.day < 0:
        day = turn.say("doubt.on_last_day")
    what = reply.with_article(change.what, turn.language)
    other = reply.with_article(change.other, turn.language)
    key = f"doubt.change.{change.action}"
    if change.action == "swap" and not (what and other):
        key += ".for" if other else ".out" if what else ".day"
    if change.action in {"drop", "add", "shorter", "longer"} and not what:
        key += ".day"
    return turn.say(key, what=what, other=other, day=day, days=reply.count_words(change.days, turn.language))
