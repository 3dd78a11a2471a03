"""What it costs from each of many places to each of many others, and how much of it is time.

The index goes over all pairs at once and sums up, beside the cost of each way, the time that it takes. Where
several ways cost the same and do not take the same time, only the path tells which of them is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray
from nav.routing.leg import Place
from nav.routing.search import Seed
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeps:
    """Costs and times from R places to C places."""

    cost_ms: FloatArray
    """(R, C) cost, the dislike of the places themselves included; inf if no way leads there."""
    time_ms: FloatArray
    """(R, C) time of the cheapest way; nan where only the way itself tells it."""
    same_edge: NDArray[np.bool_]
    """(R, C) whether both are on one edge: nothing is said of such pairs."""


def sweep(
    ways: Ways, starts: Sequence[Place], ends: Sequence[Place], weights: Weights, *, timed: bool = True
) -> Sweeps:
    """Return costs and times between places on roads that may be travelled.

    Parameters
    ----------
    ways
        The ways of the profile.
    starts, ends
        The places.
    weights
        What to minimise.
    timed
        Whether times are wanted; without, all are nan.
    """
    same = _edges(starts)[:, None] == _edges(ends)
    sources: list[list[Seed]] = [[(int(ways.turns.edge_state[place.edge]), 0)] for place in starts]
    targets: list[list[Seed]] = [[(state, 0) for state in ways.legs.states_of(place.edge)] for place in ends]
    usual, engine = ways.metrics, ways.engine
    told = timed and engine.timed_table(weights, sources, targets, lambda: usual.arc_times_ms(weights))
    if told:
        cost, time = told
        begun, rest = (usual.times_ms(_edges(places), weights) for places in (starts, ends))
        time += np.rint(_shares(starts) * begun)[:, None] - np.rint(_shares(ends) * rest)
    else:
        cost, time = engine.table(weights, sources, targets), np.full(same.shape, np.nan)
    cost = cost + _remaining(ways, starts, weights) - _saved(ends, weights)
    if timed and not told:
        # No way takes less than the least time, which so is that of a way that costs no more.
        least = usual.of_time(weights)
        time = engine.table(least, sources, targets) + _remaining(ways, starts, least) - _saved(ends, least)
        time[time != cost] = np.nan
    cost += _penalties(starts) + _penalties(ends)[:, 0]
    cost[same], time[same] = np.inf, np.nan
    return Sweeps(cost_ms=cost, time_ms=time, same_edge=same)


def _edges(places: Sequence[Place]) -> NDArray[np.int64]:
    return np.array([place.edge for place in places], np.int64)


def _shares(places: Sequence[Place]) -> FloatArray:
    """Return how much of its edge lies behind each place."""
    return np.array([1.0 - place.fraction for place in places], np.float64)


def _penalties(places: Sequence[Place]) -> FloatArray:
    return np.array([[place.penalty_ms] for place in places], np.float64).reshape(-1, 1)


def _remaining(ways: Ways, starts: Sequence[Place], weights: Weights) -> FloatArray:
    return np.array([[ways.legs.remaining_ms(weights, place)] for place in starts], np.float64).reshape(-1, 1)


def _saved(ends: Sequence[Place], weights: Weights) -> FloatArray:
    edge_ms = weights.edge_ms
    return np.array([round((1.0 - place.fraction) * int(edge_ms[place.edge])) for place in ends], np.float64)
