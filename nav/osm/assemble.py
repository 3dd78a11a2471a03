"""Build the arrays of a `Graph` out of the ways of an extract, vectorised and in a reproducible order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.country import LEFT_HAND_COUNTRIES, CountryGrid
from nav.geometry import bearing_deg, haversine_m, stepped_heading_deg
from nav.graph import SHAPE_SCALE, Access, EdgeFlag, FloatArray, Graph, Int64Array, NodeFlag, RoadClass
from nav.law.rules import Rule, Use
from nav.osm.carriageways import mark_internal_edges
from nav.osm.extract import NodeTraits, RawNetwork, as_array
from nav.osm.signs import WaySigns
from nav.osm.speeds import car_speeds_kph
from nav.osm.tags import WayTraits

HEADING_SPAN_M = 15.0
"""Bearings are taken over this length, so that a crooked first metre does not decide."""
_SPLITTING = (
    NodeFlag.CLOSED
    | NodeFlag.GATE
    | NodeFlag.TOLL_BOOTH
    | NodeFlag.BORDER_CONTROL
    | NodeFlag.MOTORWAY_JUNCTION
)
_ON_PATHS = NodeFlag.NO_BIKE | NodeFlag.NO_FOOT
_URBAN_CELL_DEG = 0.005
_URBAN_M_PER_CELL = 1500.0


class _Strings:
    """Collects strings, each once."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}

    def add(self, text: str) -> int:
        return self._index.setdefault(text, len(self._index)) if text else -1

    def add_even_empty(self, text: str) -> int:
        return self._index.setdefault(text, len(self._index))

    def arrays(self) -> dict[str, NDArray[Any]]:
        encoded = [text.encode() for text in self._index]
        first = np.concatenate(([0], np.cumsum([len(part) for part in encoded], dtype=np.int64)))
        return {
            "string_first": first.astype(np.int64),
            "string_bytes": np.frombuffer(b"".join(encoded), np.uint8).copy(),
        }


class _NameSets:
    """Collects sets of names, each once."""

    def __init__(self, strings: _Strings) -> None:
        self._strings = strings
        self._index: dict[tuple[tuple[str, str], ...], int] = {}

    def add(self, names: tuple[tuple[str, str], ...]) -> int:
        return self._index.setdefault(names, len(self._index)) if names else -1

    def arrays(self) -> dict[str, NDArray[Any]]:
        entries = [entry for names in self._index for entry in names]
        first = np.concatenate(([0], np.cumsum([len(names) for names in self._index], dtype=np.int64)))
        return {
            "name_first": first.astype(np.int64),
            "name_language": np.array([self._strings.add_even_empty(code) for code, _ in entries], np.int32),
            "name_text": np.array([self._strings.add(name) for _, name in entries], np.int32),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    """Pieces of way between two graph nodes; positions count along `RawNetwork.refs`."""

    first: Int64Array
    last: Int64Array
    way: Int64Array


def assemble(network: RawNetwork, *, keep: NDArray[np.bool_], with_rules: bool = True) -> Graph:
    """Cut ways at junctions and lay out nodes and directed edges.

    Parameters
    ----------
    network
        The ways of the extract.
    keep
        (ways,) which ways belong to this graph.
    with_rules
        Whether what depends on the time or the motor vehicle is kept.

    Returns
    -------
    Graph
        In memory, edges sorted by node, nodes in the order of a space-filling curve. The same network gives
        the same arrays.
    """
    refs, x, y = (as_array(a) for a in (network.refs, network.x_e7, network.y_e7))
    splitting = _SPLITTING if with_rules else _SPLITTING | _ON_PATHS
    segments, ids, node_of_position = _cut(network, refs, keep, splitting)
    segments, order = _in_curve_order(segments, node_of_position, x, y)
    strings = _Strings()
    names = _NameSets(strings)
    arrays: dict[str, NDArray[Any]] = {}
    position_of_node = np.empty(len(ids), np.int64)
    position_of_node[node_of_position[segments.first]] = segments.first
    position_of_node[node_of_position[segments.last]] = segments.last
    arrays["node_lat"] = y[position_of_node[order]] / SHAPE_SCALE
    arrays["node_lon"] = x[position_of_node[order]] / SHAPE_SCALE
    arrays["node_osm_id"] = ids[order]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    segment_from = rank[node_of_position[segments.first]]
    segment_to = rank[node_of_position[segments.last]]
    countries = _way_tables(arrays, network, segments, strings, names)
    _geometry(arrays, segments, x, y)
    rules: dict[str, int] = {}
    _edges(arrays, network, segments, segment_from, segment_to, strings)
    _rules_of_edges(arrays, network, rules)
    _node_traits(arrays, network, strings, names, rules)
    if not with_rules:
        rules = {}
        arrays["edge_rule"][:] = arrays["node_rule"][:] = -1
    _signals_inside(arrays, network, segments, refs)
    _urban_and_country(arrays, countries)
    arrays["edge_speed_kph"] = car_speeds_kph(arrays, _way_traits(network, arrays), countries)
    del arrays["segment_way"], arrays["way_source"]
    mark_internal_edges(arrays)
    arrays |= names.arrays()
    arrays |= strings.arrays()
    return Graph(countries=tuple(countries), rules=tuple(rules), **arrays)


def _cut(
    network: RawNetwork, refs: Int64Array, keep: NDArray[np.bool_], splitting: NodeFlag
) -> tuple[_Segments, Int64Array, NDArray[np.int64]]:
    """Find the pieces between graph nodes; also the ids of these nodes and the node at each position."""
    first_ref = as_array(network.first_ref)
    way_of_position = np.repeat(np.arange(len(first_ref) - 1), np.diff(first_ref))
    kept = keep[way_of_position]
    _, inverse, counts = np.unique(refs[kept], return_inverse=True, return_counts=True)
    shared = np.zeros(len(refs), bool)
    shared[kept] = counts[inverse] > 1
    cut_at = [node for node, traits in network.nodes.items() if traits.flags & splitting or traits.rule]
    shared |= np.isin(refs, np.array(sorted(cut_at), np.int64))
    shared[first_ref[:-1]] = True
    shared[first_ref[1:] - 1] = True
    cuts = np.flatnonzero(shared & kept)
    together = way_of_position[cuts[:-1]] == way_of_position[cuts[1:]]
    first, last = cuts[:-1][together], cuts[1:][together]
    ids, at_cut = np.unique(refs[np.concatenate((first, last))], return_inverse=True)
    node_of_position = np.full(len(refs), -1, np.int64)
    node_of_position[np.concatenate((first, last))] = at_cut
    return _Segments(first=first, last=last, way=way_of_position[first]), ids, node_of_position


def _in_curve_order(
    segments: _Segments, node_of_position: NDArray[np.int64], x: NDArray[Any], y: NDArray[Any]
) -> tuple[_Segments, Int64Array]:
    """Leave out pieces without extent; order nodes along a Z-curve: neighbours lie close in memory."""
    point = (node_of_position[segments.first] == node_of_position[segments.last]) & (
        segments.last - segments.first < 2
    )
    kept = _Segments(first=segments.first[~point], last=segments.last[~point], way=segments.way[~point])
    ends = np.concatenate((kept.first, kept.last))
    nodes, where = np.unique(node_of_position[ends], return_index=True)
    code = _interleave(x[ends[where]].astype(np.int64) + 1_800_000_000) << 1
    code |= _interleave(y[ends[where]].astype(np.int64) + 900_000_000)
    return kept, nodes[np.lexsort((nodes, code))]


def _interleave(value: Int64Array) -> Int64Array:
    """Spread the upper 31 of 32 bits so that a zero stands between any two."""
    v = (value >> 1) & 0x7FFFFFFF
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        v = (v | (v << shift)) & mask
    return v


def _way_tables(
    arrays: dict[str, NDArray[Any]],
    network: RawNetwork,
    segments: _Segments,
    strings: _Strings,
    names: _NameSets,
) -> list[str]:
    """Fill the way tables; return the countries met, and leave the country of each way in `arrays`."""
    used = np.unique(segments.way)
    way_ids = as_array(network.way_ids)
    order = used[np.lexsort((used, way_ids[used]))]
    table = np.full(len(way_ids), -1, np.int64)
    table[order] = np.arange(len(order))
    arrays["segment_way"] = table[segments.way]
    arrays["way_osm_id"] = way_ids[order]
    signs = [network.way_signs[w] for w in order.tolist()]
    arrays["way_name"] = np.array([names.add(sign.names) for sign in signs], np.int32)
    arrays["way_ref"] = np.array([strings.add(sign.ref) for sign in signs], np.int32)
    arrays["way_source"] = order
    return []


def _geometry(arrays: dict[str, NDArray[Any]], segments: _Segments, x: NDArray[Any], y: NDArray[Any]) -> None:
    sizes = segments.last - segments.first + 1
    first_point = np.concatenate(([0], np.cumsum(sizes)))
    take = np.repeat(segments.first - first_point[:-1], sizes) + np.arange(first_point[-1])
    arrays["geometry_first_point"] = first_point.astype(np.int64)
    arrays["point_lat_e7"] = y[take].astype(np.int32)
    arrays["point_lon_e7"] = x[take].astype(np.int32)


def _lengths_and_headings(arrays: dict[str, NDArray[Any]]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return length, bearing at the start and bearing at the end of each geometry, as drawn."""
    lat, lon = arrays["point_lat_e7"] / SHAPE_SCALE, arrays["point_lon_e7"] / SHAPE_SCALE
    first, last = arrays["geometry_first_point"][:-1], arrays["geometry_first_point"][1:] - 1
    steps = np.zeros(len(lat))
    steps[1:] = haversine_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    steps[first] = 0.0
    along = np.cumsum(steps)
    length = along[last] - along[first]

    def point(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        after = np.clip(np.searchsorted(along, at, side="left"), first + 1, last)
        span = along[after] - along[after - 1]
        share = np.clip((at - along[after - 1]) / np.where(span > 0, span, 1.0), 0.0, 1.0)
        return (
            lat[after - 1] + share * (lat[after] - lat[after - 1]),
            lon[after - 1] + share * (lon[after] - lon[after - 1]),
        )

    reach = np.minimum(HEADING_SPAN_M, length)
    out_lat, out_lon = point(along[first] + reach)
    in_lat, in_lon = point(along[last] - reach)
    return (
        length,
        bearing_deg(lat[first], lon[first], out_lat, out_lon),
        bearing_deg(in_lat, in_lon, lat[last], lon[last]),
    )


def _edges(
    arrays: dict[str, NDArray[Any]],
    network: RawNetwork,
    segments: _Segments,
    segment_from: Int64Array,
    segment_to: Int64Array,
    strings: _Strings,
) -> None:
    """Lay out two directed edges per segment, sorted by node."""
    count = len(segment_from)
    segment = np.tile(np.arange(count), 2)
    forward = np.repeat([True, False], count)
    edge_from = np.where(forward, segment_from[segment], segment_to[segment])
    edge_to = np.where(forward, segment_to[segment], segment_from[segment])
    order = np.lexsort((~forward, segment, edge_to, edge_from))
    place = np.empty(2 * count, np.int64)
    place[order] = np.arange(2 * count)
    segment, forward = segment[order], forward[order]
    arrays["edge_from"] = edge_from[order].astype(np.int32)
    arrays["edge_to"] = edge_to[order].astype(np.int32)
    arrays["edge_reverse"] = np.where(forward, place[segment + count], place[segment]).astype(np.int32)
    arrays["edge_geometry"] = segment.astype(np.int32)
    arrays["edge_forward"] = forward
    arrays["edge_way"] = arrays["segment_way"][segment].astype(np.int32)
    node_count = len(arrays["node_lat"])
    arrays["node_first_edge"] = np.searchsorted(arrays["edge_from"], np.arange(node_count + 1)).astype(
        np.int64
    )
    length, heading_out, heading_in = _lengths_and_headings(arrays)
    arrays["edge_length_m"] = length.astype(np.float32).astype(np.float64)[segment]
    heading = stepped_heading_deg(
        np.where(forward, heading_out[segment], (heading_in[segment] + 180.0) % 360.0)
    )
    arrays["edge_heading_out_deg"] = heading
    arrays["edge_heading_in_deg"] = (heading[arrays["edge_reverse"]] + np.float32(180.0)) % np.float32(360.0)
    _edge_traits(arrays, network, strings)


def _way_traits(network: RawNetwork, arrays: dict[str, NDArray[Any]]) -> list[WayTraits]:
    return [network.way_traits[w] for w in arrays["way_source"].tolist()]


def _edge_traits(arrays: dict[str, NDArray[Any]], network: RawNetwork, strings: _Strings) -> None:
    """Spread what ways say over their edges."""
    way, forward = arrays["edge_way"], arrays["edge_forward"]
    traits = _way_traits(network, arrays)
    signs: list[WaySigns] = [network.way_signs[w] for w in arrays["way_source"].tolist()]

    def spread(values: Iterable[int], dtype: type[np.generic]) -> NDArray[Any]:
        return np.asarray(np.fromiter(values, np.int64, len(traits)).astype(dtype)[way])

    def by_direction(there: Iterable[int], back: Iterable[int], dtype: type[np.generic]) -> NDArray[Any]:
        return np.where(forward, spread(there, dtype), spread(back, dtype)).astype(dtype)

    arrays["edge_class"] = spread((t.road_class for t in traits), np.uint8)
    arrays["edge_flags"] = spread((t.flags for t in traits), np.uint32)
    arrays["edge_access"] = by_direction(
        (t.forward.access for t in traits), (t.backward.access for t in traits), np.uint8
    )
    arrays["edge_maxspeed_kph"] = by_direction(
        (t.forward.maxspeed_kph for t in traits), (t.backward.maxspeed_kph for t in traits), np.uint8
    )
    arrays["edge_lanes"] = by_direction(
        (t.forward.lanes for t in traits), (t.backward.lanes for t in traits), np.uint8
    )
    for name, attribute in (
        ("edge_turn_lanes", "turn_lanes"),
        ("edge_destination", "destination"),
        ("edge_destination_ref", "destination_ref"),
    ):
        there = [strings.add(getattr(sign, attribute)[0]) for sign in signs]
        back = [strings.add(getattr(sign, attribute)[1]) for sign in signs]
        arrays[name] = by_direction(there, back, np.int32)
    arrays["edge_junction_ref"] = spread([strings.add(sign.junction_ref) for sign in signs], np.int32)
    _one_way_signs(arrays)


def _rules_of_edges(arrays: dict[str, NDArray[Any]], network: RawNetwork, rules: dict[str, int]) -> None:
    """Number the rules of the ways, and give each edge that of its direction."""
    traits = _way_traits(network, arrays)

    def number(text: str) -> int:
        return rules.setdefault(text, len(rules)) if text else -1

    there = np.array([number(t.forward.rule) for t in traits], np.int32)
    back = np.array([number(t.backward.rule) for t in traits], np.int32)
    way = arrays["edge_way"]
    arrays["edge_rule"] = np.where(arrays["edge_forward"], there[way], back[way]).astype(np.int32)
    arrays["edge_flags"] |= np.where(arrays["edge_rule"] >= 0, EdgeFlag.CONDITIONAL, 0).astype(np.uint32)


def _one_way_signs(arrays: dict[str, NDArray[Any]]) -> None:
    """Signs and lane arrows of a one-way road concern the direction that may be driven."""
    closed = (arrays["edge_access"] & Access.CAR) == 0
    for name in ("edge_turn_lanes", "edge_destination", "edge_destination_ref"):
        arrays[name][closed] = -1


def _node_traits(
    arrays: dict[str, NDArray[Any]],
    network: RawNetwork,
    strings: _Strings,
    names: _NameSets,
    rules: dict[str, int],
) -> None:
    count = len(arrays["node_osm_id"])
    rule = np.full(count, -1, np.int32)
    shut = np.zeros(count, bool)
    flags = np.zeros(count, np.uint16)
    exit_ref = np.full(count, -1, np.int32)
    name = np.full(count, -1, np.int32)
    known = np.fromiter(network.nodes, np.int64, len(network.nodes))
    for index in np.flatnonzero(np.isin(arrays["node_osm_id"], known)).tolist():
        traits: NodeTraits = network.nodes[int(arrays["node_osm_id"][index])]
        flags[index] = traits.flags
        exit_ref[index] = strings.add(traits.exit_ref)
        name[index] = names.add(traits.names)
        if traits.rule:
            rule[index] = rules.setdefault(traits.rule, len(rules))
            shut[index] = Rule.from_text(traits.rule).usual == Use.CLOSED
    of_paths = _barriers_of_paths(arrays, network, shut | ((flags & NodeFlag.CLOSED) > 0))
    flags[of_paths] &= ~np.uint16(NodeFlag.CLOSED)
    rule[of_paths] = -1
    arrays["node_rule"] = rule
    arrays["node_exit_ref"], arrays["node_name"] = exit_ref, name
    arrays["node_flags"] = flags
    beside_gate = (flags & (NodeFlag.GATE | NodeFlag.CLOSED)) > 0
    gate = beside_gate[arrays["edge_from"]] | beside_gate[arrays["edge_to"]]
    arrays["edge_flags"] |= np.where(gate, EdgeFlag.GATE, 0).astype(np.uint32)


def _barriers_of_paths(
    arrays: dict[str, NDArray[Any]], network: RawNetwork, shut: NDArray[np.bool_]
) -> Int64Array:
    """Find barriers on a main road where a path branches off: they stand on the path."""
    closed = np.flatnonzero(shut)
    if not len(closed):
        return closed
    refs, first_ref = as_array(network.refs), as_array(network.first_ref)
    positions = np.flatnonzero(np.isin(refs, arrays["node_osm_id"][closed]))
    is_end = np.isin(positions, first_ref[:-1]) | np.isin(positions + 1, first_ref[1:])
    ends = {int(node): 0 for node in arrays["node_osm_id"][closed]}
    for position, end in zip(positions.tolist(), is_end.tolist(), strict=True):
        ends[int(refs[position])] += 1 if end else 2
    driven = (arrays["edge_access"] & Access.CAR) > 0
    best = np.full(len(shut), 99)
    np.minimum.at(best, arrays["edge_from"][driven], arrays["edge_class"][driven])
    meeting = np.array([ends[int(node)] for node in arrays["node_osm_id"][closed]])
    return closed[(meeting > 2) & (best[closed] <= RoadClass.TERTIARY)]


def _signals_inside(
    arrays: dict[str, NDArray[Any]], network: RawNetwork, segments: _Segments, refs: Int64Array
) -> None:
    """Count the traffic signals between the ends of each edge that hold for its direction."""
    counts = np.zeros((2, len(segments.first)), np.int64)
    signals = {n: t.direction for n, t in network.nodes.items() if t.flags & NodeFlag.SIGNALS}
    positions = np.flatnonzero(np.isin(refs, np.fromiter(signals, np.int64, len(signals))))
    order = np.argsort(segments.first, kind="stable")
    starts = segments.first[order]
    where = np.searchsorted(starts, positions, side="right") - 1
    for position, index in zip(positions.tolist(), where.tolist(), strict=True):
        segment = int(order[index]) if index >= 0 else -1
        if segment < 0 or not segments.first[segment] < position < segments.last[segment]:
            continue
        direction = signals[int(refs[position])]
        counts[0, segment] += direction != "backward"
        counts[1, segment] += direction != "forward"
    geometry = arrays["edge_geometry"]
    arrays["edge_signals"] = np.minimum(
        np.where(arrays["edge_forward"], counts[0][geometry], counts[1][geometry]), 255
    ).astype(np.uint8)


def _urban_and_country(arrays: dict[str, NDArray[Any]], countries: list[str]) -> None:
    """Mark built-up areas by the density of streets, and the country and driving side of each edge."""
    lat = (arrays["node_lat"][arrays["edge_from"]] + arrays["node_lat"][arrays["edge_to"]]) / 2
    lon = (arrays["node_lon"][arrays["edge_from"]] + arrays["node_lon"][arrays["edge_to"]]) / 2
    row, column = (
        np.floor(lat / _URBAN_CELL_DEG).astype(np.int64),
        np.floor(lon / _URBAN_CELL_DEG).astype(np.int64),
    )
    street = (arrays["edge_class"] <= RoadClass.LIVING_STREET) & (arrays["edge_class"] != RoadClass.MOTORWAY)
    cells, index = np.unique(row * 100_000 + column, return_inverse=True)
    metres = np.bincount(index, np.where(street, arrays["edge_length_m"] / 2, 0.0), len(cells))
    area = np.maximum(np.cos(np.radians(cells // 100_000 * _URBAN_CELL_DEG)), 0.1)
    urban = (metres / area > _URBAN_M_PER_CELL)[index]
    grid = CountryGrid()
    blocks, block = np.unique(
        np.floor(lat * 50).astype(np.int64) * 100_000 + np.floor(lon * 50).astype(np.int64),
        return_inverse=True,
    )
    codes = [grid.at((b // 100_000 + 0.5) / 50, (_column(b) + 0.5) / 50) for b in blocks.tolist()]
    countries.extend(sorted(set(codes)))
    arrays["edge_country"] = np.array([countries.index(code) for code in codes], np.uint8)[block]
    left = np.array([code in LEFT_HAND_COUNTRIES for code in countries], bool)[arrays["edge_country"]]
    arrays["edge_flags"] |= np.where(urban, EdgeFlag.URBAN, 0).astype(np.uint32)
    arrays["edge_flags"] |= np.where(left, EdgeFlag.LEFT_HAND, 0).astype(np.uint32)


def _column(block: int) -> int:
    """Undo the packing of (row, column), whose column may be negative."""
    column = block % 100_000
    return column - 100_000 if column >= 50_000 else column
