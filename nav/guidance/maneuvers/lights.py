"""Traffic lights before a turn: which of those ahead it is made at."""

from __future__ import annotations

from collections.abc import Sequence

from nav.graph import Graph, NodeFlag

_SIGNALS = int(NodeFlag.SIGNALS)
_ONE_CROSSING_M = 45.0
LIGHTS_WITHIN_M = 400.0
"""Lights are counted over no longer a way."""


def lights_before(graph: Graph, edges: Sequence[int], start_m: Sequence[float], i: int) -> tuple[float, ...]:
    """Return where the traffic lights before a junction stand, with its own as the last.

    Parameters
    ----------
    graph : Graph
        The road graph.
    edges : sequence of int
        Edges of the route.
    start_m : sequence of float
        Where each begins along the route, metres, with the end of the last.
    i : int
        The junction at the end of this edge.

    Returns
    -------
    tuple of float
        Metres along the route; empty if the junction has no light, or if one stands somewhere inside an edge,
        so that a driver might count another one.
    """
    flags = graph.node_flags
    here_m = start_m[i + 1]
    if not int(flags[graph.edge_to[edges[i]]]) & _SIGNALS:
        return ()
    found = [here_m]
    for j in range(i, -1, -1):
        if graph.edge_signals[edges[j]]:
            return ()
        if start_m[j] < here_m - LIGHTS_WITHIN_M or j == 0:
            break
        # The lights of both carriageways of a road that is crossed are one to the driver.
        has_light = int(flags[graph.edge_from[edges[j]]]) & _SIGNALS
        if has_light and found[-1] - start_m[j] > _ONE_CROSSING_M:
            found.append(start_m[j])
    return tuple(reversed(found))
