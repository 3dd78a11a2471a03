"""`xiaogao drive`: guidance along a simulated, replayed or real drive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from device.cli.arguments import (
    AvoidOption,
    RegionOption,
    ViaOption,
    places_of,
    points_of,
    region_around,
    wishes_of,
)

if TYPE_CHECKING:
    from device.cli.drive_view import DriveView
    from device.position.source import PositionSource
    from nav.guidance.fix import Fix
    from nav.guidance.guide import Guide
    from nav.region import Region
    from nav.routing.route import Route
    from nav.routing.router import Router
    from nav.units import Units

_HERE = frozenset({"here", "这里", "."})
_FIRST_FIX_S = 60


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drive")(drive)


def drive(
    start: Annotated[
        str, typer.Argument(metavar="FROM", help="LAT,LON, a place, or `here` with a receiver.")
    ],
    end: Annotated[str, typer.Argument(metavar="TO", help="LAT,LON or the name of a place.")],
    via: ViaOption = None,
    gpx: Annotated[Path | None, typer.Option(help="Replay this GPX track.")] = None,
    nmea: Annotated[
        str | None, typer.Option(help="NMEA 0183 receiver: HOST:PORT, a serial device, or a recorded log.")
    ] = None,
    gpsd: Annotated[bool, typer.Option("--gpsd", help="Take positions from the local gpsd.")] = False,
    speed: Annotated[float, typer.Option(min=0, help="Times faster than life; 0 as fast as possible.")] = 1.0,
    noise: Annotated[float, typer.Option(min=0, max=100, help="Simulated position error, metres.")] = 3.0,
    lost: Annotated[float, typer.Option(min=0, max=0.9, help="Share of simulated positions lost.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of the simulated drive.")] = 0,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    units: Annotated[
        str, typer.Option(help="metric, us (feet, miles) or uk (yards, miles); by default the country's.")
    ] = "",
    avoid: AvoidOption = None,
    quiet: Annotated[bool, typer.Option("--no-reminders", help="No speeding and rest reminders.")] = False,
    say: Annotated[Path | None, typer.Option(help="Write each prompt as a WAV into this folder.")] = None,
    speak: Annotated[bool, typer.Option("--speak", help="Speak the prompts.")] = False,
    region: RegionOption = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON event a line.")] = False,
) -> None:
    """Drive with guidance: simulated, replayed from a track, or live from a receiver.

    Exit codes: 0 arrived or the track has ended; 1 no route; 2 wrong input; 3 no region or no receiver.

    Examples:

      xiaogao drive 60.1719,24.9414 "Helsinki Cathedral" --speed 10 --language en

      xiaogao drive here 赫尔辛基大教堂 --gpsd --speak

      xiaogao drive 60.1719,24.9414 60.1866,24.9436 --nmea recorded.nmea --json
    """
    from device.cli.drive_view import open_view
    from device.position.source import paced

    _check_choices(language, gpx, nmea, gpsd)
    texts = [start, *(via or []), end]
    source, live = _recorded_or_live(gpx, nmea, gpsd)
    plan = _plan(region, texts, source.fixes() if source is not None else iter(()), wishes_of(avoid))
    if source is None:
        source = _simulated(plan.route, noise, lost, seed)
        plan.fixes = source.fixes()
    # At a speed that was made up nobody is told to have driven too fast.
    made_up = not getattr(source, "has_times", True)
    guide = _guide(plan, language, units=units, reminders=not (quiet or made_up))
    fixes = plan.fixes if live else paced(plan.fixes, speed=speed)
    pace = 0.0 if live else speed
    view = open_view(plan.route, language, as_json=json, say=say, speak=speak, pace=pace)
    _follow(guide, source, _with_first(plan.first, fixes), view)


def _check_choices(language: str, gpx: Path | None, nmea: str | None, gpsd: bool) -> None:
    if language not in ("zh", "en"):
        raise typer.BadParameter("give zh or en", param_hint="--language")
    if sum((gpx is not None, nmea is not None, gpsd)) > 1:
        raise typer.BadParameter("give one of --gpx, --nmea and --gpsd")


def _recorded_or_live(gpx: Path | None, nmea: str | None, gpsd: bool) -> tuple[PositionSource | None, bool]:
    """Open the source that was asked for, and tell whether it has a pace of its own."""
    from device.position.source import open_source

    if gpx is not None:
        return open_source(gpx=gpx), False
    if nmea is not None:
        return open_source(nmea=nmea), not Path(nmea).is_file()
    if gpsd:
        return open_source(gpsd=""), True
    return None, False


@dataclass(kw_only=True)
class _Plan:
    """A drive that is about to begin."""

    region: Region
    router: Router
    route: Route
    fixes: Iterator[Fix | None]
    """The positions to come."""
    first: Fix | None
    """The position that was taken as the start."""


def _plan(region: str, texts: list[str], fixes: Iterator[Fix | None], wishes: list[str]) -> _Plan:
    """Open the map and find the route."""
    from device.settings import load_settings
    from device.vehicle import vehicle_of
    from nav import InstalledPacks, JoinedRouter, Region

    opened = Region.open(region_around(region, *texts))
    router = JoinedRouter(opened, beside=InstalledPacks(), vehicle=vehicle_of(load_settings().vehicle))
    stops, first = _stops(opened, texts[0], texts[1:], fixes)
    heading_deg = first.heading_deg if first is not None else None
    route = router.route(stops, avoid=wishes, heading_deg=heading_deg)
    return _Plan(region=opened, router=router, route=route, fixes=fixes, first=first)


def _stops(
    region: Region, start: str, others: list[str], fixes: Iterator[Fix | None]
) -> tuple[list[tuple[float, float]], Fix | None]:
    """Find the stops; `here` waits for the first position."""
    if start.strip().lower() not in _HERE:
        return points_of(places_of(region), [start, *others]), None
    fix = _first_fix(fixes)
    return [(fix.lat, fix.lon), *points_of(places_of(region), others, near=(fix.lat, fix.lon))], fix


def _first_fix(fixes: Iterator[Fix | None]) -> Fix:
    from device.position.errors import SourceUnavailable

    for seconds, fix in enumerate(fixes):
        if fix is not None:
            return fix
        if seconds > _FIRST_FIX_S:
            break
    raise SourceUnavailable("no position came; give the start as LAT,LON, or check the receiver")


def _simulated(route: Route, noise_m: float, lost: float, seed: int) -> PositionSource:
    from device.position.route_course import SimulatedSource, course_of
    from device.position.simulator import Receiver

    receiver = Receiver(noise_m=noise_m, lost=lost)
    course = course_of(route, stop_at_signals=0.3, seed=seed)
    return SimulatedSource(course, receiver, seed=seed, start_time_s=time.time())


def _guide(plan: _Plan, language: str, *, units: str, reminders: bool) -> Guide:
    from nav.guidance.guide import Guide, GuideSettings

    if units not in ("", "metric", "us", "uk"):
        raise typer.BadParameter("give metric, us or uk", param_hint="--units")
    chosen = GuideSettings(
        language="en" if language == "en" else "zh",
        units=cast("Units", units) if units else None,
        speeding=reminders,
        rest=reminders,
    )
    return Guide(plan.region, plan.router, plan.route, settings=chosen)


def _with_first(first: Fix | None, fixes: Iterator[Fix | None]) -> Iterator[Fix | None]:
    if first is not None:
        yield first
    yield from fixes


def _follow(guide: Guide, source: PositionSource, fixes: Iterator[Fix | None], view: DriveView) -> None:
    """Guide along the positions until they end, the car has arrived, or Ctrl-C."""
    try:
        for fix in fixes:
            view.show(guide.update(fix))
            if guide.arrived:
                return
    except KeyboardInterrupt:
        view.note("stopped")
    finally:
        source.close()
        view.close(source.faults.to_dict())
