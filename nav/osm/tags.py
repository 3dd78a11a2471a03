"""What OpenStreetMap tags mean to a car, a bicycle and a walker. The rules are tabled in docs/routing.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nav.graph import NO_LIMIT_KPH, Access, EdgeFlag, NodeFlag, RoadClass

_CLASS_OF_HIGHWAY = {
    "motorway": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY,
    "unclassified": RoadClass.UNCLASSIFIED,
    "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.LIVING_STREET,
    "service": RoadClass.SERVICE,
    "road": RoadClass.SERVICE,
    "busway": RoadClass.SERVICE,
    "bus_guideway": RoadClass.SERVICE,
    "track": RoadClass.TRACK,
    "pedestrian": RoadClass.PEDESTRIAN,
    "cycleway": RoadClass.CYCLEWAY,
    "path": RoadClass.PATH,
    "bridleway": RoadClass.PATH,
    "footway": RoadClass.FOOTWAY,
    "corridor": RoadClass.FOOTWAY,
    "platform": RoadClass.FOOTWAY,
    "steps": RoadClass.STEPS,
}
_ACCESS_KEYS = {
    Access.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Access.BIKE: ("bicycle", "vehicle", "access"),
    Access.FOOT: ("foot", "access"),
}
_OPEN = frozenset(
    {"yes", "designated", "permissive", "official", "public", "true", "1", "unknown", "use_sidepath"}
)
_PRIVATE = frozenset({"private", "delivery", "permit", "residents", "employees"})
_DESTINATION = frozenset({"destination", "customers", "visitors", "resident"})
_ENTERED = _OPEN | _PRIVATE | _DESTINATION
_ONEWAY_KEYS = {
    Access.CAR: ("oneway:motor_vehicle", "oneway:vehicle", "oneway"),
    Access.BIKE: ("oneway:bicycle", "oneway:vehicle", "oneway"),
    Access.FOOT: ("oneway",),
}
_UNPAVED = frozenset((
    "unpaved", "compacted", "fine_gravel", "gravel", "pebblestone", "ground", "dirt", "earth", "grass",
    "sand", "mud", "soil", "rock", "clay",
))  # fmt: skip
_PASSABLE_BARRIERS = frozenset((
    "border_control", "bump_gate", "cattle_grid", "checkpoint", "entrance", "gate", "hampshire_gate",
    "height_restrictor", "kerb", "lift_gate", "no", "rising_bollard_open", "sally_port", "swing_gate",
    "sliding_gate", "sliding_beam", "toll_booth", "coupure", "swing_beam", "speed_bump", "traffic_island",
    "wicket_gate", "yes",
))  # fmt: skip
_GATES = frozenset((
    "gate", "lift_gate", "swing_gate", "sliding_gate", "sliding_beam", "bump_gate", "hampshire_gate",
    "sally_port", "swing_beam",
))  # fmt: skip
_LANGUAGE_KEY = re.compile(r"name:([a-z]{2,3}(?:[-_][A-Za-z]+)*)$")
_SPEED = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mph|kmh|km/h|kph|knots)?\s*(?:$|[;|,].*)")
_ZONE = re.compile(r"([A-Z]{2}):(?:zone:?)?([a-z_]+|\d+)$")
_CONDITIONAL = re.compile(r"\s*([\w ]+?)\s*@\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\)|([^;]+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """One direction of travel along a way."""

    access: Access
    """Who may travel this way round, destination traffic included."""
    maxspeed_kph: int
    """Posted limit; 0 not tagged, `NO_LIMIT_KPH` none."""
    lanes: int
    """Lanes in this direction; 0 unknown."""
    condition: str
    """Closed to cars while this condition holds (opening-hours syntax); `` never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayTraits:
    """What the tags of one way say, apart from names."""

    road_class: RoadClass
    flags: EdgeFlag
    """Those bits that hold for both directions."""
    surface: str
    """`surface` as tagged."""
    tracktype: str
    smoothness: str
    zone: str
    """Kind of speed zone: `urban`, `rural`, `motorway`, …; `` if not tagged."""
    duration_s: float
    """Time that a ferry takes over the whole way; 0 unknown."""
    forward: Travel
    backward: Travel


def read_way(tags: Mapping[str, str]) -> WayTraits | None:
    """Interpret the tags of a way.

    Parameters
    ----------
    tags
        All tags of the way.

    Returns
    -------
    WayTraits or None
        None if nobody travels here: not a road, an area, under construction, closed to all profiles.
    """
    is_ferry = tags.get("route") == "ferry" and "highway" not in tags
    highway = tags.get("highway", "")
    link = highway.endswith("_link")
    road_class = RoadClass.FERRY if is_ferry else _CLASS_OF_HIGHWAY.get(highway.removesuffix("_link"))
    if road_class is None or _is_area(tags) or tags.get("impassable") == "yes":
        return None
    flags = _common_flags(tags, road_class, link=link)
    flags |= _car_use(tags, road_class)
    forward, backward = (_travel(tags, road_class, direction) for direction in ("forward", "backward"))
    if not (forward.access or backward.access) and road_class > RoadClass.TRACK:
        return None
    if bool(forward.access & Access.CAR) != bool(backward.access & Access.CAR):
        flags |= EdgeFlag.ONEWAY
    return WayTraits(
        road_class=road_class,
        flags=flags,
        surface=tags.get("surface", ""),
        tracktype=tags.get("tracktype", ""),
        smoothness=tags.get("smoothness", ""),
        zone=_speed_zone(tags),
        duration_s=read_duration_s(tags.get("duration", "")) if is_ferry else 0.0,
        forward=forward,
        backward=backward,
    )


def _is_area(tags: Mapping[str, str]) -> bool:
    return tags.get("area") == "yes" or "area:highway" in tags


def _common_flags(tags: Mapping[str, str], road_class: RoadClass, *, link: bool) -> EdgeFlag:
    flags = EdgeFlag(0)
    junction = tags.get("junction")
    service = tags.get("service")
    for holds, flag in (
        (link, EdgeFlag.LINK),
        (junction == "roundabout", EdgeFlag.ROUNDABOUT),
        (junction == "circular", EdgeFlag.CIRCULAR),
        (tags.get("toll:motorcar", tags.get("toll:motor_vehicle", tags.get("toll"))) == "yes", EdgeFlag.TOLL),
        (tags.get("tunnel", "no") not in ("no", "culvert") or tags.get("covered") == "yes", EdgeFlag.TUNNEL),
        (tags.get("bridge", "no") != "no", EdgeFlag.BRIDGE),
        (road_class is RoadClass.FERRY, EdgeFlag.FERRY),
        (_is_unpaved(tags, road_class), EdgeFlag.UNPAVED),
        (service == "driveway", EdgeFlag.DRIVEWAY),
        (service == "parking_aisle", EdgeFlag.PARKING_AISLE),
        (service == "alley", EdgeFlag.ALLEY),
        (tags.get("hov") == "designated", EdgeFlag.HOV),
        (tags.get("dual_carriageway") == "yes", EdgeFlag.DUAL),
        (
            tags.get("footway") in ("sidewalk", "crossing") or tags.get("path") == "crossing",
            EdgeFlag.AREA_CROSSING,
        ),
    ):
        if holds:
            flags |= flag
    return flags


def _is_unpaved(tags: Mapping[str, str], road_class: RoadClass) -> bool:
    surface = tags.get("surface")
    if surface:
        return surface.split(":")[0] in _UNPAVED
    return road_class is RoadClass.TRACK and tags.get("tracktype") != "grade1"


def _car_use(tags: Mapping[str, str], road_class: RoadClass) -> EdgeFlag:
    """Tell whether cars may only go to places here, by the most specific access tag."""
    value = _first(tags, _ACCESS_KEYS[Access.CAR])
    said = _listed(value)
    if not said & _OPEN:
        if said & _DESTINATION:
            return EdgeFlag.DESTINATION
        if said & _PRIVATE:
            return EdgeFlag.PRIVATE
    if value is None and (
        road_class is RoadClass.TRACK or tags.get("service") in ("driveway", "parking_aisle")
    ):
        return EdgeFlag.DESTINATION
    return EdgeFlag(0)


def _first(tags: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = tags.get(key)
        if value is not None:
            return value
    return None


def _listed(value: str | None) -> frozenset[str]:
    """Return the single values of a list such as `destination;delivery`."""
    return frozenset(part.strip() for part in value.split(";")) if value else frozenset()


def _oneway(tags: Mapping[str, str], road_class: RoadClass, profile: Access) -> str:
    """Return which way round a profile may go: `both`, `forward`, `backward` or `none`."""
    value = _first(tags, _ONEWAY_KEYS[profile])
    if value in ("yes", "true", "1"):
        return "forward"
    if value in ("-1", "reverse"):
        return "backward"
    if value == "reversible":
        return "none"
    if value in ("no", "false", "0", "alternating"):
        return "both"
    implied = tags.get("junction") in ("roundabout", "circular") or (
        road_class is RoadClass.MOTORWAY and tags.get("highway") == "motorway"
    )
    return "forward" if implied else "both"


def _travel(tags: Mapping[str, str], road_class: RoadClass, direction: str) -> Travel:
    access = Access(0)
    for profile in Access:
        if _may_travel(tags, road_class, profile, direction) and (
            _oneway(tags, road_class, profile) in ("both", direction) or _against_oneway(tags, profile)
        ):
            access |= profile
    if tags.get("hov") == "designated":
        access &= ~Access.CAR
    own = read_speed_kph(tags.get(f"maxspeed:{direction}", ""))
    return Travel(
        access=access,
        maxspeed_kph=own or read_speed_kph(tags.get("maxspeed", "")),
        lanes=_lanes(tags, direction, one_way=_oneway(tags, road_class, Access.CAR) != "both"),
        condition=_closing_condition(tags, direction) if Access.CAR in access else "",
    )


def _may_travel(tags: Mapping[str, str], road_class: RoadClass, profile: Access, direction: str) -> bool:
    keys = _ACCESS_KEYS[profile]
    for key in keys:
        value = tags.get(f"{key}:{direction}", tags.get(key))
        if value is not None:
            said = _listed(value)
            return bool(said & _ENTERED) or (key == "bicycle" and "dismount" in said)
    return _open_by_class(tags, road_class, profile)


def _open_by_class(tags: Mapping[str, str], road_class: RoadClass, profile: Access) -> bool:
    if road_class is RoadClass.FERRY:
        named = [p for p in ("foot", "bicycle") if tags.get(p) in _OPEN]
        return profile is not Access.CAR or not named
    if tags.get("highway") in ("busway", "bus_guideway"):
        return False
    if profile is Access.CAR:
        return road_class <= RoadClass.TRACK
    if road_class is RoadClass.MOTORWAY or tags.get("motorroad") == "yes":
        return False
    if profile is Access.BIKE:
        return road_class not in (RoadClass.FOOTWAY, RoadClass.STEPS, RoadClass.PEDESTRIAN) and (
            tags.get("highway") != "bridleway"
        )
    return road_class is not RoadClass.CYCLEWAY or tags.get("segregated") is not None


def _against_oneway(tags: Mapping[str, str], profile: Access) -> bool:
    """Tell whether a profile need not care about the one-way rule of the carriageway."""
    if profile is Access.FOOT:
        return tags.get("oneway:foot") not in ("yes", "1", "-1")
    if profile is Access.BIKE:
        sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
        return any(
            tags.get(side, "").startswith("opposite") or tags.get(f"{side}:oneway") == "no" for side in sides
        )
    return False


def _lanes(tags: Mapping[str, str], direction: str, *, one_way: bool) -> int:
    own = _count(tags.get(f"lanes:{direction}"))
    total = _count(tags.get("lanes"))
    if own or not total:
        return own
    return total if one_way else total // 2


def _count(text: str | None) -> int:
    return min(int(text), 20) if text and text.isdecimal() else 0


def read_speed_kph(text: str) -> int:
    """Read a `maxspeed` value; 0 if it holds no usable number, `NO_LIMIT_KPH` for ``none``.

    >>> read_speed_kph("50"), read_speed_kph("30 mph"), read_speed_kph("none"), read_speed_kph("9999")
    (50, 48, 255, 0)
    """
    if text == "none":
        return NO_LIMIT_KPH
    if text == "walk":
        return 7
    found = _SPEED.match(text)
    if not found:
        zone = _ZONE.match(text)
        return int(zone[2]) if zone and zone[2].isdecimal() and 5 <= int(zone[2]) <= 160 else 0
    kph = float(found[1]) * {"mph": 1.609344, "knots": 1.852}.get(found[2] or "", 1.0)
    return round(kph) if 1 <= kph <= 160 else 0


def _speed_zone(tags: Mapping[str, str]) -> str:
    for key in ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:traffic", "zone:maxspeed"):
        found = _ZONE.match(tags.get(key, ""))
        if found and not found[2].isdecimal():
            return found[2]
    return ""


def read_duration_s(text: str) -> float:
    """Read a `duration`: ``HH:MM``, ``HH:MM:SS``, minutes, or ISO 8601 (``PT1H30M``); 0 if unreadable.

    >>> read_duration_s("01:30"), read_duration_s("45"), read_duration_s("PT1H5M"), read_duration_s("soon")
    (5400.0, 2700.0, 3900.0, 0.0)
    """
    iso = re.fullmatch(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", text)
    if iso and any(iso.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    parts = text.split(":")
    if not text or not all(part.isdecimal() for part in parts) or len(parts) > 3:
        return 0.0
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return numbers[0] * 60.0
    return float(numbers[0] * 3600 + numbers[1] * 60 + (numbers[2] if len(numbers) == 3 else 0))


def conditional_parts(text: str) -> list[tuple[str, str]]:
    """Split a `…:conditional` value into (value, condition) pairs.

    >>> conditional_parts("no @ (Mo-Fr 07:00-09:00; Sa 10:00-12:00); destination @ (Su)")
    [('no', 'Mo-Fr 07:00-09:00; Sa 10:00-12:00'), ('destination', 'Su')]
    """
    return [(m[1], (m[2] or m[3]).strip()) for m in _CONDITIONAL.finditer(text)]


def is_time_condition(condition: str) -> bool:
    """Tell whether a condition is about time, not about weight, size, weather or the kind of vehicle."""
    return bool(
        re.search(
            r"\d\d?:\d\d|\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|sunrise|sunset|dawn|dusk|24/7)\b|[A-Z][a-z]{2}",
            condition,
        )
    )


def _closing_condition(tags: Mapping[str, str], direction: str) -> str:
    for key in _ACCESS_KEYS[Access.CAR]:
        text = tags.get(f"{key}:{direction}:conditional", tags.get(f"{key}:conditional", ""))
        for value, condition in conditional_parts(text):
            if value == "no" and is_time_condition(condition) and " AND " not in condition:
                return condition
        if text or key in tags:
            return ""
    return ""


def read_node(tags: Mapping[str, str]) -> NodeFlag:
    """Interpret the tags of a node on a road."""
    flags = NodeFlag(0)
    highway, crossing, railway = tags.get("highway"), tags.get("crossing"), tags.get("railway")
    for holds, flag in (
        (highway == "traffic_signals" or crossing == "traffic_signals", NodeFlag.SIGNALS),
        (highway == "stop", NodeFlag.STOP),
        (highway == "give_way", NodeFlag.GIVE_WAY),
        (highway == "mini_roundabout", NodeFlag.MINI_ROUNDABOUT),
        (highway == "crossing", NodeFlag.CROSSING),
        (highway == "motorway_junction", NodeFlag.MOTORWAY_JUNCTION),
        (highway in ("turning_circle", "turning_loop"), NodeFlag.TURNING_CIRCLE),
        (railway == "level_crossing", NodeFlag.LEVEL_CROSSING),
    ):
        if holds:
            flags |= flag
    barrier = tags.get("barrier")
    return flags | _barrier(tags, barrier) if barrier else flags


def _barrier(tags: Mapping[str, str], barrier: str) -> NodeFlag:
    value = _first(tags, _ACCESS_KEYS[Access.CAR])
    said = _listed(value)
    allowed = bool(said & _ENTERED)
    if barrier == "toll_booth":
        return NodeFlag.TOLL_BOOTH
    if barrier in ("border_control", "checkpoint") and value != "no":
        return NodeFlag.BORDER_CONTROL
    if barrier in _GATES:
        if (value is not None and not allowed) or (tags.get("locked") == "yes" and not allowed):
            return NodeFlag.CLOSED
        return NodeFlag(0) if said & _OPEN else NodeFlag.GATE
    if barrier in _PASSABLE_BARRIERS or allowed:
        return NodeFlag.CLOSED if value is not None and not allowed else NodeFlag(0)
    return NodeFlag.CLOSED


def read_names(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the names in all languages, sorted: (language code or ``""``, name)."""
    found = {"": tags["name"]} if "name" in tags else {}
    for key, value in tags.items():
        match = _LANGUAGE_KEY.fullmatch(key)
        if match and value:
            found[match[1]] = value
    return tuple(sorted(found.items()))
