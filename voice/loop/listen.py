"""The listening loop: called, it listens, answers, can be interrupted, and listens on.

The loop is driven by frames of sound and does nothing by itself: engines are injected as coroutines, time
is the stream's or a given clock, and everything that happens leaves as an event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.asr.recognizer import Transcript
from voice.asr.text import without_call
from voice.errors import VoiceError
from voice.loop.ears import Ears, Recorder, frames
from voice.loop.endpoint import Endpointer, EndpointSettings
from voice.loop.phrases import is_stop, phrase
from voice.loop.playback import Playback, Player, Priority, Speech
from voice.loop.vad import FRAME_MS
from voice.tts.synthesizer import Clip
from voice.wake.detector import CHECK_AFTER_MS, SCORE_AFTER_MS, WakeHit, WakeSettings, is_call

Samples = npt.NDArray[np.float32]
Event = dict[str, Any]


class State(Enum):
    """What the loop is doing besides speaking."""

    WAITING = "waiting"
    RECORDING = "recording"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the agent answers."""

    text: str
    """Words to say; may be empty."""

    language: str
    """ "zh" or "en"."""

    asks_back: bool = False
    """Whether it is a question, so that the answer needs no call."""

    understood: bool = True
    """Whether the words were read with certainty; a question after a mere guess is no open question."""

    details: dict[str, Any] = field(default_factory=dict)
    """The object for the `answer` event."""

    carry_out: Callable[[], None] = lambda: None
    """Does on the device what it says, such as beginning the drive; only if the answer is given."""


class Engines(Protocol):
    """The heavy work, each call in a process of its own."""

    def recognise(self, samples: Samples, likely: str | None) -> Awaitable[Transcript]:
        """Speech to text."""
        ...

    def weigh_call(self, samples: Samples) -> Awaitable[Sequence[float] | None]:
        """`voice.wake.detector.FEATURES` of the sound before a call; None if the recogniser cannot tell."""
        ...

    def respond(self, transcript: Transcript, *, addressed: bool) -> Awaitable[Reply | None]:
        """Understand and act; None for talk that is no request, unless it was addressed to us."""
        ...

    def speak(self, text: str, language: str, *, urgent: bool) -> AsyncGenerator[Clip, None]:
        """Text to speech, clause by clause; what is urgent goes before what is being made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenSettings:
    """How the loop behaves."""

    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    """Patience with the speaker."""

    wake: WakeSettings | None = None
    """Decision values of the wake model; None trusts the first stage."""

    follow_up_ms: int = 5_000
    """How long one may go on without the call after an answer."""

    follow_up_question_ms: int = 9_000
    """The same after a question of ours."""

    pre_roll_ms: int = 600
    """Sound kept from before speech was noticed."""

    call_ms: int = 2_000
    """Sound before the call was noticed that the second stage looks at."""

    barge_in: bool = True
    """Whether speech over our own voice stops it; only where the echo is cancelled or cannot be heard."""

    barge_in_ms: int = 160
    """Speech needed for that."""

    resume_ms: int = 1_500
    """After an interruption by nothing, the answer goes on after this time."""

    greet_ms: int = 700
    """After the call, silence after which we say that we listen."""

    filler_ms: int = 1_200
    """After this time without an answer we say that we are at it."""

    lockstep: bool = False
    """Wait for every engine before the next frame, so that a recording gives the same events every time."""


class Listener:
    """One conversation over one stream of sound.

    Parameters
    ----------
    ears : Ears
        Judges frames.
    engines : Engines
        Recognise, respond, speak.
    player : Player
        Plays clips.
    emit : callable
        Takes every event: a dict with ``event`` and ``t_ms``.
    settings : ListenSettings
    clock : callable, optional
        Milliseconds on the clock of the events; by default the time of the stream.
    """

    def __init__(
        self,
        *,
        ears: Ears,
        engines: Engines,
        player: Player,
        emit: Callable[[Event], None],
        settings: ListenSettings | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.settings = settings or ListenSettings()
        self._ears, self._engines = ears, engines
        self._emit_event = emit
        self._recorder = Recorder()
        self._clock = clock or (lambda: self._recorder.now_ms)
        self.playback = Playback(player, self._emit)
        self._endpointer = Endpointer(self.settings.endpoint)
        self.state = State.WAITING
        self._rest = np.zeros(0, np.float32)
        self._tasks: set[asyncio.Task[None]] = set()
        self._called = False
        self._invited = self._asked = False
        self._greeted = True
        self._language = "zh"
        self._start_ms = 0
        self._follow_until_ms = -1
        self._follow_pending = 0
        self._barge_run_ms = 0
        self._talked_on = False
        self._resume_at_ms: int | None = None
        self._turn = self._turns = 0
        self._held: tuple[int, asyncio.Future[bool]] | None = None
        self._heard_until_ms = 0
        self._check: tuple[int, WakeHit] | None = None
        self._early: asyncio.Task[Transcript] | None = None
        self._problems: set[str] = set()
        self._failure = ""
        """What went wrong with the newest request; empty when it was answered."""
        self._proposal: tuple[str, str, int] | None = None

    async def push(self, samples: Samples) -> None:
        """Take more sound of the stream, of any length, 16 kHz mono float32."""
        # A driver that hiccups may hand on anything; one NaN would stay in the models for ever.
        sound = np.clip(np.nan_to_num(np.asarray(samples, np.float32)), -1.0, 1.0)
        ready, self._rest = frames(sound, self._rest)
        for frame in ready:
            await self._frame(frame)

    async def finish(self) -> None:
        """The stream has ended: answer what was said, and say it to the end."""
        silence = np.zeros(512, np.float32)
        for _ in range(120_000 // FRAME_MS):
            if self.idle:
                break
            await self._frame(silence)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=1.0)
        for task in list(self._tasks):
            task.cancel()

    def prompt(self, text: str, language: str, *, valid_ms: int = 4_000) -> None:
        """Say a manoeuvre prompt: over an answer, which goes on afterwards; never when out of date."""
        self._spawn(self._say(text, language, Priority.PROMPT, expires_ms=self._now() + valid_ms))

    def propose(self, text: str, language: str, *, valid_ms: int) -> None:
        """Say something unasked when nothing else is going on; then one may answer without the call."""
        self._proposal = text, language, self._now() + valid_ms

    def notice(self, problem: str) -> None:
        """Report that something is wrong, once until it is well again."""
        if problem not in self._problems:
            self._problems.add(problem)
            self._emit("problem", {"problem": problem})

    def recovered(self, problem: str) -> None:
        """Report that it is well again."""
        if problem in self._problems:
            self._problems.discard(problem)
            self._emit("recovered", {"problem": problem})

    @property
    def idle(self) -> bool:
        """Whether nothing is being heard, thought about or said."""
        return self.state == State.WAITING and not self.playback.busy and not self._tasks

    def _now(self) -> int:
        return self._recorder.now_ms

    def _emit(self, event: str, values: dict[str, Any]) -> None:
        self._emit_event({"event": event, "t_ms": self._clock(), **values})

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = f"{type(error).__name__}: {error}"
            self.notice(self._failure)
            if self.state != State.RECORDING:
                self.state = State.WAITING

    async def _settle(self) -> None:
        """In lockstep wait for the engines; otherwise let them run a little."""
        if not self.settings.lockstep:
            await asyncio.sleep(0)
            return
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _frame(self, frame: Samples) -> None:
        self._recorder.add(frame)
        now = self._now()
        self.playback.tick(now)
        if self._sounds_like_us():
            self._recorder.blank()
        heard = self._ears.hear(frame, masked=self.playback.sounding)
        if heard.wake is not None and self.state != State.RECORDING:
            self._take_call(heard.wake)
        elif self.state == State.RECORDING:
            self._record(heard.speech, now)
        else:
            self._overhear(heard.speech, now)
        self._keep_time(now)
        await self._settle()

    def _sounds_like_us(self) -> bool:
        """Whether the microphone hears our own voice, and nobody else can be told from it."""
        return self.playback.sounding and not self.settings.barge_in

    def _take_call(self, hit: WakeHit) -> None:
        now = self._now()
        self.playback.drop_answers()
        self._language = hit.language
        self._emit("wake", {"language": hit.language, "score": round(hit.score, 3)})
        self._begin(now, called=True, start_ms=now - self.settings.call_ms)
        if self.settings.wake is not None:
            self._check = (now, hit)

    async def _check_call(self, hit: WakeHit, samples: Samples, turn: int) -> None:
        """The second stage, while recording goes on."""
        assert self.settings.wake is not None
        features = await self._engines.weigh_call(samples)
        if is_call(hit, features, self.settings.wake):
            return
        if turn == self._turn and self.state == State.RECORDING:
            self._emit("wake_rejected", {"language": hit.language})
            self._close()

    def _begin(self, now: int, *, called: bool, start_ms: int, invited: bool = False) -> None:
        """Start recording an utterance; an answer that is still worked out waits for what comes of it.

        Invited is who called, or talks on with us; anyone else can only silence a prompt.
        """
        self._drop_held()
        if self.state == State.ANSWERING and not self.settings.lockstep:
            self._held = (self._turn, asyncio.get_running_loop().create_future())
        self._turns += 1
        self._turn = self._turns
        self._drop_early()
        self.state = State.RECORDING
        self._called, self._greeted = called, not called
        self._invited = called or invited
        self._start_ms = max(0, start_ms)
        self._follow_until_ms = -1
        self._endpointer.begin(now, after_call=called)

    def _record(self, probability: float, now: int) -> None:
        if self._sounds_like_us():
            self._endpointer.hold(FRAME_MS)
        elif self._endpointer.frame(probability, now):
            self._greeted = True
            self._emit("speech_start", {"start_ms": self._endpointer.started_ms})
        silence = self._endpointer.silence_ms(now)
        if self._early is not None and silence < self.settings.endpoint.early_ms:
            self._drop_early()
        if not self._greeted and silence >= self.settings.greet_ms:
            self._greeted = True
            self._spawn(self._say(phrase("listening", self._language), self._language, Priority.PROMPT))
        why = self._endpointer.ended(now)
        if why:
            self._end(why, now)
            return
        pausing = self._endpointer.heard_speech and silence >= self.settings.endpoint.early_ms
        if pausing and self._early is None:
            self._early = asyncio.get_running_loop().create_task(self._recognise())
            self._spawn(self._take_partial(self._early))

    async def _recognise(self) -> Transcript:
        samples = self._recorder.cut(self._start_ms)
        transcript = await self._engines.recognise(samples, self._language if self._called else None)
        alternatives = tuple(filter(None, map(without_call, transcript.alternatives)))
        return replace(transcript, text=without_call(transcript.text), alternatives=alternatives)

    async def _take_partial(self, early: asyncio.Task[Transcript]) -> None:
        try:
            transcript = await early
        except (asyncio.CancelledError, VoiceError):
            return
        if early is self._early and transcript.text:
            self._endpointer.partial(transcript.text, is_usual=transcript.is_usual)
            self._emit("partial", {"text": transcript.text, "language": transcript.language})

    def _drop_early(self) -> None:
        if self._early is not None:
            self._early.cancel()
        self._early = None

    def _end(self, why: str, now: int) -> None:
        """The utterance is over."""
        if why == "nothing":
            self._close()
            return
        self._emit("endpoint", {"why": why, "speech_end_ms": self._endpointer.last_speech_ms})
        self.state = State.ANSWERING
        self._heard_until_ms = self._endpointer.last_speech_ms
        # Someone who talked past the cap must pause before we take it for an interruption.
        self._talked_on = why == "cap"
        early, self._early = self._early, None
        work = early or asyncio.get_running_loop().create_task(self._recognise())
        self._spawn(self._answer(work, self._turn, cut=why == "cap"))

    async def _answer(self, recognition: asyncio.Task[Transcript], turn: int, *, cut: bool) -> None:
        transcript = await recognition
        if not await self._wanted(turn):
            return
        self._emit("transcript", transcript.to_dict())
        if not transcript.text:
            await self._nothing_heard(cut)
            return
        self._resume_at_ms = None
        speaking = self.playback.busy or self._held is not None
        if speaking and is_stop(transcript.text, asked=self._asked and self.playback.answering):
            self.playback.give_up()
            self._replace()
            self._close()
            return
        if not self._invited:
            self._ignore(transcript.text)
            return
        called = self._called
        addressed = called or self._asked
        filler = None
        if addressed and not self.settings.lockstep:
            filler = asyncio.get_running_loop().create_task(self._fill(turn))
        try:
            reply = await self._engines.respond(transcript, addressed=addressed)
        finally:
            if filler is not None:
                filler.cancel()
        if not await self._wanted(turn):
            return
        if reply is None:
            self._ignore(transcript.text)
            return
        self._language = transcript.language
        self._replace()
        reply.carry_out()
        self.recovered(self._failure)
        self._emit("answer", reply.details or {"reply": reply.text})
        self.state = State.WAITING
        self._asked = reply.asks_back and (called or reply.understood)
        self._follow_pending = (
            self.settings.follow_up_question_ms if reply.asks_back else self.settings.follow_up_ms
        )
        await self._say(reply.text, reply.language, Priority.ANSWER)

    async def _wanted(self, turn: int) -> bool:
        """Whether a turn's answer is still to be given; waits while newer speech may replace it."""
        while turn != self._turn:
            if self._held is None or self._held[0] != turn or not await self._held[1]:
                return False
        return True

    def _ignore(self, text: str) -> None:
        """Talk that was not meant for us: nothing is said, and what it broke off goes on."""
        self._emit("ignored", {"text": text})
        self._close()

    def _replace(self) -> None:
        """What was asked or is being said before this gives way to it."""
        self._drop_held()
        self.playback.drop_answers()

    def _drop_held(self) -> None:
        """The request before this one is replaced."""
        if self._held is not None and not self._held[1].done():
            self._held[1].set_result(False)
        self._held = None

    async def _nothing_heard(self, cut: bool) -> None:
        """Nothing intelligible: go on with what was being said, or ask again once after a call."""
        interrupted = self.playback.paused or self._held is not None
        called = self._called
        self._close()
        if interrupted:
            return
        if called or cut:
            self._asked = called
            self._follow_pending = self.settings.follow_up_ms
            await self._say(phrase("again", self._language), self._language, Priority.ANSWER)

    async def _fill(self, turn: int) -> None:
        await asyncio.sleep(self.settings.filler_ms / 1000)
        if turn == self._turn and self.state == State.ANSWERING:
            await self._say(phrase("moment", self._language), self._language, Priority.PROMPT)

    async def _say(
        self, text: str, language: str, priority: Priority, *, expires_ms: int | None = None
    ) -> None:
        """Make the clauses and hand them to the playback as they come."""
        if not text:
            return
        speech = Speech(text=text, language=language, priority=priority, expires_ms=expires_ms)
        turn = self._turn
        try:
            urgent = priority == Priority.PROMPT
            async with contextlib.aclosing(self._engines.speak(text, language, urgent=urgent)) as clips:
                async for clip in clips:
                    if priority == Priority.ANSWER and turn != self._turn and not self.playback.paused:
                        return
                    speech.clips.append(clip)
                    if len(speech.clips) == 1:
                        self.playback.say(speech, self._now())
                    self.playback.tick(self._now())
        finally:
            speech.complete = True

    def _overhear(self, probability: float, now: int) -> None:
        """Someone may interrupt us, or go on after an answer."""
        if self._sounds_like_us():
            self._barge_run_ms = 0
            return
        sounding = self.playback.sounding
        talking_with_us = (
            self.playback.answering or self.state == State.ANSWERING or now <= self._follow_until_ms
        )
        threshold = self.settings.endpoint.threshold + (0.15 if sounding else 0.0)
        if probability < threshold:
            self._barge_run_ms, self._talked_on = 0, False
        elif not self._talked_on:
            self._barge_run_ms += FRAME_MS
        if self._barge_run_ms < self.settings.barge_in_ms:
            return
        if sounding:
            self._emit("barge_in", {})
            self.playback.interrupt()
            self._resume_at_ms = now + self.settings.resume_ms
        elif self.state == State.WAITING and now > self._follow_until_ms:
            return
        begun = now - self._barge_run_ms
        self._barge_run_ms = 0
        start_ms = max(begun - self.settings.pre_roll_ms, self._heard_until_ms)
        self._begin(begun, called=False, start_ms=start_ms, invited=talking_with_us)
        self._endpointer.started_ms = begun
        self._endpointer.speech_ms = self.settings.barge_in_ms
        self._endpointer.last_speech_ms = now
        self._emit("speech_start", {"start_ms": begun})

    def _keep_time(self, now: int) -> None:
        """Windows that open and close by themselves."""
        if self._check is not None and now >= self._check[0] + SCORE_AFTER_MS:
            (noticed_ms, hit), self._check = self._check, None
            if self.state == State.RECORDING and self._called:
                around = self._recorder.cut(noticed_ms + CHECK_AFTER_MS - self.settings.call_ms)
                self._spawn(self._check_call(hit, around[: self.settings.call_ms * 16], self._turn))
        if self._follow_pending and self.idle:
            self._follow_until_ms = now + self._follow_pending
            self._follow_pending = 0
        elif self._proposal is not None and self.idle and now > self._follow_until_ms:
            (text, language, until_ms), self._proposal = self._proposal, None
            if now <= until_ms:
                self._asked, self._follow_pending = False, self.settings.follow_up_question_ms
                self._spawn(self._say(text, language, Priority.ANSWER))
        if (
            self._resume_at_ms is not None
            and now >= self._resume_at_ms
            and self.state == State.RECORDING
            and self._endpointer.silence_ms(now) >= self.settings.resume_ms // 2
            and self._endpointer.speech_ms < 2 * self.settings.endpoint.min_speech_ms
        ):
            self._turns += 1
            self._turn = self._turns
            self._close()

    def _close(self) -> None:
        """Back to waiting; what was broken off by nothing goes on."""
        self._drop_early()
        self.state = State.WAITING
        if self._held is not None:
            self._turn, resumed = self._held
            self._held = None
            self.state = State.ANSWERING
            if not resumed.done():
                resumed.set_result(True)
        self._called = False
        self._resume_at_ms = None
        if self.playback.paused:
            self._emit("resume", {})
            self.playback.resume(self._now())
