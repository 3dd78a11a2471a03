"""Any stream ends well: drawn at random, broken, endless, loud; drawings as in `listening`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voice.loop.listening import (
    DrawnEars,
    ScriptedEngines,
    SlowEngines,
    Tape,
    answers,
    names,
    run,
    run_live,
)
from voice import wav_io
from voice.loop.ears import Heard, NeuralEars
from voice.loop.listen import Listener
from voice.loop.settings import ListenSettings
from voice.loop.turn import State
from voice.loop.vad import FRAME, SpeechDetector
from voice.train import augment
from voice.wake.detector import WakeDetector


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
