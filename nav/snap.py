"""Find the road at a coordinate: a grid over all shape segments, stored in the pack."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE, bearing_deg, cumulative_m, project_to_segments
from nav.graph import SHAPE_SCALE, FloatArray, Graph, Int32Array, Int64Array

CELL_M = 200.0
"""Side of a grid cell, metres."""
_COLUMNS = 1 << 24
_HEADING_REACH_M = 30.0
_HEADING_WEIGHT_M = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """A place on a road."""

    edge: int
    """Directed edge on which a driver stands (the one whose near side the point is on, or that fits the heading)."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapIndex:
    """Grid of shape segments; every field is an array of the same name in the pack."""

    cell_key: Int64Array
    """Cells that hold something, sorted: row × 2²⁴ + column."""
    cell_first: Int64Array
    """First entry of each cell, with the end of the last."""
    cell_point: Int32Array
    """Shape point at which a segment of the cell begins."""
    geometry_edge: Int32Array
    """(G,) the edge that runs as each geometry is drawn."""
    cell_deg: FloatArray
    """(2,) height and width of a cell, degrees."""


SNAP_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(SnapIndex))
"""Names of the arrays of a `SnapIndex`, each a file `<name>.npy`."""


def load_snap_index(folder: Path) -> SnapIndex:
    """Map the arrays of the grid into memory."""
    return SnapIndex(
        **{name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in SNAP_FIELDS}
    )


def build_snap_index(graph: Graph) -> SnapIndex:
    """Build the grid over all segments of a graph."""
    lat, lon = graph.point_lat_e7 / SHAPE_SCALE, graph.point_lon_e7 / SHAPE_SCALE
    is_last = np.zeros(len(lat), bool)
    is_last[graph.geometry_first_point[1:] - 1] = True
    start = np.flatnonzero(~is_last)
    height = CELL_M / METRES_PER_DEGREE
    width = height / max(math.cos(math.radians(float(np.abs(lat).max(initial=0.0)))), 0.05)
    reach = np.maximum(
        np.abs(lat[start + 1] - lat[start]) / height, np.abs(lon[start + 1] - lon[start]) / width
    )
    pieces = np.ceil(reach).astype(np.int64) + 1
    point = np.repeat(start, pieces)
    step = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    count = np.repeat(pieces, pieces)
    keys = []
    for share in (step / count, (step + 1) / count):
        row = _row(lat[point] + share * (lat[point + 1] - lat[point]), height)
        column = _column(lon[point] + share * (lon[point + 1] - lon[point]), width)
        keys.append((row, column))
    (row_a, column_a), (row_b, column_b) = keys
    # A piece is no longer than a cell, so it touches at most the cells of its ends and the two between.
    every = np.concatenate([r * _COLUMNS + c for r in (row_a, row_b) for c in (column_a, column_b)])
    pair = np.unique(np.stack((every, np.tile(point, 4)), axis=1), axis=0)
    cell_key, first = np.unique(pair[:, 0], return_index=True)
    geometry_edge = np.empty(len(graph.geometry_first_point) - 1, np.int32)
    forward = np.flatnonzero(graph.edge_forward)
    geometry_edge[graph.edge_geometry[forward]] = forward
    return SnapIndex(
        cell_key=cell_key,
        cell_first=np.append(first, len(pair)).astype(np.int64),
        cell_point=pair[:, 1].astype(np.int32),
        geometry_edge=geometry_edge,
        cell_deg=np.array([height, width]),
    )


def _row(lat: NDArray[np.float64], height: float) -> Int64Array:
    return np.floor((lat + 90.0) / height).astype(np.int64)


def _column(lon: NDArray[np.float64], width: float) -> Int64Array:
    return np.floor((lon + 180.0) / width).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Segments near a point, one entry each."""

    edge: Int64Array
    """Edge that runs as the segment is drawn."""
    point: Int64Array
    """Shape point at which the segment begins."""
    distance_m: FloatArray
    along: FloatArray
    """Nearest place on the segment, 0 … 1."""


class Snapper:
    """Snaps coordinates to the edges that one profile may travel."""

    def __init__(self, graph: Graph, index: SnapIndex, usable: NDArray[np.bool_]) -> None:
        self._graph, self._index, self._usable = graph, index, usable
        self._height, self._width = index.cell_deg.tolist()

    def nearby(self, lat: float, lon: float, radius_m: float) -> Nearby:
        """Return all travelled segments within a radius, in no particular order."""
        points = self._points(lat, lon, math.ceil(radius_m / CELL_M))
        found = self._project(lat, lon, points)
        return _select(found, found.distance_m <= radius_m)

    def nearest(
        self,
        lat: float,
        lon: float,
        *,
        max_distance_m: float,
        heading_deg: float | None = None,
        only: NDArray[np.bool_] | None = None,
    ) -> Snap | None:
        """Return the nearest place on a road, or the one that fits the heading; None if none is near enough."""
        ring, limit = 1, math.ceil(max_distance_m / CELL_M) + 1
        while True:
            found = self._project(lat, lon, self._points(lat, lon, ring))
            if only is not None:
                reverse = self._graph.edge_reverse[found.edge]
                found = _select(found, only[found.edge] | only[reverse])
            best = float(found.distance_m.min(initial=np.inf))
            # Cells narrow towards the poles: the grid is sized at the region's far end.
            if best + (_HEADING_REACH_M if heading_deg is not None else 0.0) <= ring * CELL_M or ring > limit:
                break
            ring = min(ring * 2, limit + 1)
        if best > max_distance_m:
            return None
        if heading_deg is None:
            chosen = int(np.lexsort((found.point, np.round(found.distance_m, 6)))[0])
        else:
            chosen = self._fitting(found, best, heading_deg)
        return self._snap(lat, lon, found, chosen, heading_deg)

    def snap_to(self, lat: float, lon: float, found: Nearby, chosen: int) -> Snap:
        """Return the place on one of the segments found near a point."""
        return self._snap(lat, lon, found, chosen, None)

    def _points(self, lat: float, lon: float, ring: int) -> Int64Array:
        row, column = int((lat + 90.0) // self._height), int((lon + 180.0) // self._width)
        rows = np.arange(row - ring, row + ring + 1, dtype=np.int64)
        low = np.searchsorted(self._index.cell_key, rows * _COLUMNS + (column - ring))
        high = np.searchsorted(self._index.cell_key, rows * _COLUMNS + (column + ring), side="right")
        spans = zip(self._index.cell_first[low].tolist(), self._index.cell_first[high].tolist(), strict=True)
        parts = [self._index.cell_point[a:b] for a, b in spans if b > a]
        return np.unique(np.concatenate(parts)).astype(np.int64) if parts else np.empty(0, np.int64)

    def _project(self, lat: float, lon: float, points: Int64Array) -> Nearby:
        graph = self._graph
        geometry = np.searchsorted(graph.geometry_first_point, points, side="right") - 1
        edge = self._index.geometry_edge[geometry].astype(np.int64)
        usable = self._usable[edge] | self._usable[graph.edge_reverse[edge]]
        points, edge = points[usable], edge[usable]
        plat, plon = graph.point_lat_e7, graph.point_lon_e7
        distance, along = project_to_segments(
            lat,
            lon,
            plat[points] / SHAPE_SCALE,
            plon[points] / SHAPE_SCALE,
            plat[points + 1] / SHAPE_SCALE,
            plon[points + 1] / SHAPE_SCALE,
        )
        return Nearby(edge=edge, point=points, distance_m=distance, along=along)

    def _fitting(self, found: Nearby, best: float, heading_deg: float) -> int:
        """Choose by distance and by how well a permitted direction fits the heading."""
        bearing = self._bearings(found.point)
        off = np.abs((bearing - heading_deg + 180.0) % 360.0 - 180.0)
        forward = np.where(self._usable[found.edge], off, 360.0)
        backward = np.where(self._usable[self._graph.edge_reverse[found.edge]], 180.0 - off, 360.0)
        score = found.distance_m + np.minimum(forward, backward) / 90.0 * _HEADING_WEIGHT_M
        score = np.where(found.distance_m <= best + _HEADING_REACH_M, score, np.inf)
        return int(np.lexsort((found.point, np.round(score, 6)))[0])

    def _bearings(self, points: Int64Array) -> FloatArray:
        plat, plon = self._graph.point_lat_e7, self._graph.point_lon_e7
        return bearing_deg(
            plat[points] / SHAPE_SCALE,
            plon[points] / SHAPE_SCALE,
            plat[points + 1] / SHAPE_SCALE,
            plon[points + 1] / SHAPE_SCALE,
        )

    def _snap(self, lat: float, lon: float, found: Nearby, chosen: int, heading_deg: float | None) -> Snap:
        graph = self._graph
        edge, point, along = int(found.edge[chosen]), int(found.point[chosen]), float(found.along[chosen])
        shape = graph.shape(edge)
        at = point - int(graph.geometry_first_point[graph.edge_geometry[edge]])
        here = shape[at] + along * (shape[at + 1] - shape[at])
        cumulative = cumulative_m(shape)
        total = float(cumulative[-1])
        metres = float(cumulative[at] + along * (cumulative[at + 1] - cumulative[at]))
        fraction = min(max(metres / total, 0.0), 1.0) if total > 0 else 0.0
        bearing = float(self._bearings(np.array([point]))[0])
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
        )

    def _backward(self, edge: int, bearing: float, side: str, heading_deg: float | None) -> bool:
        """Tell whether a driver stands on the opposite direction: by permission, heading, or kerb."""
        graph = self._graph
        if not self._usable[edge]:
            return True
        if not self._usable[graph.edge_reverse[edge]]:
            return False
        if heading_deg is not None:
            return abs((bearing - heading_deg + 180.0) % 360.0 - 180.0) > 90.0
        from nav.graph import EdgeFlag

        kerb = "left" if int(graph.edge_flags[edge]) & EdgeFlag.LEFT_HAND else "right"
        return side not in ("on", kerb)


def _select(found: Nearby, mask: NDArray[np.bool_]) -> Nearby:
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
