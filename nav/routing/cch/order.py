"""The order in which the states of a graph are contracted: nested dissection, by our kernels or a library."""

from __future__ import annotations

import numpy as np

from nav.graph import Graph, Int32Array
from nav.routing.cch.library import call, library
from nav.routing.weights.turns import Turns


def compute_order(turns: Turns, graph: Graph) -> Int32Array:
    """Compute the contraction order of the states by nested dissection (done once, at build)."""
    if not len(turns.arc_head):
        return np.arange(turns.state_count, dtype=np.int32)
    return _dissected(turns, graph) if library() is not None else _by_library(turns, graph)


def _dissected(turns: Turns, graph: Graph) -> Int32Array:
    """Cut the map through its streets: a cut street is both directions, and whatever is remembered on it."""
    edge = turns.state_edge
    street = np.minimum(edge, graph.edge_reverse[edge])
    state = np.argsort(street, kind="stable").astype(np.int32)
    kept, count = np.unique(street, return_counts=True)
    first_state = np.concatenate(([0], np.cumsum(count))).astype(np.int32)
    ends = graph.edge_from[kept], graph.edge_to[kept]
    number = np.full(graph.node_count, -1, np.int32)
    number[ends[0]] = number[ends[1]] = 0
    node = np.flatnonzero(number == 0)
    number[node] = np.arange(len(node), dtype=np.int32)
    middle = graph.node_lat[node].mean(), graph.node_lon[node].mean()
    y = (graph.node_lat[node] - middle[0]).astype(np.float32)
    x = ((graph.node_lon[node] - middle[1]) * np.cos(np.radians(middle[0]))).astype(np.float32)
    order = np.empty(turns.state_count, np.int32)
    streets = (len(kept), number[ends[0]], number[ends[1]], first_state, state)
    call("cch_order", len(node), x, y, *streets, order)
    return order


def _by_library(turns: Turns, graph: Graph) -> Int32Array:
    import routingkit_cch

    edge = turns.state_edge
    lat = (graph.node_lat[graph.edge_from[edge]] + graph.node_lat[graph.edge_to[edge]]) / 2
    lon = (graph.node_lon[graph.edge_from[edge]] + graph.node_lon[graph.edge_to[edge]]) / 2
    order = routingkit_cch.compute_order_inertial(
        turns.state_count, turns.arc_tail.tolist(), turns.arc_head.tolist(), lat.tolist(), lon.tolist()
    )
    return np.array(order, np.int32)
