"""Legs by the hour at which the car gets there: what a road demands is judged when it is reached.

A leg is found under the rules at its beginning. Where one of them may change before the car is through,
every road and turn that it governs is judged at the time of arrival there, and the leg is found anew; what
turns out closed on the way is closed, until a leg stands that is legal at every hour of it. Gates and other
rules of places are judged at the beginning of the leg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from nav.graph import Int64Array
from nav.law.conditions import to_minute
from nav.law.rules import InForce, Use, Verdict
from nav.law.vehicle import Vehicle
from nav.routing.leg import LegPath, Place
from nav.routing.ways import Ways
from nav.routing.weights.weights import Counted

_UNKNOWN_S = 3 * 3600.0
"""How far ahead is looked where no way is open at the beginning."""
_SPARE_S = 600.0
_LONGER = 1.5
_TRIES = 8


class TimedLegs:
    """Finds the legs of a journey of one vehicle."""

    def __init__(self, ways: Ways, avoid: frozenset[str], depart: datetime, vehicle: Vehicle) -> None:
        self._ways, self._avoid, self._vehicle = ways, avoid, vehicle
        self._depart = depart.replace(tzinfo=None)
        self._rules = ways.region.network(ways.profile).rules

    def find(self, starts: Sequence[Place], ends: Sequence[Place], elapsed_s: float) -> LegPath | None:
        """Return the cheapest legal way, begun so many seconds after the departure; None if there is none."""
        begin = self._depart + timedelta(seconds=elapsed_s)
        force = self._rules.in_force(to_minute(begin), self._vehicle)
        path = self._find(force, starts, ends)
        lasts_s = _UNKNOWN_S if path is None else float(path.time_ms.sum()) / 1000.0 * _LONGER + _SPARE_S
        rules, conditions = self._rules.changing(to_minute(begin), begin + timedelta(seconds=lasts_s))
        if not rules and not conditions:
            return path
        judged = self._on_arrival(force, starts, begin, rules, conditions)
        for _ in range(_TRIES):
            path = self._find(judged, starts, ends)
            if path is None:
                return None
            shut = self._shut_on(path, begin)
            if shut == ([], []):
                return path
            judged = _with_closed(judged, *shut)
        return None

    def _find(self, force: InForce, starts: Sequence[Place], ends: Sequence[Place]) -> LegPath | None:
        return self._ways.legs.find(self._ways.metrics.under(self._avoid, force), starts, ends)

    def _on_arrival(
        self, force: InForce, starts: Sequence[Place], begin: datetime, rules: set[int], conditions: set[int]
    ) -> InForce:
        """Judge the roads and turns of some rules when a car could be there at the earliest."""
        ways, graph, turns = self._ways, self._ways.graph, self._ways.turns
        eased = InForce(
            verdicts=tuple((i, v) for i, v in force.verdicts if i not in rules),
            conditions=tuple(i for i in force.conditions if i not in conditions),
        )
        edges = np.flatnonzero(np.isin(graph.edge_rule, sorted(rules)) & (turns.edge_state >= 0))
        arcs = np.flatnonzero(np.isin(turns.arc_condition, sorted(conditions)))
        tails = np.searchsorted(turns.first_arc, arcs, side="right") - 1
        weights = ways.metrics.under(frozenset(), eased, Counted.TIME)
        seeds = [(int(turns.edge_state[p.edge]), ways.legs.remaining_ms(weights, p)) for p in starts]
        states = np.concatenate((turns.edge_state[edges], tails)).astype(np.int64)
        reached_ms = ways.engine.many(weights, [seeds], states.tolist())[0]
        reached_ms[: len(edges)] -= np.minimum(weights.edge_ms[edges], reached_ms[: len(edges)])
        reached_ms = np.where(np.isfinite(reached_ms), reached_ms, 0.0)
        usual = dict(force.verdicts)
        at_edges: list[tuple[int, Verdict]] = []
        for edge, ms in zip(edges.tolist(), reached_ms.tolist(), strict=False):
            rule = int(graph.edge_rule[edge])
            verdict = self._verdict(rule, begin, ms)
            if verdict != usual.get(rule, Verdict(self._rules.rules[rule].usual)):
                at_edges.append((edge, verdict))
        at_arcs: list[tuple[int, bool]] = []
        for arc, ms in zip(arcs.tolist(), reached_ms[len(edges) :].tolist(), strict=True):
            condition = int(turns.arc_condition[arc])
            forbidden = self._forbids(condition, begin, ms)
            if forbidden != (condition in force.conditions):
                at_arcs.append((arc, forbidden))
        return replace(force, edges=tuple(at_edges), arcs=tuple(at_arcs))

    def _verdict(self, rule: int, begin: datetime, after_ms: float) -> Verdict:
        return self._rules.verdict(rule, to_minute(begin + timedelta(milliseconds=after_ms)), self._vehicle)

    def _forbids(self, condition: int, begin: datetime, after_ms: float) -> bool:
        return self._rules.forbids(
            condition, to_minute(begin + timedelta(milliseconds=after_ms)), self._vehicle
        )

    def _shut_on(self, path: LegPath, begin: datetime) -> tuple[list[int], list[int]]:
        """Return the edges and turns of a leg that are closed when the car gets there."""
        graph, turns = self._ways.graph, self._ways.turns
        left_ms: Int64Array = np.cumsum(path.time_ms)
        edges = [
            int(path.edges[i])
            for i in np.flatnonzero(graph.edge_rule[path.edges] >= 0).tolist()
            # The road on which the car stands may be left.
            if i > 0
            and self._verdict(int(graph.edge_rule[path.edges[i]]), begin, float(left_ms[i - 1])).use
            == Use.CLOSED
        ]
        arcs = [
            arc
            for i, arc in enumerate(path.arcs)
            if turns.arc_condition[arc] >= 0
            and self._forbids(int(turns.arc_condition[arc]), begin, float(left_ms[i]))
        ]
        return edges, arcs


def _with_closed(force: InForce, edges: list[int], arcs: list[int]) -> InForce:
    """Close some edges and turns besides."""
    at_edges = dict(force.edges) | dict.fromkeys(edges, Verdict(Use.CLOSED))
    at_arcs = dict(force.arcs) | dict.fromkeys(arcs, True)
    return replace(force, edges=tuple(sorted(at_edges.items())), arcs=tuple(sorted(at_arcs.items())))
