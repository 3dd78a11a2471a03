"""When a plan is to be, how long, and when its days begin, in what is said about it."""

from __future__ import annotations

import re
from datetime import datetime

from agent.trip.asked.clock import clock_of
from agent.trip.asked.marks import count_in, day_marks, says_any_no
from agent.trip.dates import date_said
from agent.trip.spoken.said import Said, has_gaps, only_says
from agent.understanding.intent import PlanChange
from languages.trip_talk import talk_words
from languages.trip_words import any_of

_SHORT = 8
"""A sentence of fewer words that names a time is about when to start."""
_SOME_DAY = datetime(2024, 1, 1)
"""From where it is only asked whether a date is named at all."""


def postponed(said: Said) -> PlanChange | None:
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


def resized(said: Said) -> PlanChange | None:
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


def dated(said: Said) -> PlanChange | None:
    """Another date for the whole: a day of the calendar with a word that moves or starts the trip."""
    words = said.words
    movers = (*words.date, *words.start, *(() if words.swapping else words.swap))
    if not said.has(movers) or day_marks(said.text, said.language) or said.meal or start_time(said):
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


def start_time(said: Said) -> str:
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
