"""One small graph out of some roads of several packs: each road as the pack has it that knows it best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.geometry import bearing_between, cumulative_m, stepped_heading_deg
from nav.graph import SHAPE_SCALE, FloatArray, Graph, Int64Array
from nav.routing.overlay.union import Union

_HEADING_SPAN_M = 15.0
_TEXTS = ("edge_turn_lanes", "edge_destination", "edge_destination_ref", "edge_junction_ref")
_COPIED = (
    "edge_class",
    "edge_flags",
    "edge_access",
    "edge_speed_kph",
    "edge_maxspeed_kph",
    "edge_signals",
    "edge_lanes",
    "edge_length_m",
    "edge_heading_out_deg",
    "edge_heading_in_deg",
)
_AT_NODES = ("node_lat", "node_lon", "node_flags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Roads of several packs as one graph."""

    graph: Graph
    union: Union
    """Its pieces; its nodes have the same numbers."""
    piece: Int64Array
    """(E,) piece of each edge."""
    edge_in: tuple[Int64Array, ...]
    """For each pack (E,) the same edge there; -1 if it has none, or not as one edge."""
    host: Int64Array
    """(E,) pack from which each edge was taken."""

    def keys(self) -> Int64Array:
        """Return (E, 5) what tells the edges from all others, in any graph out of these packs."""
        union, piece = self.union, self.piece
        columns = (
            union.way[piece],
            union.osm_id[union.begin[piece]],
            union.osm_id[union.end[piece]],
            union.points[piece],
            self.graph.edge_forward.astype(np.int64),
        )
        return np.stack(columns, axis=1)


def merge(graphs: Sequence[Graph], union: Union, depth_m: Sequence[FloatArray]) -> Merged:
    """Make a graph of a union.

    Parameters
    ----------
    graphs
        The roads of each pack.
    union
        What of them counts.
    depth_m
        For each pack and node of the union how far the pack knows the roads round it; where several have a
        road that one is believed that knows most.
    """
    chosen = _hosts(union, depth_m)
    edge_from, edge_to, piece, forward, reverse = _layout(union)
    host = chosen[piece]
    source = np.empty(len(piece), np.int64)
    for pack, graph in enumerate(graphs):
        drawn = union.sources[pack].edge[piece]
        mine = host == pack
        source[mine] = np.where(forward, drawn, graph.edge_reverse[drawn])[mine]
    arrays: dict[str, NDArray[Any]] = {
        "edge_from": edge_from.astype(np.int32),
        "edge_to": edge_to.astype(np.int32),
        "edge_reverse": reverse.astype(np.int32),
        "edge_forward": forward,
        "edge_geometry": piece.astype(np.int32),
        "node_osm_id": union.osm_id,
        "node_first_edge": np.searchsorted(edge_from, np.arange(len(union.osm_id) + 1)).astype(np.int64),
    }
    collected = _Collected()
    for name in _COPIED:
        arrays[name] = _gathered(graphs, host, source, _field(name))
    _geometry(arrays, graphs, union, chosen)
    _nodes(arrays, graphs, union, depth_m, collected)
    _ways(arrays, graphs, union, chosen, collected)
    arrays["edge_way"] = np.searchsorted(arrays["way_osm_id"], union.way[piece]).astype(np.int32)
    for name in _TEXTS:
        arrays[name] = _gathered(graphs, host, source, collected.texts(name))
    arrays["edge_rule"] = _gathered(graphs, host, source, collected.rules("edge_rule"))
    arrays["edge_country"] = _gathered(graphs, host, source, collected.countries).astype(np.uint8)
    _measure_cut(arrays, graphs, union, chosen)
    graph = Graph(
        countries=tuple(collected.country), rules=tuple(collected.rule), **arrays, **collected.arrays()
    )
    edge_in = tuple(_same_edge(g, union, i, piece, forward) for i, g in enumerate(graphs))
    return Merged(graph=graph, union=union, piece=piece, edge_in=edge_in, host=host)


def node_owner(union: Union, depth_m: Sequence[FloatArray]) -> Int64Array:
    """Return the pack that knows most round each node."""
    depth = [np.where(nodes >= 0, d, -1.0) for nodes, d in zip(union.node, depth_m, strict=True)]
    return np.asarray(np.argmax(np.stack(depth), axis=0))


def _hosts(union: Union, depth_m: Sequence[FloatArray]) -> Int64Array:
    """Choose for each piece the pack that knows it best: whole before cut, then by depth."""
    scores = []
    for source, depth in zip(union.sources, depth_m, strict=True):
        score = np.minimum(np.minimum(depth[union.begin], depth[union.end]), 1e9)
        score = np.where(source.whole, score + 1e10, score)
        scores.append(np.where(source.edge >= 0, score, -1.0))
    return np.asarray(np.argmax(np.stack(scores), axis=0))


def _layout(union: Union) -> tuple[Int64Array, Int64Array, Int64Array, NDArray[np.bool_], Int64Array]:
    """Lay out two directed edges a piece, sorted by node."""
    count = len(union.way)
    piece = np.tile(np.arange(count), 2)
    forward = np.repeat([True, False], count)
    edge_from = np.where(forward, union.begin[piece], union.end[piece])
    edge_to = np.where(forward, union.end[piece], union.begin[piece])
    order = np.lexsort((~forward, piece, edge_to, edge_from))
    place = np.empty(2 * count, np.int64)
    place[order] = np.arange(2 * count)
    reverse = np.where(forward[order], place[piece[order] + count], place[piece[order]])
    return edge_from[order], edge_to[order], piece[order], forward[order], reverse


Take = Callable[[Graph, Int64Array], NDArray[Any]]


def _field(name: str) -> Take:
    return lambda graph, at: np.asarray(getattr(graph, name)[at])


def _gathered(graphs: Sequence[Graph], host: Int64Array, source: Int64Array, take: Take) -> NDArray[Any]:
    """Return what each pack says of those things that are taken from it."""
    out: NDArray[Any] | None = None
    for pack, graph in enumerate(graphs):
        mine = np.flatnonzero(host == pack)
        values = take(graph, source[mine])
        out = np.empty(len(host), values.dtype) if out is None else out
        out[mine] = values
    assert out is not None
    return out


class _Collected:
    """Texts, names, countries and rules of several packs, each once."""

    def __init__(self) -> None:
        self._text: dict[str, int] = {}
        self._names: dict[tuple[tuple[int, int], ...], int] = {}
        self.country: dict[str, int] = {}
        self.rule: dict[str, int] = {}

    def add(self, text: str) -> int:
        """Return the number of a text."""
        return self._text.setdefault(text, len(self._text))

    def texts(self, name: str) -> Take:
        """Return what numbers the texts of a field anew."""
        return lambda graph, at: _renumbered(getattr(graph, name)[at], lambda i: self.add(graph.text(i)))

    def names(self, graph: Graph, sets: NDArray[Any]) -> NDArray[np.int32]:
        """Number name sets anew."""

        def number(name_set: int) -> int:
            entries = tuple((self.add(k), self.add(v)) for k, v in graph.names(name_set).items())
            return self._names.setdefault(entries, len(self._names))

        return _renumbered(sets, number)

    def rules(self, name: str) -> Take:
        """Return what numbers the rules of a field anew."""

        def take(graph: Graph, at: Int64Array) -> NDArray[np.int32]:
            return _renumbered(
                getattr(graph, name)[at], lambda i: self.rule.setdefault(graph.rules[i], len(self.rule))
            )

        return take

    def countries(self, graph: Graph, at: Int64Array) -> NDArray[np.int32]:
        """Number countries anew."""
        return _renumbered(
            graph.edge_country[at].astype(np.int32),
            lambda i: self.country.setdefault(graph.countries[i], len(self.country)),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the tables of texts and names."""
        entries = [entry for names in self._names for entry in names]
        encoded = [text.encode() for text in self._text]
        return {
            "name_first": _bounds([len(names) for names in self._names]),
            "name_language": np.array([code for code, _ in entries], np.int32),
            "name_text": np.array([text for _, text in entries], np.int32),
            "string_first": _bounds([len(part) for part in encoded]),
            "string_bytes": np.frombuffer(b"".join(encoded), np.uint8),
        }


def _bounds(sizes: Sequence[int]) -> Int64Array:
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))).astype(np.int64)


def _renumbered(values: NDArray[Any], number: Callable[[int], int]) -> NDArray[np.int32]:
    used, which = np.unique(values, return_inverse=True)
    new = np.array([number(i) if i >= 0 else -1 for i in used.tolist()], np.int32)
    return np.asarray(new[which.reshape(-1)], np.int32)


def _geometry(
    arrays: dict[str, NDArray[Any]], graphs: Sequence[Graph], union: Union, chosen: Int64Array
) -> None:
    first_point = _bounds(union.points.tolist())
    lat, lon = np.empty(first_point[-1], np.int32), np.empty(first_point[-1], np.int32)
    for pack, graph in enumerate(graphs):
        mine = np.flatnonzero(chosen == pack)
        sizes = union.points[mine]
        offset = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        here = np.repeat(first_point[mine], sizes) + offset
        there = np.repeat(union.sources[pack].first[mine], sizes) + offset
        lat[here], lon[here] = graph.point_lat_e7[there], graph.point_lon_e7[there]
    arrays |= {"geometry_first_point": first_point, "point_lat_e7": lat, "point_lon_e7": lon}


def _nodes(
    arrays: dict[str, NDArray[Any]],
    graphs: Sequence[Graph],
    union: Union,
    depth_m: Sequence[FloatArray],
    collected: _Collected,
) -> None:
    owner = node_owner(union, depth_m)
    source = np.stack(union.node)[owner, np.arange(len(owner))]
    for name in _AT_NODES:
        arrays[name] = _gathered(graphs, owner, source, _field(name))
    arrays["node_exit_ref"] = _gathered(graphs, owner, source, collected.texts("node_exit_ref"))
    arrays["node_rule"] = _gathered(graphs, owner, source, collected.rules("node_rule"))
    arrays["node_name"] = _gathered(
        graphs, owner, source, lambda graph, at: collected.names(graph, graph.node_name[at])
    )


def _ways(
    arrays: dict[str, NDArray[Any]],
    graphs: Sequence[Graph],
    union: Union,
    chosen: Int64Array,
    collected: _Collected,
) -> None:
    ways, piece = np.unique(union.way, return_index=True)
    host = chosen[piece]
    edge = np.stack([source.edge for source in union.sources])[host, piece]
    arrays["way_osm_id"] = ways
    arrays["way_name"] = _gathered(
        graphs, host, edge, lambda graph, at: collected.names(graph, graph.way_name[graph.edge_way[at]])
    )
    arrays["way_ref"] = _gathered(
        graphs,
        host,
        edge,
        lambda graph, at: _renumbered(
            graph.way_ref[graph.edge_way[at]], lambda i: collected.add(graph.text(i))
        ),
    )


def _measure_cut(
    arrays: dict[str, NDArray[Any]], graphs: Sequence[Graph], union: Union, chosen: Int64Array
) -> None:
    """Measure the edges that are parts of an edge of their pack."""
    whole = np.stack([source.whole for source in union.sources])[chosen, np.arange(len(chosen))]
    for edge in np.flatnonzero(~whole[arrays["edge_geometry"]]).tolist():
        piece = int(arrays["edge_geometry"][edge])
        first, last = arrays["geometry_first_point"][piece : piece + 2].tolist()
        points = np.stack((arrays["point_lat_e7"][first:last], arrays["point_lon_e7"][first:last]), axis=1)
        shape = (points if arrays["edge_forward"][edge] else points[::-1]) / SHAPE_SCALE
        along = cumulative_m(shape)
        length = float(along[-1])
        reach = min(_HEADING_SPAN_M, length)
        ahead, behind = _at(shape, along, reach), _at(shape, along, length - reach)
        arrays["edge_length_m"][edge] = np.float32(length)
        out_deg = bearing_between(*_at(shape, along, 0.0), *ahead)
        in_deg = bearing_between(*behind, *_at(shape, along, length))
        arrays["edge_heading_out_deg"][edge] = stepped_heading_deg(out_deg)
        arrays["edge_heading_in_deg"][edge] = stepped_heading_deg(in_deg)
        arrays["edge_signals"][edge] = 0


def _at(shape: FloatArray, along: FloatArray, metres: float) -> tuple[float, float]:
    return float(np.interp(metres, along, shape[:, 0])), float(np.interp(metres, along, shape[:, 1]))


def _same_edge(
    graph: Graph, union: Union, pack: int, piece: Int64Array, forward: NDArray[np.bool_]
) -> Int64Array:
    source = union.sources[pack]
    drawn = np.where(source.whole, source.edge, -1)[piece]
    return np.where(forward | (drawn < 0), drawn, graph.edge_reverse[drawn]).astype(np.int64)
