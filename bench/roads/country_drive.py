"""A country driven across under guidance, while another region is built and wishes are customised beside it.

Positions are handed over by the clock, some tens of times as fast as a receiver gives them. A position is
late by all that passes from when it was due until its prompt is there, other threads that hold Python's lock
included; the one after it is due when it is dealt with at the earliest, as it would be at one a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from device.assistant.driving import Driving
from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from device.settings import Settings
from device.store.region_builder import build_apart
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router

PER_S = 80.0
"""Positions that are handed over in a second."""
_MARGIN = 0.02
_WISHES = ({"unpaved"}, {"motorway"}, {"toll"}, {"motorway", "unpaved"})
_STRAYS, _STRAY_DEG = 12, 0.01
"""So often the driver takes another way than he is told, over a place so far from the route."""


@dataclass(kw_only=True)
class Across:
    """What became of the drive."""

    route_km: float
    hours: float = 0.0
    """How long the drive takes on the road."""
    positions: int = 0
    prompts: int = 0
    reroutes: int = 0
    arrived: bool = False
    regions_built: int = 0
    wishes_customised: int = 0
    late_ms: list[float] = field(default_factory=list)
    """For each position how long after it was due it was dealt with."""
    prompt_late_ms: list[float] = field(default_factory=list)
    """The same where it brought a prompt."""


def drive_across(
    region: Region, router: Router, extract: Path, folder: Path, *, per_s: float = PER_S
) -> Across:
    """Drive from one corner of a region to the other.

    Parameters
    ----------
    region, router
        Where the car drives.
    extract
        Map of the region that is built meanwhile, again and again.
    folder
        Where it is built.
    per_s
        Positions a second.
    """
    route = router.route(_corners(region))
    driven = _with_strays(router, route)
    driving = Driving(region, router, Settings())
    driving.begin(route, "zh")
    done = Across(route_km=driven.distance_m / 1000.0)
    with ExitStack() as beside:
        beside.enter_context(_again_and_again(lambda: _build(extract, folder, done)))
        beside.enter_context(_again_and_again(lambda: _customise(router, done)))
        _drive(driving, driven, done, per_s)
    return done


def _corners(region: Region) -> list[tuple[float, float]]:
    south, west, north, east = region.bbox
    high, wide = (north - south) * _MARGIN, (east - west) * _MARGIN
    return [(south + high, west + wide), (north - high, east - wide)]


def _with_strays(router: Router, route: Route) -> Route:
    """Return what is driven: the route with ways round that nobody asked for."""
    line = route.geometry.tolist()
    between = line[:: max(len(line) // (_STRAYS + 1), 1)][1:-1]
    aside = [(lat + _STRAY_DEG, lon - _STRAY_DEG) for lat, lon in between]
    return router.route([route.stops[0].point, *aside, route.stops[-1].point], turning=False)


def _drive(driving: Driving, route: Route, done: Across, per_s: float) -> None:
    due = time.perf_counter()
    for moment in simulate(course_of(route), Receiver(), seed=1):
        due = max(due + 1.0 / per_s, time.perf_counter())
        if (wait := due - time.perf_counter()) > 0:
            time.sleep(wait)
        events = driving.update(moment.fix)
        late_ms = (time.perf_counter() - due) * 1000.0
        done.late_ms.append(late_ms)
        if any(event.prompt is not None for event in events):
            done.prompt_late_ms.append(late_ms)
        done.prompts += sum(event.prompt is not None for event in events)
        done.reroutes += sum(event.kind == "reroute" for event in events)
        done.arrived |= any(event.kind == "arrived" for event in events)
    done.positions = len(done.late_ms)
    done.hours = done.positions / 3600.0


def _build(extract: Path, folder: Path, done: Across) -> None:
    target = folder / f"beside-{done.regions_built}"
    target.mkdir()
    for stage in ("roads", "places"):
        build_apart(stage, extract, target, "beside", lambda _step: None)
    done.regions_built += 1


def _customise(router: Router, done: Across) -> None:
    wishes = _WISHES[done.wishes_customised % len(_WISHES)]
    router.engine.prepare(router.metrics.weights(frozenset(wishes)))
    done.wishes_customised += 1


@contextmanager
def _again_and_again(job: Callable[[], None]) -> Iterator[None]:
    """Do something in a thread until the end of the block, and at least once."""
    over, errors = threading.Event(), []

    def work() -> None:
        while True:
            try:
                job()
            except Exception as error:
                errors.append(error)
            if errors or over.is_set():
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if errors:
        raise errors[0]
