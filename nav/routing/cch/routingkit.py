"""The slower index, by the library that also computes the order: answers where the kernels were not compiled.

The native library (routingkit-cch) binds its queries to one thread and panics on misuse, so one thread of our
own owns every native object; others hand it functions.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Graph, Int32Array
from nav.routing.search import INFINITE_MS, BidirectionalSearch, Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Question, Weights

T = TypeVar("T")
_KEPT_METRICS = 6
_KEPT_METRICS_OF_LARGE = 3
_MOST_PARTIAL = 1500
"""More changed arcs than this, scattered over a region, cost more one by one than all together."""
_SMALL_STATES = 60_000
"""Up to this size the index is there in a fraction of a second, and it is better to wait for it."""


class _Native:
    """The native objects. Every method runs in the owner thread."""

    def __init__(self) -> None:
        self.cch: Any = None
        self._metrics: OrderedDict[int, list[Any]] = OrderedDict()
        self._kept = _KEPT_METRICS

    def build(self, turns: Turns, order: Int32Array) -> None:
        import routingkit_cch

        self._kept = _KEPT_METRICS if turns.state_count <= _SMALL_STATES else _KEPT_METRICS_OF_LARGE
        self.cch = routingkit_cch.CCH(order.tolist(), turns.arc_tail.tolist(), turns.arc_head.tolist(), False)

    def _metric(self, weights: Weights) -> list[Any]:
        """Return [metric, query] of these weights, customised on first use."""
        import routingkit_cch

        found = self._metrics.get(weights.serial)
        if found is None:
            values = weights.arc_ms.whole.tolist()
            if len(self._metrics) >= self._kept:
                # Unlike making a new one, this lets other threads run while it works.
                metric = self._metrics.popitem(last=False)[1][0]
                metric.reset(values)
            else:
                metric = routingkit_cch.CCHMetric(self.cch, values)
            found = self._metrics[weights.serial] = [metric, None]
        self._metrics.move_to_end(weights.serial)
        return found

    def customise(self, weights: Weights) -> None:
        self._metric(weights)

    def run(self, weights: Weights, questions: list[Question]) -> list[Found | None]:
        import routingkit_cch

        slot = self._metric(weights)
        if slot[1] is None:
            slot[1] = routingkit_cch.CCHQuery(slot[0])
        return [
            _ask(slot[1], sources, targets) if sources and targets else None for sources, targets in questions
        ]

    def into(self, weights: Weights, sources: list[int], targets: list[list[Seed]]) -> FloatArray:
        """Return the cost from each source state to each group of targets, (S, T); inf if unreachable."""
        import routingkit_cch

        sweep = routingkit_cch.CCHManyToOne(self._metric(weights)[0], sources)
        table = np.full((len(sources), len(targets)), np.inf)
        for column, seeds in enumerate(targets):
            if seeds:
                table[:, column] = _milliseconds(sweep.distances_to_multi(seeds))
        del sweep
        return table

    def many(self, weights: Weights, sources: list[list[Seed]], targets: list[int]) -> FloatArray:
        """Return the cost from each group of sources to each target state; inf if unreachable."""
        import routingkit_cch

        metric = self._metric(weights)[0]
        sweep = routingkit_cch.CCHOneToMany(metric, targets)
        table = np.full((len(sources), len(targets)), np.inf)
        for row, seeds in enumerate(sources):
            if seeds:
                table[row] = _milliseconds(sweep.distances_from_multi(seeds))
        del sweep
        return table

    def update(self, weights: Weights, changed: dict[int, int]) -> None:
        """Put new arc weights into a customised metric; nothing to do if it is not customised."""
        import routingkit_cch

        slot = self._metrics.get(weights.serial)
        if slot is None:
            return
        slot[1] = None
        if len(changed) > _MOST_PARTIAL:
            slot[0].reset(weights.arc_ms.whole.tolist())
        else:
            routingkit_cch.CCHMetricPartialUpdater(self.cch).apply(slot[0], changed)


def _ask(query: Any, sources: list[Seed], targets: list[Seed]) -> Found | None:
    result = query.run_multi(sources, targets)
    try:
        cost = result.distance
        if cost is None or cost >= INFINITE_MS:
            return None
        return Found(cost_ms=cost, states=result.node_path, arcs=result.arc_path)
    finally:
        # A result that is alive when the next query runs makes the library panic.
        del result


def _milliseconds(found: list[int | None]) -> list[float]:
    return [np.inf if ms is None or ms >= INFINITE_MS else ms for ms in found]


Job = Callable[[_Native], Any]


class _OwnerThread:
    """A daemon thread that owns the native objects and runs functions on them, one after the other."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        threading.Thread(target=_work, args=(self._jobs,), name="nav-index", daemon=True).start()
        weakref.finalize(self, self._jobs.put, None).atexit = False

    def submit(self, job: Callable[[_Native], T]) -> Future[T]:
        """Queue a function."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future


def _work(jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None]) -> None:
    # The native objects must also be dropped by the thread that made them: they never leave this function.
    native = _Native()
    while (item := jobs.get()) is not None:
        job, future = item
        try:
            future.set_result(job(native))
        except BaseException as error:  # the library's panics do not derive from Exception
            future.set_exception(error if isinstance(error, Exception) else RuntimeError(str(error)))
        del item, job, future


class RoutingKitIndex:
    """Answers under any weights of one graph; until it is built, by plain search."""

    def __init__(self, graph: Graph, turns: Turns, order: Callable[[], Int32Array]) -> None:
        self._graph, self._turns = graph, turns
        self._search: BidirectionalSearch | None = None
        self._lock = threading.Lock()
        self._owner = _OwnerThread()
        self._ready = self._owner.submit(lambda native: native.build(turns, order()))

    @property
    def is_ready(self) -> bool:
        """Whether the index is built."""
        return self._ready.done() and self._ready.exception() is None

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is ready; return whether it is."""
        if not self._ready.done():
            try:
                self._ready.exception(timeout_s)
            except TimeoutError:
                return False
        return self.is_ready

    def _may_ask(self) -> bool:
        return self.is_ready or (self._turns.state_count <= _SMALL_STATES and self.wait())

    def run(self, weights: Weights, questions: Sequence[Question]) -> list[Found | None]:
        """Find for each question the cheapest path; None if there is none."""
        asked = list(questions)
        if self._may_ask():
            return self._owner.submit(lambda native: native.run(weights, asked)).result()
        with self._lock:
            if self._search is None:
                self._search = BidirectionalSearch(self._graph, self._turns)
        return [self._search.run(weights.arc_ms.whole, sources, targets) for sources, targets in asked]

    def table(
        self, weights: Weights, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        """Return the costs from groups of sources to groups of targets, (S, T) milliseconds, inf if none."""
        ends, starts = ([_only_state(group) for group in groups] for groups in (targets, sources))
        if self._may_ask() and None not in ends:
            groups, states = [list(group) for group in sources], [end for end in ends if end is not None]
            return self._owner.submit(lambda native: native.many(weights, groups, states)).result()
        if self._may_ask() and None not in starts:
            groups, states = (
                [list(group) for group in targets],
                [start for start in starts if start is not None],
            )
            return self._owner.submit(lambda native: native.into(weights, states, groups)).result()
        rows = [self.run(weights, [(list(a), list(b)) for b in targets]) for a in sources]
        return np.array([[np.inf if found is None else found.cost_ms for found in row] for row in rows])

    def timed_table(self, *_asked: object) -> None:
        """Return None: only costs are told."""

    def prepare(self, weights: Weights) -> None:
        """Customise the index for these weights now rather than at the first question."""
        if self._may_ask():
            self._owner.submit(lambda native: native.customise(weights)).result()

    def update(self, weights: Weights, arcs: NDArray[np.int64]) -> None:
        """Take notice that the costs of some arcs have changed; in force when this returns."""
        changed = dict(zip(arcs.tolist(), weights.arc_ms[arcs].tolist(), strict=True))
        done = self._owner.submit(lambda native: native.update(weights, changed))
        # While the index is being made there is nothing to change: it gets the new weights later.
        if self.is_ready:
            done.result()


def _only_state(group: Sequence[Seed]) -> int | None:
    return group[0][0] if len(group) == 1 and group[0][1] == 0 else None
