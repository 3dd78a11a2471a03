"""`xiaogao run`: the whole agent as one supervised program.

One event loop holds everything together; engines are child processes. What is open belongs to a `Runtime`;
when the settings or the maps change it is closed, and only then the next one is opened.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from device.errors import DeviceError
from device.hardware import choose
from device.service.checkup import check_settings
from device.service.control import control_server
from device.service.health import Health
from device.service.instance import only_instance
from device.service.journal import Journal
from device.service.runtime import Carried, Runtime
from device.settings import Settings, load_settings

if TYPE_CHECKING:
    from device.engine.engines import Engines

log = logging.getLogger("xiaogao")

_BEAT_S = 1.0
_SWITCH_S = 0.0005
"""How long a thread that computes an answer may keep the loop waiting, each time the loop wants its turn."""
_OPEN_LIMIT_S = 10.0


class Service:
    """The running agent.

    Parameters
    ----------
    settings : Settings
        What the user chose; read again on SIGHUP.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.health = Health(profile=choose(settings.engines.profile).name)
        self.journal = Journal(self.health, log_speech=settings.privacy.log_speech)
        self._carried = Carried()
        self._runtime: Runtime | None = None
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._opened = asyncio.Event()
        self._notify = _notifier()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; returns within three seconds of it."""
        sys.setswitchinterval(_SWITCH_S)
        self._handle_signals()
        handlers = {
            "status": self._status,
            "ask": self._ask,
            "health": self._health_for_others,
            "metrics": self._metrics,
        }
        with only_instance():
            async with control_server(handlers):
                beat = asyncio.create_task(self._beat())
                try:
                    while not self._stopping.is_set():
                        await self._serve()
                finally:
                    self._notify("STOPPING=1")
                    beat.cancel()

    async def _serve(self) -> None:
        """Open the region and run its parts until the settings or the maps change, or the service ends."""
        self._changed.clear()
        self._runtime = runtime = self.make_runtime()
        try:
            await runtime.open()
            self._opened.set()
            runtime.start()
            self._notify("READY=1")
            log.info("ready: region %s, profile %s", self.health.region or "none", self.health.profile)
            await self._first_of(self._stopping, self._changed)
        finally:
            self._opened.clear()
            await runtime.close()
        if not self._stopping.is_set():
            self.health.reloads += 1
            self.reload()

    def make_runtime(self) -> Runtime:
        """Return a runtime for the settings in force; nothing is open yet."""
        return Runtime(self.settings, self.journal, self._carried, self._changed.set)

    @staticmethod
    async def _first_of(*events: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in events]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _beat(self) -> None:
        """Prove to systemd that the loop turns and the parts are well."""
        while True:
            self.health.beat = time.monotonic()
            self._notify(f"WATCHDOG=1\nSTATUS={self.health.listening}; region {self.health.region or 'none'}")
            await asyncio.sleep(_BEAT_S)

    def reload(self) -> None:
        """Take up the settings as they are now; a mistake keeps those in force."""
        try:
            settings = load_settings()
            check_settings(settings)
        except DeviceError as error:
            self.journal.failed("settings", error)
            return
        self.settings = settings
        self.health.profile = choose(settings.engines.profile).name
        self.journal.log_speech = settings.privacy.log_speech
        log.info("settings read again")

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._changed.set)

    def _engines(self) -> Engines | None:
        assistant = self._runtime.assistant if self._runtime else None
        return assistant.engines if assistant else None

    async def _status(self, _request: dict[str, Any]) -> dict[str, Any]:
        status = await asyncio.to_thread(self.health.to_dict, self._engines())
        sound = self._runtime.listening.devices() if self._runtime else {}
        return {"ready": self._opened.is_set(), **status, "sound": sound}

    async def _health_for_others(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Return what other programs may know: not where the car is, and where it goes."""
        return await asyncio.to_thread(self.health.for_others, self._engines())

    async def _metrics(self, _request: dict[str, Any]) -> dict[str, Any]:
        text = await asyncio.to_thread(self.health.prometheus, self._engines())
        return {"text": text.decode()}

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(_OPEN_LIMIT_S):
            await self._opened.wait()
        conversation = self._runtime.conversation if self._runtime else None
        if conversation is None:
            raise DeviceError("no region can be used: `xiaogao status` and `xiaogao doctor` say why")
        turn = await conversation.read(str(request.get("text", ""))[:4000])
        return turn.to_dict()


def _notifier() -> Callable[[str], None]:
    """Return what tells systemd about the state; nothing outside systemd."""
    if not os.environ.get("NOTIFY_SOCKET"):
        return lambda _state: None
    import sdnotify

    notify: Callable[[str], None] = sdnotify.SystemdNotifier().notify
    return notify
