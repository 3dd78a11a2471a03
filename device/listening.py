"""The listening loop with everything attached: microphone or recording, engines, agent, loudspeaker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from device.assistant import Assistant
from device.errors import DeviceError
from device.models import ModelStore
from voice.asr import Transcript
from voice.ears import NeuralEars
from voice.listen import Event, Listener, ListenSettings, Reply
from voice.mouth import Player
from voice.phrases import fixed_phrases, phrase
from voice.tts import Clip
from voice.vad import SpeechDetector
from voice.wake import WakeDetector

if TYPE_CHECKING:
    from collections.abc import Sequence

Samples = npt.NDArray[np.float32]
Position = tuple[float, float]

_END = object()


class AssistantEngines:
    """The agent's engine processes behind the coroutines that the loop wants.

    Parameters
    ----------
    assistant : Assistant
        Region, agent and engines.
    position : callable
        Where the car is now, or None.
    problem : callable
        Told in words when an engine fails; the loop goes on without it.
    """

    def __init__(
        self,
        assistant: Assistant,
        position: Callable[[], Position | None],
        problem: Callable[[str], None] | None = None,
    ) -> None:
        self._assistant, self._position = assistant, position
        self._problem = problem or (lambda _: None)

    async def recognise(self, samples: Samples, likely: str | None) -> Transcript:
        """Speech to text; a failed engine hears nothing, and says so."""
        hints = self._assistant.hints(self._position())
        recogniser = self._assistant.engines.recogniser
        try:
            return await asyncio.to_thread(recogniser.transcribe, samples, hints=hints, likely=likely)
        except DeviceError as error:
            self._problem(str(error))
            return Transcript(text="", language=likely or "zh", confidence=0.0, note="failed")

    async def respond(self, transcript: Transcript) -> Reply:
        """Understand and act."""
        turn = await asyncio.to_thread(
            self._assistant.read,
            transcript.text,
            self._position(),
            transcript.language,
            tuple(transcript.alternatives),
        )
        return Reply(
            text=turn.answer.reply,
            language=turn.answer.language,
            asks_back=turn.answer.outcome == "ask_back",
            details=turn.to_dict(),
        )

    async def speak(self, text: str, language: str) -> AsyncIterator[Clip]:
        """Text to speech; without a voice the loop stays silent and says why in its events."""
        clips: Iterator[Clip] = self._assistant.speak(text, language)
        while True:
            try:
                clip = await asyncio.to_thread(next, clips, _END)
            except DeviceError as error:
                self._problem(f"{phrase('no_voice', 'en')} {error}")
                return
            if not isinstance(clip, Clip):
                return
            yield clip

    async def warm(self, phrases: Sequence[tuple[str, str]] | None = None) -> None:
        """Start the engines and make the fixed phrases, so that the first request is quick."""
        await self.recognise(np.zeros(16_000, np.float32), None)
        for text, language in fixed_phrases() if phrases is None else phrases:
            async for _ in self.speak(text, language):
                pass


class SilentPlayer:
    """Plays nothing; the loop keeps the time. Clips can be kept, for a recording of both sides."""

    def __init__(self, taken: Callable[[Clip], None] | None = None) -> None:
        self._taken = taken

    def play(self, clip: Clip) -> None:
        """Take a clip."""
        if self._taken is not None:
            self._taken(clip)

    def stop(self) -> None:
        """Nothing plays, nothing stops."""


def open_ears(store: ModelStore | None = None) -> NeuralEars:
    """The speech detector and the wake word, from the model store.

    Raises
    ------
    ModelMissing
        If the wake-word features are not installed.
    """
    store = store or ModelStore()
    return NeuralEars(SpeechDetector(), WakeDetector.open(Path(store.path("wake-features"))))


async def listen(
    assistant: Assistant,
    sound: AsyncIterator[Samples],
    *,
    emit: Callable[[Event], None],
    player: Player,
    position: Callable[[], Position | None],
    barge_in: bool,
    lockstep: bool = False,
    started: Callable[[Listener], None] | None = None,
    ears: NeuralEars | None = None,
) -> None:
    """Run the loop until the sound ends.

    Parameters
    ----------
    assistant : Assistant
        Region, agent and engines.
    sound : async iterator of float32 arrays
        Mono at 16 kHz.
    emit : callable
        Takes every event.
    player : Player
        Where replies are played.
    position : callable
        Where the car is now.
    barge_in : bool
        Whether speech over our own voice stops it.
    lockstep : bool
        Whether the stream waits for the engines (a recording faster than life).
    started : callable, optional
        Gets the loop once it runs, to hand it manoeuvre prompts.
    ears : NeuralEars, optional
        By default from the model store.
    """
    ears = ears or open_ears()
    problems: list[str] = []
    engines = AssistantEngines(assistant, position, problems.append)
    await engines.warm()
    opened = time.monotonic()
    settings = ListenSettings(
        wake=ears.wake_settings,
        follow_up_ms=int(assistant.settings.listening.follow_up_s * 1000),
        barge_in=barge_in,
        lockstep=lockstep,
    )
    listener = Listener(
        ears=ears,
        engines=engines,
        player=player,
        emit=emit,
        settings=settings,
        clock=None if lockstep else lambda: round((time.monotonic() - opened) * 1000),
    )
    if started is not None:
        started(listener)
    async for block in sound:
        await listener.push(block)
        while problems:
            listener.notice(problems.pop(0))
    await listener.finish()


def event_line(event: dict[str, Any]) -> str:
    """One event for a person to read."""
    rest = {key: value for key, value in event.items() if key not in {"event", "t_ms"}}
    if event["event"] == "answer":
        rest = {"reply": rest.get("reply", ""), "intent": (rest.get("intent") or {}).get("kind", "")}
    if event["event"] == "transcript":
        rest = {"text": rest.get("text", ""), "language": rest.get("language", "")}
    shown = "  ".join(f"{key}={value}" for key, value in rest.items())
    return f"{event['t_ms'] / 1000:8.2f} s  {event['event']:<13} {shown}"
