"""Pairs at any size against a search that shares nothing with the index: SciPy's, from one source to all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from nav.graph import FloatArray, Int64Array
from nav.routing.router import Router
from nav.routing.search import INFINITE_MS, Found
from nav.routing.weights.turns import Turns

LARGE = 3_000_000
"""Of more edges one search takes half a minute."""
_SOURCES, _TARGETS = 20, 50
_SOURCES_OF_LARGE, _TARGETS_OF_LARGE = 3, 20


def count_equal(router: Router, avoid: frozenset[str]) -> tuple[int, int]:
    """Return how many pairs were asked, and for how many the cost is that of the search and of its own path.

    Parameters
    ----------
    router
        Asked for the paths.
    avoid
        Under which wish.
    """
    turns, weights = router.turns, router.metrics.weights(avoid)
    router.engine.prepare(weights)
    is_large = router.graph.edge_count > LARGE
    sources = _SOURCES_OF_LARGE if is_large else _SOURCES
    targets = _TARGETS_OF_LARGE if is_large else _TARGETS
    states = np.random.default_rng(3).choice(turns.state_count, sources * (targets + 1), replace=False)
    arc_ms = weights.arc_ms.whole
    equal = 0
    for source, *ends in states.reshape(sources, targets + 1).tolist():
        asked = [([(source, 0)], [(end, 0)]) for end in ends]
        found = router.engine.run(weights, asked)
        equal += _equal(turns, arc_ms, found, searched_ms(turns, arc_ms, source)[ends])
    return sources * targets, equal


def searched_ms(turns: Turns, arc_ms: Int64Array, source: int) -> FloatArray:
    """Return the cost from a state to every other, inf where no way leads."""
    cost = np.where(arc_ms < INFINITE_MS, arc_ms, np.inf)
    graph = csr_matrix((cost, turns.arc_head, turns.first_arc), shape=(turns.state_count,) * 2)
    reached: Any = dijkstra(graph, indices=source)
    return np.asarray(reached, np.float64)


def _equal(turns: Turns, arc_ms: Int64Array, found: Sequence[Found | None], costs: FloatArray) -> int:
    return sum(
        math.isinf(cost) if path is None else path.cost_ms == cost and _adds_up(turns, arc_ms, path)
        for path, cost in zip(found, costs.tolist(), strict=True)
    )


def _adds_up(turns: Turns, arc_ms: Int64Array, path: Found) -> bool:
    """Tell whether a path leads from state to state, and costs what it says."""
    arcs, states = np.array(path.arcs, np.int64), np.array(path.states, np.int64)
    first = turns.first_arc
    leads = (first[states[:-1]] <= arcs) & (arcs < first[states[:-1] + 1])
    leads &= turns.arc_head[arcs] == states[1:]
    return bool(leads.all()) and int(arc_ms[arcs].sum()) == path.cost_ms
