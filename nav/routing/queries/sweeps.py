"""What it costs from each of many places to each of many others, and which of it is time.

One sweep of the index tells the costs from a place to all others, but not their paths, and what a path costs
is not the time it takes: some of it is dislike. Three sweeps tell the time of nearly every pair without its
path. No path takes less than the least time, and none is disliked less than the least dislike; where the
least cost is the sum of both, the cheapest path takes the least time.
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
    cost = _between(ways, starts, ends, weights)
    same = _edges(starts)[:, None] == _edges(ends)
    time = np.full(cost.shape, np.nan)
    if timed:
        least = ways.metrics.of_time(weights)
        time = _between(ways, starts, ends, least)
        known = time == cost
        if ways.engine.is_indexed and not known.all():  # plain search cannot tell the least dislike
            dislike = _distances(ways, starts, ends, ways.metrics.of_dislike(weights))
            dislike += _remaining(ways, starts, weights) - _remaining(ways, starts, least)
            dislike -= _saved(ends, weights) - _saved(ends, least)
            known |= time + dislike == cost
        time[~known] = np.nan
    cost = cost + _penalties(starts) + _penalties(ends)[:, 0]
    cost[same], time[same] = np.inf, np.nan
    return Sweeps(cost_ms=cost, time_ms=time, same_edge=same)


def _between(ways: Ways, starts: Sequence[Place], ends: Sequence[Place], weights: Weights) -> FloatArray:
    whole = _distances(ways, starts, ends, weights)
    return np.asarray(whole + _remaining(ways, starts, weights) - _saved(ends, weights))


def _distances(ways: Ways, starts: Sequence[Place], ends: Sequence[Place], weights: Weights) -> FloatArray:
    """Return the cost from the ends of the edges of some places to the ends of those of others."""
    sources: list[list[Seed]] = [[(int(ways.turns.edge_state[place.edge]), 0)] for place in starts]
    targets: list[list[Seed]] = [[(state, 0) for state in ways.legs.states_of(place.edge)] for place in ends]
    return ways.engine.table(weights, sources, targets)


def _edges(places: Sequence[Place]) -> NDArray[np.int64]:
    return np.array([place.edge for place in places], np.int64)


def _penalties(places: Sequence[Place]) -> FloatArray:
    return np.array([[place.penalty_ms] for place in places], np.float64).reshape(-1, 1)


def _remaining(ways: Ways, starts: Sequence[Place], weights: Weights) -> FloatArray:
    return np.array([[ways.legs.remaining_ms(weights, place)] for place in starts], np.float64).reshape(-1, 1)


def _saved(ends: Sequence[Place], weights: Weights) -> FloatArray:
    edge_ms = weights.edge_ms
    return np.array([round((1.0 - place.fraction) * int(edge_ms[place.edge])) for place in ends], np.float64)
