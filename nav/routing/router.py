"""Routing questions on a region: routes over stops, alternatives, matrices, reachable areas, detours."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nav.errors import BadCoordinate, BadRequest, NavError, NoRoute
from nav.graph import FloatArray
from nav.law.vehicle import PASSENGER_CAR, Vehicle
from nav.region import Region
from nav.routing.arrival import TimedLegs
from nav.routing.joining import assemble_route
from nav.routing.leg import Place
from nav.routing.route import Route
from nav.routing.snap import Snap
from nav.routing.ways import Point, Stop, Ways
from nav.routing.weights.metric import AVOIDABLE
from nav.routing.weights.turns import PROFILES
from nav.routing.weights.weights import Counted, Weights

if TYPE_CHECKING:
    from nav.routing.queries.matrix import Table
    from nav.routing.queries.reachable import Reachable

MAX_STOPS = 2000
"""More stops than this are refused."""


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
        vehicle: Vehicle = PASSENGER_CAR,
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
        vehicle
            What drives, where a question names no other.
        """
        if profile not in PROFILES:
            raise BadRequest(f"unknown profile {profile!r}: use one of {', '.join(PROFILES)}")
        self.region = region
        self.profile = profile
        self._clock = clock
        self.vehicle = vehicle
        self.ways = Ways(region, profile, use_index=use_index)
        self.graph, self.turns = self.ways.graph, self.ways.turns
        self.engine, self.metrics, self.legs = self.ways.engine, self.ways.metrics, self.ways.legs

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
        self.check_point(lat, lon)
        return self.ways.snap(lat, lon, heading_deg, main_only=False)

    def snap_others(self, first: Snap, count: int) -> list[Snap]:
        """Return up to `count` other roads near a snapped point, the nearest first."""
        return self.ways.snap_others(first, count)

    def route_along(self, edges: Sequence[int], start_fraction: float, end_fraction: float) -> Route:
        """Return a route over edges that are known already, as from map matching."""
        path = self.legs.along(np.array(edges, np.int64), start_fraction, end_fraction)
        snaps = [self.ways.snap_on(edges[0], start_fraction), self.ways.snap_on(edges[-1], end_fraction)]
        return assemble_route(self.ways, snaps, [path], frozenset())

    def route(
        self,
        stops: Sequence[Point],
        *,
        avoid: Collection[str] = (),
        heading_deg: float | None = None,
        depart: datetime | None = None,
        vehicle: Vehicle | None = None,
        approaches: Sequence[str | None] | None = None,
        headings_deg: Sequence[float | None] | None = None,
        turning: bool | None = None,
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
        vehicle
            What drives; that of the router, if not given.
        approaches
            For each stop ``curb``, if the place has to be on the side of the road on which the car stops, or
            ``unrestricted`` (also None).
        headings_deg
            For each stop the compass bearing in which the car passes it, or None; in place of `heading_deg`.
        turning
            Whether the car may turn back at a stop between: True at no price but the time, False never; at a
            price, if not given.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable, NoRoute
        """
        points = self.check_stops(stops, at_least=2)
        vehicle = vehicle or self.vehicle
        asked = asked_stops(points, approaches, headings_deg, heading_deg, vehicle)
        wishes = check_avoid(avoid)
        find = self._legs(wishes, depart, vehicle).find
        try:
            snaps, paths = self.ways.over(asked, find, main_only=False, turning=turning)
        except NoRoute:
            snaps, paths = self.ways.over(asked, find, main_only=True, turning=turning)
        return assemble_route(self.ways, snaps, paths, wishes)

    def _legs(self, avoid: frozenset[str], depart: datetime | None, vehicle: Vehicle) -> TimedLegs:
        return TimedLegs(self.ways, avoid, self.region.local_time(depart or self._clock()), vehicle)

    def _weights(
        self,
        avoid: frozenset[str],
        depart: datetime | None = None,
        *,
        counted: Counted = Counted.COST,
        vehicle: Vehicle | None = None,
    ) -> Weights:
        when = self.region.local_time(depart or self._clock())
        return self.metrics.weights(avoid, when, counted=counted, vehicle=vehicle or self.vehicle)

    def apply_live(self, path: Path, now: datetime | None = None) -> list[str]:
        """Put the closures and live speeds of a file in force, in place of those before.

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
        times, warnings = live_times_ms(self.ways, changes, now or self._clock())
        self.metrics.apply_live(times)
        return warnings

    def covers(self, lat: float, lon: float) -> bool:
        """Tell whether a coordinate lies within the bounds of what is travelled here."""
        return self.region.contains(lat, lon)

    def by(self, profile: str) -> Router:
        """Return a router of another profile, on the same map."""
        return Router(self.region, profile)

    def is_concerned(self, route: Route, edges: Sequence[int]) -> bool:
        """Tell whether a closure or a live speed is in force on some edges of a route."""
        return self._router_of(route).metrics.concern(edges)

    def _router_of(self, route: Route) -> Router:
        """Return the router of the graph on which a route lies."""
        return self

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
            self.check_point(lat, lon)
            points.append((lat, lon))
        return points

    def check_point(self, lat: float, lon: float) -> None:
        """Refuse what is no coordinate, or lies outside what is travelled here.

        Raises
        ------
        BadCoordinate, PointOutsideRegion
        """
        self.region.check_point(lat, lon)

    def region_of(self, route: Route) -> Region:
        """Return the region on whose graph a route of this router lies."""
        return self._router_of(route).region

    def alternatives(
        self,
        start: Point,
        end: Point,
        *,
        count: int = 2,
        avoid: Collection[str] = (),
        heading_deg: float | None = None,
        depart: datetime | None = None,
        vehicle: Vehicle | None = None,
        approaches: Sequence[str | None] | None = None,
        headings_deg: Sequence[float | None] | None = None,
    ) -> list[Route]:
        """Return the best route and up to `count` others that differ from it where it matters.

        Another route shares at most 75 % of its length with those before it, costs at most 30 % more than the
        best, passes no place twice and is the best way on each of its parts.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable, NoRoute
        """
        from nav.routing.queries.alternatives import find_alternatives

        depart = depart or self._clock()
        best = self.route(
            [start, end],
            avoid=avoid,
            heading_deg=heading_deg,
            depart=depart,
            vehicle=vehicle,
            approaches=approaches,
            headings_deg=headings_deg,
        )
        weights = self._weights(best.avoid, depart, vehicle=vehicle)
        first, last = asked_stops([start, end], approaches, headings_deg, heading_deg)
        starts, ends = self.ways.choices([best.stops[0]], first), self.ways.choices([best.stops[1]], last)
        path = self.legs.find(weights, starts, ends)
        if path is None or count < 1:
            return [best]
        others = find_alternatives(self.ways, starts, ends, path, weights, count)
        return [best, *(assemble_route(self.ways, best.stops, [other], best.avoid) for other in others)]

    def prepare(
        self,
        *,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
        vehicle: Vehicle | None = None,
    ) -> None:
        """Customise the index for what many matrices will ask, and wait for it.

        Raises
        ------
        BadRequest
        """
        self.engine.prepare(self._weights(check_avoid(avoid), depart, vehicle=vehicle))

    def matrix(
        self,
        sources: Sequence[Point],
        targets: Sequence[Point],
        *,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
        vehicle: Vehicle | None = None,
    ) -> FloatArray:
        """Return the seconds from each source to each target, as `route` would take.

        Returns
        -------
        (S, T) float64; inf where no way leads.

        Raises
        ------
        BadRequest, BadCoordinate, PointOutsideRegion, PointUnreachable
        """
        return self.table(sources, targets, avoid=avoid, depart=depart, vehicle=vehicle).duration_s

    def table(
        self,
        sources: Sequence[Point],
        targets: Sequence[Point],
        *,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
        with_distance: bool = False,
        vehicle: Vehicle | None = None,
    ) -> Table:
        """Return seconds, and metres if wanted, from each source to each target; see `matrix`."""
        from nav.routing.queries.matrix import travel_table

        weights = self._weights(check_avoid(avoid), depart, vehicle=vehicle)
        begin, finish = (self.check_stops(points, at_least=0) for points in (sources, targets))

        def between(rows: Sequence[Point], columns: Sequence[Point], *, main_only: bool) -> Table:
            starts = [self._places(p, vehicle, main_only=main_only, is_start=True) for p in rows]
            ends = [self._places(p, vehicle, main_only=main_only) for p in columns]
            return travel_table(self.ways, starts, ends, weights, with_distance=with_distance)

        table = between(begin, finish, main_only=False)
        lost = np.isinf(table.duration_s)
        if lost.any():
            rows, columns = np.flatnonzero(lost.any(axis=1)), np.flatnonzero(lost.any(axis=0))
            again = between([begin[i] for i in rows], [finish[j] for j in columns], main_only=True)
            table.fill(rows, columns, again)
        return table

    def _places(
        self, point: Point, vehicle: Vehicle | None, *, main_only: bool, is_start: bool = False
    ) -> list[Place]:
        stop = Stop(lat=point[0], lon=point[1], vehicle=vehicle or self.vehicle)
        return self.ways.choices(self.ways.snaps(stop, main_only=main_only, is_start=is_start), stop)

    def best_order(
        self,
        stops: Sequence[Point],
        *,
        fixed_end: bool = True,
        round_trip: bool = False,
        avoid: Collection[str] = (),
        depart: datetime | None = None,
        vehicle: Vehicle | None = None,
    ) -> list[int]:
        """Return the order of visits that takes least time, as indices (`nav.routing.queries.visit_order`).

        Raises
        ------
        NoRoute
            Not all stops can be joined.
        """
        from nav.routing.queries.visit_order import best_order

        durations = self.matrix(stops, stops, avoid=avoid, depart=depart, vehicle=vehicle)
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
        from nav.routing.queries.detour import detours_s

        weights = self._weights(route.avoid)
        extra = np.full(len(points), np.inf)
        for main_only in (False, True):
            lost = np.flatnonzero(np.isinf(extra)).tolist()
            if lost:
                stops = [self._ends_or_none(*points[i], main_only=main_only) for i in lost]
                extra[lost] = detours_s(self.ways, route, stops, weights, from_offset_m=from_offset_m)
        return extra

    def _ends_or_none(self, lat: float, lon: float, *, main_only: bool) -> list[Place]:
        try:
            self.check_point(lat, lon)
            return self._places((lat, lon), None, main_only=main_only)
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
        from nav.routing.queries.reachable import reachable

        if not 0 < seconds <= 86_400:
            raise BadRequest(f"{seconds} s is no usable time: give more than 0 s and at most a day")
        ((lat, lon),) = self.check_stops([point], at_least=1)
        weights = self._weights(check_avoid(avoid), depart, counted=Counted.TIME)
        return reachable(self.ways, self.ways.starts(self.ways.main_snap(lat, lon)), weights, seconds)


def asked_stops(
    points: Sequence[Point],
    approaches: Sequence[str | None] | None,
    headings_deg: Sequence[float | None] | None,
    heading_deg: float | None,
    vehicle: Vehicle = PASSENGER_CAR,
) -> list[Stop]:
    """Return the stops with what is asked of each of them."""
    sides = [None] * len(points) if approaches is None else list(approaches)
    headings = [heading_deg, *[None] * (len(points) - 1)] if headings_deg is None else list(headings_deg)
    if len(sides) != len(points) or len(headings) != len(points):
        raise BadRequest(f"{len(points)} stops: give approaches and headings for each of them")
    for side in sides:
        if side not in (None, "curb", "unrestricted"):
            raise BadRequest(f"unknown approach {side!r}: use curb or unrestricted")
    for heading in headings:
        _check_heading(heading)
    return [
        Stop(
            lat=lat,
            lon=lon,
            vehicle=vehicle,
            heading_deg=heading,
            is_strict=heading is not None and i > 0,
            curb=side == "curb",
        )
        for i, ((lat, lon), heading, side) in enumerate(zip(points, headings, sides, strict=True))
    ]


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
