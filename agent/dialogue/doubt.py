"""What is done about a guess: what is found for it is the question, else the guess is asked about by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.actions import drive as act_drive
from agent.actions import reply
from agent.actions import reroute as act_reroute
from agent.actions import search as act_search
from agent.actions import status as act_status
from agent.actions.answers import (
    PATIENCE,
    cancel,
    choose,
    deny,
    meant_of,
    not_understood,
    offer_one,
    told_apart,
)
from agent.actions.turn import Result, Turn
from agent.understanding.intent import (
    Cancel,
    ChangeRoute,
    Choose,
    Confirm,
    Deny,
    Navigate,
    PlanTrip,
    Remember,
    Search,
    Status,
)
from agent.understanding.understand import SURE_OF_KIND
from languages import load_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.understanding.intent import Intent
    from poi.place import Place

_OF_WAY = {"time_left", "distance_left", "arrival_time", "distance", "travel_time", "leave_by"}
"""Questions whose answers tell what they answer, and much of each other's: how far, how long, when."""

_LIKELY = 0.5
"""From this probability of the kind on, what the map has for a guess is offered, and nothing else is."""

_VERY_LIKELY = 0.8
"""From this on it is said that there is nothing of the kind to change."""


def doubt(turn: Turn, intents: tuple[Intent, ...], kind_p: Mapping[str, float] | None = None) -> Result:
    """Ask whether the best guess is meant; a yes carries it out.

    Parameters
    ----------
    turn
        The turn.
    intents
        The guess; empty for none.
    kind_p
        How sure the kind of each is, whatever its slots.
    """
    if turn.route is None and Cancel() in intents and all(one in (Cancel(), Deny()) for one in intents):
        return cancel(turn, Cancel())  # nothing is lost but our own question
    if (
        intents == (Deny(),)
        and turn.session.question is not None
        and turn.session.question.expecting == "yes_no"
    ):
        return deny(turn, Deny())
    if len(intents) == 1 and (found := _found(turn, intents[0], (kind_p or {}).get(intents[0].kind, 0.0))):
        return found
    if (meant := _named_of_offered(turn, intents)) is not None:
        return offer_one(turn, meant)
    drives = [intent for intent in intents if isinstance(intent, Navigate)]
    if len(drives) > 1 and len(drives) == len(intents):
        words = turn.say("doubt.navigate", name=turn.listed([_destination(turn, one) for one in drives]))
    else:
        words = next((said for intent in intents if (said := _guess(turn, intent))), "")
    if not words:
        return not_understood(turn)
    question = turn.session.question
    again = question.repeated + 1 if question is not None and question.pending else 0
    if again > (PATIENCE if question is not None and question.pending == intents else PATIENCE + 1):
        turn.session.question = None
        return Result(outcome="not_understood", reply=turn.say("deny.gave_up"))
    return turn.ask(words, intent=Navigate(), expecting="yes_no", repeated=again, pending=intents)


def _found(turn: Turn, guess: Intent, kind_p: float) -> Result | None:
    """Offer what there is for a guess, or say that there is nothing of it; None to ask about its words."""
    sure = kind_p >= SURE_OF_KIND
    match guess:
        case Choose() if (meant := meant_of(turn, guess)) is not None:
            return offer_one(turn, meant)
        case Choose(by="other") if sure:
            return choose(turn, guess)
        case Search() if sure or (kind_p >= _LIKELY and _has(turn, guess)):
            turn.session.question = None
            return act_search.search(turn, guess)
        case Navigate(to=words, via=(), by="") if words and (
            sure or (kind_p >= _LIKELY and turn.route is None and turn.finder.target(guess).places)
        ):
            return act_drive.offer(turn, guess)
        case Status(what=what) if sure and what in _OF_WAY:
            return act_status.status(turn, guess)
        case Navigate() if guess == Navigate() and kind_p >= _LIKELY:
            return act_drive.navigate(turn, guess)
        case ChangeRoute(prefer="back") if kind_p >= _VERY_LIKELY and not turn.session.driven_before:
            return act_reroute.change_route(turn, guess)
        case ChangeRoute(drop=words) if words and kind_p >= _VERY_LIKELY and turn.route is not None:
            return None if act_reroute.has_stop(turn, words) else act_reroute.change_route(turn, guess)
        case PlanTrip(change=None, act="") if sure and bool(guess.ask) == (turn.session.plan is not None):
            # Told whole, with what became of each wish: to ask whether a trip is wanted would say less.
            from agent.actions.trip import plan_trip

            turn.session.question = None
            return plan_trip(turn, guess)
    return None


def _named_of_offered(turn: Turn, guess: tuple[Intent, ...]) -> Place | None:
    """Return the one of several places offered whose name was said, though a yes or a drive was guessed."""
    match guess:
        case () | (Confirm(),):
            words = turn.text
        case (Navigate(to=to, via=(), near=""),) if to:
            words = to
        case _:
            return None
    return told_apart(words, turn.session.offered) if len(turn.session.offered) > 1 else None


def _has(turn: Turn, search: Search) -> bool:
    """Whether the map has just what may be looked for."""
    if not (search.what or search.need) or (turn.position is None and not search.near):
        return False
    if search.near and turn.finder.anchor(search.near) is None:
        return False
    found = turn.finder.search(search, turn.route)
    return bool(found.places) and not found.relaxed


def _destination(turn: Turn, drive: Navigate) -> str:
    return reply.with_article(drive.to, turn.language) if drive.to else _need(turn, drive.need)


def _need(turn: Turn, need: str) -> str:
    return reply.indefinite(turn.say(f"need.{need}"), turn.language)


def _guess(turn: Turn, intent: Intent) -> str:
    """Say in one short question what was guessed; empty where there is nothing to ask about."""
    match intent:
        case Navigate(to=words) if kept := load_language(turn.language).reading.own_place(words):
            return turn.say(f"doubt.{kept}")
        case Navigate(to=words) | Deny(instead=words) if words:
            return turn.say("doubt.navigate", name=reply.with_article(words, turn.language))
        case Search(what=words) if words:
            return turn.say("doubt.search", name=reply.indefinite(words, turn.language))
        case Navigate(need=need) | Search(need=need) if need:
            return turn.say("doubt.search", name=_need(turn, need))
        case PlanTrip(change=None, where=where) if where:
            return turn.say("doubt.plan", name=where)
        case PlanTrip() if turn.session.plan is None:
            return turn.say("doubt.plan_new")
        case PlanTrip(ask=part) if part:
            return turn.say("doubt.plan_told")
        case PlanTrip(change=change) if change is not None and (
            change.what or change.other or change.day or change.action == "undo"
        ):
            from agent.actions.trip_told import change_asked

            return change_asked(turn, change)
        case ChangeRoute(add=words) if words:
            return turn.say("doubt.add", name=reply.with_article(words, turn.language))
        case ChangeRoute(drop=words) if words and words != "*":
            return turn.say("doubt.drop", name=words) if act_reroute.has_stop(turn, words) else ""
        case ChangeRoute(prefer="back"):
            return turn.say("doubt.change_route.back") if turn.session.driven_before else ""
        case Remember(forget=False):
            return turn.say(f"doubt.remember.{intent.what}", name=intent.place or turn.say("remember.here"))
        case Status(what=what, place=place):
            key = "doubt.status_of" if place else "doubt.status"
            return turn.say(key, what=turn.say(f"asked.{what}"), name=place)
        case PlanTrip() | ChangeRoute() | Remember() | Cancel():
            return turn.say(f"doubt.{intent.kind}")
        case _:
            return ""
