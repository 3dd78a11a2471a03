"""Kinds of sights and foods in the map's terms: what a theme means, how long a visit takes, what is alike.

The words for themes and foods are language data (`languages/*/trip.yaml`); here is what they are on the map.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poi.place import Place

_NATURE = (
    "leisure/nature_reserve", "boundary/national_park", "leisure/park", "natural/beach", "natural/waterfall",
    "natural/water", "tourism/viewpoint", "natural/cave_entrance", "boundary/protected_area", "natural/wood",
)  # fmt: skip
_HISTORY = (
    "historic/castle", "historic/ruins", "historic/fort", "historic/archaeological_site", "historic/palace",
    "historic/monument", "historic/city_gate", "historic/citywalls", "historic/church", "historic/building",
    "historic/manor", "historic/tomb", "historic/house", "historic/memorial", "tourism/museum",
    "historic/bridge", "historic/yes", "building/cathedral",
)  # fmt: skip
_TEMPLE = (
    "amenity/place_of_worship[religion=buddhist]", "amenity/place_of_worship[religion=taoist]",
    "amenity/place_of_worship[religion=confucian]", "amenity/place_of_worship[religion=chinese_folk]",
    "amenity/place_of_worship[religion=hindu]", "historic/temple", "historic/pagoda",
)  # fmt: skip
THEMES: dict[str, tuple[str, ...]] = {
    "nature": _NATURE,
    "old_town": ("place/town", "place/village", "place/quarter", "tourism/attraction", "historic/district"),
    "garden": ("leisure/garden", "leisure/park"),
    "temple": _TEMPLE,
    "church": ("amenity/place_of_worship[religion=christian]", "building/cathedral", "historic/church"),
    "history": _HISTORY,
    "museum": ("tourism/museum",),
    "art": ("tourism/gallery", "amenity/arts_centre", "tourism/museum", "tourism/artwork"),
    "design": ("tourism/museum", "tourism/gallery", "amenity/arts_centre", "tourism/attraction"),
    "night": ("tourism/viewpoint", "amenity/bar", "amenity/pub", "place/square", "amenity/nightclub"),
    "night_market": ("amenity/marketplace",),
    "bar": ("amenity/bar", "amenity/pub", "amenity/biergarten"),
    "show": ("amenity/theatre", "amenity/cinema", "amenity/music_venue", "amenity/concert_hall"),
    "shopping": ("shop/mall", "shop/department_store", "amenity/marketplace"),
    "market": ("amenity/marketplace",),
    "hike": ("natural/peak", "natural/saddle", "natural/waterfall", "natural/cliff", "natural/volcano"),
    "views": ("tourism/viewpoint", "man_made/tower", "man_made/lighthouse"),
    "beach": ("natural/beach", "leisure/beach_resort"),
    "water": (
        *("leisure/water_park", "leisure/swimming_area", "natural/beach", "natural/water"),
        "leisure/marina",
    ),
    "family": (
        *("tourism/zoo", "tourism/theme_park", "tourism/aquarium", "leisure/playground"),
        "leisure/water_park",
    ),
    "zoo": ("tourism/zoo", "tourism/aquarium"),
    "park": ("leisure/park",),
    "spa": ("natural/hot_spring", "leisure/sauna", "amenity/public_bath", "leisure/spa", "leisure/hot_tub"),
    "sports": ("leisure/sports_centre", "leisure/stadium", "leisure/ice_rink"),
    "ski": ("landuse/winter_sports", "leisure/sports_centre[sport=skiing]"),
    "architecture": ("historic/castle", "building/cathedral", "man_made/tower", "tourism/attraction"),
    "castle": ("historic/castle", "historic/fort", "historic/palace", "historic/manor"),
    "university": ("amenity/university",),
    "flowers": ("leisure/garden", "leisure/park"),
    "library": ("amenity/library",),
    "cafe": ("amenity/cafe",),
    "casino": ("amenity/casino",),
    "sights": (),
}  # fmt: skip
"""What a theme is on the map; none for "sights", which is every trip."""

NAMED_ONLY = frozenset({"old_town", "night_market", "design"})
"""Themes whose places must bear the name as well: not each village is old, nor each museum one of design."""

NAME_SUFFICES = frozenset(
    {"temple", "old_town", "night_market", "zoo", "museum", "flowers", "garden", "shopping"}
)
"""Themes that a sight of another kind meets by its name."""

EVENING = ("night", "night_market", "bar", "show", "casino")
"""Themes of the evening."""

SIGHT_KINDS = (
    "tourism/attraction", "tourism/museum", "tourism/gallery", "tourism/zoo", "tourism/aquarium",
    "tourism/theme_park", "tourism/viewpoint", "historic/castle", "historic/monument", "historic/ruins",
    "historic/fort", "historic/archaeological_site", "historic/palace", "historic/city_gate",
    "historic/church", "historic/temple", "historic/tower", "historic/building", "historic/manor",
    "historic/house", "historic/district", "historic/pagoda", "historic/memorial", "building/cathedral",
    "leisure/park", "leisure/garden", "leisure/nature_reserve", "leisure/water_park",
    "boundary/national_park", "natural/beach", "natural/waterfall", "natural/cave_entrance",
    "amenity/place_of_worship", "amenity/arts_centre", "amenity/marketplace", "man_made/lighthouse",
    "man_made/tower", "place/square", "historic/citywalls", "historic/bridge",
)  # fmt: skip
"""What a traveller comes to see."""

NO_SIGHTS = (
    "tourism/hotel", "tourism/hostel", "tourism/guest_house", "tourism/motel", "tourism/apartment",
    "tourism/chalet", "tourism/camp_site", "tourism/caravan_site", "tourism/information",
    "amenity/restaurant",
    "amenity/fast_food", "amenity/parking", "amenity/fuel", "amenity/toilets", "highway/", "railway/",
    "public_transport/", "station/", "street/", "landuse/", "office/", "place/city", "place/suburb",
    "place/neighbourhood", "place/hamlet", "place/locality", "place/district", "amenity/bank",
    "amenity/school",
    "amenity/kindergarten", "amenity/hospital", "amenity/clinic", "amenity/pharmacy", "shop/convenience",
    "shop/supermarket", "entrance/", "barrier/", "craft/", "emergency/", "healthcare/", "building/yes",
    "building/residential", "building/apartments", "amenity/charging_station", "amenity/food_court",
    "shop/bakery",
    "shop/car", "shop/motorcycle", "shop/hairdresser", "amenity/car_",
    "amenity/drinking_water", "amenity/shower", "amenity/post_",
    "tourism/wilderness_hut", "tourism/alpine_hut", "address", "boundary/administrative",
)  # fmt: skip
"""What is no sight, whatever it is called: 东园宾馆 is no garden."""

OUTDOORS = (
    "leisure/park", "leisure/garden", "leisure/nature_reserve", "leisure/playground", "boundary/",
    "natural/", "tourism/viewpoint", "tourism/zoo", "tourism/theme_park", "historic/ruins",
    "historic/archaeological_site", "historic/citywalls", "landuse/winter_sports",
)  # fmt: skip
"""What one sees nothing of in the dark."""

CHILDREN = (
    "tourism/zoo",
    "tourism/aquarium",
    "tourism/theme_park",
    "leisure/water_park",
    "leisure/playground",
)

_STAYS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("tourism/zoo", (60, 75, 120)),
    ("tourism/theme_park", (120, 180, 240)),
    ("tourism/aquarium", (60, 90, 120)),
    ("leisure/water_park", (90, 150, 180)),
    ("tourism/museum", (45, 70, 90)),
    ("tourism/gallery", (30, 45, 60)),
    ("amenity/arts_centre", (30, 45, 60)),
    ("historic/castle", (40, 60, 90)),
    ("historic/palace", (45, 75, 105)),
    ("historic/fort", (30, 50, 75)),
    ("historic/archaeological_site", (30, 45, 60)),
    ("historic/district", (45, 75, 105)),
    ("historic/memorial", (10, 15, 20)),
    ("historic/monument", (10, 15, 25)),
    ("historic/city_gate", (10, 20, 30)),
    ("historic/citywalls", (25, 40, 60)),
    ("historic/bridge", (10, 15, 20)),
    ("historic", (20, 30, 45)),
    ("boundary", (60, 90, 120)),
    ("leisure/nature_reserve", (60, 90, 120)),
    ("leisure/garden", (30, 45, 60)),
    ("leisure/park", (20, 30, 45)),
    ("leisure/playground", (30, 45, 60)),
    ("leisure/spa", (45, 70, 90)),
    ("leisure/sauna", (45, 70, 90)),
    ("leisure/hot_tub", (45, 70, 90)),
    ("natural/hot_spring", (45, 70, 90)),
    ("amenity/public_bath", (45, 70, 90)),
    ("natural/beach", (45, 75, 105)),
    ("natural/waterfall", (20, 30, 45)),
    ("natural/peak", (20, 30, 40)),
    ("natural", (20, 30, 45)),
    ("tourism/viewpoint", (10, 20, 30)),
    ("tourism/artwork", (5, 10, 15)),
    ("amenity/artwork", (5, 10, 15)),
    ("amenity/fountain", (5, 10, 15)),
    ("tourism/attraction", (30, 45, 75)),
    ("building/cathedral", (25, 35, 45)),
    ("amenity/place_of_worship", (20, 30, 40)),
    ("amenity/theatre", (20, 30, 45)),
    ("amenity/marketplace", (30, 40, 60)),
    ("amenity/university", (45, 60, 90)),
    ("amenity/library", (20, 40, 60)),
    ("amenity/cafe", (30, 40, 45)),
    ("shop", (30, 45, 75)),
    ("place/town", (60, 90, 120)),
    ("place/village", (20, 30, 45)),
    ("place", (15, 25, 35)),
    ("man_made", (15, 20, 30)),
    ("leisure", (45, 60, 90)),
    ("", (25, 35, 45)),
)
"""Least, usual and longest visit in minutes by the beginning of the category, the first that fits."""

_PER_AREA: dict[str, tuple[float, int]] = {
    # hectares at which the visit is twice as long, longest at all
    "leisure/park": (40.0, 90),
    "leisure/garden": (5.0, 90),
    "leisure/nature_reserve": (200.0, 120),
    "historic/palace": (15.0, 180),
    "historic/castle": (5.0, 120),
    "historic/archaeological_site": (20.0, 120),
    "tourism/zoo": (60.0, 240),
    "tourism/theme_park": (80.0, 300),
    "tourism/attraction": (15.0, 180),
    "tourism/museum": (3.0, 135),
    "historic": (20.0, 120),
}

_SMALL_SHARE, _SMALL_FACTOR = 30.0, 0.55
"""What is so much smaller is seen in a shorter time."""

_SIZELESS = ("tourism/attraction", "historic/castle", "historic/yes", "leisure/garden", "leisure/park")
_SIZELESS_FACTOR, _SIZELESS_MOST = 0.65, 60
"""What is a point on the map and known for nothing (a gate, a bend of a street) is soon seen."""

EVENING_STAY_MIN = 60
MEAL_MIN = 60
HIKE_LONGEST_S = 4.5 * 3600


def is_noted(place: Place) -> bool:
    """Whether somebody has written of a place beyond the map."""
    return bool({"wikidata", "wikipedia", "heritage"} & place.tags.keys())


_POCKET_M2, _POCKET_NOTED_M2 = 10_000.0, 3_000.0
"""A park or square of less is a pocket of green between houses; one that somebody wrote of, of still less."""


def is_pocket(place: Place) -> bool:
    """Whether a park or a square is so small that nobody goes there for its own sake."""
    if not place.category.startswith(("leisure/park", "place/square")):
        return False
    known = {"wikipedia", "heritage"} & place.tags.keys()
    return 0 < place.area_m2 < (_POCKET_NOTED_M2 if known else _POCKET_M2)


def stay_range(place: Place) -> tuple[int, int, int]:
    """Return the least, usual and longest visit in minutes, by kind and by size."""
    low, usual, high = next(v for prefix, v in _STAYS if place.category.startswith(prefix))
    growth = next((v for k, v in _PER_AREA.items() if place.category.startswith(k)), None)
    if growth and place.area_m2 > 0:
        hectares, most = place.area_m2 / 10_000, growth[1]
        small = hectares < growth[0] / _SMALL_SHARE
        factor = _SMALL_FACTOR if small else min(1 + math.log2(1 + hectares / growth[0]), 3.0)
        low, usual, high = (min(most, round(v * factor / 5) * 5) for v in (low, usual, high))
    elif place.category.startswith(_SIZELESS) and not is_noted(place):
        low, usual, high = (round(v * _SIZELESS_FACTOR / 5) * 5 for v in (low, usual, high))
    if place.category.startswith(_SIZELESS) and place.area_m2 <= 0:
        usual, high = min(usual, _SIZELESS_MOST), min(high, _SIZELESS_MOST)
        high = high if is_noted(place) else usual
    if place.importance >= 0.8 and usual >= 30:
        usual = min(high, round(usual * 1.25 / 5) * 5)
    return low, usual, max(high, usual)


_FAMILY = {
    "tourism/museum": "museum", "tourism/gallery": "museum", "amenity/arts_centre": "museum",
    "leisure/park": "park", "leisure/garden": "park", "leisure/nature_reserve": "nature",
    "boundary/national_park": "nature", "natural/beach": "beach", "tourism/viewpoint": "view",
    "man_made/tower": "view", "amenity/place_of_worship": "worship", "building/cathedral": "worship",
    "historic/church": "worship", "historic/temple": "worship", "tourism/zoo": "zoo",
    "tourism/aquarium": "zoo", "tourism/theme_park": "fun", "leisure/water_park": "fun",
    "historic/memorial": "memorial", "historic/monument": "memorial", "shop/mall": "shop",
    "shop/department_store": "shop", "amenity/marketplace": "market", "natural/peak": "hike",
    "amenity/theatre": "show", "place/square": "square", "tourism/artwork": "memorial",
    "amenity/artwork": "memorial",
    "amenity/bar": "bar", "amenity/pub": "bar",
}  # fmt: skip


def family(place: Place) -> str:
    """Return what a place is alike to: two of one family are a repetition."""
    return _FAMILY.get(place.category, place.category)


_BONUS = {
    "tourism/museum": 0.15, "tourism/attraction": 0.15, "tourism/zoo": 0.2, "tourism/theme_park": 0.15,
    "historic/castle": 0.2, "historic/palace": 0.25, "building/cathedral": 0.15, "tourism/aquarium": 0.15,
    "historic/memorial": -0.1, "amenity/theatre": -0.1, "place/square": -0.05, "tourism/artwork": -0.2,
    "amenity/artwork": -0.3,
    "man_made/tower": -0.1, "amenity/place_of_worship": -0.05, "leisure/garden": 0.05,
}  # fmt: skip


def worth(place: Place) -> float:
    """Return how much a sight is worth seeing, about 0 to 1.3."""
    told = 0.08 if place.opening_hours else 0.0
    told += 0.1 if {"wikidata", "wikipedia", "heritage"} & place.tags.keys() else 0.0
    return place.importance + _BONUS.get(place.category, 0.0) + told - (0.3 if is_pocket(place) else 0.0)


CUISINES: dict[str, tuple[str, ...]] = {
    "spicy": (
        "sichuan",
        "szechuan",
        "hunan",
        "hot_pot",
        "hotpot",
        "thai",
        "indian",
        "mexican",
        "korean",
        "malatang",
    ),
    "seafood": ("seafood", "fish", "oyster", "crab"),
    "fish": ("fish", "seafood", "sushi", "fish_and_chips"),
    "barbecue": ("barbecue", "bbq", "grill", "yakiniku"),
    "cantonese": ("cantonese", "dim_sum", "hong_kong"),
    "hotpot": ("hotpot", "hot_pot", "shabu_shabu"),
    "meat": ("steak_house", "barbecue", "bbq", "burger", "grill", "kebab", "meat"),
    "lamb": ("lamb", "xinjiang", "uyghur", "mongolian"),
    "beef": ("steak_house", "beef", "beef_noodle"),
    "pork": ("pork", "tonkatsu"),
    "noodles": ("noodle", "noodles", "ramen", "udon", "soba", "beef_noodle"),
    "japanese": ("japanese", "sushi", "ramen"),
    "italian": ("italian", "pizza", "pasta"),
    "chinese": ("chinese", "cantonese", "sichuan"),
    "western": ("western", "steak_house", "italian", "french", "american", "european", "pizza", "burger"),
    "local": ("regional", "local", "finnish", "catalan", "traditional", "jiangsu", "huaiyang", "monegasque"),
    "fastfood": ("burger", "fast_food", "fried_chicken"),
}
"""Values of `cuisine` of a food."""

ALSO_BANNED: dict[str, tuple[str, ...]] = {
    "seafood": ("sushi", "japanese", "fish_and_chips", "poke", "cantonese"),
    "fish": ("fish_and_chips", "japanese", "poke"),
    "pork": ("german", "ramen"),
    "meat": ("sausage", "chicken", "fried_chicken", "hot_dog", "german", "brazilian", "argentinian"),
    "beef": ("burger", "steak_house"),
    "lamb": ("kebab", "turkish", "shawarma"),
}
"""Values of `cuisine` that a food rules out besides those that offer it."""

DIETS = frozenset({"vegetarian", "vegan", "halal", "kosher", "gluten_free"})
"""Foods that the map tells by `diet:*`."""
