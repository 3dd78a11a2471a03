"""Wishes that narrow a search: stars, brand, cuisine, wheelchair, plug, district."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypedDict

from poi.errors import BadFilter
from poi.kinds.category import parse_category
from poi.kinds.features import features, features_in
from poi.place import CategoryMatch, Place
from poi.text import canonical, word_set


class Wishes(TypedDict, total=False):
    """Options of a search; each narrows the result."""

    stars: float
    """At least so many hotel stars."""

    brand: str
    """Brand, operator or chain, in any script that the map holds."""

    cuisine: str
    """OSM cuisine value or diet, such as "chinese", "halal"."""

    wheelchair: bool
    """Only places that a wheelchair can enter."""

    plug: str
    """OSM socket type, such as "type2", "type2_combo", "chademo", "gb_dc"; "dc" for any that charges fast."""

    fuel: str
    """OSM fuel type, such as "diesel", "octane_95", "lpg"."""

    free: bool
    """Only places known to cost nothing (fee=no)."""

    wifi: bool
    """Only places known to have wireless internet."""

    outdoor: bool
    """Only places known to have seats outside."""

    has: tuple[str, ...]
    """Names of features that a place must be known to have, see `poi/data/features.json`: "kids", "dogs"."""


_KNOWN = frozenset(Wishes.__annotations__)


def check_wishes(wishes: Wishes) -> None:
    """Raise BadFilter when an option is unknown."""
    unknown = set(wishes) - _KNOWN
    if unknown:
        raise BadFilter(
            f"unknown filter {', '.join(sorted(unknown))}; use one of {', '.join(sorted(_KNOWN))}"
        )
    if missing := set(wishes.get("has", ())) - set(features()):
        raise BadFilter(f"unknown feature {', '.join(sorted(missing))}; use one of {', '.join(features())}")


_STARS = re.compile(
    r"([一二两三四五1-5])星级?的?|\b([1-5]|one|two|three|four|five)[- ]?stars?\b", re.IGNORECASE
)
_FREE = re.compile(
    r"免费的?|(?<!duty)(?<!tax)(?<!gluten)(?<!lactose)(?<!sugar)(?<!smoke)(?:^|\s)free\b", re.IGNORECASE
)
_WITH = r"(?:\b(?:with|that has|has) (?:an? )?)?"
_SAID: tuple[tuple[re.Pattern[str], Wishes, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), wish, instead)
    for pattern, wish, instead in (
        (
            r"(?:有|带|能|可以?)*(?:无障碍(?:设施|通道|设备|环境)?|(?:坐|推)?轮椅(?:能|可以?)?(?:进出?|进去|通行|使用|友好)?)的?"
            rf"|\bwheelchair[- ](?:accessible|friendly)\b|{_WITH}(?:wheelchair|step[- ]free) access\b",
            Wishes(wheelchair=True),
            " ",
        ),
        (
            rf"(?:有|带|免费)*(?:wi-?fi|无线网络?|无线上网)的|{_WITH}(?:free )?\bwi-?fi\b",
            Wishes(wifi=True),
            " ",
        ),
        (
            r"(?:有|带)*(?:户外|露天|室外)的?(?:座位|座|位置|位子|餐位)的?"
            rf"|{_WITH}\b(?:outdoor|outside|open[- ]air) (?:seating|seats|tables)\b"
            r"|\b(?:with|and) an? terrace\b",
            Wishes(outdoor=True),
            " ",
        ),
        (
            rf"{_WITH}(?:有|支持)?(?<![a-z])(?:ccs ?2?)(?![a-z])(?:接口|插头| plug| connector)?的?",
            Wishes(plug="type2_combo"),
            " ",
        ),
        (
            rf"{_WITH}(?:有|支持)?(?<![a-z])chademo(?![a-z])(?:接口|插头| plug| connector)?的?",
            Wishes(plug="chademo"),
            " ",
        ),
        (rf"{_WITH}(?<![a-z])type ?2(?![a-z0-9])(?: plug| connector)?", Wishes(plug="type2"), " "),
        (r"(?:有|支持)?国标(?:快充|直流)?(?:接口|插头)?的?(?=充电)", Wishes(plug="gb_dc"), " "),
        (
            r"\bdiesel (?:(?:gas|petrol|filling|fuel) )?(?:station|pump)s?\b",
            Wishes(fuel="diesel"),
            "gas station",
        ),
        (r"(?:能|可以)?(?:加|有)?柴油的?(?=加油站)", Wishes(fuel="diesel"), " "),
        (r"清真的?(?!寺)(?=.)|\bhalal\b", Wishes(cuisine="halal"), " "),
        (r"(?:犹太洁食|洁食)的?(?=.)|\bkosher\b", Wishes(cuisine="kosher"), " "),
        (r"纯素的?(?=.)|\bvegan (?!food|restaurant)", Wishes(cuisine="vegan"), " "),
        (
            r"素食的?(?=咖啡|汉堡|快餐|披萨|面馆)|\bvegetarian (?!food|restaurant)",
            Wishes(cuisine="vegetarian"),
            " ",
        ),
        (
            r"(?:有|带|支持)?(?:直流|快速|高速|大功率)?快充的?(?=充电)|(?:有|支持)?直流(?:快充)?的?(?=充电)"
            r"|\b(?:fast|rapid|dc|quick)[- ](?:charging )?(?=charging|charger)",
            Wishes(plug="dc"),
            " ",
        ),
        *(
            (
                rf"(?:能|可以)?(?:加|有)?{octane}号?(?:汽油|油)?的?(?=加油站)",
                Wishes(fuel=f"octane_{octane}"),
                " ",
            )
            for octane in (92, 95, 98)
        ),
    )
)
"""How a wish is said, what it is, and what is put in its place."""

_DC = (
    "type2_combo",
    "type1_combo",
    "chademo",
    "gb_dc",
    "tesla_supercharger",
    "tesla_supercharger_ccs",
    "nacs",
)
"""Plugs of direct current: fast charging."""

_AND = re.compile(r"(?i)^[\s,]*(?:的|和)?\s*|[\s,]*(?:\b(?:and|with)\b|和)?(?:\s+an?)?[\s,]*$")
"""What is left over between and behind wishes."""

_NUMERALS = ("一 one", "二 两 two", "三 three", "四 four", "五 five")
_DIGITS = {word: stars for stars, words in enumerate(_NUMERALS, 1) for word in words.split()}
_LODGING = word_set(
    "tourism/hotel tourism/motel tourism/hostel tourism/guest_house tourism/apartment tourism/chalet "
    "tourism/camp_site tourism/caravan_site"
)

_FOOD = word_set(
    "amenity/restaurant amenity/fast_food amenity/cafe amenity/food_court amenity/pub amenity/bar "
    "shop/supermarket shop/convenience shop/bakery shop/butcher shop/deli shop/pastry shop/confectionery"
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
    for pattern, wish, instead in _SAID:
        if pattern.search(words):
            wishes |= wish
            words = pattern.sub(instead, words)
    if match := _FREE.search(words):
        wishes["free"] = True
        words = words.replace(match.group(), " ")
    words, has = features_in(words)
    if has:
        wishes["has"] = has
    return (_AND.sub("", words) if wishes else words.strip()), wishes


def makes_sense(wishes: Wishes, kind: CategoryMatch) -> bool:
    """Say whether a kind of place can meet what was heard as a wish: 三星手机店 sells phones."""
    of_some = (
        ("stars", _LODGING),
        ("plug", {"amenity/charging_station"}),
        ("fuel", {"amenity/fuel"}),
        ("cuisine", _FOOD),
    )
    plain = {parse_category(category)[0] for category in kind.categories}
    own = (features()[name].kinds for name in wishes.get("has", ()))
    return all(not kinds or not kinds.isdisjoint(plain) for kinds in own) and all(
        key not in wishes or not kinds.isdisjoint(plain) for key, kinds in of_some
    )


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
    plugs = _DC if wanted == "dc" else (wanted,)
    return any(place.tags.get(f"socket:{plug}", "no") not in ("no", "0") for plug in plugs)


def _fuel(place: Place, wanted: str) -> bool:
    return place.tags.get(f"fuel:{wanted}") == "yes"


def _free(place: Place, wanted: bool) -> bool:
    return (place.tags.get("fee") == "no") is wanted


def _wifi(place: Place, wanted: bool) -> bool:
    return (place.tags.get("internet_access") in ("wlan", "yes", "wifi")) is wanted


def _outdoor(place: Place, wanted: bool) -> bool:
    return (place.tags.get("outdoor_seating", "no") not in ("no", "")) is wanted


def _has(place: Place, wanted: tuple[str, ...]) -> bool:
    tags = {
        **place.tags,
        "name": place.name,
        "brand": place.brand or place.tags.get("brand", ""),
        "opening_hours": place.opening_hours,
    }
    return all(features()[name].is_told(tags) for name in wanted)


_CHECKS: dict[str, Callable[[Place, Any], bool]] = {
    "stars": _stars,
    "brand": _brand,
    "cuisine": _cuisine,
    "wheelchair": _wheelchair,
    "plug": _plug,
    "fuel": _fuel,
    "free": _free,
    "wifi": _wifi,
    "outdoor": _outdoor,
    "has": _has,
}
