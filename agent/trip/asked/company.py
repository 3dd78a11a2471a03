"""Who comes along, where more is said of them than that: what they hate, that it is the club."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.trip.asked.marks import says_any_no
from agent.trip.asked.rest import is_kind, names_something
from agent.trip.offered.sights import themes_of
from agent.trip.offered.tables import foods_of
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language


def without_reason(words: str, language: Language) -> str:
    """Return who comes without why something is not wanted: "my husband" of "my husband hates it"."""
    data = trip_words(language)
    said = (w for entries in (*data.party.values(), *data.with_.values()) for w in entries)
    found = list(any_of(language, tuple(said)).finditer(words))
    if not found or not says_any_no(words[found[-1].end() :], language):
        return words
    if names_something(words[found[-1].end() :], language, food=True):
        return words
    return words[: found[-1].end()]


def comes_along(before: str, words: str, language: Language) -> bool:
    """Whether words that name nothing to see or to eat are who comes: "with the motorbike club"."""
    if themes_of(words) or foods_of(words) or is_kind(words):
        return False
    return any(
        m.end() == len(before.rstrip())
        for m in any_of(language, trip_words(language).company).finditer(before)
    )
