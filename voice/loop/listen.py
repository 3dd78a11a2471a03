"""The listening loop: called, it listens, answers, can be interrupted, and listens on.

The loop is driven by frames of sound and does nothing by itself: engines are injected as coroutines, time
is the stream's or a given clock, and everything that happens leaves as an event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.confidence import decide
from voice.asr.recognizer import Transcript
from voice.asr.text import without_call
from voice.errors import VoiceError
from voice.loop.ears import Ears, Recorder, frames
from voice.loop.endpoint import Endpointer, in_one
from voice.loop.engines import Engines, Reply
from voice.loop.phrases import is_stop, phrase
from voice.loop.playback import Playback, Player, Priority
from voice.loop.saying import Voice
from voice.loop.settings import ListenSettings
from voice.loop.together import corrected, left_open, read_together
from voice.loop.turn import FollowUp, Interruption, Opening, Problems, State, Turn
from voice.loop.vad import FRAME_MS
from voice.wake.detector import SCORE_AFTER_MS, WakeHit, is_call

Samples = npt.NDArray[np.float32]
Event = dict[str, Any]


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
        self._voice = Voice(engines, self.playback, now=self._now, newest=lambda: self._turn)
        self._problems = Problems(emit=self._emit)
        self.notice, self.recovered = self._problems.notice, self._problems.recovered
        self._endpointer = Endpointer(self.settings.endpoint)
        self.state = State.WAITING
        self._turn = Turn(number=0)
        self._held: tuple[Turn, asyncio.Future[bool]] | None = None
        """A turn whose answer waits, because somebody speaks meanwhile; true if nothing came of that."""
        self._follow_up = FollowUp()
        self._interruption = Interruption()
        self._proposal: tuple[str, str, int] | None = None
        self._language = "zh"
        self._heard_until_ms = 0
        self._rest = np.zeros(0, np.float32)
        self._tasks: set[asyncio.Task[None]] = set()

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
        self._spawn(self._voice.say(text, language, Priority.PROMPT, expires_ms=self._now() + valid_ms))

    def propose(self, text: str, language: str, *, valid_ms: int) -> None:
        """Say something unasked when nothing else is going on; then one may answer without the call."""
        self._proposal = text, language, self._now() + valid_ms

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
            self._problems.failure = f"{type(error).__name__}: {error}"
            self.notice(self._problems.failure)
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
            if heard.wake is not None and heard.wake.left_out and self._turn.called:
                self._turn.check = (now, heard.wake)  # half of the call was noticed before
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
        pauses_ms = sum(end - start for start, end in hit.left_out)
        turn = self._begin(now, Opening.CALLED, start_ms=now - pauses_ms - self.settings.call_ms)
        if self.settings.wake is not None:
            turn.check = (now, hit)

    async def _check_call(self, hit: WakeHit, samples: Samples, turn: Turn) -> None:
        """The second stage, while recording goes on."""
        assert self.settings.wake is not None
        async with turn.checking:
            if not turn.confirmed:
                features = await self._engines.weigh_call(samples)
                turn.confirmed = is_call(hit, features, self.settings.wake)
        turn.checks -= 1
        undecided = turn.confirmed or turn.checks or turn.check is not None
        if not undecided and turn is self._turn and self.state == State.RECORDING:
            self._emit("wake_rejected", {"language": hit.language})
            self._close()

    def _begin(self, now: int, opening: Opening, *, start_ms: int) -> Turn:
        """Start recording an utterance; an answer that is still worked out waits for what comes of it."""
        before = self._turn
        self._drop_held()
        if self.state == State.ANSWERING and not self.settings.lockstep:
            self._held = (before, asyncio.get_running_loop().create_future())
        self._drop_early()
        called = opening == Opening.CALLED
        self._turn = Turn(
            number=before.number + 1, opening=opening, start_ms=max(0, start_ms), greeted=not called
        )
        if opening == Opening.INVITED and before.still_open(now, self.settings.take_back_ms):
            self._turn.goes_on = before
        self.state = State.RECORDING
        self._follow_up = self._follow_up.closed()
        self._endpointer.begin(now, after_call=called)
        return self._turn

    def _record(self, probability: float, now: int) -> None:
        turn, patience = self._turn, self.settings.endpoint
        if self._sounds_like_us():
            self._endpointer.hold(FRAME_MS)
        elif self._endpointer.frame(probability, now):
            turn.greeted = True
            self._emit("speech_start", {"start_ms": self._endpointer.started_ms})
        silence = self._endpointer.silence_ms(now)
        if turn.early is not None and silence < patience.early_ms:
            self._drop_early()
        if not turn.greeted and silence >= self.settings.greet_ms:
            turn.greeted = True
            self._spawn(self._voice.say(phrase("called", self._language), self._language, Priority.PROMPT))
        why = self._endpointer.ended(now)
        if why:
            self._end(why)
            return
        if turn.early is None and self._endpointer.pauses(probability, now):
            turn.early = asyncio.get_running_loop().create_task(self._recognise(turn))
            self._spawn(self._take_partial(turn, turn.early))

    async def _recognise(self, turn: Turn) -> Transcript:
        samples = self._recorder.cut(turn.start_ms)
        transcript = await self._engines.recognise(samples, self._language if turn.called else None)
        alternatives = tuple(in_one(without_call(text)) for text in transcript.alternatives)
        return replace(transcript, text=in_one(without_call(transcript.text)), alternatives=alternatives)

    async def _take_partial(self, turn: Turn, early: asyncio.Task[Transcript]) -> None:
        try:
            transcript = await early
        except (asyncio.CancelledError, VoiceError):
            return
        if early is turn.early and transcript.text:
            sure = decide(transcript.confidence, transcript.language) == "carry_out"
            self._endpointer.partial(transcript.text, is_usual=transcript.is_usual, is_sure=sure)
            self._emit("partial", {"text": transcript.text, "language": transcript.language})
            if not self._endpointer.wonders:
                return
            is_whole = await self._engines.is_whole(transcript)
            if early is turn.early:
                taken = transcript.text if is_whole else left_open(transcript) or transcript.text
                self._endpointer.partial(taken, is_usual=is_whole, is_sure=sure)

    def _drop_early(self) -> None:
        if self._turn.early is not None:
            self._turn.early.cancel()
        self._turn.early = None

    def _end(self, why: str) -> None:
        """The utterance is over."""
        if why == "nothing":
            self._close()
            return
        self._emit("endpoint", {"why": why, "speech_end_ms": self._endpointer.last_speech_ms})
        self.state = State.ANSWERING
        self._heard_until_ms = self._endpointer.last_speech_ms
        # Someone who talked past the cap must pause before we take it for an interruption.
        self._interruption.talked_on = why == "cap"
        turn = self._turn
        early, turn.early = turn.early, None
        work = early or asyncio.get_running_loop().create_task(self._recognise(turn))
        self._spawn(self._answer(work, turn, cut=why == "cap"))

    async def _answer(self, recognition: asyncio.Task[Transcript], turn: Turn, *, cut: bool) -> None:
        company = asyncio.get_running_loop().create_task(self._keep_company(turn))
        try:
            found = await self._found(recognition, turn, cut=cut)
        finally:
            company.cancel()
        if found is not None:
            await self._give(turn, *found)

    async def _found(
        self, recognition: asyncio.Task[Transcript], turn: Turn, *, cut: bool
    ) -> tuple[Transcript, Reply] | None:
        """What was said and what we answer; None if nothing is to be answered."""
        transcript = await recognition
        if not await self._wanted(turn):
            return None
        self._emit("transcript", transcript.to_dict())
        if not transcript.text:
            await self._nothing_heard(turn, cut)
            return None
        self._interruption.resume_at_ms = None
        speaking = self.playback.busy or self._held is not None
        if speaking and is_stop(transcript.text, asked=self._follow_up.asked and self.playback.answering):
            self.playback.give_up()
            self._replace()
            self._close()
            return None
        if turn.opening == Opening.UNINVITED:
            self._ignore(transcript.text)
            return None
        replaced, transcript = await self._together(turn, transcript)
        turn.transcript = transcript
        reply = await self._engines.respond(transcript, addressed=self._is_addressed(turn), replaces=replaced)
        if not await self._wanted(turn):
            return None
        if reply is None or (turn.late and not reply.understood):
            turn.transcript = None
            self._ignore(transcript.text)
            return None
        return transcript, reply

    def _is_addressed(self, turn: Turn) -> bool:
        return turn.called or self._follow_up.asked

    async def _together(self, turn: Turn, transcript: Transcript) -> tuple[Transcript | None, Transcript]:
        """The request that is replaced, if any, and what was said, with it; the turn is then as that one."""
        before = turn.goes_on
        if before is None or before.transcript is None:
            return None, transcript
        joined = read_together(before.transcript, transcript)
        if joined is None:
            return None, transcript
        instead = corrected(transcript)
        if instead is not None and await self._engines.is_whole(instead):
            joined = joined if await self._engines.is_whole(joined) else instead
        turn.opening = before.opening
        before.take_back()
        self._emit("continued", {"text": joined.text})
        return before.transcript, joined

    async def _give(self, turn: Turn, transcript: Transcript, reply: Reply) -> None:
        """Do what the answer says, and say it."""
        self._language = transcript.language
        self._replace()
        reply.carry_out()
        turn.take_back = reply.take_back
        self.recovered(self._problems.failure)
        self._emit("answer", reply.details or {"reply": reply.text})
        self.state = State.WAITING
        turn.answered = True
        window_ms = self.settings.follow_up_question_ms if reply.asks_back else self.settings.follow_up_ms
        asked = reply.asks_back and (turn.called or reply.understood)
        self._follow_up = FollowUp(asked=asked, for_ms=window_ms)
        await self._voice.say(reply.text, reply.language, Priority.ANSWER, turn=turn)

    async def _wanted(self, turn: Turn) -> bool:
        """Whether a turn's answer is still to be given; waits while newer speech may replace it."""
        while turn is not self._turn:
            if self._held is None or self._held[0] is not turn or not await self._held[1]:
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

    async def _nothing_heard(self, turn: Turn, cut: bool) -> None:
        """Nothing intelligible: go on with what was being said, or ask again once after a call."""
        interrupted = self.playback.paused or self._held is not None
        self._close()
        if not interrupted and (turn.called or cut):
            self._follow_up = replace(self._follow_up, asked=turn.called, for_ms=self.settings.follow_up_ms)
            await self._voice.say(phrase("again", self._language), self._language, Priority.ANSWER)

    async def _keep_company(self, turn: Turn) -> None:
        """Say that we are at it, and later ask for the request in other words.

        What we think of after that is still said, unless it is only that we do not understand, or the driver
        has said something else.
        """
        settings = self.settings
        if settings.lockstep or not self._is_addressed(turn):
            return
        await asyncio.sleep(settings.filler_ms / 1000)
        if turn is self._turn and self.state == State.ANSWERING:
            await self._voice.say(phrase("moment", self._language), self._language, Priority.PROMPT)
        await asyncio.sleep(max(0, settings.late_ms - settings.filler_ms) / 1000)
        if turn is not self._turn or self.state != State.ANSWERING:
            return
        turn.late = True
        self._emit("late", {})
        self._follow_up = FollowUp(asked=True, for_ms=settings.follow_up_question_ms)
        await self._voice.say(phrase("late", self._language), self._language, Priority.PROMPT)

    def _overhear(self, probability: float, now: int) -> None:
        """Someone may interrupt us, or go on after an answer."""
        heard = self._interruption
        if self._sounds_like_us():
            heard.run_ms = 0
            return
        sounding = self.playback.sounding
        threshold = self.settings.endpoint.threshold + (0.15 if sounding else 0.0)
        if probability < threshold:
            heard.run_ms, heard.talked_on = 0, False
        elif not heard.talked_on:
            heard.run_ms += FRAME_MS
        if heard.run_ms < self.settings.barge_in_ms:
            return
        begun = now - heard.run_ms
        with_us = (
            self.playback.answering
            or self.state == State.ANSWERING
            or self._follow_up.is_open(now)
            or (self._turn.answered and self._turn.sounds_ms is None)
        )
        if sounding:
            self._emit("barge_in", {})
            self.playback.interrupt()
            heard.resume_at_ms = now + self.settings.resume_ms
        elif not with_us or (self.playback.answering and self.state == State.WAITING):
            return
        heard.run_ms = 0
        opening = Opening.INVITED if with_us else Opening.UNINVITED
        start_ms = max(begun - self.settings.pre_roll_ms, self._heard_until_ms)
        self._begin(begun, opening, start_ms=start_ms)
        self._endpointer.overheard(begun, now, self.settings.barge_in_ms)
        self._emit("speech_start", {"start_ms": begun})

    def _keep_time(self, now: int) -> None:
        """Windows that open and close by themselves."""
        turn = self._turn
        if turn.check is not None and now >= turn.check[0] + SCORE_AFTER_MS:
            (noticed_ms, hit), turn.check = turn.check, None
            if self.state == State.RECORDING and turn.called and not turn.confirmed:
                later_ms = noticed_ms - hit.end_ms
                parts = [self._recorder.cut(a + later_ms, b + later_ms) for a, b in hit.looked_at()]
                turn.checks += 1
                self._spawn(self._check_call(hit, np.concatenate(parts), turn))
        if self._follow_up.for_ms and self.idle:
            self._follow_up = self._follow_up.opened(now)
        elif self._proposal is not None and self.idle and not self._follow_up.is_open(now):
            (text, language, until_ms), self._proposal = self._proposal, None
            if now <= until_ms:
                self._follow_up = FollowUp(for_ms=self.settings.follow_up_question_ms)
                self._spawn(self._voice.say(text, language, Priority.ANSWER))
        resume_at_ms = self._interruption.resume_at_ms
        if (
            resume_at_ms is not None
            and now >= resume_at_ms
            and self.state == State.RECORDING
            and self._endpointer.silence_ms(now) >= self.settings.resume_ms // 2
            and self._endpointer.speech_ms < 2 * self.settings.endpoint.min_speech_ms
        ):
            self._turn = Turn(number=turn.number + 1, early=turn.early)
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
        self._interruption.resume_at_ms = None
        if self.playback.paused:
            self._emit("resume", {})
            self.playback.resume(self._now())
