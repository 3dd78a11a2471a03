"""What a change means where it was read roughly: a day by its date, all of a kind, another reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.trip.asked.marks import day_marks
from agent.trip.changes.lodging import bed_named
from agent.trip.spoken.named import plain
from agent.trip.spoken.said import clauses, core, left_of, only_says, taken_apart
from agent.understanding.intent import PlanChange, PlanTrip
from languages import codes, load_language
from languages.moments import moment_words
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest
    from agent.trip.spoken.said import Said
    from agent.understanding.utterance import Language

_OF_NO_DAY = {"date", "days", "longer", "shorter", "undo", "exchange"}
"""Changes of the whole plan: a date beside them is a reason, or where the plan moves."""


def day_dated(plan: Plan, text: str, now: datetime) -> tuple[int, str] | None:
    """Return the one day of the plan that a weekday or "tomorrow" names, from 1, and the other words."""
    found: dict[tuple[int, int], int] = {}
    for code in codes():
        words = moment_words(code)
        for pattern, ahead in words.days:
            for match in pattern.finditer(text):
                dates = [(now + timedelta(days=ahead)).date()]
                _note(found, match, [n for n, day in enumerate(plan.days, 1) if day.date in dates])
        for weekday, pattern in enumerate(words.weekdays):
            for match in pattern.finditer(text):
                _note(
                    found, match, [n for n, day in enumerate(plan.days, 1) if day.date.weekday() == weekday]
                )
    if len(set(found.values())) != 1:
        return None
    rest = text
    for start, end in sorted(found, reverse=True):
        rest = rest[:start] + " " + rest[end:]
    return next(iter(found.values())), rest


def with_day(plan: Plan, text: str, now: datetime, language: Language) -> str:
    """Return a sentence with the number of the day of the plan that a weekday names; "" if none does."""
    if day_marks(text, language) or not talks_of_trips(language):
        return ""
    dated = day_dated(plan, text, now)
    if dated is None:
        return ""
    say = load_language(language).replies.say
    if dated[0] == len(plan.days):
        return " ".join((dated[1].strip(" ,，。.!?"), say("doubt.on_last_day").strip()))
    number = load_language(language).numbers.spell(dated[0])
    return " ".join((dated[1].strip(" ,，。.!?"), say("doubt.on_day", day=number).strip()))


def _note(found: dict[tuple[int, int], int], match: re.Match[str], days: list[int]) -> None:
    within = any(a <= match.start() < b for a, b in found)
    if len(days) == 1 and not within:
        found[match.span()] = days[0]


def asked_about(intent: PlanTrip, plan: Plan, text: str, language: Language, now: datetime) -> PlanTrip:
    """Return a question with the day, the stop or the part of the day that its sentence names besides."""
    if not talks_of_trips(language):
        return intent
    if not intent.day and (dated := day_dated(plan, text, now)) is not None:
        intent = intent.model_copy(update={"day": dated[0]})
    if intent.ask != "day" or intent.about:
        return intent
    said = taken_apart(text, language)
    about = _counted_in(said.bare, language) or said.part
    if said.meal and said.has(said.words.afterwards):
        about = f"after {said.meal}"
    return intent.model_copy(update={"about": about})


def put_right(
    desk: Desk,
    plan: Plan,
    request: TripRequest,
    change: PlanChange,
    text: str,
    language: Language,
    *,
    of_bed: bool = False,
) -> PlanChange:
    """Return a change with what its sentence says besides.

    Parameters
    ----------
    desk, plan, request
        What there is.
    change
        The change as it was read.
    text, language
        The sentence.
    of_bed
        Whether a hotel was spoken of just before.
    """
    if not talks_of_trips(language):
        return change
    if change.action not in _OF_NO_DAY:
        change = _dated(change, plan, text, language, desk.now())
    if change.action == "swap":
        if not change.what and (counted := _counted_in(taken_apart(text, language).bare, language)):
            change = change.model_copy(update={"what": counted})
        change = _every(change, text, language)
    if change.action == "hotel" and not change.what:
        return change.model_copy(update={"other": _untold(plan, taken_apart(text, language))})
    if change.action == "add" and change.what:
        topic = of_bed or taken_apart(text, language).topic == "hotel"
        bed = bed_named(desk, request, _bare(change.what, language), sure=topic)
        if bed is not None:
            return PlanChange(action="hotel", day=change.day, what=bed.name)
    return change


def _untold(plan: Plan, said: Said) -> str:
    """Return what another hotel is to be like that no map tells: "a quieter hotel"."""
    words = said.words
    changing = (*words.another, *words.swapping, *words.drop, *words.hotel, *words.hotel_verbs)
    left = left_of(said, (*changing, *words.hotel_plain))
    names = " ".join(plain(v.place.name) for day in plan.days for v in day.visits if v.kind == "hotel")
    told = not left or plain(left) in names or len(clauses(said)) > 1
    return left if not told and only_says(said, (*changing, re.escape(left))) else ""


def _bare(words: str, language: Language) -> str:
    """Return the name in words that say besides that it is the hotel: "the Hermitage for the hotel"."""
    hotel = any_of(language, talk_words(language).change.hotel)
    found = hotel.search(words)
    before = core(language, words[: found.start()]) if found else words
    return before or words


def _dated(change: PlanChange, plan: Plan, text: str, language: Language, now: datetime) -> PlanChange:
    """Return the change with the day that a date in its sentence names, and no date among its words."""
    dated = day_dated(plan, text, now)
    if dated is None:
        return change
    said = day_marks(text, language)
    values: dict[str, object] = {"day": (said and change.day) or dated[0]}
    for slot in ("what", "other"):
        within = day_dated(plan, getattr(change, slot), now)
        if within is not None and (slot == "other" or change.action not in {"later", "earlier", "ends"}):
            values[slot] = core(language, within[1])
    return change.model_copy(update=values)


def _every(change: PlanChange, text: str, language: Language) -> PlanChange:
    """Return the change with the word that means all of a kind, where that stands beside the kind."""
    at = text.find(change.what) if change.what else -1
    if at < 0:
        return change
    every = any_of(language, trip_words(language).every).pattern
    end = at + len(change.what)
    before = re.search(rf"(?:{every})\s*$", text[:at], re.IGNORECASE)
    after = re.match(rf"\s*(?:{every})", text[end:], re.IGNORECASE)
    whole = (before[0] if before else "") + change.what + (after[0] if after else "")
    return change.model_copy(update={"what": whole})


def otherwise(change: PlanChange, text: str, language: Language) -> Iterator[PlanChange]:
    """Give what a sentence may ask for besides, where the plan has nothing of what was read in it.

    Parameters
    ----------
    change
        The change as it was read.
    text, language
        The sentence.
    """
    if not talks_of_trips(language) or change.action not in {"drop", "swap", "order", "stay"}:
        return
    said, words = taken_apart(text, language), trip_words(language)
    day = change.day or max(said.day, 0)
    if counted := _counted_in(said.bare, language):
        yield change.model_copy(update={"what": counted})
    if change.action == "drop":
        if said.has(said.words.nothing_else) and day and change.what:
            yield PlanChange(action="swap", day=day, other=core(language, change.what))
        if any_of(language, words.any_one).search(text):
            yield PlanChange(action="fewer", day=day)
    if change.action == "swap" and change.what and change.other:
        yield PlanChange(action="add", day=change.day, what=change.other)


def _counted_in(text: str, language: Language) -> str:
    """Return what is counted in a sentence: "the second stop" of "the second stop, can we change that"."""
    words = trip_words(language)
    stop = "|".join(words.any_sight)
    pattern = words.counted.replace("(?P<what>.*)", f"(?:{stop})?")
    found = re.search(pattern, text, re.IGNORECASE)
    return found[0].strip() if found else ""
