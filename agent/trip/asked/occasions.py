"""Dates by their occasion: holidays, parts of months, seasons: 端午节, 11月底, "early December"."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from agent.understanding.amounts import date_said
from languages import codes, load_language
from languages.trip_words import alone, any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_HOLIDAY_COUNTRIES = ("CN", "US")
"""Countries whose holidays are understood everywhere, besides those of the region's own."""
_NAMES_IN = {"CN": ("zh_CN", "en_US")}


def trip_date(words: str, now: datetime, language: Language, country: str = "") -> date | None:
    """Return the first day that is meant by the words of a date; None if they name none."""
    if not words:
        return None
    return (
        _holiday(words, now.date(), language, country)
        or _part_of_month(words, now.date(), language)
        or date_said(words, now)
        or _season(words, now.date(), language)
    )


def is_impossible(words: str) -> bool:
    """Whether the words name a day that no calendar has, in any language: the thirtieth of February."""
    return any(
        not _exists(month, day)
        for code in codes()
        for pattern in trip_words(code).date.days
        for found in any_of(code, (pattern,)).finditer(words)
        if (month := _month(found["month"], code)) and (day := _day_of_month(found["day"], code))
    )


def _month(said: str, language: Language) -> int:
    """Return the number of a month by its name or number; 0 if it is none."""
    months = [m.lower() for m in load_language(language).settings.months]
    if said.lower() in months:
        return months.index(said.lower()) + 1
    return int(load_language(language).numbers.read(said) or 0)


def _day_of_month(said: str, language: Language) -> int:
    """Return the day by its number or ordinal, of the first words that are one; 0 if none are."""
    numbers = load_language(language).numbers
    parts = said.strip(" .").split(" ")
    tried = ("-".join(parts), *parts[:1]) if len(parts) > 1 else tuple(parts)
    return next((day for one in tried if (day := numbers.read_ordinal(one))), 0)


def _exists(month: int, day: int) -> bool:
    try:
        date(2024, month, day)
    except ValueError:
        return False
    return True


def _holiday(words: str, today: date, language: Language, country: str) -> date | None:
    names = [
        name
        for said, named in trip_words(language).holidays.items()
        if any_of(language, (said,)).search(words)
        for name in named
    ]
    if not names:
        return None
    import holidays

    for place in dict.fromkeys((country, *_HOLIDAY_COUNTRIES)):
        if place not in holidays.list_supported_countries(include_aliases=False):
            continue
        for spoken in _NAMES_IN.get(place, ("en_US",)):
            days = holidays.country_holidays(place, years=[today.year, today.year + 1], language=spoken)
            found = [d for d, n in sorted(days.items()) if d >= today and any(_is(n, name) for name in names)]
            if found:
                return found[0]
    return None


def _is(holiday: str, name: str) -> bool:
    return any(part.strip().split(" (")[0] == name for part in holiday.split(";"))


def _part_of_month(words: str, today: date, language: Language) -> date | None:
    """The first, the middle, the end of a month; a bare month begins with its first day."""
    data = trip_words(language).date
    if re.search(r"\d\s*[号日]|[一二三四五六七八九十][号日]|\d(?:st|nd|rd|th)\b", words):
        return None
    numbers = load_language(language).numbers
    pattern = data.month_part.replace("{n}", numbers.pattern)
    if found := re.search(alone(language, pattern), words, re.IGNORECASE):
        if re.search(r"^\s*\d", words[found.end() :]):
            return None
        months = [m.lower() for m in load_language(language).settings.months]
        said = found["month"].lower()
        month = months.index(said) + 1 if said in months else int(numbers.read(said) or 0)
        if not 1 <= month <= 12:
            return None
        day = data.parts.get((found["part"] or "").lower(), 1)
        there = date(today.year, month, day)
        if there < today and month == today.month and not found["part"]:
            return today + timedelta(days=1)
        return there if there >= today else date(today.year + 1, month, day)
    if found := any_of(language, (data.this_month,)).search(words):
        ahead = 1 if found["next"] else 0
        year, month = _month_after(today, ahead)
        that = date(year, month, data.parts[found["part"].lower()])
        return that if that >= today else None
    return None


def _month_after(today: date, ahead: int) -> tuple[int, int]:
    total = today.month - 1 + ahead
    return today.year + total // 12, total % 12 + 1


def _season(words: str, today: date, language: Language) -> date | None:
    for said, (month, day) in trip_words(language).date.seasons.items():
        if any_of(language, (said,)).search(words):
            there = date(today.year, month, day)
            return there if there >= today else date(today.year + 1, month, day)
    return None
