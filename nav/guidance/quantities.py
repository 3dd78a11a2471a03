"""Distances, times and speeds in the words that people say.

Everything here returns text that a speech engine reads right without further normalisation: numbers and
units are written out.
"""

from datetime import datetime
from functools import lru_cache

from languages import load_language
from nav.guidance.words import Count, words_of


def rounded_distance_m(metres: float) -> int:
    """Round a distance to the step that people use at that size.

    Ten metres up to 100, fifty up to 500, a hundred up to 1 km, then a tenth of a kilometre up to 5 km, half
    a kilometre up to 10 km and whole kilometres beyond.
    """
    for limit, step in ((95, 10), (475, 50), (950, 100), (4950, 100), (9750, 500)):
        if metres < limit:
            return max(10, int(metres / step + 0.5) * step)
    return int(metres / 1000 + 0.5) * 1000


def spoken_distance(metres: float, language: str, *, ahead: bool = False) -> str:
    """Say a distance, rounded as people say it.

    Parameters
    ----------
    metres : float
        Distance in metres; a negative one counts as none.
    language : str
        Code of the language to say it in.
    ahead : bool
        Whether it is said of something that lies so far ahead, for languages with cases.

    Returns
    -------
    str
        Such as 三百米, 两公里, "three hundred metres", "one and a half kilometres".
    """
    return _distance_words(rounded_distance_m(max(0.0, metres)), language, ahead)


@lru_cache(maxsize=4096)
def _distance_words(rounded_m: int, language: str, ahead: bool) -> str:
    words = words_of(language)
    units = (words.units_ahead if ahead else None) or words.units
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


def _counted(count: int, unit: Count, language: str) -> str:
    return unit.of(count).say(n=load_language(language).numbers.spell(count, counting=True))


def shown_distance(metres: float) -> str:
    """Write a distance for a screen, rounded as it is spoken: "300 m", "1.5 km"."""
    rounded = rounded_distance_m(max(0.0, metres))
    return f"{rounded} m" if rounded < 1000 else f"{rounded / 1000:g} km"


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


def spoken_speed(kph: float, language: str) -> str:
    """Say a speed: 六十公里每小时, "sixty kilometres an hour"."""
    return words_of(language).speed.kph.say(n=load_language(language).numbers.spell(int(kph + 0.5)))
