"""What an answer changes on the device: the volume, and the drive that begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from device.assistant.assistant import Assistant, Turn
from device.assistant.conversation import Conversation
from device.engine.call import Call
from device.settings import Settings
from device.store.models import ModelStore
from poi.place import Candidate, Place
from voice.asr.recognizer import Transcript
from voice.loop.engines import Reply

STATION = (60.1719, 24.9414)


@pytest.fixture
def assistant(helsinki_home: Path, tmp_path: Path) -> Iterator[Assistant]:
    made = Assistant(Settings(), region="helsinki", store=ModelStore(tmp_path / "empty"))
    yield made
    made.close()


@pytest.fixture
def say(assistant: Assistant) -> Callable[[str], Turn]:
    conversation = Conversation(assistant, lambda: STATION)
    return lambda text: asyncio.run(conversation.read(text))


def test_a_driver_changes_the_volume_by_voice(assistant: Assistant, say: Callable[[str], Turn]) -> None:
    synthesizer = assistant.engines.synthesizer
    say("声音小一点")
    assert 0 < synthesizer.volume < 1.0
    softer = synthesizer.volume
    say("turn it up")
    assert synthesizer.volume > softer
    say("静音")
    assert synthesizer.volume == 0.0
    say("取消静音")
    assert synthesizer.volume > 0.0


@pytest.mark.parametrize(
    ("change", "level", "expected"),
    [("set", 30, 0.3), ("set", 900, 1.0), ("max", None, 1.0), ("min", None, 0.1), ("sideways", None, 0.5)],
)
def test_the_volume_stays_within_its_range(
    assistant: Assistant, change: str, level: int | None, expected: float
) -> None:
    assistant.engines.synthesizer.volume = 0.5
    assistant.engines.synthesizer.change_volume(change, level)
    assert assistant.engines.synthesizer.volume == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "confidence", "answered"),
    [
        ("还有多久到", 0.95, True),
        ("take me to Helsinki Cathedral", 0.95, True),
        ("带我去赫尔辛基座堂", 0.3, False),
        ("老板说下个月要出差去上海。", 0.95, False),
        ("My sister is getting married in August.", 0.95, False),
    ],
)
def test_talk_without_the_call_is_answered_only_as_a_request(
    assistant: Assistant, text: str, confidence: float, answered: bool
) -> None:
    """What was not addressed to us and is no plain request changes nothing: no drive, no question."""
    conversation = Conversation(assistant, lambda: STATION)
    language = "en" if text.isascii() else "zh"
    transcript = Transcript(text=text, language=language, confidence=confidence)
    reply = asyncio.run(conversation.respond(transcript, addressed=False))
    assert (reply is not None) == answered
    assert (assistant.agent.session.last_answer is not None) == answered
    if not answered:
        assert assistant.driving.state() is None
        assert asyncio.run(conversation.respond(transcript, addressed=True)) is not None


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("take me to Helsinki Cathedral", True),
        ("带我去赫尔辛基座堂", True),
        ("My sister is getting married in August.", False),
    ],
)
def test_what_is_heard_on_trial_is_read_and_nothing_is_done(
    assistant: Assistant, text: str, whole: bool
) -> None:
    conversation = Conversation(assistant, lambda: STATION)
    language = "en" if text.isascii() else "zh"
    transcript = Transcript(text=text, language=language, confidence=0.95)
    assert asyncio.run(conversation.is_whole(transcript)) == whole
    session = assistant.agent.session
    assert (session.last_answer, session.question, session.route) == (None, None, None)
    assert assistant.driving.state() is None


def test_what_is_heard_on_trial_is_given_up_when_speech_goes_on(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def transcribe(_samples: object, *, call: Call, **_others: object) -> Transcript:
        begun.set()
        call.begin(ended.set)
        ended.wait()
        return Transcript(text="", language="en", confidence=0.0, note="dropped")

    monkeypatch.setattr(assistant.engines.recogniser, "transcribe", transcribe)

    async def go_on() -> None:
        trial = asyncio.create_task(
            Conversation(assistant, lambda: STATION).recognise(np.zeros(16_000, np.float32), None)
        )
        await asyncio.to_thread(begun.wait)
        trial.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await trial

    asyncio.run(go_on())
    assert ended.is_set()


def test_names_near_the_car_are_looked_up_again_only_elsewhere(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []

    def names_near(lat: float, lon: float, limit: int) -> list[str]:
        asked.append((lat, lon))
        return ["Oodi"]

    monkeypatch.setattr(assistant.places, "names_near", names_near)
    lat, lon = STATION
    assert assistant.hints(None) == []
    for position in (STATION, (lat + 0.0001, lon), (lat + 0.01, lon)):
        assert assistant.hints(position) == ["Oodi"]
    assert len(asked) == 2


def test_names_like_the_place_last_spoken_of_are_listened_for(
    assistant: Assistant, say: Callable[[str], Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who corrects a place names one that is called nearly so."""
    asked: list[str] = []

    def resolve(words: str, near: tuple[float, float], limit: int) -> list[Candidate]:
        asked.append(words)
        places = [
            Place(id=name, name=name, category="barrier/gate", lat=0.0, lon=0.0)
            for name in ("North Gate", "South Gate")
        ]
        return [Candidate(place=place, score=0.8, why="sound") for place in places]

    assert "South Gate" not in assistant.hints(STATION)
    say("take me to Ateneum")
    monkeypatch.setattr(assistant.places, "resolve", resolve)
    for _ in range(2):
        assert assistant.hints(STATION)[:2] == ["North Gate", "South Gate"]
    assert len(asked) == 1, "it is looked up once"


def test_a_corrected_request_leaves_no_drive_and_no_trace(assistant: Assistant) -> None:
    conversation = Conversation(assistant, lambda: STATION)

    def heard(text: str) -> Transcript:
        return Transcript(text=text, language="en", confidence=0.95)

    def say(transcript: Transcript, replaces: Transcript | None = None) -> Reply:
        reply = asyncio.run(conversation.respond(transcript, addressed=True, replaces=replaces))
        assert reply is not None
        reply.carry_out()
        return reply

    say(heard("take me to Ateneum"))
    before = assistant.driving.mark()
    wrong = heard("take me to Helsinki Cathedral")
    reply = say(wrong)
    assert assistant.driving.mark() is not before
    reply.take_back()
    assert assistant.driving.mark() is before
    say(heard("how long until we get there"), replaces=wrong)
    (earlier,) = assistant.agent.session.earlier
    assert "Ateneum" in earlier.name
    assert assistant.driving.mark() is before


def test_who_was_not_understood_may_try_again(assistant: Assistant) -> None:
    conversation = Conversation(assistant, lambda: STATION)
    puzzling = Transcript(text="… …", language="en", confidence=0.95)
    reply = asyncio.run(conversation.respond(puzzling, addressed=True))
    assert reply is not None
    assert reply.asks_back
    assert not reply.understood


def test_a_drive_begins_and_ends_with_what_is_said(assistant: Assistant, say: Callable[[str], Turn]) -> None:
    assert assistant.driving.state() is None
    say("take me to Helsinki Cathedral")
    state = assistant.driving.state()
    assert state is not None
    assert state.remaining_m
    assert state.remaining_m > 500
    assert say("how far is it").answer.outcome == "done"
    say("cancel the route")
    assert assistant.driving.state() is None


def test_a_drive_that_arrived_is_over_in_the_talk_too(
    assistant: Assistant, say: Callable[[str], Turn]
) -> None:
    say("take me to Helsinki Cathedral")
    assert "Cathedral" in say("where are we going").answer.reply
    assistant.driving.end()
    assert say("where are we going").answer.outcome == "impossible"
    assert assistant.agent.session.stops == []
