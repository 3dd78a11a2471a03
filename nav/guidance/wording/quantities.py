"""Distances, times and speeds in the words that people say.

Everything here returns text that a speech engine reads right without further normalisation: numbers and
units are written out.
"""

from datetime import datetime
from functools import lru_cache

from languages import load_language
from nav.guidance.wording.words import Count, UnitWords, words_of
from nav.units import Units, speed_in

_FEET_PER_M = 1 / 0.3048
_YARDS_PER_M = 1 / 0.9144
_MILES_PER_M = 1 / 1609.344
_LONGEST_FEET = 1000
_LONGEST_YARDS = 350
_DISTANCES_KEPT = 4096


def rounded_distance_m(metres: float) -> int:
    """Round a distance to the step that people use at that size.

    Ten metres up to 100, fifty up to 500, a hundred up to 1 km, then a tenth of a kilometre up to 5 km, half
    a kilometre up to 10 km and whole kilometres beyond.
    """
    for limit, step in ((95, 10), (475, 50), (950, 100), (4950, 100), (9750, 500)):
        if metres < limit:
            return max(10, int(metres / step + 0.5) * step)
    return int(metres / 1000 + 0.5) * 1000


def spoken_distance(metres: float, language: str, *, units: Units = "metric", ahead: bool = False) -> str:
    """Say a distance, rounded as people say it.

    Parameters
    ----------
    metres : float
        Distance in metres; a negative one counts as none.
    language : str
        Code of the language to say it in.
    units : {"metric", "us", "uk"}
        Units to say it in.
    ahead : bool
        Whether it is said of something that lies so far ahead, for languages with cases.

    Returns
    -------
    str
        Such as 三百米, 两公里, "three hundred metres", "a quarter of a mile", "one and a half kilometres".
    """
    metres = max(0.0, metres)
    if units == "metric":
        return _metric_words(rounded_distance_m(metres), language, ahead)
    small = _small(metres, units)
    if small:
        return _small_words(small, units, language, ahead)
    return _mile_words(_quarter_miles(metres), language, ahead)


def _small(metres: float, units: Units) -> int:
    """Return a distance in rounded feet or yards; 0 if it is said in miles."""
    value = metres * (_FEET_PER_M if units == "us" else _YARDS_PER_M)
    if value >= (_LONGEST_FEET if units == "us" else _LONGEST_YARDS) * 0.975:
        return 0
    step = 10 if value < 95 else 50 if value < 475 else 100
    return max(10, int(value / step + 0.5) * step)


def _quarter_miles(metres: float) -> int:
    """Return a distance in quarters of a mile: quarters up to 2 miles, halves up to 10, then whole miles."""
    miles = metres * _MILES_PER_M
    step = 1 if miles < 1.875 else 2 if miles < 9.75 else 4
    return max(1, int(miles * 4 / step + 0.5) * step)


def _units(language: str, ahead: bool) -> UnitWords:
    words = words_of(language)
    return (words.units_ahead if ahead else None) or words.units


@lru_cache(maxsize=_DISTANCES_KEPT)
def _metric_words(rounded_m: int, language: str, ahead: bool) -> str:
    units = _units(language, ahead)
    if rounded_m < 1000:
        return _counted(rounded_m, units.metre, language)
    whole, tenth = divmod(rounded_m // 100, 10)
    if not tenth:
        return _counted(whole, units.kilometre, language)
    unit, spell = units.kilometre, load_language(language).numbers.spell
    if tenth == 5 and whole < 10 and unit.half is not None:
        return unit.half.say(whole=spell(whole))
    assert unit.tenths is not None, "a language divides kilometres"
    return unit.tenths.say(whole=spell(whole), tenth=spell(tenth))


@lru_cache(maxsize=_DISTANCES_KEPT)
def _small_words(value: int, units: Units, language: str, ahead: bool) -> str:
    words = _units(language, ahead)
    return _counted(value, words.foot if units == "us" else words.yard, language)


@lru_cache(maxsize=_DISTANCES_KEPT)
def _mile_words(quarters: int, language: str, ahead: bool) -> str:
    mile = _units(language, ahead).mile
    whole, part = divmod(quarters, 4)
    if not part:
        return _counted(whole, mile, language)
    if not whole:
        return mile.quarters[part - 1].say()
    return mile.and_quarters[part - 1].say(whole=load_language(language).numbers.spell(whole))


def _counted(count: int, unit: Count, language: str) -> str:
    return unit.of(count).say(n=load_language(language).numbers.spell(count, counting=True))


def shown_distance(metres: float, units: Units = "metric") -> str:
    """Write a distance for a screen, rounded as it is spoken: "300 m", "1.5 km", "500 ft", "0.3 mi"."""
    metres = max(0.0, metres)
    if units == "metric":
        rounded = rounded_distance_m(metres)
        return f"{rounded} m" if rounded < 1000 else f"{rounded / 1000:g} km"
    small = _small(metres, units)
    if small:
        return f"{small} {'ft' if units == 'us' else 'yd'}"
    miles = metres * _MILES_PER_M
    return f"{miles:.1f} mi" if miles < 9.95 else f"{miles:.0f} mi"


def spoken_duration(seconds: float, language: str) -> str:
    """Say a length of time in hours and minutes, to five minutes beyond three hours.

    Parameters
    ----------
    seconds : float
        Time in seconds.
    language : str
        Code of the language to say it in.

    Returns
    -------
    str
        Such as 十二分钟, 一小时二十分钟, "less than a minute", "one hour twenty minutes".
    """
    words = words_of(language)
    minutes = int(max(0.0, seconds) / 60 + 0.5)
    if minutes < 1:
        return words.duration.none
    if minutes > 180:
        minutes = int(minutes / 5 + 0.5) * 5
    hours, minutes = divmod(minutes, 60)
    said_hours = _counted(hours, words.units.hour, language) if hours else ""
    said_minutes = _counted(minutes, words.units.minute, language) if minutes else ""
    if said_hours and said_minutes:
        return words.duration.both.say(hours=said_hours, minutes=said_minutes)
    return said_hours or said_minutes


def spoken_time(moment: datetime, language: str) -> str:
    """Say a time of day: 下午三点二十分, "three twenty p.m."."""
    clock, spell = words_of(language).clock, load_language(language).numbers.spell
    hour, minute = moment.hour, moment.minute
    if clock.cycle == 12:
        hour = hour - 12 if hour > 12 else hour or clock.midnight
    phrase = clock.few if minute < 10 else clock.minutes
    if minute == 0:
        phrase = clock.full
    elif minute == 30 and clock.half is not None:
        phrase = clock.half
    part = next(part.word for part in clock.parts if moment.hour < part.until)
    return phrase.say(hour=spell(hour, counting=True), minute=spell(minute), part=part)


def spoken_speed(kph: float, language: str, *, units: Units = "metric") -> str:
    """Say a speed: 六十公里每小时, "sixty kilometres an hour", "thirty-five miles an hour"."""
    words = words_of(language).speed
    phrase = words.kph if units == "metric" else words.mph
    return phrase.say(n=load_language(language).numbers.spell(speed_in(kph, units)))
