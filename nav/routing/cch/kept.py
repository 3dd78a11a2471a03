"""What the hierarchy of a large region keeps in the cache: itself and costs, mapped instead of held."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import fields

import numpy as np

from nav.graph import Int32Array
from nav.packs.kept_arrays import Arrays, kept_arrays
from nav.packs.paths import cache_home
from nav.routing.cch.hierarchy import Hierarchy, build_hierarchy
from nav.routing.weights.turns import Turns

_FOLDER = "hierarchies"
_MOST_KEPT = 2
"""Hierarchies in the cache: some hundred megabytes each."""
_NAMES = tuple(field.name for field in fields(Hierarchy))


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
        made = build_hierarchy(turns, order())
        return {name: getattr(made, name) for name in _NAMES}

    def fits(arrays: Arrays) -> bool:
        is_whole = set(_NAMES) <= set(arrays)
        return is_whole and (len(arrays["rank"]), len(arrays["arc_edge"])) == (
            turns.state_count,
            len(turns.arc_head),
        )

    arrays = kept_arrays(_FOLDER, digest, make, most=_MOST_KEPT, fits=fits)
    return Hierarchy(**{name: arrays[name] for name in _NAMES})


def mapped_costs(count: int) -> tuple[Int32Array, Int32Array] | None:
    """Return room for the costs of so many up-edges in a file without a name; None if the disk has none."""
    folder = cache_home() / _FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            room = np.memmap(file, np.int32, "w+", shape=(2, count))
    except (OSError, ValueError):
        return None
    both = np.asarray(room)
    return both[0], both[1]
