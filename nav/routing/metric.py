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
from nav.region import Network
from nav.routing.costs import load_costs
from nav.routing.engine import Engine, MetricKey, Weights
from nav.routing.search import INFINITE_MS

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
        self._kept: OrderedDict[MetricKey, Weights] = OrderedDict()
        self._lock = threading.RLock()
        self._serials = itertools.count()
        self._live_ms: dict[int, int] = {}
        self._held: tuple[datetime | None, tuple[int, ...]] = (None, ())
        """Minute for which the conditions were last judged, and those that held."""

    def weights(
        self, avoid: frozenset[str] = frozenset(), depart: datetime | None = None, *, penalties: bool = True
    ) -> Weights:
        """Return the weights under some wishes.

        Parameters
        ----------
        avoid
            What to avoid.
        depart
            Time for conditional rules, on the clocks of the region; None takes all of them to be in force.
        penalties
            False counts real time only.
        """
        with self._lock:
            return self._of((tuple(sorted(avoid)), self._conditions_in_force(depart), penalties))

    def of_time(self, weights: Weights) -> Weights:
        """Return the weights under which only time counts while the same rules hold as under others."""
        with self._lock:
            return self._of(((), weights.key[1], False))

    def _of(self, key: MetricKey) -> Weights:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._make(key)
            while len(self._kept) > _KEPT_WEIGHTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def _make(self, key: MetricKey) -> Weights:
        avoid, closed, penalties = key
        edge_ms = self._edge_ms(avoid, closed, penalties)
        weights = Weights(key=key, serial=next(self._serials), edge_ms=edge_ms, arc_ms=np.empty(0, np.int64))
        every = np.arange(len(self._network.turns.arc_head))
        weights.arc_ms = self._arc_ms(weights, every, closed, penalties)
        return weights

    def _edge_ms(self, avoid: tuple[str, ...], closed: tuple[int, ...], penalties: bool) -> Int64Array:
        graph, turns = self._network.graph, self._network.turns
        edge_ms = turns.edge_time_ms.astype(np.int64)
        if penalties:
            edge_ms += turns.edge_penalty_ms
        factor = load_costs().car("avoid_factor")
        for wish in avoid:
            avoided = is_avoided(graph, wish)
            edge_ms[avoided] += np.rint(turns.edge_time_ms[avoided] * factor).astype(np.int64)
        if closed:
            edge_ms[np.isin(graph.edge_condition, closed)] = INFINITE_MS
        for edge, ms in self._live_ms.items():
            edge_ms[edge] = self._with_live(int(edge_ms[edge]), edge, ms)
        return edge_ms

    def _arc_ms(
        self, weights: Weights, arcs: NDArray[np.int64], closed: tuple[int, ...], penalties: bool
    ) -> Int64Array:
        turns = self._network.turns
        ms = weights.edge_ms[turns.state_edge[turns.arc_head[arcs]]] + turns.arc_turn_ms[arcs]
        if penalties:
            ms = ms + turns.arc_penalty_ms[arcs]
        if closed:
            ms[np.isin(turns.arc_condition[arcs], closed)] = INFINITE_MS
        return np.asarray(np.minimum(ms, INFINITE_MS))

    def _with_live(self, ms: int, edge: int, live_ms: int) -> int:
        """Replace the free-flow time of an edge by its live time; what was added to avoid it stays."""
        if live_ms >= INFINITE_MS or ms >= INFINITE_MS:
            return INFINITE_MS
        return max(ms - int(self._network.turns.edge_time_ms[edge]) + live_ms, 1)

    def without_live(self) -> Weights:
        """Return the usual weights as they are without live data."""
        with self._lock:
            live, self._live_ms = self._live_ms, {}
            try:
                return self._make(((), (), True))
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
                avoid, closed, penalties = weights.key
                fresh = self._edge_ms(avoid, closed, penalties)
                weights.edge_ms[changed] = fresh[changed]
                weights.arc_ms[arcs] = self._arc_ms(weights, arcs, closed, penalties)
                self._engine.update(weights, arcs)

    def concern(self, edges: Iterable[int]) -> bool:
        """Tell whether a closure or a live speed is in force on one of these edges."""
        return not self._live_ms.keys().isdisjoint(edges)

    def live_ms(self, edges: Int64Array) -> Int64Array:
        """Return the time on whole edges, live times included; closed ones count their usual time."""
        usual = self._network.turns.edge_time_ms[edges].astype(np.int64)
        if self._live_ms:
            live = np.array([self._live_ms.get(edge, INFINITE_MS) for edge in edges.tolist()], np.int64)
            usual = np.where(live < INFINITE_MS, live, usual)
        return usual

    def _conditions_in_force(self, depart: datetime | None) -> tuple[int, ...]:
        # They are read from the tags of motor vehicles, and from turn restrictions, which bind cars only.
        conditions = self._network.conditions if self._network.profile == "car" else ()
        if not conditions:
            return ()
        if depart is None:
            return tuple(range(len(conditions)))
        minute = depart.replace(second=0, microsecond=0, tzinfo=None)
        if self._held[0] != minute:
            self._held = (minute, tuple(i for i, text in enumerate(conditions) if holds(text, minute)))
        return self._held[1]


def holds(condition: str, when: datetime) -> bool:
    """Tell whether a condition in opening-hours syntax holds at a time; one that cannot be read does."""
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    try:
        return bool(OpeningHours(condition).is_open(when.replace(tzinfo=None)))
    except (ParserError, SyntaxError, ValueError):
        return True
