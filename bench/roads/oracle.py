"""An independent answer to "what is the cheapest legal way": plain Dijkstra that remembers how it came.

It shares the costs of edges and turns with the router, since they define what cheapest means, but neither
its states, nor its automaton for restrictions, nor its search: legality is checked on the last edges driven
against the list of forbidden sequences. Who turns round and comes back the same way is where he was: what he
had driven before turning counts again.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from nav.graph import Graph
from nav.routing.leg import Place
from nav.routing.search import INFINITE_MS
from nav.routing.weights.turns import ForbiddenSequence, Turns
from nav.routing.weights.weights import Weights

Path = tuple[int, ...]
Driven = tuple[Path, Path]
"""The last edges driven, and those that turning back would resume."""


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
    beginnings: set[Path] = field(init=False)

    def __post_init__(self) -> None:
        self.memory = max((len(path) - 1 for path in self.forbidden), default=1)
        self.beginnings = {path[:n] for path in self.forbidden for n in range(2, len(path))}
        self.onward = {}
        for a, b in self.turn_ms:
            self.onward.setdefault(a, []).append(b)

    @classmethod
    def of(
        cls,
        graph: Graph,
        turns: Turns,
        forbidden: Iterable[ForbiddenSequence],
        weights: Weights | None = None,
        in_force: Collection[int] | None = None,
    ) -> Oracle:
        """Take the costs from a turn-exact graph and the rules from the restrictions.

        Parameters
        ----------
        graph, turns
            The graph.
        forbidden
            What restrictions forbid.
        weights
            Costs of edges under which rules; the usual ones if not given.
        in_force
            Conditions that hold; None takes all of them to do so.
        """
        tail = turns.state_edge[turns.arc_tail].tolist()
        head = turns.state_edge[turns.arc_head].tolist()
        cost = (turns.arc_turn_ms.astype(int) + turns.arc_penalty_ms).tolist()
        edge_ms = (turns.edge_time_ms.astype(int) + turns.edge_penalty_ms).tolist()
        if weights is not None:
            edge_ms = weights.edge_ms.whole.tolist()
        rules = {s.edges for s in forbidden if s.condition < 0 or in_force is None or s.condition in in_force}
        turn_ms = dict(zip(zip(tail, head, strict=True), cost, strict=True))
        return cls(graph=graph, edge_ms=edge_ms, turn_ms=turn_ms, forbidden=rules)

    def after(self, driven: Driven, edge: int) -> Driven | None:
        """Return what is remembered after another edge; None if it must not be driven."""
        path, held = driven
        if held and edge == held[-1]:
            return held, ()
        longer = (*path, edge)
        if any(longer[i:] in self.forbidden for i in range(len(longer) - 1)):
            return None
        back: Path = ()
        if edge == self.graph.edge_reverse[path[-1]]:
            back = self._under_way(path)
        elif len(held) > 2 and edge == self.graph.edge_reverse[held[-2]]:
            back = held[:-1]
        return longer[-self.memory :], back

    def _under_way(self, path: Path) -> Path:
        """Return the longest beginning of a forbidden sequence that has just been driven."""
        return next((path[i:] for i in range(len(path)) if path[i:] in self.beginnings), ())

    def is_legal(self, path: Path) -> bool:
        """Tell whether a way of several edges obeys every rule."""
        driven: Driven | None = (path[:1], ())
        for edge in path[1:]:
            driven = self.after(driven, edge) if driven is not None else None
        return driven is not None

    def costs_from(self, starts: Sequence[Place]) -> dict[int, int]:
        """Return the least cost to the end of each edge that is reached after the edge of a start."""
        queue: list[tuple[int, Driven]] = []
        for start in starts:
            rest = round((1.0 - start.fraction) * self.edge_ms[start.edge]) + start.penalty_ms
            self._expand(queue, rest, ((start.edge,), ()))
        best: set[Driven] = set()
        reached: dict[int, int] = {}
        while queue:
            cost, driven = heapq.heappop(queue)
            if driven in best:
                continue
            best.add(driven)
            reached.setdefault(driven[0][-1], cost)
            self._expand(queue, cost, driven)
        return reached

    def _expand(self, queue: list[tuple[int, Driven]], cost: int, driven: Driven) -> None:
        last = driven[0][-1]
        for edge in self.onward.get(last, ()):
            following = self.after(driven, edge)
            step = self.turn_ms[last, edge] + self.edge_ms[edge]
            if following is not None and step < INFINITE_MS:
                heapq.heappush(queue, (cost + step, following))

    def cost(self, starts: Sequence[Place], ends: Sequence[Place], reached: dict[int, int]) -> int | None:
        """Return the least cost from a start to an end, milliseconds; None if there is no way."""
        options = []
        for end in ends:
            if self.edge_ms[end.edge] >= INFINITE_MS:
                continue
            saved = round((1.0 - end.fraction) * self.edge_ms[end.edge])
            if end.edge in reached:
                options.append(reached[end.edge] - saved + end.penalty_ms)
            for start in starts:
                if start.edge == end.edge and start.fraction <= end.fraction:
                    rest = round((1.0 - start.fraction) * self.edge_ms[start.edge])
                    options.append(rest - saved + start.penalty_ms + end.penalty_ms)
        return min(options, default=None)
