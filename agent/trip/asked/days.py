"""How many days a trip takes, in the words of its sentence: their number, the first, the towns of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.trip.asked.clock import clock_of
from agent.trip.asked.draft import EDGE, Draft, blank, use
from agent.trip.asked.marks import (
    Mark,
    clauses_of,
    count_in,
    day_marks,
    days_between,
    days_said,
    days_until,
    stays_said,
)
from agent.trip.offered.sights import themes_of
from languages.moments import moment_words
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.intent import PlanTrip


def take_days(draft: Draft, intent: PlanTrip) -> None:
    """Take how many days there are, from when, and where each is spent."""
    draft.used += [(mark.start, mark.end) for mark in draft.marks()]
    _take_stays(draft, intent)
    found = days_said(blank(draft), draft.language)
    if found is not None:
        draft.used.append(found[1].span())
        draft.days = found[0]
        _take_half(draft, found[1].group())
        weekdays = moment_words(draft.language).weekdays
        dated = any(weekday.search(found[1].group()) for weekday in weekdays)
        if not draft.date and (dated or at_weekend(found[1].group(), draft)):
            draft.date = found[1].group()
    elif between := (
        days_between(draft.text, draft.language) or days_until(draft.text, draft.now, draft.language)
    ):
        draft.days, draft.date = between[:2]
        _take_parts(draft, between)
        _take_leaving(draft, between[2])
        draft.used.append(between[2])
        use(draft, draft.date)
    draft.clash = draft.clash or _other_length(draft)
    nights = days_said(blank(draft), draft.language)
    if nights is not None and found is not None:
        draft.used.append(nights[1].span())


def _take_parts(draft: Draft, between: tuple[int, str, tuple[int, int]]) -> None:
    """Take the parts of the first and of the last day: "Friday evening till Sunday noon"."""
    words = trip_words(draft.language)
    noon = words.meals["lunch"]
    parts = any_of(draft.language, tuple(w for said in words.parts.values() for w in said) + noon)
    last = between[2]
    begin = draft.text.find(between[1])
    draft.slots["time"] = [w for w in draft.slots["time"] if between[1] not in w and not parts.search(w)]
    first = parts.match(draft.text, begin + len(between[1]) + 1) if begin >= 0 else None
    if first is not None:
        draft.put("time", draft.text[begin : first.end()], 0)
        draft.used.append((begin, first.end()))
    end = parts.match(draft.text, last[1] + 1)
    joint = re.compile(rf"(?:{draft.words.days.until})\s+$", re.IGNORECASE).search(draft.text[: last[0]])
    if end is not None and joint is not None:
        draft.put("time", draft.text[joint.start() : end.end()], 0)
        draft.used.append((joint.start(), end.end()))


def _take_half(draft: Draft, words: str) -> None:
    """Take half a day as a time, with the part of the day that is said beside it."""
    half = any_of(draft.language, draft.words.days.half)
    if half.search(words) is None:
        return
    draft.put("time", words.strip(EDGE), 0)
    left = blank(draft)
    for name in ("morning", "afternoon", "evening"):
        part = any_of(draft.language, trip_words(draft.language).parts[name]).search(left)
        if part is not None and not draft.parts and clock_of(words, draft.language) is None:
            draft.put("time", part[0], 0)
            draft.used.append(part.span())
            return


def days_by_kind(draft: Draft) -> list[Mark]:
    """Return the days that are given to something without a number: one day hiking, one day shopping."""
    said = (*draft.words.days.count, *draft.words.days.words)
    ends = [end for _, end in clauses_of(draft.text, draft.language)]
    named, half = day_marks(draft.text, draft.language), any_of(draft.language, draft.words.days.half)
    ones = [
        found.span()
        for found in any_of(draft.language, said).finditer(draft.text)
        if (days := days_said(found[0], draft.language)) is not None and days[0] == 1
    ]
    found: list[Mark] = []
    for number, (start, end) in enumerate(ones):
        until = min([e for e in ends if e >= end] + [a for a, _ in ones[number + 1 :]])
        rest = draft.text[end:until]
        if themes_of(rest) and not half.search(rest) and not any(start <= m.start < until for m in named):
            found.append(Mark(day=len(found) + 1, start=start, end=end))
    return found if len(found) > 1 else []


def _other_length(draft: Draft) -> str:
    """Return the words for another number of days than the trip has: "all three days of it"."""
    for pattern in draft.words.days.all:
        found = count_in(pattern, draft.text, draft.language)
        if found is not None and draft.days is not None and found[0] != draft.days:
            return found[1][0]
    return ""


def _take_leaving(draft: Draft, last: tuple[int, int]) -> None:
    """Take what is said of the last day as the time at which the trip ends: "fly out on Saturday night"."""
    leaving = any_of(draft.language, draft.words.days.leaves).search(draft.text, last[0])
    if leaving is None:
        return
    clause = next((b for a, b in clauses_of(draft.text, draft.language) if a <= leaving.start() < b), last[1])
    words = draft.text[min(leaving.start(), last[1]) : max(clause, last[1])].strip(EDGE)
    kept = [time for time in draft.slots["time"] if draft.text.find(time) + len(time) <= last[0]]
    if len(kept) < len(draft.slots["time"]):
        draft.slots["time"] = [*kept, words]
        use(draft, words)


def at_weekend(words: str, draft: Draft) -> bool:
    """Whether words are a date as well as a number of days."""
    return any_of(draft.language, draft.words.weekend).search(words) is not None


def _take_stays(draft: Draft, intent: PlanTrip) -> None:
    """Take the days of each town: 昆山两天，周庄一天."""
    stays = stays_said(draft.text, draft.language)
    total = sum(stays.values())
    if (
        draft.given
        or len(stays) < 2
        or (intent.days is not None and intent.days not in {total, *stays.values()})
    ):
        return
    draft.days, day = total, 1
    for place, count in stays.items():
        for number in range(day, day + count):
            draft.wheres[number] = place
        day += count
        for pattern in re.finditer(re.escape(place), draft.text):
            draft.used.append(pattern.span())
    draft.used += [m.span() for m in any_of(draft.language, draft.words.days.count).finditer(draft.text)]


def parts_named(draft: Draft) -> int:
    """Return how many parts of a day, and meals, a sentence speaks of."""
    words = trip_words(draft.language)
    parts = (words.parts["morning"], words.parts["afternoon"], words.parts["evening"], words.meals["lunch"])
    return sum(any_of(draft.language, said).search(draft.text) is not None for said in parts)
