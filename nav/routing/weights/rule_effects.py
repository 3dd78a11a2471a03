"""What the rules in force do to edges and turns: closed, slower, or reached at a price."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nav.graph import NO_LIMIT_KPH, EdgeFlag, Int64Array
from nav.law.rules import InForce, Use
from nav.region import Network
from nav.routing.weights.costs import load_costs

_SIGNED_SHARE = 0.98
"""A road this near to the speed that its sign allows is held back by nothing else."""


class RuleEffects:
    """Spreads the verdicts on rules over the edges and turns of one profile."""

    def __init__(self, network: Network) -> None:
        self._graph, self._turns = network.graph, network.turns
        self._rule_count = len(network.rules.rules)

    @cached_property
    def _ruled(self) -> Int64Array:
        """Edges with a rule."""
        return np.flatnonzero(self._graph.edge_rule >= 0) if self._rule_count else np.empty(0, np.int64)

    def _uses(self, force: InForce) -> NDArray[np.int8]:
        """Return the use of each edge with a rule, -1 where it is the usual one."""
        by_rule = np.full(self._rule_count + 1, -1, np.int8)
        for rule, verdict in force.verdicts:
            by_rule[rule] = verdict.use
        found = by_rule[self._graph.edge_rule[self._ruled]]
        for edge, verdict in force.edges:
            found[np.searchsorted(self._ruled, edge)] = verdict.use
        return np.asarray(found)

    def closed_edges(self, force: InForce) -> Int64Array:
        """Return the edges that are closed."""
        return np.asarray(self._ruled[self._uses(force) == Use.CLOSED])

    def speeds(self, force: InForce) -> tuple[dict[int, int], dict[int, int]]:
        """Return milliseconds on whole edges, and km/h, where another limit holds than the usual one."""
        limits: dict[int, int] = {}
        for rule, verdict in force.verdicts:
            if verdict.limit_kph:
                edges = self._ruled[self._graph.edge_rule[self._ruled] == rule]
                limits.update(dict.fromkeys(edges.tolist(), verdict.limit_kph))
        for edge, verdict in force.edges:
            limits.pop(edge, None)
            if verdict.limit_kph:
                limits[edge] = verdict.limit_kph
        return {edge: self._time_ms(edge, limit) for edge, limit in limits.items()}, limits

    def _time_ms(self, edge: int, limit_kph: int) -> int:
        graph, costs = self._graph, load_costs()
        usual_ms, usual_kph = int(self._turns.edge_time_ms[edge]), float(graph.edge_speed_kph[edge])
        if limit_kph == NO_LIMIT_KPH:
            return usual_ms
        kph = min(limit_kph * costs.car("maxspeed_factor"), costs.car("top_kph"))
        posted = float(graph.edge_maxspeed_kph[edge])
        if not 0 < posted < NO_LIMIT_KPH or usual_kph < posted * costs.car("maxspeed_factor") * _SIGNED_SHARE:
            kph = min(kph, usual_kph)
        change = float(graph.edge_length_m[edge]) * 3600.0 * (1.0 / max(kph, 1.0) - 1.0 / usual_kph)
        return max(usual_ms + round(change), 1)

    @cached_property
    def _node_arcs(self) -> tuple[Int64Array, NDArray[np.int32]]:
        """Turns at nodes with a rule, those that turn back left out, and these rules."""
        graph, turns = self._graph, self._turns
        if not self._rule_count or not (graph.node_rule >= 0).any():
            return np.empty(0, np.int64), np.empty(0, np.int32)
        a, b = turns.state_edge[turns.arc_tail], turns.state_edge[turns.arc_head]
        rule = graph.node_rule[graph.edge_to[a]]
        arcs = np.flatnonzero((rule >= 0) & (graph.edge_reverse[a] != b))
        return arcs, rule[arcs]

    def closed_arcs(self, force: InForce, arcs: Int64Array) -> NDArray[np.bool_]:
        """Tell which of some turns are forbidden."""
        closed = np.zeros(len(arcs), bool)
        if force.conditions:
            closed |= np.isin(self._turns.arc_condition[arcs], force.conditions)
        at_nodes, rule = self._node_arcs
        if len(at_nodes):
            shut = [i for i, verdict in force.verdicts if verdict.use == Use.CLOSED]
            closed |= np.isin(arcs, at_nodes[np.isin(rule, shut)])
        if force.arcs:
            judged = dict(force.arcs)
            for i in np.flatnonzero(np.isin(arcs, list(judged))).tolist():
                closed[i] = judged[int(arcs[i])]
        return closed

    def arc_penalties_ms(self, force: InForce, arcs: Int64Array) -> Int64Array | int:
        """Return what to add to the dislike of some turns, as roads are private or not at this time."""
        uses = self._uses(force)
        flags = self._graph.edge_flags[self._ruled]
        usual = np.where((flags & np.uint32(EdgeFlag.PRIVATE)) > 0, Use.PRIVATE, Use.OPEN)
        usual = np.where((flags & np.uint32(EdgeFlag.DESTINATION)) > 0, Use.DESTINATION, usual)
        changed = self._ruled[(uses >= 0) & (uses != Use.CLOSED) & (uses != usual)]
        if not len(changed):
            return 0
        now = dict(zip(changed.tolist(), uses[np.isin(self._ruled, changed)].tolist(), strict=True))
        turns = self._turns
        tails = np.searchsorted(turns.first_arc, arcs, side="right") - 1
        a, b = turns.state_edge[tails], turns.state_edge[turns.arc_head[arcs]]
        extra = np.zeros(len(arcs), np.int64)
        for i in np.flatnonzero(np.isin(a, changed) | np.isin(b, changed)).tolist():
            before, after = (self._usual_use(int(e[i])) for e in (a, b))
            was = _entering_ms(before, after)
            extra[i] = _entering_ms(now.get(int(a[i]), before), now.get(int(b[i]), after)) - was
        return extra

    def _usual_use(self, edge: int) -> int:
        flags = int(self._graph.edge_flags[edge])
        if flags & EdgeFlag.DESTINATION:
            return Use.DESTINATION
        return Use.PRIVATE if flags & EdgeFlag.PRIVATE else Use.OPEN


def _entering_ms(before: int, after: int) -> int:
    """Return the dislike of going from a road of one use to one of another."""
    if before == after or after not in (Use.DESTINATION, Use.PRIVATE):
        return 0
    name = "destination_penalty_s" if after == Use.DESTINATION else "private_penalty_s"
    return round(load_costs().car(name) * 1000)
