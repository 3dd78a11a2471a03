"""What is said while we think: corrections, additions, a cough, a stop; drawings as in `listening`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.voice.loop.listening import ScriptedEngines, SlowEngines, answers, names, run, run_live
from voice.asr.recognizer import Transcript
from voice.loop.endpoint import EndpointSettings
from voice.loop.engines import Reply
from voice.loop.vad import FRAME_MS
from voice.wake.detector import CheckSettings, WakeSettings


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
    assert engines.replaced == ["", pieces[0]], "it is read as if the first had not been said"
    assert engines.taken_back == [pieces[0]]
    assert "continued" in names(events)
    first, second = [index for index, clip in enumerate(tape.played) if clip == "一"]
    assert tape.played[first + 1 : second].count("|") == 1, "the first answer is broken off and not resumed"
    assert "resume" not in names(events)


@pytest.mark.parametrize(
    ("whole", "read"),
    [
        pytest.param({"找药店"}, "找药店", id="only the correction makes sense"),
        pytest.param({"找药店", "找超市，不对，找药店"}, "找超市，不对，找药店", id="both together do"),
        pytest.param(set(), "找超市，不对，找药店", id="neither does"),
    ],
)
def test_a_correction_that_is_whole_stands_alone_where_both_together_make_no_sense(
    whole: set[str], read: str
) -> None:
    engines = ScriptedEngines(["找超市", "不对，找药店"])
    engines.whole = whole
    run("..W.sssss" + "." * 8 + "sssss" + "." * 60, engines)
    assert engines.asked == ["找超市", read]
    assert engines.replaced[-1] == "找超市"


def test_what_follows_later_is_a_request_of_its_own() -> None:
    engines = ScriptedEngines(["find a hotel", "near the cathedral"])
    run("..W.sssss" + "." * 19 + "sssss" + "." * 60, engines)
    assert engines.asked == ["find a hotel", "near the cathedral"]
    assert engines.taken_back == []


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


def test_we_say_that_we_are_at_it_and_then_ask_for_other_words() -> None:
    engines = SlowEngines(["去机场"], [90])
    events, tape = run_live("..W.sssss" + "." * 120, engines, filler_ms=0, late_ms=0)
    assert tape.played == ["稍等", "我还在想", "您也可以换个说法", "答去机场"]
    assert names(events).index("late") < names(events).index("answer")
    assert engines.done == ["去机场"], "what we think of late is still done"


def test_other_words_take_the_place_of_a_request_that_takes_long() -> None:
    engines = SlowEngines(["去那个什么的地方", "还有多久"], [4_000, 4])
    drawing = "..W.sssss" + "." * 40 + "sssss" + "." * 60
    events, _ = run_live(drawing, engines, filler_ms=0, late_ms=0)
    assert answers(events) == ["答还有多久。"]
    assert engines.asked == ["还有多久"]


def test_late_and_not_understood_is_not_said_again() -> None:
    class Puzzled(SlowEngines):
        async def respond(
            self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
        ) -> Reply | None:
            reply = await super().respond(transcript, addressed=addressed)
            return replace(reply, understood=False) if reply else None

    events, tape = run_live("..W.sssss" + "." * 120, Puzzled(["去啊"], [90]), filler_ms=0, late_ms=0)
    assert answers(events) == []
    assert tape.played == ["稍等", "我还在想", "您也可以换个说法"]


def test_an_answer_in_time_stands_alone() -> None:
    events, tape = run_live("..W.sssss" + "." * 60, SlowEngines(["去机场"], [4]))
    assert tape.played == ["答去机场"]
    assert "late" not in names(events)


@pytest.mark.parametrize(
    ("whole", "confidence", "waits_ms"),
    [
        pytest.param(True, 0.95, EndpointSettings().sure_ms, id="heard well, and it can be done"),
        pytest.param(True, 0.3, EndpointSettings().whole_ms, id="it can be done, if that was said"),
        pytest.param(False, 0.95, EndpointSettings().usual_ms, id="heard well, but nothing to be done"),
    ],
)
def test_what_can_be_done_as_it_stands_is_not_waited_for(
    whole: bool, confidence: float, waits_ms: int
) -> None:
    class Judging(ScriptedEngines):
        async def recognise(self, samples: Any, likely: str | None) -> Transcript:
            return replace(await super().recognise(samples, likely), confidence=confidence)

    engines = Judging(["带我去五道口"])
    engines.whole = {"带我去五道口"} if whole else set()
    events, _, _ = run("..W.sssss" + "." * 60, engines)
    (end,) = [event for event in events if event["event"] == "endpoint"]
    assert waits_ms <= end["t_ms"] - end["speech_end_ms"] < waits_ms + FRAME_MS


@pytest.mark.parametrize(("can_be_done", "heard_ms"), [(False, 2_000), (True, 480)])
def test_what_may_lack_something_by_its_sound_is_waited_for(can_be_done: bool, heard_ms: int) -> None:
    """到底 may be 到的; it is not waited for where it can be done as it was read."""

    class Unsure(ScriptedEngines):
        async def recognise(self, samples: Any, likely: str | None) -> Transcript:
            heard = await super().recognise(samples, likely)
            return replace(heard, confidence=0.5, alternatives=("找一家能到的",), apart=(0.01,))

    engines = Unsure(["找一家能到底"])
    engines.whole = {"找一家能到底"} if can_be_done else set()
    events, _, _ = run("..W.sssss" + "." * 60, engines)
    (end,) = [event for event in events if event["event"] == "endpoint"]
    assert heard_ms <= end["t_ms"] - end["speech_end_ms"] < heard_ms + FRAME_MS


def test_what_lacks_something_is_waited_for_although_it_can_be_read() -> None:
    engines = ScriptedEngines(["带我去", "带我去圆明园"])
    engines.whole = {"带我去"}
    run("..W.sssss" + "." * 10 + "sssss" + "." * 60, engines)
    assert engines.asked == ["带我去圆明园"]


def test_a_reading_on_trial_is_dropped_if_speech_goes_on() -> None:
    """带我去五道口 would be whole; before that is known 附近的酒店 follows, and it is one request."""

    class Pondering(SlowEngines):
        async def is_whole(self, transcript: Transcript) -> bool:
            for _ in range(12):
                await asyncio.sleep(0)
            return transcript.text == "带我去五道口"

    engines = Pondering(["带我去五道口", "带我去五道口附近的酒店"], [2, 2])
    events, _ = run_live("..W.sssss" + "..." + "sssss" + "." * 60, engines)
    assert names(events).count("endpoint") == 1
    assert engines.begun == ["带我去五道口附近的酒店"]
