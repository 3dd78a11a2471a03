"""The roads near a line, cut out of several packs: what a route over them is guided and drawn on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE
from nav.graph import FloatArray, Graph, Int64Array, Offsets
from nav.region import Network, Region
from nav.routing.overlay.merged import Merged, merge
from nav.routing.overlay.merged_turns import merged_network
from nav.routing.overlay.seam import Seam, depths
from nav.routing.overlay.union import unite
from nav.routing.snap import CELL_M, COLUMNS

_STEP_M = CELL_M / 2


def corridor(
    networks: Sequence[Network], seam: Seam, lines: Sequence[FloatArray], reach_m: float
) -> tuple[Merged, Network] | None:
    """Return the roads of all packs that lie near some lines, as one network; None if there are none.

    Parameters
    ----------
    networks
        The same profile on each pack.
    seam
        Where they meet.
    lines
        (n, 2) lat, lon each.
    reach_m
        How far from a line a road may be, at least.
    """
    points = np.concatenate([_dense(line) for line in lines])
    edges = [edges_near(network, points, reach_m) for network in networks]
    if not any(map(len, edges)):
        return None
    graphs = [network.graph for network in networks]
    # The cells of packs differ. What one has near is taken from all: who decides on a turn has to see it.
    ends = [_ends(graph, own).ravel() for graph, own in zip(graphs, edges, strict=True)]
    there = np.unique(np.concatenate(ends))
    for pack, (network, graph) in enumerate(zip(networks, graphs, strict=True)):
        around = edges_near(network, points, reach_m + 2 * CELL_M)
        known = np.isin(_ends(graph, around), there).all(axis=0)
        edges[pack] = np.union1d(edges[pack], around[known])
    union = unite(graphs, edges)
    merged = merge(graphs, union, depths(seam, union))
    return merged, merged_network(networks, merged, seam)


def _ends(graph: Graph, edges: Int64Array) -> Int64Array:
    """Return (2, n) the ids of the nodes where edges begin and end."""
    return np.asarray(graph.node_osm_id[np.stack((graph.edge_from[edges], graph.edge_to[edges]))])


def region_of(regions: Sequence[Region], network: Network) -> Region:
    """Return a region that is on no disk: one network out of several packs."""
    boxes = np.array([region.bbox for region in regions])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    meta = replace(
        regions[0].meta,
        name=" + ".join(region.name for region in regions),
        bbox=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        countries=network.graph.countries,
        rules=network.graph.rules,
        conditions=network.rules.conditions,
        files={},
    )
    return Region.made_of(meta, network)


def edges_near(network: Network, points: FloatArray, reach_m: float) -> Int64Array:
    """Return the edges near some points, as their way is drawn."""
    index = network.snap_index
    height, width = index.cell_deg.tolist()
    row = np.floor((points[:, 0] + 90.0) / height).astype(np.int64)
    column = np.floor((points[:, 1] + 180.0) / width).astype(np.int64)
    keys = np.unique(row * COLUMNS + column)
    ring = math.ceil(reach_m / CELL_M)
    step = np.arange(-ring, ring + 1, dtype=np.int64)
    keys = np.unique(keys[:, None] + step)
    keys = np.unique(keys[:, None] + step * COLUMNS)
    at = np.searchsorted(index.cell_key, keys)
    there = at < len(index.cell_key)
    there[there] = index.cell_key[at[there]] == keys[there]
    spans = _spans(index.cell_first, at[there])
    return np.unique(index.cell_edge[spans]).astype(np.int64)


def _spans(first: Offsets, of: Int64Array) -> Int64Array:
    count = first[of + 1] - first[of]
    begin = np.repeat(first[of] - (np.cumsum(count) - count), count)
    return np.asarray(begin + np.arange(len(begin)))


def _dense(line: FloatArray) -> FloatArray:
    """Return a line with so many points that none of the cells that it passes is left out."""
    if len(line) < 2:
        return line
    scale = np.array([1.0, math.cos(math.radians(float(line[0, 0])))])
    steps = np.hypot(*((line[1:] - line[:-1]) * scale).T) * METRES_PER_DEGREE
    parts = np.maximum(np.ceil(steps / _STEP_M).astype(np.int64), 1)
    piece = np.repeat(np.arange(len(parts)), parts)
    share: NDArray[np.float64] = (np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[
        piece
    ]
    inner = line[piece] + share[:, None] * (line[piece + 1] - line[piece])
    return np.concatenate((inner, line[-1:]))
