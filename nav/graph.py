"""The road graph of a region: memory-mapped arrays, one entry per directed edge.

A *node* is where roads meet, end, or change their tags. An *edge* leads from one node to another in one
direction of travel. Both directions of every road are stored, also where driving is forbidden: guidance has
to see what a driver sees. `edge_access` tells who may travel an edge. Edges are sorted by `edge_from`, so the
edges that leave node ``n`` are ``node_first_edge[n] .. node_first_edge[n + 1] - 1``, and those that arrive
there are their `edge_reverse`. Text is held once, in a string table; `-1` stands for "no text".
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.geometry import HEADING_STEP_DEG
from nav.packs.array_store import check_lengths, map_arrays
from nav.packs.columns import Column, coded, decoded, looked_up
from nav.packs.formats import known, upgraded_graph

Int8Array = NDArray[np.int8]
UInt8Array = NDArray[np.uint8]
UInt16Array = NDArray[np.uint16]
Int16Array = NDArray[np.int16]
Int32Array = NDArray[np.int32]
UInt32Array = NDArray[np.uint32]
Int64Array = NDArray[np.int64]
Offsets = NDArray[np.int32] | NDArray[np.int64]
"""Where parts of an array begin: with 32 bits, in packs up to format 5 with 64."""
Float32Array = NDArray[np.float32]
FloatArray = NDArray[np.float64]

SHAPE_SCALE = 1e7
"""Shape points are stored as degrees times this, rounded: the precision of OSM itself."""
NO_LIMIT_KPH = 255
"""Stands for "no speed limit" in `maxspeed` fields."""


class RoadClass(IntEnum):
    """Importance of a road, by `highway`; links have the class of their road and `EdgeFlag.LINK`."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    UNCLASSIFIED = 5
    RESIDENTIAL = 6
    LIVING_STREET = 7
    SERVICE = 8
    """`service` and `road`; driveways, parking aisles and alleys have a flag besides."""
    TRACK = 9
    FERRY = 10
    """`route=ferry` (not a road; the edge is sailed)."""
    PEDESTRIAN = 11
    CYCLEWAY = 12
    PATH = 13
    """`path` and `bridleway`."""
    FOOTWAY = 14
    """`footway`, `corridor`, `platform`, sidewalks and crossings."""
    STEPS = 15


class EdgeFlag(IntFlag):
    """Properties of a directed edge."""

    LINK = 1 << 0
    """`*_link`: slip road, ramp, turning lane."""
    ROUNDABOUT = 1 << 1
    """`junction=roundabout`: a circle on which circulating traffic has priority."""
    CIRCULAR = 1 << 2
    """`junction=circular`: a circle without that rule."""
    TOLL = 1 << 3
    TUNNEL = 1 << 4
    """Tunnel, underpass or covered road: no satellite reception."""
    BRIDGE = 1 << 5
    FERRY = 1 << 6
    UNPAVED = 1 << 7
    ONEWAY = 1 << 8
    """Cars travel this road in one direction only (set on both directed edges of it)."""
    PRIVATE = 1 << 9
    """`access=private|delivery|…`: entering costs; only used to reach a place on it."""
    DESTINATION = 1 << 10
    """`access=destination|customers|permit|…`: no through traffic."""
    DRIVEWAY = 1 << 11
    PARKING_AISLE = 1 << 12
    ALLEY = 1 << 13
    URBAN = 1 << 14
    """Inside a built-up area (by tags, or by the density of streets)."""
    GATE = 1 << 15
    """A gate that may be opened (`barrier=gate|lift_gate|…`) lies on the edge or at its end."""
    LEFT_HAND = 1 << 16
    """Traffic keeps to the left here."""
    HOV = 1 << 17
    """Only for vehicles with several occupants."""
    AREA_CROSSING = 1 << 18
    """Sidewalk or crossing (`footway=sidewalk|crossing`): a part of another street."""
    CONDITIONAL = 1 << 19
    """What cars may do here depends on the time or the vehicle: see `edge_rule`."""
    INTERNAL = 1 << 20
    """Short piece inside a large junction, between the roadways of a road that it crosses."""
    DUAL = 1 << 21
    """`dual_carriageway=yes`: the other direction has a roadway of its own."""
    NO_STOPPING = 1 << 22
    """Nobody may stop here: motorways, expressways, tunnels, roundabouts, ferries."""
    CAR_TRAIN = 1 << 23
    """A ferry that is a train: `route=shuttle_train`."""


class NodeFlag(IntFlag):
    """Properties of a node."""

    SIGNALS = 1 << 0
    STOP = 1 << 1
    GIVE_WAY = 1 << 2
    MINI_ROUNDABOUT = 1 << 3
    TOLL_BOOTH = 1 << 4
    CLOSED = 1 << 5
    """A barrier that a car cannot pass stands here: bollard, block, closed gate."""
    GATE = 1 << 6
    CROSSING = 1 << 7
    MOTORWAY_JUNCTION = 1 << 8
    LEVEL_CROSSING = 1 << 9
    BORDER_CONTROL = 1 << 10
    TURNING_CIRCLE = 1 << 11
    """A place made for turning round, or a loop for it."""
    NO_BIKE = 1 << 12
    """Cyclists cannot pass: a wall, a stile, a locked gate, or a sign."""
    NO_FOOT = 1 << 13
    """Walkers cannot pass."""


class Access(IntFlag):
    """Who may travel a directed edge (also as destination traffic)."""

    CAR = 1
    BIKE = 2
    FOOT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Road graph of one region. What follows from the rest is not in the pack: see `stored_arrays`."""

    # -- nodes, N entries, in the order of a space-filling curve
    node_lat: FloatArray
    """(N,) degrees, WGS-84."""
    node_lon: FloatArray
    """(N,) degrees, WGS-84."""
    node_osm_id: Int64Array
    """(N,) OSM node id."""
    node_flags: UInt16Array
    """(N,) bits of `NodeFlag`."""
    node_exit_ref: Int32Array
    """(N,) text: exit number (`ref` of `highway=motorway_junction`, or `junction:ref` of the node)."""
    node_name: Int32Array
    """(N,) name set of the junction (named motorway exits, named crossings), -1 if it has none."""
    node_rule: Int32Array
    """(N,) index into `rules`: who may pass here; -1 everybody."""
    node_first_edge: Offsets
    """(N + 1,) first edge that leaves each node."""

    # -- directed edges, E entries, sorted by `edge_from`
    edge_from: Int32Array
    """(E,) node where the edge begins."""
    edge_to: Int32Array
    """(E,) node where the edge ends."""
    edge_reverse: Int32Array
    """(E,) the same road in the other direction; always there."""
    edge_length_m: FloatArray
    """(E,) length along the shape, metres; has room in 32 bits."""
    edge_way: Int32Array
    """(E,) index into the way tables."""
    edge_geometry: Int32Array
    """(E,) index into `geometry_first_point`; both directions share one geometry."""
    edge_forward: NDArray[np.bool_]
    """(E,) True where the edge runs as its geometry (and its OSM way) is drawn."""
    edge_class: UInt8Array
    """(E,) `RoadClass`."""
    edge_flags: UInt32Array
    """(E,) bits of `EdgeFlag`."""
    edge_access: UInt8Array
    """(E,) bits of `Access`: who may travel in this direction."""
    edge_speed_kph: Float32Array
    """(E,) speed that a car really makes here when the road is free; of the ship on ferries."""
    edge_maxspeed_kph: UInt8Array
    """(E,) posted or legal limit for display and warnings; 0 unknown, 255 no limit."""
    edge_signals: UInt8Array
    """(E,) traffic signals passed inside the edge (those at its end node are `NodeFlag.SIGNALS`)."""
    edge_lanes: UInt8Array
    """(E,) lanes in this direction; 0 unknown."""
    edge_turn_lanes: Int32Array
    """(E,) text: `turn:lanes` of this direction as tagged (left to right), e.g. `left|through;right`."""
    edge_destination: Int32Array
    """(E,) text: `destination` of this direction, parts separated by `;`."""
    edge_destination_ref: Int32Array
    """(E,) text: `destination:ref` of this direction."""
    edge_junction_ref: Int32Array
    """(E,) text: `junction:ref` of the way (exit number put on the ramp)."""
    edge_heading_out_deg: Float32Array
    """(E,) compass bearing on leaving `edge_from`, over the first 15 m; 0 north, 90 east. A whole number of
    `HEADING_STEP_DEG`."""
    edge_heading_in_deg: Float32Array
    """(E,) compass bearing of travel on reaching `edge_to`, over the last 15 m: the opposite of that in which
    `edge_reverse` leaves."""
    edge_country: UInt8Array
    """(E,) index into `countries`."""
    edge_rule: Int32Array
    """(E,) index into `rules`: what depends on the time or the vehicle; -1 nothing."""

    # -- geometries, G entries, P points in all
    geometry_first_point: Offsets
    """(G + 1,) first point of each geometry, ends included."""
    point_lat_e7: Int32Array
    """(P,) degrees × 1e7."""
    point_lon_e7: Int32Array
    """(P,) degrees × 1e7."""

    # -- OSM ways, W entries
    way_osm_id: Int64Array
    """(W,) OSM way id."""
    way_name: Int32Array
    """(W,) name set, -1 if it has none."""
    way_ref: Int32Array
    """(W,) text: `ref` as tagged, parts separated by `;` (e.g. `G6;G7`)."""

    # -- name sets: `name`, `name:zh`, `name:en`, … of one thing, held once
    name_first: Offsets
    """(S + 1,) first entry of each name set."""
    name_language: Int32Array
    """text: language code of the entry; `` (empty text) for the plain `name`."""
    name_text: Int32Array
    """text: the name in that language."""

    # -- string table
    string_first: Offsets
    """(T + 1,) first byte of each string."""
    string_bytes: UInt8Array
    """UTF-8 text of all strings."""
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2 codes in capitals, indexed by `edge_country`; `` where unknown."""
    rules: tuple[str, ...]
    """Texts of `nav.law.rules.Rule`, indexed by `edge_rule` and `node_rule`."""
    kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was once derived of the arrays and is asked for by many routes, by who derives it."""

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_lat)

    @property
    def edge_count(self) -> int:
        """Number of directed edges, forbidden directions included."""
        return len(self.edge_from)

    def text(self, index: int) -> str:
        """Return a string of the string table; `-1` gives the empty string."""
        if index < 0:
            return ""
        first, last = self.string_first[index], self.string_first[index + 1]
        return str(self.string_bytes[first:last].tobytes(), "utf-8")

    def names(self, name_set: int) -> dict[str, str]:
        """Return a name set as language → name; the plain `name` has the language ``""``."""
        if name_set < 0:
            return {}
        first, last = int(self.name_first[name_set]), int(self.name_first[name_set + 1])
        return {
            self.text(int(self.name_language[i])): self.text(int(self.name_text[i]))
            for i in range(first, last)
        }

    def edge_names(self, edge: int) -> dict[str, str]:
        """Return the names of the edge's street, language → name."""
        return self.names(int(self.way_name[self.edge_way[edge]]))

    def edge_ref(self, edge: int) -> str:
        """Return the road numbers of the edge as tagged, ``""`` if it has none."""
        return self.text(int(self.way_ref[self.edge_way[edge]]))

    def out_edges(self, node: int) -> range:
        """Return the ids of the edges that leave a node, forbidden ones included."""
        return range(int(self.node_first_edge[node]), int(self.node_first_edge[node + 1]))

    def in_edges(self, node: int) -> Int32Array:
        """Return the ids of the edges that arrive at a node, forbidden ones included."""
        out = self.out_edges(node)
        return self.edge_reverse[out.start : out.stop]

    def shape(self, edge: int) -> FloatArray:
        """Return the points of an edge in the direction of travel, ends included: (n, 2) lat, lon."""
        geometry = self.edge_geometry[edge]
        first, last = self.geometry_first_point[geometry], self.geometry_first_point[geometry + 1]
        points = np.empty((last - first, 2))
        points[:, 0] = self.point_lat_e7[first:last]
        points[:, 1] = self.point_lon_e7[first:last]
        points /= SHAPE_SCALE
        return points if self.edge_forward[edge] else points[::-1]

    def country(self, edge: int) -> str:
        """Return the ISO code of the country in which the edge lies, ``""`` if unknown."""
        return self.countries[int(self.edge_country[edge])]


ARRAY_FIELDS: tuple[str, ...] = tuple(
    f.name for f in fields(Graph) if f.name not in ("countries", "rules", "kept")
)
"""Names of the arrays of a `Graph`."""
_HEADINGS = ("edge_heading_out_deg", "edge_heading_in_deg")
_FOLLOWING = frozenset(("edge_from", "edge_way", "edge_length_m", "edge_speed_kph", *_HEADINGS))
_HALF_TURN = np.uint16(1 << 15)
_STEP_DEG = np.float32(HEADING_STEP_DEG)


def stored_arrays(graph: Graph) -> dict[str, NDArray[Any]]:
    """Return the arrays of a graph as a pack holds them.

    Of what both directions of a road have in common one is stored, and what follows from the rest is not.
    """
    arrays = {name: getattr(graph, name) for name in ARRAY_FIELDS if name not in _FOLLOWING}
    edge = np.empty(len(graph.geometry_first_point) - 1, np.int64)
    edge[graph.edge_geometry] = np.arange(graph.edge_count)
    arrays["geometry_way"] = graph.edge_way[edge]
    arrays["geometry_length_m"] = graph.edge_length_m[edge].astype(np.float32)
    arrays["edge_heading"] = np.rint(graph.edge_heading_out_deg / _STEP_DEG).astype(np.uint16)
    if graph.way_osm_id.max(initial=0) <= np.iinfo(np.uint32).max and graph.way_osm_id.min(initial=0) >= 0:
        arrays["way_osm_id"] = graph.way_osm_id.astype(np.uint32)
    return arrays | coded("edge_speed_kph", graph.edge_speed_kph)


def _whole_arrays(stored: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the arrays of a graph, with columns for what is not stored; up to format 6 all is."""
    arrays: dict[str, Any] = decoded(stored)
    if "edge_heading" not in arrays:
        return arrays
    geometry, reverse, heading = (arrays[f"edge_{name}"] for name in ("geometry", "reverse", "heading"))
    length_m = arrays["geometry_length_m"]
    count = len(reverse)
    return arrays | {
        "edge_from": looked_up(arrays["edge_to"], reverse),
        "edge_way": looked_up(arrays["geometry_way"], geometry),
        "edge_length_m": Column(count, lambda at: length_m[geometry[at]].astype(np.float64)),
        "edge_heading_out_deg": Column(count, lambda at: heading[at] * _STEP_DEG),
        "edge_heading_in_deg": Column(count, lambda at: (heading[reverse[at]] ^ _HALF_TURN) * _STEP_DEG),
    }


def load_graph(file: Path, *, countries: tuple[str, ...], rules: tuple[str, ...]) -> Graph:
    """Map the arrays of a graph into memory (nothing is read until it is used)."""
    stored = upgraded_graph(map_arrays(file), rules)
    plain = {"node": "node_lat", "edge": "edge_reverse", "way": "way_osm_id", "point": "point_lat_e7"}
    lengths = {begin: len(stored[name]) for begin, name in plain.items()}
    check_lengths(stored, lengths | {"geometry": len(stored["geometry_first_point"]) - 1})
    return Graph(countries=countries, rules=rules, **known(_whole_arrays(stored), ARRAY_FIELDS))
