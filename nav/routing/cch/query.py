"""Questions to a hierarchy: the cheapest path between two sets of states, and tables of costs."""

from __future__ import annotations

import ctypes
import itertools
import queue
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from nav.errors import NavError, RegionDamaged
from nav.graph import FloatArray, Graph, Int32Array, Int64Array
from nav.packs.paths import cache_home
from nav.routing.cch.hierarchy import Hierarchy, Ladder, StateNames
from nav.routing.cch.library import TOO_LONG, Arcs, Groups, TakenPointers, address, call, library
from nav.routing.cch.memory import mapped_memory
from nav.routing.search import INFINITE_MS, Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Question

_ROOM = 1 << 16
"""States of the paths of one call for which there is room at first."""


class Queries:
    """Asks ladders of one graph; may be used by several threads at once."""

    def __init__(self, turns: Turns, graph: Graph | None = None) -> None:
        """Prepare queries; of several cheapest paths the graph tells always the same one, in every pack."""
        self._count = turns.state_count
        self._names = StateNames(turns, graph)
        self._first_arc = np.ascontiguousarray(turns.first_arc, np.int32)
        self._arc_head = np.ascontiguousarray(turns.arc_head, np.int32)
        self._turns = turns
        self._scratches: queue.SimpleQueue[_Scratch] = queue.SimpleQueue()
        self._backwards: tuple[Int32Array, Int32Array, Int32Array] | None = None

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
        arc_ms: Int64Array | None,
        questions: Sequence[Question],
    ) -> list[Found | None]:
        """Find the cheapest path for each question; None where there is none.

        Parameters
        ----------
        ladder
            The costs.
        hierarchy
            Needed where the ladder does not tell over which vertex its ways lead.
        arc_ms
            (A,) costs of the arcs, the same that the ladder was made of. They tell the cheapest of several
            arcs between two states; where there are none such, as between roads, None will do.
        questions
            Where each path may begin and where it may end.
        """
        pointers = hierarchy.pointers if hierarchy is not None else None
        ends = [_Ends(side, ladder.rank) for side in _sides(questions)]
        return self._paths((ladder.pointers, pointers), ladder.order, arc_ms, ends)

    def plain(self, arc_ms: Int64Array, questions: Sequence[Question]) -> list[Found | None]:
        """Find the cheapest path for each question by searching the graph itself."""
        if self._backwards is None:
            with mapped_memory(cache_home()):
                back_arc = np.argsort(self._arc_head, kind="stable").astype(np.int32)
                first = np.zeros(self._count + 1, np.int32)
                np.cumsum(np.bincount(self._arc_head, minlength=self._count), out=first[1:])
                self._backwards = first, back_arc, self._turns.arc_tail
        ends = [_Ends(side, None) for side in _sides(questions)]
        return self._paths((None, None), None, arc_ms, ends)

    def table(
        self, ladder: Ladder, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        """Return the costs from groups of sources to groups of targets, (S, T) milliseconds, inf if none."""
        out = np.empty((len(sources), len(targets)), np.uint32)
        starts, ends = _Ends(sources, ladder.rank), _Ends(targets, ladder.rank)
        with self._scratch() as scratch:
            call("cch_table", ladder.pointers, scratch.at, starts.pointers, ends.pointers, out)
        return np.where(out >= INFINITE_MS, np.inf, out)

    def taken(
        self,
        ladder: Ladder,
        hierarchy: Hierarchy | None,
        arc_ms: Int64Array | None,
        arc_takes: Int32Array,
    ) -> Taken | None:
        """Return what each way of a ladder takes, given what the arcs do; None if the ways are too many.

        Parameters
        ----------
        ladder, hierarchy, arc_ms
            As for `run`.
        arc_takes
            (A,) what counts of each arc beside its cost, such as time.
        """
        with mapped_memory(cache_home()):
            first = [np.empty(self._count + 1, np.int32) for _ in range(2)]
            counts = [call("cch_number", ladder.pointers, side, first[side]) for side in range(2)]
            if TOO_LONG in counts:
                return None
            made = Taken(first, [np.zeros(max(count, 1), np.uint32) for count in counts])
        pointers = hierarchy.pointers if hierarchy is not None else None
        costs = None if arc_ms is None else np.ascontiguousarray(arc_ms, np.int64)
        fixed = (ladder.pointers, pointers, self._graph(costs), self._names.pointers, ladder.order)
        call("cch_sum", *fixed, np.ascontiguousarray(arc_takes, np.int32), made.pointers)
        return made

    def timed_table(
        self,
        ladder: Ladder,
        taken: Taken,
        sources: Sequence[Sequence[Seed]],
        targets: Sequence[Sequence[Seed]],
    ) -> tuple[FloatArray, FloatArray]:
        """Return costs as `table`, and what the cheapest ways take: nan where several differ in that."""
        out, least, most = (np.zeros((len(sources), len(targets)), np.uint32) for _ in range(3))
        starts, ends = _Ends(sources, ladder.rank), _Ends(targets, ladder.rank)
        call(
            "cch_timed_table",
            *(ladder.pointers, taken.pointers, starts.pointers, ends.pointers),
            *(out, least, most),
        )
        lost = out >= INFINITE_MS
        return np.where(lost, np.inf, out), np.where(lost | (least != most), np.nan, least)

    def _graph(self, arc_ms: Int64Array | None) -> Arcs:
        first, back_arc, tail = self._backwards or (None, None, None)
        arrays = (arc_ms, self._first_arc, first, self._arc_head, back_arc, tail)
        return Arcs(*(address(array) for array in arrays))

    def _paths(
        self,
        ladder: tuple[ctypes.Structure | None, ctypes.Structure | None],
        order: Int32Array | None,
        arc_ms: Int64Array | None,
        ends: Sequence[_Ends],
    ) -> list[Found | None]:
        if arc_ms is not None:
            arc_ms = np.ascontiguousarray(arc_ms, np.int64)
        count, room, used = ends[0].pointers.count, _ROOM, TOO_LONG
        graph, cost, first = self._graph(arc_ms), np.empty(count, np.int64), np.zeros(count + 1, np.int64)
        with self._scratch() as scratch:
            while used == TOO_LONG:
                states, arcs = np.empty(room, np.int32), np.empty(room, np.int32)
                sides = (side.pointers for side in ends)
                fixed = (*ladder, graph, self._names.pointers, scratch.at, order)
                used = call("cch_paths", *fixed, *sides, cost, first, states, arcs, room)
                room *= 8
        cuts = itertools.pairwise(first.tolist())
        return [
            _found(ms, states[a:b], arcs[a : b - 1]) if b > a else None
            for ms, (a, b) in zip(cost.tolist(), cuts, strict=True)
        ]


class Taken:
    """What each way of a ladder takes."""

    def __init__(self, first: Sequence[Int32Array], ms: Sequence[NDArray[np.uint32]]) -> None:
        self._held = first, ms
        pairs = ((ctypes.c_void_p * 2)(*map(address, arrays)) for arrays in self._held)
        self.pointers = TakenPointers(*pairs)


def _found(cost_ms: int, states: Int32Array, arcs: Int32Array) -> Found:
    if arcs.min(initial=0) < 0:
        raise RegionDamaged("the index of this region is damaged: build it again")
    return Found(cost_ms=cost_ms, states=states.tolist(), arcs=arcs.tolist())


def _sides(questions: Sequence[Question]) -> tuple[list[list[Seed]], list[list[Seed]]]:
    return [sources for sources, _ in questions], [targets for _, targets in questions]


class _Scratch:
    """Space of one query; goes back to the system with this object."""

    def __init__(self, vertices: int) -> None:
        place = call("cch_scratch", vertices)
        if not place:
            raise NavError("there is not enough memory for this route: choose a smaller region")
        self.at = ctypes.c_void_p(place)
        kernels = library()
        assert kernels is not None
        weakref.finalize(self, kernels.cch_free_scratch, self.at).atexit = False


class _Ends:
    """Groups of states with what counts at each, as the kernels read them."""

    def __init__(self, groups: Sequence[Sequence[Seed]], rank: Int32Array | None) -> None:
        self._first = np.zeros(len(groups) + 1, np.int64)
        np.cumsum([len(group) for group in groups], out=self._first[1:])
        seeds = np.array([seed for group in groups for seed in group], np.int32).reshape(-1, 2)
        self._state = np.ascontiguousarray(seeds[:, 0] if rank is None else rank[seeds[:, 0]])
        self._ms = np.ascontiguousarray(seeds[:, 1])
        places = (address(array) for array in (self._first, self._state, self._ms))
        self.pointers = Groups(len(groups), *places)
