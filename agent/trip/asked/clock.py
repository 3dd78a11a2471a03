"""Times of a trip in the words said: 下午两点出发, "back by six", "before my flight at four"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from agent.trip.asked.marks import count_in
from languages import load_language
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_AHEAD = {"flight": timedelta(hours=2), "train": timedelta(minutes=45), "ship": timedelta(hours=1)}
"""How long before it leaves one should be there."""
_HALF_A_DAY = timedelta(hours=4, minutes=30)
_OUT_OF_AIRPORT = timedelta(hours=1)
"""From landing to being on the road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a trip begins and ends, and when one eats, as far as it was said."""

    begin: time | None = None
    """Start of the first day."""
    daily: time | None = None
    """Start of every day."""
    end: time | None = None
    """When the last day has to be over: back, or at the airport."""
    lunch: time | None = None
    dinner: time | None = None
    read: tuple[str, ...] = ()
    """The words that were understood."""


def times_of(spans: Sequence[str], language: Language) -> Times:
    """Read the times of a trip."""
    found: dict[str, time] = {}
    read, half, long = [], False, timedelta()
    words = trip_words(language)
    for span in spans:
        at = clock_of(span, language)
        if _half_day(span, language):
            half, long = True, _length(span, language) or long
            read.append(span)
            if (begins := _part_begins(span, language)) is not None:
                found.setdefault("begin", begins)
            continue
        if at is None:
            continue
        read.append(span)
        if (both := _from_to(span, language)) is not None:
            found["begin"], found["end"] = both
            continue
        meal = next((m for m in ("lunch", "dinner") if _says(language, words.meals[m], span)), None)
        carrier = next((m for m, said in words.times.transport.items() if _says(language, said, span)), None)
        landed = bool(words.times.landing) and _says(language, words.times.landing, span)
        if carrier and not landed and not _says(language, words.times.start, span):
            at = at if _says(language, words.morning, span) else _half(at, time(9))
            at = (datetime.combine(datetime.min.date() + timedelta(days=1), at) - _AHEAD[carrier]).time()
            found["end"] = at
        elif meal and not _moves(span, language):
            found[meal] = _half(at, time(15) if meal == "dinner" else time(10))
        elif _until(span, language) or (
            _says(language, words.times.end, span) and not _starts(span, language)
        ):
            found["end"] = _half(at, time(9)) if at < time(9) else at
        else:
            begin = _later(at, _OUT_OF_AIRPORT) if landed else at
            found["daily" if _every_day(span, language) else "begin"] = begin
    if half and "end" not in found:
        found["end"] = _later(found.get("begin", time(9)), long or _HALF_A_DAY)
    return Times(**found, read=tuple(read))


def _part_begins(span: str, language: Language) -> time | None:
    """Return when the part of the day begins that words name; None if they name none."""
    begins = {"morning": time(9), "afternoon": time(13), "evening": time(18)}
    parts = trip_words(language).parts
    return next((at for part, at in begins.items() if _says(language, parts[part], span)), None)


def _length(span: str, language: Language) -> timedelta:
    """Return how long a part of a day is that is said in hours; nothing if it is not."""
    for unit, seconds in trip_words(language).units_s.items():
        if (counted := count_in(rf"{{n}} ?(?:{unit})", span, language)) is not None:
            return timedelta(seconds=counted[0] * seconds)
    return timedelta()


def _moves(span: str, language: Language) -> bool:
    """Whether a time is that of a start or an end: a mere "before" or "after" tells of neither."""
    talk = talk_words(language).change if talks_of_trips(language) else None
    sides = any_of(language, (*talk.before, *talk.afterwards)) if talk else None
    said = (*trip_words(language).times.end, *trip_words(language).times.start)
    verbs = tuple(word for word in said if sides is None or not sides.fullmatch(word))
    return _says(language, verbs, span)


def _until(span: str, language: Language) -> bool:
    """Whether a time begins with a word that says up to when: "till Sunday noon"."""
    if not talks_of_trips(language):
        return False
    said = re.compile(rf"(?:{talk_words(language).days.until})(?!\w)", re.IGNORECASE)
    return bool(load_language(language).settings.joiner) and said.match(span) is not None


def _half_day(span: str, language: Language) -> bool:
    return talks_of_trips(language) and _says(language, talk_words(language).days.half, span)


def _from_to(span: str, language: Language) -> tuple[time, time] | None:
    """Return the begin and the end of "from nine to one"; None if a span has no two times."""
    if not talks_of_trips(language):
        return None
    until = re.compile(rf"(?<!\w)(?:{talk_words(language).days.until})(?!\w)|[到至]", re.IGNORECASE)
    for joint in until.finditer(span):
        begin, end = clock_of(span[: joint.start()], language), clock_of(span[joint.end() :], language)
        if begin is not None and end is not None:
            end = _half(end, time(12)) if end <= begin else end
            return (begin, end) if begin < end else None
    return None


def _later(at: time, by: timedelta) -> time:
    """Return a time later on the same day."""
    late = datetime.combine(datetime.min.date(), at) + by
    return late.time() if late.date() == datetime.min.date() else at


def _every_day(span: str, language: Language) -> bool:
    return _says(language, trip_words(language).daily, span)


def _starts(span: str, language: Language) -> bool:
    """Whether the start is said after the end: 出发 wins over 前."""
    return _says(language, trip_words(language).times.start[:4], span)


def _says(language: Language, words: Sequence[str], text: str) -> bool:
    return any_of(language, tuple(words)).search(text) is not None


def _time_of(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _half(at: time, not_before: time) -> time:
    """Put a time of which no half of the day was said into the afternoon, if it cannot be in the morning."""
    return at.replace(hour=at.hour + 12) if at < not_before and at.hour < 12 else at


def clock_of(text: str, language: Language) -> time | None:
    """Return the time of the day that words name; None if they name none."""
    words = trip_words(language)
    numbers = load_language(language).numbers
    pm = any_of(language, words.afternoon).search(text) is not None
    am = any_of(language, words.morning).search(text) is not None
    bare = load_language(language).settings.nouns.without_article
    found = (match for pattern in words.clock for match in any_of(language, (pattern,)).finditer(text))
    for parts in (match.groupdict() for match in found):
        said = parts["hour"].strip()
        hour = numbers.read(said) if bare(f"{said} x") != "x" else None  # "a" of "a hotel" is no hour
        minute = 30 if parts.get("half") is not None else 15 if parts.get("quarter") else 0
        before = 30 if parts.get("half_to") else 15 if parts.get("quarter_to") else 0
        if parts.get("minute"):
            minute = int(numbers.read(parts["minute"].replace("-", " ")) or 0)
        if hour is None or hour != int(hour) or hour > 24 or minute > 59:
            continue
        if (pm and hour < 12) or (not am and not pm and hour < 6):
            hour += 12
        return _time_of(int(hour) * 60 + minute - before)
    for said, hour in words.clock_words.items():
        if any_of(language, (said,)).search(text):
            return time(hour % 24)
    for said, hour in words.times.part_end.items():
        if any_of(language, (said,)).search(text):
            begins = {12: 9, 13: 12, 17: 13, 20: 18}[hour]
            return time(hour if _says(language, words.times.end, text) else begins)
    return None
