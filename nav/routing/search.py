"""Bidirectional A* on the turn-exact graph: answers while the index is not ready, and needs none."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nav.geometry import EARTH_RADIUS_M
from nav.graph import FloatArray, Graph, Int64Array
from nav.routing.weights.turns import Turns

INFINITE_MS = 2**31 - 1
"""Weight of an arc that must not be used (the index holds no larger numbers)."""

Seed = tuple[int, int]
"""A state and the milliseconds already (or still) to count there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The cheapest path from one of the sources to one of the targets."""

    cost_ms: int
    """Sum of the arcs and of what counts at both ends."""
    states: list[int]
    """States of the path, both ends included."""
    arcs: list[int]
    """Arcs of the path, one fewer than states."""


class BidirectionalSearch:
    """Plain search over the arrays; holds the reversed graph and coordinates of one profile."""

    def __init__(self, graph: Graph, turns: Turns) -> None:
        self._turns = turns
        tail = turns.arc_tail
        order = np.argsort(turns.arc_head, kind="stable")
        self._back_arc = order.astype(np.int64)
        self._back_first = np.searchsorted(turns.arc_head[order], np.arange(turns.state_count + 1))
        self._tail = tail
        node = graph.edge_to[turns.state_edge]
        self._xyz = _on_sphere(graph.node_lat[node], graph.node_lon[node])
        usable = turns.edge_state >= 0
        speed = graph.edge_length_m[usable] / np.maximum(turns.edge_time_ms[usable], 1)
        self._metres_per_ms = float(speed.max(initial=0.01)) * 1.0001

    def run(self, weights: Int64Array, sources: Iterable[Seed], targets: Iterable[Seed]) -> Found | None:
        """Find the cheapest path; None if there is none."""
        sources, targets = list(sources), list(targets)
        if not sources or not targets:
            return None
        potential = self._potential(sources[0][0], targets[0][0])
        ahead = _Side(sources, potential, 1.0)
        behind = _Side(targets, potential, -1.0)
        first, heads = self._turns.first_arc.data, self._turns.arc_head.data
        back_first, back_arc, tails = self._back_first.data, self._back_arc.data, self._tail.data
        cost = weights.data
        best, middle = INFINITE_MS, -1
        while ahead.queue and behind.queue:
            if ahead.queue[0][0] + behind.queue[0][0] >= best:
                break
            if ahead.queue[0][0] <= behind.queue[0][0]:
                state = ahead.settle()
                if state >= 0:
                    for arc in range(first[state], first[state + 1]):
                        ahead.relax(state, heads[arc], arc, cost[arc])
            else:
                state = behind.settle()
                if state >= 0:
                    for i in range(back_first[state], back_first[state + 1]):
                        behind.relax(state, tails[back_arc[i]], back_arc[i], cost[back_arc[i]])
            if state >= 0 and state in ahead.distance and state in behind.distance:
                total = ahead.distance[state] + behind.distance[state]
                if total < best:
                    best, middle = total, state
        return None if middle < 0 else _join(best, middle, ahead, behind)

    def _potential(self, source: int, target: int) -> _Potential:
        return _Potential(self._xyz, source, target, self._metres_per_ms)


class _Potential:
    """Half the difference of the beeline times to target and from source; consistent for both directions."""

    def __init__(self, xyz: FloatArray, source: int, target: int, metres_per_ms: float) -> None:
        self._x, self._y, self._z = (np.ascontiguousarray(xyz[:, i]).data for i in range(3))
        self._source = tuple(xyz[source].tolist())
        self._target = tuple(xyz[target].tolist())
        self._ms_per_half_metre = 0.5 / metres_per_ms

    def at(self, state: int) -> float:
        x, y, z = self._x[state], self._y[state], self._z[state]
        tx, ty, tz = self._target
        sx, sy, sz = self._source
        to_target = ((x - tx) ** 2 + (y - ty) ** 2 + (z - tz) ** 2) ** 0.5
        from_source = ((x - sx) ** 2 + (y - sy) ** 2 + (z - sz) ** 2) ** 0.5
        return float((to_target - from_source) * self._ms_per_half_metre)


class _Side:
    """One direction of the search."""

    def __init__(self, seeds: list[Seed], potential: _Potential, sign: float) -> None:
        self._potential, self._sign = potential, sign
        self.distance: dict[int, int] = {}
        self.parent: dict[int, tuple[int, int]] = {}
        self.queue: list[tuple[float, int, int]] = []
        self._settled: set[int] = set()
        for state, ms in seeds:
            if ms < self.distance.get(state, INFINITE_MS):
                self.distance[state] = ms
                self._push(state, ms)

    def _push(self, state: int, distance: int) -> None:
        heapq.heappush(self.queue, (distance + self._sign * self._potential.at(state), distance, state))

    def settle(self) -> int:
        """Take the nearest state; -1 if it was settled before."""
        _, _, state = heapq.heappop(self.queue)
        if state in self._settled:
            return -1
        self._settled.add(state)
        return state

    def relax(self, state: int, other: int, arc: int, weight: int) -> None:
        if weight >= INFINITE_MS:
            return
        distance = self.distance[state] + weight
        if distance < self.distance.get(other, INFINITE_MS):
            self.distance[other] = distance
            self.parent[other] = (state, arc)
            self._push(other, distance)


def _join(best: int, middle: int, ahead: _Side, behind: _Side) -> Found:
    states, arcs = [middle], []
    while states[-1] in ahead.parent:
        state, arc = ahead.parent[states[-1]]
        states.append(state)
        arcs.append(arc)
    states.reverse()
    arcs.reverse()
    while states[-1] in behind.parent:
        state, arc = behind.parent[states[-1]]
        states.append(state)
        arcs.append(arc)
    return Found(cost_ms=best, states=states, arcs=arcs)


def _on_sphere(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Return points in space, metres: the chord is never longer than the way over the surface."""
    phi, theta = np.radians(lat), np.radians(lon)
    return EARTH_RADIUS_M * np.stack(
        (np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)), axis=1
    )
