"""Where a sentence about a trip names a day, a number of days, or says no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise

from agent.trip.dates import date_said
from languages import load_language
from languages.moments import moment_words
from languages.trip_talk import talk_words
from languages.trip_words import alone, any_of, trip_words

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A day that is named in a sentence."""

    day: int
    """From 1; -1 for the last."""
    start: int
    end: int


def day_marks(text: str, language: str) -> list[Mark]:
    """Return the days that are named, in the order said."""
    words, found = talk_words(language).day_marks, []
    for pattern in words.number:
        for match in _numbered(pattern, language).finditer(text):
            number = _number(match, language)
            if number:
                found.append(Mark(day=number, start=match.start(), end=match.end()))
    for day, said in ((1, words.first), (2, words.second), (-1, words.last)):
        found += [Mark(day=day, start=m.start(), end=m.end()) for m in any_of(language, said).finditer(text)]
    kept: list[Mark] = []
    for mark in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


@cache
def _numbered(pattern: str, language: str) -> re.Pattern[str]:
    numbers = load_language(language).numbers
    counted = pattern.replace("{n}", f"(?P<n>{numbers.pattern})", 1)
    return re.compile(alone(language, counted), re.IGNORECASE)


def _number(match: re.Match[str], language: str) -> int | None:
    """Return the number that a pattern found; None if it found none."""
    parts, numbers = match.groupdict(), load_language(language).numbers
    if parts.get("ordinal"):
        return numbers.read_ordinal(parts["ordinal"].lower())
    value = numbers.read((parts.get("n") or "").strip().lower())
    return int(value) if value is not None and 0 <= value < _MOST else None


def count_in(pattern: str, text: str, language: str) -> tuple[int, re.Match[str]] | None:
    """Return the number that a pattern finds in a text (1 if it says none), and where."""
    match = _numbered(pattern, language).search(text)
    if match is None:
        return None
    number = _number(match, language)
    return 1 if number is None else number, match


def days_said(text: str, language: str) -> tuple[int, re.Match[str]] | None:
    """Return how many days a trip is to take; None if that is not said."""
    words = talk_words(language).days
    if match := any_of(language, words.half).search(text):
        return 1, match
    for pattern in words.count:
        found = count_in(pattern, text, language)
        if found is not None and not _is_mark(text, found[1], language):
            return found
    for pattern, days in words.words.items():
        if match := any_of(language, (pattern,)).search(text):
            return days, match
    if (found := count_in(words.nights, text, language)) is not None:
        return found[0] + 1, found[1]
    return None


def days_between(text: str, language: str) -> tuple[int, str, tuple[int, int]] | None:
    """Return how many days there are from one weekday to another, the first, and where the second is said."""
    moments, words = moment_words(language), talk_words(language).days
    parts = tuple(word for said in trip_words(language).parts.values() for word in said)
    said = sorted(
        (match.start(), match.end(), number)
        for number, weekday in enumerate(moments.weekdays)
        for match in weekday.finditer(text)
    )
    for (begin, end, first), (start, last_end, last) in pairwise(said):
        between = any_of(language, parts).sub(" ", text[end:start])
        until = re.fullmatch(rf"\s*(?:{words.until})\s*", between, re.IGNORECASE)
        if until or any_of(language, words.leaves).search(text[end:]):
            return (last - first) % 7 + 1, text[begin:end], (end, last_end)
    return None


def days_until(text: str, now: datetime, language: str) -> tuple[int, str, tuple[int, int]] | None:
    """Return the same from a day that is said by its distance to a weekday: "tomorrow till Sunday"."""
    until = re.compile(rf"\s*(?:{talk_words(language).days.until})\s*", re.IGNORECASE)
    for number, weekday in enumerate(moment_words(language).weekdays):
        for last in weekday.finditer(text):
            joint = next((m for m in until.finditer(text) if m.end() == last.start() and m[0].strip()), None)
            words = text[: joint.start()].split() if joint else []
            first = date_said(words[-1].strip(",.;，。"), now) if words else None
            if joint and first is not None and joint.start() > 0:
                return (number - first.weekday()) % 7 + 1, words[-1], (joint.start(), last.end())
    return None


def without_days(text: str, language: str) -> str:
    """Return a text without its days of the trip and their number: neither is a date."""
    spans = [(mark.start, mark.end) for mark in day_marks(text, language)]
    if (found := days_said(text, language)) is not None:
        spans.append(found[1].span())
    left = list(text)
    for start, end in spans:
        left[start:end] = ["\0"] * (end - start)
    return "".join(left)


def stays_said(text: str, language: str) -> dict[str, int]:
    """Return how many days are to be spent at each place that is named with a number of days."""
    found: dict[str, int] = {}
    half = any_of(language, talk_words(language).days.half)
    text = half.sub(lambda match: " " * len(match[0]), text)  # "Half a day" is no place to be for one
    counts = load_language(language).numbers.pattern
    text = re.sub(rf"^(?:{counts})\b", lambda match: match[0].lower(), text, flags=re.IGNORECASE)  # no name
    fillers = talk_words(language).fillers  # "Plan two days" names no place
    for pattern in talk_words(language).stays:
        for match in _cased(pattern, language).finditer(text):
            said = any(any_of(language, fillers).fullmatch(word) is None for word in match["place"].split())
            if said and (number := _number(match, language)) and not _is_mark(text, match, language):
                found[match["place"]] = number
    return found


def areas_wished(text: str, language: str) -> list[str]:
    """Return the areas to which one wants to go, where the words say that it is to be planned."""
    words = talk_words(language)
    if not any_of(language, (*words.plans, *words.visiting)).search(text):
        return []
    found = (match["place"] for pattern in words.going for match in _cased(pattern, language).finditer(text))
    return list(dict.fromkeys(found))


@cache
def _cased(pattern: str, language: str) -> re.Pattern[str]:
    """Compile a pattern in which capital letters tell a name."""
    numbers = load_language(language).numbers
    return re.compile(pattern.replace("{n}", f"(?P<n>{numbers.pattern})", 1))


def _is_mark(text: str, match: re.Match[str], language: str) -> bool:
    return any(m.start < match.end() and match.start() < m.end for m in day_marks(text, language))


# -- what is not wanted


def says_no(clause: str, start: int, end: int, language: str) -> bool:
    """Whether a clause says that what stands between two places of it is not wanted."""
    words = talk_words(language).no
    never = [(m.start(), m.end()) for m in any_of(language, words.never).finditer(clause)]

    def counts(match: re.Match[str]) -> bool:
        return not any(a <= match.start() < b or match.start() <= a < match.end() for a, b in never)

    before = [m for m in any_of(language, words.before).finditer(clause[:start]) if counts(m)]
    if before and not _turned(clause[before[-1].end() : start], language):
        return True
    behind = _behind(words.after_gap, words.after, language).match(clause[end:].lstrip(" 的也都就"))
    return behind is not None and not any(a <= end + behind.end() and end < b for a, b in never)


@cache
def _behind(gap: str, words: tuple[str, ...], language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{gap})(?:{any_of(language, words).pattern})", re.IGNORECASE)


def refusal(before: str, behind: str, language: str) -> str:
    """Return the word of refusal right before a thing, "" if what stands there refuses nothing."""
    thing = len(before)
    if not says_no(before + behind, thing, thing, language):
        return ""
    found = list(any_of(language, talk_words(language).no.before).finditer(before))
    return found[-1][0] if found else ""


def says_any_no(clause: str, language: str) -> bool:
    """Whether a clause has a word of refusal anywhere."""
    words = talk_words(language).no
    return any_of(language, (*words.before, *words.after)).search(clause) is not None


def _turned(between: str, language: str) -> bool:
    """Whether a wish begins between the "no" and what is named: "no museums, we like parks"."""
    return any_of(language, talk_words(language).no.turned).search(between) is not None


@cache
def clauses_of(text: str, language: str) -> tuple[tuple[int, int], ...]:
    """Return where each clause of a sentence begins and ends."""
    spans, last = [], 0
    for match in re.finditer(talk_words(language).clauses, text, re.IGNORECASE):
        spans.append((last, match.start()))
        last = match.end()
    spans.append((last, len(text)))
    return tuple((a, b) for a, b in spans if text[a:b].strip())


def listed(words: str, language: str) -> tuple[str, ...]:
    """Return the things that a wish lists."""
    parts = re.split(talk_words(language).lists, words, flags=re.IGNORECASE)
    if not load_language(language).settings.joiner and any(len(part.strip()) == 1 for part in parts if part):
        return (words.strip(),)  # 和 is a syllable of a name
    return tuple(part.strip() for part in parts if part and part.strip())


def day_part(words: str, language: str) -> bool:
    """Whether words name a part of the day."""
    return any(any_of(language, said).search(words) for said in trip_words(language).parts.values())


def is_meal(words: str, language: str) -> bool:
    """Whether words name a meal."""
    meals = trip_words(language).meals
    return any(any_of(language, said).search(words) for said in meals.values())
