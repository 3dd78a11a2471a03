"""One leg: from places on edges to places on edges, as seeds for the engine and back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nav.graph import FloatArray, Int64Array
from nav.routing.engine import Engine
from nav.routing.search import INFINITE_MS, Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Weights

_MANY = 50
"""For more questions than this all costs are worked out at once, not those at the ends one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on a directed edge where a leg may begin or end."""

    edge: int
    fraction: float
    """0 at the start of the edge … 1 at its end."""
    penalty_ms: int = 0
    """Dislike of beginning or ending here, in this direction."""
    of: int = 0
    """Which of the roads near the stop it is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPath:
    """The cheapest way between two sets of places."""

    edges: Int64Array
    spans: FloatArray
    """(n, 2) part of each edge that is travelled."""
    time_ms: Int64Array
    """(n,) milliseconds on each edge, the turn into it included."""
    cost_ms: int
    begins_at: int = 0
    """Which of the roads near its first stop it begins on."""
    ends_at: int = 0
    """Which of the roads near its last stop it ends on."""
    arcs: Sequence[int] = ()
    """The turns between the edges, if they are known."""
    limits_kph: Mapping[int, int] = field(default_factory=dict)
    """Speed limits that hold instead of the usual ones, by edge."""

    @property
    def end(self) -> Place:
        """Where it ends."""
        return Place(edge=int(self.edges[-1]), fraction=float(self.spans[-1, 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question to the engine, and how to read its answer."""

    sources: list[Seed]
    targets: list[Seed]
    offset_ms: int
    """Added to every target, so that none is negative."""
    began: dict[int, tuple[int, Place]]
    """Source state → arc that leads into it (-1: none) and the start."""
    ends: Sequence[Place]


class LegFinder:
    """Finds legs on one profile."""

    def __init__(
        self, turns: Turns, engine: Engine, edge_time_ms: Callable[[Int64Array, Weights | None], Int64Array]
    ) -> None:
        self._turns, self._engine, self._edge_time_ms = turns, engine, edge_time_ms
        self._plain_count = turns.plain_count
        self._memory_states: dict[int, list[int]] = {}
        for state, edge in enumerate(turns.state_edge[self._plain_count :].tolist(), self._plain_count):
            self._memory_states.setdefault(edge, []).append(state)

    def states_of(self, edge: int) -> list[int]:
        """Return every state of an edge, however it was reached."""
        return [int(self._turns.edge_state[edge]), *self._memory_states.get(edge, ())]

    def find(self, weights: Weights, starts: Sequence[Place], ends: Sequence[Place]) -> LegPath | None:
        """Return the cheapest way from one of the starts to one of the ends; None if there is none."""
        return self.find_each(weights, [(starts, ends)])[0]

    def find_each(
        self, weights: Weights, questions: Sequence[tuple[Sequence[Place], Sequence[Place]]]
    ) -> list[LegPath | None]:
        """Return the cheapest way for each pair of starts and ends, asked in one go."""
        if len(questions) > _MANY:
            weights.edge_ms.hold()
        asked: list[_Asked] = [self._ask(weights, starts, ends) for starts, ends in questions]
        found = self._engine.run(weights, [(a.sources, a.targets) for a in asked])
        return [None if f is None else self._path(weights, a, f) for a, f in zip(asked, found, strict=True)]

    def _ask(self, weights: Weights, starts: Sequence[Place], ends: Sequence[Place]) -> _Asked:
        starts, ends = self.open_starts(weights, starts), self.open_ends(weights, ends)
        if not starts or not ends:
            return _Asked(sources=[], targets=[], offset_ms=0, began={}, ends=[])
        sources, began = self._sources(weights, starts, ends)
        targets, offset = self.targets(weights, ends)
        return _Asked(sources=sources, targets=targets, offset_ms=offset, began=began, ends=ends)

    def open_starts(self, weights: Weights, starts: Sequence[Place]) -> list[Place]:
        """Return those where a leg may begin: a closed road may be left, by who has no other."""
        starts = [p for p in starts if self._turns.edge_state[p.edge] >= 0]
        return [p for p in starts if weights.edge_ms[p.edge] < INFINITE_MS] or starts

    def open_ends(self, weights: Weights, ends: Sequence[Place]) -> list[Place]:
        """Return those where a leg may end."""
        state, edge_ms = self._turns.edge_state, weights.edge_ms
        return [p for p in ends if state[p.edge] >= 0 and edge_ms[p.edge] < INFINITE_MS]

    def along(self, edges: Int64Array, start_fraction: float, end_fraction: float) -> LegPath:
        """Return the leg over edges that are known; turns that the rules forbid take no time."""
        turns = self._turns
        time = self._edge_time_ms(edges, None)
        spans = np.zeros((len(edges), 2))
        spans[:, 1] = 1.0
        spans[0, 0], spans[-1, 1] = (
            start_fraction,
            max(end_fraction, start_fraction if len(edges) == 1 else 0.0),
        )
        time = np.rint(time * (spans[:, 1] - spans[:, 0])).astype(np.int64)
        for i, (a, b) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True), 1):
            state = int(turns.edge_state[a])
            arcs = (
                slice(int(turns.first_arc[state]), int(turns.first_arc[state + 1]))
                if state >= 0
                else slice(0)
            )
            turn = np.flatnonzero(turns.state_edge[turns.arc_head[arcs]] == b)
            time[i] += int(turns.arc_turn_ms[arcs][turn[0]]) if len(turn) else 0
        return LegPath(edges=edges, spans=spans, time_ms=time, cost_ms=int(time.sum()))

    def _sources(
        self, weights: Weights, starts: Sequence[Place], ends: Sequence[Place]
    ) -> tuple[list[Seed], dict[int, tuple[int, Place]]]:
        """Return the seeds, and for each its first arc (-1: none) and start.

        Where a leg would have to run backwards on its own edge, it begins with the turns out of that edge.
        """
        turns = self._turns
        best: dict[int, tuple[int, int, Place]] = {}

        def offer(state: int, ms: int, arc: int, start: Place) -> None:
            if ms < INFINITE_MS and (state not in best or ms < best[state][0]):
                best[state] = (ms, arc, start)

        for start in starts:
            state = int(turns.edge_state[start.edge])
            ms = start.penalty_ms + self.remaining_ms(weights, start)
            if any(end.edge == start.edge and end.fraction < start.fraction for end in ends):
                for arc in range(int(turns.first_arc[state]), int(turns.first_arc[state + 1])):
                    offer(int(turns.arc_head[arc]), ms + int(weights.arc_ms[arc]), arc, start)
            else:
                offer(state, ms, -1, start)
        return [(s, ms) for s, (ms, _, _) in best.items()], {s: (arc, p) for s, (_, arc, p) in best.items()}

    def remaining_ms(self, weights: Weights, start: Place) -> int:
        """Return the cost from a place to the end of its edge; a closed road may be left."""
        whole = int(weights.edge_ms[start.edge])
        if whole >= INFINITE_MS:
            whole = int(self._turns.edge_time_ms[start.edge])
        return round((1.0 - start.fraction) * whole)

    def targets(self, weights: Weights, ends: Sequence[Place]) -> tuple[list[Seed], int]:
        """Return the seeds at the ends, and the offset that keeps them from being negative."""
        rest = [round((1.0 - p.fraction) * int(weights.edge_ms[p.edge])) for p in ends]
        offset = max(rest)
        seeds: dict[int, int] = {}
        for place, saved in zip(ends, rest, strict=True):
            for state in self.states_of(place.edge):
                ms = offset - saved + place.penalty_ms
                seeds[state] = min(ms, seeds.get(state, INFINITE_MS))
        return list(seeds.items()), offset

    def _path(self, weights: Weights, asked: _Asked, found: Found) -> LegPath:
        turns = self._turns
        first_arc, start = asked.began[found.states[0]]
        states, arcs = found.states, found.arcs
        if first_arc >= 0:
            states, arcs = [int(turns.edge_state[start.edge]), *states], [first_arc, *arcs]
        edges = turns.state_edge[states].astype(np.int64)
        last_edge = int(edges[-1])
        end = min((p for p in asked.ends if p.edge == last_edge), key=lambda p: p.fraction)
        spans = np.zeros((len(edges), 2))
        spans[:, 1] = 1.0
        spans[0, 0], spans[-1, 1] = start.fraction, end.fraction
        time = self._edge_time_ms(edges, weights)
        first, last = int(time[0]), int(time[-1])
        # The same rounding as in the seeds, so that times and costs agree to the millisecond.
        time[0] = round((1.0 - start.fraction) * first)
        time[-1] = (int(time[0]) if len(edges) == 1 else last) - round((1.0 - end.fraction) * last)
        time[1:] += turns.arc_turn_ms[arcs]
        return LegPath(
            edges=edges,
            spans=spans,
            time_ms=time,
            cost_ms=found.cost_ms - asked.offset_ms,
            begins_at=start.of,
            ends_at=end.of,
            arcs=arcs,
            limits_kph=weights.limits_kph,
        )
