"""A router over every installed pack: within one it is the router of that pack, between them an overlay."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.errors import NoRoute, PointOutsideRegion, PointUnreachable
from nav.graph import FloatArray, Graph
from nav.region import Region, adjoining, check_reached
from nav.routing.leg import Place
from nav.routing.overlay.joined import Joined
from nav.routing.overlay.search import Ends, Overlay
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
_NOWHERE = math.inf, -1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Where a car may stand at a stop."""

    snaps: list[Snap]
    starts: Sequence[Ends]
    """For each place the cell in which a leg begins there."""
    ends: Sequence[Ends]
    """The same for legs that end there."""


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
        self._others: list[Router] = []
        self._joined: Joined | None = None
        self._made: list[tuple[Graph, Router]] = []
        self._live: tuple[Sequence[Change], datetime | None] | None = None

    def _regions(self) -> list[Region]:
        """Return this region and those that can be reached from it over regions whose bounds touch."""
        return adjoining(self.region, self._beside())

    def _router(self, region: Region) -> Router:
        """Return the router of a region; that of one that was replaced is forgotten."""
        if region is self.region:
            return self
        known = next((router for router in self._others if router.region is region), None)
        if known is None:
            known = self._router_on(region)
            self._others = [known, *(r for r in self._others if r.region.path != region.path)]
        return known

    def _router_on(self, region: Region) -> Router:
        router = Router(region, self.profile, **self._options)
        if self._live is not None:
            _put_in_force(router.ways, *self._live)
        return router

    def joined(self) -> Joined:
        """Return all regions as one."""
        regions = self._regions()
        known = self._joined
        if known is None or list(map(id, known.regions)) != list(map(id, regions)):
            known = self._joined = Joined(regions, [self._router(region).ways for region in regions])
            if self._live is not None and known.meets:
                _put_in_force(known.cells.cells[-1].ways, *self._live)
        return known

    def _home_of(self, points: Sequence[Point]) -> Router | None:
        """Return the router of a region that knows the roads at each point best; None if none knows all."""
        regions = self._regions()
        reached = [[_reaches(region, point) for point in points] for region in regions]
        if len(regions) == 1 or not any(map(any, reached[1:])):
            return self
        near = [
            [self._router(region).ways.nearest(*point) if there else _NOWHERE for point, there in row]
            for region, row in zip(regions, (zip(points, row, strict=True) for row in reached), strict=True)
        ]
        away_m = np.array([[metres for metres, _ in row] for row in near])
        as_near = away_m <= away_m.min(axis=0) + _AS_NEAR_M
        shared = np.flatnonzero(np.isfinite(away_m).sum(axis=0) > 1).tolist()
        for pack in np.flatnonzero(as_near.all(axis=1)).tolist():
            joined = self.joined() if shared else None
            if joined is None or not joined.meets:
                return self._router(regions[pack])
            if all(joined.is_own(pack, near[pack][i][1]) for i in shared):
                return self._router(regions[pack])
        return None

    def check_point(self, lat: float, lon: float) -> None:
        """Refuse what is no coordinate, or lies in none of the regions."""
        check_reached(self.region, self._beside, lat, lon)

    def covers(self, lat: float, lon: float) -> bool:
        """Tell whether a coordinate lies within the bounds of one of the regions."""
        return any(region.contains(lat, lon) for region in self._regions())

    def by(self, profile: str) -> JoinedRouter:
        """Return a router of another profile, on the same maps."""
        return JoinedRouter(self.region, profile, beside=self._beside)

    def _router_of(self, route: Route) -> Router:
        made = [router for graph, router in self._made if graph is route.graph]
        others = [router for router in self._others if router.graph is route.graph]
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
        standing = [
            self._standing(joined, stop, main_only=main_only, is_start=i == 0) for i, stop in enumerate(stops)
        ]
        lines = [np.array([(snap.lat, snap.lon) for snap in there.snaps]) for there in standing]
        for i, (start, end) in enumerate(itertools.pairwise(standing)):
            # Which of the places at a stop between suits the journey depends on both of its legs.
            starts = [_together(start.starts)] if i == 0 else start.starts
            ends = [_together(end.ends)] if i == len(stops) - 2 else end.ends
            found = [overlay.find(a, b) for a in starts for b in ends]
            ways = [joined.line_of(way) for way in found if way is not None]
            if not ways:
                raise NoRoute(no_way((stops[i].lat, stops[i].lon), (stops[i + 1].lat, stops[i + 1].lon)))
            lines += ways
        return lines

    def _standing(self, joined: Joined, stop: Stop, *, main_only: bool, is_start: bool) -> _Standing:
        """Return where a car may stand at a stop, on the roads of all packs round it."""
        alone = None if main_only else self._standing_in_one(joined, stop, is_start=is_start)
        if alone is not None:
            return alone
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
                places = ways.choices(snaps, stop)
                starts, ends = (
                    [joined.in_cells(merged, [place], is_start=first) for place in places]
                    for first in (True, False)
                )
                return _Standing(snaps=snaps, starts=starts, ends=ends)
        raise PointUnreachable(
            f"no road for {self.profile} within {MAX_SNAP_M:.0f} m of {stop.lat:.5f},{stop.lon:.5f}: "
            "choose another point"
        )

    def _standing_in_one(self, joined: Joined, stop: Stop, *, is_start: bool) -> _Standing | None:
        """Return where a car may stand where a single pack has roads; None elsewhere."""
        point = stop.lat, stop.lon
        near = [
            (pack, ways)
            for pack, region in enumerate(joined.regions)
            if _reaches(region, point) and (ways := self._router(region).ways).nearest(*point)[1] >= 0
        ]
        if len(near) != 1:
            return None
        pack, ways = near[0]
        snaps = ways.snaps(stop, main_only=False, is_start=is_start)
        places = ways.choices(snaps, stop)
        if not all(joined.is_own(pack, place.edge) for place in places):
            return None
        cells: list[Ends] = [{pack: [place]} for place in places]
        return _Standing(snaps=snaps, starts=cells, ends=cells)

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
        shape = len(begin), len(finish)
        table = Table(
            duration_s=np.full(shape, math.inf),
            distance_m=np.full(shape, math.inf) if wishes.get("with_distance") else None,
        )
        for i, start in enumerate(begin):
            self._fill_row(table, i, start, finish, wishes)
        return table

    def _fill_row(self, table: Table, row: int, start: Point, ends: Sequence[Point], wishes: Any) -> None:
        """Fill in what it takes from one place: by the pack that has both, else by the route."""
        own: dict[Router, list[int]] = {}
        for column, end in enumerate(ends):
            home = self._home_of([start, end])
            if home is not None:
                own.setdefault(home, []).append(column)
                continue
            asked = {name: value for name, value in wishes.items() if name != "with_distance"}
            with contextlib.suppress(NoRoute, PointUnreachable):
                route = self.over_packs([start, end], **asked)
                table.duration_s[row, column] = route.duration_s
                if table.distance_m is not None:
                    table.distance_m[row, column] = route.distance_m
        for home, columns in own.items():
            found = Router.table(home, [start], [ends[column] for column in columns], **wishes)
            table.fill(np.array([row]), np.array(columns), found)

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
        routers = [self._router(region) for region in self._regions()]
        told = [_put_in_force(router.ways, *self._live) for router in routers]
        for _, made in self._made:
            _put_in_force(made.ways, *self._live)
        self._costs_changed()
        return [text for text in told[0] if all(text in others for others in told)]

    def clear_live(self) -> None:
        """Forget closures and live speeds."""
        self._live = None
        for router in (self, *self._others, *(router for _, router in self._made)):
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


def _together(places: Sequence[Ends]) -> Ends:
    found: dict[int, list[Place]] = {}
    for of_one in places:
        for cell, there in of_one.items():
            found.setdefault(cell, []).extend(there)
    return found


def _reaches(region: Region, point: Point) -> bool:
    try:
        region.check_point(*point)
    except PointOutsideRegion:
        return False
    return True
