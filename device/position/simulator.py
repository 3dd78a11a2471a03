"""A simulated drive along a line: speeds, bends, stops, tunnels, and a receiver with noise and gaps."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.guidance.fix import Fix

_STEP_S = 0.1
_ACCELERATION_MPS2 = 1.6
_BRAKING_MPS2 = 2.2
_CORNER_MPS = 5.0
_CREEP_MPS = 1.0
_PARKED_S = 8
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is driven."""

    points: NDArray[np.float64]
    """(N, 2) latitude and longitude of the line, degrees."""

    speed_mps: NDArray[np.float64]
    """(N - 1,) speed aimed at on each segment, metres per second."""

    tunnel: NDArray[np.bool_]
    """(N - 1,) where the receiver hears nothing."""

    stops: Sequence[tuple[float, float]] = ()
    """Places to stop at, in order: offset along the line in metres, and seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """How bad the simulated receiver is."""

    noise_m: float = 3.0
    """Standard deviation of the position error on each of the two axes, metres."""

    memory: float = 0.7
    """How much of the error stays from one second to the next, 0 to below 1; real errors drift."""

    lost: float = 0.0
    """Share of fixes that never arrive, 0 to 1."""

    heading_noise_deg: float = 4.0
    """Standard deviation of the course at 10 m/s; more when slower."""

    speed_noise_mps: float = 0.3
    """Standard deviation of the speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One second of a simulated drive."""

    fix: Fix | None
    """What the receiver says; None in tunnels and for lost fixes."""

    offset_m: float
    """Where the car really is along the line, metres."""

    time_s: float
    """When, seconds since 1970."""

    speed_mps: float
    """How fast the car really is."""


def simulate(
    course: Course, receiver: Receiver | None = None, *, seed: int = 0, start_time_s: float = 1.7e9
) -> Iterator[Moment]:
    """Drive a course once, with a reproducible receiver.

    Parameters
    ----------
    course : Course
        The line, its speeds, tunnels and stops.
    receiver : Receiver, optional
        Noise and gaps; the default is a fair receiver without gaps.
    seed : int
        Seed of the noise: the same seed gives the same drive.
    start_time_s : float
        Time of the first moment, seconds since 1970.

    Yields
    ------
    Moment
        One a second from the start of the line to its end, and some more parked there.
    """
    receiver = receiver or Receiver()
    random = np.random.default_rng(seed)
    line = _Line(course)
    error = random.normal(0.0, receiver.noise_m, 2)
    for second, (offset_m, speed_mps) in enumerate(_motion(course, line)):
        fresh = random.normal(0.0, receiver.noise_m, 2)
        error = receiver.memory * error + math.sqrt(1 - receiver.memory**2) * fresh
        lost, turn, surge = random.random() < receiver.lost, random.normal(), random.normal()
        time_s = start_time_s + second
        fix = None
        if not lost and not line.in_tunnel(offset_m):
            lat, lon, heading_deg = line.at(offset_m)
            wobble_deg = receiver.heading_noise_deg * 10 / max(3.0, speed_mps) * turn
            fix = Fix(
                lat=lat + float(error[0]) / _METRES_PER_DEGREE,
                lon=lon + float(error[1]) / (_METRES_PER_DEGREE * math.cos(math.radians(lat))),
                time_s=time_s,
                speed_mps=max(0.0, speed_mps + receiver.speed_noise_mps * surge),
                heading_deg=(heading_deg + wobble_deg) % 360 if speed_mps > 1.0 else None,
                accuracy_m=max(1.0, receiver.noise_m * math.sqrt(2)),
            )
        yield Moment(fix=fix, offset_m=offset_m, time_s=time_s, speed_mps=speed_mps)


class _Line:
    """The course as offsets, for looking up a point."""

    def __init__(self, course: Course) -> None:
        self._points = course.points
        self._tunnel = course.tunnel
        lat = np.radians((course.points[1:, 0] + course.points[:-1, 0]) / 2)
        self.north_m = np.diff(course.points[:, 0]) * _METRES_PER_DEGREE
        self.east_m = np.diff(course.points[:, 1]) * _METRES_PER_DEGREE * np.cos(lat)
        self.length_m = np.hypot(self.north_m, self.east_m)
        self.offset_m = np.concatenate(([0.0], np.cumsum(self.length_m)))
        self.heading_deg = np.degrees(np.arctan2(self.east_m, self.north_m)) % 360

    def _segment(self, offset_m: float) -> int:
        found = int(np.searchsorted(self.offset_m, offset_m, side="right")) - 1
        return min(max(found, 0), len(self.length_m) - 1)

    def at(self, offset_m: float) -> tuple[float, float, float]:
        i = self._segment(offset_m)
        share = (offset_m - self.offset_m[i]) / self.length_m[i] if self.length_m[i] > 0 else 0.0
        lat, lon = self._points[i] + min(1.0, share) * (self._points[i + 1] - self._points[i])
        return float(lat), float(lon), float(self.heading_deg[i])

    def in_tunnel(self, offset_m: float) -> bool:
        return bool(self._tunnel[self._segment(offset_m)])


def _allowed_mps(course: Course, line: _Line) -> NDArray[np.float64]:
    """Find the highest speed at each point from which every bend, stop and limit ahead can be met."""
    segment = np.maximum(course.speed_mps, _CREEP_MPS)
    at_point = np.concatenate((segment[:1], np.minimum(segment[1:], segment[:-1]), [0.0]))
    turn_deg = np.abs((np.diff(line.heading_deg) + 180) % 360 - 180)
    # A right angle is taken at corner speed, a gentle bend hardly slower than the road.
    at_point[1:-1] = np.minimum(at_point[1:-1], _CORNER_MPS * 90 / np.maximum(turn_deg, 6.0))
    for i in range(len(at_point) - 2, -1, -1):
        reach = math.sqrt(at_point[i + 1] ** 2 + 2 * _BRAKING_MPS2 * line.length_m[i])
        at_point[i] = min(at_point[i], reach)
    return np.asarray(at_point)


def _motion(course: Course, line: _Line) -> Iterator[tuple[float, float]]:
    """Yield offset and speed once a second."""
    allowed = _allowed_mps(course, line)
    stops = list(course.stops)
    total_m = float(line.offset_m[-1])
    offset_m = speed_mps = wait_s = 0.0
    step = 0
    per_second = round(1 / _STEP_S)
    segments = len(line.length_m)
    i = 0
    while True:
        if step % per_second == 0:
            yield offset_m, speed_mps
        step += 1
        if wait_s > 0:
            wait_s -= _STEP_S
            continue
        if offset_m >= total_m - 0.5:
            break
        while i < segments - 1 and offset_m >= line.offset_m[i + 1]:
            i += 1
        ahead_m = float(line.offset_m[i + 1]) - offset_m
        target = math.sqrt(float(allowed[i + 1]) ** 2 + 2 * _BRAKING_MPS2 * max(0.0, ahead_m))
        target = min(target, max(_CREEP_MPS, float(course.speed_mps[i])))
        if stops:
            to_stop_m = stops[0][0] - offset_m
            target = min(target, math.sqrt(2 * _BRAKING_MPS2 * max(0.0, to_stop_m)))
            if to_stop_m < 1.5:
                wait_s, speed_mps = stops.pop(0)[1], 0.0
                continue
        change = min(_ACCELERATION_MPS2 * _STEP_S, max(-2 * _BRAKING_MPS2 * _STEP_S, target - speed_mps))
        speed_mps = max(_CREEP_MPS / 2, speed_mps + change)
        offset_m = min(total_m, offset_m + speed_mps * _STEP_S)
    for _ in range(_PARKED_S):
        yield total_m, 0.0
