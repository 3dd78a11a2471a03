"""The index that a pack stores, of cars under their usual costs: exact routes begin when it is mapped."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from nav.region import Network
from nav.routing.cch.hierarchy import StateNames, build_hierarchy, customise, pruned_ladder, to_arrays
from nav.routing.cch.library import library
from nav.routing.engine import Engine
from nav.routing.weights.metric import Metrics


def index_arrays(network: Network) -> dict[str, NDArray[Any]]:
    """Return the arrays of the index of a network that has its order; none where it cannot be made."""
    if library() is None or network.order is None or not len(network.turns.arc_head):
        return {}
    order = network.order
    engine = Engine(network.graph, network.turns, lambda: order, use_index=False)
    weights = Metrics(network, engine).under(frozenset(), network.rules.usual())
    arc_ms = weights.arc_ms.whole
    hierarchy = build_hierarchy(network.turns, order)
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    names = StateNames(network.turns, network.graph)
    return to_arrays(pruned_ladder(hierarchy, costs, names), arc_ms, weights.basis)
