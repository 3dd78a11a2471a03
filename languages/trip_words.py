"""Words of trips in a language: `trip.yaml`, checked against its schema."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from languages.language import load_language
from languages.yaml_io import LanguageError, read_yaml


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Said(_Data):
    """A kind of sight or food: how it is said, and what its places are called."""

    says: tuple[str, ...]
    names: tuple[str, ...] = ()


class LodgingWords(_Data):
    """How one wishes to sleep."""

    none: tuple[str, ...]
    not_: tuple[str, ...]
    camper: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]
    center: tuple[str, ...]
    stars: str
    near: tuple[str, ...]
    tags: dict[str, tuple[str, ...]]


class TimeWords(_Data):
    """What a time of the day is the time of."""

    transport: dict[str, tuple[str, ...]]
    end: tuple[str, ...]
    start: tuple[str, ...]
    part_end: dict[str, int]
    landing: tuple[str, ...] = ()
    """That one comes by air, and is on the road only later."""


class DateWords(_Data):
    """Vague dates: parts of months, seasons."""

    month_part: str
    this_month: str
    days: tuple[str, ...]
    """A day of a month, with `month` and `day`."""
    parts: dict[str, int]
    seasons: dict[str, tuple[int, int]]


class TripWords(_Data):
    """All of `trip.yaml`; entries are regular expressions, `{n}` is a number."""

    measures: tuple[str, ...]
    party: dict[str, tuple[str, ...]]
    groups: dict[str, dict[str, int]]
    company: tuple[str, ...] = ()
    """Right before those who come along: "with the"."""
    people: str
    age: str
    alone_ages: dict[str, int]
    with_: dict[str, tuple[str, ...]]
    money: dict[str, tuple[str, ...]]
    lodging: LodgingWords
    limit: dict[str, tuple[str, ...]]
    sights_a_day: tuple[str, ...]
    frail: tuple[str, ...] = ()
    """Who walks and climbs badly, by what hurts."""
    range_left: str = r"(?!)"
    """How far the car still goes, `{n}`."""
    no_sights: tuple[str, ...] = ()
    """In the names of what is no sight, whatever the map calls it: 总部."""
    no_beds: tuple[str, ...] = ()
    """In the names of beds that are for no travellers: a school camp."""
    ages_before: tuple[str, ...] = ()
    """Before ages that are said without "years": they're three and seven."""
    easy: tuple[str, ...]
    late: tuple[str, ...]
    same_hotel: tuple[str, ...]
    units_m: dict[str, float]
    units_s: dict[str, float]
    half_hours: tuple[str, ...]
    """Half an hour, alone or with whole hours {n}: 一个半小时, "an hour and a half"."""
    clock: tuple[str, ...]
    clock_words: dict[str, int]
    afternoon: tuple[str, ...]
    morning: tuple[str, ...]
    daily: tuple[str, ...] = ()
    """That a time is meant for every day."""
    times: TimeWords
    parts: dict[str, tuple[str, ...]]
    meals: dict[str, tuple[str, ...]]
    half_day: tuple[str, ...]
    counted: str = r"(?!)"
    """What is counted out of several: `ordinal` or `last`, and `what`."""
    any_sight: tuple[str, ...] = ()
    """A stop of a plan, whatever it is."""
    every: tuple[str, ...] = ()
    """All of a kind: "every museum"."""
    any_one: tuple[str, ...] = ()
    """One of several, whichever: "one of them"."""
    towns_between: str
    area_ends: tuple[str, ...]
    date: DateWords
    holidays: dict[str, tuple[str, ...]]
    closed: tuple[str, ...] = ()
    """What a name says of a place that is no more: "Address - closed"."""
    not_restaurants: tuple[str, ...]
    foods: dict[str, Said]
    themes: dict[str, Said]
    needs: dict[str, tuple[str, ...]]
    orders: dict[str, tuple[str, ...]]


@cache
def trip_words(code: str) -> TripWords:
    """Return the words of trips of a language, read once.

    Raises
    ------
    LanguageError
        If the file is missing or does not fit.
    """
    path = load_language(code).folder / "trip.yaml"
    read = read_yaml(path)
    try:
        return TripWords.model_validate({("with_" if k == "with" else k): v for k, v in read.items()})
    except (AttributeError, ValidationError) as error:
        where = ""
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise LanguageError(f"{path}: {where or 'has to be a mapping'}") from None


@cache
def any_of(code: str, words: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for any of the words; Latin words stand alone, `{n}` is a number of the language."""
    return re.compile("|".join(f"(?:{alone(code, word)})" for word in words) or r"(?!)", re.IGNORECASE)


def alone(code: str, word: str) -> str:
    """Return the regular expression of one entry: numbers filled in, Latin words not inside others."""
    spoken = load_language(code)
    filled = word.replace("{n}", spoken.numbers.pattern) if "{n}" in word else word
    return rf"(?<![a-z0-9])(?:{filled})(?![a-z])" if spoken.settings.joiner else filled
