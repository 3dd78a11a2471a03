"""Several kinds in one request, and what is left out: "sushi or pizza", "anything but sushi", 除了必胜客."""

from __future__ import annotations

import re
from dataclasses import dataclass

from poi.kinds.category import parse_category
from poi.kinds.search import meets
from poi.place import CategoryMatch, Place
from poi.text import canonical

_BUT = (
    re.compile(
        r"^(?P<any>.*?)(?:\b(?:anything|everything|any place|anywhere|somewhere)\s+)?"
        r"\b(?:but not|but|except for|except|other than|apart from|besides|excluding|that is not|that isn't|"
        r"that are not|which is not|not)\s+(?:an?\s+|the\s+)?(?P<but>.+)$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:除了|除开|除)(?P<but>.+?)(?:以外|之外|外)?(?:的|都行的?|都可以的?|，|,|\s)+(?P<any>.*)$"
    ),
    re.compile(r"^(?:除了|除开)(?P<but>.+?)(?:以外|之外|外)?(?:都行|都可以|什么都行|随便)?$"),
    re.compile(r"^(?:不要|别去|不去|不吃|不是)(?P<but>.+?)的(?P<any>.+)$"),
)
_OR = re.compile(r"\s+or\s+|\s*或者?(?:是)?\s*|\s*还是\s*|、", re.IGNORECASE)
_ANY = re.compile(
    r"(?i)^(?:anything|everything|any place|anywhere|somewhere|something|任何地方|什么都行|别的|其他的?)?$"
)
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """A request for any of some kinds, without others."""

    kinds: tuple[str, ...]
    """Any of these, in the words of the request; empty for whatever is like what is left out."""
    without: tuple[str, ...]
    """None of these: kinds, brands or names."""


def combined(words: str) -> Combined | None:
    """Take a request of several kinds apart; None if it is one.

    >>> combined("sushi or pizza").kinds
    ('sushi', 'pizza')
    >>> combined("anything but sushi").without, combined("除了必胜客以外的披萨店").without
    (('sushi',), ('必胜客',))
    """
    for pattern in _BUT:
        if found := pattern.match(words.strip()):
            wanted = found.groupdict().get("any") or ""
            kinds = () if _ANY.match(wanted.strip()) else _parts(wanted)
            return Combined(kinds=kinds, without=_parts(found["but"]))
    kinds = _parts(words)
    return Combined(kinds=kinds, without=()) if 1 < len(kinds) <= _MOST_PARTS else None


def _parts(words: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _OR.split(words) if part.strip())


def is_one_of(place: Place, words: str, kind: CategoryMatch) -> bool:
    """Say whether a place is of a kind, or else of a brand or name."""
    if kind and not kind.rest:
        parsed = map(parse_category, kind.categories)
        return any(_is_plainly(place, plain) and meets(place, condition) for plain, condition in parsed)
    target = canonical(words)
    own = [place.name, place.brand, place.tags.get("operator", ""), *place.names.values()]
    return bool(target) and any(target in canonical(name) for name in own if name)


def _is_plainly(place: Place, category: str) -> bool:
    key, _, value = category.partition("/")
    return place.category == category or place.tags.get(key) == value
