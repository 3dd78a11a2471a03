"""Routing questions on a region: routes over stops, alternatives, matrices, reachable areas, detours."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nav.errors import (
    BadCoordinate,
    BadRequest,
    NavError,
    NoRoute,
    PointUnreachable,
)
from nav.geometry import along_line
from nav.graph import FloatArray
from nav.region import Network, Region, contraction_order
from nav.routing.costs import load_costs
from nav.routing.engine import Engine, Weights
from nav.routing.joining import assemble_route
from nav.routing.leg import LegFinder, LegPath, Place
from nav.routing.metric import AVOIDABLE, Metrics
from nav.routing.route import Route
from nav.routing.snap import Snap, Snapper
from nav.routing.turns import PROFILES

if TYPE_CHECKING:
    from nav.routing.matrix import Table
    from nav.routing.reachable import Reachable

Point = tuple[float, float]
MAX_STOPS = 2000
"""More stops than this are refused."""
MAX_SNAP_M = 2000.0
"""Roads farther away than this are no answer to a coordinate."""
_ISLAND_REACH_M = 400.0


def _present() -> datetime:
    return datetime.now().astimezone()


class Router:
    """Answers routing questions for one profile on one region. May be used from several threads."""

    def __init__(
        self,
        region: Region,
        profile: str = "car",
        *,
        use_index: bool = True,
        clock: Callable[[], datetime] = _present,
    ) -> None:
        """Prepare a router; the index is built in the background.

        Parameters
        ----------
        region
            The region.
        profile
            ``car``, ``bike`` or ``foot``.
        use_index
            False answers every question by plain search (for tests and comparison).
        clock
            Says what time it is: when journeys begin for which no other time is given.
        """
        if profile not in PROFILES:
            raise BadRequest(f"unknown profile {profile!r}: use one of {', '.join(PROFILES)}")
        self.region = region
        self.profile = profile
        self._clock = clock
        network: Network = region.network(profile)
        self.graph = network.graph
        self.turns = network.turns
        self.engine = Engine(
            network.graph, network.turns, lambda: contraction_order(network), use_index=use_index
        )
        self.metrics = Metrics(network, self.engine)
        self.legs = LegFinder(network.turns, self.engine, self.metrics.live_ms)
        self._snapper = Snapper(network.graph, network.snap_index, network.turns.edge_state >= 0)

    @property
    def is_indexed(self) -> bool:
        """Whether the index is ready; until then questions take longer."""
        return self.engine.is_indexed

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the index is ready; return whether it is."""
        return self.engine.wait(timeout_s)

    def snap(self, lat: float, lon: float, heading_deg: float | None = None) -> Snap:
        """Return the place on the nearest road.

        Parameters
        ----------
        lat, lon
            Coordinate, degrees.
        heading_deg
            Compass bearing of travel, if known; roads that fit it are preferred.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable
        """
        _check_heading(heading_deg)
        self.region.check_point(lat, lon)
        return self._snap(lat, lon, heading_deg, main_only=False)

    def _snap(self, lat: float, lon: float, heading_deg: float | None, *, main_only: bool) -> Snap:
        if main_only:
            near = self._snapper.nearest(lat, lon, max_distance_m=MAX_SNAP_M)
            reach = (near.distance_m if near else 0.0) + _ISLAND_REACH_M
            only = self.turns.edge_component == 0
            found = self._snapper.nearest(lat, lon, max_distance_m=reach, heading_deg=heading_deg, only=only)
            if found is not None:
                return found
        found = self._snapper.nearest(lat, lon, max_distance_m=MAX_SNAP_M, heading_deg=heading_deg)
        if found is None:
            raise PointUnreachable(
                f"no road for {self.profile} within {MAX_SNAP_M:.0f} m of {lat:.5f},{lon:.5f}: "
                "choose another point"
            )
        return found

    def snap_others(self, first: Snap, count: int) -> list[Snap]:
        """Return up to `count` other roads near a snapped point, the nearest first."""
        if count < 1:
            return []
        lat, lon = first.point
        near = self._snapper.nearby(lat, lon, MAX_SNAP_M)
        taken = {first.edge, int(self.graph.edge_reverse[first.edge])}
        found: list[Snap] = []
        for i in np.lexsort((near.point, near.distance_m)).tolist():
            edge = int(near.edge[i])
            if edge not in taken:
                taken |= {edge, int(self.graph.edge_reverse[edge])}
                found.append(self._snapper.snap_to(lat, lon, near, i))
                if len(found) == count:
                    break
        return found

    def route_along(self, edges: Sequence[int], start_fraction: float, end_fraction: float) -> Route:
        """Return a route over edges that are known already, as from map matching."""
        path = self.legs.along(np.array(edges, np.int64), start_fraction, end_fraction)
        snaps = [self._snap_on(edges[0], start_fraction), self._snap_on(edges[-1], end_fraction)]
        return assemble_route(self, snaps, [path], frozenset())

    def _snap_on(self, edge: int, fraction: float) -> Snap:
        shape = self.graph.shape(edge)
        along = along_line(shape)
        lat, lon = (float(np.interp(fraction * along[-1], along, shape[:, i])) for i in range(2))
        return Snap(
            edge=edge, fraction=fraction, lat=lat, lon=lon, distance_m=0.0, side="on", point=(lat, lon)
        )

    def route(
        self,
        stops: Sequence[Point],
        *,
        avoid: Collection[str] = (),
        heading_deg: float | None = None,
        depart: datetime | None = None,
    ) -> Route:
        """Return the best route over the stops, in their order.

        Parameters
        ----------
        stops
            Two coordinates or more, (lat, lon).
        avoid
            Any of ``toll``, ``motorway``, ``ferry``, ``unpaved``. What cannot be avoided is named in
            `Route.avoid_broken`.
        heading_deg
            Compass bearing in which the car moves at the first stop, if known.
        depart
            Time of departure, for rules that hold at certain times; now, if not given. Without a zone it is
            what the clocks of the region show.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable, NoRoute
        """
        points = self.check_stops(stops, at_least=2)
        _check_heading(heading_deg)
        wishes = check_avoid(avoid)
        weights = self._weights(wishes, depart)
        try:
            return self._route(points, wishes, weights, heading_deg, main_only=False)
        except NoRoute:
            return self._route(points, wishes, weights, heading_deg, main_only=True)

    def _weights(
        self, avoid: frozenset[str], depart: datetime | None = None, *, penalties: bool = True
    ) -> Weights:
        when = self.region.local_time(depart or self._clock())
        return self.metrics.weights(avoid, when, penalties=penalties)

    def plain_route(self, stops: Sequence[Point]) -> Route:
        """Return the route over stops as it is when nothing is closed."""
        points = self.check_stops(stops, at_least=2)
        return self._route(points, frozenset(), self.metrics.without_live(), None, main_only=False)

    def apply_live(self, path: Path, now: datetime | None = None) -> list[str]:
        """Put the closures and live speeds of a file in force, in place of those before; see `nav.routing.live`.

        Parameters
        ----------
        path
            JSON file.
        now
            Time for changes that hold at certain times; None is the present.

        Returns
        -------
        list of str
            Warnings about changes that fit no road.

        Raises
        ------
        BadLiveData
        """
        from nav.routing.live import live_times_ms, read_live

        changes = read_live(path).changes
        times, warnings = live_times_ms(self, changes, now or self._clock())
        self.metrics.apply_live(times)
        return warnings

    def clear_live(self) -> None:
        """Forget closures and live speeds."""
        self.metrics.apply_live({})

    def check_stops(self, stops: Sequence[Point], *, at_least: int) -> list[Point]:
        """Return the stops as floats; raise if they are too few, too many or no coordinates of the region."""
        if not at_least <= len(stops) <= MAX_STOPS:
            raise BadRequest(f"{len(stops)} stops given: use {at_least} to {MAX_STOPS}")
        points = []
        for stop in stops:
            try:
                lat, lon = (float(value) for value in stop)
            except (TypeError, ValueError) as error:
                raise BadCoordinate(f"{stop!r} is no coordinate: give (latitude, longitude)") from error
            self.region.check_point(lat, lon)
            points.append((lat, lon))
        return points

    def _route(
        self,
        points: list[Point],
        avoid: frozenset[str],
        weights: Weights,
        heading_deg: float | None,
        *,
        main_only: bool,
    ) -> Route:
        snaps = [
            self._snap(lat, lon, heading_deg if i == 0 else None, main_only=main_only)
            for i, (lat, lon) in enumerate(points)
        ]
        paths: list[LegPath] = []
        starts = self.starts(snaps[0], heading_deg)
        for start, end in pairwise(snaps):
            path = self.legs.find(weights, starts, self.ends(end))
            if path is None:
                raise NoRoute(_no_way(start, end))
            paths.append(path)
            starts = self.onward(path.end)
        return assemble_route(self, snaps, paths, avoid)

    def length_m(self, path: LegPath) -> float:
        """Return the length of a leg, metres."""
        return float((self.graph.edge_length_m[path.edges] * (path.spans[:, 1] - path.spans[:, 0])).sum())

    def alternatives(
        self,
        start: Point,
        end: Point,
        *,
        count: int = 2,
        avoid: Collection[str] = (),
        heading_deg: float | None = None,
        depart: datetime | None = None,
    ) -> list[Route]:
        """Return the best route and up to `count` others that differ from it where it matters.

        Another route shares at most 75 % of its length with those before it, costs at most 30 % more than the
        best, passes no place twice and is the best way on each of its parts.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable, NoRoute
        """
        from nav.routing.alternatives import find_alternatives

        depart = depart or self._clock()
        best = self.route([start, end], avoid=avoid, heading_deg=heading_deg, depart=depart)
        weights = self._weights(best.avoid, depart)
        starts, ends = self.starts(best.stops[0], heading_deg), self.ends(best.stops[1])
        path = self.legs.find(weights, starts, ends)
        if path is None or count < 1:
            return [best]
        others = find_alternatives(self, starts, ends, path, weights, count)
        return [best, *(assemble_route(self, best.stops, [other], best.avoid) for other in others)]

    def matrix(
        self,
        sources: Sequence[Point],
        targets: Sequence[Point],
        *,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
    ) -> FloatArray:
        """Return the seconds from each source to each target, as `route` would take.

        Returns
        -------
        (S, T) float64; inf where no way leads.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable
        """
        return self.table(sources, targets, avoid=avoid, depart=depart).duration_s

    def table(
        self,
        sources: Sequence[Point],
        targets: Sequence[Point],
        *,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
        with_distance: bool = False,
    ) -> Table:
        """Return seconds, and metres if wanted, from each source to each target; see `matrix`."""
        from nav.routing.matrix import travel_table

        weights = self._weights(check_avoid(avoid), depart)
        begin, finish = (self.check_stops(points, at_least=0) for points in (sources, targets))

        def between(rows: Sequence[Point], columns: Sequence[Point], *, main_only: bool) -> Table:
            starts = [self.starts(self._snap(*point, None, main_only=main_only)) for point in rows]
            ends = [self.ends(self._snap(*point, None, main_only=main_only)) for point in columns]
            return travel_table(self, starts, ends, weights, with_distance=with_distance)

        table = between(begin, finish, main_only=False)
        lost = np.isinf(table.duration_s)
        if lost.any():
            rows, columns = np.flatnonzero(lost.any(axis=1)), np.flatnonzero(lost.any(axis=0))
            again = between([begin[i] for i in rows], [finish[j] for j in columns], main_only=True)
            table.fill(rows, columns, again)
        return table

    def _main_snap(self, lat: float, lon: float) -> Snap:
        """Snap to a road that is connected with the rest, if one is near."""
        found = self._snap(lat, lon, None, main_only=False)
        if self.turns.edge_component[found.edge] == 0:
            return found
        return self._snap(lat, lon, None, main_only=True)

    def best_order(
        self,
        stops: Sequence[Point],
        *,
        fixed_end: bool = True,
        round_trip: bool = False,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
    ) -> list[int]:
        """Return the order of visits that takes least time, as indices; see `nav.routing.visit_order.best_order`.

        Raises
        ------
        NoRoute
            Not all stops can be joined.
        """
        from nav.routing.visit_order import best_order

        durations = self.matrix(stops, stops, avoid=avoid, depart=depart)
        return best_order(durations, fixed_end=fixed_end, round_trip=round_trip)

    def detours_s(self, route: Route, points: Sequence[Point], *, from_offset_m: float = 0.0) -> FloatArray:
        """Return the extra seconds for calling at each point on the rest of a route.

        Parameters
        ----------
        route
            A route made by this router.
        points
            Places to call at, (lat, lon).
        from_offset_m
            How far along the route the car is.

        Returns
        -------
        (n,) float64; inf where a point is off the map, off the road, or cannot be left again.
        """
        from nav.routing.detour import detours_s

        weights = self._weights(route.avoid)
        extra = np.full(len(points), np.inf)
        for main_only in (False, True):
            lost = np.flatnonzero(np.isinf(extra)).tolist()
            if lost:
                stops = [self._ends_or_none(*points[i], main_only=main_only) for i in lost]
                extra[lost] = detours_s(self, route, stops, weights, from_offset_m=from_offset_m)
        return extra

    def _ends_or_none(self, lat: float, lon: float, *, main_only: bool) -> list[Place]:
        try:
            self.region.check_point(lat, lon)
            return self.ends(self._snap(lat, lon, None, main_only=main_only))
        except NavError:
            return []

    def reachable(
        self, point: Point, seconds: float, *, avoid: Collection[str] = (), depart: datetime | None = None
    ) -> Reachable:
        """Return what can be reached within a time.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable
        """
        from nav.routing.reachable import reachable

        if not 0 < seconds <= 86_400:
            raise BadRequest(f"{seconds} s is no usable time: give more than 0 s and at most a day")
        ((lat, lon),) = self.check_stops([point], at_least=1)
        weights = self._weights(check_avoid(avoid), depart, penalties=False)
        return reachable(self, self.starts(self._main_snap(lat, lon)), weights, seconds)

    def starts(self, snap: Snap, heading_deg: float | None = None) -> list[Place]:
        """Return where a leg may begin: on the near side of the road, or at a price on the far side."""
        costs = load_costs()
        far = self._far_side_ms(snap)
        if heading_deg is not None:
            far = round(costs.car("wrong_heading_penalty_s") * 1000)
        return self._places(snap, far)

    def ends(self, snap: Snap) -> list[Place]:
        """Return where a leg may end."""
        return self._places(snap, self._far_side_ms(snap))

    def _far_side_ms(self, snap: Snap) -> int:
        if self.profile != "car" or snap.side == "on":
            return 0
        table = load_costs().by_class("car", "wrong_side_penalty_s")
        return round(float(table[self.graph.edge_class[snap.edge]]) * 1000)

    def _places(self, snap: Snap, far_ms: int) -> list[Place]:
        places = [Place(edge=snap.edge, fraction=snap.fraction)]
        reverse = int(self.graph.edge_reverse[snap.edge])
        if self.turns.edge_state[reverse] >= 0 and reverse != snap.edge:
            places.append(Place(edge=reverse, fraction=1.0 - snap.fraction, penalty_ms=far_ms))
        return places

    def onward(self, stop: Place) -> list[Place]:
        """Return how a car goes on from a stop: straight on, or turning back at a price."""
        places = [Place(edge=stop.edge, fraction=stop.fraction)]
        reverse = int(self.graph.edge_reverse[stop.edge])
        if self.turns.edge_state[reverse] >= 0:
            costs = load_costs()
            turn = costs.number(self.profile, "u_turn_s") + costs.optional(self.profile, "u_turn_penalty_s")
            places.append(Place(edge=reverse, fraction=1.0 - stop.fraction, penalty_ms=round(turn * 1000)))
        return places


def _check_heading(heading_deg: float | None) -> None:
    if heading_deg is not None and not math.isfinite(heading_deg):
        raise BadRequest(f"{heading_deg} is no heading: give a compass bearing in degrees")


def check_avoid(avoid: Collection[str]) -> frozenset[str]:
    """Return the wishes as a set; raise `BadRequest` for one that is not known."""
    wishes = frozenset([avoid] if isinstance(avoid, str) else avoid)
    unknown = sorted(str(wish) for wish in wishes - AVOIDABLE.keys())
    if unknown:
        raise BadRequest(f"cannot avoid {', '.join(unknown)}: use {', '.join(AVOIDABLE)}")
    return wishes


def _no_way(start: Snap, end: Snap) -> str:
    a, b = start.point, end.point
    return (
        f"no legal way leads from {a[0]:.5f},{a[1]:.5f} to {b[0]:.5f},{b[1]:.5f} on this map: "
        "one of them may lie on roads without a connection; choose a point nearby"
    )
