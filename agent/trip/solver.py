"""Which sights on which day, in which order, and where to eat: OR-Tools over the router's matrix.

Each day is a vehicle. Every place stands in the model once a day with the times at which it can be visited
that day; a place is taken at most once. Sights may be left out at a price, meals hardly.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from agent.trip.driving import DAY_END, DINNER, LUNCH
from agent.trip.hours import arrival_windows
from agent.trip.request import MEAL_MIN, TripRequest, stay_min

if TYPE_CHECKING:
    from agent.actions.context import Point
    from poi.place import Place

Role = Literal["sight", "lunch", "dinner"]

_FAR_S = 6 * 3600.0
_MUST, _MEAL, _LIKED, _SIGHT = 10_000_000, 2_000_000, 300_000, 20_000
_SOLVE_S = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop that the solver put into a day."""

    role: Role
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    role: Role
    place: Place
    day: int
    point: int
    """Row of the matrix."""
    stay_s: int
    windows: tuple[tuple[int, int], ...]
    """Spans of arrival, seconds of the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFrame:
    """Where and when a day begins and ends."""

    date: date
    start: Point
    end: Point | None
    """The hotel; None if the day ends where the last visit is."""
    begin: time
    dinner: bool
    """Whether dinner belongs to the day."""
    per_day: int


def solve(
    request: TripRequest,
    frames: list[DayFrame],
    sights: list[Place],
    must_ids: set[str],
    router: Any,
    *,
    taken: set[str] | None = None,
) -> list[list[Stop]] | None:
    """Choose and order the stops of each day.

    Parameters
    ----------
    request
        The trip.
    frames
        The days to fill.
    sights
        Candidates, the best first.
    must_ids
        Ids of sights that have to be in.
    router
        Gives the matrix of driving times.
    taken
        Ids of places in use on other days.

    Returns
    -------
    list of list of Stop, or None
        For each day its stops in order; None if the musts do not fit.
    """
    points, nodes = _nodes(request, frames, sights, taken or set())
    seconds = _matrix(points, router, request)
    return _Model(request, frames, nodes, seconds, must_ids).run()


def _nodes(
    request: TripRequest, frames: list[DayFrame], sights: list[Place], taken: set[str]
) -> tuple[list[Point], list[_Node]]:
    points: list[Point] = []
    for frame in frames:
        points += [frame.start, frame.end or frame.start]
    nodes: list[_Node] = []
    places: dict[str, int] = {}

    def point_of(place: Place) -> int:
        if place.id not in places:
            places[place.id] = len(points)
            points.append((place.lat, place.lon))
        return places[place.id]

    meals = _meals(request, sights)
    for index, frame in enumerate(frames):
        first = datetime.combine(frame.date, frame.begin)
        last = datetime.combine(frame.date, DAY_END)
        for place in sights:
            if place.id not in taken:
                stay = timedelta(minutes=stay_min(place))
                nodes += _node("sight", place, index, point_of(place), frame, stay, first, last - stay)
        roles: list[tuple[Role, tuple[time, time]]] = [("lunch", LUNCH)]
        if frame.dinner:
            roles.append(("dinner", DINNER))
        for role, (begin, end) in roles:
            for place in meals:
                if place.id not in taken:
                    stay = timedelta(minutes=MEAL_MIN)
                    lower = max(first, datetime.combine(frame.date, begin))
                    upper = datetime.combine(frame.date, end)
                    nodes += _node(role, place, index, point_of(place), frame, stay, lower, upper)
    return points, nodes


def _meals(request: TripRequest, sights: list[Place]) -> list[Place]:
    """Return restaurants to choose from: those wished for, then those near the best sights."""
    from nav.geometry import distance_m

    wished = {place_id for _, ids in request.dined for place_id in ids}
    chosen = [place for place in request.restaurants if place.id in wished]
    chosen += request.restaurants[len(chosen) : 4]
    anchors = [(place.lat, place.lon) for place in sights[: request.per_day * request.days + 2]]
    for anchor in anchors:
        near = sorted(request.restaurants, key=lambda r: distance_m(anchor, (r.lat, r.lon)))[:2]
        chosen += [place for place in near if place not in chosen]
    limit = 4 + 3 * request.days + len(wished)
    return chosen[: max(limit, 8)]


def _node(
    role: Role,
    place: Place,
    day: int,
    point: int,
    frame: DayFrame,
    stay: timedelta,
    first: datetime,
    last: datetime,
) -> list[_Node]:
    if last < first:
        return []
    midnight = datetime.combine(frame.date, time())
    windows = tuple(
        (int((a - midnight).total_seconds()), int((b - midnight).total_seconds()))
        for a, b in arrival_windows(place, frame.date, stay, first, last)
    )
    if not windows:
        return []
    return [
        _Node(role=role, place=place, day=day, point=point, stay_s=int(stay.total_seconds()), windows=windows)
    ]


def _matrix(points: list[Point], router: Any, request: TripRequest) -> Any:
    seconds = np.asarray(router.matrix(points, points, avoid=request.wishes.avoid), dtype=np.float64)
    # Minutes are what a plan is written in: a leg takes whole minutes, plus one to get in and out.
    rounded = np.where(np.isfinite(seconds), np.ceil(seconds / 60.0) * 60.0 + 60.0, _FAR_S * 4)
    np.fill_diagonal(rounded, 0.0)
    return rounded.astype(np.int64)


def _library() -> tuple[Any, Any]:
    """Import OR-Tools; its SWIG types warn while they are made, and crash where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from ortools.constraint_solver import pywrapcp, routing_enums_pb2
    return pywrapcp, routing_enums_pb2


class _Model:
    """The routing model of OR-Tools for one trip."""

    def __init__(
        self, request: TripRequest, frames: list[DayFrame], nodes: list[_Node], seconds: Any, must: set[str]
    ) -> None:
        pywrapcp, _ = _library()
        self._request, self._frames, self._nodes = request, frames, nodes
        self._seconds, self._must = seconds, must
        count = len(frames)
        self._first = 2 * count
        starts, ends = [2 * i for i in range(count)], [2 * i + 1 for i in range(count)]
        self._manager = pywrapcp.RoutingIndexManager(self._first + len(nodes), count, starts, ends)
        self._routing = pywrapcp.RoutingModel(self._manager)

    def _row(self, node: int) -> int:
        return node if node < self._first else self._nodes[node - self._first].point

    def run(self) -> list[list[Stop]] | None:
        """Build the model, solve it, and read the days."""
        self._times()
        self._choices()
        pywrapcp, routing_enums_pb2 = _library()
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = (
            routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        )
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        milliseconds = int(1000 * _SOLVE_S * min(3, len(self._frames)))
        parameters.time_limit.FromMilliseconds(milliseconds)
        solution = self._routing.SolveWithParameters(parameters)
        return self._read(solution) if solution is not None else None

    def _times(self) -> None:
        routing, manager = self._routing, self._manager

        def travel(i: int, j: int) -> int:
            a, b = manager.IndexToNode(i), manager.IndexToNode(j)
            stay = self._nodes[a - self._first].stay_s if a >= self._first else 0
            if b < self._first and self._frames[b // 2].end is None:
                return stay
            return stay + int(self._seconds[self._row(a), self._row(b)])

        def drive(i: int, j: int) -> int:
            b = manager.IndexToNode(j)
            if b < self._first and self._frames[b // 2].end is None:
                return 0
            return int(self._seconds[self._row(manager.IndexToNode(i)), self._row(b)])

        index = routing.RegisterTransitCallback(travel)
        routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(drive))
        routing.AddDimension(index, 4 * 3600, 24 * 3600, False, "time")
        dimension = routing.GetDimensionOrDie("time")
        # Waiting costs as much as driving: hours in front of a closed door are not a plan.
        dimension.SetSlackCostCoefficientForAllVehicles(1)
        for i, frame in enumerate(self._frames):
            begin = frame.begin.hour * 3600 + frame.begin.minute * 60
            dimension.CumulVar(routing.Start(i)).SetRange(begin, begin)
            dimension.CumulVar(routing.End(i)).SetMax(22 * 3600)
        for position, node in enumerate(self._nodes):
            variable = dimension.CumulVar(manager.NodeToIndex(self._first + position))
            variable.SetRange(node.windows[0][0], node.windows[-1][1])
            for (_, gap_from), (gap_to, _) in zip(node.windows, node.windows[1:], strict=False):
                variable.RemoveInterval(gap_from + 1, gap_to - 1)
            routing.SetAllowedVehiclesForIndex([node.day], manager.NodeToIndex(self._first + position))

    def _choices(self) -> None:
        routing, manager = self._routing, self._manager
        liked = {place_id for _, ids in self._request.liked for place_id in ids[:2]}
        rank: dict[str, int] = {}
        groups: dict[Any, list[int]] = {}
        for position, node in enumerate(self._nodes):
            index = manager.NodeToIndex(self._first + position)
            if node.role == "sight":
                rank.setdefault(node.place.id, len(rank))
                groups.setdefault(("sight", node.place.id), []).append(index)
            else:
                groups.setdefault((node.role, node.day), []).append(index)
        for key, indices in groups.items():
            if key[0] == "sight":
                wanted = _LIKED if key[1] in liked else max(3_000, _SIGHT - 500 * rank[key[1]])
                penalty = _MUST if key[1] in self._must else wanted
            else:
                penalty = _MEAL
            routing.AddDisjunction(indices, penalty, 1)
        self._wished_meals()
        self._once_a_restaurant()
        self._count_limit()

    def _wished_meals(self) -> None:
        """What was wished to be eaten is eaten once, if it fits."""
        for _, ids in self._request.dined:
            serving = [
                self._manager.NodeToIndex(self._first + position)
                for position, node in enumerate(self._nodes)
                if node.role != "sight" and node.place.id in ids
            ]
            if serving:
                self._routing.AddDisjunction(serving, _LIKED, 1)

    def _once_a_restaurant(self) -> None:
        """Nothing is eaten at twice."""
        solver = self._routing.solver()
        by_place: dict[str, list[int]] = {}
        for position, node in enumerate(self._nodes):
            by_place.setdefault(node.place.id, []).append(self._manager.NodeToIndex(self._first + position))
        for indices in by_place.values():
            if len(indices) > 1:
                solver.Add(sum(self._routing.ActiveVar(i) for i in indices) <= 1)

    def _count_limit(self) -> None:
        def is_sight(i: int) -> int:
            node = self._manager.IndexToNode(i)
            return int(node >= self._first and self._nodes[node - self._first].role == "sight")

        index = self._routing.RegisterUnaryTransitCallback(is_sight)
        limits = [frame.per_day for frame in self._frames]
        self._routing.AddDimensionWithVehicleCapacity(index, 0, limits, True, "sights")

    def _read(self, solution: Any) -> list[list[Stop]] | None:
        days: list[list[Stop]] = []
        seen: set[str] = set()
        for i in range(len(self._frames)):
            stops: list[Stop] = []
            index = solution.Value(self._routing.NextVar(self._routing.Start(i)))
            while not self._routing.IsEnd(index):
                node = self._nodes[self._manager.IndexToNode(index) - self._first]
                stops.append(Stop(role=node.role, place=node.place))
                seen.add(node.place.id)
                index = solution.Value(self._routing.NextVar(index))
            days.append(stops)
        return days if self._must <= seen else None
