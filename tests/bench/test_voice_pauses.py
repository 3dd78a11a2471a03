"""What counts as right of a request with a pause."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.voice.pauses import BenchAssistant, Stream, outcome, streams
from device.assistant.conversation import Conversation
from voice.asr.recognizer import Transcript

DRIVE = Stream(
    language="en", voice="af_nova", said=("to", 1.0, "the station"), kind="navigate", place="Station"
)
SEARCH = Stream(language="en", voice="af_nova", said=("a bar",), kind="search", what="bar", also="cathedral")


def answer(
    intent: dict[str, Any], places: tuple[str, ...] = (), outcome: str = "done", route: str = ""
) -> dict[str, Any]:
    named = [{"name": name} for name in places]
    return {"intent": intent, "outcome": outcome, "places": named, "route": route or None}


THERE = answer({"kind": "navigate", "to": "x"}, ("Central Station",), route="way")
ELSEWHERE = answer({"kind": "navigate", "to": "Stadium"}, ("Stadium",), route="way")
UNSURE = answer({"kind": "navigate", "to": "Station"}, outcome="ask_back")
BAR = answer({"kind": "search", "what": "bar"}, ("Bar X",), "ask_back")
BAR_THERE = answer({"kind": "search", "what": "bar", "near": "cathedral"}, ("Bar X",), "ask_back")


@pytest.mark.parametrize(
    ("stream", "answers", "drives", "expected"),
    [
        (DRIVE, [THERE], True, "right"),
        (DRIVE, [UNSURE], False, "asked, right"),
        (DRIVE, [ELSEWHERE], True, "wrong drive"),
        (DRIVE, [ELSEWHERE, UNSURE], True, "wrong drive"),
        (DRIVE, [ELSEWHERE, UNSURE], False, "asked, right"),
        (DRIVE, [THERE, answer({"kind": "chat"})], True, "wrong"),
        (DRIVE, [], False, "wrong"),
        (SEARCH, [BAR], False, "wrong"),
        (SEARCH, [BAR, BAR_THERE], False, "right"),
        (SEARCH, [THERE, BAR_THERE], True, "wrong drive"),
    ],
)
def test_outcomes(stream: Stream, answers: list[dict[str, Any]], drives: bool, expected: str) -> None:
    assert outcome(stream, answers, drives) == expected


def test_half_of_the_streams_are_of_each_language() -> None:
    assert [stream.language for stream in streams()].count("zh") == len(streams()) / 2 == 10


def test_the_bench_recognises_as_the_car_does() -> None:
    """The loop's own way to the recogniser, with names near the car, and by a call that may be given up."""
    agent = SimpleNamespace(session=SimpleNamespace(question=None, offered=(), topic=None, language="en"))

    class Recogniser:
        def transcribe(
            self, samples: Any, *, hints: list[str], likely: str | None, dropped: Any
        ) -> Transcript:
            assert not dropped()
            return Transcript(text=f"to {hints[0]}", language=likely or "zh", confidence=0.9)

    setup: Any = SimpleNamespace(
        agent=lambda language: (agent, (60.17, 24.94)),
        places=lambda language: SimpleNamespace(names_near=lambda lat, lon, limit: ["Amos Rex"]),
        recognizer=Recogniser(),
    )
    check: Any = SimpleNamespace(weigh_call=None)
    assistant = BenchAssistant(setup, "en", check)
    conversation = Conversation(assistant, lambda: assistant.position)
    heard = asyncio.run(conversation.recognise(np.zeros(16_000, np.float32), "en"))
    assert heard.text == "to Amos Rex"
