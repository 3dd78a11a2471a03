"""How well known a place is, from its class, its wikidata and wikipedia tags, and its size."""

from __future__ import annotations

import math
from collections.abc import Mapping

_BY_CATEGORY = {
    "place/country": 0.97, "place/state": 0.9, "place/province": 0.9, "place/region": 0.8,
    "place/county": 0.75, "place/city": 0.95, "place/municipality": 0.85, "place/town": 0.8,
    "place/district": 0.75, "place/suburb": 0.6,
    "place/village": 0.6, "place/borough": 0.65, "place/quarter": 0.5, "place/neighbourhood": 0.45,
    "place/hamlet": 0.4, "place/island": 0.5, "place/square": 0.5, "place/locality": 0.3,
    "boundary/administrative": 0.6, "boundary/national_park": 0.6,
    "aeroway/aerodrome": 0.85, "amenity/university": 0.75, "amenity/college": 0.5, "railway/station": 0.68,
    "public_transport/station": 0.6, "railway/halt": 0.4, "station/subway": 0.62, "amenity/bus_station": 0.5,
    "amenity/hospital": 0.6, "tourism/attraction": 0.55, "tourism/museum": 0.55, "tourism/theme_park": 0.6,
    "tourism/zoo": 0.55, "leisure/park": 0.45, "leisure/stadium": 0.55, "natural/peak": 0.4,
    "historic/castle": 0.5, "historic/monument": 0.45, "historic/memorial": 0.3, "historic/ruins": 0.35,
    "amenity/place_of_worship": 0.42, "tourism/hotel": 0.45, "tourism/hostel": 0.38,
    "tourism/guest_house": 0.36,
    "tourism/motel": 0.38, "tourism/apartment": 0.33, "tourism/chalet": 0.33, "shop/mall": 0.5,
    "shop/department_store": 0.45, "shop/supermarket": 0.36, "amenity/theatre": 0.45, "amenity/cinema": 0.4,
    "amenity/townhall": 0.5, "amenity/courthouse": 0.4, "amenity/library": 0.4, "amenity/school": 0.36,
    "amenity/kindergarten": 0.25, "amenity/restaurant": 0.3, "amenity/cafe": 0.28, "amenity/fast_food": 0.28,
    "amenity/bar": 0.25, "amenity/pub": 0.25, "amenity/bank": 0.28, "amenity/fuel": 0.35,
    "amenity/charging_station": 0.25, "amenity/parking": 0.2, "amenity/toilets": 0.1,
    "amenity/pharmacy": 0.28,
    "amenity/clinic": 0.33, "amenity/police": 0.36, "amenity/post_office": 0.3, "amenity/embassy": 0.4,
    "office/diplomatic": 0.4, "railway/tram_stop": 0.18, "highway/bus_stop": 0.1,
    "railway/subway_entrance": 0.2, "railway/level_crossing": 0.08, "barrier/gate": 0.34,
    "barrier/entrance": 0.34,
    "entrance/main": 0.2, "entrance/yes": 0.12, "barrier/toll_booth": 0.25, "highway/motorway_junction": 0.3,
    "highway/services": 0.4, "highway/rest_area": 0.35, "landuse/residential": 0.35, "tourism/artwork": 0.15,
    "tourism/information": 0.25, "waterway/river": 0.4, "natural/water": 0.3, "building/yes": 0.2,
    "amenity/atm": 0.08, "amenity/recycling": 0.03, "amenity/bench": 0.01,
}  # fmt: skip
_BY_KEY = {"amenity": 0.25, "tourism": 0.3, "shop": 0.22, "leisure": 0.25, "historic": 0.3, "office": 0.2,
           "craft": 0.18, "healthcare": 0.28, "railway": 0.2, "public_transport": 0.15, "aeroway": 0.3,
           "natural": 0.25, "place": 0.3, "building": 0.2, "man_made": 0.2, "landuse": 0.25, "boundary": 0.4,
           "street": 0.3, "highway": 0.2, "barrier": 0.2, "waterway": 0.25, "bridge": 0.3}  # fmt: skip
_BY_LEVEL = {"2": 0.97, "3": 0.9, "4": 0.9, "5": 0.85, "6": 0.75, "7": 0.65, "8": 0.62, "9": 0.55, "10": 0.5,
             "11": 0.45}  # fmt: skip
"""Boundaries by admin_level."""

_STREET = {"motorway": 0.5, "trunk": 0.46, "primary": 0.43, "secondary": 0.4, "tertiary": 0.37,
           "residential": 0.33, "unclassified": 0.33, "pedestrian": 0.36, "living_street": 0.32,
           "service": 0.22,
           "footway": 0.2, "path": 0.15, "cycleway": 0.15, "steps": 0.12, "track": 0.15}  # fmt: skip


def importance(category: str, tags: Mapping[str, str], *, area_m2: float = 0.0) -> float:
    """Return how well known a place is.

    Parameters
    ----------
    category
        Main category, such as "amenity/university" or "street/primary".
    tags
        Its OSM tags.
    area_m2
        Ground area of a polygon, 0 for a point.

    Returns
    -------
    float
        0 to 1.
    """
    key, _, value = category.partition("/")
    if key == "street":
        score = _STREET.get(value.removesuffix("_link"), 0.25)
    else:
        score = _BY_CATEGORY.get(category, _BY_KEY.get(key, 0.15))
    if category == "boundary/administrative":
        score = _BY_LEVEL.get(tags.get("admin_level", ""), score)
    if "wikidata" in tags:
        score += 0.08
    if "wikipedia" in tags:
        score += 0.1
    languages = sum(k.startswith("name:") for k in tags)
    score += 0.012 * min(languages, 10)
    if area_m2 > 1_000:
        score += min(0.15, 0.03 * (math.log10(area_m2) - 3))
    if tags.get("building") == "cathedral":
        score += 0.15
    if tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
        score -= 0.1
    return round(min(1.0, max(0.0, score)), 4)
