"""A graph that lives for one route is not worth an index: it is searched itself, by compiled code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Graph
from nav.routing.cch.query import Queries
from nav.routing.search import Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Question, Weights


class PlainIndex:
    """Answers under any weights of one graph, by a search for each question."""

    is_ready = False

    def __init__(self, graph: Graph, turns: Turns) -> None:
        self._queries = Queries(turns, graph)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Return False: it never is an index."""
        return False

    def run(self, weights: Weights, questions: Sequence[Question]) -> list[Found | None]:
        """Find for each question the cheapest path; None if there is none."""
        return self._queries.plain(weights.arc_ms.whole, questions)

    def table(
        self, weights: Weights, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        """Return the costs from groups of sources to groups of targets, (S, T) milliseconds, inf if none."""
        asked = [(list(a), list(b)) for a in sources for b in targets]
        found = self._queries.plain(weights.arc_ms.whole, asked)
        costs = [np.inf if path is None else path.cost_ms for path in found]
        return np.array(costs, np.float64).reshape(len(sources), len(targets))

    def timed_table(self, *_asked: object) -> None:
        """Return None: only costs are told."""

    def prepare(self, weights: Weights) -> None:
        """Do nothing: there is nothing to prepare."""

    def update(self, weights: Weights, arcs: NDArray[np.int64]) -> None:
        """Do nothing: the changed weights are searched."""
