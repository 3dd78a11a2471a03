"""Keeps the engines ready: loads them, notices the dead and the hung, lets go what is too much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from device.assistant.assistant import Assistant
from device.engine.engines import RemoteEngine
from device.errors import DeviceError
from device.hardware import Profile
from device.service.pressure import available_bytes

_BEAT_S = 1.0
_SHORT_IDLE_S = 10.0


class EngineKeeper:
    """Looks after every engine once a second.

    Parameters
    ----------
    assistant : Assistant
        Whose engines they are.
    profile : Profile
        Whether idle engines are unloaded, and what is left out when memory is short.
    failed : callable
        Told of an engine that died, hung or cannot be loaded, once for each reason in a row.
    tell : callable
        Told in words that memory has become short, and that there is enough again.
    available : callable
        Gives the bytes of memory that may still be taken; None if nobody knows.
    """

    def __init__(
        self,
        assistant: Assistant,
        profile: Profile,
        *,
        failed: Callable[[str, Exception], None],
        tell: Callable[[str], None],
        available: Callable[[], int | None] = available_bytes,
    ) -> None:
        self._assistant = assistant
        self._profile = profile
        self._failed, self._tell, self._available = failed, tell, available
        engines = assistant.engines
        named = {"asr": engines.recogniser, "tts": engines.synthesizer, "llm": engines.language_model}
        self._engines = {name: engine for name, engine in named.items() if engine is not None}
        self._short = False
        self._said = ""

    async def run(self) -> None:
        """Keep all of them, until cancelled; one that is slow to load does not hold up the others."""
        await asyncio.gather(*(self._keep(name) for name in self._engines), self._watch_memory())

    async def _keep(self, name: str) -> None:
        engine = self._engines[name]
        said = ""
        while True:
            try:
                await asyncio.to_thread(self.look_after, name, engine)
                said = "" if engine.process.ready else said
            except DeviceError as error:
                if str(error) != said:
                    said = str(error)
                    self._failed(f"engine {name}", error)
            await asyncio.sleep(_BEAT_S)

    def look_after(self, name: str, engine: RemoteEngine) -> None:
        """Load an engine or let it go, as the profile and the memory want it.

        Raises
        ------
        DeviceError
            Its model is missing, it has died, hangs or cannot be loaded.
        """
        process = engine.process
        if engine.left_out:
            if process.pid is not None:
                process.stop()
            return
        process.check()
        if self._profile.unload_when_idle or self._short:
            wait_s = _SHORT_IDLE_S if self._short else self._profile.unload_after_s
            if process.pid is not None and process.idle_s > wait_s:
                process.stop()
        elif process.pid is None:
            engine.warm()
            if name == "llm":
                self._assistant.agent.warm()

    async def _watch_memory(self) -> None:
        while True:
            self.weigh(await asyncio.to_thread(self._available))
            await asyncio.sleep(_BEAT_S)

    def weigh(self, available: int | None) -> None:
        """Leave engines out when memory is short, and take them back when there is plenty again."""
        if available is None:
            return
        free_mb = available / 1e6
        left_out = [name for name in self._profile.left_out_when_short if name in self._engines]
        short = any(self._engines[name].left_out for name in left_out)
        if not short and free_mb < self._profile.short_memory_mb:
            self._tell(
                f"memory is short ({free_mb:.0f} MB can be had): without {', '.join(left_out)} for now"
            )
            for name in left_out:
                self._engines[name].left_out = "left out: memory is short"
        elif short and free_mb > self._profile.plenty_memory_mb:
            self._tell(f"there is memory again ({free_mb:.0f} MB)")
            for name in left_out:
                self._engines[name].left_out = ""
        # Where that was not enough, the others wait unloaded too.
        self._short = free_mb < self._profile.short_memory_mb / 2
