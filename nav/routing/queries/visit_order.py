"""The best order in which to visit stops: exact for few, OR-Tools for many."""

from __future__ import annotations

import warnings

import numpy as np

from nav.errors import BadRequest, NoRoute
from nav.graph import FloatArray

EXACT_STOPS = 11
"""Up to this many stops in free order the answer is proved best, by dynamic programming (Held and Karp)."""
_UNREACHABLE_MS = 10**9
_SOLVER_SECONDS_PER_STOP = 0.02


def best_order(duration_s: FloatArray, *, fixed_end: bool = True, round_trip: bool = False) -> list[int]:
    """Return the order of visits that takes least time.

    Parameters
    ----------
    duration_s
        (n, n) seconds from each stop to each other.
    fixed_end
        Whether the last stop stays last. The first always stays first.
    round_trip
        Whether the trip returns to the first stop; then no other stop is fixed.

    Returns
    -------
    list of int
        Indices of all stops, in the order of the visits; the return is not repeated.

    Raises
    ------
    NoRoute
        Not all stops can be joined.
    BadRequest
        There are too many stops for this installation.
    """
    count = len(duration_s)
    if count <= 2:
        return list(range(count))
    free = count - 1 if round_trip or not fixed_end else count - 2
    closing = _closing_costs(duration_s, fixed_end=fixed_end and not round_trip, round_trip=round_trip)
    order = _exact(duration_s, free, closing) if free <= EXACT_STOPS else _solve(duration_s, free, closing)
    tail = [count - 1] if fixed_end and not round_trip else []
    return [0, *order, *tail]


def _closing_costs(duration_s: FloatArray, *, fixed_end: bool, round_trip: bool) -> FloatArray:
    """Return what it costs to end the tour after each stop."""
    if round_trip:
        return duration_s[:, 0]
    return duration_s[:, -1] if fixed_end else np.zeros(len(duration_s))


def _exact(duration_s: FloatArray, free: int, closing: FloatArray) -> list[int]:
    """Order the stops 1 … free by dynamic programming over subsets."""
    size = 1 << free
    cost = np.full((size, free), np.inf)
    before = np.full((size, free), -1, np.int64)
    for last in range(free):
        cost[1 << last, last] = duration_s[0, last + 1]
    between = duration_s[1 : free + 1, 1 : free + 1]
    for subset in range(1, size):
        for last in range(free):
            bit = 1 << last
            if not subset & bit or subset == bit:
                continue
            options = cost[subset ^ bit] + between[:, last]
            chosen = int(options.argmin())
            cost[subset, last], before[subset, last] = options[chosen], chosen
    total = cost[size - 1] + closing[1 : free + 1]
    last = int(total.argmin())
    if not np.isfinite(total[last]):
        raise NoRoute("not all stops can be joined: leave out the one that no road leads to")
    order, subset = [], size - 1
    while last >= 0:
        order.append(last + 1)
        subset, last = subset ^ (1 << last), int(before[subset, last])
    return order[::-1]


def _solve(duration_s: FloatArray, free: int, closing: FloatArray) -> list[int]:
    """Order the stops with the routing solver of OR-Tools."""
    try:
        with warnings.catch_warnings():
            # Its SWIG types warn while they are made; a warning that is turned into an error there crashes.
            warnings.simplefilter("ignore")
            from ortools.constraint_solver import pywrapcp, routing_enums_pb2
    except ImportError as error:
        raise BadRequest(
            f"ordering {free} stops needs OR-Tools: install xiaogao[agent], or give fewer"
        ) from error
    # Node free + 1 stands for the end of the tour.
    cost = np.full((free + 2, free + 2), 0.0)
    cost[: free + 1, : free + 1] = duration_s[: free + 1, : free + 1]
    cost[: free + 1, free + 1] = closing[: free + 1]
    table = np.where(np.isfinite(cost), np.rint(cost * 1000), _UNREACHABLE_MS).astype(np.int64).tolist()
    manager = pywrapcp.RoutingIndexManager(free + 2, 1, [0], [free + 1])
    model = pywrapcp.RoutingModel(manager)

    def transit(a: int, b: int) -> int:
        return int(table[manager.IndexToNode(a)][manager.IndexToNode(b)])

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(transit))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(min(free * _SOLVER_SECONDS_PER_STOP, 5.0) * 1000))
    solution = model.SolveWithParameters(parameters)
    if solution is None or solution.ObjectiveValue() >= _UNREACHABLE_MS:
        raise NoRoute("not all stops can be joined: leave out the one that no road leads to")
    order, index = [], solution.Value(model.NextVar(model.Start(0)))
    while not model.IsEnd(index):
        order.append(manager.IndexToNode(index))
        index = solution.Value(model.NextVar(index))
    return order
