"""Where a car is along its route: remaining way and time, next manoeuvre, road and limit."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nav.geometry import METRES_PER_DEGREE
from nav.graph import EdgeFlag
from nav.guidance.fix import Fix
from nav.guidance.matching_roads import Roads
from nav.routing.route import Route
from nav.units import Units

_NO_LIMIT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The state of a guided drive at one moment."""

    time_s: float
    """When, on the clock of the position updates, seconds."""

    lat: float
    """Latitude on the road, degrees."""

    lon: float
    """Longitude on the road, degrees."""

    heading_deg: float
    """Direction of the road there, degrees clockwise from north."""

    speed_mps: float
    """Speed, metres per second."""

    on_route: bool
    """Whether the car is on its route."""

    estimated: bool
    """Whether the place was reckoned from speed and time because the receiver says nothing."""

    offset_m: float
    """Distance driven along the route, metres."""

    remaining_m: float
    """Distance left, metres."""

    remaining_s: float
    """Time left, seconds."""

    next_maneuver: int
    """Index of the next manoeuvre; the number of manoeuvres after the last."""

    next_distance_m: float
    """Distance to it, metres."""

    edge: int
    """Directed edge that the car is on."""

    names: Mapping[str, str]
    """Names of that road, by language."""

    ref: str
    """Reference of that road as tagged; empty if it has none."""

    units: Units
    """Units of the country in which the car is."""

    limit_kph: int | None
    """Speed limit; None if unknown, or if there is none."""

    @property
    def arrival_s(self) -> float:
        """When the destination is reached, on the clock of the position updates, seconds."""
        return self.time_s + self.remaining_s

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain values for JSON."""
        return {
            "time_s": round(self.time_s, 2),
            "lat": round(self.lat, 7),
            "lon": round(self.lon, 7),
            "heading_deg": round(self.heading_deg, 1),
            "speed_mps": round(self.speed_mps, 2),
            "on_route": self.on_route,
            "estimated": self.estimated,
            "offset_m": round(self.offset_m, 1),
            "remaining_m": round(self.remaining_m, 1),
            "remaining_s": round(self.remaining_s, 1),
            "next_maneuver": self.next_maneuver,
            "next_distance_m": round(self.next_distance_m, 1),
            "road": dict(self.names),
            "ref": self.ref,
            "limit_kph": self.limit_kph,
        }


class RouteRuler:
    """Measures along one route."""

    def __init__(self, route: Route) -> None:
        graph = route.graph
        self.route = route
        self.edges: list[int] = route.edges.tolist()
        self.start_m: list[float] = route.edge_start_m.tolist()
        self._start_s: list[float] = route.edge_start_s.tolist()
        self._skipped_m = (route.spans[:, 0] * graph.edge_length_m[route.edges]).tolist()
        self._tunnel = ((graph.edge_flags[route.edges] & int(EdgeFlag.TUNNEL)) != 0).tolist()
        self._indices: dict[int, list[int]] = {}
        for index, edge in enumerate(self.edges):
            self._indices.setdefault(edge, []).append(index)

    @property
    def length_m(self) -> float:
        """Length of the route, metres."""
        return self.start_m[-1]

    def offset_of(self, edge: int, edge_offset_m: float, expected_m: float) -> float | None:
        """Return the offset along the route of a place on an edge.

        Parameters
        ----------
        edge : int
            Directed edge.
        edge_offset_m : float
            Distance from the start of the edge, metres.
        expected_m : float
            Where the car is expected along the route; of an edge that the route uses twice the use that fits.

        Returns
        -------
        float or None
            Metres from the start of the route; None if the route does not use the edge.
        """
        best: float | None = None
        for index in self._indices.get(edge, ()):
            offset_m = self.start_m[index] + edge_offset_m - self._skipped_m[index]
            offset_m = min(max(offset_m, self.start_m[index]), self.start_m[index + 1])
            if best is None or abs(offset_m - expected_m) < abs(best - expected_m):
                best = offset_m
        return best

    def index_at(self, offset_m: float) -> int:
        """Return the index of the edge at an offset."""
        return min(max(bisect_right(self.start_m, offset_m) - 1, 0), len(self.edges) - 1)

    def place_at(self, offset_m: float) -> tuple[int, float]:
        """Return the edge at an offset, and the distance from the edge's start."""
        index = self.index_at(offset_m)
        return self.edges[index], offset_m - self.start_m[index] + self._skipped_m[index]

    def beside(self, roads: Roads, fix: Fix, offset_m: float, reach_m: float) -> tuple[float, float]:
        """Return how far a position lies beside the route, and which way the route goes there.

        Parameters
        ----------
        roads : Roads
            The roads, for their shapes.
        fix : Fix
            The position.
        offset_m, reach_m : float
            Where along the route to look, and how far before and behind, metres.

        Returns
        -------
        (float, float)
            Metres, and degrees clockwise from north.
        """
        best = (math.inf, 0.0)
        for index in range(self.index_at(offset_m - reach_m), self.index_at(offset_m + reach_m) + 1):
            shape = roads.shape(self.edges[index])
            for (a, b), bearing_deg in zip(pairwise(shape.points), shape.bearing_deg, strict=True):
                best = min(best, (_aside_m((fix.lat, fix.lon), a, b), bearing_deg))
        return best

    def remaining_s(self, offset_m: float) -> float:
        """Return the time left from an offset to the end, in seconds."""
        index = self.index_at(offset_m)
        length_m = self.start_m[index + 1] - self.start_m[index]
        share = (offset_m - self.start_m[index]) / length_m if length_m > 0 else 0.0
        here_s = self._start_s[index] + share * (self._start_s[index + 1] - self._start_s[index])
        return max(0.0, self._start_s[-1] - here_s)

    def speed_mps(self, offset_m: float) -> float:
        """Return the speed that the route counts on at an offset, metres per second."""
        index = self.index_at(offset_m)
        seconds = self._start_s[index + 1] - self._start_s[index]
        return (self.start_m[index + 1] - self.start_m[index]) / seconds if seconds > 0 else 0.0

    def in_tunnel(self, offset_m: float, ahead_m: float = 0.0) -> bool:
        """Tell whether the route runs through a tunnel at an offset or within a distance ahead."""
        first, last = self.index_at(offset_m), self.index_at(offset_m + ahead_m)
        return any(self._tunnel[first : last + 1])


def _aside_m(point: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of a point from a short line, metres."""
    squeeze = math.cos(math.radians(point[0]))
    east, north = (b[1] - a[1]) * squeeze, b[0] - a[0]
    to_east, to_north = (point[1] - a[1]) * squeeze, point[0] - a[0]
    square = east * east + north * north
    share = min(1.0, max(0.0, (to_east * east + to_north * north) / square)) if square > 0 else 0.0
    return math.hypot(to_east - share * east, to_north - share * north) * METRES_PER_DEGREE


def limit_kph(route: Route, edge: int) -> int | None:
    """Return the speed limit on an edge at the hour of the route; None if unknown or if there is none."""
    on_route = np.flatnonzero(route.edges == edge)
    limit = int(route.limits_kph[on_route[0]] if len(on_route) else route.graph.edge_maxspeed_kph[edge])
    return None if limit in (0, _NO_LIMIT) else limit
