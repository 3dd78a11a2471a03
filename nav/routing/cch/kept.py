"""What the hierarchy of a large region keeps in the cache: itself and costs, mapped instead of held."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

import numpy as np

from nav.graph import Int32Array
from nav.packs.kept_arrays import Arrays, kept_arrays
from nav.packs.paths import cache_home
from nav.routing.cch.hierarchy import Hierarchy, build_hierarchy, from_named, to_named
from nav.routing.cch.library import let_go
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

    made: list[Arrays] = []

    def make() -> Arrays:
        made.append(to_named(build_hierarchy(turns, order())))
        return made[0]

    def fits(arrays: Arrays) -> bool:
        try:
            made = from_named(arrays)
        except KeyError:  # as a program before this one kept it
            return False
        return (len(made.rank), len(made.arc_edge)) == (turns.state_count, len(turns.arc_head))

    arrays = kept_arrays(_FOLDER, digest, make, most=_MOST_KEPT, fits=fits)
    if made and arrays is not made[0]:
        let_go(made[0].values())
    return from_named(arrays)


def mapped_costs(hierarchy: Hierarchy) -> tuple[Int32Array, Int32Array] | None:
    """Return room for the costs of the edges in a file without a name; None if the disk has none."""
    up, down = (len(side.head) for side in hierarchy.sides)
    folder = cache_home() / _FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            room = np.memmap(file, np.int32, "w+", shape=(up + down,))
    except (OSError, ValueError):
        return None
    both = np.asarray(room)
    return both[:up], both[up:]
