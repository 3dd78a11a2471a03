"""Days and times of the clock as people say them, read into dates and moments by each language's data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from languages import codes
from languages.moments import MomentWords, moment_words

_SMALL_HOURS = 4
"""What is open until an hour before this is so at night."""
_EARLY = 6
"""An hour before this is meant after noon if nothing else was said."""
_LATE = (23, 0)
_MIDDAY = time(13)
"""When something is to be open on a day of which no hour was said."""
_MINUTE = timedelta(minutes=1)
_MONTHS_AHEAD = 14


def date_said(text: str, now: datetime) -> date | None:
    """Return the date that the words name, in whatever language; None if they name none."""
    return next((day for words in _languages() if (day := _day(words, text, now.date()))), None)


def until_said(words: str) -> bool:
    """Tell "until ten" from "at ten"."""
    return any(spoken.said(spoken.data.until, words) for spoken in _languages())


def shift_said(text: str) -> int | None:
    """Return by how many days a date is put off ("推迟一天"), negative if it is sooner; None if it is not."""
    for words in _languages():
        for entry, sign in ((words.data.later, 1), (words.data.sooner, -1)):
            if found := words.find(entry).search(text):
                said = next((g for g in found.groups() if g), "1")
                return sign * int(words.language.numbers.read(said) or 1)
    return None


def moment_said(words: str, now: datetime) -> datetime | None:
    """Return the moment at which a place has to be open.

    Parameters
    ----------
    words
        What was said of it: "on Sunday", "at ten pm", 开到十二点.
    now
        The present, in the region's own time, with or without a time zone.

    Returns
    -------
    datetime or None
        "Until ten" is the minute before ten. None if the words name no moment.
    """
    return next((moment for spoken in _languages() if (moment := _moment(spoken, words, now))), None)


def hour_said(words: str) -> bool:
    """Tell "tomorrow at ten" and "tomorrow evening" from "tomorrow"."""
    return any(
        _clock(spoken, words) is not None or any(pattern.search(words) for pattern, _ in spoken.parts)
        for spoken in _languages()
    )


def _languages() -> list[MomentWords]:
    return [moment_words(code) for code in codes()]


def _moment(spoken: MomentWords, words: str, now: datetime) -> datetime | None:
    day = _day(spoken, words, now.date())
    clock = _clock(spoken, words)
    if clock is None:
        hour = next((hour for pattern, hour in spoken.parts if pattern.search(words)), None)
        if day is None and hour is None:
            return None
        at = _MIDDAY if hour is None else time(hour)
        moment = datetime.combine(day or now.date(), at, tzinfo=now.tzinfo)
        return moment if day or moment >= now else moment + timedelta(days=1)
    until = spoken.said(spoken.data.until, words)
    half = _Half.of(spoken, words, until=until)
    moment = _placed(*clock, half, day=day, now=now)
    after = not until and spoken.said(spoken.data.after, words)
    return moment - _MINUTE if until else moment + (_MINUTE if after else timedelta())


@dataclass(frozen=True, slots=True)
class _Half:
    """The half of the day that words name."""

    morning: bool
    after_noon: bool
    later: bool
    """Whether the later half is meant, by name or because it lasts until then."""

    @classmethod
    def of(cls, spoken: MomentWords, words: str, *, until: bool) -> _Half:
        data = spoken.data
        after_noon = spoken.said(data.after_noon, words)
        later = after_noon or until or spoken.said(data.evening, words)
        return cls(spoken.said(data.before_noon, words), after_noon, later)


def _placed(hour: int, minute: int, half: _Half, *, day: date | None, now: datetime) -> datetime:
    """Put a time of the clock on the day that is meant, into the half of the day that is meant.

    Without either it is the next such hour; what is open "until two" is so at night, "until ten" in the
    evening.
    """
    base = datetime.combine(day or now.date(), time(), tzinfo=now.tzinfo)
    if hour == 12 and half.later and not half.after_noon:
        hour = 24
    elif hour < _SMALL_HOURS and half.later and not (half.after_noon or half.morning):
        hour += 24
    elif hour < 12 and half.later and not half.morning:
        hour += 12
    moment = base + timedelta(hours=hour, minutes=minute)
    if day is not None or moment >= now:
        past = hour < 12 and not half.morning and moment < now
        return moment + timedelta(hours=12 if past else 0)
    later = moment + timedelta(hours=12)
    if hour < _EARLY and not half.morning:
        return later if later >= now else later + timedelta(days=1)
    return later if hour < 12 and not half.morning and later >= now else moment + timedelta(days=1)


def _clock(spoken: MomentWords, words: str) -> tuple[int, int] | None:
    """Return hour (0 to 24) and minute of the clock; None if none is named."""
    for entry, at in ((spoken.data.midnight, (24, 0)), (spoken.data.late, _LATE)):
        if spoken.said(entry, words):
            return at
    for pattern, add in spoken.clock:
        if found := pattern.search(words):
            parts = found.groupdict()
            hour, minute = spoken.language.numbers.read(parts["h"]), 0.0
            if parts.get("m"):
                minute = spoken.language.numbers.read(parts["m"]) or 0.0
            total = int((hour or 0) * 60 + minute + add)
            return divmod(total, 60) if 0 <= total <= 24 * 60 else None
    return (12, 0) if spoken.said(spoken.data.noon, words) else None


def _day(spoken: MomentWords, text: str, today: date) -> date | None:
    for pattern, days in spoken.days:
        if pattern.search(text):
            return today + timedelta(days=days)
    if found := spoken.find(spoken.data.in_days).search(text):
        return today + timedelta(days=int(spoken.language.numbers.read(found["n"]) or 1))
    return _weekday(spoken, text, today) or _calendar(spoken, text, today)


def _weekday(spoken: MomentWords, text: str, today: date) -> date | None:
    """The coming one; "next" and 下 mean the one of the week after this."""
    if spoken.said(spoken.data.weekend, text):
        ahead = (5 - today.weekday()) % 7
        return today + timedelta(days=ahead + 7 if spoken.next_weekend.search(text) else ahead or 7)
    for number, pattern in enumerate(spoken.weekdays):
        if pattern.search(text):
            ahead = (number - today.weekday()) % 7 or 7
            is_next = spoken.next_weekdays[number].search(text) and ahead < 7 - today.weekday()
            return today + timedelta(days=ahead + (7 if is_next else 0))
    if spoken.said(spoken.data.next_week, text):
        return today + timedelta(days=7 - today.weekday())
    return None


def _calendar(spoken: MomentWords, text: str, today: date) -> date | None:
    """A day of the month, with or without the month: the next one that is not past."""
    found = next((found for pattern in spoken.calendar if (found := pattern.search(text))), None)
    if found is None:
        return None
    day = spoken.language.numbers.read_ordinal(found["d"].rstrip("."))
    said = found.groupdict().get("month")
    month = spoken.month(said) if said else None
    if day is None or (said and month is None):
        return None
    for ahead in range(_MONTHS_AHEAD):
        total = today.month - 1 + ahead
        try:
            there = date(today.year + total // 12, total % 12 + 1, day)
        except ValueError:
            continue
        if there >= today and month in {None, there.month}:
            return there
    return None


def today_said(words: str) -> bool:
    """Tell "open today", which asks for now, from a moment."""
    bare = re.sub(r"(?i)^\s*(?:on )?|\s*$", "", words)
    return any(
        days == 0 and pattern.fullmatch(bare) and _clock(spoken, bare) is None
        for spoken in _languages()
        for pattern, days in spoken.days
    )
