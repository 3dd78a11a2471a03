"""The state of a guided drive: how the car moves, how far it is on its route, and whether it has left it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from nav.guidance.fix import Fix
from nav.guidance.matching_roads import between_m
from nav.guidance.progress import RouteRuler
from nav.guidance.prompts import PromptScheduler

_MOST_MPS = 70.0
_LONGEST_STEP_S = 10.0
_EARLY_S = 30.0
_LOST_S = (1.5, 3.5)
"""Between two positions so far apart one or two were lost."""


@dataclass(slots=True)
class Motion:
    """How the car moves, on the clock of its fixes."""

    last: Fix | None = None
    """The newest fix; None before the first, and after the clock was set."""
    fix_s: float = 0.0
    """Time of the newest fix."""
    now_s: float = 0.0
    """Time of the newest update, with or without a fix."""
    speed_mps: float = 0.0
    """Speed, reckoned while the receiver says nothing."""
    entered_mps: float = 0.0
    """Speed at the newest fix."""
    driven_m: float = 0.0
    """Distance driven in all."""
    signal: Literal["there", "reported lost"] = "there"
    """Whether the driver has been told that there is no position."""

    def take(self, fix: Fix) -> tuple[float, float]:
        """Take a fix; return the seconds since the last update and since the last fix."""
        gap_s = fix.time_s - self.now_s if self.last is not None else 0.0
        silent_s = fix.time_s - self.fix_s if self.last is not None else 0.0
        self.now_s = self.fix_s = fix.time_s
        self.signal = "there"
        self.speed_mps = self.entered_mps = self._speed_of(fix)
        self.driven_m += self.speed_mps * min(_LONGEST_STEP_S, silent_s)
        self.last = fix
        return gap_s, silent_s

    def _speed_of(self, fix: Fix) -> float:
        if fix.speed_mps is not None:
            return fix.speed_mps
        if self.last is None or fix.time_s <= self.last.time_s:
            return self.speed_mps
        moved_m = between_m(self.last.lat, self.last.lon, fix.lat, fix.lon)
        return 0.5 * self.speed_mps + 0.5 * min(_MOST_MPS, moved_m / (fix.time_s - self.last.time_s))

    def wait(self, time_s: float) -> float:
        """Let time pass without a fix; return how much, in seconds."""
        elapsed_s = max(0.0, min(_LONGEST_STEP_S, time_s - self.now_s))
        self.now_s += elapsed_s
        return elapsed_s

    @property
    def silent_s(self) -> float:
        """Seconds since the newest fix."""
        return self.now_s - self.fix_s


@dataclass(slots=True)
class Leaving:
    """Whether the car has left its route."""

    state: Literal["on route", "in doubt", "off route", "stranded"] = "on route"
    """``stranded`` when no way leads on from where it is."""
    since_s: float = 0.0
    """When the doubt began."""
    since_m: float = 0.0
    """How far the car had driven then."""
    tried_s: float = -math.inf
    """When a new route was looked for last."""
    leaning: tuple[float, float] | None = None
    """When, and how far driven, the last position spoke for another road, if not for certain."""

    @property
    def is_known(self) -> bool:
        """Whether it is sure that the car has left the route."""
        return self.state in ("off route", "stranded")

    def lean(self, motion: Motion) -> None:
        """Note that a position speaks for another road, which alone is no reason for doubt."""
        self.leaning = motion.now_s, motion.driven_m

    def doubt(self, motion: Motion, silent_s: float) -> None:
        """Begin to doubt, unless that has been done already.

        Where positions were lost just before, and the last one spoke for another road, it began there.
        """
        if self.state == "on route":
            self.state, self.since_s, self.since_m = "in doubt", motion.now_s, motion.driven_m
            if self.leaning is not None and _LOST_S[0] < silent_s < _LOST_S[1]:
                self.since_s, self.since_m = self.leaning

    def is_early(self, motion: Motion, course: Course) -> bool:
        """Tell whether these may be the first positions of a drive, which are often far off.

        A receiver that says how good it is tells so itself.
        """
        if course.joined or course.since_m > 0.0 or motion.last is None or motion.last.accuracy_m is not None:
            return False
        return motion.now_s - self.since_s < _EARLY_S

    def end(self) -> None:
        """Find the car on its route."""
        self.state, self.leaning = "on route", None


@dataclass(slots=True, kw_only=True)
class Course:
    """How far the car is on one route."""

    ruler: RouteRuler
    scheduler: PromptScheduler
    since_m: float
    """How far the car had driven when the route began."""
    joined: bool = False
    """Whether the car has been on the route at all."""
    offset_m: float = 0.0
    """Where the car is along the route."""
    vias: int = 0
    """Stops reached."""
    leg_ends_m: tuple[float, ...] = field(init=False)
    """Where each leg ends along the route."""

    def __post_init__(self) -> None:
        ends, offset_m = [], 0.0
        for leg in self.ruler.route.legs:
            offset_m += leg.distance_m
            ends.append(offset_m)
        self.leg_ends_m = tuple(ends)

    @property
    def left_m(self) -> float:
        """Distance left, metres."""
        return self.ruler.length_m - self.offset_m

    @property
    def on_last_leg(self) -> bool:
        """Whether no stop is left but the destination."""
        return self.vias == len(self.leg_ends_m) - 1

    def reaches_stop(self) -> bool:
        """Tell whether another stop has just been reached, and count it."""
        reached = not self.on_last_leg and self.offset_m >= self.leg_ends_m[self.vias] - 5
        self.vias += reached
        return reached
