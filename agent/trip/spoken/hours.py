"""When things of a plan are to be, in what is said about it: the end of a day, a visit, a meal, free time."""

from __future__ import annotations

from agent.trip.asked.clock import clock_of
from agent.trip.asked.marks import day_marks
from agent.trip.asked.wishes import duration_of, limits_of
from agent.trip.spoken.said import Said, left_of, only_says
from agent.trip.spoken.swaps import meal_word
from agent.understanding.intent import PlanChange
from languages.trip_talk import talk_words
from languages.trip_words import any_of


def time_in(said: Said, *, besides_meal: bool = False) -> str:
    """Return a clause without its day if it names a time of the clock; "" if it names none."""
    text = said.bare if besides_meal else said.text
    for mark in reversed(day_marks(text, said.language)):
        text = text[: mark.start] + " " + text[mark.end :]
    text = text.replace("\0", " ").strip()
    timed = any_of(said.language, talk_words(said.language).no_clock).sub(" ", text)
    named = any_of(said.language, (said.words.clock,)).search(timed)
    return text if named is not None and clock_of(timed, said.language) is not None else ""


def ended(said: Said) -> PlanChange | None:
    """The end of a day: at a time, or earlier or later than it is."""
    words = said.words
    cut = said.has(words.drop) is not None and said.has(words.afterwards) is not None
    if not (said.has(words.ends) or cut or (said.day == -1 and said.has(words.leaves))):
        return None
    if at := time_in(said):
        return PlanChange(action="ends", day=said.day, what=at)
    sides = {"earlier": words.sooner, "later": words.ends_later}
    for other, entries in sides.items():
        if any_of(said.language, entries).search(said.bare):
            seconds = duration_of(said.text, said.language)
            return PlanChange(action="ends", day=said.day, other=other, minutes=round((seconds or 0) / 60))
    return None


def lasted(said: Said) -> PlanChange | None:
    """The length of a visit: more time at a sight, less, or so much as is said."""
    words, seconds = said.words, duration_of(said.text, said.language)
    if said.has(words.free) or limits_of((said.text,), said.language).read:
        return None
    if any_of(said.language, talk_words(said.language).days.count).search(said.bare):
        return None
    minutes = round((seconds or 0) / 60)
    for other, entries in (("longer", words.stay_longer), ("shorter", words.stay_shorter)):
        if said.has(entries) is None:
            continue
        what = _named_beside(said, entries)
        if said.meal and (not what or only_says(said, (*entries, *words.lengths, *words.eat))):
            return PlanChange(action="stay", day=said.day, what=meal_word(said), other=other, minutes=minutes)
        if what and not said.meal and not _is_eaten(what, said):
            return PlanChange(action="stay", day=said.day, what=what, other=other, minutes=minutes)
    if minutes and said.meal and only_says(said, (*words.lengths, *words.stay_only, *words.eat)):
        return PlanChange(action="stay", day=said.day, what=meal_word(said), minutes=minutes)
    if minutes and (found := said.has(words.stay_only)):
        what = _named_beside(said, (found[0],)) or _before(said)
        if what and not said.meal:
            return PlanChange(action="stay", day=said.day, what=what, minutes=minutes)
    return None


def _is_eaten(words: str, said: Said) -> bool:
    return any_of(said.language, talk_words(said.language).eating).search(words) is not None


def _named_beside(said: Said, entries: tuple[str, ...]) -> str:
    """Return what is named beside some words and a length of time."""
    units = tuple(talk_words(said.language).change.lengths)
    return left_of(said, (*entries, *units))


def _before(said: Said) -> str:
    """Return what the clause before speaks of: 圆明园少待会儿，一个小时就够."""
    words = said.words
    units = (*words.stay_longer, *words.stay_shorter, *words.lengths)
    names = (any_of(said.language, units).sub(" ", text).strip() for text in said.before)
    return next((name for name in names if name), "")


def meal_left_out(said: Said) -> PlanChange | None:
    """A meal that is not to be planned."""
    words = said.words
    refused = (*words.drop, *words.no_meal)
    if not said.meal or not said.has(refused) or not only_says(said, refused):
        return None
    return PlanChange(action="drop", day=said.day, what=meal_word(said))


def meal_timed(said: Said) -> PlanChange | None:
    """A meal at another time."""
    words, at = said.words, time_in(said, besides_meal=True)
    if said.meal and (shifted := _meal_shifted(said)) is not None:
        return shifted
    if not said.meal or not at or said.has((*words.start, *words.drop)):
        return None
    return PlanChange(action="meal_at", day=said.day, what=meal_word(said), other=at)


def _meal_shifted(said: Said) -> PlanChange | None:
    """A meal earlier or later than it is."""
    words = said.words
    for other, entries in (("earlier", words.sooner), ("later", words.ends_later)):
        named = any_of(said.language, entries).search(said.bare) is not None
        if named and only_says(said, (*entries, *words.eat, *words.lengths, *words.swapping, *words.move)):
            minutes = round((duration_of(said.text, said.language) or 0) / 60)
            return PlanChange(
                action="meal_at", day=said.day, what=meal_word(said), other=other, minutes=minutes
            )
    return None


def rested(said: Said) -> PlanChange | None:
    """A rest after lunch: 午饭后回酒店休息, "a nap after lunch"."""
    words = said.words
    if not said.has(words.nap) or said.meal == "dinner" or said.has((*words.drop, *words.fewer)):
        return None
    minutes = round((duration_of(said.text, said.language) or 0) / 60)
    return PlanChange(action="rest", day=said.day, minutes=minutes)


def freed(said: Said) -> PlanChange | None:
    """A part of a day, or all of one, without anything planned."""
    words = said.words
    if not said.day or said.meal or not said.has(words.free):
        return None
    if not only_says(said, (*words.free, *words.free_beside)):
        return None
    return PlanChange(action="free", day=said.day, what=said.part)
