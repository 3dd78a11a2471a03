"""Roads of several packs as one network: what is the same road is found by the ids of OpenStreetMap.

A *piece* is a road between two junctions that any of the packs knows, as its way is drawn. Where one pack
does not know a junction on a road of its own, since the other road lies beyond its border, the road is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import Graph, Int64Array

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the pieces of a union lie in one pack; an entry for each piece."""

    edge: Int64Array
    """Edge that runs as the way is drawn, -1 if the pack does not have the piece."""
    first: Int64Array
    """First shape point."""
    last: Int64Array
    """Last shape point."""
    whole: BoolArray
    """Whether the piece is the whole edge."""

    def at(self, pieces: Int64Array) -> Sources:
        """Return the entries of some pieces."""
        return Sources(
            edge=self.edge[pieces],
            first=self.first[pieces],
            last=self.last[pieces],
            whole=self.whole[pieces],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Pieces of road, and the nodes at their ends."""

    osm_id: Int64Array
    """(N,) id of each node, ascending."""
    node: tuple[Int64Array, ...]
    """For each pack (N,) its node, -1 if it has none there."""
    way: Int64Array
    """(P,) OSM way of each piece."""
    begin: Int64Array
    """(P,) node at which each piece begins, as its way is drawn."""
    end: Int64Array
    """(P,) node at which it ends."""
    points: Int64Array
    """(P,) number of its shape points."""
    sources: tuple[Sources, ...]
    """For each pack where its pieces lie."""

    def only(self, pieces: Int64Array) -> Union:
        """Return a part of it."""
        used, where = np.unique(np.concatenate((self.begin[pieces], self.end[pieces])), return_inverse=True)
        return Union(
            osm_id=self.osm_id[used],
            node=tuple(nodes[used] for nodes in self.node),
            way=self.way[pieces],
            begin=where[: len(pieces)],
            end=where[len(pieces) :],
            points=self.points[pieces],
            sources=tuple(source.at(pieces) for source in self.sources),
        )


def unite(graphs: Sequence[Graph], edges: Sequence[Int64Array]) -> Union:
    """Unite some roads of several packs.

    Parameters
    ----------
    graphs
        The roads of each pack.
    edges
        Those that count of each, as edges that run as their way is drawn.
    """
    rows = [_rows(graph, chosen) for graph, chosen in zip(graphs, edges, strict=True)]
    rows = _cut_at_foreign_junctions(graphs, rows)
    keys = np.concatenate([row[:, :4] for row in rows])
    different, which = np.unique(keys, axis=0, return_inverse=True)
    which = which.reshape(-1)
    ids = np.unique(different[:, 1:3])
    bounds = np.cumsum([0, *map(len, rows)])
    different, which = _in_map_order(different, which, np.concatenate(rows), bounds)
    sources, nodes = [], []
    for graph, row, first, last in zip(graphs, rows, bounds[:-1], bounds[1:], strict=True):
        sources.append(_sources(row, which[first:last], len(different)))
        nodes.append(_nodes(graph, row, ids))
    return Union(
        osm_id=ids,
        node=tuple(nodes),
        way=different[:, 0],
        begin=np.searchsorted(ids, different[:, 1]),
        end=np.searchsorted(ids, different[:, 2]),
        points=different[:, 3],
        sources=tuple(sources),
    )


def _in_map_order(
    different: Int64Array, which: Int64Array, rows: Int64Array, bounds: Int64Array
) -> tuple[Int64Array, Int64Array]:
    """Order pieces by their way, and along it: of equally near roads every graph takes the same one."""
    pack = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    place = np.empty((2, len(different)), np.int64)
    # The first pack that has a piece is written last.
    place[:, which[::-1]] = np.stack((pack, rows[:, 5]))[:, ::-1]
    order = np.lexsort((place[1], place[0], different[:, 0]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return different[order], rank[which]


def _rows(graph: Graph, edges: Int64Array) -> Int64Array:
    """Return way, ids of the ends, number of points, edge, first and last point, and whether it is whole."""
    geometry = graph.edge_geometry[edges]
    first = graph.geometry_first_point[geometry]
    last = graph.geometry_first_point[geometry + 1] - 1
    columns = (
        graph.way_osm_id[graph.edge_way[edges]],
        graph.node_osm_id[graph.edge_from[edges]],
        graph.node_osm_id[graph.edge_to[edges]],
        last - first + 1,
        edges,
        first,
        last,
        np.ones(len(edges), np.int64),
    )
    return np.stack([np.asarray(column, np.int64) for column in columns], axis=1)


def _cut_at_foreign_junctions(graphs: Sequence[Graph], rows: Sequence[Int64Array]) -> list[Int64Array]:
    """Cut edges at junctions of their way that only another pack knows."""
    ways = [np.unique(row[:, 0]) for row in rows]
    every, count = np.unique(np.concatenate(ways), return_counts=True)
    common = every[count > 1]
    if not len(common):
        return list(rows)
    places = np.concatenate(
        [_ends(g, row[np.isin(row[:, 0], common)]) for g, row in zip(graphs, rows, strict=True)]
    )
    places = np.unique(places, axis=0)
    return [_cut(g, row, np.isin(row[:, 0], common), places) for g, row in zip(graphs, rows, strict=True)]


def _ends(graph: Graph, rows: Int64Array) -> Int64Array:
    """Return way, place and id of the junctions at the ends of edges."""
    parts = []
    for osm_id, point in ((rows[:, 1], rows[:, 5]), (rows[:, 2], rows[:, 6])):
        parts.append(np.stack((rows[:, 0], _place(graph, point), osm_id), axis=1))
    return np.concatenate(parts)


def _place(graph: Graph, points: Int64Array) -> Int64Array:
    lat, lon = graph.point_lat_e7[points].astype(np.int64), graph.point_lon_e7[points].astype(np.int64)
    return (lat << 32) + lon


def _cut(graph: Graph, rows: Int64Array, common: BoolArray, places: Int64Array) -> Int64Array:
    candidates = np.flatnonzero(common & (rows[:, 3] > 2))
    inner = rows[candidates, 3] - 2
    owner = np.repeat(candidates, inner)
    point = rows[owner, 5] + 1 + np.arange(inner.sum()) - np.repeat(np.cumsum(inner) - inner, inner)
    at = np.stack((rows[owner, 0], _place(graph, point)), axis=1)
    found = _look_up(places[:, :2], at)
    hit = found >= 0
    if not hit.any():
        return rows
    pieces = [np.delete(rows, np.unique(owner[hit]), axis=0)]
    for row in np.unique(owner[hit]).tolist():
        mine = hit & (owner == row)
        pieces.append(_pieces(rows[row], point[mine], places[found[mine], 2]))
    return np.concatenate(pieces)


def _pieces(row: Int64Array, points: Int64Array, ids: Int64Array) -> Int64Array:
    """Return an edge cut at some of its points."""
    bounds = np.concatenate(([row[5]], points, [row[6]]))
    nodes = np.concatenate(([row[1]], ids, [row[2]]))
    cut = np.tile(row, (len(bounds) - 1, 1))
    cut[:, 1], cut[:, 2] = nodes[:-1], nodes[1:]
    cut[:, 5], cut[:, 6] = bounds[:-1], bounds[1:]
    cut[:, 3] = cut[:, 6] - cut[:, 5] + 1
    cut[:, 7] = 0
    return cut


def _look_up(table: Int64Array, wanted: Int64Array) -> Int64Array:
    """Return the row of a table in which each pair stands, -1 where it does not."""
    both = np.concatenate((table, wanted))
    _, which = np.unique(both, axis=0, return_inverse=True)
    which = which.reshape(-1)
    row = np.full(int(which.max(initial=0)) + 1, -1, np.int64)
    row[which[: len(table)]] = np.arange(len(table))
    return np.asarray(row[which[len(table) :]])


def _sources(rows: Int64Array, which: Int64Array, count: int) -> Sources:
    edge, first, last = (np.full(count, -1, np.int64) for _ in range(3))
    whole = np.zeros(count, bool)
    edge[which], first[which], last[which] = rows[:, 4], rows[:, 5], rows[:, 6]
    whole[which] = rows[:, 7] > 0
    return Sources(edge=edge, first=first, last=last, whole=whole)


def _nodes(graph: Graph, rows: Int64Array, ids: Int64Array) -> Int64Array:
    """Return the nodes of one pack that are ends of its own edges."""
    node = np.full(len(ids), -1, np.int64)
    whole = rows[:, 4]
    for edge_node, osm_id in (
        (graph.edge_from[whole], graph.node_osm_id[graph.edge_from[whole]]),
        (graph.edge_to[whole], graph.node_osm_id[graph.edge_to[whole]]),
    ):
        at = np.searchsorted(ids, osm_id)
        inside = at < len(ids)
        inside[inside] = ids[at[inside]] == osm_id[inside]
        node[at[inside]] = edge_node[inside]
    return node
