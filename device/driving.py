"""The drive under way: positions in, prompts out, and what the agent may say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.guidance_state import GuidanceState
from device.settings import Settings
from device.vehicle import VehicleState
from nav import Region, Route, Router
from nav.guidance import Guide
from nav.guidance_types import GuidanceEvent, GuideSettings
from nav.matching_types import Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left of a drive, without the map that it was planned on."""

    stops: tuple[tuple[float, float], ...]
    """Stops still to be reached, (lat, lon), the destination last; empty when nothing is driven."""

    avoid: tuple[str, ...]
    """What the route avoids."""

    language: Literal["zh", "en"]
    """Language of the prompts."""

    fix: Fix | None
    """The newest position."""


class Driving:
    """Holds the guide of the current route and the newest position.

    Parameters
    ----------
    region, router
        The map and its router.
    settings : Settings
        Which reminders are wanted, and the language of the prompts.
    """

    def __init__(self, region: Region, router: Router, settings: Settings) -> None:
        self._region = region
        self._router = router
        self._settings = settings
        self._guide: Guide | None = None
        self.language: Literal["zh", "en"] = "en" if settings.speech.language == "en" else "zh"
        self.fix: Fix | None = None
        """The newest position."""
        self.vehicle = VehicleState()
        """What the vehicle last said of itself."""

    @property
    def guiding(self) -> bool:
        """Whether a route is driven."""
        return self._guide is not None

    @property
    def position(self) -> tuple[float, float] | None:
        """Where the car is, (lat, lon)."""
        return (self.fix.lat, self.fix.lon) if self.fix else None

    def begin(self, route: Route, language: str) -> None:
        """Guide along a new route, in the language that it was asked for in."""
        self.language = "en" if language == "en" else "zh"
        wanted = self._settings.guidance
        self._guide = Guide(
            self._region,
            self._router,
            route,
            settings=GuideSettings(
                language="en" if language == "en" else "zh",
                speeding=wanted.speeding,
                rest=wanted.rest_reminder,
            ),
        )

    def end(self) -> None:
        """Stop guiding."""
        self._guide = None

    def rest(self) -> Rest:
        """Return what is left of the drive, for it to go on after the map was replaced."""
        guide = self._guide
        stops = guide.stops_left() if guide is not None else []
        avoid = tuple(guide.route.avoid) if guide is not None else ()
        return Rest(stops=tuple(stops), avoid=avoid, language=self.language, fix=self.fix)

    def resume(self, rest: Rest) -> None:
        """Go on with a drive from the newest position.

        Raises
        ------
        nav.errors.NavError
            There is no way from there on this map.
        """
        self.fix, self.language = rest.fix, rest.language
        if rest.stops and rest.fix is not None:
            start = (rest.fix.lat, rest.fix.lon)
            route = self._router.route(
                [start, *rest.stops], avoid=rest.avoid, heading_deg=rest.fix.heading_deg
            )
            self.begin(route, rest.language)

    def update(self, fix: Fix | None) -> list[GuidanceEvent]:
        """Take a position (None: a second passed without one) and return what follows from it."""
        self.fix = fix or self.fix
        if self._guide is None:
            return []
        events = self._guide.update(fix)
        if self._guide.arrived:
            self._guide = None
        return events

    def roads_changed(self) -> list[GuidanceEvent]:
        """Take up closures and live speeds that have just come into force."""
        return self._guide.roads_changed() if self._guide is not None else []

    def state(self) -> GuidanceState | None:
        """Return what the agent may say about the drive; None when nothing is driven."""
        if self._guide is None:
            return None
        status = self._guide.status()
        return GuidanceState(
            route=status.route,
            offset_m=status.offset_m,
            remaining_m=status.remaining_m,
            remaining_s=status.remaining_s,
            next_zh=status.next_zh,
            next_en=status.next_en,
            next_distance_m=status.next_distance_m,
            road=status.road,
            limit_kph=status.limit_kph,
            speed_kph=status.speed_kph if self.vehicle.speed_kph is None else self.vehicle.speed_kph,
            range_m=self.vehicle.range_m,
            driving_s=status.driving_s,
            parked=status.parked,
        )
