"""Places along a route: ahead of the car, in the order in which they come, with the true detour of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from nav.geometry import METRES_PER_DEGREE, cumulative_m, project_to_segments
from poi.kinds.opening import open_at as is_open_at
from poi.place import Place

FloatArray = NDArray[np.float64]

_CORRIDOR_M = 4_000.0
"""Default width of the corridor to each side."""

_EXACT = 50
"""So many places nearest to the route get an exact detour."""

_LOOKED_AT = 120
"""So many places nearest to the route have their opening hours read."""

_WORSE_S = 240.0
"""A stop that costs so much more than the cheapest one is not offered."""

_BESIDE_THE_ENDS_M = 600.0
"""A place whose nearest point is an end of the route lies behind or beyond it, unless it is so near."""

_ON_THE_LINE_M = 2.5


class RouteLike(Protocol):
    """What is needed of a `nav.Route`."""

    duration_s: float

    @property
    def geometry(self) -> FloatArray:
        """Points of the route, shape (N, 2): latitude, longitude."""


class RouterLike(Protocol):
    """What is needed of a `nav.Router`."""

    def detours_s(
        self, route: RouteLike, points: Sequence[tuple[float, float]], *, from_offset_m: float = 0.0
    ) -> FloatArray:
        """Return the extra seconds that a stop at each point costs."""


def along_route(
    places: Sequence[Place],
    route: RouteLike,
    router: RouterLike | None,
    *,
    from_offset_m: float = 0.0,
    within_m: float | None = None,
    limit: int = 10,
    open_at: datetime | None = None,
) -> list[Place]:
    """Return places ahead on a route, first come first.

    Parameters
    ----------
    places
        Candidates.
    route
        The route.
    router
        Gives exact detours; without it the order is the same and `detour_s` stays unknown.
    from_offset_m
        How far along the route the car is, metres.
    within_m
        Width of the corridor to each side.
    limit
        At most so many.
    open_at
        Time of departure from the start of the route; places closed on arrival are left out.

    Returns
    -------
    list of Place
        `distance_m` is the distance to drive along the route before the place comes.
    """
    line = np.asarray(route.geometry, dtype=np.float64)
    if len(line) < 2 or not places:
        return []
    width = _CORRIDOR_M if within_m is None else within_m
    placed = _beside(places, line, width, from_offset_m)
    total = max(float(cumulative_m(line)[-1]), 1.0)
    if open_at is not None:
        placed = [_with_opening(p, open_at, route.duration_s * (p.distance_m or 0) / total) for p in placed]
        placed = [p for p in placed if p.open_now is not False]
    placed = placed[: max(_EXACT, limit)]
    if router is not None and placed:
        placed = _with_detours(placed, route, router, from_offset_m)
    placed.sort(key=lambda p: p.distance_m or 0.0)
    return [replace(p, distance_m=(p.distance_m or 0.0) - from_offset_m) for p in placed[:limit]]


def nearest_to_line(
    lat: FloatArray, lon: FloatArray, line: FloatArray
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return for each point the distance to the nearest point of a thinned line, and which point that is.

    Parameters
    ----------
    lat, lon
        Points, shape (P,), degrees.
    line
        Shape (N, 2).

    Returns
    -------
    metres : ndarray, shape (P,)
    index : ndarray, shape (P,)
        Index into `line`.
    """
    step = _thinning(line)
    sample = line[::step]
    metres, index = np.empty(len(lat)), np.empty(len(lat), dtype=np.int64)
    stretch = np.cos(np.radians(line[0, 0]))
    for start in range(0, len(lat), 512):
        part = slice(start, start + 512)
        north = lat[part, None] - sample[None, :, 0]
        east = (lon[part, None] - sample[None, :, 1]) * stretch
        square = north * north + east * east
        index[part] = square.argmin(axis=1)
        metres[part] = np.sqrt(square.min(axis=1)) * METRES_PER_DEGREE
    return metres, index * step


def _thinning(line: FloatArray) -> int:
    return max(1, math.ceil(len(line) / 400))


def _beside(places: Sequence[Place], line: FloatArray, width: float, from_offset_m: float) -> list[Place]:
    """Return places with their offset along the route and their side, nearest to the route first."""
    length = cumulative_m(line)
    step = _thinning(line)
    begin = max(0, int(np.searchsorted(length, from_offset_m, side="right")) - 1)
    ahead, length = line[begin:], length[begin:]
    lat, lon = np.array([p.lat for p in places]), np.array([p.lon for p in places])
    coarse, index = nearest_to_line(lat, lon, ahead)
    gap = float(np.max(np.diff(length[::step]), initial=0.0)) + float(length[-1] - length[::step][-1])
    found: list[tuple[float, float, int, int]] = []
    for i in np.flatnonzero(coarse <= width + gap).tolist():
        part = slice(max(0, int(index[i]) - step), int(index[i]) + step + 1)
        a, b = ahead[part][:-1], ahead[part][1:]
        if not len(a):
            continue
        metres, share = project_to_segments(lat[i], lon[i], a[:, 0], a[:, 1], b[:, 0], b[:, 1])
        nearest = int(np.argmin(metres))
        at = part.start + nearest
        offset = float(length[at] + share[nearest] * (length[at + 1] - length[at]))
        found.append((float(metres[nearest]), offset, i, at))
    found.sort()
    out: list[Place] = []
    for away, offset, i, at in found:
        at_an_end = offset <= from_offset_m + 1.0 or offset >= length[-1] - 1.0
        if away > (min(width, _BESIDE_THE_ENDS_M) if at_an_end else width) or offset < from_offset_m:
            continue
        side = _side(places[i], ahead[at], ahead[at + 1]) if away > _ON_THE_LINE_M else None
        out.append(replace(places[i], distance_m=offset, side=side))
        if len(out) >= _LOOKED_AT:
            break
    return out


def _side(place: Place, a: FloatArray, b: FloatArray) -> Literal["left", "right"]:
    stretch = np.cos(np.radians(a[0]))
    cross = (b[1] - a[1]) * stretch * (place.lat - a[0]) - (b[0] - a[0]) * (place.lon - a[1]) * stretch
    return "left" if cross > 0 else "right"


def _with_opening(place: Place, depart: datetime, after_s: float) -> Place:
    arrival = depart + timedelta(seconds=after_s)
    return replace(place, open_now=is_open_at(place.opening_hours, arrival, place.lat, place.lon))


def _with_detours(
    places: list[Place], route: RouteLike, router: RouterLike, from_offset_m: float
) -> list[Place]:
    points = [(p.lat, p.lon) for p in places]
    seconds = np.asarray(router.detours_s(route, points, from_offset_m=from_offset_m), dtype=np.float64)
    best = float(np.min(seconds, initial=np.inf))
    return [
        replace(p, detour_s=max(0.0, float(s)))
        for p, s in zip(places, seconds, strict=True)
        if np.isfinite(s) and s <= best + _WORSE_S
    ]
