"""A router over every installed pack: within one it is the router of that pack, between them an overlay."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.errors import BadCoordinate, NavError, NoRoute, PointOutsideRegion, PointUnreachable
from nav.graph import FloatArray, Graph
from nav.region import Region
from nav.routing.leg import Place
from nav.routing.overlay.joined import Joined
from nav.routing.overlay.merged import Merged
from nav.routing.overlay.search import Crossing, Overlay
from nav.routing.route import Route
from nav.routing.router import Router, asked_stops, check_avoid
from nav.routing.snap import Snap
from nav.routing.ways import MAX_SNAP_M, Point, Stop, Ways, no_way

if TYPE_CHECKING:
    from nav.routing.live import Change
    from nav.routing.queries.matrix import Table

_BESIDE_M = 800.0
"""Roads this near to a route come with it: what is seen at its junctions, and where a driver may stray."""
_STOP_M, _FAR_STOP_M = 600.0, MAX_SNAP_M + 200.0
_SURELY_M = 400.0
_AS_NEAR_M = 1.0
_CORRIDORS = 4

Roads = tuple[Merged, Ways]
"""Some roads of several packs, and how they are travelled."""


class JoinedRouter(Router):
    """Answers on one region, and with others that are installed where a question leads there.

    Parameters
    ----------
    region
        The region in which the car is.
    profile
        ``car``, ``bike`` or ``foot``.
    beside
        Gives the other regions, the newest ones each time; asked when a point lies outside the region.
    options
        See `Router`.
    """

    def __init__(
        self,
        region: Region,
        profile: str = "car",
        *,
        beside: Callable[[], Sequence[Region]],
        **options: Any,
    ) -> None:
        super().__init__(region, profile, **options)
        self._options, self._beside = options, beside
        self._others: dict[Path, Router] = {}
        self._joined: Joined | None = None
        self._made: list[tuple[Graph, Router]] = []
        self._live: tuple[Sequence[Change], datetime | None] | None = None

    def routers(self) -> list[Router]:
        """Return a router for each region, this one first; a pack that was replaced is opened anew."""
        regions = {region.path: region for region in self._beside() if region.path != self.region.path}
        kept = self._others
        self._others = {
            path: kept[path]
            if path in kept and kept[path].region.meta == region.meta
            else self._router_on(region)
            for path, region in regions.items()
        }
        return [self, *self._others.values()]

    def _router_on(self, region: Region) -> Router:
        router = Router(region, self.profile, **self._options)
        if self._live is not None:
            _put_in_force(router.ways, *self._live)
        return router

    def joined(self) -> Joined:
        """Return all regions as one."""
        routers = self.routers()
        known = self._joined
        if known is None or [r.meta for r in known.regions] != [r.region.meta for r in routers]:
            known = self._joined = Joined([r.region for r in routers], [r.ways for r in routers])
            if self._live is not None and known.meets:
                _put_in_force(known.cells.cells[-1].ways, *self._live)
        return known

    def _home_of(self, points: Sequence[Point]) -> Router | None:
        """Return the router of a region that knows the roads at each point best; None if none knows all."""
        routers = self.routers()
        if len(routers) == 1:
            return self
        near = [[_nearest(router, point) for point in points] for router in routers]
        away_m = np.array([[found[0] for found in row] for row in near])
        as_near = away_m <= away_m.min(axis=0) + _AS_NEAR_M
        shared = np.flatnonzero(np.isfinite(away_m).sum(axis=0) > 1).tolist()
        for pack in np.flatnonzero(as_near.all(axis=1)).tolist():
            if not shared or not (joined := self.joined()).meets:
                return routers[pack]
            if all(joined.is_own(pack, near[pack][i][1]) for i in shared):
                return routers[pack]
        return None

    def check_point(self, lat: float, lon: float) -> None:
        """Refuse what is no coordinate, or lies in none of the regions."""
        problem: NavError | None = None
        for router in self.routers():
            try:
                router.region.check_point(lat, lon)
            except BadCoordinate:
                raise
            except PointOutsideRegion as error:
                problem = problem or error
            else:
                return
        if problem is not None:
            raise problem

    def region_of(self, route: Route) -> Region:
        """Return the region on whose graph a route of this router lies."""
        return self._router_of(route).region

    def _router_of(self, route: Route) -> Router:
        made = [router for graph, router in self._made if graph is route.graph]
        others = [router for router in self._others.values() if router.graph is route.graph]
        return next(iter([*made, *others]), self)

    def snap(self, lat: float, lon: float, heading_deg: float | None = None) -> Snap:
        """Return the place on the nearest road of the region that has it; see `Router.snap`."""
        home = self._home_of([(lat, lon)])
        return (
            super().snap(lat, lon, heading_deg) if home in (None, self) else home.snap(lat, lon, heading_deg)
        )

    def route(self, stops: Sequence[Point], **wishes: Any) -> Route:
        """Return the best route over the stops; see `Router.route`."""
        points = self.check_stops(stops, at_least=2)
        home = self._home_of(points)
        if home is self:
            return super().route(points, **wishes)
        return home.route(points, **wishes) if home is not None else self.over_packs(points, **wishes)

    def over_packs(self, points: Sequence[Point], **wishes: Any) -> Route:
        """Find a way over all packs, then the roads round it, and the route on those as on any region."""
        joined = self.joined()
        vehicle, depart = wishes.get("vehicle") or self.vehicle, wishes.get("depart") or self._clock()
        stops = asked_stops(
            points, wishes.get("approaches"), wishes.get("headings_deg"), wishes.get("heading_deg"), vehicle
        )
        avoid = check_avoid(wishes.get("avoid", ()))
        overlay = joined.overlay(avoid, depart, vehicle)
        try:
            lines = self._lines(joined, overlay, stops, main_only=False)
        except NoRoute:
            lines = self._lines(joined, overlay, stops, main_only=True)
        found = joined.corridor(lines, _BESIDE_M)
        assert found is not None, "there are roads where a way was found"
        router = self._router_on(found[1])
        route = router.route(points, **{**wishes, "depart": depart})
        self._made = [*self._made[1 - _CORRIDORS :], (route.graph, router)]
        return route

    def _lines(
        self, joined: Joined, overlay: Overlay, stops: Sequence[Stop], *, main_only: bool
    ) -> list[FloatArray]:
        """Return where the best way may lead, and where its stops are."""
        places, lines = [], []
        for i, stop in enumerate(stops):
            snaps, found = self._places_at(joined, stop, main_only=main_only, is_start=i == 0)
            places.append(found)
            lines.append(np.array([(snap.lat, snap.lon) for snap in snaps]))
        for i, (start, end) in enumerate(itertools.pairwise(places)):
            # Which of the places at a stop between suits the journey depends on both of its legs.
            starts = [start[1]] if i == 0 else [[place] for place in start[1]]
            ends = [end[1]] if i == len(stops) - 2 else [[place] for place in end[1]]
            ways = [
                way
                for a in starts
                for b in ends
                if (way := self._crossing(joined, overlay, (start[0], a), (end[0], b))) is not None
            ]
            if not ways:
                raise NoRoute(no_way((stops[i].lat, stops[i].lon), (stops[i + 1].lat, stops[i + 1].lon)))
            lines += [joined.line_of(way) for way in ways]
        return lines

    def _crossing(
        self,
        joined: Joined,
        overlay: Overlay,
        start: tuple[Merged, Sequence[Place]],
        end: tuple[Merged, Sequence[Place]],
    ) -> Crossing | None:
        starts = joined.in_cells(*start, is_start=True)
        return overlay.find(starts, joined.in_cells(*end, is_start=False))

    def _places_at(
        self, joined: Joined, stop: Stop, *, main_only: bool, is_start: bool
    ) -> tuple[list[Snap], tuple[Merged, list[Place]]]:
        """Return where a car may stand at a stop, on the roads of all packs round it."""
        at = np.array([(stop.lat, stop.lon)])
        for reach_m in (_STOP_M, _FAR_STOP_M):
            found = joined.corridor([at], reach_m)
            if found is None:
                continue
            merged, region = found
            ways = Ways(region, self.profile)
            try:
                snaps = ways.snaps(stop, main_only=main_only, is_start=is_start)
            except PointUnreachable:
                continue
            inside = ways.enclosure_m(stop.lat, stop.lon) < _SURELY_M
            if reach_m == _FAR_STOP_M or (inside and all(s.distance_m < _SURELY_M for s in snaps)):
                return snaps, (merged, ways.choices(snaps, stop))
        raise PointUnreachable(
            f"no road for {self.profile} within {MAX_SNAP_M:.0f} m of {stop.lat:.5f},{stop.lon:.5f}: "
            "choose another point"
        )

    def alternatives(self, start: Point, end: Point, **wishes: Any) -> list[Route]:
        """Return the best route and others; over a border only the best. See `Router.alternatives`."""
        points = self.check_stops([start, end], at_least=2)
        home = self._home_of(points)
        if home is self:
            return super().alternatives(start, end, **wishes)
        if home is not None:
            return home.alternatives(start, end, **wishes)
        wishes.pop("count", None)
        return [self.over_packs(points, **wishes)]

    def table(self, sources: Sequence[Point], targets: Sequence[Point], **wishes: Any) -> Table:
        """Return seconds, and metres if wanted, from each source to each target; see `Router.table`."""
        from nav.routing.queries.matrix import Table

        begin, finish = (self.check_stops(points, at_least=0) for points in (sources, targets))
        home = self._home_of([*begin, *finish])
        if home is self:
            return super().table(begin, finish, **wishes)
        if home is not None:
            return home.table(begin, finish, **wishes)
        with_distance = wishes.pop("with_distance", False)
        duration_s = np.full((len(begin), len(finish)), math.inf)
        distance_m = duration_s.copy()
        for i, start in enumerate(begin):
            for j, end in enumerate(finish):
                try:
                    route = self.route([start, end], **wishes)
                except NoRoute:
                    continue
                duration_s[i, j], distance_m[i, j] = route.duration_s, route.distance_m
        return Table(duration_s=duration_s, distance_m=distance_m if with_distance else None)

    def detours_s(self, route: Route, points: Sequence[Point], *, from_offset_m: float = 0.0) -> FloatArray:
        """Return the extra seconds for calling at each point on the rest of a route."""
        router = self._router_of(route)
        if router is self:
            return super().detours_s(route, points, from_offset_m=from_offset_m)
        return router.detours_s(route, points, from_offset_m=from_offset_m)

    def apply_live(self, path: Path, now: datetime | None = None) -> list[str]:
        """Put the closures and live speeds of a file in force on every region; see `Router.apply_live`."""
        from nav.routing.live import read_live

        self._live = read_live(path).changes, now
        told = [_put_in_force(router.ways, *self._live) for router in self.routers()]
        self._costs_changed()
        return [text for text in told[0] if all(text in others for others in told)]

    def clear_live(self) -> None:
        """Forget closures and live speeds."""
        self._live = None
        for router in self.routers():
            router.metrics.apply_live({})
        self._costs_changed()

    def _costs_changed(self) -> None:
        if self._joined is not None and self._joined.meets:
            strip = self._joined.cells.cells[-1].ways
            _put_in_force(strip, *(self._live or ((), None)))
            self._joined.forget()


def _put_in_force(ways: Ways, changes: Sequence[Change], now: datetime | None) -> list[str]:
    from nav.routing.live import live_times_ms

    times, warnings = live_times_ms(ways, changes, now or datetime.now().astimezone())
    ways.metrics.apply_live(times)
    return warnings


def _nearest(router: Router, point: Point) -> tuple[float, int]:
    """Return distance and edge of the nearest road of a region; the distance is infinite if none is near."""
    try:
        router.region.check_point(*point)
    except NavError:
        return math.inf, -1
    return router.ways.nearest(*point)
