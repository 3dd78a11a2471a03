"""Telling a request from talk that nobody addressed to us: of others in the car, or of the radio."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.actions.answers import courtesy
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
)

if TYPE_CHECKING:
    from agent.actions.finding import Finder
    from agent.actions.session import Session
    from agent.understanding.intent import Intent
    from agent.understanding.understand import Understanding

_SURE = 0.9
"""Confidence of the fast tier from which its reading of talk may be acted on."""

_LONGEST = {"zh": 30, "en": 90}
"""Characters of the longest request; talk goes on and on."""

_COMMAND = re.compile(
    r"(?i)(?:请|麻烦|那|你|再|就|帮我)*(?:带我|送我|导航|开车?[去到])"
    r"|(?:please |now |then |and )*(?:take (?:me|us)|drive (?:me|us)|navigate|guide (?:me|us)|directions) "
)
"""Words for a navigator and hardly anyone else: answered even where the place is not found."""

_AMONG_US = re.compile(
    r"(?i)吃(?:点|个|些)?(?:什么|啥)|^what\b.*\b(?:eat|eating|for (?:breakfast|lunch|dinner|supper))\b"
)
"""What people in a car ask each other; it is answered only to who calls."""


def is_request(understood: Understanding, session: Session, finder: Finder) -> bool:
    """Whether words that were said without the call ask for something that can be done.

    Parameters
    ----------
    understood : Understanding
        Their reading by the fast tier alone: a language model finds a wish in everything.
    session : Session
        The conversation before them.
    finder : Finder
        Looks up the places they name.
    """
    if not understood.intents or understood.confidence < _SURE:
        return False
    if len(understood.text) > _LONGEST[understood.language]:
        return False
    return all(_is_meant(intent, understood.text, session, finder) for intent in understood.intents)


def _is_meant(intent: Intent, text: str, session: Session, finder: Finder) -> bool:
    match intent:
        case Chat():
            return courtesy(text) is not None
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
            return _COMMAND.match(text) is not None or bool(finder.target(intent).places)
        case Search(what=""):
            return bool(intent.need) and not _AMONG_US.search(text)
        case Search():
            known = finder.desk.places.categories(intent.what)
            return bool(known and not known.rest) or bool(finder.named(intent.what).places)
        case Status() if intent.place:
            return bool(finder.target(Navigate(to=intent.place)).places)
        case PlanTrip() if intent.ask:
            # "What's for lunch?" is asked of others too: it is ours while the plan is what we spoke of.
            return session.last_answer is not None and session.last_answer.plan is not None
        case _:
            return True
