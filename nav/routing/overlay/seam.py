"""Where packs meet: which pack knows best round each of the nodes that they share, and the strip between.

A pack knows a junction if it has all of its roads. How *deep* a node lies in a pack is the distance to the
nearest road that the pack lacks; each node belongs to the pack in which it lies deepest, so that the cut
between two packs runs in the middle of what both have. The *strip* holds the roads at all junctions where
roads of different packs meet, or that no pack knows as a whole: it is a small cell of its own, between the
cells of the packs, and its border roads are the same in it and in a pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Graph, Int64Array
from nav.region import Network
from nav.routing.overlay.components import main_components
from nav.routing.overlay.merged import node_owner
from nav.routing.overlay.union import Union, unite

_RING_HOPS = 3
_GROWING = 20

OWN, FOREIGN, STRIP = 0, 1, 2
"""Whose a node is: of the pack itself, of another, or of the strip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """What one pack shares with others, and a little more."""

    node: Int64Array
    """Nodes, ascending."""
    depth_m: FloatArray
    """How deep each lies in the pack."""
    belongs: NDArray[np.int8]
    """`OWN`, `FOREIGN` or `STRIP`."""
    strip_edge: Int64Array
    """Edges of the strip, as their way is drawn."""
    is_main: NDArray[np.bool_]
    """For each component of the pack whether it is part of the largest one of all packs."""

    def depth_of(self, nodes: Int64Array) -> FloatArray:
        """Return how deep nodes lie in the pack: 0 where it has none (-1), without end outside the zone."""
        at = self._find(nodes)
        depth = np.where(at >= 0, self.depth_m[at] if len(self.node) else np.inf, np.inf)
        return np.where(nodes >= 0, depth, 0.0)

    def whose(self, nodes: Int64Array) -> NDArray[np.int8]:
        """Return whose nodes of the pack are."""
        at = self._find(nodes)
        return np.where(at >= 0, self.belongs[at] if len(self.node) else OWN, OWN).astype(np.int8)

    def _find(self, nodes: Int64Array) -> Int64Array:
        if not len(self.node):
            return np.full(len(nodes), -1, np.int64)
        at = np.minimum(np.searchsorted(self.node, nodes), len(self.node) - 1)
        return np.where(self.node[at] == nodes, at, -1)


Seam = tuple[Zone, ...]
"""The zone of each pack."""


def depths(seam: Seam, union: Union) -> list[FloatArray]:
    """Return for each pack how deep the nodes of a union lie in it."""
    return [zone.depth_of(nodes) for zone, nodes in zip(seam, union.node, strict=True)]


def find_seam(networks: Sequence[Network]) -> Seam:
    """Find where the roads of some packs meet.

    Parameters
    ----------
    networks
        The same profile on each pack.
    """
    graphs = [network.graph for network in networks]
    edges = _zone_edges(networks)
    union = unite(graphs, edges)
    depth = _depths(graphs, union)
    owner = node_owner(union, depth)
    deepest = np.stack(depth)[owner, np.arange(len(owner))]
    strip = deepest <= 0
    main = main_components(networks, union, strip)
    crossing = owner[union.begin] != owner[union.end]
    strip[union.begin[crossing]] = strip[union.end[crossing]] = True
    _free_border_of_memory(networks, union, owner, strip)
    between = strip[union.begin] | strip[union.end]
    zones = []
    for pack, nodes in enumerate(union.node):
        there = np.flatnonzero(nodes >= 0)
        there = there[np.argsort(nodes[there])]
        belongs = np.where(strip, STRIP, np.where(owner == pack, OWN, FOREIGN)).astype(np.int8)
        strip_edge = union.sources[pack].edge[between]
        zone = Zone(
            node=nodes[there],
            depth_m=depth[pack][there],
            belongs=belongs[there],
            strip_edge=np.unique(strip_edge[strip_edge >= 0]),
            is_main=main[pack],
        )
        zones.append(zone)
    return tuple(zones)


def _zone_edges(networks: Sequence[Network]) -> list[Int64Array]:
    """Return the edges at nodes and ways that several packs have, and those a few junctions farther."""
    graphs = [network.graph for network in networks]
    nodes = _common([graph.node_osm_id for graph in graphs])
    ways = _common([graph.way_osm_id for graph in graphs])
    found = []
    for graph in graphs:
        inside = np.isin(graph.node_osm_id, nodes)
        common = np.isin(graph.way_osm_id, ways)[graph.edge_way]
        inside[graph.edge_from[common]] = inside[graph.edge_to[common]] = True
        for _ in range(_RING_HOPS):
            grown = inside[graph.edge_from]
            inside[graph.edge_to[grown]] = True
        found.append(np.flatnonzero((inside[graph.edge_from] | inside[graph.edge_to]) & graph.edge_forward))
    return found


def _common(ids: Sequence[Int64Array]) -> Int64Array:
    every, count = np.unique(np.concatenate([np.unique(part) for part in ids]), return_counts=True)
    return np.asarray(every[count > 1])


def _depths(graphs: Sequence[Graph], union: Union) -> list[FloatArray]:
    """Return for each pack and node how far it is to the nearest node of a road that the pack lacks."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    count = len(union.osm_id)
    matrix = csr_matrix((_lengths_m(graphs, union), (union.begin, union.end)), shape=(count, count))
    found = []
    for nodes, source in zip(union.node, union.sources, strict=True):
        lacking = nodes < 0
        lacking[union.begin[~source.whole]] = lacking[union.end[~source.whole]] = True
        origins = np.flatnonzero(lacking)
        if not len(origins):
            found.append(np.full(count, np.inf))
            continue
        found.append(dijkstra(matrix, directed=False, indices=origins, min_only=True))
    return found


def _lengths_m(graphs: Sequence[Graph], union: Union) -> FloatArray:
    """Return about how long each piece is."""
    length = np.zeros(len(union.way))
    for graph, source in zip(graphs, union.sources, strict=True):
        there = source.edge >= 0
        edge = source.edge[there]
        shape = np.diff(graph.geometry_first_point)[graph.edge_geometry[edge]]
        length[there] = graph.edge_length_m[edge] * (union.points[there] - 1) / (shape - 1)
    return np.maximum(length, 0.1)


def _free_border_of_memory(
    networks: Sequence[Network], union: Union, owner: Int64Array, strip: NDArray[np.bool_]
) -> None:
    """Let the strip grow until no restriction over ways is half driven on a road at its border."""
    remembered = []
    for network, source in zip(networks, union.sources, strict=True):
        turns, reverse = network.turns, network.graph.edge_reverse
        edges = np.unique(turns.state_edge[turns.plain_count :])
        remembered.append(np.isin(source.edge, np.concatenate((edges, reverse[edges]))) & (source.edge >= 0))
    held = np.logical_or.reduce(remembered)
    for _ in range(_GROWING):
        border = held & (strip[union.begin] != strip[union.end])
        if not border.any():
            return
        strip[union.begin[border]] = strip[union.end[border]] = True
