"""Names of streets taken apart: what sort of street, which direction, and the name itself.

"S Broadway" and "South Broadway", "W 26 St" and "West 26th Street", "Hauptstr." and "Hauptstraße", "rue de la
République" and "R. République", 成府 and 成府路 are the same streets; "South Broadway" and "North Broadway"
are not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from poi.text import canonical, has_han

_ELIDED = re.compile(r"\b([dlDL])['’`´](?=\w)")
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|er|ere|e|eme|re)$")
_TWO_LETTERS = re.compile(r"\b([ns]) ([ew])\b")
_TEN_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS = re.compile(
    rf"\b({'|'.join(_TEN_WORDS)}) (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b"
)
_UMLAUTS = re.compile(r"ae|oe|ue")

SAME, NO_SORT, SORT_ADDED, NO_HEADING, HEADING_ADDED = 1.0, 0.97, 0.93, 0.96, 0.7
"""How well names of one core fit: in all; "Broadway" for Broadway Street; "Broadway Street" for Broadway;
"Broadway" for South Broadway; "South Broadway" for Broadway, which may be another street."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetName:
    """A street's name in parts, in the form in which they are compared."""

    core: str
    """The name without blanks, sort and direction: "broadway", "26", "republique", "成府"."""

    sort: str = ""
    """What it is: "street", "rue", "strasse", "路"; "" where the name does not say."""

    heading: str = ""
    """Direction before or behind the name: "n", "sw", …"""

    @property
    def cores(self) -> list[str]:
        """Cores of streets that may be meant: North Road is written N Road too."""
        directions = _grammar().directions
        if self.core not in directions:
            return [self.core] if self.core else []
        code = directions[self.core]
        return [word for word, other in directions.items() if other == code]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    last: dict[str, str]
    first: dict[str, str]
    only_first: frozenset[str]
    glued: tuple[tuple[str, str], ...]
    joined: tuple[str, ...]
    directions: dict[str, str]
    particles: frozenset[str]
    words: dict[str, str]
    noise: frozenset[str]
    ordinals: dict[str, str]


def _inverted(table: dict[str, str]) -> dict[str, str]:
    return {word: key for key, words in reversed(table.items()) for word in words.split()}


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    data = json.loads((Path(__file__).parents[1] / "data" / "streets.json").read_text("utf-8"))
    glued = [(ending, sort) for sort, endings in data["glued"].items() for ending in endings.split()]
    return _Grammar(
        last=_inverted(data["last"]),
        first=_inverted(data["first"]),
        only_first=frozenset(data["only_first"].split()),
        glued=tuple(sorted(glued, key=lambda pair: -len(pair[0]))),
        joined=tuple(data["joined"]),
        directions=_inverted(data["directions"]),
        particles=frozenset(data["particles"].split()),
        words=data["words"],
        noise=frozenset(data["noise"].split()),
        ordinals={word: str(number) for number, word in enumerate(data["ordinals"].split(), 1)},
    )


@lru_cache(maxsize=8192)
def parse_street(name: str) -> StreetName:
    """Take a street's name apart.

    Parameters
    ----------
    name
        As written or said, in any script.
    """
    if has_han(name):
        text = canonical(name)
        sort = next((s for s in _grammar().joined if len(text) > len(s) + 1 and text.endswith(s)), "")
        return StreetName(core=text.removesuffix(sort), sort=sort)
    text = _TWO_LETTERS.sub(r"\1\2", canonical(_ELIDED.sub(r"\1 ", name)))
    grammar = _grammar()
    text = _TENS.sub(lambda m: f"{10 * _TEN_WORDS.index(m[1]) + 20 + int(_plain(m[2]))}", text)
    tokens = [_plain(token) for token in text.split() if token not in grammar.noise]
    return _parted(tokens) if tokens else StreetName(core=text.replace(" ", ""))


def _plain(token: str) -> str:
    if match := _ORDINAL.match(token):
        return match.group(1)
    return _grammar().ordinals.get(token, token)


def _parted(tokens: list[str]) -> StreetName:
    grammar = _grammar()
    heading, rest = _headed(tokens)
    if heading and len(rest) == 1 and (sort := grammar.last.get(rest[0]) or grammar.first.get(rest[0], "")):
        # North Road, E Street, Avenue C: the direction is the name.
        word = tokens[0] if rest[0] == tokens[-1] else tokens[-1]
        return StreetName(core=word, sort=sort)
    sort, rest = _sorted(rest)
    if not heading and len(rest) > 1:
        heading, rest = _headed(rest, leading=False)
    words = "".join(_in_full(token) for token in rest).replace(" ", "")
    return StreetName(core=_UMLAUTS.sub(lambda m: m.group()[0], words), sort=sort, heading=heading)


def _in_full(token: str) -> str:
    """Write out a word inside a name: County Rd 12, St Cross."""
    grammar = _grammar()
    return grammar.words.get(token) or grammar.last.get(token) or token


def belongs_to_street(*beside: str) -> bool:
    """Say whether the words beside a street, nearest first, begin with its sort or direction: "de", "Rue"."""
    grammar = _grammar()
    for token in map(canonical, beside):
        if token in grammar.last or token in grammar.first or token in grammar.directions:
            return True
        if token not in grammar.particles:
            return False
    return False


def _headed(tokens: list[str], *, leading: bool = True) -> tuple[str, list[str]]:
    """Take a direction off the end of a name, or else off its beginning."""
    directions = _grammar().directions
    if len(tokens) > 1 and tokens[-1] in directions:
        return directions[tokens[-1]], tokens[:-1]
    if leading and len(tokens) > 1 and tokens[0] in directions:
        return directions[tokens[0]], tokens[1:]
    return "", tokens


def _sorted(tokens: list[str]) -> tuple[str, list[str]]:
    """Take the word for the sort of street off a name."""
    grammar = _grammar()
    if len(tokens) < 2:
        sort, stem = _glued(tokens[-1])
        return sort, [stem]
    first, last = grammar.first.get(tokens[0], ""), grammar.last.get(tokens[-1], "")
    if first and (tokens[0] in grammar.only_first or not last):
        named = [token for token in tokens[1:] if token not in grammar.particles]
        return first, named or tokens[1:]
    if last:
        return last, tokens[:-1]
    sort, stem = _glued(tokens[-1])
    return sort, [*tokens[:-1], stem]


def _glued(token: str) -> tuple[str, str]:
    """Part Hauptstr or Hauptstraße; other words stay."""
    for ending, sort in _grammar().glued:
        if token.endswith(ending) and len(token) > len(ending) + 2:
            return sort, token.removesuffix(ending)
    return "", token


def likeness(said: StreetName, street: StreetName) -> float:
    """Return how well a street fits what was said: 0 to 1, 0 for another street.

    Parameters
    ----------
    said, street
        Names in parts.
    """
    if said.core != street.core and said.core not in street.cores:
        return 0.0
    if (said.sort and street.sort and said.sort != street.sort) or (
        said.heading and street.heading and said.heading != street.heading
    ):
        return 0.0
    score = SAME if said.core == street.core else NO_HEADING
    if said.sort != street.sort:
        score *= SORT_ADDED if said.sort else NO_SORT
    if said.heading != street.heading:
        score *= HEADING_ADDED if said.heading else NO_HEADING
    return score
