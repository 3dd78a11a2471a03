"""The ear and the voice of the service: the listening loop on the car's sound devices."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from device.audio.sound_check import SoundCheck
from device.errors import DeviceError
from device.hardware import choose
from languages import load_language
from voice.loop.phrases import fixed_phrases

if TYPE_CHECKING:
    from device.assistant.conversation import Conversation
    from device.screen.scene import Scene
    from device.service.journal import Journal
    from device.settings import Settings
    from voice.loop.listen import Listener

log = logging.getLogger("xiaogao")

_PREPARE_EVERY_S = 2.0
_DOING = {
    "wake": "listening",
    "speech_start": "listening",
    "wake_rejected": "waiting",
    "endpoint": "thinking",
    "answer": "speaking",
    "speak_start": "speaking",
    "speak_end": "waiting",
}


class Listening:
    """Runs the loop that hears and answers.

    Parameters
    ----------
    conversation : Conversation or None
        What answers; None without a region.
    settings : Settings
        Which devices, voices and language.
    journal : Journal
        Told of what fails and what happens.
    scene : Scene, optional
        Told every event of the loop, for a screen.
    """

    def __init__(
        self,
        conversation: Conversation | None,
        settings: Settings,
        journal: Journal,
        scene: Scene | None = None,
    ) -> None:
        self._scene = scene
        self._conversation = conversation
        self._settings = settings
        self._journal = journal
        self._health = journal.health
        self.listener: Listener | None = None
        """The loop while it runs."""

    async def listen(self) -> None:
        """Run the listening loop on the microphone; while there is none, it waits for one and says so."""
        from device.audio.listening import listen_to_microphone

        assert self._conversation is not None
        try:
            await listen_to_microphone(
                self._conversation,
                emit=self._happened,
                started=self._started,
                problem=self._problem,
                recovered=self._recovered,
                heard=self._scene.meter.take if self._scene is not None else lambda _sound: None,
            )
        finally:
            self.listener = None

    async def say_no_map(self) -> None:
        """Say why nothing is answered; the loop does not run without a region."""
        from device.audio.speaker import Speaker
        from device.engine.engines import make_engines

        language = "en" if self._settings.speech.language == "en" else "zh"
        words = load_language(language).replies.say("service.no_map")
        engines = make_engines(self._settings)
        speaker = Speaker(self._settings.listening.speaker, problem=self._journal.tell)
        try:
            for clip in await asyncio.to_thread(list, engines.synthesizer.speak(words, language)):
                speaker.play(clip)
                await asyncio.sleep(clip.duration_s)
        except DeviceError as error:
            self._journal.failed("speech", error)
        finally:
            speaker.close()
            await asyncio.to_thread(engines.close)

    async def prepare_speech(self) -> None:
        """Make fixed phrases and the coming prompts beforehand, while nothing is heard or said."""
        assert self._conversation is not None
        driving = self._conversation.assistant.driving
        kept_loaded = not choose(self._settings.engines.profile).profile.unload_when_idle
        while True:
            await asyncio.sleep(_PREPARE_EVERY_S)
            if self.listener is not None and self.listener.idle and (kept_loaded or driving.guiding):
                ahead = [(text, driving.language) for text in driving.texts_ahead()]
                await self._conversation.prepare([*ahead, *fixed_phrases()])

    def devices(self) -> dict[str, str | None]:
        """Return which devices are in use."""
        check = self._conversation.sound_check if self._conversation else None
        return check.devices() if isinstance(check, SoundCheck) else {}

    def _started(self, listener: Listener) -> None:
        self.listener = listener
        self._health.listening = "waiting"

    def _happened(self, event: dict[str, Any]) -> None:
        """Follow the loop's events for the status; words stay out of the log."""
        if self._scene is not None:
            self._scene.heard(event)
        self._health.listening = _DOING.get(event["event"], self._health.listening)
        if event["event"] in {"problem", "recovered"}:
            log.warning("%s: %s", event["event"], event["problem"])
            self._health.errors.append(f"{event['event']}: {event['problem']}"[:300])

    def _problem(self, what: str) -> None:
        self._health.listening = f"no sound: {what}"
        if self.listener is not None:
            self.listener.notice(what)

    def _recovered(self, what: str) -> None:
        self._health.listening = "waiting"
        if self.listener is not None:
            self.listener.recovered(what)
