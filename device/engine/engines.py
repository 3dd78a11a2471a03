"""The three engines of the agent, each in a process of its own: recognition, language, speech."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from agent.errors import ModelTimeout, ModelUnavailable
from device.engine.call import Call
from device.engine.process import EngineProcess, EngineSpec
from device.errors import DeviceError, EngineCrashed, EngineFailed, EngineHung, EngineTimeout
from device.hardware import Profile, choose
from device.settings import EngineSettings, Settings
from device.store.models import ModelStore
from nav.packs.paths import cache_home

if TYPE_CHECKING:
    from voice.asr.recognizer import Transcript
    from voice.tts.synthesizer import Clip, VoiceInfo

_ASR_LIMIT_S = 30.0
_TTS_CLAUSE_LIMIT_S = 20.0
_VOLUME_STEP, _LOWEST_VOLUME = 0.2, 0.1
_GRACE_S = 0.8
"""The model ends by itself at its limit and stays warm; only one that hangs longer is killed."""

_PIPER_VOICES = ("piper-en-joe", "piper-zh-huayan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The engine processes of one agent; each starts when it is first needed."""

    recogniser: RemoteRecogniser
    """Speech to text."""

    language_model: RemoteLanguageModel | None
    """Language model; None where the profile or the settings leave it out."""

    synthesizer: RemoteSynthesizer
    """Text to speech."""

    def close(self) -> None:
        """End every engine process for good; none of them starts again."""
        for engine in (self.recogniser, self.language_model, self.synthesizer):
            if engine is not None:
                engine.close()


def make_engines(settings: Settings, store: ModelStore | None = None) -> Engines:
    """Describe the engines that the settings and the hardware profile ask for; nothing is started yet."""
    store = store or ModelStore()
    profile = choose(settings.engines.profile).profile
    language_model = settings.engines.language_model or profile.language_model
    return Engines(
        recogniser=RemoteRecogniser(store, settings.engines, profile),
        language_model=None
        if language_model == "none"
        else RemoteLanguageModel(store, language_model, profile, settings.engines.language_model_limit_s),
        synthesizer=RemoteSynthesizer(store, settings, profile),
    )


class RemoteEngine:
    """An engine whose process is described at its first use, so that a missing model is an error then."""

    def __init__(self, describe: Callable[[], EngineSpec]) -> None:
        self._describe = describe
        self._process: EngineProcess | None = None
        self._making = threading.Lock()
        self._closed = False
        self.left_out = ""
        """Why it must not run now, in words; empty when it may."""

    @property
    def process(self) -> EngineProcess:
        """The engine process.

        Raises
        ------
        ModelMissing, ModelDamaged
            What it needs is not installed.
        """
        with self._making:
            if self._process is None:
                self._process = EngineProcess(self._describe())
                if self._closed:
                    self._process.close()
            return self._process

    def warm(self) -> None:
        """Start the process without waiting for it; see `EngineProcess.start`."""
        if not self.left_out:
            self.process.start()

    def close(self) -> None:
        """End the process, if there is one, for good: whoever still calls it gets an error."""
        self._closed = True
        if self._process is not None:
            self._process.close()


class RemoteRecogniser(RemoteEngine):
    """`voice.asr.recognition.Recognition` in its own process."""

    def __init__(self, store: ModelStore, settings: EngineSettings, profile: Profile) -> None:
        model = settings.speech_recognition or profile.speech_recognition
        super().__init__(
            lambda: EngineSpec(
                name="speech recognition",
                factory="voice.asr.recognition:Recognition",
                options={
                    "model_dir": str(store.path(model)),
                    "cpu_threads": profile.speech_threads,
                    "compute_type": profile.speech_compute_type,
                },
                call_limit_s=_ASR_LIMIT_S,
                memory_limit_bytes=profile.engine_memory_mb << 20,
            )
        )

    def transcribe(
        self,
        samples: npt.NDArray[np.float32],
        *,
        hints: Sequence[str] = (),
        language: str | None = None,
        likely: str | None = None,
        call: Call | None = None,
    ) -> Transcript:
        """See `voice.asr.recognizer.Recognizer.transcribe`; also raises EngineFailed.

        The words were said: where the process ends or hangs over them, a new one hears them once more. By
        `call` they may be given up, because the speaker goes on.
        """
        from voice.asr.recognizer import Transcript

        request = functools.partial(
            self.process.request,
            "transcribe",
            samples=samples,
            hints=list(hints),
            language=language,
            likely=likely,
            call=call or Call(),
        )
        try:
            values = request()
        except (EngineCrashed, EngineHung):
            values = request()
        if values is None:
            return Transcript(text="", language=language or likely or "zh", confidence=0.0, note="dropped")
        return Transcript.from_dict(values)

    def weigh_call(self, samples: npt.NDArray[np.float32]) -> list[float] | None:
        """See `voice.asr.engine.SpeechEngine.weigh_call`; also raises EngineFailed."""
        weighed: list[float] | None = self.process.request("weigh_call", samples=samples)
        return weighed


class RemoteLanguageModel(RemoteEngine):
    """`LocalModel` in its own process; implements `LanguageModel` of `agent.understanding`."""

    def __init__(self, store: ModelStore, model: str, profile: Profile, limit_s: float) -> None:
        self._limit_s = limit_s
        """Which start of the process has answered once, so that its prompt prefix is read."""
        super().__init__(
            lambda: EngineSpec(
                name="language model",
                factory="agent.understanding.local_model:LocalModel",
                options={"gguf": str(store.path(model) / "model.gguf"), "threads": profile.language_threads},
                call_limit_s=limit_s,
                memory_limit_bytes=profile.engine_memory_mb << 20,
            )
        )

    def complete(
        self,
        prompt: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 128,
        temperature: float = 0.0,
        timeout_s: float | None = None,
    ) -> str:
        """See `agent.understanding.language_model.LanguageModel.complete`."""
        text = self._ask(
            "complete",
            self._limit_s if timeout_s is None else timeout_s,
            prompt=prompt,
            grammar=grammar,
            max_tokens=max_tokens,
            temperature=temperature,
        )
        return str(text)

    def _ask(self, method: str, limit_s: float, **arguments: Any) -> Any:
        """Call the engine; a model that is still being loaded goes on loading, and is asked the next time."""
        if self.left_out:
            raise ModelUnavailable(self.left_out)
        deadline = time.monotonic() + limit_s
        try:
            if not self.process.await_ready(limit_s):
                raise ModelTimeout("the language model is still being loaded")
            left_s = max(0.0, deadline - time.monotonic())
            return self.process.request(method, limit_s=left_s + _GRACE_S, timeout_s=left_s, **arguments)
        except EngineTimeout as error:
            raise ModelTimeout(str(error)) from None
        except DeviceError as error:
            raise ModelUnavailable(str(error)) from None


class RemoteSynthesizer(RemoteEngine):
    """`Synthesizer` in its own process, with the voice, speed and volume of the settings."""

    def __init__(self, store: ModelStore, settings: Settings, profile: Profile) -> None:
        self._speech = settings.speech
        self.volume = settings.speech.volume
        """Loudness of what is spoken from now on, 0 to 1; a driver changes it by voice."""
        self._profile = profile
        super().__init__(lambda: _speech_spec(store, profile))

    def warm(self) -> None:
        """Start the process without waiting for it, and have the voices loaded whenever it starts."""
        if not self._profile.unload_when_idle:
            voices = {"zh": self._speech.voice_zh or None, "en": self._speech.voice_en or None}
            spec = self.process.spec
            self.process.spec = replace(spec, options={**spec.options, "load": voices})
        super().warm()

    def change_volume(self, change: str, level: int | None) -> None:
        """Carry out what a driver asked for: up, down, max, min, mute, unmute, or a level in per cent."""
        steps = {
            "up": self.volume + _VOLUME_STEP,
            "down": max(_LOWEST_VOLUME, self.volume - _VOLUME_STEP),
            "max": 1.0,
            "min": _LOWEST_VOLUME,
            "mute": 0.0,
            "unmute": self._speech.volume or 1.0,
            "set": (level if level is not None else 100) / 100,
        }
        self.volume = min(1.0, max(0.0, steps.get(change, self.volume)))

    def speak(self, text: str, language: str, *, voice: str | None = None) -> Generator[Clip, None, None]:
        """See `Synthesizer.speak`; after a crash it goes on once from the clause that broke off."""
        from voice.tts.normalise import sentences

        chosen = voice or (self._speech.voice_zh if language == "zh" else self._speech.voice_en) or None
        # One at a time: a sentence that was finished comes from the cache in one piece the next time.
        for sentence in sentences(text):
            yield from self._sentence(sentence, language, chosen)

    def _sentence(self, text: str, language: str, voice: str | None) -> Generator[Clip, None, None]:
        from voice.tts.synthesizer import Clip

        done = 0
        for last_try in (False, True):
            clips = self.process.stream(
                "speak",
                text=text,
                language=language,
                voice=voice,
                speed=self._speech.speed,
                volume=self.volume,
            )
            try:
                for number, values in enumerate(clips):
                    if number >= done:
                        done += 1
                        yield Clip.from_dict(values)
                return
            except EngineFailed:
                if last_try:
                    raise
            finally:
                clips.close()

    def break_off(self) -> None:
        """See `EngineProcess.break_off`; never loads anything."""
        if self._process is not None:
            self._process.break_off()

    def voices(self) -> list[VoiceInfo]:
        """See `voice.tts.synthesizer.Synthesizer.voices`."""
        from voice.tts.synthesizer import VoiceInfo

        return [VoiceInfo(**values) for values in self.process.request("voices")]


def _speech_spec(store: ModelStore, profile: Profile) -> EngineSpec:
    kokoro = store.installed("kokoro") and store.installed("kokoro-voices")
    piper: list[Path] = []
    for name in _PIPER_VOICES:
        if store.installed(name):
            piper += sorted(store.path(name).glob("*.onnx"))
    if not kokoro and not piper:
        store.path("kokoro-voices")  # says which model is missing
    return EngineSpec(
        name="speech",
        factory="voice.tts.synthesizer:Synthesizer",
        options={
            "kokoro_model": str(store.path("kokoro") / "model.onnx") if kokoro else None,
            "kokoro_voices": str(store.path("kokoro-voices")) if kokoro else None,
            "piper_voices": [str(path) for path in piper],
            "cache_dir": str(cache_home() / "speech"),
            "threads": profile.synthesis_threads,
        },
        call_limit_s=_TTS_CLAUSE_LIMIT_S,
        memory_limit_bytes=profile.engine_memory_mb << 20,
    )


def is_ready(engine: RemoteEngine) -> dict[str, Any]:
    """Return what is known about an engine without starting it, for health and doctor."""
    try:
        process = engine.process
    except DeviceError as error:
        return {"state": "missing", "error": str(error), "pid": None, "starts": 0, "failures": 0}
    health = process.health
    state = "running" if process.ready else "loading" if process.pid else "idle"
    return {
        "state": "left out" if engine.left_out else state,
        "error": engine.left_out or health.last_error,
        "pid": process.pid,
        "starts": health.starts,
        "failures": health.failures,
    }
