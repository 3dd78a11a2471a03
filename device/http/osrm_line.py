"""The line of a route with the metres at which each of its points lies, cut into legs and steps."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.geometry import haversine_m
from nav.graph import NO_LIMIT_KPH, FloatArray
from nav.units import speed_in, units_of

if TYPE_CHECKING:
    from nav.routing.route import Route

_SAME_M = 0.01
_STEPLESS = frozenset({"duration", "distance", "speed", "weight"})
ANNOTATIONS = ("duration", "distance", "speed", "weight", "maxspeed", "congestion")
"""What is known of each piece of a line; OSRM's `true` stands for the first four."""


class Line:
    """The line of one route.

    Parameters
    ----------
    route : Route
        What is travelled.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self.points = route.geometry

    @cached_property
    def at_m(self) -> FloatArray:
        """(N,) metres from the start at which each point lies; where an edge begins, exactly its offset."""
        points, starts = self.points, self.route.edge_start_m
        pieces = haversine_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
        first = self.route.edge_first_point
        drawn = np.add.reduceat(pieces, first)
        scale = np.divide(np.diff(starts), drawn, out=np.ones_like(drawn), where=drawn > 0)
        count = np.diff(np.append(first, len(pieces)))
        at_m = np.concatenate(([0.0], np.cumsum(pieces * np.repeat(scale, count))))
        at_m[first], at_m[-1] = starts[:-1], starts[-1]
        return np.asarray(np.maximum.accumulate(at_m))

    def part(self, begin_m: float, end_m: float) -> FloatArray:
        """Return the points between two distances; at least two, which are equal where nothing is driven."""
        begin_m, end_m = self._at_point(begin_m), max(self._at_point(begin_m), self._at_point(end_m))
        inside = (self.at_m > begin_m + _SAME_M) & (self.at_m < end_m - _SAME_M)
        ends = [np.interp((begin_m, end_m), self.at_m, self.points[:, column]) for column in range(2)]
        first, last = np.stack(ends, axis=1)
        return np.concatenate((first[None], self.points[inside], last[None]))

    def _at_point(self, at_m: float) -> float:
        """Return a distance, made equal to that of a point of the line where it hardly differs."""
        after = int(np.searchsorted(self.at_m, at_m))
        for index in (after - 1, after):
            if 0 <= index < len(self.at_m) and abs(self.at_m[index] - at_m) < _SAME_M:
                return float(self.at_m[index])
        return at_m

    def annotation(self, wanted: set[str], begin_m: float, end_m: float) -> dict[str, Any]:
        """Return what is known of each piece of the line between two distances, one entry a piece.

        Parameters
        ----------
        wanted : set of str
            Any of `ANNOTATIONS`.
        begin_m, end_m : float
            Distances from the start, metres.
        """
        begin_m, end_m = self._at_point(begin_m), self._at_point(end_m)
        inside = self.at_m[(self.at_m > begin_m + _SAME_M) & (self.at_m < end_m - _SAME_M)]
        at_m = np.concatenate(([begin_m], inside, [max(begin_m, end_m)]))
        length = np.diff(at_m)
        seconds = np.diff(np.interp(at_m, self.route.edge_start_m, self.route.edge_start_s))
        values: dict[str, Any] = {
            "distance": length,
            "duration": seconds,
            "weight": seconds,
            "speed": length / np.where(seconds > 0, seconds, np.inf),
        }
        found = {name: np.round(values[name], 3).tolist() for name in sorted(wanted & _STEPLESS)}
        if "maxspeed" in wanted:
            middle = (at_m[:-1] + at_m[1:]) / 2
            found["maxspeed"] = self._limits(middle)
        if "congestion" in wanted:
            found["congestion"] = ["unknown"] * len(length)
        return found

    def _limits(self, at_m: FloatArray) -> list[dict[str, Any]]:
        route = self.route
        index = np.searchsorted(route.edge_start_m, at_m, side="right") - 1
        written: dict[int, dict[str, Any]] = {}
        found = []
        for i in np.clip(index, 0, len(route.edges) - 1).tolist():
            if i not in written:
                limit, edge = int(route.limits_kph[i]), int(route.edges[i])
                written[i] = _limit(limit, route.graph.country(edge))
            found.append(written[i])
        return found


def _limit(limit_kph: int, country: str) -> dict[str, Any]:
    """Write a speed limit as Mapbox does, in the unit of its sign."""
    if limit_kph == NO_LIMIT_KPH:
        return {"none": True}
    if not limit_kph:
        return {"unknown": True}
    units = units_of(country)
    return {"speed": speed_in(limit_kph, units), "unit": "km/h" if units == "metric" else "mph"}
