"""Which OSM objects are places, and what their category is."""

from __future__ import annotations

from collections.abc import Mapping

from poi.text import word_set

_MAIN_KEYS = ("amenity", "tourism", "shop", "healthcare", "aeroway", "leisure", "historic", "railway",
"office",
              "craft", "public_transport", "place", "man_made", "natural", "boundary", "landuse", "waterway",
              "bridge", "building", "highway", "barrier", "entrance", "emergency", "military",
              "aerialway")  # fmt: skip
_NOT_PLACES = word_set(
    "amenity/bench amenity/waste_basket amenity/hunting_stand amenity/grit_bin amenity/waste_disposal "
    "amenity/loading_dock amenity/parking_space amenity/smoking_area amenity/clock amenity/recycling "
    "railway/rail railway/tram railway/subway railway/switch railway/signal railway/crossing "
    "railway/platform "
    "railway/buffer_stop railway/construction railway/abandoned railway/disused railway/railway_crossing "
    "railway/tram_crossing railway/light_rail railway/level_crossing railway/narrow_gauge railway/milestone "
    "public_transport/stop_area public_transport/stop_position public_transport/platform "
    "highway/crossing highway/traffic_signals highway/street_lamp highway/give_way highway/stop "
    "highway/turning_circle highway/mini_roundabout highway/platform highway/elevator highway/speed_camera "
    "boundary/political boundary/postal_code boundary/timezone boundary/religious_administration "
    "boundary/census boundary/statistical emergency/fire_hydrant"
)
_NAMELESS = word_set(
    "amenity/fuel amenity/charging_station amenity/toilets amenity/parking amenity/atm amenity/bank "
    "amenity/pharmacy amenity/hospital amenity/drinking_water amenity/restaurant amenity/cafe "
    "amenity/fast_food "
    "amenity/car_wash amenity/post_office amenity/police amenity/parking_entrance amenity/post_box "
    "amenity/place_of_worship amenity/shower amenity/bicycle_rental amenity/car_rental amenity/taxi "
    "amenity/school amenity/kindergarten amenity/clinic amenity/doctors amenity/bar amenity/pub "
    "amenity/bureau_de_change amenity/compressed_air amenity/water_point amenity/sanitary_dump_station "
    "highway/rest_area highway/services tourism/viewpoint tourism/picnic_site tourism/camp_site "
    "tourism/caravan_site tourism/hotel tourism/hostel tourism/guest_house tourism/motel leisure/playground "
    "leisure/swimming_pool leisure/park railway/subway_entrance barrier/toll_booth emergency/defibrillator "
    "natural/peak shop/supermarket shop/convenience shop/car_repair shop/bakery shop/tyres shop/kiosk "
    "tourism/artwork tourism/information leisure/pitch leisure/fitness_centre barrier/border_control "
    "amenity/device_charging_station amenity/nursing_room amenity/lactation_room leisure/dog_park "
    "leisure/indoor_play"
)
_ONLY_NAMED_KEYS = word_set(
    "office craft man_made natural boundary landuse waterway bridge building place military aerialway"
)
_STAFFED = word_set("office visitor_centre")
"""What `information` must be: maps, boards and signposts are no places to drive to."""

_MINOR_VALUES = {"landuse": {"grass", "forest", "farmland", "meadow"}, "natural": {"tree", "scrub", "wood"}}
DRIVABLE = word_set(
    "motorway trunk primary secondary tertiary unclassified residential living_street service road "
    "motorway_link trunk_link primary_link secondary_link tertiary_link"
)
_STREETS = DRIVABLE | word_set("pedestrian footway path cycleway steps track busway construction proposed")


def categories_of(tags: Mapping[str, str]) -> list[str]:
    """Return the categories of an object that is a place, main one first; empty if it is none.

    A subway station gets "station/subway" beside its own tag, a public-transport stop of any sort the tag of
    what stops there.
    """
    named = "name" in tags or "brand" in tags or "operator" in tags
    found = [c for c in _categories(tags, named=named) if c not in _NOT_PLACES]
    if any(c == "railway/station" for c in found) and _is_subway(tags):
        found = ["station/subway", *(c for c in found if c != "railway/station")]
    if "building/yes" in found and len(found) > 1:
        found.remove("building/yes")
    return found


def _categories(tags: Mapping[str, str], *, named: bool) -> list[str]:
    found: list[str] = []
    for key in _MAIN_KEYS:
        value = tags.get(key)
        if value is None or value == "no":
            continue
        category = f"{key}/{value.split(';')[0].strip()}"
        if key == "highway" and not _is_highway_place(value, "name" in tags):
            continue
        if category == "tourism/information" and tags.get("information") not in _STAFFED:
            continue
        if key == "aerialway" and value != "station":
            continue
        if key in ("barrier", "entrance") and not _is_gate(key, value, tags):
            continue
        if not named and (key in _ONLY_NAMED_KEYS or category not in _NAMELESS):
            continue
        if key in _ONLY_NAMED_KEYS and "name" not in tags:
            continue
        if value in _MINOR_VALUES.get(key, ()) and len(found):
            continue
        if key == "building" and value != "cathedral":
            if found:
                continue
            category = "building/yes"
        found.append(category)
    return found


def _is_highway_place(value: str, named: bool) -> bool:
    return value in ("services", "rest_area") or (named and value in ("bus_stop", "motorway_junction"))


def _is_gate(key: str, value: str, tags: Mapping[str, str]) -> bool:
    if key == "barrier":
        named = "name" in tags or "ref" in tags
        return value in ("toll_booth", "border_control") or (
            named and value in ("gate", "entrance", "lift_gate", "swing_gate")
        )
    return "name" in tags


def _is_subway(tags: Mapping[str, str]) -> bool:
    return tags.get("station") == "subway" or tags.get("subway") == "yes"


def is_street(tags: Mapping[str, str]) -> bool:
    """Say whether a way is a street that a driver or walker may name."""
    return tags.get("highway") in _STREETS and ("name" in tags or "ref" in tags)
