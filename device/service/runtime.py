"""Everything that is opened for one version of the settings and one region, closed before the next is opened.

Each part runs under `supervise`: when it fails it is noted and started again, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.assistant.assistant import Assistant
from device.assistant.conversation import Conversation
from device.assistant.driving import Rest, drive_file, forget_drive, kept_drive
from device.engine.keeper import EngineKeeper
from device.errors import CannotBind, DeviceError, ModelDamaged
from device.hardware import choose
from device.screen.screens import Screens
from device.service.following import Following
from device.service.instance import run_dir
from device.service.listening import Listening
from device.service.pressure import give_back
from device.service.supervisor import Part, supervise
from device.store.models import ModelStore
from device.store.regions import current_file, current_region, damaged_files, installed_regions, not_as_built
from nav.errors import NavError
from nav.packs import staging
from nav.packs.paths import regions_dir
from poi.errors import PoiError

if TYPE_CHECKING:
    from device.service.journal import Journal
    from device.settings import Settings
    from nav import Region

log = logging.getLogger("xiaogao")

_REGION_RETRY_S = 2.0
_LOOK_AT_MODELS_S = 600.0
_MODELS_EVERY_S = 86_400.0
_CLOSE_LIMIT_S = 2.5
_ANSWER_VALID_MS = 6_000


@dataclass(kw_only=True)
class Carried:
    """What one runtime leaves to the next."""

    rest: Rest | None = None
    """The drive under way."""

    position: tuple[float, float] | None = None
    """Where the car is."""

    said_no_map: bool = False
    """Whether it was said that there is no map, since there was one."""

    distrusted: frozenset[tuple[str, int]] | None = None
    """The installed packs when the one in use proved damaged; it is not opened again."""


class Runtime:
    """The assistant and the tasks around it.

    Parameters
    ----------
    settings : Settings
        What holds as long as this runtime does.
    journal : Journal
        Told of what fails and what happens.
    carried : Carried
        What the runtime before left; filled anew when this one is closed.
    change : callable
        Called when another runtime is to take over: a region came, or was left, or proved damaged.
    """

    def __init__(
        self, settings: Settings, journal: Journal, carried: Carried, change: Callable[[], None]
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.carried = carried
        self._change = change
        self._tasks: list[asyncio.Task[None]] = []
        self.assistant: Assistant | None = None
        """What answers; None without a region."""
        self.conversation: Conversation | None = None
        self.listening = Listening(None, settings, journal)
        self._following: Following | None = None
        self._screens: Screens | None = None

    async def open(self) -> None:
        """Open region and memory; without a region the service runs on and says so."""
        health = self.journal.health
        health.region, health.route = "", None
        if self.carried.distrusted is not None and self.carried.distrusted == installed():
            return
        try:
            assistant = await self._open_region()
        except Exception as error:
            # A pack can be damaged in ways that nobody foresaw: the service says so, and waits for another.
            self.journal.failed("region", error)
            return
        self.assistant = assistant
        await asyncio.to_thread(assistant.open_reader)
        for warning in assistant.warnings:
            self.journal.tell(warning)
        await asyncio.to_thread(assistant.places.warm)
        give_back()
        self.carried.said_no_map = False
        health.region = assistant.region.name
        self.conversation = Conversation(assistant, lambda: assistant.driving.position, self.journal.answered)
        if self.settings.screen.enabled:
            self._screens = Screens(self.conversation, self.settings, self._speak, self._change)
        scene = self._screens.scene if self._screens is not None else None
        self.listening = Listening(self.conversation, self.settings, self.journal, scene)
        self._following = Following(
            assistant, self.settings, self.journal, lambda: self.listening.listener, scene
        )
        kept = await asyncio.to_thread(self._kept_drive)
        if (drive := self.carried.rest or kept) is not None:
            self._following.resume(drive)

    async def _open_region(self) -> Assistant:
        """Open the region; one that cannot be opened gives way to what it was before, if that is kept."""
        settings, at = self.settings, self.carried.position
        with contextlib.suppress(OSError):  # a disk that cannot be written has nothing to tidy
            await asyncio.to_thread(staging.sweep)
        try:
            return await asyncio.to_thread(Assistant, settings, at=at)
        except (NavError, PoiError) as error:
            name = current_region(settings.region.name, at=at)
            if not await asyncio.to_thread(staging.restore_previous, name):
                raise
            self.journal.failed("region", error)
            self.journal.tell(f"the region {name} is again what it was before")
            return await asyncio.to_thread(Assistant, settings, at=at)

    def _kept_drive(self) -> Rest | None:
        """Return the drive that was under way when the service was killed, if that may be remembered."""
        if self.settings.privacy.memory:
            return kept_drive(drive_file())
        with contextlib.suppress(OSError):
            forget_drive(drive_file())
        return None

    def start(self) -> None:
        """Start every part."""
        self._tasks = [
            asyncio.create_task(supervise(name, part, self.journal.failed), name=name)
            for name, part in self._parts()
        ]

    def _parts(self) -> Iterator[Part]:
        yield "region", self._watch_regions
        if self.assistant is not None and self._following is not None:
            yield "engines", self._keep_engines
            yield "region check", self.check_region
            yield "memory", self._mend_memory
            yield "models", self._check_models
            yield from self._following.parts()
            yield "speech", self.listening.prepare_speech
        if self._screens is not None:
            yield "screen", self._screens.serve
        yield "listening", self.listen
        if self.settings.http.enabled:
            yield "http", self._serve_http

    async def close(self) -> None:
        """End every part, wait for it, and give everything back that was opened."""
        if self.assistant is not None:
            driving = self.assistant.driving
            self.carried.rest, self.carried.position = driving.rest(), driving.position
        for task in self._tasks:
            task.cancel()
        if self.assistant is not None:
            # First the engines: a thread that waits for one of them returns at once.
            await asyncio.to_thread(self.assistant.engines.close)
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=_CLOSE_LIMIT_S)
            for task in left:
                log.warning("%s did not end within %.1f s", task.get_name(), _CLOSE_LIMIT_S)
        if self.assistant is not None:
            await asyncio.to_thread(self.assistant.close)
        self._tasks, self.assistant, self.conversation = [], None, None
        self._following, self._screens = None, None
        self.listening = Listening(None, self.settings, self.journal)
        # What was open holds itself in circles; its maps and their descriptors go now, not some day.
        gc.collect()

    def _speak(self, text: str, language: str) -> None:
        """Speak an answer to what was touched, when nothing else is going on."""
        if (listener := self.listening.listener) is not None:
            listener.propose(text, language, valid_ms=_ANSWER_VALID_MS)

    async def listen(self) -> None:
        """Hear and answer; without a region say once that there is none."""
        if self.conversation is not None:
            await self.listening.listen()
            return
        self.journal.health.listening = "off: no region"
        if not self.carried.said_no_map:
            self.carried.said_no_map = True
            await self.listening.say_no_map()

    async def _watch_regions(self) -> None:
        """Take up a region that was installed, chosen or replaced, or into which the car has driven."""
        before = await asyncio.to_thread(installed)
        while not await asyncio.to_thread(lambda: installed() != before or self.is_elsewhere()):
            await asyncio.sleep(_REGION_RETRY_S)
        self._change()

    def is_elsewhere(self) -> bool:
        """Tell whether the car has left the region for another that is installed."""
        if self.assistant is None:
            return False
        region, driving = self.assistant.region, self.assistant.driving
        position = driving.position
        # A drive leads over borders by itself: the region follows when it is over.
        if position is None or driving.guiding or region.contains(*position):
            return False
        return current_region(self.settings.region.name, at=position) != region.name

    async def _keep_engines(self) -> None:
        """Hold the engines ready, and let go what memory does not hold."""
        assert self.assistant is not None
        profile = choose(self.settings.engines.profile).profile
        keeper = EngineKeeper(self.assistant, profile, failed=self.journal.failed, tell=self.journal.tell)
        await keeper.run()

    async def check_region(self) -> None:
        """Read the whole pack once; one with other bytes than were built is given up for the next one."""
        assert self.assistant is not None
        region: Region = self.assistant.region
        damaged = await asyncio.to_thread(damaged_files, region)
        if not damaged:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(staging.forget_previous, region.path.name)
            return
        self.journal.failed("region", DeviceError(not_as_built(region.name, damaged)))
        if await asyncio.to_thread(staging.restore_previous, region.path.name):
            self.journal.tell(f"the region {region.name} is again what it was before")
        else:
            self.carried.distrusted = installed()
        self._change()

    async def _check_models(self) -> None:
        """Hash each model again once a day, one at a time, while nothing is heard, said or driven."""
        store = ModelStore()
        while True:
            await asyncio.sleep(_LOOK_AT_MODELS_S)
            if not self._is_idle():
                continue
            due = await asyncio.to_thread(store.due, older_s=_MODELS_EVERY_S)
            for name, result in (await asyncio.to_thread(store.verify, due[:1])).items() if due else ():
                if result != "ok":
                    raise ModelDamaged(f"the model {name} is {result}: `xiaogao models pull {name}`", name)

    def _is_idle(self) -> bool:
        listener, assistant = self.listening.listener, self.assistant
        return (listener is None or listener.idle) and (assistant is None or not assistant.driving.guiding)

    async def _mend_memory(self) -> None:
        """Try again from time to time to open a memory that a full or read-only disk withheld."""
        assert self.assistant is not None
        while True:
            await asyncio.sleep(_REGION_RETRY_S)
            if await asyncio.to_thread(self.assistant.mend_memory):
                self.journal.tell("; ".join(self.assistant.warnings) or "the memory can be used again")

    async def _serve_http(self) -> None:
        """Serve the routing API of the region that is open."""
        from device.http.apart import serve_apart

        if self.assistant is None:
            raise DeviceError("the HTTP interface waits for a region")
        profile = choose(self.settings.engines.profile).profile
        try:
            await serve_apart(
                self.assistant.region.path,
                self.settings,
                control=run_dir() / "control.sock",
                memory_mb=profile.engine_memory_mb // 2,
            )
        except CannotBind as error:
            raise DeviceError(f"{error}: set another [http] port") from None


def installed() -> frozenset[tuple[str, int]]:
    """Return the installed region packs and the chosen one, with the times of their files."""
    packs = [regions_dir() / name / "meta.json" for name in installed_regions()]
    files = [*packs, current_file()]
    return frozenset((str(path), path.stat().st_mtime_ns) for path in files if path.exists())
