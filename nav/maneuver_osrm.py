"""Manoeuvres as OSRM v1 route steps, for the HTTP API.

Field by field as in OSRM's documentation of ``RouteStep``, ``StepManeuver`` and ``Intersection``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.geometry import cumulative_m
from nav.graph import EdgeFlag, FloatArray
from nav.maneuver_types import Kind, Maneuver
from nav.wording import name_in

if TYPE_CHECKING:
    from nav.route import Route

_TYPES: dict[Kind, str] = {
    "depart": "depart",
    "continue": "continue",
    "new_name": "new name",
    "turn": "turn",
    "uturn": "continue",
    "fork": "fork",
    "merge": "merge",
    "on_ramp": "on ramp",
    "off_ramp": "off ramp",
    "end_of_road": "end of road",
    "roundabout": "roundabout",
    "exit_roundabout": "exit roundabout",
    "ferry": "notification",
    "via": "arrive",
    "arrive": "arrive",
}
_LANE_ARROWS = {
    "through": "straight",
    "reverse": "uturn",
    "slight_left": "slight left",
    "slight_right": "slight right",
    "sharp_left": "sharp left",
    "sharp_right": "sharp right",
}


def osrm_legs(route: Route, encode: Callable[[FloatArray], Any]) -> list[list[dict[str, Any]]]:
    """Write the manoeuvres of a route as OSRM steps, leg by leg.

    Parameters
    ----------
    route : Route
        The route.
    encode : callable
        Turns the (n, 2) latitudes and longitudes of a step into the geometry that the client asked for.

    Returns
    -------
    list of list of dict
        For each leg its steps: from ``depart`` to ``arrive``, distances and durations adding up to the leg's.
    """
    line = _Line(route)
    left_hand = bool(route.graph.edge_flags[route.edges[0]] & int(EdgeFlag.LEFT_HAND))
    side = "left" if left_hand else "right"
    legs: list[list[dict[str, Any]]] = []
    for maneuver in route.maneuvers:
        if maneuver.kind == "depart":
            legs.append([])
        if maneuver.kind in ("via", "arrive"):
            here = line.between(maneuver.offset_m, maneuver.offset_m)
            arrival = replace(maneuver, kind="arrive", length_m=0.0, duration_s=0.0)
            legs[-1].append(osrm_step(arrival, encode(here), driving_side=side))
        if maneuver.kind == "arrive":
            break
        if maneuver.kind == "via":
            legs.append([])
            if maneuver.length_m < 0.01:
                # Turning back at the stop: the next leg departs the other way.
                continue
        first = not legs[-1]
        shape = line.between(maneuver.offset_m, maneuver.offset_m + maneuver.length_m)
        begun = replace(maneuver, kind="depart", modifier="straight") if first else maneuver
        legs[-1].append(osrm_step(begun, encode(shape), driving_side=side))
    return legs


class _Line:
    """The line of a route, measured."""

    def __init__(self, route: Route) -> None:
        self._points = route.geometry
        along = cumulative_m(route.geometry)
        self._along = along * (route.distance_m / along[-1]) if along[-1] > 0 else along

    def between(self, start_m: float, end_m: float) -> FloatArray:
        """Return the points from one offset to another, both ends included."""
        inside = (self._along > start_m + 0.01) & (self._along < end_m - 0.01)
        ends = np.empty((2, 2))
        for column in range(2):
            ends[:, column] = np.interp((start_m, end_m), self._along, self._points[:, column])
        return np.concatenate((ends[:1], self._points[inside], ends[1:]))


def osrm_step(
    maneuver: Maneuver, geometry: Any, *, weight: float | None = None, driving_side: str = "right"
) -> dict[str, Any]:
    """Write one manoeuvre as an OSRM route step.

    Parameters
    ----------
    maneuver : Maneuver
        The manoeuvre that begins the step.
    geometry : object
        Line from here to the next manoeuvre, in the encoding that the client asked for.
    weight : float, optional
        Cost of the step; its duration if not given.
    driving_side : {"right", "left"}
        Side of the road that traffic keeps to.

    Returns
    -------
    dict
        A ``RouteStep`` object with ``maneuver`` and one intersection.
    """
    at = [round(maneuver.lon, 6), round(maneuver.lat, 6)]
    after_deg, before_deg = round(maneuver.bearing_after_deg) % 360, round(maneuver.bearing_before_deg) % 360
    ends = maneuver.kind in ("arrive", "via")
    intersection: dict[str, Any] = {
        "location": at,
        "bearings": [(before_deg + 180) % 360] if ends else [after_deg],
        "entry": [True],
    }
    intersection["in" if ends else "out"] = 0
    if maneuver.lanes:
        intersection["lanes"] = [
            {
                "valid": lane.valid,
                "indications": [_LANE_ARROWS.get(a, a) for a in lane.indications] or ["none"],
            }
            for lane in maneuver.lanes
        ]
    step: dict[str, Any] = {
        "distance": round(maneuver.length_m, 1),
        "duration": round(maneuver.duration_s, 1),
        "weight": round(maneuver.duration_s if weight is None else weight, 1),
        "geometry": geometry,
        "name": name_in(maneuver.names, "en") if "" not in maneuver.names else maneuver.names[""],
        "mode": "ferry" if maneuver.kind == "ferry" else "driving",
        "driving_side": driving_side,
        "maneuver": _step_maneuver(maneuver, at, before_deg, after_deg),
        "intersections": [intersection],
    }
    if maneuver.refs:
        step["ref"] = "; ".join(maneuver.refs)
    if maneuver.destination or maneuver.destination_refs:
        step["destinations"] = ", ".join((*maneuver.destination_refs, *maneuver.destination))
    if maneuver.exit_number:
        step["exits"] = maneuver.exit_number
    return step


def _step_maneuver(maneuver: Maneuver, at: list[float], before_deg: int, after_deg: int) -> dict[str, Any]:
    ends = maneuver.kind in ("arrive", "via")
    step: dict[str, Any] = {
        "type": _TYPES[maneuver.kind],
        "location": at,
        "bearing_before": 0 if maneuver.kind == "depart" else before_deg,
        "bearing_after": 0 if ends else after_deg,
    }
    if ends:
        if maneuver.side:
            step["modifier"] = maneuver.side
    elif maneuver.kind != "depart":
        step["modifier"] = maneuver.modifier.replace("_", " ")
    if maneuver.roundabout_exit:
        step["exit"] = maneuver.roundabout_exit
    return step
