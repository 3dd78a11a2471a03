"""What can be reached within a time: the roads, and the outline of the area round them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE
from nav.graph import FloatArray, Int64Array
from nav.routing.leg import Place
from nav.routing.search import INFINITE_MS
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights

_CELL_M = 60.0
_MAX_CELLS_ACROSS = 400
_THROUGH_PENALTY_MS = 300_000
"""Turns disliked this much lead into roads without through traffic; time alone must not lead through them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """What can be reached from a point within a time."""

    seconds: float
    edges: Int64Array
    """(n,) edges reached, in whole or in part."""
    fraction: FloatArray
    """(n,) how far along each edge the time lasts, 0 … 1."""
    time_s: FloatArray
    """(n,) seconds until the beginning of each edge."""
    outline: tuple[FloatArray, ...]
    """Closed rings of (lat, lon); outer ones run anticlockwise, holes clockwise."""

    def to_geojson(self) -> dict[str, Any]:
        """Return a GeoJSON Feature with a MultiPolygon."""
        outer = [ring for ring in self.outline if _signed_area(ring) > 0]
        holes = [ring for ring in self.outline if _signed_area(ring) <= 0]
        polygons = [[ring, *(hole for hole in holes if _inside(hole[0], ring))] for ring in outer]
        coordinates = [[np.round(ring[:, ::-1], 6).tolist() for ring in polygon] for polygon in polygons]
        return {
            "type": "Feature",
            "properties": {"seconds": self.seconds},
            "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
        }


def reachable(ways: Ways, starts: Sequence[Place], weights: Weights, seconds: float) -> Reachable:
    """Search outwards from the starts until the time is spent."""
    begin_ms, end_ms = _times(ways, starts, weights, seconds * 1000.0)
    limit = seconds * 1000.0
    edges = np.flatnonzero(begin_ms < limit)
    whole = np.maximum(end_ms[edges] - begin_ms[edges], 1.0)
    fraction = np.clip((limit - begin_ms[edges]) / whole, 0.0, 1.0)
    points = _points(ways, edges, fraction)
    return Reachable(
        seconds=seconds,
        edges=edges,
        fraction=fraction,
        time_s=np.maximum(begin_ms[edges], 0.0) / 1000.0,
        outline=tuple(_outline(points)),
    )


def _times(
    ways: Ways, starts: Sequence[Place], weights: Weights, limit_ms: float
) -> tuple[FloatArray, FloatArray]:
    """Return the milliseconds at which each edge is entered and left, inf if not within the limit."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    turns = ways.turns
    source = turns.state_count
    open_arcs = (weights.arc_ms.whole < INFINITE_MS) & (turns.arc_penalty_ms < _THROUGH_PENALTY_MS)
    tail, head, ms = turns.arc_tail[open_arcs], turns.arc_head[open_arcs], weights.arc_ms.whole[open_arcs]
    seeds = [(int(turns.edge_state[p.edge]), ways.legs.remaining_ms(weights, p)) for p in starts]
    tail = np.concatenate((tail, np.full(len(seeds), source)))
    head = np.concatenate((head, [state for state, _ in seeds]))
    # A weight of zero would be no arc to the sparse matrix.
    ms = np.concatenate((ms, [max(cost, 1) for _, cost in seeds])).astype(np.float64)
    graph = csr_matrix((ms, (tail, head)), shape=(source + 1, source + 1))
    edge_ms = weights.edge_ms.whole
    longest = float(edge_ms[edge_ms < INFINITE_MS].max(initial=0))
    reached = dijkstra(graph, directed=True, indices=source, limit=limit_ms + longest)[:source]
    end: FloatArray = np.full(ways.graph.edge_count, np.inf)
    np.minimum.at(end, turns.state_edge, reached)
    return np.asarray(end - edge_ms), end


def _points(ways: Ways, edges: Int64Array, fraction: FloatArray) -> FloatArray:
    """Return points along the reached roads, closer together than a cell."""
    graph = ways.graph
    count = np.maximum(np.ceil(graph.edge_length_m[edges] * fraction / (_CELL_M / 2)).astype(np.int64), 1) + 1
    geometry = graph.edge_geometry[edges]
    first, last = graph.geometry_first_point[geometry], graph.geometry_first_point[geometry + 1] - 1
    edge = np.repeat(np.arange(len(edges)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    share = step / np.repeat(count - 1, count) * fraction[edge]
    share = np.where(graph.edge_forward[edges][edge], share, 1.0 - share)
    # Points of the shape are taken as evenly spread: for an outline of cells that is near enough.
    at = first[edge] + share * (last - first)[edge]
    low = np.minimum(at.astype(np.int64), last[edge] - 1)
    part = at - low
    lat = graph.point_lat_e7[low] * (1 - part) + graph.point_lat_e7[low + 1] * part
    lon = graph.point_lon_e7[low] * (1 - part) + graph.point_lon_e7[low + 1] * part
    return np.stack((lat, lon), axis=1) / 1e7


def _outline(points: FloatArray) -> list[FloatArray]:
    """Return the rings round the cells that hold points, small gaps closed."""
    from scipy.ndimage import binary_closing, binary_dilation

    if not len(points):
        return []
    south, west = points.min(axis=0)
    north, east = points.max(axis=0)
    squeeze = max(float(np.cos(np.radians((south + north) / 2))), 0.05)
    across_m = max((north - south), (east - west) * squeeze) * METRES_PER_DEGREE
    height = max(_CELL_M, across_m / _MAX_CELLS_ACROSS) / METRES_PER_DEGREE
    width = height / squeeze
    rows = ((points[:, 0] - south) / height).astype(np.int64) + 4
    columns = ((points[:, 1] - west) / width).astype(np.int64) + 4
    cells = np.zeros((rows.max() + 5, columns.max() + 5), bool)
    cells[rows, columns] = True
    cells = binary_closing(binary_dilation(cells), iterations=2)
    rings = _trace(cells)
    origin = np.array([south - 4 * height, west - 4 * width])
    return [origin + ring * np.array([height, width]) for ring in rings]


def _trace(cells: NDArray[np.bool_]) -> list[FloatArray]:
    """Return the borders between full and empty cells as closed rings of (row, column) corners.

    The full side lies to the left of the direction of a ring, with rows counted northwards.
    """
    onward: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (dr, dc), start, end in (
        ((-1, 0), (0, 0), (0, 1)),
        ((0, 1), (0, 1), (1, 1)),
        ((1, 0), (1, 1), (1, 0)),
        ((0, -1), (1, 0), (0, 0)),
    ):
        border = cells & ~np.roll(cells, (-dr, -dc), axis=(0, 1))
        for row, column in np.argwhere(border).tolist():
            onward.setdefault((row + start[0], column + start[1]), []).append((row + end[0], column + end[1]))
    rings = []
    for corner in sorted(onward):
        while onward.get(corner):
            ring = [corner, onward[corner].pop()]
            while ring[-1] != corner:
                ring.append(onward[ring[-1]].pop())
            rings.append(_simplified(np.array(ring, np.float64)))
    return rings


def _simplified(ring: FloatArray) -> FloatArray:
    """Leave out corners on straight lines."""
    step = np.diff(ring, axis=0)
    turns = np.any(step != np.roll(step, 1, axis=0), axis=1)
    kept = ring[:-1][turns]
    return np.concatenate((kept, kept[:1]))


def _signed_area(ring: FloatArray) -> float:
    y, x = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def _inside(point: FloatArray, ring: FloatArray) -> bool:
    y, x = float(point[0]) + 1e-12, float(point[1])
    y1, x1, y2, x2 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
    crosses = (y1 > y) != (y2 > y)
    at = x1 + (y - y1) / np.where(crosses, y2 - y1, 1.0) * (x2 - x1)
    return bool((crosses & (at > x)).sum() % 2)
