"""`xiaogao run`: the whole agent as one supervised program.

One event loop holds everything together; engines are child processes, the position source a thread. Each part
runs under `supervise`: when it fails it is noted and started again, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.assistant.assistant import Assistant, Turn
from device.assistant.conversation import Conversation
from device.assistant.driving import Driving, Rest, drive_file, forget_drive, keep_drives, kept_drive
from device.audio.sound_check import SoundCheck
from device.engine.keeper import EngineKeeper
from device.errors import DeviceError
from device.hardware import choose
from device.http.closures import follow_closures
from device.service.checkup import check_settings
from device.service.control import control_server
from device.service.health import Health
from device.service.instance import only_instance
from device.service.pressure import give_back
from device.service.supervisor import supervise
from device.settings import Settings, load_settings
from device.store.regions import current_file, current_region, damaged_files, not_as_built
from nav.errors import NavError
from nav.guidance.events import GuidanceEvent
from nav.guidance.fix import Fix
from nav.paths import regions_dir
from voice.loop.phrases import fixed_phrases

if TYPE_CHECKING:
    from nav.guidance.prompt_types import Prompt
    from voice.loop.listen import Listener

log = logging.getLogger("xiaogao")

_STOP_LIMIT_S = 2.5
_BEAT_S = 1.0
_OPEN_LIMIT_S = 10.0
_REGION_RETRY_S = 2.0
_SUGGEST_EVERY_S = 20.0
_PREPARE_EVERY_S = 2.0
_SUGGESTION_VALID_MS = 8_000
_NO_MAP = {
    "zh": "没有可用的地图，请先安装地图。",
    "en": "There is no map that I can use. Please install one.",
}
_DOING = {
    "wake": "listening",
    "speech_start": "listening",
    "wake_rejected": "waiting",
    "endpoint": "thinking",
    "answer": "speaking",
    "speak_start": "speaking",
    "speak_end": "waiting",
}


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
        self.assistant: Assistant | None = None
        self.conversation: Conversation | None = None
        self._loop: Listener | None = None
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._opened = asyncio.Event()
        self._said_no_map = False
        self._distrusted: frozenset[tuple[str, int]] | None = None
        """The installed packs when the one in use proved damaged; it is not opened again."""
        self._notify = _notifier()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; returns within three seconds of it."""
        self._handle_signals()
        handlers = {"status": self._status, "ask": self._ask}
        with only_instance():
            async with control_server(handlers):
                parts = [asyncio.create_task(self._beat())]
                try:
                    await self._serve(parts)
                finally:
                    self._notify("STOPPING=1")
                    await self._end(parts)

    async def _serve(self, parts: list[asyncio.Task[None]]) -> None:
        """Open the region, start the parts, and start them anew when the settings change."""
        while not self._stopping.is_set():
            self._changed.clear()
            self._opened.clear()
            await self._open()
            self._opened.set()
            started = [asyncio.create_task(part) for part in self._parts()]
            parts += started
            self._notify("READY=1")
            log.info("ready: region %s, profile %s", self.health.region or "none", self.health.profile)
            waits = [asyncio.create_task(event.wait()) for event in (self._stopping, self._changed)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            await self._end(started)
            parts[:] = [part for part in parts if part not in started]
            if not self._stopping.is_set():
                self._reload()

    def _parts(self) -> Iterator[Any]:
        yield supervise("region", self._watch_regions, self._failed)
        if self.assistant is not None:
            yield supervise("engines", self._keep_engines, self._failed)
            yield supervise("region check", self._check_pack, self._failed)
            yield supervise("memory", self._mend_memory, self._failed)
            if self.settings.routing.live_file:
                yield supervise("closures", self._follow_closures, self._failed)
            if self.settings.privacy.memory:
                yield supervise("drive", self._keep_drives, self._failed)
            yield supervise("position", self._follow_position, self._failed)
            if self.settings.position.kuksa:
                yield supervise("vehicle", self._follow_vehicle, self._failed)
            yield supervise("speech", self._prepare_speech, self._failed)
            if self.settings.guidance.suggestions:
                yield supervise("suggestions", self._suggest, self._failed)
        yield supervise("listening", self._listen, self._failed)
        if self.settings.http.enabled:
            yield supervise("http", self._serve_http, self._failed)

    async def _open(self) -> None:
        """Open region and memory; without a region the service runs on and says so."""
        drive = at = None
        if self.assistant is not None:
            drive, at = self.assistant.driving.rest(), self.assistant.driving.position
            await asyncio.to_thread(self.assistant.close)
        self.assistant, self.conversation = None, None
        self.health.region, self.health.route = "", None
        if self._distrusted == _installed():
            return
        try:
            assistant = await asyncio.to_thread(Assistant, self.settings, at=at)
        except Exception as error:
            # A pack can be damaged in ways that nobody foresaw: the service says so, and waits for another.
            self._failed("region", error)
            return
        for warning in assistant.warnings:
            self._tell(warning)
        await asyncio.to_thread(assistant.places.warm)
        give_back()
        self.assistant = assistant
        self._said_no_map = False
        self.health.region = assistant.region.name
        self.conversation = Conversation(assistant, lambda: assistant.driving.position, self._answered)
        kept = await asyncio.to_thread(self._kept_drive)
        if (drive := drive or kept) is not None:
            self._drive_on(assistant, drive)

    def _drive_on(self, assistant: Assistant, drive: Rest) -> None:
        """Go on with the drive that was under way when the map or the settings changed."""
        try:
            assistant.driving.resume(drive)
        except NavError as error:
            self._failed("drive", error)

    def _kept_drive(self) -> Rest | None:
        """Return the drive that was under way when the service was killed, if that may be remembered."""
        if self.settings.privacy.memory:
            return kept_drive(drive_file())
        with contextlib.suppress(OSError):
            forget_drive(drive_file())
        return None

    async def _keep_drives(self) -> None:
        """Keep in a file where the drive goes, for it to go on after a kill."""
        assert self.assistant is not None
        await keep_drives(self.assistant.driving, drive_file(), problem=self._tell)

    async def _watch_regions(self) -> None:
        """Take up a region that was installed, chosen or replaced, or into which the car has driven."""
        before = _installed()
        while _installed() == before and not self._is_elsewhere():
            await asyncio.sleep(_REGION_RETRY_S)
        self._changed.set()

    def _is_elsewhere(self) -> bool:
        """Tell whether the car has left the region for another that is installed."""
        position = self.assistant.driving.position if self.assistant is not None else None
        if self.assistant is None or position is None or self.assistant.region.contains(*position):
            return False
        region = current_region(self.settings.region.name, at=position)
        return region != self.assistant.region.name

    async def _keep_engines(self) -> None:
        """Hold the engines ready, and let go what memory does not hold."""
        assert self.assistant is not None
        profile = choose(self.settings.engines.profile).profile
        await EngineKeeper(self.assistant, profile, failed=self._failed, tell=self._tell).run()

    async def _check_pack(self) -> None:
        """Read the whole pack once; one with other bytes than were built is given up for the next one."""
        assert self.assistant is not None
        damaged = await asyncio.to_thread(damaged_files, self.assistant.region)
        if damaged:
            self._distrusted = _installed()
            self._failed("region", DeviceError(not_as_built(self.assistant.region.name, damaged)))
            self._changed.set()

    async def _mend_memory(self) -> None:
        """Try again from time to time to open a memory that a full or read-only disk withheld."""
        assert self.assistant is not None
        while True:
            await asyncio.sleep(_REGION_RETRY_S)
            if await asyncio.to_thread(self.assistant.mend_memory):
                self._tell("; ".join(self.assistant.warnings) or "the memory can be used again")

    async def _follow_closures(self) -> None:
        """Take up closures and live speeds, and go another way where they hit the route."""
        assert self.assistant is not None
        path = Path(self.settings.routing.live_file).expanduser()
        await follow_closures(
            path,
            self.assistant.router,
            changed=self._roads_changed,
            problem=lambda what: self._failed("closures", DeviceError(what)),
        )

    def _roads_changed(self) -> None:
        assert self.assistant is not None
        log.info("closures and live speeds were taken up")
        self._take(self.assistant.driving.roads_changed())

    async def _follow_position(self) -> None:
        """Read positions in a thread and guide on the event loop."""
        from device.position.source import source_from

        self.health.position_source = self.settings.position.source
        if self.settings.position.source == "none":
            return
        source = await asyncio.to_thread(source_from, self.settings.position.source)
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Fix | StopIteration | None] = asyncio.Queue(maxsize=100)

        def read() -> None:
            for fix in source.fixes():
                loop.call_soon_threadsafe(_put_newest, queue, fix)
            loop.call_soon_threadsafe(_put_newest, queue, StopIteration())

        reader = asyncio.create_task(asyncio.to_thread(read))
        try:
            while not isinstance(item := await queue.get(), StopIteration):
                self._drive(item)
            await reader
        finally:
            source.close()

    async def _follow_vehicle(self) -> None:
        """Take speed, fuel and charge from the vehicle's databroker."""
        from device.position.vehicle import states

        assert self.assistant is not None
        driving = self.assistant.driving
        clients: list[Any] = []
        changes = states(self.settings.position.kuksa, clients.append)
        try:
            while True:
                driving.vehicle = await asyncio.to_thread(next, changes)
        finally:
            for client in clients:
                client.disconnect()

    async def _prepare_speech(self) -> None:
        """Make fixed phrases and the coming prompts beforehand, while nothing is heard or said."""
        assert self.assistant is not None
        assert self.conversation is not None
        driving = self.assistant.driving
        kept_loaded = not choose(self.settings.engines.profile).profile.unload_when_idle
        while True:
            await asyncio.sleep(_PREPARE_EVERY_S)
            if self._loop is not None and self._loop.idle and (kept_loaded or driving.guiding):
                ahead = [(text, driving.language) for text in driving.texts_ahead()]
                await self.conversation.prepare([*ahead, *fixed_phrases()])

    async def _suggest(self) -> None:
        """Propose something unasked from time to time; a proposal waits until nothing else is going on."""
        assert self.assistant is not None
        while True:
            await asyncio.sleep(_SUGGEST_EVERY_S)
            driving = self.assistant.driving
            suggestion = await asyncio.to_thread(
                self.assistant.agent.suggest, position=driving.position, language=driving.language
            )
            if suggestion is not None and self._loop is not None:
                log.info("suggestion: %s", suggestion.topic)
                self._loop.propose(suggestion.text, driving.language, valid_ms=_SUGGESTION_VALID_MS)

    def _drive(self, fix: Fix | None) -> None:
        assert self.assistant is not None
        driving = self.assistant.driving
        if fix is not None:
            self._go_on(driving, fix)
        self._take(driving.update(fix))
        self.health.position = driving.position
        state = driving.state()
        self.health.route = (
            {"remaining_m": state.remaining_m, "remaining_s": state.remaining_s} if state else None
        )

    def _go_on(self, driving: Driving, fix: Fix) -> None:
        """Take up the drive that was under way when the service was killed."""
        try:
            left_m = driving.go_on(fix)
        except NavError as error:
            self._failed("drive", error)
            return
        if left_m is not None:
            log.info("the drive to a place %.1f km from here goes on", left_m / 1000)

    def _take(self, events: list[GuidanceEvent]) -> None:
        for event in events:
            if event.prompt is not None:
                self._say_prompt(event.prompt)

    def _say_prompt(self, prompt: Prompt) -> None:
        words = f": {prompt.text}" if self.settings.privacy.log_speech else ""
        log.info("prompt: %s of manoeuvre %d%s", prompt.stage, prompt.maneuver, words)
        if self._loop is not None:
            self._loop.prompt(
                prompt.text, prompt.language, valid_ms=int((prompt.drop_after_s - prompt.time_s) * 1000)
            )

    async def _listen(self) -> None:
        """Run the listening loop on the microphone; while there is none, it waits for one and says so."""
        from device.audio.listening import listen_to_microphone

        if self.conversation is None:
            self.health.listening = "off: no region"
            await self._say_no_map()
            return
        try:
            await listen_to_microphone(
                self.conversation,
                emit=self._overheard,
                started=self._loop_started,
                problem=self._problem,
                recovered=self._recovered,
            )
        finally:
            self._loop = None

    async def _say_no_map(self) -> None:
        """Say why nothing is answered, once until there was a map; the loop does not run without one."""
        if self._said_no_map:
            return
        self._said_no_map = True
        from device.audio.speaker import Speaker
        from device.engine.engines import make_engines

        language = "en" if self.settings.speech.language == "en" else "zh"
        engines = make_engines(self.settings)
        speaker = Speaker(self.settings.listening.speaker, problem=self._tell)
        try:
            for clip in await asyncio.to_thread(list, engines.synthesizer.speak(_NO_MAP[language], language)):
                speaker.play(clip)
                await asyncio.sleep(clip.duration_s)
        except DeviceError as error:
            self._failed("speech", error)
        finally:
            speaker.close()
            await asyncio.to_thread(engines.stop)

    def _loop_started(self, loop: Listener) -> None:
        self._loop = loop
        self.health.listening = "waiting"

    def _overheard(self, event: dict[str, Any]) -> None:
        """Follow the loop's events for the status; words stay out of the log."""
        self.health.listening = _DOING.get(event["event"], self.health.listening)
        if event["event"] in {"problem", "recovered"}:
            log.warning("%s: %s", event["event"], event["problem"])
            self.health.errors.append(f"{event['event']}: {event['problem']}"[:300])

    def _problem(self, what: str) -> None:
        self.health.listening = f"no sound: {what}"
        if self._loop is not None:
            self._loop.notice(what)

    def _recovered(self, what: str) -> None:
        self.health.listening = "waiting"
        if self._loop is not None:
            self._loop.recovered(what)

    async def _serve_http(self) -> None:
        from device.http.server import serve_http

        await serve_http(self)

    async def _beat(self) -> None:
        """Prove to systemd that the loop turns and the parts are well."""
        while True:
            self.health.beat = time.monotonic()
            self._notify(f"WATCHDOG=1\nSTATUS={self.health.listening}; region {self.health.region or 'none'}")
            await asyncio.sleep(_BEAT_S)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        if self.assistant is not None and self._stopping.is_set():
            self.assistant.close()
        if tasks:
            await asyncio.wait(tasks, timeout=_STOP_LIMIT_S)

    def _reload(self) -> None:
        """Take up the settings as they are now; a mistake keeps those in force."""
        try:
            settings = load_settings()
            check_settings(settings)
        except DeviceError as error:
            self._failed("settings", error)
            return
        self.settings = settings
        self.health.profile = choose(settings.engines.profile).name
        log.info("settings read again")

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._changed.set)

    def _tell(self, what: str) -> None:
        """Take note of something that is no failure of a part."""
        self.health.errors.append(what)
        log.warning("%s", what)

    def _failed(self, name: str, error: Exception) -> None:
        said_before = bool(self.health.errors) and self.health.errors[-1].endswith(f": {error}")
        self.health.failed(name, error)
        if not said_before:
            log.warning("%s: %s: %s", name, type(error).__name__, error)

    def _answered(self, turn: Turn) -> None:
        self.health.requests[turn.answer.outcome] += 1
        if self.settings.privacy.log_speech:
            log.info("heard %r, answered %r", turn.answer.heard, turn.answer.reply)
        else:
            log.info("answered a request: %s", turn.answer.outcome)

    async def _status(self, _request: dict[str, Any]) -> dict[str, Any]:
        engines = self.assistant.engines if self.assistant else None
        status = await asyncio.to_thread(self.health.to_dict, engines)
        return {"ready": self._opened.is_set(), **status, "sound": self._sound()}

    def _sound(self) -> dict[str, str | None]:
        """Return which devices are in use."""
        check = self.conversation.sound_check if self.conversation else None
        return check.devices() if isinstance(check, SoundCheck) else {}

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(_OPEN_LIMIT_S):
            await self._opened.wait()
        if self.conversation is None:
            raise DeviceError("no region can be used: `xiaogao status` and `xiaogao doctor` say why")
        turn = await self.conversation.read(str(request.get("text", ""))[:4000])
        return turn.to_dict()


def _installed() -> frozenset[tuple[str, int]]:
    """Return the installed region packs and the chosen one, with the times of their files."""
    files = [*regions_dir().glob("*/meta.json"), current_file()]
    return frozenset((str(path), path.stat().st_mtime_ns) for path in files if path.exists())


def _put_newest(queue: asyncio.Queue[Any], item: Any) -> None:
    """Queue an item; when the loop is behind, the oldest goes."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(item)


def _notifier() -> Callable[[str], None]:
    """Return what tells systemd about the state; nothing outside systemd."""
    if not os.environ.get("NOTIFY_SOCKET"):
        return lambda _state: None
    import sdnotify

    notify: Callable[[str], None] = sdnotify.SystemdNotifier().notify
    return notify
