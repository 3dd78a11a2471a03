"""The listening loop on drawn streams.

Each character of a drawing is 96 ms (three frames): ``.`` silence, ``s`` speech, ``W`` the frame in which
the call 小高小高 is noticed, ``E`` the English one, ``M`` a manoeuvre prompt that comes up just then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from voice.asr import Transcript
from voice.ears import Heard
from voice.listen import Listener, ListenSettings, Reply, State
from voice.tts import Clip
from voice.vad import FRAME
from voice.wake import WakeHit, WakeSettings

CODES = {".": 0.0, "s": 0.1, "W": 0.2, "E": 0.3}
CHAR_MS = 96


class DrawnEars:
    """Reads the drawing back out of the samples."""

    def hear(self, frame: Any, *, masked: bool) -> Heard:
        code = round(float(frame[0]), 1)
        if code in (0.2, 0.3) and not masked:
            language = "zh" if code == 0.2 else "en"
            return Heard(speech=0.9, wake=WakeHit(language=language, score=0.9, end_ms=0))
        return Heard(speech=0.9 if code == 0.1 else 0.0)

    def reset(self) -> None:
        pass


class ScriptedEngines:
    """Recognises the next line of a script each time, answers by echo, speaks 0.48 s a clause."""

    def __init__(self, heard: list[str], *, asks_back: bool = False) -> None:
        self.heard, self.asks_back = heard, asks_back
        self.asked: list[str] = []
        self.lengths_ms: list[int] = []

    async def recognise(self, samples: Any, likely: str | None) -> Transcript:
        self.lengths_ms.append(len(samples) // 16)
        text = self.heard.pop(0) if len(self.heard) > 1 else self.heard[0]
        return Transcript(text=text, language=likely or "zh", confidence=0.9 if text else 0.0)

    async def respond(self, transcript: Transcript) -> Reply:
        self.asked.append(transcript.text)
        return Reply(text="一，二，三。", language="zh", asks_back=self.asks_back)

    async def speak(self, text: str, language: str) -> AsyncIterator[Clip]:
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
            if character == "M":
                listener.prompt("左转", "zh")
            await listener.push(np.full(3 * FRAME, CODES.get(character, 0.0), np.float32))
        if finish:
            await listener.finish()
        return listener

    listener = asyncio.run(play())
    return events, tape, listener


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events]


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("." * 30, [], id="silence"),
        pytest.param("..ssssss" + "." * 30, [], id="talk without the call is not for us"),
        pytest.param(
            "..W.sssss" + "." * 60,
            [
                "wake",
                "speech_start",
                "partial",
                "endpoint",
                "transcript",
                "answer",
                "speak_start",
                "speak_end",
            ],
            id="call and command",
        ),
        pytest.param(
            "..Wsssss.ssss" + "." * 60,
            [
                "wake",
                "speech_start",
                "partial",
                "endpoint",
                "transcript",
                "answer",
                "speak_start",
                "speak_end",
            ],
            id="a breath inside the command is bridged",
        ),
    ],
)
def test_a_turn(drawing: str, expected: list[str]) -> None:
    events, _, listener = run(drawing, ScriptedEngines(["回家"]))
    assert names(events) == expected
    assert listener.state == State.WAITING


def test_the_call_is_cut_off_the_request() -> None:
    engines = ScriptedEngines(["小高小高，带我回家"])
    run("..W.sssss" + "." * 30, engines)
    assert engines.asked == ["带我回家"]


def test_a_whole_command_ends_sooner_than_half_of_one() -> None:
    def endpoint_ms(text: str) -> int:
        events, _, _ = run("..Wsssss" + "." * 40, ScriptedEngines([text]))
        end = next(event for event in events if event["event"] == "endpoint")
        return int(end["t_ms"] - end["speech_end_ms"])

    assert endpoint_ms("带我回家") < endpoint_ms("我说的那个人") < endpoint_ms("带我去")


def test_an_early_transcript_is_dropped_when_speech_goes_on() -> None:
    engines = ScriptedEngines(["带我去", "带我去清华大学东门"])
    events, _, _ = run("..Wsssss......sssss" + "." * 40, engines)
    transcripts = [event["text"] for event in events if event["event"] == "transcript"]
    assert transcripts == ["带我去清华大学东门"]
    assert engines.asked == ["带我去清华大学东门"]


def test_nobody_speaks_after_the_call() -> None:
    engines = ScriptedEngines([""])
    events, tape, listener = run("..W" + "." * 90, engines)
    assert engines.asked == []
    assert tape.played == ["我在"]
    assert names(events)[-1] == "speak_end"
    assert listener.state == State.WAITING


def test_unintelligible_speech_after_the_call_is_asked_again() -> None:
    events, tape, _ = run("..W.ssss" + "." * 60, ScriptedEngines([""]))
    assert "answer" not in names(events)
    assert "".join(tape.played).startswith("没听清")


def test_a_monologue_is_closed_at_the_cap() -> None:
    events, _, _ = run("..W" + "s" * 200 + "." * 60, ScriptedEngines(["我跟你说"]))
    ends = [event for event in events if event["event"] == "endpoint"]
    assert [end["why"] for end in ends] == ["cap"]
    assert ends[0]["t_ms"] <= 16_000


def test_follow_up_needs_no_call() -> None:
    engines = ScriptedEngines(["附近有什么酒店", "第二家"], asks_back=True)
    run("..Wsssss" + "." * 35 + "sssss" + "." * 40, engines)
    assert engines.asked == ["附近有什么酒店", "第二家"]


def test_the_follow_up_window_closes() -> None:
    engines = ScriptedEngines(["附近有什么酒店", "第二家"])
    run("..Wsssss" + "." * 100 + "sssss" + "." * 40, engines)
    assert engines.asked == ["附近有什么酒店"]


def test_speech_over_our_voice_stops_it_at_once_and_is_answered() -> None:
    engines = ScriptedEngines(["还有多久", "那附近呢"])
    events, tape, _ = run("..Wsssss" + "......." + "sssss" + "." * 60, engines)
    assert "barge_in" in names(events)
    assert engines.asked == ["还有多久", "那附近呢"]
    assert tape.played.index("|") < len(tape.played) - 1
    unfinished = [event for event in events if event["event"] == "speak_end" and not event["finished"]]
    assert len(unfinished) == 1


def test_an_interruption_by_nothing_resumes_from_the_broken_clause() -> None:
    engines = ScriptedEngines(["还有多久", ""])
    events, tape, _ = run("..Wsssss" + "........" + "ss" + "." * 60, engines)
    assert "resume" in names(events)
    broken = tape.played.index("|")
    assert tape.played[broken + 1] == tape.played[broken - 1]
    assert [text for text in tape.played if text != "|"][-1] == "三"
    assert engines.asked == ["还有多久"]


def test_without_echo_cancelling_nothing_interrupts() -> None:
    events, tape, _ = run(
        "..Wsssss" + "......." + "sssss" + "." * 60, ScriptedEngines(["还有多久"]), barge_in=False
    )
    assert "barge_in" not in names(events)
    assert tape.played == ["一", "二", "三"]


def test_stop_only_silences() -> None:
    engines = ScriptedEngines(["还有多久", "停"])
    _, tape, _ = run("..Wsssss" + "......." + "sss" + "." * 60, engines)
    assert engines.asked == ["还有多久"]
    assert tape.played[-1] == "|"


def test_a_prompt_is_said_over_an_answer_which_then_goes_on() -> None:
    engines = ScriptedEngines(["还有多久"])
    _, tape, _ = run("..Wsssss" + "......." + "M" + "." * 60, engines)
    assert tape.played == ["一", "|", "左转", "一", "二", "三"]


def test_a_new_call_while_answering_wins() -> None:
    engines = ScriptedEngines(["还有多久", "取消导航"])
    events, _, _ = run("..Wsssss" + "." * 30 + "W" + "sssss" + "." * 60, engines)
    assert names(events).count("wake") == 2
    assert engines.asked == ["还有多久", "取消导航"]


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        pytest.param("小高小高", True, id="it was the call"),
        pytest.param("今天天气不错啊", False, id="it was not"),
    ],
)
def test_the_second_stage(heard: str, kept: bool) -> None:
    settings = WakeSettings(candidate=0.5, sure=0.95, frames=3)
    events, _, _ = run("..W" + "." * 20, ScriptedEngines([heard]), wake=settings, finish=False)
    assert ("wake_rejected" not in names(events)) == kept


def test_an_engine_that_fails_is_reported_once_and_the_loop_goes_on() -> None:
    class Broken(ScriptedEngines):
        async def respond(self, transcript: Transcript) -> Reply:
            if len(self.asked) == 0:
                self.asked.append("")
                raise RuntimeError("the engine died")
            return await super().respond(transcript)

    engines = Broken(["回家"])
    events, _, _ = run("..Wsssss" + "." * 30 + "Wsssss" + "." * 60, engines)
    assert [event["problem"] for event in events if event["event"] == "problem"] == [
        "RuntimeError: the engine died"
    ]
    assert "answer" in names(events)


def test_events_carry_one_rising_clock() -> None:
    events, _, _ = run("..Wsssss" + "......." + "sssss" + "." * 60, ScriptedEngines(["还有多久", "那附近呢"]))
    times = [event["t_ms"] for event in events]
    assert times == sorted(times)
