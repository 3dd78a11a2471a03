"""How much longer a route gets if it calls at a place: the true detour, by road and by its rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nav.graph import FloatArray
from nav.routing.leg import LegPath, Place
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights

if TYPE_CHECKING:
    from nav.routing.route import Route


def detours_s(
    ways: Ways,
    route: Route,
    stops: Sequence[Sequence[Place]],
    weights: Weights,
    *,
    from_offset_m: float,
) -> FloatArray:
    """Return the extra seconds for calling at each stop on the rest of a route.

    Parameters
    ----------
    ways
        The ways of the profile.
    route
        The route.
    stops
        Where a leg to each stop may end; none if it lies off the roads.
    weights
        What was minimised.
    from_offset_m
        How far the car has come.

    Returns
    -------
    (n,) seconds; inf where a stop cannot be reached or not be left again.
    """
    here = _place_at(route, from_offset_m)
    extra = np.full(len(stops), np.inf)
    for start, end, rest_s in _legs_ahead(ways, route, here, from_offset_m):
        # Where a stop has several roads each is weighed with the way on from it.
        asked = [(i, ends) for i, stop in enumerate(stops) for ends in _apart(stop)]
        there = ways.legs.find_each(weights, [(start, ends) for _, ends in asked])
        back = [(ways.onward(path.end), end) if path is not None else ((), ()) for path in there]
        best_ms = [float("inf")] * len(stops)
        seconds = [float("inf")] * len(stops)
        for (i, _), path, onward in zip(asked, there, ways.legs.find_each(weights, back), strict=True):
            if path is not None and onward is not None and path.cost_ms + onward.cost_ms < best_ms[i]:
                best_ms[i] = path.cost_ms + onward.cost_ms
                seconds[i] = _seconds(path) + _seconds(onward) - rest_s
        extra = np.minimum(extra, seconds)
    return np.asarray(np.maximum(extra, 0.0))


def _apart(stop: Sequence[Place]) -> list[Sequence[Place]]:
    """Return the places of a stop one by one if they are on several roads, else together."""
    return [[place] for place in stop] if len({place.of for place in stop}) > 1 else [stop]


def _seconds(path: LegPath) -> float:
    return float(path.time_ms.sum()) / 1000.0


def _place_at(route: Route, offset_m: float) -> Place:
    """Return the place on the route so many metres after its start."""
    starts = route.edge_start_m
    offset = min(max(offset_m, 0.0), float(starts[-1]))
    i = min(int(np.searchsorted(starts, offset, side="right")) - 1, len(route.edges) - 1)
    span = float(starts[i + 1] - starts[i])
    share = (offset - float(starts[i])) / span if span > 0 else 0.0
    begin, end = route.spans[i].tolist()
    return Place(edge=int(route.edges[i]), fraction=begin + share * (end - begin))


def _legs_ahead(
    ways: Ways, route: Route, here: Place, offset_m: float
) -> list[tuple[Sequence[Place], Sequence[Place], float]]:
    """Return start, end and seconds of what is left of the current leg and of each later one."""
    ahead: list[tuple[Sequence[Place], Sequence[Place], float]] = []
    driven = 0.0
    start: Sequence[Place] = [here]
    for leg in route.legs:
        if driven + leg.distance_m > offset_m or leg is route.legs[-1]:
            inside = driven <= offset_m
            share = (offset_m - driven) / leg.distance_m if inside and leg.distance_m > 0 else 0.0
            rest = leg.duration_s if share == 0.0 else _rest_s(ways, route, offset_m, driven + leg.distance_m)
            ahead.append((start, ways.ends(leg.end), rest))
            start = ways.onward(Place(edge=int(route.edges[leg.last_edge]), fraction=leg.end_fraction))
        driven += leg.distance_m
    return ahead


def _rest_s(ways: Ways, route: Route, from_m: float, to_m: float) -> float:
    return float(np.interp(to_m, route.edge_start_m, route.edge_start_s)) - float(
        np.interp(from_m, route.edge_start_m, route.edge_start_s)
    )
