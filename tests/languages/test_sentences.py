"""Sentences of each language and what they mean, as data in `tests/languages/<code>/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.train.labels import fault
from agent.train.sentences import Sentences
from agent.understanding.closed import match
from agent.understanding.labels import state_from_json
from languages import codes, load_language

HERE = Path(__file__).parent
LISTS = ("answers", "orders")


def cases() -> Iterator[Any]:
    """Yield language, state, sentence and meaning of every case."""
    for path in sorted(HERE.glob("*/answers.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            for sentence, meaning in entry["sentences"].items():
                name = f"{path.parent.name}-{entry['state'].get('expecting', '')}-{sentence}"
                yield pytest.param(path.parent.name, entry["state"], sentence, meaning, id=name)


def test_every_language_has_cases() -> None:
    assert {path.parent.name for path in HERE.glob("*/answers.yaml")} == set(codes())


@pytest.mark.parametrize(("language", "state", "sentence", "meaning"), list(cases()))
def test_closed_lists(language: str, state: dict[str, Any], sentence: str, meaning: Any) -> None:
    assert match(sentence, language, state_from_json(state)) == meaning


@pytest.mark.parametrize("language", codes())
def test_what_the_lists_are_drawn_from_they_read(language: str) -> None:
    """Every answer and order that can be drawn without a name is read as what it was drawn as."""
    sentences = Sentences(load_language(language), seed=5)
    drawn = [sentences.draw() for _ in range(6000)]
    listed = [s for s in drawn if s["source"].startswith(("answers", "orders")) and "begins" not in s]
    read = [(s, match(s["text"], language, state_from_json(s["state"]))) for s in listed]
    wrong = [(s["text"], s["intents"], got) for s, got in read if got is not None and got != s["intents"]]
    assert len(wrong) <= 0.02 * len(read), wrong[:20]
    nameless = [got for s, got in read if not {"to", "instead"} & set(s["intents"][0])]
    assert sum(got is not None for got in nameless) >= 0.93 * len(nameless)
    assert not [got for s, got in read if got is not None and fault({"text": s["text"], "intents": got})]


@pytest.mark.parametrize("language", codes())
def test_the_lists_leave_free_requests_alone(language: str) -> None:
    """What is drawn from other files is none of the lists, whatever was asked."""
    sentences = Sentences(load_language(language), seed=6)
    free = [s for s in (sentences.draw() for _ in range(3000)) if s["source"].split(".")[0] not in LISTS]
    read = [(s["text"], match(s["text"], language, state_from_json(s["state"]))) for s in free]
    wrong = [(text, got) for text, got in read if got is not None]
    assert len(wrong) <= 0.01 * len(read), wrong[:20]
