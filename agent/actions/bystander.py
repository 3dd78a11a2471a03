"""What is not ours: talk of others in the car or of the radio, told from requests; other domains, said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.understanding.intent import (
    Chat,
    Choose,
    Confirm,
    Deny,
    Navigate,
    PlanTrip,
    Remember,
    Search,
    Status,
    View,
)
from agent.understanding.understand import ACT_UNASKED

if TYPE_CHECKING:
    from agent.actions.finding import Finder
    from agent.actions.session import Session
    from agent.actions.turn import Result, Turn
    from agent.understanding.intent import Intent
    from agent.understanding.understand import Understanding

_LONGEST = {"zh": 30}
_LONGEST_SPACED = 90
"""Characters of the longest request, with and without blanks between the words; talk goes on and on."""


_AMONG_US = {"food", "coffee", "drink", "rest"}
"""Needs that people in a car tell each other; they are answered only to who calls."""


def is_request(understood: Understanding, session: Session, finder: Finder) -> bool:
    """Whether words that were said without the call ask for something that can be done.

    Parameters
    ----------
    understood : Understanding
        Their reading without the language model, which finds a wish in everything.
    session : Session
        The conversation before them.
    finder : Finder
        Looks up the places they name.
    """
    if not understood.intents or understood.confidence < ACT_UNASKED:
        return False
    if len(understood.text) > _LONGEST.get(understood.language, _LONGEST_SPACED):
        return False
    return all(_is_meant(intent, session, finder) for intent in understood.intents)


def _is_meant(intent: Intent, session: Session, finder: Finder) -> bool:
    match intent:
        case Chat():
            return False
        case Remember():
            # A place is kept under a name of its own only for who calls.
            return not intent.label
        case Deny() if intent.instead:
            return session.last_answer is not None
        case Confirm() | Deny():
            return session.question is not None
        case Choose():
            return session.question is not None or bool(session.offered)
        case Navigate(to="", need=""):
            return False
        case Navigate():
            return bool(finder.target(intent).places)
        case Search(what=""):
            return bool(intent.need) and intent.need not in _AMONG_US
        case Search():
            known = finder.desk.places.categories(intent.what)
            return bool(known and not known.rest) or bool(finder.named(intent.what).places)
        case Status() if intent.place:
            return bool(finder.target(Navigate(to=intent.place)).places)
        case PlanTrip() if intent.ask:
            # "What's for lunch?" is asked of others too: it is ours while the plan is what we spoke of.
            return session.last_answer is not None and session.last_answer.plan is not None
        case View(show="search" | "settings" | "trip", index=0):
            return False  # a single word, which is said for other things too
        case View(show="place"):
            return bool(session.offered)
        case _:
            return True


def chat(turn: Turn, intent: Chat) -> Result:
    """Say what is not ours, in fixed words by topic; talk that asks for nothing gets a word at most."""
    key = f"none.{intent.topic or 'other'}"
    return turn.done(key) if intent.topic in _ANSWERED else turn.impossible(key)


_ANSWERED = {"talk", "greeting", "thanks", "goodbye"}
"""Topics that ask for nothing."""
