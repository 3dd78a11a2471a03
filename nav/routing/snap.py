"""Find the road at a coordinate: a grid over all shape segments, stored in the pack."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE, along_line, bearing_between, bearing_deg, project_in_plane
from nav.graph import SHAPE_SCALE, EdgeFlag, FloatArray, Graph, Int32Array, Int64Array, Offsets

CELL_M = 200.0
"""Side of a grid cell, metres."""
COLUMNS = 1 << 24
"""A cell has the key row × this + column."""
Edges = NDArray[np.integer[Any]]
Choice = Callable[[Edges], NDArray[np.bool_]]
"""Tells which of some edges will do."""
_AT_ONCE = 1 << 16
"""Segments that are laid out at a time when the index is built."""
_HEADING_REACH_M = 30.0
_HEADING_WEIGHT_M = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """A place on a road."""

    edge: int
    """Directed edge of the driver: the one on the near side of the point, or that fits the heading."""
    fraction: float
    """How far along that edge, 0 at its start … 1 at its end, by length."""
    lat: float
    """Latitude on the road, degrees."""
    lon: float
    """Longitude on the road, degrees."""
    distance_m: float
    """From the asked point to the road, metres."""
    side: str
    """Where the asked point lies, seen in the direction of `edge`: ``left``, ``right`` or ``on``."""
    point: tuple[float, float]
    """The asked point, (lat, lon)."""
    away_m: float = 0.0
    """How much farther away it is than the nearest road that would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapIndex:
    """Grid of shape segments; every field is an array of the same name in the pack."""

    cell_key: Int64Array
    """Cells that hold something, sorted: row × 2²⁴ + column."""
    cell_first: Offsets
    """First entry of each cell, with the end of the last."""
    cell_point: Int32Array
    """Shape point at which a segment of the cell begins."""
    cell_edge: Int32Array
    """Edge that runs as that segment is drawn."""
    cell_deg: FloatArray
    """(2,) height and width of a cell, degrees."""


SNAP_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(SnapIndex))
"""Names of the arrays of a `SnapIndex` in the pack."""


def build_snap_index(graph: Graph) -> SnapIndex:
    """Build the grid over all segments of a graph."""
    lat, lon = graph.point_lat_e7 / SHAPE_SCALE, graph.point_lon_e7 / SHAPE_SCALE
    is_last = np.zeros(len(lat), bool)
    is_last[graph.geometry_first_point[1:] - 1] = True
    start = np.flatnonzero(~is_last)
    height = CELL_M / METRES_PER_DEGREE
    width = height / max(math.cos(math.radians(float(np.abs(lat).max(initial=0.0)))), 0.05)
    # Some at a time: a segment needs hundreds of bytes until its cells are known, and few of them after.
    parts = [
        _cells_of(lat, lon, start[first : first + _AT_ONCE], height, width)
        for first in range(0, max(len(start), 1), _AT_ONCE)
    ]
    every, point_of_pair = (np.concatenate(column) for column in zip(*parts, strict=True))
    cell_key, cell_of_pair = np.unique(every, return_inverse=True)
    order = np.lexsort((point_of_pair, cell_of_pair))
    cell_of_pair, point_of_pair = cell_of_pair[order], point_of_pair[order]
    geometry_edge = np.empty(len(graph.geometry_first_point) - 1, np.int32)
    forward = np.flatnonzero(graph.edge_forward)
    geometry_edge[graph.edge_geometry[forward]] = forward
    geometry = np.searchsorted(graph.geometry_first_point, point_of_pair, side="right") - 1
    return SnapIndex(
        cell_key=cell_key,
        cell_first=np.searchsorted(cell_of_pair, np.arange(len(cell_key) + 1)).astype(np.int64),
        cell_point=point_of_pair.astype(np.int32),
        cell_edge=geometry_edge[geometry],
        cell_deg=np.array([height, width]),
    )


def _cells_of(
    lat: FloatArray, lon: FloatArray, start: Int64Array, height: float, width: float
) -> tuple[Int64Array, Int64Array]:
    """Return the cells that some segments touch: key and first point of each pair, each pair once."""
    reach = np.maximum(
        np.abs(lat[start + 1] - lat[start]) / height, np.abs(lon[start + 1] - lon[start]) / width
    )
    pieces = np.ceil(reach).astype(np.int64) + 1
    segment = np.repeat(np.arange(len(start)), pieces)
    point = start[segment]
    step = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    count = np.repeat(pieces, pieces)
    keys = []
    for share in (step / count, (step + 1) / count):
        row = _row(lat[point] + share * (lat[point + 1] - lat[point]), height)
        column = _column(lon[point] + share * (lon[point + 1] - lon[point]), width)
        keys.append((row, column))
    (row_a, column_a), (row_b, column_b) = keys
    # A piece is no longer than a cell, so it touches at most the cells of its ends and the two between.
    every = np.concatenate([r * COLUMNS + c for r in (row_a, row_b) for c in (column_a, column_b)])
    cell_key, cell = np.unique(every, return_inverse=True)
    pair = np.unique(cell * np.int64(max(len(start), 1)) + np.tile(segment, 4))
    cell_of_pair, segment_of_pair = np.divmod(pair, np.int64(max(len(start), 1)))
    return cell_key[cell_of_pair], start[segment_of_pair]


def _row(lat: NDArray[np.float64], height: float) -> Int64Array:
    return np.floor((lat + 90.0) / height).astype(np.int64)


def _column(lon: NDArray[np.float64], width: float) -> Int64Array:
    return np.floor((lon + 180.0) / width).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Segments near a point, one entry each."""

    edge: NDArray[np.integer[Any]]
    """Edge that runs as the segment is drawn."""
    point: NDArray[np.integer[Any]]
    """Shape point at which the segment begins."""
    distance_m: FloatArray
    along: FloatArray
    """Nearest place on the segment, 0 … 1."""


class Snapper:
    """Snaps coordinates to the edges that one profile may travel."""

    def __init__(self, graph: Graph, index: SnapIndex, edge_state: Int32Array) -> None:
        """Prepare a snapper; an edge whose state is -1 is not travelled."""
        self._graph, self._index, self._state = graph, index, edge_state
        self._height, self._width = index.cell_deg.tolist()
        self._last: tuple[tuple[float, float, int], Nearby] | None = None

    def _usable(self, edges: Edges) -> NDArray[np.bool_]:
        return np.asarray(self._state[edges] >= 0)

    def nearby(self, lat: float, lon: float, radius_m: float) -> Nearby:
        """Return all travelled segments within a radius, in no particular order."""
        found = self._project(lat, lon, math.ceil(radius_m / CELL_M))
        found = _select(found, found.distance_m <= radius_m)
        # A segment lies in several cells.
        return _select(found, np.unique(found.point, return_index=True)[1])

    def nearest(
        self,
        lat: float,
        lon: float,
        *,
        max_distance_m: float,
        heading_deg: float | None = None,
        only: Choice | None = None,
    ) -> Snap | None:
        """Return the nearest place on a road, or one that fits the heading; None if none is near."""
        slack = _HEADING_REACH_M if heading_deg is not None else 0.0
        found, best = self._around(lat, lon, max_distance_m, slack, only)
        if best > max_distance_m:
            return None
        if heading_deg is None:
            chosen = _first_of(found, found.distance_m)
        else:
            chosen = self._fitting(found, best, heading_deg)
        return self._snap(lat, lon, found, chosen, heading_deg)

    def within(
        self,
        lat: float,
        lon: float,
        *,
        max_distance_m: float,
        reach_m: float,
        only: Choice | None = None,
        count: int = 4,
    ) -> list[Snap]:
        """Return the nearest place, then those on other roads that are at most `reach_m` farther away.

        A road that only begins where the nearest one ends offers nothing that this one does not, if it is
        open both ways, and is left out.
        """
        found, best = self._around(lat, lon, max_distance_m, reach_m, only)
        if best > max_distance_m:
            return []
        return self._distinct(
            lat, lon, found, np.flatnonzero(found.distance_m <= best + reach_m), best, count
        )

    def at_hand(
        self, lat: float, lon: float, *, reach_m: float, only: Choice, count: int = 4
    ) -> list[Snap] | None:
        """Answer as `within` where the very nearest road will do and is less than a cell away; else None."""
        found = self._project(lat, lon, 1)
        if not len(found.edge):
            return None
        nearest = int(found.distance_m.argmin())
        best = float(found.distance_m[nearest])
        near = np.flatnonzero(found.distance_m <= best + reach_m)
        stops = only(found.edge[near])
        if best + reach_m > CELL_M or not stops[near == nearest]:
            return None
        return self._distinct(lat, lon, found, near[stops], best, count)

    def _distinct(
        self, lat: float, lon: float, found: Nearby, near: NDArray[np.int64], best: float, count: int
    ) -> list[Snap]:
        """Return the nearest place on each of some roads, the nearest first."""
        snaps: dict[int, Snap] = {}
        known: set[int] = set()
        for i in near[np.lexsort((found.point[near], np.round(found.distance_m[near], 6)))].tolist():
            edge = int(found.edge[i])
            if edge in snaps or self._end_of(found, i) in known:
                continue
            snaps[edge] = self._snap(lat, lon, found, i, None, best)
            if len(snaps) == count:
                break
            if len(snaps) == 1 and self._is_open_both_ways(edge):
                known = {int(self._graph.edge_from[edge]), int(self._graph.edge_to[edge])}
        return list(snaps.values())

    def _is_open_both_ways(self, edge: int) -> bool:
        """Tell whether a road is open both ways to every vehicle at every time."""
        graph, reverse = self._graph, int(self._graph.edge_reverse[edge])
        ruled = graph.edge_rule[edge] >= 0 or graph.edge_rule[reverse] >= 0
        return bool(self._state[edge] >= 0 and self._state[reverse] >= 0 and not ruled)

    def closest(self, lat: float, lon: float, *, max_distance_m: float) -> tuple[float, int]:
        """Return distance and edge of the nearest road; the distance is infinite if none is near."""
        found, best = self._around(lat, lon, max_distance_m, 0.0, None)
        return (
            (best, int(found.edge[found.distance_m.argmin()])) if best <= max_distance_m else (math.inf, -1)
        )

    def _end_of(self, found: Nearby, i: int) -> int:
        """Return the node at which a place lies; -1 if it lies between nodes."""
        graph, edge, point, along = (
            self._graph,
            int(found.edge[i]),
            int(found.point[i]),
            float(found.along[i]),
        )
        geometry = int(graph.edge_geometry[edge])
        if along <= 0.0 and point == graph.geometry_first_point[geometry]:
            return int(graph.edge_from[edge])
        if along >= 1.0 and point + 2 == graph.geometry_first_point[geometry + 1]:
            return int(graph.edge_to[edge])
        return -1

    def _around(
        self, lat: float, lon: float, max_distance_m: float, slack_m: float, only: Choice | None
    ) -> tuple[Nearby, float]:
        """Return the segments round a point, among them all that are `slack_m` farther than the nearest."""
        ring, limit = 1, math.ceil(max_distance_m / CELL_M) + 1
        while True:
            found = self._project(lat, lon, ring)
            if only is not None:
                found = _select(found, only(found.edge) | only(self._graph.edge_reverse[found.edge]))
            best = float(found.distance_m.min(initial=np.inf))
            # Cells narrow towards the poles: the grid is sized at the region's far end.
            if best + slack_m <= ring * CELL_M or ring > limit:
                return found, best
            ring = min(ring * 2, limit + 1)

    def snap_to(self, lat: float, lon: float, found: Nearby, chosen: int) -> Snap:
        """Return the place on one of the segments found near a point."""
        return self._snap(lat, lon, found, chosen, None)

    def _entries(
        self, lat: float, lon: float, ring: int
    ) -> tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]:
        """Return shape points and edges of the segments in the cells round a point, some repeatedly."""
        row, column = int((lat + 90.0) // self._height), int((lon + 180.0) // self._width)
        keys = np.arange(row - ring, row + ring + 1, dtype=np.int64) * COLUMNS + (column - ring)
        index = self._index
        cells = np.searchsorted(index.cell_key, np.concatenate((keys, keys + (2 * ring + 1))))
        bounds = index.cell_first[cells].tolist()
        half = len(keys)
        spans = [(a, b) for a, b in zip(bounds[:half], bounds[half:], strict=True) if b > a]
        if not spans:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return (
            np.concatenate([index.cell_point[a:b] for a, b in spans]),
            np.concatenate([index.cell_edge[a:b] for a, b in spans]),
        )

    def _project(self, lat: float, lon: float, ring: int) -> Nearby:
        """Project a point on all segments in the cells round it; the last answer is kept."""
        last = self._last
        if last is None or last[0] != (lat, lon, ring):
            self._last = last = (lat, lon, ring), self._projected(lat, lon, ring)
        return last[1]

    def _projected(self, lat: float, lon: float, ring: int) -> Nearby:
        point, edge = self._entries(lat, lon, ring)
        usable = self._usable(edge) | self._usable(self._graph.edge_reverse[edge])
        point, edge = point[usable], edge[usable]
        plat, plon, after = self._graph.point_lat_e7, self._graph.point_lon_e7, point + 1
        # Differences in units of 1e-7 degrees are exact; only they are turned into floating point.
        y, x = round(lat * SHAPE_SCALE), round(lon * SHAPE_SCALE)
        distance, along = project_in_plane(
            lat,
            (plon[point] - x) / SHAPE_SCALE,
            (plat[point] - y) / SHAPE_SCALE,
            (plon[after] - x) / SHAPE_SCALE,
            (plat[after] - y) / SHAPE_SCALE,
        )
        return Nearby(edge=edge, point=point, distance_m=distance, along=along)

    def _fitting(self, found: Nearby, best: float, heading_deg: float) -> int:
        """Choose by distance and by how well a permitted direction fits the heading."""
        bearing = self._bearings(found.point)
        off = np.abs((bearing - heading_deg + 180.0) % 360.0 - 180.0)
        forward = np.where(self._usable(found.edge), off, 360.0)
        backward = np.where(self._usable(self._graph.edge_reverse[found.edge]), 180.0 - off, 360.0)
        score = found.distance_m + np.minimum(forward, backward) / 90.0 * _HEADING_WEIGHT_M
        score = np.where(found.distance_m <= best + _HEADING_REACH_M, score, np.inf)
        return _first_of(found, score)

    def _bearings(self, points: NDArray[np.integer[Any]]) -> FloatArray:
        plat, plon = self._graph.point_lat_e7, self._graph.point_lon_e7
        return bearing_deg(
            plat[points] / SHAPE_SCALE,
            plon[points] / SHAPE_SCALE,
            plat[points + 1] / SHAPE_SCALE,
            plon[points + 1] / SHAPE_SCALE,
        )

    def _snap(
        self,
        lat: float,
        lon: float,
        found: Nearby,
        chosen: int,
        heading_deg: float | None,
        best_m: float = math.inf,
    ) -> Snap:
        graph = self._graph
        edge, point, along = int(found.edge[chosen]), int(found.point[chosen]), float(found.along[chosen])
        shape = graph.shape(edge)
        at = point - int(graph.geometry_first_point[graph.edge_geometry[edge]])
        here = shape[at] + along * (shape[at + 1] - shape[at])
        cumulative = along_line(shape)
        total = float(cumulative[-1])
        metres = float(cumulative[at] + along * (cumulative[at + 1] - cumulative[at]))
        fraction = min(max(metres / total, 0.0), 1.0) if total > 0 else 0.0
        bearing = bearing_between(*shape[at].tolist(), *shape[at + 1].tolist())
        side = _side(shape[at], shape[at + 1], lat, lon, float(found.distance_m[chosen]))
        if self._backward(edge, bearing, side, heading_deg):
            edge, fraction = int(graph.edge_reverse[edge]), 1.0 - fraction
            side = {"left": "right", "right": "left"}.get(side, side)
        return Snap(
            edge=edge,
            fraction=fraction,
            lat=float(here[0]),
            lon=float(here[1]),
            distance_m=float(found.distance_m[chosen]),
            side=side,
            point=(lat, lon),
            away_m=max(float(found.distance_m[chosen]) - best_m, 0.0),
        )

    def _backward(self, edge: int, bearing: float, side: str, heading_deg: float | None) -> bool:
        """Tell whether a driver stands on the opposite direction: by permission, heading, or kerb."""
        graph = self._graph
        if self._state[edge] < 0:
            return True
        if self._state[graph.edge_reverse[edge]] < 0:
            return False
        if heading_deg is not None:
            return abs((bearing - heading_deg + 180.0) % 360.0 - 180.0) > 90.0
        kerb = "left" if int(graph.edge_flags[edge]) & EdgeFlag.LEFT_HAND else "right"
        return side not in ("on", kerb)


def _first_of(found: Nearby, score: FloatArray) -> int:
    """Return the best segment; of equally good ones that with the lowest number, so that answers repeat."""
    best = np.flatnonzero(score <= score.min() + 1e-6)
    return int(best[found.point[best].argmin()])


def _select(found: Nearby, mask: NDArray[Any]) -> Nearby:
    return Nearby(
        edge=found.edge[mask],
        point=found.point[mask],
        distance_m=found.distance_m[mask],
        along=found.along[mask],
    )


def _side(a: FloatArray, b: FloatArray, lat: float, lon: float, distance_m: float) -> str:
    if distance_m < 2.0:
        return "on"
    scale = math.cos(math.radians(lat))
    cross = (b[1] - a[1]) * scale * (lat - a[0]) - (b[0] - a[0]) * (lon - a[1]) * scale
    return "left" if cross > 0 else "right"
