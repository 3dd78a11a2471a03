"""Answers of the OSRM v1 HTTP interface."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.geometry import haversine_m
from nav.graph import EdgeFlag, FloatArray
from nav.guidance.maneuvers.maneuver import maneuvers
from nav.guidance.wording.osrm_names import osrm_step
from nav.routing.output.polyline import encode, simplified

if TYPE_CHECKING:
    from device.http.osrm_request import OsrmRequest
    from nav.graph import Graph
    from nav.guidance.maneuvers.types import Maneuver
    from nav.guidance.wording.spoken_maneuver import SpokenManeuver
    from nav.routing.route import Route
    from nav.routing.route_line import Leg
    from nav.routing.snap import Snap

_OVERVIEW_POINTS = 150
_MODES = {"car": "driving", "bike": "cycling", "foot": "walking"}


def waypoint(graph: Graph, snap: Snap) -> dict[str, Any]:
    """Return a snapped point."""
    names = graph.edge_names(snap.edge)
    return {
        "hint": "",
        "distance": round(snap.distance_m, 3),
        "name": names.get("", ""),
        "location": [round(snap.lon, 6), round(snap.lat, 6)],
    }


class Writer:
    """Writes routes in the form that a request asks for."""

    def __init__(self, request: OsrmRequest) -> None:
        self._overview = request.choice("overview", ("simplified", "full", "false"))
        self._form = request.choice("geometries", ("polyline", "polyline6", "geojson"))
        self._steps = request.flag("steps", default=False)
        wanted = request.options.get("annotations", "false").split(",")
        known = {"true", "false", "duration", "distance", "speed", "weight", "nodes", "datasources"}
        if set(wanted) - known:
            from device.http.osrm_request import OsrmError

            raise OsrmError("InvalidValue", f"annotations must be any of {', '.join(sorted(known))}")
        self._annotations = {"duration", "distance", "speed", "weight"} if "true" in wanted else set(wanted)

    def geometry(self, points: FloatArray) -> Any:
        """Return a line in the encoding asked for."""
        if self._form == "geojson":
            return {"type": "LineString", "coordinates": np.round(points[:, ::-1], 6).tolist()}
        return encode(points, digits=6 if self._form == "polyline6" else 5)

    def route(self, route: Route) -> dict[str, Any]:
        """Return a route object."""
        along = _along(route.geometry)
        # OSRM lists each change of name, also where nobody can go wrong.
        every = maneuvers(route.graph, route, every_name=True) if self._steps else []
        legs, begin = [], 0.0
        for index, leg in enumerate(route.legs):
            own = _maneuvers_of(every, index, begin) if every else []
            legs.append(self._leg(route, leg, own, begin, along))
            begin += leg.distance_m
        found: dict[str, Any] = {
            "legs": legs,
            "weight_name": "cost",
            "weight": round(route.cost_s, 1),
            "duration": round(route.duration_s, 1),
            "distance": round(route.distance_m, 1),
        }
        if self._overview != "false":
            points = route.geometry
            if self._overview == "simplified":
                points = simplified(points, max(route.distance_m / _OVERVIEW_POINTS / 20, 1.0))
            found["geometry"] = self.geometry(points)
        return found

    def _leg(
        self, route: Route, leg: Leg, own: list[Maneuver], begin_m: float, along: FloatArray
    ) -> dict[str, Any]:
        found: dict[str, Any] = {
            "steps": self._leg_steps(route, own, begin_m + leg.distance_m, along),
            "summary": _summary(route, leg) if self._steps else "",
            "weight": round(leg.duration_s, 1),
            "duration": round(leg.duration_s, 1),
            "distance": round(leg.distance_m, 1),
        }
        if self._annotations - {"false"}:
            found["annotation"] = self._annotation(route, begin_m, begin_m + leg.distance_m, along)
        return found

    def _leg_steps(
        self, route: Route, own: list[Maneuver], end_m: float, along: FloatArray
    ) -> list[dict[str, Any]]:
        scale = along[-1] / route.distance_m if route.distance_m > 0 else 1.0
        steps = []
        for m in own:
            until = min(m.offset_m + m.length_m, end_m) if m.kind not in ("via", "arrive") else m.offset_m
            points = _between(route.geometry, along, m.offset_m * scale, until * scale)
            side = "left" if int(route.graph.edge_flags[route.edges[0]]) & EdgeFlag.LEFT_HAND else "right"
            step = osrm_step(m, self.geometry(points), driving_side=side)
            if step["mode"] == "driving":
                step["mode"] = _MODES[route.profile]
            if m.kind in ("via", "arrive"):
                step["distance"] = step["duration"] = step["weight"] = 0
            steps.append(step)
        return steps

    def _annotation(self, route: Route, begin_m: float, end_m: float, along: FloatArray) -> dict[str, Any]:
        """Return length, time and speed of each piece of the line."""
        scale = along[-1] / route.distance_m if route.distance_m > 0 else 1.0
        points = _between(route.geometry, along, begin_m * scale, end_m * scale)
        metres = _along(points)
        at_m = begin_m + metres / scale
        seconds = np.diff(np.interp(at_m, route.edge_start_m, route.edge_start_s))
        length = np.diff(metres)
        values = {
            "distance": length,
            "duration": seconds,
            "weight": seconds,
            "speed": length / np.where(seconds > 0, seconds, np.inf),
        }
        return {
            name: np.round(values[name], 3).tolist() for name in sorted(self._annotations & values.keys())
        }


def _maneuvers_of(found: list[SpokenManeuver], index: int, begin_m: float) -> list[Maneuver]:
    """Return the manoeuvres of a leg: it departs, and arrives."""
    own: list[Maneuver] = [m for m in found if m.leg == index and m.kind != "depart"]
    if index == 0:
        first: Maneuver = found[0]
    else:
        via = next(m for m in found if m.leg == index - 1 and m.kind == "via")
        first = replace(via, kind="depart", modifier="straight", leg=index, offset_m=begin_m, side="")
    arrival = [m for m in own if m.kind in ("via", "arrive")]
    between = [m for m in own if m.kind not in ("via", "arrive")]
    return [first, *between, *arrival]


def _summary(route: Route, leg: Leg) -> str:
    """Name the two streets on which most of the leg is spent."""
    metres: dict[str, float] = {}
    for edge in route.edges[leg.first_edge : leg.last_edge + 1].tolist():
        name = route.graph.edge_names(edge).get("") or route.graph.edge_ref(edge)
        if name:
            metres[name] = metres.get(name, 0.0) + float(route.graph.edge_length_m[edge])
    most = sorted(metres, key=lambda name: -metres[name])[:2]
    return ", ".join(name for name in metres if name in most)


def _along(points: FloatArray) -> FloatArray:
    steps = haversine_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    return np.concatenate(([0.0], np.cumsum(steps)))


def _between(points: FloatArray, along: FloatArray, begin: float, end: float) -> FloatArray:
    """Return the part of a line between two distances along it; at least two points."""
    inside = (along > begin + 0.01) & (along < end - 0.01)
    ends = np.stack(
        [np.interp((begin, max(begin, end)), along, points[:, column]) for column in range(2)], axis=1
    )
    return np.concatenate((ends[:1], points[inside], ends[1:]))
