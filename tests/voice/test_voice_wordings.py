"""The wordings that the voice is judged by stand in nothing that ships or tunes it."""

from __future__ import annotations

import pytest

from bench.voice.kept_apart import plain, sayable
from bench.voice.strangers import JUDGED_VOICES, TUNING_VOICES, judged_lines, tuning_lines
from voice.data_files import load_json

LANGUAGES = ("zh", "en")
_LEAST = 18
"""So many judged wordings have to be left that the language data cannot say: write new ones below that."""


def wordings(lines: dict[str, list[str]]) -> list[str]:
    others = (other if isinstance(other, str) else other[0] for other in lines["other"])
    return [*lines["named"], *lines["kinds"], *others]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_judged_cannot_be_drawn_from_what_ships(language: str) -> None:
    judged = wordings(judged_lines()[language])
    assert len(judged) >= _LEAST
    assert [text for text in judged if sayable(language)(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_judged_and_tuned_wordings_and_voices_are_apart(language: str) -> None:
    judged, tuned = ({*map(plain, wordings(lines()[language]))} for lines in (judged_lines, tuning_lines))
    assert not judged & tuned
    assert not set(JUDGED_VOICES[language]) & set(TUNING_VOICES[language])


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("zh", "带我去{}", True),
        ("zh", "路线规划到{}", False),
        ("en", "take me to {}", True),
        ("en", "point me at {}", False),
    ],
)
def test_what_the_data_can_say_is_known(language: str, text: str, said: bool) -> None:
    assert sayable(language)(text) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_wordings_are_sayable(language: str) -> None:
    """The benchmark of usual requests stands in the data, and is no measure of strangers."""
    patterns = load_json("request_patterns.json")[language]
    assert all(sayable(language)(text) for text in patterns["named"][:3])
