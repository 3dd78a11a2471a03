"""What stands on the road at a node, and who may pass it."""

from __future__ import annotations

from collections.abc import Mapping

from nav.graph import Access, NodeFlag
from nav.law.rules import Rule, Use
from nav.osm.access import (
    ACCESS_KEYS,
    ENTERED_VALUES,
    HEAVY_KEYS,
    OPEN_VALUES,
    Faults,
    first_of,
    is_plain,
    listed,
    rule_of,
    use_of,
)

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
_WALLS = frozenset(("wall", "city_wall", "retaining_wall", "fence", "hedge"))
_NOT_RIDDEN = _WALLS | {"stile", "turnstile", "full-height_turnstile", "kissing_gate"}
_PLACE_KEYS = frozenset((*ACCESS_KEYS[Access.CAR], "hgv", "maxheight", "maxwidth", "maxlength", "maxweight"))


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
    return flags | read_place(tags, set())[0] | _on_paths(tags)


def _on_paths(tags: Mapping[str, str]) -> NodeFlag:
    """Tell whom a barrier, or a sign where none stands, holds up who walks or rides a bicycle."""
    flags, barrier = NodeFlag(0), tags.get("barrier")
    if "highway" in tags and barrier is None:
        return flags  # `foot=no` at a crossing speaks of who crosses the road, not of who walks along it
    for profile, flag, solid in (
        (Access.FOOT, NodeFlag.NO_FOOT, _WALLS),
        (Access.BIKE, NodeFlag.NO_BIKE, _NOT_RIDDEN),
    ):
        value = first_of(tags, ACCESS_KEYS[profile]) or ""
        use = Use.OPEN if "dismount" in listed(value) else use_of(value, set())
        locked = barrier in solid or (barrier in _GATES and tags.get("locked") == "yes")
        if use is Use.CLOSED or (use is None and locked):
            flags |= flag
    return flags


def read_place(tags: Mapping[str, str], faults: Faults) -> tuple[NodeFlag, Rule | None]:
    """Interpret what stands on the road at a node, and who may pass it."""
    barrier = tags.get("barrier")
    if barrier is None and not any(key.split(":")[0] in _PLACE_KEYS for key in tags):
        return NodeFlag(0), None
    said = listed(first_of(tags, ACCESS_KEYS[Access.CAR]))
    flags, default = NodeFlag(0), Use.OPEN
    if barrier == "toll_booth":
        flags = NodeFlag.TOLL_BOOTH
    elif barrier in ("border_control", "checkpoint"):
        flags = NodeFlag.BORDER_CONTROL
    elif barrier in _GATES or (barrier == "bollard" and tags.get("bollard") in ("rising", "automatic")):
        flags = NodeFlag(0) if said & OPEN_VALUES else NodeFlag.GATE
        if tags.get("locked") == "yes" and not said & ENTERED_VALUES:
            default = Use.CLOSED
    elif barrier is not None and barrier not in _PASSABLE_BARRIERS:
        default = Use.CLOSED
    keys = ACCESS_KEYS[Access.CAR]
    rule = rule_of(tags, "", default=default, keys=keys, heavy_keys=HEAVY_KEYS, faults=faults)
    if not rule.ever_open:
        return NodeFlag.CLOSED, None
    return flags, None if is_plain(rule) else rule
