"""Cut opening hours into tokens, whatever dashes, digits, clocks and everyday words they are written with."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal[
    "weekday", "weekdays", "month", "holiday", "easter", "week", "day", "state", "event", "always", "time",
    "number", "half", "daylight", "before", "comment", "sign",
]  # fmt: skip

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPANS = {"daily": (0, 6), "workdays": (0, 4), "weekend": (5, 6)}
_EVENTS = ("dawn", "sunrise", "sunset", "dusk")
_SIGNS = {"to": "-", "and": ","}
_CLOCK = {"noon": 720, "midnight": 1440}
_MOST_LETTERS = 1000
"""Longer values are no opening hours: the tag holds at most 255."""

_QUOTES = re.compile(r"[“”„‟«»″]")
_DASHES = re.compile(r"[‐‑‒–—―−ー~～〜∼→]")
_RAISED = re.compile(r"(?<=\d)(?=[⁰¹²³⁴⁵][⁰¹²³⁴⁵⁶⁷⁸⁹])")
"""Before minutes that are written small: 8³⁰."""


class NotOpeningHours(ValueError):
    """A text is none, or could be read in more than one way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of opening hours that means something."""

    kind: Kind
    text: str = ""
    value: int = 0
    """Weekday (Monday 0), month (January 1), minute of the day, or number."""
    is_bare: bool = False
    """A time that may be of twelve hours or of twenty-four: "9", "9:00", "5h"."""
    half: str = ""
    """Half of the day that was said with it, "am" or "pm"."""


@cache
def _tables() -> dict[str, dict[str, str]]:
    """Return for each language what each of its words stands for."""
    content = tomllib.loads(files("nav").joinpath("data", "hours_words.toml").read_text(encoding="utf-8"))
    return {
        language: {word: canonical for canonical, words in table.items() for word in words}
        for language, table in content.items()
    }


def languages() -> tuple[str, ...]:
    """Return the languages that are read: the notation, English, and those beside which both may stand."""
    return tuple(_tables())


@cache
def _scanner(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    tables = _tables()
    words = {**tables["notation"], **(tables["en"] if language != "notation" else {}), **tables[language]}
    ordered = sorted(words, key=len, reverse=True)
    pattern = "|".join(
        re.escape(word) + (r"(?![^\W\d_])" if word[-1].isalpha() and not _is_han(word[-1]) else "")
        for word in ordered
    )
    return re.compile(
        r"(?P<space>\s+)"
        r'|"(?P<comment>[^"]*)"'
        rf"|(?P<word>{pattern})\.?"
        r"|(?P<monthday>(?P<cmonth>\d{1,2})(?:月|월)(?:份)?(?:\s*(?P<cday>\d{1,2})\s*(?:日|号|號|일))?)"
        r"|(?P<oclock>(?P<chour>\d{1,2})\s*(?:时|時|点|點|시)(?:(?P<chalf>半)|(?P<cminute>\d{1,2})\s*(?:分|분)?|整|钟)?)"
        r"|(?P<clock>(?P<hour>\d{1,2})\s?[:.h](?P<minute>\d{2})(?![\d.]))"
        r"|(?P<french>(?P<fhour>\d{1,2})h(?![a-z\d/]))"
        r"|(?P<number>\d+)(?:\.(?!\d))?"
        r"|(?P<sign>\|\||[-+,;:/&()\[\]])",
    ), words


def _is_han(letter: str) -> bool:
    return letter >= "\u2e80"


def _plain(text: str) -> str:
    """Return a text with plain digits, dashes and quotes."""
    text = _RAISED.sub(":", _QUOTES.sub('"', text))
    quoted = re.split(r'("[^"]*")', text)
    for at in range(0, len(quoted), 2):
        plain = unicodedata.normalize("NFKC", _DASHES.sub("-", quoted[at])).lower()
        quoted[at] = _DASHES.sub("-", plain)
    return "".join(quoted)


def tokens(text: str, language: str) -> list[Token]:
    """Cut opening hours into tokens.

    Parameters
    ----------
    text
        Value of the tag.
    language
        Whose words may stand in it besides the notation.

    Raises
    ------
    NotOpeningHours
        Something in it is not understood.
    """
    if len(text) > _MOST_LETTERS or text.count('"') % 2:
        raise NotOpeningHours(text[:80])
    text = text.removeprefix("opening_hours=")
    plain, (scanner, words) = _plain(text), _scanner(language)
    found: list[Token] = []
    at = 0
    while at < len(plain):
        match = scanner.match(plain, at)
        if match is None or not match.end() > at:
            raise NotOpeningHours(plain[at : at + 40])
        at = match.end()
        found += _of(match, words)
    return _with_halves(found)


def _of(match: re.Match[str], words: dict[str, str]) -> list[Token]:
    """Return what one piece of text means."""
    match match.lastgroup:
        case "space":
            return []
        case "comment":
            return [Token(kind="comment", text=match["comment"])]
        case "monthday":
            return _month_day(int(match["cmonth"]), match["cday"])
        case "oclock":
            minutes = 30 if match["chalf"] else int(match["cminute"] or 0)
            return [_time(int(match["chour"]), minutes, is_bare=False)]
        case "clock":
            return [_time(int(match["hour"]), int(match["minute"]), is_bare=len(match["hour"]) == 1)]
        case "french":
            return [_time(int(match["fhour"]), 0, is_bare=True)]
        case "word":
            return _word(words[match["word"]], match["word"])
        case "number":
            return [Token(kind="number", text=match["number"], value=int(match["number"][:9]))]
    sign = match["sign"]
    return [Token(kind="sign", text="," if sign == "&" else sign)]


def _time(hour: int, minute: int, *, is_bare: bool) -> Token:
    if minute > 59 or hour > 48 or (hour == 48 and minute):
        raise NotOpeningHours(f"{hour}:{minute}")
    return Token(kind="time", value=hour * 60 + minute, is_bare=is_bare)


def _month_day(month: int, day: str | None) -> list[Token]:
    if not 1 <= month <= 12:
        raise NotOpeningHours(f"{month} is no month")
    found = [Token(kind="month", value=month)]
    return [*found, Token(kind="number", text=day, value=int(day))] if day else found


def _word(meaning: str, word: str) -> list[Token]:
    if not meaning:
        return []
    if meaning in WEEKDAYS:
        return [Token(kind="weekday", value=WEEKDAYS.index(meaning))]
    if meaning in MONTHS:
        return [Token(kind="month", value=MONTHS.index(meaning) + 1)]
    if meaning in _SPANS:
        return [Token(kind="weekdays", text=meaning)]
    if meaning in _EVENTS:
        return [Token(kind="event", text=meaning)]
    if meaning in _SIGNS:
        return [Token(kind="sign", text=_SIGNS[meaning])]
    if meaning in _CLOCK:
        return [Token(kind="time", value=_CLOCK[meaning])]
    if meaning in ("PH", "SH"):
        return [Token(kind="holiday", text="public" if meaning == "PH" else "school")]
    if meaning in ("am", "pm"):
        return [Token(kind="half", text=meaning)]
    if meaning in ("open", "closed", "unknown"):
        return [Token(kind="state", text=meaning)]
    kinds: dict[str, Kind] = {
        "easter": "easter", "week": "week", "day": "day", "always": "always", "daylight": "daylight",
        "before": "before",
    }  # fmt: skip
    return [Token(kind=kinds[meaning], text=word)]


def weekdays_of(token: Token) -> tuple[int, int]:
    """Return the first and the last weekday of a word for several."""
    return _SPANS[token.text]


def _with_halves(found: list[Token]) -> list[Token]:
    """Join hours with the half of the day that is said before or after them: "9 am", 下午5点."""
    out: list[Token] = []
    at = 0
    while at < len(found):
        here, then = found[at], found[at + 1] if at + 1 < len(found) else None
        if here.kind == "always" and here.text.startswith("24") and out and out[-1].text == "-":
            here = Token(kind="time", value=1440, is_bare=True)
        if here.kind == "half" and then is not None and then.kind in ("time", "number"):
            out.append(_of_half(then, here.text))
            at += 2
        elif here.kind in ("time", "number") and then is not None and then.kind == "half":
            out.append(_of_half(here, then.text))
            at += 2
        elif here.kind == "half":
            raise NotOpeningHours(f"{here.text} without an hour")
        else:
            out.append(here)
            at += 1
    return out


def _of_half(token: Token, half: str) -> Token:
    minute = token.value if token.kind == "time" else token.value * 60
    if minute > 12 * 60 + 59 and not (half == "pm" and minute <= 24 * 60):
        raise NotOpeningHours(f"{token.value} {half}")
    if minute < 13 * 60:
        minute = minute % 720 + (720 if half == "pm" else 0)
    return Token(kind="time", value=minute, half=half)
