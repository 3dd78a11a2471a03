"""Addresses in Latin and Korean letters taken apart: every way to see number, street and the rest.

The number may come first or last, with a flat, a town, a state and a postcode round it, with or without
commas. Which of the ways is meant is for the map to say: only a street of the map makes one an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from poi.addresses.house_number import plain_number
from poi.addresses.street_name import belongs_to_street
from poi.text import canonical

_LONGEST = 14
"""Tokens of an address that are looked at."""

_STREET_TOKENS = 8
_TOKEN = re.compile(r"[^\s,;]+|,")
_NUMBER = re.compile(r"^\d{1,5}(?:[-–/]\d{1,5}|[-/]?(?:[a-z]|bis|ter|quater|quinquies))?$", re.IGNORECASE)
_LETTER = re.compile(r"^[a-z]$", re.IGNORECASE)
_HALF = re.compile(r"^\d/\d$")
_POSTCODE = re.compile(
    r"^(?:\d{4,6}|\d{5}-\d{4}|[a-z]{1,2}\d[a-z\d]?|\d[a-z]{2}|[a-z]\d[a-z])$", re.IGNORECASE
)
_STUCK = re.compile(r"(?<=[\uac00-\ud7a3])(?=\d+(?:-\d+)?$)")
_KOREAN_UNIT = re.compile(r"(?<=\d)(?:번지|번|호)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to see an address in words."""

    number: str
    """In the form in which numbers are compared."""

    street: str
    """The words of the street."""

    before: str = ""
    """What stands before number and street: a town."""

    after: str = ""
    """What stands behind them: a town, a state, a postcode."""

    torn: bool = False
    """Whether the word next to the street belongs to it: "Avenue" behind Oak, "Pl." before Major."""

    @property
    def left(self) -> int:
        """How many words are neither street nor number."""
        return len(self.before.split()) + len(self.after.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of addresses of all countries served."""

    suffixes: frozenset[str]
    units: tuple[re.Pattern[str], ...]
    before_number: frozenset[str]
    not_numbers: frozenset[str]
    states: frozenset[str]
    number_first: frozenset[str]
    town_before_code: frozenset[str]


@lru_cache(maxsize=1)
def address_words() -> Words:
    """Read the words of addresses that ship with the package."""
    data = json.loads((Path(__file__).parents[1] / "data" / "addresses.json").read_text("utf-8"))
    units = (re.compile(rf"(?:(?<=\s)|(?<=,)|^){u}(?=[\s,]|$)", re.IGNORECASE) for u in data["unit"])
    return Words(
        suffixes=frozenset(data["suffix_words"].split()),
        units=tuple(units),
        before_number=frozenset(data["before_number"].split()),
        not_numbers=frozenset(data["not_numbers"].split()),
        states=frozenset(data["states"].split()),
        number_first=frozenset(data["number_first"].split()),
        town_before_code=frozenset(data["town_before_code"].split()),
    )


def readings(text: str) -> list[Reading]:
    """Return the ways to see an address in words, the longest street first; empty without a number.

    Parameters
    ----------
    text
        Cleaned words without Chinese characters.
    """
    if not any(map(str.isdigit, text)):
        return []
    tokens = _tokens(text)
    found: dict[Reading, None] = {}
    for start, end, number in _numbers(tokens):
        for reading in (*_behind(tokens, start, end, number), *_ahead(tokens, start, end, number)):
            found.setdefault(reading)
    return sorted(found, key=lambda r: r.left)


def _tokens(text: str) -> list[str]:
    bare = text
    for unit in address_words().units:
        without = unit.sub(" ", bare)
        if re.search(r"\d", without):
            bare = without
    tokens: list[str] = []
    for token in _TOKEN.findall(_STUCK.sub(" ", bare)):
        plain = _KOREAN_UNIT.sub("", token).strip('.()[]"') if token != "," else token
        if plain:
            tokens.append(plain)
    return tokens[:_LONGEST]


def _numbers(tokens: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where a house number may stand, and the number: alone, with a letter, with a second part."""
    words = address_words()
    for at, token in enumerate(tokens):
        plain = token.lstrip("#")
        if not _NUMBER.match(plain) or (at and tokens[at - 1].casefold() in words.not_numbers):
            continue
        start = at
        while start and canonical(tokens[start - 1]) in words.before_number:
            start -= 1
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if following.casefold() in words.suffixes or _HALF.match(following):
            yield start, at + 2, plain_number(f"{plain} {following}")
            continue
        if plain.isdigit() and _LETTER.match(following):
            yield start, at + 2, plain_number(f"{plain}{following}")
            if at + 2 < len(tokens) and tokens[at + 2].isdigit() and len(tokens[at + 2]) <= 3:
                yield start, at + 3, plain_number(f"{plain}{following}")
        if plain.isdigit() and following.isdigit() and len(following) <= 4:
            yield start, at + 2, plain_number(f"{plain} {following}")
        yield start, at + 1, plain_number(plain)


def _behind(tokens: list[str], start: int, end: int, number: str) -> Iterator[Reading]:
    """Yield the streets that stand right behind a number: 30 West 26th Street, New York."""
    first = end + 1 if end < len(tokens) and tokens[end] == "," else end
    for last in range(first + 1, min(len(tokens), first + _STREET_TOKENS) + 1):
        street = tokens[first:last]
        if "," in street:
            break
        torn = belongs_to_street(*tokens[last:])
        before, after = _rest(tokens[:start]), _rest(tokens[last:])
        yield Reading(number=number, street=" ".join(street), before=before, after=after, torn=torn)


def _ahead(tokens: list[str], start: int, end: int, number: str) -> Iterator[Reading]:
    """Yield the streets that stand right before a number: Vendersheim, Außerhalb 4."""
    last = start - 1 if start and tokens[start - 1] == "," else start
    for first in range(last - 1, max(-1, last - _STREET_TOKENS - 1), -1):
        street = tokens[first:last]
        if "," in street:
            break
        torn = belongs_to_street(*reversed(tokens[:first]))
        before, after = _rest(tokens[:first]), _rest(tokens[end:])
        yield Reading(number=number, street=" ".join(street), before=before, after=after, torn=torn)


def _rest(tokens: list[str]) -> str:
    return " ".join(token for token in tokens if token != ",")


def town_words(text: str) -> str:
    """Return what may name a town in the rest of an address: without postcodes, states and countries."""
    states = address_words().states
    kept = [t for t in text.split() if not _POSTCODE.match(t) and t.casefold().strip(".") not in states]
    return " ".join(kept)
