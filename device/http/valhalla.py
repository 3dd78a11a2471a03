"""`POST /route` in Valhalla's form: what Ferrostar and MapLibre Navigation send, answered as OSRM with words.

See https://valhalla.github.io/valhalla/api/turn-by-turn/api-reference/ and its `format: osrm`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device.http.osrm_line import ANNOTATIONS
from device.http.osrm_request import OsrmError, OsrmRequest, check_points
from device.http.osrm_spoken import language_of

COSTINGS = {
    "auto": "car",
    "taxi": "car",
    "bus": "car",
    "truck": "car",
    "bicycle": "bike",
    "pedestrian": "foot",
}
"""Valhalla's words for who travels, and our profiles."""
_AVOIDED = {"use_tolls": "toll", "use_highways": "motorway", "use_ferry": "ferry"}
_SIZES = ("height", "width", "length", "weight")
_NO_USE = 0.1
"""Where Valhalla is told to use something as little as this, it is to be avoided."""
_UNITS = {"kilometers": "metric", "km": "metric", "miles": "imperial", "mi": "imperial"}
_SHAPES = {"polyline6": "polyline6", "polyline5": "polyline", "geojson": "geojson"}
_REFUSED = ("exclude_locations", "exclude_polygons", "linear_references", "elevation_interval")
"""Options that change the route or the answer and are not available: to ignore them would be an error."""
_DEPART_AT = 1


class _Loose(BaseModel):
    """Clients send much that is only of interest to Valhalla itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Location(_Loose):
    """One stop."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    type: Literal["break", "through", "via", "break_through"] = "break"
    heading: int | None = Field(None, ge=0, le=360)
    radius: float = Field(0.0, ge=0)


class Told(_Loose):
    """How the way is told."""

    language: str | None = Field(None, max_length=40)
    units: Literal["kilometers", "km", "miles", "mi"] | None = None


class Moment(_Loose):
    """When it departs: now (0), or at a time (1)."""

    type: int = 0
    value: str = ""


class ValhallaRequest(_Loose):
    """The body of `POST /route`."""

    format: Literal["osrm"]
    locations: list[Location] = Field(min_length=2, max_length=500)
    costing: Literal["auto", "taxi", "bus", "truck", "bicycle", "pedestrian"] = "auto"
    costing_options: dict[str, dict[str, Any]] = {}
    alternates: int = Field(0, ge=0, le=3)
    date_time: Moment | None = None
    shape_format: Literal["polyline6", "polyline5", "geojson"] = "polyline6"
    language: str | None = Field(None, max_length=40)
    units: Literal["kilometers", "km", "miles", "mi"] | None = None
    directions_options: Told = Told()
    banner_instructions: bool = False
    voice_instructions: bool = False


def read_valhalla(body: bytes) -> OsrmRequest:
    """Read the body of a request as the request of OSRM that it stands for.

    Raises
    ------
    OsrmError
        It is no such request, or asks for what is not available.
    """
    try:
        values = json.loads(body)
        asked = ValhallaRequest.model_validate(values)
    except (ValueError, RecursionError) as error:
        raise OsrmError("InvalidQuery", _why(error)) from None
    if refused := [name for name in _REFUSED if values.get(name)]:
        raise OsrmError("NotImplemented", f"{refused[0]} is not available: leave it out")
    points = [(location.lat, location.lon) for location in asked.locations]
    check_points(points)
    return OsrmRequest(
        service="route", profile=COSTINGS[asked.costing], points=points, options=_options(asked)
    )


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the body'}: {first['msg']}"
    return "the body is no JSON of Valhalla's form with `format`: `osrm`"


def _options(asked: ValhallaRequest) -> dict[str, str]:
    told = asked.directions_options
    # As Valhalla does: a language that is not there gives English, and `voiceLocale` says so.
    locale = asked.language or told.language or "en-US"
    options = {
        "steps": "true",
        "overview": "full",
        "geometries": _SHAPES[asked.shape_format],
        "annotations": ",".join(name for name in ANNOTATIONS if name != "weight"),
        "banner_instructions": _flag(asked.banner_instructions),
        "voice_instructions": _flag(asked.voice_instructions),
        "language": locale if language_of(locale) else "en-US",
        "waypoints": _waypoints(asked.locations),
        "bearings": _each(
            asked.locations, lambda place: "" if place.heading is None else f"{place.heading},60"
        ),
        "radiuses": _each(
            asked.locations, lambda place: f"{place.radius:.1f}" if place.radius else "unlimited"
        ),
    }
    if units := asked.units or told.units:
        options["voice_units"] = _UNITS[units]
    if asked.alternates:
        options["alternatives"] = str(asked.alternates)
    if asked.date_time is not None and asked.date_time.type == _DEPART_AT:
        options["depart"] = _time(asked.date_time.value)
    return options | _of_costing(asked)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _each(places: list[Location], write: Any) -> str:
    return ";".join(write(place) for place in places)


def _waypoints(places: list[Location]) -> str:
    """Name the stops; `via` and `through` are passed, but the first and the last always are stops."""
    last = len(places) - 1
    return ";".join(
        str(index)
        for index, place in enumerate(places)
        if index in (0, last) or place.type.startswith("break")
    )


def _time(value: str) -> str:
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        raise OsrmError("InvalidValue", "date_time.value must be a time such as 2026-11-30T08:00") from None


def _of_costing(asked: ValhallaRequest) -> dict[str, str]:
    """Take over what is to be avoided, and the measures of the vehicle."""
    wishes = asked.costing_options.get(asked.costing, {})
    found: dict[str, str] = {}
    avoided = [ours for name, ours in _AVOIDED.items() if _number(wishes, name, 1.0) <= _NO_USE]
    if _number(wishes, "exclude_unpaved", 0.0):
        avoided.append("unpaved")
    avoided += [
        ours
        for name, ours in (
            ("exclude_tolls", "toll"),
            ("exclude_highways", "motorway"),
            ("exclude_ferries", "ferry"),
        )
        if wishes.get(name) is True
    ]
    if avoided:
        found["exclude"] = ",".join(sorted(set(avoided)))
    if asked.costing in ("truck", "bus"):
        for name in _SIZES:
            if name in wishes:
                found[name] = f"{_number(wishes, name, 0.0):.2f}"
        found["hgv"] = _flag(asked.costing == "truck")
        found["hazmat"] = _flag(wishes.get("hazmat") is True)
    return found


def _number(wishes: dict[str, Any], name: str, default: float) -> float:
    value = wishes.get(name, default)
    if not isinstance(value, int | float) or not abs(value) < 1e6:
        raise OsrmError("InvalidValue", f"costing_options: {name} must be a number")
    return float(value)
