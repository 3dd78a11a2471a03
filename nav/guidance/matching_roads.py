"""Roads as the map matcher needs them: looked up near a point, and followed a little way ahead."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nav.geometry import METRES_PER_DEGREE
from nav.graph import Access, EdgeFlag, Graph, NodeFlag, RoadClass

if TYPE_CHECKING:
    from nav.region import Region
    from nav.routing.snap import Nearby

_CACHED_EDGES = 20_000
_TURN_ROUND_COST = 8.0
_ANOTHER_PLACE_M = 50.0
_ANOTHER_WAY_DEG = 100.0
_LEVEL_FLAGS = int(EdgeFlag.BRIDGE | EdgeFlag.TUNNEL)
_ALONG_DEG = 25.0
_STACKED_M = 20.0
_LIGHT_M = 45.0


class RoadFinder(Protocol):
    """Finds the travelled segments within a radius; `nav.routing.snap.Snapper` is one."""

    def nearby(self, lat: float, lon: float, radius_m: float) -> Nearby:
        """Return the segments within a radius in metres."""


@dataclass(frozen=True, slots=True)
class EdgeShape:
    """The shape of one directed edge."""

    points: tuple[tuple[float, float], ...]
    """Latitude and longitude of its points in the direction of travel, degrees."""

    offset_m: tuple[float, ...]
    """Distance of each point from its start, metres."""

    bearing_deg: tuple[float, ...]
    """Direction of each segment, degrees clockwise from north."""

    first_point: int
    """Index of its first point in the graph's shape points, in the order as drawn."""

    forward: bool
    """Whether it runs as its shape is drawn."""

    @property
    def length_m(self) -> float:
        """Length, metres."""
        return self.offset_m[-1]

    def at(self, offset_m: float) -> tuple[float, float, float]:
        """Return latitude, longitude and direction at an offset, cut to the edge."""
        last = len(self.bearing_deg) - 1
        i = 0
        while i < last and self.offset_m[i + 1] <= offset_m:
            i += 1
        length_m = self.offset_m[i + 1] - self.offset_m[i]
        share = min(1.0, max(0.0, (offset_m - self.offset_m[i]) / length_m)) if length_m > 0 else 0.0
        (lat1, lon1), (lat2, lon2) = self.points[i], self.points[i + 1]
        return lat1 + share * (lat2 - lat1), lon1 + share * (lon2 - lon1), self.bearing_deg[i]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place on a road where a fix may belong."""

    edge: int
    """Directed edge."""

    offset_m: float
    """Distance from its start, metres."""

    distance_m: float
    """Distance from the fix, metres."""

    bearing_deg: float
    """Direction of travel there."""

    lat: float
    """Latitude on the road, degrees."""

    lon: float
    """Longitude on the road, degrees."""


class Roads:
    """The roads of one traveller, with what was looked up once kept at hand."""

    def __init__(self, graph: Graph, finder: RoadFinder, access: int) -> None:
        self.graph = graph
        self._finder = finder
        self._access = access
        self._shapes: dict[int, EdgeShape] = {}
        self._onward: dict[int, tuple[tuple[int, float], ...]] = {}

    def shape(self, edge: int) -> EdgeShape:
        """Return the shape of an edge."""
        found = self._shapes.get(edge)
        if found is None:
            if len(self._shapes) > _CACHED_EDGES:
                self._shapes.clear()
            found = self._shapes[edge] = _edge_shape(self.graph, edge)
        return found

    def onward(self, edge: int) -> tuple[tuple[int, float], ...]:
        """Return the edges that may be driven after an edge, each with a cost: turning round is unlikely."""
        found = self._onward.get(edge)
        if found is None:
            if len(self._onward) > _CACHED_EDGES:
                self._onward.clear()
            back = int(self.graph.edge_reverse[edge])
            found = self._onward[edge] = tuple(
                (out, _TURN_ROUND_COST if out == back else 0.0)
                for out in self.graph.out_edges(int(self.graph.edge_to[edge]))
                if self.graph.edge_access[out] & self._access
            )
        return found

    def are_stacked(self, a: Candidate, b: Candidate) -> bool:
        """Tell whether two places lie on roads one above the other, which head the same way."""
        flags = self.graph.edge_flags
        if not (int(flags[a.edge]) ^ int(flags[b.edge])) & _LEVEL_FLAGS:
            return False
        turn_deg = abs((a.bearing_deg - b.bearing_deg + 180.0) % 360.0 - 180.0)
        return turn_deg < _ALONG_DEG and between_m(a.lat, a.lon, b.lat, b.lon) < _STACKED_M

    def runs_free(self, place: Candidate) -> bool:
        """Tell whether nobody stops for a light here: motorways and elevated roads."""
        graph, edge = self.graph, place.edge
        fast = graph.edge_class[edge] <= RoadClass.TRUNK and not self.is_before_light(place)
        return bool(fast and int(graph.edge_flags[edge]) & (_LEVEL_FLAGS | EdgeFlag.NO_STOPPING))

    def is_before_light(self, place: Candidate) -> bool:
        """Tell whether a traffic light is near ahead on an edge."""
        graph, edge = self.graph, place.edge
        near = self.shape(edge).length_m - place.offset_m < _LIGHT_M
        at_end = int(graph.node_flags[graph.edge_to[edge]]) & NodeFlag.SIGNALS
        return bool(near and (at_end or graph.edge_signals[edge]))

    def candidates(self, lat: float, lon: float, radius_m: float) -> list[Candidate]:
        """Return the places on legal directed edges near a point, the nearest of each bend of each edge."""
        near = self._finder.nearby(lat, lon, radius_m)
        columns = (near.distance_m.tolist(), near.edge.tolist(), near.point.tolist(), near.along.tolist())
        found: list[Candidate] = []
        taken: dict[int, list[Candidate]] = {}
        for distance_m, drawn, point, along in sorted(zip(*columns, strict=True)):
            back = int(self.graph.edge_reverse[drawn])
            first = self._candidate(drawn, point, along, distance_m)
            # Nearest first; a road that comes near again, in a hairpin bend, is another place.
            places = taken.setdefault(drawn, [])
            if any(_is_one_place(first, other) for other in places):
                continue
            places.append(first)
            if self.graph.edge_access[drawn] & self._access:
                found.append(first)
            if self.graph.edge_access[back] & self._access:
                found.append(self._candidate(back, point, along, distance_m))
        return found

    def _candidate(self, edge: int, point: int, along: float, distance_m: float) -> Candidate:
        shape = self.shape(edge)
        segment = point - shape.first_point
        if not shape.forward:
            segment, along = len(shape.bearing_deg) - 1 - segment, 1.0 - along
        start_m, end_m = shape.offset_m[segment], shape.offset_m[segment + 1]
        (lat1, lon1), (lat2, lon2) = shape.points[segment], shape.points[segment + 1]
        return Candidate(
            edge,
            start_m + along * (end_m - start_m),
            distance_m,
            shape.bearing_deg[segment],
            lat1 + along * (lat2 - lat1),
            lon1 + along * (lon2 - lon1),
        )

    def ahead(self, edge: int, offset_m: float, reach_m: float) -> dict[int, tuple[float, float, int]]:
        """Follow the roads from a place.

        Parameters
        ----------
        edge : int
            Edge on which to start.
        offset_m : float
            Where on it, metres.
        reach_m : float
            How far to go, metres.

        Returns
        -------
        dict
            Edge → distance from the place to the edge's start in metres (negative for the edges one is on),
            cost of turning round on the way, and the edge before it (-1 for none).
        """
        length_m = self.shape(edge).length_m
        found: dict[int, tuple[float, float, int]] = {edge: (-offset_m, 0.0, -1)}
        back = int(self.graph.edge_reverse[edge])
        if self.graph.edge_access[back] & self._access:
            found[back] = (offset_m - length_m, _TURN_ROUND_COST, edge)
        heap = [(length_m - offset_m, 0.0, edge)]
        if offset_m > 0 and back in found:
            heap.append((offset_m, _TURN_ROUND_COST, back))
        heapq.heapify(heap)
        ended: set[int] = set()
        while heap:
            at_m, cost, here = heapq.heappop(heap)
            if here in ended or at_m > reach_m:
                continue
            ended.add(here)
            for out, turn_cost in self.onward(here):
                known = found.get(out)
                if known is not None and known[1] <= cost + turn_cost:
                    continue
                found[out] = (at_m, cost + turn_cost, here)
                heapq.heappush(heap, (at_m + self.shape(out).length_m, cost + turn_cost, out))
        return found


def roads_of(region: Region, profile: str = "car") -> Roads:
    """Return the roads of a region as the matcher needs them.

    Parameters
    ----------
    region : Region
        The region.
    profile : str
        ``car``, ``bike`` or ``foot``.

    Returns
    -------
    Roads
        To be used from one thread.
    """
    from nav.routing.snap import Snapper

    network = region.network(profile)
    finder = Snapper(network.graph, network.snap_index, network.turns.edge_state)
    return Roads(network.graph, finder, int(Access[profile.upper()]))


def _is_one_place(a: Candidate, b: Candidate) -> bool:
    """Tell whether two places on one edge are near along it and head the same way."""
    turn_deg = abs((a.bearing_deg - b.bearing_deg + 180.0) % 360.0 - 180.0)
    return abs(a.offset_m - b.offset_m) < _ANOTHER_PLACE_M and turn_deg < _ANOTHER_WAY_DEG


def _edge_shape(graph: Graph, edge: int) -> EdgeShape:
    points = graph.shape(edge)
    lat = np.radians((points[1:, 0] + points[:-1, 0]) / 2)
    north_m = np.diff(points[:, 0]) * METRES_PER_DEGREE
    east_m = np.diff(points[:, 1]) * METRES_PER_DEGREE * np.cos(lat)
    steps_m = np.hypot(north_m, east_m)
    # Offsets are scaled to the edge's own length, so that they add up along a route.
    total_m, length_m = float(steps_m.sum()), float(graph.edge_length_m[edge])
    scale = length_m / total_m if total_m > 0 else 1.0
    offset_m = np.concatenate(([0.0], np.cumsum(steps_m * scale)))
    bearing = np.degrees(np.arctan2(east_m, north_m)) % 360.0
    return EdgeShape(
        tuple((lat, lon) for lat, lon in points.tolist()),
        tuple(offset_m.tolist()),
        tuple(bearing.tolist()),
        int(graph.geometry_first_point[graph.edge_geometry[edge]]),
        bool(graph.edge_forward[edge]),
    )


def between_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the distance between two near points, metres."""
    east = (lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(lat2 - lat1, east) * METRES_PER_DEGREE
