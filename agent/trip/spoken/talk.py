"""What is said about a plan at hand: a question about it, or a change, by the words that tell which.

A sentence has reasons beside what it asks for: "we didn't sleep a wink there, somewhere else please". So
every clause is taken by itself, the last first, with the day, the meal and the hotel that the others name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent.trip.asked.clock import clock_of
from agent.trip.asked.marks import count_in, day_marks, says_any_no, says_no
from agent.trip.asked.party import read_party
from agent.trip.asked.wishes import limits_of, lodging_of
from agent.trip.changes.plan_words import any_sight, meal_meant
from agent.trip.dates import date_said
from agent.trip.offered.tables import foods_of
from agent.trip.spoken.said import EDGE, Said, Topic, clauses, core, has_gaps, left_of, only_says, taken_apart
from agent.understanding.intent import Navigate, PlanChange, PlanTrip, Wishes
from agent.understanding.numerals import counted
from languages import load_language
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_LONGEST = 60
"""A longer sentence is a request of its own and no word about the plan."""
_SHORT = 8
"""A sentence of fewer words that names a time is about when to start."""
_SOME_DAY = datetime(2024, 1, 1)
"""From where it is only asked whether a date is named at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the words of a sentence may ask of the plan at hand."""

    intents: tuple[PlanTrip | Navigate, ...] = ()
    """Each reading, the likeliest first."""
    firm: bool = False
    """Whether the first one is in the last clause, where what is asked for stands."""
    left_over: tuple[str, ...] = ()
    """Clauses that ask for nothing."""


def said_of_plan(text: str, language: Language) -> PlanTrip | Navigate | None:
    """Return what a sentence asks of the plan at hand or changes in it; None if it does neither.

    Parameters
    ----------
    text
        What was said.
    language
        Its language.
    """
    return next(iter(spoken_of_plan(text, language).intents), None)


def spoken_of_plan(text: str, language: Language, topic: Topic = "") -> Spoken:
    """Return all that a sentence may ask of the plan at hand.

    Parameters
    ----------
    text, language
        What was said.
    topic
        Which part of the plan it names: its hotel, or the restaurant of a meal.
    """
    if not talks_of_trips(language) or len(text) > _LONGEST * (3 if has_gaps(language) else 1):
        return Spoken()
    whole = taken_apart(text.strip(EDGE), language, topic)
    if (stop := _driven(whole)) is not None:
        return Spoken(intents=(stop,), firm=True)
    if (ask := _asked(whole)) is not None:
        return Spoken(intents=(ask,), firm=True)
    parts = clauses(whole)
    found = [(one, change) for one in (*parts, whole) if (change := _changed(one)) is not None]
    intents = [PlanTrip(change=change) for _, change in found]
    if not found:
        wished = [(one, wish) for one in parts if (wish := _wished(one)) is not None]
        return _spoken(parts, [one for one, _ in wished], [wish for _, wish in wished], firm=True)
    return _spoken(parts, [one for one, _ in found], intents, firm=found[0][0] in (parts[0], whole))


def _spoken(parts: list[Said], telling: list[Said], intents: list[PlanTrip], *, firm: bool) -> Spoken:
    left = tuple(one.text for one in reversed(parts) if one not in telling)
    return Spoken(intents=tuple(dict.fromkeys(intents)), firm=firm and bool(intents), left_over=left)


def _changed(said: Said) -> PlanChange | None:
    return next((change for read in _CHANGES if (change := read(said)) is not None), None)


# -- questions and drives


def _driven(said: Said) -> Navigate | None:
    """A drive to a stop of the plan that is counted, or to its hotel or a meal."""
    found = said.has((said.words.drive,))
    if found is None:
        return None
    to = found["to"].strip(EDGE)
    kinds = trip_words(said.language).lodging.kinds["hotel"]
    bare = load_language(said.language).settings.nouns.without_article(re.sub(r"^our ", "", to))
    bed = any_of(said.language, kinds).fullmatch(bare) is not None
    return Navigate(to=bare) if bed or meal_meant(to) or _counts(to, said.language) else None


def _counts(words: str, language: Language) -> bool:
    return counted(words) is not None and not day_marks(words, language)


def _asked(said: Said) -> PlanTrip | None:
    talk, words = talk_words(said.language), said.words
    for name, entries in talk.ask.items():
        if said.has(entries):
            return PlanTrip(ask=name, day=said.day)
    if said.meal and said.has(talk.questions) and not said.has((*words.another, *words.swapping)):
        return PlanTrip(ask=said.meal, day=said.day)
    return None


# -- wishes for the whole plan, where nothing is changed by name


def _wished(said: Said) -> PlanTrip | None:
    """Who comes along after all, and what must not be too much."""
    language, talk = said.language, talk_words(said.language)
    limit = limits_of((said.text,), language)
    if limit.read and any_of(language, talk.limiting).search(said.text):
        return PlanTrip(wishes=Wishes(limit=(said.text,)))
    party = read_party((said.text,), language)
    others = party.children or party.elderly or party.ages or party.dog or party.wheelchair
    if others and said.has(said.words.along) and not says_any_no(said.text, language):
        return PlanTrip(wishes=Wishes(who=(said.text,)))
    return None


# -- changes, the more telling words first


def _undo(said: Said) -> PlanChange | None:
    words = said.words
    if said.has(words.undo):
        return PlanChange(action="undo")
    back = said.has(words.undo_states) and said.has(words.undo_verbs)
    if back and only_says(said, (*words.undo_states, *words.undo_verbs)):
        return PlanChange(action="undo")
    return None


def _lost_day(said: Said) -> PlanChange | None:
    """A day that is to go: named, with a word that drops and nothing else."""
    if not day_marks(said.text, said.language) or not said.has(said.words.drop):
        return None
    if said.part or said.meal or left_of(said, said.words.drop):
        return None
    return PlanChange(action="drop", day=said.day)


def _postponed(said: Said) -> PlanChange | None:
    """Other dates by a number of days; fewer or more of them where the way home is spoken of."""
    words = said.words
    found = _shift(said)
    if found is None or day_marks(said.text, said.language):
        return None
    number, days = found
    if said.has(words.leaving):
        sooner = said.has(words.sooner)
        return PlanChange(action="shorter" if sooner else "longer", days=number * days)
    if not said.has(words.date):
        return None
    shifted = words.shifted[bool(said.has(words.sooner))].replace("{n}", str(number * days))
    return PlanChange(action="date", what=shifted)


def _shift(said: Said) -> tuple[int, int] | None:
    """Return by how many units the dates move, and the days of a unit; None if that is not said."""
    for pattern, days in said.words.shift.items():
        if (found := count_in(pattern, said.text, said.language)) is not None:
            return found[0], days
    return None


def _resized(said: Said) -> PlanChange | None:
    """Days more, fewer, or in all."""
    for action in ("longer", "shorter", "days"):
        for pattern in getattr(said.words, action):
            found = count_in(pattern, said.text, said.language)
            if found is not None and not _names_day(said, found[1]):
                return PlanChange(action=action, days=found[0])
    for mark in day_marks(said.text, said.language):
        if any_of(said.language, said.words.one_more).search(said.text[: mark.start]):
            return PlanChange(action="days", days=mark.day) if mark.day > 1 else None
    return _in_all(said)


def _in_all(said: Said) -> PlanChange | None:
    """A number of days and nothing else: "three days are enough", 只能玩一天了."""
    words, talk = said.words, talk_words(said.language)
    if says_any_no(any_of(said.language, words.in_all).sub(" ", said.text), said.language):
        return None
    for pattern in words.make_it:
        found = count_in(pattern, said.text, said.language)
        if found is not None and any(any_of(said.language, talk.days.count).search(t) for t in said.before):
            return PlanChange(action="days", days=found[0])
    for pattern in talk.days.count:
        found = count_in(pattern, said.text, said.language)
        if found is None or _names_day(said, found[1]):
            continue
        if found[1].groupdict().get("n") and only_says(said, (*talk.days.count, *words.in_all)):
            return PlanChange(action="days", days=found[0])
    return None


def _names_day(said: Said, match: re.Match[str]) -> bool:
    return any(m.start < match.end() and match.start() < m.end for m in day_marks(said.text, said.language))


def _dated(said: Said) -> PlanChange | None:
    """Another date for the whole: a day of the calendar with a word that moves or starts the trip."""
    words = said.words
    movers = (*words.date, *words.start, *(() if words.swapping else words.swap))
    if not said.has(movers) or day_marks(said.text, said.language) or said.meal or _time(said):
        return None
    what = _not_instead(said)
    if date_said(what, _SOME_DAY) is not None:
        return PlanChange(action="date", what=what)
    elsewhere = next((text for text in said.before if date_said(text, _SOME_DAY) is not None), "")
    if elsewhere and only_says(said, movers):
        return PlanChange(action="date", what=elsewhere)
    return None


def _not_instead(said: Said) -> str:
    """Return the words without those of what is given up: Friday of "Friday rather than Thursday"."""
    gone = said.has(said.words.instead)
    if gone is None:
        return said.text
    rest = re.split(r"[,;，；]", said.text[gone.end() :], maxsplit=1)[1:]
    return " ".join((said.text[: gone.start()], *rest)).strip()


def _time(said: Said) -> str:
    """Return the words of a time at which one is to start; "" if none is said."""
    words, talk = said.words, talk_words(said.language)
    timed = any_of(said.language, talk.no_clock).sub(" ", said.bare)
    if not any_of(said.language, (words.clock,)).search(timed):
        return ""
    starts = said.has(words.start)
    if not starts and said.has((*words.fewer, *words.more, *words.later, *words.earlier)):
        return ""
    short = len(said.text.split() if has_gaps(said.language) else said.text) < _SHORT
    if not (starts or (short and not said.before)):
        return ""
    return said.text if clock_of(timed, said.language) is not None else ""


def _moved(said: Said) -> PlanChange | None:
    """A sight put on another day."""
    found = any_of(said.language, said.words.move).search(said.text)
    marks = day_marks(said.text, said.language)
    if found is None or not marks or said.meal:
        return None
    first = said.words.moved_first
    names = said.text[: found.start()] if first else said.text[found.end() :]
    mark = day_marks(names, said.language)
    names = names if not mark else names[mark[0].end :] if first else names[: mark[0].start]
    what = core(said.language, names)
    return PlanChange(action="add", day=marks[-1].day, what=what) if what else None


def _swapped(said: Said) -> PlanChange | None:
    """One thing for another, or for another of its kind."""
    words = said.words
    if sides := _sides(said):
        return _exchanged(said, *sides)
    another = said.has(words.another)
    if another is None and not (words.swapping and said.has(words.swapping)):
        return None
    if said.meal:
        return PlanChange(action="swap", day=said.day, what=_meal_word(said), other=_dish(said))
    if said.topic == "hotel":
        return None
    what = left_of(said, (*words.another, *words.swapping, *words.add))
    if said.has(words.add) and (not what or any_sight(what)):
        return PlanChange(action="more", day=said.day)
    if said.part and (not what or said.before):
        return PlanChange(action="swap", day=said.day, what=said.part)
    if not what or any_sight(what):
        what = _it(said)
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
        return PlanChange(action="swap", day=said.day, what=_meal_word(said), other=other)
    if _is_hotel(said, gone) or (not gone and (_is_hotel(said, comes) or said.topic == "hotel")):
        return PlanChange(action="hotel", day=said.day, what=_price(said, comes) or other)
    gone = gone or _it(said)
    return PlanChange(action="swap", day=said.day, what=gone, other=other) if gone else None


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


def _it(said: Said) -> str:
    """Return what "it" is: what the nearest clause names that does not point elsewhere itself."""
    no = any_of(said.language, talk_words(said.language).no.before)
    named = [core(said.language, no.sub(" ", text)) for text in said.before]
    pointing = any_of(said.language, said.words.pointing)
    return next((name for name in named if name and not pointing.search(name)), "")


def _meal_word(said: Said) -> str:
    return said.words.meal_names.get(said.meal, said.meal)


def _dish(said: Said) -> str:
    """Return the food that is to come: what stands before the change is what goes."""
    words = said.words
    found = list(any_of(said.language, (*words.another, *words.swapping)).finditer(said.bare))
    comes = said.bare[found[-1].end() :] if words.moved_first else said.bare[found[0].start() :]
    comes = any_of(said.language, (*words.another, *words.swapping, *words.eat)).sub("\0", comes)
    dish = max((core(said.language, part) for part in comes.split("\0")), key=len, default="")
    return dish if foods_of(dish) else ""


def _after(said: Said, entries: tuple[str, ...]) -> str:
    """Return what is named behind the last of some words."""
    found = list(any_of(said.language, entries).finditer(said.bare))
    return core(said.language, said.bare[found[-1].end() :]) if found else ""


def _hotel(said: Said) -> PlanChange | None:
    """Another hotel: cheaper, better, of a kind, near something, of a name, or just another."""
    words = said.words
    if said.topic != "hotel":
        return None
    if price := _price(said, said.text):
        return PlanChange(action="hotel", day=said.day, what=price)
    asks = said.has((*words.another, *words.swapping, *words.drop)) is not None
    if not said.has(words.hotel) and not asks:
        return None
    verbs = any_of(said.language, words.hotel_verbs)
    verb = verbs.search(said.bare)
    behind = core(said.language, verbs.sub("", said.bare[verb.end() :])) if verb else ""
    called = behind or left_of(said, (*words.another, *words.swapping))
    if not any_of(said.language, (*words.hotel, *words.hotel_plain)).sub("", called).strip(EDGE):
        called = ""
    read = lodging_of(Wishes(lodging=(called,)), said.language).read if called else ()
    if read and (verb or read[0][1] not in {"name", "none", "ban"}):
        return PlanChange(action="hotel", day=said.day, what=called)
    return PlanChange(action="hotel", day=said.day) if asks else None


def _is_hotel(said: Said, words: str) -> bool:
    return any_of(said.language, said.words.hotel).search(words) is not None


def _price(said: Said, text: str) -> str:
    for entries in said.words.better.values():
        if found := any_of(said.language, entries).search(text):
            return found[0]
    return ""


def _eaten(said: Said) -> PlanChange | None:
    """A dish for a meal."""
    if not said.meal:
        return None
    dish = _after(said, said.words.eat) or left_of(said, said.words.eat)
    if said.before and not foods_of(dish):
        return None  # what is said of a meal besides is a reason
    return PlanChange(action="swap", day=said.day, what=_meal_word(said), other=dish) if dish else None


def _dropped(said: Said) -> PlanChange | None:
    words = said.words
    if not said.has(words.drop):
        return None
    what = left_of(said, words.drop)
    if not what and said.part:
        return PlanChange(action="drop", day=said.day, what=said.part)
    if not what and not day_marks(said.text, said.language):
        what = _it(said)
    if any_sight(what):
        return PlanChange(action="fewer", day=said.day)
    return PlanChange(action="drop", day=said.day, what=what) if what or said.day else None


def _added(said: Said) -> PlanChange | None:
    if not said.has(said.words.add):
        return None
    what = _after(said, said.words.add) or left_of(said, said.words.add) or _it(said)
    if any_sight(what) or any_of(said.language, trip_words(said.language).any_sight).search(what):
        return PlanChange(action="more", day=said.day)
    return PlanChange(action="add", day=said.day, what=what) if what else None


def _gone_to(said: Said) -> PlanChange | None:
    """Where a part of the day is to be spent: 晚上去夜市, "visit a park in the afternoon"."""
    if not said.part or not any_of(said.language, said.words.go).search(said.bare):
        return None
    comes = _after(said, said.words.go) or left_of(said, said.words.go)
    return PlanChange(action="swap", day=said.day, what=said.part, other=comes) if comes else None


def _started(said: Said) -> PlanChange | None:
    if time := _time(said):
        return PlanChange(action="later", day=said.day, what=time)
    return None


def _paced(said: Said) -> PlanChange | None:
    """Later or earlier, fewer or more: a "no" or a "too" before "early" asks for the contrary."""
    words, language = said.words, said.language
    for other, plain in (("later", words.early), ("earlier", words.late)):
        for found in any_of(language, plain).finditer(said.text):
            too = any_of(language, words.too).search(said.text[: found.start()])
            if too or says_no(said.text, found.start(), found.end(), language):
                return PlanChange(action=other, day=said.day)
    for action in ("later", "earlier", "fewer", "more"):
        if said.has(getattr(words, action)):
            if action == "fewer" and said.has(words.start):
                return PlanChange(action="later", day=said.day)  # 别那么赶着出门
            what = said.text if action in {"later", "earlier"} and _time(said) else ""
            return PlanChange(action=action, day=said.day, what=what)
    return None


_CHANGES: Sequence[Callable[[Said], PlanChange | None]] = (
    _undo, _lost_day, _postponed, _resized, _moved, _dated, _swapped, _hotel, _eaten, _started, _paced,
    _dropped, _gone_to, _added,
)  # fmt: skip
