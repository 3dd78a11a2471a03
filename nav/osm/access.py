"""Who may travel a way or pass a node, by its access tags: always, at times, by size and kind of vehicle.

See https://wiki.openstreetmap.org/wiki/Key:access and …/Conditional_restrictions. The most specific key
decides; within a key a condition that holds decides before the plain value. A value that nobody knows counts
as absent and is told in `faults`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from nav.graph import Access
from nav.law.conditions import FOR_DESTINATION, conditional_parts, read_condition
from nav.law.rules import Clauses, Rule, Use

Tags = Mapping[str, str]
Faults = set[str]
"""Kinds of tags that were not understood."""

ACCESS_KEYS = {
    Access.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Access.BIKE: ("bicycle", "vehicle", "access"),
    Access.FOOT: ("foot", "access"),
}
"""Keys of each profile, the most specific first."""
HEAVY_KEYS = ("hgv", "motor_vehicle", "vehicle", "access")
_ONEWAY_KEYS = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")

OPEN_VALUES = frozenset(
    {
        "yes",
        "designated",
        "permissive",
        "official",
        "public",
        "true",
        "1",
        "unknown",
        "use_sidepath",
        "discouraged",
    }
)
PRIVATE_VALUES = frozenset({"private", "delivery", "permit", "residents", "employees"})
DESTINATION_VALUES = frozenset({"destination", "customers", "visitors", "resident"})
_CLOSED_VALUES = frozenset({
    "no", "agricultural", "forestry", "agricultural;forestry", "psv", "bus", "taxi", "share_taxi",
    "minibus", "foot", "bicycle", "horse", "military", "emergency", "emergency_vehicle", "restricted",
    "false", "0", "dismount", "tourist_bus", "coach", "hgv", "goods", "moped", "mofa", "motorcycle",
    "tram", "ski", "school_bus", "hov", "carpool", "disabled", "construction", "closed", "variable",
    "none", "prohibited", "impassable", "service", "buses", "police", "fire", "ambulance", "staff",
    "authorized", "authorised",
})  # fmt: skip
ENTERED_VALUES = OPEN_VALUES | PRIVATE_VALUES | DESTINATION_VALUES

_NO_LIMIT = frozenset({
    "none", "default", "below_default", "no_sign", "no-sign", "unsigned", "no_indications", "noindefault",
    "no", "unknown", "unlimited", "variable", "yes", "signals",
})  # fmt: skip
_FEET = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft|feet)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)?)?")
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-zA-Z]*)\.?")
_METRES = {
    "": 1.0,
    "m": 1.0,
    "meter": 1.0,
    "metre": 1.0,
    "meters": 1.0,
    "metres": 1.0,
    "cm": 0.01,
    "ft": 0.3048,
}
_TONNES = {
    "": 1.0, "t": 1.0, "ton": 1.0, "tons": 1.0, "tonnes": 1.0, "kg": 0.001, "st": 0.907_185, "cwt": 0.050_802,
    "lbs": 0.000_453_592, "lb": 0.000_453_592,
}  # fmt: skip
_SIZE_KEYS = (
    ("height", "maxheight", _METRES),
    ("height:physical", "maxheight:physical", _METRES),
    ("height:legal", "maxheight:legal", _METRES),
    ("width", "maxwidth", _METRES),
    ("width:physical", "maxwidth:physical", _METRES),
    ("length", "maxlength", _METRES),
    ("weight", "maxweight", _TONNES),
    ("weight:rating", "maxweightrating", _TONNES),
    ("axleload", "maxaxleload", _TONNES),
)
_NARROW_M = 2.6
"""No vehicle on the road is wider: a `width` above this says nothing."""
_PURPOSE_USE = {"destination": Use.DESTINATION, "private": Use.PRIVATE}


def listed(value: str | None) -> frozenset[str]:
    """Return the single values of a list such as `destination;delivery`."""
    return frozenset(part.strip() for part in value.split(";")) if value else frozenset()


def first_of(tags: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    """Return the value of the first key that is tagged."""
    for key in keys:
        value = tags.get(key)
        if value is not None:
            return value
    return None


def use_of(value: str, faults: Faults) -> Use | None:
    """Return what an access value lets a vehicle do: of a list what lets most through; None if unknown."""
    said = listed(value)
    if said & OPEN_VALUES:
        return Use.OPEN
    if said & DESTINATION_VALUES:
        return Use.DESTINATION
    if said & PRIVATE_VALUES:
        return Use.PRIVATE
    if said & _CLOSED_VALUES:
        return Use.CLOSED
    faults.add("access")
    return None


def use_clauses(tags: Tags, keys: tuple[str, ...], direction: str, default: Use, faults: Faults) -> Clauses:
    """Return the use of one direction under the keys of a kind of vehicle, the most specific clause last."""
    clauses: list[tuple[int, str]] = [(default, "")]
    for key in reversed(keys):
        use = _use_under(tags, key, direction, faults)
        if use is not None:
            clauses.append((use, ""))
        clauses += _conditional_uses_under(tags, key, direction, faults)
    return _shortened(clauses)


def _use_under(tags: Tags, key: str, direction: str, faults: Faults) -> Use | None:
    """Return the use in one direction under a key; what nobody understands does not hide the plain tag."""
    for name in (f"{key}:{direction}", key):
        use = use_of(tags[name], faults) if name in tags else None
        if use is not None:
            return use
    return None


def _conditional_uses_under(tags: Tags, key: str, direction: str, faults: Faults) -> list[tuple[int, str]]:
    """Return the conditional uses in one direction under a key; likewise."""
    for name in (f"{key}:{direction}:conditional", f"{key}:conditional"):
        broken: Faults = set()
        found = _conditional_uses(tags.get(name, ""), broken)
        faults |= broken
        if name in tags and (found or not broken):
            return found
    return []


def _conditional_uses(text: str, faults: Faults) -> list[tuple[int, str]]:
    clauses: list[tuple[int, str]] = []
    for value, when in conditional_parts(text):
        read = read_condition(when)
        use = use_of(value, set()) if value and when else None
        if read.is_broken or use is None:
            faults.add("conditional")
        elif read.purpose == "never":
            continue
        elif read.purpose:
            # Open to some, or closed to them alone: only the former tells what a car that calls there may do.
            if use != Use.CLOSED:
                clauses.append((max(use, _PURPOSE_USE[read.purpose]), read.text))
        else:
            clauses.append((use, read.text))
    return clauses


def _shortened(clauses: list[tuple[int, str]]) -> Clauses:
    """Leave out what a later clause without condition overrules, and what opens to deliveries alone."""
    last = max((i for i, (_, when) in enumerate(clauses) if not when), default=0)
    shut = clauses[last][0] == Use.CLOSED
    return tuple((use, when) for use, when in clauses[last:] if not (shut and use == Use.PRIVATE))


def oneway_of(tags: Tags, implied: bool, faults: Faults) -> str:
    """Return which way round cars go when nothing is special: `both`, `forward`, `backward` or `none`."""
    for key in _ONEWAY_KEYS:
        if key in tags:
            found = _oneway_value(tags[key])
            if found:
                return found
            faults.add("oneway")
    return "forward" if implied else "both"


def _oneway_value(value: str) -> str:
    if value in ("yes", "true", "1"):
        return "forward"
    if value in ("-1", "reverse"):
        return "backward"
    if value == "reversible":
        return "none"
    return "both" if value in ("no", "false", "0", "alternating") else ""


def oneway_clauses(tags: Tags, usual: str, direction: str, faults: Faults) -> Clauses:
    """Return whether one direction is open by the one-way rule; empty if it always is, or never."""
    clauses: list[tuple[int, str]] = [(int(usual in ("both", direction)), "")]
    for key in reversed(_ONEWAY_KEYS):
        for value, when in conditional_parts(tags.get(f"{key}:conditional", "")):
            read = read_condition(when)
            found = _oneway_value(value)
            if read.is_broken or not found or not when:
                faults.add("conditional")
            elif not read.purpose:
                clauses.append((int(found in ("both", direction)), read.text))
    return tuple(clauses) if len(clauses) > 1 else ()


def read_size(text: str, units: Mapping[str, float]) -> float | None:
    """Read a limit in metres or tonnes; inf for none, None if it cannot be read.

    >>> read_size("12'6\\"", _METRES), read_size("7.5 t", _TONNES), read_size("low", _METRES)
    (3.81, 7.5, None)
    """
    text = text.strip()
    if text.lower() in _NO_LIMIT:
        return math.inf
    if units is _METRES and (feet := _FEET.fullmatch(text)):
        return round((float(feet[1]) + float(feet[2] or 0) / 12) * 0.3048, 3)
    found = _AMOUNT.fullmatch(text)
    unit = units.get(found[2].lower()) if found else None
    if found is None or unit is None:
        return None
    return round(float(found[1].replace(",", ".")) * unit, 6) or None


def size_clauses(tags: Tags, direction: str, faults: Faults) -> tuple[tuple[str, float, str], ...]:
    """Return the limits of size and weight in one direction: dimension, limit, condition."""
    found: list[tuple[str, float, str]] = []
    for name, key, units in _SIZE_KEYS:
        for plain in (tags[k] for k in (f"{key}:{direction}", key) if k in tags):
            limit = min((read_size(part, units) or 0.0 for part in plain.split(";")), default=0.0)
            if limit:
                found.append((name, limit, ""))
                break
            faults.add(key.split(":")[0])
        text = tags.get(f"{key}:{direction}:conditional", tags.get(f"{key}:conditional", ""))
        found += _conditional_sizes(text, name, units, faults)
    for key in ("width", "est_width"):
        broad = read_size(tags[key], _METRES) if key in tags else None
        if broad is not None and broad < _NARROW_M:
            # That wide is the road, not the vehicle: as wide as the road itself is too wide.
            found.append((f"width:{key}", round(broad - 0.005, 3), ""))
    return tuple(found) if any(limit < math.inf for _, limit, _ in found) else ()


def _conditional_sizes(
    text: str, name: str, units: Mapping[str, float], faults: Faults
) -> list[tuple[str, float, str]]:
    found = []
    for value, when in conditional_parts(text):
        read, limit = read_condition(when), read_size(value, units)
        if read.is_broken or limit is None or not when:
            faults.add("conditional")
        elif read.purpose == "never":
            continue
        elif read.purpose:
            if math.isinf(limit) and not read.text:
                found.append((name, limit, FOR_DESTINATION))
        else:
            found.append((name, limit, read.text))
    return found


def hazmat_clauses(tags: Tags, direction: str, faults: Faults) -> Clauses:
    """Return what dangerous goods may do besides; a ban of one class or tunnel category counts for all."""
    clauses: list[tuple[int, str]] = []
    for key in (
        "hazmat",
        *(key for key in tags if re.fullmatch(r"hazmat:(?!forward|backward)[A-Za-z_]+", key)),
    ):
        if key.endswith("conditional"):
            continue
        use = _use_under(tags, key, direction, faults)
        if use is not None and use != Use.OPEN:
            clauses.append((use, ""))
        clauses += _conditional_uses_under(tags, key, direction, faults)
    return tuple(clauses)


def rule_of(
    tags: Tags,
    direction: str,
    *,
    default: Use,
    keys: tuple[str, ...],
    heavy_keys: tuple[str, ...],
    faults: Faults,
) -> Rule:
    """Return the demands of access, size and load; one-way and speed are for the caller to add."""
    car = use_clauses(tags, keys, direction, default, faults)
    hgv = use_clauses(tags, heavy_keys, direction, default, faults)
    return Rule(
        car=car,
        hgv=hgv if hgv != car else (),
        hazmat=hazmat_clauses(tags, direction, faults),
        sizes=size_clauses(tags, direction, faults),
    )


def is_plain(rule: Rule) -> bool:
    """Tell whether a rule says the same to every vehicle at every time."""
    return len(rule.car) == 1 and not (rule.hgv or rule.hazmat or rule.oneway or rule.sizes or rule.speeds)
