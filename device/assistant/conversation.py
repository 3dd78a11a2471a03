"""The assistant as the listening loop wants it: recognise, respond, speak, none of them holding the loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from device.assistant.assistant import Assistant, Turn
from device.assistant.voice_turns import VoiceTurn, VoiceTurns
from device.engine.call import Call
from device.errors import DeviceError
from voice.asr.confidence import decide
from voice.asr.recognizer import Transcript
from voice.loop.engines import Reply
from voice.loop.phrases import fixed_phrases, opened, phrase
from voice.loop.playback import Priority
from voice.tts.normalise import sentences
from voice.tts.synthesizer import Clip

Samples = npt.NDArray[np.float32]
Position = tuple[float, float]

_PREPARED = 500
"""So many sayings are remembered as made beforehand."""

if TYPE_CHECKING:
    from agent import Answer
    from agent.actions.session import Session
    from nav.guidance.guide import Guide


class Conversation:
    """Implements `voice.loop.engines.Engines`.

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
        self.assistant = assistant
        self.problem: Callable[[str], None] = lambda _what: None
        """Told in words when an engine fails; the loop goes on without it."""
        self.recovered: Callable[[str], None] = lambda _what: None
        """Told the same words when the engine works again."""
        self._failures: dict[str, str] = {}
        """What is wrong with each engine now."""
        self.sound_check: Callable[[str], Awaitable[str]] | None = None
        """Tries speaker and microphone and says in the given language what it found; None without a loop."""
        self.show: Callable[[dict[str, Any]], None] = lambda _view: None
        """Moves the map of the screens as an answer says."""
        self._position = position
        self._answered = answered
        self._one_at_a_time = asyncio.Lock()
        self._turns = VoiceTurns(self._break_off_speech)
        self._before: tuple[Transcript, Session] | None = None
        """The last spoken request, and what the conversation stood at before it."""
        self._drive_before: Guide | None = None
        """What was driven when the last answer was carried out."""
        self._prepared: set[tuple[str, str]] = set()
        self._closing: set[asyncio.Task[None]] = set()

    async def recognise(self, samples: Samples, likely: str | None) -> Transcript:
        """Speech to text; a failed engine hears nothing, and says so. Cancelled, it frees the engine."""
        hints = self.assistant.hints(self._position())
        hear, call = self.assistant.engines.recogniser.transcribe, Call()
        try:
            transcript = await asyncio.to_thread(hear, samples, hints=hints, likely=likely, call=call)
            self._works("recognition")
            return transcript
        except asyncio.CancelledError:
            call.give_up()
            raise
        except DeviceError as error:
            self._fails("recognition", str(error))
            return Transcript(text="", language=likely or "zh", confidence=0.0, note="failed")

    async def weigh_call(self, samples: Samples) -> Sequence[float] | None:
        """How probable the call is to the recogniser; None if it failed, which is said."""
        recogniser = self.assistant.engines.recogniser
        try:
            return await asyncio.to_thread(recogniser.weigh_call, samples)
        except DeviceError as error:
            self._fails("recognition", str(error))
            return None

    def _fails(self, engine: str, what: str) -> None:
        self._failures[engine] = what
        self.problem(what)

    def _works(self, engine: str) -> None:
        if what := self._failures.pop(engine, ""):
            self.recovered(what)

    async def respond(
        self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
    ) -> Reply | None:
        """Understand, act and find the words; None for talk that was not meant for us."""
        position = self._position()
        async with self._one_at_a_time:
            heard = await asyncio.to_thread(self._in_sense, transcript, replaces, position)
        if not addressed:
            surely = min(transcript.confidence, heard.confidence)  # good sense makes no talk a request
            heard_clearly = decide(surely, heard.language) == "carry_out"
            if not heard_clearly or not await self._is_request(heard.text, heard.language):
                return None
        turn = await self._think(lambda: self.assistant.respond(heard, position))
        answer = turn.answer
        return Reply(
            text=answer.reply,
            language=answer.language,
            asks_back=answer.asks,
            understood=turn.doubted or _was_understood(answer),
            details=turn.to_dict(),
            carry_out=lambda: self._carry_out(turn),
            take_back=lambda: self.assistant.driving.go_back(self._drive_before),
        )

    def _in_sense(
        self, transcript: Transcript, replaces: Transcript | None, position: Position | None
    ) -> Transcript:
        """What makes most sense of it; what replaces the last request is read as if that were not said."""
        session = self.assistant.agent.session
        if self._before is not None and self._before[0] is replaces:
            session.restore(self._before[1])
        self._before = transcript, session.copy()
        return self.assistant.in_sense(transcript, position)

    async def is_whole(self, transcript: Transcript) -> bool:
        """Whether it is read with certainty as something that can be done; the reader keeps the reading."""
        return await self._is_request(transcript.text, transcript.language)

    async def _is_request(self, text: str, language: str) -> bool:
        async with self._one_at_a_time:
            return await asyncio.to_thread(
                self.assistant.agent.is_request, text, language=language, position=self._position()
            )

    async def read(self, text: str, language: str | None = None, alternatives: tuple[str, ...] = ()) -> Turn:
        """Answer text; begin or end the drive as the answer says."""
        turn = await self._think(lambda: self.assistant.read(text, self._position(), language, alternatives))
        self._carry_out(turn)
        return turn

    async def _think(self, find: Callable[[], Turn]) -> Turn:
        """Find the answer; nothing is done about it yet, since the driver may still take it back."""
        async with self._one_at_a_time:
            turn = await asyncio.to_thread(find)
        if (turn.answer.volume or {}).get("change") == "test":
            turn.answer = replace(turn.answer, reply=await self._checked_sound(turn.answer.language))
        return turn

    def _carry_out(self, turn: Turn) -> None:
        """Do what the answer says: volume, what the screen shows, beginning and end of the drive."""
        volume = turn.answer.volume
        if volume is not None and volume.get("change") != "test":
            self.assistant.engines.synthesizer.change_volume(**volume)
        if turn.answer.view is not None:
            self.show(turn.answer.view)
        driving = self.assistant.driving
        self._drive_before = driving.mark()
        if turn.answer.end_guidance:
            driving.end()
        if turn.answer.route is not None:
            driving.begin(turn.answer.route, turn.answer.language)
        if self._answered is not None:
            self._answered(turn)

    async def _checked_sound(self, language: str) -> str:
        from device.audio.sound_check import words

        if self.sound_check is None:
            return words("no_devices", language)
        return await self.sound_check(language)

    async def speak(self, text: str, language: str, *, urgent: bool = False) -> AsyncGenerator[Clip, None]:
        """Text to speech, clause by clause; without a voice nothing is said, and the loop says why.

        What is urgent takes the voice from whatever is being made, which then goes on from where it was.
        """
        try:
            async with self._turns.take(Priority.PROMPT if urgent else Priority.ANSWER) as turn:
                opening, rest = opened(text, language)
                for sentence in filter(None, (opening, *sentences(rest))):
                    async with contextlib.aclosing(self._sentence(sentence, language, turn)) as clips:
                        async for clip in clips:
                            yield clip
            self._works("speech")
        except DeviceError as error:
            self._fails("speech", f"{phrase('no_voice', 'en')} {error}")

    async def _sentence(self, text: str, language: str, turn: VoiceTurn) -> AsyncGenerator[Clip, None]:
        """Make a sentence; after something more urgent from the stretch where it was left."""
        done = 0
        while True:
            number = 0
            async with contextlib.aclosing(self._made(text, language)) as clips:
                async for clip in clips:
                    number += 1
                    if number > done:
                        done = number
                        yield clip
                    if turn.broken_off:
                        break
            if not turn.broken_off:
                return
            await self._turns.give_way(turn)

    async def prepare(self, sayings: Sequence[tuple[str, str]]) -> None:
        """Make what will have to be said in a hurry, while the voice has nothing else to do.

        Parameters
        ----------
        sayings : sequence of (text, language)
            What was made before is not made again.
        """
        for saying in sayings:
            if self._turns.taken or saying in self._prepared:
                continue
            try:
                async with (
                    self._turns.take(Priority.BEFOREHAND) as turn,
                    contextlib.aclosing(self._made(*saying)) as clips,
                ):
                    async for _ in clips:
                        if turn.broken_off:
                            break
            except DeviceError:
                return  # it is said when there is something to say
            if not turn.broken_off:
                if len(self._prepared) >= _PREPARED:
                    self._prepared.clear()
                self._prepared.add(saying)

    def _break_off_speech(self) -> None:
        self.assistant.engines.synthesizer.break_off()

    async def _made(self, text: str, language: str) -> AsyncGenerator[Clip, None]:
        clips = self.assistant.speak(text, language)
        end = object()
        making: asyncio.Task[Any] | None = None
        try:
            while True:
                making = asyncio.create_task(asyncio.to_thread(next, clips, end))
                clip = await asyncio.shield(making)
                if not isinstance(clip, Clip):
                    return
                yield clip
        finally:
            closing = asyncio.create_task(_close(clips, making))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            await asyncio.shield(closing)

    async def warm(self) -> None:
        """Start the engines and make the fixed phrases, so that the first request is quick."""
        with contextlib.suppress(DeviceError):  # it is said when there is something to say
            await asyncio.to_thread(self.assistant.engines.synthesizer.warm)
        await self.recognise(np.zeros(16_000, np.float32), None)
        await self.prepare(fixed_phrases())
        await asyncio.to_thread(self.assistant.agent.warm)


async def _close(clips: Generator[Clip, None, None], making: asyncio.Task[Any] | None) -> None:
    """Close a generator that may still run in another thread: until it is closed it keeps the engine."""
    if making is not None:
        await asyncio.wait([making])
        if not making.cancelled():
            making.exception()
    await asyncio.to_thread(clips.close)


def _was_understood(answer: Answer) -> bool:
    """Whether an answer rests on more than a guess."""
    return bool(answer.intents) and answer.outcome != "not_understood" and answer.understood_by != "llm"
