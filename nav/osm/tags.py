"""What OpenStreetMap tags mean to a car, a bicycle and a walker. The rules are tabled in docs/routing.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nav.graph import Access, EdgeFlag, RoadClass
from nav.law.conditions import HEAVY, conditional_parts, read_condition
from nav.law.rules import Clauses, Rule, Use
from nav.osm.access import (
    ACCESS_KEYS,
    HEAVY_KEYS,
    OPEN_VALUES,
    Faults,
    first_of,
    is_plain,
    listed,
    oneway_clauses,
    oneway_of,
    rule_of,
    use_clauses,
    use_of,
)
from nav.osm.values import is_speed, read_duration_s, read_speed_kph, speed_zone

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
_ONEWAY_KEYS = {
    Access.BIKE: ("oneway:bicycle", "oneway:vehicle", "oneway"),
    Access.FOOT: ("oneway:foot",),
}
_UNPAVED = frozenset((
    "unpaved", "compacted", "fine_gravel", "gravel", "pebblestone", "ground", "dirt", "earth", "grass",
    "sand", "mud", "soil", "rock", "clay",
))  # fmt: skip
_SQUARES = (RoadClass.PEDESTRIAN, RoadClass.FOOTWAY)
"""Areas of these classes are walked along their edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """One direction of travel along a way."""

    access: Access
    """Who may travel this way round, destination traffic included."""
    maxspeed_kph: int
    """Posted limit; 0 not tagged, `NO_LIMIT_KPH` none."""
    lanes: int
    """Lanes in this direction; 0 unknown."""
    rule: str
    """What depends on the time or the vehicle, as the text of a `Rule`; `` if nothing does."""
    usually_open: bool
    """Whether a car may go this way round when nothing is special."""


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
    faults: tuple[str, ...] = ()
    """Kinds of tags that were not understood, and count as absent."""


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
    is_ferry = tags.get("route") in ("ferry", "shuttle_train") and "highway" not in tags
    highway = tags.get("highway", "")
    link = highway.endswith("_link")
    road_class = RoadClass.FERRY if is_ferry else _CLASS_OF_HIGHWAY.get(highway.removesuffix("_link"))
    if road_class is None or "yes" in (tags.get("impassable"), tags.get("construction")):
        return None
    if _is_area(tags) and road_class not in _SQUARES:
        return None
    faults: Faults = set()
    flags = _common_flags(tags, road_class, link=link)
    flags |= _car_use(tags, road_class, faults)
    forward, backward = (
        _travel(tags, road_class, direction, faults) for direction in ("forward", "backward")
    )
    if not (forward.access or backward.access) and road_class > RoadClass.TRACK:
        return None
    if forward.usually_open != backward.usually_open:
        flags |= EdgeFlag.ONEWAY
    return WayTraits(
        road_class=road_class,
        flags=flags,
        surface=tags.get("surface", ""),
        tracktype=tags.get("tracktype", ""),
        smoothness=tags.get("smoothness", ""),
        zone=speed_zone(tags),
        duration_s=read_duration_s(tags.get("duration", "")) if is_ferry else 0.0,
        forward=forward,
        backward=backward,
        faults=tuple(sorted(faults)),
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
        (road_class is RoadClass.FERRY and tags.get("route") == "shuttle_train", EdgeFlag.CAR_TRAIN),
        (_is_unpaved(tags, road_class), EdgeFlag.UNPAVED),
        (service == "driveway", EdgeFlag.DRIVEWAY),
        (service == "parking_aisle", EdgeFlag.PARKING_AISLE),
        (service == "alley", EdgeFlag.ALLEY),
        (tags.get("hov") == "designated", EdgeFlag.HOV),
        (tags.get("dual_carriageway") == "yes", EdgeFlag.DUAL),
        (_bars_stopping(tags, road_class, link=link), EdgeFlag.NO_STOPPING),
        (
            tags.get("footway") in ("sidewalk", "crossing") or tags.get("path") == "crossing",
            EdgeFlag.AREA_CROSSING,
        ),
    ):
        if holds:
            flags |= flag
    return flags


def _bars_stopping(tags: Mapping[str, str], road_class: RoadClass, *, link: bool) -> bool:
    """Tell whether nobody may stop here: motorways and what is built like one, tunnels, circles, ferries."""
    tunnel = tags.get("tunnel", "no") not in ("no", "culvert", "building_passage")
    return (
        road_class in (RoadClass.MOTORWAY, RoadClass.FERRY)
        or "yes" in (tags.get("motorroad"), tags.get("expressway"))
        or tags.get("junction") == "roundabout"
        or (road_class is RoadClass.TRUNK and (link or tags.get("bridge", "no") != "no"))
        or (road_class <= RoadClass.SECONDARY and tags.get("bridge") == "viaduct")
        or (tunnel and road_class <= RoadClass.RESIDENTIAL)
    )


def _is_unpaved(tags: Mapping[str, str], road_class: RoadClass) -> bool:
    surface = tags.get("surface")
    if surface:
        return surface.split(":")[0] in _UNPAVED
    return road_class is RoadClass.TRACK and tags.get("tracktype") != "grade1"


def _car_use(tags: Mapping[str, str], road_class: RoadClass, faults: Faults) -> EdgeFlag:
    """Tell whether cars may only go to places here, when nothing is special."""
    keys = _car_keys(road_class)
    usual = Rule(car=use_clauses(tags, keys, "", _use_by_class(tags, road_class), faults)).usual
    return {Use.DESTINATION: EdgeFlag.DESTINATION, Use.PRIVATE: EdgeFlag.PRIVATE}.get(usual, EdgeFlag(0))


def _car_keys(road_class: RoadClass) -> tuple[str, ...]:
    """Return the keys that concern cars: `access` on a footpath speaks of those who walk it."""
    keys = ACCESS_KEYS[Access.CAR]
    return keys[:-1] if road_class > RoadClass.FERRY else keys


def _use_by_class(tags: Mapping[str, str], road_class: RoadClass) -> Use:
    """Return what cars may do on a road without access tags."""
    if not _open_by_class(tags, road_class, Access.CAR):
        return Use.CLOSED
    quiet = road_class is RoadClass.TRACK or tags.get("service") in ("driveway", "parking_aisle")
    return Use.DESTINATION if quiet else Use.OPEN


def _oneway(tags: Mapping[str, str], road_class: RoadClass, profile: Access, faults: Faults) -> str:
    """Return which way round a profile may go: `both`, `forward`, `backward` or `none`."""
    implied = tags.get("junction") in ("roundabout", "circular") or (
        road_class is RoadClass.MOTORWAY and tags.get("highway") == "motorway"
    )
    if profile is Access.CAR:
        return oneway_of(tags, implied, faults)
    if profile is Access.FOOT:
        value = tags.get("oneway:foot", tags.get("conveying"))
        return {
            "yes": "forward",
            "1": "forward",
            "forward": "forward",
            "-1": "backward",
            "backward": "backward",
        }.get(value or "", "both")
    value = first_of(tags, _ONEWAY_KEYS[profile])
    if value in ("yes", "true", "1"):
        return "forward"
    if value in ("-1", "reverse"):
        return "backward"
    if value == "reversible":
        return "none"
    if value in ("no", "false", "0", "alternating"):
        return "both"
    return "forward" if implied else "both"


def _travel(tags: Mapping[str, str], road_class: RoadClass, direction: str, faults: Faults) -> Travel:
    access = Access(0)
    for profile in (Access.BIKE, Access.FOOT):
        if _may_travel(tags, road_class, profile, direction) and (
            _oneway(tags, road_class, profile, faults) in ("both", direction)
            or (profile is Access.BIKE and _against_oneway(tags))
        ):
            access |= profile
    rule = _car_rule(tags, road_class, direction, faults)
    if rule is not None:
        access |= Access.CAR
    oneway = _oneway(tags, road_class, Access.CAR, faults)
    posted = tags.get(f"maxspeed:{direction}", tags.get("maxspeed", ""))
    if posted and not is_speed(posted):
        faults.add("maxspeed")
    return Travel(
        access=access,
        maxspeed_kph=read_speed_kph(tags.get(f"maxspeed:{direction}", ""))
        or read_speed_kph(tags.get("maxspeed", "")),
        lanes=_lanes(tags, direction, one_way=oneway != "both"),
        rule="" if rule is None or is_plain(rule) else rule.to_text(),
        usually_open=rule is not None and rule.usual != Use.CLOSED and oneway in ("both", direction),
    )


def _car_rule(tags: Mapping[str, str], road_class: RoadClass, direction: str, faults: Faults) -> Rule | None:
    """Return what one direction demands of motor vehicles; None if none of them ever goes here."""
    if tags.get("hov") == "designated" or _is_area(tags):
        return None
    usual = _oneway(tags, road_class, Access.CAR, faults)
    turning = oneway_clauses(tags, usual, direction, faults)
    if usual not in ("both", direction) and not turning:
        return None
    keys = _car_keys(road_class)
    heavy = HEAVY_KEYS[: len(keys)]
    rule = rule_of(
        tags, direction, default=_use_by_class(tags, road_class), keys=keys, heavy_keys=heavy, faults=faults
    )
    rule = replace(rule, oneway=turning, speeds=_speed_clauses(tags, direction, faults))
    return rule if rule.ever_open else None


def _speed_clauses(tags: Mapping[str, str], direction: str, faults: Faults) -> Clauses:
    clauses: list[tuple[int, str]] = []
    heavy = read_speed_kph(tags.get(f"maxspeed:hgv:{direction}", tags.get("maxspeed:hgv", "")))
    if heavy:
        clauses.append((heavy, HEAVY))
    text = tags.get(f"maxspeed:{direction}:conditional", tags.get("maxspeed:conditional", ""))
    for value, when in conditional_parts(text):
        read, kph = read_condition(when), read_speed_kph(value)
        if read.is_broken or not kph or not when:
            faults.add("conditional")
        elif not read.purpose:
            clauses.append((kph, read.text))
    return tuple(clauses)


def _may_travel(tags: Mapping[str, str], road_class: RoadClass, profile: Access, direction: str) -> bool:
    for key in ACCESS_KEYS[profile]:
        value = tags.get(f"{key}:{direction}", tags.get(key))
        if value is not None:
            if key == "bicycle" and "dismount" in listed(value):
                return True
            use = use_of(value, set())
            if use is not None:
                return use != Use.CLOSED
    return _open_by_class(tags, road_class, profile)


def _open_by_class(tags: Mapping[str, str], road_class: RoadClass, profile: Access) -> bool:
    if road_class is RoadClass.FERRY:
        # A boat that names those who walk on board, and nobody else, takes no cars.
        return profile is not Access.CAR or tags.get("foot") not in OPEN_VALUES
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


def _against_oneway(tags: Mapping[str, str]) -> bool:
    """Tell whether cyclists need not care about the one-way rule of the carriageway."""
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    return any(
        tags.get(side, "").startswith("opposite") or tags.get(f"{side}:oneway") == "no" for side in sides
    )


def _lanes(tags: Mapping[str, str], direction: str, *, one_way: bool) -> int:
    own = _count(tags.get(f"lanes:{direction}"))
    total = _count(tags.get("lanes"))
    if own or not total:
        return own
    return total if one_way else total // 2


def _count(text: str | None) -> int:
    return min(int(text), 20) if text and text.isdecimal() else 0
