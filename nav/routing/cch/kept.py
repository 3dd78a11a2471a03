"""The hierarchy of a large region is kept in the cache, and mapped instead of held."""

from __future__ import annotations

from collections.abc import Callable

from nav.graph import Int32Array
from nav.packs.kept_arrays import Arrays, kept_arrays
from nav.packs.paths import cache_home
from nav.routing.cch.hierarchy import Hierarchy, build_hierarchy, from_named, to_named
from nav.routing.cch.memory import mapped_memory
from nav.routing.weights.turns import Turns

_FOLDER = "hierarchies"
_MOST_KEPT = 2
"""Hierarchies in the cache: some hundred megabytes each."""


def kept_hierarchy(turns: Turns, order: Callable[[], Int32Array], digest: str) -> Hierarchy:
    """Return the hierarchy of a graph from the cache, or make it and keep it there.

    Parameters
    ----------
    turns
        The graph.
    order
        Gives the contraction order.
    digest
        Tells the graph from every other.
    """

    def make() -> Arrays:
        with mapped_memory(cache_home()):
            return to_named(build_hierarchy(turns, order()))

    def fits(arrays: Arrays) -> bool:
        try:
            made = from_named(arrays)
        except KeyError:  # as a program before this one kept it
            return False
        return (len(made.rank), len(made.arc_edge)) == (turns.state_count, len(turns.arc_head))

    return from_named(kept_arrays(_FOLDER, digest, make, most=_MOST_KEPT, fits=fits))
