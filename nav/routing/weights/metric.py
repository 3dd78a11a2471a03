"""Weights for the engine: what a route costs under given wishes, at a given time, with live data."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.graph import EdgeFlag, Graph, Int32Array, Int64Array, Offsets, RoadClass
from nav.law.conditions import to_minute
from nav.law.rules import InForce
from nav.law.vehicle import PASSENGER_CAR, Vehicle
from nav.packs.paths import cache_home
from nav.region import Network
from nav.routing.cch.memory import mapped_memory
from nav.routing.engine import Engine
from nav.routing.search import INFINITE_MS
from nav.routing.weights.costs import load_costs
from nav.routing.weights.rule_effects import RuleEffects
from nav.routing.weights.weights import EVERY, Chosen, Costs, Counted, MetricKey, Weights

AVOIDABLE: Mapping[str, tuple[EdgeFlag, RoadClass | None]] = {
    "toll": (EdgeFlag.TOLL, None),
    "motorway": (EdgeFlag(0), RoadClass.MOTORWAY),
    "ferry": (EdgeFlag.FERRY, None),
    "unpaved": (EdgeFlag.UNPAVED, None),
}
"""What can be avoided, and how such edges are recognised: by a flag or by their class."""
_KEPT_WEIGHTS = 6


def is_avoided(graph: Graph, wish: str, edges: Chosen = EVERY) -> NDArray[np.bool_]:
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
        self._avoidable: dict[str, bool] = {}

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

    def _of(self, key: MetricKey) -> Weights:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._make(key)
            while len(self._kept) > _KEPT_WEIGHTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def _make(self, key: MetricKey, live_ms: Mapping[int, int] | None = None) -> Weights:
        """Make weights: with the live times as they are when a cost is worked out, or with those given."""
        _, force, _ = key
        times, limits = self._effects.speeds(force)
        closed = self._effects.closed_edges(force)

        def edges_ms(chosen: Chosen) -> Int64Array:
            live = self._live_ms if live_ms is None else live_ms
            return self._edge_ms(key, (times, closed, live), chosen)

        def arcs_ms(chosen: Chosen) -> Int64Array:
            return self._arc_ms(key, edges, chosen)

        edges = Costs(edges_ms)
        weights = Weights(
            key=key,
            serial=next(self._serials),
            edge_ms=edges,
            arc_ms=Costs(arcs_ms),
            times_ms=times,
            limits_kph=limits,
        )
        self._found(weights, self._live_ms if live_ms is None else live_ms)
        return weights

    def _found(self, weights: Weights, live_ms: Mapping[int, int]) -> None:
        """Say what weights follow from, and whether they are nowhere less than usual."""
        avoid, force, counted = weights.key
        weights.basis = weights.floor = b""
        if counted is not Counted.COST:
            return
        usual, usual_ms = self._network.rules.usual(), self._network.turns.edge_time_ms
        times = (*weights.times_ms.items(), *live_ms.items())
        if self._effects.only_close(force, usual) and all(ms >= usual_ms[edge] for edge, ms in times):
            weights.floor = self._effects.basis(usual)
        if not times and not any(self._has_avoided(wish) for wish in avoid):
            weights.basis = self._effects.basis(force)

    def _has_avoided(self, wish: str) -> bool:
        """Tell whether there are roads of a kind that can be avoided; looked for once."""
        if wish not in self._avoidable:
            self._avoidable[wish] = bool(is_avoided(self._network.graph, wish).any())
        return self._avoidable[wish]

    def _edge_ms(
        self,
        key: MetricKey,
        changed: tuple[Mapping[int, int], Int64Array, Mapping[int, int]],
        chosen: Chosen,
    ) -> Int64Array:
        """Return costs of whole edges; `changed`: times at other limits, closed edges, live times."""
        avoid, _, counted = key
        times, closed, live_ms = changed
        graph, turns = self._network.graph, self._network.turns
        time = turns.edge_time_ms[chosen].astype(np.int64)
        at, ms = _named(times, chosen)
        time[at] = ms
        edge_ms = time.copy()
        if counted is Counted.COST:
            edge_ms += turns.edge_penalty_ms[chosen]
        factor = load_costs().car("avoid_factor")
        for wish in avoid:
            avoided = is_avoided(graph, wish, chosen)
            edge_ms[avoided] += np.rint(turns.edge_time_ms[chosen][avoided] * factor).astype(np.int64)
        if len(closed):
            edge_ms[closed if isinstance(chosen, slice) else np.isin(chosen, closed)] = INFINITE_MS
        # The time on a free road gives way to the live one; what was added to avoid it stays.
        at, ms = _named(live_ms, chosen)
        shut = (ms >= INFINITE_MS) | (edge_ms[at] >= INFINITE_MS)
        edge_ms[at] = np.where(shut, INFINITE_MS, np.maximum(edge_ms[at] - time[at] + ms, 1))
        return edge_ms

    def _arc_ms(self, key: MetricKey, edges: Costs, chosen: Chosen) -> Int64Array:
        turns, (_, force, counted) = self._network.turns, key
        onto = turns.state_edge[turns.arc_head[chosen]]
        ms = edges.whole[onto] if isinstance(chosen, slice) else edges[onto]
        ms = ms + turns.arc_turn_ms[chosen]
        if counted is not Counted.TIME:
            ms = ms + turns.arc_penalty_ms[chosen] + self._effects.arc_penalties_ms(force, chosen)
        ms[self._effects.closed_arcs(force, chosen)] = INFINITE_MS
        return np.asarray(np.minimum(ms, INFINITE_MS))

    def without_live(self) -> Weights:
        """Return the usual weights as they are without live data."""
        with self._lock:
            return self._make(((), self._network.rules.usual(), Counted.COST), {})

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
            arcs = arcs_onto(self._network, changed)
            for weights in self._kept.values():
                weights.edge_ms.changed(changed)
                weights.arc_ms.changed(arcs)
                self._found(weights, self._live_ms)
                self._engine.update(weights, arcs)

    def concern(self, edges: Iterable[int]) -> bool:
        """Tell whether a closure or a live speed is in force on one of these edges."""
        return not self._live_ms.keys().isdisjoint(edges)

    def times_ms(self, edges: Int64Array, weights: Weights | None = None) -> Int64Array:
        """Return the time on whole edges, live times included; closed ones count their usual time."""
        return self._times_ms(edges, weights)

    def arc_times_ms(self, weights: Weights) -> Int32Array:
        """Return the time of every turn and the whole edge after it."""
        turns = self._network.turns
        with mapped_memory(cache_home()):
            ms = self._times_ms(EVERY, weights)[turns.state_edge[turns.arc_head]] + turns.arc_turn_ms
            return np.asarray(np.minimum(ms, INFINITE_MS), np.int32)

    def _times_ms(self, edges: Chosen, weights: Weights | None) -> Int64Array:
        usual = self._network.turns.edge_time_ms[edges].astype(np.int64)
        for known in (weights.times_ms if weights is not None else {}, self._live_ms):
            at, ms = _named(known, edges)
            usual[at] = np.where(ms < INFINITE_MS, ms, usual[at])
        return usual


def _named(known: Mapping[int, int], chosen: Chosen) -> tuple[Int64Array, Int64Array]:
    """Return which of the chosen edges are named, by their place among them, and what is said of each."""
    if isinstance(chosen, slice):
        at = list(known)
        ms = list(known.values())
    else:
        at = [i for i, edge in enumerate(chosen.tolist()) if edge in known] if known else []
        ms = [known[int(chosen[i])] for i in at]
    return np.array(at, np.int64), np.array(ms, np.int64)


def arcs_onto(network: Network, edges: Int64Array) -> Int64Array:
    """Return the arcs that lead onto some edges, sorted: they leave the roads that end where those begin."""
    graph, turns = network.graph, network.turns
    before = graph.edge_reverse[every_of(graph.node_first_edge, np.unique(graph.edge_from[edges]))]
    plain = turns.edge_state[before]
    remembered = turns.plain_count + np.flatnonzero(np.isin(turns.state_edge[turns.plain_count :], before))
    arcs = every_of(turns.first_arc, np.unique(np.concatenate((plain[plain >= 0], remembered))))
    return arcs[np.isin(turns.state_edge[turns.arc_head[arcs]], edges)]


def every_of(first: Offsets, groups: NDArray[np.integer[Any]]) -> Int64Array:
    """Return the numbers of all members of some groups whose members are numbered one after another."""
    begin = first[groups].astype(np.int64)
    count = first[groups + 1] - begin
    return np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
