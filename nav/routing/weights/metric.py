"""Weights for the engine: what a route costs under given wishes, at a given time, with live data."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from nav.graph import EdgeFlag, Graph, Int64Array, RoadClass
from nav.law.conditions import to_minute
from nav.law.rules import InForce
from nav.law.vehicle import PASSENGER_CAR, Vehicle
from nav.region import Network
from nav.routing.engine import Engine
from nav.routing.search import INFINITE_MS
from nav.routing.weights.costs import load_costs
from nav.routing.weights.rule_effects import RuleEffects
from nav.routing.weights.weights import Counted, MetricKey, Weights

AVOIDABLE: Mapping[str, tuple[EdgeFlag, RoadClass | None]] = {
    "toll": (EdgeFlag.TOLL, None),
    "motorway": (EdgeFlag(0), RoadClass.MOTORWAY),
    "ferry": (EdgeFlag.FERRY, None),
    "unpaved": (EdgeFlag.UNPAVED, None),
}
"""What can be avoided, and how such edges are recognised: by a flag or by their class."""
_KEPT_WEIGHTS = 6


def is_avoided(graph: Graph, wish: str, edges: NDArray[np.int64] | slice = slice(None)) -> NDArray[np.bool_]:
    """Tell for each edge whether it is of a kind that can be avoided."""
    flag, road_class = AVOIDABLE[wish]
    if road_class is not None:
        return np.asarray(graph.edge_class[edges] == road_class)
    return np.asarray((graph.edge_flags[edges] & np.uint32(flag)) > 0)


def broken_avoids(graph: Graph, edges: Int64Array, avoid: frozenset[str]) -> tuple[str, ...]:
    """Return those wishes that a route does not keep."""
    return tuple(sorted(wish for wish in avoid if is_avoided(graph, wish, edges).any()))


class Metrics:
    """Makes and keeps the weights of one profile; live changes reach all of them."""

    def __init__(self, network: Network, engine: Engine) -> None:
        self._network, self._engine = network, engine
        self._effects = RuleEffects(network)
        self._kept: OrderedDict[MetricKey, Weights] = OrderedDict()
        self._lock = threading.RLock()
        self._serials = itertools.count()
        self._live_ms: dict[int, int] = {}

    def weights(
        self,
        avoid: frozenset[str] = frozenset(),
        depart: datetime | None = None,
        *,
        counted: Counted = Counted.COST,
        vehicle: Vehicle = PASSENGER_CAR,
    ) -> Weights:
        """Return the weights under some wishes.

        Parameters
        ----------
        avoid
            What to avoid.
        depart
            Time for conditional rules, on the clocks of the region; None takes each at its strictest.
        counted
            What counts.
        vehicle
            What drives.
        """
        moment = None if depart is None else to_minute(depart)
        return self.under(avoid, self._network.rules.in_force(moment, vehicle), counted)

    def under(self, avoid: frozenset[str], force: InForce, counted: Counted = Counted.COST) -> Weights:
        """Return the weights under some wishes while certain rules are in force."""
        with self._lock:
            return self._of((tuple(sorted(avoid)), force, counted))

    def ever_closed(self, vehicle: Vehicle) -> Int64Array:
        """Return the edges that are closed to a vehicle at every hour."""
        return self._effects.closed_edges(self._network.rules.always(vehicle))

    def of_time(self, weights: Weights) -> Weights:
        """Return the weights under which only time counts while the same rules hold as under others."""
        with self._lock:
            return self._of(((), weights.key[1], Counted.TIME))

    def of_dislike(self, weights: Weights) -> Weights:
        """Return the weights that are those of a cost less those of its time, to the millisecond."""
        with self._lock:
            return self._of((*weights.key[:2], Counted.DISLIKE))

    def _of(self, key: MetricKey) -> Weights:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._make(key)
            while len(self._kept) > _KEPT_WEIGHTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def _make(self, key: MetricKey) -> Weights:
        _, force, _ = key
        times, limits = self._effects.speeds(force)
        weights = Weights(
            key=key,
            serial=next(self._serials),
            edge_ms=self._edge_ms(key, times),
            arc_ms=np.empty(0, np.int64),
            times_ms=times,
            limits_kph=limits,
        )
        weights.arc_ms = self._arc_ms(weights, np.arange(len(self._network.turns.arc_head)))
        return weights

    def _edge_ms(self, key: MetricKey, times: Mapping[int, int]) -> Int64Array:
        avoid, force, counted = key
        if counted is Counted.DISLIKE:
            cost = self._edge_ms((avoid, force, Counted.COST), times)
            time = self._edge_ms(((), force, Counted.TIME), times)
            return np.where(cost < INFINITE_MS, cost - time, INFINITE_MS)
        graph, turns = self._network.graph, self._network.turns
        time = turns.edge_time_ms.astype(np.int64)
        for edge, ms in times.items():
            time[edge] = ms
        edge_ms = time.copy()
        if counted is Counted.COST:
            edge_ms += turns.edge_penalty_ms
        factor = load_costs().car("avoid_factor")
        for wish in avoid:
            avoided = is_avoided(graph, wish)
            edge_ms[avoided] += np.rint(turns.edge_time_ms[avoided] * factor).astype(np.int64)
        edge_ms[self._effects.closed_edges(force)] = INFINITE_MS
        for edge, ms in self._live_ms.items():
            # The time on a free road gives way to the live one; what was added to avoid it stays.
            shut = ms >= INFINITE_MS or edge_ms[edge] >= INFINITE_MS
            edge_ms[edge] = INFINITE_MS if shut else max(int(edge_ms[edge] - time[edge]) + ms, 1)
        return edge_ms

    def _arc_ms(self, weights: Weights, arcs: NDArray[np.int64]) -> Int64Array:
        turns, (_, force, counted) = self._network.turns, weights.key
        ms = weights.edge_ms[turns.state_edge[turns.arc_head[arcs]]]
        if counted is not Counted.DISLIKE:
            ms = ms + turns.arc_turn_ms[arcs]
        if counted is not Counted.TIME:
            ms = ms + turns.arc_penalty_ms[arcs] + self._effects.arc_penalties_ms(force, arcs)
        ms[self._effects.closed_arcs(force, arcs)] = INFINITE_MS
        return np.asarray(np.minimum(ms, INFINITE_MS))

    def without_live(self) -> Weights:
        """Return the usual weights as they are without live data."""
        with self._lock:
            live, self._live_ms = self._live_ms, {}
            try:
                return self._make(((), self._network.rules.usual(), Counted.COST))
            finally:
                self._live_ms = live

    def apply_live(self, times_ms: Mapping[int, int]) -> None:
        """Put live times in force, in place of those before them.

        Parameters
        ----------
        times_ms
            Milliseconds on whole edges; `INFINITE_MS` closes one. Edges not named are free again.
        """
        with self._lock:
            changed = np.array(sorted(self._live_ms.keys() | times_ms.keys()), np.int64)
            self._live_ms = dict(times_ms)
            if not len(changed):
                return
            turns = self._network.turns
            arcs = np.flatnonzero(np.isin(turns.state_edge[turns.arc_head], changed))
            for weights in self._kept.values():
                fresh = self._edge_ms(weights.key, weights.times_ms)
                weights.edge_ms[changed] = fresh[changed]
                weights.arc_ms[arcs] = self._arc_ms(weights, arcs)
                self._engine.update(weights, arcs)

    def concern(self, edges: Iterable[int]) -> bool:
        """Tell whether a closure or a live speed is in force on one of these edges."""
        return not self._live_ms.keys().isdisjoint(edges)

    def times_ms(self, edges: Int64Array, weights: Weights | None = None) -> Int64Array:
        """Return the time on whole edges, live times included; closed ones count their usual time."""
        usual = self._network.turns.edge_time_ms[edges].astype(np.int64)
        for known in (weights.times_ms if weights is not None else {}, self._live_ms):
            if known:
                named = np.array([known.get(edge, INFINITE_MS) for edge in edges.tolist()], np.int64)
                usual = np.where(named < INFINITE_MS, named, usual)
        return usual
