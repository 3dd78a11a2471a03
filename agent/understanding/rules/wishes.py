"""What the trip grammars of both languages share: tables in, wishes and changes to a plan out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from agent.understanding.context import Context
from agent.understanding.intent import PlanChange, PlanTrip, Wishes
from agent.understanding.rules.reading import STRONG, Parsed, one
from poi.category import load_categories

if TYPE_CHECKING:
    from agent.understanding.intent import Avoid
    from agent.understanding.utterance import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Patterns of one language for what a trip should be like."""

    children: str
    elderly: str
    low: str
    """A small budget."""
    high: str
    easy: str
    """A slow pace."""
    full: str
    stars: str
    """Stars of the hotel, the number in its one group."""


@dataclass(slots=True)
class Named:
    """Kinds and names that were said, in the order said."""

    likes: list[str] = field(default_factory=list)
    dislikes: list[str] = field(default_factory=list)
    must: list[str] = field(default_factory=list)
    meals: list[str] = field(default_factory=list)


_SEEN = (
    "leisure/", "tourism/", "historic/", "natural/", "waterway/", "shop/", "amenity/place_of_worship",
    "amenity/theatre", "amenity/cinema", "amenity/arts_centre", "amenity/marketplace", "amenity/public_bath",
)  # fmt: skip
"""Kinds that one goes to see."""

_NO_WISH = (
    "tourism/attraction", "tourism/hotel", "tourism/hostel", "tourism/guest_house", "tourism/motel",
    "tourism/apartment", "tourism/camp",
)  # fmt: skip
"""Kinds among them that every trip is about, or that one sleeps at."""

_EATING = ("amenity/restaurant", "amenity/fast_food", "amenity/cafe", "amenity/bar", "amenity/pub")


def kind_wished(word: str) -> Literal["", "likes", "meals"]:
    """Tell whether a word is a kind of place to see or to eat at; "" if it is neither."""
    match = load_categories().match(word)
    if not match or match.rest:
        return ""
    first = match.categories[0]
    if first.startswith(_EATING):
        return "meals"
    return "likes" if first.startswith(_SEEN) and not first.startswith(_NO_WISH) else ""


def add_kind(named: Named, word: str) -> None:
    """Add a kind of place that was said without a word for the wish ("museums and a sauna")."""
    said = (*named.likes, *named.dislikes, *named.must, *named.meals)
    kind = kind_wished(word)
    if kind and not any(word in other or other in word for other in said):
        getattr(named, kind).append(word)


compiled = lru_cache(maxsize=None)(re.compile)
"""Compiles a pattern of a table once: the tables are longer than what `re` itself keeps."""

Changes = tuple[tuple[str, str, str], ...]
"""Action, the pattern that asks for it, and a pattern that speaks against it ("" for none)."""


def wishes_of(
    text: str,
    named: Named,
    words: Words,
    *,
    number: Callable[[str], float | None],
    avoid: tuple[Avoid, ...],
    depart: str,
) -> Wishes:
    """Put together what was said about a trip.

    Parameters
    ----------
    text
        Words said.
    named
        Kinds and names found in them.
    words
        Patterns of the language.
    number
        Reader of the language's numbers.
    avoid, depart
        Roads to avoid, and the time of the daily start.
    """

    def said(pattern: str) -> bool:
        return re.search(pattern, text) is not None

    stars = re.search(words.stars, text)
    return Wishes(
        likes=tuple(dict.fromkeys(named.likes)),
        dislikes=tuple(dict.fromkeys(named.dislikes)),
        must=tuple(dict.fromkeys(named.must)),
        meals=tuple(dict.fromkeys(named.meals)),
        children=said(words.children),
        elderly=said(words.elderly),
        budget="low" if said(words.low) else "high" if said(words.high) else "",
        hotel_stars=int(number(stars[1]) or 0) if stars else 0,
        pace="easy" if said(words.easy) else "full" if said(words.full) else "",
        avoid=avoid,
        depart=depart,
    )


def clock(hour: int, minute: int, *, afternoon: bool) -> str:
    """Return a time of day as "HH:MM"."""
    return f"{(hour + 12 if afternoon and hour < 12 else hour) % 24:02d}:{minute % 60:02d}"


def change_of(changes: Changes, body: str, day: int) -> PlanChange | None:
    """Return the first change of a table that the words ask for."""
    for name, pattern, unless in changes:
        if compiled(pattern).search(body) and not (unless and compiled(unless).search(body)):
            action: Any = name
            return PlanChange(action=action, day=day)
    return None


def asked_about(
    text: str, patterns: tuple[tuple[str, str], ...], day: int, context: Context, language: Language
) -> Parsed | None:
    """Read a question about the plan at hand; without one, only what names it can be such a question."""
    for name, pattern in patterns:
        named = name == "all" and re.search(r"(?i).行程|行程.|itinerary|\bplan\b", text)
        if (context.planning or named) and compiled(pattern + "[了呢啊呀吗]*").fullmatch(text):
            ask: Any = name
            return one(PlanTrip(ask=ask, day=day), STRONG, f"{language}.trip.ask")
    return None


def length_of(
    body: str, patterns: tuple[tuple[str, str], ...], number: Callable[[str], float | None]
) -> PlanChange | None:
    """Return a change of the number of days; each pattern has that number in its one group."""
    for name, pattern in patterns:
        if (found := compiled(pattern).search(body)) and (count := number(found[1])) is not None:
            action: Any = name
            return PlanChange(action=action, days=int(count))
    return None


def changed(change: PlanChange, context: Context, language: Language, *, otherwise: float) -> Parsed:
    """Return a change to the plan as a reading, surest while a plan is spoken of."""
    sure = STRONG if context.planning else otherwise
    return one(PlanTrip(change=change), sure, f"{language}.trip.{change.action}")


def moved_by(found: re.Match[str], context: Context, language: Language, *, otherwise: float) -> Parsed:
    """Return the move to another date that a pattern with `when` or `shift` found."""
    change = PlanChange(action="date", what=found["when"] or found["shift"])
    return changed(change, context, language, otherwise=otherwise)


def days_asked(
    text: str, context: Context, language: Language, pattern: str, number: Callable[[str], float | None]
) -> Parsed | None:
    """Read an answer to "how many days?", where a number alone will do; None if nothing of that was asked."""
    found = re.fullmatch(pattern, text) if context.expecting == "days" else None
    value = number(found[1]) if found else None
    return None if value is None else one(PlanTrip(days=int(value)), STRONG, f"{language}.trip.days")
