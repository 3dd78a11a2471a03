"""Hierarchies under the costs that are asked for: customised in a thread of their own, kept, and changed."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Graph, Int32Array
from nav.packs.paths import cache_home
from nav.routing.cch.hierarchy import (
    Hierarchy,
    Ladder,
    StoredLadder,
    build_hierarchy,
    customise,
    update,
    whole_ladder,
)
from nav.routing.cch.kept import kept_hierarchy
from nav.routing.cch.memory import mapped_memory
from nav.routing.cch.query import Queries, Taken
from nav.routing.search import Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Question, Weights

T = TypeVar("T")
_KEPT, _KEPT_OF_LARGE = 6, 3
_SMALL_STATES = 60_000
"""Up to this size costs are customised in a fraction of a second, and it is better to wait for them."""
_MOST_THREADS = 4
"""So many customise a large region at once; they give way to all other threads."""
_MOST_PARTIAL = 30
"""If more arcs change, scattered over a region, all are customised anew: that is sooner done."""


class _NobodyWaits(Exception):
    """The costs were changed or given up while they were being customised."""


@dataclass(slots=True)
class _Slot:
    """One set of costs: being customised, or ready."""

    ladder: Future[Ladder]
    is_stored: bool
    stop: Int32Array = field(default_factory=lambda: np.zeros(1, np.int32))
    """Anything but 0: nobody waits for it any more."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while its costs are read or changed."""
    taken: Taken | None = None
    """What its ways take, once a table asked for it."""

    def is_ready(self) -> bool:
        return _is_good(self.ladder)


class CustomisedHierarchy:
    """Answers under any weights of one graph; under those of the pack at once.

    Parameters
    ----------
    turns
        The graph.
    order
        Gives the contraction order; called in the index's thread.
    stored
        The ladder of the pack, if it has one.
    digest
        Tells the graph from every other; a large one with it is kept in the cache.
    graph
        The roads: of several cheapest paths they tell always the same one.
    """

    def __init__(
        self,
        turns: Turns,
        order: Callable[[], Int32Array],
        stored: StoredLadder | None = None,
        digest: str = "",
        graph: Graph | None = None,
    ) -> None:
        self._turns, self._order, self._stored, self._digest = turns, order, stored, digest
        self._queries = Queries(turns, graph)
        self._slots: OrderedDict[int, _Slot] = OrderedDict()
        self._lock = threading.Lock()
        self._is_small = turns.state_count <= _SMALL_STATES
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=_work, args=(self._jobs,), name="nav-index", daemon=True).start()
        weakref.finalize(self, self._jobs.put, None).atexit = False
        self._hierarchy: Future[Hierarchy] | None = None if stored is not None else self._build()

    def _build(self) -> Future[Hierarchy]:
        turns, order, digest = self._turns, self._order, self._digest
        if self._is_small or not digest:
            return _submit(self._jobs, lambda: build_hierarchy(turns, order()))
        return _submit(self._jobs, lambda: kept_hierarchy(turns, order, digest))

    @property
    def is_ready(self) -> bool:
        """Whether questions under the usual costs are answered by the hierarchy."""
        made = self._hierarchy
        return self._stored is not None or (made is not None and made.done() and made.exception() is None)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is ready; return whether it is."""
        if self._stored is None and self._hierarchy is not None and not self._hierarchy.done():
            try:
                self._hierarchy.exception(timeout_s)
            except TimeoutError:
                return False
        return self.is_ready

    def run(self, weights: Weights, questions: Sequence[Question]) -> list[Found | None]:
        """Find for each question the cheapest path; by plain search while its costs are being customised."""
        found = self._as_usual(weights, questions)
        if len(found) < len(questions):
            left = [i for i in range(len(questions)) if i not in found]
            found |= zip(left, self._run(weights, [questions[i] for i in left]), strict=True)
        return [found[i] for i in range(len(questions))]

    def _run(self, weights: Weights, questions: Sequence[Question]) -> list[Found | None]:
        ready = self._ready(weights)
        if ready is None:
            return self._queries.plain(weights.arc_ms.whole, questions)
        slot, ladder = ready
        hierarchy = None if slot.is_stored or self._hierarchy is None else self._hierarchy.result()
        arc_ms = weights.arc_ms.held_or_none
        with slot.lock:
            return self._queries.run(ladder, hierarchy, arc_ms, questions)

    def _as_usual(self, weights: Weights, questions: Sequence[Question]) -> dict[int, Found | None]:
        """Return the answers, by number, that the index of the pack gives under costs other than its own.

        Where nothing costs less than usual, the best way of usual is the best still if it costs no more. A
        road that is closed, or avoided, on the other side of the country so needs no other index.
        """
        stored = self._stored
        if stored is None or self._is_small or not stored.is_below(weights) or self._has(weights):
            return {}
        paths = enumerate(self._queries.run(stored.ladder, None, None, questions))
        return {i: path for i, path in paths if path is None or _costs_as_much(path, questions[i], weights)}

    def _has(self, weights: Weights) -> bool:
        with self._lock:
            slot = self._slots.get(weights.serial)
            return slot is not None and slot.is_ready()

    def table(
        self, weights: Weights, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        """Return the costs from groups of sources to groups of targets, (S, T) milliseconds, inf if none."""
        ready = self._ready(weights)
        if ready is not None:
            with ready[0].lock:
                return self._queries.table(ready[1], sources, targets)
        asked = [(list(a), list(b)) for a in sources for b in targets]
        costs = [
            np.inf if path is None else path.cost_ms
            for path in self._queries.plain(weights.arc_ms.whole, asked)
        ]
        return np.array(costs, np.float64).reshape(len(sources), len(targets))

    def timed_table(
        self,
        weights: Weights,
        sources: Sequence[Sequence[Seed]],
        targets: Sequence[Sequence[Seed]],
        arc_takes: Callable[[], Int32Array],
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return costs, and what the cheapest ways take, see `Queries.timed_table`; None if not ready."""
        ready = self._ready(weights)
        if ready is None:
            return None
        slot, ladder = ready
        with slot.lock:
            if slot.taken is None:
                hierarchy = None if slot.is_stored or self._hierarchy is None else self._hierarchy.result()
                arc_ms = weights.arc_ms.held_or_none
                slot.taken = self._queries.taken(ladder, hierarchy, arc_ms, arc_takes())
            if slot.taken is None:
                return None
            return self._queries.timed_table(ladder, slot.taken, sources, targets)

    def prepare(self, weights: Weights) -> None:
        """Wait until questions under these weights are answered by the hierarchy."""
        while True:
            with contextlib.suppress(_NobodyWaits):
                self._slot(weights).ladder.result()
                return

    def update(self, weights: Weights, arcs: NDArray[np.int64]) -> None:
        """Take notice that the costs of some arcs have changed; in force when this returns."""
        with self._lock:
            slot = self._slots.get(weights.serial)
            if slot is None:
                return
            if slot.is_stored or not slot.is_ready() or len(arcs) > _MOST_PARTIAL:
                slot.stop[0] = 1
                del self._slots[weights.serial]
                return
        assert self._hierarchy is not None
        with slot.lock:
            slot.taken = None
            update(self._hierarchy.result(), self._turns, arcs, weights.arc_ms.whole, slot.ladder.result())

    def _ready(self, weights: Weights) -> tuple[_Slot, Ladder] | None:
        """Return the costs under these weights, waited for where that is short; None while they are made."""
        while True:
            slot = self._slot(weights)
            if not (self._is_small or slot.is_ready()):
                return None
            with contextlib.suppress(_NobodyWaits):
                return slot, slot.ladder.result()

    def _slot(self, weights: Weights) -> _Slot:
        with self._lock:
            slot = self._slots.get(weights.serial)
            if slot is None:
                slot = self._slots[weights.serial] = self._new_slot(weights)
                while len(self._slots) > (_KEPT if self._is_small else _KEPT_OF_LARGE):
                    self._slots.popitem(last=False)[1].stop[0] = 1
            self._slots.move_to_end(weights.serial)
            return slot

    def _new_slot(self, weights: Weights) -> _Slot:
        if self._stored is None or not self._stored.fits(weights):
            slot = _Slot(Future(), is_stored=False)
            slot.ladder = self._customise(weights, slot.stop)
            return slot
        slot = _Slot(Future(), is_stored=True)
        slot.ladder.set_result(self._stored.ladder)
        return slot

    def _customise(self, weights: Weights, stop: Int32Array) -> Future[Ladder]:
        if self._hierarchy is None or (self._hierarchy.done() and self._hierarchy.exception() is not None):
            self._hierarchy = self._build()
        made, is_small = self._hierarchy, self._is_small

        def make() -> Ladder:
            hierarchy = made.result()
            threads = 1 if is_small else min(os.cpu_count() or 1, _MOST_THREADS)
            with mapped_memory(cache_home()):
                costs = customise(hierarchy, weights.arc_ms.whole, stop, threads)
            if costs is None:
                raise _NobodyWaits
            if not is_small:  # hundreds of megabytes that no query needs
                weights.arc_ms.forget()
                weights.edge_ms.forget()
            return whole_ladder(hierarchy, costs)

        return _submit(self._jobs, make)


def _costs_as_much(path: Found, question: Question, weights: Weights) -> bool:
    """Tell whether a path costs no more under some weights than under those for which it was found."""
    sources, targets = question
    at_ends = min(ms for state, ms in sources if state == path.states[0])
    at_ends += min(ms for state, ms in targets if state == path.states[-1])
    along = int(weights.arc_ms[np.array(path.arcs, np.int64)].sum())
    return at_ends + along == path.cost_ms


def _is_good(made: Future[Ladder]) -> bool:
    return made.done() and made.exception() is None


def _submit(jobs: queue.SimpleQueue[Callable[[], None] | None], job: Callable[[], T]) -> Future[T]:
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(job())
        except Exception as error:
            future.set_exception(error)

    jobs.put(run)
    return future


def _work(jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    with contextlib.suppress(
        OSError, AttributeError
    ):  # voice and guidance come first, where a thread can tell
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
    while (job := jobs.get()) is not None:
        job()
        del job
