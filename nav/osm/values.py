"""Values of tags as numbers and names: speeds, durations, names by language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nav.graph import NO_LIMIT_KPH

_OTHER_LIMITS = frozenset(
    ("signals", "variable", "default", "unposted", "implicit", "unknown", "no", "national", "zone")
)
_LANGUAGE_KEY = re.compile(r"name:([a-z]{2,3}(?:[-_][A-Za-z]+)*)$")
_SPEED = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mph|kmh|km/h|kph|knots)?\s*(?:$|[;|,].*)")
_ZONE = re.compile(r"([A-Z]{2}):(?:zone:?)?([a-z_]+|\d+)$")


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


def is_speed(text: str) -> bool:
    """Tell whether a `maxspeed` value means anything, be it no number."""
    return bool(read_speed_kph(text) or _ZONE.match(text) or text in _OTHER_LIMITS)


def speed_zone(tags: Mapping[str, str]) -> str:
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


def read_names(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the names in all languages, sorted: (language code or ``""``, name)."""
    found = {"": tags["name"]} if "name" in tags else {}
    for key, value in tags.items():
        match = _LANGUAGE_KEY.fullmatch(key)
        if match and value:
            found[match[1]] = value
    return tuple(sorted(found.items()))
