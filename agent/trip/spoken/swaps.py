"""One thing for another, in what is said about a plan: what goes, what comes, and what "it" is."""

from __future__ import annotations

from agent.trip.asked.marks import without_days
from agent.trip.changes.plan_words import any_sight
from agent.trip.offered.sights import themes_of
from agent.trip.offered.tables import foods_of
from agent.trip.spoken.said import EDGE, Said, core, left_of
from agent.understanding.intent import PlanChange
from languages.trip_talk import talk_words
from languages.trip_words import any_of, trip_words


def swapped(said: Said) -> PlanChange | None:
    """One thing for another, or for another of its kind."""
    words = said.words
    if sides := _sides(said):
        return _exchanged(said, *sides)
    another = said.has(words.another)
    if another is None and not (words.swapping and said.has(words.swapping)):
        return None
    if said.meal:
        return PlanChange(action="swap", day=said.day, what=meal_word(said), other=_dish(said))
    if said.topic == "hotel":
        return None
    what = left_of(said, (*words.another, *words.swapping, *words.add))
    if said.has(words.add) and (not what or any_sight(what)):
        return PlanChange(action="more", day=said.day)
    if said.part and (not what or said.before):
        return PlanChange(action="swap", day=said.day, what=said.part)
    if not what or any_sight(what):
        what = pointed_at(said)
    return PlanChange(action="swap", day=said.day, what=what) if what else None


def _exchanged(said: Said, gone: str, comes: str) -> PlanChange | None:
    if (
        any_of(said.language, (*said.words.another, *trip_words(said.language).any_sight))
        .sub("", comes)
        .strip(EDGE + "的")
    ):
        other = comes
    else:
        other = ""  # "something else" says only that it is to go
    if said.part and not gone:
        return PlanChange(action="swap", day=said.day, what=said.part, other=other)
    if said.meal:
        return PlanChange(action="swap", day=said.day, what=meal_word(said), other=other)
    if is_hotel(said, gone) or (not gone and (is_hotel(said, comes) or said.topic == "hotel")):
        return PlanChange(action="hotel", day=said.day, what=price_in(said, comes) or other)
    gone = gone or pointed_at(said)
    themed = said.day and other and themes_of(other)
    return PlanChange(action="swap", day=said.day, what=gone, other=other) if gone or themed else None


def _sides(said: Said) -> tuple[str, str] | None:
    """Return what goes and what comes."""
    return _instead(said) or _swapped_for(said)


def _instead(said: Said) -> tuple[str, str] | None:
    """Read "a park instead of the museum", and "instead of the museum I'd like a park"."""
    words, language = said.words, said.language
    found = any_of(language, words.instead).search(said.bare)
    if found is None:
        return None
    left, right = said.bare[: found.start()], said.bare[found.end() :]
    if not core(language, left):
        first, _, then = any_of(language, words.eat).sub("\0", right).partition("\0")
        return core(language, first), core(language, then)
    verb = any_of(language, words.swap).search(left)
    return core(language, right), core(language, left[verb.end() :] if verb else left)


def _swapped_for(said: Said) -> tuple[str, str] | None:
    """Read "swap the museum for a park", 博物馆换成公园."""
    words, language, bare = said.words, said.language, said.bare
    verb = any_of(language, words.swapping).search(bare)
    for found in any_of(language, words.swap).finditer(bare):
        if not words.swapping:
            return core(language, bare[: found.start()]), core(language, bare[found.end() :])
        if verb is not None and verb.end() <= found.start():
            return core(language, bare[verb.end() : found.start()]), core(language, bare[found.end() :])
    return None


def _without_why(text: str, said: Said) -> str:
    """Return a clause without what is wrong with what it names: 湿地公园 of 湿地公园太远."""
    found = any_of(said.language, said.words.why).search(text)
    return text[: found.start()] if found else text


def pointed_at(said: Said) -> str:
    """Return what "it" is: what the nearest clause names that does not point elsewhere itself."""
    no = any_of(said.language, talk_words(said.language).no.before)
    less = any_of(said.language, said.words.kind_less)
    plain = (
        less.sub(" ", no.sub(" ", without_days(_without_why(text, said), said.language)))
        for text in said.before
    )
    named = [core(said.language, text) for text in plain]
    pointing = any_of(said.language, said.words.pointing)
    return next((name for name in named if name and not pointing.search(name)), "")


def meal_word(said: Said) -> str:
    return said.words.meal_names.get(said.meal, said.meal)


def _dish(said: Said) -> str:
    """Return the food that is to come: what stands before the change is what goes."""
    words = said.words
    found = list(any_of(said.language, (*words.another, *words.swapping)).finditer(said.bare))
    comes = said.bare[found[-1].end() :] if words.moved_first else said.bare[found[0].start() :]
    comes = any_of(said.language, (*words.another, *words.swapping, *words.eat)).sub("\0", comes)
    dish = max((core(said.language, part) for part in comes.split("\0")), key=len, default="")
    return dish if foods_of(dish) else ""


def named_after(said: Said, entries: tuple[str, ...]) -> str:
    """Return what is named behind the last of some words."""
    found = list(any_of(said.language, entries).finditer(said.bare))
    return core(said.language, said.bare[found[-1].end() :]) if found else ""


def is_hotel(said: Said, words: str) -> bool:
    return any_of(said.language, said.words.hotel).search(words) is not None


def price_in(said: Said, text: str) -> str:
    for entries in said.words.better.values():
        if found := any_of(said.language, entries).search(text):
            return found[0]
    return ""
