"""Memory of how an edge was reached, for turn restrictions that lead over ways.

A restriction over via ways forbids a sequence of edges. While its beginning is being driven the edge has a
state of its own, linked like the automaton of Aho and Corasick. A restriction stays in progress while a
driver turns round and comes back the same way: turning round twice on the road between does not shake it off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nav.graph import Graph

Path = tuple[int, ...]
State = tuple[Path, Path]
"""The longest beginning of a forbidden sequence that was just driven, and the one that turning back would
resume; either may be empty."""
Arc = tuple[State, int, "State | None", int]
"""From a state over an edge to a state (None: nothing is remembered), and what forbids it (-1: nothing)."""


class Memory:
    """Finds the states that must remember something, and their arcs."""

    def __init__(self, graph: Graph, forbidden: Mapping[Path, int], conditions: dict[str, int]) -> None:
        self._reverse = graph.edge_reverse
        self._forbidden = forbidden
        self._conditions = conditions
        self._beginnings = {path[:length] for path in forbidden for length in range(2, len(path))}
        self.begins: dict[tuple[int, int], State] = {}
        """Turns between plain states that lead into one with memory."""
        self.states: list[State] = []
        self.arcs: list[Arc] = []

    def edge_of(self, state: State) -> int:
        """Return the edge on which a state is."""
        driven, held = state
        return driven[-1] if driven else int(self._reverse[held[-1]])

    def explore(self, after: Callable[[int], list[tuple[int, int]]]) -> None:
        """Find every state, given the edges after an edge with the conditions that forbid them (-1: none)."""
        waiting: list[State] = []
        for path in sorted(self._beginnings):
            if len(path) == 2 and any(edge == path[1] for edge, _ in after(path[0])):
                state: State = (path, ())
                self.begins[path[0], path[1]] = state
                waiting.append(state)
        seen = set(waiting)
        while waiting:
            state = waiting.pop()
            self.states.append(state)
            for edge, condition in after(self.edge_of(state)):
                ruled, following = self._step(state, edge)
                if -1 in ruled:
                    continue
                when = self._merged(ruled | ({condition} - {-1}))
                self.arcs.append((state, edge, following, when))
                if following is not None and following not in seen:
                    seen.add(following)
                    waiting.append(following)

    def _step(self, state: State, edge: int) -> tuple[set[int], State | None]:
        """Return the conditions of the sequences that an edge completes, and the state after it."""
        driven, held = state
        last = self.edge_of(state)
        if held and edge == held[-1]:
            return set(), (held, ())
        path = (*driven, edge) if driven else (last, edge)
        ruled = {self._forbidden[path[i:]] for i in range(len(path) - 2) if path[i:] in self._forbidden}
        suffixes = (path[i:] for i in range(len(path) - 1))
        longest = next((suffix for suffix in suffixes if suffix in self._beginnings), ())
        back: Path = ()
        if edge == self._reverse[last]:
            back = driven
        elif len(held) > 2 and edge == self._reverse[held[-2]]:
            back = held[:-1]
        return ruled, (longest, back) if longest or back else None

    def _merged(self, conditions: set[int]) -> int:
        """Return the index of a condition that holds if one of several does; -1 for none."""
        if len(conditions) < 2:
            return next(iter(conditions), -1)
        texts = {index: text for text, index in self._conditions.items()}
        text = " OR ".join(sorted(texts[index] for index in conditions))
        return self._conditions.setdefault(text, len(self._conditions))
