"""A listening loop to play drawn streams to: ears, engines and loudspeaker that go by a script.

Each character of a drawing is 96 ms (three frames): ``.`` silence, ``s`` speech, ``W`` the frame in which
the call 小高小高 is noticed, ``E`` the English one, ``H`` one with `PAUSE` in it, ``M`` a manoeuvre prompt
that comes up just then, ``P`` a proposal that does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np

from voice.asr.recognizer import Transcript
from voice.loop.ears import Heard
from voice.loop.engines import Reply
from voice.loop.listen import Listener
from voice.loop.settings import ListenSettings
from voice.loop.turn import State
from voice.loop.vad import FRAME, FRAME_MS
from voice.tts.synthesizer import Clip
from voice.wake.detector import WakeHit

CODES = {".": 0.0, "s": 0.1, "W": 0.2, "E": 0.3, "H": 0.4}
CHAR_MS = 96
PAUSE = (-800, -320)
"""Milliseconds before the call was noticed."""


class DrawnEars:
    """Reads the drawing back out of the samples."""

    now_ms = 0

    def hear(self, frame: Any, *, masked: bool) -> Heard:
        code = round(float(frame[0]), 1)
        self.now_ms += FRAME_MS
        if code in (0.2, 0.3, 0.4) and not masked:
            language = "en" if code == 0.3 else "zh"
            left_out = ((self.now_ms + PAUSE[0], self.now_ms + PAUSE[1]),) if code == 0.4 else ()
            hit = WakeHit(language=language, scores=(0.9, 0.0), end_ms=self.now_ms, left_out=left_out)
            return Heard(speech=0.9, wake=hit)
        return Heard(speech=0.9 if code == 0.1 else 0.0)

    def reset(self) -> None:
        pass


class ScriptedEngines:
    """Recognises the next line of a script each time, answers by echo, speaks 0.48 s a clause."""

    def __init__(self, heard: list[str], *, asks_back: bool = False, puzzled_by: str = "") -> None:
        self.heard, self.asks_back, self.puzzled_by = heard, asks_back, puzzled_by
        self.asked: list[str] = []
        self.lengths_ms: list[int] = []
        self.weighed: list[float] | None = None
        self.whole: set[str] = set()
        self.replaced: list[str] = []
        self.taken_back: list[str] = []

    async def recognise(self, samples: Any, likely: str | None) -> Transcript:
        self.lengths_ms.append(len(samples) // 16)
        text = self.heard.pop(0) if len(self.heard) > 1 else self.heard[0]
        return Transcript(text=text, language=likely or "zh", confidence=0.9 if text else 0.0)

    async def weigh_call(self, samples: Any) -> list[float] | None:
        return self.weighed

    async def is_whole(self, transcript: Transcript) -> bool:
        return transcript.text in self.whole

    async def respond(
        self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
    ) -> Reply | None:
        self.asked.append(transcript.text)
        self.replaced.append(replaces.text if replaces else "")
        if transcript.text == self.puzzled_by:
            asks_back = self.asks_back and self.asked.count(self.puzzled_by) < 3
            puzzled = Reply(text="不懂。", language="zh", asks_back=asks_back, understood=False)
            return puzzled if addressed else None
        return Reply(
            text="一，二，三。",
            language="zh",
            asks_back=self.asks_back,
            take_back=lambda: self.taken_back.append(transcript.text),
        )

    async def speak(self, text: str, language: str, *, urgent: bool) -> AsyncGenerator[Clip, None]:
        for clause in text.replace("。", "").split("，"):
            yield Clip(samples=np.zeros(480, np.float32), sample_rate_hz=1_000, text=clause, voice="v")


class Tape:
    """Plays nothing and notes what it was given."""

    def __init__(self) -> None:
        self.played: list[str] = []

    def play(self, clip: Clip) -> None:
        self.played.append(clip.text)

    def stop(self) -> None:
        self.played.append("|")


def bring_up(listener: Listener, character: str) -> None:
    """What comes up by itself at a character of a drawing."""
    if character == "M":
        listener.prompt("左转", "zh")
    elif character == "P":
        listener.propose("要休息吗。", "zh", valid_ms=3_000)


def run(
    drawing: str, engines: ScriptedEngines, *, finish: bool = True, **settings: Any
) -> tuple[list[dict[str, Any]], Tape, Listener]:
    """Play a drawing to the loop; returns its events, what was played, and the loop."""
    events: list[dict[str, Any]] = []
    tape = Tape()

    async def play() -> Listener:
        listener = Listener(
            ears=DrawnEars(),
            engines=engines,
            player=tape,
            emit=events.append,
            settings=ListenSettings(lockstep=True, **settings),
        )
        for character in drawing.replace(" ", ""):
            bring_up(listener, character)
            await listener.push(np.full(3 * FRAME, CODES.get(character, 0.0), np.float32))
        if finish:
            await listener.finish()
        return listener

    listener = asyncio.run(play())
    return events, tape, listener


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events]


class SlowEngines(ScriptedEngines):
    """Thinks for as many frames as the script says before each answer."""

    def __init__(self, heard: list[str], think_frames: list[int]) -> None:
        super().__init__(heard)
        self.think_frames = think_frames
        self.begun: list[str] = []
        self.done: list[str] = []

    async def respond(
        self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
    ) -> Reply | None:
        self.begun.append(transcript.text)
        for _ in range(self.think_frames.pop(0)):
            await asyncio.sleep(0)
        self.asked.append(transcript.text)
        text = transcript.text
        return Reply(text=f"答{text}。", language="zh", carry_out=lambda: self.done.append(text))


def run_live(drawing: str, engines: ScriptedEngines, **settings: Any) -> tuple[list[dict[str, Any]], Tape]:
    """Play a drawing to a loop that does not wait for its engines; a frame is one turn of the event loop."""
    events: list[dict[str, Any]] = []
    tape = Tape()

    async def play() -> None:
        listener = Listener(
            ears=DrawnEars(),
            engines=engines,
            player=tape,
            emit=events.append,
            settings=ListenSettings(**{"filler_ms": 600_000, "late_ms": 600_000, **settings}),
        )
        for character in drawing.replace(" ", ""):
            bring_up(listener, character)
            for _ in range(3):
                await listener.push(np.full(FRAME, CODES.get(character, 0.0), np.float32))
        assert listener.state == State.WAITING
        assert not listener.playback.busy

    asyncio.run(play())
    return events, tape


def answers(events: list[dict[str, Any]]) -> list[str]:
    return [event["reply"] for event in events if event["event"] == "answer"]
