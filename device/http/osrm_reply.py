"""Answers of the OSRM v1 HTTP interface."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from device.http.osrm_junctions import intersections
from device.http.osrm_line import ANNOTATIONS, Line
from device.http.osrm_request import OsrmError
from device.http.osrm_spoken import Words, wanted_words
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
        self._words = wanted_words(request)
        if self._words.any and not self._steps:
            raise OsrmError("InvalidOptions", "voice_instructions and banner_instructions need steps=true")
        wanted = request.options.get("annotations", "false").split(",")
        known = {"true", "false", "nodes", "datasources", *ANNOTATIONS}
        if set(wanted) - known:
            raise OsrmError("InvalidValue", f"annotations must be any of {', '.join(sorted(known))}")
        self._annotations = set(ANNOTATIONS[:4]) if "true" in wanted else set(wanted) & set(ANNOTATIONS)

    def geometry(self, points: FloatArray) -> Any:
        """Return a line in the encoding asked for."""
        if self._form == "geojson":
            return {"type": "LineString", "coordinates": np.round(points[:, ::-1], 6).tolist()}
        return encode(points, digits=6 if self._form == "polyline6" else 5)

    def route(self, route: Route) -> dict[str, Any]:
        """Return a route object."""
        line = Line(route)
        legs, begin = [], 0.0
        words = Words(route, self._words) if self._words.any else None
        every = self._maneuvers(route)
        for index, leg in enumerate(route.legs):
            own = _maneuvers_of(every, index, begin) if every else []
            legs.append(self._leg(line, leg, own, begin, words))
            begin += leg.distance_m
        found: dict[str, Any] = {
            "legs": legs,
            "weight_name": "cost",
            "weight": round(route.cost_s, 1),
            "duration": round(route.duration_s, 1),
            "distance": round(route.distance_m, 1),
        }
        if words is not None:
            found["voiceLocale"] = self._words.locale
        if self._overview != "false":
            points = route.geometry
            if self._overview == "simplified":
                points = simplified(points, max(route.distance_m / _OVERVIEW_POINTS / 20, 1.0))
            found["geometry"] = self.geometry(points)
        return found

    def _maneuvers(self, route: Route) -> list[SpokenManeuver]:
        """Return the manoeuvres of the steps: with words, those that are spoken of."""
        if self._words.any:
            return route.maneuvers
        # OSRM lists each change of name, also where nobody can go wrong.
        return maneuvers(route.graph, route, every_name=True) if self._steps else []

    def _leg(
        self, line: Line, leg: Leg, own: list[Maneuver], begin_m: float, words: Words | None
    ) -> dict[str, Any]:
        end_m = begin_m + leg.distance_m
        found: dict[str, Any] = {
            "steps": self._leg_steps(line, own, end_m, words),
            "summary": _summary(line.route, leg) if self._steps else "",
            "weight": round(leg.duration_s, 1),
            "duration": round(leg.duration_s, 1),
            "distance": round(leg.distance_m, 1),
        }
        if words is not None:
            found |= {"via_waypoints": [], "incidents": []}
        if self._annotations:
            found["annotation"] = line.annotation(self._annotations, begin_m, end_m)
        return found

    def _leg_steps(
        self, line: Line, own: list[Maneuver], end_m: float, words: Words | None
    ) -> list[dict[str, Any]]:
        route = line.route
        steps: list[dict[str, Any]] = []
        for m in own:
            until = min(m.offset_m + m.length_m, end_m) if m.kind not in ("via", "arrive") else m.offset_m
            edge = route.edges[min(m.edge_start, len(route.edges) - 1)]
            side = "left" if int(route.graph.edge_flags[edge]) & EdgeFlag.LEFT_HAND else "right"
            step = osrm_step(m, self.geometry(line.part(m.offset_m, until)), driving_side=side)
            step["intersections"] = intersections(route, m, step["intersections"][0], side)
            if step["mode"] == "driving":
                step["mode"] = _MODES[route.profile]
            if m.kind in ("via", "arrive"):
                step["distance"] = step["duration"] = step["weight"] = 0
                # The arrival is on the road of the step before.
                step |= {key: steps[-1][key] for key in ("name", "ref", "mode") if key in steps[-1]}
            steps.append(step)
        if words is not None:
            for index, m in enumerate(own):
                steps[index]["maneuver"]["instruction"] = words.instruction(m)
                steps[index] |= words.step(steps, own, index)
        return steps


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
