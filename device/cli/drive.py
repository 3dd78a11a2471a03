"""`xiaogao drive`: guidance along a simulated, replayed or real drive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from device.cli.find import places_of, points_of, region_around, wishes_of
from device.cli.terminal import stderr

if TYPE_CHECKING:
    from device.cli.drive_view import DriveView
    from device.position.source import PositionSource
    from nav.guidance.events import GuidanceEvent
    from nav.guidance.fix import Fix
    from nav.guidance.guide import Guide
    from nav.region import Region
    from nav.routing.route import Route
    from nav.routing.router import Router

_HERE = frozenset({"here", "这里", "."})
_FIRST_FIX_S = 60
_BAD_INPUT = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drive")(drive)


def drive(
    start: Annotated[
        str, typer.Argument(metavar="FROM", help="LAT,LON, a place, or `here` with a receiver.")
    ],
    end: Annotated[str, typer.Argument(metavar="TO", help="LAT,LON or the name of a place.")],
    via: Annotated[list[str] | None, typer.Option(help="A stop on the way; may be given again.")] = None,
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
    avoid: Annotated[
        str | None, typer.Option(help="Any of toll,motorway,ferry,unpaved; by default as in the settings.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--no-reminders", help="No speeding and rest reminders.")] = False,
    say: Annotated[Path | None, typer.Option(help="Write each prompt as a WAV into this folder.")] = None,
    speak: Annotated[bool, typer.Option("--speak", help="Speak the prompts.")] = False,
    region: Annotated[
        str, typer.Option(help="Region pack; by default the chosen one, or another that holds the place.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON event a line.")] = False,
) -> None:
    """Drive with guidance: simulated, replayed from a track, or live from a receiver.

    Exit codes: 0 arrived or the track has ended; 1 no route; 2 wrong input; 3 no region or no receiver.

    Examples:

      xiaogao drive 60.1719,24.9414 "Helsinki Cathedral" --speed 10 --language en

      xiaogao drive here 赫尔辛基大教堂 --gpsd --speak

      xiaogao drive 60.1719,24.9414 60.1866,24.9436 --nmea recorded.nmea --json
    """
    from nav import Region, Router

    if language not in ("zh", "en"):
        raise typer.BadParameter("give zh or en", param_hint="--language")
    if sum((gpx is not None, nmea is not None, gpsd)) > 1:
        raise typer.BadParameter("give one of --gpx, --nmea and --gpsd")
    opened = Region.open(region_around(region, start, *(via or []), end))
    router = Router(opened)
    source, live = _recorded_or_live(gpx, nmea, gpsd)
    fixes = source.fixes() if source is not None else iter(())
    stops, first = _stops(opened, start, [*(via or []), end], fixes)
    heading_deg = first.heading_deg if first is not None else None
    route = router.route(stops, avoid=wishes_of(avoid), heading_deg=heading_deg)
    if source is None:
        source = _simulated(route, noise, lost, seed)
        fixes = source.fixes()
    from device.cli.drive_view import open_view
    from device.position.source import paced

    guide = _guide(opened, router, route, language, reminders=not quiet)
    if not live:
        fixes = paced(fixes, speed=speed)
    view = open_view(route, language, as_json=json, say=say, speak=speak, pace=0.0 if live else speed)
    try:
        _run(guide, _with_first(first, fixes), view)
    except KeyboardInterrupt:
        view.note("stopped")
    finally:
        source.close()
        view.close(source.faults.to_dict())


def _recorded_or_live(gpx: Path | None, nmea: str | None, gpsd: bool) -> tuple[PositionSource | None, bool]:
    """Open the source that was asked for, and tell whether it has a pace of its own."""
    from device.position.errors import BadTrack
    from device.position.source import open_source

    try:
        if gpx is not None:
            return open_source(gpx=gpx), False
        if nmea is not None:
            return open_source(nmea=nmea), not Path(nmea).is_file()
        if gpsd:
            return open_source(gpsd=""), True
    except BadTrack as error:
        stderr.print(f"xiaogao: {error}", soft_wrap=True)
        raise typer.Exit(_BAD_INPUT) from None
    return None, False


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


def _guide(region: Region, router: Router, route: Route, language: str, *, reminders: bool) -> Guide:
    from nav.guidance.guide import Guide, GuideSettings

    chosen = GuideSettings(language="en" if language == "en" else "zh", speeding=reminders, rest=reminders)
    return Guide(region, router, route, settings=chosen)


def _with_first(first: Fix | None, fixes: Iterator[Fix | None]) -> Iterator[Fix | None]:
    if first is not None:
        yield first
    yield from fixes


def _run(guide: Guide, fixes: Iterator[Fix | None], view: DriveView) -> None:
    for fix in fixes:
        events: list[GuidanceEvent] = guide.update(fix)
        view.show(events)
        if guide.arrived:
            return
