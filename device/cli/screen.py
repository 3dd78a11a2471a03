"""`xiaogao screen`: the page of the car's screen, by itself and without sound."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from device.cli.arguments import AtOption, RegionOption, places_of, points_of, read_position
from device.cli.terminal import stderr

if TYPE_CHECKING:
    from device.assistant.assistant import Assistant
    from device.settings import Settings
    from nav.guidance.fix import Fix


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("screen")(screen)


def screen(
    drive: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="FROM TO", help="Simulate this drive: LAT,LON or places."),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=50, help="Times faster than life.")] = 1.0,
    noise: Annotated[float, typer.Option(min=0, max=100, help="Simulated position error, metres.")] = 3.0,
    language: Annotated[str, typer.Option(help="zh or en; by default that of the settings.")] = "",
    theme: Annotated[str, typer.Option(help="auto, day or night; by default that of the settings.")] = "",
    port: Annotated[
        int | None,
        typer.Option(min=1024, max=65535, help="Port on loopback; by default that of the settings."),
    ] = None,
    region: RegionOption = "",
    at: AtOption = None,
) -> None:
    """Serve the page of the car's screen without microphone and speaker: to try it, or to develop it.

    In the car `xiaogao run` serves it, with `[screen] enabled = true`.

    Examples:

      xiaogao screen --at 60.1719,24.9414

      xiaogao screen --drive 60.1719,24.9414 "Helsinki Cathedral" --speed 4 --language en
    """
    from device.assistant.assistant import Assistant
    from device.screen.server import library_folder
    from device.service.logs import set_up_logging
    from device.settings import Settings, load_settings

    if language not in ("", "zh", "en"):
        raise typer.BadParameter("give zh or en", param_hint="--language")
    if theme not in ("", "auto", "day", "night"):
        raise typer.BadParameter("give auto, day or night", param_hint="--theme")
    set_up_logging(level=logging.WARNING)
    library_folder()
    values = load_settings().model_dump()
    values["screen"] |= {k: v for k, v in {"port": port, "theme": theme}.items() if v}
    values["speech"] |= {"language": language} if language else {}
    settings = Settings.model_validate(values)
    assistant = Assistant(settings, region=region, at=read_position(at))
    for warning in assistant.warnings:
        stderr.print(f"xiaogao: {warning}", soft_wrap=True)
    try:
        if position := read_position(at):
            _stand(assistant, *position)
        fixes = _simulated(assistant, drive, speed, noise) if drive else iter(())
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_show(assistant, settings, fixes))
    finally:
        assistant.close()


def _stand(assistant: Assistant, lat: float, lon: float) -> None:
    from nav.guidance.fix import Fix

    assistant.driving.update(Fix(lat=lat, lon=lon, time_s=0.0))


def _simulated(
    assistant: Assistant, drive: tuple[str, str], speed: float, noise: float
) -> Iterator[Fix | None]:
    """Begin a drive, and give its positions at their pace."""
    import time
    from dataclasses import replace

    from device.position.route_course import SimulatedSource, course_of
    from device.position.simulator import Receiver
    from device.position.source import paced

    start, end = points_of(places_of(assistant.region), list(drive))
    route = replace(
        assistant.router.route([start, end]), stop_names=("", "" if "," in drive[1] else drive[1])
    )
    assistant.driving.begin(route, assistant.driving.language)
    source = SimulatedSource(course_of(route), Receiver(noise_m=noise), seed=0, start_time_s=time.time())
    return paced(source.fixes(), speed=speed)


async def _show(assistant: Assistant, settings: Settings, fixes: Iterator[Any]) -> None:
    from device.assistant.conversation import Conversation
    from device.screen.screens import Screens
    from device.service.following import Following
    from device.service.health import Health
    from device.service.journal import Journal
    from device.service.supervisor import supervise
    from device.settings import load_settings

    conversation = Conversation(assistant, lambda: assistant.driving.position)
    journal = Journal(Health(profile=""))
    changed = asyncio.Event()
    following: list[Following] = []
    reading = asyncio.create_task(_read(fixes, lambda fix: following[0].drive(fix)))
    try:
        while True:
            screens = Screens(conversation, settings, lambda _text, _language: None, changed.set)
            following[:] = [Following(assistant, settings, journal, lambda: None, screens.scene)]
            serving = asyncio.create_task(supervise("screen", screens.serve, _failed))
            stderr.print(
                f"the screen is on http://{settings.screen.host}:{settings.screen.port} (Ctrl-C ends it)"
            )
            await changed.wait()
            changed.clear()
            serving.cancel()
            await asyncio.wait([serving])
            kept = settings.screen.model_copy(update={"theme": load_settings().screen.theme})
            settings = load_settings().model_copy(update={"screen": kept})
    finally:
        reading.cancel()


def _failed(_name: str, error: Exception) -> None:
    stderr.print(f"xiaogao: {error}", soft_wrap=True)


async def _read(fixes: Iterator[Any], take: Any) -> None:
    """Take positions as they come; they are waited for in a thread."""
    end = object()
    while (fix := await asyncio.to_thread(next, fixes, end)) is not end:
        take(fix)
