"""Legs joined to a route: an edge on which travel simply goes on over a stop stands once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nav.graph import Int64Array, UInt8Array
from nav.routing.leg import LegPath
from nav.routing.route import Route
from nav.routing.route_line import Leg
from nav.routing.snap import Snap
from nav.routing.ways import Ways
from nav.routing.weights.metric import broken_avoids


def assemble_route(
    ways: Ways, snaps: Sequence[Snap], paths: Sequence[LegPath], avoid: frozenset[str]
) -> Route:
    """Put legs together; an edge on which travel simply goes on over a stop stands once."""
    graph = ways.graph
    edges, spans, times = [paths[0].edges], [paths[0].spans], [paths[0].time_ms]
    bounds = [(0, len(paths[0].edges) - 1)]
    for before, after in pairwise(paths):
        last = bounds[-1][1]
        goes_on = before.edges[-1] == after.edges[0] and before.spans[-1, 1] == after.spans[0, 0]
        skip = 1 if goes_on else 0
        if goes_on:
            spans[-1] = spans[-1].copy()
            spans[-1][-1, 1] = after.spans[0, 1]
            times[-1] = times[-1].copy()
            times[-1][-1] += after.time_ms[0]
        if len(after.edges) > skip:
            edges.append(after.edges[skip:])
            spans.append(after.spans[skip:])
            times.append(after.time_ms[skip:])
        first = last if goes_on else last + 1
        bounds.append((first, first + len(after.edges) - 1))
    all_edges, all_spans = np.concatenate(edges), np.concatenate(spans)
    time_s = np.concatenate(times) / 1000.0
    lengths = [ways.length_m(path) for path in paths]
    legs = tuple(
        Leg(
            start=snaps[i],
            end=snaps[i + 1],
            first_edge=bounds[i][0],
            last_edge=bounds[i][1],
            start_fraction=float(path.spans[0, 0]),
            end_fraction=float(path.spans[-1, 1]),
            distance_m=lengths[i],
            duration_s=float(path.time_ms.sum()) / 1000.0,
        )
        for i, path in enumerate(paths)
    )
    return Route(
        graph=graph,
        profile=ways.profile,
        edges=all_edges,
        spans=all_spans,
        edge_duration_s=time_s,
        limits_kph=_limits_kph(ways, all_edges, bounds, paths),
        distance_m=sum(lengths),
        duration_s=float(sum(int(path.time_ms.sum()) for path in paths)) / 1000.0,
        cost_s=sum(path.cost_ms for path in paths) / 1000.0,
        legs=legs,
        stops=tuple(snaps),
        avoid=avoid,
        avoid_broken=broken_avoids(graph, all_edges, avoid) if avoid else (),
    )


def _limits_kph(
    ways: Ways, edges: Int64Array, bounds: Sequence[tuple[int, int]], paths: Sequence[LegPath]
) -> UInt8Array:
    """Return the limit on each edge of a route, as it is on the leg that leads over it."""
    limits = ways.graph.edge_maxspeed_kph[edges].copy()
    for (first, last), path in zip(bounds, paths, strict=True):
        if path.limits_kph:
            for i in range(first, last + 1):
                limits[i] = path.limits_kph.get(int(edges[i]), limits[i])
    return limits
