"""What comes of words that were heard is judged by what the typed words lead to."""

from __future__ import annotations

from typing import Any

import pytest

from bench.voice.corpus import Command
from bench.voice.doubted import judged
from voice.asr.recognizer import Transcript

_ANSWERS: dict[str, dict[str, Any]] = {
    "to the museum": {
        "outcome": "done",
        "intent": {"kind": "navigate", "to": "museum"},
        "places": ["Museum"],
    },
    "to the mausoleum": {"outcome": "done", "intent": {"kind": "navigate", "to": "m"}, "places": ["Tomb"]},
    "one stop more, the museum": {
        "outcome": "done",
        "intent": {"kind": "change_route", "add": "museum"},
        "places": ["Museum"],
    },
    "two the museum": {"outcome": "ask_back", "intent": {"kind": "navigate", "to": "museum"}, "places": []},
    "hotels": {"outcome": "ask_back", "intent": {"kind": "search", "what": "hotel"}, "places": ["Inn"]},
    "hostels": {"outcome": "ask_back", "intent": {"kind": "search", "what": "hostel"}, "places": ["Bunk"]},
    "gibberish": {"outcome": "not_understood", "intent": {"kind": "chat"}, "places": []},
}


class _Stub:
    """Gives an agent that has an answer for each sentence above."""

    def agent(self, _language: str) -> tuple[Any, tuple[float, float]]:
        return self, (0.0, 0.0)

    def hear(self, text: str, **_options: Any) -> _Stub:
        self.answer = _ANSWERS[text]
        return self

    def to_dict(self) -> dict[str, Any]:
        places = [{"name": name} for name in self.answer["places"]]
        return self.answer | {
            "places": places,
            "route": {} if self.answer["outcome"] == "ask_back" else {"m": 1},
        }


@pytest.mark.parametrize(
    ("said", "heard", "right", "effect"),
    [
        ("to the museum", "to the museum", True, "done"),
        ("to the museum", "to the mausoleum", False, "done"),
        ("to the museum", "two the museum", True, "nothing"),
        ("to the museum", "gibberish", False, "nothing"),
        ("to the museum", "one stop more, the museum", True, "done"),
        ("hotels", "hotels", True, "done"),
        ("hotels", "hostels", False, "answer"),
        ("gibberish", "gibberish", False, "nothing"),
    ],
)
def test_what_comes_of_words(said: str, heard: str, right: bool, effect: str) -> None:
    transcript = Transcript(text=heard, language="en", confidence=1.0)
    assert judged(_Stub(), Command(text=said, language="en", kind=""), transcript) == (right, effect)


def test_the_very_place_is_right_however_it_was_asked_for() -> None:
    command = Command(text="gibberish", language="en", kind="navigate", place="Museum")
    heard = Transcript(text="to the museum", language="en", confidence=1.0)
    assert judged(_Stub(), command, heard) == (True, "done")
    other = Transcript(text="to the mausoleum", language="en", confidence=1.0)
    assert judged(_Stub(), command, other) == (False, "done")
