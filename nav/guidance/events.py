"""What guidance is told and what it tells: settings, events, and the state for those who ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from nav.guidance.progress import Progress
from nav.guidance.prompts import Prompt, PromptTiming
from nav.routing.route import Route
from nav.units import Units

EventKind = Literal[
    "prompt", "progress", "off_route", "reroute", "no_route", "position_lost", "via_reached", "arrived",
    "speeding", "rest",
]  # fmt: skip
"""What can happen on a guided drive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideSettings:
    """What a driver can choose."""

    language: str = "zh"
    """Code of the language of the prompts."""

    units: Units | None = None
    """Units of distances and speeds; None: those of the country."""

    speeding: bool = True
    """Whether to warn of driving too fast."""

    speeding_tolerance_kph: float = 8.0
    """How much too fast is not worth a word."""

    rest: bool = True
    """Whether to remind of a rest."""

    rest_after_s: float = 7200.0
    """Time at the wheel after which a rest is due, seconds."""

    rest_length_s: float = 900.0
    """A stop of this length counts as a rest, seconds."""

    reroute: bool = True
    """Whether to look for a new route when the car has left its own."""

    timing: PromptTiming = field(default_factory=PromptTiming)
    """When prompts come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceEvent:
    """One thing that happened."""

    kind: EventKind
    """What it is. ``speeding`` and ``rest`` carry the sentence to be said in `prompt`."""

    time_s: float
    """When, on the clock of the position updates, seconds."""

    prompt: Prompt | None = None
    """What is to be said about it now, if anything."""

    progress: Progress | None = None
    """The state of the drive."""

    route: Route | None = None
    """The new route, for ``reroute``."""

    detail: str = ""
    """More about it, for a log."""

    def to_dict(self) -> dict[str, Any]:
        """Return the event as plain values for JSON."""
        found: dict[str, Any] = {"event": self.kind, "time_s": round(self.time_s, 2)}
        if self.prompt is not None:
            found["prompt"] = self.prompt.to_dict()
        if self.progress is not None:
            found["progress"] = self.progress.to_dict()
        if self.route is not None:
            found["route"] = {
                "distance_m": round(self.route.distance_m, 1),
                "duration_s": round(self.route.duration_s, 1),
                "maneuvers": [m.to_dict() for m in self.route.maneuvers],
            }
        if self.detail:
            found["detail"] = self.detail
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStatus:
    """A snapshot of a drive for those who answer questions about it."""

    route: Route
    """The route that is driven."""

    offset_m: float
    """Metres driven on it."""

    remaining_m: float
    """Metres left to the destination."""

    remaining_s: float
    """Seconds left to the destination."""

    next_zh: str
    """The next manoeuvre in Chinese words, distance included."""

    next_en: str
    """The same in English."""

    next_distance_m: float
    """Metres to the next manoeuvre."""

    road: str
    """Name of the current road, in the language of the drive; empty if it has none."""

    limit_kph: float | None
    """Speed limit here, km/h; None if unknown or none."""

    speed_kph: float | None
    """Own speed, km/h."""

    driving_s: float
    """Time at the wheel since the last rest, seconds."""

    parked: bool
    """Whether the drive is over."""
