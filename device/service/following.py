"""What the service follows while it runs: position, vehicle, closures, the drive; and what it proposes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.assistant.driving import drive_file, keep_drives
from device.errors import DeviceError
from device.http.closures import follow_closures
from device.service.supervisor import Part
from device.service.threads import in_own_thread
from nav.errors import NavError

if TYPE_CHECKING:
    from device.assistant.assistant import Assistant
    from device.assistant.driving import Rest
    from device.screen.scene import Scene
    from device.service.journal import Journal
    from device.settings import Settings
    from nav.guidance.events import GuidanceEvent
    from nav.guidance.fix import Fix
    from nav.guidance.prompt_types import Prompt
    from voice.loop.listen import Listener

log = logging.getLogger("xiaogao")

_SUGGEST_EVERY_S = 20.0
_SUGGESTION_VALID_MS = 8_000


class Following:
    """Keeps the drive of an assistant up with the world.

    Parameters
    ----------
    assistant : Assistant
        Whose drive it is.
    settings : Settings
        Where positions, vehicle and closures come from.
    journal : Journal
        Told of what fails and what happens.
    listener : callable
        Gives the loop that speaks; None while there is none.
    scene : Scene, optional
        Told of the drive, for a screen.
    """

    def __init__(
        self,
        assistant: Assistant,
        settings: Settings,
        journal: Journal,
        listener: Callable[[], Listener | None],
        scene: Scene | None = None,
    ) -> None:
        self._scene = scene
        self._assistant = assistant
        self._driving = assistant.driving
        self._settings = settings
        self._journal = journal
        self._health = journal.health
        self._listener = listener

    def parts(self) -> Iterator[Part]:
        """Give what is to run, as the settings want it."""
        if self._settings.routing.live_file:
            yield "closures", self._follow_closures
        if self._settings.privacy.memory:
            yield "drive", self._keep_drives
        yield "position", self._follow_position
        if self._settings.position.kuksa:
            yield "vehicle", self._follow_vehicle
        if self._settings.guidance.suggestions:
            yield "suggestions", self._suggest

    def resume(self, drive: Rest) -> None:
        """Go on with the drive that was under way when the map or the settings changed."""
        try:
            self._driving.resume(drive)
        except NavError as error:
            self._journal.failed("drive", error)

    async def _keep_drives(self) -> None:
        """Keep in a file where the drive goes, for it to go on after a kill."""
        await keep_drives(self._driving, drive_file(), problem=self._journal.tell)

    async def _follow_closures(self) -> None:
        """Take up closures and live speeds, and go another way where they hit the route."""
        await follow_closures(
            Path(self._settings.routing.live_file).expanduser(),
            self._assistant.router,
            changed=self._roads_changed,
            problem=lambda what: self._journal.failed("closures", DeviceError(what)),
        )

    def _roads_changed(self) -> None:
        log.info("closures and live speeds were taken up")
        self._take(self._driving.roads_changed())

    async def _follow_position(self) -> None:
        """Read positions in a thread and guide on the event loop."""
        from device.position.source import source_from

        self._health.position_source = self._settings.position.source
        if self._settings.position.source == "none":
            return
        source = await asyncio.to_thread(source_from, self._settings.position.source)
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Fix | None] = asyncio.Queue(maxsize=100)

        def read() -> None:
            for fix in source.fixes():
                loop.call_soon_threadsafe(_put_newest, queue, fix)

        async def guide() -> None:
            while True:
                self.drive(await queue.get())

        guiding = asyncio.create_task(guide())
        reading = asyncio.create_task(in_own_thread(read, stop=source.close, name="position"))
        try:
            await asyncio.wait((guiding, reading), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                while not queue.empty():
                    self.drive(queue.get_nowait())
        finally:
            await _ended(guiding, reading)

    async def _follow_vehicle(self) -> None:
        """Take speed, fuel and charge from the vehicle's databroker."""
        from device.position.vehicle import states

        loop = asyncio.get_running_loop()
        clients: list[Any] = []

        def read() -> None:
            for state in states(self._settings.position.kuksa, clients.append):
                loop.call_soon_threadsafe(setattr, self._driving, "vehicle", state)

        def stop() -> None:
            for client in clients:
                client.disconnect()

        await in_own_thread(read, stop=stop, name="vehicle")

    async def _suggest(self) -> None:
        """Propose something unasked from time to time; a proposal waits until nothing else is going on."""
        while True:
            await asyncio.sleep(_SUGGEST_EVERY_S)
            suggestion = await asyncio.to_thread(
                self._assistant.agent.suggest,
                position=self._driving.position,
                language=self._driving.language,
            )
            listener = self._listener()
            if suggestion is not None and listener is not None:
                log.info("suggestion: %s", suggestion.topic)
                listener.propose(suggestion.text, self._driving.language, valid_ms=_SUGGESTION_VALID_MS)

    def drive(self, fix: Fix | None) -> None:
        """Take a position (None: a second passed without one), and say what follows from it."""
        if fix is not None:
            self._go_on(fix)
        self._take(self._driving.update(fix))
        self._health.position = self._driving.position
        if self._scene is not None:
            self._scene.moved()
        state = self._driving.state()
        self._health.route = (
            {"remaining_m": state.remaining_m, "remaining_s": state.remaining_s} if state else None
        )

    def _go_on(self, fix: Fix) -> None:
        """Take up the drive that was under way when the service was killed."""
        try:
            left_m = self._driving.go_on(fix)
        except NavError as error:
            self._journal.failed("drive", error)
            return
        if left_m is not None:
            log.info("the drive to a place %.1f km from here goes on", left_m / 1000)

    def _take(self, events: list[GuidanceEvent]) -> None:
        if self._scene is not None:
            self._scene.guided(events)
        for event in events:
            if event.prompt is not None:
                self.say(event.prompt)

    def say(self, prompt: Prompt) -> None:
        """Have a prompt spoken, if the loop runs."""
        self._journal.prompted(prompt)
        if (listener := self._listener()) is not None:
            valid_ms = int((prompt.drop_after_s - prompt.time_s) * 1000)
            listener.prompt(prompt.text, prompt.language, valid_ms=valid_ms)


def _put_newest(queue: asyncio.Queue[Any], item: Any) -> None:
    """Queue an item; when the loop is behind, the oldest goes."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(item)


async def _ended(guiding: asyncio.Task[None], reading: asyncio.Task[None]) -> None:
    """End both; what either failed with is raised here."""
    for task in (guiding, reading):
        task.cancel()
    for task in (guiding, reading):
        with contextlib.suppress(asyncio.CancelledError):
            await task
