"""A route as the course of a simulated drive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from device.position.faults import Faults
from device.position.simulator import Course, Receiver, simulate
from nav.graph import EdgeFlag, NodeFlag
from nav.guidance.fix import Fix

if TYPE_CHECKING:
    from nav.routing.route import Route

_SIGNAL_WAIT_S = 12.0
_SIGNAL_GAP_M = 80.0


def course_of(route: Route, *, stop_at_signals: float = 0.0, seed: int = 0) -> Course:
    """Return a route as what a simulated car drives.

    Parameters
    ----------
    route : Route
        The route.
    stop_at_signals : float
        Share of the traffic signals that are red, 0 to 1.
    seed : int
        Seed for choosing them.

    Returns
    -------
    Course
        Its line, with the speeds and tunnels of the map.
    """
    graph, first = route.graph, route.edge_first_point
    segments = len(route.geometry) - 1
    edge = route.edges[np.searchsorted(first, np.arange(segments), side="right") - 1]
    return Course(
        points=route.geometry,
        speed_mps=np.asarray(graph.edge_speed_kph[edge], dtype=np.float64) / 3.6,
        tunnel=(graph.edge_flags[edge] & int(EdgeFlag.TUNNEL)) != 0,
        stops=_red_signals(route, stop_at_signals, seed) if stop_at_signals > 0 else (),
    )


def _red_signals(route: Route, share: float, seed: int) -> list[tuple[float, float]]:
    graph = route.graph
    ends = graph.edge_to[route.edges[:-1]]
    signals = np.flatnonzero((graph.node_flags[ends] & int(NodeFlag.SIGNALS)) != 0)
    random = np.random.default_rng(seed)
    found: list[tuple[float, float]] = []
    for index in signals.tolist():
        offset_m = float(route.edge_start_m[index + 1]) - 5.0
        if offset_m > (found[-1][0] + _SIGNAL_GAP_M if found else 0.0) and random.random() < share:
            found.append((offset_m, float(random.uniform(2.0, _SIGNAL_WAIT_S))))
    return found


class SimulatedSource:
    """A position source that drives a route."""

    def __init__(self, course: Course, receiver: Receiver, *, seed: int, start_time_s: float) -> None:
        self.faults = Faults()
        self._moments = simulate(course, receiver, seed=seed, start_time_s=start_time_s)
        self._closed = False

    def fixes(self) -> Iterator[Fix | None]:
        """Yield a fix a second; None in tunnels and for lost ones."""
        for moment in self._moments:
            if self._closed:
                return
            yield moment.fix

    def close(self) -> None:
        """Stop; the iterator ends with the next second."""
        self._closed = True
