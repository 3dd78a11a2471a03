"""The wordings that the voice is judged by stand in nothing that ships or tunes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.voice import wordings as listed
from bench.voice.kept_apart import NAME, plain, sayable
from bench.voice.pauses import Stream, streams
from bench.voice.strangers import JUDGED_VOICES, TUNING_VOICES, judged_lines, tuning_lines
from voice.asr.text import bare_text

_ROOT = Path(__file__).parents[2]
LANGUAGES = ("zh", "en")
_NAMES = re.compile(
    "清华大学[东西]门|圆明园|北京大学东门|五道口|中关村|药店|银行|超市|Senate Square|National Theatre|"
    "Hotel Arthur|Stockmann|Helsinki Cathedral|pharmacy|restaurant|hotel|cafe"
)
"""What is named in the requests with pauses."""
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


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield from (*_texts(key), *_texts(inner))
        case list():
            for inner in value:
                yield from _texts(inner)


def shipped_texts() -> Iterator[tuple[str, str]]:
    """Every text of the data that ships or tunes: file and text."""
    for folder in ("languages", "voice/data", "voice/train/data", "agent"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in (".yaml", ".json", ".jsonl") and "testset" not in str(path):
                for line in (
                    [path.read_text("utf-8")] if path.suffix != ".jsonl" else path.open(encoding="utf-8")
                ):
                    read = (
                        yaml.load(line, Loader=yaml.CSafeLoader)
                        if path.suffix == ".yaml"
                        else json.loads(line)
                    )
                    yield from ((str(path.relative_to(_ROOT)), text) for text in _texts(read))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_judged_stands_nowhere_word_for_word(language: str) -> None:
    """Nor inside a longer text; a wording shorter than this says nothing of its own."""
    judged = {plain(text).replace(NAME, "{}"): text for text in wordings(judged_lines()[language])}
    judged = {key: text for key, text in judged.items() if len(key) >= 8}
    shipped = [(file, "{}".join(map(bare_text, text.split("{}")))) for file, text in shipped_texts()]
    found = [(text, file) for key, text in judged.items() for file, other in shipped if key in other]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wording_that_is_judged_is_printed(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bench.voice.wordings` is the list of what is judged by."""
    listed.main()
    printed = capsys.readouterr().out.splitlines()
    assert {*wordings(judged_lines()[language])} <= {line.split("\t")[-1] for line in printed}


@pytest.mark.parametrize("stream", streams(), ids=lambda stream: str(stream.said[0]))
def test_requests_with_pauses_cannot_be_drawn_from_what_ships(stream: Stream) -> None:
    joiner = "" if stream.language == "zh" else " "
    pieces = [piece for piece in stream.said if isinstance(piece, str) and not piece.startswith("answer ")]
    for text in (pieces[0], joiner.join(pieces)):
        named = _NAMES.sub("{}", text)
        assert named == "{}" or not sayable(stream.language)(named)
