"""What is said about a plan at hand: a question about it, or a change, by the words that tell which.

A sentence is taken apart: the day, the meal and the part of the day that it names, the word that says what is
to happen, and what is left between them, which names a sight, a kind, a hotel or a dish.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from agent.trip.asked.clock import clock_of
from agent.trip.asked.marks import count_in, day_marks
from agent.trip.changes.plan_words import meal_meant
from agent.trip.offered.tables import foods_of
from agent.understanding.intent import Navigate, PlanChange, PlanTrip
from agent.understanding.numerals import counted
from languages import load_language
from languages.trip_talk import ChangeWords, talk_words, talks_of_trips
from languages.trip_words import alone, any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_EDGE = " \t,，。；;！!？?、（）():：\"'"
_LONGEST = 60
"""A longer sentence is a request of its own and no word about the plan."""
_SHORT = 8
"""A sentence of fewer words that names a time is about when to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    text: str
    """The sentence, without signs at its ends."""
    bare: str
    """The sentence without the day, the meal and the part of the day."""
    language: Language
    day: int
    meal: Literal["", "lunch", "dinner"]
    part: str

    @property
    def words(self) -> ChangeWords:
        return talk_words(self.language).change

    def has(self, entries: tuple[str, ...]) -> re.Match[str] | None:
        return any_of(self.language, entries).search(self.text)


def said_of_plan(text: str, language: Language) -> PlanTrip | Navigate | None:
    """Return what a sentence asks of the plan at hand or changes in it; None if it does neither.

    Parameters
    ----------
    text
        What was said.
    language
        Its language.
    """
    if not talks_of_trips(language) or len(text) > _LONGEST * (3 if _has_gaps(language) else 1):
        return None
    said = _taken_apart(text.strip(_EDGE), language)
    if (stop := _driven(said)) is not None:
        return stop
    if (ask := _asked(said)) is not None:
        return ask
    change = next((found for read in _CHANGES if (found := read(said)) is not None), None)
    return None if change is None else PlanTrip(change=change)


def _has_gaps(language: Language) -> bool:
    """Whether words are written apart."""
    return bool(load_language(language).settings.joiner)


def _taken_apart(text: str, language: Language) -> _Said:
    bare, day = text, 0
    for mark in reversed(day_marks(text, language)):
        day = mark.day
        bare = bare[: mark.start] + "\0" + bare[mark.end :]
    words = trip_words(language)
    meal: Literal["", "lunch", "dinner"] = ""
    for role in ("dinner", "lunch"):
        if found := _meal(words.meals[role], bare, language):
            meal = "dinner" if role == "dinner" else "lunch"
            bare = bare[: found.start()] + "\0" + bare[found.end() :]
            break
    part = ""
    for name in ("morning", "afternoon", "evening"):
        if not meal and (found := any_of(language, words.parts[name]).search(bare)):
            part = name
            bare = bare[: found.start()] + "\0" + bare[found.end() :]
            break
    return _Said(text=text, bare=bare, language=language, day=day, meal=meal, part=part)


def _meal(entries: tuple[str, ...], text: str, language: Language) -> re.Match[str] | None:
    """Find a meal; 中午 and 晚上 alone are parts of the day unless something is eaten."""
    eaten = any_of(language, talk_words(language).eating).search(text) is not None
    for found in any_of(language, entries).finditer(text):
        if found[0] not in {"中午", "晚上"} or eaten:
            return found
    return None


def _core(said: _Said, text: str) -> str:
    """Return what is named in a stretch of the sentence, without the words at its edges."""
    edges = _edges(said.language)
    for _ in range(8):
        shorter = (
            edges[1].sub("", edges[0].sub("", text.replace("\0", " ").strip(_EDGE)).strip(_EDGE)).strip(_EDGE)
        )
        if shorter == text:
            break
        text = shorter
    return text


@cache
def _edges(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = sorted(talk_words(language).edges, key=len, reverse=True)
    one = "|".join(f"(?:{alone(language, word)})" for word in words)
    return re.compile(rf"^(?:{one})", re.IGNORECASE), re.compile(rf"(?:{one})$", re.IGNORECASE)


# -- questions and drives


def _driven(said: _Said) -> Navigate | None:
    """A drive to a stop of the plan that is counted, or to its hotel or a meal."""
    found = said.has((said.words.drive,))
    if found is None:
        return None
    to = found["to"].strip(_EDGE)
    kinds = trip_words(said.language).lodging.kinds["hotel"]
    bare = load_language(said.language).settings.nouns.without_article(re.sub(r"^our ", "", to))
    bed = any_of(said.language, kinds).fullmatch(bare) is not None
    return Navigate(to=bare) if bed or meal_meant(to) or _counts(to, said.language) else None


def _counts(words: str, language: Language) -> bool:
    return counted(words) is not None and not day_marks(words, language)


def _asked(said: _Said) -> PlanTrip | None:
    for name, entries in talk_words(said.language).ask.items():
        if said.has(entries):
            return PlanTrip(ask=name, day=said.day)
    return None


# -- changes, the more telling words first


def _undo(said: _Said) -> PlanChange | None:
    return PlanChange(action="undo") if said.has(said.words.undo) else None


def _resized(said: _Said) -> PlanChange | None:
    """Days more, fewer, or in all."""
    for action in ("longer", "shorter", "days"):
        for pattern in getattr(said.words, action):
            found = count_in(pattern, said.text, said.language)
            if found is not None and not _names_day(said, found[1]):
                return PlanChange(action=action, days=found[0])
    return None


def _names_day(said: _Said, match: re.Match[str]) -> bool:
    return any(m.start < match.end() and match.start() < m.end for m in day_marks(said.text, said.language))


def _dated(said: _Said) -> PlanChange | None:
    found = said.has(said.words.date)
    if found is None or said.day or said.meal or _time(said):
        return None
    return PlanChange(action="date", what=_not_instead(said))


def _not_instead(said: _Said) -> str:
    """Return the words without those of what is given up: Friday of "Friday rather than Thursday"."""
    gone = said.has(said.words.instead)
    if gone is None:
        return said.text
    rest = re.split(r"[,;，；]", said.text[gone.end() :], maxsplit=1)[1:]
    return " ".join((said.text[: gone.start()], *rest)).strip()


def _postponed(said: _Said) -> PlanChange | None:
    """Other dates by a number of days."""
    leaves = said.has(said.words.leaving)
    if not said.has(said.words.date) or said.day or leaves:
        return None
    return PlanChange(action="date", what=_shift(said)) if _shift(said) else None


def _shift(said: _Said) -> str:
    """Return by how many days the dates move, in the short words of the language; "" if that is not said."""
    words = said.words
    for pattern, days in words.shift.items():
        if (found := count_in(pattern, said.text, said.language)) is not None:
            return words.shifted[bool(said.has(words.sooner))].replace("{n}", str(found[0] * days))
    return ""


def _time(said: _Said) -> str:
    """Return the words of a time at which one is to start; "" if none is said."""
    words = said.words
    if not said.has((words.clock,)):
        return ""
    if not said.has(words.start) and said.has((*words.fewer, *words.more, *words.later, *words.earlier)):
        return ""
    short = len(said.text.split() if _has_gaps(said.language) else said.text) < _SHORT
    if not (short or said.has(words.start)):
        return ""
    return said.text if clock_of(said.bare, said.language) is not None else ""


def _moved(said: _Said) -> PlanChange | None:
    """A sight put on another day."""
    found = any_of(said.language, said.words.move).search(said.text)
    if found is None or not said.day or said.meal:
        return None
    first = said.words.moved_first
    names = said.text[: found.start()] if first else said.text[found.end() :]
    mark = day_marks(names, said.language)
    names = names if not mark else names[mark[0].end :] if first else names[: mark[0].start]
    what = _core(said, names)
    target = day_marks(said.text, said.language)[-1].day
    return PlanChange(action="add", day=target, what=what) if what else None


def _swapped(said: _Said) -> PlanChange | None:
    """One thing for another, or for another of its kind."""
    words = said.words
    if sides := _sides(said):
        gone, comes = sides
        if said.part and not gone:
            return _of_part(said, comes)
        if said.meal:
            return PlanChange(action="swap", day=said.day, what=_meal_word(said), other=comes)
        if any_of(said.language, words.hotel).search(gone) or (not gone and _is_hotel(said, comes)):
            return PlanChange(action="hotel", day=said.day, what=_price(said, comes) or comes)
        if gone and comes:
            return PlanChange(action="swap", day=said.day, what=gone, other=comes)
        return None
    if not said.has(words.another) and not (words.swapping and said.has(words.swapping)):
        return None
    if said.meal:
        return PlanChange(action="swap", day=said.day, what=_meal_word(said), other=_dish(said))
    if said.has(words.hotel):
        return None
    what = _left(said, (*words.another, *words.swapping))
    if said.part and not what:
        return None
    return PlanChange(action="swap", day=said.day, what=what) if what else None


def _sides(said: _Said) -> tuple[str, str] | None:
    """Return what goes and what comes."""
    return _instead(said) or _swapped_for(said)


def _instead(said: _Said) -> tuple[str, str] | None:
    """Read "a park instead of the museum", and "instead of the museum I'd like a park"."""
    words = said.words
    found = any_of(said.language, words.instead).search(said.bare)
    if found is None:
        return None
    left, right = said.bare[: found.start()], said.bare[found.end() :]
    if not _core(said, left):
        first, _, then = any_of(said.language, words.eat).sub("\0", right).partition("\0")
        return _core(said, first), _core(said, then)
    verb = any_of(said.language, words.swap).search(left)
    return _core(said, right), _core(said, left[verb.end() :] if verb else left)


def _swapped_for(said: _Said) -> tuple[str, str] | None:
    """Read "swap the museum for a park", 博物馆换成公园."""
    words = said.words
    verb = any_of(said.language, words.swapping).search(said.bare)
    for found in any_of(said.language, words.swap).finditer(said.bare):
        if not words.swapping:
            return _core(said, said.bare[: found.start()]), _core(said, said.bare[found.end() :])
        if verb is not None and verb.end() <= found.start():
            return _core(said, said.bare[verb.end() : found.start()]), _core(said, said.bare[found.end() :])
    return None


def _of_part(said: _Said, comes: str) -> PlanChange | None:
    return PlanChange(action="swap", day=said.day, what=said.part, other=comes) if comes else None


def _meal_word(said: _Said) -> str:
    return said.words.meal_names.get(said.meal, said.meal)


def _dish(said: _Said) -> str:
    """Return the food or the restaurant that is named beside a meal."""
    words = said.words
    left = _left(said, (*words.another, *words.swapping, *words.eat))
    return left if foods_of(left) else ""


def _after(said: _Said, entries: tuple[str, ...]) -> str:
    """Return what is named behind the last of some words."""
    found = list(any_of(said.language, entries).finditer(said.bare))
    return _core(said, said.bare[found[-1].end() :]) if found else ""


def _left(said: _Said, gone: tuple[str, ...]) -> str:
    """Return what is named in a sentence besides some words."""
    text = any_of(said.language, gone).sub("\0", said.bare)
    parts = [_core(said, part) for part in text.split("\0")]
    return max((part for part in parts if any(c.isalnum() for c in part)), key=len, default="")


def _hotel(said: _Said) -> PlanChange | None:
    words = said.words
    if not said.has(words.hotel):
        return None
    price = _price(said, said.text)
    if price:
        return PlanChange(action="hotel", day=said.day, what=price)
    left = any_of(said.language, (*words.another, *words.swapping)).sub("\0", said.bare)
    named = max((_core(said, part) for part in left.split("\0")), key=len, default="")
    plain = any_of(said.language, words.hotel).sub("", named).strip(_EDGE + "的家个")
    if any_of(said.language, words.hotel_plain).sub("", plain).strip():
        called = any_of(said.language, words.hotel_verbs).sub("", named).strip()
        return PlanChange(action="hotel", day=said.day, what=called)
    if said.has((*words.another, *words.swapping)) or said.has(words.drop):
        return PlanChange(action="hotel", day=said.day)
    return None


def _is_hotel(said: _Said, words: str) -> bool:
    return any_of(said.language, said.words.hotel).search(words) is not None


def _price(said: _Said, text: str) -> str:
    for entries in said.words.better.values():
        if found := any_of(said.language, entries).search(text):
            return found[0]
    return ""


def _eaten(said: _Said) -> PlanChange | None:
    """A dish for a meal."""
    if not said.meal:
        return None
    dish = _after(said, said.words.eat) or _left(said, said.words.eat)
    return PlanChange(action="swap", day=said.day, what=_meal_word(said), other=dish) if dish else None


def _dropped(said: _Said) -> PlanChange | None:
    if not said.has(said.words.drop):
        return None
    what = _left(said, said.words.drop)
    if not what and said.part:
        return PlanChange(action="drop", day=said.day, what=said.part)
    return PlanChange(action="drop", day=said.day, what=what) if what or said.day else None


def _added(said: _Said) -> PlanChange | None:
    if not said.has(said.words.add):
        return None
    what = _after(said, said.words.add) or _left(said, said.words.add)
    return PlanChange(action="add", day=said.day, what=what) if what else None


def _gone_to(said: _Said) -> PlanChange | None:
    """Where a part of the day is to be spent: 晚上去夜市, "visit a park in the afternoon"."""
    if not said.part or not any_of(said.language, said.words.go).search(said.bare):
        return None
    return _of_part(said, _after(said, said.words.go) or _left(said, said.words.go))


def _paced(said: _Said) -> PlanChange | None:
    for action in ("later", "earlier"):
        if said.has(getattr(said.words, action)):
            return PlanChange(action=action, day=said.day, what=said.text if _time(said) else "")
    for action in ("fewer", "more"):
        if said.has(getattr(said.words, action)):
            return PlanChange(action=action, day=said.day)
    return None


def _started(said: _Said) -> PlanChange | None:
    if time := _time(said):
        return PlanChange(action="later", day=said.day, what=time)
    return None


def _lost_day(said: _Said) -> PlanChange | None:
    """A day that is to go: named, with a word that drops and nothing else."""
    if not said.day or not said.has(said.words.drop):
        return None
    return (
        None
        if said.part or said.meal or _left(said, said.words.drop)
        else PlanChange(action="drop", day=said.day)
    )


_CHANGES = (
    _undo, _lost_day, _postponed, _resized, _moved, _dated, _swapped, _hotel, _eaten, _started, _paced,
    _dropped, _gone_to, _added,
)  # fmt: skip
