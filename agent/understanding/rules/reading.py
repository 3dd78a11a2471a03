"""What the rules of both languages share: a reading, how sure it is, and what phrases become."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.understanding.context import Context
from agent.understanding.intent import Choose, Navigate, Search
from poi.category import load_categories, parse_category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.understanding.intent import Intent
    from agent.understanding.rules.phrase import Phrase
    from agent.understanding.rules.road_wishes import RoadWishes

STRONG, GOOD, FAIR, WEAK = 0.97, 0.9, 0.75, 0.5
"""Confidence by how specific the matching pattern is; `agent.confidence` calibrates them."""

WAY_QUESTIONS = {"time_left", "distance_left", "arrival_time"}
"""What is asked about the way to somewhere."""


_AFTER_KIND = " ,.!?，。！？吗呢吧啊"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Intents in the order said, with the pattern that found them."""

    intents: tuple[Intent, ...]
    confidence: float
    """0 to 1, before calibration."""
    pattern: str
    """Name of the deciding pattern, for explanation and calibration."""


def other_kind(chosen: Parsed, text: str, context: Context) -> bool:
    """Tell whether "a nearer filling station" is none of the offered places, which are hotels."""
    compared = isinstance(chosen.intents[0], Choose) and chosen.intents[0].by
    if not compared or not context.kinds:
        return False
    for start in (found.start() for found in re.finditer(r"\b[a-zA-Z]|[^\x00-\x7f]", text)):
        match = load_categories().match(text[start:].strip(_AFTER_KIND))
        if match and not match.rest:
            return context.kinds.isdisjoint(parse_category(kind)[0] for kind in match.categories)
    return False


def home_asked(what: str, text: str) -> str:
    """Return home if a question about the way is about the way there, whatever is driven to; else ""."""
    found = re.search(r"(?i)家|\bhome\b", text) if what in WAY_QUESTIONS else None
    return found[0].lower() if found else ""


def one(intent: Intent, confidence: float, pattern: str) -> Parsed:
    """Return a reading with one intent."""
    return Parsed(intents=(intent,), confidence=confidence, pattern=pattern)


def search_of(phrase: Phrase, *, along: bool = False) -> Search:
    """Return the search that a place phrase asks for."""
    return Search(
        what=phrase.core,
        need=phrase.need,
        near=phrase.near,
        along=phrase.along or along,
        pick=phrase.pick,
        open_now=phrase.open_now,
        open_at=phrase.open_at,
        stars=phrase.stars,
        within_m=phrase.within_m,
        within_min=phrase.within_min,
        without=phrase.without,
    )


def navigate_of(
    phrase: Phrase, roads: RoadWishes, *, via: Sequence[str] = (), start: str = ""
) -> Navigate | Search:
    """Return the drive that a place phrase and the wishes about the road ask for.

    To a kind of place within limits it is a search, which knows them: "a cafe within five minutes", "a cafe
    other than Starbucks".
    """
    if phrase.is_limited and not (via or start):
        return search_of(phrase)
    prefer: Any = roads.prefer
    return Navigate(
        to=phrase.core,
        via=tuple(via),
        start=start,
        near=phrase.near,
        avoid=roads.avoid,
        prefer=prefer,
        pick=phrase.pick,
        open_now=phrase.open_now,
        need=phrase.need,
    )
