"""Places along a route: ahead of the car, in the order in which they come, with the true detour of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from nav.geometry import cumulative_m, haversine_m, project_to_segments
from poi.opening import open_at as is_open_at
from poi.place import Place

FloatArray = NDArray[np.float64]

_CORRIDOR_M = 4_000.0
"""Default width of the corridor to each side."""

_EXACT = 50
"""So many places nearest to the route get an exact detour."""

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
    placed = _beside(_near(places, line, width), line, width, from_offset_m)
    total = max(float(cumulative_m(line)[-1]), 1.0)
    if open_at is not None:
        placed = [_with_opening(p, open_at, route.duration_s * (p.distance_m or 0) / total) for p in placed]
        placed = [p for p in placed if p.open_now is not False]
    placed = placed[: max(_EXACT, limit)]
    if router is not None and placed:
        placed = _with_detours(placed, route, router, from_offset_m)
    placed.sort(key=lambda p: p.distance_m or 0.0)
    return [replace(p, distance_m=(p.distance_m or 0.0) - from_offset_m) for p in placed[:limit]]


def _near(places: Sequence[Place], line: FloatArray, width: float) -> list[Place]:
    """Leave out what is far from every point of a thinned line."""
    lat, lon = np.array([p.lat for p in places]), np.array([p.lon for p in places])
    length = cumulative_m(line)
    step = max(1, int(np.ceil(len(line) / 400)))
    sample = np.concatenate((line[::step], line[-1:]))
    gap = float(np.max(np.diff(np.concatenate((length[::step], length[-1:]))), initial=0.0))
    reach = width + gap
    near = np.zeros(len(places), dtype=bool)
    for start in range(0, len(places), 512):
        part = slice(start, start + 512)
        metres = haversine_m(lat[part, None], lon[part, None], sample[None, :, 0], sample[None, :, 1])
        near[part] = metres.min(axis=1) <= reach
    return [p for p, keep in zip(places, near, strict=True) if keep]


def _beside(places: Sequence[Place], line: FloatArray, width: float, from_offset_m: float) -> list[Place]:
    """Return places with their offset along the route and their side, nearest to the route first."""
    length = cumulative_m(line)
    a, b = line[:-1], line[1:]
    found: list[tuple[float, Place]] = []
    for place in places:
        metres, share = project_to_segments(place.lat, place.lon, a[:, 0], a[:, 1], b[:, 0], b[:, 1])
        metres = np.where(length[1:] < from_offset_m, np.inf, metres)
        nearest = int(np.argmin(metres))
        away = float(metres[nearest])
        offset = float(length[nearest] + share[nearest] * (length[nearest + 1] - length[nearest]))
        at_an_end = offset <= max(1.0, from_offset_m + 1.0) or offset >= length[-1] - 1.0
        if away > (min(width, _BESIDE_THE_ENDS_M) if at_an_end else width) or offset < from_offset_m:
            continue
        side = _side(place, a[nearest], b[nearest]) if away > _ON_THE_LINE_M else None
        found.append((away, replace(place, distance_m=offset, side=side)))
    found.sort(key=lambda entry: entry[0])
    return [place for _, place in found]


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
