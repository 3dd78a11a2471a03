"""What of the plan at hand a sentence names: its hotel, the restaurant of a meal, a sight."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from languages import codes
from languages.trip_words import trip_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.trip.itinerary import Plan, Visit
    from agent.trip.spoken.said import Topic

_SHORTEST = 3
"""Letters of a name that tell it from other words; two where a character is a syllable."""


def topic_of(plan: Plan | None, text: str) -> Topic:
    """Return what of the plan is named, if that is a hotel or the restaurant of a meal."""
    said = plain(text)
    for visit in _visits(plan):  # 云安动物园 does not name the hotel 云安宾馆
        for name in _called(visit) if visit.kind in {"sight", "evening"} else ():
            said = said.replace(name, " ") if _stands(name, said) else said
    for visit in _visits(plan):
        if visit.kind in {"hotel", "lunch", "dinner"} and any(_stands(name, said) for name in _called(visit)):
            return visit.kind
    return ""


def sight_of(plan: Plan | None, text: str) -> str:
    """Return the one sight of the plan that is named, as it is called there; "" if none or several are."""
    said = plain(text)
    found = {
        visit.place.id: visit.place.name
        for visit in _visits(plan)
        if visit.kind in {"sight", "evening"} and any(_stands(name, said) for name in _called(visit))
    }
    return next(iter(found.values())) if len(found) == 1 else ""


def _visits(plan: Plan | None) -> Iterator[Visit]:
    for day in plan.days if plan is not None else ():
        yield from day.visits


def _called(visit: Visit) -> set[str]:
    """Return what a place is called, with and without the word for what it is: Hotel Kämp, Kämp."""
    names = {plain(name) for name in (visit.place.name, *visit.place.names.values()) if name}
    if visit.kind != "hotel":
        return names
    kinds = [word for code in codes() for said in trip_words(code).lodging.kinds.values() for word in said]
    bare = {re.sub("|".join(kinds), " ", name).strip() for name in names}
    return names | {name for name in bare if name}


def plain(text: str) -> str:
    """Return a text in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def _stands(name: str, said: str) -> bool:
    """Whether a name stands in a sentence, as words of its own where words are written apart."""
    if name.isascii():
        return (
            len(name) >= _SHORTEST and re.search(rf"(?<!\w){re.escape(name)}(?![a-z0-9])", said) is not None
        )
    return len(name) >= _SHORTEST - 1 and name in said
