"""The listening loop on drawn streams.

Each character of a drawing is 96 ms (three frames): ``.`` silence, ``s`` speech, ``W`` the frame in which
the call 小高小高 is noticed, ``E`` the English one, ``M`` a manoeuvre prompt that comes up just then, ``P`` a
proposal that does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice import wav_io
from voice.asr.recognizer import Transcript
from voice.loop.ears import Heard, NeuralEars
from voice.loop.engines import Reply
from voice.loop.listen import Listener
from voice.loop.phrases import phrase
from voice.loop.settings import ListenSettings
from voice.loop.turn import State
from voice.loop.vad import FRAME, SpeechDetector
from voice.train import augment
from voice.tts.synthesizer import Clip
from voice.wake.detector import CheckSettings, WakeDetector, WakeHit, WakeSettings

CODES = {".": 0.0, "s": 0.1, "W": 0.2, "E": 0.3}
CHAR_MS = 96


class DrawnEars:
    """Reads the drawing back out of the samples."""

    def hear(self, frame: Any, *, masked: bool) -> Heard:
        code = round(float(frame[0]), 1)
        if code in (0.2, 0.3) and not masked:
            language = "zh" if code == 0.2 else "en"
            return Heard(speech=0.9, wake=WakeHit(language=language, scores=(0.9, 0.0), end_ms=0))
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

    async def recognise(self, samples: Any, likely: str | None) -> Transcript:
        self.lengths_ms.append(len(samples) // 16)
        text = self.heard.pop(0) if len(self.heard) > 1 else self.heard[0]
        return Transcript(text=text, language=likely or "zh", confidence=0.9 if text else 0.0)

    async def weigh_call(self, samples: Any) -> list[float] | None:
        return self.weighed

    async def respond(self, transcript: Transcript, *, addressed: bool) -> Reply | None:
        self.asked.append(transcript.text)
        if transcript.text == self.puzzled_by:
            asks_back = self.asks_back and self.asked.count(self.puzzled_by) < 3
            puzzled = Reply(text="不懂。", language="zh", asks_back=asks_back, understood=False)
            return puzzled if addressed else None
        return Reply(text="一，二，三。", language="zh", asks_back=self.asks_back)

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


def test_talk_over_a_prompt_is_no_request() -> None:
    engines = ScriptedEngines(["带我回家"])
    events, tape, _ = run("..Mssssss" + "." * 60, engines)
    assert {"barge_in", "ignored", "resume"} <= set(names(events))
    assert engines.asked == []
    assert tape.played[-1] == "左转"


def test_stop_over_a_prompt_silences_it() -> None:
    engines = ScriptedEngines(["停"])
    events, tape, _ = run("..Mssssss" + "." * 60, engines)
    assert engines.asked == []
    assert tape.played == ["左转", "|"]
    assert [event["finished"] for event in events if event["event"] == "speak_end"] == [False]


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


@pytest.mark.parametrize("word", ["okay", "好了", "行了"])
def test_okay_said_into_our_question_answers_it_and_otherwise_silences_us(word: str) -> None:
    for asks_back, asked in ((True, ["附近有什么酒店", word]), (False, ["附近有什么酒店"])):
        engines = ScriptedEngines(["附近有什么酒店", word], asks_back=asks_back)
        run("..Wsssss" + "......." + "sss" + "." * 60, engines)
        assert engines.asked == asked


def test_a_prompt_is_said_over_an_answer_which_then_goes_on() -> None:
    engines = ScriptedEngines(["还有多久"])
    _, tape, _ = run("..Wsssss" + "......." + "M" + "." * 60, engines)
    assert tape.played == ["一", "|", "左转", "一", "二", "三"]


def test_a_prompt_does_not_cut_off_who_speaks_under_it() -> None:
    """Without echo cancelling nobody can be heard under our voice; that is no silence of theirs."""
    engines = ScriptedEngines(["带我回家"])
    under = "..W.sssssM" + "s" * 5 + "sssss" + "." * 40
    events, _, _ = run(under, engines, barge_in=False)
    end = next(event for event in events if event["event"] == "endpoint")
    assert end["speech_end_ms"] == CHAR_MS * (under.rindex("s") + 1)
    assert names(events).count("endpoint") == 1
    assert engines.asked == ["带我回家"]


def test_the_wait_for_a_command_does_not_pass_under_a_prompt() -> None:
    """Six prompts of half a second take the time of the driver, who speaks after them."""
    engines = ScriptedEngines(["带我回家"])
    drawing = "..W" + "." * 20 + "MMMMMM" + "." * 40 + "sssss" + "." * 40
    for ours_is_heard, asked in ((False, ["带我回家"]), (True, [])):
        engines.asked.clear()
        run(drawing, engines, barge_in=ours_is_heard, follow_up_ms=0)
        assert engines.asked == asked


def test_our_own_voice_is_cut_out_of_what_is_recognised() -> None:
    class Listening(ScriptedEngines):
        async def recognise(self, samples: Any, likely: str | None) -> Transcript:
            loud.append(int(np.count_nonzero(np.round(samples, 1) == CODES["s"])) // FRAME)
            return await super().recognise(samples, likely)

    loud: list[int] = []
    run("..W.sssssM" + "sssss" + "sssss" + "." * 40, Listening(["带我回家"]), barge_in=False)
    assert loud[-1] == 3 * (15 - 4), "the prompt covers its own character and four of speech"


def test_a_prompt_is_said_while_the_driver_talks_over_an_answer() -> None:
    engines = ScriptedEngines(["还有多久", "那附近呢"])
    events, _, _ = run("..Wsssss" + "......." + "ssss" + "M" + "sss" + "." * 60, engines)
    spoken = [(event["text"], event["t_ms"]) for event in events if event["event"] == "speak_start"]
    end_ms = [event["t_ms"] for event in events if event["event"] == "endpoint"][-1]
    assert dict(spoken)["左转"] < end_ms
    assert engines.asked == ["还有多久", "那附近呢"]


def test_a_broken_off_prompt_is_not_said_when_it_is_too_late() -> None:
    engines = ScriptedEngines(["今天的股市"], puzzled_by="今天的股市")
    _, tape, _ = run("..M" + "s" * 60 + "." * 60, engines)
    assert tape.played == ["左转", "|"]


def test_a_proposal_waits_until_nothing_else_goes_on() -> None:
    _, tape, _ = run("..Wsssss" + "......." + "P" + "." * 60, ScriptedEngines(["还有多久"]), follow_up_ms=500)
    assert tape.played == ["一", "二", "三", "要休息吗"]
    _, tape, _ = run("..W.ssPsss" + "s" * 30 + "." * 90, ScriptedEngines(["还有多久"]))
    assert tape.played == ["一", "二", "三"], "its time was over"


def test_a_proposal_does_not_cut_short_the_time_to_go_on() -> None:
    events, _, _ = run(
        "..Wsssss" + "." * 25 + "P" + "." * 60, ScriptedEngines(["还有多久"]), follow_up_ms=1_500
    )
    end_ms = next(event["t_ms"] for event in events if event["event"] == "speak_end")
    begins_ms = [event["t_ms"] for event in events if event["event"] == "speak_start"]
    assert begins_ms[1] >= end_ms + 1_500


def test_a_prompt_is_said_over_a_proposal() -> None:
    _, tape, _ = run("..P..M" + "." * 60, ScriptedEngines([""]))
    assert tape.played == ["要休息吗", "|", "左转", "要休息吗"]


@pytest.mark.parametrize(
    ("pause", "heard"),
    [pytest.param(70, True, id="soon"), pytest.param(110, False, id="after the window")],
)
def test_a_proposal_is_answered_without_the_call(pause: int, heard: bool) -> None:
    """The window is that of a question, longer than that after an answer."""
    engines = ScriptedEngines(["要"])
    run("..P" + "." * pause + "sssss" + "." * 40, engines)
    assert engines.asked == (["要"] if heard else [])


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
        async def respond(self, transcript: Transcript, *, addressed: bool) -> Reply | None:
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


def test_an_engine_that_fails_is_reported_once_and_the_loop_goes_on() -> None:
    class Broken(ScriptedEngines):
        async def respond(self, transcript: Transcript, *, addressed: bool) -> Reply | None:
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


class SlowEngines(ScriptedEngines):
    """Thinks for as many frames as the script says before each answer."""

    def __init__(self, heard: list[str], think_frames: list[int]) -> None:
        super().__init__(heard)
        self.think_frames = think_frames
        self.begun: list[str] = []
        self.done: list[str] = []

    async def respond(self, transcript: Transcript, *, addressed: bool) -> Reply | None:
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
            settings=ListenSettings(filler_ms=600_000, **settings),
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


def test_a_correction_said_while_we_think_replaces_the_request() -> None:
    engines = SlowEngines(["去机场", "去火车站"], [60, 4])
    events, tape = run_live("..W.sssss" + "." * 12 + "sssss" + "." * 80, engines)
    assert engines.begun == ["去机场", "去火车站"]
    assert answers(events) == ["答去火车站。"]
    assert tape.played == ["答去火车站"]
    assert engines.done == ["去火车站"]


def test_a_pause_inside_a_request_is_waited_for() -> None:
    """带我去, a second and a half, 圆明园: the endpoint waits, and nothing is answered in between."""
    engines = ScriptedEngines(["带我去", "带我去圆明园"])
    events, _, _ = run("..W.sssss" + "." * 15 + "sssss" + "." * 40, engines)
    assert engines.asked == ["带我去圆明园"]
    assert names(events).count("endpoint") == 1


@pytest.mark.parametrize(
    ("pieces", "together"),
    [
        pytest.param(
            ["find a hotel", "near the cathedral"], "find a hotel near the cathedral", id="addition"
        ),
        pytest.param(["去清华东门", "不对，去北大"], "去清华东门，不对，去北大", id="correction"),
    ],
)
@pytest.mark.parametrize("pause", [8, 12])
def test_what_follows_in_the_first_second_of_the_answer_is_read_with_the_request(
    pieces: list[str], together: str, pause: int
) -> None:
    engines = ScriptedEngines(list(pieces))
    events, tape, _ = run("..W.sssss" + "." * pause + "sssss" + "." * 60, engines)
    assert engines.asked == [pieces[0], together]
    assert "continued" in names(events)
    first, second = [index for index, clip in enumerate(tape.played) if clip == "一"]
    assert tape.played[first + 1 : second].count("|") == 1, "the first answer is broken off and not resumed"
    assert "resume" not in names(events)


def test_what_follows_later_is_a_request_of_its_own() -> None:
    engines = ScriptedEngines(["find a hotel", "near the cathedral"])
    run("..W.sssss" + "." * 19 + "sssss" + "." * 60, engines)
    assert engines.asked == ["find a hotel", "near the cathedral"]


def test_an_addition_while_we_think_is_read_with_the_request() -> None:
    engines = SlowEngines(["find a hotel", "near the cathedral"], [60, 4])
    events, _ = run_live("..W.sssss" + "." * 12 + "sssss" + "." * 80, engines)
    assert engines.begun == ["find a hotel", "find a hotel near the cathedral"]
    assert answers(events) == ["答find a hotel near the cathedral。"]
    assert engines.done == ["find a hotel near the cathedral"]


def test_a_correction_does_not_hear_the_request_again() -> None:
    engines = SlowEngines(["去机场", "去火车站"], [60, 4])
    run_live("..W.sssss" + "." * 7 + "sssss" + "." * 80, engines)
    assert engines.lengths_ms[-1] < 2_000


def test_a_cough_while_we_think_does_not_lose_the_request() -> None:
    engines = SlowEngines(["去机场", ""], [120])
    events, tape = run_live("..W.sssss" + "." * 12 + "sss" + "." * 120, engines)
    assert answers(events) == ["答去机场。"]
    assert tape.played == ["答去机场"]


def test_stop_while_we_think_cancels_the_answer() -> None:
    engines = SlowEngines(["去机场", "停"], [60])
    events, tape = run_live("..W.sssss" + "." * 12 + "sss" + "." * 80, engines)
    assert answers(events) == []
    assert tape.played == []
    assert engines.asked == ["去机场"]
    assert engines.done == []


def test_a_call_while_we_think_begins_anew() -> None:
    engines = SlowEngines(["去机场", "还有多久"], [90, 2])
    events, _ = run_live("..W.sssss" + "." * 12 + "W.sssss" + "." * 80, engines)
    assert answers(events) == ["答还有多久。"]


def test_a_false_call_while_we_think_does_not_lose_the_request() -> None:
    check = CheckSettings(weights={"zh": (1.0, 0.0, 0.0, 0.0)}, threshold={"zh": 0.0})
    wake = WakeSettings(candidate=0.5, sure=0.95, frames=3, check=check)

    class Doubting(SlowEngines):
        async def weigh_call(self, samples: Any) -> list[float] | None:
            return [1.0] if not self.begun else [-1.0]

    events, _ = run_live("..W.sssss" + "." * 12 + "W" + "." * 80, Doubting(["去机场"], [60]), wake=wake)
    assert "wake_rejected" in names(events)
    assert answers(events) == ["答去机场。"]


def test_broken_samples_reach_no_model() -> None:
    seen: list[float] = []

    class Noting(DrawnEars):
        def hear(self, frame: Any, *, masked: bool) -> Heard:
            seen.extend((float(np.min(frame)), float(np.max(frame))))
            return Heard(speech=0.0)

    async def play() -> None:
        listener = Listener(
            ears=Noting(), engines=ScriptedEngines([""]), player=Tape(), emit=lambda event: None
        )
        for value in (np.nan, np.inf, -np.inf, 40.0):
            await listener.push(np.full(FRAME, value, np.float32))

    asyncio.run(play())
    assert all(-1.0 <= value <= 1.0 for value in seen)


def test_dropouts_inside_a_command_do_not_end_it() -> None:
    engines = ScriptedEngines(["带我回家"])
    events, _, _ = run("..W.ss.ss.s.sss" + "." * 60, engines)
    assert names(events).count("endpoint") == 1
    assert engines.asked == ["带我回家"]


def test_a_long_monologue_is_closed_once_and_its_rest_is_nobodys_request() -> None:
    engines = ScriptedEngines(["我跟你说"])
    events, _, listener = run("..W" + "s" * 1_900 + "." * 60, engines)
    assert names(events).count("endpoint") == 1
    assert engines.asked == ["我跟你说"]
    assert max(engines.lengths_ms) < 20_000
    assert listener.state == State.WAITING


def test_another_language_is_asked_again_and_the_loop_goes_on() -> None:
    class Foreign(ScriptedEngines):
        async def recognise(self, samples: Any, likely: str | None) -> Transcript:
            transcript = await super().recognise(samples, likely)
            return transcript if transcript.text else replace(transcript, note="other_language")

    engines = Foreign(["", "带我回家"])
    events, tape, _ = run("..W.sssss" + "." * 40 + "W.sssss" + "." * 60, engines)
    assert "".join(tape.played).startswith("没听清")
    assert names(events).count("answer") == 1


STREAMS = st.lists(
    st.tuples(st.sampled_from("..........sssssWEM"), st.integers(1, 14)), min_size=1, max_size=30
).map(lambda runs: "".join(character * (1 if character in "WEM" else count) for character, count in runs))


@settings(max_examples=120)
@given(
    STREAMS,
    st.lists(st.sampled_from(["", "停", "带我去", "带我回家", "还有多久"]), min_size=1),
    st.booleans(),
)
def test_any_stream_ends_well(drawing: str, heard: list[str], barge_in: bool) -> None:
    engines = ScriptedEngines(heard)
    events, tape, listener = run(drawing + "." * 30, engines, barge_in=barge_in)
    check_story(events, tape)
    assert ("M" in drawing) == ("左转" in tape.played), "a prompt is said although everybody talks"
    assert listener.state == State.WAITING
    assert not listener.playback.busy
    if not barge_in:
        assert "barge_in" not in names(events)
    if not set("WE") & set(drawing):
        assert not {"wake", "answer"} & set(names(events))
        # Speech over a prompt is heard without the call, if only to see that it was nothing.
        assert "transcript" not in names(events) or "barge_in" in names(events)


@pytest.mark.slow
@settings(max_examples=120)
@given(
    STREAMS,
    st.lists(st.sampled_from(["", "停", "带我回家", "还有多久"]), min_size=1),
    st.lists(st.integers(0, 90), min_size=30, max_size=30),
)
def test_any_stream_ends_well_with_engines_that_take_their_time(
    drawing: str, heard: list[str], think_frames: list[int]
) -> None:
    engines = SlowEngines(heard, think_frames)
    events, tape = run_live(drawing + "." * 260, engines)
    check_story(events, tape)
    assert ("M" in drawing) == ("左转" in tape.played)
    spoken = [event for event in events if event["event"] == "transcript" and event["text"]]
    assert len(answers(events)) <= len(spoken)


def check_story(events: list[dict[str, Any]], tape: Tape) -> None:
    """What holds of every run: one clock, and every end has its beginning."""
    told = names(events)
    times = [event["t_ms"] for event in events]
    assert times == sorted(times)
    assert told.count("transcript") <= told.count("endpoint") <= told.count("speech_start")
    assert told.count("answer") <= told.count("transcript")
    assert told.count("speak_end") == told.count("speak_start")
    assert told.count("resume") <= told.count("barge_in")
    assert "problem" not in told
    assert "" not in tape.played


@pytest.mark.models
@pytest.mark.parametrize("sound", ["music", "two talkers", "whisper", "clipped", "offset"])
def test_no_sound_breaks_the_loop(model_dir: Callable[[str], Path], sound: str) -> None:
    rng = np.random.default_rng(4)
    talk = wav_io.read(Path(__file__).parents[3] / "samples" / "zh_cathedral.wav")
    other = wav_io.read(Path(__file__).parents[3] / "samples" / "en_cathedral.wav")
    other = np.pad(other, (0, max(0, len(talk) - len(other))))[: len(talk)]
    made = {
        "music": augment.music(16_000 * (600 if sound == "music" else 1), rng),
        "two talkers": 0.5 * talk + 0.5 * other,
        "whisper": 0.05 * np.abs(talk) * rng.normal(0, 1, len(talk)),
        "clipped": np.clip(40 * talk, -1, 1),
        "offset": talk * 0.5 + 0.4,
    }
    samples = made[sound].astype(np.float32)
    ears = NeuralEars(SpeechDetector(), WakeDetector.open(model_dir("wake-features")))
    events: list[dict[str, Any]] = []
    engines = ScriptedEngines(["带我去赫尔辛基大教堂"])

    async def play() -> Listener:
        listener = Listener(
            ears=ears,
            engines=engines,
            player=Tape(),
            emit=events.append,
            settings=ListenSettings(lockstep=True),
        )
        await listener.push(samples)
        # And then it still hears.
        await listener.push(
            np.concatenate([np.zeros(64_000, np.float32), talk, np.zeros(64_000, np.float32)])
        )
        await listener.finish()
        return listener

    listener = asyncio.run(play())
    assert listener.state == State.WAITING
    assert "problem" not in names(events)
    if sound == "music":
        assert names(events).count("wake") == 1
    assert engines.asked[-1:] == ["带我去赫尔辛基大教堂"]
