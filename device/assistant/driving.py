"""The drive under way: positions in, prompts out, what the agent may say about it, and what is kept of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent.actions.guidance_state import GuidanceState
from device.position.vehicle import VehicleState
from device.settings import Settings
from device.store.whole_files import leftovers, write_whole
from nav import Region, Route, Router
from nav.geometry import distance_m
from nav.guidance.fix import Fix
from nav.packs.paths import data_home

if TYPE_CHECKING:
    import asyncio

    from pydantic import TypeAdapter

    from nav.guidance.events import GuidanceEvent
    from nav.guidance.guide import Guide

_GOES_ON_S = 1800.0
"""A drive that was broken off longer ago than this is over."""

_KEEP_EVERY_S = 60.0
_THERE_M = 100.0
"""Nearer than this to the destination there is nothing left to drive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left of a drive, without the map that it was planned on."""

    stops: tuple[tuple[float, float], ...]
    """Stops still to be reached, (lat, lon), the destination last; empty when nothing is driven."""

    avoid: tuple[str, ...]
    """What the route avoids."""

    language: Literal["zh", "en"]
    """Language of the prompts."""

    fix: Fix | None = None
    """The newest position; None until there is one."""

    at_s: float = field(default_factory=time.time)
    """When it was driven last, seconds since 1970."""

    @property
    def is_over(self) -> bool:
        """Whether too much time has passed, or the clock was set back by as much."""
        return not self.stops or abs(time.time() - self.at_s) > _GOES_ON_S


@cache
def _kept() -> TypeAdapter[Rest]:
    """Return what writes and checks the file of a drive."""
    from pydantic import TypeAdapter

    return TypeAdapter(Rest)


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
        self.interrupted: Rest | None = None
        """A drive that goes on with the first position."""

    @cached_property
    def changed(self) -> asyncio.Event:
        """Set when a drive begins or ends, and when a stop was reached."""
        import asyncio

        return asyncio.Event()

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
        from nav.guidance.events import GuideSettings
        from nav.guidance.guide import Guide

        self.language = "en" if language == "en" else "zh"
        self.interrupted = None
        self.changed.set()
        wanted = self._settings.guidance
        self._guide = Guide(
            self._region,
            self._router,
            route,
            settings=GuideSettings(
                language="en" if language == "en" else "zh",
                units=None if wanted.units == "auto" else wanted.units,
                speeding=wanted.speeding,
                rest=wanted.rest_reminder,
            ),
        )

    def mark(self) -> Guide | None:
        """Return the drive that is under way, to go back to."""
        return self._guide

    def go_back(self, drive: Guide | None) -> None:
        """Go on with the drive of a mark, or with none, in the place of one that was not meant."""
        if self._guide is not drive:
            self._guide, self.interrupted = drive, None
            self.changed.set()

    def end(self) -> None:
        """Stop guiding."""
        self._guide = self.interrupted = None
        self.changed.set()

    def rest(self) -> Rest:
        """Return what is left of the drive, for it to go on with another map or after a kill."""
        if self.interrupted is not None:
            return self.interrupted
        guide = self._guide
        stops = guide.stops_left() if guide is not None else []
        avoid = tuple(guide.route.avoid) if guide is not None else ()
        return Rest(stops=tuple(stops), avoid=avoid, language=self.language, fix=self.fix)

    def resume(self, rest: Rest) -> None:
        """Go on with a drive from its newest position; without one, `go_on` does it with the first.

        Raises
        ------
        nav.errors.NavError
            There is no way from there on this map.
        """
        self.fix, self.language = rest.fix, rest.language
        if rest.fix is None:
            self.interrupted = rest if rest.stops else None
        elif rest.stops:
            start = (rest.fix.lat, rest.fix.lon)
            route = self._router.route(
                [start, *rest.stops], avoid=rest.avoid, heading_deg=rest.fix.heading_deg
            )
            self.begin(route, rest.language)

    def go_on(self, fix: Fix) -> float | None:
        """Take up an interrupted drive at the first position after it.

        Returns
        -------
        float or None
            Metres to its destination; None if there is none, or it is over.

        Raises
        ------
        nav.errors.NavError
            There is no way from there on this map; the drive is given up.
        """
        rest = self.interrupted
        if rest is None:
            return None
        self.end()
        if rest.is_over or distance_m((fix.lat, fix.lon), rest.stops[-1]) < _THERE_M:
            return None
        self.resume(replace(rest, fix=fix))
        return self._guide.route.distance_m if self._guide is not None else None

    def update(self, fix: Fix | None) -> list[GuidanceEvent]:
        """Take a position (None: a second passed without one) and return what follows from it."""
        self.fix = fix or self.fix
        if self._guide is None:
            return []
        events = self._guide.update(fix)
        if self._guide.arrived:
            self.end()
        elif any(event.kind == "via_reached" for event in events):
            self.changed.set()
        return events

    def texts_ahead(self) -> list[str]:
        """Return sentences that will soon be said in a hurry."""
        return self._guide.texts_ahead() if self._guide is not None else []

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
            stops_left=tuple(self._guide.stops_left()),
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


def drive_file() -> Path:
    """Return where the service keeps what is left of the drive under way."""
    return data_home() / "drive.json"


def keep_drive(path: Path, rest: Rest) -> None:
    """Keep what is left of a drive in a file; nothing left, no file.

    Raises
    ------
    OSError
        The disk is full or read-only.
    """
    if not rest.stops:
        forget_drive(path)
        return
    write_whole(path, _kept().dump_json(replace(rest, fix=None)))


async def keep_drives(
    driving: Driving, path: Path, *, problem: Callable[[str], None], every_s: float = _KEEP_EVERY_S
) -> None:
    """Keep the drive under way in a file, until cancelled.

    Parameters
    ----------
    driving : Driving
        Whose drives; one that still waits for its first position stays in the file as it is.
    path : Path
        The file.
    problem : callable
        Told in words when the disk refuses it, once; the drive goes on, and the next try comes by itself.
    every_s : float
        How often it is written anew while nothing changes, so that the file tells when it was driven last.
    """
    import asyncio

    refused = False
    while True:
        driving.changed.clear()
        try:
            if driving.interrupted is None:
                await asyncio.to_thread(keep_drive, path, driving.rest())
            refused = False
        except OSError as error:
            if not refused:
                problem(f"the drive would not go on after a kill of the service: {error.strerror}")
            refused = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(driving.changed.wait(), every_s)


def kept_drive(path: Path) -> Rest | None:
    """Return the drive that was under way when the service was killed; None if none is to go on."""
    try:
        rest = _kept().validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return None if rest.is_over else rest


def forget_drive(path: Path) -> None:
    """Erase the file, if there is one.

    Raises
    ------
    OSError
        The disk is read-only.
    """
    # On a read-only disk also the removal of a file that is not there is refused.
    for file in (path, *leftovers(path)):
        if file.exists():
            file.unlink()
