"""The way from one stop to the next: on foot if it is near, else by the car from where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from agent.trip.driving import AT_CAR_M, NEAR_CAR_M
from nav.errors import NavError
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.understanding.intent import Avoid

_WALK_MPS = 1.25
_CROW_WALK, _CROW_DRIVE = 1.3, 1.45
_CITY_MPS, _DRIVE_S = 8.5, 60.0
_LEAST_DRIVE_M = 80.0
"""Nobody starts a car for less: one walks on, and it stays where it stands."""
_SHORT_DRIVE_M = 400.0
"""Nor for less, if it is about as far on foot."""

Measured = tuple[float, float]
"""Seconds and metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One way."""

    drive_s: float = 0.0
    drive_m: float = 0.0
    walk_s: float = 0.0
    walk_m: float = 0.0
    park: Point | None = None
    """Where the car stands afterwards; None if it stays."""

    @property
    def seconds(self) -> float:
        """Time of the whole way."""
        return self.drive_s + self.walk_s


class Ways(Protocol):
    """Measures ways: exactly by the routers, or by a guess while a plan is searched."""

    def walk(self, a: Point, b: Point) -> Measured | None:
        """Return seconds and metres on foot; None if there is no way."""

    def drive(self, a: Point, b: Point) -> Measured | None:
        """Return seconds and metres by car; None if there is no way."""


def leg_to(
    ways: Ways, here: Point, car: Point, to: Point, *, walk_m: float, bring_car: bool = False,
    park: Point | None = None, slack: float = 1.0,
) -> Leg | None:  # fmt: skip
    """Return the way to a stop.

    Parameters
    ----------
    ways
        Measures it.
    here, car
        Where one is, and where the car stands.
    to
        The stop.
    walk_m
        Longest walk.
    bring_car
        Whether the car has to be there afterwards, as at a hotel.
    park
        Where to leave the car, if not at the stop (a hike).
    slack
        By how much farther one walks than that, before one goes back to the car for a few hundred metres.
    """
    if park is None and distance_m(here, to) <= walk_m:
        back_m = distance_m(to, car)
        near = back_m <= NEAR_CAR_M if bring_car else back_m <= 1.5 * walk_m
        walked = ways.walk(here, to) if near else None
        if walked is not None and walked[1] <= walk_m:
            return Leg(walk_s=walked[0], walk_m=walked[1])
    back = ways.walk(here, car) if distance_m(here, car) > AT_CAR_M else (0.0, 0.0)
    stand = park or to
    driven = ways.drive(car, stand)
    on = ways.walk(park, to) if park is not None else (0.0, 0.0)
    if back is None or driven is None or on is None:
        return None
    if park is None and driven[1] < (_LEAST_DRIVE_M if bring_car else _SHORT_DRIVE_M):
        walked = ways.walk(here, to)
        if walked is not None and walked[1] <= min(back[1] + driven[1] + _LEAST_DRIVE_M, slack * walk_m):
            return Leg(walk_s=walked[0], walk_m=walked[1])
    return Leg(
        drive_s=driven[0], drive_m=driven[1], walk_s=back[0] + on[0], walk_m=back[1] + on[1], park=stand
    )


def walked_to(ways: Ways, here: Point, to: Point, *, walk_m: float) -> Leg | None:
    """Return the way on foot to a stop, wherever the car stands; None if it is longer than `walk_m`."""
    walked = ways.walk(here, to) if distance_m(here, to) <= walk_m else None
    return Leg(walk_s=walked[0], walk_m=walked[1]) if walked is not None and walked[1] <= walk_m else None


class Exact:
    """Ways as the routers give them, each asked for once."""

    def __init__(self, desk: Desk, avoid: tuple[Avoid, ...]) -> None:
        self._desk, self._avoid = desk, avoid
        self._known: dict[tuple[str, Point, Point], Measured | None] = {}

    def walk(self, a: Point, b: Point) -> Measured | None:
        """Return seconds and metres on foot; None if there is no way."""
        return self._asked("foot", a, b)

    def drive(self, a: Point, b: Point) -> Measured | None:
        """Return seconds and metres by car; None if there is no way."""
        return self._asked("", a, b)

    def _asked(self, mode: Any, a: Point, b: Point) -> Measured | None:
        key = (mode, a, b)
        if key not in self._known:
            self._known[key] = measured(self._desk, mode, a, b, self._avoid)
        return self._known[key]


def measured(desk: Desk, mode: Any, a: Point, b: Point, avoid: tuple[Avoid, ...]) -> Measured | None:
    """Return seconds and metres of a way by its router; None if there is none."""
    try:
        router = desk.router_by(mode)
        route = router.route([a, b], avoid=() if mode else avoid)
    except NavError:
        return None
    return float(route.duration_s), float(route.distance_m)


class Guess:
    """Ways for the search: driving times between sights by one matrix, the rest by the crow."""

    def __init__(
        self,
        desk: Desk,
        points: list[Point],
        avoid: tuple[Avoid, ...],
        paths: Mapping[tuple[Point, Point], Measured] | None = None,
    ) -> None:
        self._paths = dict(paths or {})
        self._exact = Exact(desk, avoid)
        self._row = {point: i for i, point in enumerate(dict.fromkeys(points))}
        known = list(self._row)
        table = desk.router.matrix(known, known, avoid=avoid) if known else np.zeros((0, 0))
        self._seconds = np.asarray(table, dtype=np.float64).tolist()

    def walk(self, a: Point, b: Point) -> Measured | None:
        """Return seconds and metres on foot by the crow, on a mountain path by what is known of it."""
        known = self._paths.get((a, b)) or self._paths.get((b, a))
        if known is not None:
            return known
        metres = distance_m(a, b) * _CROW_WALK
        return metres / _WALK_MPS, metres

    def drive(self, a: Point, b: Point) -> Measured | None:
        """Return seconds and metres by car; None if the matrix says that there is no way."""
        metres = distance_m(a, b) * _CROW_DRIVE
        i, j = self._row.get(a), self._row.get(b)
        if i is None or j is None:
            return metres / _CITY_MPS + _DRIVE_S, metres
        seconds = self._seconds[i][j]
        # A matrix knows fewer ways to snap to a road than a single route: the route has the last word.
        return (seconds, metres) if seconds < 1e9 else self._exact.drive(a, b)

    def reaches(self, a: Point, b: Point) -> bool:
        """Whether one can drive from one to the other and back."""
        return self.drive(a, b) is not None and self.drive(b, a) is not None
