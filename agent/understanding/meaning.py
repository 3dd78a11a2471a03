"""What a request means in the present state of the dialogue: from the words of its slots to intents.

The reader and the closed lists say which words fill which slot; a need in the middle of a drive is a stop on
the way, a limit in words is metres or minutes. Nothing here looks at the sentence again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agent.understanding.intent import (
    Cancel,
    ChangeRoute,
    Chat,
    Confirm,
    Intent,
    Navigate,
    PlanTrip,
    Search,
    Wishes,
    parse_intent,
)
from agent.understanding.wording import settled

if TYPE_CHECKING:
    from agent.understanding.labels import State
    from languages.reading import ReadingWords

Request = Mapping[str, Any]
"""A kind and its slots, with the speaker's words in them, as the reader and the closed lists give them."""

_OF_THE_TRIP = ("where", "start", "days", "date", "ask", "day")
"""Slots that stand beside the wishes of a trip."""

_STOPS = {"food", "fuel", "charging", "coffee", "toilet", "rest", "cash", "drink", "shopping", "pharmacy"}
"""Needs that one meets on the way, and goes on."""


def intents_of(
    requests: Sequence[Request], context: State, words: ReadingWords | None = None
) -> tuple[Intent, ...]:
    """Return what is to be done about the requests of one sentence, in the order said.

    Parameters
    ----------
    requests
        Kinds with their slots; a slot that fits no schema is left out of its request.
    context
        State of the dialogue.
    words
        Words of the language that was spoken; None to take the slots' words as they are.

    Returns
    -------
    tuple of Intent
        One for each request; talk that leads up to a request is dropped.
    """
    intents = [_intent(settled(request, words) if words else request) for request in requests]
    chat = [intent for intent in intents if isinstance(intent, Chat)]
    wanted = [intent for intent in intents if not isinstance(intent, Chat) and intent != Search()]
    found = [_in_state(intent, context) for intent in (wanted or chat[:1])]
    return tuple(_joined(found))


def _intent(request: Request) -> Intent:
    slots = {name: value for name, value in request.items() if name != "kind" and value not in ("", None, [])}
    kind = request["kind"]
    if kind in {"none", "talk"}:
        return Chat(topic="talk" if kind == "talk" else slots.get("topic", "other"))
    if kind == "plan_trip":
        slots = _trip_slots(slots)
    elif within := slots.pop("within", ""):
        # A limit that cannot be counted is a wish like another.
        slots["has"] = [*slots.get("has", ()), within]
    return _fitting(kind, slots)


_DECIDING = {"what", "change", "index", "by"}
"""Closed slots without which a request means nothing."""


def _fitting(kind: str, slots: dict[str, Any]) -> Intent:
    """Build the intent; what does not fit the schema is left out rather than the whole request."""
    while True:
        try:
            return parse_intent({"kind": kind, **slots})
        except ValidationError as error:
            names = {str(part) for fault in error.errors() for part in fault["loc"][1:2]}
            if not names & slots.keys():
                raise
            if names & _DECIDING:
                return Chat(topic="other")
            slots = {name: value for name, value in slots.items() if name not in names}


def _trip_slots(slots: dict[str, Any]) -> dict[str, Any]:
    wishes = {name: _many(name, slots[name]) for name in Wishes.model_fields if name in slots}
    trip = {name: slots[name] for name in _OF_THE_TRIP if name in slots}
    if change := slots.get("change"):
        what = (
            slots.get("item")
            or slots.get("date")
            or _first(slots.get("time"))
            or _first(slots.get("lodging"))
        )
        trip["change"] = {
            "action": change,
            "day": slots.get("day", 0),
            "days": trip.pop("days", 1),
            "what": what or "",
            "other": slots.get("other", ""),
        }
        trip.pop("day", None)
    return {**trip, "wishes": wishes}


def _many(name: str, value: Any) -> Any:
    several = Wishes.model_fields[name].default == ()
    return [value] if several and isinstance(value, str) else value


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _in_state(intent: Intent, context: State) -> Intent:
    """Return what an intent means while something is driven."""
    match intent:
        case Navigate(via=(), start="") if intent.to and (
            intent.without or intent.within_m or intent.within_min
        ):
            # To a kind of place within limits it is a search, which knows them: "a cafe within five minutes".
            kept = {"near", "pick", "open_now", "without", "within_m", "within_min", "has", "price"}
            return Search(what=intent.to, **{name: getattr(intent, name) for name in kept})
        case Navigate() if intent == Navigate() and context.expecting == "yes_no":
            return Confirm()  # "then go" after "shall we go there?"
        case Cancel(what="") if context.planning and not context.guiding and not context.expecting:
            return Cancel(what="plan")
    if not context.guiding:
        return intent
    match intent:
        case Search() if not intent.near and not intent.along and (intent.need in _STOPS):
            return intent.model_copy(update={"along": True})
        case Navigate(to="", via=(), start="", near="") if intent.need in _STOPS:
            return Search(need=intent.need, along=True, open_now=intent.open_now, pick=intent.pick)
        case _:
            return intent


def _joined(intents: list[Intent]) -> list[Intent]:
    """Join a wish about the road with the destination or the trip said beside it; drop what is said twice."""
    joined: list[Intent] = []
    for intent in intents:
        last = joined[-1] if joined else None
        if last == intent:
            continue
        if isinstance(last, Cancel) and not last.what and _goes_on(intent):
            joined[-1] = intent  # "leave that, straight to the hospital" ends nothing but what was spoken of
            continue
        if isinstance(intent, Navigate) and isinstance(last, Search) and (stop := _stop(last)) is not None:
            joined[-1:] = [stop, intent]
            continue
        if (
            isinstance(intent, ChangeRoute)
            and isinstance(last, Navigate)
            and not (intent.drop or intent.allow)
        ):
            if intent.add:
                joined[-1] = last.model_copy(update={"via": (*last.via, intent.add)})
                continue
            if intent.prefer != "other":
                prefer = {"faster": "fastest", "shorter": "shortest"}.get(intent.prefer, last.prefer)
                avoid = tuple(dict.fromkeys((*last.avoid, *intent.avoid)))
                joined[-1] = last.model_copy(update={"avoid": avoid, "prefer": prefer})
                continue
        if isinstance(last, PlanTrip) and _is_about_roads(intent) and not (last.change or last.ask):
            assert isinstance(intent, ChangeRoute)
            avoid = tuple(dict.fromkeys((*last.wishes.avoid, *intent.avoid)))
            joined[-1] = last.model_copy(update={"wishes": last.wishes.model_copy(update={"avoid": avoid})})
            continue
        joined.append(intent)
    return joined


def _goes_on(intent: Intent) -> bool:
    """Whether a request is of a drive that goes on, or of the next one."""
    along = isinstance(intent, Search) and intent.along
    return along or isinstance(intent, Navigate) or (isinstance(intent, ChangeRoute) and bool(intent.add))


def _stop(search: Search) -> Navigate | None:
    """Return the stop that a need is which one meets on the way to what is said next: a coffee, then home."""
    plain = search == Search(need=search.need, what=search.what, along=search.along)
    return Navigate(to=search.what, need=search.need) if plain and search.need in _STOPS else None


def _is_about_roads(intent: Intent) -> bool:
    """Whether an intent says what roads to avoid, and nothing else."""
    return (
        isinstance(intent, ChangeRoute) and bool(intent.avoid) and intent == ChangeRoute(avoid=intent.avoid)
    )
