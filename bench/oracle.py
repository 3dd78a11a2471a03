"""An independent answer to "what is the cheapest legal way": plain Dijkstra that remembers how it came.

It shares the costs of edges and turns with the router, since they define what cheapest means, but neither
its states, nor its automaton for restrictions, nor its search: legality is checked on the last edges driven
against the list of forbidden sequences.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nav.graph import Graph
from nav.routing.leg import Place
from nav.routing.turns import ForbiddenSequence, Turns

Path = tuple[int, ...]


@dataclass(kw_only=True)
class Oracle:
    """Cheapest ways by exhaustive search."""

    graph: Graph
    edge_ms: Sequence[int]
    """Cost of each whole edge."""
    turn_ms: dict[tuple[int, int], int]
    """Cost of each turn without the edge after it; turns not listed are impossible."""
    forbidden: set[Path]
    """Sequences of edges that must not be driven."""
    memory: int = field(init=False)
    """How many edges have to be remembered."""
    onward: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.memory = max((len(path) - 1 for path in self.forbidden), default=1)
        self.onward = {}
        for a, b in self.turn_ms:
            self.onward.setdefault(a, []).append(b)

    @classmethod
    def of(cls, graph: Graph, turns: Turns, forbidden: Iterable[ForbiddenSequence]) -> Oracle:
        """Take the costs from a turn-exact graph and the rules from the restrictions."""
        tail = turns.state_edge[turns.arc_tail].tolist()
        head = turns.state_edge[turns.arc_head].tolist()
        cost = (turns.arc_turn_ms.astype(int) + turns.arc_penalty_ms).tolist()
        edge_ms = (turns.edge_time_ms.astype(int) + turns.edge_penalty_ms).tolist()
        rules = {sequence.edges for sequence in forbidden}
        turn_ms = dict(zip(zip(tail, head, strict=True), cost, strict=True))
        return cls(graph=graph, edge_ms=edge_ms, turn_ms=turn_ms, forbidden=rules)

    def is_legal(self, path: Path) -> bool:
        """Tell whether the last edge of a path may follow the ones before it."""
        return not any(path[i:] in self.forbidden for i in range(len(path) - 1))

    def costs_from(self, starts: Sequence[Place]) -> dict[int, int]:
        """Return the least cost to the end of each edge that is reached after the edge of a start."""
        queue: list[tuple[int, Path]] = []
        for start in starts:
            rest = round((1.0 - start.fraction) * self.edge_ms[start.edge]) + start.penalty_ms
            self._expand(queue, rest, (start.edge,))
        best: dict[Path, int] = {}
        reached: dict[int, int] = {}
        while queue:
            cost, path = heapq.heappop(queue)
            if path in best:
                continue
            best[path] = cost
            reached.setdefault(path[-1], cost)
            self._expand(queue, cost, path)
        return reached

    def _expand(self, queue: list[tuple[int, Path]], cost: int, path: Path) -> None:
        for edge in self.onward.get(path[-1], ()):
            longer = (*path, edge)
            if self.is_legal(longer):
                step = self.turn_ms[path[-1], edge] + self.edge_ms[edge]
                heapq.heappush(queue, (cost + step, longer[-self.memory :]))

    def cost(self, starts: Sequence[Place], ends: Sequence[Place], reached: dict[int, int]) -> int | None:
        """Return the least cost from a start to an end, milliseconds; None if there is no way."""
        options = []
        for end in ends:
            saved = round((1.0 - end.fraction) * self.edge_ms[end.edge])
            if end.edge in reached:
                options.append(reached[end.edge] - saved + end.penalty_ms)
            for start in starts:
                if start.edge == end.edge and start.fraction <= end.fraction:
                    rest = round((1.0 - start.fraction) * self.edge_ms[start.edge])
                    options.append(rest - saved + start.penalty_ms + end.penalty_ms)
        return min(options, default=None)
