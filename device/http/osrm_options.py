"""Options of the OSRM v1 interface beyond the plain ones: each is honoured, or refused by its name.

The whole list with what is done about each stands in docs/routing.md.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from device.http.osrm_request import OsrmError, OsrmRequest, whole_number
from nav.geometry import distance_m

if TYPE_CHECKING:
    from nav.routing.queries.matrix import Table
    from nav.routing.route import Route
    from nav.routing.snap import Snap

_ONLY: dict[str, tuple[str, ...]] = {
    "snapping": ("default",),
    "tidy": ("false",),
}
"""Options of which only some values are honoured, the first being the default."""
_KNOWN = {"snapping": ("default", "any"), "tidy": ("true", "false")}
_APPROACHES = ("", "unrestricted", "curb")
_APPROACHES_OF_OSRM = (*_APPROACHES, "opposite")
_TURNING = {"default": None, "true": False, "false": True}
_NO_BEARINGS = ("table", "trip")


def check_options(request: OsrmRequest) -> None:
    """Refuse what would otherwise be taken and ignored.

    Raises
    ------
    OsrmError
        An option has a value that is not one of OSRM's (`InvalidValue`), or one that is not honoured here
        (`NotImplemented`); the message names it.
    """
    for name, honoured in _ONLY.items():
        value = request.choice(name, (honoured[0], *(v for v in _KNOWN[name] if v != honoured[0])))
        if value not in honoured:
            raise OsrmError("NotImplemented", f"{name}={value} is not available: leave it out")
    request.flag("generate_hints", default=True)
    request.flag("skip_waypoints", default=False)
    if any(request.per_point("hints")):
        raise OsrmError("InvalidValue", "hints must be those of an answer, and those are empty here")
    if any(value == "curb" for value in _approaches(request)) and request.service != "route":
        raise OsrmError("NotImplemented", f"approaches=curb is not available for {request.service}")
    if request.service in _NO_BEARINGS and any(h is not None for h in request.headings_deg):
        raise OsrmError("NotImplemented", f"bearings are not available for {request.service}")
    if request.service == "match" and "waypoints" in request.options:
        raise OsrmError("NotImplemented", "waypoints are not available for match")
    request.choice("gaps", ("split", "ignore"))
    asked = set(request.options.get("annotations", "").split(","))
    if unknown := sorted(asked & {"nodes", "datasources"}):
        raise OsrmError("NotImplemented", f"annotations={unknown[0]} is not available")


def _approaches(request: OsrmRequest) -> list[str]:
    values = request.per_point("approaches")
    for value in values:
        if value not in _APPROACHES_OF_OSRM:
            raise OsrmError("InvalidValue", "approaches must be curb or unrestricted")
        if value not in _APPROACHES:
            raise OsrmError("NotImplemented", f"approaches={value} is not available: use curb")
    return values


def approaches_of(request: OsrmRequest) -> list[str | None]:
    """Return on which side of the street each stop has to be."""
    return [value or None for value in _approaches(request)]


def turning_of(request: OsrmRequest) -> bool | None:
    """Return whether the car may turn back at stops between; None if it may, at a price."""
    return _TURNING[request.choice("continue_straight", ("default", "true", "false"))]


def waypoints_of(request: OsrmRequest) -> list[int]:
    """Return which coordinates are stops; the others are only passed.

    Raises
    ------
    OsrmError
        They are no numbers of coordinates in their order, or leave out the first or the last.
    """
    last = len(request.points) - 1
    if "waypoints" not in request.options:
        return list(range(last + 1))
    numbers = [whole_number(part) for part in request.options["waypoints"].split(";")]
    found = [number for number in numbers if number is not None and number <= last]
    if len(found) != len(numbers) or found != sorted(set(found)):
        raise OsrmError("InvalidValue", f"waypoints must be numbers up to {last} in their order")
    if found[0] != 0 or found[-1] != last:
        raise OsrmError("InvalidValue", f"waypoints must begin with 0 and end with {last}")
    return found


def between_waypoints(route: Route, waypoints: list[int]) -> Route:
    """Return a route whose legs lead from one waypoint to the next; other stops are passed in silence."""
    if len(waypoints) == len(route.legs) + 1:
        return route
    legs = []
    for first, last in pairwise(waypoints):
        parts = route.legs[first:last]
        legs.append(
            replace(
                parts[0],
                end=parts[-1].end,
                last_edge=parts[-1].last_edge,
                end_fraction=parts[-1].end_fraction,
                distance_m=sum(leg.distance_m for leg in parts),
                duration_s=sum(leg.duration_s for leg in parts),
            )
        )
    return replace(route, legs=tuple(legs), stops=tuple(route.stops[i] for i in waypoints))


def fill_table(
    request: OsrmRequest, table: Table, sources: list[Snap], targets: list[Snap]
) -> dict[str, Any]:
    """Scale the durations of a table, and put what a straight line takes where no way leads."""
    speed = _positive(request, "fallback_speed")
    snapped = request.choice("fallback_coordinate", ("input", "snapped")) == "snapped"
    scale = _positive(request, "scale_factor") or 1.0
    cells = []
    if speed is not None:
        for row, column in np.argwhere(np.isinf(table.duration_s)).tolist():
            ends = [(s.lat, s.lon) if snapped else s.point for s in (sources[row], targets[column])]
            metres = distance_m(*ends)
            table.duration_s[row, column] = metres / speed
            if table.distance_m is not None:
                table.distance_m[row, column] = metres
            cells.append([row, column])
    table.duration_s[:] *= scale
    return {"fallback_speed_cells": cells} if speed is not None else {}


def _positive(request: OsrmRequest, name: str) -> float | None:
    value = request.options.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", value) or float(value) <= 0:
        raise OsrmError("InvalidValue", f"{name} must be a number above 0")
    return float(value)
