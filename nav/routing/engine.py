"""The index behind the router: Customizable Contraction Hierarchies over the turn-exact graph."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Graph, Int32Array
from nav.routing.cch.customised import CustomisedHierarchy
from nav.routing.cch.hierarchy import StoredLadder
from nav.routing.cch.library import library
from nav.routing.cch.plain import PlainIndex
from nav.routing.cch.routingkit import RoutingKitIndex
from nav.routing.search import INFINITE_MS, BidirectionalSearch, Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Question, Weights


class Index(Protocol):
    """What answers shortest-path questions; `CustomisedHierarchy` or, without kernels, `RoutingKitIndex`."""

    @property
    def is_ready(self) -> bool: ...
    def wait(self, timeout_s: float | None = None) -> bool: ...
    def run(self, weights: Weights, questions: Sequence[Question]) -> list[Found | None]: ...
    def table(
        self, weights: Weights, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray: ...
    def timed_table(
        self,
        weights: Weights,
        sources: Sequence[Sequence[Seed]],
        targets: Sequence[Sequence[Seed]],
        arc_takes: Callable[[], Int32Array],
    ) -> tuple[FloatArray, FloatArray] | None: ...
    def prepare(self, weights: Weights) -> None: ...
    def update(self, weights: Weights, arcs: NDArray[np.int64]) -> None: ...


class Engine:
    """Answers shortest-path questions on one profile of one region."""

    def __init__(
        self,
        graph: Graph,
        turns: Turns,
        order: Callable[[], Int32Array] | None,
        stored: StoredLadder | None = None,
        digest: str = "",
        *,
        use_index: bool = True,
    ) -> None:
        """Prepare an engine; without an order the graph itself is searched, by compiled code if possible."""
        self._count = turns.state_count
        self._index: Index | None = None
        self._plain = functools.cache(lambda: BidirectionalSearch(graph, turns))
        if not (use_index and turns.state_count and len(turns.arc_head)):
            return
        if order is None:
            self._index = PlainIndex(graph, turns) if library() is not None else None
        elif library() is not None:
            self._index = CustomisedHierarchy(turns, order, stored, digest, graph)
        else:
            self._index = RoutingKitIndex(graph, turns, order)

    @property
    def is_indexed(self) -> bool:
        """Whether the index is ready; if not, queries are answered by plain search."""
        return self._index is not None and self._index.is_ready

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the index; return whether it is ready."""
        return self._index is not None and self._index.wait(timeout_s)

    def run(self, weights: Weights, questions: Sequence[Question]) -> list[Found | None]:
        """Find for each question the cheapest path from any source to any target; None if there is none."""
        checked = [(self._valid(sources), self._valid(targets)) for sources, targets in questions]
        if self._index is not None:
            return self._index.run(weights, checked)
        plain = self._plain()
        return [plain.run(weights.arc_ms.whole, sources, targets) for sources, targets in checked]

    def many(self, weights: Weights, sources: Sequence[Sequence[Seed]], targets: Sequence[int]) -> FloatArray:
        """Return costs in milliseconds from groups of sources to target states, (S, T), inf if none."""
        return self.table(weights, sources, [[(state, 0)] for state in targets])

    def into(self, weights: Weights, sources: Sequence[int], targets: Sequence[Sequence[Seed]]) -> FloatArray:
        """Return costs in milliseconds from source states to groups of targets, (S, T), inf if none."""
        return self.table(weights, [[(state, 0)] for state in sources], targets)

    def table(
        self, weights: Weights, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        """Return costs in milliseconds between groups of states, (S, T), inf if there is no way."""
        starts, ends = [self._valid(group) for group in sources], [self._valid(group) for group in targets]
        if not starts or not ends:
            return np.full((len(starts), len(ends)), np.inf)
        if self._index is not None:
            return self._index.table(weights, starts, ends)
        rows = [self.run(weights, [(seeds, group) for group in ends]) for seeds in starts]
        return np.array([[np.inf if found is None else found.cost_ms for found in row] for row in rows])

    def timed_table(
        self,
        weights: Weights,
        sources: Sequence[Sequence[Seed]],
        targets: Sequence[Sequence[Seed]],
        arc_takes: Callable[[], Int32Array],
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return costs as `table`, and what the cheapest ways take; None if the index cannot tell it.

        Parameters
        ----------
        weights, sources, targets
            What is asked.
        arc_takes
            Gives the (A,) milliseconds that arcs take; asked when they are needed first.

        Returns
        -------
        (S, T) costs, and (S, T) times: nan where no way leads, and where several that cost the same do not
        take the same.
        """
        starts, ends = [self._valid(group) for group in sources], [self._valid(group) for group in targets]
        if self._index is None or not starts or not ends:
            return None
        return self._index.timed_table(weights, starts, ends, arc_takes)

    def prepare(self, weights: Weights) -> None:
        """Customise the index for these weights now rather than at the first question."""
        if self._index is not None:
            self._index.prepare(weights)

    def update(self, weights: Weights, arcs: NDArray[np.int64]) -> None:
        """Tell the index that the weights of some arcs have changed; in force when this returns."""
        if self._index is not None:
            self._index.update(weights, arcs)

    def _valid(self, seeds: Sequence[Seed]) -> list[Seed]:
        """Drop what the compiled code would run out of its arrays with."""
        return [(int(s), int(ms)) for s, ms in seeds if 0 <= s < self._count and 0 <= ms < INFINITE_MS]
