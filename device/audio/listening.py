"""The listening loop with everything attached: microphone or recording, engines, agent, loudspeaker."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from device.assistant.conversation import Conversation
from device.store.models import ModelStore
from voice.loop.ears import NeuralEars
from voice.loop.listen import Event, Listener
from voice.loop.playback import Player
from voice.loop.settings import ListenSettings
from voice.loop.vad import SpeechDetector
from voice.tts.synthesizer import Clip
from voice.wake.detector import WakeDetector

Samples = npt.NDArray[np.float32]


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
    conversation: Conversation,
    sound: AsyncIterator[Samples],
    *,
    emit: Callable[[Event], None],
    player: Player,
    barge_in: bool,
    lockstep: bool = False,
    warm: bool = True,
    started: Callable[[Listener], None] | None = None,
    ears: NeuralEars | None = None,
) -> None:
    """Run the loop until the sound ends.

    Parameters
    ----------
    conversation : Conversation
        The assistant as the loop wants it.
    sound : async iterator of float32 arrays
        Mono at 16 kHz.
    emit : callable
        Takes every event.
    player : Player
        Where replies are played.
    barge_in : bool
        Whether speech over our own voice stops it.
    lockstep : bool
        Whether the stream waits for the engines (a recording faster than life).
    warm : bool
        Whether to wait until the engines are warm before the first sound.
    started : callable, optional
        Gets the loop once it runs, to hand it manoeuvre prompts.
    ears : NeuralEars, optional
        By default from the model store.
    """
    ears = ears or open_ears()
    problems: list[str] = []
    conversation.problem = problems.append
    if warm:
        await conversation.warm()
    settings = ListenSettings(
        wake=ears.wake_settings,
        follow_up_ms=int(conversation.assistant.settings.listening.follow_up_s * 1000),
        barge_in=barge_in,
        lockstep=lockstep,
    )
    clock = None if lockstep else _stopwatch()
    listener = Listener(
        ears=ears, engines=conversation, player=player, emit=emit, settings=settings, clock=clock
    )
    for problem in problems:
        listener.notice(problem)
    conversation.problem, conversation.recovered = listener.notice, listener.recovered
    if started is not None:
        started(listener)
    async for block in sound:
        await listener.push(block)
    await listener.finish()


async def _also_to(heard: Callable[[Samples], None], sound: AsyncIterator[Samples]) -> AsyncIterator[Samples]:
    async for block in sound:
        heard(block)
        yield block


def _stopwatch() -> Callable[[], int]:
    """Milliseconds since now."""
    opened = time.monotonic()
    return lambda: round((time.monotonic() - opened) * 1000)


async def listen_to_microphone(
    conversation: Conversation,
    *,
    emit: Callable[[Event], None],
    started: Callable[[Listener], None],
    problem: Callable[[str], None],
    recovered: Callable[[str], None],
    heard: Callable[[Samples], None],
) -> None:
    """Run the loop on the microphone and speaker of the settings; it waits for a device that is not there."""
    from device.audio.ducking import Ducking
    from device.audio.sound_check import SoundCheck
    from device.audio.speaker import Speaker
    from device.audio.streams import Microphone

    settings = conversation.assistant.settings
    chosen = settings.listening
    ducking = Ducking(settings.audio.duck_command, settings.audio.unduck_command, problem=problem)
    player = Speaker(chosen.speaker, problem=problem, recovered=recovered, duck=ducking)
    microphone = Microphone(chosen.microphone, problem=problem, recovered=recovered, other=player)
    conversation.sound_check = SoundCheck(microphone, player, echo_cancelled=chosen.echo_cancelled)
    try:
        await listen(
            conversation,
            _also_to(heard, microphone.blocks()),
            emit=emit,
            player=player,
            barge_in=chosen.echo_cancelled,
            warm=False,
            started=started,
        )
    finally:
        conversation.sound_check = None
        player.close()
        ducking.close()


def event_line(event: dict[str, Any]) -> str:
    """One event for a person to read."""
    rest = {key: value for key, value in event.items() if key not in {"event", "t_ms"}}
    if event["event"] == "answer":
        rest = {"reply": rest.get("reply", ""), "intent": (rest.get("intent") or {}).get("kind", "")}
    if event["event"] == "transcript":
        rest = {"text": rest.get("text", ""), "language": rest.get("language", "")}
    shown = "  ".join(f"{key}={value}" for key, value in rest.items())
    return f"{event['t_ms'] / 1000:8.2f} s  {event['event']:<13} {shown}"
