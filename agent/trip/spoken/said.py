"""A sentence about the plan at hand, taken apart: the day, the meal, the part of the day, and the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from agent.trip.asked.marks import day_marks
from languages import load_language
from languages.trip_talk import ChangeWords, talk_words
from languages.trip_words import alone, any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

EDGE = " \t,，。.；;！!？?、（）():：\"'"
_STOPS = re.compile(r"[,.;!?:，。；！？：…—\n](?!\d)")
"""What ends a clause in any language; a time and a sum have digits behind it."""

Meal = Literal["", "lunch", "dinner"]
Topic = Literal["", "hotel", "lunch", "dinner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence, or one of its clauses with what the others say of day and topic."""

    text: str
    """The clause, without signs at its ends."""
    bare: str
    """The clause without the day, the meal and the part of the day."""
    language: Language
    day: int
    meal: Meal
    part: str
    topic: Topic = ""
    """What the whole sentence is about, if that is a hotel or a meal of the plan."""
    before: tuple[str, ...] = ()
    """The other clauses, the nearest first: what "it" may be."""

    @property
    def words(self) -> ChangeWords:
        """How changes are said in the language."""
        return talk_words(self.language).change

    def has(self, entries: tuple[str, ...]) -> re.Match[str] | None:
        """Find one of some words in the clause."""
        return any_of(self.language, entries).search(self.text)


def taken_apart(text: str, language: Language, topic: Topic = "") -> Said:
    """Take a sentence apart.

    Parameters
    ----------
    text, language
        What was said.
    topic
        What of the plan it names, if that is known.
    """
    bare, day = text, 0
    for mark in reversed(day_marks(text, language)):
        day = mark.day
        bare = bare[: mark.start] + "\0" + bare[mark.end :]
    words, part = trip_words(language), ""
    meal: Meal = ""
    roles: tuple[Meal, Meal] = ("dinner", "lunch")
    for role in roles:
        if found := _meal(words.meals[role], bare, language):
            meal = role
            bare = bare[: found.start()] + "\0" + bare[found.end() :]
            break
    for name in ("morning", "noon", "afternoon", "evening"):
        if not meal and (found := any_of(language, words.parts[name]).search(bare)):
            part = name
            bare = bare[: found.start()] + "\0" + bare[found.end() :]
            break
    if not meal and part in _MEAL_AT and _is_eaten(text, language):
        meal, part = _MEAL_AT[part], ""
    said = Said(
        text=text, bare=bare, language=language, day=day, meal=meal, part="" if part == "noon" else part
    )
    about: Topic = said.meal or ("hotel" if _is_slept(said) else "")
    return replace(said, topic=topic or about)


_MEAL_AT: dict[str, Meal] = {"noon": "lunch", "evening": "dinner"}


def _is_eaten(text: str, language: Language) -> bool:
    return any_of(language, talk_words(language).eating).search(text) is not None


def _is_slept(said: Said) -> bool:
    return said.has((*said.words.hotel, *said.words.slept)) is not None


def clauses(whole: Said) -> list[Said]:
    """Return the clauses of a sentence that say something, the last first, each with the day of the whole."""
    texts = [one.strip(EDGE) for part in _STOPS.split(whole.text) for one in _apart(part, whole.language)]
    texts = [text for text in texts if core(whole.language, text)]
    if len(texts) < 2:
        return [whole]
    found = []
    for number in range(len(texts) - 1, -1, -1):
        one = taken_apart(texts[number], whole.language)
        about = one.topic or whole.topic
        if not one.meal and about in {"lunch", "dinner"} and _MEAL_AT.get(one.part, about) == about:
            one = replace(one, meal=about, part="")
        one = replace(one, day=one.day or whole.day, topic=about, part=one.part or _part(one, whole))
        found.append(replace(one, before=(*reversed(texts[:number]), *texts[number + 1 :])))
    return found


def _apart(text: str, language: Language) -> list[str]:
    """Return the requests that a clause joins: "drop the museum and add a park"."""
    words = talk_words(language).change
    resizing = (*words.longer, *words.shorter, *talk_words(language).days.count)
    joint, asks = (
        _joint(language),
        any_of(language, (*_asking(language), *resizing, *words.stay_longer, *words.ends)),
    )
    parts, last = [], 0
    for found in joint.finditer(text):
        if asks.search(text, last, found.start()):
            parts.append(text[last : found.start()])
            last = found.end()
    return [*parts, text[last:]]


def _asking(language: str) -> tuple[str, ...]:
    words = talk_words(language).change
    return (*words.drop, *words.add, *words.swapping, *words.move)


@cache
def _joint(language: str) -> re.Pattern[str]:
    words = talk_words(language)
    verbs = any_of(
        language,
        (
            *_asking(language),
            *words.change.also,
            *words.change.start,
            *words.change.stay_longer,
            *words.change.ends,
        ),
    ).pattern
    edge = "|".join(f"(?:{alone(language, word)})" for word in words.edges)
    joints = any_of(language, words.change.joints).pattern
    return re.compile(rf"(?:{joints})\s*(?=(?:(?:{edge})\s+)*(?:{verbs}))", re.IGNORECASE)


def _part(one: Said, whole: Said) -> str:
    return "" if one.meal or one.topic == "hotel" else whole.part


def _meal(entries: tuple[str, ...], text: str, language: Language) -> re.Match[str] | None:
    """Find a meal; 中午 and 晚上 alone are parts of the day unless something is eaten."""
    parts = (word for said in trip_words(language).parts.values() for word in said)
    part = any_of(language, tuple(parts))
    for found in any_of(language, entries).finditer(text):
        if not part.fullmatch(found[0]) or _is_eaten(text, language) or _names_food(text, language):
            return found
    return None


def _names_food(text: str, language: Language) -> bool:
    """Whether a food is named by a word that stands for nothing else: 面 alone may be a side of anything."""
    says = tuple(word for food in trip_words(language).foods.values() for word in food.says)
    return any(len(found[0]) > 1 for found in any_of(language, says).finditer(text))


def core(language: Language, text: str) -> str:
    """Return what is named in a stretch of a sentence, without the words at its edges."""
    first, last = _edges(language)
    for _ in range(8):
        shorter = last.sub("", first.sub("", text.replace("\0", " ").strip(EDGE)).strip(EDGE)).strip(EDGE)
        if shorter == text:
            break
        text = shorter
    return text


@cache
def _edges(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = sorted(talk_words(language).edges, key=len, reverse=True)
    one = "|".join(f"(?:{alone(language, word)})" for word in words)
    return re.compile(rf"^(?:{one})", re.IGNORECASE), re.compile(rf"(?:{one})$", re.IGNORECASE)


def left_of(said: Said, gone: tuple[str, ...]) -> str:
    """Return what is named in a clause besides some words."""
    text = any_of(said.language, gone).sub("\0", said.bare)
    parts = [core(said.language, part) for part in text.split("\0")]
    return max((part for part in parts if any(c.isalnum() for c in part)), key=len, default="")


def only_says(said: Said, words: tuple[str, ...]) -> bool:
    """Whether a clause says nothing besides some words and those that wish for nothing."""
    talk = talk_words(said.language)
    text = any_of(said.language, words).sub(" ", said.bare)
    rest = any_of(said.language, (*talk.fillers, *talk.edges)).sub(" ", text)
    return not any(c.isalnum() for c in rest)


def has_gaps(language: Language) -> bool:
    """Whether words are written apart."""
    return bool(load_language(language).settings.joiner)
