"""The hierarchy of one profile: made from the contraction order, given the costs of the arcs, kept as arrays.

J. Dibbelt, B. Strasser, D. Wagner, Customizable Contraction Hierarchies, ACM JEA 21 (2016).
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.graph import Graph, Int32Array, Int64Array, UInt8Array
from nav.routing.cch.library import STOPPED, TOO_LONG, Arrays, Names, Rungs, address, call
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Weights

NEVER = np.zeros(1, np.int32)
"""Flag of a computation that nobody stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The edges between a vertex and higher ones, all in one direction."""

    first: Int32Array
    """(V + 1,) first edge of each vertex."""
    head: Int32Array
    """(U,) upper end of each edge, ascending for each vertex."""
    tail: Int32Array
    """(U,) lower end."""
    below_first: Int32Array
    """(V + 1,) where the edges whose upper end is a vertex begin in `below`."""
    below: Int32Array
    """(U,) edges by their upper end."""


class StateNames:
    """What tells the states of a graph apart in every pack that has them: the nodes at their ends.

    Of several cheapest paths it decides which one is found. Without a graph the numbers of the states do.
    """

    def __init__(self, turns: Turns, graph: Graph | None = None) -> None:
        self._held: list[NDArray[Any]] = []
        if graph is not None:
            edges = turns.state_edge, graph.edge_to, graph.edge_reverse
            self._held = [np.ascontiguousarray(array, np.int32) for array in edges]
            self._held.append(np.ascontiguousarray(graph.node_osm_id, np.int64))
        self.pointers = Names(*map(address, self._held))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """What does not depend on costs. Vertices are the ranks of the states in the contraction order."""

    order: Int32Array
    """(V,) state of each vertex."""
    rank: Int32Array
    """(V,) vertex of each state."""
    parent: Int32Array
    """(V,) next vertex that can be reached from a vertex, or reach it, over lower ones; -1 at a root."""
    arc_edge: Int32Array
    """(A,) edge of each arc: inverted (~) if it leads down, 2³¹ - 1 for a loop."""
    sides: tuple[Ways, Ways]
    """Edges that lead up, and edges that come down: in a graph of turns few pairs have both."""

    @property
    def pointers(self) -> Arrays:
        """What the kernels read; valid while this object is held."""
        where = (
            (ctypes.c_void_p * 2)(*(address(getattr(side, name)) for side in self.sides)) for name in _WAYS
        )
        counts = (ctypes.c_int64 * 2)(*(len(side.head) for side in self.sides))
        return Arrays(len(self.rank), counts, address(self.parent), *where)


_SIDES = ("up", "down")
_WAYS = tuple(each.name for each in fields(Ways))
_OF_ALL = ("order", "rank", "parent", "arc_edge")


def to_named(hierarchy: Hierarchy) -> dict[str, NDArray[Any]]:
    """Return a hierarchy as arrays to be kept."""
    named = {name: getattr(hierarchy, name) for name in _OF_ALL}
    for side, ways in zip(_SIDES, hierarchy.sides, strict=True):
        named |= {f"{side}_{name}": getattr(ways, name) for name in _WAYS}
    return named


def from_named(arrays: Mapping[str, NDArray[Any]]) -> Hierarchy:
    """Return the hierarchy whose arrays were kept; raise `KeyError` if they are not all there."""
    up, down = (Ways(**{name: arrays[f"{side}_{name}"] for name in _WAYS}) for side in _SIDES)
    return Hierarchy(**{name: arrays[name] for name in _OF_ALL}, sides=(up, down))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What a query reads: of every vertex the ways to higher ones, up and down, with their costs."""

    order: Int32Array
    """(V,) state of each vertex."""
    rank: Int32Array
    """(V,) vertex of each state."""
    parent: Int32Array
    """(V,) next vertex to look at, -1 at a root."""
    first: tuple[Int32Array, Int32Array]
    """(V + 1,) first way of each vertex: going up, coming down."""
    head: tuple[Int32Array, Int32Array]
    """Upper end of each way."""
    cost: tuple[Int32Array, Int32Array]
    """Its cost, milliseconds."""
    middle: tuple[Int32Array, Int32Array] | None = None
    """Vertex over which it leads, -1 for an arc of the graph; None if each has to be looked for."""
    packed: tuple[UInt8Array, UInt8Array] | None = None
    """All that in few bits, in place of `head`, `cost`, `middle`; `first` then counts bytes (`cch_pack`)."""
    in_bytes: bool = False
    """Whether each part of what is packed takes whole bytes, as in packs up to format 6."""
    pointers: Rungs = field(init=False)

    def __post_init__(self) -> None:
        """Note where the arrays lie."""
        none = (None, None)
        pairs = (self.first, self.head, self.cost, self.middle or none, self.packed or none)
        places = ((ctypes.c_void_p * 2)(*(address(array) for array in pair)) for pair in pairs)
        ways = (ctypes.c_int64 * 2)(*(len(array) for array in self.head))
        if self.packed is not None:
            ways = (ctypes.c_int64 * 2)(*(len(array) - _BEHIND for array in self.packed))
        rungs = Rungs(len(self.parent), ways, address(self.parent), *places, self.in_bytes)
        object.__setattr__(self, "pointers", rungs)


def build_hierarchy(turns: Turns, order: Int32Array) -> Hierarchy:
    """Complete the graph in an order of contraction."""
    count = turns.state_count
    order = np.ascontiguousarray(order, np.int32)
    rank, parent = np.empty(count, np.int32), np.empty(count, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    graph, found = _contiguous(turns), np.zeros(1, np.int64)
    call("cch_contract", count, order, rank, *graph, parent, found)
    ways = ctypes.c_void_p(int(found[0]))
    try:
        sides = _take(ways, 0, count), _take(ways, 1, count)
    finally:
        call("cch_free_ways", ways)
    arc_edge = np.empty(len(turns.arc_head), np.int32)
    made = Hierarchy(order=order, rank=rank, parent=parent, arc_edge=arc_edge, sides=sides)
    call("cch_map_arcs", made.pointers, rank, *graph, arc_edge)
    return made


def _take(ways: ctypes.c_void_p, side: int, vertices: int) -> Ways:
    edges = call("cch_count_ways", ways, side)
    sizes = vertices + 1, edges, edges, vertices + 1, edges
    parts = [np.empty(size, np.int32) for size in sizes]
    call("cch_take_ways", ways, side, *parts)
    return Ways(**dict(zip(_WAYS, parts, strict=True)))


def customise(
    hierarchy: Hierarchy,
    arc_ms: Int64Array,
    stop: Int32Array = NEVER,
    threads: int = 1,
) -> tuple[Int32Array, Int32Array] | None:
    """Return what each edge of both sides costs; None if it was stopped.

    Parameters
    ----------
    hierarchy
        What does not depend on costs.
    arc_ms
        (A,) cost of each arc.
    stop
        (1,) anything but 0 ends the computation soon.
    threads
        So many compute, 100 at most.
    """
    up, down = (np.empty(len(side.head), np.int32) for side in hierarchy.sides)
    arcs = np.ascontiguousarray(arc_ms, np.int64)
    ended = call(
        "cch_customise", hierarchy.pointers, len(arcs), hierarchy.arc_edge, arcs, up, down, stop, threads
    )
    return None if ended == STOPPED else (up, down)


def whole_ladder(hierarchy: Hierarchy, costs: tuple[Int32Array, Int32Array]) -> Ladder:
    """Return a ladder of every edge; its costs may be changed in place."""
    up, down = hierarchy.sides
    return _ladder(hierarchy, first=(up.first, down.first), head=(up.head, down.head), cost=costs)


def pruned_ladder(hierarchy: Hierarchy, costs: tuple[Int32Array, Int32Array], names: StateNames) -> Ladder:
    """Return a ladder of only those edges that can lie on a cheapest path."""
    perfect = costs[0].copy(), costs[1].copy()
    call("cch_perfect", hierarchy.pointers, *perfect)
    sides = [_prune(hierarchy, names, side, costs, perfect[side]) for side in (0, 1)]
    first, head, cost, middle = zip(*sides, strict=True)
    return _ladder(hierarchy, first=first, head=head, cost=cost, middle=middle)


def _ladder(hierarchy: Hierarchy, **ways: Any) -> Ladder:
    return Ladder(order=hierarchy.order, rank=hierarchy.rank, parent=hierarchy.parent, **ways)


def _prune(
    hierarchy: Hierarchy,
    names: StateNames,
    side: int,
    costs: tuple[Int32Array, Int32Array],
    perfect: Int32Array,
) -> tuple[Int32Array, Int32Array, Int32Array, Int32Array]:
    first = np.empty(len(hierarchy.rank) + 1, np.int32)
    fixed = (hierarchy.pointers, names.pointers, hierarchy.order, side, *costs, perfect, first)
    count = call("cch_prune", *fixed, None, None, None)
    head, cost, middle = (np.empty(count, np.int32) for _ in range(3))
    call("cch_prune", *fixed, head, cost, middle)
    return first, head, cost, middle


def update(
    hierarchy: Hierarchy, turns: Turns, arcs: NDArray[np.int64], arc_ms: Int64Array, ladder: Ladder
) -> int:
    """Put new costs of some arcs into a whole ladder; return how many edges were looked at."""
    edges = hierarchy.arc_edge[arcs]
    edges = np.unique(edges[edges != np.iinfo(np.int32).max]).astype(np.int32)
    first_arc, arc_head = _contiguous(turns)
    ms = np.ascontiguousarray(arc_ms, np.int64)
    order = hierarchy.order
    return call(
        "cch_update", hierarchy.pointers, len(edges), edges, order, first_arc, arc_head, ms, *ladder.cost
    )


def _contiguous(turns: Turns) -> tuple[Int32Array, Int32Array]:
    return (
        np.ascontiguousarray(turns.first_arc, np.int32),
        np.ascontiguousarray(turns.arc_head, np.int32),
    )


def digest_of(arc_ms: Int64Array) -> NDArray[np.uint8]:
    """Return 16 bytes that tell these costs from others."""
    content = np.ascontiguousarray(arc_ms, "<i8").view(np.uint8).data
    return np.frombuffer(hashlib.blake2b(content, digest_size=16).digest(), np.uint8)


_PARTS = ("first", "head", "cost", "middle")
_BEHIND = 8
"""Bytes behind packed ways that belong to none."""


def to_arrays(ladder: Ladder, arc_ms: Int64Array, basis: bytes = b"") -> dict[str, NDArray[Any]]:
    """Return a pruned ladder as arrays for a pack, with what tells whether it still fits the costs."""
    assert ladder.middle is not None
    kept: dict[str, NDArray[Any]] = {"rank": ladder.rank, "parent": ladder.parent, "costs": digest_of(arc_ms)}
    kept |= {"basis": np.frombuffer(basis, np.uint8)} if basis else {}
    full = {f"{name}_{part}": getattr(ladder, part)[i] for i, name in enumerate(_SIDES) for part in _PARTS}
    packed: dict[str, NDArray[Any]] = {}
    for name in _SIDES:
        parts, first = [full[f"{name}_{part}"] for part in _PARTS], np.empty(len(ladder.parent) + 1, np.int32)
        size = call("cch_pack", len(ladder.parent), *parts, first, None)
        if size == TOO_LONG:
            return kept | full
        packed |= {f"{name}_first": first, f"{name}_bits": np.empty(size, np.uint8)}
        call("cch_pack", len(ladder.parent), *parts, first, packed[f"{name}_bits"])
    return kept | packed


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLadder:
    """The ladder of a pack, for the costs with which it was built."""

    ladder: Ladder
    costs: NDArray[np.uint8]
    """What tells the costs; see `digest_of`."""
    basis: bytes = b""
    """What the costs follow from, see `Weights.basis`; empty in packs that do not say it."""

    def fits(self, weights: Weights) -> bool:
        """Tell whether it was made of these costs."""
        if self.basis:
            return weights.basis == self.basis
        return np.array_equal(self.costs, digest_of(weights.arc_ms.whole))

    def is_below(self, weights: Weights) -> bool:
        """Tell whether it was made of costs none of which is more than these: see `Weights.floor`."""
        return bool(self.basis) and weights.floor == self.basis != weights.basis


def from_arrays(arrays: Mapping[str, NDArray[Any]], order: Int32Array) -> StoredLadder:
    """Read a ladder that a pack holds.

    Raises
    ------
    KeyError, ValueError
        It is not one, or not of this graph.
    """
    for name in ("rank", "parent"):
        _check(arrays[name], "<i4", len(order))
    kind = next((kind for kind in ("bits", "ways") if f"{_SIDES[0]}_{kind}" in arrays), None)
    parts = _read_packed(arrays, len(order), kind) if kind else _read_in_full(arrays, len(order))
    order, rank, parent = (
        np.ascontiguousarray(array, np.int32) for array in (order, arrays["rank"], arrays["parent"])
    )
    ladder = Ladder(order=order, rank=rank, parent=parent, **parts)
    basis = arrays["basis"].tobytes() if "basis" in arrays else b""
    return StoredLadder(ladder=ladder, costs=arrays["costs"], basis=basis)


def _read_packed(arrays: Mapping[str, NDArray[Any]], vertices: int, kind: str) -> dict[str, Any]:
    """Read ways that are packed, as `bits`, or as the `ways` of format 6, whose parts take whole bytes."""
    first, packed = (tuple(arrays[f"{name}_{part}"] for name in _SIDES) for part in ("first", kind))
    for begin, ways in zip(first, packed, strict=True):
        _check(begin, "<i4", vertices + 1)
        _check(ways, "|u1", int(begin[-1]) + _BEHIND)
    # What is the same all along is stored once in a pack.
    first, packed = (tuple(np.ascontiguousarray(array) for array in pair) for pair in (first, packed))
    none = np.empty(0, np.int32)
    both = none, none
    return {"first": first, "head": both, "cost": both, "packed": packed, "in_bytes": kind == "ways"}


def _read_in_full(arrays: Mapping[str, NDArray[Any]], vertices: int) -> dict[str, Any]:
    """Read ways as packs up to format 5 have them, and those that are too many for offsets of 32 bits."""
    parts: dict[str, Any] = {part: tuple(arrays[f"{name}_{part}"] for name in _SIDES) for part in _PARTS}
    for part, pair in parts.items():
        for first, array in zip(parts["first"], pair, strict=True):
            if part == "first":
                _check(array, "<i8" if array.dtype.itemsize == 8 else "<i4", vertices + 1)
            else:
                _check(array, "<i4", int(first[-1]))
    return {
        part: tuple(np.ascontiguousarray(array, np.int32) for array in pair) for part, pair in parts.items()
    }


def _check(array: NDArray[Any], kind: str, length: int) -> None:
    if array.dtype != np.dtype(kind) or array.shape != (length,):
        raise ValueError("the index does not fit its graph")
