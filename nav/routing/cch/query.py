"""Questions to a hierarchy: the cheapest path between two sets of states, and tables of costs."""

from __future__ import annotations

import ctypes
import queue
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from nav.errors import NavError
from nav.graph import FloatArray, Int32Array, Int64Array
from nav.routing.cch.hierarchy import Hierarchy, Ladder
from nav.routing.cch.library import TOO_LONG, call
from nav.routing.search import INFINITE_MS, Found, Seed
from nav.routing.weights.turns import Turns

_ROOM = 1 << 16
"""States of a path for which there is room at first."""


class Queries:
    """Asks ladders of one graph; may be used by several threads at once."""

    def __init__(self, turns: Turns) -> None:
        self._count = turns.state_count
        self._first_arc = np.ascontiguousarray(turns.first_arc, np.int64)
        self._arc_head = np.ascontiguousarray(turns.arc_head, np.int32)
        self._turns = turns
        self._scratches: queue.SimpleQueue[_Scratch] = queue.SimpleQueue()
        self._backwards: tuple[Int64Array, Int32Array, Int32Array] | None = None

    @contextmanager
    def _scratch(self) -> Iterator[_Scratch]:
        try:
            scratch = self._scratches.get_nowait()
        except queue.Empty:
            scratch = _Scratch(self._count)
        try:
            yield scratch
        finally:
            self._scratches.put(scratch)

    def run(
        self,
        ladder: Ladder,
        hierarchy: Hierarchy | None,
        arc_ms: Int64Array,
        question: tuple[Sequence[Seed], Sequence[Seed]],
    ) -> Found | None:
        """Find the cheapest path; None if there is none.

        Parameters
        ----------
        ladder
            The costs.
        hierarchy
            Needed where the ladder does not tell over which vertex its ways lead.
        arc_ms
            (A,) costs of the arcs, the same that the ladder was made of.
        question
            Where a path may begin and where it may end.
        """
        pointers = hierarchy.pointers if hierarchy is not None else None
        found = self._path(
            lambda *rest: call("cch_query", ladder.pointers, pointers, *rest), question, ladder.rank
        )
        return None if found is None else self._found(found[0], ladder.order[found[1]], arc_ms)

    def plain(self, arc_ms: Int64Array, question: tuple[Sequence[Seed], Sequence[Seed]]) -> Found | None:
        """Find the cheapest path by searching the graph itself; None if there is none."""
        if self._backwards is None:
            back_arc = np.argsort(self._arc_head, kind="stable").astype(np.int32)
            first = np.searchsorted(self._arc_head[back_arc], np.arange(self._count + 1)).astype(np.int64)
            self._backwards = first, back_arc, self._turns.arc_tail
        graph = (self._first_arc, self._arc_head, *self._backwards, np.ascontiguousarray(arc_ms, np.int64))
        found = self._path(lambda *rest: call("cch_plain", *graph, *rest), question, None)
        return None if found is None else self._found(*found, arc_ms)

    def table(
        self, ladder: Ladder, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        """Return the costs from groups of sources to groups of targets, (S, T) milliseconds, inf if none."""
        out = np.empty((len(sources), len(targets)), np.uint32)
        ends = [*_groups(sources, ladder.rank), *_groups(targets, ladder.rank)]
        with self._scratch() as scratch:
            call("cch_table", ladder.pointers, scratch.at, *ends, out)
        return np.where(out >= INFINITE_MS, np.inf, out)

    def _path(
        self,
        ask: Callable[..., int],
        question: tuple[Sequence[Seed], Sequence[Seed]],
        rank: Int32Array | None,
    ) -> tuple[int, Int32Array] | None:
        """Return the cost and the vertices of a path, given the rest of a kernel's arguments."""
        ends = [part for seeds in question for part in _seeds(seeds, rank)]
        cost, room = np.empty(1, np.int64), _ROOM
        with self._scratch() as scratch:
            while True:
                path = np.empty(room, np.int32)
                count = ask(scratch.at, *ends, cost, path, room)
                if count != TOO_LONG:
                    break
                room *= 8
        return None if count == 0 else (int(cost[0]), path[:count].copy())

    def _found(self, cost_ms: int, states: Int32Array, arc_ms: Int64Array) -> Found:
        states = np.ascontiguousarray(states, np.int32)
        arcs = np.empty(max(len(states) - 1, 0), np.int32)
        ms = np.ascontiguousarray(arc_ms, np.int64)
        call("cch_arcs", len(states), states, self._first_arc, self._arc_head, ms, arcs)
        return Found(cost_ms=cost_ms, states=states.tolist(), arcs=arcs.tolist())


class _Scratch:
    """Space of one query; goes back to the system with this object."""

    def __init__(self, vertices: int) -> None:
        place = call("cch_scratch", vertices)
        if not place:
            raise NavError("there is not enough memory for this route: choose a smaller region")
        self.at = ctypes.c_void_p(place)
        weakref.finalize(self, call, "cch_free_scratch", self.at).atexit = False


def _seeds(seeds: Sequence[Seed], rank: Int32Array | None) -> tuple[int, Int32Array, Int32Array]:
    """Return how many there are, their vertices and their costs."""
    table = np.array(seeds, np.int32).reshape(-1, 2)
    states = np.ascontiguousarray(table[:, 0])
    return (
        len(table),
        states if rank is None else np.ascontiguousarray(rank[states]),
        np.ascontiguousarray(table[:, 1]),
    )


def _groups(
    groups: Sequence[Sequence[Seed]], rank: Int32Array
) -> tuple[int, Int64Array, Int32Array, Int32Array]:
    first = np.zeros(len(groups) + 1, np.int64)
    np.cumsum([len(group) for group in groups], out=first[1:])
    _, vertices, ms = _seeds([seed for group in groups for seed in group], rank)
    return len(groups), first, vertices, ms
