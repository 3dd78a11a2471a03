"""What is travelled: the edges, their geometry and times, and the stops they join."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nav.geometry import along_line, bearing_deg
from nav.graph import SHAPE_SCALE, FloatArray, Graph, Int64Array, UInt8Array
from nav.routing.snap import Snap

ROADSIDE_M = 30.0
"""A place this near to the road is on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The part of a route between two stops."""

    start: Snap
    end: Snap
    first_edge: int
    """Index into `RouteLine.edges` of the first edge of the leg."""
    last_edge: int
    """Index into `RouteLine.edges` of the last edge of the leg."""
    start_fraction: float
    """Where on its first edge the leg begins, 0 … 1."""
    end_fraction: float
    """Where on its last edge the leg ends, 0 … 1."""
    distance_m: float
    duration_s: float


@dataclass(frozen=True, kw_only=True)
class RouteLine:
    """A way from the first to the last stop, without words and pictures; `Route` adds those."""

    graph: Graph = field(repr=False)
    """The graph that `edges` refer to."""
    profile: str
    edges: Int64Array
    """(n,) directed edges in the order of travel. Where a stop lies inside an edge and the travel goes on in
    the same direction the edge stands once; where it turns back at a stop, edge and reverse stand both."""
    spans: FloatArray
    """(n, 2) part of each edge that is travelled, as fractions; (0, 1) but at stops."""
    edge_duration_s: FloatArray
    """(n,) seconds on each edge, the turn into it included."""
    limits_kph: UInt8Array
    """(n,) speed limit on each edge when the car gets there; 0 unknown, 255 none."""
    distance_m: float
    duration_s: float
    cost_s: float
    """What was minimised: `duration_s` plus what only steers the choice."""
    legs: tuple[Leg, ...]
    stops: tuple[Snap, ...]
    """The stops, on the road."""
    stop_names: tuple[str, ...] = ()
    """Names of the stops, for guidance to say; empty if they are not known, each empty if it has none."""
    avoid: frozenset[str] = frozenset()
    """What was asked to be avoided."""
    avoid_broken: tuple[str, ...] = ()
    """What could not be avoided, sorted."""

    @cached_property
    def _laid_out(self) -> tuple[FloatArray, Int64Array]:
        return _geometry(self.graph, self.edges, self.spans)

    @cached_property
    def geometry(self) -> FloatArray:
        """(N, 2) lat, lon of the way travelled, degrees."""
        return self._laid_out[0]

    @cached_property
    def edge_first_point(self) -> Int64Array:
        """(n,) index into `geometry` where each edge begins."""
        return self._laid_out[1]

    @cached_property
    def edge_start_m(self) -> FloatArray:
        """(n + 1,) distance from the start at which each edge begins, and the whole distance."""
        lengths = self.graph.edge_length_m[self.edges] * (self.spans[:, 1] - self.spans[:, 0])
        return np.concatenate(([0.0], np.cumsum(lengths)))

    @cached_property
    def edge_start_s(self) -> FloatArray:
        """(n + 1,) seconds after the start at which each edge begins, and the whole duration."""
        return np.concatenate(([0.0], np.cumsum(self.edge_duration_s)))

    @property
    def bearing_at_start_deg(self) -> float:
        """Compass bearing in which the travel begins."""
        begin, end = self.spans[0].tolist()
        (lat1, lon1), (lat2, lon2) = _cut(self.graph, int(self.edges[0]), begin, end)[:2]
        return float(bearing_deg(lat1, lon1, lat2, lon2))

    @property
    def on_foot_m(self) -> float:
        """How far the last stop lies from where the travel ends, metres; 0 if it is at the roadside."""
        left = self.stops[-1].distance_m
        return left if left > ROADSIDE_M else 0.0

    @property
    def start_fraction(self) -> float:
        """Where on the first edge the route begins, 0 … 1."""
        return float(self.spans[0, 0])

    @property
    def end_fraction(self) -> float:
        """Where on the last edge the route ends, 0 … 1."""
        return float(self.spans[-1, 1])


def _geometry(graph: Graph, edges: Int64Array, spans: FloatArray) -> tuple[FloatArray, Int64Array]:
    """Lay the shapes of edges end to end, cut where an edge is travelled in part."""
    pieces: list[FloatArray] = []
    firsts: list[NDArray[np.int64]] = []
    total = 0
    whole = (spans[:, 0] == 0.0) & (spans[:, 1] == 1.0)
    breaks = np.flatnonzero(~whole).tolist()
    at = 0
    for stop in [*breaks, len(edges)]:
        if stop > at:
            piece, first = _whole_edges(graph, edges[at:stop])
            pieces.append(piece)
            firsts.append(first + total)
            total += len(piece) - 1
        if stop < len(edges):
            piece = _cut(graph, int(edges[stop]), float(spans[stop, 0]), float(spans[stop, 1]))
            pieces.append(piece)
            firsts.append(np.array([total]))
            total += len(piece) - 1
        at = stop + 1
    joined = [pieces[0], *(piece[1:] for piece in pieces[1:])]
    return np.concatenate(joined), np.concatenate(firsts)


def _whole_edges(graph: Graph, edges: Int64Array) -> tuple[FloatArray, Int64Array]:
    """Return the points of consecutive edges, joints once, and where each edge begins."""
    geometry = graph.edge_geometry[edges]
    first = graph.geometry_first_point[geometry]
    count = graph.geometry_first_point[geometry + 1] - first - 1
    forward = graph.edge_forward[edges]
    # All points of an edge but its first one; the very first point is put in front.
    begin = np.where(forward, first + 1, first + count - 1)
    step = np.where(forward, 1, -1)
    start = np.cumsum(count) - count
    within = np.arange(int(count.sum())) - np.repeat(start, count)
    index = np.empty(len(within) + 1, np.int64)
    index[1:] = np.repeat(begin, count) + within * np.repeat(step, count)
    index[0] = first[0] if forward[0] else first[0] + count[0]
    points = np.empty((len(index), 2))
    points[:, 0] = graph.point_lat_e7[index]
    points[:, 1] = graph.point_lon_e7[index]
    points /= SHAPE_SCALE
    return points, start


def _cut(graph: Graph, edge: int, begin: float, end: float) -> FloatArray:
    """Return the points of the part of an edge between two fractions of its length; at least two points."""
    shape = graph.shape(edge)
    along = along_line(shape)
    low, high = begin * float(along[-1]), end * float(along[-1])
    # A tenth of a millimetre: a point of the shape that is an end of the part must not stand twice.
    first, last = int(along.searchsorted(low + 1e-9)), int(along.searchsorted(high - 1e-9))
    first, last = min(max(first, 1), len(shape) - 1), min(max(last, 1), len(shape) - 1)
    return np.concatenate((_at(shape, along, first, low), shape[first:last], _at(shape, along, last, high)))


def _at(shape: FloatArray, along: FloatArray, after: int, distance: float) -> FloatArray:
    """Return the point at a distance along a line, before one of its points: (1, 2)."""
    a, b = float(along[after - 1]), float(along[after])
    share = (distance - a) / (b - a) if b > a else 0.0
    return np.asarray(shape[after - 1 : after] * (1.0 - share) + shape[after : after + 1] * share)
