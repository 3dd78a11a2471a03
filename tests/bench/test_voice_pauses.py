"""What counts as right of a request with a pause."""

from __future__ import annotations

from typing import Any

import pytest

from bench.voice.pauses import Stream, outcome, streams

DRIVE = Stream(
    language="en", voice="af_nova", said=("to", 1.0, "the station"), kind="navigate", place="Station"
)
SEARCH = Stream(language="en", voice="af_nova", said=("a bar",), kind="search", what="bar", also="cathedral")


def answer(intent: dict[str, Any], places: tuple[str, ...] = (), outcome: str = "done") -> dict[str, Any]:
    return {"intent": intent, "outcome": outcome, "places": [{"name": name} for name in places]}


@pytest.mark.parametrize(
    ("stream", "given", "drive", "expected"),
    [
        (DRIVE, answer({"kind": "navigate", "to": "x"}, ("Central Station",)), "route", "right"),
        (DRIVE, answer({"kind": "navigate", "to": "Station"}, outcome="ask_back"), None, "asked, right"),
        (DRIVE, answer({"kind": "navigate", "to": "Stadium"}, ("Stadium",)), "route", "wrong drive"),
        (DRIVE, answer({"kind": "chat"}), None, "wrong"),
        (DRIVE, {}, "route", "wrong drive"),
        (SEARCH, answer({"kind": "search", "what": "bar"}, ("Bar X",)), None, "wrong"),
        (SEARCH, answer({"kind": "search", "what": "bar", "near": "cathedral"}, ("Bar X",)), None, "right"),
        (
            SEARCH,
            answer({"kind": "search", "what": "bar", "near": "cathedral"}, ("X",)),
            "route",
            "wrong drive",
        ),
    ],
)
def test_outcomes(stream: Stream, given: dict[str, Any], drive: Any, expected: str) -> None:
    assert outcome(stream, given, drive) == expected


def test_half_of_the_streams_are_of_each_language() -> None:
    assert [stream.language for stream in streams()].count("zh") == len(streams()) / 2 == 10
