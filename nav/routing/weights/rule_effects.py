"""What the rules in force do to edges and turns: closed, slower, or reached at a price."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.graph import NO_LIMIT_KPH, EdgeFlag, Int64Array
from nav.law.rules import InForce, Use
from nav.region import Network
from nav.routing.weights.costs import load_costs
from nav.routing.weights.weights import Chosen

_SIGNED_SHARE = 0.98
"""A road this near to the speed that its sign allows is held back by nothing else."""
_FORM = 1
"""Raised whenever other costs follow from the same arrays and rules: then the index of a pack is not used."""


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
        by_rule = {rule: verdict.limit_kph for rule, verdict in force.verdicts if verdict.limit_kph}
        rule_of = self._graph.edge_rule[self._ruled]
        limited = np.flatnonzero(np.isin(rule_of, list(by_rule)))
        limits = {
            edge: by_rule[rule]
            for edge, rule in zip(self._ruled[limited].tolist(), rule_of[limited].tolist(), strict=True)
        }
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
    def _ruled_nodes(self) -> Int64Array:
        """Nodes with a rule."""
        return np.flatnonzero(self._graph.node_rule >= 0) if self._rule_count else np.empty(0, np.int64)

    def _closed_nodes(self, force: InForce) -> Int64Array:
        """Return the nodes that nobody passes."""
        shut = [i for i, verdict in force.verdicts if verdict.use == Use.CLOSED]
        return self._ruled_nodes[np.isin(self._graph.node_rule[self._ruled_nodes], shut)]

    def basis(self, force: InForce) -> bytes:
        """Return what tells the costs under some rules from those under others; empty if that is long."""
        if force.conditions or force.arcs or self._changed_uses(force):
            return b""
        content = hashlib.blake2b(b"%d" % _FORM, digest_size=16)
        for shut in (self.closed_edges(force), self._closed_nodes(force)):
            content.update(len(shut).to_bytes(8, "little") + shut.astype("<i8").tobytes())
        return content.digest()

    def only_close(self, force: InForce, usual: InForce) -> bool:
        """Tell whether some rules close roads and turns, and open none that is usually closed."""
        if self._changed_uses(force) or not all(forbidden for _, forbidden in force.arcs):
            return False
        return all(
            bool(np.isin(closed(usual), closed(force)).all())
            for closed in (self.closed_edges, self._closed_nodes)
        )

    def closed_arcs(self, force: InForce, arcs: Chosen) -> NDArray[np.bool_]:
        """Tell which of some turns are forbidden."""
        graph, turns = self._graph, self._turns
        onto = turns.state_edge[turns.arc_head[arcs]]
        closed = np.zeros(len(onto), bool)
        if force.conditions:
            closed |= np.isin(turns.arc_condition[arcs], force.conditions)
        if len(nodes := self._closed_nodes(force)):
            there = np.flatnonzero(np.isin(graph.edge_from[onto], nodes))
            # Who turns back before a closed gate does not pass it.
            before = self._edges_before(_numbers(arcs, len(onto))[there])
            closed[there] |= graph.edge_reverse[before] != onto[there]
        for i, forbidden in force.arcs:
            closed[i if isinstance(arcs, slice) else arcs == i] = forbidden
        return closed

    def _edges_before(self, arcs: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Return the edges that some turns leave."""
        return np.asarray(
            self._turns.state_edge[np.searchsorted(self._turns.first_arc, arcs, side="right") - 1]
        )

    def _changed_uses(self, force: InForce) -> dict[int, int]:
        """Return the roads that are open, or private, at this time and otherwise usually, with their use."""
        uses = self._uses(force)
        flags = self._graph.edge_flags[self._ruled]
        usual = np.where((flags & np.uint32(EdgeFlag.PRIVATE)) > 0, Use.PRIVATE, Use.OPEN)
        usual = np.where((flags & np.uint32(EdgeFlag.DESTINATION)) > 0, Use.DESTINATION, usual)
        changed = (uses >= 0) & (uses != Use.CLOSED) & (uses != usual)
        return dict(zip(self._ruled[changed].tolist(), uses[changed].tolist(), strict=True))

    def arc_penalties_ms(self, force: InForce, arcs: Chosen) -> Int64Array | int:
        """Return what to add to the dislike of some turns, as roads are private or not at this time."""
        now = self._changed_uses(force)
        if not now:
            return 0
        changed = np.array(list(now), np.int64)
        b = self._turns.state_edge[self._turns.arc_head[arcs]]
        a = self._edges_before(_numbers(arcs, len(b)))
        extra = np.zeros(len(b), np.int64)
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


def _numbers(arcs: Chosen, count: int) -> NDArray[np.integer[Any]]:
    return np.arange(count) if isinstance(arcs, slice) else arcs


def _entering_ms(before: int, after: int) -> int:
    """Return the dislike of going from a road of one use to one of another."""
    if before == after or after not in (Use.DESTINATION, Use.PRIVATE):
        return 0
    name = "destination_penalty_s" if after == Use.DESTINATION else "private_penalty_s"
    return round(load_costs().car(name) * 1000)
