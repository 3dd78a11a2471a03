"""Requests of the OSRM v1 HTTP interface, read strictly, refused with OSRM's codes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from device.vehicle import LOADS, SIZES
from nav.routing.output.polyline import decode

PROFILES = {
    "car": "car",
    "driving": "car",
    "driving-car": "car",
    "bike": "bike",
    "bicycle": "bike",
    "cycling": "bike",
    "foot": "foot",
    "walking": "foot",
}
"""Names of profiles in addresses; the first three are what OSRM clients send for a car."""
EXCLUDABLE = ("toll", "motorway", "ferry", "unpaved")
_LIMITS = {"route": 500, "table": 1000, "nearest": 1, "match": 2000, "trip": 100}
_YEARS = range(1970, 2200)
"""A drive from the last minutes of the calendar would end after it."""
_COMMON = {
    "bearings",
    "radiuses",
    "hints",
    "approaches",
    "exclude",
    "generate_hints",
    "skip_waypoints",
    "snapping",
    *SIZES,
    *LOADS,
    "depart",
}
_GEOMETRY = {"steps", "geometries", "overview", "annotations"}
_WORDS = {"voice_instructions", "banner_instructions", "language", "voice_units"}
_OPTIONS = {
    "route": _COMMON | _GEOMETRY | _WORDS | {"alternatives", "continue_straight", "waypoints"},
    "table": _COMMON
    | {"sources", "destinations", "annotations", "fallback_speed", "fallback_coordinate", "scale_factor"},
    "nearest": _COMMON | {"number"},
    "match": _COMMON | _GEOMETRY | {"timestamps", "gaps", "tidy", "waypoints"},
    "trip": _COMMON | _GEOMETRY | {"roundtrip", "source", "destination"},
}
SERVICES = tuple(_OPTIONS)
_NUMBER = r"-?[0-9]{1,12}(?:\.[0-9]{1,30})?"
_PAIR = re.compile(rf"({_NUMBER}),({_NUMBER})")


class OsrmError(Exception):
    """A request that is answered with one of OSRM's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class OsrmRequest:
    """One request, checked."""

    service: str
    profile: str
    """`car`, `bike` or `foot`."""
    points: list[tuple[float, float]]
    """(lat, lon)."""
    options: Mapping[str, str]

    @property
    def measures(self) -> dict[str, float | bool | None]:
        """What is said about the vehicle."""
        said: dict[str, float | bool | None] = {}
        for name in SIZES:
            if name in self.options:
                if not re.fullmatch(_NUMBER, self.options[name]):
                    raise OsrmError("InvalidValue", f"{name} must be metres, or tonnes for weight")
                said[name] = float(self.options[name])
        return said | {name: self.flag(name, default=False) for name in LOADS if name in self.options}

    @property
    def depart(self) -> datetime | None:
        """Time of departure, None for now; without a zone it is what the clocks of the region show."""
        text = self.options.get("depart")
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError as error:
            raise OsrmError("InvalidValue", "depart must be a time such as 2026-11-30T08:00") from error
        if moment is not None and moment.year not in _YEARS:
            raise OsrmError("InvalidValue", f"depart must be in the years {_YEARS[0]} to {_YEARS[-1]}")
        return moment

    def flag(self, name: str, *, default: bool) -> bool:
        """Return an option that is true or false."""
        value = self.options.get(name, "true" if default else "false")
        if value not in ("true", "false"):
            raise OsrmError("InvalidValue", f"{name} must be true or false")
        return value == "true"

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return an option that is one of some words; the first is the default."""
        value = self.options.get(name, allowed[0])
        if value not in allowed:
            raise OsrmError("InvalidValue", f"{name} must be one of {', '.join(allowed)}")
        return value

    @property
    def exclude(self) -> frozenset[str]:
        """What to avoid."""
        wishes = frozenset(part for part in self.options.get("exclude", "").split(",") if part)
        if wishes - set(EXCLUDABLE):
            raise OsrmError("InvalidValue", f"exclude must be any of {', '.join(EXCLUDABLE)}")
        return wishes

    def per_point(self, name: str) -> list[str]:
        """Return an option with one value for each coordinate, separated by semicolons."""
        if name not in self.options:
            return [""] * len(self.points)
        values = self.options[name].split(";")
        if len(values) != len(self.points):
            raise OsrmError(
                "InvalidOptions", f"{name} needs one value for each of the {len(self.points)} coordinates"
            )
        return values

    @property
    def headings_deg(self) -> list[float | None]:
        """Bearing at each point, None where not given."""
        return [self._heading(value) for value in self.per_point("bearings")]

    @staticmethod
    def _heading(value: str) -> float | None:
        if not value:
            return None
        found = re.fullmatch(r"([0-9]{1,3})(?:,([0-9]{1,3}))?", value)
        if not found or int(found[1]) > 360 or int(found[2] or 0) > 180:
            raise OsrmError("InvalidValue", "bearings must be bearing,range with 0-360 and 0-180")
        # Within 180 degrees to each side lies every direction.
        return float(found[1]) if found[2] != "180" else None

    @property
    def radii_m(self) -> list[float]:
        """How far each point may be from its road."""
        return [self._radius(value) for value in self.per_point("radiuses")]

    @staticmethod
    def _radius(value: str) -> float:
        if value in ("", "unlimited"):
            return math.inf
        if not re.fullmatch(_NUMBER, value) or float(value) < 0:
            raise OsrmError("InvalidValue", "radiuses must be metres or unlimited")
        return float(value)

    def indices(self, name: str) -> list[int]:
        """Return an option that chooses coordinates: `all`, or numbers separated by semicolons."""
        value = self.options.get(name, "all")
        if value == "all":
            return list(range(len(self.points)))
        count = len(self.points)
        numbers = [whole_number(part) for part in value.split(";")]
        found = [number for number in numbers if number is not None and number < count]
        if len(found) != len(numbers):
            raise OsrmError("InvalidOptions", f"{name} must be all, or numbers below {count}")
        return found


def whole_number(text: str) -> int | None:
    """Read a whole number of ASCII digits, up to twelve; None when it is something else."""
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def read_request(
    service: str, version: str, profile: str, coordinates: str, options: Mapping[str, str]
) -> OsrmRequest:
    """Check a request.

    Raises
    ------
    OsrmError
        With the code that OSRM documents for the case.
    """
    if service not in _OPTIONS:
        raise OsrmError("InvalidService", f"there is no service {service}: use {', '.join(SERVICES)}")
    if version != "v1":
        raise OsrmError("InvalidVersion", "the version is v1")
    if profile not in PROFILES:
        raise OsrmError("InvalidValue", f"there is no profile {profile}: use driving, cycling or walking")
    unknown = sorted(set(options) - _OPTIONS[service])
    if unknown:
        raise OsrmError("InvalidOptions", f"unknown option {', '.join(unknown)} for {service}")
    points = read_points(coordinates.removesuffix(".json"))
    if len(points) > _LIMITS[service]:
        raise OsrmError("TooBig", f"{service} takes at most {_LIMITS[service]} coordinates")
    if service in ("route", "match", "trip") and len(points) < 2:
        raise OsrmError("InvalidOptions", f"{service} needs at least two coordinates")
    return OsrmRequest(service=service, profile=PROFILES[profile], points=points, options=options)


def read_points(text: str) -> list[tuple[float, float]]:
    """Read `lon,lat;lon,lat`, `polyline(…)` or `polyline6(…)`."""
    encoded = re.fullmatch(r"polyline(6?)\((.*)\)", text, re.DOTALL)
    try:
        if encoded:
            points = [(lat, lon) for lat, lon in decode(encoded[2], digits=6 if encoded[1] else 5).tolist()]
        else:
            pairs = [_PAIR.fullmatch(part) for part in text.split(";")]
            points = [(float(pair[2]), float(pair[1])) for pair in pairs if pair]
            if len(points) != len(pairs):
                raise ValueError
    except ValueError as error:
        raise OsrmError("InvalidQuery", "coordinates must be lon,lat;lon,lat or a polyline") from error
    check_points(points)
    return points


def check_points(points: list[tuple[float, float]]) -> None:
    """Refuse points that lie nowhere."""
    if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in points):
        raise OsrmError("InvalidValue", "longitude must be within -180 to 180 and latitude within -90 to 90")
