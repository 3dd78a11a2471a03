"""What is said over our voice, and what we say over what is said; drawings as in `listening`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.voice.loop.listening import CHAR_MS, CODES, ScriptedEngines, names, run
from voice.asr.recognizer import Transcript
from voice.loop.vad import FRAME


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
