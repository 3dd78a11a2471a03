"""The hierarchy of one profile: made from the contraction order, given the costs of the arcs, kept as arrays.

J. Dibbelt, B. Strasser, D. Wagner, Customizable Contraction Hierarchies, ACM JEA 21 (2016).
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.graph import Int32Array, Int64Array
from nav.routing.cch.library import STOPPED, Arrays, Rungs, address, call
from nav.routing.weights.turns import Turns

NEVER = np.zeros(1, np.int32)
"""Flag of a computation that nobody stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """What does not depend on costs. Vertices are the ranks of the states in the contraction order."""

    order: Int32Array
    """(V,) state of each vertex."""
    rank: Int32Array
    """(V,) vertex of each state."""
    up_first: Int64Array
    """(V + 1,) first up-edge of each vertex."""
    up_head: Int32Array
    """(U,) upper end of each up-edge, ascending for each vertex."""
    up_tail: Int32Array
    """(U,) lower end."""
    down_first: Int64Array
    """(V + 1,) where the up-edges that end at a vertex begin in `down_edge`."""
    down_edge: Int32Array
    """(U,) up-edges by their upper end."""
    arc_edge: Int32Array
    """(A,) up-edge of each arc: inverted (~) if it leads down, 2³¹ − 1 for a loop."""
    parent: Int32Array
    """(V,) lowest upper neighbour, -1 at a root."""

    @property
    def pointers(self) -> Arrays:
        """What the kernels read; valid while this object is held."""
        names = ("up_first", "down_first", "up_head", "up_tail", "down_edge")
        where = (address(getattr(self, name)) for name in names)
        return Arrays(len(self.rank), len(self.up_head), *where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What a query reads: of every vertex the ways to higher ones, up and down, with their costs."""

    order: Int32Array
    """(V,) state of each vertex."""
    rank: Int32Array
    """(V,) vertex of each state."""
    parent: Int32Array
    """(V,) next vertex to look at, -1 at a root."""
    first: tuple[Int64Array, Int64Array]
    """(V + 1,) first way of each vertex: going up, coming down."""
    head: tuple[Int32Array, Int32Array]
    """Upper end of each way."""
    cost: tuple[Int32Array, Int32Array]
    """Its cost, milliseconds."""
    middle: tuple[Int32Array, Int32Array] | None = None
    """Vertex over which it leads, -1 for an arc of the graph; None if each has to be looked for."""
    pointers: Rungs = field(init=False)

    def __post_init__(self) -> None:
        """Note where the arrays lie."""
        pairs = (self.first, self.head, self.cost, self.middle or (None, None))
        places = ((ctypes.c_void_p * 2)(*(address(array) for array in pair)) for pair in pairs)
        ways = (ctypes.c_int64 * 2)(*map(len, self.head))
        object.__setattr__(self, "pointers", Rungs(len(self.parent), ways, address(self.parent), *places))


def build_hierarchy(turns: Turns, order: Int32Array) -> Hierarchy:
    """Complete the graph in an order of contraction."""
    count = turns.state_count
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    up_first, up_head = _contract(*_neighbours(rank[turns.arc_tail], rank[turns.arc_head], count))
    down_first, down_edge = np.empty(count + 1, np.int64), np.empty(len(up_head), np.int32)
    up_tail, arc_edge = np.empty(len(up_head), np.int32), np.empty(len(turns.arc_head), np.int32)
    call("cch_down_lists", count, up_first, up_head, down_first, down_edge, up_tail)
    first_arc, arc_head = _contiguous(turns)
    call("cch_map_arcs", count, up_first, up_head, rank, first_arc, arc_head, arc_edge)
    parent = np.full(count, -1, np.int32)
    inner = np.flatnonzero(up_first[:-1] < up_first[1:])
    parent[inner] = up_head[up_first[inner]]
    return Hierarchy(
        order=np.ascontiguousarray(order, np.int32),
        rank=rank,
        up_first=up_first,
        up_head=up_head,
        up_tail=up_tail,
        down_first=down_first,
        down_edge=down_edge,
        arc_edge=arc_edge,
        parent=parent,
    )


def _neighbours(tail: Int32Array, head: Int32Array, count: int) -> tuple[Int64Array, Int32Array]:
    """Return the upper neighbours of each vertex, one after the other."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    sorted_by_low = np.argsort(low, kind="stable")
    first = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(low, minlength=count), out=first[1:])
    return first, high[sorted_by_low]


def _contract(first: Int64Array, neighbour: Int32Array) -> tuple[Int64Array, Int32Array]:
    up_first, heads = np.zeros_like(first), ctypes.c_void_p()
    where = np.zeros(1, np.int64)
    edges = call("cch_contract", len(first) - 1, first, neighbour, up_first, where)
    heads = ctypes.c_void_p(int(where[0]))
    up_head = np.empty(edges, np.int32)
    call("cch_take_heads", heads, up_head)
    return up_first, up_head


def customise(
    hierarchy: Hierarchy,
    arc_ms: Int64Array,
    out: tuple[Int32Array, Int32Array] | None = None,
    stop: Int32Array = NEVER,
) -> tuple[Int32Array, Int32Array] | None:
    """Return what each up-edge costs upwards and downwards; None if it was stopped.

    Parameters
    ----------
    hierarchy
        What does not depend on costs.
    arc_ms
        (A,) cost of each arc.
    out
        Arrays to fill.
    stop
        (1,) anything but 0 ends the computation soon.
    """
    count = len(hierarchy.up_head)
    up, down = out or (np.empty(count, np.int32), np.empty(count, np.int32))
    arcs = np.ascontiguousarray(arc_ms, np.int64)
    ended = call("cch_customise", hierarchy.pointers, len(arcs), hierarchy.arc_edge, arcs, up, down, stop)
    return None if ended == STOPPED else (up, down)


def whole_ladder(hierarchy: Hierarchy, costs: tuple[Int32Array, Int32Array]) -> Ladder:
    """Return a ladder of every up-edge; its costs may be changed in place."""
    first, head = hierarchy.up_first, hierarchy.up_head
    return _ladder(hierarchy, first=(first, first), head=(head, head), cost=costs)


def pruned_ladder(hierarchy: Hierarchy, costs: tuple[Int32Array, Int32Array]) -> Ladder:
    """Return a ladder of only those up-edges that can lie on a cheapest path."""
    perfect = costs[0].copy(), costs[1].copy()
    call("cch_perfect", hierarchy.pointers, *perfect)
    sides = [_prune(hierarchy, side, costs, perfect[side]) for side in (0, 1)]
    first, head, cost, middle = zip(*sides, strict=True)
    return _ladder(hierarchy, first=first, head=head, cost=cost, middle=middle)


def _ladder(hierarchy: Hierarchy, **ways: Any) -> Ladder:
    return Ladder(order=hierarchy.order, rank=hierarchy.rank, parent=hierarchy.parent, **ways)


def _prune(
    hierarchy: Hierarchy, side: int, costs: tuple[Int32Array, Int32Array], perfect: Int32Array
) -> tuple[Int64Array, Int32Array, Int32Array, Int32Array]:
    first = np.empty(len(hierarchy.rank) + 1, np.int64)
    pointers = hierarchy.pointers
    count = call("cch_prune", pointers, side, *costs, perfect, first, None, None, None)
    head, cost, middle = (np.empty(count, np.int32) for _ in range(3))
    call("cch_prune", pointers, side, *costs, perfect, first, head, cost, middle)
    return first, head, cost, middle


def update(
    hierarchy: Hierarchy, turns: Turns, arcs: NDArray[np.int64], arc_ms: Int64Array, ladder: Ladder
) -> int:
    """Put new costs of some arcs into a whole ladder; return how many up-edges were looked at."""
    edges = hierarchy.arc_edge[arcs]
    edges = np.unique(np.where(edges < 0, ~edges, edges)[edges != np.iinfo(np.int32).max]).astype(np.int32)
    first_arc, arc_head = _contiguous(turns)
    ms = np.ascontiguousarray(arc_ms, np.int64)
    order = hierarchy.order
    return call(
        "cch_update", hierarchy.pointers, len(edges), edges, order, first_arc, arc_head, ms, *ladder.cost
    )


def _contiguous(turns: Turns) -> tuple[Int64Array, Int32Array]:
    return (
        np.ascontiguousarray(turns.first_arc, np.int64),
        np.ascontiguousarray(turns.arc_head, np.int32),
    )


def digest_of(arc_ms: Int64Array) -> NDArray[np.uint8]:
    """Return 16 bytes that tell these costs from others."""
    content = np.ascontiguousarray(arc_ms, "<i8").view(np.uint8).data
    return np.frombuffer(hashlib.blake2b(content, digest_size=16).digest(), np.uint8)


_SIDES, _PARTS = ("up", "down"), ("first", "head", "cost", "middle")


def to_arrays(ladder: Ladder, arc_ms: Int64Array) -> dict[str, NDArray[Any]]:
    """Return a pruned ladder as arrays for a pack, with what tells whether it still fits the costs."""
    assert ladder.middle is not None
    kept: dict[str, NDArray[Any]] = {"rank": ladder.rank, "parent": ladder.parent, "costs": digest_of(arc_ms)}
    for side, name in enumerate(_SIDES):
        kept |= {f"{name}_{part}": getattr(ladder, part)[side] for part in _PARTS}
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLadder:
    """The ladder of a pack, for the costs with which it was built."""

    ladder: Ladder
    costs: NDArray[np.uint8]
    """What tells the costs; see `digest_of`."""

    def fits(self, arc_ms: Int64Array) -> bool:
        """Tell whether it was made of these costs."""
        return np.array_equal(self.costs, digest_of(arc_ms))


def from_arrays(arrays: Mapping[str, NDArray[Any]], order: Int32Array) -> StoredLadder:
    """Read a ladder that a pack holds.

    Raises
    ------
    KeyError, ValueError
        It is not one, or not of this graph.
    """
    parts: dict[str, Any] = {part: tuple(arrays[f"{name}_{part}"] for name in _SIDES) for part in _PARTS}
    for part, pair in parts.items():
        for first, array in zip(parts["first"], pair, strict=True):
            length = len(order) + 1 if part == "first" else int(first[-1])
            _check(array, "<i8" if part == "first" else "<i4", length)
    for name in ("rank", "parent"):
        _check(arrays[name], "<i4", len(order))
    order = np.ascontiguousarray(order, np.int32)
    ladder = Ladder(order=order, rank=arrays["rank"], parent=arrays["parent"], **parts)
    return StoredLadder(ladder=ladder, costs=arrays["costs"])


def _check(array: NDArray[Any], kind: str, length: int) -> None:
    if array.dtype != np.dtype(kind) or array.shape != (length,):
        raise ValueError("the index does not fit its graph")
