"""The assistant as the listening loop wants it: recognise, respond, speak, none of them holding the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import numpy.typing as npt

from device.assistant import Assistant, Turn
from device.errors import DeviceError
from voice.asr import Transcript
from voice.errors import VoiceFailed
from voice.listen import Reply
from voice.tts import Clip

Samples = npt.NDArray[np.float32]
Position = tuple[float, float]


class Conversation:
    """Implements `voice.listen.Engines`.

    Parameters
    ----------
    assistant : Assistant
        What answers; its engines run in child processes.
    position : callable
        Gives the newest position of the car, or None.
    answered : callable, optional
        Told every turn, on the event loop.
    """

    def __init__(
        self,
        assistant: Assistant,
        position: Callable[[], Position | None],
        answered: Callable[[Turn], None] | None = None,
    ) -> None:
        self._assistant = assistant
        self._position = position
        self._answered = answered
        self._one_at_a_time = asyncio.Lock()

    async def recognise(self, samples: Samples, likely: str | None) -> Transcript:
        """Speech to text.

        Raises
        ------
        VoiceFailed
            Speech recognition is missing or failed.
        """
        hints = self._assistant.hints(self._position())
        try:
            return await asyncio.to_thread(
                self._assistant.engines.recogniser.transcribe, samples, hints=hints, likely=likely
            )
        except DeviceError as error:
            raise VoiceFailed(str(error)) from None

    async def respond(self, transcript: Transcript) -> Reply:
        """Understand, act and find the words."""
        turn = await self.read(transcript.text, transcript.language, transcript.alternatives)
        return Reply(
            text=turn.answer.reply,
            language=turn.answer.language,
            asks_back=turn.answer.outcome == "ask_back",
            details=turn.to_dict(),
        )

    async def read(self, text: str, language: str | None = None, alternatives: tuple[str, ...] = ()) -> Turn:
        """Answer text; begin or end the drive as the answer says."""
        async with self._one_at_a_time:
            turn = await asyncio.to_thread(
                self._assistant.read, text, self._position(), language, alternatives
            )
        driving = self._assistant.driving
        if turn.answer.end_guidance:
            driving.end()
        if turn.answer.route is not None:
            driving.begin(turn.answer.route, turn.answer.language)
        if self._answered is not None:
            self._answered(turn)
        return turn

    async def speak(self, text: str, language: str) -> AsyncIterator[Clip]:
        """Text to speech, clause by clause.

        Raises
        ------
        VoiceFailed
            No voice can speak it.
        """
        clips = self._assistant.speak(text, language)
        end = object()
        try:
            while (clip := await asyncio.to_thread(next, clips, end)) is not end:
                assert isinstance(clip, Clip)
                yield clip
        except DeviceError as error:
            raise VoiceFailed(str(error)) from None
        finally:
            await asyncio.shield(asyncio.to_thread(clips.close))
