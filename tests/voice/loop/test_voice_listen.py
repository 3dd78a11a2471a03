"""The listening loop on drawn streams: from the call to the end of the answer; drawings as in `listening`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.voice.loop.listening import (
    CODES,
    DrawnEars,
    ScriptedEngines,
    SlowEngines,
    Tape,
    names,
    run,
    run_live,
)
from voice.asr.recognizer import Transcript
from voice.loop.engines import Reply
from voice.loop.listen import Listener
from voice.loop.phrases import phrase
from voice.loop.settings import ListenSettings
from voice.loop.turn import State
from voice.loop.vad import FRAME
from voice.tts.synthesizer import Clip
from voice.wake.detector import CheckSettings, WakeSettings


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


def test_after_a_question_there_is_more_time_than_after_an_answer() -> None:
    for asks_back in (True, False):
        engines = ScriptedEngines(["附近有什么酒店", "第二家"], asks_back=asks_back)
        run("..Wsssss" + "." * 85 + "sssss" + "." * 40, engines)
        assert ("第二家" in engines.asked) == asks_back


def test_talk_after_an_answer_that_is_no_request_is_left_alone() -> None:
    """The radio goes on; it gets no answer, and what it says next is not listened to."""
    engines = ScriptedEngines(["还有多久", "今天的股市"], puzzled_by="今天的股市")
    events, tape, _ = run("..Wsssss" + "." * 35 + "sssss" + "." * 20 + "sssss" + "." * 40, engines)
    assert engines.asked == ["还有多久", "今天的股市"]
    assert names(events).count("ignored") == 1
    assert tape.played == ["一", "二", "三"]


def test_talk_over_an_answer_that_is_no_request_lets_it_go_on() -> None:
    engines = ScriptedEngines(["还有多久", "今天的股市"], puzzled_by="今天的股市")
    events, tape, _ = run("..Wsssss" + "......." + "sssss" + "." * 60, engines)
    assert {"barge_in", "ignored", "resume"} <= set(names(events))
    assert [text for text in tape.played if text != "|"][-1] == "三"
    assert "不懂" not in tape.played


def test_after_the_call_or_our_question_it_is_said_that_we_did_not_understand() -> None:
    engines = ScriptedEngines(["今天的股市"], puzzled_by="今天的股市")
    _, tape, _ = run("..Wsssss" + "." * 40, engines)
    assert tape.played == ["不懂"]
    engines = ScriptedEngines(["附近有什么酒店", "今天的股市"], asks_back=True, puzzled_by="今天的股市")
    _, tape, _ = run("..Wsssss" + "." * 35 + "sssss" + "." * 40, engines)
    assert tape.played == ["一", "二", "三", "不懂"]


def test_talk_after_our_question_is_answered_once() -> None:
    """The question was the caller's; what only might have answered it opens no conversation of its own."""
    engines = ScriptedEngines(["附近有什么酒店", "今天的股市"], asks_back=True, puzzled_by="今天的股市")
    drawing = "..Wsssss" + "." * 35 + ("sssss" + "." * 25) * 3 + "." * 40
    events, tape, _ = run(drawing, engines)
    assert tape.played == ["一", "二", "三", "不懂"]
    assert names(events).count("ignored") == 1


def test_who_was_asked_to_say_it_again_needs_no_call() -> None:
    engines = ScriptedEngines(["", "嗯那个什么"], puzzled_by="嗯那个什么")
    _, tape, _ = run("..Wsssss" + "." * 60 + "sssss" + "." * 40, engines)
    assert engines.asked == ["嗯那个什么"]
    assert tape.played[-1] == "不懂"


def test_sound_before_speech_was_noticed_is_recognised_too() -> None:
    engines = ScriptedEngines(["还有多久", "那附近呢"])
    run("..Wsssss" + "." * 35 + "sssss" + "." * 40, engines, pre_roll_ms=0)
    without = engines.lengths_ms[-1]
    engines = ScriptedEngines(["还有多久", "那附近呢"])
    run("..Wsssss" + "." * 35 + "sssss" + "." * 40, engines, pre_roll_ms=480)
    assert engines.lengths_ms[-1] - without == 480


def test_sound_before_the_call_was_noticed_is_recognised_too() -> None:
    lengths = []
    for call_ms in (0, 960):
        engines = ScriptedEngines(["带我回家"])
        run("." * 15 + "W.sssss" + "." * 40, engines, call_ms=call_ms)
        lengths.append(engines.lengths_ms[-1])
    assert lengths[1] - lengths[0] == 960


def test_who_waits_long_for_an_answer_is_told_that_we_are_at_it() -> None:
    class Slow(ScriptedEngines):
        async def respond(
            self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
        ) -> Reply | None:
            await asyncio.wait_for(filled.wait(), 20.0)
            return await super().respond(transcript, addressed=addressed)

        async def speak(self, text: str, language: str, *, urgent: bool) -> AsyncGenerator[Clip, None]:
            filled.set()
            async for clip in super().speak(text, language, urgent=urgent):
                yield clip

    filled = asyncio.Event()
    tape = Tape()

    async def play() -> None:
        listener = Listener(
            ears=DrawnEars(),
            engines=Slow(["带我回家"]),
            player=tape,
            emit=lambda event: None,
            settings=ListenSettings(filler_ms=10),
        )
        for character in "..W.sssss" + "." * 40:
            await listener.push(np.full(3 * FRAME, CODES[character], np.float32))
        await listener.finish()

    asyncio.run(play())
    assert [text for text in tape.played if text != "|"] == [
        phrase("moment", "zh").rstrip("。"),
        "一",
        "二",
        "三",
    ]


def test_a_new_call_while_answering_wins() -> None:
    engines = ScriptedEngines(["还有多久", "取消导航"])
    events, _, _ = run("..Wsssss" + "." * 30 + "W" + "sssss" + "." * 60, engines)
    assert names(events).count("wake") == 2
    assert engines.asked == ["还有多久", "取消导航"]


@pytest.mark.parametrize(
    ("weighed", "kept"),
    [
        pytest.param([1.0], True, id="it was the call"),
        pytest.param([-1.0], False, id="it was not"),
        pytest.param(None, False, id="the recogniser failed, and the first stage was not sure"),
    ],
)
def test_the_second_stage(weighed: list[float] | None, kept: bool) -> None:
    check = CheckSettings(weights={"zh": (1.0, 0.0, 0.0, 0.0)}, threshold={"zh": 0.0})
    settings = WakeSettings(candidate=0.5, sure=0.95, frames=3, check=check)
    engines = ScriptedEngines([""])
    engines.weighed = weighed
    events, _, _ = run("..W" + "." * 20, engines, wake=settings, finish=False)
    assert ("wake_rejected" not in names(events)) == kept


def test_a_call_that_was_borne_out_is_not_looked_at_again() -> None:
    class Slow(SlowEngines):
        looks = 0

        async def weigh_call(self, samples: Any) -> list[float] | None:
            self.looks += 1
            for _ in range(40):
                await asyncio.sleep(0)
            return [1.0]

    check = CheckSettings(weights={"zh": (1.0, 0.0, 0.0, 0.0)}, threshold={"zh": 0.0})
    settings = WakeSettings(candidate=0.5, sure=0.95, frames=3, check=check)
    engines = Slow(["回家"], [0])
    run_live("..W..Hsssss" + "." * 60, engines, wake=settings)
    assert engines.done == ["回家"]
    assert engines.looks == 1


def test_an_engine_that_fails_is_reported_once_and_the_loop_goes_on() -> None:
    class Broken(ScriptedEngines):
        async def respond(
            self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
        ) -> Reply | None:
            if len(self.asked) == 0:
                self.asked.append("")
                raise RuntimeError("the engine died")
            return await super().respond(transcript, addressed=addressed)

    engines = Broken(["回家"])
    events, _, _ = run("..Wsssss" + "." * 30 + "Wsssss" + "." * 60, engines)
    told = [(event["event"], event["problem"]) for event in events if "problem" in event]
    assert told == [
        ("problem", "RuntimeError: the engine died"),
        ("recovered", "RuntimeError: the engine died"),
    ]
    assert "answer" in names(events)


def test_events_carry_one_rising_clock() -> None:
    events, _, _ = run("..Wsssss" + "......." + "sssss" + "." * 60, ScriptedEngines(["还有多久", "那附近呢"]))
    times = [event["t_ms"] for event in events]
    assert times == sorted(times)


def test_another_language_is_asked_again_and_the_loop_goes_on() -> None:
    class Foreign(ScriptedEngines):
        async def recognise(self, samples: Any, likely: str | None) -> Transcript:
            transcript = await super().recognise(samples, likely)
            return transcript if transcript.text else replace(transcript, note="other_language")

    engines = Foreign(["", "带我回家"])
    events, tape, _ = run("..W.sssss" + "." * 40 + "W.sssss" + "." * 60, engines)
    assert "".join(tape.played).startswith("没听清")
    assert names(events).count("answer") == 1
