"""The order in which the states of a graph are contracted: nested dissection, by a library."""

from __future__ import annotations

import numpy as np

from nav.graph import Graph, Int32Array
from nav.routing.weights.turns import Turns


def compute_order(turns: Turns, graph: Graph) -> Int32Array:
    """Compute the contraction order of the states by nested dissection (done once, at build)."""
    import routingkit_cch

    if not len(turns.arc_head):  # the library cannot bear a graph without arcs
        return np.arange(turns.state_count, dtype=np.int32)
    edge = turns.state_edge
    lat = (graph.node_lat[graph.edge_from[edge]] + graph.node_lat[graph.edge_to[edge]]) / 2
    lon = (graph.node_lon[graph.edge_from[edge]] + graph.node_lon[graph.edge_to[edge]]) / 2
    order = routingkit_cch.compute_order_inertial(
        turns.state_count, turns.arc_tail.tolist(), turns.arc_head.tolist(), lat.tolist(), lon.tolist()
    )
    return np.array(order, np.int32)
