"""The OSRM v1 compatible HTTP interface: route, table, nearest, match and trip on one region.

See http://project-osrm.org/docs/v5.24.0/api/. Profiles are ``driving``, ``cycling`` and ``walking``.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from device.http.closures import Closures
from device.http.cost import cost_of
from device.http.osrm_options import (
    approaches_of,
    between_waypoints,
    check_options,
    fill_table,
    turning_of,
    waypoints_of,
)
from device.http.osrm_reply import Writer, waypoint
from device.http.osrm_request import OsrmError, OsrmRequest, read_request, whole_number
from device.http.turns import Busy, Turns
from device.http.valhalla import read_valhalla
from device.vehicle import with_measures
from nav.errors import BadCoordinate, BadRequest, NavError, NoRoute, PointOutsideRegion, PointUnreachable
from nav.geometry import distance_m
from nav.law.vehicle import PASSENGER_CAR, Vehicle
from nav.routing.router import Router

if TYPE_CHECKING:
    from nav.region import Region
    from nav.routing.snap import Snap

log = logging.getLogger("xiaogao")

_MAX_ALTERNATIVES = 3
_MATCH_STEP_S = 5.0
_MATCH_RADIUS_M = 50.0
_GAP_S = 60.0
"""A trace with times falls into parts where nothing is known for so long, unless `gaps=ignore`."""


class Routers:
    """The routers of one region, made on first use.

    Parameters
    ----------
    region : Region
        Where routes are found.
    own : Router, optional
        A router of the region that is there already; somebody else keeps its closures.
    live_file : Path, optional
        File of closures and live speeds for the others; it is looked at with each request.
    vehicle : Vehicle, optional
        What drives, where a request says nothing else.
    """

    def __init__(
        self,
        region: Region,
        *,
        own: Router | None = None,
        live_file: Path | None = None,
        vehicle: Vehicle = PASSENGER_CAR,
    ) -> None:
        self.region = region
        self._vehicle = vehicle
        self._routers: dict[str, Router] = {own.profile: own} if own is not None else {}
        self._live_file = live_file
        self._closures: dict[str, Closures] = {}
        self._lock = threading.Lock()

    def of(self, profile: str) -> Router:
        """Return the router of a profile, with the closures that are in force now."""
        with self._lock:
            if profile not in self._routers:
                self._routers[profile] = router = Router(self.region, profile, vehicle=self._vehicle)
                if self._live_file is not None:
                    self._closures[profile] = Closures(self._live_file, router)
            if profile in self._closures:
                for warning in self._closures[profile].look()[1]:
                    log.warning("closures (%s): %s", profile, warning)
            return self._routers[profile]


def create_app(region: Region, routers: Routers | None = None) -> FastAPI:
    """Make the HTTP interface of a region.

    Parameters
    ----------
    region : Region
        Where routes are found.
    routers : Routers, optional
        What finds them; by default routers of its own, for which nothing is closed.

    Returns
    -------
    FastAPI
        An ASGI application; who may reach it is for the server to decide.
    """
    app = FastAPI(
        title="Xiao Gao routing", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    routers = routers or Routers(region)
    routers.of("car")

    turns = Turns()

    async def answered(read: Callable[[], OsrmRequest]) -> JSONResponse:
        try:
            asked = read()
            check_options(asked)
            return await turns.run(lambda: _worked_out(routers, asked), searches=cost_of(asked))
        except OsrmError as error:
            return _refusal(error.code, str(error))
        except Busy:
            return _refusal("Busy", "too many large requests wait: ask again soon, or in parts", status=503)

    async def answer(
        service: str, version: str, profile: str, coordinates: str, request: Request
    ) -> JSONResponse:
        options = dict(request.query_params)
        return await answered(lambda: read_request(service, version, profile, coordinates, options))

    async def answer_valhalla(request: Request) -> JSONResponse:
        body = await request.body()
        return await answered(lambda: read_valhalla(body))

    app.get("/{service}/{version}/{profile}/{coordinates:path}")(answer)
    app.post("/route")(answer_valhalla)

    @app.exception_handler(HTTPException)
    async def not_understood(request: Request, error: HTTPException) -> JSONResponse:
        return _refusal("InvalidUrl", "the address is /{service}/v1/{profile}/{coordinates}")

    return app


def _worked_out(routers: Routers, asked: OsrmRequest) -> JSONResponse:
    """Do what is asked; in a thread."""
    try:
        return JSONResponse({"code": "Ok", **_SERVICES[asked.service](routers.of(asked.profile), asked)})
    except OsrmError as error:
        return _refusal(error.code, str(error))
    except NavError as error:
        return _refusal(_code(error), str(error))
    except MemoryError:
        return _refusal("TooBig", "this takes more memory than there is: ask in parts")


def _refusal(code: str, message: str, *, status: int = 400) -> JSONResponse:
    headers = {"Retry-After": "1"} if status == 503 else None
    return JSONResponse({"code": code, "message": message}, status_code=status, headers=headers)


def _code(error: NavError) -> str:
    match error:
        case NoRoute():
            return "NoRoute"
        case PointOutsideRegion() | PointUnreachable():
            return "NoSegment"
        case BadCoordinate():
            return "InvalidValue"
        case BadRequest():
            return "InvalidOptions"
    return "NoRoute"


def _check_radii(request: OsrmRequest, snaps: list[Snap]) -> None:
    for index, (snap, radius) in enumerate(zip(snaps, request.radii_m, strict=True)):
        if snap.distance_m > radius:
            raise OsrmError("NoSegment", f"no road within {radius:.0f} m of coordinate {index}")


def _snaps(router: Router, request: OsrmRequest) -> list[Snap]:
    headings = request.headings_deg
    snaps = [
        router.snap(lat, lon, heading) for (lat, lon), heading in zip(request.points, headings, strict=True)
    ]
    _check_radii(request, snaps)
    return snaps


def _route(router: Router, request: OsrmRequest) -> dict[str, Any]:
    writer = Writer(request)
    count, waypoints, turning = _alternatives(request), waypoints_of(request), turning_of(request)
    asked: dict[str, Any] = {
        "avoid": request.exclude,
        "headings_deg": request.headings_deg,
        "approaches": approaches_of(request),
        "depart": request.depart,
        "vehicle": with_measures(router.vehicle, request.measures),
    }
    if count and len(request.points) == 2:
        routes = router.alternatives(request.points[0], request.points[1], count=count, **asked)
    else:
        routes = [router.route(request.points, turning=turning, **asked)]
    _check_radii(request, list(routes[0].stops))
    routes = [between_waypoints(route, waypoints) for route in routes]
    found: dict[str, Any] = {"routes": [writer.route(route) for route in routes]}
    return found | _waypoints(
        request, "waypoints", [waypoint(router.graph, stop) for stop in routes[0].stops]
    )


def _waypoints(request: OsrmRequest, name: str, found: list[dict[str, Any] | None]) -> dict[str, Any]:
    """Return the snapped points as far as they are wanted, with or without the hints."""
    if request.flag("skip_waypoints", default=False):
        return {}
    if not request.flag("generate_hints", default=True):
        found = [point and {key: point[key] for key in point if key != "hint"} for point in found]
    return {name: found}


def _alternatives(request: OsrmRequest) -> int:
    value = request.options.get("alternatives", "false")
    if value in ("true", "false"):
        return 2 if value == "true" else 0
    if (number := whole_number(value)) is None:
        raise OsrmError("InvalidValue", "alternatives must be true, false or a number")
    return min(number, _MAX_ALTERNATIVES)


def _table(router: Router, request: OsrmRequest) -> dict[str, Any]:
    wanted = set(request.options.get("annotations", "duration").split(","))
    if wanted - {"duration", "distance"}:
        raise OsrmError("InvalidValue", "annotations must be duration, distance or both")
    sources, targets = request.indices("sources"), request.indices("destinations")
    snaps = _snaps(router, request)
    table = router.table(
        [request.points[i] for i in sources],
        [request.points[i] for i in targets],
        avoid=request.exclude,
        with_distance="distance" in wanted,
        depart=request.depart,
        vehicle=with_measures(router.vehicle, request.measures),
    )
    filled = fill_table(request, table, [snaps[i] for i in sources], [snaps[i] for i in targets])
    found = _waypoints(request, "sources", [waypoint(router.graph, snaps[i]) for i in sources])
    found |= _waypoints(request, "destinations", [waypoint(router.graph, snaps[i]) for i in targets])
    found |= filled
    if "duration" in wanted:
        found["durations"] = _cells(table.duration_s)
    if "distance" in wanted and table.distance_m is not None:
        found["distances"] = _cells(table.distance_m)
    return found


def _cells(table: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[list[float | None]]:
    return [[round(v, 1) if v < np.inf else None for v in row] for row in table.tolist()]


def _nearest(router: Router, request: OsrmRequest) -> dict[str, Any]:
    number = whole_number(request.options.get("number", "1"))
    if number is None or not 1 <= number <= 100:
        raise OsrmError("InvalidValue", "number must be 1 to 100")
    first = _snaps(router, request)[0]
    graph = router.graph
    found = []
    for snap in [first, *router.snap_others(first, number - 1)]:
        nodes = [
            int(graph.node_osm_id[graph.edge_from[snap.edge]]),
            int(graph.node_osm_id[graph.edge_to[snap.edge]]),
        ]
        found.append(waypoint(graph, snap) | {"nodes": nodes})
    return _waypoints(request, "waypoints", list(found))


def _trip(router: Router, request: OsrmRequest) -> dict[str, Any]:
    writer = Writer(request)
    round_trip = request.flag("roundtrip", default=True)
    source, destination = (
        request.choice("source", ("any", "first")),
        request.choice("destination", ("any", "last")),
    )
    if (
        not round_trip
        and (source, destination) != ("first", "last")
        and (source, destination) != ("first", "any")
    ):
        raise OsrmError("NotImplemented", "without roundtrip, source must be first")
    snaps = _snaps(router, request)
    asked: dict[str, Any] = {
        "avoid": request.exclude,
        "depart": request.depart,
        "vehicle": with_measures(router.vehicle, request.measures),
    }
    try:
        order = router.best_order(
            request.points, fixed_end=destination == "last", round_trip=round_trip, **asked
        )
    except NoRoute as error:
        raise OsrmError("NoTrips", str(error)) from error
    stops = [request.points[i] for i in order]
    route = router.route([*stops, stops[0]] if round_trip else stops, **asked)
    position = {index: place for place, index in enumerate(order)}
    waypoints = [
        waypoint(router.graph, snap) | {"trips_index": 0, "waypoint_index": position[index]}
        for index, snap in enumerate(snaps)
    ]
    return {"trips": [writer.route(route)]} | _waypoints(request, "waypoints", list(waypoints))


def _match(router: Router, request: OsrmRequest) -> dict[str, Any]:
    from nav.guidance.fix import Fix
    from nav.guidance.matching import match
    from nav.guidance.matching_roads import roads_of

    writer = Writer(request)
    times = _timestamps(request)
    radii = [min(radius, _MATCH_RADIUS_M) for radius in request.radii_m]
    trace = [
        Fix(
            lat=lat,
            lon=lon,
            time_s=time,
            heading_deg=heading,
            accuracy_m=radius if radius < _MATCH_RADIUS_M else None,
        )
        for (lat, lon), time, radius, heading in zip(
            request.points, times, radii, request.headings_deg, strict=True
        )
    ]
    splits = request.choice("gaps", ("split", "ignore")) == "split" and "timestamps" in request.options
    matched = match(
        roads_of(router.region, router.profile), trace, split_after_s=_GAP_S if splits else math.inf
    )
    routes = [
        router.route_along(edges, *_ends(router, matched.points, part))
        for part, edges in enumerate(matched.parts)
    ]
    if not any(len(part) for part in matched.parts):
        raise OsrmError("NoMatch", "the trace fits no roads")
    waypoints: list[dict[str, Any] | None] = []
    seen = [0] * len(routes)
    for point in matched.points:
        if point is None:
            waypoints.append(None)
            continue
        waypoints.append(
            {
                "hint": "",
                "distance": round(point.distance_m, 3),
                "name": router.graph.edge_names(point.edge).get("", ""),
                "location": [round(point.lon, 6), round(point.lat, 6)],
                "matchings_index": point.part,
                "waypoint_index": seen[point.part],
                "alternatives_count": 0,
            }
        )
        seen[point.part] += 1
    matchings = [
        writer.route(route) | {"confidence": round(confidence, 3)}
        for route, confidence in zip(routes, matched.confidence, strict=True)
    ]
    return {"matchings": matchings} | _waypoints(request, "tracepoints", waypoints)


def _ends(router: Router, points: Any, part: int) -> tuple[float, float]:
    """Return where on its first and last edge a matched part begins and ends."""
    own = [point for point in points if point is not None and point.part == part]
    lengths = [float(router.graph.edge_length_m[point.edge]) for point in (own[0], own[-1])]
    shares = [
        min(max(point.offset_m / length, 0.0), 1.0) if length > 0 else 0.0
        for point, length in zip((own[0], own[-1]), lengths, strict=True)
    ]
    return shares[0], shares[1]


def _timestamps(request: OsrmRequest) -> list[float]:
    if "timestamps" not in request.options:
        times, time = [0.0], 0.0
        for a, b in zip(request.points, request.points[1:], strict=False):
            time += max(_MATCH_STEP_S, distance_m(a, b) / 15.0)
            times.append(time)
        return times
    values = [whole_number(value) for value in request.per_point("timestamps")]
    found = [float(value) for value in values if value is not None]
    if len(found) != len(values):
        raise OsrmError("InvalidValue", "timestamps must be seconds since 1970")
    if any(b < a for a, b in pairwise(found)):
        raise OsrmError("InvalidValue", "timestamps must not go back")
    return found


_SERVICES: dict[str, Callable[[Router, OsrmRequest], dict[str, Any]]] = {
    "route": _route,
    "table": _table,
    "nearest": _nearest,
    "match": _match,
    "trip": _trip,
}
