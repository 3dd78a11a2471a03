"""Sentences drawn from the language data: their labels stand in them, and none of them is held out."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.train.held_out import fingerprint, held_out, sentences_held_out
from agent.train.labels import SLOTS, fault
from agent.train.sentences import generate
from languages import codes, load_language

SPEAKING = [code for code in codes() if load_language(code).grammar.groups]


@pytest.fixture(scope="module", params=SPEAKING)
def drawn(request: pytest.FixtureRequest) -> list[dict]:
    return list(generate(request.param, 4000, seed=3))


def test_labels_stand_in_the_sentence(drawn: list[dict]) -> None:
    faults = [(s["source"], s["text"], wrong) for s in drawn if (wrong := fault(s))]
    assert not faults, faults[:10]


def test_spans_are_the_words_of_their_slots(drawn: list[dict]) -> None:
    for sentence in drawn:
        for request, slot, start, end in sentence["spans"]:
            words = sentence["text"][start:end]
            value = sentence["intents"][request][slot]
            assert words.strip() == words, sentence
            assert words, sentence
            if isinstance(value, str) and isinstance(SLOTS[sentence["intents"][request]["kind"]][slot], str):
                assert words in (value, sentence["text"][start:end]), sentence


def test_every_kind_is_drawn_and_no_group_fills_the_set(drawn: list[dict]) -> None:
    kinds = Counter(intent["kind"] for s in drawn for intent in s["intents"])
    assert set(kinds) == set(SLOTS)
    groups = Counter(s["source"] for s in drawn)
    assert groups.most_common(1)[0][1] < 0.08 * len(drawn), groups.most_common(3)


def test_the_same_seed_draws_the_same_sentences() -> None:
    first, again, other = (list(generate("zh", 50, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_real_names_are_mixed_in() -> None:
    drawn = list(generate("en", 300, 1, names={"place": ["Zzyzx Depot"]}))
    assert 10 < sum("zzyzx depot" in s["text"].lower() for s in drawn) < 290


def test_the_sets_are_held_out() -> None:
    """Whoever changes a set runs `python -m agent.train.held_out`."""
    missing = [text for text in sentences_held_out() if fingerprint(text) not in held_out()]
    assert not missing, "run python -m agent.train.held_out"


def test_nothing_held_out_is_trained_on(drawn: list[dict]) -> None:
    assert not [s["text"] for s in drawn if fingerprint(s["text"]) in held_out()]
