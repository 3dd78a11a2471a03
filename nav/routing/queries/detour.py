"""How much longer a route gets if it calls at a place: the true detour, by road and by its rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.graph import FloatArray
from nav.routing.leg import Place
from nav.routing.queries.sweeps import Sweeps, sweep
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights

if TYPE_CHECKING:
    from nav.routing.route import Route

_SMALL_STATES = 60_000
"""On larger regions two more sets of weights take longer than the ways over some places."""


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
        calls = _calls(ways, stops, start, end, weights)
        for call, seconds in zip(calls, _seconds(ways, calls, weights), strict=True):
            extra[call.stop] = min(extra[call.stop], seconds - rest_s)
    return np.asarray(np.maximum(extra, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """The cheapest way over a stop."""

    stop: int
    there: tuple[Sequence[Place], Sequence[Place]]
    """Where the way to it may begin and end."""
    back: tuple[Sequence[Place], Sequence[Place]]
    """Where the way on from it may begin and end."""
    time_ms: float
    """What both take; nan where only the ways tell it."""


def _calls(
    ways: Ways,
    stops: Sequence[Sequence[Place]],
    start: Sequence[Place],
    end: Sequence[Place],
    weights: Weights,
) -> list[_Call]:
    """Return the cheapest way over each stop that can be reached and left again."""
    timed = ways.turns.state_count <= _SMALL_STATES
    start, end = ways.legs.open_starts(weights, start), ways.legs.open_ends(weights, end)
    places = [(i, place) for i, stop in enumerate(stops) for place in ways.legs.open_ends(weights, stop)]
    if not places or not start or not end:
        return []
    there = _legs(ways, start, [place for _, place in places], weights, timed=timed)
    to_ms = there.cost_ms.min(axis=0)
    onward = [ways.legs.open_starts(weights, ways.onward(place)) for _, place in places]
    back = _legs(ways, [place for group in onward for place in group], end, weights, timed=timed)
    first = np.cumsum([0, *map(len, onward)])[:-1]
    from_ms = np.minimum.reduceat(back.cost_ms.min(axis=1), first)
    calls = []
    for group in _by_stop(stops, places):
        # Where a stop has several roads each is weighed with the way on from it.
        if len({places[i][1].of for i in group}) == 1:
            group = [min(group, key=lambda i: float(to_ms[i]))]
        best = min(group, key=lambda i: float(to_ms[i] + from_ms[i]))
        if np.isinf(to_ms[best] + from_ms[best]):
            continue
        rows = slice(int(first[best]), int(first[best]) + len(onward[best]))
        calls.append(
            _Call(
                stop=places[best][0],
                there=(start, [places[best][1]]),
                back=(onward[best], end),
                time_ms=_time_ms(there, np.s_[:, best : best + 1]) + _time_ms(back, np.s_[rows, :]),
            )
        )
    return calls


def _legs(
    ways: Ways, starts: Sequence[Place], ends: Sequence[Place], weights: Weights, *, timed: bool
) -> Sweeps:
    """Return the costs of legs, those on one edge too."""
    found = sweep(ways, starts, ends, weights, timed=timed)
    pairs = np.argwhere(found.same_edge).tolist()
    paths = ways.legs.find_each(weights, [([starts[i]], [ends[j]]) for i, j in pairs])
    for (i, j), path in zip(pairs, paths, strict=True):
        if path is not None:
            found.cost_ms[i, j], found.time_ms[i, j] = path.cost_ms, path.time_ms.sum()
    return found


def _by_stop(stops: Sequence[Sequence[Place]], places: Sequence[tuple[int, Place]]) -> list[list[int]]:
    """Return for each stop that has places which they are."""
    groups: dict[int, list[int]] = {}
    for i, (stop, _) in enumerate(places):
        groups.setdefault(stop, []).append(i)
    return list(groups.values())


def _time_ms(found: Sweeps, part: Any) -> float:
    """Return the time of the cheapest of some ways; nan if it is not known, or of several equally cheap."""
    cost, time = found.cost_ms[part], found.time_ms[part]
    times = np.unique(time[cost == cost.min()])
    return float(times[0]) if len(times) == 1 else float("nan")


def _seconds(ways: Ways, calls: Sequence[_Call], weights: Weights) -> list[float]:
    """Return what each way over a stop takes, seconds."""
    lost = [call for call in calls if np.isnan(call.time_ms)]
    paths = ways.legs.find_each(weights, [leg for call in lost for leg in (call.there, call.back)])
    times = [float("inf") if path is None else float(path.time_ms.sum()) for path in paths]
    found = {call.stop: there + back for call, there, back in zip(lost, times[::2], times[1::2], strict=True)}
    return [found.get(call.stop, call.time_ms) / 1000.0 for call in calls]


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
