"""Wishes that narrow a search: stars, brand, cuisine, wheelchair, plug, district."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypedDict

from poi.errors import BadFilter
from poi.place import CategoryMatch, Place
from poi.text import canonical, word_set


class Wishes(TypedDict, total=False):
    """Options of a search; each narrows the result."""

    stars: float
    """At least so many hotel stars."""

    brand: str
    """Brand, operator or chain, in any script that the map holds."""

    cuisine: str
    """OSM cuisine value, such as "chinese"."""

    wheelchair: bool
    """Only places that a wheelchair can enter."""

    plug: str
    """OSM socket type, such as "type2", "type2_combo", "chademo", "gb_dc"."""

    fuel: str
    """OSM fuel type, such as "diesel", "octane_95", "lpg"."""

    free: bool
    """Only places known to cost nothing (fee=no)."""


_KNOWN = frozenset(Wishes.__annotations__)


def check_wishes(wishes: Wishes) -> None:
    """Raise BadFilter when an option is unknown."""
    unknown = set(wishes) - _KNOWN
    if unknown:
        raise BadFilter(
            f"unknown filter {', '.join(sorted(unknown))}; use one of {', '.join(sorted(_KNOWN))}"
        )


_STARS = re.compile(
    r"([一二两三四五1-5])星级?的?|\b([1-5]|one|two|three|four|five)[- ]?stars?\b", re.IGNORECASE
)
_FREE = re.compile(
    r"免费的?|(?<!duty)(?<!tax)(?<!gluten)(?<!lactose)(?<!sugar)(?<!smoke)(?:^|\s)free\b", re.IGNORECASE
)
_NUMERALS = ("一 one", "二 两 two", "三 three", "四 four", "五 five")
_DIGITS = {word: stars for stars, words in enumerate(_NUMERALS, 1) for word in words.split()}
_LODGING = word_set(
    "tourism/hotel tourism/motel tourism/hostel tourism/guest_house tourism/apartment tourism/chalet "
    "tourism/camp_site tourism/caravan_site"
)


def wishes_in(words: str) -> tuple[str, Wishes]:
    """Take wishes out of the words of a search: "五星级酒店" has five stars, "free parking" costs nothing.

    Returns
    -------
    words : str
        What is left.
    wishes : Wishes
        What was found.
    """
    wishes: Wishes = {}
    if match := _STARS.search(words):
        said = match.group(1) or match.group(2)
        wishes["stars"] = float(_DIGITS.get(said.lower()) or said)
        words = words.replace(match.group(), " ")
    if match := _FREE.search(words):
        wishes["free"] = True
        words = words.replace(match.group(), " ")
    return words.strip(), wishes


def makes_sense(wishes: Wishes, kind: CategoryMatch) -> bool:
    """Say whether a kind of place can meet what was heard as a wish: 三星手机店 sells phones."""
    return "stars" not in wishes or not _LODGING.isdisjoint(kind.categories)


def fits(place: Place, wishes: Wishes) -> bool:
    """Say whether a place meets every wish; what the map does not hold is not met."""
    return all(_CHECKS[key](place, wanted) for key, wanted in wishes.items())


def _stars(place: Place, wanted: float) -> bool:
    match = re.match(r"\d+(\.\d+)?", place.stars)
    return match is not None and float(match.group()) >= wanted


def _brand(place: Place, wanted: str) -> bool:
    target = canonical(wanted)
    own = [place.name, place.brand, place.tags.get("operator", ""), *place.names.values()]
    return bool(target) and any(target in canonical(name) for name in own if name)


def _cuisine(place: Place, wanted: str) -> bool:
    kinds = {kind.strip() for kind in place.cuisine.split(";")}
    return wanted in kinds or place.tags.get(f"diet:{wanted}") in ("yes", "only")


def _wheelchair(place: Place, wanted: bool) -> bool:
    return (place.tags.get("wheelchair") in ("yes", "designated")) is wanted


def _plug(place: Place, wanted: str) -> bool:
    return place.tags.get(f"socket:{wanted}", "no") not in ("no", "0")


def _fuel(place: Place, wanted: str) -> bool:
    return place.tags.get(f"fuel:{wanted}") == "yes"


def _free(place: Place, wanted: bool) -> bool:
    return (place.tags.get("fee") == "no") is wanted


_CHECKS: dict[str, Callable[[Place, Any], bool]] = {
    "stars": _stars,
    "brand": _brand,
    "cuisine": _cuisine,
    "wheelchair": _wheelchair,
    "plug": _plug,
    "fuel": _fuel,
    "free": _free,
}
