"""How much sense an utterance makes here: how surely it is read, and whether the map has what it names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING

from agent.actions.finding import Finder, Found
from agent.errors import AgentError
from agent.understanding.intent import Cancel, Chat, Choose, Confirm, Deny, Navigate, Search
from nav.errors import NavError
from poi.errors import PoiError

if TYPE_CHECKING:
    from agent.understanding.intent import Intent
    from agent.understanding.labels import State
    from agent.understanding.understand import Understanding

_COMPARED = 10
"""So many other readings of the recogniser are tried at most."""

_ENOUGH = 0.8
"""What makes so much sense is believed as it was heard first."""

_RARER = 0.9
"""By how much each further reading of the recogniser is less likely than the one before."""

_FARTHER = 3.0
"""By how much one is less likely that has nothing in common with what was read, as a logarithm."""

_CLEARLY = 1.3
"""Another reading is taken only if it makes so many times more sense than the first."""

_NOT_THERE = 0.3
"""How much of its sense a request keeps whose place the map has not, or that speaks of nothing under way."""

_NO_REQUEST = 0.2
"""The same of what asks for nothing: who presses a button or calls wants something."""

_PARTLY = {"part": 0.9, "spelling": 0.7, "sound": 0.7}
_UNSURE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """The reading of an utterance that makes most sense."""

    text: str
    read_p: float
    """Calibrated probability that these words are understood rightly, 0 to 1."""

    fits: float
    """How well it fits this place: 1 if all that is named is there, 0 to 1."""

    is_first: bool
    """Whether it is what the recogniser held likeliest."""

    asks: bool
    """Whether it asks for anything that we do."""

    @property
    def value(self) -> float:
        """Both together."""
        return self.read_p * self.fits


def most_sensible(
    texts: Sequence[str],
    understand: Callable[[str], Understanding],
    finder: Finder,
    state: State,
    apart: Sequence[float] = (),
) -> tuple[Sense, Understanding]:
    """Return which of some readings makes most sense here, and what it is understood as.

    Parameters
    ----------
    texts
        What may have been said, likeliest first; at least one.
    understand
        Reads one of them.
    finder
        Looks up what is named.
    state
        Of the dialogue.
    apart
        How far each but the first sounds from what was read, 0 to 1; 0 where it is not said.
    """
    first = understand(texts[0])
    best, meant = _sense(texts[0], first, finder, state, is_first=True), first
    if best.value >= _ENOUGH:
        return best, meant
    least, most = best.value * _CLEARLY, best.value
    others = zip(texts[1 : 1 + _COMPARED], chain(apart, repeat(0.0)), strict=False)
    for rank, (text, far) in enumerate(others, start=1):
        likely = _RARER**rank * math.exp(-_FARTHER * far)
        if likely <= max(least, most) or not text:
            continue  # it could not be taken
        understood = understand(text)
        sense = _sense(text, understood, finder, state, is_first=False)
        value = sense.value * likely
        if value > max(least, most):
            best, meant, most = sense, understood, value
    return best, meant


def _sense(text: str, understood: Understanding, finder: Finder, state: State, *, is_first: bool) -> Sense:
    asked = [intent for intent in understood.intents if not isinstance(intent, Chat)]
    fits = math.prod(_fits(intent, finder, state) for intent in asked) if asked else _NO_REQUEST
    return Sense(text=text, read_p=understood.confidence, fits=fits, is_first=is_first, asks=bool(asked))


def _fits(intent: Intent, finder: Finder, state: State) -> float:
    """How well one request fits this place and what is under way, 0 to 1."""
    match intent:
        case Confirm() | Deny(instead=""):
            return 1.0 if state.expecting else _NOT_THERE
        case Choose():
            return 1.0 if state.expecting or state.offered else _NOT_THERE
        case Cancel():
            return 1.0 if state.expecting or state.guiding or state.planning else _NOT_THERE
        case Navigate():
            found = _found(lambda: finder.target(intent))
            if found.verdict in {"nothing", "outside"}:
                return _NOT_THERE
            unsure = found.verdict == "unsure" or (found.verdict == "list" and _says_more(intent.to, finder))
            return _UNSURE if unsure else _PARTLY.get(found.why, 1.0)
        case Search():
            return 1.0 if _found(lambda: finder.search(intent, None)).places else _NOT_THERE
        case _:
            return 1.0


def _says_more(words: str, finder: Finder) -> bool:
    """Whether words name a kind and more that neither the kind nor the map accounts for: a misheard name."""
    return bool(finder.desk.places.categories(finder.unpointed(words)).rest)


def _found(look: Callable[[], Found]) -> Found:
    try:
        return look()
    except (NavError, PoiError, AgentError):
        return Found()
