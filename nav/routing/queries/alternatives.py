"""Other good ways: single-via paths that differ enough, are not much longer, and hold no detour.

A candidate leads over one edge chosen as via: the best way to it and the best way on from it. Two sweeps give
the cost over every via. It is kept if it shares little with what is kept already, is not much dearer than the
best, and is locally best around the via (the T-test of Abraham, Delling, Goldberg and Werneck, "Alternative
routes in road networks", 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nav.geometry import METRES_PER_DEGREE, haversine_m
from nav.graph import FloatArray, Graph, Int64Array, RoadClass
from nav.routing.leg import LegPath, Place
from nav.routing.search import INFINITE_MS
from nav.routing.ways import Ways
from nav.routing.weights.metric import every_of
from nav.routing.weights.weights import Weights

MAX_SHARED = 0.75
"""Share of its length that an alternative may have in common with another route."""
MAX_STRETCH = 1.3
"""How much dearer than the best an alternative may be."""
_LOCAL_SHARE = 0.25
"""Any part as long as this share of the best route is itself the best way."""
_MAX_VIAS = 4000
_MAX_TRIED = 60


def find_alternatives(
    ways: Ways,
    starts: Sequence[Place],
    ends: Sequence[Place],
    best: LegPath,
    weights: Weights,
    count: int,
) -> list[LegPath]:
    """Return up to `count` good ways besides the best, the cheapest first."""
    vias = _vias(ways, best)
    if not len(vias):
        return []
    cost = _cost_over(ways, starts, ends, vias, weights)
    limit = best.cost_ms * MAX_STRETCH
    good = np.flatnonzero(cost <= limit)
    good = good[np.lexsort((vias[good], cost[good]))]
    kept: list[LegPath] = [best]
    seen: set[int] = set(best.edges.tolist())
    tried = 0
    for index in good.tolist():
        via = int(vias[index])
        if via in seen or tried >= _MAX_TRIED or len(kept) > count:
            continue
        tried += 1
        path = _over(ways, starts, ends, via, weights)
        if path is None:
            continue
        seen.update(path.edges.tolist())
        if path.cost_ms <= limit and _differs(ways, path, kept) and _is_clean(ways, path, via, best, weights):
            kept.append(path)
    return kept[1:]


def _vias(ways: Ways, best: LegPath) -> Int64Array:
    """Choose edges that a sensible other way could lead over."""
    graph, turns = ways.graph, ways.turns
    first, last = int(best.edges[0]), int(best.edges[-1])
    ends = [(float(graph.node_lat[n]), float(graph.node_lon[n])) for n in _ends_of(graph, first, last)]
    nodes = _around(graph, ends, max(ways.length_m(best) * 1.5, 500.0))
    edges = graph.edge_reverse[every_of(graph.node_first_edge, nodes)]
    usable = (turns.edge_state[edges] >= 0) & (turns.edge_component[edges] == 0)
    usable &= (graph.edge_class[edges] <= RoadClass.RESIDENTIAL) | (ways.profile != "car")
    usable &= ~np.isin(edges, best.edges)
    vias = np.sort(edges[usable]).astype(np.int64)
    if len(vias) > _MAX_VIAS:
        # The most important roads, evenly thinned: every longer stretch keeps some of its edges.
        vias = vias[np.argsort(graph.edge_class[vias], kind="stable")][: _MAX_VIAS * 4]
        vias = np.sort(vias)[:: max(len(vias) // _MAX_VIAS, 1)]
    return vias


def _ends_of(graph: Graph, first: int, last: int) -> tuple[int, int]:
    return int(graph.edge_from[first]), int(graph.edge_to[last])


def _around(graph: Graph, ends: Sequence[tuple[float, float]], most_m: float) -> Int64Array:
    """Return the nodes over which the beeline from one end to the other is no longer than so much."""
    reach = most_m / METRES_PER_DEGREE
    (south, _), (north, _) = sorted(ends)
    near = np.flatnonzero((graph.node_lat >= south - reach) & (graph.node_lat <= north + reach))
    lat, lon = graph.node_lat[near], graph.node_lon[near]
    over_m = haversine_m(lat, lon, *ends[0]) + haversine_m(lat, lon, *ends[1])
    return np.asarray(near[over_m <= most_m])


def _cost_over(
    ways: Ways, starts: Sequence[Place], ends: Sequence[Place], vias: Int64Array, weights: Weights
) -> FloatArray:
    """Return the cost of the best way over each via, milliseconds."""
    edge_state, legs = ways.turns.edge_state, ways.legs
    states = edge_state[vias].tolist()
    sources = [(int(edge_state[p.edge]), p.penalty_ms + legs.remaining_ms(weights, p)) for p in starts]
    open_ends = [p for p in ends if weights.edge_ms[p.edge] < INFINITE_MS]
    targets, offset = legs.targets(weights, open_ends)
    there = ways.engine.many(weights, [sources], states)[0]
    onward = ways.engine.into(weights, states, [targets])[:, 0]
    return np.asarray(there + onward - offset)


def _over(
    ways: Ways, starts: Sequence[Place], ends: Sequence[Place], via: int, weights: Weights
) -> LegPath | None:
    """Return the best way over the whole of a via edge."""
    there, onward = ways.legs.find_each(
        weights, [(starts, [Place(edge=via, fraction=1.0)]), ([Place(edge=via, fraction=0.0)], ends)]
    )
    if there is None or onward is None or there.edges[-1] != via or len(onward.edges) < 2:
        return None
    return LegPath(
        edges=np.concatenate((there.edges, onward.edges[1:])),
        spans=np.concatenate((there.spans, onward.spans[1:])),
        time_ms=np.concatenate((there.time_ms, onward.time_ms[1:])),
        cost_ms=there.cost_ms + onward.cost_ms - int(weights.edge_ms[via]),
        limits_kph=weights.limits_kph,
    )


def _differs(ways: Ways, path: LegPath, kept: Sequence[LegPath]) -> bool:
    lengths = ways.graph.edge_length_m[path.edges]
    return all(
        lengths[np.isin(path.edges, other.edges)].sum() <= MAX_SHARED * lengths.sum() for other in kept
    )


def _is_clean(ways: Ways, path: LegPath, via: int, best: LegPath, weights: Weights) -> bool:
    """Tell whether a way passes no place twice, does not turn back, and is locally best around the via."""
    graph, edges = ways.graph, path.edges
    nodes = graph.edge_to[edges[:-1]]
    if len(np.unique(nodes)) < len(nodes) or np.any(graph.edge_reverse[edges[:-1]] == edges[1:]):
        return False
    middle = int(np.flatnonzero(edges == via)[0])
    along = np.cumsum(path.time_ms)
    reach = _LOCAL_SHARE * best.cost_ms
    first = int(np.searchsorted(along, along[middle] - reach))
    last = min(int(np.searchsorted(along, along[middle] + reach)), len(edges) - 1)
    part = edges[first : last + 1]
    if len(part) < 3:
        return True
    begin, end = Place(edge=int(part[0]), fraction=0.5), Place(edge=int(part[-1]), fraction=0.5)
    shortest = ways.legs.find(weights, [begin], [end])
    return shortest is not None and bool(np.array_equal(shortest.edges, part))
