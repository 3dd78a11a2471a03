"""What the hierarchy of a large region keeps in the cache: itself and costs, mapped instead of held."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np

from nav.graph import Int32Array
from nav.packs.array_store import map_arrays, write_arrays
from nav.packs.pack import sha256_of
from nav.packs.paths import cache_home
from nav.packs.staging import sync_tree
from nav.routing.cch.hierarchy import Hierarchy, build_hierarchy
from nav.routing.weights.turns import Turns

log = logging.getLogger("xiaogao")

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
    folder = cache_home() / "hierarchies"
    for file in folder.glob(f"{digest}-*.arrays"):
        try:
            if sha256_of(file) == file.stem.rpartition("-")[2]:
                return _read(file, turns)
        except (OSError, ValueError, KeyError) as error:
            log.warning("the index in the cache is made again: %s", error)
        with contextlib.suppress(OSError):
            file.unlink()
    made = build_hierarchy(turns, order())
    try:
        return _read(_write(made, folder, digest), turns)
    except (OSError, ValueError) as error:  # a full or read-only disk costs memory, and the next start time
        log.warning("the index is kept in memory: %s", error)
        return made


def _write(made: Hierarchy, folder: Path, digest: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="part-") as part:
        file = Path(part) / "hierarchy.arrays"
        _, content = write_arrays(file, {name: getattr(made, name) for name in _NAMES})
        sync_tree(Path(part))
        kept = file.rename(folder / f"{digest}-{content}.arrays")
    files = sorted(folder.glob("*.arrays"), key=lambda path: path.stat().st_mtime)
    for old in files[:-_MOST_KEPT]:
        old.unlink()
    return kept


def _read(file: Path, turns: Turns) -> Hierarchy:
    arrays = map_arrays(file)
    found = Hierarchy(**{name: arrays[name] for name in _NAMES})
    if len(found.rank) != turns.state_count or len(found.arc_edge) != len(turns.arc_head):
        raise ValueError(f"{file.name} is of another graph")
    return found


def mapped_costs(count: int) -> tuple[Int32Array, Int32Array] | None:
    """Return room for the costs of so many up-edges in a file without a name; None if the disk has none."""
    folder = cache_home() / "hierarchies"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            room = np.memmap(file, np.int32, "w+", shape=(2, count))
    except (OSError, ValueError):
        return None
    both = np.asarray(room)
    return both[0], both[1]
